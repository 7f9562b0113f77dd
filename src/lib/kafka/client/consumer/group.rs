//! Membership of a consumer group: what to say to the coordinator, and what its answers mean. Pure.
//!
//! ```text
//!            join                sync
//!  Outside ---------> Joining ---------> Stable --(rebalance)--> join again
//!     ^------------------- unknown member, illegal generation ----------'
//! ```

use super::assignor::{
    Assignor, Counts, Members, Subscription, read_subscription, write_assignment,
};
use crate::kafka::client::admin::CommittedOffset;
use crate::kafka::client::{Error, admin};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::join_group::JoinGroupRequestProtocol;
use crate::kafka::protocol::message::leave_group::MemberIdentity;
use crate::kafka::protocol::message::sync_group::SyncGroupRequestAssignment;
use crate::kafka::protocol::message::{
    HeartbeatRequest, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest, OffsetCommitRequest,
    SyncGroupRequest, SyncGroupResponse,
};
use crate::kafka::types::TopicPartition;

/// What a member is set to.
#[derive(Clone, Debug)]
pub struct GroupSettings {
    pub id: String,
    pub instance_id: Option<String>,
    pub session_timeout_ms: i32,
    pub heartbeat_interval_ms: i32,
    /// `max.poll.interval.ms`: also how long others wait for this member in a rebalance.
    pub rebalance_timeout_ms: i32,
    /// The preferred first.
    pub assignors: Vec<Assignor>,
    /// `enable.auto.commit` with `auto.commit.interval.ms`.
    pub auto_commit_ms: Option<i32>,
    pub leave_on_close: bool,
}

impl GroupSettings {
    /// Kafka's defaults for a group.
    pub fn new(id: impl Into<String>) -> GroupSettings {
        GroupSettings {
            id: id.into(),
            instance_id: None,
            session_timeout_ms: 45_000,
            heartbeat_interval_ms: 3_000,
            rebalance_timeout_ms: 300_000,
            assignors: vec![Assignor::Range, Assignor::CooperativeSticky],
            auto_commit_ms: Some(5_000),
            leave_on_close: true,
        }
    }
}

/// A member, or one that wants to become one.
#[derive(Clone, Debug)]
pub(super) struct Membership {
    pub(super) settings: GroupSettings,
    pub(super) topics: Vec<String>,
    pub(super) member_id: String,
    /// -1 outside.
    pub(super) generation: i32,
    pub(super) owned: Vec<TopicPartition>,
    /// The assignor the group agreed on.
    pub(super) assignor: Option<Assignor>,
}

/// What an answer to a join means.
#[derive(Debug)]
pub(super) enum Joined {
    /// This member shares the partitions out.
    Leader {
        members: Members,
    },
    Follower,
    /// Join again, at once.
    Again,
    /// Find the coordinator, then join again.
    Coordinator,
    Failed(Error),
}

/// What an answer to a sync means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Synced {
    Assigned(Vec<TopicPartition>),
    Again,
    Coordinator,
    Failed(ErrorCode),
}

/// What an answer to a heartbeat or commit means for membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Fine,
    /// The group shares out anew: join again.
    Rebalance,
    /// The group has forgotten this member.
    Lost,
    Coordinator,
    Failed(ErrorCode),
}

impl Membership {
    pub(super) fn new(settings: GroupSettings, topics: Vec<String>) -> Membership {
        let (member_id, owned) = (String::new(), Vec::new());
        Membership { settings, topics, member_id, generation: -1, owned, assignor: None }
    }

    /// Whether members of this group keep their partitions through a rebalance.
    pub(super) fn is_cooperative(&self) -> bool {
        let all = self.settings.assignors.iter();
        // A mixed list means a group on its way from one to the other: eager until agreed.
        self.assignor
            .map_or_else(|| all.clone().all(|it| it.is_cooperative()), Assignor::is_cooperative)
    }

    /// What must be given up before joining.
    pub(super) fn given_up_to_join(&self) -> Vec<TopicPartition> {
        let unwanted = |it: &&TopicPartition| !self.topics.contains(&it.topic.to_string());
        match self.is_cooperative() {
            true => self.owned.iter().filter(unwanted).cloned().collect(),
            false => self.owned.clone(),
        }
    }

    pub(super) fn join_request(&self, reason: &str) -> JoinGroupRequest {
        let subscription = Subscription {
            topics: self.topics.clone(),
            instance_id: None,
            owned: self.owned.clone(),
            generation: self.generation,
        };
        let protocol = |it: &Assignor| JoinGroupRequestProtocol {
            name: it.name().to_owned(),
            metadata: it.write_subscription(&subscription),
        };
        JoinGroupRequest {
            group_id: self.settings.id.clone(),
            session_timeout_ms: self.settings.session_timeout_ms,
            rebalance_timeout_ms: self.settings.rebalance_timeout_ms,
            member_id: self.member_id.clone(),
            group_instance_id: self.settings.instance_id.clone(),
            protocol_type: "consumer".to_owned(),
            protocols: self.settings.assignors.iter().map(protocol).collect(),
            reason: Some(reason.to_owned()),
        }
    }

