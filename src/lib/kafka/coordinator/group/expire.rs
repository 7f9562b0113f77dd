//! What is forgotten: expired offsets (KIP-211), deleted groups and offsets, deleted topics.
//!
//! An offset expires `offsets.retention.minutes` after its group became empty; where a consumer
//! group is alive, after the commit of an offset nobody is subscribed to any more; where there never
//! were members, after its commit. A group with no members and no offsets left is deleted.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::super::{Action, Now, ReplyTo};
use super::offsets::Committed;
use super::record::{NO_TIMESTAMP, Record};
use super::state::{CONSUMER, Group, Phase};
use super::{Actions, Deadline, Groups, Response};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::offset_delete::{
    OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use crate::kafka::protocol::message::{OffsetDeleteRequest, OffsetDeleteResponse};
use crate::kafka::types::TopicPartition;

impl Groups {
    /// Looks for what has expired, and says when to look again.
    pub(super) fn expire(&mut self, now: Now, out: &mut Actions) {
        let retention = self.settings.offsets_retention_ms;
        self.clean(out, |group| group.expired(now.wall_ms, retention));
        let interval = self.settings.retention_check_interval_ms;
        let after = Duration::from_millis(u64::try_from(interval).unwrap_or(0));
        self.timers.set(Deadline::Expiry, now.monotonic + after);
    }

    pub(super) fn forget_topics(
        &mut self,
        from: ReplyTo,
        topics: &BTreeSet<String>,
        out: &mut Actions,
    ) {
        self.clean(out, |group| group.offsets_where(|topic, _, _| topics.contains(topic)));
        out.push(Action::Reply { to: from, response: Response::ForgetTopics });
    }

    /// Forgets some offsets of every group, and the groups of which nothing is left.
    fn clean(&mut self, out: &mut Actions, choose: impl Fn(&Group) -> Vec<TopicPartition>) {
        let mut vacant = Vec::new();
        let mut offsets = 0;
        for group in self.groups.values() {
            let chosen = choose(group);
            offsets += chosen.len();
            let records = group.tombstones(chosen, false);
            if !records.is_empty() {
                out.push(Action::Append(records));
            } else if group.is_vacant() {
                vacant.push(group.id.clone());
            }
        }
        for id in vacant {
            self.drop_if_vacant(&id);
        }
        if offsets > 0 {
            let place = self.settings.partition;
            tracing::info!(
                target: "kafka.coordinator.group.GroupMetadataManager",
                "Removed {offsets} offsets from __consumer_offsets-{place}"
            );
        }
    }

    pub(super) fn delete(&mut self, from: ReplyTo, id: &str, out: &mut Actions) {
        let error = match self.groups.get_mut(id) {
            None => ErrorCode::GROUP_ID_NOT_FOUND,
            Some(group) if group.phase != Phase::Empty => ErrorCode::NON_EMPTY_GROUP,
            Some(group) => {
                // Ids that were given out for this group are good for nothing now.
                group.pending.clear();
                let records = group.tombstones(group.offsets_where(|_, _, _| true), true);
                let id = group.id.clone();
                match records.is_empty() {
                    true => self.drop_if_vacant(&id),
                    false => out.push(Action::Append(records)),
                }
                tracing::info!(
                    target: "kafka.coordinator.group.GroupCoordinator",
                    "The group {id} was deleted"
                );
                ErrorCode::NONE
            }
        };
        out.push(Action::Reply { to: from, response: Response::Delete(error) });
    }

    pub(super) fn delete_offsets(
        &mut self,
        from: ReplyTo,
        body: OffsetDeleteRequest,
        out: &mut Actions,
    ) {
        let mut response = OffsetDeleteResponse::default();
        match self.groups.get(body.group_id.as_str()) {
            None => response.error_code = ErrorCode::GROUP_ID_NOT_FOUND,
            Some(group) if group.phase != Phase::Empty && !group.is_consumer() => {
                response.error_code = ErrorCode::NON_EMPTY_GROUP;
            }
            Some(group) => {
                let (records, topics) = group.delete_offsets(body);
                response.topics = topics;
                if !records.is_empty() {
                    out.push(Action::Append(records));
                }
            }
        }
        out.push(Action::Reply { to: from, response: Response::OffsetDelete(response) });
    }
}

impl Group {
    fn is_consumer(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER)
    }

    fn delete_offsets(
        &self,
        body: OffsetDeleteRequest,
    ) -> (Vec<Record>, Vec<OffsetDeleteResponseTopic>) {
        let subscribed = match self.phase {
            Phase::Empty => Some(BTreeSet::new()),
            Phase::PreparingRebalance | Phase::CompletingRebalance | Phase::Stable => {
                self.subscribed_topics()
            }
        };
        let mut chosen = Vec::new();
        let mut answer = Vec::with_capacity(body.topics.len());
        for topic in body.topics {
            // Where the subscriptions cannot be read, everything may be subscribed to.
            let used = subscribed.as_ref().is_none_or(|it| it.contains(&topic.name));
            let error_code =
                if used { ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC } else { ErrorCode::NONE };
            let partitions = topic.partitions.iter().map(|it| it.partition_index);
            if !used {
                let name: Arc<str> = topic.name.as_str().into();
                let there = partitions.clone().filter(|it| self.offsets.get(&name, *it).is_some());
                chosen.extend(there.map(|it| TopicPartition::new(name.clone(), it)));
            }
            let partition =
                |partition_index| OffsetDeleteResponsePartition { partition_index, error_code };
            let partitions = partitions.map(partition).collect();
            answer.push(OffsetDeleteResponseTopic { name: topic.name, partitions });
        }
        chosen.sort();
        chosen.dedup();
        (self.tombstones(chosen, false), answer)
    }

    fn offsets_where(&self, chosen: impl Fn(&str, i32, &Committed) -> bool) -> Vec<TopicPartition> {
        let offsets = self.offsets.iter().filter(|&(topic, index, it)| chosen(topic, index, it));
        offsets.map(|(topic, index, _)| TopicPartition::new(topic.clone(), index)).collect()
    }

    fn expired(&self, now_ms: i64, retention_ms: i64) -> Vec<TopicPartition> {
        // Since when an offset counts as unused, and which topics are in use.
        let (since, in_use) = match (&self.protocol_type, self.phase) {
            (Some(_), Phase::Empty) => (self.since_ms, BTreeSet::new()),
            (Some(kind), Phase::Stable) if kind == CONSUMER => match self.subscribed_topics() {
                Some(topics) => (None, topics),
                None => return Vec::new(),
            },
            (None, _) => (None, BTreeSet::new()),
            (Some(_), _) => return Vec::new(),
        };
        self.offsets_where(|topic, index, Committed { value, .. }| {
            let over = match value.expire_timestamp {
                NO_TIMESTAMP => {
                    now_ms.saturating_sub(since.unwrap_or(value.commit_timestamp)) >= retention_ms
                }
                expires => now_ms >= expires,
            };
            over && !in_use.contains(topic) && !self.offsets.is_pending(topic, index)
        })
    }

    /// The records that delete these offsets, and with them the group where nothing else is left of
    /// it. `whole`: pending offsets do not keep it either.
    fn tombstones(&self, offsets: Vec<TopicPartition>, whole: bool) -> Vec<Record> {
        let all = offsets.len() == self.offsets.iter().count();
        let held = !self.pending.is_empty() || !self.offsets.pending.is_empty();
        let ends = self.phase == Phase::Empty && all && (whole || !held);
        let tombstone = |partition| Record::Offset {
            group: self.id.clone(),
            partition,
            value: None,
            producer: None,
        };
        let mut records: Vec<Record> = offsets.into_iter().map(tombstone).collect();
        if ends && self.logged.is_some() {
            records.push(Record::Group { group: self.id.clone(), value: None });
        }
        records
    }
}
