//! Groups and transactions, as machines over their records.
//!
//! Each partition of an internal topic is one machine: `__consumer_offsets` holds groups and what
//! they committed ([`group`]), `__transaction_state` holds transactions ([`transaction`]). A machine
//! has two doors:
//!
//! * [`Machine::step`] takes one event at one moment and answers with [`Action`]s. It may set
//!   timers and park requests; what the log says it does not touch.
//! * [`Machine::apply`] changes what the log says, by one record. It cannot fail.
//!
//! Whoever runs a machine (`broker::shards`) appends the records of an [`Action::Append`], applies
//! them before the next event is taken, and holds every answer back until all that was appended
//! before it is committed: so nobody is ever told what a failover could take back. An append that
//! is refused leaves the machine as it was; the answers of the same step become errors. Loading a
//! partition after a change of leaders is `apply` in a loop, then [`Event::Loaded`].
//!
//! Time and chance are arguments, nothing here does I/O, and every map that is walked is ordered:
//! the same events give the same life.

pub mod group;
pub mod transaction;

use std::fmt;

use crate::base::clock::Instant;
pub use crate::base::clock::Now;

/// Who asked: a number the runner gives out, and gets back with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyTo(pub u64);

impl fmt::Display for ReplyTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Which partition of an internal topic a group or a transactional id lives in: Java's hash of it
/// over `partitions`.
pub fn partition_of(key: &str, partitions: i32) -> i32 {
    let hash = key
        .encode_utf16()
        .fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    // `Utils.abs`: the smallest number has no positive twin, and counts as zero.
    hash.checked_abs().unwrap_or(0) % partitions.max(1)
}

/// What a machine is told.
#[derive(Clone, Debug)]
pub enum Event<Request> {
    /// The whole log was applied; from here on this machine is the coordinator.
    Loaded,
    /// A deadline may have passed. Told too often does no harm.
    Tick,
    /// Somebody asks.
    Request { from: ReplyTo, request: Request },
}

/// What a machine wants done, in this order.
#[derive(Clone, Debug)]
pub enum Action<Record, Response> {
    /// Append these as one batch, then apply them.
    Append(Vec<Record>),
    /// Answer, once all that was appended so far is committed.
    Reply { to: ReplyTo, response: Response },
    /// Tell [`Event::Tick`] at this moment. The last one counts; it replaces all earlier ones.
    WakeAt(Instant),
}

/// A coordinator of one partition of an internal topic.
pub trait Machine {
    type Request;
    type Record;
    type Response;

    /// Takes one event at one moment. May change timers and parked requests; may not change what is
    /// logged.
    fn step(
        &mut self,
        now: Now,
        event: Event<Self::Request>,
        out: &mut Vec<Action<Self::Record, Self::Response>>,
    );

    /// Changes the logged state. Cannot fail: a record that cannot be applied is a bug or a corrupt
    /// log.
    fn apply(&mut self, record: &Self::Record);
}
