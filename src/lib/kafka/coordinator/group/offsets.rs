//! OffsetCommit, TxnOffsetCommit and OffsetFetch: how far a group has consumed.
//!
//! Offsets are committed by members of the current generation, or by anybody ("simple consumers")
//! while the group has no members. An offset committed in a transaction is pending until the
//! transaction's marker comes, and counts then unless a later commit has overtaken it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::{Now, ReplyTo};
use super::record::{NO_TIMESTAMP, Producer, Record};
use super::state::{Group, Phase};
use super::{Action, Actions, Groups, Response};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::offset_commit::{
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use crate::kafka::protocol::message::offset_fetch::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartitions, OffsetFetchResponseTopics,
};
use crate::kafka::protocol::message::txn_offset_commit::{
    TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic,
};
use crate::kafka::protocol::message::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetCommitValue, TxnOffsetCommitRequest,
    TxnOffsetCommitResponse,
};
use crate::kafka::types::{ProducerEpoch, ProducerId, TopicPartition};

/// What stands for "no offset" and "epoch not known" in an answer.
const NONE: i32 = -1;

/// Whether what a client notes beside an offset is longer than `offset.metadata.max.bytes` allows.
/// Java counts UTF-16 units; bytes are the cheaper bound to look at first.
pub fn metadata_is_too_large(metadata: &str, max: usize) -> bool {
    metadata.len() > max && metadata.encode_utf16().count() > max
}

/// A committed offset.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Committed {
    pub(super) value: OffsetCommitValue,
    /// Which record of the partition said so, counted by the machine: later ones win.
    pub(super) applied: u64,
}

/// The offsets of one group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Offsets {
    pub(super) committed: BTreeMap<Arc<str>, BTreeMap<i32, Committed>>,
    /// What open transactions want to commit.
    pub(super) pending: BTreeMap<ProducerId, BTreeMap<TopicPartition, Committed>>,
}

impl Offsets {
    pub(super) fn has_any(&self) -> bool {
        !self.committed.is_empty() || !self.pending.is_empty()
    }

    pub(super) fn get(&self, topic: &str, partition: i32) -> Option<&Committed> {
        self.committed.get(topic)?.get(&partition)
    }

    /// Sets an offset, unless a later record has.
    pub(super) fn set(&mut self, partition: &TopicPartition, committed: Committed) {
        let topic = self.committed.entry(partition.topic.clone()).or_default();
        let newer = |it: &Committed| it.applied > committed.applied;
        if !topic.get(&partition.partition).is_some_and(newer) {
            topic.insert(partition.partition, committed);
        }
    }

    pub(super) fn remove(&mut self, partition: &TopicPartition) {
        let Some(topic) = self.committed.get_mut(&partition.topic) else { return };
        topic.remove(&partition.partition);
        if topic.is_empty() {
            self.committed.remove(&partition.topic);
        }
    }

    /// Whether an open transaction may change it.
    pub(super) fn is_pending(&self, topic: &str, partition: i32) -> bool {
        let this = |it: &TopicPartition| &*it.topic == topic && it.partition == partition;
        self.pending.values().any(|offsets| offsets.keys().any(this))
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, i32, &Committed)> {
        self.committed.iter().flat_map(|(topic, partitions)| {
            partitions.iter().map(move |(index, committed)| (topic, *index, committed))
        })
    }
}

/// Who commits, as the request says.
struct Committer<'a> {
    generation: i32,
    member: &'a str,
    instance: Option<&'a str>,
    in_transaction: bool,
}

/// One offset to commit, before it is known whether it may be.
struct Wanted<'a> {
    topic: &'a Arc<str>,
    partition: i32,
    value: OffsetCommitValue,
}

