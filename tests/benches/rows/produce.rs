//! Produce: prebuilt requests, a fixed window of them in flight on each connection.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use milena::kafka::protocol::message::produce::ProduceRequest;
use milena::kafka::record::{Builder, Compression};

use super::Load;
use crate::connection::Connection;
use crate::floor::Floor;
use crate::options::Options;
use crate::support::batches::TIME_MS;
use crate::support::wire;
use crate::target::{self, Broker, PRODUCE, Topic};

/// Partitions that a load goes round.
pub const PARTITIONS: i32 = 8;
/// How large a record is.
const RECORD_BYTES: usize = 1024;
/// How many batches of the floor are in flight.
const FLOOR_WINDOW: usize = 5;

/// The shape of a load.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub batch_bytes: usize,
    pub connections: usize,
    /// Requests in flight on each.
    pub window: usize,
    /// Requests in all.
    pub requests: usize,
}

struct Produce {
    shape: Shape,
    /// What the CPU is told by: a request in microseconds, or a GB in seconds.
    each: fn(Shape, f64) -> f64,
    rate: fn(Shape, f64) -> f64,
    floor: Floor,
    options: Options,
}

pub fn batches_of_16k(options: &Options) -> Box<dyn Load> {
    let requests = options.load(60_000);
    Box::new(Produce {
        shape: Shape { batch_bytes: 16 * 1024, connections: 4, window: 5, requests },
        each: |shape, seconds| seconds * 1e6 / shape.requests as f64,
        rate: |shape, seconds| shape.requests as f64 / seconds,
        floor: Floor::start(),
        options: options.clone(),
    })
}

pub fn batches_of_1m(options: &Options) -> Box<dyn Load> {
    let requests = options.load(1_600);
    Box::new(Produce {
        shape: Shape { batch_bytes: 1_000_000, connections: 2, window: 3, requests },
        each: |shape, seconds| seconds * 1e9 / shape.bytes(),
        rate: |shape, seconds| shape.bytes() / 1e6 / seconds,
        floor: Floor::start(),
        options: options.clone(),
    })
}

impl Load for Produce {
    fn floor(&mut self) -> Vec<Option<f64>> {
        let Shape { batch_bytes, requests, .. } = self.shape;
        let seconds = self.floor.take_in(batch_bytes, requests, FLOOR_WINDOW);
        vec![Some((self.each)(self.shape, seconds)), None]
    }

    fn server(&mut self) -> Vec<Option<f64>> {
        // One of ours lives for a turn: none pays for putting the files of the last away.
        let broker = Arc::new(Broker::start(&self.options));
        let topic = broker.topic(PARTITIONS);
        let batch = batch(self.shape.batch_bytes);
        let begun = Instant::now();
        let ((), cpu) = broker.meter().charge(|| run(&broker, &topic, &batch, self.shape));
        let took = begun.elapsed().as_secs_f64();
        let cpu = cpu.map(|seconds| (self.each)(self.shape, seconds));
        vec![cpu, Some((self.rate)(self.shape, took))]
    }
}

impl Shape {
    fn bytes(self) -> f64 {
        (self.batch_bytes * self.requests) as f64
    }
}

/// A batch of records that is just about as large.
pub fn batch(bytes: usize) -> Bytes {
    let value = [b'v'; RECORD_BYTES];
    // A record has about ten bytes of its own beside its value.
    let count = bytes / (RECORD_BYTES + 12);
    let mut builder = Builder::with_capacity(Compression::NONE, bytes);
    for _ in 0..count {
        builder.append(TIME_MS, None, Some(&value), &[]);
    }
    builder.finish()
}

/// Runs a load to its end.
pub fn run(broker: &Broker, topic: &Topic, batch: &Bytes, shape: Shape) {
    let frame = |partition| wire::frame(&topic.produce(partition, batch), PRODUCE, 0);
    let frames: Vec<Bytes> = (0..topic.partitions).map(frame).collect();
    std::thread::scope(|scope| {
        for first in 0..shape.connections {
            let (mut connection, frames) = (broker.connect(), &frames);
            // Each begins at another partition and goes round.
            let turn = frames.iter().cycle().skip(first).step_by(shape.connections);
            let count = shape.requests / shape.connections;
            scope.spawn(move || send(&mut connection, turn.take(count), shape.window));
        }
    });
}

/// Sends requests and keeps `window` of them unanswered.
pub fn send<'a>(
    connection: &mut Connection,
    frames: impl Iterator<Item = &'a Bytes>,
    window: usize,
) {
    let answer = |connection: &mut Connection| {
        connection.answer::<ProduceRequest, _>(PRODUCE, |answer| {
            assert_eq!(target::error(answer), None, "a batch was refused");
        });
    };
    let mut flying = 0;
    for frame in frames {
        if flying == window {
            answer(connection);
            flying -= 1;
        }
        connection.send(frame);
        flying += 1;
    }
    (0..flying).for_each(|_| answer(connection));
}
