//! DeleteRecords: the start of a partition moves up, at every version, and stays there.

use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use milena::kafka::protocol::message::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};

use crate::support::batches::{batch, fetch, only, produced};
use crate::support::servers::Node;
use crate::support::wire::Wire;

/// The new start, and what went wrong.
async fn delete(wire: &mut Wire, topic: &str, offset: i64, version: i16) -> (i64, ErrorCode) {
    let partition = DeleteRecordsPartition { partition_index: 0, offset };
    let request = DeleteRecordsRequest {
        topics: vec![DeleteRecordsTopic { name: topic.to_owned(), partitions: vec![partition] }],
        timeout_ms: 30_000,
    };
    let answer = wire.ask(&request, version).await.topics.remove(0).partitions.remove(0);
    (answer.low_watermark, answer.error_code)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn earlier_records_are_gone_and_stay_so() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    for value in ["0", "1", "2", "3", "4", "5"] {
        produced(&mut wire, "t", 0, batch(&[value])).await;
    }
    let mut start = 0;
    for version in DeleteRecordsRequest::versions() {
        start += 1;
        assert_eq!(delete(&mut wire, "t", start, version).await, (start, ErrorCode::NONE));
        // What is gone already may be asked for again.
        assert_eq!(delete(&mut wire, "t", 0, version).await, (start, ErrorCode::NONE));
        for offset in [7, -2] {
            let refused = delete(&mut wire, "t", offset, version).await;
            assert_eq!(refused, (-1, ErrorCode::OFFSET_OUT_OF_RANGE), "v{version}");
        }
        let nowhere = delete(&mut wire, "none", 1, version).await;
        assert_eq!(nowhere, (-1, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION), "v{version}");
    }
    let early = only(wire.ask(&fetch("t", 0, 2), 11).await);
    assert_eq!(early.error_code, ErrorCode::OFFSET_OUT_OF_RANGE);

    // A clean stop writes the starts down.
    let node = node.restart().await;
    let mut wire = node.wire().await;
    let early = only(wire.ask(&fetch("t", 0, 2), 11).await);
    assert_eq!(early.error_code, ErrorCode::OFFSET_OUT_OF_RANGE);
    let kept = only(wire.ask(&fetch("t", 0, 3), 11).await);
    assert_eq!((kept.error_code, kept.log_start_offset), (ErrorCode::NONE, 3));
    // -1 is all there is.
    assert_eq!(delete(&mut wire, "t", -1, 2).await, (6, ErrorCode::NONE));
    produced(&mut wire, "t", 0, batch(&["6"])).await;
    let kept = only(wire.ask(&fetch("t", 0, 6), 11).await);
    assert_eq!((kept.error_code, kept.log_start_offset), (ErrorCode::NONE, 6));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_is_only_compacted_refuses() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    let policy = CreatableTopicConfig {
        name: "cleanup.policy".to_owned(),
        value: Some("compact".to_owned()),
    };
    let topic = CreatableTopic {
        name: "c".to_owned(),
        num_partitions: 1,
        replication_factor: 1,
        configs: vec![policy],
        ..CreatableTopic::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    let made = wire.ask(&request, 7).await.topics.remove(0);
    assert_eq!(made.error_code, ErrorCode::NONE);
    assert_eq!(delete(&mut wire, "c", 0, 2).await, (-1, ErrorCode::POLICY_VIOLATION));
    let internal = delete(&mut wire, "__consumer_offsets", 0, 2).await;
    assert_eq!(internal, (-1, ErrorCode::INVALID_TOPIC_EXCEPTION));
    node.stop().await;
}
