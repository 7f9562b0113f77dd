//! LeaveGroup (key 13): members leave their group.
//!
//! * v3 takes several at once (KIP-345); earlier versions name one, and its error is the answer's.
//! * v5 carries a reason.
//! * Answers: NOT_COORDINATOR, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::protocol::message::leave_group::{
    LeaveGroupRequest, LeaveGroupResponse, MemberIdentity,
};

pub struct LeaveGroup;

impl Api for LeaveGroup {
    type Request = LeaveGroupRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        mut request: LeaveGroupRequest,
    ) -> Outcome<LeaveGroupResponse> {
        let (broker, one) = (broker.clone(), context.version < 3);
        if one {
            let member_id = std::mem::take(&mut request.member_id);
            request.members = vec![MemberIdentity { member_id, ..Default::default() }];
        }
        Outcome::Parked(Box::pin(async move {
            let group = request.group_id.clone();
            match broker.shards.ask(&broker, &group, Request::Leave(request)).await {
                Ok(Response::Leave(mut response)) => {
                    if let (true, Some(member)) = (one, response.members.first()) {
                        response.error_code = member.error_code;
                    }
                    response
                }
                Ok(other) => unreachable!("asked LeaveGroup and got {other:?}"),
                Err(error_code) => LeaveGroupResponse { error_code, ..Default::default() },
            }
        }))
    }
}
