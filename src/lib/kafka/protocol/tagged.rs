//! Tagged fields: what may be there or not at the end of a flexible structure (KIP-482).
//!
//! On the wire: a count, then for each field its tag, its length and its bytes, tags ascending. A
//! tag we do not know is skipped, so that newer peers may add fields without a new version.

use crate::base::bytes::{Error, Reader, Result, Writer};
use crate::limits;

/// Walks the tagged fields of a structure.
#[derive(Debug)]
pub struct TagReader {
    left: u32,
    last: Option<u32>,
}

impl TagReader {
    /// Takes the count.
    #[inline]
    pub fn new(reader: &mut Reader<'_>) -> Result<TagReader> {
        let left = reader.unsigned_varint()?;
        let max = limits::TAGGED_FIELDS_MAX;
        if usize::try_from(left).is_ok_and(|count| count > max) {
            let (position, length) = (reader.position(), i64::from(left));
            return Err(Error::TooLong { position, length, max });
        }
        Ok(TagReader { left, last: None })
    }

    /// Takes the next field: its tag, and a reader over its bytes.
    #[inline]
    pub fn next<'a>(&mut self, reader: &mut Reader<'a>) -> Result<Option<(u32, Reader<'a>)>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let tag = reader.unsigned_varint()?;
        if self.last.is_some_and(|last| tag <= last) {
            return Err(reader.invalid("order of tagged fields, tag", i64::from(tag)));
        }
        self.last = Some(tag);
        let length = reader.unsigned_varint()?;
        let length = reader.checked_length(i64::from(length), 1)?;
        Ok(Some((tag, reader.sub(length)?)))
    }
}

/// Collects the tagged fields of a structure, tags ascending.
#[derive(Debug, Default)]
pub struct TagWriter {
    count: u32,
    tag: u32,
    field: Writer,
    done: Writer,
}

impl TagWriter {
    /// Begins the field `tag`; its value goes into the writer this gives.
    pub fn field(&mut self, tag: u32) -> &mut Writer {
        self.close();
        self.count += 1;
        self.tag = tag;
        &mut self.field
    }

    /// Puts all fields, or the zero that says there are none.
    pub fn finish(mut self, writer: &mut Writer) {
        self.close();
        writer.unsigned_varint(self.count);
        if self.count > 0 {
            writer.raw(&self.done.into_bytes());
        }
    }

    fn close(&mut self) {
        if self.count == 0 {
            return;
        }
        let value = std::mem::take(&mut self.field).into_bytes();
        self.done.unsigned_varint(self.tag);
        self.done.unsigned_varint(u32::try_from(value.len()).unwrap_or(u32::MAX));
        self.done.raw(&value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fields: &[(u32, &[u8])]) -> Vec<u8> {
        let mut tags = TagWriter::default();
        for (tag, value) in fields {
            tags.field(*tag).raw(value);
        }
        let mut writer = Writer::new();
        tags.finish(&mut writer);
        writer.into_bytes().to_vec()
    }

    #[test]
    fn fields_are_written_with_tag_and_length() {
        assert_eq!(written(&[]), [0]);
        assert_eq!(written(&[(0, &[7, 8])]), [1, 0, 2, 7, 8]);
        assert_eq!(written(&[(1, &[]), (300, &[9])]), [2, 1, 0, 0xac, 2, 1, 9]);
    }

    #[test]
    fn fields_are_read_back_in_order() {
        let bytes = written(&[(0, &[7, 8]), (5, &[9])]);
        let mut reader = Reader::new(&bytes);
        let mut tags = TagReader::new(&mut reader).unwrap();
        let (tag, field) = tags.next(&mut reader).unwrap().unwrap();
        assert_eq!((tag, field.peek()), (0, &[7u8, 8][..]));
        let (tag, field) = tags.next(&mut reader).unwrap().unwrap();
        assert_eq!((tag, field.peek()), (5, &[9u8][..]));
        assert!(tags.next(&mut reader).unwrap().is_none());
        assert!(reader.is_empty());
    }

    #[test]
    fn disorder_excess_and_overlong_fields_are_refused() {
        for bytes in [&[2, 1, 0, 1, 0][..], &[2, 1, 0, 0, 0], &[0xff, 0xff, 3], &[1, 0, 5, 1]] {
            let mut reader = Reader::new(bytes);
            let walk = |reader: &mut Reader<'_>| {
                let mut tags = TagReader::new(reader)?;
                while tags.next(reader)?.is_some() {}
                Ok::<(), Error>(())
            };
            assert!(walk(&mut reader).is_err(), "{bytes:?}");
        }
    }
}
