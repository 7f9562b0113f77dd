//! Fetch: every version with its message format, sessions, waiting and waking, limits.

use std::time::Duration;

use milena::base::uuid::Uuid;
use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, ForgottenTopic,
};
use milena::kafka::record::{Codec, Compression, batches};

use crate::support::batches::{
    batch, fetch, fetch_format, only, packed, produce, produced, values,
};
use crate::support::servers::Node;
use crate::support::wire::Wire;
use crate::support::within;

/// The id of a topic, which newer versions name it by.
fn id_of(node: &Node, topic: &str) -> Uuid {
    node.broker.broker.cluster.image().topic(topic).expect("the topic").id
}

fn pair(offset: i64, value: &str) -> (i64, String) {
    (offset, value.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_55_every_version_reads_what_is_there_in_its_format() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    produced(&mut wire, "t", 0, batch(&["a", "b"])).await;
    let gzip = Compression { codec: Codec::Gzip, level: None };
    produced(&mut wire, "t", 0, packed(gzip, &["c", "d"])).await;
    for version in FetchRequest::versions() {
        let mut request = fetch("t", 0, 0);
        request.topics[0].topic_id = id_of(&node, "t");
        let data = only(wire.ask(&request, version).await);
        assert_eq!((data.error_code, data.high_watermark), (ErrorCode::NONE, 4), "v{version}");
        let bytes = data.records.clone().into_bytes();
        for batch in batches(&bytes) {
            assert_eq!(batch.unwrap().header.magic, fetch_format(version), "v{version}");
        }
        let expected = [pair(0, "a"), pair(1, "b"), pair(2, "c"), pair(3, "d")];
        assert_eq!(values(data.records), expected, "v{version}");

        // From inside a batch: what lies before may come along, what is asked for must.
        let mut inside = fetch("t", 0, 3);
        inside.topics[0].topic_id = id_of(&node, "t");
        let data = only(wire.ask(&inside, version).await);
        assert_eq!(values(data.records).last(), Some(&pair(3, "d")), "v{version}");
        let mut end = fetch("t", 0, 4);
        end.topics[0].topic_id = id_of(&node, "t");
        assert_eq!(values(only(wire.ask(&end, version).await).records), [], "v{version}");
        let mut beyond = fetch("t", 0, 5);
        beyond.topics[0].topic_id = id_of(&node, "t");
        let data = wire.ask(&beyond, version).await.responses.remove(0).partitions.remove(0);
        assert_eq!(data.error_code, ErrorCode::OFFSET_OUT_OF_RANGE, "v{version}");
    }
    let unknown = wire.ask(&fetch("absent", 0, 0), 12).await;
    let code = unknown.responses[0].partitions[0].error_code;
    assert_eq!(code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    let mut unknown = fetch("", 0, 0);
    unknown.topics[0].topic_id = Uuid([7; 16]);
    let code = wire.ask(&unknown, 13).await.responses[0].partitions[0].error_code;
    assert_eq!(code, ErrorCode::UNKNOWN_TOPIC_ID);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_fetch_is_woken_by_the_append() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let (mut reader, mut writer) = (node.wire().await, node.wire().await);
    for version in [0, 3, 4, 11, 12, 17] {
        let next = only(writer.ask(&fetch("t", 0, 0), 12).await).high_watermark;
        // It waits for minutes: only an append can end it within the test's own deadline.
        let mut request = fetch("t", 0, next);
        request.topics[0].topic_id = id_of(&node, "t");
        (request.max_wait_ms, request.min_bytes) = (600_000, 1);
        reader.send(&request, version).await;
        produced(&mut writer, "t", 0, batch(&["wake"])).await;
        let data = only(reader.answer::<FetchRequest>(version).await);
        assert_eq!(values(data.records).last(), Some(&pair(next, "wake")), "v{version}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn min_bytes_and_max_wait_decide_when_it_answers() {
    let node = Node::start().await;
    node.topic("t", 2).await;
    let (mut reader, mut writer) = (node.wire().await, node.wire().await);
    let mut request = fetch("t", 0, 0);
    let other = FetchPartition { partition: 1, ..request.topics[0].partitions[0].clone() };
    request.topics[0].partitions.push(other);
    let one = batch(&["0123456789"]);
    (request.max_wait_ms, request.min_bytes) = (600_000, i32::try_from(2 * one.len()).unwrap());
    reader.send(&request, 12).await;
    // The bytes of both partitions count together.
    produced(&mut writer, "t", 0, one.clone()).await;
    produced(&mut writer, "t", 1, one).await;
    let answer = reader.answer::<FetchRequest>(12).await;
    assert_eq!(answer.responses[0].partitions.len(), 2);
    let found: usize = answer.responses[0].partitions.iter().map(|it| it.records.len()).sum();
    assert!(found >= usize::try_from(request.min_bytes).unwrap(), "{found}");

    // Too little, and nobody adds to it: answered with what there is when the time is over.
    (request.max_wait_ms, request.min_bytes) = (100, 1 << 20);
    let before = tokio::time::Instant::now();
    let answer = reader.ask(&request, 12).await;
    assert!(before.elapsed() >= Duration::from_millis(95), "{:?}", before.elapsed());
    assert!(answer.responses[0].partitions.iter().all(|it| !it.records.is_empty()));
    node.stop().await;
}

/// KIP-74: a record larger than every limit is still handed out, so that consumers get past it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_hold_but_for_the_first_batch() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    let large = "x".repeat(10_000);
    for _ in 0..3 {
        produced(&mut wire, "t", 0, batch(&[&large])).await;
    }
    let mut request = fetch("t", 0, 0);
    request.topics[0].partitions[0].partition_max_bytes = 100;
    let found = values(only(wire.ask(&request, 12).await).records);
    assert_eq!(found, [(0, large.clone())]);
    request.topics[0].partitions[0].partition_max_bytes = 1 << 20;
    request.max_bytes = 12_000;
    let bytes = only(wire.ask(&request, 12).await).records.into_bytes();
    assert!((10_000..=12_000).contains(&bytes.len()), "{}", bytes.len());
    node.stop().await;
}

fn session_request(session: i32, epoch: i32) -> FetchRequest {
    FetchRequest {
        max_bytes: 1 << 20,
        session_id: session,
        session_epoch: epoch,
        ..FetchRequest::default()
    }
}

fn shown(answer: &FetchResponse) -> Vec<i32> {
    let partitions = answer.responses.iter().flat_map(|topic| &topic.partitions);
    partitions.map(|partition| partition.partition_index).collect()
}

/// KIP-227: a session shows only what changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_show_only_what_changed() {
    let node = Node::start().await;
    node.topic("t", 3).await;
    let mut wire = node.wire().await;
    produced(&mut wire, "t", 1, batch(&["a"])).await;
    let wanted = |partition: i32, fetch_offset: i64| FetchPartition {
        partition,
        fetch_offset,
        partition_max_bytes: 1 << 20,
        ..FetchPartition::default()
    };
    let topic = |partitions: Vec<FetchPartition>| FetchTopic {
        topic: "t".to_owned(),
        partitions,
        ..FetchTopic::default()
    };
    let mut first = session_request(0, 0);
    first.topics = vec![topic(vec![wanted(0, 0), wanted(1, 0), wanted(2, 0)])];
    let answer = wire.ask(&first, 12).await;
    let session = answer.session_id;
    assert!(session > 0, "{answer:?}");
    assert_eq!(shown(&answer), [0, 1, 2]);

    let mut second = session_request(session, 1);
    second.topics = vec![topic(vec![wanted(1, 1)])];
    assert_eq!(shown(&wire.ask(&second, 12).await), [0; 0], "nothing new");
    produced(&mut wire, "t", 2, batch(&["b"])).await;
    let third = wire.ask(&session_request(session, 2), 12).await;
    assert_eq!(shown(&third), [2]);
    let mut fourth = session_request(session, 3);
    fourth.forgotten_topics_data = vec![ForgottenTopic {
        topic: "t".to_owned(),
        partitions: vec![2],
        ..ForgottenTopic::default()
    }];
    assert_eq!(shown(&wire.ask(&fourth, 12).await), [0; 0]);

    let wrong = wire.ask(&session_request(session, 9), 12).await;
    assert_eq!(wrong.error_code, ErrorCode::INVALID_FETCH_SESSION_EPOCH);
    let absent = wire.ask(&session_request(session.wrapping_add(1), 1), 12).await;
    assert_eq!(absent.error_code, ErrorCode::FETCH_SESSION_ID_NOT_FOUND);
    let last = wire.ask(&session_request(session, -1), 12).await;
    assert_eq!(last.error_code, ErrorCode::NONE, "closed");
    let gone = wire.ask(&session_request(session, 4), 12).await;
    assert_eq!(gone.error_code, ErrorCode::FETCH_SESSION_ID_NOT_FOUND);
    node.stop().await;
}

/// A connection answers in the order it was asked, whatever waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_keep_the_order_of_requests() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let mut wire: Wire = node.wire().await;
    let mut waiting = fetch("t", 0, 0);
    (waiting.max_wait_ms, waiting.min_bytes) = (600_000, 1);
    wire.send(&waiting, 12).await;
    // On the same connection, behind the fetch: its append wakes the fetch.
    wire.send(&produce("t", 0, 1, batch(&["a"])), 9).await;
    let first = within("the fetch's answer", wire.frame()).await.expect("an answer");
    assert_eq!(first[..4], [0, 0, 0, 1]);
    let second = within("the produce's answer", wire.frame()).await.expect("an answer");
    assert_eq!(second[..4], [0, 0, 0, 2]);
    node.stop().await;
}
