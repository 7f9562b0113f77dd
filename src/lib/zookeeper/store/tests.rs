//! Vectors of real files, torn and damaged ones, and power cuts at every sync.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use super::directories::{Directories, Packing};
use super::*;
use crate::base::disk::{Disk, Memory, Mode};

const PREALLOCATED: u64 = 64 * 1024;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn open(disk: &Disk) -> Directories {
    Directories::open(disk.clone(), Path::new("/data"), Path::new("/data")).unwrap()
}

fn memory() -> (Disk, Directories) {
    let disk = Disk::memory();
    let directories = open(&disk);
    (disk, directories)
}

fn hands(disk: &Disk) -> &Memory {
    match disk {
        Disk::Memory(memory) => memory,
        Disk::System => unreachable!("the tests run in memory"),
    }
}

/// An entry with that zxid whose body is long enough to be torn in its middle.
fn entry(zxid: i64) -> Vec<u8> {
    let mut bytes = vec![0; 12];
    bytes.extend_from_slice(&zxid.to_be_bytes());
    bytes.extend_from_slice(&[0xab; 12]);
    bytes.extend_from_slice(&[zxid as u8; 40]);
    bytes
}

fn log(directories: &Directories) -> TxnLog {
    TxnLog::new(directories.clone(), PREALLOCATED, true)
}

fn write(directories: &Directories, zxids: std::ops::RangeInclusive<i64>) {
    let mut log = log(directories);
    for zxid in zxids {
        log.append(zxid, &entry(zxid));
    }
    log.flush().unwrap();
}

fn snapshot(directories: &Directories, zxid: i64, packing: Packing) -> PathBuf {
    let mut writer = SnapshotWriter::create(directories, zxid, packing).unwrap();
    writer.write(&zxid.to_be_bytes()).unwrap();
    writer.seal().unwrap();
    writer.finish().unwrap().path
}

/// The zxid the snapshot tells, and those of the entries after it.
fn recover(directories: &Directories) -> Result<(i64, Vec<i64>)> {
    let parse = |content: &Content| content.sections().i64();
    let mut loaded = load(directories, false, parse, || -1)?;
    let mut zxids = Vec::new();
    while let Some(entry) = loaded.log.next_entry()? {
        zxids.push(entry.zxid);
    }
    loaded.log.close()?;
    Ok((loaded.state, zxids))
}

#[test]
fn a_log_is_zookeepers_own_byte_for_byte() {
    // From a 3.8.0 server: the creation of /d1 and the closing of a session.
    let create =
        hex("01000019da2e0000 00000001 0000000000000011 000001a2030e8271 00000001 000000032f6431 \
         00000003616263 00000001 0000001f 00000005776f726c64 00000006616e796f6e65 00 00000004 \
         00000002 000000012e7ce1f7");
    let (disk, directories) = memory();
    let mut log = log(&directories);
    log.append(0x11, &create);
    log.flush().unwrap();
    let bytes = disk.read(Path::new("/data/version-2/log.11")).unwrap();
    assert_eq!(bytes.len() as u64, 16 + PREALLOCATED);
    let mut expected = hex("5a4b4c47 00000002 0000000000000000 00000000b0d50c33 0000005a");
    expected.extend_from_slice(&create);
    expected.push(0x42);
    assert!(bytes.starts_with(&expected));
    assert!(bytes[expected.len()..].iter().all(|&byte| byte == 0));
    log.close().unwrap();
    assert_eq!(disk.read(Path::new("/data/version-2/log.11")).unwrap(), expected);
}

