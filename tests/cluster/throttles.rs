//! Replication throttles (KIP-73): moving a partition takes as long as the rate says, and nobody who
//! is in sync waits for it.

use std::time::{Duration, Instant};

use milena::kafka::metadata::Image;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};

use crate::support::batches::{batch, produced};
use crate::support::cluster::Cluster;
use crate::support::within;

const BROKER: i8 = 4;
/// In bytes a second.
const RATE: usize = 400_000;
const RECORD: usize = 50_000;
const RECORDS: usize = 13;

/// Sets the rate of one end, or takes the limit off.
async fn limit(cluster: &Cluster, broker: i32, end: &str, rate: Option<usize>) {
    let config = AlterableConfig {
        name: format!("{end}.replication.throttled.rate"),
        config_operation: i8::from(rate.is_none()),
        value: rate.map(|rate| rate.to_string()),
    };
    let resource = AlterConfigsResource {
        resource_type: BROKER,
        resource_name: broker.to_string(),
        configs: vec![config],
    };
    let request =
        IncrementalAlterConfigsRequest { resources: vec![resource], validate_only: false };
    let result = cluster.wire(broker).await.ask(&request, 1).await.responses.remove(0);
    assert_eq!(result.error_code, ErrorCode::NONE, "{result:?}");
}

async fn in_sync(cluster: &Cluster, topic: &str, count: usize) {
    let so = |image: &Image| {
        image
            .partition(topic, 0)
            .is_some_and(|it| it.replicas.len() == count && it.isr.len() == count)
    };
    within("the move", cluster.all_see("the move", so)).await;
}

async fn a_move_is_held_to_the_rate(end: &str, throttled_broker: i32) {
    let more = "auto.leader.rebalance.enable=false\n\
                replica.fetch.max.bytes=60000\n\
                replica.fetch.backoff.ms=20\n\
                replica.fetch.wait.max.ms=20\n";
    let cluster = Cluster::start(2, more).await;
    let key = format!("{end}.replication.throttled.replicas");
    let named = format!("0:{throttled_broker}");
    for (topic, configs) in [("slow", &[(key.as_str(), named.as_str())][..]), ("free", &[])] {
        cluster.topic(topic, 1, configs).await;
        cluster.reassign(topic, 0, &[1]).await;
        in_sync(&cluster, topic, 1).await;
    }
    let value = "x".repeat(RECORD);
    for topic in ["slow", "free"] {
        for _ in 0..RECORDS {
            let answer = produced(&mut cluster.wire(1).await, topic, 0, batch(&[&value])).await;
            assert_eq!(answer.error_code, ErrorCode::NONE);
        }
    }
    limit(&cluster, throttled_broker, end, Some(RATE)).await;
    let begun = Instant::now();
    cluster.reassign("free", 0, &[1, 2]).await;
    in_sync(&cluster, "free", 2).await;
    let free = begun.elapsed();
    let begun = Instant::now();
    cluster.reassign("slow", 0, &[1, 2]).await;
    in_sync(&cluster, "slow", 2).await;
    // What was fetched last before the end may have gone beyond the rate.
    let least = Duration::from_secs_f64((RECORD * (RECORDS - 2)) as f64 / RATE as f64);
    let slow = begun.elapsed();
    assert!(slow >= least, "{end}: {slow:?} is faster than {least:?}; unthrottled: {free:?}");

    // In sync: what producers wait for is not held back, though the rate is exceeded at once.
    limit(&cluster, throttled_broker, end, Some(1)).await;
    let mut wire = cluster.wire(1).await;
    let acknowledged = async {
        for _ in 0..5 {
            let answer = produced(&mut wire, "slow", 0, batch(&[&value])).await;
            assert_eq!(answer.error_code, ErrorCode::NONE);
        }
    };
    within("acknowledgements", acknowledged).await;
    limit(&cluster, throttled_broker, end, None).await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_sends_no_faster_than_it_may() {
    a_move_is_held_to_the_rate("leader", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_asks_no_faster_than_it_may() {
    a_move_is_held_to_the_rate("follower", 2).await;
}
