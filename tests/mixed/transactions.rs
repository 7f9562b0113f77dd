//! Transactions in a cluster of two brokers of Apache Kafka and one of ours: theirs coordinate, all
//! three lead and follow.
//!
//! Producers write to partitions of all leaders, commit offsets of groups, and abort every third
//! transaction, while ours is stopped, killed, and each of theirs is stopped, so that leaders of
//! partitions and groups move both ways, in the middle of transactions. A reader of committed
//! records reads along. Then Kafka's own performance tool produces in transactions, too. In the end
//! everybody who reads committed records (ours as a library and as a program, and Kafka's console
//! consumer) sees each committed record once, and none that was aborted.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use milena::base::disk::Disk;
use milena::kafka::client::admin::{Admin, NewTopic};
use milena::kafka::client::consumer::{Consumer, OffsetReset, Settings};
use milena::kafka::client::{Address, Client, Coordinated, Options};
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::offset_fetch::{OffsetFetchRequest, OffsetFetchRequestTopic};
use milena::kafka::types::TopicPartition;
use tokio::process::Command;
use tokio::task::JoinHandle;

use super::load::{self, Error};
use super::node::{self, Make, Node, Places, java};
use super::transactional::{Books, PARTITIONS, TOPIC, Work};
use super::{bootstrap, finish};

const NODES: i32 = 3;
/// The broker that is ours. It has no replica of `__transaction_state`.
const OURS: usize = 2;
/// How many transactions must end between two moves.
const BETWEEN: u64 = 30;
/// Where Kafka's performance tool writes.
const PERFORMANCE: &str = "load-performance";
const PERFORMANCE_RECORDS: usize = 3_000;
/// How long a reader of everything may go without a record.
const QUIET: Duration = Duration::from_secs(30);

pub(super) async fn moved(places: &Places, protocol: &str) -> Result<(), Error> {
    let (zookeeper, zookeeper_port) = node::zookeeper(places).await?;
    let common = super::common(zookeeper_port, protocol)
        + "transaction.state.log.num.partitions=1\ntransaction.state.log.min.isr=1\n";
    let mut nodes = Vec::new();
    for id in 1..=NODES {
        let mut node = Node::new(id)?;
        let make = if nodes.len() == OURS { Make::Ours } else { Make::Apache };
        node.start(make, places, &common).await?;
        nodes.push(node);
    }
    let options = Options::new(bootstrap(&nodes));
    create(&options).await?;
    load::in_sync(&options, NODES).await?;
    let work = Work::start(&options);
    let reader = Reader::start(&options);
    work.goes_on(BETWEEN).await?;
    for (turn, kill) in [(OURS, false), (0, false), (OURS, true), (1, false), (OURS, false)] {
        let began = Instant::now();
        let node = &mut nodes[turn];
        let (id, make) = (node.id, node.make.clone());
        if kill {
            node.kill().await?
        } else {
            node.stop().await?
        }
        work.goes_on(BETWEEN).await?;
        node.start(make.clone(), places, &common).await?;
        load::in_sync(&options, NODES).await?;
        work.goes_on(BETWEEN).await?;
        let how = if kill { "killed" } else { "stopped" };
        let took = began.elapsed().as_secs_f32();
        println!("{id} ({make}) was {how} and is back (after {took:.1} s)");
    }
    let books = work.stop().await?;
    performance(places, &nodes).await?;
    let seen = reader.stop(&books).await?;
    println!(
        "{} transactions, {} records committed, {} aborted; {seen} read along",
        books.transactions,
        books.committed.len(),
        books.aborted.len()
    );
    committed_offsets(&options, &books).await?;
    for node in &nodes {
        for make in [Make::Ours, Make::Apache] {
            let lines = console(places, node, &make, TOPIC, books.committed.len()).await?;
            hold(&books, &lines).map_err(|error| format!("console consumer ({make}): {error}"))?;
        }
    }
    let lines = console(places, &nodes[OURS], &Make::Apache, PERFORMANCE, PERFORMANCE_RECORDS);
    let found = lines.await?.len();
    if found != PERFORMANCE_RECORDS {
        return Err(format!("{found} of {PERFORMANCE_RECORDS} records of Kafka's tool").into());
    }
    println!("both console consumers see what was committed, and nothing else, from every broker");
    finish(places, &options, &mut nodes, zookeeper, NODES).await
}

