//! What is known of the idempotent and transactional producers of a partition: their last batches,
//! their epochs, their open transactions. Kept in `<offset>.snapshot` files.
//!
//! Checking changes nothing; [`ProducerState::apply`] takes in a batch that is in the log. So the
//! same code serves a live append, recovery, and a follower.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::Path;

use crate::base::bytes::{Reader, Writer};
use crate::base::crc32c;
use crate::base::disk::Disk;
use crate::kafka::record::batch::add_sequence;
use crate::kafka::types::{Offset, ProducerEpoch, ProducerId};

use super::error::{Error, Result};
use super::transaction_index::AbortedTransaction;

/// Batches that are remembered of each producer: what may be in flight, and so may come again.
const BATCHES_KEPT: usize = 5;
/// The version of a snapshot file.
const SNAPSHOT_VERSION: i16 = 1;
/// Bytes before what the checksum of a snapshot covers.
const SNAPSHOT_HEAD_BYTES: usize = 6;

/// A batch as far as its producer's state goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerBatch {
    pub producer: ProducerId,
    pub epoch: ProducerEpoch,
    pub first_sequence: i32,
    pub last_sequence: i32,
    pub first_offset: Offset,
    pub last_offset: Offset,
    pub timestamp_ms: i64,
    pub transactional: bool,
}

/// A transaction marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    pub producer: ProducerId,
    pub epoch: ProducerEpoch,
    pub offset: Offset,
    pub timestamp_ms: i64,
    pub coordinator_epoch: i32,
    pub commit: bool,
}

/// One remembered batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownBatch {
    pub last_sequence: i32,
    pub last_offset: Offset,
    pub offset_delta: i32,
    pub timestamp_ms: i64,
}

impl KnownBatch {
    fn first_sequence(&self) -> i32 {
        // Sequences wrap to 0 after the largest i32.
        match self.last_sequence.checked_sub(self.offset_delta) {
            Some(first) if first >= 0 => first,
            _ => i32::MAX - (self.offset_delta - self.last_sequence) + 1,
        }
    }

    /// The offset of its first record.
    pub fn first_offset(&self) -> Offset {
        self.last_offset - i64::from(self.offset_delta)
    }
}

/// What is known of one producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Producer {
    pub epoch: ProducerEpoch,
    /// The newest last.
    pub batches: VecDeque<KnownBatch>,
    pub coordinator_epoch: i32,
    pub last_timestamp_ms: i64,
    /// Where its open transaction began.
    pub transaction_start: Option<Offset>,
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It follows what is known.
    New,
    /// It is in the log already: the answer is the one it got then.
    Duplicate(KnownBatch),
}

/// The producers of one partition.
#[derive(Clone, Debug, Default)]
pub struct ProducerState {
    producers: HashMap<ProducerId, Producer>,
    /// Open transactions by their first offset.
    ongoing: BTreeMap<Offset, ProducerId>,
    /// Decided transactions whose marker is not below the high watermark yet: first offset to
    /// marker offset.
    unreplicated: BTreeMap<Offset, Offset>,
}

impl ProducerState {
    /// A producer.
    pub fn get(&self, producer: ProducerId) -> Option<&Producer> {
        self.producers.get(&producer)
    }

    /// All producers.
    pub fn iter(&self) -> impl Iterator<Item = (ProducerId, &Producer)> {
        self.producers.iter().map(|(id, producer)| (*id, producer))
    }

    /// Holds a client's batch against what is known of its producer.
    pub fn check(&self, batch: &ProducerBatch) -> Result<Checked> {
        let producer = batch.producer;
        let Some(known) = self.producers.get(&producer) else {
            // Any sequence is taken from a producer whose state has expired (since 2.5, KIP-360).
            return Ok(Checked::New);
        };
        if batch.epoch == known.epoch
            && let Some(same) = known.batches.iter().find(|seen| {
                seen.last_sequence == batch.last_sequence
                    && seen.first_sequence() == batch.first_sequence
            })
        {
            return Ok(Checked::Duplicate(*same));
        }
        if batch.epoch < known.epoch {
            let (current, found) = (known.epoch, batch.epoch);
            return Err(Error::InvalidProducerEpoch { producer, current, found });
        }
        if !batch.transactional && known.transaction_start.is_some() {
            let what = "sent a batch outside its open transaction";
            return Err(Error::InvalidTransactionState { producer, what });
        }
        let expected = match known.batches.back() {
            Some(last) if batch.epoch == known.epoch => add_sequence(last.last_sequence, 1),
            // A new epoch, or an epoch of which only a marker was seen, starts over.
            Some(_) => 0,
            None if batch.epoch == known.epoch => 0,
            None => return Ok(Checked::New),
        };
        if batch.first_sequence != expected {
            let found = batch.first_sequence;
            return Err(Error::OutOfOrderSequence { producer, expected, found });
        }
        Ok(Checked::New)
    }

