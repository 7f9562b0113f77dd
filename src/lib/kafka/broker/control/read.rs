//! Reading the controller's picture: znodes in, the machine's values out. Reads go out together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;

use bytes::Bytes;

use crate::kafka::controller::{Assignment, Broker, LeaderAndIsr, Picture, TopicNode, Unclean};
use crate::kafka::metadata::broker::Registration;
use crate::kafka::metadata::znode::{self, PartitionState, TopicAssignment};
use crate::kafka::types::{BrokerId, ControllerEpoch, LeaderEpoch, TopicPartition};
use crate::zookeeper::client::{self, Answer, Client};
use crate::zookeeper::jute::{KeeperError, Reply, Request, Stat};

use super::super::zookeeper::{exists, get_children, get_data, insist};

/// The topic setting that allows unclean elections.
const UNCLEAN: &str = "unclean.leader.election.enable";

/// Reads from one session, leaving watches.
pub(super) struct Znodes<'a>(pub(super) &'a Client);

type Result<T> = client::Result<T>;

impl Znodes<'_> {
    /// Everything a new controller wants to know.
    pub(super) async fn picture(&self, epoch: i32, unclean: bool) -> Result<Picture> {
        let brokers = self.brokers().await?;
        let names = self.topic_names().await?;
        let topics = self.topics(names.iter().cloned().collect()).await?;
        let partitions = topics.iter().flat_map(|(topic, node)| {
            node.partitions.keys().map(|id| TopicPartition::new(topic.clone(), *id))
        });
        let states = self.states(partitions.collect()).await?;
        let unclean = Unclean { default: unclean, topics: self.unclean(&names).await? };
        Ok(Picture {
            epoch: ControllerEpoch(epoch),
            brokers,
            topics,
            states,
            unclean,
            deletions: self.deletions().await?,
            reassignments: self.reassignments().await?,
            preferred_elections: self.preferred_elections().await?,
            isr_notifications: self.children(znode::ISR_CHANGES).await?,
            log_dir_notifications: self.children(znode::LOG_DIR_EVENTS).await?,
        })
    }

    /// Who is registered.
    pub(super) async fn brokers(&self) -> Result<BTreeMap<BrokerId, Arc<Broker>>> {
        let names = self.children(znode::BROKER_IDS).await?;
        let ids: Vec<i32> = names.iter().filter_map(|name| name.parse().ok()).collect();
        let nodes = self.get(ids.iter().map(|id| znode::broker_id_path(*id)), true).await?;
        let mut brokers = BTreeMap::new();
        for (id, node) in ids.into_iter().zip(nodes) {
            let Some((data, stat)) = node else { continue };
            let path = znode::broker_id_path(id);
            let Some(registration) = readable(&path, Registration::from_json(&data)) else {
                continue;
            };
            let id = BrokerId(id);
            let Registration { endpoints, rack, .. } = registration;
            brokers.insert(id, Arc::new(Broker { id, epoch: stat.czxid.0, endpoints, rack }));
        }
        Ok(brokers)
    }

    pub(super) async fn topic_names(&self) -> Result<BTreeSet<Arc<str>>> {
        let names = self.children(znode::TOPICS).await?;
        Ok(names.into_iter().map(Arc::from).collect())
    }

    /// The assignments of these topics; those that are not there are left out.
    pub(super) async fn topics(
        &self,
        names: Vec<Arc<str>>,
    ) -> Result<BTreeMap<Arc<str>, TopicNode>> {
        let nodes = self.get(names.iter().map(|name| znode::topic_path(name)), true).await?;
        let mut topics = BTreeMap::new();
        for (name, node) in names.into_iter().zip(nodes) {
            let Some((data, _)) = node else { continue };
            let path = znode::topic_path(&name);
            if let Some(assignment) = readable(&path, TopicAssignment::decode(&data)) {
                topics.insert(name, topic_node(&assignment));
            }
        }
        Ok(topics)
    }

    /// The leaders and ISRs of these partitions, and when each was last written; those that have
    /// none are left out. No watches:
    /// nobody but the controller and the leaders, who tell it, writes them.
    pub(super) async fn states(
        &self,
        names: Vec<TopicPartition>,
    ) -> Result<BTreeMap<TopicPartition, (LeaderAndIsr, i64)>> {
        let path = |name: &TopicPartition| znode::partition_state_path(&name.topic, name.partition);
        let nodes = self.get(names.iter().map(path), false).await?;
        let mut states = BTreeMap::new();
        for (name, node) in names.into_iter().zip(nodes) {
            let Some((data, stat)) = node else { continue };
            if let Some(state) = readable(&path(&name), PartitionState::decode(&data)) {
                states.insert(name, (leader_and_isr(&state, stat.version), stat.mzxid.0));
            }
        }
        Ok(states)
    }

    pub(super) async fn deletions(&self) -> Result<BTreeSet<Arc<str>>> {
        let names = self.children(znode::DELETE_TOPICS).await?;
        Ok(names.into_iter().map(Arc::from).collect())
    }

    /// What `/admin/reassign_partitions` asks for.
    pub(super) async fn reassignments(&self) -> Result<BTreeMap<TopicPartition, Vec<BrokerId>>> {
        let Some(data) = self.data_or_watch(znode::REASSIGN_PARTITIONS).await? else {
            return Ok(BTreeMap::new());
        };
        let moves = readable(znode::REASSIGN_PARTITIONS, znode::reassignments::decode(&data));
        let moves = moves.unwrap_or_default().into_iter();
        Ok(moves
            .map(|(topic, partition, replicas)| {
                (TopicPartition::new(topic, partition), broker_ids(&replicas))
            })
            .collect())
    }

    /// What `/admin/preferred_replica_election` asks for.
    pub(super) async fn preferred_elections(&self) -> Result<BTreeSet<TopicPartition>> {
        let Some(data) = self.data_or_watch(znode::PREFERRED_REPLICA_ELECTION).await? else {
            return Ok(BTreeSet::new());
        };
        let list =
            readable(znode::PREFERRED_REPLICA_ELECTION, znode::partition_list::decode(&data));
        let list = list.unwrap_or_default().into_iter();
        Ok(list.map(|(topic, partition)| TopicPartition::new(topic, partition)).collect())
    }

    /// The partitions whose ISRs changed, and the notifications that said so.
    pub(super) async fn isr_changes(&self) -> Result<(BTreeSet<TopicPartition>, Vec<String>)> {
        let (names, nodes) = self.notifications(znode::ISR_CHANGES).await?;
        let lists = nodes
            .iter()
            .filter_map(|(path, data)| readable(path, znode::partition_list::decode(data)));
        let partitions = lists.flatten().map(|(topic, id)| TopicPartition::new(topic, id));
        Ok((partitions.collect(), names))
    }

    /// The brokers that lost log directories, and the notifications that said so.
    pub(super) async fn log_dir_events(&self) -> Result<(BTreeSet<BrokerId>, Vec<String>)> {
        let (names, nodes) = self.notifications(znode::LOG_DIR_EVENTS).await?;
        let brokers = nodes.iter().filter_map(|(path, data)| {
            readable(path, znode::log_dir_event::decode(data)).map(BrokerId)
        });
        Ok((brokers.collect(), names))
    }

    async fn notifications(&self, parent: &str) -> Result<(Vec<String>, Vec<(String, Bytes)>)> {
        let names = self.children(parent).await?;
        let paths: Vec<String> = names.iter().map(|name| format!("{parent}/{name}")).collect();
        let nodes = self.get(paths.iter().cloned(), false).await?;
        let nodes = paths.into_iter().zip(nodes);
        Ok((names, nodes.filter_map(|(path, node)| Some((path, node?.0))).collect()))
    }

    /// Which topics say themselves whether unclean elections are allowed.
    async fn unclean(&self, names: &BTreeSet<Arc<str>>) -> Result<BTreeMap<Arc<str>, bool>> {
        let paths = names.iter().map(|name| znode::config_topic_path(name));
        let nodes = self.get(paths, false).await?;
        let mut unclean = BTreeMap::new();
        for (name, node) in names.iter().zip(nodes) {
            let Some((data, _)) = node else { continue };
            let path = znode::config_topic_path(name);
            let settings = readable(&path, znode::config::decode(&data)).unwrap_or_default();
            if let Some(value) = settings.get(UNCLEAN) {
                unclean.insert(name.clone(), value.eq_ignore_ascii_case("true"));
            }
        }
        Ok(unclean)
    }

    /// The names of a node's children, sorted, leaving a watch.
    async fn children(&self, path: &str) -> Result<Vec<String>> {
        match self.one(get_children(path, true)).await {
            Ok(Reply::ChildrenStat(mut found)) => {
                found.children.sort();
                Ok(found.children)
            }
            Ok(_) => Ok(Vec::new()),
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// A node's data and a watch, or a watch for its creation.
    async fn data_or_watch(&self, path: &str) -> Result<Option<Bytes>> {
        match self.one(exists(path, true)).await {
            Ok(_) => {}
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => return Ok(None),
            Err(error) => return Err(error),
        }
        let nodes = self.get([path.to_owned()].into_iter(), true).await?;
        Ok(nodes.into_iter().next().flatten().map(|(data, _)| data))
    }

    /// The data of these nodes, in their order; none where there is no node.
    async fn get(
        &self,
        paths: impl Iterator<Item = String>,
        watch: bool,
    ) -> Result<Vec<Option<(Bytes, Stat)>>> {
        let requests = paths.map(|path| get_data(path, watch)).collect();
        let answers = insist(self.0, requests).await?;
        let node = |answer: Result<Answer>| match answer {
            Ok(Answer { reply: Reply::Data(found), .. }) => {
                Ok(Some((found.data.unwrap_or_default(), found.stat)))
            }
            Ok(_) => Ok(None),
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => Ok(None),
            Err(error) => Err(error),
        };
        answers.into_iter().map(node).collect()
    }

    async fn one(&self, request: Request) -> Result<Reply> {
        let answer = insist(self.0, vec![request]).await?.pop().expect("one answer a request");
        answer.map(|answer| answer.reply)
    }
}

/// What was read, or nothing and a line in the log: one node that is not understood must not keep
/// the controller from all others.
fn readable<T, E: Display>(path: &str, read: std::result::Result<T, E>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::error!(
                target: "kafka.controller.KafkaController",
                "Skipping znode {path}: {error}",
            );
            None
        }
    }
}

fn broker_ids(ids: &[i32]) -> Vec<BrokerId> {
    ids.iter().copied().map(BrokerId).collect()
}

/// A topic's node as the machine has it.
pub(super) fn topic_node(read: &TopicAssignment) -> TopicNode {
    let some = |map: &BTreeMap<i32, Vec<i32>>, id: &i32| {
        map.get(id).map(|ids| broker_ids(ids)).unwrap_or_default()
    };
    let partitions = read.partitions.iter().map(|(id, replicas)| {
        let assignment = Assignment {
            replicas: broker_ids(replicas),
            adding: some(&read.adding, id),
            removing: some(&read.removing, id),
        };
        (*id, assignment)
    });
    TopicNode { id: read.id, partitions: partitions.collect() }
}

fn leader_and_isr(read: &PartitionState, version: i32) -> LeaderAndIsr {
    LeaderAndIsr {
        leader: (read.leader >= 0).then_some(BrokerId(read.leader)),
        leader_epoch: LeaderEpoch(read.leader_epoch),
        isr: broker_ids(&read.isr),
        recovering: read.recovering,
        controller_epoch: ControllerEpoch(read.controller_epoch),
        version,
    }
}
