//! The broker's settings: the rows, and what follows from several of them together.
//!
//! [`BrokerConfig::parse`] is the way in: it reads every row and then holds the rules between keys,
//! as a broker does at start. Values that several keys give together are methods: log folders,
//! retention, listeners.

mod listeners;
mod rows;
mod rules;
mod version;

use std::path::PathBuf;

pub use listeners::{Endpoint, Listeners, SecurityProtocol};
pub use rows::BrokerConfig;
pub use version::ProtocolVersion;
pub(super) use version::version;

use super::{Error, Key, Origin, Properties, nearest};

/// A key that is not known, and the known one that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    pub name: String,
    pub nearest: Option<String>,
}

impl std::fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "The configuration '{}' was supplied but isn't a known config.", self.name)?;
        match &self.nearest {
            Some(name) => write!(f, " Did you mean '{name}'?"),
            None => Ok(()),
        }
    }
}

impl BrokerConfig {
    /// Reads a broker's properties and holds every rule that a start holds.
    pub fn parse(properties: &Properties) -> Result<BrokerConfig, Error> {
        let properties = with_node_id(properties)?;
        let config = BrokerConfig::read(&properties)?;
        config.check(&properties).map_err(|error| {
            let file = || Origin { file: properties.file().map(Into::into), line: None };
            let origin = error.key().map_or_else(file, |key| properties.origin(key));
            error.with_origin(origin)
        })?;
        Ok(config)
    }

    /// The settings as one listener sees them: `listener.name.<name>.<key>` goes before `<key>`.
    pub fn for_listener(properties: &Properties, listener: &str) -> Result<BrokerConfig, Error> {
        let prefix = listener_prefix(listener);
        let mut own = properties.clone();
        for (key, value) in properties.iter() {
            if let Some(key) = key.strip_prefix(&prefix) {
                own.set(key, value);
            }
        }
        BrokerConfig::read(&with_node_id(&own)?)
    }

    /// The folders of the logs.
    pub fn log_dirs(&self) -> Vec<PathBuf> {
        let dirs = self.log_dirs.as_deref().unwrap_or(&self.log_dir);
        dirs.split(',').map(str::trim).filter(|dir| !dir.is_empty()).map(PathBuf::from).collect()
    }

    /// How long segments are kept, in milliseconds; -1 is forever.
    pub fn retention_ms(&self) -> i64 {
        let minutes = || self.log_retention_minutes.map(|minutes| i64::from(minutes) * 60_000);
        let hours = i64::from(self.log_retention_hours) * 3_600_000;
        let ms = self.log_retention_ms.or_else(minutes).unwrap_or(hours);
        if ms < 0 { -1 } else { ms }
    }

    /// When a segment rolls by age, in milliseconds.
    pub fn roll_ms(&self) -> i64 {
        self.log_roll_ms.unwrap_or(i64::from(self.log_roll_hours) * 3_600_000)
    }

    /// By how much rolling is shortened by chance at most, in milliseconds.
    pub fn roll_jitter_ms(&self) -> i64 {
        self.log_roll_jitter_ms.unwrap_or(i64::from(self.log_roll_jitter_hours) * 3_600_000)
    }

    /// How long records stay unforced, in milliseconds.
    pub fn flush_interval_ms(&self) -> i64 {
        self.log_flush_interval_ms.unwrap_or(self.log_flush_scheduler_interval_ms)
    }

    /// How long to wait for ZooKeeper at start, in milliseconds.
    pub fn zookeeper_connection_timeout(&self) -> i32 {
        self.zookeeper_connection_timeout_ms.unwrap_or(self.zookeeper_session_timeout_ms)
    }

    /// The number the file gives this broker; `None` where one is to be generated, above
    /// `reserved.broker.max.id`.
    pub fn fixed_broker_id(&self) -> Option<i32> {
        (self.broker_id >= 0).then_some(self.broker_id)
    }

    /// The keys in `properties` that no row knows, for a warning each.
    pub fn unknown_keys(properties: &Properties) -> Vec<UnknownKey> {
        let unknown = properties.iter().filter(|(name, _)| BrokerConfig::key(name).is_none());
        let known = || BrokerConfig::own_keys().iter().map(|key| key.name);
        unknown
            .map(|(name, _)| UnknownKey {
                name: name.to_owned(),
                nearest: nearest(name, known()).map(str::to_owned),
            })
            .collect()
    }

    /// The row of a key, its listener prefix (and mechanism) taken off.
    pub fn key(name: &str) -> Option<&'static Key> {
        row(name).or_else(|| row(without_prefix(name)?))
    }
}

/// `listener.name.external.`, as settings of one listener begin.
pub fn listener_prefix(listener: &str) -> String {
    format!("listener.name.{}.", listener.to_ascii_lowercase())
}

/// How long the prefix of a key of one listener is, mechanism included; `None` for other keys.
pub(super) fn listener_prefix_of(name: &str) -> Option<usize> {
    Some(name.len() - without_prefix(name)?.len())
}

/// The row of exactly this name; rows are sorted by name.
fn row(name: &str) -> Option<&'static Key> {
    let keys = BrokerConfig::own_keys();
    let at = keys.binary_search_by(|key| key.name.cmp(name)).ok()?;
    keys.get(at)
}

/// The key behind `listener.name.<listener>.` and perhaps `<mechanism>.`.
fn without_prefix(name: &str) -> Option<&str> {
    let (_listener, key) = name.strip_prefix("listener.name.")?.split_once('.')?;
    if row(key).is_some() {
        return Some(key);
    }
    let (_mechanism, key) = key.split_once('.')?;
    row(key).map(|_| key)
}

/// `node.id` and `broker.id` are one number under two names.
fn with_node_id(properties: &Properties) -> Result<Properties, Error> {
    let mut properties = properties.clone();
    let ids = (properties.get("broker.id"), properties.get("node.id"));
    match (ids.0.map(str::to_owned), ids.1.map(str::to_owned)) {
        (Some(broker), Some(node)) if broker.trim() != node.trim() => {
            return Err(Error::conflict(
                "You must set `node.id` to the same value as `broker.id`.",
            ));
        }
        (Some(id), None) => properties.set("node.id", id),
        (None, Some(id)) => properties.set("broker.id", id),
        _ => {}
    }
    Ok(properties)
}

#[cfg(test)]
mod tests;
