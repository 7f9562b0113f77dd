//! Cuts the log: what a server logged and its ensemble never committed goes.
//!
//! Snapshots that hold something of it go first (ZOOKEEPER-1549, 4837): at no moment may a restart
//! bring back what was cut. An older snapshot must be there to begin from, or nothing is touched.

use tracing::info;

use super::directories::Directories;
use super::log_reader;
use super::snapshot::Content;
use super::{Error, Result};
use crate::base::disk::Mode;

/// Takes back everything after `zxid`, durably.
pub fn truncate(directories: &Directories, zxid: i64) -> Result<()> {
    let disk = directories.disk();
    let (later, kept): (Vec<_>, Vec<_>) =
        directories.snapshots()?.into_iter().partition(|snapshot| snapshot.zxid > zxid);
    let folder = directories.snapshot_folder();
    if !kept.iter().any(|snapshot| Content::read(directories, snapshot).is_ok()) {
        return Err(Error::NoValidSnapshot { folder: folder.to_owned() });
    }
    for snapshot in &later {
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
    disk.sync_dir(folder).map_err(Error::io("sync", folder))
}
