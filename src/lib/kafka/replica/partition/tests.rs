//! Leading and following, by hand: two partitions over logs in memory.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::base::clock::Now;
use crate::base::disk::{self, Disk};
use crate::base::rng::Rng;
use crate::config::Properties;
use crate::kafka::log::{Log, LogConfig, Recovery, Verified};
use crate::kafka::record::control::{EndTransaction, Marker, marker_batch};
use crate::kafka::record::validate::Origin;
use crate::kafka::record::{Builder, Compression};
use crate::kafka::replica::Error;

const LAG: Duration = Duration::from_millis(100);

pub(super) fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

fn ids(ids: &[i32]) -> Vec<BrokerId> {
    ids.iter().copied().map(BrokerId).collect()
}

/// A partition on broker `id`.
pub(super) fn partition(id: i32, min_isr: i32) -> Partition {
    partition_on(&Disk::memory(), id, min_isr)
}

fn partition_on(disk: &Disk, id: i32, min_isr: i32) -> Partition {
    let dir = Path::new("/d/t-0");
    disk.create_dir_all(dir).unwrap();
    let name = TopicPartition::new("t", 0);
    let (config, recovery, rng) = (LogConfig::default(), Recovery::default(), Rng::seeded(1));
    let log = Log::open(disk, dir, name.clone(), config, recovery, 0, rng).unwrap();
    let overrides = Properties::parse(&format!("min.insync.replicas={min_isr}")).unwrap();
    let config = TopicConfig::build(&Properties::new(), &overrides).unwrap();
    let local = Local { broker: BrokerId(id), lag_max: LAG };
    Partition::new(name, local, log, Arc::new(config), 0)
}

pub(super) fn told(leader: i32, epoch: i32, isr: &[i32]) -> LeaderAndIsr {
    LeaderAndIsr {
        leader: Some(BrokerId(leader)),
        leader_epoch: LeaderEpoch(epoch),
        partition_epoch: epoch,
        controller_epoch: ControllerEpoch(1),
        isr: ids(isr),
        replicas: ids(&[1, 2, 3]),
    }
}

fn batch(count: i32) -> Bytes {
    let mut builder = Builder::new(Compression::NONE);
    for _ in 0..count {
        builder.append(1, None, Some(b"v"), &[]);
    }
    builder.finish()
}

pub(super) fn append(partition: &Partition, ms: u64, count: i32) -> Result<Appended, Error> {
    let now = Now { monotonic: at(ms), wall_ms: 1 };
    let origin = Origin::Client { produce_version: 9 };
    partition.append_as_leader(
        batch(count),
        Append { now, origin, acks_all: true, verified: Verified::Exempt },
    )
}

/// What a follower that asks for `offset` would be sent.
fn records(partition: &Partition, offset: Offset) -> Bytes {
    let request = ReadRequest {
        reader: Reader::Debug,
        offset,
        bytes_max: usize::MAX,
        at_least_one: true,
        current_epoch: None,
        last_fetched_epoch: None,
        leader_only: false,
    };
    let read = partition.read(request).unwrap().records;
    read.map_or_else(Bytes::new, |slice| slice.read().unwrap().into())
}

fn high_watermark(partition: &Partition) -> Offset {
    partition.offsets().unwrap().high_watermark
}

