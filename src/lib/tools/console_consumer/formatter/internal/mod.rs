//! Records of the brokers' own topics: committed offsets, groups, transactions.
//!
//! A key begins with its kind, a value with its version, each an `i16`. A record without a value
//! deletes what its key names.

mod json;
#[cfg(test)]
mod tests;
mod text;

use super::Unprintable;
use crate::base::bytes::Reader;
use crate::kafka::protocol::message::{
    GroupMetadataKey, GroupMetadataValue, OffsetCommitKey, OffsetCommitValue, TransactionLogKey,
    TransactionLogValue,
};
use crate::kafka::protocol::{Decode as _, Message};
use crate::kafka::record::Record;

/// Which records are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    Offsets,
    Groups,
    Transactions,
}

/// How they are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Style {
    /// One object a record, with nothing between them; the fields have Kafka's names.
    Json,
    /// One line a record.
    Text,
}

/// Appends the text of a record; nothing where it is of another kind.
pub(super) fn write(
    kind: Kind,
    style: Style,
    record: &Record<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Unprintable> {
    let key = record.key.map(|bytes| Key::read(kind, bytes)).transpose()?;
    let text = match style {
        Style::Json => json::object(kind, key, record.value)?,
        Style::Text => text::line(kind, key, record.value)?,
    };
    out.extend_from_slice(text.unwrap_or_default().as_bytes());
    Ok(())
}

/// What a key names, and the number it begins with.
struct Key {
    version: i16,
    names: Names,
}

enum Names {
    Offset(OffsetCommitKey),
    Group(GroupMetadataKey),
    Transaction(TransactionLogKey),
    /// A kind of key that Kafka 3.9 does not print either.
    Unknown,
}

impl Key {
    fn read(kind: Kind, bytes: &[u8]) -> Result<Key, Unprintable> {
        let mut reader = Reader::new(bytes);
        let version = reader.i16().map_err(|error| unreadable("key", &error))?;
        let names = match (kind, version) {
            (Kind::Offsets | Kind::Groups, 0 | 1) => {
                OffsetCommitKey::decode(&mut reader, version).map(Names::Offset)
            }
            (Kind::Offsets | Kind::Groups, 2) => {
                GroupMetadataKey::decode(&mut reader, version).map(Names::Group)
            }
            (Kind::Transactions, 0) => {
                TransactionLogKey::decode(&mut reader, version).map(Names::Transaction)
            }
            _ => Ok(Names::Unknown),
        };
        Ok(Key { version, names: names.map_err(|error| unreadable("key", &error))? })
    }

    /// Whether it belongs to the other half of what `__consumer_offsets` holds.
    fn is_foreign_to(&self, kind: Kind) -> bool {
        matches!(
            (kind, &self.names),
            (Kind::Offsets, Names::Group(_)) | (Kind::Groups, Names::Offset(_))
        )
    }
}

/// What a value says, and its version.
struct Value {
    version: i16,
    says: Says,
}

enum Says {
    Offset(OffsetCommitValue),
    Group(GroupMetadataValue),
    Transaction(TransactionLogValue),
    /// A version that nobody has written yet.
    Unknown,
}

impl Value {
    fn read(kind: Kind, bytes: &[u8]) -> Result<Value, Unprintable> {
        let mut reader = Reader::new(bytes);
        let version = reader.i16().map_err(|error| unreadable("value", &error))?;
        let says = match kind {
            Kind::Offsets => known(&mut reader, version, Says::Offset)?,
            Kind::Groups => known(&mut reader, version, Says::Group)?,
            Kind::Transactions => known(&mut reader, version, Says::Transaction)?,
        };
        Ok(Value { version, says })
    }
}

fn known<T: Message>(
    reader: &mut Reader<'_>,
    version: i16,
    says: fn(T) -> Says,
) -> Result<Says, Unprintable> {
    if !T::versions().contains(&version) {
        return Ok(Says::Unknown);
    }
    T::decode(reader, version).map(says).map_err(|error| unreadable("value", &error))
}

fn unreadable(part: &str, error: &crate::base::bytes::Error) -> Unprintable {
    Unprintable(format!("cannot read the {part} of an internal record: {error}"))
}