/// The topics, with a leader of each kind; transactions are coordinated by theirs.
async fn create(options: &Options) -> Result<(), Error> {
    let rotated = |count: i32| {
        (0..count).map(|at| (at, (0..NODES).map(|it| (at + it) % NODES + 1).collect())).collect()
    };
    let topic = |name: &str, assignments: BTreeMap<i32, Vec<i32>>| NewTopic {
        name: name.to_owned(),
        assignments,
        ..NewTopic::default()
    };
    // One of the two coordinators is stopped for a while.
    let configs = [("cleanup.policy", "compact"), ("min.insync.replicas", "1")];
    let coordinators = NewTopic {
        configs: configs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        ..topic("__transaction_state", BTreeMap::from([(0, vec![1, 2])]))
    };
    // Small segments: transactions reach over several.
    let small = ("segment.bytes".to_owned(), "40000".to_owned());
    let topics = [
        NewTopic { configs: vec![small], ..topic(TOPIC, rotated(PARTITIONS)) },
        topic(PERFORMANCE, rotated(PARTITIONS)),
        coordinators,
    ];
    for (_, made) in Admin::new(options.clone()).create_topics(&topics, false).await? {
        made?;
    }
    Ok(())
}

/// Reads committed records along, from the beginning.
struct Reader {
    stop: Arc<AtomicBool>,
    reading: JoinHandle<Result<Vec<String>, Error>>,
}

impl Reader {
    fn start(options: &Options) -> Reader {
        let stop = Arc::new(AtomicBool::new(false));
        let reading = tokio::spawn(read_along(options.clone(), stop.clone()));
        Reader { stop, reading }
    }

    /// Lets it read to the end, and holds what it saw against the books.
    async fn stop(self, books: &Books) -> Result<usize, Error> {
        self.stop.store(true, Ordering::Release);
        let seen = self.reading.await??;
        hold(books, &seen)?;
        Ok(seen.len())
    }
}

async fn read_along(options: Options, stop: Arc<AtomicBool>) -> Result<Vec<String>, Error> {
    let settings =
        Settings { reset: OffsetReset::Earliest, read_committed: true, ..Settings::default() };
    let mut consumer = Consumer::new(Client::new(options), settings);
    let partitions: Vec<_> = (0..PARTITIONS).map(|it| TopicPartition::new(TOPIC, it)).collect();
    consumer.assign(&partitions);
    let mut seen = Vec::new();
    let mut last = Instant::now();
    // Once all is written, a while of silence is the end.
    while !stop.load(Ordering::Acquire) || last.elapsed() < Duration::from_secs(3) {
        let Some(fetched) = consumer.poll(Duration::from_millis(200)).await? else { continue };
        last = Instant::now();
        fetched.each(|consumed| {
            let value = consumed.record.value.unwrap_or_default();
            seen.push(String::from_utf8_lossy(value).into_owned());
            ControlFlow::Continue(())
        })?;
    }
    Ok(seen)
}

/// Each committed record once, and nothing else.
fn hold(books: &Books, seen: &[String]) -> Result<(), Error> {
    let mut all = BTreeSet::new();
    for value in seen {
        if !all.insert(value) {
            return Err(format!("{value} was seen twice").into());
        }
        if !books.committed.contains(value) {
            return Err(format!("{value} was seen and is not committed").into());
        }
    }
    match books.committed.iter().find(|value| !all.contains(value)) {
        Some(missing) => Err(format!("{missing} is committed and was not seen").into()),
        None => Ok(()),
    }
}