impl Groups {
    pub(super) fn commit(
        &mut self,
        now: Now,
        from: ReplyTo,
        body: OffsetCommitRequest,
        out: &mut Actions,
    ) {
        let committer = Committer {
            generation: body.generation_id_or_member_epoch,
            member: &body.member_id,
            instance: body.group_instance_id.as_deref(),
            in_transaction: false,
        };
        let checked = self.check_commit(&body.group_id, &committer, now, out);
        let id = self.id_of(&body.group_id);
        let expire_timestamp = match body.retention_time_ms {
            NO_TIMESTAMP => NO_TIMESTAMP,
            retention => now.wall_ms.saturating_add(retention),
        };
        let mut records = Vec::new();
        let mut topics = Vec::with_capacity(body.topics.len());
        for topic in body.topics {
            let name: Arc<str> = topic.name.as_str().into();
            let partitions = topic.partitions.into_iter().map(|it| {
                let index = it.partition_index;
                let value = OffsetCommitValue {
                    offset: it.committed_offset,
                    leader_epoch: it.committed_leader_epoch,
                    metadata: it.committed_metadata.unwrap_or_default(),
                    commit_timestamp: match it.commit_timestamp {
                        NO_TIMESTAMP => now.wall_ms,
                        given => given,
                    },
                    expire_timestamp,
                };
                let wanted = Wanted { topic: &name, partition: index, value };
                let error_code = self.want(&id, checked, wanted, None, &mut records);
                OffsetCommitResponsePartition { partition_index: index, error_code }
            });
            let partitions = partitions.collect();
            topics.push(OffsetCommitResponseTopic { name: topic.name, partitions });
        }
        if !records.is_empty() {
            out.push(Action::Append(records));
        }
        let response = OffsetCommitResponse { topics, ..OffsetCommitResponse::default() };
        out.push(Action::Reply { to: from, response: Response::OffsetCommit(response) });
    }

    pub(super) fn commit_in_transaction(
        &mut self,
        now: Now,
        from: ReplyTo,
        body: TxnOffsetCommitRequest,
        out: &mut Actions,
    ) {
        let committer = Committer {
            generation: body.generation_id,
            member: &body.member_id,
            instance: body.group_instance_id.as_deref(),
            in_transaction: true,
        };
        let checked = self.check_commit(&body.group_id, &committer, now, out);
        let id = self.id_of(&body.group_id);
        let producer = Producer {
            id: ProducerId(body.producer_id),
            epoch: ProducerEpoch(body.producer_epoch),
        };
        let mut records = Vec::new();
        let mut topics = Vec::with_capacity(body.topics.len());
        for topic in body.topics {
            let name: Arc<str> = topic.name.as_str().into();
            let partitions = topic.partitions.into_iter().map(|it| {
                let index = it.partition_index;
                let value = OffsetCommitValue {
                    offset: it.committed_offset,
                    leader_epoch: it.committed_leader_epoch,
                    metadata: it.committed_metadata.unwrap_or_default(),
                    commit_timestamp: now.wall_ms,
                    expire_timestamp: NO_TIMESTAMP,
                };
                let wanted = Wanted { topic: &name, partition: index, value };
                let error_code = self.want(&id, checked, wanted, Some(producer), &mut records);
                TxnOffsetCommitResponsePartition { partition_index: index, error_code }
            });
            let partitions = partitions.collect();
            topics.push(TxnOffsetCommitResponseTopic { name: topic.name, partitions });
        }
        if !records.is_empty() {
            out.push(Action::Append(records));
        }
        let response = TxnOffsetCommitResponse { topics, ..TxnOffsetCommitResponse::default() };
        out.push(Action::Reply { to: from, response: Response::TxnOffsetCommit(response) });
    }

    /// A commit of a member is a sign of life, too.
    fn check_commit(
        &mut self,
        group: &str,
        committer: &Committer<'_>,
        now: Now,
        out: &mut Actions,
    ) -> Result<(), ErrorCode> {
        let (group, mut turn) = self.turn(group, now, out);
        match group {
            Some(group) => {
                group.check_commit(committer)?;
                if !committer.in_transaction && committer.generation >= 0 {
                    group.renew_session(&committer.member.into(), &mut turn);
                }
                Ok(())
            }
            // Anybody may commit for a group that has no members, so for one that is not there.
            None if committer.generation < 0 => Ok(()),
            None => Err(ErrorCode::ILLEGAL_GENERATION),
        }
    }

