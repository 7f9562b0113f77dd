//! kafka-log-dirs against a cluster of two.

use crate::support::batches::{batch, produced};
use crate::support::cluster::Cluster;
use crate::support::program::run;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sizes_are_told_broker_by_broker() {
    let cluster = Cluster::start(2, "").await;
    cluster.topic("t", 1, &[]).await;
    cluster.topic("other", 1, &[]).await;
    let records = batch(&["value"]);
    let size = records.len();
    let leader = cluster.leader("t", 0);
    produced(&mut cluster.wire(leader).await, "t", 0, records).await;
    cluster.caught_up(3 - leader, "t", 0, 1).await;
    let address = cluster.address();
    let mut line = vec!["--bootstrap-server", &address, "--describe", "--topic-list", "t"];
    let ended = run("kafka-log-dirs", &line, "").await;
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(lines[0], "Querying brokers for log directories information");
    assert_eq!(lines[1], "Received log directory information from brokers 1,2");
    let told = format!(
        r#"[{{"partition":"t-0","size":{size},"offsetLag":0,"isFuture":false}}],"error":null,"#
    );
    assert_eq!(lines[2].matches(&told).count(), 2, "{ended:?}");
    assert!(!lines[2].contains("other"), "{ended:?}");
    assert_eq!((ended.stderr.as_str(), ended.code), ("", Some(0)));
    line.extend(["--broker-list", "1,9"]);
    let ended = run("kafka-log-dirs", &line, "").await;
    let said = "ERROR: The given brokers do not exist from --broker-list: 9. Current existent \
                brokers: 1,2\n";
    assert_eq!((ended.stderr.as_str(), ended.code), (said, Some(1)));
    cluster.stop().await;
}
