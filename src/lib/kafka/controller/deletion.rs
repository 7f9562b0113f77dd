//! Topics that are to be deleted: queued, stopped everywhere, deleted everywhere, forgotten.
//!
//! A topic waits while a broker with a replica of it is away, a replica could not be deleted, or a
//! reassignment moves one of its partitions. It is *ineligible* then, until the broker returns or
//! the reassignment ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::kafka::types::{BrokerId, TopicPartition};

use super::active::{Active, Task, UnderWay};
use super::context::Replica;
use super::effect::{Effect, Write};
use super::event::Outcome;
use super::partition_states::PartitionState;
use super::replica_states::ReplicaState;

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Deletion {
    queued: BTreeSet<Arc<str>>,
    ineligible: BTreeSet<Arc<str>>,
}

impl Deletion {
    pub(super) fn queue(&mut self, topic: Arc<str>) -> bool {
        self.queued.insert(topic)
    }

    /// From the moment it is asked for: nobody leads, nothing is moved, metadata says "deleted".
    pub(super) fn is_queued(&self, topic: &str) -> bool {
        self.queued.contains(topic)
    }

    pub(super) fn make_ineligible(&mut self, topic: &Arc<str>) {
        assert!(self.queued.contains(topic), "{topic} is not to be deleted");
        self.ineligible.insert(topic.clone());
    }

    /// What stood in its way may be gone.
    pub(super) fn make_eligible(&mut self, topic: &Arc<str>) {
        self.ineligible.remove(topic);
    }

    pub(super) fn forget(&mut self, topic: &Arc<str>) {
        self.queued.remove(topic);
        self.ineligible.remove(topic);
    }

    pub(super) fn queued(&self) -> impl Iterator<Item = (&Arc<str>, bool)> {
        self.queued.iter().map(|topic| (topic, self.ineligible.contains(topic)))
    }
}

impl Active {
    /// `/admin/delete_topics` has these children.
    pub(super) fn deletions_requested(&mut self, topics: BTreeSet<Arc<str>>) {
        let (known, unknown): (Vec<_>, Vec<_>) = topics.into_iter().partition(|topic| {
            self.settings.delete_topics && self.context.topics.contains_key(topic)
        });
        let refused = unknown.into_iter().map(Write::DeleteRequest).collect();
        for topic in known {
            if self.deletion.queue(topic.clone()) {
                tracing::info!(
                    target: "kafka.controller.KafkaController",
                    "[Controller id={}] Starting topic deletion for topic {topic}",
                    self.id,
                );
            }
        }
        self.next([Task::Write(refused), Task::ResumeDeletions]);
    }

    /// Does for every queued topic what can be done now.
    pub(super) fn resume_deletions(&mut self, out: &mut Vec<Effect>) {
        let queued: Vec<_> =
            self.deletion.queued().map(|(topic, waits)| (topic.clone(), waits)).collect();
        let mut begin = Vec::new();
        let mut complete = Vec::new();
        for (topic, ineligible) in queued {
            let replicas = self.replicas_of(&topic);
            let any = |state: ReplicaState| replicas.iter().any(|(_, one)| *one == state);
            if replicas.iter().all(|(_, state)| *state == ReplicaState::DeletionSuccessful) {
                complete.push(topic);
            } else if any(ReplicaState::DeletionStarted) {
                // Answers are awaited.
            } else if !ineligible && !self.is_moving(&topic) {
                begin.push(topic);
            }
        }
        self.begin_deletion(&begin, out);
        if !complete.is_empty() {
            let writes = complete.iter().cloned().map(Write::DeleteTopic).collect();
            out.push(Effect::Write(writes));
            self.under_way = Some(UnderWay::TopicDeletions(complete));
        }
    }

