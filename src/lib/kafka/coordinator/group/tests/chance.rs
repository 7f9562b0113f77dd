//! Random lives: whatever members do, in whatever order, the machine does not panic, answers every
//! request once, and agrees with its log.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::super::super::ReplyTo;
use super::super::state::Phase;
use super::super::{Request, Response, Settings};
use super::{Done, Rig};
use crate::base::rng::Rng;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::join_group::JoinGroupRequestProtocol;
use crate::kafka::protocol::message::leave_group::MemberIdentity;
use crate::kafka::protocol::message::offset_commit::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use crate::kafka::protocol::message::offset_delete::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use crate::kafka::protocol::message::sync_group::SyncGroupRequestAssignment;
use crate::kafka::protocol::message::txn_offset_commit::{
    TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use crate::kafka::protocol::message::{
    HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest, OffsetCommitRequest,
    OffsetDeleteRequest, SyncGroupRequest, TxnOffsetCommitRequest,
};
use crate::kafka::types::ProducerId;

const LIVES: u64 = 300;
const EVENTS: usize = 300;

struct Life {
    rig: Rig,
    rng: Rng,
    /// Ids that were given out, good and stale.
    members: Vec<String>,
    unanswered: BTreeSet<ReplyTo>,
}

#[test]
fn random_lives_agree_with_their_logs() {
    for seed in 0..LIVES {
        let mut rng = Rng::seeded(seed);
        let settings = Settings {
            initial_rebalance_delay_ms: [0, 500][rng.below(2) as usize],
            members_max: [2, 4, usize::MAX][rng.below(3) as usize],
            offsets_retention_ms: 30_000,
            retention_check_interval_ms: 10_000,
            ..Settings::default()
        };
        let rig = Rig::new(settings, seed);
        let mut life = Life { rig, rng, members: Vec::new(), unanswered: BTreeSet::new() };
        for _ in 0..EVENTS {
            life.event();
            // Replaying the whole log costs the most.
            if life.rng.below(8) == 0 {
                life.rig.check();
            }
            life.check();
        }
        life.rig.check();
        life.end();
    }
}

impl Life {
    fn event(&mut self) {
        match self.rng.below(40) {
            0 => {
                // A failover: who waits is told by the shell that its coordinator has moved.
                self.rig.reload();
                self.unanswered.clear();
            }
            1 => self.rig.refuse = Some(ErrorCode::NOT_ENOUGH_REPLICAS),
            2..8 => {
                let millis = self.rng.below(4_000);
                let done = self.rig.advance(millis);
                self.note(done.into_iter().map(|(_, it)| it).collect());
            }
            8 => {
                let producer = ProducerId(self.rng.below(2) as i64);
                let committed = self.rng.below(2) == 0;
                self.rig.mark(producer, committed);
            }
            _ => {
                let request = self.request();
                let (from, done) = self.rig.ask(request);
                assert!(self.unanswered.insert(from));
                self.note(done);
            }
        }
    }

    fn note(&mut self, done: Vec<Done>) {
        for it in done {
            let to = match it {
                Done::Appended(_) | Done::Refused(_) => continue,
                Done::ReplyRefused(to, _) => to,
                Done::Replied(to, response) => {
                    if let Response::Join(joined) = response
                        && !joined.member_id.is_empty()
                    {
                        self.members.push(joined.member_id);
                    }
                    to
                }
            };
            assert!(self.unanswered.remove(&to), "{to} was answered twice");
        }
    }

    fn check(&self) {
        for group in self.rig.groups.groups.values() {
            let leads = group.leader.as_ref().is_some_and(|it| group.members.contains_key(it));
            assert_eq!(leads, !group.members.is_empty(), "{group}");
            assert!(group.phase != Phase::Empty || group.members.is_empty(), "{group}");
            for (instance, id) in &group.instances {
                assert_eq!(group.members[id].instance.as_ref(), Some(instance), "{group}");
            }
            for member in group.members.values() {
                assert!(member.joining.is_none() || group.phase == Phase::PreparingRebalance);
                assert!(member.syncing.is_none() || group.phase == Phase::CompletingRebalance);
            }
            if group.phase == Phase::Stable {
                let logged = group.logged.as_ref().expect("a stable group is logged");
                assert_eq!(logged.generation, group.generation);
                let ids: Vec<&str> =
                    logged.members.iter().map(|it| it.member_id.as_str()).collect();
                assert!(group.members.keys().map(|it| &**it).eq(ids), "{group}");
            }
        }
    }

    /// When nobody comes any more, everybody who waits is told something, and all is forgotten.
    fn end(&mut self) {
        self.rig.refuse = None;
        let done = self.rig.advance(3_600_000);
        self.note(done.into_iter().map(|(_, it)| it).collect());
        self.check();
        assert_eq!(self.unanswered, BTreeSet::new());
        for producer in 0..2 {
            self.rig.mark(ProducerId(producer), false);
        }
        self.rig.advance(3_600_000);
        let left: Vec<String> = self.rig.groups.groups.values().map(|it| it.to_string()).collect();
        assert_eq!(left, [""; 0]);
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.rng.below(choices.len() as u64) as usize].clone()
    }

    fn member(&mut self) -> String {
        match self.members.len() {
            0 => String::new(),
            // The last few are the likeliest to still be members.
            count => {
                let back = self.rng.below(count.min(6) as u64) as usize;
                self.members[count - 1 - back].clone()
            }
        }
    }

    fn generation(&mut self, group: &str) -> i32 {
        let current = self.rig.groups.groups.get(group).map_or(0, |it| it.generation);
        self.one_of(&[current, current, current, current, current - 1, -1])
    }

    fn request(&mut self) -> Request {
        let group_id = self.one_of(&["a", "b"]).to_owned();
        let generation_id = self.generation(&group_id);
        let group_instance_id = self.one_of(&[None, None, None, Some("i"), Some("j")]);
        let group_instance_id = group_instance_id.map(str::to_owned);
        let member_id = self.member();
        match self.rng.below(24) {
            0..8 => self.join(group_id, member_id, group_instance_id),
            8..12 => {
                let assignment = Bytes::from(generation_id.to_string());
                let assigned = member_id.clone();
                let assignment = SyncGroupRequestAssignment { member_id: assigned, assignment };
                Request::Sync(SyncGroupRequest {
                    group_id,
                    generation_id,
                    member_id,
                    group_instance_id,
                    assignments: vec![assignment],
                    ..Default::default()
                })
            }
            12..15 => {
                let body =
                    HeartbeatRequest { group_id, generation_id, member_id, group_instance_id };
                Request::Heartbeat(body)
            }
            15 => {
                let leaving = MemberIdentity { member_id, group_instance_id, reason: None };
                let other = MemberIdentity { member_id: self.member(), ..Default::default() };
                let members = vec![leaving, other];
                Request::Leave(LeaveGroupRequest { group_id, members, ..Default::default() })
            }
            16..19 => self.commit(group_id, generation_id, member_id),
            19 => self.commit_in_transaction(group_id, generation_id, member_id),
            20 => {
                let topics = self.one_of(&[None, Some(vec![("t".to_owned(), vec![0, 1])])]);
                Request::OffsetFetch { group: group_id, topics, require_stable: true }
            }
            21 => Request::Delete { group: group_id },
            22 => {
                let partitions = vec![OffsetDeleteRequestPartition { partition_index: 0 }];
                let topics = vec![OffsetDeleteRequestTopic { name: "t".to_owned(), partitions }];
                Request::OffsetDelete(OffsetDeleteRequest { group_id, topics })
            }
            _ => self.one_of(&[
                Request::Describe { group: group_id },
                Request::List { states: Vec::new(), types: Vec::new() },
                Request::ForgetTopics(BTreeSet::from(["u".to_owned()])),
            ]),
        }
    }

    fn join(&mut self, group_id: String, member: String, instance: Option<String>) -> Request {
        let protocols = self.one_of(&[&["range"][..], &["range", "sticky"], &["sticky"], &[]]);
        let protocol = |name: &&str| JoinGroupRequestProtocol {
            name: (*name).to_owned(),
            metadata: Bytes::from_static(b"\0\0\0\0\0\x01\0\x01t\xff\xff\xff\xff"),
        };
        Request::Join {
            version: self.one_of(&[0, 3, 5, 7, 9]),
            client_id: "c".to_owned(),
            client_host: "/127.0.0.1".to_owned(),
            body: JoinGroupRequest {
                group_id,
                session_timeout_ms: self.one_of(&[6_000, 6_000, 10_000, 1]),
                rebalance_timeout_ms: self.one_of(&[1_000, 9_000, -1]),
                member_id: self.one_of(&[member, String::new()]),
                group_instance_id: instance,
                protocol_type: self
                    .one_of(&["consumer", "consumer", "consumer", "connect"])
                    .to_owned(),
                protocols: protocols.iter().map(protocol).collect(),
                reason: None,
            },
        }
    }

    fn commit(&mut self, group_id: String, generation: i32, member_id: String) -> Request {
        let partition = OffsetCommitRequestPartition {
            partition_index: self.rng.below(2) as i32,
            committed_offset: self.rng.below(1_000) as i64,
            ..Default::default()
        };
        let name = self.one_of(&["t", "u"]).to_owned();
        Request::OffsetCommit(OffsetCommitRequest {
            group_id,
            generation_id_or_member_epoch: generation,
            member_id,
            retention_time_ms: self.one_of(&[-1, -1, 5_000]),
            topics: vec![OffsetCommitRequestTopic { name, partitions: vec![partition] }],
            ..Default::default()
        })
    }

    fn commit_in_transaction(
        &mut self,
        group_id: String,
        generation: i32,
        member: String,
    ) -> Request {
        let partition = TxnOffsetCommitRequestPartition {
            partition_index: self.rng.below(2) as i32,
            committed_offset: self.rng.below(1_000) as i64,
            ..Default::default()
        };
        let partitions = vec![partition];
        Request::TxnOffsetCommit(TxnOffsetCommitRequest {
            group_id,
            producer_id: self.rng.below(2) as i64,
            generation_id: generation,
            member_id: member,
            topics: vec![TxnOffsetCommitRequestTopic { name: "t".to_owned(), partitions }],
            ..Default::default()
        })
    }
}
