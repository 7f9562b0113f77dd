//! The accumulator, step by step.

use std::time::Duration;

use super::accumulate::{Accumulator, Append, Outgoing, Record, Settings};
use super::batch::Batch;
use super::settle::{Finished, Place};
use crate::base::clock::Instant;
use crate::base::rng::Rng;
use crate::kafka::client::Error;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::TopicPartition;

fn at(ms: u64) -> Instant {
    Instant::from_millis(1_000 + ms)
}

fn machine(settings: Settings) -> Accumulator {
    let mut machine = Accumulator::new(settings, Rng::seeded(1));
    machine.learn("t", 2, vec![0, 1]);
    machine.set_producer(7, 0);
    machine
}

fn record(partition: i32, value: &[u8]) -> Record<'_> {
    Record { topic: "t", partition: Some(partition), value: Some(value), ..Record::default() }
}

fn put(machine: &mut Accumulator, ms: u64, partition: i32, value: &[u8]) -> Append {
    machine.append(at(ms), 5, &record(partition, value))
}

fn drain(machine: &mut Accumulator, ms: u64) -> Vec<Outgoing> {
    machine.drain(at(ms), |_: &TopicPartition| Some(1)).0
}

/// The only batch of the only request.
fn one(machine: &mut Accumulator, ms: u64) -> Batch {
    let mut requests = drain(machine, ms);
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert_eq!(requests[0].batches.len(), 1, "{requests:?}");
    requests[0].batches.remove(0)
}

fn settle(
    machine: &mut Accumulator,
    ms: u64,
    batch: Batch,
    outcome: Result<i64, ErrorCode>,
) -> Option<Finished> {
    machine.answered(1);
    let outcome = match outcome {
        Ok(base_offset) => Ok(Place { base_offset, append_time_ms: -1 }),
        Err(code) => Err(Error::refused("append", code, None)),
    };
    machine.settle(at(ms), batch, outcome)
}

fn sequence(batch: &Batch) -> i32 {
    batch.sequence.expect("an idempotent batch has one").2
}

#[test]
fn records_linger_until_the_batch_is_full_or_old() {
    let linger = Duration::from_millis(10);
    let mut machine = machine(Settings { batch_size: 200, linger, ..Settings::default() });
    assert!(matches!(put(&mut machine, 0, 0, &[1; 50]), Append::Done { index: 0, wake: true, .. }));
    assert!(matches!(
        put(&mut machine, 1, 0, &[1; 10]),
        Append::Done { wake: false, full: false, .. }
    ));
    assert!(drain(&mut machine, 5).is_empty());
    assert_eq!(machine.next_wake(at(5)), Some(at(10)));
    // It is full: the next record opens another batch, and the first may go.
    assert!(matches!(put(&mut machine, 6, 0, &[1; 150]), Append::Done { full: true, .. }));
    let first = one(&mut machine, 6);
    assert_eq!((first.count(), sequence(&first)), (2, 0));
    assert!(drain(&mut machine, 7).is_empty());
    let second = one(&mut machine, 16);
    assert_eq!((second.count(), sequence(&second)), (1, 2));
    assert!(!machine.is_idle());
    settle(&mut machine, 17, first, Ok(0)).unwrap();
    settle(&mut machine, 17, second, Ok(2)).unwrap();
    assert!(machine.is_idle());
    assert_eq!(machine.used, 0);
}

#[test]
fn a_flush_does_not_linger() {
    let linger = Duration::from_secs(1_000);
    let mut machine = machine(Settings { linger, ..Settings::default() });
    put(&mut machine, 0, 0, b"a");
    assert!(drain(&mut machine, 1).is_empty());
    machine.flushing += 1;
    assert_eq!(one(&mut machine, 1).count(), 1);
}

#[test]
fn one_request_takes_a_batch_of_each_partition() {
    let mut machine = machine(Settings::default());
    put(&mut machine, 0, 0, b"a");
    put(&mut machine, 0, 1, b"b");
    let requests = drain(&mut machine, 0);
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].batches.len(), 2);
}

#[test]
fn no_more_requests_are_under_way_than_allowed() {
    let mut machine = machine(Settings { max_in_flight: 2, ..Settings::default() });
    let mut sent = Vec::new();
    for ms in 0..3 {
        put(&mut machine, ms, 0, b"a");
        sent.extend(drain(&mut machine, ms).into_iter().flat_map(|it| it.batches));
    }
    assert_eq!(sent.len(), 2);
    settle(&mut machine, 9, sent.remove(0), Ok(0)).unwrap();
    assert_eq!(sequence(&one(&mut machine, 9)), 2);
}

