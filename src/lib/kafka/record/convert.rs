//! Batches built anew: up from old formats, down to them for old consumers, and from one codec to
//! another. The slow road, and the only one that reads records to write them.

use bytes::Bytes;

use super::batch::{Batch, Header, NO_TIMESTAMP, TimestampType, batches};
use super::builder::Builder;
use super::compression::{Codec, Compression};
use super::error::{Error, Result};
use super::legacy::{self, Entry};
use super::record::Record;
use super::validate::Rules;
use crate::kafka::record::batch::OVERHEAD;

/// Builds one batch of format 2 from the messages of formats 0 and 1 at the front of `bytes`; also
/// says how many bytes they took.
///
/// Without a codec in `rules` it is packed like the last of them that was packed at all.
pub fn up(bytes: &[u8], rules: &Rules, now_ms: i64) -> Result<(usize, Bytes)> {
    let mut codec = Codec::None;
    let mut taken = 0;
    for batch in batches(bytes) {
        let batch = batch?;
        if batch.header.magic == 2 {
            break;
        }
        if batch.header.is_compressed() {
            codec = batch.header.codec()?;
        }
        taken += batch.bytes().len();
    }
    let compression = rules.compression.unwrap_or(Compression::from(codec));
    let mut builder = Builder::with_capacity(compression, taken);
    let mut scratch = Vec::new();
    for batch in batches(bytes.get(..taken).unwrap_or_default()) {
        for record in batch?.records(&mut scratch)? {
            let record = record?;
            let index = builder.count();
            rules.check_record(index, &record, now_ms)?;
            builder.append_record(&record, index);
        }
    }
    Ok((taken, finish(builder, rules.timestamp_type, now_ms)))
}

/// Packs the records of a batch of format 2 with another codec. Producer, flags and offsets stay.
pub fn recompress(
    batch: &Batch<'_>,
    compression: Compression,
    rules: &Rules,
    now_ms: i64,
) -> Result<Bytes> {
    let header = &batch.header;
    let mut scratch = Vec::new();
    let mut builder = Builder::with_capacity(compression, batch.bytes().len());
    builder
        .producer(header.producer_id, header.producer_epoch, header.base_sequence)
        .transactional(header.is_transactional())
        .base_offset(header.base_offset)
        .leader_epoch(header.leader_epoch);
    for record in batch.records(&mut scratch)? {
        let record = record?;
        let index = builder.count();
        if record.offset != header.base_offset.saturating_add(i64::from(index)) {
            let what = "offsets do not go up by one";
            return Err(Error::Invalid { index: Some(index), what });
        }
        rules.check_record(index, &record, now_ms)?;
        builder.append_record(&record, index);
    }
    if builder.count() != header.count {
        return Err(Error::Invalid { index: None, what: "fewer records than the header says" });
    }
    Ok(finish(builder, rules.timestamp_type, now_ms))
}

fn finish(builder: Builder, timestamp_type: TimestampType, now_ms: i64) -> Bytes {
    match timestamp_type {
        TimestampType::CreateTime => builder.finish(),
        TimestampType::LogAppendTime => builder.finish_at(now_ms),
    }
}

/// Rewrites the batches of `bytes` for a consumer that knows formats up to `magic` (0 or 1), from
/// `fetch_offset` on. Headers and control records do not survive; a batch that is cut off at the
/// end is left out. Batches the consumer knows are copied.
pub fn down(bytes: &[u8], magic: i8, fetch_offset: i64) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    for batch in batches(bytes) {
        let batch = batch?;
        if batch.header.magic <= magic {
            out.extend_from_slice(batch.bytes());
        } else if !batch.header.is_control() {
            down_one(&batch, magic, fetch_offset, &mut out)?;
        }
    }
    Ok(out)
}

fn down_one(batch: &Batch<'_>, magic: i8, fetch_offset: i64, out: &mut Vec<u8>) -> Result<()> {
    let codec = batch.header.codec()?;
    if codec == Codec::Zstd {
        return Err(Error::UnsupportedCodec { codec: codec.id() });
    }
    let mut scratch = Vec::new();
    let attributes = attributes(&batch.header, Codec::None, magic)?;
    if codec == Codec::None {
        for record in batch.records(&mut scratch)? {
            let record = record?;
            if record.offset >= fetch_offset {
                legacy::write(&entry(&record, magic, record.offset, attributes), out)?;
            }
        }
        return Ok(());
    }
    let mut set = Vec::new();
    let mut first_and_last = None;
    let mut max_timestamp = NO_TIMESTAMP;
    for record in batch.records(&mut scratch)? {
        let record = record?;
        let (first, _) = first_and_last.unwrap_or((record.offset, 0));
        first_and_last = Some((first, record.offset));
        max_timestamp = max_timestamp.max(record.timestamp);
        let offset = if magic == 0 { record.offset } else { record.offset - first };
        legacy::write(&entry(&record, magic, offset, attributes), &mut set)?;
    }
    let Some((_, last)) = first_and_last else { return Ok(()) };
    let mut packed = Vec::new();
    Compression::from(codec).pack(magic, &set, &mut packed)?;
    let wrapper = Entry {
        magic,
        offset: last,
        attributes: self::attributes(&batch.header, codec, magic)?,
        timestamp: max_timestamp,
        key: None,
        value: Some(&packed),
    };
    legacy::write(&wrapper, out)
}

