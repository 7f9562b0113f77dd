//! Three brokers of ours, each a process, on the ZooKeepers of [`Members`].

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use milena::base::disk::Disk;
use milena::kafka::client::{Address, Client, Options, Topics};

use super::members::{Kind, Members, free_ports};
use super::process::{Place, Process, WITHIN};
use crate::support::load::{self, Error};

pub const BROKERS: usize = 3;

/// How long a broker's folders may take to become equal.
const EQUAL_WITHIN: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct Broker {
    place: Place,
    port: u16,
    process: Option<Process>,
}

/// Brokers and ZooKeepers.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    pub members: Members,
    brokers: Vec<Broker>,
}

/// Who has which office, as numbers of brokers.
#[derive(Clone, Copy, Debug)]
pub struct Offices {
    pub controller: usize,
    /// The leader of the first partition.
    pub leader: usize,
}

/// An address of its own: ports that are free on it stay so while a server is down.
pub fn loopback() -> String {
    static NEXT: AtomicU8 = AtomicU8::new(128);
    let process = std::process::id().to_be_bytes();
    let last = NEXT.fetch_add(1, Ordering::SeqCst);
    Ipv4Addr::new(127, process[3] | 1, process[2], last).to_string()
}

impl Cluster {
    /// Starts one on loopback.
    pub async fn start(kind: Kind, folder: &Path) -> Result<Cluster, Error> {
        let host = loopback();
        let places: Vec<_> = (0..BROKERS).map(|_| Place::on(host.clone())).collect();
        Cluster::start_in(kind, folder, &places, &places).await
    }

    /// Starts one in these places.
    pub async fn start_in(
        kind: Kind,
        folder: &Path,
        brokers: &[Place],
        members: &[Place],
    ) -> Result<Cluster, Error> {
        let members = Members::new(kind, folder, members)?;
        let mut cluster = Cluster { folder: folder.to_owned(), members, brokers: Vec::new() };
        for place in brokers {
            let port = match place.namespace {
                Some(_) => 9092,
                None => free_ports::<1>(&place.host)?[0],
            };
            cluster.brokers.push(Broker { place: place.clone(), port, process: None });
        }
        if !cluster.inside() {
            for index in 0..cluster.members.len() {
                cluster.members.begin(index)?;
            }
            cluster.members.leader().await?;
        }
        for index in 0..BROKERS {
            cluster.begin(index)?;
        }
        for index in 0..BROKERS {
            cluster.started(index).await?;
        }
        Ok(cluster)
    }

    /// Whether the ZooKeepers have no processes of their own.
    pub fn inside(&self) -> bool {
        matches!(self.members.kind, Kind::Inside)
    }

    /// Starts a broker.
    pub fn begin(&mut self, index: usize) -> Result<(), Error> {
        let (connect, broker) = (self.members.connect(), &self.brokers[index]);
        let text = format!(
            "broker.id={index}\nlisteners=PLAINTEXT://{}:{}\nlog.dirs={}\n\
             zookeeper.connect={connect}\nzookeeper.session.timeout.ms=2000\n\
             offsets.topic.replication.factor=3\noffsets.topic.num.partitions=3\n\
             min.insync.replicas=2\ngroup.initial.rebalance.delay.ms=0\n\
             controlled.shutdown.retry.backoff.ms=100\n\
             leader.imbalance.check.interval.seconds=1\n",
            broker.place.host,
            broker.port,
            self.logs_of(index).display()
        );
        let file = self.folder.join(format!("server-{index}.properties"));
        fs::write(&file, text)?;
        let mut command = broker.place.ours("kafka-server-start")?;
        command.env("LOG_DIR", self.folder.join("logs"));
        if self.inside() {
            command.arg(format!("--with-zookeeper={}", self.members.file(index).display()));
        }
        command.arg(file);
        let name = format!("broker-{index}");
        let log = self.folder.join(format!("{name}.log"));
        self.brokers[index].process = Some(Process::start(&name, command, &log)?);
        Ok(())
    }

