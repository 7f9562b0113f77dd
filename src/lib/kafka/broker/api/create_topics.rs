//! CreateTopics (key 19): new topics, all at once, each on its own.
//!
//! * v4 may leave partitions and replication factor to the broker (-1); v5 answers with them and
//!   with the settings; v7 with the topic's id. v1 may only ask whether it could be done.
//! * Answers when every partition has a leader in this broker's picture, or the time is over: then
//!   the topic is made all the same, and REQUEST_TIMED_OUT says that nobody waited for it.
//! * Answers per topic: NOT_CONTROLLER, INVALID_REQUEST, TOPIC_ALREADY_EXISTS,
//!   INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR,
//!   INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG, REQUEST_TIMED_OUT.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Api, Outcome};
use crate::base::uuid::Uuid;
use crate::config::describe::topic_entries;
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::topic_configs::properties;
use crate::kafka::broker::topics::create::{self, Plan, Wanted};
use crate::kafka::broker::topics::{Refused, wait_until_ready};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::create_topics::{
    CreatableTopic, CreatableTopicConfigs, CreatableTopicResult, CreateTopicsRequest,
    CreateTopicsResponse,
};

pub struct CreateTopics;

impl Api for CreateTopics {
    type Request = CreateTopicsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: CreateTopicsRequest,
    ) -> Outcome<CreateTopicsResponse> {
        if !broker.control.is_active() {
            let topics = request.topics.iter().map(|topic| CreatableTopicResult {
                name: topic.name.clone(),
                error_code: ErrorCode::NOT_CONTROLLER,
                ..Default::default()
            });
            return Outcome::Done(CreateTopicsResponse {
                topics: topics.collect(),
                ..Default::default()
            });
        }
        let broker = broker.clone();
        Outcome::to_the_end(broker.stop.clone(), async move { answer(&broker, request).await })
    }
}

async fn answer(broker: &Broker, request: CreateTopicsRequest) -> CreateTopicsResponse {
    let mut made = Vec::new();
    let mut topics: Vec<CreatableTopicResult> = Vec::new();
    for topic in &request.topics {
        if topics.iter().any(|answered| answered.name == topic.name) {
            continue;
        }
        let twice = request.topics.iter().filter(|other| other.name == topic.name).count() > 1;
        let result = match twice {
            true => Err(Refused {
                code: ErrorCode::INVALID_REQUEST,
                message: Some("Found multiple entries for this topic.".to_owned()),
            }),
            false => one(broker, topic, request.validate_only).await,
        };
        topics.push(match result {
            Ok((plan, id)) => {
                made.push((plan.name.clone(), plan.assignment.len()));
                succeeded(broker, &plan, id)
            }
            Err(refused) => CreatableTopicResult {
                name: topic.name.clone(),
                error_code: refused.code,
                error_message: refused.message,
                ..Default::default()
            },
        });
    }
    if !request.validate_only {
        for late in wait_until_ready(broker, request.timeout_ms, &made).await {
            if let Some(topic) = topics.iter_mut().find(|topic| topic.name == late) {
                topic.error_code = ErrorCode::REQUEST_TIMED_OUT;
            }
        }
    }
    CreateTopicsResponse { topics, ..Default::default() }
}

async fn one(
    broker: &Broker,
    topic: &CreatableTopic,
    validate_only: bool,
) -> Result<(Plan, Option<Uuid>), Refused> {
    let assignment: BTreeMap<i32, Vec<i32>> =
        topic.assignments.iter().map(|it| (it.partition_index, it.broker_ids.clone())).collect();
    if assignment.len() < topic.assignments.len() {
        return Err(Refused {
            code: ErrorCode::INVALID_REPLICA_ASSIGNMENT,
            message: Some("a partition is assigned twice".to_owned()),
        });
    }
    let settings = topic.configs.iter().map(|it| (it.name.clone(), it.value.clone()));
    let wanted = Wanted {
        name: topic.name.clone(),
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignment,
        settings: settings.collect(),
    };
    let plan = create::plan(broker, wanted).await?;
    let id = match validate_only {
        true => None,
        false => create::make(broker, &plan).await?,
    };
    Ok((plan, id))
}

fn succeeded(broker: &Broker, plan: &Plan, id: Option<Uuid>) -> CreatableTopicResult {
    let layers = broker.topic_configs.layers();
    let entries = topic_entries(&layers, &properties(&plan.settings), None);
    let configs = entries.into_iter().map(|entry| CreatableTopicConfigs {
        name: entry.name,
        value: entry.value,
        read_only: entry.is_read_only,
        config_source: entry.source.id(),
        is_sensitive: entry.is_sensitive,
    });
    CreatableTopicResult {
        name: plan.name.clone(),
        topic_id: id.unwrap_or(Uuid::ZERO),
        error_code: ErrorCode::NONE,
        num_partitions: i32::try_from(plan.assignment.len()).unwrap_or(i32::MAX),
        replication_factor: i16::try_from(plan.replication_factor()).unwrap_or(i16::MAX),
        configs: Some(configs.collect()),
        ..Default::default()
    }
}
