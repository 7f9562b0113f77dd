//! Kafka's wire: messages generated from our schema texts.
//!
//! A request is a frame: a header (see [`header`]) that names the API, its version and a
//! correlation id, then a body that [`message`] defines. The answer carries the same correlation
//! id and a body of the same version. A message means the same at all versions; a field that a
//! version lacks keeps its default when it is read and is left out when it is written.
//!
//! * `schema/NN_name.txt`: our definitions, one file per API, with names, types, versions, tags and
//!   defaults. `cargo xtask gen` turns them into `message/name.rs`, which is checked in.
//! * [`api`]: which APIs and versions we offer, and to whom.
//! * [`error_code`]: what answers say went wrong, what it usually means, what to do.
//! * [`primitive`]: strings, arrays, uuids in their two forms. Versions from [`Message::FLEXIBLE`]
//!   on write lengths as `uvarint(length + 1)`, where 0 is null; older ones write an `i16` (strings)
//!   or `i32` (all else), where -1 is null.
//! * [`tagged`]: fields that may be there or not, at the end of every flexible structure (KIP-482).
//!
//! Both directions always: broker, client and tests use the same types. Nothing here panics or
//! allocates by a length that was not held against the bytes that are left.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![deny(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_possible_wrap)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]
#![cfg_attr(test, allow(clippy::panic, clippy::cast_possible_truncation))]
#![cfg_attr(test, allow(clippy::cast_sign_loss, clippy::cast_possible_wrap))]

pub mod api;
pub mod error_code;
pub mod header;
// One line a field a direction reads better than what rustfmt makes of it.
#[rustfmt::skip]
#[allow(clippy::field_reassign_with_default, clippy::manual_range_contains)]
pub mod message;
pub mod primitive;
pub mod tagged;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::base::bytes::{Part, Reader, Result, Writer};
use api::ApiKey;

/// What can be read off the wire.
pub trait Decode: Sized {
    /// The fewest bytes a value takes at any version, by which counts are checked.
    const BYTES_MIN: usize;

    /// Takes one value.
    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self>;
}

/// What can be written to the wire.
pub trait Encode {
    /// Puts the value. Fields that `version` lacks are left out.
    fn encode(&self, writer: &mut Writer, version: i16);
}

/// A request, a response, or a structure kept in an internal topic.
pub trait Message: Decode + Encode {
    /// The first version we know.
    const MIN: i16;
    /// The last version we know.
    const MAX: i16;
    /// The first version with compact lengths and tagged fields.
    const FLEXIBLE: Option<i16>;

    /// All versions we know.
    fn versions() -> RangeInclusive<i16> {
        Self::MIN..=Self::MAX
    }

    /// Reads a whole message: bytes that are left over are an error.
    fn decode_all(bytes: &Bytes, version: i16) -> Result<Self> {
        let mut reader = Reader::shared(bytes);
        let message = Self::decode(&mut reader, version)?;
        reader.finish()?;
        Ok(message)
    }

    /// The message as bytes of its own.
    fn to_bytes(&self, version: i16) -> Bytes {
        let mut writer = Writer::new();
        self.encode(&mut writer, version);
        writer.into_bytes()
    }
}

/// The request half of an API.
pub trait Request: Message {
    const KEY: ApiKey;
    type Response: Message;
}

/// Record batches in a response: bytes, or slices of log files that are sent without being read.
#[derive(Clone, Debug, Default)]
pub struct Records {
    parts: Vec<Part>,
}

impl Records {
    /// No batches.
    pub fn new() -> Records {
        Records::default()
    }

    /// Adds batches at the end.
    pub fn push(&mut self, part: Part) {
        if !part.is_empty() {
            self.parts.push(part);
        }
    }

    /// Adds batches at the end, where there are some.
    pub fn extend(&mut self, part: Option<Part>) {
        if let Some(part) = part {
            self.push(part);
        }
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.parts.iter().map(Part::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The stretches, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The batches as one buffer, where they are one: how they come off the wire. Batches in
    /// several pieces or in files are read and copied together.
    pub fn into_bytes(mut self) -> Bytes {
        match self.parts.as_slice() {
            [] => Bytes::new(),
            [Part::Bytes(_)] => match self.parts.pop() {
                Some(Part::Bytes(bytes)) => bytes,
                _ => Bytes::new(),
            },
            _ => {
                let mut writer = Writer::with_capacity(self.len());
                self.parts.into_iter().for_each(|part| writer.attach(part));
                writer.into_bytes()
            }
        }
    }
}

impl From<Bytes> for Records {
    fn from(bytes: Bytes) -> Records {
        let mut records = Records::new();
        records.push(Part::Bytes(bytes));
        records
    }
}

/// Equal where both lie in memory and hold the same bytes; files are not read to compare them.
impl PartialEq for Records {
    fn eq(&self, other: &Records) -> bool {
        let in_memory = |part: &Part| matches!(part, Part::Bytes(_));
        self.parts.iter().chain(&other.parts).all(in_memory)
            && self.len() == other.len()
            && self.clone().into_bytes() == other.clone().into_bytes()
    }
}
