//! OffsetDelete (key 47): forgets what a group has committed for partitions it does not read.
//!
//! * There is one version.
//! * Answers: NOT_COORDINATOR, GROUP_ID_NOT_FOUND, GROUP_SUBSCRIBED_TO_TOPIC, UNKNOWN_TOPIC_OR_PARTITION.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestTopic, OffsetDeleteResponse,
    OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};

pub struct OffsetDelete;

impl Api for OffsetDelete {
    type Request = OffsetDeleteRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        mut request: OffsetDeleteRequest,
    ) -> Outcome<OffsetDeleteResponse> {
        let broker = broker.clone();
        let image = broker.cluster.image();
        let absent: Vec<_> =
            request.topics.extract_if(.., |topic| image.topic(&topic.name).is_none()).collect();
        let group = request.group_id.clone();
        let asked = Request::OffsetDelete(request);
        Outcome::Parked(Box::pin(async move {
            match broker.shards.ask(&broker, &group, asked).await {
                Ok(Response::OffsetDelete(mut response)) => {
                    if !response.error_code.is_error() {
                        response.topics.extend(absent.into_iter().map(unknown));
                    }
                    response
                }
                Ok(other) => unreachable!("asked OffsetDelete and got {other:?}"),
                Err(error_code) => OffsetDeleteResponse { error_code, ..Default::default() },
            }
        }))
    }
}

/// The answer about a topic that the cluster does not have.
fn unknown(topic: OffsetDeleteRequestTopic) -> OffsetDeleteResponseTopic {
    let partitions = topic.partitions.iter().map(|asked| OffsetDeleteResponsePartition {
        partition_index: asked.partition_index,
        error_code: ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
    });
    OffsetDeleteResponseTopic { partitions: partitions.collect(), name: topic.name }
}
