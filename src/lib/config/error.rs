//! What can be wrong with settings. The words are Kafka's; file and line stand behind them.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Where a value came from, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub file: Option<PathBuf>,
    /// Counted from one; `None` for a value given on the command line.
    pub line: Option<usize>,
}

/// What is wrong.
#[derive(Debug)]
pub enum Error {
    /// A value its row does not take.
    Invalid { key: String, value: String, expected: String, origin: Origin },
    /// A key that must be set.
    Missing { key: String, origin: Origin },
    /// A key that is not known where only known ones are taken.
    Unknown { message: String },
    /// Values that do not go together.
    Conflict { message: String, origin: Origin },
    /// Text that is not in the form of properties.
    Syntax { message: String, origin: Origin },
    /// A file that cannot be read.
    Read { path: PathBuf, source: io::Error },
}

impl Error {
    /// A key whose value cannot be taken, for reasons beyond its row.
    pub(super) fn invalid(
        key: &str,
        value: impl fmt::Display,
        expected: impl Into<String>,
    ) -> Error {
        Error::Invalid {
            key: key.to_owned(),
            value: value.to_string(),
            expected: expected.into(),
            origin: Origin::default(),
        }
    }

    /// Values that do not go together.
    pub(super) fn conflict(message: impl Into<String>) -> Error {
        Error::Conflict { message: message.into(), origin: Origin::default() }
    }

    /// The same error, said to come from `found` where it did not say yet.
    pub(super) fn with_origin(mut self, found: Origin) -> Error {
        match &mut self {
            Error::Invalid { origin, .. }
            | Error::Missing { origin, .. }
            | Error::Conflict { origin, .. }
            | Error::Syntax { origin, .. }
                if *origin == Origin::default() =>
            {
                *origin = found;
            }
            _ => {}
        }
        self
    }

    /// The key it is about, where it is about one.
    pub fn key(&self) -> Option<&str> {
        match self {
            Error::Invalid { key, .. } | Error::Missing { key, .. } => Some(key),
            _ => None,
        }
    }

    /// Kafka's words alone, for answers on the wire: where the value came from is nobody's
    /// business there.
    pub fn message(&self) -> String {
        match self {
            Error::Invalid { key, value, expected, .. } => {
                format!("Invalid value {value} for configuration {key}: {expected}")
            }
            Error::Missing { key, .. } => {
                format!("Missing required configuration \"{key}\" which has no default value.")
            }
            Error::Unknown { message }
            | Error::Conflict { message, .. }
            | Error::Syntax { message, .. } => message.clone(),
            Error::Read { path, .. } => format!("cannot read {}", path.display()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, " ({}, line {line})", file.display()),
            (Some(file), None) => write!(f, " ({})", file.display()),
            (None, Some(line)) => write!(f, " (line {line})"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        match self {
            Error::Invalid { origin, .. }
            | Error::Missing { origin, .. }
            | Error::Conflict { origin, .. }
            | Error::Syntax { origin, .. } => origin.fmt(f),
            Error::Unknown { .. } | Error::Read { .. } => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Read { source, .. } => Some(source),
            _ => None,
        }
    }
}