    /// Brokers forget the topics, then stop their replicas, and when all have been told to stop,
    /// delete them. Replicas on dead brokers make the topic wait.
    fn begin_deletion(&mut self, topics: &[Arc<str>], out: &mut Vec<Effect>) {
        let mut live = Vec::new();
        for topic in topics {
            for partition in self.context.partitions_of(topic) {
                self.enter(&partition, PartitionState::Offline);
                self.batch.update_metadata(&partition);
            }
            for ((broker, partition), state) in self.replicas_of(topic) {
                if state == ReplicaState::DeletionSuccessful {
                    continue;
                }
                self.enter_replica(broker, &partition, ReplicaState::Offline);
                if self.context.is_reachable(broker, &partition) {
                    self.batch.stop_replica(broker, &partition, false);
                    live.push((broker, partition));
                } else {
                    self.enter_replica(broker, &partition, ReplicaState::DeletionIneligible);
                    self.deletion.make_ineligible(topic);
                }
            }
        }
        self.flush(out);
        for (broker, partition) in live {
            self.enter_replica(broker, &partition, ReplicaState::DeletionStarted);
            self.batch.stop_replica(broker, &partition, true);
        }
        self.flush(out);
    }

    /// Replicas of queued topics that cannot be deleted for now.
    pub(super) fn fail_deletion(&mut self, replicas: &[Replica]) {
        for (broker, partition) in replicas {
            match self.replica_state(*broker, partition) {
                ReplicaState::DeletionSuccessful
                | ReplicaState::DeletionIneligible
                | ReplicaState::NonExistent => continue,
                ReplicaState::DeletionStarted => {}
                ReplicaState::New | ReplicaState::Online | ReplicaState::Offline => {
                    self.enter_replica(*broker, partition, ReplicaState::Offline);
                }
            }
            self.enter_replica(*broker, partition, ReplicaState::DeletionIneligible);
            self.deletion.make_ineligible(&partition.topic);
        }
    }

    /// A broker has deleted, or says why not.
    pub(super) fn stop_replica_answered(
        &mut self,
        broker: BrokerId,
        partitions: Vec<(TopicPartition, i16)>,
    ) {
        for (name, code) in partitions {
            let awaited = self.deletion.is_queued(&name.topic)
                && self.replica_state(broker, &name) == ReplicaState::DeletionStarted;
            if !awaited {
                continue;
            }
            if code == 0 {
                self.enter_replica(broker, &name, ReplicaState::DeletionSuccessful);
            } else {
                tracing::warn!(
                    target: "kafka.controller.TopicDeletionManager",
                    "[Topic Deletion Manager {}] Deletion failed for replica {broker} of {name} with error code {code}",
                    self.id,
                );
                self.fail_deletion(&[(broker, name)]);
            }
        }
        self.next([Task::ResumeDeletions]);
    }

    pub(super) fn topics_deleted(&mut self, topics: &[Arc<str>], outcomes: &[Outcome]) {
        assert_eq!(topics.len(), outcomes.len(), "one outcome for each write");
        let mut forgotten = BTreeSet::new();
        for (topic, outcome) in topics.iter().zip(outcomes) {
            let gone = matches!(outcome, Outcome::Done { .. } | Outcome::Missing);
            if !gone {
                continue;
            }
            for ((broker, partition), _) in self.replicas_of(topic) {
                self.enter_replica(broker, &partition, ReplicaState::NonExistent);
            }
            for partition in self.context.partitions_of(topic) {
                self.enter(&partition, PartitionState::Offline);
                self.enter(&partition, PartitionState::NonExistent);
            }
            forgotten.insert(topic.clone());
            tracing::info!(
                target: "kafka.controller.TopicDeletionManager",
                "[Topic Deletion Manager {}] Deletion of topic {topic} successfully completed",
                self.id,
            );
        }
        self.forget_topics(&forgotten);
    }

    fn replicas_of(&self, topic: &Arc<str>) -> Vec<(Replica, ReplicaState)> {
        let mut replicas = Vec::new();
        for partition in self.context.partitions_of(topic) {
            let one = self.context.partition(&partition).expect("listed above");
            let states = one.replicas.iter();
            replicas.extend(states.map(|(id, state)| ((*id, partition.clone()), *state)));
        }
        replicas
    }
}
