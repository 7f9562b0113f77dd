//! Groups of one partition of `__consumer_offsets`: membership and committed offsets, by the classic
//! protocol.
//!
//! # A rebalance
//!
//! ```text
//!            first join                 all joined, or time is up          leader's SyncGroup
//!  Empty ───────────────▶ PreparingRebalance ─────────▶ CompletingRebalance ─────────▶ Stable
//!    ▲                        │    ▲                           │                         │
//!    └── nobody joined again ─┘    └── a join, a leave, a session that ends ─────────────┘
//! ```
//!
//! A JoinGroup is parked until the rebalance completes; a SyncGroup until the leader has sent the
//! assignment. Then the group is written to the log, and only then it is `Stable`. `Dead`, the fifth
//! state clients know, is a group that is not there.
//!
//! # What is logged, what is not
//!
//! The log knows a group as it was when it last became stable or empty, and its committed offsets:
//! [`Group`]'s `logged` and `offsets`, which only [`Groups::apply`] changes. All else (who is
//! joining, which generation is being prepared, sessions) is lost in a failover, and members find
//! their way back: their heartbeats and commits of the logged generation are good.
//!
//! # Files
//!
//! | file | events |
//! |---|---|
//! | `join` | JoinGroup |
//! | `rebalance` | the way from PreparingRebalance to the next generation; its deadlines |
//! | `sync` | SyncGroup |
//! | `heartbeat` | Heartbeat, sessions |
//! | `leave` | LeaveGroup |
//! | `offsets` | OffsetCommit, TxnOffsetCommit, OffsetFetch |
//! | `describe` | DescribeGroups, ListGroups |
//! | `expire` | expiry, DeleteGroups, OffsetDelete, deleted topics |
//! | `apply` | the records |
//! | `state`, `member` | a group, a member; questions about them |
//! | `record` | keys and values, byte for byte |

mod apply;
mod describe;
mod display;
mod expire;
mod heartbeat;
mod join;
mod leave;
mod member;
mod offsets;
mod rebalance;
pub mod record;
mod state;
mod sync;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::{Action, Event, Machine, Now, ReplyTo};
use crate::base::rng::Rng;
use crate::base::timer::Timer;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::describe_groups::DescribedGroup;
use crate::kafka::protocol::message::list_groups::ListedGroup;
use crate::kafka::protocol::message::offset_fetch::OffsetFetchResponseGroup;
use crate::kafka::protocol::message::{
    HeartbeatRequest, HeartbeatResponse, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest,
    LeaveGroupResponse, OffsetCommitRequest, OffsetCommitResponse, OffsetDeleteRequest,
    OffsetDeleteResponse, SyncGroupRequest, SyncGroupResponse, TxnOffsetCommitRequest,
    TxnOffsetCommitResponse,
};
use crate::kafka::types::ProducerId;
pub use offsets::metadata_is_too_large;
pub use record::{Producer, Record, ValueVersions};
use state::Group;

/// What the broker's configuration says about groups.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `broker.id`, for log lines.
    pub broker_id: i32,
    /// Which partition of `__consumer_offsets` this is, for log lines.
    pub partition: i32,
    /// `group.min.session.timeout.ms`
    pub session_timeout_ms_min: i32,
    /// `group.max.session.timeout.ms`
    pub session_timeout_ms_max: i32,
    /// `group.initial.rebalance.delay.ms`
    pub initial_rebalance_delay_ms: i32,
    /// `group.max.size`
    pub members_max: usize,
    /// `offset.metadata.max.bytes`
    pub offset_metadata_max: usize,
    /// `offsets.retention.minutes`, in milliseconds
    pub offsets_retention_ms: i64,
    /// `offsets.retention.check.interval.ms`
    pub retention_check_interval_ms: i64,
}

/// What is asked of the groups of a partition. Every request but `List`, `EndTransaction` and
/// `ForgetTopics` names one group; requests that name several are taken apart before they get here.
#[derive(Clone, Debug)]
pub enum Request {
    Join {
        version: i16,
        client_id: String,
        client_host: String,
        body: JoinGroupRequest,
    },
    Sync(SyncGroupRequest),
    Heartbeat(HeartbeatRequest),
    /// `members` holds who leaves, also where an old version named only one.
    Leave(LeaveGroupRequest),
    OffsetCommit(OffsetCommitRequest),
    TxnOffsetCommit(TxnOffsetCommitRequest),
    /// Without `topics`: all there are.
    OffsetFetch {
        group: String,
        topics: Option<Vec<(String, Vec<i32>)>>,
        require_stable: bool,
    },
    Describe {
        group: String,
    },
    /// Empty filters let all pass.
    List {
        states: Vec<String>,
        types: Vec<String>,
    },
    Delete {
        group: String,
    },
    OffsetDelete(OffsetDeleteRequest),
    /// A transaction's coordinator says how it ended; what it commits here counts from then on.
    EndTransaction {
        producer: Producer,
        coordinator_epoch: i32,
        committed: bool,
    },
    /// These topics were deleted.
    ForgetTopics(BTreeSet<String>),
}

