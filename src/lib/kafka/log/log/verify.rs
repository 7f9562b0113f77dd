//! Whether a transaction may begin in this log (KIP-890): its first batch is held against what the
//! transaction's coordinator knows, so that no batch stays behind in a transaction nobody will end.
//!
//! Who wants to append first takes a [`Guard`], asks the coordinator, and appends with the guard. A
//! guard holds until the transaction has a batch or a marker here: an answer that comes later than
//! the marker was about a transaction that is over.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::Log;
use crate::kafka::log::error::{Error, Result};
use crate::kafka::record::batches;
use crate::limits;

/// Stands for one verification; no two of a log are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard(u64);

/// What the first batch of a transaction comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Nothing is asked for: a marker, or a broker that does not verify.
    Exempt,
    /// The coordinator has confirmed it.
    By(Guard),
    /// The transaction was open when the append began.
    AsOpen,
}

/// A verification under way.
#[derive(Clone, Copy, Debug)]
struct Verification {
    guard: Guard,
    epoch: i16,
    /// The lowest sequence number that waits: a higher one that came in before it would shut it out.
    lowest_sequence: i32,
    began_ms: i64,
}

/// Those under way, by producer.
#[derive(Debug, Default)]
pub(super) struct Verifications {
    open: BTreeMap<i64, Verification>,
    given: u64,
}

impl Verifications {
    fn begin(&mut self, producer_id: i64, epoch: i16, sequence: i32, now_ms: i64) -> Guard {
        if let Some(known) = self.open.get_mut(&producer_id) {
            if epoch > known.epoch {
                (known.epoch, known.lowest_sequence) = (epoch, sequence);
            } else if epoch == known.epoch {
                known.lowest_sequence = known.lowest_sequence.min(sequence);
            }
            return known.guard;
        }
        if self.open.len() >= limits::VERIFICATIONS_OPEN_MAX {
            let oldest = self.open.iter().min_by_key(|(_, it)| it.began_ms).map(|(id, _)| *id);
            oldest.and_then(|id| self.open.remove(&id));
        }
        self.given += 1;
        let guard = Guard(self.given);
        let new = Verification { guard, epoch, lowest_sequence: sequence, began_ms: now_ms };
        self.open.insert(producer_id, new);
        guard
    }

    pub(super) fn end(&mut self, producer_id: i64) {
        self.open.remove(&producer_id);
    }

    pub(super) fn expire(&mut self, now_ms: i64, expiration_ms: i64) {
        self.open.retain(|_, it| now_ms.saturating_sub(it.began_ms) < expiration_ms);
    }
}

impl Log {
    /// What the coordinator must confirm before a transactional batch of this producer is appended;
    /// nothing where its transaction is open here.
    pub fn begin_verification(
        &mut self,
        producer_id: i64,
        epoch: i16,
        sequence: i32,
        now_ms: i64,
    ) -> Option<Guard> {
        match self.producers.has_open_transaction(producer_id) {
            true => None,
            false => Some(self.verifications.begin(producer_id, epoch, sequence, now_ms)),
        }
    }

