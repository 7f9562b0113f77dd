//! Points 55 to 60: clients and tools of every age.

use milena::kafka::log;
use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::fetch::FetchRequest;
use milena::kafka::protocol::message::find_coordinator::FindCoordinatorRequest;
use milena::kafka::protocol::message::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use milena::kafka::record::compression::Codec;
use milena::kafka::types::TopicPartition;
use milena::zookeeper::client::Client;

use super::{assigned, lisr, text, told};
use crate::api::find_coordinator;
use crate::support::batches::{batch, fetch, only, packed, produce, produced};
use crate::support::peer::Peer;
use crate::support::servers::{Node, client, sees};
use crate::support::wire::Wire;

/// Codes that came later are told as earlier ones to who cannot know them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_56_codes_are_those_that_a_version_knows() {
    let node = Node::with("compression.type=zstd").await;
    node.topic("zstd", 1).await;
    node.topic("gone", 1).await;
    let mut wire = node.wire().await;
    let stored = produced(&mut wire, "zstd", 0, packed(Codec::Zstd.into(), &["a"])).await;
    assert_eq!(stored.error_code, ErrorCode::NONE);
    // 76: a consumer before version 10 cannot read zstd, which the topic says it is.
    for version in 4..=12 {
        let expected = match version {
            ..=9 => ErrorCode::UNSUPPORTED_COMPRESSION_TYPE,
            _ => ErrorCode::NONE,
        };
        let found = only(wire.ask(&fetch("zstd", 0, 0), version).await).error_code;
        assert_eq!(found, expected, "v{version}");
    }
    // 6 for 56: clients before version 6 give up on a failed disk, and look again for a leader.
    let broker = &node.broker.broker;
    let source = std::io::Error::other("broken");
    let dir = broker.replicas.logs().dir_of(&TopicPartition::new("gone", 0)).expect("a log");
    broker.log_failed(
        &TopicPartition::new("gone", 0),
        &log::Error::Io { doing: "write", path: dir, source },
    );
    for version in FetchRequest::versions().filter(|version| *version <= 12) {
        let expected = match version {
            ..=5 => ErrorCode::NOT_LEADER_OR_FOLLOWER,
            _ => ErrorCode::KAFKA_STORAGE_ERROR,
        };
        let found = only(wire.ask(&fetch("gone", 0, 0), version).await).error_code;
        assert_eq!(found, expected, "v{version}");
    }
    node.stop().await;
}

/// 5 for 78: until a new leader knows what is committed, the end of its log is nobody's business.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_56_an_offset_that_is_not_known_yet_is_told_by_version() {
    let node = Node::with("replica.lag.time.max.ms=60000").await;
    let peer = Peer::start(&node.zookeeper, 9).await;
    peer.register().await;
    sees(&node.broker, "the peer", |image| image.brokers.contains_key(&9)).await;
    assigned(&node, "t", &[&[0, 9]]).await;
    let mut wire = node.wire().await;
    // On one replica of two: not committed.
    let request = produce("t", 0, 1, batch(&["a"]));
    let stored = wire.ask(&request, 9).await;
    assert_eq!(stored.responses[0].partition_responses[0].error_code, ErrorCode::NONE);
    let mut again = lisr("t", 0, 3, node.broker.port());
    again.topic_states[0].partition_states[0].isr = vec![0, 9];
    assert_eq!(told(&mut wire, &again).await, [ErrorCode::NONE; 2]);
    for version in ListOffsetsRequest::versions().skip(1) {
        let partition = ListOffsetsPartition {
            timestamp: -1,
            current_leader_epoch: -1,
            ..ListOffsetsPartition::default()
        };
        let topic = ListOffsetsTopic { name: "t".to_owned(), partitions: vec![partition] };
        let asked =
            ListOffsetsRequest { replica_id: -1, topics: vec![topic], ..Default::default() };
        let told = wire.ask(&asked, version).await.topics[0].partitions[0].error_code;
        let expected = match version {
            ..=4 => ErrorCode::LEADER_NOT_AVAILABLE,
            _ => ErrorCode::OFFSET_NOT_AVAILABLE,
        };
        assert_eq!(told, expected, "v{version}");
    }
    peer.stop().await;
    node.stop().await;
}

async fn settings(client: &Client, topic: &str) -> String {
    text(client, &format!("/config/topics/{topic}")).await
}

/// What tools and frameworks expect of the topics of coordinators.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_60_topics_of_coordinators_are_set_as_kafka_sets_them() {
    let node = Node::with("transaction.state.log.replication.factor=1").await;
    let mut wire: Wire = node.wire().await;
    find_coordinator(&mut wire, "g").await;
    let (client, _events) = client(&node.zookeeper).await;
    let groups = settings(&client, "__consumer_offsets").await;
    for part in [
        r#""cleanup.policy":"compact""#,
        r#""compression.type":"producer""#,
        r#""segment.bytes":"104857600""#,
    ] {
        assert!(groups.contains(part), "{groups}");
    }
    let find = FindCoordinatorRequest { key: "tx".to_owned(), key_type: 1, ..Default::default() };
    wire.ask(&find, 3).await;
    let transactions = settings(&client, "__transaction_state").await;
    for part in [
        r#""cleanup.policy":"compact""#,
        r#""compression.type":"uncompressed""#,
        r#""unclean.leader.election.enable":"false""#,
        r#""min.insync.replicas":"2""#,
        r#""segment.bytes":"104857600""#,
    ] {
        assert!(transactions.contains(part), "{transactions}");
    }
    client.close().await;
    node.stop().await;
}
