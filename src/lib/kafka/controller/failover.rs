//! Taking office: from what ZooKeeper holds to a cluster where every broker knows its part.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kafka::types::{BrokerId, TopicPartition};

use super::active::{Active, Task};
use super::effect::{Effect, Write};
use super::event::Picture;
use super::partition_states::PartitionState;
use super::replica_states::ReplicaState;

/// Who of a partition's live ISR died and came back unseen.
enum Bounced {
    /// These; others have lived on.
    Replicas(Vec<BrokerId>),
    /// All, with the leader. Nobody knows better than it does, but what it writes from now on must
    /// not carry the epoch of what it may have lost and others may hold: it is elected again.
    All,
}

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
        let (mut returned, mut restarted) = (Vec::new(), Vec::new());
        for (name, (state, written)) in picture.states {
            self.take(&name, state);
            match self.find_bounced(&name, written) {
                Bounced::Replicas(ids) => {
                    returned.extend(ids.into_iter().map(|id| (id, name.clone())));
                }
                Bounced::All => restarted.push(name),
            }
        }
        self.context.failed_replicas.extend(returned.iter().cloned());
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
        restarted.iter().for_each(|name| self.enter(name, PartitionState::Offline));
        self.next([
            Task::Write(vec![
                Write::DeleteIsrNotifications(picture.isr_notifications),
                Write::DeleteLogDirNotifications(picture.log_dir_notifications),
            ]),
            Task::Write(refused),
            Task::Identify(nameless),
            Task::ReplicasOnline(online),
            Task::ReplicasOffline(offline),
            Task::Returned(returned),
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

    /// Finds the replicas that died and came back while there was no controller to see it: their
    /// brokers registered after the state that counts on them was written. They may have lost what
    /// was in memory, so where another member of the ISR has lived on they count as failed until
    /// it leads, as they do under a controller that sees them return (`brokers_changed`). Apache's
    /// takes such a leader for one that never was away, and leaves it to lead with what it has.
    fn find_bounced(&self, name: &TopicPartition, written: i64) -> Bounced {
        let none = Bounced::Replicas(Vec::new());
        let Some(one) = self.context.partition(name) else { return none };
        let Some(leadership) = &one.leadership else { return none };
        let live = leadership.isr.iter().filter_map(|id| self.context.brokers.get(id));
        let (bounced, steady): (Vec<_>, Vec<_>) = live.partition(|broker| broker.epoch > written);
        if !steady.is_empty() {
            return Bounced::Replicas(bounced.into_iter().map(|broker| broker.id).collect());
        }
        let leads = bounced.iter().any(|broker| Some(broker.id) == leadership.leader);
        if leads && one.assignment.replicas.len() > 1 { Bounced::All } else { none }
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
