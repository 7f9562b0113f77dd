//! The brokers' own topics, printed by the console consumer's formatters.

use crate::support::folder::Folder;
use crate::support::program::{Ended, Servers, run};

const JSON: &str = "org.apache.kafka.tools.consumer.OffsetsMessageFormatter";
const TEXT: &str = "kafka.coordinator.group.GroupMetadataManager$OffsetsMessageFormatter";

async fn consume(servers: &Servers, topic: &str, more: &[&str]) -> Ended {
    let address = servers.address();
    let mut line = vec!["--bootstrap-server", &address, "--topic", topic, "--from-beginning"];
    line.extend(more);
    run("kafka-console-consumer", &line, "").await
}

/// The number behind `name` in a text, and the text without it.
fn without_number(text: &str, name: &str) -> (i64, String) {
    let at = text.find(name).unwrap_or_else(|| panic!("no {name} in {text}")) + name.len();
    let digits = text[at..].chars().take_while(char::is_ascii_digit).count();
    let number = text[at..at + digits].parse().expect("a number");
    (number, format!("{}{}", &text[..at], &text[at + digits..]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_group_committed_is_printed() {
    let folder = Folder::new();
    let servers = Servers::start(&folder, 0).await;
    let address = servers.address();
    let line = ["--broker-list", &address, "--topic", "t"];
    let made = run("kafka-console-producer", &line, "a\nb\nc\n").await;
    assert_eq!(made.code, Some(0), "{made:?}");
    let read = consume(&servers, "t", &["--group", "g1", "--max-messages", "3"]).await;
    assert_eq!((read.stdout.as_str(), read.code), ("a\nb\nc\n", Some(0)));

    // The group's generations and its offset: three records, of which one is an offset.
    let offsets = ["--max-messages", "3", "--formatter"];
    let json = consume(&servers, "__consumer_offsets", &[&offsets[..], &[JSON]].concat()).await;
    let (time, json_text) = without_number(&json.stdout, "\"commitTimestamp\":");
    assert_eq!(
        json_text,
        "{\"key\":{\"version\":1,\"data\":{\"group\":\"g1\",\"topic\":\"t\",\"partition\":0}},\
         \"value\":{\"version\":3,\"data\":{\"offset\":3,\"leaderEpoch\":-1,\"metadata\":\"\",\
         \"commitTimestamp\":}}}"
    );
    assert_eq!((json.stderr.as_str(), json.code), ("Processed a total of 3 messages\n", Some(0)));

    let text = consume(&servers, "__consumer_offsets", &[&offsets[..], &[TEXT]].concat()).await;
    assert_eq!(
        text.stdout,
        format!(
            "[g1,t,0]::OffsetAndMetadata(offset=3, leaderEpoch=Optional.empty, metadata=, \
             commitTimestamp={time}, expireTimestamp=None)\n"
        )
    );
    assert!(text.stderr.starts_with(&format!("WARNING: {TEXT} is deprecated")), "{text:?}");
    servers.kill().await;
}
