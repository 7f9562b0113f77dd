//! The rules between keys that a broker holds at start, in Kafka's words.

use super::BrokerConfig;
use crate::config::{ClassName, Error, Properties};

/// A rule that does not hold is a conflict of this text.
fn require(holds: bool, message: &str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::conflict(message)) }
}

/// A megabyte: a cleaner's table of keys is of no use below it.
const DEDUPE_BYTES_PER_THREAD_MIN: i64 = 1024 * 1024;

impl BrokerConfig {
    pub(super) fn check(&self, properties: &Properties) -> Result<(), Error> {
        self.check_mode()?;
        self.check_id()?;
        self.check_log()?;
        self.check_replication()?;
        self.check_network()?;
        self.check_groups()?;
        self.check_classes()?;
        self.check_inter_broker(properties)?;
        let listeners = self.listeners()?;
        let inter_broker = listeners.bound(&listeners.inter_broker);
        let mechanism = &self.sasl_mechanism_inter_broker_protocol;
        require(
            !inter_broker.is_some_and(|endpoint| endpoint.protocol.is_sasl())
                || self.sasl_enabled_mechanisms.contains(mechanism)
                || listener_mechanisms(properties, &listeners.inter_broker, mechanism),
            "sasl.mechanism.inter.broker.protocol must be included in sasl.enabled.mechanisms when \
             SASL is used for inter-broker communication",
        )
    }

    /// The state of this broker's cluster is in ZooKeeper.
    fn check_mode(&self) -> Result<(), Error> {
        require(
            self.process_roles.is_empty(),
            "process.roles asks for KRaft, which is not offered: leave it out and set \
             zookeeper.connect",
        )?;
        require(
            !self.zookeeper_metadata_migration_enable,
            "zookeeper.metadata.migration.enable asks for the move to KRaft, which is not offered",
        )?;
        require(
            !self.remote_log_storage_system_enable,
            "remote.log.storage.system.enable asks for tiered storage, which is not offered",
        )?;
        require(
            self.zookeeper_connect.is_some(),
            "Missing required configuration `zookeeper.connect` which has no default value.",
        )
    }

    fn check_id(&self) -> Result<(), Error> {
        let id = self.broker_id;
        if self.broker_id_generation_enable {
            return require(
                id >= -1 && id <= self.reserved_broker_max_id,
                "broker.id must be greater than or equal to -1 and not greater than \
                 reserved.broker.max.id",
            );
        }
        require(id >= 0, "broker.id must be greater than or equal to 0")
    }

    fn check_log(&self) -> Result<(), Error> {
        require(self.roll_ms() >= 1, "log.roll.ms must be greater than or equal to 1")?;
        require(
            self.roll_jitter_ms() >= 0,
            "log.roll.jitter.ms must be greater than or equal to 0",
        )?;
        require(
            self.retention_ms() != 0,
            "log.retention.ms must be unlimited (-1) or, greater than or equal to 1",
        )?;
        require(
            !self.log_dirs().is_empty(),
            "At least one log directory must be defined via log.dirs or log.dir.",
        )?;
        let threads = i64::from(self.log_cleaner_threads.max(1));
        require(
            self.log_cleaner_dedupe_buffer_size / threads > DEDUPE_BYTES_PER_THREAD_MIN,
            "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.",
        )
    }

    fn check_replication(&self) -> Result<(), Error> {
        require(
            self.replica_fetch_wait_max_ms <= self.replica_socket_timeout_ms,
            "replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to \
             prevent unnecessary socket timeouts",
        )?;
        require(
            i64::from(self.replica_fetch_wait_max_ms) <= self.replica_lag_time_max_ms,
            "replica.fetch.wait.max.ms should always be less than or equal to \
             replica.lag.time.max.ms to prevent frequent changes in ISR",
        )?;
        let acks = self.offsets_commit_required_acks;
        require(
            acks >= -1 && acks <= self.offsets_topic_replication_factor,
            "offsets.commit.required.acks must be greater or equal -1 and less or equal to \
             offsets.topic.replication.factor",
        )
    }

