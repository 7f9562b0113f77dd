//! How far a follower is, and what it has gathered on the way.

use std::fmt;

use crate::zookeeper::jute::Zxid;
use crate::zookeeper::zab::history::Entry;

/// How far it is.
#[derive(Debug)]
pub(super) enum Phase {
    Connecting,
    /// FOLLOWERINFO is sent.
    Introduced,
    /// The epoch is being saved, and this is what the acknowledgement says.
    Accepting(i32),
    Synchronising(Sync),
    /// NEWLEADER has come, and everything before it is being made durable.
    Logging(Sync),
    Entering,
    /// NEWLEADER is acknowledged.
    Entered,
    Serving,
}

/// What came since ACKEPOCH.
#[derive(Debug, Default)]
pub(super) struct Sync {
    /// DIFF, TRUNC or SNAP has come.
    pub(super) begun: bool,
    /// The log is being cut, or a snapshot installed.
    pub(super) installing: bool,
    /// How far a DIFF said that it goes.
    pub(super) until: Zxid,
    pub(super) to_log: Vec<Entry>,
    pub(super) committed: Vec<Entry>,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Connecting => "connecting",
            Phase::Introduced => "introduced",
            Phase::Accepting(_) => "accepting the epoch",
            Phase::Synchronising(_) => "synchronising",
            Phase::Logging(_) => "logging",
            Phase::Entering => "entering the epoch",
            Phase::Entered => "entered the epoch",
            Phase::Serving => "serving",
        })
    }
}