    pub(super) fn joined(&mut self, response: JoinGroupResponse) -> Joined {
        match response.error_code {
            ErrorCode::NONE => {}
            ErrorCode::MEMBER_ID_REQUIRED => {
                self.member_id = response.member_id;
                return Joined::Again;
            }
            ErrorCode::UNKNOWN_MEMBER_ID | ErrorCode::ILLEGAL_GENERATION => {
                self.lost();
                return Joined::Again;
            }
            ErrorCode::REBALANCE_IN_PROGRESS | ErrorCode::COORDINATOR_LOAD_IN_PROGRESS => {
                return Joined::Again;
            }
            ErrorCode::NOT_COORDINATOR | ErrorCode::COORDINATOR_NOT_AVAILABLE => {
                return Joined::Coordinator;
            }
            code => {
                let what = format!("cannot join group {}", self.settings.id);
                return Joined::Failed(Error::refused(what, code, None));
            }
        }
        self.generation = response.generation_id;
        self.assignor = response.protocol_name.as_deref().and_then(Assignor::named);
        let leads = response.leader == response.member_id && !response.skip_assignment;
        self.member_id = response.member_id;
        if !leads {
            return Joined::Follower;
        }
        let member = |it: crate::kafka::protocol::message::join_group::JoinGroupResponseMember| {
            (it.member_id, read_subscription(&it.metadata, it.group_instance_id))
        };
        Joined::Leader { members: response.members.into_iter().map(member).collect() }
    }

    /// Shares the partitions out, as the leader.
    pub(super) fn assign(
        &self,
        members: &Members,
        counts: &Counts,
    ) -> Vec<SyncGroupRequestAssignment> {
        let assignor = self.assignor.unwrap_or(Assignor::Range);
        let assignment = assignor.assign(members, counts);
        let one = |(member_id, partitions): (String, Vec<TopicPartition>)| {
            SyncGroupRequestAssignment { member_id, assignment: write_assignment(&partitions) }
        };
        assignment.into_iter().map(one).collect()
    }

    pub(super) fn sync_request(
        &self,
        assignments: Vec<SyncGroupRequestAssignment>,
    ) -> SyncGroupRequest {
        SyncGroupRequest {
            group_id: self.settings.id.clone(),
            generation_id: self.generation,
            member_id: self.member_id.clone(),
            group_instance_id: self.settings.instance_id.clone(),
            protocol_type: Some("consumer".to_owned()),
            protocol_name: self.assignor.map(|it| it.name().to_owned()),
            assignments,
        }
    }

    pub(super) fn synced(&mut self, response: &SyncGroupResponse) -> Synced {
        match self.standing(response.error_code) {
            Standing::Fine => Synced::Assigned(admin::read_assignment(&response.assignment)),
            Standing::Rebalance => Synced::Again,
            Standing::Lost => {
                self.lost();
                Synced::Again
            }
            Standing::Coordinator => Synced::Coordinator,
            Standing::Failed(code) => Synced::Failed(code),
        }
    }

    pub(super) fn heartbeat_request(&self) -> HeartbeatRequest {
        HeartbeatRequest {
            group_id: self.settings.id.clone(),
            generation_id: self.generation,
            member_id: self.member_id.clone(),
            group_instance_id: self.settings.instance_id.clone(),
        }
    }

    pub(super) fn standing(&self, code: ErrorCode) -> Standing {
        match code {
            ErrorCode::NONE => Standing::Fine,
            ErrorCode::REBALANCE_IN_PROGRESS => Standing::Rebalance,
            ErrorCode::UNKNOWN_MEMBER_ID | ErrorCode::ILLEGAL_GENERATION => Standing::Lost,
            ErrorCode::NOT_COORDINATOR
            | ErrorCode::COORDINATOR_NOT_AVAILABLE
            | ErrorCode::COORDINATOR_LOAD_IN_PROGRESS
            | ErrorCode::REQUEST_TIMED_OUT => Standing::Coordinator,
            code => Standing::Failed(code),
        }
    }

    /// The group has forgotten this member: what it had may be somebody else's by now.
    pub(super) fn lost(&mut self) {
        self.member_id.clear();
        self.generation = -1;
    }

    pub(super) fn leave_request(&self, reason: &str) -> LeaveGroupRequest {
        LeaveGroupRequest {
            group_id: self.settings.id.clone(),
            member_id: self.member_id.clone(),
            members: vec![MemberIdentity {
                member_id: self.member_id.clone(),
                group_instance_id: self.settings.instance_id.clone(),
                reason: Some(reason.to_owned()),
            }],
        }
    }