    /// Waits until a broker that was begun has started.
    pub async fn started(&mut self, index: usize) -> Result<(), Error> {
        let process = self.process(index).as_mut().ok_or("it was not begun")?;
        process.says(&format!("[KafkaServer id={index}] started")).await
    }

    /// A broker's process.
    pub fn process(&mut self, index: usize) -> &mut Option<Process> {
        &mut self.brokers[index].process
    }

    fn logs_of(&self, index: usize) -> PathBuf {
        self.folder.join(format!("kafka-{index}"))
    }

    /// How clients reach it.
    pub fn options(&self) -> Options {
        let address = |it: &Broker| Address { host: it.place.host.clone(), port: it.port };
        Options::new(self.brokers.iter().map(address).collect())
    }

    /// The same for others.
    pub fn bootstrap(&self) -> String {
        let address = |it: &Broker| format!("{}:{}", it.place.host, it.port);
        self.brokers.iter().map(address).collect::<Vec<_>>().join(",")
    }

    /// Who is the controller, and who leads the first partition, as soon as there are such.
    pub async fn offices(&self) -> Result<Offices, Error> {
        let until = Instant::now() + WITHIN;
        loop {
            let metadata = Client::new(self.options()).metadata(Topics::All, false).await?;
            let is_load = |name: &Option<String>| name.as_deref() == Some(load::TOPIC);
            let topic = metadata.topics.iter().find(|topic| is_load(&topic.name));
            let first = topic.and_then(|topic| topic.partitions.first());
            let leader = first.and_then(|it| usize::try_from(it.leader_id).ok());
            match (usize::try_from(metadata.controller_id), leader) {
                (Ok(controller), Some(leader)) => return Ok(Offices { controller, leader }),
                _ if Instant::now() > until => return Err("nobody is in office".into()),
                // Whoever was asked has not been told yet.
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Waits until everybody is there again, and abreast of the others.
    pub async fn healed(&mut self) -> Result<(), Error> {
        for broker in &mut self.brokers {
            broker.process.as_mut().ok_or("a broker is missing")?.runs()?;
        }
        self.members.leader().await?;
        load::in_sync(&self.options(), i32::try_from(BROKERS)?).await
    }

    /// Stops all, and compares what the brokers have on disk; gives how many partitions that was.
    /// Nobody may write any more.
    pub async fn stop(mut self) -> Result<usize, Error> {
        let until = Instant::now() + EQUAL_WITHIN;
        let compared = loop {
            match self.compared() {
                // A follower may still be fetching the end.
                Err(_) if Instant::now() < until => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                compared => break compared?,
            }
        };
        // Those with a ZooKeeper inside need each other to go in good order.
        let stopping: Vec<_> = self.brokers.iter_mut().filter_map(|it| it.process.take()).collect();
        let stopping: Vec<_> = stopping.into_iter().map(|it| tokio::spawn(it.stop())).collect();
        for stopped in stopping {
            stopped.await??;
        }
        self.members.stop().await?;
        Ok(compared)
    }

    /// Holds the segments of the load's partitions against each other, byte by byte.
    fn compared(&self) -> Result<usize, Error> {
        let mut partitions = 0;
        for folder in Disk::System.list(&self.logs_of(0))? {
            if !folder.name.contains(load::TOPIC) {
                continue;
            }
            let [first, second, third] =
                [0, 1, 2].map(|broker| segments(&self.logs_of(broker).join(&folder.name)));
            let (first, second, third) = (first?, second?, third?);
            if first != second || second != third {
                let sizes = [first.len(), second.len(), third.len()];
                return Err(format!("{} differs between brokers: {sizes:?}", folder.name).into());
            }
            partitions += 1;
        }
        Ok(partitions)
    }
}

/// The segments of a partition, one behind the other.
fn segments(folder: &Path) -> Result<Vec<u8>, Error> {
    let mut names: Vec<_> = Disk::System.list(folder)?.into_iter().map(|it| it.name).collect();
    names.retain(|name| name.ends_with(".log"));
    names.sort();
    let mut bytes = Vec::new();
    for name in names {
        bytes.extend(Disk::System.read(&folder.join(name))?);
    }
    Ok(bytes)
}
