//! Layers of settings, and who may change what.

use super::*;
use crate::config::TopicConfig;

fn properties(pairs: &[(&str, &str)]) -> Properties {
    pairs.iter().copied().collect()
}

fn layers(file: &[(&str, &str)]) -> Layers {
    let mut file = properties(file);
    file.set("zookeeper.connect", "localhost");
    Layers::new(file)
}

#[test]
fn the_stronger_source_wins_and_hides_synonyms() {
    let mut layers = layers(&[("log.roll.ms", "5"), ("num.io.threads", "2")]);
    layers.cluster = properties(&[("log.roll.hours", "1"), ("num.io.threads", "3")]);
    layers.broker = properties(&[("num.io.threads", "4")]);
    let config = layers.config().unwrap();
    assert_eq!((config.roll_ms(), config.num_io_threads), (3_600_000, 4));
    let sources: Vec<Source> =
        layers.synonyms("num.io.threads").iter().map(|synonym| synonym.source).collect();
    assert_eq!(sources, [Source::Broker, Source::Cluster, Source::File, Source::Default]);
}

#[test]
fn synonyms_begin_at_the_key_itself() {
    let plain = layers(&[("log.retention.hours", "1")]);
    assert_eq!(plain.synonyms("log.retention.ms"), []);
    let hours: Vec<_> = plain.synonyms("log.retention.hours");
    assert_eq!((hours[0].value.as_deref(), hours[0].source), (Some("1"), Source::File));
    assert_eq!(hours.len(), 2);
    let secret = layers(&[("ssl.key.password", "x"), ("my.plugin", "y")]);
    assert_eq!(secret.synonyms("ssl.key.password")[0].value, None);
    assert_eq!(secret.synonyms("my.plugin")[0].value, None);
}

#[test]
fn what_may_not_change_is_refused_in_kafkas_words() {
    let layers = layers(&[]);
    let cases: &[(bool, &str, &str, &str)] = &[
        (true, "broker.id", "7", "Cannot update these configs dynamically: Set(broker.id)"),
        (
            false,
            "listeners",
            "PLAINTEXT://:1",
            "Cannot update these configs at default cluster level, broker id must be \
             specified: Set(listeners)",
        ),
        (
            true,
            "ssl.keystore.location",
            "/x",
            "These security configs can be dynamically updated only per-listener using the \
             listener prefix: HashSet(ssl.keystore.location)",
        ),
        (
            true,
            "num.io.threads",
            "17",
            "Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread \
             count update validation failed for num.io.threads=17, value should not be \
             greater than double the current value 8 for configuration Invalid dynamic \
             configuration",
        ),
        (
            true,
            "listeners",
            "PLAINTEXT://:1",
            "Cannot update these configs dynamically: Set(listeners)",
        ),
        (
            true,
            "listener.name.plaintext.ssl.keystore.location",
            "/x",
            "Cannot update these configs dynamically: \
             Set(listener.name.plaintext.ssl.keystore.location)",
        ),
        (
            true,
            "listener.name.plaintext.ssl.cipher.suites",
            "x",
            "Invalid value org.apache.kafka.common.config.ConfigException: Configs cannot be \
             updated dynamically for existing listener ListenerName(PLAINTEXT), restart \
             broker or create a new listener for update for configuration Invalid dynamic \
             configuration",
        ),
        (true, "listener.name.plaintext.max.connections", "5", ""),
        (
            true,
            "max.connections.per.ip",
            "0",
            "max.connections.per.ip can be set to zero only if \
             max.connections.per.ip.overrides property is set.",
        ),
        (
            true,
            "log.segment.bytes",
            "x",
            "Invalid value x for configuration log.segment.bytes: Not a number of type INT",
        ),
        (true, "num.io.threads", "16", ""),
        (false, "log.retention.ms", "100000", ""),
        (false, "leader.replication.throttled.rate", "1", ""),
        (true, "plugin.key", "anything", ""),
    ];
    for (per_broker, key, value, expected) in cases {
        let result = layers.validate(*per_broker, &properties(&[(key, value)]));
        let said = result.err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(said, *expected, "{key}");
    }
}

