//! AlterConfigs (key 33): a resource's settings are these and no others from now on.
//!
//! * A null value takes a setting away, as leaving it out does.
//! * Answers per resource: UNKNOWN_TOPIC_OR_PARTITION, INVALID_CONFIG, INVALID_REQUEST.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::alter::{Change, each};
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::message::alter_configs::{
    AlterConfigsRequest, AlterConfigsResourceResponse, AlterConfigsResponse,
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
        let resources = request.resources.into_iter().map(|it| {
            let settings = it.configs.into_iter().filter_map(|it| Some((it.name, it.value?)));
            (it.resource_type, it.resource_name, Ok(Change::All(settings.collect())))
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
            AlterConfigsResponse { responses: responses.collect(), ..Default::default() }
        })
    }
}
