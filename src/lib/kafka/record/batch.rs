//! The header of a batch, whatever its format, and the batches of a buffer.
//!
//! All formats share their first twelve bytes (offset, length) and have the magic number at the
//! same place, so that a log may hold them side by side:
//!
//! ```text
//!       0            8        12           16    17
//! v2    base offset  length   leader epoch magic crc  attributes ... 61 records
//! v0/1  offset       length   crc          magic attributes ...
//! ```

use super::compression::Codec;
use super::error::{Error, Result};
use super::legacy;
use super::record::Records;
use crate::base::{bytes::Reader, crc32c};

// Where the fields of a version 2 batch lie, each derived from the one before.
pub const BASE_OFFSET_AT: usize = 0;
pub const LENGTH_AT: usize = BASE_OFFSET_AT + size_of::<i64>();
pub const LEADER_EPOCH_AT: usize = LENGTH_AT + size_of::<i32>();
pub const MAGIC_AT: usize = LEADER_EPOCH_AT + size_of::<i32>();
pub const CRC_AT: usize = MAGIC_AT + size_of::<i8>();
pub const ATTRIBUTES_AT: usize = CRC_AT + size_of::<u32>();
pub const LAST_OFFSET_DELTA_AT: usize = ATTRIBUTES_AT + size_of::<i16>();
pub const BASE_TIMESTAMP_AT: usize = LAST_OFFSET_DELTA_AT + size_of::<i32>();
pub const MAX_TIMESTAMP_AT: usize = BASE_TIMESTAMP_AT + size_of::<i64>();
pub const PRODUCER_ID_AT: usize = MAX_TIMESTAMP_AT + size_of::<i64>();
pub const PRODUCER_EPOCH_AT: usize = PRODUCER_ID_AT + size_of::<i64>();
pub const BASE_SEQUENCE_AT: usize = PRODUCER_EPOCH_AT + size_of::<i16>();
pub const COUNT_AT: usize = BASE_SEQUENCE_AT + size_of::<i32>();
pub const RECORDS_AT: usize = COUNT_AT + size_of::<i32>();

/// What the length field does not count: itself and the offset before it.
pub const OVERHEAD: usize = LEADER_EPOCH_AT;
/// The length of a version 2 header.
pub const HEADER_BYTES: usize = RECORDS_AT;
/// What must be there to see which format it is.
pub const PREFIX_BYTES: usize = CRC_AT;

const CODEC_MASK: i16 = 0x07;
const LOG_APPEND_TIME: i16 = 0x08;
const TRANSACTIONAL: i16 = 0x10;
const CONTROL: i16 = 0x20;
const DELETE_HORIZON: i16 = 0x40;

/// No producer id, epoch or sequence.
pub const NO_PRODUCER_ID: i64 = -1;
/// No timestamp.
pub const NO_TIMESTAMP: i64 = -1;
/// No leader epoch.
pub const NO_LEADER_EPOCH: i32 = -1;

/// Who set the timestamps of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimestampType {
    /// The producer.
    #[default]
    CreateTime,
    /// The leader, when it appended.
    LogAppendTime,
}

/// The flags of a version 2 batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    pub codec: Codec,
    pub timestamp_type: TimestampType,
    pub transactional: bool,
    pub control: bool,
}

impl Attributes {
    /// The bits on disk and wire.
    pub fn bits(self) -> i16 {
        let flag = |on: bool, bit: i16| if on { bit } else { 0 };
        self.codec.id()
            | flag(self.timestamp_type == TimestampType::LogAppendTime, LOG_APPEND_TIME)
            | flag(self.transactional, TRANSACTIONAL)
            | flag(self.control, CONTROL)
    }
}

/// The header of one batch. For formats 0 and 1 it tells what one message tells, and what they
/// lack is "none".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// For formats 0 and 1 the offset of the message; of a wrapper that is its last inner one's.
    pub base_offset: i64,
    /// Bytes after the length field.
    pub length: i32,
    pub leader_epoch: i32,
    pub magic: i8,
    pub crc: u32,
    pub attributes: i16,
    pub last_offset_delta: i32,
    pub base_timestamp: i64,
    pub max_timestamp: i64,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    /// For formats 0 and 1 one, wrapper or not.
    pub count: i32,
}