#[test]
fn a_failed_batch_goes_first_and_alone() {
    let mut machine = machine(Settings::default());
    let mut sent = Vec::new();
    for ms in 0..3 {
        put(&mut machine, ms, 0, b"a");
        sent.push(one(&mut machine, ms));
    }
    let moved = ErrorCode::NOT_LEADER_OR_FOLLOWER;
    let early = ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER;
    put(&mut machine, 10, 0, b"b");
    assert!(settle(&mut machine, 10, sent.remove(0), Err(moved)).is_none());
    // The two behind it are refused for its sake, and wait too.
    assert!(settle(&mut machine, 10, sent.remove(1), Err(early)).is_none());
    assert!(drain(&mut machine, 5_000).is_empty(), "one is still under way");
    assert!(settle(&mut machine, 10, sent.remove(0), Err(early)).is_none());
    assert!(drain(&mut machine, 11).is_empty(), "it pauses first");
    for expected in 0..4 {
        let batch = one(&mut machine, 5_000);
        assert_eq!(sequence(&batch), expected);
        if expected < 3 {
            assert!(drain(&mut machine, 5_000).is_empty(), "alone until it is through");
        }
        settle(&mut machine, 5_000, batch, Ok(i64::from(expected))).unwrap();
    }
    assert!(machine.is_idle());
}

#[test]
fn a_batch_that_is_given_up_breaks_the_row_of_its_partition_alone() {
    let mut machine = machine(Settings::default());
    put(&mut machine, 0, 0, b"a");
    put(&mut machine, 0, 1, b"a");
    let mut request = drain(&mut machine, 0).remove(0);
    request.batches.sort_by_key(|batch| batch.queue);
    let (second, first) = (request.batches.pop().unwrap(), request.batches.pop().unwrap());
    let failed = settle(&mut machine, 1, first, Err(ErrorCode::MESSAGE_TOO_LARGE)).unwrap();
    assert_eq!(failed.outcome.unwrap_err().code(), Some(ErrorCode::MESSAGE_TOO_LARGE));
    put(&mut machine, 2, 0, b"b");
    put(&mut machine, 2, 1, b"b");
    let mut request = drain(&mut machine, 2).remove(0);
    request.batches.sort_by_key(|batch| batch.queue);
    let sequences: Vec<_> = request.batches.iter().map(|it| it.sequence.unwrap()).collect();
    assert_eq!(sequences, [(7, 1, 0), (7, 0, 1)]);
    settle(&mut machine, 3, second, Ok(0)).unwrap();
    assert!(!machine.needs_producer());
}

#[test]
fn what_was_sent_behind_a_batch_that_is_given_up_keeps_its_numbers() {
    let mut machine = machine(Settings::default());
    let mut sent = Vec::new();
    for ms in 0..2 {
        put(&mut machine, ms, 0, b"a");
        sent.push(one(&mut machine, ms));
    }
    settle(&mut machine, 5, sent.remove(0), Err(ErrorCode::CORRUPT_MESSAGE));
    // The first expires. Nobody knows whether it, and what followed it, are there.
    put(&mut machine, 119_000, 0, b"b");
    assert_eq!(machine.expire(at(120_000)).len(), 1);
    assert!(drain(&mut machine, 120_000).is_empty(), "the new one waits for the second");
    // Refused, and refused for good: it was not there, so it may have other numbers.
    let gap = ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER;
    let second = Batch { created: at(119_000), ..sent.remove(0) };
    assert!(settle(&mut machine, 120_000, second, Err(gap)).is_none());
    let second = one(&mut machine, 130_000);
    assert_eq!(second.sequence, Some((7, 1, 0)));
    settle(&mut machine, 130_001, second, Ok(1)).unwrap();
    assert_eq!(one(&mut machine, 130_001).sequence, Some((7, 1, 1)));
}

