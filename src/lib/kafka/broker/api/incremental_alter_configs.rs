//! IncrementalAlterConfigs (key 44, KIP-339): some of a resource's settings change.
//!
//! * Operations: 0 set, 1 delete, 2 append and 3 subtract (lists only).
//! * Answers per resource: UNKNOWN_TOPIC_OR_PARTITION, INVALID_CONFIG, INVALID_REQUEST.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::alter::{Change, Refused, TOPIC, changed, replace};
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::incremental_alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, AlterableConfig,
    IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
};

pub struct IncrementalAlterConfigs;

impl Api for IncrementalAlterConfigs {
    type Request = IncrementalAlterConfigsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: IncrementalAlterConfigsRequest,
    ) -> Outcome<IncrementalAlterConfigsResponse> {
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
            IncrementalAlterConfigsResponse { responses, ..Default::default() }
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
    let mut changes: Vec<(String, Change)> = Vec::with_capacity(resource.configs.len());
    for config in resource.configs {
        if changes.iter().any(|(name, _)| *name == config.name) {
            let text = format!("Error due to duplicate config keys: {}", config.name);
            return Err(Refused::new(ErrorCode::INVALID_REQUEST, text));
        }
        let name = config.name.clone();
        changes.push((name, change(config)?));
    }
    let topic = &resource.resource_name;
    replace(broker, topic, changed(broker, topic, changes)?, validate_only).await
}

fn change(config: AlterableConfig) -> Result<Change, Refused> {
    const DELETE: i8 = 1;
    if config.config_operation == DELETE {
        return Ok(Change::Delete);
    }
    let Some(value) = config.value else {
        let text = format!("Null value not supported for : {}", config.name);
        return Err(Refused::new(ErrorCode::INVALID_REQUEST, text));
    };
    match config.config_operation {
        0 => Ok(Change::Set(value)),
        2 => Ok(Change::Append(value)),
        3 => Ok(Change::Subtract(value)),
        other => {
            let text = format!("unknown operation {other} for {}", config.name);
            Err(Refused::new(ErrorCode::INVALID_REQUEST, text))
        }
    }
}
