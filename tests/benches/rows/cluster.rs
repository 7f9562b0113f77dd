//! Three brokers: how long what dies is missed.

use std::time::{Duration, Instant};

use milena::kafka::protocol::message::metadata::MetadataResponse;

use super::Load;
use crate::connection::Connection;
use crate::measure::Meter;
use crate::members::metadata;
use crate::options::Options;
use crate::support::batches;
use crate::target::{PRODUCE, error, wait};
use crate::trio::{IDS, Trio, deleted, replicas};

/// How often a client that waits for a leader asks.
const EVERY: Duration = Duration::from_millis(5);
/// How many partitions are asked for, from the first to the last that the dead broker led.
const PROBES: i32 = 8;
/// Partitions of a topic.
const PARTITIONS: i32 = 100;

/// Three brokers with many partitions, a replica of each on every one.
pub struct Cluster {
    pub trio: Trio,
    topics: i32,
    /// Seconds that it took to make them all.
    made: f64,
}

impl Cluster {
    pub fn start(partitions: i32) -> Cluster {
        let trio = Trio::start();
        let topics = partitions / PARTITIONS;
        let names: Vec<String> = (0..topics).map(name).collect();
        let replicas: Vec<Vec<i32>> = (0..PARTITIONS).map(|it| replicas(it).to_vec()).collect();
        let begun = Instant::now();
        trio.members().create(&names, &replicas);
        Cluster { trio, topics, made: begun.elapsed().as_secs_f64() }
    }

    /// Starts the dead again and waits until all is as before.
    pub fn heal(&mut self, id: i32) {
        self.trio.begin(id);
        self.trio.settled(count(self.topics));
        self.trio.prefer();
    }

    /// Partitions that this broker leads while all live, from the first to the last.
    pub fn probes(&self, leader: i32) -> Vec<(String, i32)> {
        let led: Vec<i32> = (0..PARTITIONS).filter(|it| replicas(*it)[0] == leader).collect();
        let (first, last) = (led[0], led[led.len() - 1]);
        let topic = |probe| probe * (self.topics - 1) / (PROBES - 1);
        (0..PROBES)
            .map(|probe| (name(topic(probe)), if probe < PROBES / 2 { first } else { last }))
            .collect()
    }
}

fn name(topic: i32) -> String {
    format!("bench-{topic:05}")
}

fn count(topics: i32) -> usize {
    (topics * PARTITIONS).unsigned_abs() as usize
}

struct Create {
    partitions: i32,
}

pub fn create(options: &Options) -> Box<dyn Load> {
    let partitions = if options.quick { 1_000 } else { 10_000 };
    Box::new(Create { partitions })
}

impl Load for Create {
    fn server(&mut self) -> Vec<Option<f64>> {
        let cluster = Cluster::start(self.partitions);
        let files = cluster.trio.brokers.values().map(|(process, _)| process.open_files());
        let memory = cluster.trio.brokers.values();
        let memory = memory.filter_map(|(process, _)| Meter::of_process(process).resident_mb());
        let most = files.max().map(|files| files as f64 / f64::from(self.partitions));
        let each = memory.fold(0.0, f64::max) * 1e3 / f64::from(self.partitions);
        vec![Some(cluster.made), most, Some(each)]
    }
}

struct Kill(Cluster);

pub fn kill_1000(_: &Options) -> Box<dyn Load> {
    Box::new(Kill(Cluster::start(1_000)))
}

pub fn kill_10000(_: &Options) -> Box<dyn Load> {
    Box::new(Kill(Cluster::start(10_000)))
}

impl Load for Kill {
    fn server(&mut self) -> Vec<Option<f64>> {
        let Kill(cluster) = self;
        let controller = cluster.trio.members().controller();
        let victim = *IDS.iter().find(|id| **id != controller).expect("one of three");
        let probes = cluster.probes(victim);
        let (client, mut events) = cluster.trio.zookeeper();
        cluster.trio.kill(victim);
        let gone = deleted(&client, &mut events, &format!("/brokers/ids/{victim}"));
        let times: Vec<f64> = std::thread::scope(|scope| {
            let asking = probes.iter().map(|(topic, partition)| {
                let next = *replicas(*partition).iter().find(|id| **id != victim).expect("one");
                let mut connection = cluster.trio.connect(next);
                scope.spawn(move || {
                    first_acknowledgement(&mut connection, topic, *partition);
                    gone.elapsed().as_secs_f64() * 1e3
                })
            });
            let asking: Vec<_> = asking.collect();
            asking.into_iter().map(|asker| asker.join().expect("an answer")).collect()
        });
        wait(client.close());
        cluster.heal(victim);
        let first = times.iter().copied().fold(f64::MAX, f64::min);
        let last = times.iter().copied().fold(0.0, f64::max);
        vec![Some(last), Some(first)]
    }
}

/// Asks until a record is written to all replicas in sync.
fn first_acknowledgement(connection: &mut Connection, topic: &str, partition: i32) {
    let request = batches::produce(topic, partition, -1, batches::batch(&["."]));
    loop {
        let begun = Instant::now();
        if error(connection.ask(&request, PRODUCE)).is_none() {
            return;
        }
        std::thread::sleep(EVERY.saturating_sub(begun.elapsed()));
    }
}

struct Controller(Cluster);

pub fn controller(options: &Options) -> Box<dyn Load> {
    Box::new(Controller(Cluster::start(if options.quick { 1_000 } else { 10_000 })))
}

impl Load for Controller {
    fn server(&mut self) -> Vec<Option<f64>> {
        let Controller(cluster) = self;
        let victim = cluster.trio.members().controller();
        let (client, mut events) = cluster.trio.zookeeper();
        let last = name(cluster.topics - 1);
        cluster.trio.kill(victim);
        let gone = deleted(&client, &mut events, "/controller");
        let others: Vec<i32> = cluster.trio.brokers.keys().copied().collect();
        let times: Vec<(f64, f64)> = std::thread::scope(|scope| {
            let asking = others.iter().map(|id| {
                let (mut connection, last) = (cluster.trio.connect(*id), &last);
                scope.spawn(move || {
                    let told = until(&mut connection, gone, Vec::new(), |answer| {
                        answer.controller_id > 0 && answer.controller_id != victim
                    });
                    let led = until(&mut connection, gone, vec![last.clone()], |answer| {
                        let mut partitions = answer.topics[0].partitions.iter();
                        partitions.all(|it| it.leader_id > 0 && it.leader_id != victim)
                    });
                    (told, led)
                })
            });
            let asking: Vec<_> = asking.collect();
            asking.into_iter().map(|asker| asker.join().expect("an answer")).collect()
        });
        wait(client.close());
        cluster.heal(victim);
        let most = |values: Vec<f64>| values.into_iter().fold(0.0, f64::max);
        let (told, led) = times.into_iter().unzip();
        vec![Some(most(led)), Some(most(told))]
    }
}

/// Asks until a broker's picture is so; gives the milliseconds since `begun`.
fn until(
    connection: &mut Connection,
    begun: Instant,
    topics: Vec<String>,
    wanted: impl Fn(&MetadataResponse) -> bool,
) -> f64 {
    while !wanted(&metadata(connection, Some(topics.clone()))) {
        std::thread::sleep(Duration::from_millis(2));
    }
    begun.elapsed().as_secs_f64() * 1e3
}
