//! CreateTopics, CreatePartitions and DeleteTopics at every version, and Kafka's words of refusal.

use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::create_partitions::{
    CreatePartitionsAssignment, CreatePartitionsRequest, CreatePartitionsTopic,
};
use milena::kafka::protocol::message::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreatableTopicResult,
    CreateTopicsRequest,
};
use milena::kafka::protocol::message::delete_topics::{
    DeletableTopicResult, DeleteTopicState, DeleteTopicsRequest,
};

use crate::support::servers::{Node, client};
use crate::support::wire::Wire;

fn topic(name: &str, partitions: i32, replication_factor: i16) -> CreatableTopic {
    CreatableTopic {
        name: name.to_owned(),
        num_partitions: partitions,
        replication_factor,
        ..CreatableTopic::default()
    }
}

async fn create(wire: &mut Wire, topic: CreatableTopic, version: i16) -> CreatableTopicResult {
    let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    wire.ask(&request, version).await.topics.remove(0)
}

async fn grow(wire: &mut Wire, name: &str, count: i32, version: i16) -> (ErrorCode, String) {
    let topic = CreatePartitionsTopic { name: name.to_owned(), count, assignments: None };
    let request =
        CreatePartitionsRequest { topics: vec![topic], timeout_ms: 60_000, validate_only: false };
    let result = wire.ask(&request, version).await.results.remove(0);
    (result.error_code, result.error_message.unwrap_or_default())
}