    /// Refuses batches that begin a transaction unverified, and those that would overtake others
    /// whose verification is under way.
    pub fn check_verified(&self, bytes: &Bytes, verified: Verified) -> Result<()> {
        if verified == Verified::Exempt && self.verifications.open.is_empty() {
            return Ok(());
        }
        for batch in batches(bytes) {
            // What is wrong with the batches themselves is for the append to say.
            let Ok(batch) = batch else { return Ok(()) };
            let header = batch.header;
            let id = header.producer_id;
            if !header.has_producer_id() || header.is_control() {
                continue;
            }
            let open = self.verifications.open.get(&id);
            if let Some(open) = open.filter(|open| header.base_sequence > open.lowest_sequence) {
                let (found, last) = (header.base_sequence, open.lowest_sequence.saturating_sub(1));
                return Err(Error::OutOfOrderSequence { producer_id: id, found, last });
            }
            if !header.is_transactional() || self.producers.has_open_transaction(id) {
                continue;
            }
            let confirmed = match verified {
                Verified::Exempt => true,
                Verified::By(guard) => open.is_some_and(|open| open.guard == guard),
                Verified::AsOpen => false,
            };
            if !confirmed {
                let what = "a batch that belongs to no open transaction";
                return Err(Error::TransactionState { producer_id: id, what });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::disk::Disk;
    use crate::base::rng::Rng;
    use crate::kafka::log::{LogConfig, Recovery};
    use crate::kafka::record::control::{EndTransaction, Marker, marker_batch};
    use crate::kafka::record::validate::Origin;
    use crate::kafka::record::{Builder, Compression};
    use crate::kafka::types::TopicPartition;

    fn log() -> Log {
        let (disk, dir) = (Disk::memory(), Path::new("/d/t-0"));
        disk.create_dir_all(dir).unwrap();
        let partition = TopicPartition::new("t", 0);
        let (config, recovery) = (LogConfig::default(), Recovery::default());
        Log::open(&disk, dir, partition, config, recovery, 0, Rng::seeded(1)).unwrap()
    }

    fn batch(epoch: i16, sequence: i32, transactional: bool) -> Bytes {
        let mut builder = Builder::new(Compression::NONE);
        builder.producer(7, epoch, sequence).transactional(transactional);
        builder.append(1, None, Some(b"v"), &[]);
        builder.finish()
    }

    /// As a partition does it.
    fn append(
        log: &mut Log,
        bytes: &Bytes,
        verified: Verified,
    ) -> std::result::Result<i64, String> {
        let client = Origin::Client { produce_version: 9 };
        log.check_verified(bytes, verified)
            .and_then(|()| log.append_as_leader(bytes, 0, client, 0))
            .map(|appended| appended.first_offset)
            .map_err(|error| error.to_string())
    }

    fn abort(log: &mut Log) {
        let end = EndTransaction { marker: Marker::Abort, coordinator_epoch: 0 };
        let marker = marker_batch(7, 0, end, 0);
        log.check_verified(&marker, Verified::Exempt).unwrap();
        log.append_as_leader(&marker, 0, Origin::Coordinator, 0).unwrap();
    }

    const OUTSIDE: &str = "transaction of producer 7: a batch that belongs to no open transaction";

    #[test]
    fn only_the_first_batch_of_a_transaction_is_verified() {
        let mut log = log();
        let outside = Err(OUTSIDE.to_owned());
        assert_eq!(append(&mut log, &batch(0, 0, true), Verified::AsOpen), outside);
        let guard = log.begin_verification(7, 0, 0, 0).unwrap();
        assert_eq!(log.begin_verification(7, 0, 0, 0), Some(guard), "the same one");
        assert_eq!(append(&mut log, &batch(0, 0, true), Verified::By(guard)), Ok(0));
        assert_eq!(log.begin_verification(7, 0, 1, 0), None);
        assert_eq!(append(&mut log, &batch(0, 1, true), Verified::AsOpen), Ok(1));
        // Its guard is good for nothing once the transaction is over.
        abort(&mut log);
        assert_eq!(append(&mut log, &batch(0, 2, true), Verified::By(guard)), outside);
        assert_eq!(append(&mut log, &batch(0, 2, true), Verified::AsOpen), outside);
        assert_ne!(log.begin_verification(7, 0, 2, 0), Some(guard));
    }

    #[test]
    fn an_answer_that_the_marker_overtook_is_void() {
        let mut log = log();
        let guard = log.begin_verification(7, 0, 0, 0).unwrap();
        abort(&mut log);
        let late = append(&mut log, &batch(0, 0, true), Verified::By(guard));
        assert_eq!(late, Err(OUTSIDE.to_owned()));
        assert_eq!(append(&mut log, &batch(0, 0, true), Verified::Exempt), Ok(1), "not asked");
    }

    #[test]
    fn what_waits_is_not_overtaken() {
        let mut log = log();
        log.begin_verification(7, 0, 5, 0);
        let guard = log.begin_verification(7, 0, 3, 0).unwrap();
        for sequence in [4, 5] {
            let early = append(&mut log, &batch(0, sequence, true), Verified::By(guard));
            let said = format!("sequence number {sequence} of producer 7 does not follow 2");
            assert_eq!(early, Err(said));
        }
        // A new epoch counts from the beginning.
        assert_eq!(log.begin_verification(7, 1, 0, 0), Some(guard));
        assert!(append(&mut log, &batch(1, 1, true), Verified::By(guard)).is_err());
        assert_eq!(append(&mut log, &batch(1, 0, true), Verified::By(guard)), Ok(0));
    }

    #[test]
    fn verifications_that_nobody_finishes_do_not_pile_up() {
        let mut log = log();
        let first = log.begin_verification(7, 0, 0, 1).unwrap();
        for id in 0..limits::VERIFICATIONS_OPEN_MAX as i64 {
            log.begin_verification(100 + id, 0, 0, 2);
        }
        assert_eq!(log.verifications.open.len(), limits::VERIFICATIONS_OPEN_MAX);
        let outside = append(&mut log, &batch(0, 0, true), Verified::By(first));
        assert_eq!(outside, Err(OUTSIDE.to_owned()), "the oldest is forgotten");
        log.expire_producers(12, 10);
        assert_eq!(log.verifications.open.len(), 0);
    }
}