#[test]
fn a_snapshot_of_zookeeper_is_read_and_written_alike() {
    let zeros = |count| "00".repeat(count);
    let sections = [
        format!(
            "00000000 00000001 0000000000000001 00000001 00000001 00000005776f726c64 \
             00000006616e796f6e65 00000000 00000000 ffffffffffffffff {z60} \
             0000000a 2f7a6f6f6b6565706572 00000000 ffffffffffffffff {z60} \
             00000011 2f7a6f6f6b65657065722f636f6e666967 00000000 0000000000000001 \
             {z40} ffffffff {z16} \
             00000010 2f7a6f6f6b65657065722f71756f7461 00000000 ffffffffffffffff {z60} \
             00000001 2f",
            z60 = zeros(60),
            z40 = zeros(40),
            z16 = zeros(16),
        ),
        "0000000000000000 00000002 0000000000000000".to_owned(),
    ];
    let (disk, directories) = memory();
    let mut writer = SnapshotWriter::create(&directories, 0, Packing::Plain).unwrap();
    for section in &sections {
        writer.write(&hex(section)).unwrap();
        writer.seal().unwrap();
    }
    let file = writer.finish().unwrap();
    let bytes = disk.read(Path::new("/data/version-2/snapshot.0")).unwrap();
    assert_eq!((bytes.len(), file.bytes), (457, 457));
    assert!(bytes.ends_with(&hex("0000000095b93d59 00000001 2f")));
    let seal = hex("00000000b8a23b49 00000001 2f");
    assert!(bytes.windows(seal.len()).any(|window| window == seal));

    let content = Content::read(&directories, &file).unwrap();
    let mut reader = content.sections();
    assert_eq!(reader.raw(hex(&sections[0]).len()).unwrap(), hex(&sections[0]));
    assert!(snapshot::skip_seal(&mut reader).unwrap());
    reader.raw(20).unwrap();
    assert!(!snapshot::skip_seal(&mut reader).unwrap());
}

#[test]
fn a_packed_snapshot_loads_and_a_damaged_one_is_passed_over() {
    let (disk, directories) = memory();
    snapshot(&directories, 3, Packing::Plain);
    let gzip = snapshot(&directories, 5, Packing::Gzip);
    let snappy = snapshot(&directories, 7, Packing::Snappy);
    write(&directories, 4..=9);
    for (damaged, expected) in [(None, 7), (Some(snappy), 5), (Some(gzip), 3)] {
        if let Some(path) = damaged {
            disk.open(&path, Mode::Write).unwrap().write_all_at(&[0xee], 20).unwrap();
        }
        let after: Vec<i64> = (expected + 1..=9).collect();
        assert_eq!(recover(&directories).unwrap(), (expected, after));
    }
    let last = disk.open(Path::new("/data/version-2/snapshot.3"), Mode::Write).unwrap();
    last.write_all_at(&[0xee], 20).unwrap();
    assert!(matches!(recover(&directories), Err(Error::NoValidSnapshot { .. })));
}

#[test]
fn logs_without_a_snapshot_need_trust() {
    let (_, directories) = memory();
    assert_eq!(recover(&directories).unwrap(), (-1, vec![]));
    write(&directories, 5..=6);
    assert!(matches!(recover(&directories), Err(Error::LogsWithoutSnapshot { .. })));
    let parse = |_: &Content| Ok::<_, Infallible>(0);
    let mut loaded = load(&directories, true, parse, || -1).unwrap();
    assert_eq!(loaded.log.next_entry().unwrap().unwrap().zxid, 5);
    assert_eq!((loaded.state, loaded.snapshot_zxid), (-1, None));
}

#[test]
fn how_a_log_may_end() {
    let whole = {
        let (disk, directories) = memory();
        write(&directories, 1..=3);
        disk.read(Path::new("/data/version-2/log.1")).unwrap()
    };
    let size = 12 + entry(1).len() + 1;
    let third = 16 + 2 * size;
    let end = third + size;
    /// What is read (or where it is corrupt), and how long the file is after it was closed.
    type Outcome = std::result::Result<(i64, usize), usize>;
    let cases: [(&str, &dyn Fn(&mut Vec<u8>), Outcome); 12] = [
        ("untouched", &|_| {}, Ok((3, whole.len()))),
        ("no room left over", &|file| file.truncate(end), Ok((3, end))),
        ("cut in the third", &|file| file.truncate(end - 1), Ok((2, third))),
        ("cut in its prefix", &|file| file.truncate(third + 5), Ok((2, third))),
        ("its B is missing", &|file| file[end - 1] = 0, Ok((2, third))),
        ("a page of it is missing", &|file| file[third + 50..end].fill(0), Ok((2, third))),
        ("its prefix is missing", &|file| file[third..third + 12].fill(0), Ok((2, third))),
        ("its length is absurd", &|file| file[third + 8] = 0x7f, Ok((2, third))),
        ("all of it is missing", &|file| file[third..].fill(0), Ok((2, whole.len()))),
        ("a bit of the second", &|file| file[16 + size + 60] ^= 1, Err(16 + size)),
        ("the length of the second", &|file| file[16 + size + 8] = 0x7f, Err(16 + size)),
        ("a hole for the second", &|file| file[16 + size..third].fill(0), Err(16 + size)),
    ];
    for (name, damage, expected) in cases {
        let (disk, directories) = memory();
        snapshot(&directories, 0, Packing::Plain);
        let path = Path::new("/data/version-2/log.1");
        let mut file = whole.clone();
        damage(&mut file);
        disk.open(path, Mode::Create).unwrap().write_all_at(&file, 0).unwrap();
        match (recover(&directories), expected) {
            (Ok((_, zxids)), Ok((last, length))) => {
                assert_eq!(zxids, (1..=last).collect::<Vec<_>>(), "{name}");
                assert_eq!(disk.read(path).unwrap().len(), length, "{name}");
                write(&directories, last + 1..=last + 2);
                let again = recover(&directories).unwrap().1;
                assert_eq!(again, (1..=last + 2).collect::<Vec<_>>(), "{name}");
            }
            (Err(Error::Corrupt { path: found, offset, .. }), Err(expected)) => {
                assert_eq!((found.as_path(), offset as usize), (path, expected), "{name}");
            }
            (found, expected) => panic!("{name}: {found:?}, not {expected:?}"),
        }
    }
}

