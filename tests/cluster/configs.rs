//! Settings of brokers that change while they run.

use std::time::Duration;

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::alter_configs;
use milena::kafka::protocol::message::api_versions::ApiVersionsRequest;
use milena::kafka::protocol::message::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource,
};
use milena::kafka::protocol::message::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};

use crate::support::batches::{batch, produced};
use crate::support::cluster::Cluster;
use crate::support::servers::{Node, sees};
use crate::support::wire::Wire;
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
    change_over(&mut cluster.wire(at).await, name, key, value).await
}

async fn change_over(
    wire: &mut Wire,
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
    let result = wire.ask(&request, 1).await.responses.remove(0);
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
            ErrorCode::INVALID_REQUEST,
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
            ErrorCode::INVALID_REQUEST,
            "Cannot update these configs at default cluster level, broker id must be specified: \
             Set(listeners)",
        ),
        (
            "1",
            RATE,
            "-1",
            ErrorCode::INVALID_REQUEST,
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

/// This broker, then all brokers, then the file, then the default.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_is_told_with_all_its_sources_in_order() {
    let node = Node::with("num.io.threads=6").await;
    let mut wire = node.wire().await;
    let none = (ErrorCode::NONE, String::new());
    let key = "num.io.threads";
    assert_eq!(change_over(&mut wire, "", key, Some("7")).await, none);
    assert_eq!(change_over(&mut wire, "0", key, Some("9")).await, none);
    let resource = DescribeConfigsResource {
        resource_type: BROKER,
        resource_name: "0".to_owned(),
        configuration_keys: Some(vec![key.to_owned()]),
    };
    let request = DescribeConfigsRequest {
        resources: vec![resource],
        include_synonyms: true,
        ..DescribeConfigsRequest::default()
    };
    let result = wire.ask(&request, 4).await.results.remove(0);
    let config = &result.configs[0];
    assert_eq!((config.value.as_deref(), config.read_only), (Some("9"), false));
    let told: Vec<(&str, i8)> =
        config.synonyms.iter().map(|it| (it.value.as_deref().unwrap_or(""), it.source)).collect();
    assert_eq!(told, [("9", OF_BROKER), ("7", OF_CLUSTER), ("6", 4), ("8", DEFAULT)]);
    let refused = change_over(&mut wire, "0", key, Some("19")).await;
    assert_eq!(refused.0, ErrorCode::INVALID_REQUEST, "more than double: {}", refused.1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_limited_while_the_broker_runs() {
    let node = Node::start().await;
    let none = (ErrorCode::NONE, String::new());
    let mut first = node.wire().await;
    let versions = ApiVersionsRequest::default();
    let key = "max.connections.per.ip";
    assert_eq!(change_over(&mut first, "0", key, Some("1")).await, none);
    let mut second = node.wire().await;
    // It may be gone before anything is sent.
    let _ = second.bytes(crate::support::wire::frame(&versions, 0, 1)).await;
    assert!(second.frame().await.is_none(), "its address has its fill");
    assert_eq!(change_over(&mut first, "0", key, None).await, none);
    node.wire().await.ask(&versions, 0).await;

    // In all: who comes beyond that waits.
    assert_eq!(change_over(&mut first, "", "max.connections", Some("1")).await, none);
    let mut second = node.wire().await;
    second.send(&versions, 0).await;
    let early = tokio::time::timeout(Duration::from_millis(50), second.frame()).await;
    assert!(early.is_err(), "it waits for a place");
    assert_eq!(change_over(&mut first, "", "max.connections", None).await, none);
    assert!(second.frame().await.is_some(), "there is room");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn followers_spread_over_more_fetchers_and_go_on() {
    let more = "replica.fetch.wait.max.ms=20\nnum.replica.fetchers=2";
    let cluster = Cluster::start(2, more).await;
    cluster.topic("t", 8, &[]).await;
    // Every second partition is followed, and a task takes every second one, too.
    let fetchers = |id: i32| cluster.brokers[&id].broker.fetchers.tasks();
    assert_eq!((fetchers(1), fetchers(2)), (1, 1));
    let key = "num.replica.fetchers";
    assert_eq!(change(&cluster, 1, "", key, Some("4")).await.0, ErrorCode::NONE);
    for (id, other) in [(1, 2), (2, 1)] {
        hears(&cluster, id, BROKER, "", key, ("4", OF_CLUSTER)).await;
        within("two fetchers", async {
            let mut pause = tokio::time::interval(Duration::from_millis(5));
            while fetchers(id) != 2 {
                pause.tick().await;
            }
        })
        .await;
        for partition in 0..8 {
            if cluster.leader("t", partition) != other {
                continue;
            }
            let mut wire = cluster.wire(other).await;
            let stored = produced(&mut wire, "t", partition, batch(&["v"])).await;
            assert_eq!(stored.error_code, ErrorCode::NONE);
            cluster.caught_up(id, "t", partition, 1).await;
        }
    }
    cluster.stop().await;
}

/// The controller elects from outside the ISR as soon as it may.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unclean_elections_are_allowed_while_nobody_leads() {
    let mut cluster = Cluster::start(3, "").await;
    cluster.topic("t", 1, &[]).await;
    cluster.reassign("t", 0, &[1, 2]).await;
    cluster.isr("t", 0, &[1, 2]).await;
    cluster.end(2).await;
    cluster.isr("t", 0, &[1]).await;
    cluster.end(1).await;
    cluster.begin(2).await;
    let nobody = |image: &milena::kafka::metadata::Image| {
        image.brokers.len() == 2 && image.partition("t", 0).is_some_and(|it| it.leader == -1)
    };
    cluster.all_see("that nobody leads", nobody).await;
    let key = "unclean.leader.election.enable";
    assert_eq!(change(&cluster, 2, "", key, Some("true")).await.0, ErrorCode::NONE);
    sees(&cluster.brokers[&3], "an unclean leader", |image| {
        image.partition("t", 0).is_some_and(|it| it.leader == 2)
    })
    .await;
    cluster.stop().await;
}