/// A deposed leader that does not know it misses what its successor has acknowledged.
#[test]
fn a_batch_that_may_be_there_already_is_not_numbered_anew_at_once() {
    let gap = ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER;
    for (acks, first_answer, same_numbers) in [
        (-1, ErrorCode::NOT_LEADER_OR_FOLLOWER, true),
        (-1, ErrorCode::NOT_ENOUGH_REPLICAS, false),
        (1, ErrorCode::NOT_LEADER_OR_FOLLOWER, false),
    ] {
        let mut machine = machine(Settings { acks, ..Settings::default() });
        put(&mut machine, 0, 0, b"a");
        let batch = one(&mut machine, 0);
        settle(&mut machine, 1, batch, Ok(0)).unwrap();
        put(&mut machine, 2, 0, b"b");
        let batch = one(&mut machine, 2);
        assert!(settle(&mut machine, 3, batch, Err(first_answer)).is_none());
        let batch = one(&mut machine, 5_000);
        assert!(settle(&mut machine, 5_000, batch, Err(gap)).is_none());
        let batch = one(&mut machine, 10_000);
        let expected = if same_numbers { (7, 0, 1) } else { (7, 1, 0) };
        assert_eq!(batch.sequence, Some(expected));
        if same_numbers {
            assert!(settle(&mut machine, 35_000, batch, Err(gap)).is_none());
            assert_eq!(one(&mut machine, 40_000).sequence, Some((7, 1, 0)), "patience ends");
        }
    }
}

#[test]
fn a_partition_without_epochs_left_asks_for_another_id() {
    let mut machine = machine(Settings::default());
    machine.set_producer(7, i16::MAX);
    put(&mut machine, 0, 0, b"a");
    let batch = one(&mut machine, 0);
    assert!(settle(&mut machine, 1, batch, Err(ErrorCode::UNKNOWN_PRODUCER_ID)).is_none());
    assert!(drain(&mut machine, 5_000).is_empty());
    assert!(machine.needs_producer());
    machine.set_producer(8, 0);
    assert_eq!(one(&mut machine, 5_000).sequence, Some((8, 0, 0)));
}

#[test]
fn duplicates_are_successes_and_strangers_begin_anew() {
    let mut machine = machine(Settings::default());
    put(&mut machine, 0, 0, b"a");
    let batch = one(&mut machine, 0);
    let done = settle(&mut machine, 1, batch, Err(ErrorCode::DUPLICATE_SEQUENCE_NUMBER)).unwrap();
    assert_eq!(done.outcome.unwrap(), Place::UNKNOWN);
    put(&mut machine, 2, 0, b"b");
    let batch = one(&mut machine, 2);
    assert!(settle(&mut machine, 2, batch, Err(ErrorCode::UNKNOWN_PRODUCER_ID)).is_none());
    assert_eq!(one(&mut machine, 5_000).sequence, Some((7, 1, 0)));
}

#[test]
fn what_waits_too_long_fails_with_the_last_reason() {
    let mut machine = machine(Settings::default());
    put(&mut machine, 0, 0, b"a");
    let batch = one(&mut machine, 0);
    assert!(settle(&mut machine, 1, batch, Err(ErrorCode::NOT_ENOUGH_REPLICAS)).is_none());
    put(&mut machine, 50_000, 0, b"b");
    assert!(machine.expire(at(119_999)).is_empty());
    let expired = machine.expire(at(120_000));
    assert_eq!(expired.len(), 1);
    let error = expired.into_iter().next().unwrap().outcome.unwrap_err();
    let said = crate::base::error::Chain(&error).to_string();
    assert!(
        said.starts_with("the delivery of 1 record(s) to t-0 was not done in time: append: "),
        "{said}"
    );
    assert_eq!(one(&mut machine, 120_000).sequence, Some((7, 1, 0)), "its number is lost");
}

#[test]
fn memory_topics_and_sizes_are_bounded() {
    let settings = Settings { batch_size: 100, buffer_memory: 250, ..Settings::default() };
    let mut machine = machine(settings);
    assert!(matches!(put(&mut machine, 0, 0, &[1; 60]), Append::Done { .. }));
    assert!(matches!(put(&mut machine, 0, 1, &[1; 60]), Append::Done { .. }));
    assert_eq!(put(&mut machine, 0, 0, &[1; 60]), Append::Full);
    assert_eq!(put(&mut machine, 0, 2, b"a"), Append::NoPartition);
    assert_eq!(put(&mut machine, 0, -1, b"a"), Append::NoPartition);
    assert_eq!(
        machine.append(at(0), 0, &Record { topic: "u", ..Record::default() }),
        Append::NoTopic
    );
    let huge = vec![0; 2 << 20];
    assert!(matches!(put(&mut machine, 0, 0, &huge), Append::TooLarge { .. }));
}

#[test]
fn partitions_without_leader_are_counted_and_wait() {
    let mut machine = machine(Settings::default());
    put(&mut machine, 0, 0, b"a");
    let (requests, leaderless) = machine.drain(at(0), |_: &TopicPartition| None);
    assert_eq!((requests.len(), leaderless), (0, 1));
    assert_eq!(one(&mut machine, 1).count(), 1);
}
