//! Builds batches of format 2: each record is written once, straight into the batch.

use bytes::Bytes;

use super::batch::{Attributes, HEADER_BYTES, Header, NO_LEADER_EPOCH, NO_PRODUCER_ID};
use super::batch::{NO_TIMESTAMP, OVERHEAD, TimestampType};
use super::compression::Compression;
use super::record::{Headers, Record};
use crate::base::varint;

/// A batch under construction.
#[derive(Debug)]
pub struct Builder {
    /// Room for the header, then the records as they are.
    buffer: Vec<u8>,
    compression: Compression,
    header: Header,
    attributes: Attributes,
    /// The offset delta of the next record.
    next_delta: i32,
}

impl Builder {
    /// An empty batch whose records will be packed with `compression`.
    pub fn new(compression: Compression) -> Builder {
        Builder::with_capacity(compression, 0)
    }

    /// The same, with room for `bytes` of records.
    pub fn with_capacity(compression: Compression, bytes: usize) -> Builder {
        let mut buffer = Vec::with_capacity(HEADER_BYTES + bytes);
        buffer.resize(HEADER_BYTES, 0);
        let header = Header {
            base_offset: 0,
            length: 0,
            leader_epoch: NO_LEADER_EPOCH,
            magic: 2,
            crc: 0,
            attributes: 0,
            last_offset_delta: 0,
            base_timestamp: NO_TIMESTAMP,
            max_timestamp: NO_TIMESTAMP,
            producer_id: NO_PRODUCER_ID,
            producer_epoch: -1,
            base_sequence: -1,
            count: 0,
        };
        let attributes = Attributes { codec: compression.codec, ..Attributes::default() };
        Builder { buffer, compression, header, attributes, next_delta: 0 }
    }

    /// Marks it as made by an idempotent producer.
    pub fn producer(&mut self, id: i64, epoch: i16, base_sequence: i32) -> &mut Builder {
        self.header.producer_id = id;
        self.header.producer_epoch = epoch;
        self.header.base_sequence = base_sequence;
        self
    }

    /// Marks it as part of a transaction.
    pub fn transactional(&mut self, transactional: bool) -> &mut Builder {
        self.attributes.transactional = transactional;
        self
    }

    /// Marks it as control records.
    pub fn control(&mut self) -> &mut Builder {
        self.attributes.control = true;
        self
    }

    /// Sets the offset of the first record.
    pub fn base_offset(&mut self, offset: i64) -> &mut Builder {
        self.header.base_offset = offset;
        self
    }

    /// Sets the leader's epoch.
    pub fn leader_epoch(&mut self, epoch: i32) -> &mut Builder {
        self.header.leader_epoch = epoch;
        self
    }

