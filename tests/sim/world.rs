//! The machines of a life: a ZooKeeper, three brokers, and one for the clients.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use milena::base::error::Chain;
use milena::base::rng::Rng;
use milena::config::Properties;
use milena::kafka::broker::{Broker, startup};
use milena::kafka::client::{Address, Options};
use milena::net::simulated::{Network, Node};
use milena::zookeeper::server::{Server, Settings};

use super::log::{Listener, Mark};
use super::machine::{FOLDER, Machine, WALL_MS};

pub const BROKERS: usize = 3;
const BROKER_PORT: u16 = 9092;
const ZOOKEEPER_PORT: u16 = 2181;
/// What the brokers say of themselves that counts.
const MARKS: &[Mark] = &[("kafka.log.UnifiedLog", "Truncating to offset", "truncation")];

/// All of them.
pub struct World {
    pub network: Network,
    pub listener: Listener,
    pub zookeeper: Machine,
    pub brokers: Vec<Machine>,
    pub clients: Node,
    /// The brokers that run.
    seats: Vec<Arc<Mutex<Weak<Broker>>>>,
    /// Whether every append is synced.
    pub flushes: bool,
    rng: Rng,
}

impl World {
    pub fn new(rng: &mut Rng, aloud: bool) -> World {
        let network = Network::new(Rng::seeded(rng.next_u64()));
        let broker = |number: usize| {
            let last = u8::try_from(number + 1).expect("few brokers");
            Machine::new(&network, format!("broker {}", number + 1), last)
        };
        World {
            zookeeper: Machine::new(&network, "ZooKeeper".to_owned(), 10),
            brokers: (0..BROKERS).map(broker).collect(),
            clients: network.node(Ipv4Addr::new(10, 0, 0, 100), WALL_MS),
            seats: (0..BROKERS).map(|_| Arc::default()).collect(),
            flushes: rng.below(4) == 0,
            listener: Listener::new(&network, aloud, MARKS),
            network,
            rng: Rng::seeded(rng.next_u64()),
        }
    }

    pub fn start_zookeeper(&mut self) {
        self.zookeeper.ready(&mut self.rng);
        let node = self.zookeeper.node.clone();
        let settings = Settings {
            disk: self.zookeeper.disk.clone(),
            clock: node.clock(),
            data_dir: PathBuf::from(FOLDER),
            data_log_dir: PathBuf::from(FOLDER),
            port: ZOOKEEPER_PORT,
            tick_ms: 500,
            preallocate_bytes: 4 * 1024,
            connections_per_address_max: 0,
            snapshot_count: 50,
            ..Settings::default()
        };
        let (listener, exited) = (self.listener.clone(), self.zookeeper.exited.clone());
        node.spawn(async move {
            let why = match Server::start(settings).await {
                Ok(running) => {
                    let why = running.failed().await;
                    running.stop().await;
                    why
                }
                Err(error) => Chain(&error).to_string(),
            };
            listener.say(&format!("ZooKeeper has ended: {why}"));
            exited.store(true, Ordering::Release);
        });
    }

    fn properties(&self, index: usize) -> Properties {
        let more = if self.flushes { "log.flush.interval.messages=1\n" } else { "" };
        Properties::parse(&format!(
            "broker.id={}\nlisteners=PLAINTEXT://{}:{BROKER_PORT}\n\
             zookeeper.connect={}:{ZOOKEEPER_PORT}\nzookeeper.session.timeout.ms=2000\n\
             zookeeper.connection.timeout.ms=6000\nlog.dirs={FOLDER}\n\
             offsets.topic.replication.factor=3\noffsets.topic.num.partitions=1\n\
             offsets.topic.segment.bytes=16384\nlog.segment.bytes=16384\n\
             log.index.size.max.bytes=4096\nmin.insync.replicas=2\n\
             default.replication.factor=3\nreplica.lag.time.max.ms=3000\n\
             replica.socket.timeout.ms=3000\ncontroller.socket.timeout.ms=3000\n\
             group.initial.rebalance.delay.ms=0\nleader.imbalance.check.interval.seconds=5\n\
             unclean.leader.election.enable=false\n{more}",
            index + 1,
            self.brokers[index].node.address(),
            self.zookeeper.node.address(),
        ))
        .expect("properties")
    }

    pub fn start_broker(&mut self, index: usize) {
        let (properties, seat) = (self.properties(index), self.seats[index].clone());
        let machine = &mut self.brokers[index];
        machine.ready(&mut self.rng);
        let (node, disk, name) = (machine.node.clone(), machine.disk.clone(), machine.name.clone());
        let (listener, exited) = (self.listener.clone(), machine.exited.clone());
        node.clone().spawn(async move {
            let settings = startup::Settings { properties, clock: node.clock(), disk };
            let why = match startup::start(settings).await {
                Ok(running) => {
                    *seat.lock().unwrap_or_else(PoisonError::into_inner) =
                        Arc::downgrade(&running.broker);
                    let why = running.failed().await;
                    running.stop().await;
                    why
                }
                Err(error) => Chain(&error).to_string(),
            };
            listener.say(&format!("{name} has ended: {why}"));
            exited.store(true, Ordering::Release);
        });
    }

    /// Clears away processes that have ended; gives their machines' numbers.
    pub async fn bury(&mut self) -> Vec<usize> {
        let mut ended = Vec::new();
        for index in 0..=BROKERS {
            if self.machine(index).bury().await {
                ended.push(index);
            }
        }
        ended
    }

    /// A broker, where it runs.
    pub fn broker(&self, index: usize) -> Option<Arc<Broker>> {
        self.seats[index].lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }

    /// Those that run.
    pub fn running(&self) -> Vec<(usize, Arc<Broker>)> {
        (0..BROKERS).filter_map(|it| Some((it, self.broker(it)?))).collect()
    }

    /// Who is the controller, as far as anyone knows.
    pub fn controller(&self) -> Option<usize> {
        self.running().into_iter().find(|(_, broker)| broker.control.is_active()).map(|it| it.0)
    }

    /// How clients reach the cluster.
    pub fn options(&self) -> Options {
        let address = |machine: &Machine| Address {
            host: machine.node.address().to_string(),
            port: BROKER_PORT,
        };
        Options {
            clock: self.clients.clock(),
            request_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(2),
            metadata_max_age: Duration::from_secs(10),
            ..Options::new(self.brokers.iter().map(address).collect())
        }
    }

    /// Every machine but that of the clients; ZooKeeper's is the last.
    pub fn machine(&mut self, index: usize) -> &mut Machine {
        match index {
            index if index < BROKERS => &mut self.brokers[index],
            _ => &mut self.zookeeper,
        }
    }

    pub fn start(&mut self, index: usize) {
        match index {
            index if index < BROKERS => self.start_broker(index),
            _ => self.start_zookeeper(),
        }
    }

    /// The folder of a partition on a broker's disk.
    pub fn folder(topic: &str, partition: i32) -> PathBuf {
        Path::new(FOLDER).join(format!("{topic}-{partition}"))
    }
}
