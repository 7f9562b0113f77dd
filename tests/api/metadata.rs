//! Metadata and DescribeCluster: all versions, names and ids, topics that come by being asked for.

use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::describe_cluster::DescribeClusterRequest;
use milena::kafka::protocol::message::metadata::{MetadataRequest, MetadataRequestTopic};

use crate::support::servers::Node;

fn named(name: &str, create: bool) -> MetadataRequest {
    let topic = MetadataRequestTopic { name: Some(name.to_owned()), ..Default::default() };
    MetadataRequest {
        topics: Some(vec![topic]),
        allow_auto_topic_creation: create,
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_version_shows_the_cluster() {
    let node = Node::start().await;
    node.topic("t", 3).await;
    let mut wire = node.wire().await;
    let cluster = &node.broker.broker.cluster_id;
    for version in MetadataRequest::versions() {
        let answer = wire.ask(&named("t", false), version).await;
        assert_eq!(answer.brokers.len(), 1, "v{version}");
        let broker = &answer.brokers[0];
        let place = (broker.node_id, broker.host.as_str(), broker.port);
        assert_eq!(place, (0, "127.0.0.1", i32::from(node.broker.port())), "v{version}");
        if version >= 1 {
            assert_eq!(answer.controller_id, 0, "v{version}");
        }
        if version >= 2 {
            assert_eq!(answer.cluster_id.as_deref(), Some(&**cluster), "v{version}");
        }
        let topic = &answer.topics[0];
        assert_eq!((topic.name.as_deref(), topic.error_code), (Some("t"), ErrorCode::NONE));
        let mut indexes: Vec<_> = topic.partitions.iter().map(|it| it.partition_index).collect();
        indexes.sort_unstable();
        assert_eq!(indexes, [0, 1, 2], "v{version}");
        for partition in &topic.partitions {
            assert_eq!(partition.leader_id, 0);
            assert_eq!((&*partition.replica_nodes, &*partition.isr_nodes), (&[0][..], &[0][..]));
        }
    }
    let all = wire.ask(&MetadataRequest { topics: None, ..Default::default() }, 12).await;
    assert_eq!(all.topics.len(), 1);
    let empty = MetadataRequest { topics: Some(vec![]), ..Default::default() };
    assert_eq!(wire.ask(&empty, 12).await.topics, []);
    let old = wire.ask(&empty, 0).await;
    assert_eq!(old.topics.len(), 1, "in version 0 an empty list is all");

    let id = all.topics[0].topic_id;
    let by_id = MetadataRequestTopic { topic_id: id, name: None };
    let request = MetadataRequest { topics: Some(vec![by_id]), ..Default::default() };
    assert_eq!(wire.ask(&request, 12).await.topics[0].name.as_deref(), Some("t"));
    for version in DescribeClusterRequest::versions() {
        let request = DescribeClusterRequest { endpoint_type: 1, ..Default::default() };
        let answer = wire.ask(&request, version).await;
        assert_eq!((answer.error_code, answer.controller_id), (ErrorCode::NONE, 0));
        assert_eq!((answer.cluster_id.as_str(), answer.brokers.len()), (&**cluster, 1));
    }
    node.stop().await;
}

/// Asked for until it is there, as clients do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_created_by_being_asked_for() {
    let node = Node::with("num.partitions=2").await;
    let mut wire = node.wire().await;
    let absent = wire.ask(&named("t", false), 4).await;
    assert_eq!(absent.topics[0].error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    let invalid = wire.ask(&named("no/name", true), 4).await;
    assert_eq!(invalid.topics[0].error_code, ErrorCode::INVALID_TOPIC_EXCEPTION);
    for (name, version) in [("old", 1), ("t", 4), ("new", 12)] {
        let first = wire.ask(&named(name, true), version).await.topics.remove(0);
        let expected = [
            ErrorCode::LEADER_NOT_AVAILABLE,
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode::NONE,
        ];
        assert!(expected.contains(&first.error_code), "{first:?}");
        crate::support::servers::sees(&node.broker, name, |image| {
            image.partition(name, 1).is_some_and(|partition| partition.leader == 0)
        })
        .await;
        let then = wire.ask(&named(name, true), version).await.topics.remove(0);
        assert_eq!((then.error_code, then.partitions.len()), (ErrorCode::NONE, 2), "{name}");
    }
    node.stop().await;

    let node = Node::with("auto.create.topics.enable=false").await;
    let refused = node.wire().await.ask(&named("t", true), 12).await;
    assert_eq!(refused.topics[0].error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    node.stop().await;
}
