//! What a broker's file may say, and what it may not.

use super::*;

/// The least a broker needs.
fn with(pairs: &[(&str, &str)]) -> Properties {
    let mut properties: Properties =
        [("zookeeper.connect", "localhost:2181")].into_iter().collect();
    for (key, value) in pairs {
        properties.set(*key, *value);
    }
    properties
}

fn refused(pairs: &[(&str, &str)]) -> String {
    BrokerConfig::parse(&with(pairs)).unwrap_err().to_string()
}

#[test]
fn a_file_of_one_line_is_enough() {
    let config = BrokerConfig::parse(&with(&[])).unwrap();
    assert_eq!(config.num_partitions, 1);
    assert_eq!(config.log_dirs(), [PathBuf::from("/tmp/kafka-logs")]);
    assert_eq!(config.retention_ms(), 7 * 24 * 3_600_000);
    assert_eq!(config.inter_broker_protocol_version, ProtocolVersion::V3_9_IV0);
    assert_eq!(config.fixed_broker_id(), None);
    let listeners = config.listeners().unwrap();
    assert_eq!(listeners.bound[0].to_string(), "PLAINTEXT://:9092");
    assert_eq!(listeners.inter_broker, "PLAINTEXT");
}

#[test]
fn the_finer_unit_goes_first() {
    let parse = |pairs: &[(&str, &str)]| BrokerConfig::parse(&with(pairs)).unwrap();
    let config = parse(&[("log.retention.hours", "2"), ("log.roll.hours", "3")]);
    assert_eq!((config.retention_ms(), config.roll_ms()), (7_200_000, 10_800_000));
    let config = parse(&[("log.retention.hours", "2"), ("log.retention.minutes", "1")]);
    assert_eq!(config.retention_ms(), 60_000);
    let config = parse(&[("log.retention.ms", "5"), ("log.retention.minutes", "1")]);
    assert_eq!(config.retention_ms(), 5);
    assert_eq!(parse(&[("log.retention.hours", "-1")]).retention_ms(), -1);
    let config = parse(&[("log.dir", "/a"), ("log.dirs", "/b, /c,")]);
    assert_eq!(config.log_dirs(), [PathBuf::from("/b"), PathBuf::from("/c")]);
    assert_eq!(parse(&[("node.id", "7")]).fixed_broker_id(), Some(7));
}

#[test]
fn wrong_files_are_refused_in_kafkas_words() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (
            &[("num.partitions", "abc")],
            "Invalid value abc for configuration num.partitions: Not a number of type INT",
        ),
        (
            &[("num.partitions", "0")],
            "Invalid value 0 for configuration num.partitions: Value must be at least 1",
        ),
        (
            &[("inter.broker.protocol.version", "9.9")],
            "Invalid value 9.9 for configuration inter.broker.protocol.version: Version 9.9 is not \
             a valid version",
        ),
        (&[("log.roll.ms", "0")], "log.roll.ms must be greater than or equal to 1"),
        (
            &[("log.retention.ms", "0")],
            "log.retention.ms must be unlimited (-1) or, greater than or equal to 1",
        ),
        (
            &[("broker.id", "1001")],
            "broker.id must be greater than or equal to -1 and not greater than \
             reserved.broker.max.id",
        ),
        (
            &[("broker.id", "1"), ("node.id", "2")],
            "You must set `node.id` to the same value as `broker.id`.",
        ),
        (
            &[("log.dirs", ","), ("broker.id", "1")],
            "At least one log directory must be defined via log.dirs or log.dir.",
        ),
        (
            &[("listeners", "PLAINTEXT:/x:9092")],
            "Error creating broker listeners from 'PLAINTEXT:/x:9092': Unable to parse \
             PLAINTEXT:/x:9092 to a broker endpoint",
        ),
        (
            &[("listeners", "EXTERNAL://:9092")],
            "Error creating broker listeners from 'EXTERNAL://:9092': No security protocol defined \
             for listener EXTERNAL",
        ),
        (
            &[("listeners", "PLAINTEXT://:9092,PLAINTEXT://:9093")],
            "Each listener must have a different name, listeners: \
             PLAINTEXT://:9092,PLAINTEXT://:9093",
        ),
        (
            &[("listeners", "PLAINTEXT://0.0.0.0:9092")],
            "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable \
             IP address.",
        ),
        (
            &[("advertised.listeners", "SSL://a:1")],
            "advertised.listeners listener names must be equal to or a subset of the ones defined \
             in listeners. Found SSL. The valid options based on the current configuration are \
             PLAINTEXT",
        ),
        (
            &[("create.topic.policy.class.name", "a.B")],
            "Invalid value a.B for configuration create.topic.policy.class.name: Java classes \
             cannot be loaded here",
        ),
    ];
    for (pairs, expected) in cases {
        assert_eq!(refused(pairs), *expected, "{pairs:?}");
    }
    let missing = BrokerConfig::parse(&Properties::new()).unwrap_err();
    assert!(missing.to_string().contains("`zookeeper.connect`"));
}

