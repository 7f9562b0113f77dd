//! The records of a batch, read in place.
//!
//! ```text
//! record   varint length, i8 attributes, varlong timestamp delta, varint offset delta,
//!          varint length key, varint length value, varint count headers
//! header   varint length key, varint length value          (a length of -1 is null)
//! ```

use super::batch::{Batch, TimestampType};
use super::error::{Error, Result};
use super::legacy::Messages;
use crate::base::bytes::Reader;
use crate::limits::RECORD_HEADERS_MAX;

/// One record, of whichever format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    pub offset: i64,
    pub timestamp: i64,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: Headers<'a>,
}

/// The headers of a record, as they lie in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    pub(super) count: i32,
    pub(super) bytes: &'a [u8],
}

impl<'a> Headers<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        usize::try_from(self.count).unwrap_or(0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Key and value of each. The layout was checked when the record was read.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)> + use<'a> {
        let mut reader = Reader::new(self.bytes);
        std::iter::from_fn(move || {
            let key = nullable(&mut reader).ok()??;
            Some((key, nullable(&mut reader).ok()?))
        })
    }
}

/// An iterator over the records of one batch.
#[derive(Clone, Debug)]
pub struct Records<'a>(Inner<'a>);

#[derive(Clone, Debug)]
enum Inner<'a> {
    Current(Current<'a>),
    Legacy(Messages<'a>),
}

#[derive(Clone, Debug)]
struct Current<'a> {
    rest: Reader<'a>,
    /// Records still to come, by the header's count.
    left: i32,
    index: i32,
    base_offset: i64,
    base_timestamp: i64,
    append_time: Option<i64>,
}

impl<'a> Records<'a> {
    pub(super) fn of<'b: 'a>(batch: &Batch<'b>, scratch: &'a mut Vec<u8>) -> Result<Records<'a>> {
        let header = &batch.header;
        if header.magic < 2 {
            return Messages::of(batch, scratch).map(|messages| Records(Inner::Legacy(messages)));
        }
        let body: &'a [u8] = match header.is_compressed() {
            false => batch.body(),
            true => {
                scratch.clear();
                header.codec()?.unpack(header.magic, batch.body(), scratch)?;
                scratch
            }
        };
        if header.count < 0 {
            return Err(Error::Invalid { index: None, what: "negative record count" });
        }
        let append_time = match header.timestamp_type() {
            TimestampType::CreateTime => None,
            TimestampType::LogAppendTime => Some(header.max_timestamp),
        };
        Ok(Records(Inner::Current(Current {
            rest: Reader::new(body),
            left: header.count,
            index: 0,
            base_offset: header.base_offset,
            base_timestamp: header.base_timestamp,
            append_time,
        })))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Result<Record<'a>>> {
        match &mut self.0 {
            Inner::Current(current) => current.next(),
            Inner::Legacy(messages) => messages.next(),
        }
    }
}

impl<'a> Current<'a> {
    fn next(&mut self) -> Option<Result<Record<'a>>> {
        if self.left == 0 {
            // Leftover bytes are records the header does not admit to.
            let left_over = !self.rest.is_empty();
            self.rest = Reader::new(&[]);
            let what = "bytes left over after the last record";
            return left_over.then_some(Err(Error::Invalid { index: None, what }));
        }
        let record = self.read();
        match record {
            Ok(_) => {
                self.left -= 1;
                self.index += 1;
            }
            Err(_) => {
                self.left = 0;
                self.rest = Reader::new(&[]);
            }
        }
        Some(record)
    }

    fn read(&mut self) -> Result<Record<'a>> {
        let length = self.rest.varint()?;
        let length = self.rest.checked_length(i64::from(length), 1)?;
        let mut body = self.rest.sub(length)?;
        let _attributes = body.i8()?;
        let timestamp_delta = body.varlong()?;
        let offset_delta = body.varint()?;
        let key = nullable(&mut body)?;
        let value = nullable(&mut body)?;
        let count = body.varint()?;
        let headers = Headers { count, bytes: body.peek() };
        if count != 0 {
            check_headers(count, &mut body)?;
        }
        if !body.is_empty() {
            let what = "record longer than its fields";
            return Err(Error::Invalid { index: Some(self.index), what });
        }
        Ok(Record {
            offset: self.base_offset.saturating_add(i64::from(offset_delta)),
            timestamp: match self.append_time {
                Some(time) => time,
                None => self.base_timestamp.wrapping_add(timestamp_delta),
            },
            key,
            value,
            headers,
        })
    }
}

/// Walks headers to see that they are what they say.
fn check_headers(count: i32, body: &mut Reader<'_>) -> Result<()> {
    // A header takes two bytes at least.
    let count = body.checked_length(i64::from(count), 2)?;
    if count > RECORD_HEADERS_MAX {
        return Err(Error::Invalid { index: None, what: "too many headers" });
    }
    for _ in 0..count {
        if nullable(body)?.is_none() {
            return Err(Error::Invalid { index: None, what: "header without a key" });
        }
        nullable(body)?;
    }
    Ok(())
}