    /// Holds a marker from the transaction coordinator against what is known.
    pub fn check_marker(&self, marker: &Marker) -> Result<()> {
        let producer = marker.producer;
        let Some(known) = self.producers.get(&producer) else { return Ok(()) };
        if marker.coordinator_epoch < known.coordinator_epoch {
            let (current, found) = (known.coordinator_epoch, marker.coordinator_epoch);
            return Err(Error::CoordinatorFenced { producer, current, found });
        }
        if marker.epoch < known.epoch {
            let (current, found) = (known.epoch, marker.epoch);
            return Err(Error::InvalidProducerEpoch { producer, current, found });
        }
        Ok(())
    }

    fn entry(&mut self, producer: ProducerId, epoch: ProducerEpoch) -> &mut Producer {
        let known = self.producers.entry(producer).or_insert_with(|| Producer {
            epoch,
            batches: VecDeque::new(),
            coordinator_epoch: -1,
            last_timestamp_ms: -1,
            transaction_start: None,
        });
        if epoch > known.epoch {
            known.epoch = epoch;
            known.batches.clear();
        }
        known
    }

    /// Takes in a batch that is in the log.
    pub fn apply(&mut self, batch: &ProducerBatch) {
        let known = self.entry(batch.producer, batch.epoch);
        // What a coordinator writes for a producer carries no sequence.
        if batch.first_sequence >= 0 {
            if known.batches.len() == BATCHES_KEPT {
                known.batches.pop_front();
            }
            known.batches.push_back(KnownBatch {
                last_sequence: batch.last_sequence,
                last_offset: batch.last_offset,
                offset_delta: i32::try_from(batch.last_offset - batch.first_offset)
                    .unwrap_or(i32::MAX),
                timestamp_ms: batch.timestamp_ms,
            });
        }
        known.last_timestamp_ms = batch.timestamp_ms;
        if batch.transactional && known.transaction_start.is_none() {
            known.transaction_start = Some(batch.first_offset);
            self.ongoing.insert(batch.first_offset, batch.producer);
        }
    }

    /// Takes in a marker that is in the log: the transaction it decided, if one was open. An
    /// aborted one belongs into the transaction index.
    pub fn apply_marker(&mut self, marker: &Marker) -> Option<AbortedTransaction> {
        let known = self.entry(marker.producer, marker.epoch);
        known.coordinator_epoch = known.coordinator_epoch.max(marker.coordinator_epoch);
        known.last_timestamp_ms = marker.timestamp_ms;
        let start = known.transaction_start.take()?;
        self.ongoing.remove(&start);
        self.unreplicated.insert(start, marker.offset);
        if marker.commit {
            return None;
        }
        // Other transactions that are still open, and began before the marker, bound what is stable.
        let last_stable = self.ongoing.keys().next().copied().unwrap_or(marker.offset + 1);
        Some(AbortedTransaction {
            producer: marker.producer,
            first_offset: start,
            last_offset: marker.offset,
            last_stable: last_stable.min(marker.offset + 1),
        })
    }

    /// The first offset that is not decided yet, or whose decision may still be lost.
    pub fn first_unstable(&self) -> Option<Offset> {
        let ongoing = self.ongoing.keys().next();
        let unreplicated = self.unreplicated.keys().next();
        ongoing.into_iter().chain(unreplicated).min().copied()
    }

    /// Decisions below the high watermark are final.
    pub fn high_watermark_moved(&mut self, high_watermark: Offset) {
        if !self.unreplicated.is_empty() {
            self.unreplicated.retain(|_, marker| *marker >= high_watermark);
        }
    }

