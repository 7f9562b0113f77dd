//! A disk that is full while servers run: a sentence, an error for who writes, and after a restart
//! with room everything that was acknowledged.
//!
//! A limit on the size of the process's files stands in for the disk: it may be set on a process
//! that runs, by anybody, and is lifted by the next start.

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::metadata::{MetadataRequest, MetadataRequestTopic};
use milena::kafka::protocol::message::produce::ProduceRequest;
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;

use crate::support::batches::{batch, fetch, produce, produced, read_all};
use crate::support::folder::Folder;
use crate::support::program::{Process, server_properties, started, zookeeper};
use crate::support::servers::{client_at, create_topic};
use crate::support::wire::Wire;
use crate::support::within;

/// No file grows beyond this.
const FULL_BYTES: u64 = 64 * 1024;

/// Produces values of a kilobyte to a partition until one is refused; gives those acknowledged,
/// and the refusal: none where the connection ended.
async fn fill(wire: &mut Wire, topic: &str) -> (Vec<String>, Option<ErrorCode>) {
    let mut acknowledged = Vec::new();
    for number in 0..1_000 {
        let value = format!("{number:0>1000}");
        wire.send(&produce(topic, 0, -1, batch(&[&value])), 9).await;
        let Some(answer) = wire.answer_or_end::<ProduceRequest>(9).await else {
            return (acknowledged, None);
        };
        match answer.responses[0].partition_responses[0].error_code {
            ErrorCode::NONE => acknowledged.push(value),
            code => return (acknowledged, Some(code)),
        }
    }
    panic!("the disk was never full");
}

/// Waits until the cluster says so of a topic's only partition.
async fn leader_of(wire: &mut Wire, topic: &str, wanted: impl Fn(i32) -> bool) {
    let topic = MetadataRequestTopic { name: Some(topic.to_owned()), ..Default::default() };
    let asked = MetadataRequest { topics: Some(vec![topic]), ..Default::default() };
    within("the leader wanted", async {
        let mut pause = tokio::time::interval(std::time::Duration::from_millis(20));
        loop {
            let told = wire.ask(&asked, 9).await;
            if told.topics[0].partitions.first().is_some_and(|it| wanted(it.leader_id)) {
                return;
            }
            pause.tick().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_costs_a_log_directory_and_the_last_one_the_broker() {
    let folder = Folder::new();
    let (zookeeper, zookeeper_port) = zookeeper(&folder, 0).await;
    let (first, second) = (folder.at("first"), folder.at("second"));
    let file = server_properties(&folder, zookeeper_port, &format!("log.dirs={first},{second}\n"));
    let (mut broker, port) = started(Process::start("kafka-server-start", &[&file])).await;
    // They go where the fewest lie: one into each directory.
    create_topic(port, "one", 1, 1).await;
    create_topic(port, "two", 1, 1).await;
    let mut wire = Wire::connect(port).await;
    assert_eq!(produced(&mut wire, "two", 0, batch(&["kept"])).await.error_code, ErrorCode::NONE);

    broker.limit_files(FULL_BYTES);
    let (one, refused) = fill(&mut wire, "one").await;
    assert_eq!(refused, Some(ErrorCode::KAFKA_STORAGE_ERROR));
    assert!(one.len() > 30, "{} were acknowledged", one.len());
    let said = broker
        .says(&format!("Log directory {first} goes offline and takes 1 partition(s) with it"))
        .await;
    assert!(said.contains("00000000000000000000.log: file too large"), "{said}");
    assert!(said.ends_with("start the broker again (kafka.server.ReplicaManager)"), "{said}");
    let answer = wire.ask(&fetch("one", 0, 0), 12).await;
    assert_eq!(answer.responses[0].partitions[0].error_code, ErrorCode::KAFKA_STORAGE_ERROR);
    // The controller has heard of it.
    leader_of(&mut wire, "one", |leader| leader == -1).await;

    // What lies elsewhere is served, and new topics go there.
    assert_eq!(read_all(&mut wire, "two", 0).await, ["kept"]);
    create_topic(port, "three", 1, 1).await;
    leader_of(&mut wire, "three", |leader| leader == 0).await;
    assert_eq!(produced(&mut wire, "three", 0, batch(&["new"])).await.error_code, ErrorCode::NONE);

    let (two, refused) = fill(&mut wire, "two").await;
    assert!([Some(ErrorCode::KAFKA_STORAGE_ERROR), None].contains(&refused), "{refused:?}");
    let end = format!("Shutdown broker because all log dirs in {first}, {second} have failed");
    broker.says(&end).await;
    assert_eq!(broker.ended().await.code(), Some(1));

    let (broker, port) = started(Process::start("kafka-server-start", &[&file])).await;
    let mut wire = Wire::connect(port).await;
    for topic in ["one", "two", "three"] {
        leader_of(&mut wire, topic, |leader| leader == 0).await;
    }
    // A record that was refused may be there whole; nobody was told that it is.
    assert!(read_all(&mut wire, "one", 0).await.starts_with(&one));
    let there = read_all(&mut wire, "two", 0).await;
    assert!(there[0] == "kept" && there[1..].starts_with(&two));
    assert_eq!(read_all(&mut wire, "three", 0).await, ["new"]);
    assert_eq!(produced(&mut wire, "one", 0, batch(&["more"])).await.error_code, ErrorCode::NONE);
    broker.kill().await;
    zookeeper.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_ends_zookeeper() {
    let folder = Folder::new();
    let (mut server, port) = zookeeper(&folder, 0).await;
    let (client, _events) = client_at(&format!("127.0.0.1:{port}")).await;
    let open = [Acl::world(perms::ALL)];
    client.create("/n", None, &open, CreateMode::Persistent).await.expect("a node");
    server.limit_files(FULL_BYTES);
    let mut acknowledged = Vec::new();
    for number in 0..1_000 {
        let (path, data) = (format!("/n/{number}"), vec![b'x'; 1_000]);
        match client.create(&path, Some(data.into()), &open, CreateMode::Persistent).await {
            Ok(path) => acknowledged.push(path),
            Err(_) => break,
        }
    }
    assert!((30..1_000).contains(&acknowledged.len()), "{}", acknowledged.len());
    let said = server.says("Severe unrecoverable error").await;
    assert!(
        said.contains(&format!("cannot write to {}/version-2/log.", folder.at("zookeeper"))),
        "{said}"
    );
    assert!(said.contains("file too large"), "{said}");
    assert_eq!(server.ended().await.code(), Some(1));
    client.close().await;

    let (server, port) = zookeeper(&folder, 0).await;
    let (client, _events) = client_at(&format!("127.0.0.1:{port}")).await;
    for path in &acknowledged {
        assert!(client.exists(path, false).await.expect("an answer").is_some(), "{path} is lost");
    }
    client.create("/more", None, &open, CreateMode::Persistent).await.expect("room again");
    client.close().await;
    server.kill().await;
}
