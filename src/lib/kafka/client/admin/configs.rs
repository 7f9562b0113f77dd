//! Configurations: describe, replace, change single keys.

use super::{Admin, Failure, Outcome};
use crate::kafka::client::Result;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::describe_configs::{
    DescribeConfigsResource, DescribeConfigsResourceResult,
};
use crate::kafka::protocol::message::{
    AlterConfigsRequest, DescribeConfigsRequest, IncrementalAlterConfigsRequest,
};
use crate::kafka::protocol::message::{alter_configs, incremental_alter_configs};

/// What has a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceKind {
    Topic,
    Broker,
    BrokerLogger,
    ClientMetrics,
}

/// One resource; a broker's name is its id, the empty one stands for all brokers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource {
    pub kind: ResourceKind,
    pub name: String,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigSource {
    Unknown,
    DynamicTopic,
    DynamicBroker,
    DynamicDefaultBroker,
    StaticBroker,
    Default,
    DynamicBrokerLogger,
    ClientMetrics,
}

/// Another key or source a value could come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synonym {
    pub name: String,
    pub value: Option<String>,
    pub source: ConfigSource,
}

/// One key of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigEntry {
    pub name: String,
    pub value: Option<String>,
    pub read_only: bool,
    pub sensitive: bool,
    pub source: ConfigSource,
    pub synonyms: Vec<Synonym>,
    /// 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password.
    pub kind: i8,
    pub documentation: Option<String>,
}

/// What to do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Set,
    Delete,
    Append,
    Subtract,
}

/// One change of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alteration {
    pub name: String,
    pub operation: Operation,
    pub value: Option<String>,
}

impl ResourceKind {
    /// Its number on the wire.
    pub fn number(self) -> i8 {
        match self {
            ResourceKind::Topic => 2,
            ResourceKind::Broker => 4,
            ResourceKind::BrokerLogger => 8,
            ResourceKind::ClientMetrics => 16,
        }
    }
}

impl ConfigSource {
    fn of(number: i8) -> ConfigSource {
        match number {
            1 => ConfigSource::DynamicTopic,
            2 => ConfigSource::DynamicBroker,
            3 => ConfigSource::DynamicDefaultBroker,
            4 => ConfigSource::StaticBroker,
            5 => ConfigSource::Default,
            6 => ConfigSource::DynamicBrokerLogger,
            7 => ConfigSource::ClientMetrics,
            _ => ConfigSource::Unknown,
        }
    }

    /// Kafka's name of it.
    pub fn name(self) -> &'static str {
        match self {
            ConfigSource::Unknown => "UNKNOWN",
            ConfigSource::DynamicTopic => "DYNAMIC_TOPIC_CONFIG",
            ConfigSource::DynamicBroker => "DYNAMIC_BROKER_CONFIG",
            ConfigSource::DynamicDefaultBroker => "DYNAMIC_DEFAULT_BROKER_CONFIG",
            ConfigSource::StaticBroker => "STATIC_BROKER_CONFIG",
            ConfigSource::Default => "DEFAULT_CONFIG",
            ConfigSource::DynamicBrokerLogger => "DYNAMIC_BROKER_LOGGER_CONFIG",
            ConfigSource::ClientMetrics => "DYNAMIC_CLIENT_METRICS_CONFIG",
        }
    }
}

impl Operation {
    fn number(self) -> i8 {
        match self {
            Operation::Set => 0,
            Operation::Delete => 1,
            Operation::Append => 2,
            Operation::Subtract => 3,
        }
    }
}

impl Resource {
    /// A topic.
    pub fn topic(name: impl Into<String>) -> Resource {
        Resource { kind: ResourceKind::Topic, name: name.into() }
    }

    /// A broker, or with `None` the default of all.
    pub fn broker(id: Option<i32>) -> Resource {
        let name = id.map(|id| id.to_string()).unwrap_or_default();
        Resource { kind: ResourceKind::Broker, name }
    }

    /// The broker that alone can answer for this resource: only it knows its file and loggers.
    fn owner(&self) -> Option<i32> {
        match self.kind {
            ResourceKind::Broker | ResourceKind::BrokerLogger => self.name.parse().ok(),
            ResourceKind::Topic | ResourceKind::ClientMetrics => None,
        }
    }
}

impl Admin {
    /// Describes the configuration of resources, in their order.
    pub async fn describe_configs(
        &self,
        resources: &[Resource],
        synonyms: bool,
        documentation: bool,
    ) -> Result<Vec<(Resource, Outcome<Vec<ConfigEntry>>)>> {
        let mut results = Vec::with_capacity(resources.len());
        for group in by_owner(resources) {
            let named = |it: &&Resource| DescribeConfigsResource {
                resource_type: it.kind.number(),
                resource_name: it.name.clone(),
                configuration_keys: None,
            };
            let request = DescribeConfigsRequest {
                resources: group.iter().map(named).collect(),
                include_synonyms: synonyms,
                include_documentation: documentation,
            };
            let response = match group.first().and_then(|it| it.owner()) {
                Some(broker) => self.ask_broker(broker, &request).await?,
                None => self.ask_any(&request).await?,
            };
            for result in response.results {
                let outcome = Failure::check(result.error_code, result.error_message);
                let entries = result.configs.into_iter().map(|it| entry(it, result.resource_type));
                let resource = group.iter().find(|it| {
                    it.kind.number() == result.resource_type && it.name == result.resource_name
                });
                if let Some(resource) = resource {
                    results.push(((*resource).clone(), outcome.map(|()| entries.collect())));
                }
            }
        }
        Ok(results)
    }

