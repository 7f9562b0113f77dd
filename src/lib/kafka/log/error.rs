//! What can go wrong with a log.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::base::error::io_text;
use crate::kafka::record;
use crate::kafka::types::{ProducerEpoch, ProducerId};

/// Why a log refuses or fails.
#[derive(Debug)]
pub enum Error {
    /// The batches are not what they should be.
    Record(record::Error),
    /// A file could not be reached. The log directory is not to be trusted any more.
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    /// A file that is not what its name promises.
    Corrupt { path: PathBuf, what: String },
    /// All batches of one append together are larger than a segment may be.
    RecordsTooLarge { size: usize, max: usize },
    /// A producer's batch does not follow the one before.
    OutOfOrderSequence { producer: ProducerId, expected: i32, found: i32 },
    /// A producer whose state is not known starts in the middle.
    UnknownProducer { producer: ProducerId },
    /// A newer producer with the same id is at work.
    InvalidProducerEpoch { producer: ProducerId, current: ProducerEpoch, found: ProducerEpoch },
    /// A batch outside its transaction.
    InvalidTransactionState { producer: ProducerId, what: &'static str },
    /// A marker of an older transaction coordinator.
    CoordinatorFenced { producer: ProducerId, current: i32, found: i32 },
    /// A follower's batches do not continue its log.
    OutOfOrderOffset { expected: i64, found: i64 },
    /// An offset outside the log.
    OffsetOutOfRange { offset: i64, start: i64, end: i64 },
}

/// What an operation on a log gives.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Turns an I/O error into one that says what was being done to what.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Io { doing, path, source }
    }

    /// Whether the log directory has failed, rather than the request.
    pub fn is_storage(&self) -> bool {
        matches!(self, Error::Io { .. } | Error::Corrupt { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Record(error) => error.fmt(f),
            Error::Io { doing, path, source } => {
                write!(f, "cannot {doing} {}: {}", path.display(), io_text(source))
            }
            Error::Corrupt { path, what } => write!(f, "{} is corrupt: {what}", path.display()),
            Error::RecordsTooLarge { size, max } => {
                write!(f, "batches of {size} bytes are above the segment size of {max}")
            }
            Error::OutOfOrderSequence { producer, expected, found } => {
                write!(f, "producer {producer} sent sequence {found}, {expected} was expected")
            }
            Error::UnknownProducer { producer } => {
                write!(f, "nothing is known of producer {producer}")
            }
            Error::InvalidProducerEpoch { producer, current, found } => {
                write!(f, "producer {producer} has epoch {found}, the current one is {current}")
            }
            Error::InvalidTransactionState { producer, what } => {
                write!(f, "producer {producer} {what}")
            }
            Error::CoordinatorFenced { producer, current, found } => write!(
                f,
                "a marker for producer {producer} comes from coordinator epoch {found}, the current one is {current}"
            ),
            Error::OutOfOrderOffset { expected, found } => {
                write!(f, "batches start at offset {found}, {expected} was expected")
            }
            Error::OffsetOutOfRange { offset, start, end } => {
                write!(f, "offset {offset} is outside {start}..={end}")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // Its text is this error's own; what follows is its cause.
            Error::Record(error) => error.source(),
            _ => None,
        }
    }
}

impl From<record::Error> for Error {
    fn from(error: record::Error) -> Error {
        Error::Record(error)
    }
}
