//! kill -9 under load: nothing that was acknowledged is lost.
//!
//! Each cycle kills each server once: in every other one both together, else the broker first and
//! then ZooKeeper, while the other one goes on. Three cycles, or as many as `MILENA_CYCLES` says;
//! `--nocapture` shows what was counted.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::create_topics::{CreatableTopic, CreateTopicsRequest};
use milena::zookeeper::client::Client;
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::support::batches::{batch, fetch, produce, read_all};
use crate::support::folder::Folder;
use crate::support::program::{self, Servers};
use crate::support::servers::client_at;
use crate::support::wire::{Wire, frame};
use crate::support::within;

const PARTITIONS: i32 = 2;
/// How much of each kind is acknowledged in a round before the kill: another moment each time.
fn enough(round: usize) -> usize {
    1 + round * 37 % 120
}

fn cycles() -> usize {
    std::env::var("MILENA_CYCLES").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// Produces until the connection breaks; gives the acknowledged values through `told`.
async fn load_records(port: u16, cycle: usize, partition: i32, told: Sender<String>) {
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
async fn load_nodes(client: Client, cycle: usize, told: Sender<String>) {
    let open = [Acl::world(perms::ALL)];
    for number in 0.. {
        let path = format!("/load/{cycle}-{number}");
        let created = client.create(&path, None, &open, CreateMode::Persistent).await;
        if created.is_err() || told.send(path).await.is_err() {
            return;
        }
    }
}

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kill {
    Both,
    Broker,
    ZooKeeper,
}

/// Kills, and starts again what was killed.
async fn kill(folder: &Folder, servers: Servers, which: Kill) -> Servers {
    let Servers { mut zookeeper, mut broker, zookeeper_port, mut port } = servers;
    if which != Kill::ZooKeeper {
        broker.kill_now().await;
    }
    if which != Kill::Broker {
        zookeeper.kill_now().await;
        (zookeeper, _) = program::zookeeper(folder, zookeeper_port).await;
    }
    if which != Kill::ZooKeeper {
        (broker, port) = program::broker(folder, zookeeper_port).await;
    }
    Servers { zookeeper, broker, zookeeper_port, port }
}

/// What was acknowledged.
#[derive(Default)]
struct Acknowledged {
    values: Vec<String>,
    paths: Vec<String>,
}

impl Acknowledged {
    /// Takes what the loads tell until there is enough of both.
    async fn take(
        &mut self,
        records: &mut Receiver<String>,
        nodes: &mut Receiver<String>,
        enough: usize,
    ) {
        let (mut values, mut paths) = (0, 0);
        within("some load", async {
            while values < enough || paths < enough {
                tokio::select! {
                    Some(value) = records.recv() => { values += 1; self.values.push(value) }
                    Some(path) = nodes.recv() => { paths += 1; self.paths.push(path) }
                    else => panic!("both loads ended by themselves"),
                }
            }
        })
        .await;
    }

    /// Takes what is told until the end of both.
    async fn rest(&mut self, records: &mut Receiver<String>, nodes: &mut Receiver<String>) {
        while let Some(value) = records.recv().await {
            self.values.push(value);
        }
        while let Some(path) = nodes.recv().await {
            self.paths.push(path);
        }
    }
}

/// Load, a kill in the middle of it, and the count of what is lost after the restart.
async fn round(
    folder: &Folder,
    servers: Servers,
    number: usize,
    which: Kill,
    acknowledged: &mut Acknowledged,
) -> (Servers, usize) {
    create_topic(servers.port).await;
    let (client, _events) = client_at(&servers.zookeeper_address()).await;
    client.create_all("/load").await.expect("a folder for nodes");
    let (told, mut records) = channel(64);
    let mut loads: Vec<_> = (0..PARTITIONS)
        .map(|it| tokio::spawn(load_records(servers.port, number, it, told.clone())))
        .collect();
    drop(told);
    let (told, mut nodes) = channel(64);
    loads.push(tokio::spawn(load_nodes(client, number, told)));
    acknowledged.take(&mut records, &mut nodes, enough(number)).await;
    // The loads are taken from all the while: who waits for that would not notice the end.
    let servers = within("the kill", async {
        tokio::select! {
            servers = kill(folder, servers, which) => servers,
            () = async {
                acknowledged.rest(&mut records, &mut nodes).await;
                std::future::pending().await
            } => unreachable!("it never ends"),
        }
    })
    .await;
    // The load on the server that was left is ended here.
    records.close();
    nodes.close();
    within("the end of the load", acknowledged.rest(&mut records, &mut nodes)).await;
    for load in loads {
        within("the end of a load", load).await.expect("a load that ends");
    }
    let (client, _events) = client_at(&servers.zookeeper_address()).await;
    let lost = count_lost(&servers, &client, acknowledged).await;
    client.close().await;
    (servers, lost)
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

/// How much of what was acknowledged is not there, or not in the order of its partition.
async fn count_lost(servers: &Servers, client: &Client, acknowledged: &Acknowledged) -> usize {
    let mut wire = Wire::connect(servers.port).await;
    let mut lost = 0;
    for partition in 0..PARTITIONS {
        let there = within("leadership", async {
            let mut pause = tokio::time::interval(Duration::from_millis(20));
            loop {
                pause.tick().await;
                let mut probe = wire.ask(&fetch("t", partition, 0), 12).await;
                let probe = probe.responses.remove(0).partitions.remove(0);
                if !probe.error_code.is_error() {
                    return read_all(&mut wire, "t", partition).await;
                }
            }
        })
        .await;
        let places: HashMap<&String, usize> = there.iter().zip(0..).collect();
        let of_partition =
            |it: &&String| it.split('-').nth(1) == Some(partition.to_string().as_str());
        let mut last = None;
        for value in acknowledged.values.iter().filter(of_partition) {
            match places.get(value) {
                Some(place) if last < Some(*place) => last = Some(*place),
                _ => {
                    eprintln!("{value} is lost or out of order");
                    lost += 1;
                }
            }
        }
    }
    let (children, _) = client.children("/load", false).await.expect("the nodes");
    let children: HashSet<String> = children.into_iter().collect();
    for path in &acknowledged.paths {
        if !children.contains(path.trim_start_matches("/load/")) {
            eprintln!("{path} is lost");
            lost += 1;
        }
    }
    lost
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_record_or_znode_is_lost() {
    let folder = Folder::new();
    let mut acknowledged = Acknowledged::default();
    let mut servers = Servers::start(&folder, 0).await;
    let (mut number, mut lost) = (0, 0);
    for cycle in 0..cycles() {
        let kills: &[Kill] = match cycle % 2 {
            0 => &[Kill::Both],
            _ => &[Kill::Broker, Kill::ZooKeeper],
        };
        for which in kills {
            let gone;
            (servers, gone) = round(&folder, servers, number, *which, &mut acknowledged).await;
            lost += gone;
            number += 1;
        }
    }
    let (records, znodes) = (acknowledged.values.len(), acknowledged.paths.len());
    println!(
        "each server killed {} times: {records} records and {znodes} znodes were acknowledged, {lost} are lost",
        cycles()
    );
    assert_eq!(lost, 0);
    servers.kill().await;
}
