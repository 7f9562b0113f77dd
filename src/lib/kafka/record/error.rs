//! What can be wrong with a batch of records.

use std::fmt;

use super::compression::Codec;
use crate::base::bytes;

/// Why bytes are not the batches they should be. Each variant is one answer on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The bytes are damaged or no batch at all: CORRUPT_MESSAGE.
    Corrupt { offset: i64, what: &'static str },
    /// A record or batch says what it may not say: INVALID_RECORD. `index` is the record's place in
    /// its batch, where one record is to blame.
    Invalid { index: Option<i32>, what: &'static str },
    /// A timestamp outside what the topic allows: INVALID_TIMESTAMP.
    Timestamp { index: Option<i32>, timestamp: i64, what: &'static str },
    /// A batch above `max.message.bytes`: MESSAGE_TOO_LARGE.
    TooLarge { size: usize, max: usize },
    /// A codec this format or version does not have: UNSUPPORTED_COMPRESSION_TYPE.
    UnsupportedCodec { codec: i16 },
    /// Something an old message format cannot say: UNSUPPORTED_FOR_MESSAGE_FORMAT.
    UnsupportedForFormat { magic: i8, what: &'static str },
    /// A compressed body that cannot be unpacked: CORRUPT_MESSAGE.
    Unpack { codec: Codec, what: String },
    /// Records end early or are laid out wrong: INVALID_RECORD.
    Layout { source: bytes::Error },
}

/// What an operation on batches gives.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The record of the batch that is to blame, for answers that list them.
    pub fn record_index(&self) -> Option<i32> {
        match self {
            Error::Invalid { index, .. } | Error::Timestamp { index, .. } => *index,
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Corrupt { offset, what } => {
                write!(f, "corrupt batch at offset {offset}: {what}")
            }
            Error::Invalid { index: Some(index), what } => {
                write!(f, "invalid record {index} of the batch: {what}")
            }
            Error::Invalid { index: None, what } => write!(f, "invalid batch: {what}"),
            Error::Timestamp { timestamp, what, .. } => {
                write!(f, "invalid timestamp {timestamp}: {what}")
            }
            Error::TooLarge { size, max } => {
                write!(f, "batch of {size} bytes is above the limit of {max}")
            }
            Error::UnsupportedCodec { codec } => write!(f, "unsupported compression type {codec}"),
            Error::UnsupportedForFormat { magic, what } => {
                write!(f, "message format {magic} has no {what}")
            }
            Error::Unpack { codec, what } => write!(f, "cannot unpack {codec}: {what}"),
            Error::Layout { .. } => f.write_str("records are laid out wrong"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Layout { source } => Some(source),
            _ => None,
        }
    }
}

impl From<bytes::Error> for Error {
    fn from(source: bytes::Error) -> Error {
        Error::Layout { source }
    }
}
