//! The settings of each topic: the broker's, overridden by `/config/topics/<topic>`. The broker's
//! are those of its file, overridden by what ZooKeeper holds for all brokers and for this one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use crate::base::error::Chain;
use crate::config::dynamic::Layers;
use crate::config::topic::TopicConfig;
use crate::config::{BrokerConfig, Error, Properties};

/// What is set, as ZooKeeper last told.
pub struct TopicConfigs {
    broker: RwLock<BrokerSettings>,
    overrides: RwLock<HashMap<String, BTreeMap<String, String>>>,
}

/// The broker's own settings, and what they come to.
struct BrokerSettings {
    layers: Layers,
    effective: Arc<Properties>,
    config: Arc<BrokerConfig>,
}

impl TopicConfigs {
    /// Nothing but the broker's file yet, which reads as `config`.
    pub fn new(file: Properties, config: BrokerConfig) -> TopicConfigs {
        let layers = Layers::new(file);
        let (effective, config) = (Arc::new(layers.effective()), Arc::new(config));
        let broker = RwLock::new(BrokerSettings { layers, effective, config });
        TopicConfigs { broker, overrides: RwLock::default() }
    }

    /// The broker's settings in force, those that changed while it runs among them.
    pub fn current(&self) -> Arc<BrokerConfig> {
        self.broker.read().unwrap_or_else(PoisonError::into_inner).config.clone()
    }

    /// The broker's own properties in force, which topics inherit.
    pub fn broker(&self) -> Arc<Properties> {
        self.broker.read().unwrap_or_else(PoisonError::into_inner).effective.clone()
    }

    /// The sources of the broker's settings.
    pub fn layers(&self) -> Layers {
        self.broker.read().unwrap_or_else(PoisonError::into_inner).layers.clone()
    }

    /// Takes what ZooKeeper holds for this broker, or (not `per_broker`) for all. Says whether that
    /// is news, and which entries are left out because they do not hold.
    pub fn set_broker(&self, per_broker: bool, held: &Properties) -> (bool, Vec<Error>) {
        let mut broker = self.broker.write().unwrap_or_else(PoisonError::into_inner);
        let mut layers = broker.layers.clone();
        let errors = layers.take(per_broker, held);
        let is_news = layers != broker.layers;
        if is_news {
            let effective = Arc::new(layers.effective());
            // What was taken holds; else what was in force stays in force.
            let config = layers.config().map_or_else(|_| broker.config.clone(), Arc::new);
            *broker = BrokerSettings { layers, effective, config };
        }
        (is_news, errors)
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
        let broker = self.broker();
        TopicConfig::build(&broker, &overrides).unwrap_or_else(|error| {
            tracing::error!(
                target: "kafka.server.TopicConfigHandler",
                "Settings of topic {topic} are not used: {}", Chain(&error)
            );
            TopicConfig::build(&broker, &Properties::new())
                .unwrap_or_else(|_| unreachable!("the broker's own settings were checked"))
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
