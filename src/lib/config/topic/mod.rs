//! A topic's settings: the rows, and how they are built from the broker's and the topic's own.

mod rows;

pub use rows::TopicConfig;

use super::broker::ProtocolVersion;
use super::{Error, Key, Properties, Value, find, nearest};

/// Which clock stamps records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampType {
    CreateTime,
    LogAppendTime,
}

/// "As retention.ms" and "as retention.bytes" of the local limits of tiered storage.
const AS_RETENTION: i64 = -2;

impl TopicConfig {
    /// The settings of a topic: each is the topic's own, else the broker's, else the default.
    ///
    /// `broker` holds what is in force there (see [`super::dynamic::Layers::effective`]).
    pub fn build(broker: &Properties, overrides: &Properties) -> Result<TopicConfig, Error> {
        let mut effective = Properties::new();
        for key in TopicConfig::own_keys() {
            let own = overrides.get(key.name).map(str::to_owned);
            let value = match own {
                Some(own) => Some(own),
                None => inherited(key, broker)?,
            };
            if let Some(value) = value {
                effective.set(key.name, value);
            }
        }
        TopicConfig::read(&effective)
    }

    /// The row of that name.
    pub fn key(name: &str) -> Option<&'static Key> {
        TopicConfig::own_keys().iter().find(|key| key.name == name)
    }

    /// Tests what a client wants a topic's overrides to be, as CreateTopics and AlterConfigs do.
    pub fn validate(broker: &Properties, overrides: &Properties) -> Result<TopicConfig, Error> {
        let keys = TopicConfig::keys();
        for (name, text) in overrides.iter() {
            let Some(key) = find(&keys, name) else {
                let mut message = format!("Unknown topic config name: {name}");
                if let Some(name) = nearest(name, keys.iter().map(|key| key.name)) {
                    message.push_str(&format!(". Did you mean '{name}'?"));
                }
                return Err(Error::Unknown { message });
            };
            key.parse(text).map_err(|expected| Error::invalid(name, text, expected))?;
        }
        let config = TopicConfig::build(broker, overrides)?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), Error> {
        if self.min_compaction_lag_ms > self.max_compaction_lag_ms {
            return Err(Error::conflict(format!(
                "conflict topic config setting min.compaction.lag.ms ({}) > max.compaction.lag.ms \
                 ({})",
                self.min_compaction_lag_ms, self.max_compaction_lag_ms
            )));
        }
        if self.remote_storage_enable {
            return Err(Error::conflict(
                "Tiered Storage functionality is disabled in the broker. Topic cannot be \
                 configured with remote log storage.",
            ));
        }
        let local_ms = self.local_retention_ms;
        if local_ms != AS_RETENTION && self.retention_ms >= 0 && local_ms > self.retention_ms {
            return Err(Error::invalid(
                "local.retention.ms",
                local_ms,
                format!(
                    "Value must not be more than property retention.ms value: {}",
                    self.retention_ms
                ),
            ));
        }
        let local_bytes = self.local_retention_bytes;
        let bytes = self.retention_bytes;
        if local_bytes != AS_RETENTION && bytes >= 0 && local_bytes > bytes {
            return Err(Error::invalid(
                "local.retention.bytes",
                local_bytes,
                format!("Value must not be more than property retention.bytes value: {bytes}"),
            ));
        }
        Ok(())
    }

    /// Whether old records of a key give way to newer ones.
    pub fn is_compacted(&self) -> bool {
        self.cleanup_policy.iter().any(|policy| policy == "compact")
    }

    /// Whether old segments are deleted.
    pub fn is_deleted(&self) -> bool {
        self.cleanup_policy.iter().any(|policy| policy == "delete")
    }

    /// Which clock stamps records.
    pub fn timestamp_type(&self) -> TimestampType {
        match self.message_timestamp_type.as_str() {
            "LogAppendTime" => TimestampType::LogAppendTime,
            _ => TimestampType::CreateTime,
        }
    }

    /// How far in the past a timestamp may lie; the older key counts where this one says nothing.
    pub fn timestamp_before_max_ms(&self) -> i64 {
        match self.message_timestamp_before_max_ms {
            i64::MAX => self.message_timestamp_difference_max_ms,
            ms => ms,
        }
    }

    /// How far in the future a timestamp may lie; the older key counts where this one says nothing.
    pub fn timestamp_after_max_ms(&self) -> i64 {
        match self.message_timestamp_after_max_ms {
            i64::MAX => self.message_timestamp_difference_max_ms,
            ms => ms,
        }
    }

    /// The record format on disk. From 3.0 on it is always v2 (KIP-724); before, the topic says,
    /// and never beyond what brokers speak among themselves.
    pub fn record_magic(&self, inter_broker: ProtocolVersion) -> i8 {
        if inter_broker >= ProtocolVersion::V3_0_IV1 {
            return 2;
        }
        let version = self.message_format_version.min(inter_broker);
        if version >= ProtocolVersion::V0_11_0_IV0 {
            2
        } else if version >= ProtocolVersion::V0_10_0_IV0 {
            1
        } else {
            0
        }
    }
}

