//! Clients' settings: the rows, and the rules between keys that a client holds when it is made.

mod rows;

pub use rows::{AdminConfig, ConnectionConfig, ConsumerConfig, ProducerConfig};

use super::broker::{SecurityProtocol, UnknownKey};
use super::{Error, Key, Properties, find, nearest};

/// How many requests of an idempotent producer a broker can put in order (KAFKA-5494).
const IDEMPOTENT_IN_FLIGHT_MAX: i32 = 5;

impl ConnectionConfig {
    /// How brokers are spoken to.
    pub fn protocol(&self) -> SecurityProtocol {
        let known = SecurityProtocol::parse(&self.security_protocol);
        known.expect("the check of security.protocol takes known names only")
    }
}

impl ProducerConfig {
    /// Reads a producer's properties and holds the rules between keys.
    ///
    /// Idempotence is the default and gives way to settings it cannot live with; asked for in so
    /// many words, it makes those an error.
    pub fn parse(properties: &Properties) -> Result<ProducerConfig, Error> {
        let mut config = ProducerConfig::read(properties)?;
        let is_asked = properties.get("enable.idempotence").is_some();
        let is_transactional = config.transactional_id.is_some();
        if is_transactional && !config.enable_idempotence {
            return Err(Error::conflict(
                "Cannot set a transactional.id without also enabling idempotence.",
            ));
        }
        if let Some(message) = config.idempotence_conflict().filter(|_| config.enable_idempotence) {
            // KIP-679: too many requests in flight are refused even where nobody asked.
            let in_flight = config.max_in_flight_requests_per_connection;
            if is_asked || is_transactional || in_flight > IDEMPOTENT_IN_FLIGHT_MAX {
                return Err(Error::conflict(message));
            }
            config.enable_idempotence = false;
        }
        config.check_delivery(properties)?;
        Ok(config)
    }

    /// What makes idempotence impossible.
    fn idempotence_conflict(&self) -> Option<&'static str> {
        if self.retries == 0 {
            return Some("Must set retries to non-zero when using the idempotent producer.");
        }
        if self.acks_number() != -1 {
            return Some(
                "Must set acks to all in order to use the idempotent producer. Otherwise we cannot \
                 guarantee idempotence.",
            );
        }
        if self.max_in_flight_requests_per_connection > IDEMPOTENT_IN_FLIGHT_MAX {
            return Some(
                "Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent \
                 producer.",
            );
        }
        None
    }

    /// Nobody may wait shorter for a delivery than one attempt takes. The default gives way.
    fn check_delivery(&mut self, properties: &Properties) -> Result<(), Error> {
        let attempt = self.linger_ms.saturating_add(i64::from(self.connection.request_timeout_ms));
        if i64::from(self.delivery_timeout_ms) >= attempt {
            return Ok(());
        }
        if properties.get("delivery.timeout.ms").is_some() {
            return Err(Error::conflict(
                "delivery.timeout.ms should be equal to or larger than linger.ms + \
                 request.timeout.ms",
            ));
        }
        self.delivery_timeout_ms = i32::try_from(attempt).unwrap_or(i32::MAX);
        Ok(())
    }

    /// `acks` as the wire has it: 0, 1, or -1 for all.
    pub fn acks_number(&self) -> i16 {
        self.acks.parse().unwrap_or(-1)
    }
}

impl ConsumerConfig {
    /// Reads a consumer's properties and holds the rules between keys.
    pub fn parse(properties: &Properties) -> Result<ConsumerConfig, Error> {
        let mut config = ConsumerConfig::read(properties)?;
        if config.heartbeat_interval_ms >= config.session_timeout_ms {
            return Err(Error::conflict(format!(
                "heartbeat.interval.ms ({}) must be lower than session.timeout.ms ({})",
                config.heartbeat_interval_ms, config.session_timeout_ms
            )));
        }
        if config.group_id.is_none() {
            if properties.get("enable.auto.commit").is_some() && config.enable_auto_commit {
                return Err(Error::conflict(
                    "enable.auto.commit cannot be set to true when default group id (null) is used.",
                ));
            }
            config.enable_auto_commit = false;
        }
        Ok(config)
    }
}

impl AdminConfig {
    /// Reads an admin client's properties.
    pub fn parse(properties: &Properties) -> Result<AdminConfig, Error> {
        AdminConfig::read(properties)
    }
}

/// The keys in `properties` that none of `keys` is, for a warning each.
pub fn unknown_keys(keys: &[&'static Key], properties: &Properties) -> Vec<UnknownKey> {
    let unknown = properties.iter().filter(|(name, _)| find(keys, name).is_none());
    unknown
        .map(|(name, _)| UnknownKey {
            name: name.to_owned(),
            nearest: nearest(name, keys.iter().map(|key| key.name)).map(str::to_owned),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(pairs: &[(&str, &str)]) -> Properties {
        pairs.iter().copied().collect()
    }

    #[test]
    fn idempotence_gives_way_unless_it_was_asked_for() {
        let parse = |pairs: &[(&str, &str)]| ProducerConfig::parse(&properties(pairs));
        let config = parse(&[]).unwrap();
        assert!(config.enable_idempotence && config.acks_number() == -1);
        assert_eq!(config.connection.protocol(), SecurityProtocol::Plaintext);
        assert!(!parse(&[("acks", "1")]).unwrap().enable_idempotence);
        assert!(!parse(&[("retries", "0")]).unwrap().enable_idempotence);
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("acks", "1"), ("enable.idempotence", "true")], "Must set acks to all"),
            (&[("acks", "0"), ("transactional.id", "t")], "Must set acks to all"),
            (&[("max.in.flight.requests.per.connection", "6")], "Must set max.in.flight"),
            (
                &[("transactional.id", "t"), ("enable.idempotence", "false")],
                "Cannot set a transactional.id",
            ),
            (&[("delivery.timeout.ms", "1")], "delivery.timeout.ms should be"),
            (&[("acks", "2")], "Invalid value 2 for configuration acks: String must be one of"),
        ];
        for (pairs, message) in cases {
            let error = parse(pairs).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
        let config = parse(&[("request.timeout.ms", "200000")]).unwrap();
        assert_eq!(config.delivery_timeout_ms, 200_000);
    }

    #[test]
    fn a_consumer_without_a_group_commits_nothing() {
        let parse = |pairs: &[(&str, &str)]| ConsumerConfig::parse(&properties(pairs));
        assert!(!parse(&[]).unwrap().enable_auto_commit);
        assert!(parse(&[("group.id", "g")]).unwrap().enable_auto_commit);
        assert!(parse(&[("enable.auto.commit", "true")]).is_err());
        assert!(parse(&[("session.timeout.ms", "3000")]).is_err());
        let unknown = unknown_keys(&ConsumerConfig::keys(), &properties(&[("group.ids", "g")]));
        assert_eq!(unknown[0].nearest.as_deref(), Some("group.id"));
    }
}
