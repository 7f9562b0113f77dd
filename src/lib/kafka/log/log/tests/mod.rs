//! A log against a model, through crashes, and against files that Kafka wrote.

mod crash;
mod model;
mod script;
mod vectors;

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;

use super::*;
use crate::base::disk::{FileSlice, Memory};
use crate::kafka::record::control::{EndTransaction, Marker, marker_batch};
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

#[test]
fn segments_roll_by_size_time_and_on_demand() {
    let (disk, _) = memory_disk();
    let config = LogConfig { segment_ms: 100, ..small() };
    let mut log = open(&disk, &config, Recovery::default());
    let one = batch_at(0, &["value"]);
    let per_segment = 600 / one.len();
    for _ in 0..=per_segment {
        log.append_as_leader(&one, 0, CLIENT, 0).unwrap();
    }
    assert_eq!(log.segments().bases(), [0, per_segment as i64]);
    let late = log.append_as_leader(&batch_at(100, &["still"]), 0, CLIENT, 0).unwrap();
    assert!(!late.rolled);
    let later = log.append_as_leader(&batch_at(101, &["late"]), 0, CLIENT, 0).unwrap();
    assert!(later.rolled);
    log.roll(0).unwrap();
    log.roll(0).unwrap();
    let end = log.log_end();
    assert_eq!(log.segments().bases().last(), Some(&end), "an empty segment is not rolled twice");
    assert!(disk.exists(&Path::new(DIR).join(format!("{end:020}.snapshot"))));
    assert_eq!(all(&log).len() as i64, end);
}

#[test]
fn offsets_are_found_by_time() {
    let (disk, _) = memory_disk();
    let mut log = open(&disk, &small(), Recovery::default());
    for n in 0..40 {
        // Not in order: of two neighbours the later comes first.
        let time = 10 * (n ^ 1);
        log.append_as_leader(&batch_at(time, &["value"]), 2, CLIENT, 0).unwrap();
    }
    assert!(log.segments().len() > 3);
    for target in -1..=400 {
        let expected = (0..40).find(|n| 10 * (n ^ 1) >= target).map(|n| (n, 10 * (n ^ 1)));
        let found = log.offset_for_time(target).unwrap();
        assert_eq!(found.map(|found| (found.offset, found.timestamp)), expected, "{target}");
    }
    let latest = log.max_timestamp_offset().unwrap().unwrap();
    assert_eq!((latest.offset, latest.timestamp, latest.leader_epoch), (38, 390, Some(2)));
    assert_eq!(log.offsets_before(-2, 1), [0]);
    assert_eq!(log.offsets_before(-1, 2)[0], 40);
}

#[test]
fn retention_condemns_whole_segments() {
    let (disk, _) = memory_disk();
    let config = LogConfig { retention_ms: 100, ..small() };
    let mut log = open(&disk, &config, Recovery::default());
    for n in 0..24 {
        log.append_as_leader(&batch_at(n * 10, &["value"]), 0, CLIENT, 0).unwrap();
    }
    let bases = log.segments().bases();
    assert_eq!(bases, [0, 8, 16]);
    assert_eq!(log.retain(0, 24).unwrap(), 0);
    assert_eq!(log.retain(171, 7).unwrap(), 0, "not committed");
    assert_eq!(log.retain(171, 24).unwrap(), 1, "the last record of the first is of 70");
    assert_eq!(log.log_start(), 8);
    assert!(log.read(7, 100, 24, true).is_err());
    assert!(log.take_due_files(60_170).is_empty());
    let files = log.take_due_files(60_171);
    assert!(
        files.iter().all(|file| file.to_string_lossy().ends_with(".deleted")) && files.len() >= 2
    );
    assert!(files.iter().all(|file| disk.exists(file)));
    assert_eq!(log.retain(1_000, 24).unwrap(), 2, "the active one too");
    assert_eq!((log.log_start(), log.log_end(), log.segments().bases()), (24, 24, vec![24]));

    let config = LogConfig { retention_bytes: 700, retention_ms: -1, ..small() };
    let (disk, _) = memory_disk();
    let mut log = open(&disk, &config, Recovery::default());
    for _ in 0..24 {
        log.append_as_leader(&batch(&["value"]), 0, CLIENT, 0).unwrap();
    }
    assert_eq!(log.retain(i64::MAX, 24).unwrap(), 1);
    assert!(log.size() >= 700);
    assert!(log.set_log_start(20).unwrap());
    assert!(!log.set_log_start(19).unwrap());
    assert_eq!(log.retain(0, 24).unwrap(), 1);
    assert_eq!((log.log_start(), log.segments().bases()), (20, vec![16]));
    assert!(log.set_log_start(25).is_err());
}

