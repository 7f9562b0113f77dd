//! What a leader checks of produced batches before it gives them offsets.
//!
//! The fast road looks at the header, holds the bytes against their checksum and walks the records
//! of an unpacked batch; the bytes go on as they came. Packed records are unpacked only where a
//! check needs to see them (compacted topics, bounds on timestamps). What is of an old format, or
//! packed with another codec than the topic's, takes the slow road through [`super::convert`].

use bytes::{Bytes, BytesMut};

use super::batch::{Batch, Header, NO_TIMESTAMP, TimestampType, batches};
use super::compression::{Codec, Compression};
use super::convert;
use super::error::{Error, Result};
use super::record::{Record, check_layout};

/// The first version of Produce that takes exactly one batch, of format 2.
const PRODUCE_ONE_BATCH: i16 = 3;
/// The first version of Produce that may carry zstd.
const PRODUCE_ZSTD: i16 = 7;

/// Who asks for the append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A producer, with its version of Produce.
    Client { produce_version: i16 },
    /// A coordinator of this broker, writing its own topic or a transaction's end.
    Coordinator,
}

/// What the topic allows.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub origin: Origin,
    /// `max.message.bytes`.
    pub batch_bytes_max: usize,
    /// Whether records need keys.
    pub compacted: bool,
    pub timestamp_type: TimestampType,
    /// How far behind the clock a timestamp may be; `i64::MAX` for no bound.
    pub timestamp_before_max_ms: i64,
    /// How far ahead of the clock it may be; `i64::MAX` for no bound.
    pub timestamp_after_max_ms: i64,
    /// What batches are packed with; the producer's choice where there is none.
    pub compression: Option<Compression>,
}

impl Rules {
    /// Kafka's defaults, for `origin`.
    pub fn new(origin: Origin, batch_bytes_max: usize) -> Rules {
        Rules {
            origin,
            batch_bytes_max,
            compacted: false,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: i64::MAX,
            compression: None,
        }
    }

    fn looks_into_records(&self) -> bool {
        self.compacted || self.bounds_timestamps()
    }

    fn bounds_timestamps(&self) -> bool {
        self.timestamp_type == TimestampType::CreateTime
            && (self.timestamp_before_max_ms != i64::MAX || self.timestamp_after_max_ms != i64::MAX)
    }

    /// Refuses a record that the topic does not allow.
    pub(super) fn check_record(&self, index: i32, record: &Record<'_>, now_ms: i64) -> Result<()> {
        if self.compacted && record.key.is_none() {
            let what = "compacted topic cannot accept message without key";
            return Err(Error::Invalid { index: Some(index), what });
        }
        if self.bounds_timestamps() {
            self.check_timestamp(Some(index), record.timestamp, now_ms)?;
        }
        Ok(())
    }

    fn check_timestamp(&self, index: Option<i32>, timestamp: i64, now_ms: i64) -> Result<()> {
        if timestamp == NO_TIMESTAMP {
            return Ok(());
        }
        let refused = |what| Err(Error::Timestamp { index, timestamp, what });
        if now_ms.saturating_sub(timestamp) > self.timestamp_before_max_ms {
            return refused("further behind the clock than the topic allows");
        }
        if timestamp.saturating_sub(now_ms) > self.timestamp_after_max_ms {
            return refused("further ahead of the clock than the topic allows");
        }
        Ok(())
    }
}

/// Batches that may be appended, all of format 2.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The bytes that came, or those that took their place.
    pub batches: Bytes,
    /// Whether they were built anew.
    pub rebuilt: bool,
    /// The time that every batch gets, where the leader sets it.
    pub append_time_ms: Option<i64>,
    pub records: i64,
}

/// Checks `bytes`, whole batches one after the other, against `rules`.
pub fn check(bytes: &Bytes, rules: &Rules, now_ms: i64) -> Result<Checked> {
    let append_time_ms = (rules.timestamp_type == TimestampType::LogAppendTime).then_some(now_ms);
    let mut walk = batches(bytes);
    let (mut count, mut records, mut as_is) = (0, 0, true);
    for batch in walk.by_ref() {
        let batch = batch?;
        check_batch(&batch, rules, now_ms)?;
        records += i64::from(batch.header.count);
        as_is &= goes_as_is(&batch.header, rules);
        count += 1;
        check_number_of_batches(&batch.header, count, rules)?;
    }
    if !walk.rest().is_empty() {
        return Err(Error::Corrupt { offset: 0, what: "batch ends early" });
    }
    if count == 0 {
        return Err(Error::Invalid { index: None, what: "no batch" });
    }
    if as_is {
        return Ok(Checked { batches: bytes.clone(), rebuilt: false, append_time_ms, records });
    }
    rebuild(bytes, rules, now_ms)
}