#[test]
fn point_13_the_isr_grows_by_who_has_caught_up_and_loses_who_lags() {
    let leader = partition(1, 1);
    leader.become_as_told(&told(1, 5, &[1, 2]), at(0)).unwrap();
    append(&leader, 1, 10).unwrap();
    assert_eq!(high_watermark(&leader), 0, "2 has not been heard of");
    let heard = leader.follower_fetched(at(10), BrokerId(2), 10, 0).unwrap();
    assert_eq!((heard.offsets.high_watermark, heard.wish), (10, None), "in sync already");
    assert_eq!(leader.follower_fetched(at(10), BrokerId(3), 4, 0).unwrap().wish, None);

    let heard = leader.follower_fetched(at(20), BrokerId(3), 10, 0).unwrap();
    let wish = heard.wish.expect("3 has caught up");
    assert_eq!((wish.isr.clone(), wish.partition_epoch), (ids(&[1, 2, 3]), 5));
    assert_eq!(leader.follower_fetched(at(21), BrokerId(3), 10, 0).unwrap().wish, None, "asked");
    // It is waited for before it is decided.
    append(&leader, 22, 1).unwrap();
    leader.follower_fetched(at(23), BrokerId(2), 11, 0).unwrap();
    assert_eq!(high_watermark(&leader), 10);
    let decision = Decision::Is { partition_epoch: 6, isr: ids(&[1, 2, 3]) };
    leader.isr_decided(&wish, decision, at(24));
    assert_eq!(leader.isr(), ids(&[1, 2, 3]));
    leader.follower_fetched(at(25), BrokerId(3), 11, 0).unwrap();
    assert_eq!(high_watermark(&leader), 11);

    append(&leader, 30, 1).unwrap();
    leader.follower_fetched(at(110), BrokerId(2), 12, 0).unwrap();
    assert_eq!(leader.shrink_isr(at(120)), None, "3 had all 95 ms ago");
    let wish = leader.shrink_isr(at(140)).expect("3 lags");
    assert_eq!((wish.isr.clone(), wish.partition_epoch), (ids(&[1, 2]), 6));
    assert_eq!(high_watermark(&leader), 11, "and is waited for all the same");
    leader.isr_decided(&wish, Decision::Is { partition_epoch: 7, isr: ids(&[1, 2]) }, at(141));
    assert_eq!(high_watermark(&leader), 12);
}

#[test]
fn a_replica_that_may_not_come_in_is_not_waited_for() {
    let leader = partition(1, 1);
    leader.become_as_told(&told(1, 5, &[1]), at(0)).unwrap();
    let wish = leader.follower_fetched(at(1), BrokerId(2), 0, 0).unwrap().wish.expect("a wish");
    append(&leader, 2, 1).unwrap();
    assert_eq!(high_watermark(&leader), 0);
    leader.isr_decided(&wish, Decision::Open, at(3));
    assert_eq!(high_watermark(&leader), 0, "nobody has decided");
    leader.isr_decided(&wish, Decision::Refused, at(3));
    assert_eq!(high_watermark(&leader), 1);
    // What belongs to another epoch changes nothing.
    leader.become_as_told(&told(1, 6, &[1, 2]), at(4)).unwrap();
    leader.isr_decided(&wish, Decision::Is { partition_epoch: 9, isr: ids(&[1]) }, at(5));
    assert_eq!(leader.isr(), ids(&[1, 2]));
}

#[test]
fn point_14_nothing_is_committed_below_min_isr() {
    let leader = partition(1, 2);
    leader.become_as_told(&told(1, 5, &[1]), at(0)).unwrap();
    let refused = append(&leader, 1, 1);
    assert!(matches!(refused, Err(Error::NotEnoughReplicas { in_sync: 1, needed: 2, .. })));
    let now = Now { monotonic: at(1), wall_ms: 1 };
    let origin = Origin::Client { produce_version: 9 };
    leader
        .append_as_leader(
            batch(1),
            Append { now, origin, acks_all: false, verified: Verified::Exempt },
        )
        .unwrap();
    assert_eq!(high_watermark(&leader), 0, "KAFKA-15583");
}

#[test]
fn strangers_are_no_followers() {
    let leader = partition(1, 1);
    leader.become_as_told(&told(1, 5, &[1]), at(0)).unwrap();
    let heard = leader.follower_fetched(at(1), BrokerId(9), 0, 0);
    assert!(matches!(heard, Err(Error::NotReplica { broker: BrokerId(9), .. })));
}

