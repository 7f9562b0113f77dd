//! How many partitions the topics of coordinators have: what a group or a transactional id is mapped
//! by, and so the same on every broker.
//!
//! It is counted in the topic's assignment. What the controller tells of a topic lacks partitions
//! that never had a leader. A count that is known is kept, as Apache Kafka keeps it until the broker
//! restarts, though somebody adds partitions; it goes with the topic.

use std::sync::atomic::{AtomicI32, Ordering};

use crate::base::error::Chain;
use crate::kafka::coordinator::partition_of;
use crate::kafka::metadata::topic::{GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC};
use crate::kafka::metadata::znode::{self, TopicAssignment};
use crate::zookeeper::client::Answer;
use crate::zookeeper::jute::{KeeperError, Reply};

use super::Broker;
use super::zookeeper::get_data;

/// What is known; 0 where nothing is.
#[derive(Debug, Default)]
pub struct CoordinatorTopics {
    groups: AtomicI32,
    transactions: AtomicI32,
}

impl CoordinatorTopics {
    fn of(&self, topic: &str) -> Option<&AtomicI32> {
        match topic {
            GROUP_METADATA_TOPIC => Some(&self.groups),
            TRANSACTION_STATE_TOPIC => Some(&self.transactions),
            _ => None,
        }
    }

    /// The partition that a key lives in, where the count is known.
    pub fn partition(&self, topic: &str, key: &str) -> Option<i32> {
        let count = self.of(topic)?.load(Ordering::Acquire);
        (count > 0).then(|| partition_of(key, count))
    }

    /// The topic is deleted; the next of its name may have another count.
    pub fn forget(&self, topic: &str) {
        if let Some(count) = self.of(topic) {
            count.store(0, Ordering::Release);
        }
    }

    fn keep(&self, topic: &str, partitions: usize) {
        if let (Some(count), Ok(partitions)) = (self.of(topic), i32::try_from(partitions)) {
            count.store(partitions, Ordering::Release);
        }
    }
}

impl Broker {
    /// The partition of a coordinator's topic that a key lives in; counts them where that was not
    /// done. None where the controller has told nothing of the topic: one that is being deleted
    /// must not be counted once more.
    pub async fn coordinator_partition(&self, topic: &str, key: &str) -> Option<i32> {
        self.cluster.image().topic(topic)?;
        self.count_coordinators(topic).await;
        self.coordinator_topics.partition(topic, key)
    }

    /// Counts the partitions of a coordinator's topic, unless that was done; no other is looked at.
    pub(super) async fn count_coordinators(&self, topic: &str) {
        let known = self.coordinator_topics.of(topic).map(|it| it.load(Ordering::Acquire));
        if known != Some(0) {
            return;
        }
        let path = znode::topic_path(topic);
        let read = self.zookeeper.insist(vec![get_data(path.clone(), false)]).await;
        let failure = match read.and_then(|mut answers| answers.pop().expect("an answer")) {
            Ok(Answer { reply: Reply::Data(found), .. }) => {
                match TopicAssignment::decode(&found.data.unwrap_or_default()) {
                    Ok(node) => {
                        self.coordinator_topics.keep(topic, node.partitions.len());
                        return;
                    }
                    Err(error) => error.to_string(),
                }
            }
            Ok(_) => "the answer is to something else".to_owned(),
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => return,
            Err(error) => Chain(&error).to_string(),
        };
        tracing::warn!(
            target: "kafka.zk.KafkaZkClient",
            "The partitions of {topic} cannot be counted in {path}: {failure}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_maps_keys_until_its_topic_goes() {
        let topics = CoordinatorTopics::default();
        assert_eq!(topics.partition(GROUP_METADATA_TOPIC, "g"), None);
        topics.keep(GROUP_METADATA_TOPIC, 50);
        topics.keep("other", 7);
        assert_eq!(topics.partition(GROUP_METADATA_TOPIC, "g"), Some(partition_of("g", 50)));
        assert_eq!(topics.partition(TRANSACTION_STATE_TOPIC, "g"), None);
        assert_eq!(topics.partition("other", "g"), None);
        topics.forget(GROUP_METADATA_TOPIC);
        assert_eq!(topics.partition(GROUP_METADATA_TOPIC, "g"), None);
    }
}
