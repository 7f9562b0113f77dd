//! How each image turns a variable's name into a key.

use super::{Environment, get};

/// The image whose variables an environment is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// wurstmeister/kafka.
    Wurstmeister,
    /// confluentinc/cp-kafka.
    Confluent,
    /// apache/kafka.
    Apache,
    /// bitnami/kafka.
    Bitnami,
}

/// What wurstmeister's script leaves out of the properties. The last two are read by its other
/// script; they would only be unknown keys.
const WURSTMEISTER_EXCLUDED: &[&str] = &[
    "KAFKA_VERSION",
    "KAFKA_HOME",
    "KAFKA_DEBUG",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_HEAP_OPTS",
    "KAFKA_JMX_OPTS",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_LOG",
    "KAFKA_OPTS",
    "KAFKA_CREATE_TOPICS",
    "KAFKA_CREATE_TOPICS_SEPARATOR",
];

/// What apache/kafka leaves out of the properties.
const APACHE_EXCLUDED: &[&str] = &[
    "KAFKA_VERSION",
    "KAFKA_HEAP_OPTS",
    "KAFKA_LOG4J_OPTS",
    "KAFKA_OPTS",
    "KAFKA_JMX_OPTS",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_LOG4J_ROOT_LOGLEVEL",
    "KAFKA_LOG4J_LOGGERS",
    "KAFKA_TOOLS_LOG4J_LOGLEVEL",
    "KAFKA_JMX_HOSTNAME",
];

/// What cp-kafka leaves out. A comma is missing in its own list, so that heap and log4j options do
/// reach the properties there; here they are left out, as was meant.
const CONFLUENT_EXCLUDED: &[&str] = &[
    "KAFKA_VERSION",
    "KAFKA_HEAP_OPTS",
    "KAFKA_LOG4J_OPTS",
    "KAFKA_OPTS",
    "KAFKA_JMX_OPTS",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_LOG4J_ROOT_LOGLEVEL",
    "KAFKA_LOG4J_LOGGERS",
    "KAFKA_TOOLS_LOG4J_LOGLEVEL",
];

