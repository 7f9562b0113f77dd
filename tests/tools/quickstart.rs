//! The lines of the quickstart, typed one after the other, with what they print.

use rustix::process::Signal;

use crate::support::folder::Folder;
use crate::support::program::{Ended, Process, Servers, run};

fn done(stdout: &str) -> Ended {
    Ended { stdout: stdout.to_owned(), stderr: String::new(), code: Some(0) }
}

async fn topics(servers: &Servers, line: &str) -> Ended {
    let line = line
        .replace("localhost:2181", &servers.zookeeper_address())
        .replace("localhost:9092", &servers.address());
    let words: Vec<&str> = line.split_whitespace().collect();
    run("kafka-topics", &words, "").await
}

async fn produce(servers: &Servers, topic: &str, input: &str) -> Ended {
    let address = servers.address();
    let line = ["--broker-list", &address, "--topic", topic];
    run("kafka-console-producer", &line, input).await
}

/// Reads `count` records from the beginning.
async fn consume(servers: &Servers, topic: &str, count: &str, more: &[&str]) -> Ended {
    let address = servers.address();
    let mut line = vec!["--bootstrap-server", &address, "--topic", topic];
    line.extend(["--max-messages", count, "--timeout-ms", "30000"]);
    line.extend(more);
    run("kafka-console-consumer", &line, "").await
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_typed_from_top_to_bottom() {
    let folder = Folder::new();
    let mut servers = Servers::start(&folder, 0).await;
    let created = topics(
        &servers,
        "--create --zookeeper localhost:2181 --replication-factor 1 --partitions 1 --topic test",
    )
    .await;
    assert_eq!((created.stdout.as_str(), created.code), ("Created topic \"test\".\n", Some(0)));
    let listed = topics(&servers, "--list --zookeeper localhost:2181").await;
    assert_eq!(listed, done("test\n"));

    let lines = "This is a message\nThis is another message\n";
    assert_eq!(produce(&servers, "test", lines).await, done(""));
    let read = consume(&servers, "test", "2", &["--from-beginning"]).await;
    assert_eq!(read.stdout, lines);
    assert_eq!(read.stderr, "Processed a total of 2 messages\n");
    assert_eq!(read.code, Some(0));

    // One after the other into eight partitions: all are there, each partition in order.
    let created = topics(
        &servers,
        "--create --zookeeper localhost:2181 --replication-factor 1 --partitions 8 --topic test8",
    )
    .await;
    assert_eq!(created.code, Some(0), "{created:?}");
    let numbers = "1\n2\n3\n4\n5\n6\n7\n8\n";
    assert_eq!(produce(&servers, "test8", numbers).await, done(""));
    let read = consume(&servers, "test8", "8", &["--from-beginning"]).await;
    assert_eq!(sorted(&read.stdout), sorted(numbers));
    let partition = &["--from-beginning", "--property", "print.partition=true"];
    let read = consume(&servers, "test8", "8", partition).await;
    let used: Vec<&str> = read.stdout.lines().filter_map(|it| it.split('\t').next()).collect();
    let mut used_once = used.clone();
    used_once.sort_unstable();
    used_once.dedup();
    assert_eq!(used_once.len(), 8, "each went to another one: {}", read.stdout);

    groups(&servers).await;
    described_and_deleted(&servers).await;
    servers.broker.signal(Signal::TERM);
    assert_eq!(servers.broker.ended().await.code(), Some(143));
    servers.zookeeper.signal(Signal::TERM);
    assert_eq!(servers.zookeeper.ended().await.code(), Some(143));
}

/// A group goes on where it was.
async fn groups(servers: &Servers) {
    let group = &["--group", "g1", "--from-beginning"];
    let read = consume(servers, "test8", "8", group).await;
    assert_eq!(sorted(&read.stdout), ["1", "2", "3", "4", "5", "6", "7", "8"]);
    assert_eq!(produce(servers, "test8", "9\n").await, done(""));
    let read = consume(servers, "test8", "1", group).await;
    assert_eq!((read.stdout.as_str(), read.code), ("9\n", Some(0)));
}

async fn described_and_deleted(servers: &Servers) {
    let create = "--create --bootstrap-server localhost:9092 --topic t3 --partitions 3 \
                  --replication-factor 1 --config retention.ms=60000";
    assert_eq!(topics(servers, create).await, done("Created topic t3.\n"));
    let again = topics(servers, create).await;
    assert_eq!(again.code, Some(1));
    let said = "Error while executing topic command : Topic 't3' already exists.\n";
    assert!(again.stdout.starts_with(said), "{again:?}");
    let describe = "--describe --bootstrap-server localhost:9092 --topic t3";
    let described = topics(servers, describe).await;
    assert_eq!(described.code, Some(0));
    let mut lines = described.stdout.lines();
    let head = lines.next().unwrap_or_default();
    assert!(head.starts_with("Topic: t3\tTopicId: "), "{head}");
    assert!(head.contains("\tPartitionCount: 3\tReplicationFactor: 1\tConfigs: "), "{head}");
    assert!(head.contains("retention.ms=60000"), "{head}");
    for (partition, line) in lines.enumerate() {
        let wanted = format!("\tTopic: t3\tPartition: {partition}\tLeader: 0\tReplicas: 0\tIsr: 0");
        assert!(line.starts_with(&wanted), "{line}");
    }
    let alter = "--alter --bootstrap-server localhost:9092 --topic t3 --partitions 5";
    assert_eq!(topics(servers, alter).await, done(""));
    let described = topics(servers, describe).await;
    assert_eq!(described.stdout.lines().count(), 6, "{}", described.stdout);
    let delete = "--delete --bootstrap-server localhost:9092 --topic t3";
    assert_eq!(topics(servers, delete).await, done(""));
    let listed = topics(servers, "--list --bootstrap-server localhost:9092").await;
    assert_eq!(listed, done("__consumer_offsets\ntest\ntest8\n"));
}

/// A consumer that tails prints what comes, and says how much it was when it is told to stop.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tailing_consumer_prints_as_records_come() {
    let folder = Folder::new();
    let servers = Servers::start(&folder, 0).await;
    let made = topics(&servers, "--create --bootstrap-server localhost:9092 --topic t").await;
    assert_eq!(made, done("Created topic t.\n"));
    let address = servers.address();
    let line = ["--bootstrap-server", &address, "--topic", "t", "--from-beginning"];
    let mut consumer = Process::start("kafka-console-consumer", &line);
    for word in ["one", "two", "three"] {
        assert_eq!(produce(&servers, "t", &format!("{word}\n")).await, done(""));
        assert_eq!(consumer.says(word).await, word);
    }
    consumer.signal(Signal::INT);
    assert_eq!(consumer.ended().await.code(), Some(130));
    assert_eq!(consumer.seen(), ["one", "two", "three"]);
    servers.kill().await;
}
