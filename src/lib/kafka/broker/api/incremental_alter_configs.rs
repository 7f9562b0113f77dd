//! IncrementalAlterConfigs (key 44, KIP-339): some of a resource's settings change.
//!
//! * Operations: 0 set, 1 delete, 2 append and 3 subtract (lists only).
//! * Answers per resource: UNKNOWN_TOPIC_OR_PARTITION, INVALID_CONFIG, INVALID_REQUEST.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::config::dynamic::{Alteration, Op};
use crate::kafka::broker::Broker;
use crate::kafka::broker::alter::{Change, Refused, each};
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::incremental_alter_configs::{
    AlterConfigsResourceResponse, AlterableConfig, IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
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
        let resources = request.resources.into_iter().map(|it| {
            let change = alterations(it.configs).map(Change::Some);
            (it.resource_type, it.resource_name, change)
        });
        let resources = resources.collect();
        Outcome::to_the_end(broker.stop.clone(), async move {
            let answers = each(&broker, resources, request.validate_only).await;
            let responses = answers.into_iter().map(|it| AlterConfigsResourceResponse {
                error_code: it.code,
                error_message: it.message,
                resource_type: it.resource_type,
                resource_name: it.resource_name,
            });
            IncrementalAlterConfigsResponse { responses: responses.collect(), ..Default::default() }
        })
    }
}

fn alterations(configs: Vec<AlterableConfig>) -> Result<Vec<Alteration>, Refused> {
    let invalid = |text: String| Refused::new(ErrorCode::INVALID_REQUEST, text);
    let mut alterations: Vec<Alteration> = Vec::with_capacity(configs.len());
    for AlterableConfig { name, config_operation, value } in configs {
        if alterations.iter().any(|it| it.name == name) {
            return Err(invalid(format!("Error due to duplicate config keys: {name}")));
        }
        let Some(op) = Op::of(config_operation) else {
            return Err(invalid(format!("unknown operation {config_operation} for {name}")));
        };
        if value.is_none() && op != Op::Delete {
            return Err(invalid(format!("Null value not supported for : {name}")));
        }
        alterations.push(Alteration { name, op, value });
    }
    Ok(alterations)
}
