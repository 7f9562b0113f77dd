//! The console producer and the console consumer, each against what the other one did.

use crate::support::folder::Folder;
use crate::support::program::{Ended, Servers, run};
use crate::support::servers::create_topic;

async fn produce(servers: &Servers, topic: &str, more: &[&str], input: &str) -> Ended {
    let address = servers.address();
    let mut line = vec!["--bootstrap-server", &address, "--topic", topic];
    line.extend(more);
    run("kafka-console-producer", &line, input).await
}

async fn consume(servers: &Servers, topic: &str, count: &str, more: &[&str]) -> Ended {
    let address = servers.address();
    let mut line = vec!["--bootstrap-server", &address, "--topic", topic];
    line.extend(["--max-messages", count, "--timeout-ms", "30000"]);
    line.extend(more);
    run("kafka-console-consumer", &line, "").await
}

fn delivered(ended: &Ended) {
    let seen = (ended.stdout.as_str(), ended.stderr.as_str(), ended.code);
    assert_eq!(seen, ("", "", Some(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_headers_and_places_come_through() {
    let folder = Folder::new();
    let servers = Servers::start(&folder, 0).await;
    create_topic(servers.port, "t", 2, 1).await;
    let parse = ["--property", "parse.key=true", "--property", "parse.headers=true"];
    let input = "h:a,i:b\tkey\tone\nh:c\tkey\ttwo";
    delivered(&produce(&servers, "t", &parse, input).await);
    let print = ["print.key=true", "print.headers=true", "print.offset=true", "key.separator=|"];
    let mut more = vec!["--from-beginning"];
    more.extend(print.iter().flat_map(|it| ["--property", it]));
    let read = consume(&servers, "t", "2", &more).await;
    // One key is one partition, and there the order stays. A last line needs no end.
    assert_eq!(read.stdout, "Offset:0|h:a,i:b|key|one\nOffset:1|h:c|key|two\n");
    assert_eq!(read.stderr, "Processed a total of 2 messages\n");

    // From a place on.
    let partition = ["--property", "print.partition=true", "--from-beginning"];
    let first = consume(&servers, "t", "1", &partition).await.stdout;
    let partition = first.split('\t').next().and_then(|it| it.strip_prefix("Partition:"));
    let partition = partition.expect("the partition");
    let read = consume(&servers, "t", "1", &["--partition", partition, "--offset", "1"]).await;
    assert_eq!(read.stdout, "two\n");
    let missing = produce(&servers, "t", &parse, "no tab\n").await;
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.stderr.contains("on line number 1"), "{missing:?}");
    servers.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_codecs_and_serializers() {
    let folder = Folder::new();
    let servers = Servers::start(&folder, 0).await;
    create_topic(servers.port, "t", 1, 1).await;
    let codecs = ["none", "gzip", "snappy", "lz4", "zstd"];
    for codec in codecs {
        let line = ["--compression-codec", codec];
        delivered(&produce(&servers, "t", &line, &format!("{codec}\n")).await);
    }
    let read = consume(&servers, "t", "5", &["--from-beginning"]).await;
    assert_eq!(read.stdout, "none\ngzip\nsnappy\nlz4\nzstd\n");
    let committed = ["--from-beginning", "--isolation-level", "read_committed"];
    assert_eq!(consume(&servers, "t", "5", &committed).await.stdout, read.stdout);
    create_topic(servers.port, "numbers", 1, 1).await;
    delivered(&produce(&servers, "numbers", &[], "\0\0\x01\0\n").await);
    for (kind, shown) in [
        ("org.apache.kafka.common.serialization.IntegerDeserializer", "256\n"),
        ("org.apache.kafka.common.serialization.StringDeserializer", "\0\0\x01\0\n"),
    ] {
        let more = ["--from-beginning", "--value-deserializer", kind];
        assert_eq!(consume(&servers, "numbers", "1", &more).await.stdout, shown);
    }
    servers.kill().await;
}

/// What is not delivered is said, and is the exit code.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_is_refused() {
    let folder = Folder::new();
    let servers = Servers::start(&folder, 0).await;
    let address = servers.address();
    let line = "--create --topic small --config max.message.bytes=1000 --bootstrap-server";
    let mut words: Vec<&str> = line.split(' ').collect();
    words.push(&address);
    assert_eq!(run("kafka-topics", &words, "").await.code, Some(0));
    let input = format!("before\n{}\nafter\n", "x".repeat(3_000));
    let one_by_one = ["--batch-size", "1", "--producer-property", "compression.type=none"];
    let ended = produce(&servers, "small", &one_by_one, &input).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("is above the limit of 1000"), "{ended:?}");
    let read = consume(&servers, "small", "2", &["--from-beginning"]).await;
    assert_eq!(read.stdout, "before\nafter\n", "its neighbours are there");
    servers.kill().await;
}
