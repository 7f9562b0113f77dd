//! Tables of sequences and transactions.

use super::*;
use crate::kafka::record::batch::Attributes;

fn header(epoch: i16, sequence: i32, count: i32, offset: i64) -> Header {
    Header {
        base_offset: offset,
        length: 49,
        leader_epoch: 0,
        magic: 2,
        crc: 0,
        attributes: 0,
        last_offset_delta: count - 1,
        base_timestamp: 1,
        max_timestamp: 1,
        producer_id: 7,
        producer_epoch: epoch,
        base_sequence: sequence,
        count,
    }
}

fn transactional(header: Header) -> Header {
    let attributes = Attributes { transactional: true, ..Attributes::default() }.bits();
    Header { attributes, ..header }
}

fn control(epoch: i16, offset: i64) -> Header {
    let attributes = Attributes { transactional: true, control: true, ..Attributes::default() };
    Header { attributes: attributes.bits(), ..header(epoch, -1, 1, offset) }
}

#[test]
fn sequences_follow_each_other() {
    let mut state = ProducerState::default();
    state.apply(&header(1, 0, 10, 100), None);
    state.apply(&header(1, 10, 5, 110), None);
    let duplicate = Some(110);
    let cases = [
        // epoch, sequence, count → accepted, or the offset of the duplicate
        (1, 15, 3, Ok(None)),
        (1, 10, 5, Ok(duplicate)),
        (1, 0, 10, Ok(Some(100))),
        (1, 10, 4, Err("sequence number 10 of producer 7 does not follow 14")),
        (1, 16, 1, Err("sequence number 16 of producer 7 does not follow 14")),
        (0, 15, 1, Err("epoch 0 of producer 7 is older than 1")),
        (2, 0, 1, Ok(None)),
        (2, 15, 1, Err("sequence number 15 of producer 7 does not follow 14")),
    ];
    for (epoch, sequence, count, expected) in cases {
        let verdict = state.check(&header(epoch, sequence, count, 0), None, true);
        let found = match verdict {
            Ok(Verdict::Append) => Ok(None),
            Ok(Verdict::Duplicate(memo)) => Ok(Some(memo.first_offset())),
            Err(error) => Err(error.to_string()),
        };
        assert_eq!(found, expected.map_err(str::to_owned), "{epoch} {sequence} {count}");
    }
    assert!(state.check(&header(1, 99, 1, 0), None, false).is_ok(), "coordinators have no order");
}

#[test]
fn sequences_wrap_and_only_five_batches_are_remembered() {
    let mut state = ProducerState::default();
    state.apply(&header(0, i32::MAX - 1, 4, 0), None);
    assert_eq!(state.producers()[&7].last_sequence(), 1);
    assert!(matches!(
        state.check(&header(0, i32::MAX - 1, 4, 0), None, true),
        Ok(Verdict::Duplicate(_))
    ));
    for n in 0..5 {
        state.apply(&header(0, 2 + n, 1, 4 + i64::from(n)), None);
    }
    assert!(state.check(&header(0, i32::MAX - 1, 4, 0), None, true).is_err(), "forgotten");
    assert!(matches!(state.check(&header(0, 2, 1, 0), None, true), Ok(Verdict::Duplicate(_))));
}

#[test]
fn transactions_hold_the_stable_offset_until_their_marker_is_committed() {
    let mut state = ProducerState::default();
    state.apply(&transactional(header(0, 0, 2, 10)), None);
    let mut other = transactional(header(0, 0, 1, 12));
    other.producer_id = 8;
    state.apply(&other, None);
    assert_eq!(state.first_unstable_offset(), Some(10));
    let error = state.check(&header(0, 2, 1, 13), None, true).unwrap_err();
    assert!(matches!(error, Error::TransactionState { .. }));
    let abort = EndTransaction { marker: Marker::Abort, coordinator_epoch: 3 };
    assert_eq!(state.check(&control(0, 13), Some(&abort), false).unwrap(), Verdict::Append);
    let completed = state.apply(&control(0, 13), Some(&abort)).unwrap();
    let expected =
        Completed { producer_id: 7, first_offset: 10, last_offset: 13, marker: Marker::Abort };
    assert_eq!(completed, expected);
    assert_eq!(state.last_stable_offset(&completed), 12);
    assert_eq!(state.first_unstable_offset(), Some(10), "the marker is not committed");
    state.committed(13);
    assert_eq!(state.first_unstable_offset(), Some(10));
    state.committed(14);
    assert_eq!(state.first_unstable_offset(), Some(12));
    let old = EndTransaction { coordinator_epoch: 2, ..abort };
    let fenced = state.check(&control(0, 14), Some(&old), false).unwrap_err();
    assert!(matches!(fenced, Error::CoordinatorFenced { found: 2, current: 3, .. }));
}

#[test]
fn markers_of_a_higher_epoch_bump_it() {
    let mut state = ProducerState::default();
    state.apply(&transactional(header(0, 0, 2, 10)), None);
    let abort = EndTransaction { marker: Marker::Abort, coordinator_epoch: 0 };
    state.apply(&control(1, 12), Some(&abort));
    assert!(state.check(&header(0, 2, 1, 13), None, true).is_err(), "fenced");
    assert!(state.check(&header(1, 5, 1, 13), None, true).is_err(), "a new epoch starts at 0");
    assert!(state.check(&header(1, 0, 1, 13), None, true).is_ok());
}

#[test]
fn snapshots_round_trip_and_damage_is_seen() {
    let mut state = ProducerState::default();
    state.apply(&transactional(header(2, 5, 3, 10)), None);
    let bytes = encode(state.producers());
    assert_eq!(bytes.len(), 10 + 46);
    let restored = ProducerState::restored(13, decode(&bytes).unwrap());
    assert_eq!(restored.producers(), state.producers());
    assert_eq!(restored.first_unstable_offset(), Some(10));
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(decode(&damaged).is_err(), "{at}");
        assert!(decode(&bytes[..at]).is_err());
    }
}

#[test]
fn silent_producers_are_forgotten() {
    let mut state = ProducerState::default();
    state.apply(&header(0, 0, 1, 0), None);
    state.expire(10, 10);
    assert_eq!(state.producers().len(), 1);
    state.expire(11, 10);
    assert_eq!(state.producers().len(), 0);
    state.apply(&transactional(header(0, 0, 1, 1)), None);
    state.expire(1_000, 10);
    assert_eq!(state.producers().len(), 1, "its transaction is open");
}
