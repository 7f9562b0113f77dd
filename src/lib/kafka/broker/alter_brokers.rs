//! Changing settings of this broker, or of all brokers, while they run: checked here, kept in
//! ZooKeeper, and every broker is told by a note below `/config/changes`.

use std::sync::Arc;

use crate::base::error::Chain;
use crate::config::dynamic::{self, find_key};
use crate::config::{Error, Properties};
use crate::kafka::metadata::entity::Entity;
use crate::kafka::metadata::znode;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::zookeeper::client;
use crate::zookeeper::jute::KeeperError;

use super::Broker;
use super::alter::{Change, Refused, write};
use super::topic_configs::properties;

/// Checks the settings of the broker of that name (the empty one stands for all brokers) and,
/// unless that is all that is wanted, puts them in force.
pub(super) async fn alter(
    broker: &Arc<Broker>,
    name: &str,
    change: Change,
    validate_only: bool,
) -> Result<(), Refused> {
    let id = whom(broker, name)?;
    // Of a topic Kafka says INVALID_CONFIG.
    let invalid =
        |error: Error| Refused::new(ErrorCode::INVALID_REQUEST, Chain(&error).to_string());
    let wanted = match change {
        Change::All(settings) => properties(&settings),
        Change::Some(alterations) => {
            // Not what is in force: an entry that this broker does not take may be for another.
            let held = held(broker, &Entity::Broker(id)).await.map_err(unwritten)?;
            dynamic::alter(&held, find_key, &alterations).map_err(invalid)?
        }
    };
    check_secrets(&wanted)?;
    broker.topic_configs.layers().validate(id.is_some(), &wanted).map_err(invalid)?;
    if validate_only {
        return Ok(());
    }
    let settings = wanted.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    write(broker, &Entity::Broker(id), &settings).await.map_err(unwritten)?;
    // Other brokers are told by the note; whoever asks this one next must find what was set.
    broker.broker_config_changed(id.is_some(), &settings).await;
    Ok(())
}

fn unwritten(error: client::Error) -> Refused {
    let text = format!("the settings could not be written: {error}");
    Refused::new(ErrorCode::UNKNOWN_SERVER_ERROR, text)
}

/// Whose settings these are; a broker takes its own only.
fn whom(broker: &Broker, name: &str) -> Result<Option<i32>, Refused> {
    if name.is_empty() {
        return Ok(None);
    }
    let invalid = |text: String| Refused::new(ErrorCode::INVALID_REQUEST, text);
    let Ok(id) = name.parse::<i32>() else {
        return Err(invalid(format!("Broker id must be an integer, but it is: {name}")));
    };
    match id == broker.id.0 {
        true => Ok(Some(id)),
        false => Err(invalid(format!(
            "Unexpected broker id, expected {}, but received {name}",
            broker.id
        ))),
    }
}

/// A password may not lie in ZooKeeper for everyone to read.
fn check_secrets(wanted: &Properties) -> Result<(), Refused> {
    let secret = |name: &str| find_key(name).is_some_and(|key| key.is_sensitive());
    let secret = wanted.iter().find(|(name, _)| secret(name));
    secret.map_or(Ok(()), |(name, _)| {
        let text = format!("{name}: passwords are not taken while the broker runs");
        Err(Refused::new(ErrorCode::INVALID_REQUEST, text))
    })
}

/// What ZooKeeper holds at the moment.
async fn held(broker: &Broker, entity: &Entity) -> client::Result<Properties> {
    let data = match broker.zookeeper().get(&entity.znode(), false).await {
        Ok((data, _)) => data.unwrap_or_default(),
        Err(error) if error.keeper() == Some(KeeperError::NoNode) => Default::default(),
        Err(error) => return Err(error),
    };
    // What cannot be read is replaced; the broker has said so in its log when it came.
    Ok(properties(&znode::config::decode(&data).unwrap_or_default()))
}
