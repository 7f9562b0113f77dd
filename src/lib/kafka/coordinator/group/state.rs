//! One group: its fields, their invariants, and questions about them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::member::{Member, common_protocols};
use super::offsets::Offsets;
use super::record::Record;
use super::{Deadline, Settings, Turn};
use crate::base::bytes::Reader;
use crate::kafka::protocol::Decode;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::consumer_offsets::MemberMetadata;
use crate::kafka::protocol::message::join_group::JoinGroupRequestProtocol;
use crate::kafka::protocol::message::{ConsumerProtocolSubscription, GroupMetadataValue};

/// The protocol type of consumers, whose subscriptions the broker can read.
pub(super) const CONSUMER: &str = "consumer";

/// Where a group stands. `Dead` is a group that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Empty => "Empty",
            Phase::PreparingRebalance => "PreparingRebalance",
            Phase::CompletingRebalance => "CompletingRebalance",
            Phase::Stable => "Stable",
        })
    }
}

/// A group.
///
/// * `logged` and `offsets` are what the log says; only `apply` changes them.
/// * The phase is `Stable` only where `logged` has this generation and these members.
/// * `leader` is one of `members`; nobody leads where there are none.
/// * Who waits with a JoinGroup: `PreparingRebalance`. With a SyncGroup: `CompletingRebalance`.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) id: Arc<str>,
    pub(super) logged: Option<GroupMetadataValue>,
    pub(super) offsets: Offsets,
    pub(super) phase: Phase,
    /// When the phase was reached; unknown where the log does not say.
    pub(super) since_ms: Option<i64>,
    pub(super) generation: i32,
    pub(super) protocol_type: Option<String>,
    pub(super) protocol: Option<String>,
    pub(super) leader: Option<Arc<str>>,
    pub(super) members: BTreeMap<Arc<str>, Member>,
    /// Static members by their names.
    pub(super) instances: BTreeMap<Arc<str>, Arc<str>>,
    /// Ids that were given out and whose members have not joined yet (KIP-394).
    pub(super) pending: BTreeSet<Arc<str>>,
    /// Members of this generation whose SyncGroup has not come.
    pub(super) unsynced: BTreeSet<Arc<str>>,
    /// While the very first members gather: how much longer the wait may still become, and whether
    /// somebody came since it was last made longer.
    pub(super) gathering: Option<i64>,
    pub(super) gathered_more: bool,
    /// `__consumer_offsets-N`, for log lines.
    pub(super) place: i32,
}

impl Group {
    pub(super) fn new(id: Arc<str>, settings: &Settings) -> Group {
        Group {
            id,
            logged: None,
            offsets: Offsets::default(),
            phase: Phase::Empty,
            since_ms: None,
            generation: 0,
            protocol_type: None,
            protocol: None,
            leader: None,
            members: BTreeMap::new(),
            instances: BTreeMap::new(),
            pending: BTreeSet::new(),
            unsynced: BTreeSet::new(),
            gathering: None,
            gathered_more: false,
            place: settings.partition,
        }
    }

    pub(super) fn is_leader(&self, member: &str) -> bool {
        self.leader.as_deref() == Some(member)
    }

    /// Whether a member may join with these protocols.
    pub(super) fn supports(&self, kind: &str, protocols: &[JoinGroupRequestProtocol]) -> bool {
        if self.members.is_empty() {
            return !kind.is_empty() && !protocols.is_empty();
        }
        let common = common_protocols(&self.members);
        self.protocol_type.as_deref() == Some(kind)
            && protocols.iter().any(|it| common.contains(it.name.as_str()))
    }

    /// Refuses who is not a member, and who was replaced by another of the same static name.
    pub(super) fn check_member(
        &self,
        member: &str,
        instance: Option<&str>,
    ) -> Result<(), ErrorCode> {
        if let Some(instance) = instance {
            match self.instances.get(instance) {
                None => return Err(ErrorCode::UNKNOWN_MEMBER_ID),
                Some(current) if &**current != member => {
                    return Err(ErrorCode::FENCED_INSTANCE_ID);
                }
                Some(_) => {}
            }
        }
        match self.members.contains_key(member) {
            true => Ok(()),
            false => Err(ErrorCode::UNKNOWN_MEMBER_ID),
        }
    }

