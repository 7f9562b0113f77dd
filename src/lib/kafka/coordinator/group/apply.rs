//! The records: the only way what is logged changes. The same for a machine that lives and for one
//! that is being loaded.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::member::Member;
use super::offsets::Committed;
use super::record::{NO_TIMESTAMP, Producer};
use super::state::{Group, Phase};
use super::{Deadline, Groups};
use crate::kafka::protocol::message::consumer_offsets::MemberMetadata;
use crate::kafka::protocol::message::join_group::JoinGroupRequestProtocol;
use crate::kafka::protocol::message::{GroupMetadataValue, OffsetCommitValue};
use crate::kafka::types::{ProducerId, TopicPartition};

impl Groups {
    pub(super) fn apply_group(&mut self, id: &Arc<str>, value: Option<&GroupMetadataValue>) {
        match value {
            Some(value) => self.group_or_new(id).apply(value),
            None => {
                if let Some(group) = self.groups.get_mut(id) {
                    group.apply_tombstone();
                }
                self.drop_if_vacant(id);
            }
        }
    }

    pub(super) fn apply_offset(
        &mut self,
        id: &Arc<str>,
        partition: &TopicPartition,
        value: Option<&OffsetCommitValue>,
        producer: Option<Producer>,
    ) {
        let applied = self.applied;
        match (value, producer) {
            (Some(value), None) => {
                let committed = Committed { value: value.clone(), applied };
                self.group_or_new(id).offsets.set(partition, committed);
            }
            (Some(value), Some(producer)) => {
                let committed = Committed { value: value.clone(), applied };
                let pending = &mut self.group_or_new(id).offsets.pending;
                pending.entry(producer.id).or_default().insert(partition.clone(), committed);
                self.open.entry(producer.id).or_default().insert(id.clone());
            }
            (None, _) => {
                if let Some(group) = self.groups.get_mut(id) {
                    group.offsets.remove(partition);
                }
                self.drop_if_vacant(id);
            }
        }
    }

    pub(super) fn apply_marker(&mut self, producer: ProducerId, committed: bool) {
        for id in self.open.remove(&producer).unwrap_or_default() {
            let Some(group) = self.groups.get_mut(&id) else { continue };
            let pending = group.offsets.pending.remove(&producer).unwrap_or_default();
            if committed {
                for (partition, offset) in pending {
                    group.offsets.set(&partition, offset);
                }
            }
            self.drop_if_vacant(&id);
        }
    }

    fn group_or_new(&mut self, id: &Arc<str>) -> &mut Group {
        let settings = &self.settings;
        self.groups.entry(id.clone()).or_insert_with(|| Group::new(id.clone(), settings))
    }

    /// Forgets a group of which nothing is left.
    pub(super) fn drop_if_vacant(&mut self, id: &Arc<str>) {
        if self.groups.get(id).is_some_and(Group::is_vacant) {
            self.groups.remove(id);
            self.timers.cancel(&Deadline::Join { group: id.clone() });
        }
    }
}

impl Group {
    /// The group becomes what the record says. Members that are already there keep what only they
    /// know: their timeouts, their other protocols, what they wait for.
    fn apply(&mut self, value: &GroupMetadataValue) {
        let mut before = std::mem::take(&mut self.members);
        self.instances.clear();
        for logged in &value.members {
            let member = match take_as_logged(&mut before, logged) {
                Some(member) => Member {
                    id: logged.member_id.as_str().into(),
                    assignment: logged.assignment.clone(),
                    ..member
                },
                None => loaded(logged, value.protocol.as_deref()),
            };
            if let Some(instance) = &member.instance {
                self.instances.insert(instance.clone(), member.id.clone());
            }
            self.members.insert(member.id.clone(), member);
        }
        self.phase = if self.members.is_empty() { Phase::Empty } else { Phase::Stable };
        self.generation = value.generation;
        self.protocol_type = Some(value.protocol_type.clone()).filter(|it| !it.is_empty());
        self.protocol = value.protocol.clone();
        let leader = value.leader.as_deref().and_then(|it| self.members.get_key_value(it));
        self.leader = leader.map(|(id, _)| id.clone());
        self.since_ms = Some(value.current_state_timestamp).filter(|it| *it != NO_TIMESTAMP);
        self.logged = Some(value.clone());
    }

    /// The group was deleted; offsets that are still there have tombstones of their own.
    fn apply_tombstone(&mut self) {
        self.logged = None;
        self.members = BTreeMap::new();
        self.instances.clear();
        self.unsynced.clear();
        self.phase = Phase::Empty;
        self.generation = 0;
        self.protocol_type = None;
        self.protocol = None;
        self.leader = None;
        self.since_ms = None;
    }
}

/// The member a record means: of the same id, or a static one under the id it had so far.
fn take_as_logged(
    members: &mut BTreeMap<Arc<str>, Member>,
    logged: &MemberMetadata,
) -> Option<Member> {
    if let Some(member) = members.remove(logged.member_id.as_str()) {
        return Some(member);
    }
    let instance = logged.group_instance_id.as_deref()?;
    let of_that_name = |it: &&Member| it.instance.as_deref() == Some(instance);
    let id = members.values().find(of_that_name)?.id.clone();
    members.remove(&id)
}

/// A member as far as the log knows it.
fn loaded(logged: &MemberMetadata, protocol: Option<&str>) -> Member {
    // Before version 1 there was one timeout for both.
    let rebalance_timeout_ms = match logged.rebalance_timeout {
        -1 => logged.session_timeout,
        given => given,
    };
    Member {
        id: logged.member_id.as_str().into(),
        instance: logged.group_instance_id.as_deref().map(Arc::from),
        client_id: logged.client_id.clone(),
        client_host: logged.client_host.clone(),
        session_timeout_ms: logged.session_timeout,
        rebalance_timeout_ms,
        protocols: vec![JoinGroupRequestProtocol {
            name: protocol.unwrap_or_default().to_owned(),
            metadata: logged.subscription.clone(),
        }],
        assignment: logged.assignment.clone(),
        is_new: false,
        joining: None,
        syncing: None,
    }
}