    /// Forgets producers that were silent since `before_ms` and have no open transaction.
    pub fn expire(&mut self, before_ms: i64) {
        self.producers.retain(|_, producer| {
            producer.transaction_start.is_some() || producer.last_timestamp_ms >= before_ms
        });
    }

    /// The content of a snapshot file.
    pub fn encode(&self) -> Vec<u8> {
        let mut body = Writer::with_capacity(4 + 46 * self.producers.len());
        body.i32(i32::try_from(self.producers.len()).unwrap_or(i32::MAX));
        // In order of ids, so that equal states give equal files.
        let mut producers: Vec<_> = self.iter().collect();
        producers.sort_unstable_by_key(|(id, _)| *id);
        for (id, producer) in producers {
            let last = producer.batches.back();
            body.i64(id.0);
            body.i16(producer.epoch.0);
            body.i32(last.map_or(-1, |batch| batch.last_sequence));
            body.i64(last.map_or(-1, |batch| batch.last_offset));
            body.i32(last.map_or(0, |batch| batch.offset_delta));
            body.i64(producer.last_timestamp_ms);
            body.i32(producer.coordinator_epoch);
            body.i64(producer.transaction_start.unwrap_or(-1));
        }
        let body = body.into_bytes();
        let mut file = Writer::with_capacity(SNAPSHOT_HEAD_BYTES + body.len());
        file.i16(SNAPSHOT_VERSION);
        file.u32(crc32c::checksum(&body));
        file.raw(&body);
        file.into_bytes().into()
    }

    /// Reads a snapshot file.
    pub fn read(disk: &Disk, path: &Path) -> Result<ProducerState> {
        let bytes = disk.read(path).map_err(Error::io("read", path))?;
        Self::decode(&bytes).map_err(|what| Error::Corrupt { path: path.to_owned(), what })
    }

    fn decode(bytes: &[u8]) -> std::result::Result<ProducerState, String> {
        let mut reader = Reader::new(bytes);
        let text = |error: crate::base::bytes::Error| error.to_string();
        let version = reader.i16().map_err(text)?;
        if version != SNAPSHOT_VERSION {
            return Err(format!("version {version}"));
        }
        let crc = reader.u32().map_err(text)?;
        if crc32c::checksum(reader.peek()) != crc {
            return Err("the checksum does not match".to_owned());
        }
        let count = reader.i32().map_err(text)?;
        let mut state = ProducerState::default();
        for _ in 0..count {
            let (id, producer) = decode_producer(&mut reader).map_err(text)?;
            if let Some(start) = producer.transaction_start {
                state.ongoing.insert(start, id);
            }
            state.producers.insert(id, producer);
        }
        Ok(state)
    }
}

