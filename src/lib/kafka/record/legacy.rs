//! Message formats 0 and 1: single messages, and wrapper messages that hold a packed set of them.
//!
//! ```text
//! i64 offset, i32 length, u32 crc, i8 magic, i8 attributes, (format 1: i64 timestamp),
//! i32 length key, i32 length value                           (a length of -1 is null)
//! ```
//!
//! Inside a wrapper of format 0 offsets are absolute; inside one of format 1 they count from 0, and
//! the wrapper has the offset of its last message.

use super::batch::{Batch, Header, NO_LEADER_EPOCH, NO_PRODUCER_ID, NO_TIMESTAMP, OVERHEAD};
use super::batch::{TimestampType, batches};
use super::error::{Error, Result};
use super::record::{Headers, Record};
use crate::base::bytes::Reader;

/// The smallest entry of format 0, offset and length included.
pub const V0_BYTES_MIN: usize = OVERHEAD + 14;
/// The smallest entry of format 1, offset and length included.
pub const V1_BYTES_MIN: usize = OVERHEAD + 22;
/// Where the bytes under the checksum begin.
const COVERED_AT: usize = OVERHEAD + size_of::<u32>();
/// Where the attributes lie.
const ATTRIBUTES_AT: usize = COVERED_AT + size_of::<i8>();

/// The attribute of a message that the broker stamped.
pub(super) const APPEND_TIME: i8 = 0x08;

/// Reads the rest of a header whose first 17 bytes are taken.
pub(super) fn header(
    offset: i64,
    length: i32,
    crc: u32,
    magic: i8,
    mut rest: Reader<'_>,
) -> Result<Option<Header>> {
    let needed = if magic == 0 { 1 } else { 9 };
    if rest.left() < needed {
        return Ok(None);
    }
    let attributes = i16::from(rest.i8()?);
    let timestamp = if magic == 0 { NO_TIMESTAMP } else { rest.i64()? };
    Ok(Some(Header {
        base_offset: offset,
        length,
        leader_epoch: NO_LEADER_EPOCH,
        magic,
        crc,
        // The bits of format 2 that old formats do not have are not theirs to set.
        attributes: attributes & if magic == 0 { 0x07 } else { 0x0f },
        last_offset_delta: 0,
        base_timestamp: timestamp,
        max_timestamp: timestamp,
        producer_id: NO_PRODUCER_ID,
        producer_epoch: -1,
        base_sequence: -1,
        count: 1,
    }))
}

/// The checksum an entry should have.
pub(super) fn checksum(entry: &[u8]) -> u32 {
    crc32fast::hash(entry.get(COVERED_AT..).unwrap_or_default())
}

/// Key and value of one entry.
fn key_and_value<'a>(entry: &Batch<'a>) -> Result<(Option<&'a [u8]>, Option<&'a [u8]>)> {
    let timestamp_bytes = if entry.header.magic == 0 { 0 } else { size_of::<i64>() };
    let fields = entry.bytes().get(ATTRIBUTES_AT + 1 + timestamp_bytes..);
    let mut reader = Reader::new(fields.unwrap_or_default());
    let mut field = || match reader.i32()? {
        -1 => Ok(None),
        length => {
            let length = reader.checked_length(i64::from(length), 1)?;
            reader.raw(length).map(Some)
        }
    };
    let (key, value) = (field()?, field()?);
    reader.finish()?;
    Ok((key, value))
}

/// The messages of one entry: itself, or what it wraps.
#[derive(Clone, Debug)]
pub(super) struct Messages<'a> {
    /// Entries still to come.
    rest: &'a [u8],
    /// What to add to the offset of each.
    base: i64,
    /// What a wrapper says of the messages in it.
    wrapper: Option<Header>,
}

