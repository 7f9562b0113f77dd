//! Zab: how the servers of an ensemble agree on a leader, and on what it proposes.
//!
//! A [`Peer`] is one server's part in it. [`Peer::step`] takes an [`Event`] (a packet came, time has
//! passed, something is durable) and gives [`Action`]s (say this to that one, log it, apply it). It
//! does no I/O and reads no clock; `zookeeper::server` carries out what it wants, in order.
//!
//! ```text
//!  looking ── elected ──> following: FOLLOWERINFO, epoch, DIFF/TRUNC/SNAP, NEWLEADER, UPTODATE ─┐
//!     ^         └───────> leading: epoch of a quorum, synchronise each, quorum of NEWLEADER ────┤
//!     └── retired <── anything that is not as it should be, or a quorum that is lost <──────────┘
//! ```
//!
//! * [`message`]: what goes in and out.
//! * [`election`]: who leads.
//! * [`quorum`]: who is enough.
//! * [`history`]: the newest transactions, and what a learner lacks of them.
//! * `follower`, `leader`: the two roles, each with a state of its own. An observer follows without
//!   a vote, and is told only what is committed.
//! * `feed`: how a learner is brought up to date.
//! * `observer_master`: the observers of a follower, where they are to follow it and not the leader.
//!
//! Invariants, each held where it is written and where it is read:
//!
//! * The accepted epoch is durable before anybody is told of it, and never decreases. The current
//!   epoch is never above it, and is durable only after all that was synchronised is.
//! * A vote says the current epoch and the last transaction of the log, committed or not.
//! * A proposal is acknowledged when it and all before it are durable; by the leader too.
//! * Commits are in the order of zxids without a hole; a follower commits what it was proposed.
//! * Nothing is proposed in an epoch before a quorum has acknowledged its beginning.
//! * Whoever violates a rule has its link closed, with the rule named.
//! * A role has ended altogether before the next begins.

pub mod election;
mod feed;
mod follower;
pub mod history;
mod leader;
pub mod message;
mod observer_master;
mod peer;
pub mod quorum;

#[cfg(test)]
mod golden;

use std::time::Duration;

pub use election::Pace;
pub use history::Entry;
pub use message::{Action, Event, LinkId, Waiter};
pub use peer::{Learners, Peer};
pub use quorum::{Config, Rules};

use crate::zookeeper::jute::ServerId;

/// What a peer goes by.
#[derive(Clone, Debug)]
pub struct Settings {
    pub id: ServerId,
    /// Who belongs to the ensemble, and what was proposed to take its place.
    pub rules: Rules,
    /// `peerType=observer`, where no line says what this server is.
    pub observer: bool,
    /// `reconfigEnabled`: whether configurations of others are taken over.
    pub reconfigures: bool,
    /// `tickTime`.
    pub tick: Duration,
    /// `initLimit`, in ticks: how long finding an epoch and synchronising may take, each.
    pub init_limit: u32,
    /// `syncLimit`, in ticks: how long one may be silent.
    pub sync_limit: u32,
    pub pace: Pace,
    /// `commitLogCount`.
    pub history_max: usize,
    /// `forceSnapshotSync`: learners that lack something get everything.
    pub forces_snapshot: bool,
    /// `observerMasterPort` is set: a follower takes observers.
    pub takes_observers: bool,
}

impl Settings {
    fn init(&self) -> Duration {
        self.tick * self.init_limit
    }

    fn sync(&self) -> Duration {
        self.tick * self.sync_limit
    }
}
