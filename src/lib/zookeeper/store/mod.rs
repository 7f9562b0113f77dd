//! Transaction log and snapshots: ZooKeeper's own files, bytes in, bytes out.
//!
//! A data folder has a `version-2` folder with `log.<zxid>` and `snapshot.<zxid>` files, the zxid
//! in hexadecimal: of the first transaction of a log, of the last one a snapshot surely holds. What
//! the bytes of an entry or a snapshot mean is the tree's business; here they are framed, summed,
//! made durable, found again and thrown away.
//!
//! * [`txn_log`] appends: entries are buffered, one write and one sync make a group of them durable.
//! * [`log_reader`] reads forward from a zxid across files, and tells a torn tail from damage.
//! * [`snapshot`] writes and verifies snapshot files, packed ones among them.
//! * [`mod@load`] finds the newest snapshot that is whole and the log entries after it.
//! * [`mod@truncate`] takes back what was logged and is not to be.
//! * [`purge`] deletes what no snapshot that is kept needs.
//! * [`raw_log`] reads one log file, damaged or not, and writes another: for repairs.
//!
//! Invariants: a name is durable before anything depends on it (the folder is synced after a new
//! log file and after a snapshot's rename); a file whose write or sync failed is never written
//! again; nothing is deleted while a newer snapshot is not verified and durable; a hole in the
//! sequence of zxids stops the load instead of losing what lay in it.

mod adler32;
pub mod directories;
pub mod load;
pub mod log_reader;
mod packed;
pub mod purge;
pub mod raw_log;
pub mod snapshot;
pub mod truncate;
pub mod txn_log;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::base::error::io_text;

pub use directories::Directories;
pub use load::{Loaded, load};
pub use log_reader::{Entry, LogReader};
pub use snapshot::{Content, SnapshotWriter};
pub use truncate::truncate;
pub use txn_log::TxnLog;

const LOGGER: &str = "org.apache.zookeeper.server.persistence.FileTxnSnapLog";

/// What a store gives.
pub type Result<T> = std::result::Result<T, Error>;

/// Why files could not be read, written or trusted.
#[derive(Debug)]
pub enum Error {
    /// The system refused.
    Io { action: &'static str, path: PathBuf, source: io::Error },
    /// A file is not what it should be at `offset`.
    Corrupt { path: PathBuf, offset: u64, what: &'static str },
    /// Transactions are missing between what was loaded and the next log entry.
    Gap { path: PathBuf, loaded: i64, found: i64 },
    /// There are snapshots and none of them is whole.
    NoValidSnapshot { folder: PathBuf },
    /// There are logs and no snapshot.
    LogsWithoutSnapshot { folder: PathBuf },
    /// Logs lie among the snapshots, or snapshots among the logs.
    Misplaced { path: PathBuf, what: &'static str },
    /// An earlier write or sync of the log failed.
    Poisoned { path: PathBuf },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { action, path: path.to_owned(), source }
    }

    fn corrupt(path: &Path, offset: u64, what: &'static str) -> Error {
        Error::Corrupt { path: path.to_owned(), offset, what }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io { action, path, source } => {
                write!(f, "cannot {action} {}: {}", path.display(), io_text(source))
            }
            Error::Corrupt { path, offset, what } => {
                write!(f, "{} is corrupt at byte {offset}: {what}", path.display())
            }
            Error::Gap { path, loaded, found } => write!(
                f,
                "transactions are missing: 0x{loaded:x} was the last one loaded and {} goes on \
                 with 0x{found:x}",
                path.display()
            ),
            Error::NoValidSnapshot { folder } => {
                write!(f, "no snapshot in {} is whole", folder.display())
            }
            Error::LogsWithoutSnapshot { folder } => write!(
                f,
                "no snapshot found in {}, but there are log entries; set snapshot.trust.empty=true \
                 to load them from the beginning",
                folder.display()
            ),
            Error::Misplaced { path, what } => write!(
                f,
                "{} {what}; dataDir and dataLogDir were one folder or are swapped",
                path.display()
            ),
            Error::Poisoned { path } => {
                write!(f, "an earlier write to {} failed and it cannot be trusted", path.display())
            }
        }
    }
}

impl std::error::Error for Error {}
