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
