//! Power cuts at every sync, crashes of the process, and tails torn at every byte.

use super::*;

/// What the owner of a log knows when the power goes.
#[derive(Default)]
struct Known {
    recovery_point: i64,
    appended: BTreeMap<i64, String>,
}

/// A life with rolls, flushes, a second epoch, and retention's start raised; up to the cut.
fn live(disk: &Disk, known: &mut Known) -> Result<()> {
    let partition = TopicPartition::new("t", 0);
    let recovery = Recovery::default();
    let config = small();
    let rng = Rng::seeded(1);
    let mut log = Log::open(disk, Path::new(DIR), partition, config, recovery, 0, rng)?;
    log.assign_topic_id(Uuid([7; 16]))?;
    for n in 0..30 {
        let value = format!("value {n}");
        let appended = log.append_as_leader(&batch_at(n, &[&value]), (n / 12) as i32, CLIENT, n)?;
        known.appended.insert(appended.first_offset, value);
        if n % 7 == 6 {
            log.flush(n)?;
            known.recovery_point = log.recovery_point();
        }
    }
    let closed = log.close(30)?;
    known.recovery_point = closed.recovery_point;
    Ok(())
}

/// What is left has no holes, begins where it should, and holds all that was durable.
fn check(disk: &Disk, known: &Known, what: &str) {
    let recovery = Recovery { recovery_point: known.recovery_point, ..Recovery::default() };
    let mut log = open(disk, &small(), recovery);
    let left = all(&log);
    assert!(log.log_end() >= known.recovery_point, "{what}: lost what was flushed");
    let expected: BTreeMap<_, _> =
        known.appended.range(..log.log_end()).map(|(o, v)| (*o, v.clone())).collect();
    assert_eq!(left, expected, "{what}");
    for entry in log.epochs().entries() {
        assert_eq!(entry.start_offset, i64::from(entry.epoch) * 12, "{what}");
    }
    let expected_epochs = (log.log_end() + 11) / 12;
    assert_eq!(log.epochs().entries().len() as i64, expected_epochs, "{what}");
    for (offset, _) in left {
        let found = log.offset_for_time(offset).unwrap().unwrap();
        assert_eq!(found.offset, offset, "{what}: the time index");
    }
    log.append_as_leader(&batch_at(99, &["after"]), 9, CLIENT, 99).unwrap();
    let end = log.log_end();
    let recovery = log.close(99).unwrap();
    let log = open(disk, &small(), recovery);
    assert_eq!(log.log_end(), end, "{what}: a clean stop after it");
}

#[test]
fn nothing_durable_is_lost_wherever_the_power_goes() {
    let (disk, memory) = memory_disk();
    live(&disk, &mut Known::default()).unwrap();
    let syncs = memory.syncs();
    assert!(syncs > 30, "{syncs}");
    for cut in 0..syncs {
        for keep_writes in [false, true] {
            let (disk, memory) = memory_disk();
            memory.cut_power_at_sync(cut);
            let mut known = Known::default();
            assert!(live(&disk, &mut known).is_err(), "{cut}");
            match keep_writes {
                false => memory.restore_power(),
                // As if only the process had died.
                true => memory.restore_power_keeping_writes(),
            }
            check(&disk, &known, &format!("sync {cut}, writes kept: {keep_writes}"));
        }
    }
}

#[test]
fn a_tail_torn_at_any_byte_is_cut_off() {
    let (disk, _) = memory_disk();
    let mut log = open(&disk, &LogConfig::default(), Recovery::default());
    let mut ends = vec![0];
    for n in 0..4 {
        log.append_as_leader(&batch(&[&format!("value {n}")]), 0, CLIENT, 0).unwrap();
        ends.push(log.size());
    }
    drop(log);
    let path = Path::new(DIR).join(format!("{:020}.log", 0));
    let whole = disk.read(&path).unwrap();
    let file = disk.open(&path, crate::base::disk::Mode::Write).unwrap();
    for length in 0..=whole.len() {
        for garbage in [&b""[..], b"\xff", &[0; 40]] {
            file.set_len(0).unwrap();
            file.write_all_at(&[&whole[..length], garbage].concat(), 0).unwrap();
            let log = open(&disk, &LogConfig::default(), Recovery::default());
            // Garbage that happens to be right is none.
            let bytes = [&whole[..length], garbage].concat();
            let good = |end: &&u64| bytes.get(..**end as usize) == Some(&whole[..**end as usize]);
            let batches = ends.iter().skip(1).filter(good).count() as i64;
            assert_eq!(log.log_end(), batches, "{length} {garbage:?}");
            assert_eq!(log.size(), ends[batches as usize]);
        }
    }
}

