//! What a broker knows of its cluster. Who holds one sees no change of it; copies share the topics.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::base::uuid::Uuid;

use crate::config::broker::Endpoint;

/// A live broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerImage {
    pub id: i32,
    pub rack: Option<String>,
    pub endpoints: Vec<Endpoint>,
}

impl BrokerImage {
    /// Where the broker can be reached on a listener.
    pub fn endpoint(&self, listener: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|end| end.listener == listener)
    }
}

/// One partition as the controller last told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionImage {
    pub index: i32,
    /// -1 where nobody leads.
    pub leader: i32,
    pub leader_epoch: i32,
    pub partition_epoch: i32,
    pub isr: Vec<i32>,
    pub replicas: Vec<i32>,
    pub offline: Vec<i32>,
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicImage {
    pub name: Arc<str>,
    /// Zero where the cluster gave none.
    pub id: Uuid,
    pub partitions: BTreeMap<i32, PartitionImage>,
}

/// The whole picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// -1 where it is not known.
    pub controller: i32,
    pub controller_epoch: i32,
    pub brokers: BTreeMap<i32, Arc<BrokerImage>>,
    pub topics: BTreeMap<Arc<str>, Arc<TopicImage>>,
    pub ids: HashMap<Uuid, Arc<str>>,
}

impl Image {
    /// The picture of a broker that has not been told anything.
    pub fn empty() -> Image {
        Image { controller: -1, ..Image::default() }
    }

    /// A topic by name.
    pub fn topic(&self, name: &str) -> Option<&Arc<TopicImage>> {
        self.topics.get(name)
    }

    /// A topic by id.
    pub fn topic_by_id(&self, id: Uuid) -> Option<&Arc<TopicImage>> {
        self.topics.get(self.ids.get(&id)?)
    }

    /// A partition.
    pub fn partition(&self, topic: &str, partition: i32) -> Option<&PartitionImage> {
        self.topics.get(topic)?.partitions.get(&partition)
    }

    /// A live broker.
    pub fn broker(&self, id: i32) -> Option<&Arc<BrokerImage>> {
        self.brokers.get(&id)
    }
}
