//! DeleteGroups (key 42): groups without members go, offsets and all.
//!
//! * Answers per group: NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND, NOT_COORDINATOR, INVALID_GROUP_ID.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::protocol::message::delete_groups::{
    DeletableGroupResult, DeleteGroupsRequest, DeleteGroupsResponse,
};

pub struct DeleteGroups;

impl Api for DeleteGroups {
    type Request = DeleteGroupsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: DeleteGroupsRequest,
    ) -> Outcome<DeleteGroupsResponse> {
        let broker = broker.clone();
        Outcome::Parked(Box::pin(async move {
            let mut results = Vec::with_capacity(request.groups_names.len());
            for group_id in request.groups_names {
                let asked = Request::Delete { group: group_id.clone() };
                let error_code = match broker.shards.ask(&broker, &group_id, asked).await {
                    Ok(Response::Delete(code)) => code,
                    Ok(other) => unreachable!("asked DeleteGroups and got {other:?}"),
                    Err(code) => code,
                };
                results.push(DeletableGroupResult { group_id, error_code });
            }
            DeleteGroupsResponse { results, ..Default::default() }
        }))
    }
}
