//! JoinGroup: who may join, who is given an id, who is answered at once and who waits.
//!
//! * A dynamic member without an id is given one and asked to come again (version 4 on, KIP-394),
//!   so that a client that never hears its first answer leaves no ghost behind.
//! * A static member (KIP-345) that comes back without an id takes the place it had, under a new id;
//!   where the group is stable and would choose the same protocol, nobody else notices.
//! * An answer that comes at once tells the current generation; the leader of a stable group, and
//!   whoever changed its protocols, start a rebalance.

use std::sync::Arc;

use super::super::{Now, ReplyTo};
use super::member::{Member, Parked, select_protocol};
use super::state::{Group, Phase};
use super::{Actions, Deadline, Groups, Response, Turn};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::join_group::JoinGroupResponseMember;
use crate::kafka::protocol::message::{JoinGroupRequest, JoinGroupResponse};
use crate::limits::NEW_MEMBER_JOIN_TIMEOUT_MS;

/// The first version whose dynamic members must come with an id.
const KNOWN_ID_VERSION: i16 = 4;
/// The first version whose failures name no protocol instead of an empty one.
const NO_PROTOCOL_VERSION: i16 = 7;
/// The first version in which a leader can be told not to assign (KIP-814).
const SKIP_ASSIGNMENT_VERSION: i16 = 9;

/// Somebody at the door.
pub(super) struct Joiner {
    pub(super) from: ReplyTo,
    pub(super) version: i16,
    pub(super) client_id: String,
    pub(super) client_host: String,
    pub(super) body: JoinGroupRequest,
}

impl Joiner {
    fn instance(&self) -> Option<&str> {
        self.body.group_instance_id.as_deref()
    }

    fn parked(&self) -> Parked {
        Parked { to: self.from, version: self.version }
    }

    /// Version 0 had one timeout for both.
    fn rebalance_timeout_ms(&self) -> i32 {
        match self.version {
            0 => self.body.session_timeout_ms,
            _ => self.body.rebalance_timeout_ms,
        }
    }
}

/// The answer of a join that failed.
pub(super) fn failed(version: i16, member: &str, error: ErrorCode) -> Response {
    Response::Join(JoinGroupResponse {
        error_code: error,
        generation_id: -1,
        protocol_name: (version < NO_PROTOCOL_VERSION).then(String::new),
        member_id: member.to_owned(),
        ..JoinGroupResponse::default()
    })
}

impl Groups {
    pub(super) fn join(&mut self, now: Now, joiner: Joiner, out: &mut Actions) {
        let timeout = joiner.body.session_timeout_ms;
        let (min, max) =
            (self.settings.session_timeout_ms_min, self.settings.session_timeout_ms_max);
        let id = joiner.body.group_id.clone();
        let (group, mut turn) = if !(min..=max).contains(&timeout) {
            let (_, mut turn) = self.turn(&id, now, out);
            return turn.refuse(&joiner, ErrorCode::INVALID_SESSION_TIMEOUT);
        } else if joiner.body.member_id.is_empty() {
            self.turn_or_new(&id, now, out)
        } else {
            match self.turn(&id, now, out) {
                (Some(group), turn) => (group, turn),
                (None, mut turn) => return turn.refuse(&joiner, ErrorCode::UNKNOWN_MEMBER_ID),
            }
        };
        if !group.has_room_for(&joiner.body.member_id, turn.settings.members_max) {
            let member: Arc<str> = joiner.body.member_id.as_str().into();
            group.forget_pending(&member, &mut turn);
            group.remove(&member, &mut turn);
            let response = failed(joiner.version, "", ErrorCode::GROUP_MAX_SIZE_REACHED);
            turn.reply(joiner.from, response);
        } else if joiner.body.member_id.is_empty() {
            group.join_new(joiner, &mut turn);
        } else {
            group.join_known(joiner, &mut turn);
        }
        group.complete_join_if_all_joined(&mut turn);
    }
}

impl Turn<'_> {
    fn refuse(&mut self, joiner: &Joiner, error: ErrorCode) {
        self.reply(joiner.from, failed(joiner.version, &joiner.body.member_id, error));
    }
}

impl Group {
    /// Whether the group is not full. While it prepares, those who already wait are counted: so a
    /// group whose limit was lowered sheds the last to come, and not at random.
    fn has_room_for(&self, member: &str, members_max: usize) -> bool {
        let known = self.members.get(member);
        match self.phase {
            Phase::Empty => true,
            Phase::PreparingRebalance => {
                known.is_some_and(|it| it.joining.is_some())
                    || self.members_joining() + self.pending_without(member) < members_max
            }
            Phase::CompletingRebalance | Phase::Stable => {
                known.is_some() || self.members.len() + self.pending_without(member) < members_max
            }
        }
    }

    fn pending_without(&self, member: &str) -> usize {
        self.pending.len() - usize::from(self.pending.contains(member))
    }