impl<'a> Messages<'a> {
    pub(super) fn of<'b: 'a>(entry: &Batch<'b>, scratch: &'a mut Vec<u8>) -> Result<Messages<'a>> {
        let header = entry.header;
        if !header.is_compressed() {
            return Ok(Messages { rest: entry.bytes(), base: 0, wrapper: None });
        }
        let (_, packed) = key_and_value(entry)?;
        let packed = packed.ok_or(Error::Invalid { index: None, what: "empty wrapper message" })?;
        scratch.clear();
        header.codec()?.unpack(header.magic, packed, scratch)?;
        let inside: &'a [u8] = scratch;
        let mut last = None;
        let mut walk = batches(inside);
        for message in walk.by_ref() {
            last = Some(message?.header.base_offset);
        }
        let invalid = |what| Error::Invalid { index: None, what };
        let last = last.ok_or_else(|| invalid("wrapper message without messages"))?;
        if !walk.rest().is_empty() {
            return Err(invalid("wrapper message ends in a cut message"));
        }
        // Some clients leave the wrapper's offset at 0; then its messages start there.
        let base = match (header.magic, header.base_offset) {
            (0, _) | (_, 0) => 0,
            (_, offset) => offset.saturating_sub(last),
        };
        Ok(Messages { rest: inside, base, wrapper: Some(header) })
    }

    pub(super) fn next(&mut self) -> Option<Result<Record<'a>>> {
        let message = match Batch::parse(self.rest) {
            Ok(message) => message?,
            Err(error) => {
                self.rest = &[];
                return Some(Err(error));
            }
        };
        self.rest = self.rest.get(message.bytes().len()..).unwrap_or_default();
        let record = self.record(&message);
        if record.is_err() {
            self.rest = &[];
        }
        Some(record)
    }

    fn record(&self, message: &Batch<'a>) -> Result<Record<'a>> {
        let header = &message.header;
        let mut timestamp = header.max_timestamp;
        if let Some(wrapper) = &self.wrapper {
            let invalid = |what| Error::Invalid { index: None, what };
            if header.magic != wrapper.magic {
                return Err(invalid("message of another format inside a wrapper"));
            }
            if header.is_compressed() {
                return Err(invalid("wrapper message inside a wrapper"));
            }
            message.check_crc()?;
            if wrapper.timestamp_type() == TimestampType::LogAppendTime {
                timestamp = wrapper.max_timestamp;
            }
        }
        let (key, value) = key_and_value(message)?;
        let offset = header.base_offset.saturating_add(self.base);
        Ok(Record { offset, timestamp, key, value, headers: Headers::default() })
    }
}

/// What one message of an old format says beside its record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) magic: i8,
    pub(super) offset: i64,
    pub(super) attributes: i8,
    pub(super) timestamp: i64,
    pub(super) key: Option<&'a [u8]>,
    pub(super) value: Option<&'a [u8]>,
}

/// Appends one message.
pub(super) fn write(entry: &Entry<'_>, into: &mut Vec<u8>) -> Result<()> {
    let start = into.len();
    into.extend_from_slice(&entry.offset.to_be_bytes());
    into.extend_from_slice(&[0; size_of::<i32>() + size_of::<u32>()]);
    into.extend_from_slice(&[entry.magic.cast_unsigned(), entry.attributes.cast_unsigned()]);
    if entry.magic > 0 {
        into.extend_from_slice(&entry.timestamp.to_be_bytes());
    }
    for field in [entry.key, entry.value] {
        let length = match field {
            None => -1,
            Some(bytes) => length_of(bytes.len())?,
        };
        into.extend_from_slice(&length.to_be_bytes());
        into.extend_from_slice(field.unwrap_or_default());
    }
    let length = length_of(into.len() - start - OVERHEAD)?;
    let crc = checksum(into.get(start..).unwrap_or_default());
    if let Some(room) = into.get_mut(start + OVERHEAD - size_of::<i32>()..start + COVERED_AT) {
        let (length_room, crc_room) = room.split_at_mut(size_of::<i32>());
        length_room.copy_from_slice(&length.to_be_bytes());
        crc_room.copy_from_slice(&crc.to_be_bytes());
    }
    Ok(())
}

/// The checksum a record has as a message of its own, where consumers of old formats saw one: of
/// format 0 where it has no kind of timestamp, else of format 1.
pub fn message_checksum(record: &Record<'_>, timestamp_type: Option<TimestampType>) -> Result<u32> {
    let (magic, attributes) = match timestamp_type {
        None => (0, 0),
        Some(TimestampType::CreateTime) => (1, 0),
        Some(TimestampType::LogAppendTime) => (1, APPEND_TIME),
    };
    let Record { offset, timestamp, key, value, .. } = *record;
    let mut message = Vec::new();
    write(&Entry { magic, offset, attributes, timestamp, key, value }, &mut message)?;
    Ok(checksum(&message))
}

fn length_of(length: usize) -> Result<i32> {
    let max = crate::limits::BATCH_BYTES_MAX;
    i32::try_from(length).map_err(|_| Error::TooLarge { size: length, max })
}

#[cfg(test)]
mod tests {
    use super::super::{Codec, Compression};
    use super::*;