impl Header {
    /// Reads a header off the front of `bytes`: `None` where they end before it does. A length or
    /// magic that cannot be is an error.
    pub fn parse(bytes: &[u8]) -> Result<Option<Header>> {
        if bytes.len() < PREFIX_BYTES {
            return Ok(None);
        }
        let mut reader = Reader::new(bytes);
        let (offset, length) = (reader.i64()?, reader.i32()?);
        let (epoch_or_crc, magic) = (reader.i32()?, reader.i8()?);
        let corrupt = |what| Error::Corrupt { offset, what };
        let size = usize::try_from(length).map_err(|_| corrupt("negative length"))? + OVERHEAD;
        let size_min = match magic {
            2 => HEADER_BYTES,
            1 => legacy::V1_BYTES_MIN,
            0 => legacy::V0_BYTES_MIN,
            _ => return Err(corrupt("unknown magic")),
        };
        if size < size_min {
            return Err(corrupt("length below the smallest batch"));
        }
        if magic < 2 {
            return legacy::header(offset, length, epoch_or_crc.cast_unsigned(), magic, reader);
        }
        if bytes.len() < HEADER_BYTES {
            return Ok(None);
        }
        Ok(Some(Header {
            base_offset: offset,
            length,
            leader_epoch: epoch_or_crc,
            magic,
            crc: reader.u32()?,
            attributes: reader.i16()?,
            last_offset_delta: reader.i32()?,
            base_timestamp: reader.i64()?,
            max_timestamp: reader.i64()?,
            producer_id: reader.i64()?,
            producer_epoch: reader.i16()?,
            base_sequence: reader.i32()?,
            count: reader.i32()?,
        }))
    }

    /// The header as the first bytes of a version 2 batch.
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let mut out = [0; HEADER_BYTES];
        let mut put = |at: usize, bytes: &[u8]| {
            if let Some(room) = out.get_mut(at..at + bytes.len()) {
                room.copy_from_slice(bytes);
            }
        };
        put(BASE_OFFSET_AT, &self.base_offset.to_be_bytes());
        put(LENGTH_AT, &self.length.to_be_bytes());
        put(LEADER_EPOCH_AT, &self.leader_epoch.to_be_bytes());
        put(MAGIC_AT, &self.magic.to_be_bytes());
        put(CRC_AT, &self.crc.to_be_bytes());
        put(ATTRIBUTES_AT, &self.attributes.to_be_bytes());
        put(LAST_OFFSET_DELTA_AT, &self.last_offset_delta.to_be_bytes());
        put(BASE_TIMESTAMP_AT, &self.base_timestamp.to_be_bytes());
        put(MAX_TIMESTAMP_AT, &self.max_timestamp.to_be_bytes());
        put(PRODUCER_ID_AT, &self.producer_id.to_be_bytes());
        put(PRODUCER_EPOCH_AT, &self.producer_epoch.to_be_bytes());
        put(BASE_SEQUENCE_AT, &self.base_sequence.to_be_bytes());
        put(COUNT_AT, &self.count.to_be_bytes());
        out
    }

    /// The same header with the checksum that belongs to it before `records`; its bytes.
    pub fn sealed(mut self, records: &[u8]) -> [u8; HEADER_BYTES] {
        let covered = self.to_bytes();
        let head = covered.get(ATTRIBUTES_AT..).unwrap_or_default();
        self.crc = crc32c::append(crc32c::checksum(head), records);
        self.to_bytes()
    }

    /// The whole batch's size in bytes.
    pub fn size(&self) -> usize {
        usize::try_from(self.length).unwrap_or(0) + OVERHEAD
    }

    /// The offset of the last record, or where it was before compaction.
    pub fn last_offset(&self) -> i64 {
        self.base_offset.saturating_add(i64::from(self.last_offset_delta))
    }

    /// The sequence number of the last record; it wraps to 0 after 2^31 - 1.
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence < 0 {
            return self.base_sequence;
        }
        add_sequence(self.base_sequence, self.last_offset_delta)
    }

    /// How the records are packed.
    pub fn codec(&self) -> Result<Codec> {
        let id = self.attributes & CODEC_MASK;
        match Codec::of(id) {
            Some(Codec::Zstd) if self.magic < 2 => Err(Error::UnsupportedCodec { codec: id }),
            Some(codec) => Ok(codec),
            None => Err(Error::UnsupportedCodec { codec: id }),
        }
    }

    /// Whether the records are packed at all.
    pub fn is_compressed(&self) -> bool {
        self.attributes & CODEC_MASK != 0
    }

    /// Who set the timestamps.
    pub fn timestamp_type(&self) -> TimestampType {
        match self.attributes & LOG_APPEND_TIME {
            0 => TimestampType::CreateTime,
            _ => TimestampType::LogAppendTime,
        }
    }

    /// Whether the batch belongs to a transaction.
    pub fn is_transactional(&self) -> bool {
        self.attributes & TRANSACTIONAL != 0
    }

    /// Whether the batch is a marker and not data.
    pub fn is_control(&self) -> bool {
        self.attributes & CONTROL != 0
    }

    /// Whether an idempotent or transactional producer made it.
    pub fn has_producer_id(&self) -> bool {
        self.producer_id > NO_PRODUCER_ID
    }

    /// From when on tombstones of this batch may go (KIP-534).
    pub fn delete_horizon(&self) -> Option<i64> {
        (self.attributes & DELETE_HORIZON != 0).then_some(self.base_timestamp)
    }

    /// Makes it a batch whose times the leader set.
    pub fn set_append_time(&mut self, now_ms: i64) {
        self.attributes |= LOG_APPEND_TIME;
        self.max_timestamp = now_ms;
    }
}

