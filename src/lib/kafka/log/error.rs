//! What can go wrong with a log.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::kafka::record;

/// Why a log did not do as asked. [`Error::is_storage`] tells the disk's faults from answers.
#[derive(Debug)]
pub enum Error {
    /// The disk failed.
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    /// A file is not what it should be.
    Corrupt { path: PathBuf, what: String },
    /// An earlier write or sync of this log failed; it takes nothing until it is opened again.
    Poisoned { path: PathBuf },
    /// The batches themselves are refused.
    Refused { source: record::Error },
    /// OFFSET_OUT_OF_RANGE.
    OffsetOutOfRange { offset: i64, log_start: i64, log_end: i64 },
    /// RECORD_LIST_TOO_LARGE: more than a segment holds.
    ListTooLarge { size: usize, max: u64 },
    /// OUT_OF_ORDER_SEQUENCE_NUMBER.
    OutOfOrderSequence { producer_id: i64, found: i32, last: i32 },
    /// INVALID_PRODUCER_EPOCH.
    ProducerEpoch { producer_id: i64, found: i16, current: i16 },
    /// TRANSACTION_COORDINATOR_FENCED.
    CoordinatorFenced { producer_id: i64, found: i32, current: i32 },
    /// INVALID_TXN_STATE.
    TransactionState { producer_id: i64, what: &'static str },
    /// What a leader sent does not follow on what is here.
    OutOfOrderOffsets { first: i64, log_end: i64 },
    /// INCONSISTENT_TOPIC_ID.
    TopicId { found: String, wanted: String },
    /// Another process uses the log directory.
    Locked { path: PathBuf, holder: Option<String> },
}

/// What an operation on a log gives.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether the log directory is to blame, which then goes offline (KAFKA_STORAGE_ERROR).
    pub fn is_storage(&self) -> bool {
        match self {
            // A read that was not to wait for the disk: nothing has failed.
            Error::Io { source, .. } => source.kind() != io::ErrorKind::WouldBlock,
            Error::Corrupt { .. } | Error::Poisoned { .. } | Error::Locked { .. } => true,
            _ => false,
        }
    }

    /// Whether it is the disk itself, rather than what one file says: then nothing near is safe.
    pub fn is_of_disk(&self) -> bool {
        matches!(self, Error::Io { .. } | Error::Poisoned { .. })
    }

    /// The file or folder that failed.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Error::Io { path, .. } | Error::Corrupt { path, .. } => Some(path),
            Error::Poisoned { path } | Error::Locked { path, .. } => Some(path),
            _ => None,
        }
    }

    pub(super) fn corrupt(path: &Path, what: impl Into<String>) -> Error {
        Error::Corrupt { path: path.to_owned(), what: what.into() }
    }
}

impl From<record::Error> for Error {
    fn from(source: record::Error) -> Error {
        Error::Refused { source }
    }
}

/// Says what was being done to which file when the disk failed.
pub(super) trait Doing<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| Error::Io { doing, path: path.to_owned(), source })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io { doing, path, .. } => write!(f, "cannot {doing} {}", path.display()),
            Error::Corrupt { path, what } => write!(f, "corrupt file {}: {what}", path.display()),
            Error::Poisoned { path } => {
                write!(f, "the log in {} is closed after an earlier disk failure", path.display())
            }
            Error::Refused { .. } => f.write_str("batch refused"),
            Error::OffsetOutOfRange { offset, log_start, log_end } => {
                write!(f, "offset {offset} is outside of {log_start} to {log_end}")
            }
            Error::ListTooLarge { size, max } => {
                write!(f, "{size} bytes of batches are more than a segment of {max} bytes holds")
            }
            Error::OutOfOrderSequence { producer_id, found, last } => write!(
                f,
                "sequence number {found} of producer {producer_id} does not follow {last}"
            ),
            Error::ProducerEpoch { producer_id, found, current } => {
                write!(f, "epoch {found} of producer {producer_id} is older than {current}")
            }
            Error::CoordinatorFenced { producer_id, found, current } => write!(
                f,
                "marker for producer {producer_id} from coordinator epoch {found}, older than {current}"
            ),
            Error::TransactionState { producer_id, what } => {
                write!(f, "transaction of producer {producer_id}: {what}")
            }
            Error::OutOfOrderOffsets { first, log_end } => {
                write!(f, "batch at offset {first} does not follow the log's end at {log_end}")
            }
            Error::TopicId { found, wanted } => {
                write!(f, "the log belongs to topic id {found}, not {wanted}")
            }
            Error::Locked { path, holder } => write!(
                f,
                "failed to acquire lock on file .lock in {}: {} uses this directory; stop it, or name another folder in 'log.dirs'",
                path.display(),
                holder.as_deref().unwrap_or("another process")
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io { source, .. } => Some(source),
            Error::Refused { source } => Some(source),
            _ => None,
        }
    }
}
