//! Changing a topic's settings: checked here, written to ZooKeeper, and every broker is told by a
//! note below `/config/changes`. What AlterConfigs and IncrementalAlterConfigs share.

use std::collections::BTreeMap;

use crate::base::error::Chain;
use crate::config::Type;
use crate::config::topic::TopicConfig;
use crate::kafka::metadata::znode;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::zookeeper::client;
use crate::zookeeper::jute::KeeperError;
use crate::zookeeper::jute::request::CreateMode;

use super::Broker;
use super::topic_configs::properties;

/// Resource types of the wire.
pub const TOPIC: i8 = 2;
pub const BROKER: i8 = 4;

/// Why settings are not changed, as the client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: ErrorCode,
    pub message: String,
}

impl Refused {
    /// A refusal with its reason.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Refused {
        Refused { code, message: message.into() }
    }
}

/// What is to become of one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Set(String),
    Delete,
    /// For lists: these elements more.
    Append(String),
    /// For lists: these elements less.
    Subtract(String),
}

/// The topic's settings after the changes, made to those it has.
pub fn changed(
    broker: &Broker,
    topic: &str,
    changes: Vec<(String, Change)>,
) -> Result<BTreeMap<String, String>, Refused> {
    let mut settings = broker.topic_configs.overrides(topic);
    for (name, change) in changes {
        let list = || {
            let key = TopicConfig::key(&name).filter(|key| key.kind == Type::List);
            key.ok_or_else(|| {
                let text = format!("Config value append is not allowed for config key: {name}");
                Refused::new(ErrorCode::INVALID_CONFIG, text)
            })?;
            let present = settings.get(&name).cloned().or_else(|| in_force(broker, topic, &name));
            Ok(elements(&present.unwrap_or_default()))
        };
        match change {
            Change::Set(value) => {
                settings.insert(name, value);
            }
            Change::Delete => {
                settings.remove(&name);
            }
            Change::Append(value) => {
                let mut present: Vec<String> = list()?;
                let new = elements(&value).into_iter().filter(|it| !present.contains(it));
                present.extend(new.collect::<Vec<_>>());
                settings.insert(name, present.join(","));
            }
            Change::Subtract(value) => {
                let (present, gone): (Vec<String>, _) = (list()?, elements(&value));
                let left: Vec<String> =
                    present.into_iter().filter(|it| !gone.contains(it)).collect();
                settings.insert(name, left.join(","));
            }
        }
    }
    Ok(settings)
}

fn elements(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

fn in_force(broker: &Broker, topic: &str, name: &str) -> Option<String> {
    let layers = crate::config::dynamic::Layers::new(broker.topic_configs.broker().clone());
    let overrides = properties(&broker.topic_configs.overrides(topic));
    let names = [name.to_owned()];
    let entries = crate::config::describe::topic_entries(&layers, &overrides, Some(&names));
    entries.into_iter().next()?.value
}

/// Checks a topic's settings and, unless that is all that is wanted, puts them in force.
pub async fn replace(
    broker: &Broker,
    topic: &str,
    settings: BTreeMap<String, String>,
    validate_only: bool,
) -> Result<(), Refused> {
    if topic.is_empty() {
        return Err(Refused::new(
            ErrorCode::INVALID_REQUEST,
            "Default topic resources are not allowed.",
        ));
    }
    if broker.cluster.image().topic(topic).is_none() {
        let text = format!("The topic '{topic}' does not exist.");
        return Err(Refused::new(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, text));
    }
    TopicConfig::validate(broker.topic_configs.broker(), &properties(&settings))
        .map_err(|error| Refused::new(ErrorCode::INVALID_CONFIG, Chain(&error).to_string()))?;
    if validate_only {
        return Ok(());
    }
    write(broker, topic, &settings).await.map_err(|error| {
        let text = format!("the settings could not be written: {error}");
        Refused::new(ErrorCode::UNKNOWN_SERVER_ERROR, text)
    })
}

async fn write(
    broker: &Broker,
    topic: &str,
    settings: &BTreeMap<String, String>,
) -> client::Result<()> {
    let (zookeeper, acl) = (broker.zookeeper(), broker.zookeeper.acl());
    let path = znode::config_topic_path(topic);
    let data = znode::config::encode(settings);
    match zookeeper.set(&path, Some(data.clone().into()), -1).await {
        Err(error) if error.keeper() == Some(KeeperError::NoNode) => {
            zookeeper.create(&path, Some(data.into()), acl, CreateMode::Persistent).await?;
        }
        set => {
            set?;
        }
    }
    let note = znode::config_change::encode(&format!("topics/{topic}"));
    let path = format!("{}/{}", znode::CONFIG_CHANGES, znode::CONFIG_CHANGE_PREFIX);
    zookeeper.create(&path, Some(note.into()), acl, CreateMode::PersistentSequential).await?;
    // Other brokers are told by the note; whoever asks this one next must find what was set.
    broker.topic_config_changed(topic, settings.clone());
    Ok(())
}
