//! Followers have what leaders have, in every language that brokers have spoken among themselves.

use milena::kafka::protocol::error_code::ErrorCode;

use crate::support::batches::{batch, produced, read_all};
use crate::support::cluster::Cluster;

/// Protocol versions with different ways of truncating, of changing ISRs, of naming topics.
const PROTOCOLS: [&str; 4] = ["3.9", "2.8", "2.4", "0.11.0"];

fn speaking(protocol: &str, more: &str) -> String {
    // The ISR is to shrink because a broker is gone, not because the test's machine is slow.
    format!("inter.broker.protocol.version={protocol}\nreplica.lag.time.max.ms=60000\n{more}")
}

async fn put(cluster: &Cluster, value: &str) {
    let leader = cluster.leader("t", 0);
    let answer = produced(&mut cluster.wire(leader).await, "t", 0, batch(&[value])).await;
    assert_eq!(answer.error_code, ErrorCode::NONE, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_is_on_every_replica() {
    for protocol in PROTOCOLS {
        let cluster = Cluster::start(3, &speaking(protocol, "")).await;
        cluster.topic("t", 1, &[("min.insync.replicas", "3")]).await;
        for number in 0..20 {
            put(&cluster, &number.to_string()).await;
        }
        let expected: Vec<_> = (0..20).map(|it| (i64::from(it), it.to_string())).collect();
        for id in 1..=3 {
            assert_eq!(cluster.replica(id, "t", 0).await, expected, "broker {id} at {protocol}");
        }
        cluster.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_dies_loses_nothing_and_comes_back_in_sync() {
    for protocol in PROTOCOLS {
        let mut cluster = Cluster::start(3, &speaking(protocol, "")).await;
        cluster.topic("t", 1, &[("min.insync.replicas", "2")]).await;
        put(&cluster, "before").await;
        let first = cluster.leader("t", 0);
        cluster.end(first).await;
        let rest: Vec<i32> = cluster.brokers.keys().copied().collect();
        let second = cluster.isr("t", 0, &rest).await;
        // What is committed a new leader learns from its followers.
        cluster.caught_up(second, "t", 0, 1).await;
        assert_eq!(read_all(&mut cluster.wire(second).await, "t", 0).await, ["before"]);
        put(&cluster, "meanwhile").await;
        cluster.begin(first).await;
        cluster.isr("t", 0, &[1, 2, 3]).await;
        put(&cluster, "after").await;
        let expected = [(0, "before"), (1, "meanwhile"), (2, "after")];
        let expected: Vec<_> = expected.iter().map(|(at, it)| (*at, (*it).to_owned())).collect();
        for id in 1..=3 {
            assert_eq!(cluster.replica(id, "t", 0).await, expected, "broker {id} at {protocol}");
        }
        cluster.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_cuts_off_what_its_leader_does_not_have() {
    for protocol in PROTOCOLS {
        let more = speaking(protocol, "auto.leader.rebalance.enable=false");
        let mut cluster = Cluster::start(2, &more).await;
        cluster.topic("t", 1, &[("unclean.leader.election.enable", "true")]).await;
        put(&cluster, "common").await;
        let (old, new) = match cluster.leader("t", 0) {
            1 => (1, 2),
            _ => (2, 1),
        };
        cluster.caught_up(new, "t", 0, 1).await;
        cluster.end(new).await;
        cluster.isr("t", 0, &[old]).await;
        put(&cluster, "lost").await;
        put(&cluster, "lost too").await;
        cluster.end(old).await;
        // Out of sync, and all there is.
        cluster.begin(new).await;
        cluster.isr("t", 0, &[new]).await;
        put(&cluster, "other").await;
        cluster.begin(old).await;
        cluster.isr("t", 0, &[1, 2]).await;
        let expected = vec![(0, "common".to_owned()), (1, "other".to_owned())];
        for id in 1..=2 {
            assert_eq!(cluster.replica(id, "t", 0).await, expected, "broker {id} at {protocol}");
        }
        cluster.stop().await;
    }
}
