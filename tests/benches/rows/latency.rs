//! Latency: 1,000 records a second, each in a request of its own, and a consumer that waits for
//! them. What counts is the time from when a record was due, not from when it got out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use milena::kafka::protocol::message::fetch::FetchRequest;
use milena::kafka::protocol::message::produce::ProduceRequest;
use milena::kafka::record::{Batch, Builder, Compression};

use super::Load;
use super::fetch::{each_batch, request};
use super::produce::PARTITIONS;
use crate::connection::Connection;
use crate::measure::percentile_ms;
use crate::options::Options;
use crate::support::batches::TIME_MS;
use crate::support::wire;
use crate::target::{self, Broker, FETCH, PRODUCE, Topic};

const RATE: u32 = 1_000;
const RECORD_BYTES: usize = 1024;
/// How long a fetch waits for something to come.
const FETCH_WAIT_MS: i32 = 100;
/// The sleep of a thread ends this much late at times: the rest is waited for awake.
const AWAKE: Duration = Duration::from_micros(150);

struct Latency {
    broker: Arc<Broker>,
    records: u32,
}

pub fn start(options: &Options) -> Box<dyn Load> {
    let records = u32::try_from(options.load(4_000)).expect("a few thousand");
    Box::new(Latency { broker: Arc::new(Broker::start(options)), records })
}

impl Load for Latency {
    fn server(&mut self) -> Vec<Option<f64>> {
        let topic = self.broker.topic(PARTITIONS);
        let meter = self.broker.meter();
        let (mut times, cpu) = meter.charge(|| run(&self.broker, &topic, self.records));
        let each = cpu.map(|seconds| seconds * 1e6 / f64::from(self.records));
        vec![Some(percentile_ms(&mut times, 0.5)), Some(percentile_ms(&mut times, 0.99)), each]
    }
}

/// Sends and receives; gives the time that each record took.
fn run(broker: &Broker, topic: &Topic, records: u32) -> Vec<Duration> {
    let (mut producer, mut consumer) = (broker.connect(), broker.connect());
    let mut out = producer.writer();
    let begin = Instant::now() + Duration::from_millis(20);
    std::thread::scope(|scope| {
        let consuming = scope.spawn(move || consume(&mut consumer, topic, records, begin));
        scope.spawn(move || {
            for _ in 0..records {
                producer.answer::<ProduceRequest, _>(PRODUCE, |answer| {
                    assert_eq!(target::error(answer), None, "a record was refused");
                });
            }
        });
        let partitions = topic.partitions.unsigned_abs();
        for number in 0..records {
            let due = begin + Duration::from_secs(1) / RATE * number;
            wait_until(due);
            let partition = (number % partitions).cast_signed();
            let produce = topic.produce(partition, &batch(due - begin));
            let frame = wire::frame(&produce, PRODUCE, 0);
            std::io::Write::write_all(&mut out, &frame).expect("a broker that reads");
        }
        consuming.join().expect("a consumer that gets everything")
    })
}

pub fn wait_until(due: Instant) {
    std::thread::sleep(due.saturating_duration_since(Instant::now() + AWAKE));
    while Instant::now() < due {
        std::hint::spin_loop();
    }
}

/// A batch of one record that says when it was due.
fn batch(due: Duration) -> Bytes {
    let mut value = [0; RECORD_BYTES];
    let nanos = u64::try_from(due.as_nanos()).expect("a run of seconds");
    value[..8].copy_from_slice(&nanos.to_be_bytes());
    let mut builder = Builder::new(Compression::NONE);
    builder.append(TIME_MS, None, Some(&value), &[]);
    builder.finish()
}

fn consume(
    connection: &mut Connection,
    topic: &Topic,
    records: u32,
    begin: Instant,
) -> Vec<Duration> {
    // Behind the record that showed each partition to be ready.
    let mut offsets = vec![1; topic.partitions as usize];
    let mut times = Vec::with_capacity(records as usize);
    while times.len() < records as usize {
        let request = request(&topic.name, &offsets, FETCH_WAIT_MS, 1024 * 1024);
        connection.send(&wire::frame(&request, FETCH, 0));
        connection.answer::<FetchRequest, _>(FETCH, |answer| {
            let now = begin.elapsed();
            each_batch(answer, |partition, next, bytes| {
                offsets[partition] = next;
                times.push(now.saturating_sub(due(bytes)));
            });
        });
    }
    times
}

/// When the only record of a batch was due.
fn due(bytes: &[u8]) -> Duration {
    let batch = Batch::parse(bytes).expect("a batch").expect("a whole one");
    let mut scratch = Vec::new();
    let mut records = batch.records(&mut scratch).expect("records");
    let record = records.next().expect("one").expect("a whole one");
    let stamp = record.value.and_then(|value| value.first_chunk::<8>()).expect("its stamp");
    Duration::from_nanos(u64::from_be_bytes(*stamp))
}
