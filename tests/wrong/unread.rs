//! A client that sends and never reads costs a bounded amount and disturbs nobody.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::api_versions::ApiVersionsRequest;

use crate::support::batches::{batch, fetch, produced};
use crate::support::servers::Node;
use crate::support::wire::frame;
use crate::support::within;

/// More than sockets on either side hold, with all that a broker may queue.
const ASKED_BYTES: usize = 256 * 1024 * 1024;
/// Requests of somebody else that are answered while the rude one gets nothing more out.
const ASKED_MEANWHILE: usize = 200;

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
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = sent.clone();
    let sending = tokio::spawn(async move {
        while counter.load(Relaxed) < ASKED_BYTES {
            rude.bytes(block.clone()).await.expect("a connection that stays");
            counter.fetch_add(block.len(), Relaxed);
        }
    });
    // The broker shows that it works by what it does for others: where many of their requests are
    // answered and not one block more has gone out, it does not read.
    within("a halt", async {
        loop {
            let before = sent.load(Relaxed);
            for _ in 0..ASKED_MEANWHILE {
                let answer = polite.ask(&ApiVersionsRequest::default(), 0).await;
                assert_eq!(answer.error_code, ErrorCode::NONE);
            }
            if sent.load(Relaxed) == before && before > 0 {
                return;
            }
        }
    })
    .await;
    assert!(sent.load(Relaxed) < ASKED_BYTES, "the broker read on without an end");
    let answer = polite.ask(&ApiVersionsRequest::default(), 0).await;
    assert_eq!(answer.error_code, ErrorCode::NONE);
    let more = produced(&mut polite, "t", 0, batch(&["more"])).await;
    assert_eq!((more.error_code, more.base_offset), (ErrorCode::NONE, 1));
    assert!(!sending.is_finished(), "the connection stays all the while");
    sending.abort();
    node.stop().await;
}
