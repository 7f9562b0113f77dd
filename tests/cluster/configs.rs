//! Settings of brokers that change while they run.

use std::time::Duration;

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::alter_configs;
use milena::kafka::protocol::message::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource,
};
use milena::kafka::protocol::message::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};

use crate::support::cluster::Cluster;
use crate::support::within;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const SET: i8 = 0;
const DELETE: i8 = 1;
/// Where values come from.
const OF_BROKER: i8 = 2;
const OF_CLUSTER: i8 = 3;
const DEFAULT: i8 = 5;
const RATE: &str = "leader.replication.throttled.rate";

/// Changes a key of the broker `name`, asking the broker `at`.
async fn change(
    cluster: &Cluster,
    at: i32,
    name: &str,
    key: &str,
    value: Option<&str>,
) -> (ErrorCode, String) {
    let config = AlterableConfig {
        name: key.to_owned(),
        config_operation: if value.is_some() { SET } else { DELETE },
        value: value.map(str::to_owned),
    };
    let resource = AlterConfigsResource {
        resource_type: BROKER,
        resource_name: name.to_owned(),
        configs: vec![config],
    };
    let request =
        IncrementalAlterConfigsRequest { resources: vec![resource], validate_only: false };
    let result = cluster.wire(at).await.ask(&request, 1).await.responses.remove(0);
    (result.error_code, result.error_message.unwrap_or_default())
}

/// Value and source of a key; none where it is not told.
async fn described(
    cluster: &Cluster,
    at: i32,
    kind: i8,
    name: &str,
    key: &str,
) -> Option<(String, i8)> {
    let resource = DescribeConfigsResource {
        resource_type: kind,
        resource_name: name.to_owned(),
        configuration_keys: Some(vec![key.to_owned()]),
    };
    let request = DescribeConfigsRequest { resources: vec![resource], ..Default::default() };
    let mut result = cluster.wire(at).await.ask(&request, 4).await.results.remove(0);
    assert_eq!(result.error_code, ErrorCode::NONE, "{result:?}");
    let config = result.configs.pop()?;
    Some((config.value.unwrap_or_default(), config.config_source))
}

/// Waits until a broker has heard of it.
async fn hears(cluster: &Cluster, at: i32, kind: i8, name: &str, key: &str, wanted: (&str, i8)) {
    within(&format!("{key} at broker {at}"), async {
        let mut pause = tokio::time::interval(Duration::from_millis(5));
        let wanted = Some((wanted.0.to_owned(), wanted.1));
        while described(cluster, at, kind, name, key).await != wanted {
            pause.tick().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_brokers_settings_are_kept_and_told() {
    let mut cluster = Cluster::start(2, "").await;
    let none = (ErrorCode::NONE, String::new());
    assert_eq!(described(&cluster, 1, BROKER, "1", RATE).await, None);
    assert_eq!(change(&cluster, 1, "1", RATE, Some("1000")).await, none);
    let own = Some(("1000".to_owned(), OF_BROKER));
    assert_eq!(described(&cluster, 1, BROKER, "1", RATE).await, own);
    assert_eq!(described(&cluster, 2, BROKER, "2", RATE).await, None, "it is another's");
    cluster.end(1).await;
    cluster.begin(1).await;
    assert_eq!(described(&cluster, 1, BROKER, "1", RATE).await, own, "after a restart");
    assert_eq!(change(&cluster, 1, "1", RATE, None).await, none);
    assert_eq!(described(&cluster, 1, BROKER, "1", RATE).await, None);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_set_for_all_brokers_counts_on_each_and_for_topics() {
    let cluster = Cluster::start(2, "").await;
    cluster.topic("t", 1, &[]).await;
    let key = "log.retention.ms";
    assert_eq!(change(&cluster, 2, "", key, Some("5000")).await.0, ErrorCode::NONE);
    for id in [1, 2] {
        hears(&cluster, id, BROKER, "", key, ("5000", OF_CLUSTER)).await;
        let own = described(&cluster, id, BROKER, &id.to_string(), key).await;
        assert_eq!(own, Some(("5000".to_owned(), OF_CLUSTER)));
        hears(&cluster, id, TOPIC, "t", "retention.ms", ("5000", OF_CLUSTER)).await;
        let replicas = &cluster.brokers[&id].broker.replicas;
        let partition = replicas.partition("t", 0).expect("a replica");
        assert_eq!(partition.config().retention_ms, 5_000);
    }
    assert_eq!(change(&cluster, 1, "1", key, Some("6000")).await.0, ErrorCode::NONE);
    hears(&cluster, 1, TOPIC, "t", "retention.ms", ("6000", OF_BROKER)).await;
    // As a whole: what is not named goes.
    let resource = alter_configs::AlterConfigsResource {
        resource_type: BROKER,
        resource_name: String::new(),
        configs: Vec::new(),
    };
    let request =
        alter_configs::AlterConfigsRequest { resources: vec![resource], validate_only: false };
    let answer = cluster.wire(1).await.ask(&request, 2).await;
    assert_eq!(answer.responses[0].error_code, ErrorCode::NONE);
    hears(&cluster, 2, TOPIC, "t", "retention.ms", ("604800000", DEFAULT)).await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_broker_does_not_take_is_said() {
    let cluster = Cluster::start(1, "").await;
    for (name, key, value, code, said) in [
        (
            "1",
            "broker.id",
            "2",
            ErrorCode::INVALID_CONFIG,
            "Cannot update these configs dynamically: Set(broker.id)",
        ),
        (
            "9",
            RATE,
            "1",
            ErrorCode::INVALID_REQUEST,
            "Unexpected broker id, expected 1, but received 9",
        ),
        ("x", RATE, "1", ErrorCode::INVALID_REQUEST, "Broker id must be an integer, but it is: x"),
        (
            "",
            "listeners",
            "PLAINTEXT://:1",
            ErrorCode::INVALID_CONFIG,
            "Cannot update these configs at default cluster level, broker id must be specified: \
             Set(listeners)",
        ),
        (
            "1",
            RATE,
            "-1",
            ErrorCode::INVALID_CONFIG,
            "Invalid value -1 for configuration leader.replication.throttled.rate: Value must be \
             at least 0",
        ),
    ] {
        let (found, text) = change(&cluster, 1, name, key, Some(value)).await;
        assert_eq!((found, text.as_str()), (code, said), "{name} {key}");
    }
    assert_eq!(described(&cluster, 1, BROKER, "1", RATE).await, None);
    cluster.stop().await;
}
