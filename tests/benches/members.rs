//! The brokers of a cluster, ours or another's: where they listen and what they cost.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use milena::kafka::protocol::message::delete_topics::DeleteTopicsRequest;
use milena::kafka::protocol::message::metadata::{
    MetadataRequest, MetadataRequestTopic, MetadataResponse,
};

use super::connection::Connection;
use super::measure::Meter;
use super::options::Address;

const METADATA: i16 = 9;
const CREATE_TOPICS: i16 = 4;
const DELETE_TOPICS: i16 = 1;
/// An answer does not take minutes, on whatever machine.
const TOPICS_AT_ONCE: usize = 10;
/// No state of ten thousand partitions takes this long to come about.
const SETTLED_WITHIN: Duration = Duration::from_secs(180);

/// The brokers.
#[derive(Clone, Debug)]
pub struct Members {
    pub addresses: BTreeMap<i32, Address>,
    pub meters: Vec<Meter>,
}

impl Members {
    /// Those of the cluster that a broker is one of.
    pub fn of(any: &Address, pids: &[u32]) -> Members {
        let answer = metadata(&mut Connection::open(&any.host, any.port), Some(Vec::new()));
        let address = |host: String, port| Address {
            host,
            port: u16::try_from(port).expect("the port of a broker"),
        };
        let brokers = answer.brokers.into_iter();
        Members {
            addresses: brokers.map(|it| (it.node_id, address(it.host, it.port))).collect(),
            meters: pids.iter().map(|pid| Meter::of(Some(*pid))).collect(),
        }
    }

    pub fn connect(&self, id: i32) -> Connection {
        let address = &self.addresses[&id];
        Connection::open(&address.host, address.port)
    }

    pub fn ids(&self) -> Vec<i32> {
        self.addresses.keys().copied().collect()
    }

    /// Who of the brokers is the controller.
    pub fn controller(&self) -> i32 {
        let any = *self.addresses.keys().next().expect("a broker");
        metadata(&mut self.connect(any), Some(Vec::new())).controller_id
    }

    /// Makes topics, a list of replicas for each partition.
    pub fn create(&self, names: &[String], replicas: &[Vec<i32>]) {
        // Gigabytes of a turn that is over must not lie on the disk during the next.
        let at_once = CreatableTopicConfig {
            name: "file.delete.delay.ms".to_owned(),
            value: Some("0".into()),
        };
        let assignments = || {
            let each = (0..).zip(replicas).map(|(partition_index, ids)| {
                CreatableReplicaAssignment { partition_index, broker_ids: ids.clone() }
            });
            each.collect()
        };
        let topic = |name: &String| CreatableTopic {
            name: name.clone(),
            num_partitions: -1,
            replication_factor: -1,
            assignments: assignments(),
            configs: vec![at_once.clone()],
        };
        let mut connection = self.connect(self.controller());
        for names in names.chunks(TOPICS_AT_ONCE) {
            let request = CreateTopicsRequest {
                topics: names.iter().map(topic).collect(),
                timeout_ms: 50_000,
                ..CreateTopicsRequest::default()
            };
            for topic in connection.ask(&request, CREATE_TOPICS).topics {
                // What takes longer than the answer waits is waited for below.
                let made =
                    matches!(topic.error_code, ErrorCode::NONE | ErrorCode::REQUEST_TIMED_OUT);
                assert!(made, "{topic:?}");
            }
        }
        let count = names.len() * replicas.len();
        self.all_say("full ISRs", |answer| {
            let ours = answer.topics.iter().filter(|topic| names.contains(name_of(topic)));
            let mut there = ours.flat_map(|topic| &topic.partitions);
            let full = there.by_ref().filter(|it| it.isr_nodes.len() == it.replica_nodes.len());
            full.count() == count
        });
    }

    pub fn delete(&self, names: &[String]) {
        let topic_names = names.to_vec();
        let request = DeleteTopicsRequest { topic_names, timeout_ms: 60_000, ..Default::default() };
        self.connect(self.controller()).ask(&request, DELETE_TOPICS);
    }

    /// Waits until the metadata of every broker is so.
    pub fn all_say(&self, what: &str, wanted: impl Fn(&MetadataResponse) -> bool) {
        let until = Instant::now() + SETTLED_WITHIN;
        for id in self.addresses.keys() {
            let mut connection = self.connect(*id);
            while !wanted(&metadata(&mut connection, None)) {
                assert!(Instant::now() < until, "broker {id} never said {what}");
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn name_of(topic: &milena::kafka::protocol::message::metadata::MetadataResponseTopic) -> &String {
    topic.name.as_ref().expect("the name of a topic")
}

/// Asks a broker for its picture of some topics; none: of all.
pub fn metadata(connection: &mut Connection, topics: Option<Vec<String>>) -> MetadataResponse {
    let topic = |name| MetadataRequestTopic { name: Some(name), ..Default::default() };
    let topics = topics.map(|names| names.into_iter().map(topic).collect());
    connection.ask(&MetadataRequest { topics, ..Default::default() }, METADATA)
}