/// What the broker says in the place of a topic's key: the first key of the row that it sets.
pub(super) fn inherited(key: &Key, broker: &Properties) -> Result<Option<String>, Error> {
    let found = key.inherits().find_map(|(name, unit)| Some((name, unit, broker.get(name)?)));
    let Some((name, unit, text)) = found else { return Ok(None) };
    if unit == 1 {
        return Ok(Some(text.trim().to_owned()));
    }
    let number: i64 =
        text.trim().parse().map_err(|_| Error::invalid(name, text, "Not a number of type INT"))?;
    // -1 is "without limit" in every unit.
    let scaled = if number < 0 { -1 } else { number.saturating_mul(unit) };
    Ok(Some(Value::Long(scaled).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::BrokerConfig;

    fn properties(pairs: &[(&str, &str)]) -> Properties {
        pairs.iter().copied().collect()
    }

    #[test]
    fn a_topic_follows_its_broker() {
        let cases: &[(&[(&str, &str)], &[(&str, &str)], i64)] = &[
            (&[], &[], 604_800_000),
            (&[("log.retention.hours", "1")], &[], 3_600_000),
            (&[("log.retention.hours", "1"), ("log.retention.minutes", "2")], &[], 120_000),
            (&[("log.retention.ms", "3"), ("log.retention.minutes", "2")], &[], 3),
            (&[("log.retention.hours", "-1")], &[], -1),
            (&[("log.retention.ms", "3")], &[("retention.ms", "4")], 4),
        ];
        for (broker, topic, expected) in cases {
            let config = TopicConfig::build(&properties(broker), &properties(topic)).unwrap();
            assert_eq!(config.retention_ms, *expected, "{broker:?} {topic:?}");
        }
        let broker = properties(&[("message.max.bytes", "10"), ("log.cleanup.policy", "compact")]);
        let config = TopicConfig::build(&broker, &Properties::new()).unwrap();
        assert_eq!((config.max_message_bytes, config.is_compacted()), (10, true));
        assert!(!config.is_deleted());
    }

    #[test]
    fn rows_and_the_broker_keys_they_follow_agree() {
        for key in TopicConfig::own_keys() {
            let followed: Vec<_> = key.inherits().collect();
            let known = followed.iter().all(|(name, _)| BrokerConfig::key(name).is_some());
            assert!(known, "{}", key.name);
            let Some((name, unit)) = followed
                .iter()
                .find(|(name, _)| BrokerConfig::key(name).unwrap().default_text().is_some())
            else {
                continue;
            };
            let text = BrokerConfig::key(name).unwrap().default_text().unwrap();
            let broker = properties(&[(name, text)]);
            let text = inherited(key, &broker).unwrap().unwrap();
            assert_eq!(Some(text.as_str()), key.default_text(), "{} {unit}", key.name);
        }
    }

    #[test]
    fn wrong_overrides_are_refused_in_kafkas_words() {
        let cases = [
            ("bogus", "1", "Unknown topic config name: bogus"),
            (
                "retention.mss",
                "1",
                "Unknown topic config name: retention.mss. Did you mean 'retention.ms'?",
            ),
            (
                "retention.ms",
                "abc",
                "Invalid value abc for configuration retention.ms: Not a number of type LONG",
            ),
            (
                "cleanup.policy",
                "bogus",
                "Invalid value bogus for configuration cleanup.policy: String must be one of: \
                 compact, delete",
            ),
            ("min.compaction.lag.ms", "9223372036854775807", ""),
            (
                "remote.storage.enable",
                "true",
                "Tiered Storage functionality is disabled in the broker. Topic cannot be \
                 configured with remote log storage.",
            ),
        ];
        for (key, value, expected) in cases {
            let result = TopicConfig::validate(&Properties::new(), &properties(&[(key, value)]));
            let said = result.err().map(|error| error.to_string()).unwrap_or_default();
            assert_eq!(said, expected);
        }
        let lag = properties(&[("min.compaction.lag.ms", "2"), ("max.compaction.lag.ms", "1")]);
        let error = TopicConfig::validate(&Properties::new(), &lag).unwrap_err();
        assert!(error.to_string().starts_with("conflict topic config setting"), "{error}");
    }

    #[test]
    fn the_record_format_follows_the_older_of_two_versions() {
        let cases = [
            ("0.9.0", "3.9", 2),
            ("0.9.0", "2.8", 0),
            ("0.10.2", "2.8", 1),
            ("2.4", "0.10.0", 1),
            ("2.4", "2.4", 2),
        ];
        for (topic, broker, magic) in cases {
            let own = properties(&[("message.format.version", topic)]);
            let config = TopicConfig::build(&Properties::new(), &own).unwrap();
            let broker = ProtocolVersion::parse(broker).unwrap();
            assert_eq!(config.record_magic(broker), magic, "{topic} {broker}");
        }
    }
}
