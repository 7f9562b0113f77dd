//! Topics appear, grow and vanish in ZooKeeper, whoever wrote them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::uuid::Uuid;
use crate::kafka::types::TopicPartition;

use super::active::{Active, Task, UnderWay};
use super::context::TopicNode;
use super::effect::{Effect, Write};
use super::event::Outcome;

impl Active {
    /// `/brokers/topics` has these children.
    pub(super) fn topics_changed(&mut self, names: &BTreeSet<Arc<str>>, out: &mut Vec<Effect>) {
        let gone: BTreeSet<_> =
            self.context.topics.keys().filter(|topic| !names.contains(*topic)).cloned().collect();
        self.forget_topics(&gone);
        let new: Vec<_> =
            names.iter().filter(|name| !self.context.topics.contains_key(*name)).cloned().collect();
        tracing::info!(
            target: "kafka.controller.KafkaController",
            "[Controller id={}] New topics: {new:?}, deleted topics: {gone:?}",
            self.id,
        );
        if !new.is_empty() {
            out.push(Effect::ReadTopics(new));
            self.under_way = Some(UnderWay::TopicReads);
        }
    }

    /// New topics have been read. Those without an id (made by a tool before 2.8) get one, and
    /// come to life when it is written.
    pub(super) fn topics_found(
        &mut self,
        topics: BTreeMap<Arc<str>, TopicNode>,
        out: &mut Vec<Effect>,
    ) {
        let new = |topic: &Arc<str>| !self.context.topics.contains_key(topic);
        let topics = topics.into_iter().filter(|(topic, _)| new(topic));
        let (ready, nameless): (BTreeMap<_, _>, BTreeMap<_, _>) =
            topics.partition(|(_, node)| node.id.is_some() || !self.settings.topic_ids);
        let partitions = self.add_topics(ready);
        self.next([Task::NewPartitions(partitions)]);
        self.identify(nameless, out);
    }

    /// Writes ids into the nodes of topics that have none.
    pub(super) fn identify(
        &mut self,
        mut topics: BTreeMap<Arc<str>, TopicNode>,
        out: &mut Vec<Effect>,
    ) {
        if topics.is_empty() {
            return;
        }
        for node in topics.values_mut() {
            node.id = Some(Uuid::random(&mut self.rng));
        }
        let writes = topics.iter().map(|(topic, node)| Write::Topic(topic.clone(), node.clone()));
        out.push(Effect::Write(writes.collect()));
        self.under_way = Some(UnderWay::TopicIds(topics));
    }

    pub(super) fn topics_identified(
        &mut self,
        topics: BTreeMap<Arc<str>, TopicNode>,
        outcomes: &[Outcome],
    ) {
        assert_eq!(topics.len(), outcomes.len(), "one outcome for each write");
        let mut new = BTreeMap::new();
        for ((topic, mut node), outcome) in topics.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Done { .. } => {}
                Outcome::Missing => continue,
                // It lives without an id until the next controller tries again.
                Outcome::Conflict | Outcome::Exists | Outcome::Failed => node.id = None,
            }
            match self.context.topics.get_mut(&topic) {
                Some(known) => known.id = node.id,
                None => {
                    new.insert(topic, node);
                }
            }
        }
        let partitions = self.add_topics(new);
        self.next([Task::NewPartitions(partitions)]);
    }

    pub(super) fn add_topics(
        &mut self,
        topics: BTreeMap<Arc<str>, TopicNode>,
    ) -> Vec<TopicPartition> {
        let mut partitions = Vec::new();
        for (topic, node) in topics {
            self.context.topics.entry(topic.clone()).or_default().id = node.id;
            for (partition, assignment) in node.partitions {
                let name = TopicPartition::new(topic.clone(), partition);
                self.context.add_partition(&name, assignment);
                partitions.push(name);
            }
        }
        partitions
    }

    /// A topic's node was written: by this controller, or by somebody who added partitions.
    pub(super) fn topic_changed(&mut self, topic: &Arc<str>, node: &TopicNode) {
        let Some(known) = self.context.topics.get_mut(topic) else { return };
        known.id = known.id.or(node.id);
        let added = node.partitions.iter().filter(|(id, _)| !known.partitions.contains_key(id));
        let added: BTreeMap<_, _> = added.map(|(id, one)| (*id, one.clone())).collect();
        let lost_its_id = known.id.is_some() && node.id.is_none();
        let mut tasks = Vec::new();
        if self.deletion.is_queued(topic) {
            if !added.is_empty() {
                tracing::error!(
                    target: "kafka.controller.KafkaController",
                    "[Controller id={}] Skipping adding partitions {:?} for topic {topic} since it is currently being deleted",
                    self.id, added.keys().collect::<Vec<_>>(),
                );
                tasks.push(Task::Write(vec![Write::Topic(topic.clone(), known.node())]));
            }
            return self.next(tasks);
        }
        let partitions: Vec<_> =
            added.keys().map(|id| TopicPartition::new(topic.clone(), *id)).collect();
        for (name, assignment) in partitions.iter().zip(added.into_values()) {
            self.context.add_partition(name, assignment);
        }
        if lost_its_id {
            // Releases before 2.8 rewrite the node without the id they do not know; under another
            // id the brokers would refuse the partitions they have.
            let node = self.context.topics.get(topic).expect("looked up above").node();
            tasks.push(Task::Write(vec![Write::Topic(topic.clone(), node)]));
        }
        tasks.push(Task::NewPartitions(partitions));
        self.next(tasks);
    }

    /// These topics are gone from ZooKeeper.
    pub(super) fn forget_topics(&mut self, topics: &BTreeSet<Arc<str>>) {
        if topics.is_empty() {
            return;
        }
        self.context.failed_replicas.retain(|(_, name)| !topics.contains(&name.topic));
        self.znode_moves.retain(|name, _| !topics.contains(&name.topic));
        for topic in topics {
            self.context.topics.remove(topic);
            self.context.unclean.topics.remove(topic);
            self.deletion.forget(topic);
        }
    }
}
