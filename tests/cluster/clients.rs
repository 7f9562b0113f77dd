//! Our own clients against a cluster.

use std::sync::Arc;

use milena::kafka::client::producer::{Producer, Record, Settings};
use milena::kafka::client::{Address, Client, Options};

use crate::support::cluster::Cluster;
use crate::support::within;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_producer_delivers_to_many_partitions_at_once() {
    let cluster = Cluster::start(3, "min.insync.replicas=2").await;
    cluster.topic("t", 6, &[]).await;
    let bootstrap = cluster
        .brokers
        .values()
        .map(|it| Address { host: "127.0.0.1".to_owned(), port: it.port() });
    let client = Client::new(Options::new(bootstrap.collect()));
    let producer = Arc::new(Producer::new(client, Settings::default()));
    let deliveries = (0..6).map(|partition| {
        let producer = producer.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                let record = Record {
                    topic: "t",
                    partition: Some(partition),
                    value: Some(b"v"),
                    ..Record::default()
                };
                within("a delivery", producer.deliver(&record)).await.expect("a delivery");
            }
        })
    });
    for delivery in deliveries.collect::<Vec<_>>() {
        delivery.await.expect("deliveries");
    }
    cluster.stop().await;
}
