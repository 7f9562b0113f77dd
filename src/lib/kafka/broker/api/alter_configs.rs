//! AlterConfigs (key 33): a resource's settings are these and no others from now on.
//!
//! * A null value takes a setting away, as leaving it out does.
//! * Answers per resource: UNKNOWN_TOPIC_OR_PARTITION, INVALID_CONFIG, INVALID_REQUEST.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::alter::{Refused, TOPIC, replace};
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::alter_configs::{
    AlterConfigsRequest, AlterConfigsResource, AlterConfigsResourceResponse, AlterConfigsResponse,
};

pub struct AlterConfigs;

impl Api for AlterConfigs {
    type Request = AlterConfigsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: AlterConfigsRequest,
    ) -> Outcome<AlterConfigsResponse> {
        let broker = broker.clone();
        Outcome::Parked(Box::pin(async move {
            let mut responses = Vec::with_capacity(request.resources.len());
            for resource in request.resources {
                let (resource_type, resource_name) =
                    (resource.resource_type, resource.resource_name.clone());
                let refused = alter(&broker, resource, request.validate_only).await.err();
                responses.push(AlterConfigsResourceResponse {
                    error_code: refused.as_ref().map_or(ErrorCode::NONE, |it| it.code),
                    error_message: refused.map(|it| it.message),
                    resource_type,
                    resource_name,
                });
            }
            AlterConfigsResponse { responses, ..Default::default() }
        }))
    }
}

async fn alter(
    broker: &Broker,
    resource: AlterConfigsResource,
    validate_only: bool,
) -> Result<(), Refused> {
    if resource.resource_type != TOPIC {
        let text = "only settings of topics can be changed while the broker runs";
        return Err(Refused::new(ErrorCode::INVALID_REQUEST, text));
    }
    let set = resource.configs.into_iter().filter_map(|it| Some((it.name, it.value?)));
    let settings: BTreeMap<String, String> = set.collect();
    replace(broker, &resource.resource_name, settings, validate_only).await
}