#[test]
fn point_12_a_follower_takes_records_high_watermark_and_start() {
    let (leader, follower) = (partition(1, 1), partition(2, 1));
    leader.become_as_told(&told(1, 5, &[1, 2]), at(0)).unwrap();
    follower.become_as_told(&told(1, 5, &[1, 2]), at(0)).unwrap();
    append(&leader, 1, 10).unwrap();
    let epoch = LeaderEpoch(5);
    let from = |high_watermark, log_start| FromLeader { high_watermark, log_start };
    follower.append_as_follower(epoch, &records(&leader, 0), from(3, 0), 1).unwrap();
    let standing = follower.standing(epoch).unwrap();
    assert_eq!((standing.log_end, standing.high_watermark), (10, 3));
    assert_eq!(standing.last_epoch, Some(epoch));
    // A leader that knows less than it did before, and one that knows more than there is here.
    for (told, known) in [(1, 3), (99, 10)] {
        follower.append_as_follower(epoch, &Bytes::new(), from(told, 0), 1).unwrap();
        assert_eq!(high_watermark(&follower), known);
    }
    follower.append_as_follower(epoch, &Bytes::new(), from(10, 7), 1).unwrap();
    assert_eq!(follower.standing(epoch).unwrap().log_start, 7);
    // Another leader has been told meanwhile.
    follower.become_as_told(&told(3, 6, &[2, 3]), at(9)).unwrap();
    let late = follower.append_as_follower(epoch, &Bytes::new(), from(10, 0), 1);
    assert!(matches!(late, Err(Error::NotFollower(_))));
}

#[test]
fn truncation_goes_by_what_both_logs_know() {
    // Epochs here: 2 from 0, 4 from 10, up to 15; committed up to 5.
    let cases = [
        // The leader's epoch and end, then the end here and whether both agree.
        ((4, 12), (12, true)),
        ((4, 99), (15, true)),
        ((2, 7), (7, true)),
        ((3, 12), (10, false)),
        ((-1, 9), (9, true)),
        ((-1, -1), (5, true)),
        ((9, 14), (14, true)),
    ];
    for ((leader_epoch, end), (expected, agrees)) in cases {
        let follower = partition(2, 1);
        for (epoch, count) in [(2, 10), (4, 5)] {
            follower.become_as_told(&told(2, epoch, &[2, 3]), at(0)).unwrap();
            for _ in 0..count {
                append(&follower, 1, 1).unwrap();
            }
        }
        follower.follower_fetched(at(2), BrokerId(3), 5, 0).unwrap();
        follower.become_as_told(&told(1, 5, &[1, 2]), at(3)).unwrap();
        let cut = follower.truncate_to_leader(LeaderEpoch(5), leader_epoch, end, 1).unwrap();
        let standing = follower.standing(LeaderEpoch(5)).unwrap();
        assert_eq!((standing.log_end, cut.agrees), (expected, agrees), "{leader_epoch} {end}");
        assert_eq!(cut.shortened, expected < 15);
        assert_eq!(standing.high_watermark, 5.min(expected));
    }
}

#[test]
fn an_answer_of_an_epoch_that_is_over_cuts_nothing() {
    let follower = partition(2, 1);
    follower.become_as_told(&told(2, 4, &[2, 3]), at(0)).unwrap();
    for _ in 0..5 {
        append(&follower, 1, 1).unwrap();
    }
    let cut = |epoch| follower.truncate_to_leader(LeaderEpoch(epoch), 4, 2, 1);
    assert!(matches!(cut(4), Err(Error::NotFollower(_))), "it leads");
    follower.become_as_told(&told(1, 6, &[1, 2]), at(3)).unwrap();
    assert!(matches!(cut(5), Err(Error::NotFollower(_))), "another leads by now");
    assert_eq!(follower.standing(LeaderEpoch(6)).unwrap().log_end, 5);
    assert!(cut(6).unwrap().shortened);
    assert_eq!(follower.standing(LeaderEpoch(6)).unwrap().log_end, 2);
}

#[test]
fn a_log_that_ends_before_the_leaders_begins_starts_over() {
    let follower = partition(2, 1);
    follower.become_as_told(&told(1, 5, &[1, 2]), at(0)).unwrap();
    follower.start_over_at(LeaderEpoch(5), 40, 1).unwrap();
    let standing = follower.standing(LeaderEpoch(5)).unwrap();
    let ends = (standing.log_start, standing.high_watermark, standing.log_end);
    assert_eq!((ends, standing.last_epoch), ((40, 40, 40), None));
}

