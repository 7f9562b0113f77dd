//! AlterPartitionReassignments (key 45): moves partitions to other brokers, or calls a move off
//! (KIP-455).
//!
//! * No replicas: back to where the partition came from.
//! * Answers when the controller has written down where the partitions go; they go on their way
//!   then.
//! * Answers: NOT_CONTROLLER; for a partition UNKNOWN_TOPIC_OR_PARTITION,
//!   INVALID_REPLICA_ASSIGNMENT, NO_REASSIGNMENT_IN_PROGRESS.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::controller::{Answer, Misassigned, Refusal, Request, Verdicts};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::alter_partition_reassignments::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse,
    ReassignablePartitionResponse, ReassignableTopic, ReassignableTopicResponse,
};
use crate::kafka::types::{BrokerId, TopicPartition};

pub struct AlterPartitionReassignments;

impl Api for AlterPartitionReassignments {
    type Request = AlterPartitionReassignmentsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: AlterPartitionReassignmentsRequest,
    ) -> Outcome<AlterPartitionReassignmentsResponse> {
        let broker = broker.clone();
        Outcome::Parked(Box::pin(async move {
            let wishes = wishes(&request.topics);
            match broker.control.ask(Request::AlterReassignments(wishes)).await {
                Answer::AlterReassignments(verdicts) => {
                    answer(request.topics, &verdicts, &broker.cluster.live())
                }
                _ => AlterPartitionReassignmentsResponse {
                    error_code: ErrorCode::NOT_CONTROLLER,
                    ..Default::default()
                },
            }
        }))
    }
}

fn wishes(topics: &[ReassignableTopic]) -> Vec<(TopicPartition, Option<Vec<BrokerId>>)> {
    let mut wishes = Vec::new();
    for topic in topics {
        let name: Arc<str> = topic.name.as_str().into();
        for partition in &topic.partitions {
            let target = partition.replicas.as_ref();
            let target = target.map(|ids| ids.iter().copied().map(BrokerId).collect());
            wishes.push((TopicPartition::new(name.clone(), partition.partition_index), target));
        }
    }
    wishes
}

fn answer(
    topics: Vec<ReassignableTopic>,
    verdicts: &Verdicts,
    live: &[i32],
) -> AlterPartitionReassignmentsResponse {
    let responses = topics.into_iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            let name = TopicPartition::new(topic.name.as_str(), partition.partition_index);
            let refused = match verdicts.get(&name) {
                Some(Ok(())) => None,
                Some(Err(refusal)) => {
                    let wanted = partition.replicas.as_deref().unwrap_or_default();
                    Some(refused(*refusal, wanted, live))
                }
                None => Some(refused(Refusal::UnknownTopicOrPartition, &[], live)),
            };
            ReassignablePartitionResponse {
                partition_index: partition.partition_index,
                error_code: refused.as_ref().map_or(ErrorCode::NONE, |it| it.0),
                error_message: refused.map(|it| it.1),
            }
        });
        let partitions = partitions.collect();
        ReassignableTopicResponse { name: topic.name, partitions }
    });
    AlterPartitionReassignmentsResponse { responses: responses.collect(), ..Default::default() }
}

/// Code and text of a refusal, as tools print them.
fn refused(refusal: Refusal, wanted: &[i32], live: &[i32]) -> (ErrorCode, String) {
    let invalid = |text: String| (ErrorCode::INVALID_REPLICA_ASSIGNMENT, text);
    match refusal {
        Refusal::UnknownTopicOrPartition => {
            (ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "The partition does not exist.".to_owned())
        }
        Refusal::NoReassignmentInProgress => (
            ErrorCode::NO_REASSIGNMENT_IN_PROGRESS,
            "No partition reassignment is in progress.".to_owned(),
        ),
        Refusal::InvalidReplicaAssignment(Misassigned::Empty) => {
            invalid("Empty replica list specified in partition reassignment.".to_owned())
        }
        Refusal::InvalidReplicaAssignment(Misassigned::Duplicate) => invalid(format!(
            "Duplicate replica ids in partition reassignment replica list: {wanted:?}"
        )),
        Refusal::InvalidReplicaAssignment(Misassigned::Negative) => {
            invalid(format!("Invalid broker id in replica list: {wanted:?}"))
        }
        Refusal::InvalidReplicaAssignment(Misassigned::DeadBroker(id)) => invalid(format!(
            "Replica assignment has brokers that are not alive. Replica list: [{id}], live broker list: {live:?}"
        )),
        other => (ErrorCode::UNKNOWN_SERVER_ERROR, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_what_is_wrong_with_the_list() {
        let wrong = Refusal::InvalidReplicaAssignment;
        for (refusal, code, part) in [
            (wrong(Misassigned::Empty), 39, "Empty replica list"),
            (wrong(Misassigned::Duplicate), 39, "list: [1, 1]"),
            (wrong(Misassigned::Negative), 39, "list: [1, 1]"),
            (wrong(Misassigned::DeadBroker(BrokerId(9))), 39, "[9], live broker list: [0, 1]"),
            (Refusal::NoReassignmentInProgress, 85, "No partition reassignment"),
            (Refusal::UnknownTopicOrPartition, 3, "does not exist"),
            (Refusal::NotWritten, -1, "ZooKeeper"),
        ] {
            let (found, text) = refused(refusal, &[1, 1], &[0, 1]);
            assert_eq!(found, ErrorCode(code), "{text}");
            assert!(text.contains(part), "{text}");
        }
    }
}