/// A sequence number `delta` after `sequence`; it wraps to 0 after 2^31 - 1.
pub fn add_sequence(sequence: i32, delta: i32) -> i32 {
    let sum = i64::from(sequence) + i64::from(delta);
    let wrapped = if sum > i64::from(i32::MAX) { sum - i64::from(i32::MAX) - 1 } else { sum };
    i32::try_from(wrapped).unwrap_or(0)
}

/// One whole batch in a buffer.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    pub header: Header,
    bytes: &'a [u8],
}

impl<'a> Batch<'a> {
    /// The batch at the front of `bytes`: `None` where they end before it does.
    pub fn parse(bytes: &'a [u8]) -> Result<Option<Batch<'a>>> {
        let Some(header) = Header::parse(bytes)? else { return Ok(None) };
        Ok(bytes.get(..header.size()).map(|bytes| Batch { header, bytes }))
    }

    /// All its bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What follows the header of a version 2 batch, packed or not.
    pub fn body(&self) -> &'a [u8] {
        self.bytes.get(HEADER_BYTES..).unwrap_or_default()
    }

    /// Holds the bytes against their checksum.
    pub fn check_crc(&self) -> Result<()> {
        let computed = match self.header.magic {
            2 => crc32c::checksum(self.bytes.get(ATTRIBUTES_AT..).unwrap_or_default()),
            _ => legacy::checksum(self.bytes),
        };
        if computed != self.header.crc {
            let offset = self.header.base_offset;
            return Err(Error::Corrupt { offset, what: "checksum does not match" });
        }
        Ok(())
    }

    /// The offset of the first record. A wrapper of format 1 only says its last one, and is
    /// unpacked to know.
    pub fn first_offset(&self) -> Result<i64> {
        if self.header.magic == 2 || !self.header.is_compressed() {
            return Ok(self.header.base_offset);
        }
        let mut scratch = Vec::new();
        let mut records = self.records(&mut scratch)?;
        match records.next() {
            Some(first) => Ok(first?.offset),
            None => Ok(self.header.base_offset),
        }
    }

    /// The records, unpacked into `scratch` where they are packed.
    pub fn records<'s>(&self, scratch: &'s mut Vec<u8>) -> Result<Records<'s>>
    where
        'a: 's,
    {
        Records::of(self, scratch)
    }
}

/// The batches of `bytes`, one after the other. Ends at the first that is not whole; an error ends
/// it too.
pub fn batches(bytes: &[u8]) -> Batches<'_> {
    Batches { rest: bytes }
}

/// An iterator over the batches of a buffer.
#[derive(Clone, Debug)]
pub struct Batches<'a> {
    rest: &'a [u8],
}

impl<'a> Batches<'a> {
    /// What was not iterated over: a cut batch at the end, or all of it after an error.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = Result<Batch<'a>>;

