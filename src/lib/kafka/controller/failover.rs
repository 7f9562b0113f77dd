//! Taking office: from what ZooKeeper holds to a cluster where every broker knows its part.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kafka::types::TopicPartition;

use super::active::{Active, Task};
use super::effect::{Effect, Write};
use super::event::Picture;
use super::partition_states::PartitionState;
use super::replica_states::ReplicaState;

impl Active {
    /// What was begun by controllers before is read off the picture and gone on with.
    pub(super) fn take_office(&mut self, picture: Picture, out: &mut Vec<Effect>) {
        tracing::info!(
            target: "kafka.controller.KafkaController",
            "[Controller id={}] Elected as the controller at epoch {}: {} brokers, {} topics",
            self.id, self.epoch, picture.brokers.len(), picture.topics.len(),
        );
        for broker in picture.brokers.values() {
            out.push(Effect::Connect(broker.clone()));
        }
        self.context.brokers = picture.brokers;
        self.context.unclean = picture.unclean;
        let nameless = picture.topics.iter().filter(|(_, node)| node.id.is_none());
        let nameless: BTreeMap<_, _> = nameless
            .filter(|_| self.settings.topic_ids)
            .map(|(topic, node)| (topic.clone(), node.clone()))
            .collect();
        let partitions = self.add_topics(picture.topics);
        for (name, state) in picture.states {
            self.take(&name, state);
        }
        // What runs already is not begun again, only recorded when it ends.
        let runs = |name: &TopicPartition, target: &Vec<_>| {
            let moving = self.context.partition(name).map(|one| &one.assignment);
            moving.is_some_and(|one| one.is_moving() && one.target() == *target)
        };
        let wishes = picture.reassignments.iter().filter(|(name, target)| runs(name, target));
        self.znode_moves = wishes.map(|(name, target)| (name.clone(), target.clone())).collect();
        let refused = self.queue_deletions(picture.deletions);
        // Brokers hear who lives before anything else: a LeaderAndIsr names leaders to reach.
        self.batch.announce();
        self.flush(out);
        let (online, offline): (Vec<_>, Vec<_>) = partitions
            .iter()
            .flat_map(|name| {
                let one = self.context.partition(name).expect("added above");
                one.assignment.replicas.iter().map(|id| (*id, name.clone())).collect::<Vec<_>>()
            })
            .partition(|(broker, name)| self.context.is_reachable(*broker, name));
        self.find_states(&partitions);
        self.next([
            Task::Write(vec![
                Write::DeleteIsrNotifications(picture.isr_notifications),
                Write::DeleteLogDirNotifications(picture.log_dir_notifications),
            ]),
            Task::Write(refused),
            Task::Identify(nameless),
            Task::ReplicasOnline(online),
            Task::ReplicasOffline(offline),
            Task::StartMoves(self.moving(|_| true)),
            Task::MovesRequested(picture.reassignments),
            Task::ResumeDeletions,
        ]);
        if !picture.preferred_elections.is_empty() {
            self.after([Task::PreferredElection(picture.preferred_elections)]);
        }
    }

    /// Queues what can be deleted; returns how to refuse the rest.
    fn queue_deletions(&mut self, topics: BTreeSet<Arc<str>>) -> Vec<Write> {
        let mut refused = Vec::new();
        for topic in topics {
            if self.settings.delete_topics && self.context.topics.contains_key(&topic) {
                self.deletion.queue(topic);
            } else {
                refused.push(Write::DeleteRequest(topic));
            }
        }
        refused
    }

    /// The states that follow from the picture: the only ones that are not entered from another.
    fn find_states(&mut self, partitions: &[TopicPartition]) {
        for name in partitions {
            let queued = self.deletion.is_queued(&name.topic);
            let one = self.context.partition(name).expect("added above");
            let state = match &one.leadership {
                None => PartitionState::New,
                Some(_) => match one.leader() {
                    Some(leader) if self.context.is_online(leader, name) => PartitionState::Online,
                    Some(_) | None => PartitionState::Offline,
                },
            };
            let replicas = one.assignment.replicas.iter().map(|id| {
                let state = match self.context.is_reachable(*id, name) {
                    true => ReplicaState::Online,
                    false if queued => ReplicaState::DeletionIneligible,
                    false => ReplicaState::Offline,
                };
                (*id, state)
            });
            let replicas: BTreeMap<_, _> = replicas.collect();
            let waits = replicas.values().any(|one| *one == ReplicaState::DeletionIneligible);
            let one = self.context.partition_mut(name).expect("added above");
            one.state = state;
            one.replicas = replicas;
            if waits {
                self.deletion.make_ineligible(&name.topic);
            }
        }
    }
}