#[test]
fn a_first_file_without_a_whole_entry_is_made_anew() {
    for torn in [&b""[..], &[0; 100], b"ZKLG\0\0", b"ZKLG\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\x01"] {
        let (disk, directories) = memory();
        snapshot(&directories, 0, Packing::Plain);
        let path = Path::new("/data/version-2/log.1");
        disk.open(path, Mode::Create).unwrap().write_all_at(torn, 0).unwrap();
        assert!(recover(&directories).unwrap().1.is_empty());
        write(&directories, 1..=1);
        assert_eq!(recover(&directories).unwrap().1, [1]);
    }
}

#[test]
fn missing_transactions_stop_the_load() {
    let (disk, directories) = memory();
    snapshot(&directories, 0, Packing::Plain);
    for zxids in [1..=3, 4..=6, 7..=9] {
        write(&directories, zxids);
    }
    disk.remove_file(Path::new("/data/version-2/log.4")).unwrap();
    match recover(&directories) {
        Err(Error::Gap { loaded: 3, found: 7, .. }) => {}
        other => panic!("{other:?}"),
    }
    snapshot(&directories, 6, Packing::Plain);
    assert_eq!(recover(&directories).unwrap(), (6, vec![7, 8, 9]));
    // A new epoch begins with its first transaction.
    write(&directories, 0x1_0000_0001..=0x1_0000_0002);
    assert_eq!(recover(&directories).unwrap().1.len(), 5);
    write(&directories, 0x2_0000_0002..=0x2_0000_0003);
    assert!(matches!(recover(&directories), Err(Error::Gap { .. })));
}

#[test]
fn purge_keeps_what_three_whole_snapshots_need() {
    let (disk, directories) = memory();
    for zxid in [0, 10, 20, 30, 40] {
        snapshot(&directories, zxid, Packing::Plain);
        write(&directories, zxid + 1..=zxid + 10);
    }
    let damaged = disk.open(Path::new("/data/version-2/snapshot.1e"), Mode::Write).unwrap();
    damaged.write_all_at(&[0xee], 20).unwrap();
    // Whole are 40, 20 and 10: the log that 10 may end in stays.
    assert_eq!(purge::purge(&directories, 1).unwrap().len(), 1);
    let logs: Vec<i64> = directories.logs().unwrap().iter().map(|log| log.zxid).collect();
    assert_eq!(logs, [1, 11, 21, 31, 41]);
    snapshot(&directories, 50, Packing::Plain);
    assert_eq!(purge::purge(&directories, 1).unwrap().len(), 2);
    assert_eq!(recover(&directories).unwrap(), (50, vec![]));
    disk.remove_file(Path::new("/data/version-2/snapshot.32")).unwrap();
    assert_eq!(recover(&directories).unwrap().1.len(), 10);
}

