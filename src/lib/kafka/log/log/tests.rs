//! A log against a model, through crashes, and against files that Kafka wrote.

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;

use super::*;
use crate::base::disk::{FileSlice, Memory};
use crate::kafka::record::validate::Origin;
use crate::kafka::record::{Builder, Codec, batches};

const CLIENT: Origin = Origin::Client { produce_version: 9 };
const DIR: &str = "/d/t-0";

fn memory_disk() -> (Disk, std::sync::Arc<Memory>) {
    let disk = Disk::memory();
    disk.create_dir_all(Path::new(DIR)).unwrap();
    let Disk::Memory(memory) = &disk else { unreachable!("just made") };
    let memory = memory.clone();
    (disk, memory)
}

fn small() -> LogConfig {
    LogConfig { segment_bytes: 600, index_interval_bytes: 100, ..LogConfig::default() }
}

fn open(disk: &Disk, config: &LogConfig, recovery: Recovery) -> Log {
    let partition = TopicPartition::new("t", 0);
    Log::open(disk, Path::new(DIR), partition, config.clone(), recovery, 0, Rng::seeded(1)).unwrap()
}

fn batch_at(timestamp: i64, values: &[&str]) -> Bytes {
    let mut builder = Builder::new(Compression::NONE);
    for value in values {
        builder.append(timestamp, None, Some(value.as_bytes()), &[]);
    }
    builder.finish()
}

fn batch(values: &[&str]) -> Bytes {
    batch_at(1_000, values)
}

/// The records of a slice, cut batches left out.
fn records(slice: Option<&FileSlice>) -> Vec<(i64, String)> {
    let bytes = slice.map(|slice| slice.read().unwrap()).unwrap_or_default();
    let mut found = Vec::new();
    for batch in batches(&bytes) {
        let batch = batch.unwrap();
        batch.check_crc().unwrap();
        let mut scratch = Vec::new();
        for record in batch.records(&mut scratch).unwrap() {
            let record = record.unwrap();
            let value = String::from_utf8(record.value.unwrap_or_default().to_vec()).unwrap();
            found.push((record.offset, value));
        }
    }
    found
}

/// All records from the log's start on.
fn all(log: &Log) -> BTreeMap<i64, String> {
    let mut found = BTreeMap::new();
    let mut offset = log.log_start();
    loop {
        let read = log.read(offset, 1_000, log.log_end(), true).unwrap();
        let batch = records(read.slice.as_ref());
        let Some((last, _)) = batch.last() else { return found };
        offset = last + 1;
        found.extend(batch.into_iter().filter(|(offset, _)| *offset >= log.log_start()));
    }
}

#[test]
fn appended_records_are_read_back() {
    let (disk, _) = memory_disk();
    let mut log = open(&disk, &small(), Recovery::default());
    let first = log.append_as_leader(&batch(&["a", "b"]), 3, CLIENT, 5).unwrap();
    assert_eq!((first.first_offset, first.last_offset, first.records), (0, 1, 2));
    assert_eq!((first.append_time_ms, first.duplicate, first.rolled), (-1, false, false));
    let second = log.append_as_leader(&batch(&["c"]), 3, CLIENT, 5).unwrap();
    assert_eq!((second.first_offset, log.log_end()), (2, 3));
    let read = log.read(1, 1_000, 3, true).unwrap();
    let expected = [(0, "a"), (1, "b"), (2, "c")].map(|(o, v)| (o, v.to_owned()));
    assert_eq!(records(read.slice.as_ref()), expected);
    assert_eq!(log.latest_epoch(), Some(3));
    let bounded = log.read(0, 1_000, 2, true).unwrap();
    assert_eq!(records(bounded.slice.as_ref()).len(), 2, "below the bound only");
    assert!(log.read(2, 1_000, 2, true).unwrap().is_empty());
    assert!(log.read(3, 1_000, 3, true).unwrap().is_empty());
    for outside in [-1, 4] {
        let error = log.read(outside, 1_000, 3, true).unwrap_err();
        assert!(matches!(error, Error::OffsetOutOfRange { .. }));
    }
}

#[test]
fn one_batch_at_least_or_none() {
    let (disk, _) = memory_disk();
    let mut log = open(&disk, &small(), Recovery::default());
    log.append_as_leader(&batch(&["first"]), 0, CLIENT, 0).unwrap();
    log.append_as_leader(&batch(&["second"]), 0, CLIENT, 0).unwrap();
    let size = batch(&["first"]).len();
    for (bytes_max, one_batch, length, cut) in [
        (1, true, size, false),
        (1, false, 1, true),
        (size + 1, true, size + 1, false),
        (0, false, 0, false),
        (0, true, size, false),
    ] {
        let read = log.read(0, bytes_max, 2, one_batch).unwrap();
        assert_eq!((read.len(), read.first_batch_cut), (length, cut), "{bytes_max} {one_batch}");
    }
}

#[test]
fn the_append_time_is_the_leaders_where_the_topic_says_so() {
    let (disk, _) = memory_disk();
    let config = LogConfig { message_timestamp_type: TimestampType::LogAppendTime, ..small() };
    let mut log = open(&disk, &config, Recovery::default());
    let appended = log.append_as_leader(&batch(&["a"]), 0, CLIENT, 777).unwrap();
    assert_eq!(appended.append_time_ms, 777);
    let read = log.read(0, 1_000, 1, true).unwrap();
    let bytes = read.slice.unwrap().read().unwrap();
    let stored = batches(&bytes).next().unwrap().unwrap();
    stored.check_crc().unwrap();
    assert_eq!(stored.header.max_timestamp, 777);
    let found = log.offset_for_time(700).unwrap().unwrap();
    assert_eq!((found.offset, found.timestamp, found.leader_epoch), (0, 777, Some(0)));
}

#[test]
fn duplicates_are_answered_and_not_written() {
    let (disk, _) = memory_disk();
    let mut log = open(&disk, &small(), Recovery::default());
    let produced = |sequence: i32| {
        let mut builder = Builder::new(Compression::from(Codec::Lz4));
        builder.producer(9, 0, sequence);
        builder.append(1, None, Some(b"v"), &[]);
        builder.append(1, None, Some(b"w"), &[]);
        builder.finish()
    };
    log.append_as_leader(&produced(0), 0, CLIENT, 0).unwrap();
    log.append_as_leader(&produced(2), 0, CLIENT, 0).unwrap();
    let again = log.append_as_leader(&produced(0), 0, CLIENT, 0).unwrap();
    assert_eq!((again.first_offset, again.last_offset, again.duplicate), (0, 1, true));
    assert_eq!(log.log_end(), 4);
    let gap = log.append_as_leader(&produced(6), 0, CLIENT, 0).unwrap_err();
    assert!(matches!(gap, Error::OutOfOrderSequence { found: 6, last: 3, .. }));
    let recovery = log.close(0).unwrap();
    let mut log = open(&disk, &small(), recovery);
    let again = log.append_as_leader(&produced(2), 0, CLIENT, 0).unwrap();
    assert!(again.duplicate, "remembered across a restart");
}
