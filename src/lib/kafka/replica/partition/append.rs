//! Appending as leader, and hearing from followers.

use bytes::Bytes;

use crate::base::clock::{Instant, Now};
use crate::kafka::log::{self, Guard, Verified};
use crate::kafka::record::validate::Origin;
use crate::kafka::types::{BrokerId, LeaderEpoch, Offset, ProducerEpoch, ProducerId};

use super::super::error::Error;
use super::super::wait::Visibility;
use super::{IsrWish, Offsets, Partition, Role, State};

/// How batches come in.
#[derive(Clone, Copy, Debug)]
pub struct Append {
    pub now: Now,
    pub origin: Origin,
    /// The producer wants all in-sync replicas to have it: too few of them is a refusal.
    pub acks_all: bool,
    /// What the first batch of a transaction comes with.
    pub verified: Verified,
}

/// What came of a follower's fetch.
#[derive(Clone, Debug)]
pub struct Heard {
    pub offsets: Offsets,
    /// The follower has caught up: the ISR to ask for.
    pub wish: Option<IsrWish>,
}

/// What an append gave.
#[derive(Clone, Debug)]
pub struct Appended {
    pub log: log::Appended,
    /// The epoch it was appended in: a wait for replication is over when it changes.
    pub epoch: LeaderEpoch,
    /// Whether it is already below the high watermark.
    pub committed: bool,
}

impl Partition {
    /// Appends batches as the leader: offsets and the leader epoch are stamped, the producer's
    /// state is checked, the high watermark moves if this broker is alone in sync.
    pub fn append_as_leader(&self, batches: Bytes, append: Append) -> Result<Appended, Error> {
        let mut guard = self.state();
        let state = &mut *guard;
        let Role::Leader(leader) = &state.role else {
            return Err(self.not_leading(state));
        };
        let in_sync = leader.isr.len();
        let needed = state.isr_min();
        if append.acks_all && in_sync < needed {
            let partition = self.id.clone();
            return Err(Error::NotEnoughReplicas { partition, in_sync, needed });
        }
        let (epoch, bytes) = (state.epoch, batches.len());
        let Some(log) = &mut state.log else { return Err(Error::Offline(self.id.clone())) };
        log.check_verified(&batches, append.verified)?;
        let appended =
            log.append_as_leader(&batches, epoch.0, append.origin, append.now.wall_ms)?;
        state.waiters.readable(Visibility::LogEnd, bytes);
        state.advance_high_watermark(&self.local, append.now.monotonic, bytes);
        let committed = state.high_watermark > appended.last_offset;
        Ok(Appended { committed, epoch, log: appended })
    }

    /// What the coordinator must confirm before this producer's transaction begins here; nothing
    /// where it has begun. `sequence` is that of the first batch that waits for it.
    pub fn begin_verification(
        &self,
        producer: (ProducerId, ProducerEpoch),
        sequence: i32,
        now_ms: i64,
    ) -> Result<Option<Guard>, Error> {
        let mut guard = self.state();
        let state = &mut *guard;
        if !matches!(state.role, Role::Leader(_)) {
            return Err(self.not_leading(state));
        }
        let Some(log) = &mut state.log else { return Err(Error::Offline(self.id.clone())) };
        let (ProducerId(id), ProducerEpoch(epoch)) = producer;
        Ok(log.begin_verification(id, epoch, sequence, now_ms))
    }

    /// A partition that is offline does not lead either; which of the two it is matters to clients.
    pub(super) fn not_leading(&self, state: &State) -> Error {
        match state.log {
            Some(_) => Error::NotLeader(self.id.clone()),
            None => Error::Offline(self.id.clone()),
        }
    }

    /// A follower asked for `log_end`: it has everything below. Moves the high watermark; a
    /// follower that has caught up may come into the ISR.
    pub fn follower_fetched(
        &self,
        now: Instant,
        follower: BrokerId,
        log_end: Offset,
        log_start: Offset,
    ) -> Result<Heard, Error> {
        let mut guard = self.state();
        let state = &mut *guard;
        let leader_end = state.log(&self.id)?.log_end();
        let Role::Leader(leader) = &mut state.role else {
            return Err(Error::NotLeader(self.id.clone()));
        };
        let Some(known) = leader.followers.get_mut(&follower) else {
            return Err(Error::NotReplica { partition: self.id.clone(), broker: follower });
        };
        let start_moved = known.log_start != log_start;
        known.fetched(now, log_end, log_start, leader_end);
        if start_moved {
            state.waiters.log_start_moved();
        }
        // First who counts, then how far they have come: a follower that catches up while all
        // others are gone must be waited for from here on.
        let wish = state.expand(follower);
        state.advance_high_watermark(&self.local, now, 0);
        Ok(Heard { offsets: state.offsets(state.log(&self.id)?), wish })
    }
}