async fn delete(wire: &mut Wire, name: &str, version: i16) -> DeletableTopicResult {
    let mut request = DeleteTopicsRequest { timeout_ms: 60_000, ..Default::default() };
    match version {
        6.. => {
            let name = Some(name.to_owned());
            request.topics = vec![DeleteTopicState { name, ..Default::default() }];
        }
        _ => request.topic_names = vec![name.to_owned()],
    }
    wire.ask(&request, version).await.responses.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_lives_at_every_version() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    for version in CreateTopicsRequest::versions() {
        let (name, other) = (format!("t{version}"), version.min(3));
        let made = create(&mut wire, topic(&name, 2, 1), version).await;
        assert_eq!(made.error_code, ErrorCode::NONE, "v{version}: {made:?}");
        if version >= 5 {
            assert_eq!((made.num_partitions, made.replication_factor), (2, 1), "v{version}");
        }
        let grown = grow(&mut wire, &name, 3, other).await;
        assert_eq!(grown.0, ErrorCode::NONE, "v{other}: {}", grown.1);
        let partitions = node.broker.broker.cluster.image().topic(&name).unwrap().partitions.len();
        assert_eq!(partitions, 3, "at once");
        let gone = delete(&mut wire, &name, version.min(6)).await;
        assert_eq!((gone.error_code, gone.name), (ErrorCode::NONE, Some(name.clone())));
        assert!(node.broker.broker.cluster.image().topic(&name).is_none(), "at once");
        let twice = delete(&mut wire, &name, version.min(6)).await;
        assert_eq!(twice.error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_come_in_kafkas_words() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    create(&mut wire, topic("t", 4, 1), 7).await;
    let config = CreatableTopicConfig { name: "retention.ms".into(), value: Some("soon".into()) };
    let assigned = CreatableReplicaAssignment { partition_index: 0, broker_ids: vec![0, 0] };
    let cases = [
        (topic("t", 1, 1), ErrorCode::TOPIC_ALREADY_EXISTS, "Topic 't' already exists."),
        (
            topic("no/name", 1, 1),
            ErrorCode::INVALID_TOPIC_EXCEPTION,
            "Topic name is invalid: 'no/name' contains one or more characters other than ASCII \
             alphanumerics, '.', '_' and '-'",
        ),
        (
            topic("", 1, 1),
            ErrorCode::INVALID_TOPIC_EXCEPTION,
            "Topic name is invalid: the empty string is not allowed",
        ),
        (
            topic("n", 1, 3),
            ErrorCode::INVALID_REPLICATION_FACTOR,
            "Replication factor: 3 larger than available brokers: 1.",
        ),
        (
            topic("n", 1, 0),
            ErrorCode::INVALID_REPLICATION_FACTOR,
            "Replication factor must be larger than 0.",
        ),
        (
            topic("n", 0, 1),
            ErrorCode::INVALID_PARTITIONS,
            "Number of partitions must be larger than 0.",
        ),
        (
            topic("n", i32::MAX, 1),
            ErrorCode::INVALID_PARTITIONS,
            "Number of partitions: 2147483647 larger than the 131071 that can be created at once.",
        ),
        (
            CreatableTopic { configs: vec![config], ..topic("n", 1, 1) },
            ErrorCode::INVALID_CONFIG,
            "Invalid value soon for configuration retention.ms: Not a number of type LONG",
        ),
        (
            CreatableTopic { assignments: vec![assigned], ..topic("n", -1, -1) },
            ErrorCode::INVALID_REPLICA_ASSIGNMENT,
            "Duplicate replica assignment found: partition 0 has [0, 0]",
        ),
    ];
    for (topic, code, message) in cases {
        let result = create(&mut wire, topic, 7).await;
        assert_eq!((result.error_code, result.error_message.as_deref()), (code, Some(message)));
    }
    for (name, count, code, message) in [
        ("t", 4, ErrorCode::INVALID_PARTITIONS, "Topic already has 4 partitions."),
        (
            "t",
            2,
            ErrorCode::INVALID_PARTITIONS,
            "Topic currently has 4 partitions, which is higher than the requested 2.",
        ),
        ("absent", 2, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "The topic 'absent' does not exist."),
    ] {
        assert_eq!(grow(&mut wire, name, count, 3).await, (code, message.to_owned()));
    }
    let validated = CreateTopicsRequest {
        topics: vec![topic("only-asked", 1, 1)],
        validate_only: true,
        ..Default::default()
    };
    assert_eq!(wire.ask(&validated, 7).await.topics[0].error_code, ErrorCode::NONE);
    assert!(node.broker.broker.cluster.image().topic("only-asked").is_none());
    node.stop().await;
}

/// What lies in ZooKeeper afterwards is what Kafka's own tools read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_stand_in_zookeeper() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    let assigned = CreatableReplicaAssignment { partition_index: 0, broker_ids: vec![0] };
    let config = CreatableTopicConfig { name: "retention.ms".into(), value: Some("60000".into()) };
    let wanted =
        CreatableTopic { assignments: vec![assigned], configs: vec![config], ..topic("t", -1, -1) };
    assert_eq!(create(&mut wire, wanted, 7).await.error_code, ErrorCode::NONE);
    let more = CreatePartitionsAssignment { broker_ids: vec![0] };
    let grow =
        CreatePartitionsTopic { name: "t".to_owned(), count: 2, assignments: Some(vec![more]) };
    let request = CreatePartitionsRequest {
        topics: vec![grow],
        timeout_ms: 60_000,
        ..CreatePartitionsRequest::default()
    };
    assert_eq!(wire.ask(&request, 3).await.results[0].error_code, ErrorCode::NONE);
    let (client, _) = client(&node.zookeeper).await;
    let text = async |path: &str| {
        let (data, _) = client.get(path, false).await.expect(path);
        String::from_utf8(data.unwrap_or_default().to_vec()).expect("text")
    };
    let settings = r#"{"version":1,"config":{"retention.ms":"60000"}}"#;
    assert_eq!(text("/config/topics/t").await, settings);
    let assignment = text("/brokers/topics/t").await;
    assert!(assignment.contains(r#""partitions":{"0":[0],"1":[0]}"#), "{assignment}");
    let state = text("/brokers/topics/t/partitions/1/state").await;
    assert!(state.contains(r#""leader":0"#) && state.contains(r#""isr":[0]"#), "{state}");
    client.close().await;
    node.stop().await;
}