#[test]
fn truncation_cuts_batches_epochs_and_producers() {
    let (disk, _) = memory_disk();
    let mut log = open(&disk, &small(), Recovery::default());
    let produced = |sequence: i32| {
        let mut builder = Builder::new(Compression::NONE);
        builder.producer(9, 0, sequence);
        builder.append(i64::from(sequence), None, Some(b"value"), &[]);
        builder.finish()
    };
    for n in 0..20 {
        log.append_as_leader(&produced(n), n / 5, CLIENT, 0).unwrap();
    }
    assert!(!log.truncate_to(20, 0).unwrap());
    assert!(log.truncate_to(12, 0).unwrap());
    assert_eq!((log.log_end(), log.latest_epoch()), (12, Some(2)));
    assert_eq!(log.producers().producers()[&9].last_sequence(), 11);
    log.append_as_leader(&produced(12), 7, CLIENT, 0).unwrap();
    assert_eq!(log.end_offset_for_epoch(2), (2, 12));
    assert_eq!(all(&log).len(), 13);
    assert_eq!(log.offset_for_time(12).unwrap().unwrap().offset, 12);
    log.truncate_fully_and_start_at(100, 0).unwrap();
    assert_eq!((log.log_start(), log.log_end(), log.latest_epoch()), (100, 100, None));
    let appended = log.append_as_leader(&produced(0), 8, CLIENT, 0).unwrap();
    assert_eq!(appended.first_offset, 100);
    let recovery = log.close(0).unwrap();
    assert_eq!(all(&open(&disk, &small(), recovery)).len(), 1);
}

#[test]
fn followers_take_what_leaders_have() {
    let (disk, _) = memory_disk();
    let mut leader = open(&disk, &LogConfig::default(), Recovery::default());
    for n in 0..30 {
        leader.append_as_leader(&batch(&["a", "b"]), n / 10, CLIENT, 0).unwrap();
    }
    let (disk, _) = memory_disk();
    let mut follower = open(&disk, &small(), Recovery::default());
    while follower.log_end() < leader.log_end() {
        let read = leader.read(follower.log_end(), 1_000, leader.log_end(), true).unwrap();
        let bytes = Bytes::from(read.slice.unwrap().read().unwrap());
        let appended = follower.append_as_follower(&bytes, 0).unwrap().unwrap();
        assert_eq!(appended.last_offset + 1, follower.log_end());
    }
    assert_eq!(all(&follower), all(&leader));
    assert_eq!(follower.epochs().entries(), leader.epochs().entries());
    let first = leader.read(0, 200, 60, true).unwrap().slice.unwrap().read().unwrap();
    let error = follower.append_as_follower(&Bytes::from(first), 0).unwrap_err();
    assert!(matches!(error, Error::OutOfOrderOffsets { first: 0, log_end: 60 }));
}

/// Batches of a transaction, and its end, as a coordinator and a producer send them.
fn transactional(producer_id: i64, sequence: i32) -> Bytes {
    let mut builder = Builder::new(Compression::NONE);
    builder.producer(producer_id, 0, sequence).transactional(true);
    builder.append(1, None, Some(b"t"), &[]);
    builder.finish()
}

fn end(log: &mut Log, producer_id: i64, marker: Marker) {
    let end = EndTransaction { marker, coordinator_epoch: 0 };
    let bytes = marker_batch(producer_id, 0, end, 1);
    log.append_as_leader(&bytes, 0, Origin::Coordinator, 0).unwrap();
}