    pub(super) fn check_generation(&self, generation: i32) -> Result<(), ErrorCode> {
        match generation == self.generation {
            true => Ok(()),
            false => Err(ErrorCode::ILLEGAL_GENERATION),
        }
    }

    /// How long the slowest member may take to join again.
    pub(super) fn rebalance_timeout_ms(&self) -> i32 {
        self.members.values().map(|it| it.rebalance_timeout_ms).max().unwrap_or(0)
    }

    pub(super) fn members_joining(&self) -> usize {
        self.members.values().filter(|it| it.joining.is_some()).count()
    }

    /// Nothing is logged of it and nobody is in it: forgetting it loses nothing.
    pub(super) fn is_vacant(&self) -> bool {
        self.phase == Phase::Empty
            && self.pending.is_empty()
            && self.logged.is_none()
            && !self.offsets.has_any()
    }

    pub(super) fn enter(&mut self, phase: Phase, turn: &Turn<'_>) {
        self.phase = phase;
        self.since_ms = Some(turn.now.wall_ms);
    }

    /// The session of a member begins anew: it was just heard of.
    pub(super) fn renew_session(&self, member: &Arc<str>, turn: &mut Turn<'_>) {
        if let Some(it) = self.members.get(member) {
            let timeout = i64::from(it.session_timeout_ms);
            turn.set(self.session(member), timeout);
        }
    }

    pub(super) fn session(&self, member: &Arc<str>) -> Deadline {
        Deadline::Session { group: self.id.clone(), member: member.clone() }
    }

    /// Takes a member out. Whom it leaves waiting is the caller's business.
    pub(super) fn remove(&mut self, member: &str, turn: &mut Turn<'_>) -> Option<Member> {
        let removed = self.members.remove(member)?;
        turn.timers.cancel(&self.session(&removed.id));
        self.unsynced.remove(member);
        if let Some(instance) = &removed.instance
            && self.instances.get(instance).is_some_and(|it| **it == *member)
        {
            self.instances.remove(instance);
        }
        if self.is_leader(member) {
            self.leader = self.members.keys().next().cloned();
        }
        Some(removed)
    }

    /// What the group's consumers are subscribed to; nothing where that cannot be known.
    pub(super) fn subscribed_topics(&self) -> Option<BTreeSet<String>> {
        if self.protocol_type.as_deref() != Some(CONSUMER) {
            return None;
        }
        if self.members.is_empty() {
            return Some(BTreeSet::new());
        }
        let protocol = self.protocol.as_deref()?;
        let mut topics = BTreeSet::new();
        for member in self.members.values() {
            topics.extend(subscription(member.metadata(protocol)?)?);
        }
        Some(topics)
    }

    /// The group as a record says it, with assignments by `assign`.
    pub(super) fn to_record<'a>(&'a self, assign: impl Fn(&'a Member) -> bytes::Bytes) -> Record {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let member = |member: &'a Member| MemberMetadata {
            member_id: member.id.to_string(),
            group_instance_id: member.instance.as_deref().map(str::to_owned),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            rebalance_timeout: member.rebalance_timeout_ms,
            session_timeout: member.session_timeout_ms,
            subscription: member.metadata(protocol).cloned().unwrap_or_default(),
            assignment: assign(member),
        };
        let value = GroupMetadataValue {
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            generation: self.generation,
            protocol: self.protocol.clone(),
            leader: self.leader.as_deref().map(str::to_owned),
            current_state_timestamp: self.since_ms.unwrap_or(super::record::NO_TIMESTAMP),
            members: self.members.values().map(member).collect(),
        };
        Record::Group { group: self.id.clone(), value: Some(value) }
    }
}

/// The topics of a consumer's subscription. A version newer than those we know is read as the newest
/// we know, as Kafka does: later ones only add fields.
fn subscription(metadata: &bytes::Bytes) -> Option<Vec<String>> {
    const NEWEST: i16 = 3;
    let mut reader = Reader::shared(metadata);
    let version = reader.i16().ok().filter(|version| *version >= 0)?;
    let subscription = ConsumerProtocolSubscription::decode(&mut reader, version.min(NEWEST));
    subscription.ok().map(|it| it.topics)
}