    fn check_network(&self) -> Result<(), Error> {
        require(
            self.queued_max_request_bytes <= 0
                || self.queued_max_request_bytes >= i64::from(self.socket_request_max_bytes),
            "queued.max.request.bytes must be larger or equal to socket.request.max.bytes",
        )?;
        require(
            self.max_connections_per_ip != 0 || !self.max_connections_per_ip_overrides.is_empty(),
            "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides \
             property is set.",
        )?;
        self.connections_per_ip()?;
        if self.connections_max_idle_ms >= 0
            && i64::from(self.connection_failed_authentication_delay_ms)
                >= self.connections_max_idle_ms
        {
            return Err(Error::conflict(format!(
                "connection.failed.authentication.delay.ms={} should always be less than \
                 connections.max.idle.ms={} to prevent failed authentication responses from timing \
                 out",
                self.connection_failed_authentication_delay_ms, self.connections_max_idle_ms
            )));
        }
        Ok(())
    }

    /// `max.connections.per.ip.overrides` by address.
    pub fn connections_per_ip(&self) -> Result<Vec<(String, i32)>, Error> {
        let key = "max.connections.per.ip.overrides";
        let text = &self.max_connections_per_ip_overrides;
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items
            .map(|item| {
                let (address, count) = item.rsplit_once(':')?;
                let count = count.trim().parse().ok().filter(|count| *count >= 0)?;
                Some((address.trim().to_owned(), count))
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| Error::invalid(key, text, "expected address:count,..."))
    }

    fn check_groups(&self) -> Result<(), Error> {
        let ordered = [
            (
                self.group_consumer_max_heartbeat_interval_ms,
                self.group_consumer_min_heartbeat_interval_ms,
                "group.consumer.max.heartbeat.interval.ms must be greater than or equal to \
                 group.consumer.min.heartbeat.interval.ms",
            ),
            (
                self.group_consumer_max_session_timeout_ms,
                self.group_consumer_min_session_timeout_ms,
                "group.consumer.max.session.timeout.ms must be greater than or equal to \
                 group.consumer.min.session.timeout.ms",
            ),
            (
                self.group_max_session_timeout_ms,
                self.group_min_session_timeout_ms,
                "group.max.session.timeout.ms must be greater than or equal to \
                 group.min.session.timeout.ms",
            ),
        ];
        ordered.iter().try_for_each(|(more, less, message)| require(more >= less, message))
    }

    /// A class that should guard something and cannot be loaded must stop the start: running
    /// without it would be less safe than the file says.
    fn check_classes(&self) -> Result<(), Error> {
        let refused = [
            ("alter.config.policy.class.name", &self.alter_config_policy_class_name),
            ("create.topic.policy.class.name", &self.create_topic_policy_class_name),
            ("client.quota.callback.class", &self.client_quota_callback_class),
        ];
        for (key, class) in refused {
            if let Some(ClassName(name)) = class.as_ref().filter(|class| !class.0.is_empty()) {
                return Err(Error::invalid(key, name, "Java classes cannot be loaded here"));
            }
        }
        let principals = &self.principal_builder_class;
        if principals.simple() != "DefaultKafkaPrincipalBuilder" {
            let expected = "only Kafka's DefaultKafkaPrincipalBuilder is known here";
            return Err(Error::invalid("principal.builder.class", &principals.0, expected));
        }
        let authorizer = ClassName(self.authorizer_class_name.clone());
        match authorizer.simple() {
            "" | "AclAuthorizer" | "SimpleAclAuthorizer" => Ok(()),
            _ => Err(Error::invalid(
                "authorizer.class.name",
                &authorizer.0,
                "only kafka.security.authorizer.AclAuthorizer and \
                 kafka.security.auth.SimpleAclAuthorizer are known here",
            )),
        }
    }
}

/// Whether the listener's own mechanisms hold the one brokers use.
fn listener_mechanisms(properties: &Properties, listener: &str, mechanism: &str) -> bool {
    let key = format!("{}sasl.enabled.mechanisms", super::listener_prefix(listener));
    let own = properties.get(&key).unwrap_or_default();
    own.split(',').any(|item| item.trim() == mechanism)
}
