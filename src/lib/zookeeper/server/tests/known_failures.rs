//! Failures that ZooKeeper has had and a server alone can show, named by its issues
//! (docs/known-failures.md has all of them).

use super::*;

const FOLDER: &str = "/data/version-2";

fn snapshots(disk: &Disk) -> Vec<String> {
    let names = disk.list(Path::new(FOLDER)).unwrap().into_iter().map(|entry| entry.name);
    let mut names: Vec<_> = names.filter(|name| name.starts_with("snapshot.")).collect();
    names.sort();
    names
}

async fn write(client: &Client, count: usize) {
    for number in 0..count {
        let path = format!("/n{number}");
        create(client, &path, CreateMode::Persistent).await.unwrap();
    }
}

/// A start that trusts logs without a snapshot has one when it is over: the next needs no trust.
#[tokio::test]
async fn zookeeper_3644_a_start_that_trusts_leaves_a_snapshot() {
    let disk = Disk::memory();
    let server = start(settings(&disk)).await;
    let (writer, _events) = client(&server).await;
    write(&writer, 3).await;
    server.stop().await;
    for name in snapshots(&disk) {
        disk.remove_file(&Path::new(FOLDER).join(name)).unwrap();
    }
    assert!(Server::start(settings(&disk)).await.is_err(), "logs without a snapshot");
    let trusting = Settings { trust_empty: true, ..settings(&disk) };
    start(trusting).await.stop().await;
    assert_eq!(snapshots(&disk).len(), 1);
    let server = start(settings(&disk)).await;
    let (reader, _events) = client(&server).await;
    assert!(reader.exists("/n2", false).await.unwrap().is_some());
    server.stop().await;
}

/// Only what is logged counts towards the next snapshot.
#[tokio::test]
async fn zookeeper_4362_reads_bring_no_snapshot() {
    let disk = Disk::memory();
    let server = start(Settings { snapshot_count: 20, ..settings(&disk) }).await;
    let before = snapshots(&disk);
    let (reader, _events) = client(&server).await;
    for _ in 0..200 {
        reader.exists("/", false).await.unwrap();
    }
    assert_eq!(snapshots(&disk), before);
    write(&reader, 40).await;
    server.stop().await;
    assert!(snapshots(&disk).len() > before.len(), "writes do");
}
