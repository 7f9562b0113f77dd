//! The servers that are measured: ours, started here, or foreign ones by their address.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use milena::kafka::protocol::message::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use milena::kafka::protocol::message::delete_topics::DeleteTopicsRequest;
use milena::kafka::protocol::message::produce::{ProduceRequest, ProduceResponse};
use tokio::runtime::{Builder, Runtime};

use super::connection::Connection;
use super::measure::Meter;
use super::options::{Address, Options};
use super::support::folder::Folder;
use super::support::program::{self, Process, Servers};
use super::support::{WITHIN, batches};

/// The versions we ask at: what brokers of the last seven years know.
pub const PRODUCE: i16 = 7;
pub const FETCH: i16 = 11;
const CREATE_TOPICS: i16 = 2;
const DELETE_TOPICS: i16 = 1;

/// Waits for what the suite's support does. Its one thread reads what the servers print.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
    });
    RUNTIME.block_on(future)
}

/// A broker.
pub struct Broker {
    address: Address,
    meter: Meter,
    ours: Option<(Servers, Folder)>,
}

impl Broker {
    /// The one that was named, or a new one with a ZooKeeper in another process.
    pub fn start(options: &Options) -> Broker {
        if let Some(address) = &options.broker {
            let meter = Meter::of(options.broker_pid);
            return Broker { address: address.clone(), meter, ours: None };
        }
        let folder = Folder::new();
        let servers = wait(Servers::start(&folder, 0));
        let address = Address { host: "127.0.0.1".to_owned(), port: servers.port };
        let meter = Meter::of_process(&servers.broker);
        Broker { address, meter, ours: Some((servers, folder)) }
    }

    pub fn meter(&self) -> Meter {
        self.meter
    }

    pub fn connect(&self) -> Connection {
        Connection::open(&self.address.host, self.address.port)
    }

    /// As programs are told it.
    pub fn address(&self) -> String {
        format!("{}:{}", self.address.host, self.address.port)
    }

    /// A new topic that is ready to be written to. It goes, files and all, with what is returned.
    pub fn topic(self: &Arc<Self>, partitions: i32) -> Topic {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("bench-{}-{number}", std::process::id());
        let topic = Topic { name, partitions, broker: self.clone() };
        topic.create();
        topic
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some((servers, _folder)) = self.ours.take() {
            wait(servers.kill());
        }
    }
}

/// A topic.
pub struct Topic {
    pub name: String,
    pub partitions: i32,
    broker: Arc<Broker>,
}

impl Topic {
    fn create(&self) {
        // Gigabytes of a turn that is over must not lie on the disk during the next.
        let at_once = CreatableTopicConfig {
            name: "file.delete.delay.ms".to_owned(),
            value: Some("0".into()),
        };
        let topic = CreatableTopic {
            name: self.name.clone(),
            num_partitions: self.partitions,
            replication_factor: 1,
            configs: vec![at_once],
            ..CreatableTopic::default()
        };
        let request =
            CreateTopicsRequest { topics: vec![topic], timeout_ms: 30_000, ..Default::default() };
        let mut connection = self.broker.connect();
        let answer = connection.ask(&request, CREATE_TOPICS);
        assert!(!answer.topics[0].error_code.is_error(), "{:?}", answer.topics[0]);
        let first = batches::batch(&["."]);
        (0..self.partitions).for_each(|partition| self.settle(&mut connection, partition, &first));
    }

    /// Writes a record until the partition takes it: it has no leader at first.
    fn settle(&self, connection: &mut Connection, partition: i32, batch: &Bytes) {
        let request = self.produce(partition, batch);
        let pause = Duration::from_millis(5);
        for _ in 0..WITHIN.as_millis() / pause.as_millis() {
            if error(connection.ask(&request, PRODUCE)).is_none() {
                return;
            }
            std::thread::sleep(pause);
        }
        panic!("{}-{partition} has no leader; is it the only broker of its cluster?", self.name);
    }

    /// A request that asks for an answer once the leader has written.
    pub fn produce(&self, partition: i32, batch: &Bytes) -> ProduceRequest {
        batches::produce(&self.name, partition, 1, batch.clone())
    }
}

impl Drop for Topic {
    fn drop(&mut self) {
        // What has failed is told, not what follows from it.
        if std::thread::panicking() {
            return;
        }
        let request = DeleteTopicsRequest {
            topic_names: vec![self.name.clone()],
            timeout_ms: 30_000,
            ..DeleteTopicsRequest::default()
        };
        self.broker.connect().ask(&request, DELETE_TOPICS);
    }
}

/// Why a partition did not take its batch.
pub fn error(answer: ProduceResponse) -> Option<String> {
    let partition = &answer.responses[0].partition_responses[0];
    partition.error_code.is_error().then(|| format!("{:?}", partition.error_code))
}

/// A ZooKeeper.
pub struct ZooKeeper {
    address: Address,
    meter: Meter,
    ours: Option<(Process, Folder)>,
}

impl ZooKeeper {
    /// The one that was named, or a new one.
    pub fn start(options: &Options) -> ZooKeeper {
        if let Some(address) = &options.zookeeper {
            let meter = Meter::of(options.zookeeper_pid);
            return ZooKeeper { address: address.clone(), meter, ours: None };
        }
        let folder = Folder::new();
        let (process, port) = wait(program::zookeeper(&folder, 0));
        let address = Address { host: "127.0.0.1".to_owned(), port };
        let meter = Meter::of_process(&process);
        ZooKeeper { address, meter, ours: Some((process, folder)) }
    }

    pub fn meter(&self) -> Meter {
        self.meter
    }

    pub fn connect(&self) -> Connection {
        Connection::open(&self.address.host, self.address.port)
    }
}

impl Drop for ZooKeeper {
    fn drop(&mut self) {
        if let Some((process, _folder)) = self.ours.take() {
            wait(process.kill());
        }
    }
}
