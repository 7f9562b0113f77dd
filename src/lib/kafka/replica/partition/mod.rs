//! One partition: log, leader epoch, in-sync replicas, high watermark, and who waits for it.
//!
//! Invariants: log start <= high watermark <= log end. The high watermark never moves back while
//! this broker leads. A leader is in its own ISR. Whoever waits is woken by what it waits for, by a
//! change of leader, and by the end of the partition.
//!
//! Each family of events is a file: [`append`](Partition::append_as_leader) as leader, what a
//! follower does with what its leader sends, who is in sync, reads, and becoming leader or follower.

mod append;
mod delete;
mod follow;
pub mod high_watermark;
mod isr;
mod log_config;
mod read;
mod role;
mod throttled;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::base::clock::Instant;
use crate::base::uuid::Uuid;
use crate::config::topic::TopicConfig;
use crate::kafka::log::Log;
use crate::kafka::types::{BrokerId, ControllerEpoch, LeaderEpoch, Offset, TopicPartition};

use super::error::Error;
use super::wait::{Until, Visibility, Waiter, Waiters, Waiting};
use high_watermark::Follower;
use throttled::Throttled;

pub use append::{Append, Appended, Heard};
pub use follow::{FromLeader, Standing, Truncated};
pub use isr::{Decision, IsrWish};
pub use log_config::log_config;
pub use read::{Candidate, Position, Read, ReadRequest, Reader};
pub use role::LeaderAndIsr;
pub use throttled::Side;

/// What all partitions of a broker know of it.
#[derive(Clone, Copy, Debug)]
pub struct Local {
    pub broker: BrokerId,
    /// `replica.lag.time.max.ms`: how long ago a follower may have had everything.
    pub lag_max: Duration,
}

/// A partition of this broker.
#[derive(Debug)]
pub struct Partition {
    id: TopicPartition,
    local: Local,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// None once the partition is deleted or its log directory has failed.
    log: Option<Log>,
    config: Arc<TopicConfig>,
    throttled: Throttled,
    high_watermark: Offset,
    /// As of the last LeaderAndIsr that was taken; -1 before the first.
    epoch: LeaderEpoch,
    /// The version of the partition's state znode.
    partition_epoch: i32,
    controller_epoch: ControllerEpoch,
    leader: Option<BrokerId>,
    replicas: Vec<BrokerId>,
    role: Role,
    waiters: Waiters,
}

#[derive(Debug)]
enum Role {
    /// Not told yet, or told that somebody else leads.
    Follower,
    Leader(Leader),
}

/// What only a leader keeps.
#[derive(Debug)]
struct Leader {
    /// The log end when it became leader: before the high watermark is there, nobody knows how far
    /// the predecessor had come.
    start: Offset,
    isr: BTreeSet<BrokerId>,
    /// The ISR that was asked for and is not decided: who would come in counts already, who would
    /// go still does.
    wished: Option<BTreeSet<BrokerId>>,
    followers: BTreeMap<BrokerId, Follower>,
}

/// How far an append has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    Waiting,
    /// On all replicas in sync, of which there are enough.
    Committed,
    /// On all replicas in sync, but these have become fewer than `min.insync.replicas`.
    TooFewReplicas,
}

/// The numbers of a partition that others look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offsets {
    pub log_start: Offset,
    pub high_watermark: Offset,
    pub last_stable: Offset,
    pub log_end: Offset,
}

impl Partition {
    /// A partition over its log; `high_watermark` is the checkpointed one.
    pub fn new(
        id: TopicPartition,
        local: Local,
        mut log: Log,
        config: Arc<TopicConfig>,
        high_watermark: Offset,
    ) -> Partition {
        let high_watermark = high_watermark.clamp(log.log_start(), log.log_end());
        // Transactions that were read back from the log may be decided: the high watermark need
        // not move any more to say so.
        log.committed(high_watermark);
        let state = State {
            log: Some(log),
            throttled: Throttled::of(&config, &id, local.broker),
            config,
            high_watermark,
            epoch: LeaderEpoch(-1),
            partition_epoch: -1,
            controller_epoch: ControllerEpoch(-1),
            leader: None,
            replicas: Vec::new(),
            role: Role::Follower,
            waiters: Waiters::default(),
        };
        Partition { id, local, state: Mutex::new(state) }
    }