async fn committed_offset(client: &Client, group: &str) -> Result<Result<i64, ErrorCode>, Error> {
    let topic = OffsetFetchRequestTopic { name: TOPIC.to_owned(), partition_indexes: vec![0] };
    let request = OffsetFetchRequest {
        group_id: group.to_owned(),
        topics: Some(vec![topic]),
        require_stable: true,
        ..OffsetFetchRequest::default()
    };
    let coordinator = client.coordinator(Coordinated::Group, group).await?;
    let connection = client.broker(coordinator).await?;
    let version = connection.version_at_most::<OffsetFetchRequest>(7)?;
    let answer = connection.call(&request, version, QUIET).await?;
    let partition = &answer.topics[0].partitions[0];
    Ok(match partition.error_code {
        ErrorCode::NONE => Ok(partition.committed_offset),
        code => Err(code),
    })
}

/// What the groups have committed is what the last committed transaction of each said.
async fn committed_offsets(options: &Options, books: &Books) -> Result<(), Error> {
    let client = Client::new(options.clone());
    for (group, expected) in &books.offsets {
        let until = Instant::now() + QUIET;
        // The last markers may still be on their way, which only newer versions say.
        loop {
            match committed_offset(&client, group).await? {
                Ok(found) if found == *expected => break,
                _ if Instant::now() < until => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                found => return Err(format!("group {group}: {found:?}, not {expected}").into()),
            }
        }
    }
    println!("{} groups are where their last committed transaction put them", books.offsets.len());
    Ok(())
}

fn servers(nodes: &[Node]) -> String {
    let addresses = bootstrap(nodes);
    let words = addresses.iter().map(|Address { host, port }| format!("{host}:{port}"));
    words.collect::<Vec<_>>().join(",")
}

/// Kafka's own producer, in transactions.
async fn performance(places: &Places, nodes: &[Node]) -> Result<(), Error> {
    let mut command = java(places, &["-Xmx256m"])?;
    let records = PERFORMANCE_RECORDS.to_string();
    let servers = format!("bootstrap.servers={}", servers(nodes));
    command.args(["org.apache.kafka.tools.ProducerPerformance", "--topic", PERFORMANCE]);
    command.args(["--num-records", &records, "--record-size", "200", "--throughput", "1500"]);
    command.args(["--transactional-id", "performance", "--transaction-duration-ms", "100"]);
    command.args(["--producer-props", &servers, "acks=all"]);
    let output = command.output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().rev().find(|line| line.contains("records sent")) {
        Some(line) if output.status.success() => {
            println!("Kafka's performance tool, in transactions: {line}");
            Ok(())
        }
        _ => Err(format!("the performance tool failed: {text}").into()),
    }
}

/// What a console consumer prints of the committed records, asking one broker first.
async fn console(
    places: &Places,
    node: &Node,
    make: &Make,
    topic: &str,
    records: usize,
) -> Result<Vec<String>, Error> {
    let (server, records) = (format!("127.0.0.1:{}", node.port), records.to_string());
    // Kafka's has moved between releases.
    let names: &[&str] = match make {
        Make::Ours => &["kafka-console-consumer"],
        Make::Apache => {
            &["org.apache.kafka.tools.consumer.ConsoleConsumer", "kafka.tools.ConsoleConsumer"]
        }
    };
    let mut lines = Vec::new();
    for name in names {
        let mut command = match make {
            Make::Ours => Command::new(places.programs.join(name)),
            Make::Apache => {
                let mut command = java(places, &["-Xmx256m"])?;
                let quiet = places.scratch.join("quiet.properties");
                Disk::System.replace(&quiet, b"log4j.rootLogger=OFF\n")?;
                command.arg(format!("-Dlog4j.configuration=file:{}", quiet.display()));
                command.arg(name);
                command
            }
        };
        command.args(["--bootstrap-server", &server, "--topic", topic, "--from-beginning"]);
        command.args(["--isolation-level", "read_committed", "--timeout-ms", "20000"]);
        command.args(["--max-messages", &records]);
        let output = command.output().await?;
        let text = String::from_utf8_lossy(&output.stdout);
        lines = text.lines().map(str::to_owned).collect();
        if !String::from_utf8_lossy(&output.stderr).contains("ClassNotFoundException") {
            break;
        }
    }
    Ok(lines)
}
