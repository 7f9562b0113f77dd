//! Changing a topic's settings: checked here, written to ZooKeeper, and every broker is told by a
//! note below `/config/changes`. What AlterConfigs and IncrementalAlterConfigs share.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::error::Chain;
use crate::config::Error;
use crate::config::dynamic::{self, Alteration};
use crate::config::topic::TopicConfig;
use crate::kafka::metadata::entity::Entity;
use crate::kafka::metadata::znode;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::zookeeper::client;
use crate::zookeeper::jute::KeeperError;
use crate::zookeeper::jute::request::CreateMode;

use super::Broker;
use super::alter_brokers;
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

/// What is to become of a resource's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// They are these and no others.
    All(BTreeMap<String, String>),
    /// Some of them change.
    Some(Vec<Alteration>),
}

/// What became of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub resource_type: i8,
    pub resource_name: String,
    pub code: ErrorCode,
    pub message: Option<String>,
}

/// Changes the settings of each resource (its type, its name, the change) on its own.
pub async fn each(
    broker: &Arc<Broker>,
    resources: Vec<(i8, String, Result<Change, Refused>)>,
    validate_only: bool,
) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(resources.len());
    for (resource_type, resource_name, change) in resources {
        let done = match (resource_type, change) {
            (TOPIC, Ok(change)) => alter(broker, &resource_name, change, validate_only).await,
            (BROKER, Ok(change)) => {
                alter_brokers::alter(broker, &resource_name, change, validate_only).await
            }
            (TOPIC | BROKER, Err(refused)) => Err(refused),
            _ => Err(Refused::new(
                ErrorCode::INVALID_REQUEST,
                "only settings of topics and brokers can be changed while the broker runs",
            )),
        };
        let (code, message) = match done {
            Ok(()) => (ErrorCode::NONE, None),
            Err(refused) => (refused.code, Some(refused.message)),
        };
        answers.push(Answer { resource_type, resource_name, code, message });
    }
    answers
}

/// Checks a topic's settings and, unless that is all that is wanted, puts them in force.
async fn alter(
    broker: &Broker,
    topic: &str,
    change: Change,
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
    let invalid = |error: Error| Refused::new(ErrorCode::INVALID_CONFIG, Chain(&error).to_string());
    let wanted = match change {
        Change::All(settings) => properties(&settings),
        Change::Some(alterations) => {
            let present = properties(&broker.topic_configs.overrides(topic));
            dynamic::alter(&present, TopicConfig::key, &alterations).map_err(invalid)?
        }
    };
    TopicConfig::validate(&broker.topic_configs.broker(), &wanted).map_err(invalid)?;
    if validate_only {
        return Ok(());
    }
    let settings = wanted.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    write(broker, &Entity::Topic(topic.to_owned()), &settings).await.map_err(|error| {
        let text = format!("the settings could not be written: {error}");
        Refused::new(ErrorCode::UNKNOWN_SERVER_ERROR, text)
    })?;
    // Other brokers are told by the note; whoever asks this one next must find what was set.
    broker.topic_config_changed(topic, settings);
    Ok(())
}

/// Puts settings into ZooKeeper, and leaves a note that says so.
pub(super) async fn write(
    broker: &Broker,
    entity: &Entity,
    settings: &BTreeMap<String, String>,
) -> client::Result<()> {
    let (zookeeper, acl) = (broker.zookeeper(), broker.zookeeper.acl());
    let path = entity.znode();
    let data = znode::config::encode(settings);
    match zookeeper.set(&path, Some(data.clone().into()), -1).await {
        Err(error) if error.keeper() == Some(KeeperError::NoNode) => {
            zookeeper.create(&path, Some(data.into()), acl, CreateMode::Persistent).await?;
        }
        set => {
            set?;
        }
    }
    let note = znode::config_change::encode(&entity.path());
    let path = format!("{}/{}", znode::CONFIG_CHANGES, znode::CONFIG_CHANGE_PREFIX);
    zookeeper.create(&path, Some(note.into()), acl, CreateMode::PersistentSequential).await?;
    Ok(())
}
