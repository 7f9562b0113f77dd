//! Finds the newest snapshot that is whole, and the log entries that come after it.

use tracing::{info, warn};

use super::directories::Directories;
use super::log_reader::LogReader;
use super::snapshot::Content;
use super::{Error, Result};
use crate::base::error::Chain;

/// How many snapshots are tried, the newest first.
const SNAPSHOTS_TRIED_MAX: usize = 100;
const LOGGER: &str = "org.apache.zookeeper.server.persistence.FileSnap";

/// A state read from a snapshot, and what is to be applied to it.
#[derive(Debug)]
pub struct Loaded<T> {
    pub state: T,
    /// The zxid of the snapshot it was read from; none where there was none.
    pub snapshot_zxid: Option<i64>,
    /// The entries after it: read to the end, then [`LogReader::close`].
    pub log: LogReader,
}

/// Reads the newest snapshot that is whole and that `parse` understands; each attempt parses into
/// a state of its own, so that nothing of a bad file is left behind. An empty folder gives
/// `fresh`; logs without a snapshot are refused unless `trust_empty` (data of 3.4 may be so).
pub fn load<T, E: std::error::Error>(
    directories: &Directories,
    trust_empty: bool,
    mut parse: impl FnMut(&Content) -> std::result::Result<T, E>,
    fresh: impl FnOnce() -> T,
) -> Result<Loaded<T>> {
    let snapshots = directories.snapshots()?;
    for file in snapshots.iter().take(SNAPSHOTS_TRIED_MAX) {
        info!(target: LOGGER, "Reading snapshot {}", file.path.display());
        let state = match Content::read(directories, file) {
            Ok(content) => parse(&content).map_err(|error| Chain(&error).to_string()),
            Err(error @ Error::Io { .. }) if file.packing == Default::default() => {
                // Not a bad snapshot but a disk that does not read: an older one would be a lie.
                return Err(error);
            }
            Err(error) => Err(Chain(&error).to_string()),
        };
        match state {
            Ok(state) => {
                // The files of a crash before the first transaction: zxid -1 has no successor 0.
                let next = file.zxid.saturating_add(1);
                let log = LogReader::open(directories, next, true)?;
                return Ok(Loaded { state, snapshot_zxid: Some(file.zxid), log });
            }
            Err(error) => {
                warn!(
                    target: LOGGER,
                    "Problem reading snapshot {}: {error}", file.path.display()
                );
            }
        }
    }
    if !snapshots.is_empty() {
        return Err(Error::NoValidSnapshot { folder: directories.snapshot_folder().to_owned() });
    }
    if !trust_empty && has_entries(directories)? {
        return Err(Error::LogsWithoutSnapshot {
            folder: directories.snapshot_folder().to_owned(),
        });
    }
    warn!(target: LOGGER, "No snapshot found in {}", directories.snapshot_folder().display());
    let log = LogReader::open(directories, 0, false)?;
    Ok(Loaded { state: fresh(), snapshot_zxid: None, log })
}

/// Whether any log holds a whole entry.
fn has_entries(directories: &Directories) -> Result<bool> {
    Ok(LogReader::open(directories, 0, false)?.next_entry()?.is_some())
}
