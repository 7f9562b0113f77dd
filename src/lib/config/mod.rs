//! Settings: one row a key gives the typed field, the default, the check and the documentation.
//!
//! A row of `config!` reads like a line of a manual: the sentence, the field and its type, the
//! default as text, the key, what values it takes, how much it matters, how it may be changed.
//!
//! ```text
//! /// How large one segment file may get, in bytes.
//! log_segment_bytes: i32 = "1073741824", "log.segment.bytes", at_least(14), High, ClusterWide;
//! ```
//!
//! The default goes through the same parser as the file, so that what a broker describes is what
//! its file would say. Everything else here reads the rows:
//!
//! | file | what it does |
//! |---|---|
//! | `properties` | `.properties` text to pairs and back |
//! | `broker`, `topic`, `client`, `quorum` | the rows, and what follows from several of them together |
//! | `dynamic` | which source of a value wins, and where a value came from |
//! | `describe` | rows to the entries of DescribeConfigs, to Markdown and to manual pages |
//! | `docker` | environment variables to properties, in the dialect of each image |
//!
//! Messages of [`Error`] are Kafka's own, with the file and line behind them.

/// Declares a struct of settings. One row a key; see the manual above.
///
/// `part: Type;` lines before the rows name other such structs that are read from the same
/// properties. A row may close with [`Note`]s.
macro_rules! config {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($part:ident: $part_type:ident;)*
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty = $default:tt, $key:literal, $check:expr, $importance:ident,
                $update:ident $(, $note:expr)*;
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $(
                /// Settings shared with others.
                pub $part: $part_type,
            )*
            $($(#[doc = $doc])+ pub $field: $type,)*
        }

        impl $name {
            /// The rows of this struct alone, in order.
            pub fn own_keys() -> &'static [$crate::config::Key] {
                static KEYS: &[$crate::config::Key] = &[$($crate::config::Key {
                    name: $key,
                    kind: <$type as $crate::config::Setting>::TYPE,
                    default: $crate::config::fallback!($default),
                    check: $check,
                    importance: $crate::config::Importance::$importance,
                    update: $crate::config::Update::$update,
                    notes: &[$($note),*],
                    text: concat!($($doc),+),
                }),*];
                KEYS
            }

            /// All rows: those of the parts, then its own.
            pub fn keys() -> Vec<&'static $crate::config::Key> {
                let mut keys: Vec<&'static $crate::config::Key> = Vec::new();
                $(keys.extend($part_type::keys());)*
                keys.extend(Self::own_keys());
                keys
            }

            /// Reads the typed fields. Every value and default is parsed and checked by its row;
            /// rules between keys are not this function's business.
            pub fn read(
                properties: &$crate::config::Properties,
            ) -> Result<$name, $crate::config::Error> {
                $(let $part = $part_type::read(properties)?;)*
                let mut values = $crate::config::value::read_all(Self::own_keys(), properties)?;
                let values = &mut values;
                Ok($name { $($part,)* $($field: $crate::config::value::next(values),)* })
            }
        }
    };
}

/// The default of a row: a text, `NULL` or `REQUIRED`.
macro_rules! fallback {
    (NULL) => {
        $crate::config::Fallback::Null
    };
    (REQUIRED) => {
        $crate::config::Fallback::Required
    };
    ($text:literal) => {
        $crate::config::Fallback::Text($text)
    };
}

pub(crate) use fallback;

pub mod broker;
mod check;
pub mod client;
pub mod describe;
pub mod docker;
pub mod dynamic;
mod error;
pub mod properties;
pub mod quorum;
mod suggest;
pub mod topic;
mod value;

pub use broker::BrokerConfig;
pub use check::Check;
pub use client::{AdminConfig, ConnectionConfig, ConsumerConfig, ProducerConfig};
pub use error::{Error, Origin};
pub use properties::Properties;
pub use quorum::{QuorumConfig, ZooCfg};
pub use suggest::nearest;
pub use topic::TopicConfig;
pub use value::{ClassName, Password, Setting, Type, Value};

/// One row: a key and all that is known about it.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub kind: Type,
    pub default: Fallback,
    pub check: Check,
    pub importance: Importance,
    pub update: Update,
    pub notes: &'static [Note],
    text: &'static str,
}

/// What a key is worth where nobody sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    Text(&'static str),
    Null,
    Required,
}

/// How much a key matters to most people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Importance {
    High,
    Medium,
    Low,
}

/// How a value may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// Only in the file, before the start.
    ReadOnly,
    /// At run time, for the whole cluster or for one broker.
    ClusterWide,
    /// At run time, for one broker only.
    PerBroker,
    /// At any time, for one topic.
    Topic,
    /// When a client is made.
    Client,
}

/// What else is to be known about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Known, not shown to clients unless it was set.
    Internal,
    /// A key of older releases: read, not shown to clients.
    Old,
    /// Where the row itself is not set, this broker key is asked, in the order of the notes; its
    /// number is worth `unit` of the row's.
    From { key: &'static str, unit: i64 },
}

/// The note that a row follows a broker key of the same unit.
const fn follows(key: &'static str) -> Note {
    Note::From { key, unit: 1 }
}

/// The note that a row in milliseconds follows a broker key in minutes.
const fn follows_minutes(key: &'static str) -> Note {
    Note::From { key, unit: 60 * 1_000 }
}

/// The note that a row in milliseconds follows a broker key in hours.
const fn follows_hours(key: &'static str) -> Note {
    Note::From { key, unit: 60 * 60 * 1_000 }
}

impl Key {
    /// The documentation, one or two sentences.
    pub fn doc(&self) -> &'static str {
        self.text.trim()
    }

    /// The default as text; `None` for null and for keys without one.
    pub fn default_text(&self) -> Option<&'static str> {
        match self.default {
            Fallback::Text(text) => Some(text),
            Fallback::Null | Fallback::Required => None,
        }
    }

    /// Whether the value must never be shown.
    pub fn is_sensitive(&self) -> bool {
        self.kind == Type::Password
    }

    /// Whether clients are not told of the key unless it was set.
    pub fn is_internal(&self) -> bool {
        self.notes.iter().any(|note| matches!(note, Note::Internal | Note::Old))
    }

    /// The broker keys that are asked where this one is not set.
    pub fn inherits(&self) -> impl Iterator<Item = (&'static str, i64)> {
        self.notes.iter().filter_map(|note| match note {
            Note::From { key, unit } => Some((*key, *unit)),
            Note::Internal | Note::Old => None,
        })
    }

    /// Parses and checks one value; the error says what was expected.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        let value = self.kind.parse(text)?;
        self.check.test(self.name, &value)?;
        Ok(value)
    }
}

/// The row of that name.
pub fn find(keys: &[&'static Key], name: &str) -> Option<&'static Key> {
    keys.iter().find(|key| key.name == name).copied()
}

#[cfg(test)]
mod tests;
