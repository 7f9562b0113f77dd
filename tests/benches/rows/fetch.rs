//! Fetch: one connection, one request at a time, 1 MiB of each of eight partitions, out of the page
//! cache.

use std::sync::Arc;
use std::time::Instant;

use milena::kafka::protocol::message::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic,
};
use milena::kafka::record::batches;

use super::Load;
use super::produce::{PARTITIONS, Shape, batch, run};
use crate::floor::Floor;
use crate::options::Options;
use crate::support::wire;
use crate::target::{Broker, FETCH, Topic};

/// What each partition gives to one answer.
const PART_BYTES: usize = 1024 * 1024;
/// Batches as a producer of lively topics makes them.
const BATCH_BYTES: usize = 64 * 1024;
/// How much lies in each partition: a multiple of what an answer takes.
const PARTITION_BYTES: usize = 32 * PART_BYTES;

struct Fetch {
    floor: Floor,
    broker: Arc<Broker>,
    topic: Topic,
    answers: usize,
}

pub fn start(options: &Options) -> Box<dyn Load> {
    let broker = Arc::new(Broker::start(options));
    let topic = broker.topic(PARTITIONS);
    let requests = PARTITION_BYTES / BATCH_BYTES * topic.partitions as usize;
    let shape = Shape { batch_bytes: BATCH_BYTES, connections: 1, window: 4, requests };
    run(&broker, &topic, &batch(BATCH_BYTES), shape);
    Box::new(Fetch { floor: Floor::start(), broker, topic, answers: options.load(480) })
}

impl Load for Fetch {
    fn floor(&mut self) -> Vec<Option<f64>> {
        let parts = self.topic.partitions as usize;
        let seconds = self.floor.give_out(parts, PART_BYTES, self.answers);
        vec![Some(seconds * 1e9 / (parts * PART_BYTES * self.answers) as f64), None]
    }

    fn server(&mut self) -> Vec<Option<f64>> {
        let mut connection = self.broker.connect();
        let mut offsets = vec![0; self.topic.partitions as usize];
        let mut bytes = 0;
        let begun = Instant::now();
        let ((), cpu) = self.broker.meter().charge(|| {
            for _ in 0..self.answers {
                let request = request(&self.topic.name, &offsets, 0, PART_BYTES);
                connection.send(&wire::frame(&request, FETCH, 0));
                let read = connection.answer::<FetchRequest, _>(FETCH, |answer| {
                    let mut read = 0;
                    each_batch(answer, |partition, next, batch| {
                        offsets[partition] = next;
                        read += batch.len();
                    });
                    read
                });
                // At the end of a partition: once more from the start.
                if read < offsets.len() * PART_BYTES / 2 {
                    offsets.fill(0);
                }
                bytes += read;
            }
        });
        let (bytes, took) = (bytes as f64, begun.elapsed().as_secs_f64());
        vec![cpu.map(|seconds| seconds * 1e9 / bytes), Some(bytes / 1e6 / took)]
    }
}

/// Asks all partitions of a topic, each from its offset.
pub fn request(topic: &str, offsets: &[i64], wait_ms: i32, part_bytes: usize) -> FetchRequest {
    let partition = |(partition, offset): (usize, &i64)| FetchPartition {
        partition: i32::try_from(partition).expect("few partitions"),
        fetch_offset: *offset,
        partition_max_bytes: i32::try_from(part_bytes).expect("a part is small"),
        ..FetchPartition::default()
    };
    let partitions = offsets.iter().enumerate().map(partition).collect();
    FetchRequest {
        max_wait_ms: wait_ms,
        min_bytes: 1,
        max_bytes: 50 * 1024 * 1024,
        topics: vec![FetchTopic { topic: topic.to_owned(), partitions, ..FetchTopic::default() }],
        ..FetchRequest::default()
    }
}

/// Goes through an answer: partition, the offset behind the batch, the batch.
pub fn each_batch(answer: FetchResponse, mut look: impl FnMut(usize, i64, &[u8])) {
    assert!(!answer.error_code.is_error(), "{:?}", answer.error_code);
    for partition in answer.responses.into_iter().flat_map(|topic| topic.partitions) {
        assert!(!partition.error_code.is_error(), "{:?}", partition.error_code);
        let index = usize::try_from(partition.partition_index).expect("a partition's number");
        let records = partition.records.into_bytes();
        for batch in batches(&records) {
            let batch = batch.expect("a batch");
            look(index, batch.header.last_offset() + 1, batch.bytes());
        }
    }
}