/// The answer to the [`Request`] of the same name.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    Join(JoinGroupResponse),
    Sync(SyncGroupResponse),
    Heartbeat(HeartbeatResponse),
    Leave(LeaveGroupResponse),
    OffsetCommit(OffsetCommitResponse),
    TxnOffsetCommit(TxnOffsetCommitResponse),
    OffsetFetch(OffsetFetchResponseGroup),
    Describe(DescribedGroup),
    List(Vec<ListedGroup>),
    Delete(ErrorCode),
    OffsetDelete(OffsetDeleteResponse),
    EndTransaction,
    ForgetTopics,
}

impl Response {
    /// What to answer in place of `self` where its records could not be appended because of `error`.
    pub fn refused(&self, error: ErrorCode) -> ErrorCode {
        if *self == Response::EndTransaction {
            // A coordinator of transactions knows what a log may say.
            return error;
        }
        let of_offsets = matches!(self, Response::OffsetCommit(_) | Response::TxnOffsetCommit(_));
        match error {
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
            | ErrorCode::NOT_ENOUGH_REPLICAS
            | ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND => ErrorCode::COORDINATOR_NOT_AVAILABLE,
            ErrorCode::REQUEST_TIMED_OUT if of_offsets => ErrorCode::COORDINATOR_NOT_AVAILABLE,
            ErrorCode::REQUEST_TIMED_OUT => ErrorCode::REBALANCE_IN_PROGRESS,
            ErrorCode::NOT_LEADER_OR_FOLLOWER | ErrorCode::KAFKA_STORAGE_ERROR => {
                ErrorCode::NOT_COORDINATOR
            }
            ErrorCode::MESSAGE_TOO_LARGE
            | ErrorCode::RECORD_LIST_TOO_LARGE
            | ErrorCode::INVALID_FETCH_SIZE => match of_offsets {
                true => ErrorCode::INVALID_COMMIT_OFFSET_SIZE,
                false => ErrorCode::UNKNOWN_SERVER_ERROR,
            },
            other => other,
        }
    }
}

/// What a timer is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Deadline {
    /// A member that is not heard of until then is gone.
    Session { group: Arc<str>, member: Arc<str> },
    /// A member id that was given out (KIP-394) and not used until then is forgotten.
    Pending { group: Arc<str>, member: Arc<str> },
    /// The rebalance goes on without those who have not joined until then.
    Join { group: Arc<str> },
    /// Members that have not sent SyncGroup until then are gone (KAFKA-12890).
    Sync { group: Arc<str> },
    /// Time to look for offsets that expired.
    Expiry,
}

/// The groups of one partition.
#[derive(Clone, Debug)]
pub struct Groups {
    settings: Settings,
    rng: Rng,
    groups: BTreeMap<Arc<str>, Group>,
    timers: Timer<Deadline>,
    /// Which groups have offsets pending in a producer's open transaction.
    open: BTreeMap<ProducerId, BTreeSet<Arc<str>>>,
    /// How many records were applied: orders a transaction's offsets among others.
    applied: u64,
}

type Actions = Vec<Action<Record, Response>>;

/// What one step has at hand beside the group it is about.
struct Turn<'a> {
    now: Now,
    settings: &'a Settings,
    rng: &'a mut Rng,
    timers: &'a mut Timer<Deadline>,
    out: &'a mut Actions,
}

impl Turn<'_> {
    fn reply(&mut self, to: ReplyTo, response: Response) {
        self.out.push(Action::Reply { to, response });
    }

    fn append(&mut self, records: Vec<Record>) {
        self.out.push(Action::Append(records));
    }

    fn set(&mut self, deadline: Deadline, after_ms: i64) {
        let after = Duration::from_millis(u64::try_from(after_ms).unwrap_or(0));
        self.timers.set(deadline, self.now.monotonic + after);
    }
}

impl Groups {
    /// The groups of an empty partition. `rng` gives the ids of members.
    pub fn new(settings: Settings, rng: Rng) -> Groups {
        Groups {
            settings,
            rng,
            groups: BTreeMap::new(),
            timers: Timer::default(),
            open: BTreeMap::new(),
            applied: 0,
        }
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// A group, if it is there, and what else the step needs.
    fn turn<'a>(
        &'a mut self,
        group: &str,
        now: Now,
        out: &'a mut Actions,
    ) -> (Option<&'a mut Group>, Turn<'a>) {
        let Groups { settings, rng, groups, timers, .. } = self;
        (groups.get_mut(group), Turn { now, settings, rng, timers, out })
    }