#[test]
fn listeners_old_and_new() {
    let listeners =
        |pairs: &[(&str, &str)]| BrokerConfig::parse(&with(pairs)).unwrap().listeners().unwrap();
    let shown = |endpoints: &[Endpoint]| {
        endpoints.iter().map(Endpoint::to_string).collect::<Vec<_>>().join(",")
    };
    let old = listeners(&[("host.name", "10.0.0.1"), ("port", "9099")]);
    assert_eq!(shown(&old.bound), "PLAINTEXT://10.0.0.1:9099");
    assert_eq!(shown(&old.advertised), "PLAINTEXT://10.0.0.1:9099");
    let old = listeners(&[("advertised.host.name", "kafka.example"), ("advertised.port", "1234")]);
    assert_eq!(shown(&old.bound), "PLAINTEXT://:9092");
    assert_eq!(shown(&old.advertised), "PLAINTEXT://kafka.example:1234");
    let page = listeners(&[
        ("listeners", "PLAINTEXT://0.0.0.0:9092"),
        ("advertised.listeners", "PLAINTEXT://localhost:9092"),
        ("advertised.host.name", "127.0.0.1"),
        ("advertised.port", "9092"),
    ]);
    assert_eq!(shown(&page.advertised), "PLAINTEXT://localhost:9092");
    let named = listeners(&[
        ("listeners", "internal://[::1]:9092,external://:9093"),
        ("listener.security.protocol.map", "INTERNAL:PLAINTEXT,external:sasl_ssl"),
        ("inter.broker.listener.name", "internal"),
        ("advertised.listeners", "INTERNAL://a:1,EXTERNAL://b:2"),
    ]);
    assert_eq!(named.bound("EXTERNAL").unwrap().protocol, SecurityProtocol::SaslSsl);
    assert_eq!(shown(&named.bound), "INTERNAL://[::1]:9092,EXTERNAL://:9093");
    assert_eq!(named.inter_broker, "INTERNAL");
}

#[test]
fn a_listener_may_have_its_own_values() {
    let properties = with(&[
        ("connections.max.reauth.ms", "1"),
        ("listener.name.external.connections.max.reauth.ms", "2"),
    ]);
    let of =
        |name| BrokerConfig::for_listener(&properties, name).unwrap().connections_max_reauth_ms;
    assert_eq!((of("EXTERNAL"), of("INTERNAL")), (2, 1));
}

#[test]
fn unknown_keys_are_named_with_what_was_meant() {
    let properties = with(&[
        ("num.partition", "3"),
        ("my.own.plugin.key", "x"),
        ("listener.name.external.ssl.key.password", "x"),
        ("listener.name.external.scram-sha-256.sasl.jaas.config", "x"),
    ]);
    let unknown = BrokerConfig::unknown_keys(&properties);
    let shown: Vec<String> = unknown.iter().map(UnknownKey::to_string).collect();
    assert_eq!(
        shown,
        [
            "The configuration 'my.own.plugin.key' was supplied but isn't a known config.",
            "The configuration 'num.partition' was supplied but isn't a known config. Did you mean \
             'num.partitions'?",
        ]
    );
}
