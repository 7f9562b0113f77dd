//! DeleteTopics (key 20): marks topics for deletion and waits until they are gone.
//!
//! * v6 names topics by name or by id.
//! * Answers when the topics are out of this broker's picture, or the time is over: then they are
//!   being deleted all the same.
//! * Answers per topic: NOT_CONTROLLER, TOPIC_DELETION_DISABLED (INVALID_REQUEST before v3),
//!   UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INVALID_REQUEST, REQUEST_TIMED_OUT.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::base::uuid::Uuid;
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::topics::{self, wait_for};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::delete_topics::{
    DeletableTopicResult, DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse,
};

pub struct DeleteTopics;

impl Api for DeleteTopics {
    type Request = DeleteTopicsRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: DeleteTopicsRequest,
    ) -> Outcome<DeleteTopicsResponse> {
        let by_name = request
            .topic_names
            .iter()
            .map(|name| DeleteTopicState { name: Some(name.clone()), topic_id: Uuid::ZERO });
        let asked: Vec<_> = by_name.chain(request.topics.iter().cloned()).collect();
        let refusal = if !broker.control.is_active() {
            Some(ErrorCode::NOT_CONTROLLER)
        } else if !broker.config().delete_topic_enable {
            Some(match context.version < 3 {
                true => ErrorCode::INVALID_REQUEST,
                false => ErrorCode::TOPIC_DELETION_DISABLED,
            })
        } else {
            None
        };
        if let Some(code) = refusal {
            let responses = asked.into_iter().map(|topic| refused(topic, code, None)).collect();
            return Outcome::Done(DeleteTopicsResponse { responses, ..Default::default() });
        }
        let (broker, timeout_ms) = (broker.clone(), request.timeout_ms);
        Outcome::to_the_end(broker.stop.clone(), async move {
            let responses = answer(&broker, asked, timeout_ms).await;
            DeleteTopicsResponse { responses, ..Default::default() }
        })
    }
}

fn refused(topic: DeleteTopicState, code: ErrorCode, why: Option<&str>) -> DeletableTopicResult {
    DeletableTopicResult {
        name: topic.name,
        topic_id: topic.topic_id,
        error_code: code,
        error_message: why.map(str::to_owned),
    }
}

async fn answer(
    broker: &Arc<Broker>,
    asked: Vec<DeleteTopicState>,
    timeout_ms: i32,
) -> Vec<DeletableTopicResult> {
    let image = broker.cluster.image();
    let mut responses: Vec<DeletableTopicResult> = Vec::new();
    let mut marked = Vec::new();
    for mut topic in asked {
        if topic.name.is_some() && topic.topic_id != Uuid::ZERO {
            let why = "Topic name and topic ID can not both be specified.";
            responses.push(refused(topic, ErrorCode::INVALID_REQUEST, Some(why)));
            continue;
        }
        if topic.name.is_none() {
            topic.name = image.topic_by_id(topic.topic_id).map(|it| it.name.to_string());
        }
        let Some(name) = topic.name.clone() else {
            responses.push(refused(topic, ErrorCode::UNKNOWN_TOPIC_ID, None));
            continue;
        };
        if responses.iter().any(|earlier| earlier.name.as_ref() == Some(&name)) {
            let why = "Duplicate topic name.";
            responses.push(refused(topic, ErrorCode::INVALID_REQUEST, Some(why)));
            continue;
        }
        // A topic that is on its way out is still in ZooKeeper, and gone for clients.
        let known = match image.topic(&name) {
            Some(_) => topics::delete(broker, &name).await,
            None => Err(topics::Refused::from(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)),
        };
        match known {
            Ok(()) => {
                marked.push(name);
                responses.push(refused(topic, ErrorCode::NONE, None));
            }
            Err(error) => {
                responses.push(refused(topic, error.code, error.message.as_deref()));
            }
        }
    }
    let names = marked.iter().map(String::as_str);
    let gone = |image: &crate::kafka::metadata::Image, name: &str| image.topic(name).is_none();
    for late in wait_for(broker, timeout_ms, names, gone).await {
        let late = responses.iter_mut().find(|it| it.name.as_deref() == Some(late));
        if let Some(late) = late {
            late.error_code = ErrorCode::REQUEST_TIMED_OUT;
        }
    }
    responses
}
