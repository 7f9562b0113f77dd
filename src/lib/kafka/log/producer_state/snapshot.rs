//! `.snapshot`: the producers as they were before an offset.
//!
//! ```text
//! i16 version, u32 crc of what follows, i32 count, then for each
//! i64 producer id, i16 epoch, i32 last sequence, i64 last offset, i32 offset delta,
//! i64 timestamp, i32 coordinator epoch, i64 first offset of the open transaction
//! ```

use std::collections::BTreeMap;
use std::fmt;

use super::{BatchMemo, Producer};
use crate::base::bytes::{self, Reader, Writer};
use crate::base::crc32c;

const VERSION: i16 = 1;
const CRC_AT: usize = size_of::<i16>();
const COVERED_AT: usize = CRC_AT + size_of::<u32>();
const ENTRY_BYTES: usize = 46;
const NONE: i64 = -1;

/// Why a snapshot is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    Version(i16),
    Checksum,
    Layout(bytes::Error),
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::Version(version) => write!(f, "unknown version {version}"),
            Damage::Checksum => f.write_str("checksum does not match"),
            Damage::Layout(error) => error.fmt(f),
        }
    }
}

impl From<bytes::Error> for Damage {
    fn from(error: bytes::Error) -> Damage {
        Damage::Layout(error)
    }
}

/// The bytes of a snapshot.
pub fn encode(producers: &BTreeMap<i64, Producer>) -> Vec<u8> {
    let mut writer = Writer::with_capacity(COVERED_AT + 4 + producers.len() * ENTRY_BYTES);
    writer.i32(i32::try_from(producers.len()).unwrap_or(i32::MAX));
    for (id, producer) in producers {
        let nothing =
            BatchMemo { last_sequence: -1, last_offset: NONE, offset_delta: 0, timestamp: NONE };
        let last = producer.batches().last().copied().unwrap_or(nothing);
        writer.i64(*id);
        writer.i16(producer.epoch);
        writer.i32(last.last_sequence);
        writer.i64(last.last_offset);
        writer.i32(last.offset_delta);
        writer.i64(producer.last_timestamp);
        writer.i32(producer.coordinator_epoch);
        writer.i64(producer.transaction_start.unwrap_or(NONE));
    }
    let covered = writer.into_bytes();
    let mut bytes = VERSION.to_be_bytes().to_vec();
    bytes.extend_from_slice(&crc32c::checksum(&covered).to_be_bytes());
    bytes.extend_from_slice(&covered);
    bytes
}

/// Reads a snapshot.
pub fn decode(bytes: &[u8]) -> Result<BTreeMap<i64, Producer>, Damage> {
    let mut reader = Reader::new(bytes);
    let version = reader.i16()?;
    if version != VERSION {
        return Err(Damage::Version(version));
    }
    if reader.u32()? != crc32c::checksum(reader.peek()) {
        return Err(Damage::Checksum);
    }
    let count = reader.i32()?;
    let count = reader.checked_length(i64::from(count), ENTRY_BYTES)?;
    let mut producers = BTreeMap::new();
    for _ in 0..count {
        let id = reader.i64()?;
        let mut producer = Producer::new(reader.i16()?);
        let (last_sequence, last_offset) = (reader.i32()?, reader.i64()?);
        let (offset_delta, timestamp) = (reader.i32()?, reader.i64()?);
        if last_offset >= 0 {
            producer.remember(BatchMemo { last_sequence, last_offset, offset_delta, timestamp });
        }
        producer.last_timestamp = timestamp;
        producer.coordinator_epoch = reader.i32()?;
        let start = reader.i64()?;
        producer.transaction_start = (start >= 0).then_some(start);
        producers.insert(id, producer);
    }
    reader.finish()?;
    Ok(producers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_format_is_true() {
        let page = crate::tidy::document("docs/formats/producer-snapshot.md");
        let producers_at = COVERED_AT + size_of::<i32>();
        for line in [
            format!("| 0 | i16 | version: {VERSION} |"),
            format!("| {CRC_AT} | u32 | CRC-32C of all that follows this field |"),
            format!("| {COVERED_AT} | i32 | count of producers |"),
            format!("| {producers_at} | | producers, {ENTRY_BYTES} bytes each |"),
        ] {
            assert!(page.contains(&line), "{line}");
        }
        let two = BTreeMap::from([(1, Producer::new(0)), (2, Producer::new(0))]);
        assert_eq!(encode(&two).len(), producers_at + 2 * ENTRY_BYTES);
    }
}