#[test]
fn who_looks_again_disturbs_nobody_else() {
    use std::future::Future as _;
    let leader = partition(1, 1);
    leader.become_as_told(&told(1, 5, &[1, 2]), at(0)).unwrap();
    append(&leader, 1, 1).unwrap();
    let is_ready = |waiting: &mut Waiting| {
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        std::pin::Pin::new(waiting).poll(&mut cx).is_ready()
    };
    let mut committed = leader.wait_committed(1);
    let mut readable = Waiter::waiting(1);
    // It saw an end that has moved since.
    leader.wait_readable(Visibility::LogEnd, 0, readable.waiter());
    assert!(is_ready(&mut readable));
    assert!(!is_ready(&mut committed));
    leader.follower_fetched(at(2), BrokerId(2), 1, 0).unwrap();
    assert!(is_ready(&mut committed));
}

#[test]
fn a_cold_read_names_what_it_misses_and_harms_nothing() {
    let disk = Disk::memory();
    let Disk::Memory(memory) = &disk else { unreachable!("just made") };
    let partition = partition_on(&disk, 1, 1);
    partition.become_as_told(&told(1, 0, &[1]), at(0)).unwrap();
    for turn in 0..200 {
        append(&partition, turn, 10).unwrap();
    }
    let whole = records(&partition, 500);
    memory.forget_cached_pages();
    let read = || {
        let request = ReadRequest {
            reader: Reader::Debug,
            offset: 500,
            bytes_max: usize::MAX,
            at_least_one: true,
            current_epoch: None,
            last_fetched_epoch: None,
            leader_only: true,
        };
        partition.read(request)
    };
    let mut rounds = 0;
    let found = loop {
        match disk::without_waiting(read) {
            Ok(found) => break found.unwrap().records.unwrap(),
            Err(cold) => disk::warm(&cold).unwrap(),
        }
        rounds += 1;
        assert!(rounds < 10, "every round brings something in");
    };
    assert!(rounds > 0, "the pages were cold");
    assert!(!found.is_cached(), "only headers were looked at");
    assert_eq!(found.read().unwrap(), whole);
    append(&partition, 300, 1).unwrap();
}

fn in_transaction(sequence: i32) -> Bytes {
    let mut builder = Builder::new(Compression::NONE);
    builder.producer(7, 0, sequence).transactional(true);
    builder.append(1, None, Some(b"v"), &[]);
    builder.finish()
}

fn marker() -> Bytes {
    let end = EndTransaction { marker: Marker::Commit, coordinator_epoch: 0 };
    marker_batch(7, 0, end, 1)
}

fn last_stable(partition: &Partition) -> Offset {
    partition.offsets().unwrap().last_stable
}

fn append_bytes(partition: &Partition, ms: u64, bytes: Bytes, origin: Origin) {
    let now = Now { monotonic: at(ms), wall_ms: 1 };
    let append = Append { now, origin, acks_all: true, verified: Verified::Exempt };
    partition.append_as_leader(bytes, append).unwrap();
}

#[test]
fn the_last_stable_offset_follows_committed_markers_on_leader_and_follower() {
    use std::future::Future as _;
    let (leader, follower) = (partition(1, 1), partition(2, 1));
    leader.become_as_told(&told(1, 5, &[1, 2]), at(0)).unwrap();
    follower.become_as_told(&told(1, 5, &[1, 2]), at(0)).unwrap();
    let client = Origin::Client { produce_version: 9 };
    append_bytes(&leader, 1, in_transaction(0), client);
    append(&leader, 1, 1).unwrap();
    append_bytes(&leader, 1, marker(), Origin::Coordinator);
    leader.follower_fetched(at(2), BrokerId(2), 2, 0).unwrap();
    assert_eq!((high_watermark(&leader), last_stable(&leader)), (2, 0), "no marker is committed");

    let mut waiting = Waiter::waiting(1_000_000);
    leader.wait_readable(Visibility::LastStable, 0, waiting.waiter());
    let mut is_ready = || {
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        std::pin::Pin::new(&mut waiting).poll(&mut cx).is_ready()
    };
    assert!(!is_ready());
    leader.follower_fetched(at(3), BrokerId(2), 3, 0).unwrap();
    assert_eq!((high_watermark(&leader), last_stable(&leader)), (3, 3));
    assert!(is_ready(), "whatever it waits for: a marker decides more than it brings");

    let from = |high_watermark| FromLeader { high_watermark, log_start: 0 };
    follower.append_as_follower(LeaderEpoch(5), &records(&leader, 0), from(2), 1).unwrap();
    assert_eq!(last_stable(&follower), 0);
    follower.append_as_follower(LeaderEpoch(5), &Bytes::new(), from(3), 1).unwrap();
    assert_eq!(last_stable(&follower), 3);
    // Cut back into the transaction: it is open again.
    follower.truncate_to(LeaderEpoch(5), 2, 1).unwrap();
    assert_eq!((high_watermark(&follower), last_stable(&follower)), (2, 0));
}

