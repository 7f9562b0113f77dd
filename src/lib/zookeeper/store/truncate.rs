//! Cuts the log: what a server logged and its ensemble never committed goes.
//!
//! Snapshots that hold something of it go first (ZOOKEEPER-1549, 4837): at no moment may a restart
//! bring back what was cut. What is left must lead there: an older snapshot, and the log from it on;
//! else nothing is touched.

use tracing::info;

use super::directories::Directories;
use super::log_reader::{self, LogReader};
use super::snapshot::Content;
use super::{Error, Result};
use crate::base::disk::Mode;
use crate::base::planted::Bug;

/// Takes back everything after `zxid`, durably; false where that cannot be done.
pub fn truncate(directories: &Directories, zxid: i64) -> Result<bool> {
    let disk = directories.disk();
    let (later, kept): (Vec<_>, Vec<_>) =
        directories.snapshots()?.into_iter().partition(|snapshot| snapshot.zxid > zxid);
    let mut whole = kept.iter().filter(|snapshot| Content::read(directories, snapshot).is_ok());
    let Some(first) = whole.next() else { return Ok(false) };
    if !reaches(directories, first.zxid, zxid)? {
        return Ok(false);
    }
    let folder = directories.snapshot_folder();
    let kept = Bug::KeepLaterSnapshots.is_planted();
    for snapshot in later.iter().filter(|_| !kept) {
        info!(target: super::LOGGER, "Deleting {}, which is to be forgotten", snapshot.path.display());
        disk.remove_file(&snapshot.path).map_err(Error::io("delete", &snapshot.path))?;
    }
    if !later.is_empty() {
        disk.sync_dir(folder).map_err(Error::io("sync", folder))?;
    }
    for log in directories.logs()?.into_iter().rev() {
        if log.zxid > zxid {
            disk.remove_file(&log.path).map_err(Error::io("delete", &log.path))?;
            continue;
        }
        let end = log_reader::end_of(disk, &log.path, zxid)?;
        let file = disk.open(&log.path, Mode::Write).map_err(Error::io("open", &log.path))?;
        file.set_len(end).map_err(Error::io("shorten", &log.path))?;
        file.sync().map_err(Error::io("sync", &log.path))?;
        break;
    }
    let folder = directories.log_folder();
    disk.sync_dir(folder).map_err(Error::io("sync", folder))?;
    Ok(true)
}

/// Whether the log goes on from a snapshot to the transaction `zxid`.
fn reaches(directories: &Directories, snapshot: i64, zxid: i64) -> Result<bool> {
    if snapshot == zxid {
        return Ok(true);
    }
    let mut log = LogReader::open(directories, snapshot.saturating_add(1), true)?;
    while let Some(entry) = log.next_entry()? {
        if entry.zxid >= zxid {
            return Ok(entry.zxid == zxid);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::disk::Disk;
    use crate::zookeeper::store::directories::Packing;
    use crate::zookeeper::store::{SnapshotWriter, TxnLog};

    fn snapshot(directories: &Directories, zxid: i64) {
        let mut writer = SnapshotWriter::create(directories, zxid, Packing::Plain).unwrap();
        writer.seal().unwrap();
        writer.finish().unwrap();
    }

    fn entry(zxid: i64) -> Vec<u8> {
        let mut bytes = vec![1; 40];
        bytes[12..20].copy_from_slice(&zxid.to_be_bytes());
        bytes
    }

    /// Two files: 1 to 3 and 4 to 6.
    fn store() -> Directories {
        let folder = Path::new("/data");
        let directories = Directories::open(Disk::memory(), folder, folder).unwrap();
        let mut log = TxnLog::new(directories.clone(), 1_024, true);
        for zxid in 1..=6 {
            log.append(zxid, &entry(zxid));
            log.flush().unwrap();
            if zxid == 3 {
                log.roll();
            }
        }
        directories
    }

    fn last(directories: &Directories) -> i64 {
        let mut log = LogReader::open(directories, 1, true).unwrap();
        let mut last = 0;
        while let Some(entry) = log.next_entry().unwrap() {
            last = entry.zxid;
        }
        last
    }

    #[test]
    fn the_log_ends_where_it_is_cut_and_later_snapshots_are_gone() {
        for zxid in [5, 4, 3, 2, 0] {
            let directories = store();
            snapshot(&directories, 0);
            snapshot(&directories, 5);
            assert!(truncate(&directories, zxid).unwrap());
            assert_eq!(last(&directories), zxid);
            let kept = if zxid == 5 { 2 } else { 1 };
            assert_eq!(directories.snapshots().unwrap().len(), kept);
            // And it goes on from there.
            let mut log = TxnLog::new(directories.clone(), 0, true);
            log.append(zxid + 1, &entry(zxid + 1));
            log.flush().unwrap();
            assert_eq!(last(&directories), zxid + 1);
        }
    }

    #[test]
    fn nothing_is_touched_where_nothing_leads_there() {
        let directories = store();
        snapshot(&directories, 5);
        assert!(!truncate(&directories, 3).unwrap(), "only a later snapshot");
        snapshot(&directories, 0);
        assert!(!truncate(&directories, 9).unwrap(), "the log ends before");
        assert_eq!((last(&directories), directories.snapshots().unwrap().len()), (6, 2));
    }
}
