//! A cluster of three brokers is replaced node by node,
//! theirs by ours and back, on the same folders, while producers and a group work.
//!
//! `cargo xtask mixed --jars DIR [--protocol V] [--transactions]`, where `DIR` holds the jars of an Apache Kafka
//! release with ZooKeeper mode (`libs/` of its tarball); Java must be on PATH. After each replacement every ISR is full
//! again. In the end nothing that was acknowledged is lost, doubled or out of order, the logs of the
//! three are equal byte by byte, and Kafka's own tool accepts every segment that ours wrote.
//!
//! With `--transactions` it is another life of such a cluster: [`transactions`].

#[path = "../support/load.rs"]
mod load;
mod logs;
mod node;
mod transactional;
mod transactions;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use milena::base::disk::Disk;
use milena::kafka::client::{Address, Client, Options, Topics};

use load::{Error, Load};
use node::{Make, Node, Places};

const NODES: i32 = 3;
/// How many records must be acknowledged between two replacements.
const BETWEEN: u64 = 1_000;

fn main() -> ExitCode {
    let line: Vec<String> = std::env::args().skip(1).collect();
    match run(&line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mixed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(line: &[String]) -> Result<(), Error> {
    let option = |name: &str| {
        let at = line.iter().position(|word| word == name)?;
        line.get(at + 1).cloned()
    };
    let usage = "usage: mixed --jars DIR [--protocol V] [--transactions]";
    let jars = option("--jars").ok_or(usage)?;
    let protocol = option("--protocol").unwrap_or_else(|| "3.9".to_owned());
    let here = std::env::current_exe()?;
    let programs = here.parent().ok_or("no folder of programs")?.to_owned();
    let scratch = programs.join("mixed-scratch");
    Disk::System.remove_dir_all(&scratch)?;
    Disk::System.create_dir_all(&scratch)?;
    let places = Places { programs, jars: PathBuf::from(jars), scratch };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match line.iter().any(|word| word == "--transactions") {
        true => runtime.block_on(transactions::moved(&places, &protocol)),
        false => runtime.block_on(rolled(&places, &protocol)),
    }
}

/// What all brokers are told.
fn common(zookeeper_port: u16, protocol: &str) -> String {
    format!(
        "zookeeper.connect=127.0.0.1:{zookeeper_port}\nzookeeper.session.timeout.ms=6000\n\
         inter.broker.protocol.version={protocol}\noffsets.topic.replication.factor=3\n\
         offsets.topic.num.partitions=6\nmin.insync.replicas=2\n\
         group.initial.rebalance.delay.ms=0\ncontrolled.shutdown.retry.backoff.ms=500\n\
         leader.imbalance.check.interval.seconds=2\n"
    )
}

/// Where clients begin.
fn bootstrap(nodes: &[Node]) -> Vec<Address> {
    let address = |node: &Node| Address { host: "127.0.0.1".to_owned(), port: node.port };
    nodes.iter().map(address).collect()
}

async fn rolled(places: &Places, protocol: &str) -> Result<(), Error> {
    let (zookeeper, zookeeper_port) = node::zookeeper(places).await?;
    let common = common(zookeeper_port, protocol);
    let mut nodes = Vec::new();
    for id in 1..=NODES {
        let mut node = Node::new(id)?;
        node.start(Make::Apache, places, &common).await?;
        nodes.push(node);
    }
    let options = Options::new(bootstrap(&nodes));
    load::create(&options, NODES).await?;
    load::in_sync(&options, NODES).await?;
    let load = Load::start(&options);
    for make in [Make::Ours, Make::Apache] {
        for turn in 0..nodes.len() {
            let began = Instant::now();
            let node = &mut nodes[turn];
            node.stop().await?;
            node.start(make.clone(), places, &common).await?;
            load::in_sync(&options, NODES).await?;
            let took = began.elapsed().as_secs_f32();
            load.goes_on(BETWEEN).await?;
            println!("{} (after {took:.1} s)", picture(&options, &nodes).await?);
        }
        if make == Make::Ours {
            println!("every node is ours");
        }
    }
    let books = load.stop().await?;
    let there = load::audit(&options, &books).await?;
    let acknowledged: usize = books.acknowledged.values().map(Vec::len).sum();
    println!(
        "{acknowledged} records acknowledged, {} uncertain, {there} there, {} seen by the group",
        books.uncertain, books.seen
    );
    finish(places, &options, &mut nodes, zookeeper, NODES).await
}

/// Stops all, and looks at what they left on disk.
async fn finish(
    places: &Places,
    options: &Options,
    nodes: &mut [Node],
    zookeeper: node::Process,
    brokers: i32,
) -> Result<(), Error> {
    load::in_sync(options, brokers).await?;
    for node in nodes.iter_mut() {
        node.stop().await?;
    }
    zookeeper.stop().await?;
    let equal = logs::equal(places, nodes)?;
    println!("{equal} partitions are equal on all nodes");
    let checked = logs::accepted(places, nodes).await?;
    println!("{checked} files are accepted by Kafka's own tool");
    Ok(())
}

/// Who is whose, who is the controller, who leads how much.
async fn picture(options: &Options, nodes: &[Node]) -> Result<String, Error> {
    let metadata = Client::new(options.clone()).metadata(Topics::All, false).await?;
    let mut words = Vec::new();
    for node in nodes {
        let all = metadata.topics.iter().flat_map(|topic| &topic.partitions);
        let led = all.filter(|it| it.leader_id == node.id).count();
        let office = if metadata.controller_id == node.id { ", controller" } else { "" };
        words.push(format!("{}: {} (leads {led}{office})", node.id, node.make));
    }
    Ok(words.join("; "))
}
