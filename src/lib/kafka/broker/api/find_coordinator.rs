//! FindCoordinator (key 10): which broker keeps a group's offsets and membership.
//!
//! * v1 adds the kind of the key (0 group, 1 transactional id), v4 asks for several at once.
//! * The first request makes `__consumer_offsets` and waits a moment for it, where Kafka says
//!   COORDINATOR_NOT_AVAILABLE at once: the client's next step then needs no pause.
//! * Answers: COORDINATOR_NOT_AVAILABLE, INVALID_REQUEST, INVALID_GROUP_ID.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::topics::{create, wait_until_ready};
use crate::kafka::coordinator::group::partition_of;
use crate::kafka::metadata::topic::GROUP_METADATA_TOPIC;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::find_coordinator::{
    Coordinator, FindCoordinatorRequest, FindCoordinatorResponse,
};

const GROUP: i8 = 0;
/// How long a request waits for the topic it made.
const CREATE_WAIT_MS: i32 = 3_000;

pub struct FindCoordinator;

impl Api for FindCoordinator {
    type Request = FindCoordinatorRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: FindCoordinatorRequest,
    ) -> Outcome<FindCoordinatorResponse> {
        let known = broker.cluster.image().topic(GROUP_METADATA_TOPIC).is_some();
        if known || request.key_type != GROUP {
            return Outcome::Done(answer(broker, context, &request));
        }
        let (broker, context) = (broker.clone(), context.clone());
        Outcome::Parked(Box::pin(async move {
            make_topic(&broker).await;
            answer(&broker, &context, &request)
        }))
    }
}

/// Makes `__consumer_offsets`, or waits until whoever was first has made it.
async fn make_topic(broker: &Broker) {
    let wanted = create::on_first_use(broker.config(), GROUP_METADATA_TOPIC);
    let partitions = usize::try_from(wanted.partitions).unwrap_or(0);
    let made = match create::plan(broker, wanted).await {
        Ok(plan) => create::make(broker, &plan).await.map(|_| ()),
        Err(refused) => Err(refused),
    };
    match made {
        Ok(()) => {}
        Err(refused) if refused.code == ErrorCode::TOPIC_ALREADY_EXISTS => {}
        Err(refused) => {
            let why = refused.message.unwrap_or_else(|| refused.code.name().to_owned());
            tracing::error!(
                target: "kafka.server.DefaultAutoTopicCreationManager",
                "Cannot create {GROUP_METADATA_TOPIC}: {why} Set offsets.topic.replication.factor to what the cluster has."
            );
            return;
        }
    }
    wait_until_ready(broker, CREATE_WAIT_MS, &[(GROUP_METADATA_TOPIC.to_owned(), partitions)])
        .await;
}

fn answer(
    broker: &Broker,
    context: &Context,
    request: &FindCoordinatorRequest,
) -> FindCoordinatorResponse {
    if context.version >= 4 {
        let find = |key: &String| one(broker, context, request.key_type, key);
        let coordinators = request.coordinator_keys.iter().map(find).collect();
        return FindCoordinatorResponse { coordinators, ..Default::default() };
    }
    let found = one(broker, context, request.key_type, &request.key);
    FindCoordinatorResponse {
        error_code: found.error_code,
        error_message: found.error_message,
        node_id: found.node_id,
        host: found.host,
        port: found.port,
        ..Default::default()
    }
}

fn one(broker: &Broker, context: &Context, key_type: i8, key: &str) -> Coordinator {
    let failed = |error_code: ErrorCode, message: &str| Coordinator {
        key: key.to_owned(),
        node_id: -1,
        port: -1,
        error_code,
        error_message: Some(message.to_owned()),
        ..Default::default()
    };
    match key_type {
        GROUP if key.is_empty() => {
            return failed(ErrorCode::INVALID_GROUP_ID, "the group id is empty");
        }
        GROUP => {}
        1 => {
            let message = "this broker coordinates no transactions yet";
            return failed(ErrorCode::COORDINATOR_NOT_AVAILABLE, message);
        }
        _ => return failed(ErrorCode::INVALID_REQUEST, "unknown kind of coordinator"),
    }
    let image = broker.cluster.image();
    let topic = image.topic(GROUP_METADATA_TOPIC);
    let leader = topic.and_then(|topic| {
        let partitions = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
        let partition = topic.partitions.get(&partition_of(key, partitions))?;
        image.broker(partition.leader)
    });
    match leader.and_then(|leader| Some((leader, leader.endpoint(&context.listener)?))) {
        Some((leader, end)) => Coordinator {
            key: key.to_owned(),
            node_id: leader.id,
            host: end.host.clone(),
            port: end.port.into(),
            ..Default::default()
        },
        None => {
            failed(ErrorCode::COORDINATOR_NOT_AVAILABLE, "no broker leads the group's partition")
        }
    }
}
