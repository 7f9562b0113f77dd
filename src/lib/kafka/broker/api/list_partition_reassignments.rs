//! ListPartitionReassignments (key 46): the partitions that are on the move (KIP-455).
//!
//! * No topics: all. A partition that is not on the move is left out.
//! * Answers: NOT_CONTROLLER.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::controller::{Answer, Request};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::list_partition_reassignments::{
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
    OngoingPartitionReassignment, OngoingTopicReassignment,
};
use crate::kafka::types::{BrokerId, TopicPartition};

pub struct ListPartitionReassignments;

impl Api for ListPartitionReassignments {
    type Request = ListPartitionReassignmentsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: ListPartitionReassignmentsRequest,
    ) -> Outcome<ListPartitionReassignmentsResponse> {
        let control = broker.control.clone();
        Outcome::Parked(Box::pin(async move {
            let named = request.topics.map(|topics| {
                let named = topics.into_iter().flat_map(|topic| {
                    let name: Arc<str> = topic.name.into();
                    let partitions = topic.partition_indexes.into_iter();
                    partitions.map(move |it| TopicPartition::new(name.clone(), it))
                });
                named.collect()
            });
            answer(control.ask(Request::ListReassignments(named)).await)
        }))
    }
}

fn answer(answer: Answer) -> ListPartitionReassignmentsResponse {
    let Answer::ListReassignments(moves) = answer else {
        let error_code = ErrorCode::NOT_CONTROLLER;
        return ListPartitionReassignmentsResponse { error_code, ..Default::default() };
    };
    let ids = |ids: &[BrokerId]| ids.iter().map(|id| id.0).collect();
    let mut topics: Vec<OngoingTopicReassignment> = Vec::new();
    for (name, assignment) in moves {
        let partition = OngoingPartitionReassignment {
            partition_index: name.partition,
            replicas: ids(&assignment.replicas),
            adding_replicas: ids(&assignment.adding),
            removing_replicas: ids(&assignment.removing),
        };
        match topics.last_mut().filter(|topic| *topic.name == *name.topic) {
            Some(topic) => topic.partitions.push(partition),
            None => topics.push(OngoingTopicReassignment {
                name: name.topic.to_string(),
                partitions: vec![partition],
            }),
        }
    }
    ListPartitionReassignmentsResponse { topics, ..Default::default() }
}
