//! What a follower does with what its leader sends: append it as it is, cut off what the leader does
//! not have, start over where the leader's log begins later than its own ends.
//!
//! Everything names the leader epoch it was asked in: an answer that comes after another leader was
//! told changes nothing.

use bytes::Bytes;

use crate::base::planted::Bug;
use crate::kafka::log::Log;
use crate::kafka::types::{LeaderEpoch, Offset};

use super::super::error::Error;
use super::super::wait::Visibility;
use super::{Ends, Partition, Role, State};

/// Where a follower stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub log_start: Offset,
    pub high_watermark: Offset,
    pub log_end: Offset,
    /// The epoch of its last record.
    pub last_epoch: Option<LeaderEpoch>,
}

/// What a leader says of itself beside its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FromLeader {
    pub high_watermark: Offset,
    pub log_start: Offset,
}

/// Where a log was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncated {
    /// Something was cut off: the recovery points must be written before anything is appended.
    pub shortened: bool,
    /// Both logs agree up to the end now; else the leader must be asked about an older epoch.
    pub agrees: bool,
}

impl State {
    /// The log of a partition that this broker follows in `epoch`.
    fn followed(&mut self, partition: &Partition, epoch: LeaderEpoch) -> Result<&mut Log, Error> {
        if matches!(self.role, Role::Leader(_)) || self.epoch != epoch {
            return Err(Error::NotFollower(partition.id.clone()));
        }
        self.log.as_mut().ok_or_else(|| Error::Offline(partition.id.clone()))
    }

    /// Cuts off everything at or above `offset`; says whether that was anything.
    fn cut(
        &mut self,
        partition: &Partition,
        epoch: LeaderEpoch,
        offset: Offset,
        now_ms: i64,
    ) -> Result<bool, Error> {
        let log = self.followed(partition, epoch)?;
        if Bug::SkipTruncation.is_planted() {
            return Ok(false);
        }
        let shortened = log.truncate_to(offset, now_ms)?;
        let end = log.log_end();
        self.high_watermark = self.high_watermark.min(end);
        let high_watermark = self.high_watermark;
        // What producers did was read back from the log, which does not say what is committed.
        if let (true, Some(log)) = (shortened, &mut self.log) {
            log.committed(high_watermark);
        }
        Ok(shortened)
    }
}

impl Partition {
    /// Where this broker stands, following in `epoch`.
    pub fn standing(&self, epoch: LeaderEpoch) -> Result<Standing, Error> {
        let mut state = self.state();
        let high_watermark = state.high_watermark;
        let log = state.followed(self, epoch)?;
        Ok(Standing {
            log_start: log.log_start(),
            high_watermark,
            log_end: log.log_end(),
            last_epoch: log.latest_epoch().map(LeaderEpoch),
        })
    }

    /// Appends what the leader sent, and takes over its high watermark and start as far as this log
    /// reaches.
    pub fn append_as_follower(
        &self,
        epoch: LeaderEpoch,
        batches: &Bytes,
        leader: FromLeader,
        now_ms: i64,
    ) -> Result<(), Error> {
        let mut guard = self.state();
        let state = &mut *guard;
        let before = state.high_watermark;
        let log = state.followed(self, epoch)?;
        let ends_before = Ends::of(log, before);
        log.append_as_follower(batches, now_ms)?;
        // Below what was ever committed nothing is uncommitted again: a leader that has just been
        // elected may know less than its follower.
        let high_watermark = leader.high_watermark.min(log.log_end()).max(before);
        // Records above its high watermark a follower may have to cut off; so it keeps them.
        log.set_log_start(leader.log_start.min(high_watermark))?;
        log.committed(high_watermark);
        let ends = Ends::of(log, high_watermark);
        state.high_watermark = high_watermark.max(log.log_start());
        if !batches.is_empty() {
            state.waiters.readable(Visibility::LogEnd, batches.len());
        }
        if state.high_watermark > before {
            let bytes = batches.len().max(1);
            state.waiters.readable(Visibility::HighWatermark, bytes);
            state.stable_moved(ends_before, ends, bytes);
        }
        Ok(())
    }

    /// Cuts off what the leader does not have: it says that the last epoch it knows, not above the
    /// one asked for, is `leader_epoch` and ended at `end` (-1 each where it cannot tell).
    pub fn truncate_to_leader(
        &self,
        epoch: LeaderEpoch,
        leader_epoch: i32,
        end: Offset,
        now_ms: i64,
    ) -> Result<Truncated, Error> {
        let mut guard = self.state();
        let state = &mut *guard;
        let high_watermark = state.high_watermark;
        let log = state.followed(self, epoch)?;
        let (offset, agrees) = match (end, leader_epoch) {
            (..0, _) => (high_watermark, true),
            (_, ..0) => (end, true),
            _ => {
                let (known, known_end) = log.end_offset_for_epoch(leader_epoch);
                match known {
                    ..0 => (end, true),
                    _ if known == leader_epoch => (end.min(known_end), true),
                    // The leader's epoch is one that this log has not: ask about an older one.
                    _ => (known_end, false),
                }
            }
        };
        let shortened = state.cut(self, epoch, offset, now_ms)?;
        Ok(Truncated { shortened, agrees })
    }

    /// Cuts off everything at or above `offset`; says whether that was anything.
    pub fn truncate_to(
        &self,
        epoch: LeaderEpoch,
        offset: Offset,
        now_ms: i64,
    ) -> Result<bool, Error> {
        self.state().cut(self, epoch, offset, now_ms)
    }

    /// Forgets everything: the leader's log begins at `offset`, after the end of this one.
    pub fn start_over_at(
        &self,
        epoch: LeaderEpoch,
        offset: Offset,
        now_ms: i64,
    ) -> Result<(), Error> {
        let mut guard = self.state();
        let state = &mut *guard;
        let log = state.followed(self, epoch)?;
        log.truncate_fully_and_start_at(offset, now_ms)?;
        state.high_watermark = offset;
        Ok(())
    }
}