    /// Its name.
    pub fn id(&self) -> &TopicPartition {
        &self.id
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic under the lock is a broken invariant; release programs abort on it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its numbers.
    pub fn offsets(&self) -> Result<Offsets, Error> {
        let state = self.state();
        Ok(state.offsets(state.log(&self.id)?))
    }

    /// Whether this broker leads it.
    pub fn is_leader(&self) -> bool {
        matches!(self.state().role, Role::Leader(_))
    }

    /// Who leads, and since which epoch, as far as this broker was told.
    pub fn leader(&self) -> (Option<BrokerId>, LeaderEpoch) {
        let state = self.state();
        (state.leader, state.epoch)
    }

    /// The id of its topic; zero where it has none.
    pub fn topic_id(&self) -> Uuid {
        self.state().log.as_ref().and_then(Log::topic_id).unwrap_or(Uuid::ZERO)
    }

    /// Gives the topic the id that the cluster has for it; the log had none.
    pub fn assign_topic_id(&self, id: Uuid) -> Result<(), Error> {
        self.with_log(|log, _| log.assign_topic_id(id))?.map_err(Error::Log)
    }

    /// Uses new settings of its topic from here on.
    pub fn reconfigure(&self, config: Arc<TopicConfig>) {
        let mut state = self.state();
        if let Some(log) = &mut state.log {
            log.set_config(log_config(&config));
        }
        state.throttled = Throttled::of(&config, &self.id, self.local.broker);
        state.config = config;
    }

    /// The settings of its topic.
    pub fn config(&self) -> Arc<TopicConfig> {
        self.state().config.clone()
    }

    /// Runs `work` on the log and the high watermark: upkeep, and reading at leisure.
    pub fn with_log<T>(&self, work: impl FnOnce(&mut Log, Offset) -> T) -> Result<T, Error> {
        let mut state = self.state();
        let high_watermark = state.high_watermark;
        match &mut state.log {
            Some(log) => Ok(work(log, high_watermark)),
            None => Err(Error::Offline(self.id.clone())),
        }
    }

    /// Nothing is served from here on; whoever waits is told to look again. Gives the log, which
    /// nobody else has.
    pub(super) fn take_offline(&self) -> Option<Log> {
        let mut state = self.state();
        state.role = Role::Follower;
        state.leader = None;
        state.waiters.wake_all();
        state.log.take()
    }

    /// Stops leading or following, but keeps the log.
    pub(super) fn step_down(&self) {
        let mut state = self.state();
        state.role = Role::Follower;
        state.leader = None;
        state.waiters.wake_all();
    }

    /// Waits until the high watermark is at `offset`, or somebody else leads; see
    /// [`Partition::commit_state`] for which of the two.
    pub fn wait_committed(&self, offset: Offset) -> Waiting {
        let waiting = Waiter::waiting(1);
        let mut state = self.state();
        match state.role {
            Role::Leader(_) if state.high_watermark < offset => {
                state.waiters.add(Until::Committed(offset), waiting.waiter());
            }
            Role::Leader(_) | Role::Follower => waiting.waiter().fire(),
        }
        waiting
    }

    /// How far what was appended below `offset` in `epoch` has come.
    pub fn commit_state(&self, offset: Offset, epoch: LeaderEpoch) -> Result<Commit, Error> {
        let state = self.state();
        state.log(&self.id)?;
        match &state.role {
            Role::Leader(_) if state.epoch != epoch => Err(Error::NotLeader(self.id.clone())),
            Role::Follower => Err(Error::NotLeader(self.id.clone())),
            Role::Leader(_) if state.high_watermark < offset => Ok(Commit::Waiting),
            Role::Leader(leader) if leader.isr.len() < state.isr_min() => {
                Ok(Commit::TooFewReplicas)
            }
            Role::Leader(_) => Ok(Commit::Committed),
        }
    }

    /// Registers a reader that found too little. `seen` is the end it saw: if more is there by now,
    /// that counts at once, so that nothing slips in between the look and the registration.
    pub fn wait_readable(&self, visibility: Visibility, seen: Offset, waiter: Arc<Waiter>) {
        let mut state = self.state();
        let end = state.log.as_ref().map(|log| state.offsets(log).end(visibility));
        match end == Some(seen) {
            true => state.waiters.add(Until::Readable(visibility), waiter),
            // Only this one looks again: the others wait for something else.
            false => waiter.fire(),
        }
    }
}

/// How far consumers see.
#[derive(Clone, Copy, Debug)]
struct Ends {
    high_watermark: Offset,
    last_stable: Offset,
}

impl Ends {
    fn of(log: &Log, high_watermark: Offset) -> Ends {
        Ends { high_watermark, last_stable: log.last_stable_offset(high_watermark) }
    }
}

impl Offsets {
    /// How far a reader sees.
    pub fn end(&self, visibility: Visibility) -> Offset {
        match visibility {
            Visibility::LogEnd => self.log_end,
            Visibility::HighWatermark => self.high_watermark,
            Visibility::LastStable => self.last_stable,
        }
    }
}

impl State {
    fn log(&self, id: &TopicPartition) -> Result<&Log, Error> {
        self.log.as_ref().ok_or_else(|| Error::Offline(id.clone()))
    }

