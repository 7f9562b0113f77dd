//! Heartbeat (key 12): a member says it is alive.
//!
//! * v3 adds the static member id; v4 is flexible.
//! * Answers: NOT_COORDINATOR, UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS,
//!   FENCED_INSTANCE_ID.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::protocol::message::heartbeat::{HeartbeatRequest, HeartbeatResponse};

pub struct Heartbeat;

impl Api for Heartbeat {
    type Request = HeartbeatRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: HeartbeatRequest,
    ) -> Outcome<HeartbeatResponse> {
        let broker = broker.clone();
        let group = request.group_id.clone();
        let asked = Request::Heartbeat(request);
        Outcome::Parked(Box::pin(async move {
            match broker.shards.ask(&broker, &group, asked).await {
                Ok(Response::Heartbeat(response)) => response,
                Ok(other) => unreachable!("asked Heartbeat and got {other:?}"),
                Err(error_code) => HeartbeatResponse { error_code, ..Default::default() },
            }
        }))
    }
}