#[test]
fn aborted_transactions_are_told_to_who_reads_over_them() {
    let (disk, _) = memory_disk();
    let mut log = open(&disk, &small(), Recovery::default());
    for (producer, marker) in [(1, Marker::Abort), (2, Marker::Commit), (3, Marker::Abort)] {
        log.append_as_leader(&transactional(producer, 0), 0, CLIENT, 0).unwrap();
        log.append_as_leader(&batch(&["plain"]), 0, CLIENT, 0).unwrap();
        log.append_as_leader(&transactional(producer, 1), 0, CLIENT, 0).unwrap();
        assert_eq!(log.last_stable_offset(log.log_end()), log.log_end() - 3);
        end(&mut log, producer, marker);
        log.committed(log.log_end());
        assert_eq!(log.last_stable_offset(log.log_end()), log.log_end());
    }
    assert!(log.segments().len() > 1);
    let aborted = |log: &Log, offset, bytes| {
        let read = log.read(offset, bytes, 12, true).unwrap();
        let aborted = log.aborted_transactions(&read, offset, 12).unwrap();
        aborted.iter().map(|a| (a.producer_id, a.first_offset, a.last_offset)).collect::<Vec<_>>()
    };
    assert_eq!(aborted(&log, 0, 100), [(1, 0, 3)]);
    assert_eq!(aborted(&log, 4, 100), []);
    assert_eq!(aborted(&log, 9, 10_000), [(3, 8, 11)]);
    drop(log);
    let log = open(&disk, &small(), Recovery::default());
    assert_eq!(aborted(&log, 0, 100), [(1, 0, 3)], "made anew");
    assert_eq!(aborted(&log, 9, 10_000), [(3, 8, 11)]);
    let recovery = log.close(0).unwrap();
    let log = open(&disk, &small(), recovery);
    assert_eq!(aborted(&log, 0, 100), [(1, 0, 3)], "read");
}

#[test]
fn an_open_transaction_stays_open_over_a_restart() {
    let (disk, _) = memory_disk();
    let mut log = open(&disk, &small(), Recovery::default());
    log.append_as_leader(&batch(&["plain"]), 0, CLIENT, 0).unwrap();
    log.append_as_leader(&transactional(1, 0), 0, CLIENT, 0).unwrap();
    let recovery = log.close(0).unwrap();
    let mut log = open(&disk, &small(), recovery);
    assert_eq!(log.last_stable_offset(2), 1);
    assert!(log.producers().has_open_transaction(1));
    end(&mut log, 1, Marker::Commit);
    log.committed(3);
    assert_eq!(log.last_stable_offset(3), 3);
}

#[test]
fn a_failed_disk_poisons_the_log() {
    let (disk, memory) = memory_disk();
    let mut log = open(&disk, &small(), Recovery::default());
    log.append_as_leader(&batch(&["kept"]), 0, CLIENT, 0).unwrap();
    memory.limit_room(Some(10));
    let full = log.append_as_leader(&batch(&["too much"]), 0, CLIENT, 0).unwrap_err();
    let text = crate::base::error::Chain(&full).to_string();
    assert!(text.starts_with("cannot append to /d/t-0/00000000000000000000.log: "), "{text}");
    assert!(full.is_storage() && log.is_poisoned());
    memory.limit_room(None);
    let after = log.append_as_leader(&batch(&["again"]), 0, CLIENT, 0).unwrap_err();
    assert!(matches!(after, Error::Poisoned { .. }));
    drop(log);
    let log = open(&disk, &small(), Recovery::default());
    assert_eq!(all(&log), BTreeMap::from([(0, "kept".to_owned())]), "the torn batch is cut off");
}

#[test]
fn refused_batches_leave_no_trace() {
    let (disk, _) = memory_disk();
    let config = LogConfig { max_message_bytes: 100, ..small() };
    let mut log = open(&disk, &config, Recovery::default());
    let large = log.append_as_leader(&batch(&[&"x".repeat(200)]), 0, CLIENT, 0).unwrap_err();
    assert!(matches!(large, Error::Refused { .. }) && !large.is_storage());
    let config = LogConfig { segment_bytes: 100, ..small() };
    log.set_config(config);
    let list = log.append_as_leader(&batch(&[&"x".repeat(200)]), 0, CLIENT, 0).unwrap_err();
    assert!(matches!(list, Error::ListTooLarge { max: 100, .. }));
    assert_eq!((log.log_end(), log.size(), log.is_poisoned()), (0, 0, false));
}