#[inline]
fn nullable<'a>(reader: &mut Reader<'a>) -> Result<Option<&'a [u8]>> {
    match reader.varint()? {
        -1 => Ok(None),
        length => {
            let length = reader.checked_length(i64::from(length), 1)?;
            Ok(Some(reader.raw(length)?))
        }
    }
}

/// Walks the records of an unpacked body without reading them: the count and that offsets go up by
/// one are all it looks at. Several times faster than reading.
pub(crate) fn check_layout(body: &[u8], count: i32) -> Result<()> {
    let mut rest = Reader::new(body);
    for index in 0..count {
        let length = rest.varint()?;
        let length = rest.checked_length(i64::from(length), 1)?;
        let mut record = rest.sub(length)?;
        let _attributes = record.i8()?;
        let _timestamp_delta = record.varlong()?;
        if record.varint()? != index {
            let what = "offsets do not go up by one";
            return Err(Error::Invalid { index: Some(index), what });
        }
    }
    if rest.is_empty() {
        return Ok(());
    }
    Err(Error::Invalid { index: None, what: "bytes left over after the last record" })
}

#[cfg(test)]
mod tests {
    use super::super::{Builder, Codec, Compression, Header, batches};
    use super::*;
    use crate::base::rng::Rng;

    type Plain = (i64, i64, Option<Vec<u8>>, Option<Vec<u8>>, Vec<(Vec<u8>, Option<Vec<u8>>)>);

    fn plain(record: Record<'_>) -> Plain {
        let owned = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
        let headers = record.headers.iter().map(|(key, value)| (key.to_vec(), owned(value)));
        let headers = headers.collect();
        (record.offset, record.timestamp, owned(record.key), owned(record.value), headers)
    }

    #[test]
    fn records_round_trip_with_every_codec() {
        let mut rng = Rng::seeded(1);
        for codec in Codec::ALL {
            let mut builder = Builder::new(Compression::from(codec));
            let mut expected: Vec<Plain> = Vec::new();
            for offset in 0..200 {
                let mut bytes = vec![0; rng.below(300) as usize];
                rng.fill(&mut bytes);
                let key = (offset % 3 > 0).then_some(b"key".as_slice());
                let value = (offset % 5 > 0).then_some(bytes.as_slice());
                let both = [(b"h".as_slice(), Some(b"v".as_slice())), (b"".as_slice(), None)];
                let headers = both.get(..rng.below(3) as usize).unwrap();
                let timestamp = 1_700_000_000_000 - offset * 7;
                builder.append(timestamp, key, value, headers);
                let owned = headers.iter().map(|(k, v)| (k.to_vec(), v.map(<[u8]>::to_vec)));
                let (key, value) = (key.map(<[u8]>::to_vec), value.map(<[u8]>::to_vec));
                expected.push((offset, timestamp, key, value, owned.collect()));
            }
            let bytes = builder.finish();
            let batch = batches(&bytes).next().unwrap().unwrap();
            assert_eq!(batch.check_crc(), Ok(()));
            assert_eq!(batch.header.max_timestamp, 1_700_000_000_000);
            let mut scratch = Vec::new();
            let read: Vec<_> =
                batch.records(&mut scratch).unwrap().map(|record| plain(record.unwrap())).collect();
            assert!(read == expected, "{codec}");
        }
    }

    #[test]
    fn a_count_that_lies_is_seen() {
        let mut builder = Builder::new(Compression::NONE);
        for _ in 0..3 {
            builder.append(0, None, Some(b"v"), &[]);
        }
        let bytes = builder.finish();
        let batch = batches(&bytes).next().unwrap().unwrap();
        let mut lying = batch;
        lying.header = Header { count: 2, ..batch.header };
        let last = Error::Invalid { index: None, what: "bytes left over after the last record" };
        let mut scratch = Vec::new();
        let results: Vec<_> = lying.records(&mut scratch).unwrap().collect();
        assert_eq!(results.last().unwrap(), &Err(last.clone()));
        assert_eq!(check_layout(batch.body(), 2), Err(last));
        assert!(check_layout(batch.body(), 4).is_err());
        assert_eq!(check_layout(batch.body(), 3), Ok(()));
    }

    #[test]
    fn mutated_records_never_panic() {
        let mut rng = Rng::seeded(2);
        let mut builder = Builder::new(Compression::NONE);
        for _ in 0..20 {
            builder.append(5, Some(b"key"), Some(b"value"), &[(b"h", Some(b"v"))]);
        }
        let whole = builder.finish();
        for _ in 0..50_000 {
            let mut bytes = whole.to_vec();
            for _ in 0..=rng.below(5) {
                let at = rng.below(bytes.len() as u64) as usize;
                bytes[at] = rng.next_u64() as u8;
            }
            for batch in batches(&bytes).flatten() {
                let mut scratch = Vec::new();
                if let Ok(records) = batch.records(&mut scratch) {
                    assert!(records.count() <= 200);
                }
            }
        }
    }
}
