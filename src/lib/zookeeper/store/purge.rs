//! Deletes snapshots and logs that no kept snapshot needs.

use std::path::{Path, PathBuf};

use tracing::info;

use super::directories::Directories;
use super::snapshot::Content;
use super::{Error, Result};

/// Snapshots that are always kept, whatever is asked for: ZooKeeper's own minimum.
pub const SNAPSHOTS_KEPT_MIN: usize = 3;
const LOGGER: &str = "org.apache.zookeeper.server.PurgeTxnLog";

/// A file that was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    pub path: PathBuf,
    /// When it was last written, milliseconds since 1970.
    pub modified_ms: i64,
}

/// Keeps the newest `keep` snapshots that are whole (at least [`SNAPSHOTS_KEPT_MIN`]) and the logs
/// from the one on in which the oldest of them ends; deletes what is older. Returns the files that
/// went. Bad snapshots do not count: their logs may be all there is (ZOOKEEPER-3231).
pub fn purge(directories: &Directories, keep: usize) -> Result<Vec<Removed>> {
    let snapshots = directories.snapshots()?;
    let mut whole = 0;
    let mut oldest = None;
    for file in &snapshots {
        if Content::read(directories, file).is_ok() {
            whole += 1;
            oldest = Some(file.zxid);
        }
        if whole == keep.max(SNAPSHOTS_KEPT_MIN) {
            break;
        }
    }
    let Some(oldest) = oldest.filter(|_| whole >= keep.max(SNAPSHOTS_KEPT_MIN)) else {
        return Ok(Vec::new());
    };
    let logs = directories.logs()?;
    // The snapshot is taken while transactions go on, so the log that begins at or before its zxid
    // holds the ones after it.
    let needed = logs.iter().rev().find(|log| log.zxid <= oldest).map_or(oldest, |log| log.zxid);
    let old_snapshots = snapshots.into_iter().filter(|s| s.zxid < oldest).map(|s| s.path);
    let old_logs = logs.into_iter().filter(|log| log.zxid < needed).map(|log| log.path);
    let mut removed = Vec::new();
    for path in old_logs.chain(old_snapshots) {
        let modified_ms = modified_ms(directories, &path);
        info!(target: LOGGER, "Removing file: {}", path.display());
        directories.disk().remove_file(&path).map_err(Error::io("delete", &path))?;
        removed.push(Removed { path, modified_ms });
    }
    Ok(removed)
}

/// When a file was last written; 0 where nobody knows.
fn modified_ms(directories: &Directories, path: &Path) -> i64 {
    let listed = path.parent().and_then(|folder| directories.disk().list(folder).ok());
    let name = path.file_name().unwrap_or_default();
    let entry = listed.iter().flatten().find(|entry| *entry.name == *name);
    entry.map_or(0, |entry| entry.modified_ms)
}
