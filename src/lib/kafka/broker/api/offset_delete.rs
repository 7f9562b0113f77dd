//! OffsetDelete (key 47): forgets what a group has committed for partitions it does not read.
//!
//! * There is one version.
//! * Answers: NOT_COORDINATOR, GROUP_ID_NOT_FOUND, GROUP_SUBSCRIBED_TO_TOPIC, UNKNOWN_TOPIC_OR_PARTITION.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::protocol::message::offset_delete::{OffsetDeleteRequest, OffsetDeleteResponse};

pub struct OffsetDelete;

impl Api for OffsetDelete {
    type Request = OffsetDeleteRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: OffsetDeleteRequest,
    ) -> Outcome<OffsetDeleteResponse> {
        let broker = broker.clone();
        let group = request.group_id.clone();
        let asked = Request::OffsetDelete(request);
        Outcome::Parked(Box::pin(async move {
            match broker.shards.ask(&broker, &group, asked).await {
                Ok(Response::OffsetDelete(response)) => response,
                Ok(other) => unreachable!("asked OffsetDelete and got {other:?}"),
                Err(error_code) => OffsetDeleteResponse { error_code, ..Default::default() },
            }
        }))
    }
}
