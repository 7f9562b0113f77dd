//! What brokers have to be told after a task: collected by partition, said once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kafka::types::{BrokerId, LeaderEpoch, TopicPartition};

use super::active::Active;
use super::context::LeaderAndIsr;
use super::effect::{
    ControlRequest, EPOCH_DURING_DELETE, EPOCH_UNKNOWN, Effect, LEADER_DURING_DELETE,
    LeaderAndIsrRequest, NO_LEADER, PartitionStates, StopPartition, StopReplicaRequest,
    TopicStates, UpdateMetadataRequest,
};

/// Names only: what is said about them is looked up when the batch leaves, so that it is never
/// older than the picture.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// By broker and partition: whether the replica is new there.
    leader_and_isr: BTreeMap<BrokerId, BTreeMap<TopicPartition, bool>>,
    /// By broker and partition: whether to delete.
    stop_replica: BTreeMap<BrokerId, BTreeMap<TopicPartition, bool>>,
    metadata: BTreeSet<TopicPartition>,
    /// Send metadata even with no partition in it.
    announce: bool,
    /// Send metadata to these only.
    metadata_to: Option<BTreeSet<BrokerId>>,
}

impl Batch {
    pub(super) fn leader_and_isr(
        &mut self,
        brokers: impl IntoIterator<Item = BrokerId>,
        partition: &TopicPartition,
        new: bool,
    ) {
        for broker in brokers {
            let partitions = self.leader_and_isr.entry(broker).or_default();
            *partitions.entry(partition.clone()).or_default() |= new;
        }
    }

    pub(super) fn stop_replica(&mut self, broker: BrokerId, name: &TopicPartition, delete: bool) {
        let partitions = self.stop_replica.entry(broker).or_default();
        *partitions.entry(name.clone()).or_default() |= delete;
    }

    pub(super) fn update_metadata(&mut self, partition: &TopicPartition) {
        self.metadata.insert(partition.clone());
    }

    /// All brokers hear who lives.
    pub(super) fn announce(&mut self) {
        self.announce = true;
    }

    /// These brokers alone hear what this batch says about metadata.
    pub(super) fn announce_to(&mut self, brokers: BTreeSet<BrokerId>) {
        assert!(self.metadata.is_empty(), "metadata for all brokers waits to be sent");
        self.announce = true;
        self.metadata_to = Some(brokers);
    }
}

impl Active {
    /// Sends the batch: first who leads, then the metadata, then what to stop, so that a follower
    /// is redirected before the replica it followed goes away.
    pub(super) fn flush(&mut self, out: &mut Vec<Effect>) {
        let batch = std::mem::take(&mut self.batch);
        for (broker, partitions) in batch.leader_and_isr {
            self.send_leader_and_isr(broker, &partitions, out);
        }
        if batch.announce || !batch.metadata.is_empty() {
            let to = batch.metadata_to.unwrap_or_else(|| self.context.reachable_brokers());
            self.send_update_metadata(&to, &batch.metadata, out);
        }
        for (broker, partitions) in batch.stop_replica {
            let partitions = partitions.into_iter().map(|(partition, delete)| StopPartition {
                leader_epoch: self.stop_epoch(&partition),
                partition,
                delete,
            });
            let request = StopReplicaRequest {
                controller_epoch: self.epoch,
                partitions: partitions.collect(),
            };
            self.send(broker, ControlRequest::StopReplica(request), out);
        }
    }

    fn send(&self, to: BrokerId, request: ControlRequest, out: &mut Vec<Effect>) {
        // One that has died meanwhile hears everything when it returns.
        if let Some(broker) = self.context.brokers.get(&to) {
            out.push(Effect::Send { to, broker_epoch: broker.epoch, request });
        }
    }

    fn send_leader_and_isr(
        &self,
        broker: BrokerId,
        partitions: &BTreeMap<TopicPartition, bool>,
        out: &mut Vec<Effect>,
    ) {
        let topics = self.states(partitions.iter().map(|(name, new)| (name, *new)), false);
        if topics.is_empty() {
            return;
        }
        let states = topics.iter().flat_map(|topic| &topic.partitions);
        let leaders: BTreeSet<_> = states.map(|one| one.leader).collect();
        let leaders = leaders.iter().filter_map(|id| self.context.brokers.get(id)).cloned();
        let request = LeaderAndIsrRequest {
            controller_epoch: self.epoch,
            leaders: leaders.collect(),
            topics,
        };
        self.send(broker, ControlRequest::LeaderAndIsr(request), out);
    }

    fn send_update_metadata(
        &self,
        to: &BTreeSet<BrokerId>,
        partitions: &BTreeSet<TopicPartition>,
        out: &mut Vec<Effect>,
    ) {
        let request = Arc::new(UpdateMetadataRequest {
            controller_epoch: self.epoch,
            topics: self.states(partitions.iter().map(|name| (name, false)), true),
            brokers: self.context.brokers.values().cloned().collect(),
        });
        for broker in to {
            self.send(*broker, ControlRequest::UpdateMetadata(request.clone()), out);
        }
    }

    /// What there is to say about these partitions; nothing of those that never had a leader.
    fn states<'a>(
        &self,
        partitions: impl Iterator<Item = (&'a TopicPartition, bool)>,
        metadata: bool,
    ) -> Vec<TopicStates> {
        let mut topics: Vec<TopicStates> = Vec::new();
        for (name, is_new) in partitions {
            let Some(topic) = self.context.topics.get(&name.topic) else { continue };
            let Some(one) = topic.partitions.get(&name.partition) else { continue };
            let Some(leadership) = one.leadership.clone() else { continue };
            let state = PartitionStates {
                partition: name.partition,
                leader: match leadership.leader {
                    _ if metadata && self.deletion.is_queued(&name.topic) => LEADER_DURING_DELETE,
                    Some(leader) => leader,
                    None => NO_LEADER,
                },
                offline: if metadata { self.offline_replicas(name) } else { Vec::new() },
                leadership,
                assignment: one.assignment.clone(),
                is_new,
            };
            match topics.last_mut() {
                Some(last) if last.topic == name.topic => last.partitions.push(state),
                Some(_) | None => topics.push(TopicStates {
                    topic: name.topic.clone(),
                    id: topic.id,
                    partitions: vec![state],
                }),
            }
        }
        topics
    }

    fn offline_replicas(&self, name: &TopicPartition) -> Vec<BrokerId> {
        let assigned = self.context.partition(name).map(|one| one.assignment.replicas.as_slice());
        let assigned = assigned.unwrap_or_default().iter().copied();
        assigned.filter(|id| !self.context.is_reachable(*id, name)).collect()
    }

    fn stop_epoch(&self, name: &TopicPartition) -> i32 {
        if self.deletion.is_queued(&name.topic) {
            return EPOCH_DURING_DELETE;
        }
        let leadership = self.context.partition(name).and_then(|one| one.leadership.as_ref());
        match leadership {
            Some(LeaderAndIsr { leader_epoch: LeaderEpoch(epoch), .. }) => *epoch,
            None => EPOCH_UNKNOWN,
        }
    }
}
