//! A log directory that fails while its logs are loaded takes only itself away.

use std::path::Path;

use milena::base::clock::Clock;
use milena::base::disk::Disk;
use milena::base::error::Chain;
use milena::kafka::broker::startup;
use milena::kafka::protocol::error_code::ErrorCode;

use crate::checklist::{lisr, told};
use crate::support::batches::{batch, fetch, produced, read_all};
use crate::support::folder::Folder;
use crate::support::servers::{self, Node, properties, sees};
use crate::support::within;

/// Puts a link to itself in the place of a partition's first segment: whoever opens it fails.
fn spoil(log_dir: &str) {
    let entries = Disk::System.list(Path::new(log_dir)).expect("a log directory");
    let log = entries.into_iter().find(|it| it.is_dir).expect("a log").name;
    let segment = Path::new(log_dir).join(log).join("00000000000000000000.log");
    Disk::System.remove_file(&segment).expect("a segment");
    std::os::unix::fs::symlink(&segment, &segment).expect("a link");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_26_a_log_directory_that_fails_at_the_start_goes_alone() {
    let folder = Folder::new();
    let dirs = [folder.at("first"), folder.at("second")];
    let more = format!("log.dirs={}", dirs.join(","));
    let node = Node::over(folder, &more).await;
    // They go where the fewest lie: one into each directory.
    for topic in ["one", "two"] {
        node.topic(topic, 1).await;
        let stored = produced(&mut node.wire().await, topic, 0, batch(&["kept"])).await;
        assert_eq!(stored.error_code, ErrorCode::NONE);
    }
    let folder = node.halt().await;
    spoil(&dirs[0]);

    let node = Node::over(folder, &more).await;
    sees(&node.broker, "what is left", |image| {
        let leader = |topic| image.partition(topic, 0).map(|it| it.leader);
        (leader("one"), leader("two")) == (Some(-1), Some(0))
    })
    .await;
    let mut wire = node.wire().await;
    assert_eq!(read_all(&mut wire, "two", 0).await, ["kept"]);
    let gone = wire.ask(&fetch("one", 0, 0), 12).await;
    assert_eq!(gone.responses[0].partitions[0].error_code, ErrorCode::KAFKA_STORAGE_ERROR);
    // What the controller says of it is answered with the same, and it was told of the directory.
    let mut lead = lisr("one", 0, 9, 1);
    lead.controller_epoch = node.broker.broker.cluster.image().controller_epoch;
    lead.topic_states[0].partition_states[0].is_new = false;
    let expected = [ErrorCode::NONE, ErrorCode::KAFKA_STORAGE_ERROR];
    assert_eq!(told(&mut wire, &lead).await, expected);
    let (client, _events) = servers::client(&node.zookeeper).await;
    let (_, stat) = client.get("/log_dir_event_notification", false).await.expect("the node");
    assert!(stat.cversion > 0, "nobody left a note");
    client.close().await;
    let folder = node.halt().await;

    // Without any there is nothing to start for.
    spoil(&dirs[1]);
    let zookeeper = servers::zookeeper(folder.path()).await;
    let properties = properties(&zookeeper, folder.path(), 0, &more);
    let settings = startup::Settings { properties, clock: Clock::System, disk: Disk::System };
    let refused = within("the start of a broker", startup::start(settings)).await;
    let said = refused.err().map(|error| Chain(&error).to_string()).expect("no directory is left");
    assert!(said.contains("00000000000000000000.log"), "{said}");
    within("the stop of ZooKeeper", zookeeper.stop()).await;
}
