//! A client that sends and never reads costs a bounded amount and disturbs nobody.

use std::time::Duration;

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::api_versions::ApiVersionsRequest;

use crate::support::batches::{batch, fetch, produced};
use crate::support::servers::Node;
use crate::support::wire::frame;

/// More than sockets on either side hold, with all that a broker may queue.
const ASKED_BYTES: usize = 256 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_not_read() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let (mut rude, mut polite) = (node.wire().await, node.wire().await);
    let value = "x".repeat(500_000);
    let stored = produced(&mut polite, "t", 0, batch(&[&value])).await;
    assert_eq!(stored.error_code, ErrorCode::NONE);
    // Each request asks for half a megabyte. If the broker took them all it would owe gigabytes;
    // instead it stops reading, and sending comes to a halt: then the kernel's buffers are full.
    let request = frame(&fetch("t", 0, 0), 4, 1);
    let block: bytes::Bytes = request.repeat(1_000).into();
    let mut sent = 0;
    while sent < ASKED_BYTES {
        let sending = tokio::time::timeout(Duration::from_millis(500), rude.bytes(block.clone()));
        match sending.await {
            Ok(result) => result.expect("a connection that stays"),
            Err(_) => break,
        }
        sent += block.len();
    }
    assert!(sent < ASKED_BYTES, "the broker read on without an end");
    let answer = polite.ask(&ApiVersionsRequest::default(), 0).await;
    assert_eq!(answer.error_code, ErrorCode::NONE);
    let more = produced(&mut polite, "t", 0, batch(&["more"])).await;
    assert_eq!((more.error_code, more.base_offset), (ErrorCode::NONE, 1));
    drop(rude);
    node.stop().await;
}
