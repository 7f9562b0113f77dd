//! Carrying out the controller's writes, each guarded by the controller epoch's version.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::kafka::controller::{Assignment, LeaderAndIsr, Outcome, TopicNode, Write};
use crate::kafka::metadata::znode::{self, PartitionState, TopicAssignment};
use crate::kafka::types::{BrokerId, TopicPartition};
use crate::zookeeper::client::{self, Answer, multi_error};
use crate::zookeeper::jute::request::{CreateMode, VersionRequest};
use crate::zookeeper::jute::{KeeperError, MultiResult, Reply, Request};

use super::super::zookeeper::{ZooKeeper, delete, get_children, keeper, set_data};
use super::Lost;

/// Writes on behalf of one office.
pub(super) struct Guarded<'a> {
    pub(super) zookeeper: &'a ZooKeeper,
    /// The version of `/controller_epoch` since this controller took office.
    pub(super) epoch_version: i32,
}

impl Guarded<'_> {
    /// Carries them out; the outcomes are in their order.
    pub(super) async fn write(&self, writes: &[Write]) -> Result<Vec<Outcome>, Lost> {
        self.make_parents(writes).await?;
        let requests: Vec<_> = writes.iter().filter_map(|write| self.simple(write)).collect();
        let mut answers = self.send(requests).await?.into_iter();
        let mut outcomes = Vec::with_capacity(writes.len());
        for write in writes {
            outcomes.push(match write {
                Write::CreateState(name, state) => {
                    let outcome = self.outcome(write, answers.next().expect("sent above"));
                    // The partition's own node was left by a creation that got no further.
                    if outcome == Outcome::Exists {
                        self.create_state(name, state).await?
                    } else {
                        outcome
                    }
                }
                Write::DeleteTopic(topic) => self.delete_topic(topic).await?,
                Write::DeleteIsrNotifications(names) => {
                    self.delete_children(znode::ISR_CHANGES, names).await?
                }
                Write::DeleteLogDirNotifications(names) => {
                    self.delete_children(znode::LOG_DIR_EVENTS, names).await?
                }
                Write::State(..)
                | Write::Topic(..)
                | Write::DeleteRequest(_)
                | Write::Reassignments(_)
                | Write::DeletePreferredElection => {
                    self.outcome(write, answers.next().expect("sent above"))
                }
            });
        }
        Ok(outcomes)
    }

    /// The operations of a write that is one multi.
    fn simple(&self, write: &Write) -> Option<Vec<Request>> {
        let persistent = CreateMode::Persistent;
        Some(match write {
            Write::CreateState(name, state) => {
                let parent = znode::partition_path(&name.topic, name.partition);
                vec![
                    self.zookeeper.creation(parent, None, persistent),
                    self.state_creation(name, state),
                ]
            }
            Write::State(name, state) => {
                let path = znode::partition_state_path(&name.topic, name.partition);
                vec![set_data(path, encode_state(state), state.version)]
            }
            Write::Topic(topic, node) => {
                vec![set_data(znode::topic_path(topic), encode_topic(node), -1)]
            }
            Write::DeleteRequest(topic) => vec![delete(znode::delete_topic_path(topic))],
            Write::Reassignments(moves) if moves.is_empty() => {
                vec![delete(znode::REASSIGN_PARTITIONS.to_owned())]
            }
            Write::Reassignments(moves) => {
                let moves = moves.iter().map(|(name, replicas)| {
                    (&*name.topic, name.partition, replicas.iter().map(|id| id.0).collect())
                });
                let data = znode::reassignments::encode(moves);
                vec![set_data(znode::REASSIGN_PARTITIONS.to_owned(), data, -1)]
            }
            Write::DeletePreferredElection => {
                vec![delete(znode::PREFERRED_REPLICA_ELECTION.to_owned())]
            }
            Write::DeleteTopic(_)
            | Write::DeleteIsrNotifications(_)
            | Write::DeleteLogDirNotifications(_) => return None,
        })
    }

    /// The node above a topic's partitions, for each topic that gets its first states.
    async fn make_parents(&self, writes: &[Write]) -> Result<(), Lost> {
        let topics: BTreeSet<&Arc<str>> = writes
            .iter()
            .filter_map(|write| match write {
                Write::CreateState(name, _) => Some(&name.topic),
                _ => None,
            })
            .collect();
        let creations = topics.into_iter().map(|topic| {
            let path = znode::partitions_path(topic);
            vec![self.zookeeper.creation(path, None, CreateMode::Persistent)]
        });
        let creations: Vec<_> = creations.collect();
        if !creations.is_empty() {
            // Those that are there already are as they should be.
            self.send(creations).await?;
        }
        Ok(())
    }

    /// The `state` alone, or with all above it.
    async fn create_state(
        &self,
        name: &TopicPartition,
        state: &LeaderAndIsr,
    ) -> Result<Outcome, Lost> {
        let write = Write::CreateState(name.clone(), state.clone());
        let mut answers = self.send(vec![vec![self.state_creation(name, state)]]).await?;
        Ok(self.outcome(&write, answers.pop().expect("one was sent")))
    }

    fn state_creation(&self, name: &TopicPartition, state: &LeaderAndIsr) -> Request {
        let path = znode::partition_state_path(&name.topic, name.partition);
        self.zookeeper.creation(path, Some(encode_state(state)), CreateMode::Persistent)
    }

    /// The topic with all below it, its settings, and the request to delete it, in Kafka's order:
    /// a controller that takes over in the middle finds the request and goes on.
    async fn delete_topic(&self, topic: &str) -> Result<Outcome, Lost> {
        let mut outcome = Outcome::Done { version: 0 };
        for path in [
            znode::topic_path(topic),
            znode::config_topic_path(topic),
            znode::delete_topic_path(topic),
        ] {
            let paths = self.below(path).await?;
            let operations = paths.into_iter().map(|path| vec![delete(path)]).collect();
            let write = Write::DeleteTopic(topic.into());
            for answer in self.send(operations).await? {
                match self.outcome(&write, answer) {
                    Outcome::Done { .. } | Outcome::Missing => {}
                    other => outcome = other,
                }
            }
        }
        Ok(outcome)
    }

    /// A node and all below it, deepest first.
    async fn below(&self, root: String) -> Result<Vec<String>, Lost> {
        let mut found = vec![root];
        let mut looked = 0;
        while looked < found.len() {
            let requests = found.iter().skip(looked).map(|path| get_children(path, false));
            let parents: Vec<String> = found.iter().skip(looked).cloned().collect();
            let answers = self.zookeeper.insist(requests.collect()).await.map_err(Lost::from)?;
            looked = found.len();
            for (parent, answer) in parents.iter().zip(answers) {
                if let Ok(Answer { reply: Reply::ChildrenStat(children), .. }) = answer {
                    let children = children.children.iter();
                    found.extend(children.map(|name| format!("{parent}/{name}")));
                }
            }
        }
        found.reverse();
        Ok(found)
    }

    async fn delete_children(&self, parent: &str, names: &[String]) -> Result<Outcome, Lost> {
        let paths = names.iter().map(|name| vec![delete(format!("{parent}/{name}"))]);
        self.send(paths.collect()).await?;
        Ok(Outcome::Done { version: 0 })
    }

    /// Sends each of these rows of operations as one multi behind a check of the epoch.
    async fn send(&self, rows: Vec<Vec<Request>>) -> Result<Vec<client::Result<Answer>>, Lost> {
        let check = || {
            let path = znode::CONTROLLER_EPOCH.to_owned();
            Request::Check(VersionRequest { path, version: self.epoch_version })
        };
        let multis = rows
            .into_iter()
            .map(|row| Request::Multi(std::iter::once(check()).chain(row).collect()));
        let answers = self.zookeeper.insist(multis.collect()).await.map_err(Lost::from)?;
        for answer in &answers {
            if let Ok(Answer { reply: Reply::Multi(results), .. }) = answer
                && let Some((0, _)) = multi_error(results)
            {
                return Err(Lost::Deposed);
            }
        }
        Ok(answers)
    }

    fn outcome(&self, write: &Write, answer: client::Result<Answer>) -> Outcome {
        let error = match &answer {
            Ok(Answer { reply: Reply::Multi(results), .. }) => match multi_error(results) {
                None => return Outcome::Done { version: version_of(results) },
                Some((_, error)) => Some(error),
            },
            Ok(_) => None,
            Err(_) => keeper(&answer),
        };
        match error {
            Some(KeeperError::BadVersion) => Outcome::Conflict,
            Some(KeeperError::NoNode) => Outcome::Missing,
            Some(KeeperError::NodeExists) => Outcome::Exists,
            error => {
                tracing::error!(
                    target: "kafka.controller.KafkaController",
                    "ZooKeeper refused to {write}: {}",
                    error.map_or("it makes no sense to it", KeeperError::text),
                );
                Outcome::Failed
            }
        }
    }
}

/// The version that a multi's last operation left.
fn version_of(results: &[MultiResult]) -> i32 {
    match results.last() {
        Some(MultiResult::Set(stat)) => stat.version,
        _ => 0,
    }
}

fn ids(ids: &[BrokerId]) -> Vec<i32> {
    ids.iter().map(|id| id.0).collect()
}

fn encode_state(state: &LeaderAndIsr) -> Vec<u8> {
    let state = PartitionState {
        controller_epoch: state.controller_epoch.0,
        leader: state.leader.map_or(-1, |leader| leader.0),
        leader_epoch: state.leader_epoch.0,
        isr: ids(&state.isr),
        recovering: state.recovering,
    };
    state.encode()
}

fn encode_topic(node: &TopicNode) -> Vec<u8> {
    let mut assignment = TopicAssignment { id: node.id, ..TopicAssignment::default() };
    for (partition, Assignment { replicas, adding, removing }) in &node.partitions {
        assignment.partitions.insert(*partition, ids(replicas));
        if !adding.is_empty() {
            assignment.adding.insert(*partition, ids(adding));
        }
        if !removing.is_empty() {
            assignment.removing.insert(*partition, ids(removing));
        }
    }
    assignment.encode()
}
