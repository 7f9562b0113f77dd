//! kafka-get-offsets and kafka-delete-records: what one deletes the other no longer shows.

use crate::support::folder::Folder;
use crate::support::program::{Ended, Servers, run};

async fn typed(servers: &Servers, tool: &str, line: &str, input: &str) -> Ended {
    let address = servers.address();
    let mut words = vec!["--bootstrap-server", &address];
    words.extend(line.split_whitespace());
    run(tool, &words, input).await
}

async fn offsets(servers: &Servers, line: &str) -> String {
    let ended = typed(servers, "kafka-get-offsets", line, "").await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{line}: {ended:?}");
    ended.stdout
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deleted_is_no_longer_shown() {
    let folder = Folder::new();
    let servers = Servers::start(&folder, 0).await;
    let made = typed(&servers, "kafka-topics", "--create --topic o --partitions 2", "").await;
    assert_eq!(made.code, Some(0), "{made:?}");
    let keyed = "--topic o --property parse.key=true --property key.separator=:";
    let sent = typed(&servers, "kafka-console-producer", keyed, "a:1\na:2\na:3\nb:4\n").await;
    assert_eq!(sent.code, Some(0), "{sent:?}");

    assert_eq!(offsets(&servers, "--topic o").await, "o:0:4\no:1:0\n");
    assert_eq!(offsets(&servers, "--time earliest").await, "o:0:0\no:1:0\n");
    assert_eq!(offsets(&servers, "--topic-partitions o:0-1").await, "o:0:4\n");
    // Nothing is as young as that; and where nothing is, there is no youngest record.
    assert_eq!(offsets(&servers, "--time 9999999999999").await, "");
    assert_eq!(offsets(&servers, "--time max-timestamp --partitions 1").await, "");
    let missing = typed(&servers, "kafka-get-offsets", "--topic nope", "").await;
    let said = "Error occurred: Could not match any topic-partitions with the specified filters\n";
    assert_eq!((missing.code, missing.stderr.as_str()), (Some(1), said));

    let plan = r#"{"partitions":[{"topic":"o","partition":0,"offset":1},
                   {"topic":"o","partition":1,"offset":-1}],"version":1}"#;
    let file = folder.write("plan.json", plan);
    let line = format!("--offset-json-file {file}");
    let deleted = typed(&servers, "kafka-delete-records", &line, "").await;
    let lines = [
        "Executing records delete operation",
        "Records delete operation completed:",
        "partition: o-0\tlow_watermark: 1",
        "partition: o-1\tlow_watermark: 0",
        "",
    ];
    assert_eq!((deleted.code, deleted.stdout), (Some(0), lines.join("\n")));
    assert_eq!(offsets(&servers, "--topic o --time -2").await, "o:0:1\no:1:0\n");
    let file =
        folder.write("far.json", r#"{"partitions":[{"topic":"o","partition":0,"offset":9}]}"#);
    let line = format!("--offset-json-file {file}");
    let refused = typed(&servers, "kafka-delete-records", &line, "").await;
    assert_eq!(refused.code, Some(0), "{refused:?}");
    assert!(refused.stdout.contains("partition: o-0\terror: "), "{refused:?}");
    assert!(refused.stdout.contains("OffsetOutOfRangeException: The requested offset is not"));
    servers.kill().await;
}
