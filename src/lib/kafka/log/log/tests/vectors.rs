//! Folders that Kafka 3.9.1 wrote, each stopped cleanly: six transactions over four segments, and
//! transactions of three producers across each other, four aborted and two still open.

use super::*;

macro_rules! vectors {
    ($dir:literal: $($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../../vectors/", $dir, "/", $name)).as_slice())),*]
    };
}

const FILES: [(&str, &[u8]); 18] = vectors![
    "txn-0":
    "00000000000000000000.index",
    "00000000000000000000.log",
    "00000000000000000000.timeindex",
    "00000000000000000012.index",
    "00000000000000000012.log",
    "00000000000000000012.snapshot",
    "00000000000000000012.timeindex",
    "00000000000000000027.index",
    "00000000000000000027.log",
    "00000000000000000027.snapshot",
    "00000000000000000027.timeindex",
    "00000000000000000040.index",
    "00000000000000000040.log",
    "00000000000000000040.snapshot",
    "00000000000000000040.timeindex",
    "00000000000000000044.snapshot",
    "leader-epoch-checkpoint",
    "partition.metadata",
];

const ABORTS: [(&str, &[u8]); 21] = vectors![
    "aborts-0":
    "00000000000000000000.index",
    "00000000000000000000.log",
    "00000000000000000000.timeindex",
    "00000000000000000000.txnindex",
    "00000000000000000007.index",
    "00000000000000000007.log",
    "00000000000000000007.snapshot",
    "00000000000000000007.timeindex",
    "00000000000000000007.txnindex",
    "00000000000000000013.index",
    "00000000000000000013.log",
    "00000000000000000013.snapshot",
    "00000000000000000013.timeindex",
    "00000000000000000013.txnindex",
    "00000000000000000018.index",
    "00000000000000000018.log",
    "00000000000000000018.snapshot",
    "00000000000000000018.timeindex",
    "00000000000000000019.snapshot",
    "leader-epoch-checkpoint",
    "partition.metadata",
];

fn theirs() -> Disk {
    laid_out(&FILES)
}

fn laid_out(files: &[(&str, &[u8])]) -> Disk {
    let (disk, _) = memory_disk();
    for (name, bytes) in files {
        disk.replace(&Path::new(DIR).join(name), bytes).unwrap();
    }
    disk
}

#[test]
fn point_60_a_clean_folder_is_opened_and_closed_without_a_changed_byte() {
    let disk = theirs();
    let recovery = Recovery { clean: true, log_start: 0, recovery_point: 44 };
    let log = open(&disk, &LogConfig::default(), recovery);
    assert_eq!((log.log_start(), log.log_end(), log.latest_epoch()), (0, 44, Some(0)));
    assert_eq!(log.topic_id(), Uuid::parse("i8yL-H9YTju76AwXnWBDXQ"));
    assert_eq!(log.segments().bases(), [0, 12, 27, 40]);
    assert_eq!(log.producers().producers().len(), 1);
    assert_eq!(log.last_stable_offset(44), 44);
    assert_eq!(log.close(0).unwrap(), recovery);
    for (name, bytes) in FILES {
        assert_eq!(disk.read(&Path::new(DIR).join(name)).unwrap(), bytes, "{name}");
    }
    assert_eq!(disk.list(Path::new(DIR)).unwrap().len(), FILES.len());
}

#[test]
fn what_we_find_out_is_what_they_wrote_down() {
    let disk = theirs();
    // Without indexes, snapshots and epochs, as after a crash of theirs.
    for (name, _) in FILES.iter().filter(|(name, _)| !name.ends_with(".log")) {
        disk.remove_file(&Path::new(DIR).join(name)).unwrap();
    }
    let config = LogConfig { segment_bytes: 2_000, ..LogConfig::default() };
    let mut log = open(&disk, &config, Recovery::default());
    assert_eq!(log.log_end(), 44);
    log.flush(0).unwrap();
    log.close(0).unwrap();
    let by_hand = ["partition.metadata", "12.snapshot", "27.snapshot", "40.snapshot"];
    for (name, bytes) in FILES.iter().filter(|(name, _)| !by_hand.iter().any(|n| name.ends_with(n)))
    {
        assert_eq!(disk.read(&Path::new(DIR).join(name)).unwrap(), *bytes, "{name}");
    }
}

#[test]
fn their_producer_goes_on_with_us() {
    let disk = theirs();
    let recovery = Recovery { clean: true, log_start: 0, recovery_point: 44 };
    let mut log = open(&disk, &LogConfig::default(), recovery);
    let (id, producer) = log.producers().producers().iter().next().unwrap();
    let (id, epoch, last) = (*id, producer.epoch, producer.last_sequence());
    let produced = |sequence: i32| {
        let mut builder = Builder::new(Compression::NONE);
        builder.producer(id, epoch, sequence).transactional(true);
        builder.append(1, None, Some(b"t"), &[]);
        builder.finish()
    };
    let gap = log.append_as_leader(&produced(last + 2), 1, CLIENT, 0).unwrap_err();
    assert!(matches!(gap, Error::OutOfOrderSequence { .. }));
    assert_eq!(log.append_as_leader(&produced(last + 1), 1, CLIENT, 0).unwrap().first_offset, 44);
    assert_eq!(log.last_stable_offset(45), 44);
}

/// What we would have written in place of the second segment is the same to the byte.
#[test]
fn the_snapshot_of_a_roll_is_theirs() {
    let disk = theirs();
    let bytes = disk.read(&Path::new(DIR).join("00000000000000000000.log")).unwrap();
    let (mine, _) = memory_disk();
    let mut log = open(&mine, &LogConfig::default(), Recovery::default());
    log.append_as_follower(&Bytes::from(bytes), 0).unwrap();
    log.roll(0).unwrap();
    for name in ["00000000000000000000.log", "00000000000000000012.snapshot"] {
        let path = Path::new(DIR).join(name);
        assert_eq!(mine.read(&path).unwrap(), disk.read(&path).unwrap(), "{name}");
    }
}

fn is_same(disk: &Disk, files: &[(&str, &[u8])], left_out: &[&str]) {
    for (name, bytes) in files.iter().filter(|(name, _)| !left_out.contains(name)) {
        assert_eq!(disk.read(&Path::new(DIR).join(name)).unwrap(), *bytes, "{name}");
    }
}

fn aborted(log: &Log, offset: i64, bound: i64) -> Vec<(i64, i64)> {
    let read = log.read(offset, 100_000, bound, true).unwrap();
    let found = log.aborted_transactions(&read, offset, bound).unwrap();
    found.iter().map(|it| (it.producer_id, it.first_offset)).collect()
}

#[test]
fn aborted_and_open_transactions_are_theirs() {
    let disk = laid_out(&ABORTS);
    let recovery = Recovery { clean: true, log_start: 0, recovery_point: 19 };
    let log = open(&disk, &LogConfig::default(), recovery);
    assert_eq!(log.last_stable_offset(19), 7, "producer 2 is still at it");
    assert_eq!(log.producers().first_unstable_offset(), Some(7));
    let open_from = |id: i64| log.producers().producers()[&id].transaction_start;
    assert_eq!([0, 1, 2].map(open_from), [Some(16), None, Some(7)]);
    // Of what lies below the bound, segment by segment.
    assert_eq!(aborted(&log, 0, 7), [(0, 0)]);
    assert_eq!(aborted(&log, 3, 7), [(0, 0)], "its marker lies ahead");
    assert_eq!(aborted(&log, 6, 7), []);
    assert_eq!(aborted(&log, 7, 19), [(1, 8), (1, 10)]);
    assert_eq!(aborted(&log, 13, 19), [(0, 14)]);
    assert_eq!(log.close(0).unwrap(), recovery);
    is_same(&disk, &ABORTS, &[]);
}

#[test]
fn their_transaction_indexes_are_found_out_again() {
    let disk = laid_out(&ABORTS);
    for (name, _) in ABORTS.iter().filter(|(name, _)| !name.ends_with(".log")) {
        disk.remove_file(&Path::new(DIR).join(name)).unwrap();
    }
    let config = LogConfig { segment_bytes: 600, ..LogConfig::default() };
    let mut log = open(&disk, &config, Recovery::default());
    assert_eq!(log.last_stable_offset(19), 0, "nobody has said what is committed");
    log.committed(19);
    assert_eq!(log.last_stable_offset(19), 7);
    log.flush(0).unwrap();
    log.close(0).unwrap();
    let snapshots: Vec<&str> = [7, 13, 18]
        .map(|at| ABORTS.iter().find(|(name, _)| *name == format!("{at:020}.snapshot")).unwrap().0)
        .to_vec();
    is_same(&disk, &ABORTS, &[&snapshots[..], &["partition.metadata"]].concat());
}

/// A follower is sent the batches and nothing else, and has in the end what their broker has.
#[test]
fn a_follower_of_theirs_has_the_same_indexes_and_snapshots() {
    let (disk, _) = memory_disk();
    let config = LogConfig { segment_bytes: 600, ..LogConfig::default() };
    let mut log = open(&disk, &config, Recovery::default());
    for (_, bytes) in ABORTS.iter().filter(|(name, _)| name.ends_with(".log")) {
        for batch in batches(bytes) {
            let batch = Bytes::copy_from_slice(batch.unwrap().bytes());
            log.append_as_follower(&batch, 0).unwrap();
        }
    }
    assert_eq!(log.segments().bases(), [0, 7, 13, 18]);
    log.close(0).unwrap();
    is_same(&disk, &ABORTS, &["partition.metadata"]);
}
