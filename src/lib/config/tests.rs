//! Tests of the tables themselves.

use std::collections::BTreeSet;

use super::*;

/// Every table of this room.
fn tables() -> Vec<(&'static str, Vec<&'static Key>)> {
    vec![
        ("broker", BrokerConfig::keys()),
        ("topic", TopicConfig::keys()),
        ("producer", ProducerConfig::keys()),
        ("consumer", ConsumerConfig::keys()),
        ("admin", AdminConfig::keys()),
        ("zoo.cfg", QuorumConfig::keys()),
    ]
}

#[test]
fn names_are_unique_and_sorted() {
    for (table, keys) in tables() {
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(unique.len(), names.len(), "{table}");
    }
    for keys in [BrokerConfig::own_keys(), TopicConfig::own_keys(), ConsumerConfig::own_keys()] {
        assert!(keys.is_sorted_by_key(|key| key.name));
    }
}

#[test]
fn defaults_pass_their_own_check() {
    for (table, keys) in tables() {
        for key in keys {
            if let Some(text) = key.default_text() {
                key.parse(text).unwrap_or_else(|error| panic!("{table} {}: {error}", key.name));
            }
        }
    }
}

#[test]
fn every_row_is_documented() {
    for (table, keys) in tables() {
        for key in keys {
            let doc = key.doc();
            assert!(doc.ends_with('.') && doc.len() > 20, "{table} {}: {doc}", key.name);
            assert!(!doc.contains("  "), "{table} {}: {doc}", key.name);
        }
    }
}

/// Keys, types, defaults and checks are promises: a change of them must be seen in review.
#[test]
fn tables_are_as_they_were() {
    let mut text = String::new();
    for (table, keys) in tables() {
        for key in keys {
            let default = match key.default {
                Fallback::Text(text) => text,
                Fallback::Null => "null",
                Fallback::Required => "(required)",
            };
            text.push_str(&format!(
                "{table}\t{}\t{}\t{default}\t{}\t{:?}\t{:?}\n",
                key.name,
                key.kind.name(),
                key.check,
                key.importance,
                key.update
            ));
        }
    }
    let known = include_str!("golden/keys.txt");
    let changed: Vec<&str> =
        text.lines().filter(|line| !known.lines().any(|it| it == *line)).collect();
    let gone: Vec<&str> =
        known.lines().filter(|line| !text.lines().any(|it| it == *line)).collect();
    assert!(
        changed.is_empty() && gone.is_empty(),
        "golden/keys.txt\nnow: {changed:#?}\nwas: {gone:#?}"
    );
    assert_eq!(text, known, "golden/keys.txt has another order");
}

#[test]
fn the_sample_files_are_what_a_lone_server_needs() {
    let text = include_str!("../../../config/server.properties");
    let properties = Properties::parse(text).unwrap();
    assert_eq!(BrokerConfig::unknown_keys(&properties), []);
    let broker = BrokerConfig::parse(&properties).unwrap();
    assert_eq!(broker.fixed_broker_id(), Some(0));
    assert_eq!(broker.offsets_topic_replication_factor, 1);
    assert_eq!(broker.transaction_state_log_replication_factor, 1);
    assert_eq!(broker.transaction_state_log_min_isr, 1);
    assert_eq!(broker.group_initial_rebalance_delay_ms, 0);
    let text = include_str!("../../../config/zookeeper.properties");
    let zookeeper = ZooCfg::parse(&Properties::parse(text).unwrap()).unwrap();
    assert!(zookeeper.others.is_empty());
    assert_eq!(zookeeper.keys.max_client_cnxns, 0);
    assert!(!zookeeper.keys.admin_enable_server);
}

/// The environment of the compose file, as Compose would hand it over.
#[test]
fn the_compose_file_makes_a_broker() {
    let text = include_str!("../../../docker/docker-compose.yaml");
    let variables = text.lines().filter_map(|line| line.trim().strip_prefix("- KAFKA_"));
    let environment: docker::Environment = variables
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (format!("KAFKA_{name}"), value.to_owned()))
        .collect();
    let dialect = docker::Dialect::detect(&environment);
    assert_eq!(dialect, docker::Dialect::Wurstmeister);
    let plan = docker::plan(dialect, &environment, &docker::Environment::new(), "f").unwrap();
    assert_eq!(plan.topics[0].name, "javainuse-topic");
    let listeners = BrokerConfig::parse(&plan.properties).unwrap().listeners().unwrap();
    assert_eq!(listeners.bound[0].to_string(), "PLAINTEXT://0.0.0.0:9092");
    assert_eq!(listeners.advertised[0].to_string(), "PLAINTEXT://localhost:9092");
}
