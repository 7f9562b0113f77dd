//! FindCoordinator (key 10): which broker keeps a group's offsets and membership, or a producer's
//! transactions.
//!
//! * v1 adds the kind of the key (0 group, 1 transactional id), v4 asks for several at once.
//! * The first request makes `__consumer_offsets` or `__transaction_state` and waits a moment for it,
//!   where Kafka says COORDINATOR_NOT_AVAILABLE at once: the client's next step then needs no pause.
//! * This broker coordinates no transactions: where it leads the partition, a transactional id is
//!   told COORDINATOR_NOT_AVAILABLE until another broker leads it.
//! * Answers: COORDINATOR_NOT_AVAILABLE, INVALID_REQUEST, INVALID_GROUP_ID.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::topics::{create, wait_until_ready};
use crate::kafka::metadata::topic::{GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::find_coordinator::{
    Coordinator, FindCoordinatorRequest, FindCoordinatorResponse,
};

const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;
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
        let (image, counted) = (broker.cluster.image(), &broker.coordinator_topics);
        let unknown = topic_of(request.key_type)
            .filter(|topic| image.topic(topic).is_none() || counted.partition(topic, "").is_none());
        let Some(topic) = unknown else {
            return Outcome::Done(answer(broker, context, &request));
        };
        let (broker, context) = (broker.clone(), context.clone());
        Outcome::Parked(Box::pin(async move {
            if broker.cluster.image().topic(topic).is_none() {
                make_topic(&broker, topic).await;
            }
            if broker.cluster.image().topic(topic).is_some() {
                broker.count_coordinators(topic).await;
            }
            answer(&broker, &context, &request)
        }))
    }
}

/// The topic that keeps what a kind of coordinator knows.
fn topic_of(key_type: i8) -> Option<&'static str> {
    match key_type {
        GROUP => Some(GROUP_METADATA_TOPIC),
        TRANSACTION => Some(TRANSACTION_STATE_TOPIC),
        _ => None,
    }
}

/// Makes a topic of coordinators, or waits until whoever was first has made it.
async fn make_topic(broker: &Broker, topic: &str) {
    let wanted = create::on_first_use(broker.config(), topic);
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
            let key = match topic {
                TRANSACTION_STATE_TOPIC => "transaction.state.log.replication.factor",
                _ => "offsets.topic.replication.factor",
            };
            tracing::error!(
                target: "kafka.server.DefaultAutoTopicCreationManager",
                "Cannot create {topic}: {why} Set {key} to what the cluster has."
            );
            return;
        }
    }
    wait_until_ready(broker, CREATE_WAIT_MS, &[(topic.to_owned(), partitions)]).await;
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
    if key_type == GROUP && key.is_empty() {
        return failed(ErrorCode::INVALID_GROUP_ID, "the group id is empty");
    }
    let Some(topic) = topic_of(key_type) else {
        return failed(ErrorCode::INVALID_REQUEST, "unknown kind of coordinator");
    };
    let image = broker.cluster.image();
    let number = broker.coordinator_topics.partition(topic, key);
    let found = number.and_then(|number| Some((number, image.partition(topic, number)?.leader)));
    if let Some((number, leader)) = found
        && key_type == TRANSACTION
        && leader == broker.id.0
    {
        broker.say_that_nobody_coordinates(number);
        let message = "the broker that leads the partition of this id coordinates no transactions";
        return failed(ErrorCode::COORDINATOR_NOT_AVAILABLE, message);
    }
    let leader = found.and_then(|(_, leader)| image.broker(leader));
    match leader.and_then(|leader| Some((leader, leader.endpoint(&context.listener)?))) {
        Some((leader, end)) => Coordinator {
            key: key.to_owned(),
            node_id: leader.id,
            host: end.host.clone(),
            port: end.port.into(),
            ..Default::default()
        },
        None => failed(
            ErrorCode::COORDINATOR_NOT_AVAILABLE,
            "no broker leads the coordinator's partition",
        ),
    }
}