    fn id_of(&self, group: &str) -> Arc<str> {
        match self.groups.get_key_value(group) {
            Some((id, _)) => id.clone(),
            None => group.into(),
        }
    }

    /// Makes a record of one offset, if it may be committed.
    fn want(
        &self,
        group: &Arc<str>,
        checked: Result<(), ErrorCode>,
        wanted: Wanted<'_>,
        producer: Option<Producer>,
        records: &mut Vec<Record>,
    ) -> ErrorCode {
        if let Err(error) = checked {
            return error;
        }
        if metadata_is_too_large(&wanted.value.metadata, self.settings.offset_metadata_max) {
            return ErrorCode::OFFSET_METADATA_TOO_LARGE;
        }
        records.push(Record::Offset {
            group: group.clone(),
            partition: TopicPartition::new(wanted.topic.clone(), wanted.partition),
            value: Some(wanted.value),
            producer,
        });
        ErrorCode::NONE
    }

    pub(super) fn fetch(
        &self,
        id: String,
        topics: Option<Vec<(String, Vec<i32>)>>,
        require_stable: bool,
    ) -> OffsetFetchResponseGroup {
        let group = self.groups.get(id.as_str());
        let topics = topics.unwrap_or_else(|| group.map(Group::committed).unwrap_or_default());
        let topic = |(name, partitions): (String, Vec<i32>)| {
            let answer = |index: i32| match group {
                Some(group) => group.fetch(&name, index, require_stable),
                None => nothing(index, ErrorCode::NONE),
            };
            let partitions = partitions.into_iter().map(answer).collect();
            OffsetFetchResponseTopics { name, partitions }
        };
        OffsetFetchResponseGroup {
            group_id: id,
            topics: topics.into_iter().map(topic).collect(),
            error_code: ErrorCode::NONE,
        }
    }
}

impl Group {
    fn check_commit(&self, committer: &Committer<'_>) -> Result<(), ErrorCode> {
        let Committer { generation, member, instance, in_transaction } = *committer;
        if generation < 0 && self.phase == Phase::Empty {
            return Ok(());
        }
        if generation >= 0 || !member.is_empty() || instance.is_some() {
            self.check_member(member, instance)?;
            self.check_generation(generation)?;
        } else if !in_transaction {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        }
        if self.phase == Phase::CompletingRebalance && !in_transaction {
            // The member knows this generation, but not yet what is its own in it.
            return Err(ErrorCode::REBALANCE_IN_PROGRESS);
        }
        Ok(())
    }

    /// Every partition that has an offset.
    fn committed(&self) -> Vec<(String, Vec<i32>)> {
        let topics = self.offsets.committed.iter();
        topics.map(|(topic, it)| (topic.to_string(), it.keys().copied().collect())).collect()
    }

    fn fetch(
        &self,
        topic: &str,
        index: i32,
        require_stable: bool,
    ) -> OffsetFetchResponsePartitions {
        if require_stable && self.offsets.is_pending(topic, index) {
            return nothing(index, ErrorCode::UNSTABLE_OFFSET_COMMIT);
        }
        match self.offsets.get(topic, index) {
            None => nothing(index, ErrorCode::NONE),
            Some(Committed { value, .. }) => OffsetFetchResponsePartitions {
                partition_index: index,
                committed_offset: value.offset,
                committed_leader_epoch: value.leader_epoch,
                metadata: Some(value.metadata.clone()),
                error_code: ErrorCode::NONE,
            },
        }
    }
}

fn nothing(index: i32, error_code: ErrorCode) -> OffsetFetchResponsePartitions {
    OffsetFetchResponsePartitions {
        partition_index: index,
        committed_offset: i64::from(NONE),
        committed_leader_epoch: NONE,
        metadata: Some(String::new()),
        error_code,
    }
}