    fn entry(magic: i8, offset: i64, value: &[u8]) -> Entry<'_> {
        let timestamp = 100 + offset;
        Entry { magic, offset, attributes: 0, timestamp, key: None, value: Some(value) }
    }

    fn read(bytes: &[u8]) -> Result<Vec<(i64, i64, Vec<u8>)>> {
        let mut records = Vec::new();
        for batch in batches(bytes) {
            let batch = batch?;
            batch.check_crc()?;
            let mut scratch = Vec::new();
            for record in batch.records(&mut scratch)? {
                let record = record?;
                let value = record.value.unwrap_or_default().to_vec();
                records.push((record.offset, record.timestamp, value));
            }
        }
        Ok(records)
    }

    fn wrapped(magic: i8, attributes: i8, offset: i64, inner: &[i64]) -> Vec<u8> {
        let mut set = Vec::new();
        for inner in inner {
            write(&entry(magic, *inner, b"v"), &mut set).unwrap();
        }
        let mut packed = Vec::new();
        let codec = Codec::of(i16::from(attributes & 7)).unwrap();
        Compression::from(codec).pack(magic, &set, &mut packed).unwrap();
        let mut out = Vec::new();
        let value = Some(packed.as_slice());
        let timestamp = 999;
        write(&Entry { magic, offset, attributes, timestamp, key: None, value }, &mut out).unwrap();
        out
    }

    #[test]
    fn single_messages_round_trip() {
        for magic in [0, 1] {
            let mut bytes = Vec::new();
            write(&entry(magic, 41, b"one"), &mut bytes).unwrap();
            let smallest = if magic == 0 { V0_BYTES_MIN } else { V1_BYTES_MIN };
            assert_eq!(bytes.len(), smallest + 3);
            let timestamp = if magic == 0 { -1 } else { 141 };
            assert_eq!(read(&bytes), Ok(vec![(41, timestamp, b"one".to_vec())]));
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            assert_eq!(
                read(&bytes).unwrap_err().to_string(),
                "corrupt batch at offset 41: checksum does not match"
            );
        }
    }

    /// What a console consumer of Kafka 0.10.1 printed of three records.
    #[test]
    fn checksums_are_those_of_kafka() {
        for (key, value, expected) in [
            (&b"k1"[..], Some(&b"v1"[..]), 493_790_025),
            (b"", Some(b"v2"), 893_508_292),
            (b"k3", None, 1_256_295_775),
        ] {
            let timestamp = 1_795_564_219_931;
            let headers = Headers::default();
            let record = Record { offset: 7, timestamp, key: Some(key), value, headers };
            let created = message_checksum(&record, Some(TimestampType::CreateTime));
            assert_eq!(created, Ok(expected));
            assert_ne!(message_checksum(&record, Some(TimestampType::LogAppendTime)), created);
            assert_ne!(message_checksum(&record, None), created);
        }
    }

    #[test]
    fn wrappers_tell_the_offsets_and_times_of_what_they_hold() {
        let v = || b"v".to_vec();
        for (magic, attributes, offset, inner, expected) in [
            (0, 1, 12, [10, 12], [(10, -1), (12, -1)]),
            (1, 2, 12, [0, 2], [(10, 100), (12, 102)]),
            // Left at 0 by the client.
            (1, 3, 0, [0, 1], [(0, 100), (1, 101)]),
            // LogAppendTime of the wrapper wins.
            (1, 3 | 8, 5, [0, 1], [(4, 999), (5, 999)]),
        ] {
            let bytes = wrapped(magic, attributes, offset, &inner);
            let expected = expected.map(|(offset, timestamp)| (offset, timestamp, v())).to_vec();
            assert_eq!(read(&bytes), Ok(expected));
            assert_eq!(batches(&bytes).next().unwrap().unwrap().header.last_offset(), offset);
        }
    }

    #[test]
    fn nested_wrappers_are_refused() {
        let inner = wrapped(1, 1, 0, &[0]);
        let mut packed = Vec::new();
        Compression::from(Codec::Gzip).pack(1, &inner, &mut packed).unwrap();
        let mut outer = Vec::new();
        let value = Some(packed.as_slice());
        write(
            &Entry { magic: 1, offset: 0, attributes: 1, timestamp: 0, key: None, value },
            &mut outer,
        )
        .unwrap();
        let what = "wrapper message inside a wrapper";
        assert_eq!(read(&outer), Err(Error::Invalid { index: None, what }));
    }
}