fn attributes(header: &Header, codec: Codec, magic: i8) -> Result<i8> {
    let time = match header.timestamp_type() {
        TimestampType::LogAppendTime if magic > 0 => i16::from(legacy::APPEND_TIME),
        TimestampType::LogAppendTime | TimestampType::CreateTime => 0,
    };
    i8::try_from(codec.id() | time).map_err(|_| Error::UnsupportedCodec { codec: codec.id() })
}

fn entry<'a>(record: &Record<'a>, magic: i8, offset: i64, attributes: i8) -> Entry<'a> {
    let Record { timestamp, key, value, .. } = *record;
    Entry { magic, offset, attributes, timestamp, key, value }
}

/// Bytes that look like a batch cut off at its end, for an old consumer whose part of an answer
/// came out empty: it drops them, and can tell that there was more than it took.
pub fn cut_batch(bytes: usize) -> Vec<u8> {
    let mut out = (-1i64).to_be_bytes().to_vec();
    let length = i32::try_from(bytes.max(legacy::V1_BYTES_MIN + OVERHEAD)).unwrap_or(i32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.resize(bytes.max(OVERHEAD), 0);
    out
}

#[cfg(test)]
mod tests {
    use super::super::validate::Origin;
    use super::*;

    type Plain = (i64, i64, Option<Vec<u8>>, Vec<u8>);

    fn read(bytes: &[u8]) -> Vec<Plain> {
        let mut out = Vec::new();
        for batch in batches(bytes) {
            let batch = batch.unwrap();
            batch.check_crc().unwrap();
            let mut scratch = Vec::new();
            for record in batch.records(&mut scratch).unwrap() {
                let record = record.unwrap();
                let key = record.key.map(<[u8]>::to_vec);
                out.push((record.offset, record.timestamp, key, record.value.unwrap().to_vec()));
            }
        }
        out
    }

    fn batch_of(codec: Codec) -> Bytes {
        let mut builder = Builder::new(Compression::from(codec));
        builder.base_offset(10);
        for n in 0..4u8 {
            builder.append(100 + i64::from(n), Some(&[n]), Some(b"value"), &[(b"h", None)]);
        }
        builder.finish()
    }

    #[test]
    fn down_and_up_again_keeps_the_records() {
        let rules = Rules::new(Origin::Client { produce_version: 2 }, 1_000_000);
        for codec in [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4] {
            for magic in [0, 1] {
                let new = batch_of(codec);
                let old = down(&new, magic, 0).unwrap();
                let mut expected = read(&new);
                if magic == 0 {
                    expected.iter_mut().for_each(|record| record.1 = NO_TIMESTAMP);
                }
                assert_eq!(read(&old), expected, "{codec} {magic}");
                let (taken, up) = up(&old, &rules, 0).unwrap();
                assert_eq!(taken, old.len());
                expected.iter_mut().for_each(|record| record.0 -= 10);
                assert_eq!(read(&up), expected);
                assert_eq!(Header::parse(&up).unwrap().unwrap().codec(), Ok(codec));
            }
        }
    }

    #[test]
    fn down_starts_at_the_offset_and_drops_what_old_formats_cannot_say() {
        let offsets = |bytes: &[u8]| read(bytes).iter().map(|r| r.0).collect::<Vec<_>>();
        assert_eq!(offsets(&down(&batch_of(Codec::None), 1, 12).unwrap()), [12, 13]);
        assert_eq!(offsets(&down(&batch_of(Codec::Gzip), 1, 12).unwrap()), [10, 11, 12, 13]);
        let zstd = Err(Error::UnsupportedCodec { codec: 4 });
        assert_eq!(down(&batch_of(Codec::Zstd), 1, 0), zstd);
        use super::super::control::{EndTransaction, Marker, marker_batch};
        let end = EndTransaction { marker: Marker::Commit, coordinator_epoch: 1 };
        assert_eq!(down(&marker_batch(1, 1, end, 1), 1, 0), Ok(Vec::new()));
        let mut cut = batch_of(Codec::None).to_vec();
        cut.pop();
        assert_eq!(down(&cut, 1, 0), Ok(Vec::new()));
        assert_eq!(batches(&cut_batch(100)).next().map(|b| b.is_ok()), None);
    }

    #[test]
    fn the_append_time_survives_on_the_way_down() {
        let mut builder = Builder::new(Compression::NONE);
        builder.append(1, None, Some(b"v"), &[]);
        let bytes = builder.finish_at(777);
        let old = down(&bytes, 1, 0).unwrap();
        let header = Header::parse(&old).unwrap().unwrap();
        assert_eq!(header.timestamp_type(), TimestampType::LogAppendTime);
        assert_eq!(header.max_timestamp, 777);
    }
}