/// Whatever may change at run time is taken by somebody, or is known to change nothing here.
#[test]
fn every_dynamic_row_has_a_taker() {
    let of_topics: Vec<&str> = TopicConfig::own_keys()
        .iter()
        .flat_map(|key| key.inherits().map(|(name, _)| name))
        .collect();
    // `Broker::broker_config_changed`, and who asks for `Broker::current`.
    let of_broker = [
        "max.connection.creation.rate",
        "max.connections",
        "max.connections.per.ip",
        "max.connections.per.ip.overrides",
        "num.recovery.threads.per.data.dir",
        "num.replica.fetchers",
        "producer.id.expiration.ms",
        "transaction.partition.verification.enable",
    ];
    // There are no such threads, classes, tiers or cleaner here: kept and told.
    let kept = [
        "background.threads",
        "log.cleaner.backoff.ms",
        "log.cleaner.dedupe.buffer.size",
        "log.cleaner.io.buffer.load.factor",
        "log.cleaner.io.buffer.size",
        "log.cleaner.io.max.bytes.per.second",
        "log.cleaner.threads",
        "metric.reporters",
        "num.io.threads",
        "num.network.threads",
        "remote.fetch.max.wait.ms",
        "remote.log.index.file.cache.total.size.bytes",
        "remote.log.manager.copy.max.bytes.per.second",
        "remote.log.manager.fetch.max.bytes.per.second",
    ];
    let rows = BrokerConfig::own_keys().iter();
    for key in rows.filter(|key| key.update == Update::ClusterWide) {
        let takers = [&of_topics[..], &of_broker, &kept];
        let count = takers.iter().filter(|names| names.contains(&key.name)).count();
        assert_eq!(count, 1, "{}", key.name);
    }
}

#[test]
fn a_bad_entry_in_zookeeper_costs_only_itself() {
    let mut layers = layers(&[]);
    let held = properties(&[
        ("broker.id", "9"),
        ("listeners", "PLAINTEXT://:1"),
        ("log.segment.bytes", "x"),
        ("message.max.bytes", "7"),
    ]);
    assert_eq!(layers.take(true, &held).len(), 3);
    assert_eq!(layers.config().unwrap().message_max_bytes, 7);
}

#[test]
fn lists_are_added_to_and_taken_from() {
    let change = |op, value: &str| Alteration {
        name: "cleanup.policy".to_owned(),
        op,
        value: Some(value.to_owned()),
    };
    let apply = |held: &[(&str, &str)], change: Alteration| {
        alter(&properties(held), TopicConfig::key, &[change]).unwrap()
    };
    let policy = |properties: &Properties| properties.get("cleanup.policy").map(str::to_owned);
    let appended = apply(&[], change(Op::Append, "compact,delete"));
    assert_eq!(policy(&appended).as_deref(), Some("delete,compact"));
    let taken = apply(&[("cleanup.policy", "compact,delete")], change(Op::Subtract, "delete"));
    assert_eq!(policy(&taken).as_deref(), Some("compact"));
    assert_eq!(policy(&apply(&[("cleanup.policy", "x")], change(Op::Delete, ""))), None);
    let number = Alteration { name: "retention.ms".into(), op: Op::Append, value: None };
    let error = alter(&Properties::new(), TopicConfig::key, &[number]).unwrap_err();
    let expected = "Config value append is not allowed for config key: retention.ms";
    assert_eq!(error.to_string(), expected);
    assert_eq!((Op::of(3), Op::of(4), Op::of(-1)), (Some(Op::Subtract), None, None));
}

#[test]
fn dynamic_names_are_those_kafka_offers() {
    let names = dynamic_names();
    assert!(names.contains(&"log.retention.ms") && names.contains(&"max.connections"));
    assert!(!names.contains(&"listeners"));
    assert!(names.contains(&"leader.replication.throttled.rate"));
    assert!(!names.contains(&"log.retention.hours") && !names.contains(&"broker.id"));
    assert_eq!(names.len(), 89);
}
