//! OffsetDelete: what a group has committed is forgotten, partition by partition.

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use milena::kafka::protocol::message::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
    OffsetDeleteResponseTopic,
};
use milena::kafka::protocol::message::offset_fetch::{OffsetFetchRequest, OffsetFetchRequestTopic};

use super::groups::find_coordinator;
use crate::support::servers::Node;

fn delete(group: &str, topics: &[&str]) -> OffsetDeleteRequest {
    let one = |name: &&str| OffsetDeleteRequestTopic {
        name: (*name).to_owned(),
        partitions: vec![OffsetDeleteRequestPartition { partition_index: 0 }],
    };
    OffsetDeleteRequest { group_id: group.to_owned(), topics: topics.iter().map(one).collect() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn committed_offsets_are_forgotten_and_stay_so() {
    let node = Node::start().await;
    node.topic("t", 2).await;
    let mut wire = node.wire().await;
    find_coordinator(&mut wire, "g").await;
    let none = wire.ask(&delete("g", &["t"]), 0).await;
    assert_eq!(none.error_code, ErrorCode::GROUP_ID_NOT_FOUND);

    let commit = |index: i32| OffsetCommitRequestPartition {
        partition_index: index,
        committed_offset: 10,
        ..OffsetCommitRequestPartition::default()
    };
    let topic =
        OffsetCommitRequestTopic { name: "t".to_owned(), partitions: vec![commit(0), commit(1)] };
    let commit = OffsetCommitRequest {
        group_id: "g".to_owned(),
        topics: vec![topic],
        ..OffsetCommitRequest::default()
    };
    wire.ask(&commit, 8).await;
    let deleted = wire.ask(&delete("g", &["t", "absent"]), 0).await;
    assert_eq!(deleted.error_code, ErrorCode::NONE);
    let codes =
        |topic: &OffsetDeleteResponseTopic| (topic.name.clone(), topic.partitions[0].error_code);
    let mut codes: Vec<_> = deleted.topics.iter().map(codes).collect();
    codes.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let absent = ("absent".to_owned(), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(codes, [absent, ("t".to_owned(), ErrorCode::NONE)]);

    let node = node.restart().await;
    let mut wire = node.wire().await;
    find_coordinator(&mut wire, "g").await;
    let topic = OffsetFetchRequestTopic { name: "t".to_owned(), partition_indexes: vec![0, 1] };
    let fetch = OffsetFetchRequest {
        group_id: "g".to_owned(),
        topics: Some(vec![topic]),
        ..OffsetFetchRequest::default()
    };
    let left = wire.ask(&fetch, 7).await;
    let offsets: Vec<_> = left.topics[0].partitions.iter().map(|it| it.committed_offset).collect();
    assert_eq!(offsets, [-1, 10]);
    node.stop().await;
}
