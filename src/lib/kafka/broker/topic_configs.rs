//! The settings of each topic: the broker's, overridden by `/config/topics/<topic>`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock};

use crate::base::error::Chain;
use crate::config::Properties;
use crate::config::topic::TopicConfig;

/// What is set for topics, as ZooKeeper last told.
pub struct TopicConfigs {
    broker: Properties,
    overrides: RwLock<HashMap<String, BTreeMap<String, String>>>,
}

impl TopicConfigs {
    /// No overrides yet.
    pub fn new(broker: Properties) -> TopicConfigs {
        TopicConfigs { broker, overrides: RwLock::default() }
    }

    /// The broker's own properties, which topics inherit.
    pub fn broker(&self) -> &Properties {
        &self.broker
    }

    /// What a topic overrides.
    pub fn overrides(&self, topic: &str) -> BTreeMap<String, String> {
        let overrides = self.overrides.read().unwrap_or_else(PoisonError::into_inner);
        overrides.get(topic).cloned().unwrap_or_default()
    }

    /// Remembers what a topic overrides from now on.
    pub fn set(&self, topic: &str, settings: BTreeMap<String, String>) {
        let mut overrides = self.overrides.write().unwrap_or_else(PoisonError::into_inner);
        match settings.is_empty() {
            true => overrides.remove(topic),
            false => overrides.insert(topic.to_owned(), settings),
        };
    }

    /// The settings of a topic. An override that cannot be (somebody wrote it past all checks) is
    /// said and left out, as a whole.
    pub fn of(&self, topic: &str) -> TopicConfig {
        let overrides = properties(&self.overrides(topic));
        TopicConfig::build(&self.broker, &overrides).unwrap_or_else(|error| {
            tracing::error!(
                target: "kafka.server.TopicConfigHandler",
                "Settings of topic {topic} are not used: {}", Chain(&error)
            );
            TopicConfig::build(&self.broker, &Properties::new())
                .unwrap_or_else(|_| unreachable!("the broker's own settings were checked at start"))
        })
    }
}

/// Settings as properties.
pub fn properties(settings: &BTreeMap<String, String>) -> Properties {
    let mut properties = Properties::new();
    for (key, value) in settings {
        properties.set(key.as_str(), value.as_str());
    }
    properties
}
