//! What a log knows of the producers that wrote to it: sequence numbers, to drop duplicates and see
//! gaps, and transactions, to say up to where they are all decided.
//!
//! [`ProducerState::check`] changes nothing; [`ProducerState::apply`] cannot fail, and is what
//! loading does with batches that are on disk already. Snapshots are Kafka's own files.

mod snapshot;

use std::collections::BTreeMap;

use super::error::{Error, Result};
use super::transaction_index::Aborted;
use crate::kafka::record::batch::{Header, add_sequence};
use crate::kafka::record::control::{EndTransaction, Marker};

pub use snapshot::{Damage, decode, encode};

/// How many batches of a producer are remembered: as many as it may have in flight.
const BATCHES_MAX: usize = 5;
const NONE: i64 = -1;

/// One batch of a producer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchMemo {
    pub last_sequence: i32,
    pub last_offset: i64,
    /// How far before the last offset the first one is.
    pub offset_delta: i32,
    pub timestamp: i64,
}

impl BatchMemo {
    pub fn first_offset(&self) -> i64 {
        self.last_offset - i64::from(self.offset_delta)
    }

    fn first_sequence(&self) -> i32 {
        let first = i64::from(self.last_sequence) - i64::from(self.offset_delta);
        let wrapped = if first < 0 { first + i64::from(i32::MAX) + 1 } else { first };
        i32::try_from(wrapped).unwrap_or(0)
    }
}

/// One producer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Producer {
    pub epoch: i16,
    /// The last batches, newest last. Filled from the front.
    batches: [BatchMemo; BATCHES_MAX],
    batches_count: usize,
    pub last_timestamp: i64,
    /// The epoch of the coordinator that wrote the last marker; -1 before the first.
    pub coordinator_epoch: i32,
    /// Where its open transaction began.
    pub transaction_start: Option<i64>,
}

impl Producer {
    fn new(epoch: i16) -> Producer {
        Producer { epoch, coordinator_epoch: -1, last_timestamp: NONE, ..Producer::default() }
    }

    /// The last batches, oldest first.
    pub fn batches(&self) -> &[BatchMemo] {
        &self.batches[..self.batches_count]
    }

    /// The sequence number of the last record; -1 where only markers were seen.
    pub fn last_sequence(&self) -> i32 {
        self.batches().last().map_or(-1, |batch| batch.last_sequence)
    }

    fn remember(&mut self, batch: BatchMemo) {
        if self.batches_count == BATCHES_MAX {
            self.batches.rotate_left(1);
            self.batches[BATCHES_MAX - 1] = batch;
        } else {
            self.batches[self.batches_count] = batch;
            self.batches_count += 1;
        }
    }

    fn set_epoch(&mut self, epoch: i16) {
        if epoch != self.epoch {
            self.epoch = epoch;
            self.batches_count = 0;
        }
    }
}

/// A transaction that has its marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completed {
    pub producer_id: i64,
    pub first_offset: i64,
    /// The offset of the marker.
    pub last_offset: i64,
    pub marker: Marker,
}

/// What is to be done with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Append,
    /// It is here already, at these offsets.
    Duplicate(BatchMemo),
}

/// All producers of a log.
#[derive(Clone, Debug, Default)]
pub struct ProducerState {
    producers: BTreeMap<i64, Producer>,
    /// First offset → producer, of open transactions.
    ongoing: BTreeMap<i64, i64>,
    /// First offset → marker's offset, of transactions whose marker is not committed yet.
    undecided: BTreeMap<i64, i64>,
    /// The offset after the last batch that was applied.
    end: i64,
}

impl ProducerState {
    /// Nobody yet; batches will follow from `offset` on.
    pub fn starting_at(offset: i64) -> ProducerState {
        ProducerState { end: offset, ..ProducerState::default() }
    }

    /// What a snapshot says; it was taken at `offset`.
    pub fn restored(offset: i64, producers: BTreeMap<i64, Producer>) -> ProducerState {
        let ongoing = producers
            .iter()
            .filter_map(|(id, producer)| Some((producer.transaction_start?, *id)))
            .collect();
        ProducerState { producers, ongoing, undecided: BTreeMap::new(), end: offset }
    }

    /// The offset up to which this is known.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// Says that batches up to `offset` are accounted for; they had no producer ids.
    pub fn advance_to(&mut self, offset: i64) {
        self.end = self.end.max(offset);
    }

    pub fn producers(&self) -> &BTreeMap<i64, Producer> {
        &self.producers
    }

    /// Whether `batch` may be appended. `marker` is what a control batch says.
    pub fn check(
        &self,
        batch: &Header,
        marker: Option<&EndTransaction>,
        client: bool,
    ) -> Result<Verdict> {
        let id = batch.producer_id;
        let Some(producer) = self.producers.get(&id) else { return Ok(Verdict::Append) };
        if let Some(marker) = marker {
            check_marker(id, producer, batch.producer_epoch, marker)?;
            return Ok(Verdict::Append);
        }
        if let Some(duplicate) = duplicate(producer, batch).filter(|_| client) {
            return Ok(Verdict::Duplicate(duplicate));
        }
        if batch.producer_epoch < producer.epoch {
            let (found, current) = (batch.producer_epoch, producer.epoch);
            return Err(Error::ProducerEpoch { producer_id: id, found, current });
        }
        // Coordinators write what they decided; there is nobody to be out of order.
        if client {
            check_sequence(id, producer, batch)?;
        }
        if producer.transaction_start.is_some() && !batch.is_transactional() {
            let what = "a batch outside of the transaction while it is open";
            return Err(Error::TransactionState { producer_id: id, what });
        }
        Ok(Verdict::Append)
    }

