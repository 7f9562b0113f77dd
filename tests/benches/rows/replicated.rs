//! Produce with acks=all to three replicas: ours, and another cluster in turns with it.

use std::time::{Duration, Instant};

use bytes::Bytes;
use milena::kafka::protocol::message::produce::ProduceRequest;

use super::Load;
use super::latency::wait_until;
use super::produce::{Shape, batch, send};
use crate::measure::{Meter, percentile_ms};
use crate::members::Members;
use crate::options::Options;
use crate::support::{batches, wire};
use crate::target::{self, PRODUCE};
use crate::trio::Trio;

/// Two for each of three leaders.
const PARTITIONS: usize = 6;
const REPLICAS: usize = 3;
/// Requests a second.
const RATE: u32 = 1_000;
const RECORD_BYTES: usize = 1024;

/// One of the two clusters.
struct Side {
    members: Members,
    topic: Vec<String>,
    _ours: Option<Trio>,
}

impl Side {
    fn ours() -> Side {
        let trio = Trio::start();
        Side { members: trio.members(), topic: Vec::new(), _ours: Some(trio) }
    }

    fn rival(options: &Options) -> Option<Side> {
        let members = Members::of(options.rival.as_ref()?, &options.rival_pids);
        assert!(members.addresses.len() >= REPLICAS, "the other cluster has no three brokers");
        Some(Side { members, topic: Vec::new(), _ours: None })
    }

    /// Does something with a new topic, which goes again; gives the CPU of all brokers.
    fn charge<T>(&mut self, run: impl FnOnce(&Members, &str) -> T) -> (T, Option<f64>) {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.topic = vec![format!("bench-{}-replicated-{number}", std::process::id())];
        let replicas: Vec<_> = (0..PARTITIONS).map(|it| replicas(&self.members, it)).collect();
        self.members.create(&self.topic, &replicas);
        let done = Meter::charge_all(&self.members.meters, || run(&self.members, &self.topic[0]));
        self.members.delete(&self.topic);
        done
    }
}

/// The replicas of a partition, the first of which leads.
fn replicas(members: &Members, partition: usize) -> Vec<i32> {
    let ids = members.ids();
    (0..REPLICAS).map(|step| ids[(partition + step) % REPLICAS]).collect()
}

struct Produce {
    shape: Shape,
    ours: Side,
    rival: Option<Side>,
}

pub fn batches_of_16k(options: &Options) -> Box<dyn Load> {
    let requests = options.load(24_000);
    produce(options, Shape { batch_bytes: 16 * 1024, connections: REPLICAS, window: 5, requests })
}

pub fn batches_of_1m(options: &Options) -> Box<dyn Load> {
    let requests = options.load(600);
    produce(options, Shape { batch_bytes: 1_000_000, connections: REPLICAS, window: 3, requests })
}

fn produce(options: &Options, shape: Shape) -> Box<dyn Load> {
    Box::new(Produce { shape, ours: Side::ours(), rival: Side::rival(options) })
}

impl Load for Produce {
    fn floor(&mut self) -> Vec<Option<f64>> {
        let shape = self.shape;
        self.rival.as_mut().map_or_else(Vec::new, |side| produce_to(side, shape))
    }

    fn server(&mut self) -> Vec<Option<f64>> {
        produce_to(&mut self.ours, self.shape)
    }
}

fn produce_to(side: &mut Side, shape: Shape) -> Vec<Option<f64>> {
    let batch = batch(shape.batch_bytes);
    let (seconds, cpu) = side.charge(|members, topic| {
        let begun = Instant::now();
        run(members, topic, &batch, shape);
        begun.elapsed().as_secs_f64()
    });
    let gigabytes = (batch.len() * shape.requests) as f64 / 1e9;
    vec![cpu.map(|cpu| cpu / gigabytes), Some(gigabytes * 1e3 / seconds)]
}

/// A connection to each leader, `window` requests in flight on each.
fn run(members: &Members, topic: &str, batch: &Bytes, shape: Shape) {
    std::thread::scope(|scope| {
        for first in 0..shape.connections {
            let led = (first..PARTITIONS).step_by(REPLICAS);
            let frames: Vec<Bytes> = led
                .map(|partition| wire::frame(&produce_all(topic, partition, batch), PRODUCE, 0))
                .collect();
            let mut connection = members.connect(replicas(members, first)[0]);
            let count = shape.requests / shape.connections;
            scope.spawn(move || {
                send(&mut connection, frames.iter().cycle().take(count), shape.window);
            });
        }
    });
}

fn produce_all(topic: &str, partition: usize, batch: &Bytes) -> ProduceRequest {
    let partition = i32::try_from(partition).expect("a few");
    batches::produce(topic, partition, -1, batch.clone())
}

struct Latency {
    requests: u32,
    ours: Side,
    rival: Option<Side>,
}

pub fn latency(options: &Options) -> Box<dyn Load> {
    let requests = u32::try_from(options.load(8_000)).expect("a few thousand");
    Box::new(Latency { requests, ours: Side::ours(), rival: Side::rival(options) })
}

impl Load for Latency {
    fn floor(&mut self) -> Vec<Option<f64>> {
        let requests = self.requests;
        self.rival.as_mut().map_or_else(Vec::new, |side| latency_of(side, requests))
    }

    fn server(&mut self) -> Vec<Option<f64>> {
        latency_of(&mut self.ours, self.requests)
    }
}

fn latency_of(side: &mut Side, requests: u32) -> Vec<Option<f64>> {
    let (mut times, cpu) = side.charge(|members, topic| paced(members, topic, requests));
    let each = cpu.map(|seconds| seconds * 1e6 / f64::from(requests));
    vec![Some(percentile_ms(&mut times, 0.5)), Some(percentile_ms(&mut times, 0.99)), each]
}

/// Sends so many a second, to each leader in turn; gives the time of each from when it was due to
/// its acknowledgement.
fn paced(members: &Members, topic: &str, requests: u32) -> Vec<Duration> {
    let batch = batch(RECORD_BYTES * 2);
    let frames: Vec<Bytes> = (0..PARTITIONS)
        .map(|partition| wire::frame(&produce_all(topic, partition, &batch), PRODUCE, 0))
        .collect();
    let begin = Instant::now() + Duration::from_millis(20);
    let due = move |number: u32| begin + Duration::from_secs(1) / RATE * number;
    let leaders = u32::try_from(REPLICAS).expect("three");
    std::thread::scope(|scope| {
        let mut writers = Vec::new();
        let mut reading = Vec::new();
        for first in 0..leaders {
            let mut connection = members.connect(replicas(members, first as usize)[0]);
            writers.push(connection.writer());
            reading.push(scope.spawn(move || {
                let mine = (first..requests).step_by(REPLICAS);
                mine.map(|number| {
                    connection.answer::<ProduceRequest, _>(PRODUCE, |answer| {
                        assert_eq!(target::error(answer), None, "a record was refused");
                    });
                    due(number).elapsed()
                })
                .collect::<Vec<_>>()
            }));
        }
        for number in 0..requests {
            wait_until(due(number));
            let frame = &frames[number as usize % PARTITIONS];
            let writer = &mut writers[number as usize % REPLICAS];
            std::io::Write::write_all(writer, frame).expect("a broker that reads");
        }
        let times = reading.into_iter().map(|reader| reader.join().expect("all answers"));
        times.flatten().collect()
    })
}
