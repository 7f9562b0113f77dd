//! Why a client could not do what it was asked: who was spoken to, what was asked, what happened.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::base::bytes;
use crate::base::error::Chain;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::record;

/// What can go wrong. Cheap to copy, since one broken connection fails many callers.
#[derive(Clone, Debug)]
pub enum Error {
    /// An address that is none.
    Address { text: String },
    /// Settings that cannot work.
    Settings { what: String },
    /// None of the brokers known answers; each with its reason.
    Unreachable { attempts: Vec<(String, Arc<Error>)> },
    /// A connection could not be made.
    Connect { address: String, source: Arc<io::Error> },
    /// A connection broke.
    Broken { address: String, source: Arc<io::Error> },
    /// The broker closed the connection.
    Closed { address: String },
    /// The broker did not answer in time.
    Timeout { address: String, api: ApiKey, after: Duration },
    /// An answer that is none.
    Answer { address: String, api: ApiKey, version: i16, source: bytes::Error },
    /// The broker does not speak an API, or no version of it that we speak.
    Unsupported { address: String, api: ApiKey, offered: Option<(i16, i16)> },
    /// The broker says no.
    Refused { what: String, code: ErrorCode, message: Option<String> },
    /// A broker that is not part of the cluster, as far as is known.
    UnknownBroker { id: i32 },
    /// A broker that is not reached by a listener of this name; `has` are those it told of.
    NoListener { id: i32, listener: String, has: Vec<String> },
    /// A topic that does not appear.
    NoTopic { topic: String, after: Duration },
    /// A partition without a leader.
    NoLeader { topic: String, partition: i32 },
    /// The time for the whole call is over; the last failure is the cause.
    Expired { what: String, last: Option<Arc<Error>> },
    /// Records that cannot be read or written.
    Records { topic: String, partition: i32, source: record::Error },
    /// A record that is larger than a request may be.
    RecordTooLarge { size: usize, max: usize },
    /// No memory for another record.
    Full { after: Duration },
    /// A partition without a committed offset, where nothing says where to begin.
    NoOffset { topic: String, partition: i32 },
    /// The client was closed.
    Stopped,
}

/// What a client's call gives.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An answer's error code, if it is one.
    pub fn refused(what: impl Into<String>, code: ErrorCode, message: Option<String>) -> Error {
        Error::Refused { what: what.into(), code, message }
    }

    /// The code a broker refused with.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Error::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the connection is to blame, so that another broker, or the same later, may do.
    pub fn is_connection(&self) -> bool {
        matches!(
            self,
            Error::Connect { .. }
                | Error::Broken { .. }
                | Error::Closed { .. }
                | Error::Timeout { .. }
                | Error::Unreachable { .. }
        )
    }

    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        match self {
            Error::Refused { code, .. } => code.is_retriable(),
            Error::UnknownBroker { .. } | Error::NoListener { .. } | Error::NoLeader { .. } => true,
            _ => self.is_connection(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Address { text } => write!(f, "'{text}' is no address of the form host:port"),
            Error::Settings { what } => f.write_str(what),
            Error::Unreachable { attempts } => {
                f.write_str("no broker can be reached")?;
                for (index, (address, error)) in attempts.iter().enumerate() {
                    let lead = if index == 0 { ": " } else { "; " };
                    // Each reason names its address already; the innermost words are enough here.
                    write!(f, "{lead}{address}: {}", reason(error))?;
                }
                Ok(())
            }
            Error::Connect { address, .. } => write!(f, "cannot connect to {address}"),
            Error::Broken { address, .. } => write!(f, "lost the connection to {address}"),
            Error::Closed { address } => {
                write!(f, "{address} closed the connection without an answer")
            }
            Error::Timeout { address, api, after } => {
                write!(f, "{address} did not answer {api} within {} ms", after.as_millis())
            }
            Error::Answer { address, api, version, .. } => {
                write!(f, "cannot read the answer of {address} to {api} version {version}")
            }
            Error::Unsupported { address, api, offered: None } => {
                write!(f, "the broker {address} does not support {api}")
            }
            Error::Unsupported { address, api, offered: Some((min, max)) } => {
                let ours = api.versions();
                write!(
                    f,
                    "the broker {address} supports versions {min} to {max} of {api}, needed is one of {} to {}",
                    ours.start(),
                    ours.end()
                )
            }
            Error::Refused { what, code, message } => {
                write!(f, "{what}: {}", message.as_deref().unwrap_or(code.row().meaning))
            }
            Error::UnknownBroker { id } => write!(f, "no broker {id} is known"),
            Error::NoListener { id, listener, has } => write!(
                f,
                "broker {id} has no listener {listener}, only {}: all brokers need the one that inter.broker.listener.name (or control.plane.listener.name) says",
                has.join(", ")
            ),
            Error::NoTopic { topic, after } => {
                write!(f, "topic {topic} not present in metadata after {} ms", after.as_millis())
            }
            Error::NoLeader { topic, partition } => write!(f, "{topic}-{partition} has no leader"),
            Error::Expired { what, .. } => write!(f, "{what} was not done in time"),
            Error::Records { topic, partition, .. } => {
                write!(f, "bad records in {topic}-{partition}")
            }
            Error::RecordTooLarge { size, max } => {
                write!(f, "a record of {size} bytes is larger than max.request.size, {max}")
            }
            Error::Full { after } => {
                write!(f, "no memory for another record within {} ms", after.as_millis())
            }
            Error::NoOffset { topic, partition } => {
                write!(f, "no committed offset of {topic}-{partition}, and no reset policy")
            }
            Error::Stopped => f.write_str("the client was closed"),
        }
    }
}

fn reason(error: &Error) -> String {
    match error {
        Error::Connect { source, .. } | Error::Broken { source, .. } => {
            crate::base::error::io_text(source)
        }
        Error::Closed { .. } => "closed the connection without an answer".to_owned(),
        other => Chain(other).to_string(),
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Connect { source, .. } | Error::Broken { source, .. } => Some(source.as_ref()),
            Error::Answer { source, .. } => Some(source),
            Error::Records { source, .. } => Some(source),
            Error::Expired { last: Some(last), .. } => Some(last.as_ref()),
            _ => None,
        }
    }
}
