//! kafka-leader-election against a cluster whose leaders have strayed.

use milena::kafka::metadata::Image;

use crate::support::cluster::Cluster;
use crate::support::folder::Folder;
use crate::support::program::{Ended, run};

/// A cluster in which `t-0` is led by its second replica; gives the first.
pub(super) async fn strayed() -> (Cluster, i32) {
    let more = "auto.leader.rebalance.enable=false\nreplica.lag.time.max.ms=60000\n";
    let mut cluster = Cluster::start(2, more).await;
    cluster.topic("t", 1, &[]).await;
    let first = cluster.leader("t", 0);
    cluster.end(first).await;
    let rest: Vec<i32> = cluster.brokers.keys().copied().collect();
    cluster.isr("t", 0, &rest).await;
    cluster.begin(first).await;
    cluster.isr("t", 0, &[1, 2]).await;
    (cluster, first)
}

/// Waits until every broker sees `leader` lead `t-0`.
pub(super) async fn led_by(cluster: &Cluster, leader: i32) {
    let led = |image: &Image| image.partition("t", 0).is_some_and(|it| it.leader == leader);
    cluster.all_see(&format!("leader {leader}"), led).await;
}

async fn elect(cluster: &Cluster, line: &str) -> Ended {
    let address = cluster.address();
    let mut words = vec!["--bootstrap-server", &address, "--election-type", "preferred"];
    words.extend(line.split_whitespace());
    run("kafka-leader-election", &words, "").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaders_go_home_and_the_report_says_so() {
    let (cluster, first) = strayed().await;
    let ended = elect(&cluster, "--topic t --partition 0").await;
    assert_eq!(
        (ended.stdout.as_str(), ended.code),
        ("Successfully completed leader election (PREFERRED) for partitions t-0\n", Some(0)),
        "{ended:?}"
    );
    led_by(&cluster, first).await;
    let folder = Folder::new();
    let file = folder.write("e.json", r#"{"partitions":[{"topic":"t","partition":0}]}"#);
    let again = elect(&cluster, &format!("--path-to-json-file {file}")).await;
    assert_eq!(again.stdout, "Valid replica already elected for partitions t-0\n");
    assert_eq!(again.code, Some(0));
    let all = elect(&cluster, "--all-topic-partitions").await;
    assert_eq!((all.stdout.as_str(), all.code), ("", Some(0)));
    let absent = elect(&cluster, "--topic absent --partition 0").await;
    assert_eq!(
        absent.stdout,
        "Error completing leader election (PREFERRED) for partition: absent-0: \
         org.apache.kafka.common.errors.UnknownTopicOrPartitionException: The partition does not \
         exist.\n"
    );
    assert_eq!(absent.stderr, "1 replica(s) could not be elected\n");
    assert_eq!(absent.code, Some(1));
    let file = folder.write("bad.json", "{\"partitions\":[{\"topic\":1}]}");
    let bad = elect(&cluster, &format!("--path-to-json-file {file}")).await;
    let said = format!("{file}:1:25: partitions[0].topic: text expected, found 1\n");
    assert_eq!((bad.stderr, bad.code), (said, Some(1)));
    cluster.stop().await;
}