    /// Appends a record; says its offset delta.
    pub fn append(
        &mut self,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&[u8], Option<&[u8]>)],
    ) -> i32 {
        let field = |bytes: usize| varint::len_32(varint::zigzag_32(length_of(bytes))) + bytes;
        let nullable = |value: Option<&[u8]>| value.map_or(1, |value| field(value.len()));
        let headers_bytes: usize =
            headers.iter().map(|(key, value)| field(key.len()) + nullable(*value)).sum();
        let count = length_of(headers.len());
        let delta = self.start(timestamp, key, value, count, headers_bytes);
        for (key, value) in headers {
            self.field(Some(key));
            self.field(*value);
        }
        delta
    }

    /// Appends a record of another batch `offset_delta` after this one's first offset.
    pub fn append_record(&mut self, record: &Record<'_>, offset_delta: i32) {
        self.next_delta = offset_delta;
        let Headers { count, bytes } = record.headers;
        self.start(record.timestamp, record.key, record.value, count, bytes.len());
        self.buffer.extend_from_slice(bytes);
    }

    /// Writes a record up to its headers.
    #[inline]
    fn start(
        &mut self,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: i32,
        headers_bytes: usize,
    ) -> i32 {
        let delta = self.next_delta;
        if self.header.count == 0 {
            self.header.base_timestamp = timestamp;
            self.header.max_timestamp = timestamp;
        }
        self.header.max_timestamp = self.header.max_timestamp.max(timestamp);
        let timestamp_delta = timestamp.wrapping_sub(self.header.base_timestamp);
        let of = |number: i32| varint::len_32(varint::zigzag_32(number));
        let nullable = |bytes: Option<&[u8]>| {
            bytes.map_or(1, |bytes| of(length_of(bytes.len())) + bytes.len())
        };
        let length = 1
            + varint::len_64(varint::zigzag_64(timestamp_delta))
            + of(delta)
            + nullable(key)
            + nullable(value)
            + of(headers)
            + headers_bytes;
        self.buffer.reserve(length + varint::BYTES_MAX_32);
        // Up to key and value all fields are short: they are put together first and copied once.
        let mut head = Head::default();
        head.number(i64::from(length_of(length)));
        head.number(0);
        head.number(timestamp_delta);
        head.number(i64::from(delta));
        head.length(key);
        if let Some(key) = key {
            self.buffer.extend_from_slice(head.bytes());
            self.buffer.extend_from_slice(key);
            head = Head::default();
        }
        head.length(value);
        self.buffer.extend_from_slice(head.bytes());
        self.buffer.extend_from_slice(value.unwrap_or_default());
        if headers == 0 {
            self.buffer.push(0);
        } else {
            let mut head = Head::default();
            head.number(i64::from(headers));
            self.buffer.extend_from_slice(head.bytes());
        }
        self.header.count += 1;
        self.header.last_offset_delta = delta;
        self.next_delta = delta.saturating_add(1);
        delta
    }

    fn field(&mut self, bytes: Option<&[u8]>) {
        let mut head = Head::default();
        head.length(bytes);
        self.buffer.extend_from_slice(head.bytes());
        self.buffer.extend_from_slice(bytes.unwrap_or_default());
    }

    /// How many records are in it.
    pub fn count(&self) -> i32 {
        self.header.count
    }

    /// Whether it has no records.
    pub fn is_empty(&self) -> bool {
        self.header.count == 0
    }

    /// Its size so far in bytes, unpacked, header included.
    pub fn size(&self) -> usize {
        self.buffer.len()
    }

    /// At most what a record of these lengths will add, for those who must not go over a size.
    pub fn record_size_max(
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers_bytes: usize,
    ) -> usize {
        const FIELDS: usize = 1 + varint::BYTES_MAX_64 + 5 * varint::BYTES_MAX_32;
        FIELDS + key.map_or(0, <[u8]>::len) + value.map_or(0, <[u8]>::len) + headers_bytes
    }

    /// The batch, its times those of the records.
    pub fn finish(self) -> Bytes {
        self.seal()
    }

    /// The batch, its time `now_ms` for every record.
    pub fn finish_at(mut self, now_ms: i64) -> Bytes {
        self.attributes.timestamp_type = TimestampType::LogAppendTime;
        self.header.max_timestamp = now_ms;
        self.seal()
    }

    fn seal(mut self) -> Bytes {
        if !self.attributes.codec.eq(&Compression::NONE.codec) {
            let records = self.buffer.get(HEADER_BYTES..).unwrap_or_default();
            let mut packed = Vec::with_capacity(HEADER_BYTES + records.len() / 2);
            packed.resize(HEADER_BYTES, 0);
            // A codec that fails leaves the records as they are: unpacked is never wrong.
            match self.compression.pack(2, records, &mut packed) {
                Ok(()) => self.buffer = packed,
                Err(_) => self.attributes.codec = Compression::NONE.codec,
            }
        }
        self.header.attributes = self.attributes.bits();
        self.header.length = length_of(self.buffer.len() - OVERHEAD);
        let Some((room, records)) = self.buffer.split_first_chunk_mut::<HEADER_BYTES>() else {
            return Bytes::new();
        };
        *room = self.header.sealed(records);
        Bytes::from(self.buffer)
    }
}

/// A few zig-zag numbers, one after the other.
struct Head {
    bytes: [u8; Head::BYTES_MAX],
    used: usize,
}

impl Default for Head {
    #[inline]
    fn default() -> Head {
        Head { bytes: [0; Head::BYTES_MAX], used: 0 }
    }
}

impl Head {
    /// Six numbers of a record's start, the timestamp among them 64 bits wide.
    const BYTES_MAX: usize = 5 * varint::BYTES_MAX_32 + varint::BYTES_MAX_64;

    #[inline]
    fn length(&mut self, of: Option<&[u8]>) {
        self.number(of.map_or(-1, |bytes| i64::from(length_of(bytes.len()))));
    }

    #[inline]
    fn number(&mut self, value: i64) {
        let mut value = varint::zigzag_64(value);
        while value >= 0x80 {
            self.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.push(value.to_le_bytes()[0]);
    }

    #[inline]
    fn push(&mut self, byte: u8) {
        if let Some(room) = self.bytes.get_mut(self.used) {
            *room = byte;
            self.used += 1;
        }
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.used).unwrap_or_default()
    }
}

/// A length as the format has it. Callers keep batches far below 2 GiB; `limits` says so.
fn length_of(bytes: usize) -> i32 {
    debug_assert!(bytes <= crate::limits::BATCH_BYTES_MAX);
    i32::try_from(bytes).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::batches;
    use super::*;

    #[test]
    fn the_bytes_are_those_of_kafkas_own_producer() {
        let theirs = include_bytes!("vectors/v2-none.log");
        for batch in batches(theirs) {
            let batch = batch.unwrap();
            let header = batch.header;
            let mut scratch = Vec::new();
            let mut builder = Builder::new(Compression::NONE);
            builder
                .producer(header.producer_id, header.producer_epoch, header.base_sequence)
                .base_offset(header.base_offset)
                .leader_epoch(header.leader_epoch);
            for record in batch.records(&mut scratch).unwrap() {
                let record = record.unwrap();
                let headers: Vec<_> = record.headers.iter().collect();
                builder.append(record.timestamp, record.key, record.value, &headers);
            }
            assert_eq!(builder.finish(), batch.bytes());
        }
    }

    #[test]
    fn no_record_is_larger_than_said_before() {
        for (key, value) in
            [(None, None), (Some([1; 200].as_slice()), Some([2; 70_000].as_slice()))]
        {
            let mut builder = Builder::new(Compression::NONE);
            builder.append(0, None, None, &[]);
            let before = builder.size();
            builder.append(i64::MAX, key, value, &[]);
            assert!(builder.size() - before <= Builder::record_size_max(key, value, 0));
        }
    }
}
