//! The folders of a broker that is replaced by one of another make: what a clean stop leaves there,
//! and what must never be there.

use std::path::Path;

use milena::base::disk::Disk;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;

use super::text;
use crate::support::batches::{TIME_MS, produced, sequenced};
use crate::support::servers::{Node, client};
use crate::support::within;

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        Disk::System.list(dir).expect("a folder").into_iter().map(|it| it.name).collect();
    names.sort();
    names
}

/// Checkpoints at the log's end, a snapshot of producers there, and the marker.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swap_1_a_clean_stop_writes_down_where_everything_ends() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    for sequence in 0..3 {
        let batch = sequenced(7, 0, sequence, &["v"]);
        assert_eq!(produced(&mut wire, "t", 0, batch).await.error_code, ErrorCode::NONE);
    }
    let folder = node.halt().await;
    let dir = folder.path().join("kafka-0");
    let read = |name: &str| Disk::System.read_text(&dir.join(name)).expect(name);
    for checkpoint in ["recovery-point-offset-checkpoint", "replication-offset-checkpoint"] {
        assert!(read(checkpoint).lines().any(|line| line == "t 0 3"), "{checkpoint}");
    }
    assert_eq!(read("t-0/leader-epoch-checkpoint"), "0\n1\n0 0\n");
    assert!(read(".kafka_cleanshutdown").starts_with(r#"{"version":0,"brokerEpoch":"#));
    let log = names(&dir.join("t-0"));
    for name in [
        "00000000000000000000.index",
        "00000000000000000000.log",
        "00000000000000000000.timeindex",
        // At the end: without any, Kafka forgets whom it has to deduplicate.
        "00000000000000000003.snapshot",
        "partition.metadata",
    ] {
        assert!(log.iter().any(|it| it == name), "{name} in {log:?}");
    }
    let times = Disk::System.read(&dir.join("t-0/00000000000000000000.timeindex"));
    let times = times.expect("the time index");
    // One entry, for the largest time and the first record that has it, and nothing behind it.
    assert_eq!(times, [&TIME_MS.to_be_bytes()[..], &0i32.to_be_bytes()].concat());
}

/// The marker is gone before anything is written: a crash after that is one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swap_2_the_marker_goes_before_the_first_write() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let node = node.restart().await;
    let folder = node.broker.broker.replicas.logs().paths().remove(0);
    assert!(!Disk::System.exists(&folder.join(".kafka_cleanshutdown")));
    let folder = node.halt().await;
    assert!(Disk::System.exists(&folder.path().join("kafka-0/.kafka_cleanshutdown")));
}

/// Kafka ends its start at a folder that is none of a partition, and takes a file whose name is a
/// number for a segment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swap_3_nothing_lies_there_that_kafka_stumbles_over() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    node.topic("deleted", 1).await;
    let (client, _events) = client(&node.zookeeper).await;
    let (open, mode) = ([Acl::world(perms::ALL)], CreateMode::Persistent);
    client.create("/admin/delete_topics/deleted", None, &open, mode).await.expect("a wish");
    within("the deletion", async {
        let mut pause = tokio::time::interval(std::time::Duration::from_millis(5));
        while client.exists("/brokers/topics/deleted", false).await.expect("an answer").is_some() {
            pause.tick().await;
        }
    })
    .await;
    client.close().await;
    let folder = node.halt().await;
    let dir = folder.path().join("kafka-0");
    for entry in Disk::System.list(&dir).expect("a folder") {
        let is_partition = entry.name == "t-0"
            || (entry.name.starts_with("deleted-0.") && entry.name.ends_with("-delete"))
            || entry.name.starts_with("__consumer_offsets-");
        assert!(!entry.is_dir || is_partition, "{}", entry.name);
    }
    for name in names(&dir.join("t-0")) {
        let known = ["log", "index", "timeindex", "txnindex", "snapshot"];
        let extension = name.rsplit('.').next().unwrap_or_default();
        let is_known = known.contains(&extension)
            || ["leader-epoch-checkpoint", "partition.metadata"].contains(&name.as_str());
        assert!(is_known, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swap_4_a_partitions_metadata_says_its_topics_id() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let (client, _events) = client(&node.zookeeper).await;
    let topic = text(&client, "/brokers/topics/t").await;
    client.close().await;
    let folder = node.halt().await;
    let path = folder.path().join("kafka-0/t-0/partition.metadata");
    let said = Disk::System.read_text(&path).expect("the file");
    let id = said.strip_prefix("version: 0\ntopic_id: ").expect("an id").trim();
    assert!(topic.contains(&format!(r#""topic_id":"{id}""#)), "{topic} {said}");
}
