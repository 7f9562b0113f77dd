//! DescribeConfigs, AlterConfigs and IncrementalAlterConfigs of topics and brokers.

use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResult,
};
use milena::kafka::protocol::message::{alter_configs, incremental_alter_configs};

use crate::support::servers::Node;
use crate::support::wire::Wire;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;

async fn describe(
    wire: &mut Wire,
    kind: i8,
    name: &str,
    keys: Option<&[&str]>,
    version: i16,
) -> DescribeConfigsResult {
    let resource = DescribeConfigsResource {
        resource_type: kind,
        resource_name: name.to_owned(),
        configuration_keys: keys.map(|keys| keys.iter().map(|key| (*key).to_owned()).collect()),
    };
    let request = DescribeConfigsRequest { resources: vec![resource], ..Default::default() };
    wire.ask(&request, version).await.results.remove(0)
}

/// A topic's setting as it counts now.
async fn setting(wire: &mut Wire, key: &str) -> Option<String> {
    let mut result = describe(wire, TOPIC, "t", Some(&[key]), 4).await;
    assert_eq!(result.error_code, ErrorCode::NONE, "{result:?}");
    result.configs.remove(0).value
}

async fn alter(wire: &mut Wire, pairs: &[(&str, &str)], version: i16) -> (ErrorCode, String) {
    let configs = pairs.iter().map(|(name, value)| alter_configs::AlterableConfig {
        name: (*name).to_owned(),
        value: Some((*value).to_owned()),
    });
    let resource = alter_configs::AlterConfigsResource {
        resource_type: TOPIC,
        resource_name: "t".to_owned(),
        configs: configs.collect(),
    };
    let request =
        alter_configs::AlterConfigsRequest { resources: vec![resource], validate_only: false };
    let result = wire.ask(&request, version).await.responses.remove(0);
    (result.error_code, result.error_message.unwrap_or_default())
}

async fn change(
    wire: &mut Wire,
    topic: &str,
    key: &str,
    operation: i8,
    value: Option<&str>,
    version: i16,
) -> (ErrorCode, String) {
    use incremental_alter_configs::{
        AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
    };
    let config = AlterableConfig {
        name: key.to_owned(),
        config_operation: operation,
        value: value.map(str::to_owned),
    };
    let resource = AlterConfigsResource {
        resource_type: TOPIC,
        resource_name: topic.to_owned(),
        configs: vec![config],
    };
    let request =
        IncrementalAlterConfigsRequest { resources: vec![resource], validate_only: false };
    let result = wire.ask(&request, version).await.responses.remove(0);
    (result.error_code, result.error_message.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_are_described_at_every_version() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    for version in DescribeConfigsRequest::versions() {
        let topic = describe(&mut wire, TOPIC, "t", None, version).await;
        assert_eq!(topic.error_code, ErrorCode::NONE, "v{version}");
        let retention = topic.configs.iter().find(|config| config.name == "retention.ms");
        let retention = retention.expect("the setting");
        assert_eq!(retention.value.as_deref(), Some("604800000"), "v{version}");
        match version {
            0 => assert!(retention.is_default),
            _ => assert_eq!(retention.config_source, 5, "v{version}: by default"),
        }
        let keys = Some(&["listeners"][..]);
        let broker = describe(&mut wire, BROKER, "0", keys, version).await;
        assert_eq!((broker.error_code, broker.configs.len()), (ErrorCode::NONE, 1));
        assert_eq!(broker.configs[0].value.as_deref(), Some("PLAINTEXT://127.0.0.1:0"));
    }
    let absent = describe(&mut wire, TOPIC, "absent", None, 4).await;
    assert_eq!(absent.error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_change_as_a_whole_and_one_by_one() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    let done = (ErrorCode::NONE, String::new());
    for version in alter_configs::AlterConfigsRequest::versions() {
        let pairs = [("retention.ms", "1000"), ("segment.bytes", "1048576")];
        assert_eq!(alter(&mut wire, &pairs, version).await, done);
        assert_eq!(setting(&mut wire, "retention.ms").await.as_deref(), Some("1000"));
        // What is not named goes back to its default.
        assert_eq!(alter(&mut wire, &[("retention.ms", "2000")], version).await, done);
        assert_eq!(setting(&mut wire, "segment.bytes").await.as_deref(), Some("1073741824"));
    }
    for version in incremental_alter_configs::IncrementalAlterConfigsRequest::versions() {
        let mut say = async |key: &str, operation: i8, value: Option<&str>| {
            change(&mut wire, "t", key, operation, value, version).await
        };
        assert_eq!(say("segment.bytes", SET, Some("2097152")).await, done);
        assert_eq!(say("cleanup.policy", SET, Some("delete")).await, done);
        assert_eq!(say("cleanup.policy", APPEND, Some("compact")).await, done);
        let (mut policy, mut retention) = (None, None);
        for (key, into) in [("cleanup.policy", &mut policy), ("retention.ms", &mut retention)] {
            *into = setting(&mut node.wire().await, key).await;
        }
        assert_eq!(policy.as_deref(), Some("delete,compact"));
        assert_eq!(retention.as_deref(), Some("2000"), "not touched");
        assert_eq!(say("cleanup.policy", SUBTRACT, Some("compact")).await, done);
        assert_eq!(say("cleanup.policy", DELETE, None).await, done);
        assert_eq!(say("segment.bytes", DELETE, None).await, done);
        let wrong = say("retention.ms", SET, Some("soon")).await;
        assert_eq!(wrong.0, ErrorCode::INVALID_CONFIG, "{}", wrong.1);
        let unknown = say("retention.mz", SET, Some("1")).await;
        assert_eq!(unknown.0, ErrorCode::INVALID_CONFIG, "{}", unknown.1);
        let mut other = node.wire().await;
        let absent = change(&mut other, "absent", "retention.ms", SET, Some("1"), version).await;
        assert_eq!(absent.0, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    }
    let node = node.restart().await;
    let kept = setting(&mut node.wire().await, "retention.ms").await;
    assert_eq!(kept.as_deref(), Some("2000"), "after a restart");
    node.stop().await;
}
