//! Deletes snapshots and logs that no kept snapshot needs.

use tracing::info;

use super::directories::Directories;
use super::snapshot::Content;
use super::{Error, Result};

/// Snapshots that are always kept, whatever is asked for: ZooKeeper's own minimum.
pub const SNAPSHOTS_KEPT_MIN: usize = 3;
const LOGGER: &str = "org.apache.zookeeper.server.PurgeTxnLog";

/// Keeps the newest `keep` snapshots that are whole (at least [`SNAPSHOTS_KEPT_MIN`]) and the logs
/// from the one on in which the oldest of them ends; deletes what is older. Returns how many files
/// went. Bad snapshots do not count: their logs may be all there is (ZOOKEEPER-3231).
pub fn purge(directories: &Directories, keep: usize) -> Result<usize> {
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
        return Ok(0);
    };
    let logs = directories.logs()?;
    // The snapshot is taken while transactions go on, so the log that begins at or before its zxid
    // holds the ones after it.
    let needed = logs.iter().rev().find(|log| log.zxid <= oldest).map_or(oldest, |log| log.zxid);
    let old_snapshots = snapshots.into_iter().filter(|s| s.zxid < oldest).map(|s| s.path);
    let old_logs = logs.into_iter().filter(|log| log.zxid < needed).map(|log| log.path);
    let mut deleted = 0;
    for path in old_snapshots.chain(old_logs) {
        info!(target: LOGGER, "Removing file: {}", path.display());
        directories.disk().remove_file(&path).map_err(Error::io("delete", &path))?;
        deleted += 1;
    }
    Ok(deleted)
}