#[test]
fn a_log_that_was_read_back_knows_what_is_decided() {
    let dir = Path::new("/d/t-0");
    let disk = Disk::memory();
    disk.create_dir_all(dir).unwrap();
    let id = || TopicPartition::new("t", 0);
    let (config, recovery) = (LogConfig::default(), Recovery::default());
    let open = || Log::open(&disk, dir, id(), config.clone(), recovery, 0, Rng::seeded(1)).unwrap();
    let mut log = open();
    let client = Origin::Client { produce_version: 9 };
    log.append_as_leader(&in_transaction(0), 0, client, 0).unwrap();
    log.append_as_leader(&marker(), 0, Origin::Coordinator, 0).unwrap();
    // As after a crash: the batches are read again, and the checkpoint says the rest.
    let settings = TopicConfig::build(&Properties::new(), &Properties::new()).unwrap();
    let local = Local { broker: BrokerId(1), lag_max: Duration::from_millis(100) };
    for (committed, stable) in [(2, 2), (1, 0)] {
        let partition = Partition::new(id(), local, open(), Arc::new(settings.clone()), committed);
        assert_eq!(last_stable(&partition), stable);
    }
}

#[test]
fn an_epoch_without_a_record_is_not_held_against_the_next_leader() {
    let (leader, follower) = (partition(1, 1), partition(2, 1));
    leader.become_as_told(&told(1, 4, &[1, 2]), at(0)).unwrap();
    follower.become_as_told(&told(1, 4, &[1, 2]), at(0)).unwrap();
    append(&leader, 1, 3).unwrap();
    let heard = FromLeader { high_watermark: 3, log_start: 0 };
    follower.append_as_follower(LeaderEpoch(4), &records(&leader, 0), heard, 1).unwrap();
    append(&leader, 2, 2).unwrap();
    // 2 leads for a moment and appends nothing; 1, which has not heard of it, leads again.
    follower.become_as_told(&told(2, 5, &[1, 2]), at(3)).unwrap();
    for partition in [&leader, &follower] {
        partition.become_as_told(&told(1, 6, &[1]), at(4)).unwrap();
    }
    let ask = || {
        let standing = follower.standing(LeaderEpoch(6)).unwrap();
        let request = ReadRequest {
            reader: Reader::Follower(BrokerId(2)),
            offset: standing.log_end,
            bytes_max: usize::MAX,
            at_least_one: true,
            current_epoch: Some(LeaderEpoch(6)),
            last_fetched_epoch: standing.last_epoch,
            leader_only: true,
        };
        leader.read(request).unwrap()
    };
    let (epoch, end) = ask().diverging.expect("1 does not know epoch 5");
    assert_eq!((epoch, end), (LeaderEpoch(4), 5));
    let cut = follower.truncate_to_leader(LeaderEpoch(6), epoch.0, end, 5).unwrap();
    assert!(!cut.shortened, "there was nothing above");
    let read = ask();
    assert_eq!(read.diverging, None, "and now they agree");
    assert_eq!(read.records.map(|it| it.read().unwrap().len()), Some(records(&leader, 3).len()));
}
