//! Brokers come, go, return in another life, and lose disks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kafka::types::{BrokerId, TopicPartition};

use super::active::{Active, Task};
use super::context::{Broker, Replica};
use super::effect::{Effect, Write};
use super::partition_states::PartitionState;

/// The code of KAFKA_STORAGE_ERROR: the replica's disk is offline.
const STORAGE_ERROR: i16 = 56;

impl Active {
    /// Compares who is registered with who was. A broker whose epoch has grown died and came back
    /// between two looks: its replicas may have lost what was in memory, so it is first treated
    /// as dead.
    pub(super) fn brokers_changed(&mut self, registered: BTreeMap<BrokerId, Arc<Broker>>) {
        let mut joined = Vec::new();
        let mut bounced = Vec::new();
        let mut updated = Vec::new();
        for broker in registered.values() {
            match self.context.brokers.get(&broker.id) {
                None => joined.push(broker.clone()),
                Some(known) if known.epoch < broker.epoch => bounced.push(broker.clone()),
                // A view older than what is known already.
                Some(known) if known.epoch > broker.epoch => {}
                Some(known) if known != broker => updated.push(broker.clone()),
                Some(_) => {}
            }
        }
        let known = self.context.brokers.keys().copied();
        let dead: BTreeSet<_> = known.filter(|id| !registered.contains_key(id)).collect();
        tracing::info!(
            target: "kafka.controller.KafkaController",
            "[Controller id={}] Newly added brokers: {}, deleted brokers: {}, bounced brokers: {}, all live brokers: {}",
            self.id, list(&joined), dead.iter().map(BrokerId::to_string).collect::<Vec<_>>().join(","),
            list(&bounced), registered.keys().map(BrokerId::to_string).collect::<Vec<_>>().join(","),
        );
        let mut tasks = Vec::new();
        if !joined.is_empty() {
            tasks.push(Task::Joined(joined));
        }
        if !bounced.is_empty() {
            tasks.push(Task::Died(bounced.iter().map(|broker| broker.id).collect()));
            tasks.push(Task::Joined(bounced));
        }
        if !dead.is_empty() {
            tasks.push(Task::Died(dead));
        }
        if !updated.is_empty() {
            tasks.push(Task::Updated(updated));
        }
        self.next(tasks);
    }

    pub(super) fn brokers_joined(&mut self, brokers: Vec<Arc<Broker>>, out: &mut Vec<Effect>) {
        let ids: BTreeSet<_> = brokers.iter().map(|broker| broker.id).collect();
        let before = self.context.reachable_brokers();
        for broker in brokers {
            out.push(Effect::Connect(broker.clone()));
            self.context.brokers.insert(broker.id, broker);
        }
        // Those that were there learn how to reach the new ones; the new ones learn everything,
        // and before they are told to lead or follow anything.
        self.batch.announce_to(before);
        self.flush(out);
        self.batch.announce_to(ids.clone());
        let partitions: Vec<_> = self.context.partitions().map(|(name, _)| name).collect();
        partitions.iter().for_each(|name| self.batch.update_metadata(name));
        self.flush(out);
        let replicas = self.context.replicas_on(&ids);
        let mut topics: BTreeSet<Arc<str>> = BTreeSet::new();
        topics.extend(replicas.iter().map(|(_, name)| name.topic.clone()));
        for topic in &topics {
            self.deletion.make_eligible(topic);
        }
        let moving = self
            .moving(|assignment| assignment.replicas.iter().any(|replica| ids.contains(replica)));
        self.next([
            Task::ReplicasOnline(replicas),
            Task::StartMoves(moving),
            Task::ResumeDeletions,
        ]);
    }

    pub(super) fn brokers_died(&mut self, dead: &BTreeSet<BrokerId>, out: &mut Vec<Effect>) {
        for broker in dead {
            self.context.brokers.remove(broker);
            self.context.shutting_down.remove(broker);
            out.push(Effect::Disconnect(*broker));
        }
        self.context.failed_replicas.retain(|(broker, _)| !dead.contains(broker));
        let replicas = self.context.replicas_on(dead);
        let led = self
            .context
            .partitions()
            .any(|(_, one)| one.leader().is_some_and(|leader| dead.contains(&leader)));
        if replicas.is_empty() && !led {
            self.batch.announce();
        }
        self.replicas_lost(replicas, |leader| dead.contains(&leader));
    }

    /// The way of all replicas that are suddenly gone: new leaders first, for everybody waits for
    /// those; then the ISRs.
    fn replicas_lost(&mut self, replicas: Vec<Replica>, lost: impl Fn(BrokerId) -> bool) {
        let leaderless: Vec<TopicPartition> = self
            .context
            .partitions()
            .filter(|(name, one)| {
                one.state == PartitionState::Online
                    && one.leader().is_none_or(&lost)
                    && !self.deletion.is_queued(&name.topic)
            })
            .map(|(name, _)| name)
            .collect();
        for partition in &leaderless {
            self.enter(partition, PartitionState::Offline);
        }
        let (queued, others): (Vec<_>, Vec<_>) =
            replicas.into_iter().partition(|(_, name)| self.deletion.is_queued(&name.topic));
        self.fail_deletion(&queued);
        self.next([Task::ElectLeaderless, Task::ReplicasOffline(others), Task::ResumeDeletions]);
    }

    /// Same lives, other addresses.
    pub(super) fn brokers_updated(&mut self, brokers: Vec<Arc<Broker>>) {
        for broker in brokers {
            self.context.brokers.insert(broker.id, broker);
        }
        self.batch.announce();
    }

    /// Brokers lost log directories. Which replicas were in them is found by asking: a
    /// LeaderAndIsr for a replica on a failed disk is answered with an error.
    pub(super) fn log_dirs_failed(
        &mut self,
        brokers: &BTreeSet<BrokerId>,
        notifications: Vec<String>,
    ) {
        let live = |id: &&BrokerId| self.context.brokers.contains_key(id);
        let live: BTreeSet<_> = brokers.iter().filter(live).copied().collect();
        self.next([
            Task::ReplicasOnline(self.context.replicas_on(&live)),
            Task::Write(vec![Write::DeleteLogDirNotifications(notifications)]),
        ]);
    }

    pub(super) fn leader_and_isr_answered(
        &mut self,
        broker: BrokerId,
        partitions: Vec<(TopicPartition, i16)>,
    ) {
        let mut failed = Vec::new();
        for (name, code) in partitions {
            let replica = (broker, name);
            if code == STORAGE_ERROR {
                if self.context.brokers.contains_key(&broker)
                    && self.context.failed_replicas.insert(replica.clone())
                {
                    failed.push(replica);
                }
            } else if code == 0 {
                self.context.failed_replicas.remove(&replica);
            }
        }
        if !failed.is_empty() {
            self.next([Task::DisksFailed(failed)]);
        }
    }

    pub(super) fn disks_failed(&mut self, replicas: Vec<Replica>) {
        let known = |replica: &Replica| self.context.partition(&replica.1).is_some();
        let replicas: Vec<_> = replicas.into_iter().filter(known).collect();
        for (broker, name) in &replicas {
            let one = self.context.partition(name).expect("filtered above");
            if one.leader() == Some(*broker)
                && one.state == PartitionState::Online
                && !self.deletion.is_queued(&name.topic)
            {
                self.enter(name, PartitionState::Offline);
            }
        }
        self.replicas_lost(replicas, |_| false);
    }
}

fn list(brokers: &[Arc<Broker>]) -> String {
    brokers.iter().map(|broker| broker.id.to_string()).collect::<Vec<_>>().join(",")
}
