//! Who has partitions and who leads them: moving, listing what moves, electing leaders.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Admin, Failure, Outcome};
use crate::kafka::client::{Error, Result};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::alter_partition_reassignments::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, ReassignablePartition,
    ReassignableTopic,
};
use crate::kafka::protocol::message::elect_leaders::{
    ElectLeadersRequest, ElectLeadersResponse, TopicPartitions,
};
use crate::kafka::protocol::message::list_partition_reassignments::{
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
    ListPartitionReassignmentsTopics,
};
use crate::kafka::types::TopicPartition;

/// A partition on the move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reassignment {
    /// All of its replicas, those that come and go included.
    pub replicas: Vec<i32>,
    pub adding: Vec<i32>,
    pub removing: Vec<i32>,
}

/// Which replica an election is to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Election {
    /// The first of the list.
    Preferred,
    /// Any that lives, where the partition has no leader.
    Unclean,
}

impl Admin {
    /// Starts moving partitions to other replicas; with none, calls a move off.
    pub async fn alter_reassignments(
        &self,
        wanted: &BTreeMap<TopicPartition, Option<Vec<i32>>>,
    ) -> Result<Vec<(TopicPartition, Outcome<()>)>> {
        let topic = |(name, partitions)| ReassignableTopic { name, partitions };
        let partitions = wanted.iter().map(|(name, replicas)| {
            let (partition_index, replicas) = (name.partition, replicas.clone());
            (name, ReassignablePartition { partition_index, replicas })
        });
        let request = AlterPartitionReassignmentsRequest {
            timeout_ms: self.timeout_ms(),
            topics: by_topic(partitions).into_iter().map(topic).collect(),
        };
        let code = |response: &AlterPartitionReassignmentsResponse| response.error_code;
        let response = self.ask_controller(&request, code).await?;
        whole("partitions are not moved", response.error_code, response.error_message)?;
        let mut results = Vec::with_capacity(wanted.len());
        for topic in response.responses {
            let name: Arc<str> = topic.name.into();
            for it in topic.partitions {
                let outcome = Failure::check(it.error_code, it.error_message);
                results.push((TopicPartition::new(name.clone(), it.partition_index), outcome));
            }
        }
        Ok(results)
    }

    /// The partitions that move; all of them, or of those named.
    pub async fn list_reassignments(
        &self,
        named: Option<&[TopicPartition]>,
    ) -> Result<BTreeMap<TopicPartition, Reassignment>> {
        let topic = |(name, partition_indexes)| ListPartitionReassignmentsTopics {
            name,
            partition_indexes,
        };
        let topics = named.map(|named| {
            let partitions = named.iter().map(|name| (name, name.partition));
            by_topic(partitions).into_iter().map(topic).collect()
        });
        let request = ListPartitionReassignmentsRequest { timeout_ms: self.timeout_ms(), topics };
        let code = |response: &ListPartitionReassignmentsResponse| response.error_code;
        let response = self.ask_controller(&request, code).await?;
        whole("moves are not listed", response.error_code, response.error_message)?;
        let mut moves = BTreeMap::new();
        for topic in response.topics {
            let name: Arc<str> = topic.name.into();
            for it in topic.partitions {
                let found = Reassignment {
                    replicas: it.replicas,
                    adding: it.adding_replicas,
                    removing: it.removing_replicas,
                };
                moves.insert(TopicPartition::new(name.clone(), it.partition_index), found);
            }
        }
        Ok(moves)
    }

    /// Elects leaders, of the partitions named or of all. Of all, those are left out for which there
    /// was nothing to do.
    pub async fn elect_leaders(
        &self,
        election: Election,
        named: Option<&[TopicPartition]>,
    ) -> Result<Vec<(TopicPartition, Outcome<()>)>> {
        let topic = |(topic, partitions)| TopicPartitions { topic, partitions };
        let topic_partitions = named.map(|named| {
            let partitions = named.iter().map(|name| (name, name.partition));
            by_topic(partitions).into_iter().map(topic).collect()
        });
        let request = ElectLeadersRequest {
            election_type: match election {
                Election::Preferred => 0,
                Election::Unclean => 1,
            },
            topic_partitions,
            timeout_ms: self.timeout_ms(),
        };
        let response = self.ask_controller(&request, election_code).await?;
        whole("leaders are not elected", response.error_code, None)?;
        let mut results = Vec::new();
        for topic in response.replica_election_results {
            let name: Arc<str> = topic.topic.into();
            for it in topic.partition_result {
                let outcome = Failure::check(it.error_code, it.error_message);
                results.push((TopicPartition::new(name.clone(), it.partition_id), outcome));
            }
        }
        Ok(results)
    }
}

/// Brokers with ZooKeeper say of each partition that they are not the controller.
fn election_code(response: &ElectLeadersResponse) -> ErrorCode {
    let results = response.replica_election_results.iter().flat_map(|it| &it.partition_result);
    let mut codes = results.map(|it| it.error_code);
    match codes.any(|code| code == ErrorCode::NOT_CONTROLLER) {
        true => ErrorCode::NOT_CONTROLLER,
        false => response.error_code,
    }
}

/// `Ok` where the call as a whole did not fail.
pub(super) fn whole(what: &str, code: ErrorCode, message: Option<String>) -> Result<()> {
    match code.is_error() {
        true => Err(Error::refused(what, code, message)),
        false => Ok(()),
    }
}

/// What belongs to partitions, as requests carry it.
pub(super) fn by_topic<'a, T>(
    partitions: impl Iterator<Item = (&'a TopicPartition, T)>,
) -> BTreeMap<String, Vec<T>> {
    let mut topics: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (name, value) in partitions {
        topics.entry(name.topic.to_string()).or_default().push(value);
    }
    topics
}