#[test]
fn a_damaged_segment_takes_all_later_ones_with_it() {
    let (disk, _) = memory_disk();
    let mut log = open(&disk, &small(), Recovery::default());
    for n in 0..24 {
        log.append_as_leader(&batch_at(n, &["value"]), 0, CLIENT, 0).unwrap();
    }
    assert_eq!(log.segments().bases(), [0, 8, 16]);
    drop(log);
    let path = Path::new(DIR).join(format!("{:020}.log", 8));
    let file = disk.open(&path, crate::base::disk::Mode::Write).unwrap();
    let damaged = disk.read(&path).unwrap()[200] ^ 1;
    file.write_all_at(&[damaged], 200).unwrap();
    let log = open(&disk, &small(), Recovery::default());
    assert_eq!((log.log_end(), log.segments().bases()), (10, vec![0, 8]));
    assert_eq!(all(&log).len(), 10);
}

#[test]
fn missing_and_damaged_indexes_are_made_anew() {
    for (extension, bytes) in [
        ("index", None),
        ("timeindex", None),
        ("index", Some(&[1, 2, 3][..])),
        ("timeindex", Some(&[0xff; 24][..])),
    ] {
        let (disk, _) = memory_disk();
        let mut log = open(&disk, &small(), Recovery::default());
        for n in 0..24 {
            log.append_as_leader(&batch_at(n, &["value"]), 0, CLIENT, 0).unwrap();
        }
        let recovery = log.close(0).unwrap();
        let path = Path::new(DIR).join(format!("{:020}.{extension}", 8));
        let before = disk.read(&path).unwrap();
        disk.remove_file(&path).unwrap();
        if let Some(bytes) = bytes {
            disk.replace(&path, bytes).unwrap();
        }
        let log = open(&disk, &small(), recovery);
        assert_eq!(log.offset_for_time(12).unwrap().unwrap().offset, 12);
        assert_eq!(all(&log).len(), 24);
        log.close(0).unwrap();
        assert_eq!(disk.read(&path).unwrap(), before, "{extension}");
    }
}

#[test]
fn interrupted_cleanings_are_finished_or_dropped() {
    let put = |disk: &Disk, from: &str, to: &str| {
        let bytes = disk.read(&Path::new(DIR).join(from)).unwrap();
        disk.replace(&Path::new(DIR).join(to), &bytes).unwrap();
    };
    let segment = |base: i64, suffix: &str| format!("{base:020}.{suffix}");
    for finished in [true, false] {
        let (disk, _) = memory_disk();
        let mut log = open(&disk, &small(), Recovery::default());
        for n in 0..24 {
            log.append_as_leader(&batch_at(n, &["value"]), 0, CLIENT, 0).unwrap();
        }
        let recovery = log.close(0).unwrap();
        // The cleaner has made the second segment anew, and it is the same as before.
        put(&disk, &segment(8, "log"), &segment(8, "log.swap"));
        put(&disk, &segment(8, "index"), &segment(8, "index.swap"));
        put(&disk, &segment(8, "timeindex"), &segment(8, "timeindex.swap"));
        put(&disk, &segment(0, "log"), &segment(0, "log.deleted"));
        if finished {
            disk.remove_file(&Path::new(DIR).join(segment(8, "log"))).unwrap();
        } else {
            put(&disk, &segment(8, "log"), &segment(8, "log.cleaned"));
        }
        let log = open(&disk, &small(), recovery);
        assert_eq!(all(&log).len(), 24, "{finished}");
        let left = disk.list(Path::new(DIR)).unwrap();
        let suffixes = [names::SWAP, names::CLEANED, names::DELETED];
        let left = left.iter().filter(|entry| suffixes.iter().any(|s| entry.name.ends_with(s)));
        assert_eq!(left.count(), 0);
    }
}
