//! DescribeConfigs (key 32): the settings of topics and of this broker, and where they come from.
//!
//! * v0 says whether a value is the default; v1 where it is set, and by which names; v3 its type
//!   and documentation.
//! * A broker describes itself only.
//! * Answers per resource: UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::config::describe::{Entry, broker_entries, cluster_entries, topic_entries};
use crate::config::dynamic::Source;
use crate::kafka::broker::Broker;
use crate::kafka::broker::alter::{BROKER, Refused, TOPIC};
use crate::kafka::broker::context::Context;
use crate::kafka::broker::topic_configs::properties;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult,
    DescribeConfigsResponse, DescribeConfigsResult, DescribeConfigsSynonym,
};

pub struct DescribeConfigs;

impl Api for DescribeConfigs {
    type Request = DescribeConfigsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: DescribeConfigsRequest,
    ) -> Outcome<DescribeConfigsResponse> {
        let results = request.resources.iter().map(|resource| {
            let mut result = DescribeConfigsResult {
                resource_type: resource.resource_type,
                resource_name: resource.resource_name.clone(),
                ..Default::default()
            };
            match entries(broker, resource) {
                Ok(entries) => {
                    result.configs = entries.into_iter().map(|it| shown(it, &request)).collect();
                }
                Err(refused) => {
                    result.error_code = refused.code;
                    result.error_message = Some(refused.message);
                }
            }
            result
        });
        Outcome::Done(DescribeConfigsResponse { results: results.collect(), ..Default::default() })
    }
}

fn entries(broker: &Broker, resource: &DescribeConfigsResource) -> Result<Vec<Entry>, Refused> {
    let layers = broker.topic_configs.layers();
    let names = resource.configuration_keys.as_deref().filter(|names| !names.is_empty());
    let name = &resource.resource_name;
    match resource.resource_type {
        TOPIC if broker.cluster.image().topic(name).is_none() => Err(Refused::new(
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            format!("The topic '{name}' does not exist."),
        )),
        TOPIC => {
            let overrides = properties(&broker.topic_configs.overrides(name));
            Ok(topic_entries(&layers, &overrides, names))
        }
        BROKER if name.is_empty() => Ok(cluster_entries(&layers, names)),
        BROKER if *name == broker.id.to_string() => Ok(broker_entries(&layers, names)),
        BROKER => Err(Refused::new(
            ErrorCode::INVALID_REQUEST,
            format!(
                "Unexpected broker id, expected {} or empty string, but received {name}",
                broker.id
            ),
        )),
        other => Err(Refused::new(
            ErrorCode::INVALID_REQUEST,
            format!("settings of resource type {other} are not kept here"),
        )),
    }
}

fn shown(entry: Entry, request: &DescribeConfigsRequest) -> DescribeConfigsResourceResult {
    let synonyms = entry.synonyms.into_iter().map(|synonym| DescribeConfigsSynonym {
        name: synonym.name,
        value: synonym.value,
        source: synonym.source.id(),
    });
    DescribeConfigsResourceResult {
        name: entry.name,
        value: entry.value,
        read_only: entry.is_read_only,
        is_default: entry.source == Source::Default,
        config_source: entry.source.id(),
        is_sensitive: entry.is_sensitive,
        synonyms: if request.include_synonyms { synonyms.collect() } else { Vec::new() },
        config_type: entry.kind.map_or(0, |kind| kind.id()),
        documentation: match request.include_documentation {
            true => entry.documentation.map(str::to_owned),
            false => None,
        },
    }
}
