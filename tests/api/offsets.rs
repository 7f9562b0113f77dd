//! OffsetCommit and OffsetFetch at every version, and what a restart must not lose.

use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use milena::kafka::protocol::message::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};

use super::groups::find_coordinator;
use crate::support::servers::{Node, client};
use crate::support::wire::Wire;

async fn commit(wire: &mut Wire, topic: &str, offset: i64, version: i16) -> ErrorCode {
    let partition = OffsetCommitRequestPartition {
        partition_index: 0,
        committed_offset: offset,
        committed_metadata: Some(format!("at {offset}")),
        ..OffsetCommitRequestPartition::default()
    };
    let topic = OffsetCommitRequestTopic { name: topic.to_owned(), partitions: vec![partition] };
    let request = OffsetCommitRequest {
        group_id: "g".to_owned(),
        topics: vec![topic],
        ..OffsetCommitRequest::default()
    };
    wire.ask(&request, version).await.topics[0].partitions[0].error_code
}

/// The offset and metadata committed for a partition.
async fn committed(wire: &mut Wire, partition: i32, version: i16) -> (i64, String) {
    let indexes = vec![partition];
    let mut request = OffsetFetchRequest::default();
    match version {
        8.. => {
            let name = "t".to_owned();
            let topics = vec![OffsetFetchRequestTopics { name, partition_indexes: indexes }];
            let group_id = "g".to_owned();
            let topics = Some(topics);
            request.groups =
                vec![OffsetFetchRequestGroup { group_id, topics, ..Default::default() }];
        }
        _ => {
            let name = "t".to_owned();
            let topic = OffsetFetchRequestTopic { name, partition_indexes: indexes };
            request.group_id = "g".to_owned();
            request.topics = Some(vec![topic]);
        }
    }
    let mut answer = wire.ask(&request, version).await;
    if version >= 8 {
        let mut group = answer.groups.remove(0);
        assert_eq!(group.error_code, ErrorCode::NONE);
        let it = group.topics.remove(0).partitions.remove(0);
        assert_eq!(it.error_code, ErrorCode::NONE);
        return (it.committed_offset, it.metadata.unwrap_or_default());
    }
    let it = answer.topics.remove(0).partitions.remove(0);
    if version == 0 && it.committed_offset < 0 {
        // Where version 0 reads, in ZooKeeper, there is no node for what was never committed.
        assert_eq!(it.error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        return (it.committed_offset, it.metadata.unwrap_or_default());
    }
    assert_eq!((answer.error_code, it.error_code), (ErrorCode::NONE, ErrorCode::NONE));
    (it.committed_offset, it.metadata.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offsets_are_kept_at_every_version_and_across_restarts() {
    let node = Node::start().await;
    node.topic("t", 2).await;
    let mut wire = node.wire().await;
    find_coordinator(&mut wire, "g").await;
    for version in OffsetCommitRequest::versions().skip(1) {
        let offset = i64::from(version) + 100;
        assert_eq!(commit(&mut wire, "t", offset, version).await, ErrorCode::NONE, "v{version}");
        for version in OffsetFetchRequest::versions().skip(1) {
            let found = committed(&mut wire, 0, version).await;
            assert_eq!(found, (offset, format!("at {offset}")), "v{version}");
            assert_eq!(committed(&mut wire, 1, version).await, (-1, String::new()), "v{version}");
        }
    }
    let absent = commit(&mut wire, "absent", 1, 8).await;
    assert_eq!(absent, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    let all = OffsetFetchRequest { group_id: "g".to_owned(), topics: None, ..Default::default() };
    let all = wire.ask(&all, 7).await;
    assert_eq!((all.topics.len(), all.topics[0].partitions.len()), (1, 1), "all there are");

    let node = node.restart().await;
    let mut wire = node.wire().await;
    find_coordinator(&mut wire, "g").await;
    assert_eq!(committed(&mut wire, 0, 8).await, (109, "at 109".to_owned()));
    node.stop().await;
}

/// As consumers before 0.9 do it: any broker takes them, there is no group, and metadata is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn version_0_keeps_offsets_in_zookeeper() {
    let node = Node::with("offset.metadata.max.bytes=4\n").await;
    node.topic("t", 2).await;
    let mut wire = node.wire().await;
    let (zookeeper, _events) = client(&node.zookeeper).await;
    let path = "/consumers/g/offsets/t/0";
    assert_eq!(committed(&mut wire, 0, 0).await, (-1, String::new()));
    for offset in [7, 8] {
        assert_eq!(commit(&mut wire, "t", offset, 0).await, ErrorCode::NONE);
        let (data, _) = zookeeper.get(path, false).await.expect("the node");
        assert_eq!(data.as_deref(), Some(offset.to_string().as_bytes()));
        assert_eq!(committed(&mut wire, 0, 0).await, (offset, String::new()));
    }
    assert_eq!(committed(&mut wire, 1, 0).await, (-1, String::new()));

    // "at 10" is longer than four.
    assert_eq!(commit(&mut wire, "t", 10, 0).await, ErrorCode::OFFSET_METADATA_TOO_LARGE);
    let absent = commit(&mut wire, "absent", 1, 0).await;
    assert_eq!(absent, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    let (topics, _) = zookeeper.children("/consumers/g/offsets", false).await.expect("topics");
    assert_eq!(topics, ["t"]);

    // An old consumer writes the node itself, and newer versions look elsewhere.
    zookeeper.set(path, Some("42".into()), -1).await.expect("an offset");
    assert_eq!(committed(&mut wire, 0, 0).await, (42, String::new()));
    find_coordinator(&mut wire, "g").await;
    assert_eq!(committed(&mut wire, 0, 1).await, (-1, String::new()));
    assert_eq!(commit(&mut wire, "t", 9, 2).await, ErrorCode::NONE);
    assert_eq!(committed(&mut wire, 0, 0).await, (42, String::new()));

    let node = node.restart().await;
    let mut wire = node.wire().await;
    assert_eq!(committed(&mut wire, 0, 0).await, (42, String::new()));
    node.stop().await;
}
