//! JoinGroup (key 11): a member asks to belong to a group.
//!
//! * v1 adds the rebalance timeout, v4 gives a member its id first (KIP-394), v5 static members
//!   (KIP-345), v7 the protocol type, v8 a reason, v9 lets the leader skip the assignment.
//! * Answers when the rebalance completes.
//! * Answers: UNKNOWN_MEMBER_ID, MEMBER_ID_REQUIRED, INCONSISTENT_GROUP_PROTOCOL, INVALID_SESSION_TIMEOUT,
//!   INVALID_GROUP_ID, GROUP_MAX_SIZE_REACHED, FENCED_INSTANCE_ID, NOT_COORDINATOR,
//!   COORDINATOR_LOAD_IN_PROGRESS.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::protocol::message::join_group::{JoinGroupRequest, JoinGroupResponse};

pub struct JoinGroup;

impl Api for JoinGroup {
    type Request = JoinGroupRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: JoinGroupRequest,
    ) -> Outcome<JoinGroupResponse> {
        let broker = broker.clone();
        let group = request.group_id.clone();
        let member_id = request.member_id.clone();
        let asked = Request::Join {
            version: context.version,
            client_id: context.client_id.to_string(),
            client_host: format!("/{}", context.peer.ip()),
            body: request,
        };
        Outcome::Parked(Box::pin(async move {
            match broker.shards.ask(&broker, &group, asked).await {
                Ok(Response::Join(response)) => response,
                Ok(other) => unreachable!("asked JoinGroup and got {other:?}"),
                Err(error_code) => JoinGroupResponse {
                    error_code,
                    generation_id: -1,
                    member_id,
                    ..Default::default()
                },
            }
        }))
    }
}
