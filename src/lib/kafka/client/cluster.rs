//! What a client knows of the cluster: its brokers, and who leads which partition.

use std::collections::{BTreeMap, HashMap};

use super::options::Address;
use crate::base::uuid::Uuid;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::MetadataResponse;
use crate::kafka::protocol::message::metadata::MetadataResponseTopic;

/// A broker, where clients reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    pub id: i32,
    pub address: Address,
    pub rack: Option<String>,
}

/// A partition and its replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    pub index: i32,
    pub error: ErrorCode,
    /// Who leads it, if anyone.
    pub leader: Option<i32>,
    pub leader_epoch: i32,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    pub offline: Vec<i32>,
}

/// A topic, its partitions by index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    pub name: String,
    pub id: Uuid,
    pub error: ErrorCode,
    pub internal: bool,
    pub authorized_operations: i32,
    pub partitions: Vec<Partition>,
}

impl Topic {
    /// Keeps what is known of partitions under a higher leader epoch than a broker tells that has
    /// not heard of it yet (KIP-320). Without an id this may be another topic of the same name.
    fn keep_newer(&mut self, before: &Topic) {
        if self.id == Uuid::ZERO {
            return;
        }
        for (now, before) in self.partitions.iter_mut().zip(&before.partitions) {
            if now.leader_epoch >= 0 && now.leader_epoch < before.leader_epoch {
                now.clone_from(before);
            }
        }
    }
}

/// A picture of the cluster.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    pub id: Option<String>,
    /// The controller; with KRaft any broker, which forwards.
    pub controller: Option<i32>,
    pub brokers: BTreeMap<i32, Broker>,
    pub topics: HashMap<String, Topic>,
}

impl Cluster {
    /// Who leads a partition.
    pub fn leader(&self, topic: &str, partition: i32) -> Option<i32> {
        self.partition(topic, partition)?.leader
    }

    /// The epoch of its leader; -1 where it is not known.
    pub fn leader_epoch(&self, topic: &str, partition: i32) -> i32 {
        self.partition(topic, partition).map_or(-1, |it| it.leader_epoch)
    }

    /// A partition.
    pub fn partition(&self, topic: &str, partition: i32) -> Option<&Partition> {
        let partitions = &self.topics.get(topic)?.partitions;
        partitions.get(usize::try_from(partition).ok()?)
    }

    /// How many partitions a topic has; none where it is not known or in error.
    pub fn partition_count(&self, topic: &str) -> Option<i32> {
        let topic = self.topics.get(topic).filter(|it| !it.error.is_error())?;
        i32::try_from(topic.partitions.len()).ok().filter(|count| *count > 0)
    }

    /// The picture after an answer: brokers are replaced, topics the answer names too. A topic the
    /// broker does not know is forgotten.
    pub fn with(&self, response: &MetadataResponse) -> Cluster {
        let brokers = response.brokers.iter().filter_map(|broker| {
            let port = u16::try_from(broker.port).ok()?;
            let address = Address { host: broker.host.clone(), port };
            let rack = broker.rack.clone();
            Some((broker.node_id, Broker { id: broker.node_id, address, rack }))
        });
        let mut topics = self.topics.clone();
        for topic in &response.topics {
            let Some(name) = &topic.name else { continue };
            match topic.error_code {
                ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => drop(topics.remove(name)),
                _ => {
                    let mut topic = read_topic(name, topic);
                    if let Some(before) = topics.get(name).filter(|it| it.id == topic.id) {
                        topic.keep_newer(before);
                    }
                    topics.insert(name.clone(), topic);
                }
            }
        }
        Cluster {
            id: response.cluster_id.clone().or_else(|| self.id.clone()),
            controller: Some(response.controller_id).filter(|id| *id >= 0),
            brokers: brokers.collect(),
            topics,
        }
    }
}

