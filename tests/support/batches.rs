//! Batches of records, and requests that carry them.

use bytes::Bytes;
use milena::kafka::protocol::Records;
use milena::kafka::protocol::message::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, PartitionData,
};
use milena::kafka::protocol::message::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, TopicProduceData,
};
use milena::kafka::record::{Builder, Compression, batches, convert};

use super::wire::Wire;

/// The time of every record.
pub const TIME_MS: i64 = 1_700_000_000_000;

/// A batch of values in the current format.
pub fn batch(values: &[&str]) -> Bytes {
    packed(Compression::NONE, values)
}

/// The same, compressed.
pub fn packed(compression: Compression, values: &[&str]) -> Bytes {
    let mut builder = Builder::new(compression);
    for value in values {
        builder.append(TIME_MS, None, Some(value.as_bytes()), &[]);
    }
    builder.finish()
}

/// A batch of an idempotent producer.
pub fn sequenced(id: i64, epoch: i16, sequence: i32, values: &[&str]) -> Bytes {
    let mut builder = Builder::new(Compression::NONE);
    builder.producer(id, epoch, sequence);
    for value in values {
        builder.append(TIME_MS, None, Some(value.as_bytes()), &[]);
    }
    builder.finish()
}

/// Values in message format 0, 1 or 2.
pub fn in_format(magic: i8, values: &[&str]) -> Bytes {
    match magic {
        2 => batch(values),
        _ => Bytes::from(convert::down(&batch(values), magic, 0).expect("an older format")),
    }
}

/// The message format that a version of Produce carries.
pub fn produce_format(version: i16) -> i8 {
    match version {
        ..=1 => 0,
        2 => 1,
        _ => 2,
    }
}

/// The newest message format that a version of Fetch may answer with.
pub fn fetch_format(version: i16) -> i8 {
    match version {
        ..=1 => 0,
        2..=3 => 1,
        _ => 2,
    }
}

/// A request for one partition.
pub fn produce(topic: &str, partition: i32, acks: i16, records: Bytes) -> ProduceRequest {
    let data = PartitionProduceData { index: partition, records: Some(records) };
    ProduceRequest {
        acks,
        timeout_ms: 30_000,
        topic_data: vec![TopicProduceData { name: topic.to_owned(), partition_data: vec![data] }],
        ..ProduceRequest::default()
    }
}

/// Produces at version 9 and gives the partition's answer.
pub async fn produced(
    wire: &mut Wire,
    topic: &str,
    partition: i32,
    records: Bytes,
) -> PartitionProduceResponse {
    let mut answer = wire.ask(&produce(topic, partition, -1, records), 9).await;
    answer.responses.remove(0).partition_responses.remove(0)
}

/// A request for one partition that answers at once.
pub fn fetch(topic: &str, partition: i32, offset: i64) -> FetchRequest {
    let wanted = FetchPartition {
        partition,
        fetch_offset: offset,
        partition_max_bytes: 16 * 1024 * 1024,
        ..FetchPartition::default()
    };
    FetchRequest {
        max_bytes: 16 * 1024 * 1024,
        topics: vec![FetchTopic {
            topic: topic.to_owned(),
            partitions: vec![wanted],
            ..FetchTopic::default()
        }],
        ..FetchRequest::default()
    }
}

/// The only partition of an answer.
pub fn only(mut answer: FetchResponse) -> PartitionData {
    assert!(!answer.error_code.is_error(), "{answer:?}");
    assert_eq!(answer.responses.len(), 1, "{answer:?}");
    answer.responses.remove(0).partitions.remove(0)
}

/// Offsets and values, in order.
pub fn values(records: Records) -> Vec<(i64, String)> {
    let bytes = records.into_bytes();
    let mut found = Vec::new();
    for batch in batches(&bytes) {
        let (batch, mut scratch) = (batch.expect("a batch"), Vec::new());
        batch.check_crc().expect("its checksum");
        for record in batch.records(&mut scratch).expect("records") {
            let record = record.expect("a record");
            let value = String::from_utf8_lossy(record.value.unwrap_or_default());
            found.push((record.offset, value.into_owned()));
        }
    }
    found
}

/// All values of a partition from an offset on, fetched until its end.
pub async fn read_all(wire: &mut Wire, topic: &str, partition: i32) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut next = 0;
    loop {
        let data = only(wire.ask(&fetch(topic, partition, next), 12).await);
        assert!(!data.error_code.is_error(), "{data:?}");
        let found = values(data.records);
        if found.is_empty() {
            return all;
        }
        // A batch comes whole, with what lies before the offset asked for.
        let asked = next;
        for (offset, value) in found.into_iter().filter(|(offset, _)| *offset >= asked) {
            assert_eq!(offset, next, "offsets have no gaps");
            all.push(value);
            next = offset + 1;
        }
    }
}
