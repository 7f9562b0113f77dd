//! What a life is asked to be, and what came of it.

use std::collections::BTreeMap;
use std::time::Duration;

use milena::base::planted::Bug;
use milena::net::simulated::Seen;

/// Who lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Half {
    /// Three brokers and one ZooKeeper.
    #[default]
    Brokers,
    /// An ensemble of ZooKeeper servers.
    ZooKeeper,
}

/// What a life is like, beside its seed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices {
    pub half: Half,
    /// No faults.
    pub calm: bool,
    /// Everything that happens is printed.
    pub aloud: bool,
    /// A promise that the servers do not keep.
    pub bug: Option<Bug>,
}

/// What came of a life.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub seed: u64,
    /// What was wrong.
    pub failure: Option<String>,
    pub seen: Seen,
    /// By kind, as are events.
    pub faults: BTreeMap<&'static str, u64>,
    pub events: BTreeMap<&'static str, u64>,
    pub acknowledged: u64,
    pub uncertain: u64,
    pub read: u64,
    pub cpu: Duration,
}

/// Adds to the count of a kind.
pub fn count(counts: &mut BTreeMap<&'static str, u64>, kind: &'static str, by: u64) {
    *counts.entry(kind).or_default() += by;
}
