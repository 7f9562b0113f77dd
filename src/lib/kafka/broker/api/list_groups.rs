//! ListGroups (key 16): the groups this broker coordinates.
//!
//! * v4 filters by state, v5 by type.
//! * Answers: COORDINATOR_LOAD_IN_PROGRESS beside what is known already.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::list_groups::{ListGroupsRequest, ListGroupsResponse};

pub struct ListGroups;

impl Api for ListGroups {
    type Request = ListGroupsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: ListGroupsRequest,
    ) -> Outcome<ListGroupsResponse> {
        let broker = broker.clone();
        Outcome::Parked(Box::pin(async move {
            let asked =
                Request::List { states: request.states_filter, types: request.types_filter };
            let (answers, missed) = broker.shards.ask_all(&asked).await;
            let groups = answers.into_iter().flat_map(|answer| match answer {
                Response::List(groups) => groups,
                other => unreachable!("asked ListGroups and got {other:?}"),
            });
            ListGroupsResponse {
                groups: groups.collect(),
                error_code: missed.unwrap_or(ErrorCode::NONE),
                ..Default::default()
            }
        }))
    }
}