fn decode_producer(reader: &mut Reader<'_>) -> crate::base::bytes::Result<(ProducerId, Producer)> {
    let id = ProducerId(reader.i64()?);
    let epoch = ProducerEpoch(reader.i16()?);
    let last_sequence = reader.i32()?;
    let last_offset = reader.i64()?;
    let offset_delta = reader.i32()?;
    let timestamp_ms = reader.i64()?;
    let coordinator_epoch = reader.i32()?;
    let transaction_start = Some(reader.i64()?).filter(|start| *start >= 0);
    let mut batches = VecDeque::new();
    if last_sequence >= 0 {
        batches.push_back(KnownBatch { last_sequence, last_offset, offset_delta, timestamp_ms });
    }
    let last_timestamp_ms = timestamp_ms;
    Ok((id, Producer { epoch, batches, coordinator_epoch, last_timestamp_ms, transaction_start }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(epoch: i16, first_sequence: i32, records: i32, first_offset: i64) -> ProducerBatch {
        ProducerBatch {
            producer: ProducerId(7),
            epoch: ProducerEpoch(epoch),
            first_sequence,
            last_sequence: add_sequence(first_sequence, records - 1),
            first_offset,
            last_offset: first_offset + i64::from(records) - 1,
            timestamp_ms: 1_000,
            transactional: false,
        }
    }

    fn marker(offset: i64, commit: bool) -> Marker {
        Marker {
            producer: ProducerId(7),
            epoch: ProducerEpoch(0),
            offset,
            timestamp_ms: 2_000,
            coordinator_epoch: 1,
            commit,
        }
    }

    #[test]
    fn sequences_follow_each_other_and_repeats_are_recognised() {
        let mut state = ProducerState::default();
        let first = batch(0, 5, 3, 100);
        assert_eq!(
            state.check(&first).unwrap(),
            Checked::New,
            "any sequence of an unknown producer"
        );
        state.apply(&first);
        state.apply(&batch(0, 8, 2, 103));
        match state.check(&first).unwrap() {
            Checked::Duplicate(known) => assert_eq!(known.first_offset(), 100),
            Checked::New => panic!("it is in the log"),
        }
        for (sent, said) in [
            (batch(0, 11, 1, 105), "producer 7 sent sequence 11, 10 was expected"),
            (batch(1, 4, 1, 105), "producer 7 sent sequence 4, 0 was expected"),
            (batch(-1, 0, 1, 105), "producer 7 has epoch -1, the current one is 0"),
        ] {
            assert_eq!(state.check(&sent).unwrap_err().to_string(), said);
        }
        let next = batch(1, 0, 1, 105);
        assert_eq!(state.check(&next).unwrap(), Checked::New);
        state.apply(&next);
        assert!(state.check(&batch(0, 10, 1, 106)).is_err(), "fenced");
    }

    #[test]
    fn sequences_wrap() {
        let mut state = ProducerState::default();
        state.apply(&batch(0, i32::MAX - 1, 3, 0));
        assert_eq!(state.get(ProducerId(7)).unwrap().batches[0].last_sequence, 0);
        assert_eq!(state.check(&batch(0, 1, 1, 3)).unwrap(), Checked::New);
        let again = state.check(&batch(0, i32::MAX - 1, 3, 3)).unwrap();
        assert!(matches!(again, Checked::Duplicate(_)));
    }

    #[test]
    fn transactions_hold_back_what_is_stable() {
        let mut state = ProducerState::default();
        state.apply(&ProducerBatch { transactional: true, ..batch(0, 0, 2, 10) });
        assert_eq!(state.first_unstable(), Some(10));
        assert!(state.check(&batch(0, 2, 1, 12)).is_err(), "not transactional");
        let aborted = state.apply_marker(&marker(12, false)).unwrap();
        assert_eq!((aborted.first_offset, aborted.last_offset, aborted.last_stable), (10, 12, 13));
        assert_eq!(state.first_unstable(), Some(10), "the marker may still be lost");
        state.high_watermark_moved(12);
        assert_eq!(state.first_unstable(), Some(10));
        state.high_watermark_moved(13);
        assert_eq!(state.first_unstable(), None);
        let late = Marker { coordinator_epoch: 0, ..marker(14, true) };
        assert!(matches!(state.check_marker(&late), Err(Error::CoordinatorFenced { .. })));
        assert_eq!(state.apply_marker(&marker(14, true)), None, "nothing was open");
    }

    #[test]
    fn snapshots_round_trip_and_have_kafkas_size() {
        let mut state = ProducerState::default();
        state.apply(&ProducerBatch { transactional: true, ..batch(3, 0, 2, 10) });
        state.apply(&ProducerBatch { producer: ProducerId(9), ..batch(0, 4, 1, 12) });
        let bytes = state.encode();
        assert_eq!(bytes.len(), 2 + 4 + 4 + 2 * 46);
        let read = ProducerState::decode(&bytes).unwrap();
        assert_eq!(read.producers, state.producers);
        assert_eq!(read.first_unstable(), Some(10));
        assert_eq!(read.encode(), bytes);
        let mut damaged = bytes;
        damaged[20] ^= 1;
        let error = ProducerState::decode(&damaged).unwrap_err();
        assert_eq!(error, "the checksum does not match");
    }

    #[test]
    fn silent_producers_expire_unless_a_transaction_is_open() {
        let mut state = ProducerState::default();
        state.apply(&batch(0, 0, 1, 0));
        state.apply(&ProducerBatch {
            producer: ProducerId(8),
            transactional: true,
            ..batch(0, 0, 1, 1)
        });
        state.expire(1_001);
        assert!(state.get(ProducerId(7)).is_none() && state.get(ProducerId(8)).is_some());
    }
}
