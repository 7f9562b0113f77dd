//! DescribeGroups (key 15): groups with their members and what they were assigned.
//!
//! * v3 adds authorized operations, v4 static member ids.
//! * A group that is not there is `Dead`.
//! * Answers per group: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, INVALID_GROUP_ID.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::protocol::message::describe_groups::{
    DescribeGroupsRequest, DescribeGroupsResponse, DescribedGroup,
};

/// What anyone may do to a group where no authorizer is set: read, delete, describe.
const GROUP_OPERATIONS: i32 = 0b1_0100_1000;

pub struct DescribeGroups;

impl Api for DescribeGroups {
    type Request = DescribeGroupsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: DescribeGroupsRequest,
    ) -> Outcome<DescribeGroupsResponse> {
        let broker = broker.clone();
        Outcome::Parked(Box::pin(async move {
            let mut groups = Vec::with_capacity(request.groups.len());
            for group in request.groups {
                let asked = Request::Describe { group: group.clone() };
                let mut described = match broker.shards.ask(&broker, &group, asked).await {
                    Ok(Response::Describe(described)) => described,
                    Ok(other) => unreachable!("asked DescribeGroups and got {other:?}"),
                    Err(error_code) => {
                        DescribedGroup { error_code, group_id: group, ..Default::default() }
                    }
                };
                let shown = request.include_authorized_operations;
                described.authorized_operations = if shown { GROUP_OPERATIONS } else { i32::MIN };
                groups.push(described);
            }
            DescribeGroupsResponse { groups, ..Default::default() }
        }))
    }
}
