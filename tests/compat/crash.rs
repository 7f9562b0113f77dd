//! kill -9 under load: nothing that was acknowledged is lost.
//!
//! Three cycles, or as many as `MILENA_CYCLES` says.

use std::time::Duration;

use bytes::Bytes;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::create_topics::{CreatableTopic, CreateTopicsRequest};
use milena::zookeeper::client::Client;
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;

use crate::support::batches::{batch, produce, read_all};
use crate::support::folder::Folder;
use crate::support::program::Servers;
use crate::support::servers::client_at;
use crate::support::wire::{Wire, frame};
use crate::support::within;

const PARTITIONS: i32 = 2;
/// How much is acknowledged in a cycle before the servers are killed.
const ENOUGH: usize = 60;

fn cycles() -> usize {
    std::env::var("MILENA_CYCLES").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// Produces until the connection breaks; gives the acknowledged values through `told`.
async fn load_records(
    port: u16,
    cycle: usize,
    partition: i32,
    told: tokio::sync::mpsc::Sender<String>,
) {
    let mut wire = Wire::connect(port).await;
    for number in 0.. {
        let value = format!("{cycle}-{partition}-{number}");
        let request = produce("t", partition, -1, batch(&[&value]));
        if wire.bytes(frame(&request, 9, number)).await.is_err() {
            return;
        }
        let Some(answer) = wire.frame().await else { return };
        // Correlation, no tags, then a body whose error code decides.
        if error_code(&answer) != ErrorCode::NONE || told.send(value).await.is_err() {
            return;
        }
    }
}

fn error_code(frame: &Bytes) -> ErrorCode {
    use milena::base::bytes::Reader;
    use milena::kafka::protocol::Decode as _;
    use milena::kafka::protocol::api::ApiKey;
    use milena::kafka::protocol::header::ResponseHeader;
    use milena::kafka::protocol::message::produce::ProduceResponse;
    let mut reader = Reader::shared(frame);
    ResponseHeader::decode(&mut reader, ApiKey::Produce, 9).expect("a header");
    let answer = ProduceResponse::decode(&mut reader, 9).expect("an answer");
    answer.responses[0].partition_responses[0].error_code
}

/// Creates nodes until the session's connection breaks.
async fn load_nodes(client: Client, cycle: usize, told: tokio::sync::mpsc::Sender<String>) {
    let open = [Acl::world(perms::ALL)];
    for number in 0.. {
        let path = format!("/load/{cycle}-{number}");
        let created = client.create(&path, None, &open, CreateMode::Persistent).await;
        if created.is_err() || told.send(path).await.is_err() {
            return;
        }
    }
}

/// Takes what is acknowledged until there is enough, kills, takes the rest.
async fn collect(
    servers: Servers,
    mut records: tokio::sync::mpsc::Receiver<String>,
    mut nodes: tokio::sync::mpsc::Receiver<String>,
) -> (Vec<String>, Vec<String>) {
    let (mut values, mut paths) = (Vec::new(), Vec::new());
    within("some load", async {
        while values.len() < ENOUGH || paths.len() < ENOUGH {
            tokio::select! {
                Some(value) = records.recv() => values.push(value),
                Some(path) = nodes.recv() => paths.push(path),
                else => panic!("both loads ended by themselves"),
            }
        }
    })
    .await;
    let rest = async {
        while let Some(value) = records.recv().await {
            values.push(value);
        }
        while let Some(path) = nodes.recv().await {
            paths.push(path);
        }
    };
    // Both together: loads that are held up by nobody taking would not notice the end.
    within("the end of the load", async { tokio::join!(servers.kill(), rest) }).await;
    (values, paths)
}

async fn create_topic(port: u16) {
    let topic = CreatableTopic {
        name: "t".to_owned(),
        num_partitions: PARTITIONS,
        replication_factor: 1,
        ..CreatableTopic::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    let mut wire = Wire::connect(port).await;
    within("the topic", async {
        let mut pause = tokio::time::interval(Duration::from_millis(20));
        loop {
            let code = wire.ask(&request, 7).await.topics[0].error_code;
            match code {
                ErrorCode::NONE | ErrorCode::TOPIC_ALREADY_EXISTS => return,
                // The broker may have started before it was elected.
                ErrorCode::NOT_CONTROLLER | ErrorCode::INVALID_REPLICATION_FACTOR => {}
                other => panic!("{other:?}"),
            }
            pause.tick().await;
        }
    })
    .await;
}

/// Everything that was acknowledged is there, in the order of its partition.
async fn check(servers: &Servers, client: &Client, values: &[String], paths: &[String]) {
    let mut wire = Wire::connect(servers.port).await;
    for partition in 0..PARTITIONS {
        let there = within("leadership", async {
            let mut pause = tokio::time::interval(Duration::from_millis(20));
            loop {
                pause.tick().await;
                let probe = wire
                    .ask(&crate::support::batches::fetch("t", partition, 0), 12)
                    .await
                    .responses
                    .remove(0)
                    .partitions
                    .remove(0);
                if !probe.error_code.is_error() {
                    return read_all(&mut wire, "t", partition).await;
                }
            }
        })
        .await;
        let wanted =
            values.iter().filter(|it| it.split('-').nth(1) == Some(&partition.to_string()));
        let mut rest = there.iter();
        for value in wanted {
            assert!(rest.any(|it| it == value), "{value} is lost or out of order");
        }
    }
    let (children, _) = client.children("/load", false).await.expect("the nodes");
    let children: std::collections::HashSet<String> = children.into_iter().collect();
    for path in paths {
        let name = path.trim_start_matches("/load/");
        assert!(children.contains(name), "{path} is lost");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_record_or_znode_is_lost() {
    let folder = Folder::new();
    let (mut values, mut paths) = (Vec::new(), Vec::new());
    let mut servers = Servers::start(&folder, 0).await;
    let zookeeper_port = servers.zookeeper_port;
    for cycle in 0..cycles() {
        create_topic(servers.port).await;
        let (client, _events) = client_at(&servers.zookeeper_address()).await;
        client.create_all("/load").await.expect("a folder for nodes");
        let (told, records) = tokio::sync::mpsc::channel(64);
        let loads: Vec<_> = (0..PARTITIONS)
            .map(|it| tokio::spawn(load_records(servers.port, cycle, it, told.clone())))
            .collect();
        drop(told);
        let (told, nodes) = tokio::sync::mpsc::channel(64);
        let creating = tokio::spawn(load_nodes(client, cycle, told));
        let (more_values, more_paths) = collect(servers, records, nodes).await;
        for load in loads.into_iter().chain([creating]) {
            load.await.expect("a load that ends");
        }
        values.extend(more_values);
        paths.extend(more_paths);

        servers = Servers::start(&folder, zookeeper_port).await;
        let (client, _events) = client_at(&servers.zookeeper_address()).await;
        check(&servers, &client, &values, &paths).await;
        client.close().await;
    }
    servers.kill().await;
}