    /// Takes a batch that is in the log now. Says which transaction it ended, if it did.
    pub fn apply(&mut self, batch: &Header, marker: Option<&EndTransaction>) -> Option<Completed> {
        self.advance_to(batch.last_offset() + 1);
        if !batch.has_producer_id() {
            return None;
        }
        let id = batch.producer_id;
        let producer =
            self.producers.entry(id).or_insert_with(|| Producer::new(batch.producer_epoch));
        producer.last_timestamp = batch.max_timestamp;
        if batch.is_control() {
            let marker = marker?;
            producer.set_epoch(batch.producer_epoch);
            producer.coordinator_epoch = marker.coordinator_epoch;
            let first_offset = producer.transaction_start.take()?;
            self.ongoing.remove(&first_offset);
            let last_offset = batch.base_offset;
            self.undecided.insert(first_offset, last_offset);
            return Some(Completed {
                producer_id: id,
                first_offset,
                last_offset,
                marker: marker.marker,
            });
        }
        producer.set_epoch(batch.producer_epoch);
        producer.remember(BatchMemo {
            last_sequence: batch.last_sequence(),
            last_offset: batch.last_offset(),
            offset_delta: batch.last_offset_delta,
            timestamp: batch.max_timestamp,
        });
        if batch.is_transactional() && producer.transaction_start.is_none() {
            producer.transaction_start = Some(batch.base_offset);
            self.ongoing.insert(batch.base_offset, id);
        }
        None
    }

    /// The first offset that is not decided: of an open transaction, or of one whose marker is not
    /// committed.
    pub fn first_unstable_offset(&self) -> Option<i64> {
        let ongoing = self.ongoing.keys().next();
        let undecided = self.undecided.keys().next();
        match (ongoing, undecided) {
            (Some(a), Some(b)) => Some(*a.min(b)),
            (a, b) => a.or(b).copied(),
        }
    }

    /// What the last stable offset is once `completed` is decided: the first offset of another
    /// open transaction, or the one after its marker. Later entries of the transaction index need
    /// not be looked at by who reads below it.
    pub fn last_stable_offset(&self, completed: &Completed) -> i64 {
        let others = self.ongoing.iter().find(|(_, id)| **id != completed.producer_id);
        others.map_or(completed.last_offset + 1, |(first, _)| *first)
    }

    /// Everything below `high_watermark` is committed.
    pub fn committed(&mut self, high_watermark: i64) {
        self.undecided.retain(|_, marker| *marker >= high_watermark);
    }

    /// Whether the producer has a transaction open; of this epoch, where one is given.
    pub fn has_open_transaction(&self, producer_id: i64) -> bool {
        self.producers.get(&producer_id).is_some_and(|p| p.transaction_start.is_some())
    }

    /// Forgets producers that were silent for longer than `expiration_ms` and have no transaction
    /// open.
    pub fn expire(&mut self, now_ms: i64, expiration_ms: i64) {
        self.producers.retain(|_, producer| {
            producer.transaction_start.is_some()
                || now_ms.saturating_sub(producer.last_timestamp) < expiration_ms
        });
    }

    /// The log begins at `log_start` now. Producers stay known (KIP-360), and so do open
    /// transactions.
    pub fn truncate_head(&mut self, log_start: i64) {
        self.undecided.retain(|_, marker| *marker >= log_start);
        self.end = self.end.max(log_start);
    }
}

fn check_marker(id: i64, producer: &Producer, epoch: i16, marker: &EndTransaction) -> Result<()> {
    if epoch < producer.epoch {
        return Err(Error::ProducerEpoch {
            producer_id: id,
            found: epoch,
            current: producer.epoch,
        });
    }
    if marker.coordinator_epoch < producer.coordinator_epoch {
        let (found, current) = (marker.coordinator_epoch, producer.coordinator_epoch);
        return Err(Error::CoordinatorFenced { producer_id: id, found, current });
    }
    Ok(())
}

fn duplicate(producer: &Producer, batch: &Header) -> Option<BatchMemo> {
    if batch.producer_epoch != producer.epoch {
        return None;
    }
    let same = |memo: &&BatchMemo| {
        memo.first_sequence() == batch.base_sequence && memo.last_sequence == batch.last_sequence()
    };
    producer.batches().iter().find(same).copied()
}

fn check_sequence(id: i64, producer: &Producer, batch: &Header) -> Result<()> {
    let (found, last) = (batch.base_sequence, producer.last_sequence());
    // A new epoch begins anew, and so does who was only seen through a marker.
    let follows = if batch.producer_epoch != producer.epoch || last < 0 {
        found == 0
    } else {
        found == add_sequence(last, 1)
    };
    if follows {
        return Ok(());
    }
    Err(Error::OutOfOrderSequence { producer_id: id, found, last })
}

/// The entry of the transaction index for an aborted transaction.
pub fn aborted(completed: &Completed, last_stable_offset: i64) -> Option<Aborted> {
    let Completed { producer_id, first_offset, last_offset, marker } = *completed;
    let aborted = Aborted { producer_id, first_offset, last_offset, last_stable_offset };
    (marker == Marker::Abort).then_some(aborted)
}

#[cfg(test)]
mod tests;
