//! Consumers read from the replica in their rack (KIP-392), the protocol's and our own.

use std::time::Duration;

use milena::kafka::client::admin::OffsetSpec;
use milena::kafka::client::consumer::{Consumer, Settings};
use milena::kafka::client::{Address, Client, Options};
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::types::TopicPartition;

use crate::support::batches::{batch, fetch, only, produced, values};
use crate::support::cluster::Cluster;
use crate::support::within;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_is_sent_to_its_rack() {
    let selector = "org.apache.kafka.common.replica.RackAwareReplicaSelector";
    let more = format!("replica.selector.class={selector}\nreplica.fetch.wait.max.ms=20");
    let cluster = Cluster::racked(2, &more).await;
    cluster.topic("t", 1, &[]).await;
    let leader = cluster.leader("t", 0);
    let follower = if leader == 1 { 2 } else { 1 };
    let stored = produced(&mut cluster.wire(leader).await, "t", 0, batch(&["v"])).await;
    assert_eq!(stored.error_code, ErrorCode::NONE);
    cluster.caught_up(follower, "t", 0, 1).await;

    let from = |rack: i32| {
        let mut request = fetch("t", 0, 0);
        request.rack_id = format!("rack-{rack}");
        request
    };
    let mut wire = cluster.wire(leader).await;
    let sent = only(wire.ask(&from(follower), 12).await);
    assert_eq!((sent.preferred_read_replica, sent.records.len()), (follower, 0));
    for rack in [leader, 9] {
        let read = only(wire.ask(&from(rack), 12).await);
        assert_eq!((read.preferred_read_replica, read.records.is_empty()), (-1, false), "{rack}");
    }
    let read = only(cluster.wire(follower).await.ask(&from(follower), 12).await);
    assert_eq!(values(read.records), [(0, "v".to_owned())]);

    let address = Address { host: "127.0.0.1".to_owned(), port: cluster.brokers[&leader].port() };
    let client = Client::new(Options::new(vec![address]));
    let settings = Settings { rack: format!("rack-{follower}"), ..Settings::default() };
    let mut consumer = Consumer::new(client, settings);
    let partition = TopicPartition::new("t", 0);
    consumer.assign(std::slice::from_ref(&partition));
    consumer.seek_to(&partition, OffsetSpec::Earliest).await.expect("the start");
    let fetched = within("a record", consumer.poll(Duration::from_secs(30))).await;
    assert_eq!(fetched.expect("no error").expect("a record").end(), 1);
    cluster.stop().await;
}