    /// A group, made if it is not there.
    fn turn_or_new<'a>(
        &'a mut self,
        group: &str,
        now: Now,
        out: &'a mut Actions,
    ) -> (&'a mut Group, Turn<'a>) {
        let Groups { settings, rng, groups, timers, .. } = self;
        let turn = Turn { now, settings, rng, timers, out };
        if !groups.contains_key(group) {
            let id: Arc<str> = group.into();
            groups.insert(id.clone(), Group::new(id, settings));
        }
        let group = groups.get_mut(group).expect("the group was just put there");
        (group, turn)
    }

    fn request(&mut self, now: Now, from: ReplyTo, request: Request, out: &mut Actions) {
        match request {
            Request::Join { version, client_id, client_host, body } => {
                let joiner = join::Joiner { from, version, client_id, client_host, body };
                self.join(now, joiner, out);
            }
            Request::Sync(body) => self.sync(now, from, body, out),
            Request::Heartbeat(body) => self.heartbeat(now, from, &body, out),
            Request::Leave(body) => self.leave(now, from, body, out),
            Request::OffsetCommit(body) => self.commit(now, from, body, out),
            Request::TxnOffsetCommit(body) => self.commit_in_transaction(now, from, body, out),
            Request::OffsetFetch { group, topics, require_stable } => {
                let fetched = self.fetch(group, topics, require_stable);
                out.push(Action::Reply { to: from, response: Response::OffsetFetch(fetched) });
            }
            Request::Describe { group } => {
                let described = self.describe(group);
                out.push(Action::Reply { to: from, response: Response::Describe(described) });
            }
            Request::List { states, types } => {
                let listed = self.list(&states, &types);
                out.push(Action::Reply { to: from, response: Response::List(listed) });
            }
            Request::Delete { group } => self.delete(from, &group, out),
            Request::OffsetDelete(body) => self.delete_offsets(from, body, out),
            Request::EndTransaction { producer, coordinator_epoch, committed } => {
                // The marker itself decides, here as on every replica that reads it back.
                let marker = Record::Marker { producer, coordinator_epoch, committed };
                out.push(Action::Append(vec![marker]));
                out.push(Action::Reply { to: from, response: Response::EndTransaction });
            }
            Request::ForgetTopics(topics) => self.forget_topics(from, &topics, out),
        }
    }

    /// Takes one deadline that has passed. One a step: what it logs is applied before the next.
    fn tick(&mut self, now: Now, out: &mut Actions) {
        match self.timers.pop_due(now.monotonic) {
            None => {}
            Some(Deadline::Session { group, member }) => {
                self.session_ended(now, &group, &member, out);
            }
            Some(Deadline::Pending { group, member }) => {
                self.pending_ended(now, &group, &member, out);
            }
            Some(Deadline::Join { group }) => self.join_ended(now, &group, out),
            Some(Deadline::Sync { group }) => self.sync_ended(now, &group, out),
            Some(Deadline::Expiry) => self.expire(now, out),
        }
    }

    /// Every member that was loaded gets a whole session to be heard of.
    fn loaded(&mut self, now: Now, out: &mut Actions) {
        let ids: Vec<Arc<str>> = self.groups.keys().cloned().collect();
        for id in ids {
            let (Some(group), mut turn) = self.turn(&id, now, out) else { continue };
            group.loaded(&mut turn);
        }
        let interval = self.settings.retention_check_interval_ms;
        let after = Duration::from_millis(u64::try_from(interval).unwrap_or(0));
        self.timers.set(Deadline::Expiry, now.monotonic + after);
    }
}

impl Machine for Groups {
    type Request = Request;
    type Record = Record;
    type Response = Response;

    fn step(&mut self, now: Now, event: Event<Request>, out: &mut Actions) {
        match event {
            Event::Loaded => self.loaded(now, out),
            Event::Tick => self.tick(now, out),
            Event::Request { from, request } => self.request(now, from, request, out),
        }
        if let Some(at) = self.timers.next() {
            out.push(Action::WakeAt(at));
        }
    }

    fn apply(&mut self, record: &Record) {
        self.applied += 1;
        match record {
            Record::Group { group, value } => self.apply_group(group, value.as_ref()),
            Record::Offset { group, partition, value, producer } => {
                self.apply_offset(group, partition, value.as_ref(), *producer);
            }
            Record::Marker { producer, committed, .. } => {
                self.apply_marker(producer.id, *committed);
            }
        }
    }
}
