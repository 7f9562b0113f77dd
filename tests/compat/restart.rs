//! A broker that comes back has what it had, whether it was stopped or dropped.

use milena::base::disk::Disk;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::metadata::MetadataRequest;

use crate::support::WITHIN;
use crate::support::batches::{batch, produced, read_all};
use crate::support::folder::Folder;
use crate::support::servers::{Node, broker, properties, sees, zookeeper};
use crate::support::wire::Wire;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clean_stop_keeps_all_and_says_so() {
    let node = Node::with("log.segment.bytes=1000").await;
    node.topic("t", 2).await;
    let mut wire = node.wire().await;
    let mut expected = Vec::new();
    for number in 0..50 {
        let value = format!("{number:0>60}");
        produced(&mut wire, "t", 0, batch(&[&value])).await;
        expected.push(value);
    }
    let asked = MetadataRequest { topics: None, ..Default::default() };
    let before = wire.ask(&asked, 12).await;
    let folder = node.halt().await;
    let logs = folder.path().join("kafka-0");
    assert!(Disk::System.exists(&logs.join(".kafka_cleanshutdown")), "marked as clean");
    let files = Disk::System.list(&logs.join("t-0")).expect("the partition's files");
    assert!(files.iter().filter(|file| file.name.ends_with(".log")).count() > 3, "{files:?}");

    let node = Node::over(folder, "log.segment.bytes=1000").await;
    sees(&node.broker, "its topic", |image| {
        image.topic("t").is_some_and(|it| it.partitions.values().all(|one| one.leader == 0))
    })
    .await;
    let mut wire = node.wire().await;
    let after = wire.ask(&asked, 12).await;
    assert_eq!(after.cluster_id, before.cluster_id);
    assert_eq!(after.topics[0].topic_id, before.topics[0].topic_id);
    assert_eq!(read_all(&mut wire, "t", 0).await, expected);
    let next = produced(&mut wire, "t", 0, batch(&["next"])).await;
    assert_eq!((next.error_code, next.base_offset), (ErrorCode::NONE, 50));
    node.stop().await;
}

/// The broker's runtime is thrown away in the middle of its life: nothing is closed, no marker is
/// written, ZooKeeper still believes in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_dropped_recovers() {
    let folder = Folder::new();
    let zookeeper = zookeeper(folder.path()).await;
    let settings = properties(&zookeeper, folder.path(), 0, "log.segment.bytes=1000");
    let doomed = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let start = settings.clone();
    let running = doomed.spawn(broker(start)).await.expect("a broker");
    sees(&running, "itself in charge", |image| image.controller == 0).await;
    crate::support::servers::create_topic(running.port(), "t", 1, 1).await;
    let mut wire = Wire::connect(running.port()).await;
    let mut expected = Vec::new();
    for number in 0..50 {
        let value = format!("{number:0>60}");
        produced(&mut wire, "t", 0, batch(&[&value])).await;
        expected.push(value);
    }
    drop(running);
    // Its lock on the directory goes with its last task.
    let ended = tokio::task::spawn_blocking(move || doomed.shutdown_timeout(WITHIN)).await;
    ended.expect("an end of the runtime");

    let again = broker(settings).await;
    sees(&again, "its partition", |image| {
        image.controller == 0 && image.partition("t", 0).is_some_and(|it| it.leader == 0)
    })
    .await;
    let mut wire = Wire::connect(again.port()).await;
    assert_eq!(read_all(&mut wire, "t", 0).await, expected);
    let next = produced(&mut wire, "t", 0, batch(&["next"])).await;
    assert_eq!((next.error_code, next.base_offset), (ErrorCode::NONE, 50));
    again.stop().await;
    zookeeper.stop().await;
}
