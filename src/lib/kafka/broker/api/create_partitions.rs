//! CreatePartitions (key 37): more partitions for topics.
//!
//! * Answers when the new partitions have leaders in this broker's picture, or the time is over:
//!   then they are made all the same.
//! * Answers per topic: NOT_CONTROLLER, UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST,
//!   INVALID_PARTITIONS, INVALID_REPLICA_ASSIGNMENT, REASSIGNMENT_IN_PROGRESS, REQUEST_TIMED_OUT.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::topics::grow::{Growth, grow};
use crate::kafka::broker::topics::{Refused, wait_until_ready};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic,
    CreatePartitionsTopicResult,
};

pub struct CreatePartitions;

impl Api for CreatePartitions {
    type Request = CreatePartitionsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: CreatePartitionsRequest,
    ) -> Outcome<CreatePartitionsResponse> {
        if !broker.control.is_active() {
            let refused = Err(Refused::from(ErrorCode::NOT_CONTROLLER));
            let results = request.topics.iter().map(|topic| result(topic, refused.clone()));
            let results = results.collect();
            return Outcome::Done(CreatePartitionsResponse { results, ..Default::default() });
        }
        let broker = broker.clone();
        Outcome::to_the_end(broker.stop.clone(), async move {
            let results = answer(&broker, request).await;
            CreatePartitionsResponse { results, ..Default::default() }
        })
    }
}

fn result(
    topic: &CreatePartitionsTopic,
    grown: Result<(), Refused>,
) -> CreatePartitionsTopicResult {
    let name = topic.name.clone();
    match grown {
        Ok(()) => {
            CreatePartitionsTopicResult { name, error_code: ErrorCode::NONE, error_message: None }
        }
        Err(Refused { code, message }) => {
            CreatePartitionsTopicResult { name, error_code: code, error_message: message }
        }
    }
}

async fn answer(
    broker: &Broker,
    request: CreatePartitionsRequest,
) -> Vec<CreatePartitionsTopicResult> {
    let mut results: Vec<CreatePartitionsTopicResult> = Vec::new();
    let mut grown = Vec::new();
    for topic in &request.topics {
        if results.iter().any(|answered| answered.name == topic.name) {
            continue;
        }
        let twice = request.topics.iter().filter(|other| other.name == topic.name).count() > 1;
        if twice {
            let message = Some("Duplicate topic in request.".to_owned());
            let refused = Refused { code: ErrorCode::INVALID_REQUEST, message };
            results.push(result(topic, Err(refused)));
            continue;
        }
        let assignments = topic.assignments.as_ref();
        let growth = Growth {
            name: topic.name.clone(),
            count: topic.count,
            assignments: assignments
                .map(|all| all.iter().map(|it| it.broker_ids.clone()).collect()),
        };
        let outcome = grow(broker, &growth, request.validate_only).await;
        if outcome.is_ok() {
            grown.push((topic.name.clone(), usize::try_from(topic.count).unwrap_or(0)));
        }
        results.push(result(topic, outcome));
    }
    if !request.validate_only {
        for late in wait_until_ready(broker, request.timeout_ms, &grown).await {
            if let Some(late) = results.iter_mut().find(|it| it.name == late) {
                late.error_code = ErrorCode::REQUEST_TIMED_OUT;
            }
        }
    }
    results
}
