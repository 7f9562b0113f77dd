//! Produce: every version with its message format, acks, codecs, idempotent producers, refusals.

use bytes::Bytes;
use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::init_producer_id::InitProducerIdRequest;
use milena::kafka::protocol::message::produce::ProduceRequest;
use milena::kafka::record::{Codec, Compression};

use crate::support::batches::{
    batch, fetch, in_format, only, packed, produce, produce_format, produced, read_all, sequenced,
    values,
};
use crate::support::servers::Node;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_55_every_version_with_its_format_and_every_acks() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    let mut next = 0;
    let mut expected = Vec::new();
    for version in ProduceRequest::versions() {
        for acks in [-1, 1] {
            let (a, b) = (format!("a{version}/{acks}"), format!("b{version}/{acks}"));
            let records = in_format(produce_format(version), &[&a, &b]);
            let answer = wire.ask(&produce("t", 0, acks, records), version).await;
            let partition = &answer.responses[0].partition_responses[0];
            let told = (partition.error_code, partition.base_offset);
            assert_eq!(told, (ErrorCode::NONE, next), "v{version} acks={acks}");
            next += 2;
            expected.extend([a, b]);
        }
        // acks=0 has no answer: the next one on the connection is that of the next request.
        let silent = format!("s{version}");
        let records = in_format(produce_format(version), &[&silent]);
        wire.send(&produce("t", 0, 0, records), version).await;
        next += 1;
        expected.push(silent);
    }
    assert_eq!(read_all(&mut wire, "t", 0).await, expected);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_codec_passes_through_and_is_converted_where_asked() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    let long = "x".repeat(5_000);
    let sent = ["first", long.as_str(), "", "last"];
    for codec in Codec::ALL {
        let name = format!("t-{}", codec.name());
        node.topic(&name, 1).await;
        let records = packed(Compression { codec, level: None }, &sent);
        let answer = produced(&mut wire, &name, 0, records.clone()).await;
        assert_eq!(answer.error_code, ErrorCode::NONE, "{codec:?}");
        assert_eq!(read_all(&mut wire, &name, 0).await, sent, "{codec:?}");
        let stored = only(wire.ask(&fetch(&name, 0, 0), 12).await).records.into_bytes();
        assert_eq!(stored[16..], records[16..], "{codec:?}: not unpacked on its way");
    }
    node.stop().await;
}

/// Zstandard is newer than most versions (KIP-110).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zstd_needs_produce_7() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    let zstd = packed(Compression { codec: Codec::Zstd, level: None }, &["a"]);
    let answer = wire.ask(&produce("t", 0, 1, zstd.clone()), 6).await;
    let code = answer.responses[0].partition_responses[0].error_code;
    assert_eq!(code, ErrorCode::UNSUPPORTED_COMPRESSION_TYPE);
    let answer = wire.ask(&produce("t", 0, 1, zstd), 7).await;
    assert_eq!(answer.responses[0].partition_responses[0].error_code, ErrorCode::NONE);
    assert_eq!(values(only(wire.ask(&fetch("t", 0, 0), 10).await).records), [(0, "a".to_owned())]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idempotent_producers_neither_double_nor_skip() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    let mut ids = Vec::new();
    for version in InitProducerIdRequest::versions() {
        let request = InitProducerIdRequest {
            transaction_timeout_ms: 60_000,
            ..InitProducerIdRequest::default()
        };
        let answer = wire.ask(&request, version).await;
        assert_eq!((answer.error_code, answer.producer_epoch), (ErrorCode::NONE, 0), "v{version}");
        ids.push(answer.producer_id);
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "each gets one of its own");
    let (id, late) = (ids[0], ids[1]);

    let first = sequenced(id, 0, 0, &["a", "b"]);
    for _ in 0..2 {
        let answer = produced(&mut wire, "t", 0, first.clone()).await;
        assert_eq!((answer.error_code, answer.base_offset), (ErrorCode::NONE, 0));
    }
    let gap = produced(&mut wire, "t", 0, sequenced(id, 0, 5, &["x"])).await;
    assert_eq!(gap.error_code, ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
    let next = produced(&mut wire, "t", 0, sequenced(id, 0, 2, &["c"])).await;
    assert_eq!((next.error_code, next.base_offset), (ErrorCode::NONE, 2));
    let newer = produced(&mut wire, "t", 0, sequenced(id, 1, 0, &["d"])).await;
    assert_eq!((newer.error_code, newer.base_offset), (ErrorCode::NONE, 3));
    let stale = produced(&mut wire, "t", 0, sequenced(id, 0, 3, &["x"])).await;
    assert_eq!(stale.error_code, ErrorCode::INVALID_PRODUCER_EPOCH);
    let other = produced(&mut wire, "t", 0, sequenced(late, 0, 0, &["e"])).await;
    assert_eq!((other.error_code, other.base_offset), (ErrorCode::NONE, 4));

    // The sequences are kept across a restart.
    let node = node.restart().await;
    let mut wire = node.wire().await;
    let again = produced(&mut wire, "t", 0, sequenced(id, 1, 0, &["d"])).await;
    assert_eq!((again.error_code, again.base_offset), (ErrorCode::NONE, 3));
    assert_eq!(read_all(&mut wire, "t", 0).await, ["a", "b", "c", "d", "e"]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_appended_is_refused() {
    let node = Node::with("message.max.bytes=1000").await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    let good = batch(&["a"]);
    let damaged = |at: usize, by: u8| {
        let mut bytes = good.to_vec();
        bytes[at] ^= by;
        Bytes::from(bytes)
    };
    let last = good.len() - 1;
    for (what, topic, partition, records, expected) in [
        ("no topic", "absent", 0, good.clone(), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
        ("no partition", "t", 7, good.clone(), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
        ("a bad checksum", "t", 0, damaged(last, 1), ErrorCode::CORRUPT_MESSAGE),
        ("a cut batch", "t", 0, good.slice(..last), ErrorCode::CORRUPT_MESSAGE),
        ("too large", "t", 0, batch(&[&"x".repeat(2_000)]), ErrorCode::MESSAGE_TOO_LARGE),
        ("an old format", "t", 0, in_format(1, &["a"]), ErrorCode::INVALID_RECORD),
    ] {
        let answer = produced(&mut wire, topic, partition, records).await;
        assert_eq!(answer.error_code, expected, "{what}");
        assert_eq!(answer.base_offset, -1, "{what}");
    }
    let answer = wire.ask(&produce("t", 0, 2, good), 9).await;
    let code = answer.responses[0].partition_responses[0].error_code;
    assert_eq!(code, ErrorCode::INVALID_REQUIRED_ACKS);
    assert_eq!(read_all(&mut wire, "t", 0).await, [""; 0]);
    node.stop().await;
}