    fn next(&mut self) -> Option<Result<Batch<'a>>> {
        match Batch::parse(self.rest) {
            Ok(Some(batch)) => {
                self.rest = self.rest.get(batch.bytes.len()..).unwrap_or_default();
                Some(Ok(batch))
            }
            Ok(None) => None,
            Err(error) => {
                self.rest = &[];
                Some(Err(error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::record::{Builder, Compression};

    #[test]
    fn the_layout_is_kafkas() {
        assert_eq!((MAGIC_AT, CRC_AT, ATTRIBUTES_AT, PRODUCER_ID_AT), (16, 17, 21, 43));
        assert_eq!((RECORDS_AT, OVERHEAD), (61, 12));
    }

    #[test]
    fn headers_round_trip_and_tell_their_flags() {
        let header = Header {
            base_offset: 7,
            length: 49,
            leader_epoch: 3,
            magic: 2,
            crc: 0xdead_beef,
            attributes: Attributes {
                codec: Codec::Lz4,
                timestamp_type: TimestampType::LogAppendTime,
                transactional: true,
                control: false,
            }
            .bits(),
            last_offset_delta: 4,
            base_timestamp: 10,
            max_timestamp: 20,
            producer_id: 5,
            producer_epoch: 6,
            base_sequence: i32::MAX - 1,
            count: 5,
        };
        assert_eq!(Header::parse(&header.to_bytes()), Ok(Some(header)));
        assert_eq!(header.codec(), Ok(Codec::Lz4));
        assert!(header.is_transactional() && !header.is_control());
        assert_eq!((header.last_offset(), header.last_sequence()), (11, 2));
        assert_eq!(Header::parse(&header.to_bytes()[..60]), Ok(None));
    }

    #[test]
    fn impossible_headers_are_refused() {
        let good = Header::parse(&Builder::new(Compression::NONE).finish()).unwrap().unwrap();
        for (header, what) in [
            (Header { length: -1, ..good }, "negative length"),
            (Header { length: 48, ..good }, "length below the smallest batch"),
            (Header { magic: 3, ..good }, "unknown magic"),
        ] {
            let error = Header::parse(&header.to_bytes()).unwrap_err();
            assert_eq!(error, Error::Corrupt { offset: 0, what });
        }
    }

    #[test]
    fn batches_are_walked_without_copying_and_a_cut_one_is_left() {
        let mut builder = Builder::new(Compression::NONE);
        builder.append(1, Some(b"k"), Some(b"v"), &[]);
        let one = builder.finish();
        let mut bytes = [one.as_ref(), one.as_ref(), one.as_ref()].concat();
        bytes.truncate(bytes.len() - 1);
        let mut walk = batches(&bytes);
        let sizes: Vec<_> = walk.by_ref().map(|batch| batch.unwrap().bytes().len()).collect();
        assert_eq!(sizes, [one.len(), one.len()]);
        assert_eq!(walk.rest().len(), one.len() - 1);
        assert_eq!(batches(&bytes).next().unwrap().unwrap().check_crc(), Ok(()));
        bytes[68] ^= 1;
        assert!(batches(&bytes).next().unwrap().unwrap().check_crc().is_err());
    }

    #[test]
    fn the_page_of_the_format_is_true() {
        let page = crate::tidy::document("docs/formats/log-segment.md");
        for (at, field) in [
            (BASE_OFFSET_AT, "i64 | base offset"),
            (LENGTH_AT, "i32 | length: what follows this field"),
            (LEADER_EPOCH_AT, "i32 | leader epoch"),
            (MAGIC_AT, "i8 | magic: 2"),
            (CRC_AT, "u32 | CRC-32C of all that follows this field"),
            (ATTRIBUTES_AT, "i16 | attributes"),
            (LAST_OFFSET_DELTA_AT, "i32 | last offset delta"),
            (BASE_TIMESTAMP_AT, "i64 | base timestamp"),
            (MAX_TIMESTAMP_AT, "i64 | max timestamp"),
            (PRODUCER_ID_AT, "i64 | producer id, -1 for none"),
            (PRODUCER_EPOCH_AT, "i16 | producer epoch"),
            (BASE_SEQUENCE_AT, "i32 | base sequence"),
            (COUNT_AT, "i32 | count of records"),
            (RECORDS_AT, "| records, packed together where there is a codec"),
        ] {
            let line = format!("| {at} | {field} |");
            assert!(page.contains(&line), "{line}");
        }
        for (bits, meaning) in [
            (CODEC_MASK, "codec: 0 none"),
            (LOG_APPEND_TIME, "the leader's clock stamped it"),
            (TRANSACTIONAL, "transactional"),
            (CONTROL, "control"),
            (DELETE_HORIZON, "the base timestamp is the delete horizon"),
        ] {
            let line = format!("| `{bits:#04x}` | {meaning}");
            assert!(page.contains(&line), "{line}");
        }
        for codec in [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
            let said = format!("{} {}", codec.id(), format!("{codec:?}").to_lowercase());
            assert!(page.contains(&said), "{said}");
        }
    }
}