    fn join_new(&mut self, joiner: Joiner, turn: &mut Turn<'_>) {
        if !self.supports(&joiner.body.protocol_type, &joiner.body.protocols) {
            return turn.refuse(&joiner, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        let name = joiner.instance().unwrap_or(&joiner.client_id);
        let id: Arc<str> = format!("{name}-{}", Uuid::random(turn.rng).hyphenated()).into();
        if let Some(instance) = joiner.instance() {
            match self.instances.get(instance).cloned() {
                Some(old) => self.join_in_place_of(&old, id, joiner, turn),
                None => {
                    self.log(format_args!(
                        "Static member with groupInstanceId={instance} and unknown member id joins \
                         group {} in {} state. Created a new member id {id} for this member and add \
                         to the group.",
                        self.id, self.phase
                    ));
                    self.add(id, joiner, turn);
                }
            }
        } else if joiner.version >= KNOWN_ID_VERSION {
            self.log(format_args!(
                "Dynamic member with unknown member id joins group {} in {} state. Created a new \
                 member id {id} and request the member to rejoin with this id.",
                self.id, self.phase
            ));
            self.pending.insert(id.clone());
            let deadline = Deadline::Pending { group: self.id.clone(), member: id.clone() };
            turn.set(deadline, i64::from(joiner.body.session_timeout_ms));
            let response = failed(joiner.version, &id, ErrorCode::MEMBER_ID_REQUIRED);
            turn.reply(joiner.from, response);
        } else {
            self.log(format_args!(
                "Dynamic Member with unknown member id joins group {} in {} state. Created a new \
                 member id {id} for this member and add to the group.",
                self.id, self.phase
            ));
            self.add(id, joiner, turn);
        }
    }

    fn join_known(&mut self, joiner: Joiner, turn: &mut Turn<'_>) {
        if !self.supports(&joiner.body.protocol_type, &joiner.body.protocols) {
            return turn.refuse(&joiner, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        let member = joiner.body.member_id.as_str();
        if self.pending.contains(member) {
            if joiner.instance().is_some() {
                // Ids are given out in advance to dynamic members only.
                return turn.refuse(&joiner, ErrorCode::UNKNOWN_SERVER_ERROR);
            }
            let id: Arc<str> = member.into();
            return self.add(id, joiner, turn);
        }
        if let Err(error) = self.check_member(member, joiner.instance()) {
            return turn.refuse(&joiner, error);
        }
        let id: Arc<str> = member.into();
        let same = self.members.get(&id).is_some_and(|it| it.protocols == joiner.body.protocols);
        match self.phase {
            Phase::Empty => turn.refuse(&joiner, ErrorCode::UNKNOWN_MEMBER_ID),
            Phase::CompletingRebalance if same => {
                // It lost the answer, or sent the same again.
                let response = self.joined(&id, self.is_leader(&id));
                turn.reply(joiner.from, response);
            }
            Phase::Stable if same && !self.is_leader(&id) => {
                let response = self.joined(&id, false);
                turn.reply(joiner.from, response);
            }
            Phase::Stable if self.is_leader(&id) => {
                let reason = joiner.reason("leader", "re-joining group during Stable");
                self.update(&id, joiner, true, turn);
                self.rebalance(&reason, turn);
            }
            Phase::PreparingRebalance | Phase::CompletingRebalance | Phase::Stable => {
                let reason = joiner.reason("Updating metadata for member", "during a rejoin");
                self.update(&id, joiner, true, turn);
                self.rebalance(&reason, turn);
            }
        }
    }

    /// A new member, which waits for the rebalance it starts.
    fn add(&mut self, id: Arc<str>, joiner: Joiner, turn: &mut Turn<'_>) {
        let reason = joiner.reason("Adding new member", &id);
        let parked = joiner.parked();
        let rebalance_timeout_ms = joiner.rebalance_timeout_ms();
        let JoinGroupRequest {
            session_timeout_ms,
            group_instance_id,
            protocol_type,
            protocols,
            ..
        } = joiner.body;
        if self.phase == Phase::PreparingRebalance && self.generation == 0 {
            self.gathered_more = true;
        }
        self.forget_pending(&id, turn);
        if self.members.is_empty() {
            self.protocol_type = Some(protocol_type);
        }
        self.leader.get_or_insert_with(|| id.clone());
        let instance: Option<Arc<str>> = group_instance_id.map(Arc::from);
        if let Some(instance) = &instance {
            self.instances.insert(instance.clone(), id.clone());
        }
        let member = Member {
            id: id.clone(),
            instance,
            client_id: joiner.client_id,
            client_host: joiner.client_host,
            session_timeout_ms,
            rebalance_timeout_ms,
            protocols,
            assignment: bytes::Bytes::new(),
            is_new: true,
            joining: Some(parked),
            syncing: None,
        };
        self.members.insert(id.clone(), member);
        // Its own timeout cannot count yet: it does not know its id and sends no heartbeats.
        turn.set(self.session(&id), NEW_MEMBER_JOIN_TIMEOUT_MS);
        self.rebalance(&reason, turn);
    }

    pub(super) fn forget_pending(&mut self, id: &Arc<str>, turn: &mut Turn<'_>) -> bool {
        turn.timers.cancel(&Deadline::Pending { group: self.id.clone(), member: id.clone() });
        self.pending.remove(id)
    }

    /// A member says what it wants now; with `park` it also waits for the next generation.
    fn update(&mut self, id: &Arc<str>, joiner: Joiner, park: bool, turn: &mut Turn<'_>) {
        let rebalance_timeout_ms = joiner.rebalance_timeout_ms();
        let parked = joiner.parked();
        let Some(member) = self.members.get_mut(id) else { return };
        member.session_timeout_ms = joiner.body.session_timeout_ms;
        member.rebalance_timeout_ms = rebalance_timeout_ms;
        member.protocols = joiner.body.protocols;
        if let Some(earlier) = member.joining.take() {
            // Asked again before the answer: only the last one still listens.
            let response = failed(earlier.version, id, ErrorCode::REBALANCE_IN_PROGRESS);
            turn.reply(earlier.to, response);
        }
        member.joining = park.then_some(parked);
    }

    /// A static member came back: it takes its old place under its new id.
    fn join_in_place_of(
        &mut self,
        old: &Arc<str>,
        id: Arc<str>,
        joiner: Joiner,
        turn: &mut Turn<'_>,
    ) {
        self.log(format_args!(
            "Static member with groupInstanceId={} and unknown member id joins group {} in {} state. \
             Replacing previously mapped member {old} with this memberId {id}.",
            joiner.instance().unwrap_or_default(),
            self.id,
            self.phase
        ));
        let parked = joiner.parked();
        let reason = joiner.reason("Static member with unknown member id rejoins", &id);
        self.fence(old, turn);
        self.update(old, joiner, false, turn);
        if self.phase == Phase::Stable && select_protocol(&self.members) == self.protocol {
            return self.replace_quietly(old, &id, parked, turn);
        }
        self.rename(old, &id);
        self.renew_session(&id, turn);
        if let Some(member) = self.members.get_mut(&id) {
            member.joining = Some(parked);
        }
        self.rebalance(&reason, turn);
    }

    /// Nothing changes but the id, which is logged. The group itself knows the new id once the log
    /// does: so a refused append changes nothing.
    fn replace_quietly(&mut self, old: &Arc<str>, id: &Arc<str>, to: Parked, turn: &mut Turn<'_>) {
        let led = self.leader.clone();
        let knows_skipping = to.version >= SKIP_ASSIGNMENT_VERSION;
        self.rename(old, id);
        self.renew_session(id, turn);
        turn.append(vec![self.to_record(|member| member.assignment.clone())]);
        let leads = self.is_leader(id);
        let mut response = self.joined(id, knows_skipping && leads);
        self.rename(id, old);
        if let Response::Join(joined) = &mut response {
            joined.skip_assignment = knows_skipping && leads;
            if !knows_skipping {
                // An older client that heard it leads would assign, and nobody would listen: it is
                // told its former self leads.
                joined.leader = led.as_deref().unwrap_or_default().to_owned();
            }
        }
        turn.reply(to.to, response);
    }

    /// Whoever still waits under an id that was replaced is told so.
    fn fence(&mut self, id: &Arc<str>, turn: &mut Turn<'_>) {
        let Some(member) = self.members.get_mut(id) else { return };
        if let Some(parked) = member.joining.take() {
            turn.reply(parked.to, failed(parked.version, id, ErrorCode::FENCED_INSTANCE_ID));
        }
        if let Some(parked) = member.syncing.take() {
            turn.reply(parked.to, super::sync::failed(ErrorCode::FENCED_INSTANCE_ID));
        }
    }

    fn rename(&mut self, old: &Arc<str>, id: &Arc<str>) {
        let was_leader = self.is_leader(old);
        let Some(mut member) = self.members.remove(old) else { return };
        if self.unsynced.remove(old) {
            self.unsynced.insert(id.clone());
        }
        if let Some(instance) = &member.instance {
            self.instances.insert(instance.clone(), id.clone());
        }
        member.id = id.clone();
        self.members.insert(id.clone(), member);
        if was_leader {
            self.leader = Some(id.clone());
        }
    }

    /// The answer that tells the current generation; the leader also learns who the members are.
    pub(super) fn joined(&self, id: &str, with_members: bool) -> Response {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let members = self.members.values().filter(|_| with_members);
        let members = members.map(|member| JoinGroupResponseMember {
            member_id: member.id.to_string(),
            group_instance_id: member.instance.as_deref().map(str::to_owned),
            metadata: member.metadata(protocol).cloned().unwrap_or_default(),
        });
        Response::Join(JoinGroupResponse {
            error_code: ErrorCode::NONE,
            generation_id: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol_name: Some(protocol.to_owned()),
            leader: self.leader.as_deref().unwrap_or_default().to_owned(),
            skip_assignment: false,
            member_id: id.to_owned(),
            members: members.collect(),
            ..JoinGroupResponse::default()
        })
    }
}

impl Joiner {
    /// Why a rebalance starts, for the log; clients from version 8 on say why themselves.
    fn reason(&self, what: &str, about: &str) -> String {
        let given = self.body.reason.as_deref().unwrap_or("not provided");
        let instance = self.instance().unwrap_or("None");
        format!("{what} {about} with group instance id {instance}; client reason: {given}")
    }
}
