//! Servers of a cluster are killed and held under load, and nothing that was acknowledged is lost,
//! doubled or out of order. Five cycles, or as many as `MILENA_CYCLES` says.

use std::time::Duration;

use milena::base::rng::Rng;
use milena::kafka::client::{Address, Client, Options, Topics};
use rustix::process::Signal;

use crate::support::folder::Folder;
use crate::support::load::{self, Load};
use crate::support::program::Process;
use crate::support::within;

const BROKERS: i32 = 3;

fn cycles() -> usize {
    std::env::var("MILENA_CYCLES").ok().and_then(|text| text.parse().ok()).unwrap_or(5)
}

/// A ZooKeeper and three brokers, each a process on a port of its own.
struct Cluster {
    folder: Folder,
    zookeeper: Option<Process>,
    zookeeper_port: u16,
    brokers: Vec<Option<Process>>,
    ports: Vec<u16>,
}

/// A port that is free now: servers must come back where their peers know them to be.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}

impl Cluster {
    async fn start() -> Cluster {
        let mut cluster = Cluster {
            folder: Folder::new(),
            zookeeper: None,
            zookeeper_port: free_port(),
            brokers: (0..BROKERS).map(|_| None).collect(),
            ports: (0..BROKERS).map(|_| free_port()).collect(),
        };
        cluster.begin_zookeeper().await;
        for index in 0..cluster.brokers.len() {
            cluster.begin(index).await;
        }
        cluster
    }

    async fn begin_zookeeper(&mut self) {
        let (port, data) = (self.zookeeper_port, self.folder.at("zookeeper"));
        let text = format!(
            "dataDir={data}\nclientPort={port}\nclientPortAddress=127.0.0.1\ntickTime=500\n\
             maxClientCnxns=0\nadmin.enableServer=false\n"
        );
        let file = self.folder.write("zookeeper.properties", &text);
        let mut process = Process::start("zookeeper-server-start", &[&file]);
        process.says("binding to port").await;
        self.zookeeper = Some(process);
    }

    async fn begin(&mut self, index: usize) {
        let (port, zookeeper_port) = (self.ports[index], self.zookeeper_port);
        let data = self.folder.at(&format!("kafka-{index}"));
        let text = format!(
            "broker.id={index}\nlisteners=PLAINTEXT://127.0.0.1:{port}\nlog.dirs={data}\n\
             zookeeper.connect=127.0.0.1:{zookeeper_port}\nzookeeper.session.timeout.ms=2000\n\
             offsets.topic.replication.factor=3\noffsets.topic.num.partitions=3\n\
             min.insync.replicas=2\ngroup.initial.rebalance.delay.ms=0\n\
             leader.imbalance.check.interval.seconds=1\n"
        );
        let file = self.folder.write(&format!("server-{index}.properties"), &text);
        let mut process = Process::start("kafka-server-start", &[&file]);
        process.says(&format!("[KafkaServer id={index}] started")).await;
        self.brokers[index] = Some(process);
    }

    fn options(&self) -> Options {
        let address = |port: &u16| Address { host: "127.0.0.1".to_owned(), port: *port };
        Options::new(self.ports.iter().map(address).collect())
    }

    /// Who is the controller, and who leads the first partition.
    async fn roles(&self) -> (usize, usize) {
        let client = Client::new(self.options());
        let metadata = client.metadata(Topics::All, false).await.expect("metadata");
        let of = |id: i32| usize::try_from(id).unwrap_or(0);
        let topic = metadata.topics.iter().find(|it| it.name.as_deref() == Some(load::TOPIC));
        let leader = topic.and_then(|it| it.partitions.first()).map_or(0, |it| it.leader_id);
        (of(metadata.controller_id), of(leader))
    }

    /// One of the servers, by chance, is killed and comes back, or is held for a while.
    async fn strike(&mut self, rng: &mut Rng) {
        let (controller, leader) = self.roles().await;
        let anyone = usize::try_from(rng.below(3)).expect("a small number");
        let victim = match rng.below(5) {
            0 => None,
            1 => Some(anyone),
            2 => Some(controller),
            _ => Some(leader),
        };
        let kills = rng.below(2) == 0;
        let held = Duration::from_millis(1_000 + rng.below(5_000));
        match (victim, kills) {
            (None, true) => {
                self.zookeeper.take().expect("ZooKeeper").kill().await;
                self.begin_zookeeper().await;
            }
            (Some(index), true) => {
                self.brokers[index].take().expect("a broker").kill().await;
                self.begin(index).await;
            }
            (None, false) => hold(self.zookeeper.as_ref(), held).await,
            (Some(index), false) => hold(self.brokers[index].as_ref(), held).await,
        }
    }

    async fn stop(self) {
        for broker in self.brokers.into_iter().flatten() {
            broker.kill().await;
        }
        if let Some(zookeeper) = self.zookeeper {
            zookeeper.kill().await;
        }
    }
}

/// Time itself is the fault here: the process is away for this long, and does not know it.
async fn hold(process: Option<&Process>, held: Duration) {
    let process = process.expect("a server");
    process.signal(Signal::STOP);
    tokio::time::sleep(held).await;
    process.signal(Signal::CONT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_doubled_or_out_of_order() {
    let mut cluster = Cluster::start().await;
    let options = cluster.options();
    load::create(&options, BROKERS).await.expect("the topic");
    load::in_sync(&options, BROKERS).await.expect("replicas");
    let load = Load::start(&options);
    let mut rng = Rng::seeded(7);
    for cycle in 0..cycles() {
        cluster.strike(&mut rng).await;
        let healed = load::in_sync(&options, BROKERS).await;
        healed.unwrap_or_else(|error| panic!("cycle {cycle} did not heal: {error}"));
        let goes_on = load.goes_on(60).await;
        goes_on.unwrap_or_else(|error| panic!("after cycle {cycle}: {error}"));
    }
    let books = within("the end of the load", load.stop()).await.expect("the books");
    let there = load::audit(&options, &books).await.expect("an audit without findings");
    let acknowledged: usize = books.acknowledged.values().map(Vec::len).sum();
    println!(
        "{} cycles: {acknowledged} acknowledged, {} uncertain, {there} there, {} seen by the group",
        cycles(),
        books.uncertain,
        books.seen
    );
    assert!(acknowledged > 0, "no load");
    cluster.stop().await;
}