    pub(super) fn commit_request(&self, offsets: &[(TopicPartition, i64)]) -> OffsetCommitRequest {
        let committed = |(partition, offset): &(TopicPartition, i64)| {
            (partition.clone(), CommittedOffset { offset: *offset, ..CommittedOffset::default() })
        };
        let offsets: Vec<_> = offsets.iter().map(committed).collect();
        OffsetCommitRequest {
            generation_id_or_member_epoch: self.generation,
            member_id: self.member_id.clone(),
            group_instance_id: self.settings.instance_id.clone(),
            ..admin::commit_request(&self.settings.id, &offsets)
        }
    }

    /// Takes what was assigned. Says what of it is lost, and whether to join again for that: others
    /// wait for what this member gives up.
    pub(super) fn take(&mut self, assigned: Vec<TopicPartition>) -> (Vec<TopicPartition>, bool) {
        let gone = |it: &&TopicPartition| !assigned.contains(it);
        let revoked: Vec<TopicPartition> = self.owned.iter().filter(gone).cloned().collect();
        let again = self.is_cooperative() && !revoked.is_empty();
        self.owned = assigned;
        (revoked, again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::protocol::message::join_group::JoinGroupResponseMember;

    fn member(assignors: Vec<Assignor>) -> Membership {
        let settings = GroupSettings { assignors, ..GroupSettings::new("g") };
        Membership::new(settings, vec!["t".to_owned()])
    }

    fn answer(code: ErrorCode, member_id: &str) -> JoinGroupResponse {
        JoinGroupResponse {
            error_code: code,
            member_id: member_id.to_owned(),
            ..JoinGroupResponse::default()
        }
    }

    fn led(membership: &Membership, generation: i32, assignor: Assignor) -> JoinGroupResponse {
        let metadata = membership.join_request("").protocols[0].metadata.clone();
        let one = JoinGroupResponseMember {
            member_id: "m".to_owned(),
            metadata,
            ..JoinGroupResponseMember::default()
        };
        JoinGroupResponse {
            generation_id: generation,
            protocol_name: Some(assignor.name().to_owned()),
            leader: "m".to_owned(),
            member_id: "m".to_owned(),
            members: vec![one],
            ..JoinGroupResponse::default()
        }
    }

    #[test]
    fn a_member_gets_its_id_joins_and_leads() {
        let mut it = member(vec![Assignor::Range]);
        assert_eq!(it.join_request("").member_id, "");
        let first = it.joined(answer(ErrorCode::MEMBER_ID_REQUIRED, "m"));
        assert!(matches!(first, Joined::Again));
        assert_eq!(it.join_request("").member_id, "m");
        let Joined::Leader { members } = it.joined(led(&it.clone(), 1, Assignor::Range)) else {
            panic!("it leads");
        };
        let counts = [("t".to_owned(), 2)].into();
        let assignments = it.assign(&members, &counts);
        let response = SyncGroupResponse {
            assignment: assignments[0].assignment.clone(),
            ..SyncGroupResponse::default()
        };
        let Synced::Assigned(partitions) = it.synced(&response) else { panic!("it is assigned") };
        assert_eq!(partitions.len(), 2);
        assert_eq!(it.take(partitions), (vec![], false));
        assert_eq!(it.heartbeat_request().generation_id, 1);
        assert_eq!(it.given_up_to_join().len(), 2, "an eager member gives up all");
    }

    #[test]
    fn a_cooperative_member_keeps_what_it_has_and_joins_again_when_it_loses() {
        let mut it = member(vec![Assignor::CooperativeSticky]);
        it.joined(led(&it.clone(), 1, Assignor::CooperativeSticky));
        let name = |partition| TopicPartition::new("t", partition);
        assert_eq!(it.take(vec![name(0), name(1)]), (vec![], false));
        assert!(it.given_up_to_join().is_empty());
        assert_eq!(it.take(vec![name(0)]), (vec![name(1)], true));
        assert_eq!(it.take(vec![name(0)]), (vec![], false));
    }

    #[test]
    fn errors_mean_what_they_mean() {
        let mut it = member(vec![Assignor::Range]);
        it.joined(led(&it.clone(), 3, Assignor::Range));
        assert_eq!(it.standing(ErrorCode::REBALANCE_IN_PROGRESS), Standing::Rebalance);
        assert_eq!(it.standing(ErrorCode::ILLEGAL_GENERATION), Standing::Lost);
        assert_eq!(it.standing(ErrorCode::NOT_COORDINATOR), Standing::Coordinator);
        let fenced = ErrorCode::FENCED_INSTANCE_ID;
        assert_eq!(it.standing(fenced), Standing::Failed(fenced));
        let unknown = it.joined(answer(ErrorCode::UNKNOWN_MEMBER_ID, ""));
        assert!(matches!(unknown, Joined::Again));
        assert_eq!((it.member_id.as_str(), it.generation), ("", -1));
        let moved = it.joined(answer(ErrorCode::NOT_COORDINATOR, ""));
        assert!(matches!(moved, Joined::Coordinator));
        let refused = it.joined(answer(ErrorCode::GROUP_AUTHORIZATION_FAILED, ""));
        assert!(matches!(refused, Joined::Failed(_)));
    }
}
