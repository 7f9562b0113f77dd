//! Three brokers of ours and their ZooKeeper, each a process of its own, over one folder.

use std::collections::BTreeMap;
use std::time::Instant;

use milena::kafka::protocol::message::elect_leaders::ElectLeadersRequest;
use milena::zookeeper::client::{Client, ConnectString, Event, Events, Options};

use super::connection::Connection;
use super::measure::Meter;
use super::members::Members;
use super::options::Address;
use super::support::WITHIN;
use super::support::folder::Folder;
use super::support::program::{Process, port_of};
use super::target::wait;

/// The brokers.
pub const IDS: [i32; 3] = [1, 2, 3];
/// How long a broker that was killed counts as alive.
const SESSION_TIMEOUT_MS: u32 = 2_000;
const ELECT_LEADERS: i16 = 2;

/// Three brokers.
pub struct Trio {
    /// With their ports; one that was killed is not among them.
    pub brokers: BTreeMap<i32, (Process, u16)>,
    zookeeper: Option<Process>,
    zookeeper_port: u16,
    folder: Folder,
}

impl Trio {
    pub fn start() -> Trio {
        let folder = Folder::new();
        let text = format!(
            "dataDir={}\nclientPort=0\nclientPortAddress=127.0.0.1\nmaxClientCnxns=0\n\
             admin.enableServer=false\ntickTime=500\n",
            folder.at("zookeeper")
        );
        let file = folder.write("zookeeper.properties", &text);
        let mut zookeeper = wait(async { Process::start("zookeeper-server-start", &[&file]) });
        let zookeeper_port = port_of(&wait(zookeeper.says("binding to port")));
        let zookeeper = Some(zookeeper);
        let mut trio = Trio { brokers: BTreeMap::new(), zookeeper, zookeeper_port, folder };
        IDS.into_iter().for_each(|id| trio.begin(id));
        trio
    }

    /// Starts a broker over what it left.
    pub fn begin(&mut self, id: i32) {
        let text = format!(
            "broker.id={id}\nlisteners=PLAINTEXT://127.0.0.1:0\nlog.dirs={}\n\
             zookeeper.connect=127.0.0.1:{}\nzookeeper.session.timeout.ms={SESSION_TIMEOUT_MS}\n\
             auto.leader.rebalance.enable=false\nauto.create.topics.enable=false\n\
             group.initial.rebalance.delay.ms=0\n",
            self.folder.at(&format!("kafka-{id}")),
            self.zookeeper_port,
        );
        let file = self.folder.write(&format!("server-{id}.properties"), &text);
        let started = async {
            let mut process = Process::start("kafka-server-start", &[&file]);
            let port = port_of(&process.says("Awaiting socket connections on").await);
            process.says("] started").await;
            (process, port)
        };
        self.brokers.insert(id, wait(started));
    }

    /// kill -9.
    pub fn kill(&mut self, id: i32) {
        let (process, _) = self.brokers.remove(&id).expect("a broker that runs");
        wait(process.kill());
    }

    /// Those that run.
    pub fn members(&self) -> Members {
        let address = |port| Address { host: "127.0.0.1".to_owned(), port };
        let brokers = self.brokers.iter();
        Members {
            addresses: brokers.map(|(id, (_, port))| (*id, address(*port))).collect(),
            meters: self.brokers.values().map(|(it, _)| Meter::of_process(it)).collect(),
        }
    }

    pub fn connect(&self, id: i32) -> Connection {
        Connection::open("127.0.0.1", self.brokers[&id].1)
    }

    /// A session of our own.
    pub fn zookeeper(&self) -> (Client, Events) {
        let servers = ConnectString::parse(&format!("127.0.0.1:{}", self.zookeeper_port));
        let servers = servers.expect("an address");
        wait(async {
            let (client, events) = Client::start(&servers, Options::default());
            client.connected(WITHIN).await.expect("a session");
            (client, events)
        })
    }

    /// Waits until every broker says that all have their full ISR; `count` partitions.
    pub fn settled(&self, count: usize) {
        self.members().all_say("full ISRs", |answer| {
            let mut partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
            let there: usize = answer.topics.iter().map(|topic| topic.partitions.len()).sum();
            there >= count && partitions.all(|it| it.isr_nodes.len() == it.replica_nodes.len())
        });
    }

    /// Moves every leadership to the first replica.
    pub fn prefer(&self) {
        let request = ElectLeadersRequest { timeout_ms: 60_000, ..ElectLeadersRequest::default() };
        let controller = self.members().controller();
        let answer = self.connect(controller).ask(&request, ELECT_LEADERS);
        assert!(!answer.error_code.is_error(), "{:?}", answer.error_code);
        self.members().all_say("preferred leaders", |answer| {
            let mut partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
            partitions.all(|it| it.replica_nodes.first() == Some(&it.leader_id))
        });
    }
}

impl Drop for Trio {
    fn drop(&mut self) {
        while let Some((_, (process, _))) = self.brokers.pop_first() {
            wait(process.kill());
        }
        if let Some(zookeeper) = self.zookeeper.take() {
            wait(zookeeper.kill());
        }
    }
}

/// The replicas of a partition on all brokers, the first of which leads where all live.
pub fn replicas(partition: i32) -> [i32; 3] {
    [0, 1, 2].map(|step| IDS[((partition + step) % 3).unsigned_abs() as usize])
}

/// Leaves a watch on a node; gives when it was deleted, which it waits for.
pub fn deleted(client: &Client, events: &mut Events, path: &str) -> Instant {
    wait(async {
        let there = client.exists(path, true).await.expect("an answer of ZooKeeper");
        assert!(there.is_some(), "{path} was not there");
        loop {
            match events.next().await.expect("a session") {
                Event::Watch(watch) if watch.path == path => return Instant::now(),
                Event::Watch(_) | Event::State(_) => {}
            }
        }
    })
}