/// Reads a topic of an answer.
pub(super) fn read_topic(name: &str, topic: &MetadataResponseTopic) -> Topic {
    let mut partitions: Vec<Partition> = topic
        .partitions
        .iter()
        .map(|partition| Partition {
            index: partition.partition_index,
            error: partition.error_code,
            leader: Some(partition.leader_id).filter(|id| *id >= 0),
            leader_epoch: partition.leader_epoch,
            replicas: partition.replica_nodes.clone(),
            isr: partition.isr_nodes.clone(),
            offline: partition.offline_replicas.clone(),
        })
        .collect();
    partitions.sort_by_key(|it| it.index);
    Topic {
        name: name.to_owned(),
        id: topic.topic_id,
        error: topic.error_code,
        internal: topic.is_internal,
        authorized_operations: topic.topic_authorized_operations,
        partitions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::protocol::message::metadata::{
        MetadataResponseBroker, MetadataResponsePartition,
    };

    #[test]
    fn an_older_leader_epoch_replaces_nothing_of_the_same_topic() {
        let told = |id: u8, leader_id, leader_epoch| MetadataResponse {
            topics: vec![MetadataResponseTopic {
                name: Some("a".to_owned()),
                topic_id: Uuid([id; 16]),
                partitions: vec![MetadataResponsePartition {
                    leader_id,
                    leader_epoch,
                    ..MetadataResponsePartition::default()
                }],
                ..MetadataResponseTopic::default()
            }],
            ..MetadataResponse::default()
        };
        let cases = [
            // The topic's id (0: none), who leads, under which epoch; what is known then.
            (1, 1, 5, (Some(1), 5)),
            (1, 2, 6, (Some(2), 6)),
            (1, 1, 5, (Some(2), 6)),
            (1, -1, 7, (None, 7)),
            (2, 3, 0, (Some(3), 0)),
            (0, 4, -1, (Some(4), -1)),
            (0, 5, 9, (Some(5), 9)),
            (0, 6, 8, (Some(6), 8)),
        ];
        let mut cluster = Cluster::default();
        for (id, leader, epoch, known) in cases {
            cluster = cluster.with(&told(id, leader, epoch));
            let found = (cluster.leader("a", 0), cluster.leader_epoch("a", 0));
            assert_eq!(found, known, "{id} {leader} {epoch}");
        }
    }

    #[test]
    fn an_answer_replaces_what_it_names() {
        let topic = |name: &str, error_code, leaders: &[i32]| MetadataResponseTopic {
            error_code,
            name: Some(name.to_owned()),
            partitions: leaders
                .iter()
                .enumerate()
                .map(|(index, leader_id)| MetadataResponsePartition {
                    partition_index: i32::try_from(index).unwrap(),
                    leader_id: *leader_id,
                    ..MetadataResponsePartition::default()
                })
                .rev()
                .collect(),
            ..MetadataResponseTopic::default()
        };
        let broker = MetadataResponseBroker {
            node_id: 1,
            host: "h".to_owned(),
            port: 9,
            ..MetadataResponseBroker::default()
        };
        let first = MetadataResponse {
            brokers: vec![broker],
            controller_id: 1,
            cluster_id: Some("c".to_owned()),
            topics: vec![topic("a", ErrorCode::NONE, &[1, -1]), topic("b", ErrorCode::NONE, &[1])],
            ..MetadataResponse::default()
        };
        let cluster = Cluster::default().with(&first);
        assert_eq!(cluster.leader("a", 0), Some(1));
        assert_eq!(cluster.leader("a", 1), None);
        assert_eq!(cluster.partition_count("a"), Some(2));
        assert_eq!(cluster.leader("a", -1), None);
        let gone = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
        let second = MetadataResponse {
            topics: vec![topic("a", gone, &[])],
            controller_id: -1,
            ..MetadataResponse::default()
        };
        let cluster = cluster.with(&second);
        assert_eq!(cluster.partition_count("a"), None);
        assert_eq!(cluster.partition_count("b"), Some(1));
        assert_eq!((cluster.id.as_deref(), cluster.controller), (Some("c"), None));
        assert!(cluster.brokers.is_empty());
    }
}