    /// Changes single keys of resources.
    pub async fn incremental_alter_configs(
        &self,
        changes: &[(Resource, Vec<Alteration>)],
        validate_only: bool,
    ) -> Result<Vec<(Resource, Outcome<()>)>> {
        use incremental_alter_configs::{AlterConfigsResource, AlterableConfig};
        let mut results = Vec::with_capacity(changes.len());
        for (resource, alterations) in changes {
            let config = |it: &Alteration| AlterableConfig {
                name: it.name.clone(),
                config_operation: it.operation.number(),
                value: it.value.clone(),
            };
            let request = IncrementalAlterConfigsRequest {
                resources: vec![AlterConfigsResource {
                    resource_type: resource.kind.number(),
                    resource_name: resource.name.clone(),
                    configs: alterations.iter().map(config).collect(),
                }],
                validate_only,
            };
            // Topics go to the controller, brokers to themselves (KIP-339).
            let response = match resource.owner() {
                Some(broker) => self.ask_broker(broker, &request).await?,
                None => {
                    self.ask_controller(&request, |it| {
                        it.responses.first().map_or(ErrorCode::NONE, |it| it.error_code)
                    })
                    .await?
                }
            };
            let outcome = response.responses.into_iter().next();
            let outcome =
                outcome.map_or(Ok(()), |it| Failure::check(it.error_code, it.error_message));
            results.push((resource.clone(), outcome));
        }
        Ok(results)
    }

    /// Replaces the configuration of resources as a whole: keys that are not named go back to their
    /// defaults. For brokers before 2.3; newer ones have [`Admin::incremental_alter_configs`].
    pub async fn alter_configs(
        &self,
        configs: &[(Resource, Vec<(String, String)>)],
        validate_only: bool,
    ) -> Result<Vec<(Resource, Outcome<()>)>> {
        use alter_configs::{AlterConfigsResource, AlterableConfig};
        let mut results = Vec::with_capacity(configs.len());
        for (resource, pairs) in configs {
            let config = |(name, value): &(String, String)| AlterableConfig {
                name: name.clone(),
                value: Some(value.clone()),
            };
            let request = AlterConfigsRequest {
                resources: vec![AlterConfigsResource {
                    resource_type: resource.kind.number(),
                    resource_name: resource.name.clone(),
                    configs: pairs.iter().map(config).collect(),
                }],
                validate_only,
            };
            let response = match resource.owner() {
                Some(broker) => self.ask_broker(broker, &request).await?,
                None => self.ask_any(&request).await?,
            };
            let outcome = response.responses.into_iter().next();
            let outcome =
                outcome.map_or(Ok(()), |it| Failure::check(it.error_code, it.error_message));
            results.push((resource.clone(), outcome));
        }
        Ok(results)
    }
}

/// Groups of resources that one request can name: each broker's alone, all others together.
fn by_owner(resources: &[Resource]) -> Vec<Vec<&Resource>> {
    let mut groups: Vec<Vec<&Resource>> = Vec::new();
    for resource in resources {
        let owner = resource.owner();
        match groups.iter_mut().find(|it| it.first().is_some_and(|it| it.owner() == owner)) {
            Some(group) => group.push(resource),
            None => groups.push(vec![resource]),
        }
    }
    groups
}

fn entry(it: DescribeConfigsResourceResult, resource_type: i8) -> ConfigEntry {
    // Version 0 only says whether it is the default.
    let source = match it.config_source {
        -1 if it.is_default => ConfigSource::Default,
        -1 if resource_type == ResourceKind::Topic.number() => ConfigSource::DynamicTopic,
        -1 => ConfigSource::StaticBroker,
        number => ConfigSource::of(number),
    };
    let synonym =
        |it: crate::kafka::protocol::message::describe_configs::DescribeConfigsSynonym| Synonym {
            name: it.name,
            value: it.value,
            source: ConfigSource::of(it.source),
        };
    ConfigEntry {
        name: it.name,
        value: it.value,
        read_only: it.read_only,
        sensitive: it.is_sensitive,
        source,
        synonyms: it.synonyms.into_iter().map(synonym).collect(),
        kind: it.config_type,
        documentation: it.documentation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_asked_about_themselves() {
        let resources = [
            Resource::topic("a"),
            Resource::broker(Some(1)),
            Resource::topic("b"),
            Resource::broker(None),
        ];
        let groups = by_owner(&resources);
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0].len(), 3);
        assert_eq!(groups[1], [&Resource::broker(Some(1))]);
    }
}