    /// How many replicas must be in sync for `acks=all`; a topic with fewer replicas than that
    /// needs all it has (KAFKA-15583).
    fn isr_min(&self) -> usize {
        let set = usize::try_from(self.config.min_insync_replicas).unwrap_or(1);
        set.min(self.replicas.len()).max(1)
    }

    fn offsets(&self, log: &Log) -> Offsets {
        Offsets {
            log_start: log.log_start(),
            high_watermark: self.high_watermark,
            last_stable: log.last_stable_offset(self.high_watermark),
            log_end: log.log_end(),
        }
    }

    /// Moves the high watermark as far as the replicas that count allow, and wakes who waited.
    /// `bytes` is what has just been appended.
    fn advance_high_watermark(&mut self, local: &Local, now: Instant, bytes: usize) {
        let isr_min = self.isr_min();
        let (Role::Leader(leader), Some(log)) = (&self.role, &mut self.log) else { return };
        // With fewer replicas in sync than acks=all is promised, nothing counts as committed
        // (KAFKA-15583): a leader elected from outside the ISR could not have it.
        if leader.isr.len() < isr_min {
            return;
        }
        let counted =
            leader.followers.iter().filter(|(id, it)| leader.counts(**id, it, local, now));
        let ends = counted.map(|(_, follower)| follower.log_end);
        let next = high_watermark::advance(self.high_watermark, log.log_end(), ends);
        if next == self.high_watermark {
            return;
        }
        let before = Ends::of(log, self.high_watermark);
        log.committed(next);
        let now = Ends::of(log, next);
        self.high_watermark = next;
        if self.waiters.is_empty() {
            return;
        }
        // How many bytes lie between two high watermarks is not worth a look into the log: what
        // this append brought is what became readable, or, on a follower's fetch, enough.
        let bytes = if bytes > 0 { bytes } else { usize::MAX };
        self.waiters.committed(next);
        self.waiters.readable(Visibility::HighWatermark, bytes);
        self.stable_moved(before, now, bytes);
    }

    /// Wakes who reads committed transactions. A marker releases more than it brings.
    fn stable_moved(&mut self, before: Ends, now: Ends, bytes: usize) {
        if now.last_stable > before.last_stable {
            let along = before.last_stable == before.high_watermark
                && now.last_stable == now.high_watermark;
            let bytes = if along { bytes } else { usize::MAX };
            self.waiters.readable(Visibility::LastStable, bytes);
        }
    }
}

#[cfg(test)]
mod tests;
