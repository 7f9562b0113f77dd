//! Brokers of one cluster, in this process.

use std::collections::BTreeMap;
use std::path::PathBuf;

use milena::kafka::broker::startup::Running;
use milena::kafka::metadata::Image;
use milena::kafka::protocol::message::create_topics::{CreatableTopic, CreateTopicsRequest};
use milena::zookeeper::server::Running as ZooKeeper;

use super::batches::values;
use super::folder::Folder;
use super::servers::{self, broker, properties, sees};
use super::wire::Wire;
use super::{batches, within};

/// The replica id of a reader that every replica shows everything.
const DEBUG_REPLICA: i32 = -2;

/// A ZooKeeper, and the brokers that run at the moment.
pub struct Cluster {
    pub zookeeper: ZooKeeper,
    pub brokers: BTreeMap<i32, Running>,
    folder: Folder,
    more: String,
    /// Whether each broker stands in a rack of its own.
    racked: bool,
}

impl Cluster {
    /// Brokers 1 to `count`; `more` are lines of `server.properties` for all of them. A broker that
    /// stops does so without a word to the controller, as if it had died.
    pub async fn start(count: i32, more: &str) -> Cluster {
        Cluster::of(count, more, false).await
    }

    /// The same, where broker 1 stands in `rack-1`, and so on.
    pub async fn racked(count: i32, more: &str) -> Cluster {
        Cluster::of(count, more, true).await
    }

    async fn of(count: i32, more: &str, racked: bool) -> Cluster {
        let folder = Folder::new();
        let zookeeper = servers::zookeeper(folder.path()).await;
        let more = format!("controlled.shutdown.enable=false\n{more}");
        let mut cluster = Cluster { zookeeper, brokers: BTreeMap::new(), folder, more, racked };
        for id in 1..=count {
            cluster.begin(id).await;
        }
        let count = usize::try_from(count).expect("a count");
        cluster.all_see("all brokers", |image| image.brokers.len() == count).await;
        cluster
    }

    /// Starts a broker over what it left.
    pub async fn begin(&mut self, id: i32) {
        let rack = if self.racked { format!("\nbroker.rack=rack-{id}") } else { String::new() };
        let more = format!("{}{rack}", self.more);
        let running = broker(properties(&self.zookeeper, self.folder.path(), id, &more)).await;
        self.brokers.insert(id, running);
    }

    /// Takes a broker away.
    pub async fn end(&mut self, id: i32) {
        let running = self.brokers.remove(&id).expect("a broker that runs");
        within("the end of a broker", running.stop()).await;
    }

    /// Waits until every broker's picture is so.
    pub async fn all_see(&self, what: &str, wanted: impl Fn(&Image) -> bool) {
        for broker in self.brokers.values() {
            sees(broker, what, &wanted).await;
        }
    }

    /// Waits until a partition is led by a live broker with this ISR; gives the leader.
    pub async fn isr(&self, topic: &str, partition: i32, isr: &[i32]) -> i32 {
        let so = |image: &Image| {
            image.partition(topic, partition).is_some_and(|it| {
                let mut there = it.isr.clone();
                there.sort_unstable();
                there == isr && self.brokers.contains_key(&it.leader)
            })
        };
        self.all_see(&format!("ISR {isr:?} of {topic}-{partition}"), so).await;
        self.leader(topic, partition)
    }

    /// Who leads, as the first broker knows.
    pub fn leader(&self, topic: &str, partition: i32) -> i32 {
        let any = self.brokers.values().next().expect("a broker");
        let image = any.broker.cluster.image();
        image.partition(topic, partition).map_or(-1, |it| it.leader)
    }

    /// Where a broker has its logs.
    pub fn log_dir(&self, id: i32) -> PathBuf {
        self.folder.path().join(format!("kafka-{id}"))
    }

    /// Where clients find the first broker.
    pub fn address(&self) -> String {
        let any = self.brokers.values().next().expect("a broker");
        format!("127.0.0.1:{}", any.port())
    }

    /// A connection to a broker.
    pub async fn wire(&self, id: i32) -> Wire {
        Wire::connect(self.brokers[&id].port()).await
    }

    /// Creates a topic with a replica on every broker.
    pub async fn topic(&self, name: &str, partitions: i32, configs: &[(&str, &str)]) {
        use milena::kafka::protocol::message::create_topics::CreatableTopicConfig;
        let configs = configs.iter().map(|(name, value)| CreatableTopicConfig {
            name: (*name).to_owned(),
            value: Some((*value).to_owned()),
        });
        let topic = CreatableTopic {
            name: name.to_owned(),
            num_partitions: partitions,
            replication_factor: i16::try_from(self.brokers.len()).expect("few brokers"),
            configs: configs.collect(),
            ..CreatableTopic::default()
        };
        let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
        let controller = self.brokers.values().next().expect("a broker");
        let controller = controller.broker.cluster.image().controller;
        let answer = self.wire(controller).await.ask(&request, 7).await;
        let result = &answer.topics[0];
        assert!(!result.error_code.is_error(), "{name}: {result:?}");
        let led = |image: &Image| {
            let topic = image.topic(name);
            topic.is_some_and(|topic| topic.partitions.values().all(|it| it.leader > 0))
        };
        self.all_see("the topic", led).await;
    }

    /// Has the controller move a partition.
    pub async fn reassign(&self, topic: &str, partition: i32, replicas: &[i32]) {
        use milena::kafka::protocol::message::alter_partition_reassignments::{
            AlterPartitionReassignmentsRequest, ReassignablePartition, ReassignableTopic,
        };
        let partition =
            ReassignablePartition { partition_index: partition, replicas: Some(replicas.to_vec()) };
        let topic = ReassignableTopic { name: topic.to_owned(), partitions: vec![partition] };
        let request =
            AlterPartitionReassignmentsRequest { timeout_ms: 30_000, topics: vec![topic] };
        let any = self.brokers.values().next().expect("a broker");
        let controller = any.broker.cluster.image().controller;
        let answer = self.wire(controller).await.ask(&request, 0).await;
        let result = &answer.responses[0].partitions[0];
        assert!(!result.error_code.is_error(), "{result:?}");
    }

    /// Everything that a replica has, committed or not.
    pub async fn replica(&self, id: i32, topic: &str, partition: i32) -> Vec<(i64, String)> {
        let mut wire = self.wire(id).await;
        let mut request = batches::fetch(topic, partition, 0);
        request.replica_id = DEBUG_REPLICA;
        let answer = batches::only(wire.ask(&request, 12).await);
        assert!(!answer.error_code.is_error(), "{answer:?}");
        values(answer.records)
    }

    /// Waits until a replica has everything below `log_end`, and knows that it is committed.
    pub async fn caught_up(&self, id: i32, topic: &str, partition: i32, log_end: i64) {
        let replicas = &self.brokers[&id].broker.replicas;
        let partition = replicas.partition(topic, partition).expect("a replica");
        within("a replica that catches up", async {
            let mut pause = tokio::time::interval(std::time::Duration::from_millis(5));
            loop {
                let at = partition.offsets().expect("a log");
                if at.high_watermark >= log_end {
                    return;
                }
                pause.tick().await;
            }
        })
        .await;
    }

    /// Ends all.
    pub async fn stop(mut self) {
        while let Some(id) = self.brokers.keys().next().copied() {
            self.end(id).await;
        }
        within("the stop of ZooKeeper", self.zookeeper.stop()).await;
    }
}
