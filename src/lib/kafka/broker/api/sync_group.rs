//! SyncGroup (key 14): a member asks for its part; the leader brings everybody's.
//!
//! * v3 adds the static member id, v5 the protocol's type and name.
//! * Answers when the leader has brought the assignment.
//! * Answers: UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, INCONSISTENT_GROUP_PROTOCOL,
//!   FENCED_INSTANCE_ID, NOT_COORDINATOR.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::protocol::message::sync_group::{SyncGroupRequest, SyncGroupResponse};

pub struct SyncGroup;

impl Api for SyncGroup {
    type Request = SyncGroupRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: SyncGroupRequest,
    ) -> Outcome<SyncGroupResponse> {
        let broker = broker.clone();
        let group = request.group_id.clone();
        let asked = Request::Sync(request);
        Outcome::Parked(Box::pin(async move {
            match broker.shards.ask(&broker, &group, asked).await {
                Ok(Response::Sync(response)) => response,
                Ok(other) => unreachable!("asked SyncGroup and got {other:?}"),
                Err(error_code) => SyncGroupResponse { error_code, ..Default::default() },
            }
        }))
    }
}
