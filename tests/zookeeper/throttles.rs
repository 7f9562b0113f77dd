//! What holds back clients that ask too much: handshakes, requests, and requests that are too long.

use std::time::Duration;

use milena::zookeeper::client::Error;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::{CreateMode, CreateRequest};
use milena::zookeeper::jute::{Acl, KeeperError, Request};
use milena::zookeeper::server::{ConnectionThrottle, Running, Settings};

use crate::support::folder::Folder;
use crate::support::{program, servers};

async fn started(folder: &Folder, change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = servers::zookeeper_settings(folder.path());
    settings.words = vec!["*".to_owned()];
    change(&mut settings);
    servers::start(settings).await
}

async fn counted(port: u16, name: &str) -> u64 {
    let mntr = servers::word("127.0.0.1", port, "mntr").await.expect("an answer");
    let line = mntr.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
    line.unwrap_or_else(|| panic!("no {name} in {mntr}")).parse().expect("a number")
}

/// A client's first frame.
fn hello() -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, 45];
    bytes.extend_from_slice(&[0; 12]);
    bytes.extend_from_slice(&10_000_i32.to_be_bytes());
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&[0, 0, 0, 16]);
    bytes.extend_from_slice(&[0; 17]);
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_are_opened_as_long_as_there_are_tokens() {
    let folder = Folder::new();
    let zookeeper = started(&folder, |settings| {
        settings.connection_throttle = ConnectionThrottle {
            tokens: 2,
            fill_ms: 1_000_000_000,
            ..ConnectionThrottle::default()
        };
    })
    .await;
    let port = zookeeper.address().port();
    let (one, _) = servers::client(&zookeeper).await;
    let (two, _) = servers::client(&zookeeper).await;
    let said = servers::said("127.0.0.1", port, &hello()).await;
    assert_eq!(said.as_deref(), Some(&[][..]), "the end of the connection");
    assert_eq!(counted(port, "zk_connection_rejected").await, 1);
    assert_eq!(counted(port, "zk_max_connection_token_deficit").await, 2);
    one.close().await;
    two.close().await;
    zookeeper.stop().await;
}

fn create(number: usize) -> Request {
    Request::Create(CreateRequest {
        path: format!("/n{number}"),
        data: None,
        acl: vec![Acl::world(perms::ALL)],
        flags: CreateMode::Persistent as i32,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_wait_until_others_are_done() {
    let folder = Folder::new();
    let zookeeper = started(&folder, |settings| settings.requests_max = 1).await;
    let (client, _) = servers::client(&zookeeper).await;
    let answers = client.pipeline((0..50).map(create).collect()).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let port = zookeeper.address().port();
    assert!(counted(port, "zk_request_throttle_wait_count").await > 0);
    client.close().await;
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_waited_too_long_are_told_so() {
    let folder = Folder::new();
    let zookeeper = started(&folder, |settings| {
        settings.requests_max = 1;
        settings.throttled_wait = Some(Duration::from_nanos(1));
    })
    .await;
    let (client, _) = servers::client(&zookeeper).await;
    let answers = client.pipeline((0..50).map(create).collect()).await;
    let refused = |answer: &&Result<_, Error>| {
        answer.as_ref().err().and_then(Error::keeper) == Some(KeeperError::ThrottledOp)
    };
    let refused = answers.iter().filter(refused).count();
    let done = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(refused > 0 && done > 0 && refused + done == 50, "{answers:?}");
    let port = zookeeper.address().port();
    assert_eq!(counted(port, "zk_throttled_ops").await, refused as u64);
    // What was refused has left no trace.
    let (names, _) = client.children("/", false).await.unwrap();
    assert_eq!(names.len(), done + 1, "/zookeeper and what was done");
    client.close().await;
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_too_long_is_named() {
    let folder = Folder::new();
    let (mut zookeeper, port) = program::zookeeper(&folder, 0).await;
    let mut bytes = hello();
    bytes.extend_from_slice(&2_000_000_i32.to_be_bytes());
    // xid 1, create, the path; the data would follow.
    bytes.extend_from_slice(&[0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4]);
    bytes.extend_from_slice(b"/big");
    servers::said("127.0.0.1", port, &bytes).await.expect("an answer, and the end");
    let line = zookeeper.says("Len error 2000000").await;
    let sentence = "create of /big has more bytes than jute.maxbuffer=1048575 allows; raise it on all \
                    servers and clients, or keep less in one znode";
    assert!(line.contains(sentence), "{line}");
    zookeeper.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trace_mask_is_set_by_a_word_and_eight_bytes() {
    let folder = Folder::new();
    let zookeeper = started(&folder, |_| {}).await;
    let port = zookeeper.address().port();
    let asked = [b"stmk".as_slice(), &307_i64.to_be_bytes()].concat();
    assert_eq!(servers::said("127.0.0.1", port, &asked).await.as_deref(), Some(&b"307"[..]));
    assert_eq!(servers::word("127.0.0.1", port, "gtmk").await.as_deref(), Some("307"));
    zookeeper.stop().await;
}