/// A life of a server: groups of entries, each acknowledged after its flush, a snapshot and a new
/// log after every third group, a purge. Returns the last zxid that was acknowledged.
fn live(disk: &Disk) -> i64 {
    let acknowledged = std::cell::Cell::new(0);
    let life = || -> Result<()> {
        let directories = Directories::open(disk.clone(), Path::new("/data"), Path::new("/data"))?;
        snapshot_fallible(&directories, 0)?;
        let mut log = log(&directories);
        let mut zxid = 0;
        for group in 1..=18 {
            for _ in 0..group % 4 + 1 {
                zxid += 1;
                log.append(zxid, &entry(zxid));
            }
            log.flush()?;
            acknowledged.set(zxid);
            if group % 3 == 0 {
                log.roll();
                snapshot_fallible(&directories, zxid)?;
                purge::purge(&directories, 3)?;
            }
        }
        Ok(())
    };
    // It ends in the error of the power cut, or well.
    let _ = life();
    acknowledged.get()
}

fn snapshot_fallible(directories: &Directories, zxid: i64) -> Result<()> {
    let mut writer = SnapshotWriter::create(directories, zxid, Packing::Plain)?;
    writer.write(&zxid.to_be_bytes())?;
    writer.seal()?;
    writer.finish().map(|_| ())
}

#[test]
fn no_power_cut_takes_what_was_acknowledged() {
    let quiet = Disk::memory();
    let all = live(&quiet);
    let syncs = hands(&quiet).syncs();
    assert!(syncs > 30, "{syncs}");
    for keep_writes in [false, true] {
        for cut in 0..syncs {
            let disk = Disk::memory();
            hands(&disk).cut_power_at_sync(cut);
            let acknowledged = live(&disk);
            if keep_writes {
                hands(&disk).restore_power_keeping_writes();
            } else {
                hands(&disk).restore_power();
            }
            let directories = open(&disk);
            let (base, after) = recover(&directories).unwrap();
            let last = after.last().copied().unwrap_or(base.max(0));
            assert!((acknowledged..=all).contains(&last), "cut {cut}: {acknowledged}, {last}");
            // Life goes on, and the next start finds both.
            if base < 0 {
                snapshot(&directories, 0, Packing::Plain);
            }
            write(&directories, last + 1..=last + 3);
            let again = recover(&directories).unwrap().1;
            assert_eq!(again.last(), Some(&(last + 3)), "cut {cut}");
        }
    }
}

#[test]
fn a_failed_write_poisons_the_log() {
    let (disk, directories) = memory();
    let mut log = log(&directories);
    log.append(1, &entry(1));
    log.flush().unwrap();
    hands(&disk).limit_room(Some(10));
    log.append(2, &entry(2));
    let error = log.flush().unwrap_err();
    assert!(error.to_string().starts_with("cannot write to /data/version-2/log.1: "), "{error}");
    hands(&disk).limit_room(None);
    log.append(3, &entry(3));
    assert!(matches!(log.flush(), Err(Error::Poisoned { .. })));
    snapshot(&directories, 0, Packing::Plain);
    assert_eq!(recover(&directories).unwrap().1, [1]);
}

#[test]
fn the_pages_of_the_formats_are_true() {
    let name = |magic: i32| String::from_utf8(magic.to_be_bytes().to_vec()).unwrap();
    let log = crate::tidy::document("docs/formats/zookeeper-txn-log.md");
    for line in [
        format!("| 0 | 4 bytes | `{}` |", name(txn_log::MAGIC)),
        format!("| 4 | i32 | version: {} |", txn_log::VERSION),
        format!("| {} | | entries |", txn_log::HEADER_BYTES),
        format!("bytes, one byte `{}`", char::from(txn_log::END_OF_ENTRY)),
    ] {
        assert!(log.contains(&line), "{line}");
    }
    let page = crate::tidy::document("docs/formats/zookeeper-snapshot.md");
    for line in [
        format!("| 0 | 4 bytes | `{}` |", name(snapshot::MAGIC)),
        format!("| 4 | i32 | version: {} |", snapshot::VERSION),
        format!("| 8 | i64 | database id: {} |", snapshot::DATABASE_ID),
        format!("| {} | | sections, each closed by a seal", snapshot::HEADER_BYTES),
        format!("a seal of {} bytes |", snapshot::SEAL_BYTES),
    ] {
        assert!(page.contains(&line), "{line}");
    }
}
