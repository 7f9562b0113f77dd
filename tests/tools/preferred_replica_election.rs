//! kafka-preferred-replica-election, both ways.

use super::leader_election::{led_by, strayed};
use crate::support::program::run;

const OLD: &str =
    "This tool is deprecated. Please use kafka-leader-election tool. Tracking issue: KAFKA-8405\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaders_go_home_through_the_brokers() {
    let (cluster, first) = strayed().await;
    let address = cluster.address();
    let line = ["--bootstrap-server", &address];
    let ended = run("kafka-preferred-replica-election", &line, "").await;
    let said = "Successfully completed preferred leader election for partitions t-0\n";
    assert_eq!((ended.stdout, ended.code), (format!("{OLD}{said}"), Some(0)));
    led_by(&cluster, first).await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaders_go_home_through_zookeeper() {
    let (cluster, first) = strayed().await;
    let address = cluster.zookeeper.address().to_string();
    let line = ["--zookeeper", &address];
    let ended = run("kafka-preferred-replica-election", &line, "").await;
    let said = "Warning: --zookeeper is deprecated and will be removed in a future version of \
                Kafka.\n\
                Use --bootstrap-server instead to specify a broker to connect to.\n\
                Created preferred replica election path with t-0\n\
                Successfully started preferred replica election for partitions Set(t-0)\n";
    assert_eq!((ended.stdout, ended.code), (format!("{OLD}{said}"), Some(0)));
    led_by(&cluster, first).await;
    cluster.stop().await;
}