/// The slow road. The times of rebuilt batches are set here already; the caller sets them again.
fn rebuild(bytes: &Bytes, rules: &Rules, now_ms: i64) -> Result<Checked> {
    let append_time_ms = (rules.timestamp_type == TimestampType::LogAppendTime).then_some(now_ms);
    let mut all = BytesMut::new();
    let (mut records, mut rest) = (0, bytes.as_ref());
    while let Some(batch) = Batch::parse(rest)? {
        let (size, built) = if goes_as_is(&batch.header, rules) {
            records += i64::from(batch.header.count);
            all.extend_from_slice(batch.bytes());
            (batch.bytes().len(), None)
        } else if batch.header.magic == 2 {
            let compression = rules.compression.unwrap_or(Compression::NONE);
            let built = convert::recompress(&batch, compression, rules, now_ms)?;
            (batch.bytes().len(), Some(built))
        } else {
            let (size, built) = convert::up(rest, rules, now_ms)?;
            (size, Some(built))
        };
        if let Some(built) = built {
            check_size(built.len(), rules)?;
            records += Header::parse(&built)?.map_or(0, |header| i64::from(header.count));
            all.extend_from_slice(&built);
        }
        rest = rest.get(size..).unwrap_or_default();
    }
    Ok(Checked { batches: all.freeze(), rebuilt: true, append_time_ms, records })
}

fn goes_as_is(header: &Header, rules: &Rules) -> bool {
    let wanted = rules.compression.map(|compression| compression.codec);
    header.magic == 2
        && (header.is_control() || wanted.is_none_or(|codec| header.codec() == Ok(codec)))
}

fn check_number_of_batches(header: &Header, count: usize, rules: &Rules) -> Result<()> {
    match rules.origin {
        Origin::Client { produce_version } if produce_version >= PRODUCE_ONE_BATCH => {
            if header.magic != 2 {
                let what = "produce requests of this version carry message format 2 only";
                return Err(Error::Invalid { index: None, what });
            }
            if count > 1 {
                let what = "produce requests of this version carry exactly one batch";
                return Err(Error::Invalid { index: None, what });
            }
            Ok(())
        }
        Origin::Client { .. } | Origin::Coordinator => Ok(()),
    }
}

fn check_size(size: usize, rules: &Rules) -> Result<()> {
    let max = rules.batch_bytes_max;
    if size > max {
        return Err(Error::TooLarge { size, max });
    }
    Ok(())
}

fn check_batch(batch: &Batch<'_>, rules: &Rules, now_ms: i64) -> Result<()> {
    let header = &batch.header;
    check_size(batch.bytes().len(), rules)?;
    batch.check_crc()?;
    let codec = header.codec()?;
    if let Origin::Client { produce_version } = rules.origin {
        if codec == Codec::Zstd && produce_version < PRODUCE_ZSTD {
            return Err(Error::UnsupportedCodec { codec: codec.id() });
        }
        if header.timestamp_type() == TimestampType::LogAppendTime {
            return Err(Error::Timestamp {
                index: None,
                timestamp: header.max_timestamp,
                what: "a producer may not set the append time",
            });
        }
    }
    if header.magic < 2 {
        // Its records are checked while they are converted.
        return Ok(());
    }
    check_header(header, rules.origin)?;
    if rules.bounds_timestamps() && !header.is_control() {
        rules.check_timestamp(None, header.max_timestamp, now_ms)?;
    }
    if !goes_as_is(header, rules) {
        return Ok(());
    }
    if rules.looks_into_records() && !header.is_control() {
        return check_records(batch, rules, now_ms);
    }
    match codec {
        Codec::None => check_layout(batch.body(), header.count),
        Codec::Gzip | Codec::Snappy | Codec::Lz4 | Codec::Zstd => Ok(()),
    }
}

/// What a header of format 2 may say.
fn check_header(header: &Header, origin: Origin) -> Result<()> {
    let invalid = |what| Err(Error::Invalid { index: None, what });
    if header.count <= 0 || header.last_offset_delta.checked_add(1) != Some(header.count) {
        return invalid("record count does not match the offsets");
    }
    if header.is_transactional() && !header.has_producer_id() {
        return invalid("transactional batch without a producer id");
    }
    if let Origin::Client { .. } = origin {
        if header.base_offset != 0 {
            return invalid("base offset of a produced batch is not 0");
        }
        if header.is_control() {
            return invalid("a producer may not write control records");
        }
        if header.has_producer_id() && header.base_sequence < 0 {
            return invalid("producer id without a sequence number");
        }
    }
    Ok(())
}

fn check_records(batch: &Batch<'_>, rules: &Rules, now_ms: i64) -> Result<()> {
    let mut scratch = Vec::new();
    for (index, record) in (0..).zip(batch.records(&mut scratch)?) {
        let record = record?;
        if record.offset != batch.header.base_offset + i64::from(index) {
            let what = "offsets do not go up by one";
            return Err(Error::Invalid { index: Some(index), what });
        }
        rules.check_record(index, &record, now_ms)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
