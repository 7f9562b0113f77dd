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
                _ => drop(topics.insert(name.clone(), read_topic(name, topic))),
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
