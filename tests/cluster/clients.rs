//! Our own clients against a cluster.

use std::sync::Arc;
use std::time::Duration;

use milena::kafka::client::admin::OffsetSpec;
use milena::kafka::client::consumer::{self, Consumer};
use milena::kafka::client::producer::{Producer, Record, Settings};
use milena::kafka::client::{Address, Client, Options};
use milena::kafka::types::TopicPartition;

use crate::support::cluster::Cluster;
use crate::support::servers::Node;
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

/// Who asks for the beginning of a topic before it is made gets there once it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seek_waits_for_a_topic_that_is_being_made() {
    let node = Node::start().await;
    let address = Address { host: "127.0.0.1".to_owned(), port: node.broker.port() };
    let client = Client::new(Options::new(vec![address]));
    let settings = consumer::Settings { create_topics: false, ..consumer::Settings::default() };
    let mut consumer = Consumer::new(client, settings);
    let partition = TopicPartition::new("late", 0);
    consumer.assign(std::slice::from_ref(&partition));
    let sought = async {
        let found = consumer.seek_to(&partition, OffsetSpec::Earliest);
        tokio::pin!(found);
        // The first question is out before the topic is made.
        let first = tokio::time::timeout(Duration::from_millis(50), &mut found).await;
        assert!(first.is_err(), "there is no such topic: {first:?}");
        node.topic("late", 1).await;
        found.await
    };
    within("a seek", sought).await.expect("the start");
    assert_eq!(consumer.position(&partition), Some(0));
    drop(consumer);
    node.stop().await;
}