/// Bitnami's older names, without their prefix, and the key each means.
const BITNAMI_ALIASES: &[(&str, &str)] = &[
    ("KAFKA_ADVERTISED_LISTENERS", "advertised.listeners"),
    ("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "auto.create.topics.enable"),
    ("KAFKA_BROKER_ID", "broker.id"),
    ("KAFKA_DEFAULT_REPLICATION_FACTOR", "default.replication.factor"),
    ("KAFKA_DELETE_TOPIC_ENABLE", "delete.topic.enable"),
    ("KAFKA_INTER_BROKER_LISTENER_NAME", "inter.broker.listener.name"),
    ("KAFKA_LISTENERS", "listeners"),
    ("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "listener.security.protocol.map"),
    ("KAFKA_LOGS_DIRS", "log.dirs"),
    ("KAFKA_LOG_FLUSH_INTERVAL_MESSAGES", "log.flush.interval.messages"),
    ("KAFKA_LOG_FLUSH_INTERVAL_MS", "log.flush.interval.ms"),
    ("KAFKA_LOG_MESSAGE_FORMAT_VERSION", "log.message.format.version"),
    ("KAFKA_LOG_RETENTION_BYTES", "log.retention.bytes"),
    ("KAFKA_LOG_RETENTION_CHECK_INTERVALS_MS", "log.retention.check.interval.ms"),
    ("KAFKA_LOG_RETENTION_HOURS", "log.retention.hours"),
    ("KAFKA_MAX_MESSAGE_BYTES", "message.max.bytes"),
    ("KAFKA_NUM_IO_THREADS", "num.io.threads"),
    ("KAFKA_NUM_NETWORK_THREADS", "num.network.threads"),
    ("KAFKA_NUM_PARTITIONS", "num.partitions"),
    ("KAFKA_NUM_RECOVERY_THREADS_PER_DATA_DIR", "num.recovery.threads.per.data.dir"),
    ("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "offsets.topic.replication.factor"),
    ("KAFKA_PORT_NUMBER", "port"),
    ("KAFKA_SEGMENT_BYTES", "log.segment.bytes"),
    ("KAFKA_SOCKET_RECEIVE_BUFFER_BYTES", "socket.receive.buffer.bytes"),
    ("KAFKA_SOCKET_REQUEST_MAX_BYTES", "socket.request.max.bytes"),
    ("KAFKA_SOCKET_SEND_BUFFER_BYTES", "socket.send.buffer.bytes"),
    ("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "transaction.state.log.min.isr"),
    ("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "transaction.state.log.replication.factor"),
    ("KAFKA_ZOOKEEPER_CONNECT", "zookeeper.connect"),
    ("KAFKA_ZOOKEEPER_CONNECT_TIMEOUT_MS", "zookeeper.connection.timeout.ms"),
];

impl Dialect {
    /// Guesses the dialect by the variables only one image has. Where none is there, cp's and
    /// apache's rules agree for all names that are written well.
    pub fn detect(environment: &Environment) -> Dialect {
        let has = |name: &str| get(environment, name).is_some();
        let only_bitnami = environment.keys().any(|name| name.starts_with("KAFKA_CFG_"));
        if only_bitnami || has("ALLOW_PLAINTEXT_LISTENER") {
            return Dialect::Bitnami;
        }
        let only_wurstmeister = [
            "HOSTNAME_COMMAND",
            "PORT_COMMAND",
            "BROKER_ID_COMMAND",
            "RACK_COMMAND",
            "KAFKA_CREATE_TOPICS",
            "KAFKA_ADVERTISED_HOST_NAME",
        ];
        if only_wurstmeister.into_iter().any(has) {
            return Dialect::Wurstmeister;
        }
        if has("CLUSTER_ID") { Dialect::Apache } else { Dialect::Confluent }
    }

    /// The key a variable sets; `None` for variables that are not the broker's.
    pub fn key(self, variable: &str) -> Option<String> {
        let excluded = match self {
            Dialect::Wurstmeister => WURSTMEISTER_EXCLUDED,
            Dialect::Confluent => CONFLUENT_EXCLUDED,
            Dialect::Apache => APACHE_EXCLUDED,
            Dialect::Bitnami => &[],
        };
        if excluded.contains(&variable) {
            return None;
        }
        match self {
            Dialect::Wurstmeister => Some(dotted(variable.strip_prefix("KAFKA_")?)),
            Dialect::Confluent => Some(confluent_name(variable.strip_prefix("KAFKA_")?)),
            Dialect::Apache => {
                variable.strip_prefix("KAFKA_")?;
                let name = dotted(&variable.replace("KAFKA_", ""));
                Some(name.replace("...", "-").replace("..", "_"))
            }
            Dialect::Bitnami => match variable.strip_prefix("KAFKA_CFG_") {
                Some(name) => Some(dotted(name)),
                None => {
                    let alias = BITNAMI_ALIASES.iter().find(|(alias, _)| *alias == variable);
                    alias.map(|(_, key)| (*key).to_owned())
                }
            },
        }
    }
}

/// Lower case, each `_` a dot; there is no way to write a dash or an underscore.
fn dotted(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', ".")
}

/// One `_` is a dot, two are an underscore, three are a dash.
fn confluent_name(name: &str) -> String {
    let mut key = String::new();
    let mut run = 0;
    let close = |run: usize, key: &mut String| {
        key.push_str(&"-".repeat(run / 3));
        key.push_str(["", ".", "_"][run % 3]);
    };
    for letter in name.to_ascii_lowercase().chars() {
        if letter == '_' {
            run += 1;
        } else {
            close(run, &mut key);
            run = 0;
            key.push(letter);
        }
    }
    close(run, &mut key);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_every_dialect() {
        let cases: &[(Dialect, &str, Option<&str>)] = &[
            (Dialect::Wurstmeister, "KAFKA_ZOOKEEPER_CONNECT", Some("zookeeper.connect")),
            (Dialect::Wurstmeister, "KAFKA_A__B", Some("a..b")),
            (Dialect::Wurstmeister, "KAFKA_HEAP_OPTS", None),
            (Dialect::Wurstmeister, "KAFKA_CREATE_TOPICS", None),
            (Dialect::Wurstmeister, "PATH", None),
            (Dialect::Confluent, "KAFKA_LOG_DIRS", Some("log.dirs")),
            (Dialect::Confluent, "KAFKA_A__B_C___D", Some("a_b.c-d")),
            (Dialect::Apache, "KAFKA_A__B_C___D", Some("a_b.c-d")),
            (Dialect::Apache, "KAFKA_X_KAFKA_Y", Some("x.y")),
            (Dialect::Apache, "KAFKA_JMX_HOSTNAME", None),
            (Dialect::Bitnami, "KAFKA_CFG_LOG_DIRS", Some("log.dirs")),
            (Dialect::Bitnami, "KAFKA_LOGS_DIRS", Some("log.dirs")),
            (Dialect::Bitnami, "KAFKA_HEAP_OPTS", None),
        ];
        for (dialect, variable, key) in cases {
            assert_eq!(dialect.key(variable).as_deref(), *key, "{dialect:?} {variable}");
        }
    }

    #[test]
    fn dialects_are_told_apart() {
        let detect = |names: &[&str]| {
            let environment =
                names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
            Dialect::detect(&environment)
        };
        assert_eq!(detect(&["KAFKA_CFG_LISTENERS"]), Dialect::Bitnami);
        assert_eq!(detect(&["KAFKA_CREATE_TOPICS"]), Dialect::Wurstmeister);
        assert_eq!(detect(&["KAFKA_ZOOKEEPER_CONNECT", "CLUSTER_ID"]), Dialect::Apache);
        assert_eq!(detect(&["KAFKA_ZOOKEEPER_CONNECT"]), Dialect::Confluent);
    }
}
