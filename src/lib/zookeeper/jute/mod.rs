//! ZooKeeper's wire: jute records, written by hand.
//!
//! Jute knows five things: `int` and `long` (big-endian), `boolean` (one byte), `buffer` and
//! `ustring` (an `int` length and bytes, -1 for null) and `vector` (an `int` count and elements, -1
//! for null). A record is its fields one after the other; nothing says where it ends, so whoever
//! reads one ignores what stands behind it. That is how fields were added over the years.
//!
//! * [`number`]: `Zxid`, `SessionId`, `ServerId`.
//! * [`OpCode`]: what a request or transaction is.
//! * [`KeeperError`]: what went wrong, and what to do.
//! * [`record`]: what both directions share: `Stat`, `Acl`, headers, the handshake, watch events.
//! * [`request`], [`reply`]: one variant per operation, both directions.
//! * [`txn`]: what is logged and proposed.
//! * [`vote`], [`quorum_packet`]: what servers of an ensemble say to each other.
//!
//! Here a null vector reads as an empty one (the server treats both alike), a null string is an
//! error unless the field is an `Option`, and malformed UTF-8 reads as U+FFFD as Java's decoder
//! does it.

pub mod keeper_error;
pub mod number;
pub mod op_code;
pub mod quorum_packet;
pub mod record;
pub mod reply;
pub mod request;
pub mod txn;
pub mod vote;

#[cfg(test)]
mod tests;

pub use crate::base::bytes::{Error, Result};
pub use keeper_error::KeeperError;
pub use number::{ServerId, SessionId, Zxid};
pub use op_code::OpCode;
pub use quorum_packet::{PacketKind, QuorumPacket};
pub use record::{
    Acl, ClientInfo, ConnectRequest, ConnectResponse, Id, ReplyHeader, RequestHeader, Stat,
    StatPersisted, WatcherEvent,
};
pub use reply::{MultiResult, Reply};
pub use request::Request;
pub use txn::{Transaction, Txn, TxnDigest, TxnHeader};
pub use vote::{Introduction, Notification, ServerState, Vote};

use bytes::Bytes;

use crate::base::bytes::{Part, Reader, Writer};

/// A value of the wire.
pub trait Jute: Sized {
    /// The fewest bytes a value takes: counts are held against what is left by it.
    const BYTES_MIN: usize;
    /// Takes a value.
    fn decode(reader: &mut Reader<'_>) -> Result<Self>;
    /// Puts the value.
    fn encode(&self, writer: &mut Writer);
}

/// Declares a record by its fields, in wire order, and gives it both directions.
macro_rules! records {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }

        impl $crate::zookeeper::jute::Jute for $name {
            const BYTES_MIN: usize =
                0 $(+ <$type as $crate::zookeeper::jute::Jute>::BYTES_MIN)*;

            fn decode(
                reader: &mut $crate::base::bytes::Reader<'_>,
            ) -> $crate::base::bytes::Result<Self> {
                Ok($name {
                    $($field: <$type as $crate::zookeeper::jute::Jute>::decode(reader)?,)*
                })
            }

            fn encode(&self, writer: &mut $crate::base::bytes::Writer) {
                $($crate::zookeeper::jute::Jute::encode(&self.$field, writer);)*
            }
        }
    )*};
}
use records;

macro_rules! jute_numbers {
    ($($type:ty: $method:ident, $width:literal;)*) => {$(
        impl Jute for $type {
            const BYTES_MIN: usize = $width;
            fn decode(reader: &mut Reader<'_>) -> Result<$type> {
                reader.$method()
            }
            fn encode(&self, writer: &mut Writer) {
                writer.$method(*self);
            }
        }
    )*};
}

jute_numbers! {
    bool: bool, 1;
    i32: i32, 4;
    i64: i64, 8;
}

/// Bytes of an attached buffer from which on [`Writer::attach`] shares it.
const SHARE_FROM: usize = 512;

/// The buffer: `None` is null, which is not the same as empty.
impl Jute for Option<Bytes> {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>) -> Result<Option<Bytes>> {
        match length(reader)? {
            Some(length) => Ok(Some(reader.bytes(length)?)),
            None => Ok(None),
        }
    }

    fn encode(&self, writer: &mut Writer) {
        match self {
            Some(bytes) => {
                put_length(writer, bytes.len());
                if bytes.len() < SHARE_FROM {
                    writer.raw(bytes);
                } else {
                    writer.attach(Part::Bytes(bytes.clone()));
                }
            }
            None => writer.i32(-1),
        }
    }
}

impl Jute for Option<String> {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>) -> Result<Option<String>> {
        match length(reader)? {
            Some(length) => Ok(Some(String::from_utf8_lossy(reader.raw(length)?).into_owned())),
            None => Ok(None),
        }
    }

    fn encode(&self, writer: &mut Writer) {
        match self {
            Some(text) => put_text(writer, text),
            None => writer.i32(-1),
        }
    }
}

impl Jute for String {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>) -> Result<String> {
        match Option::<String>::decode(reader)? {
            Some(text) => Ok(text),
            None => Err(reader.invalid("null string", -1)),
        }
    }

    fn encode(&self, writer: &mut Writer) {
        put_text(writer, self);
    }
}

impl<T: Jute> Jute for Vec<T> {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>) -> Result<Vec<T>> {
        let count = reader.i32()?;
        if count == -1 {
            return Ok(Vec::new());
        }
        let count = reader.checked_length(i64::from(count), T::BYTES_MIN)?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(T::decode(reader)?);
        }
        Ok(items)
    }

    fn encode(&self, writer: &mut Writer) {
        put_length(writer, self.len());
        for item in self {
            item.encode(writer);
        }
    }
}

/// Puts a string.
pub fn put_text(writer: &mut Writer, text: &str) {
    put_length(writer, text.len());
    writer.raw(text.as_bytes());
}

/// Puts a length or count. What is built here is far below 2 GiB; a larger one could not be framed.
pub fn put_length(writer: &mut Writer, length: usize) {
    writer.i32(i32::try_from(length).unwrap_or(i32::MAX));
}

/// Takes the length of a buffer or string that must fit into what is left; `None` is null.
fn length(reader: &mut Reader<'_>) -> Result<Option<usize>> {
    match reader.i32()? {
        -1 => Ok(None),
        length => Ok(Some(reader.checked_length(i64::from(length), 1)?)),
    }
}

/// Encodes one value into bytes of its own.
pub fn to_bytes<T: Jute>(value: &T) -> Bytes {
    let mut writer = Writer::new();
    value.encode(&mut writer);
    writer.into_bytes()
}
