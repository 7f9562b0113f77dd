//! Strings, bytes, arrays and uuids, in the classic and in the compact form.

/// Takes values off a reader.
pub mod take {
    use bytes::Bytes;

    use crate::base::bytes::{Reader, Result};
    use crate::base::uuid::Uuid;
    use crate::kafka::protocol::tagged::TagReader;
    use crate::kafka::protocol::{Decode, Records};

    /// The length in front of a string; `None` for null.
    fn string_length(reader: &mut Reader<'_>, flexible: bool) -> Result<Option<usize>> {
        if flexible {
            return compact_length(reader, 1);
        }
        match reader.i16()? {
            -1 => Ok(None),
            length => reader.checked_length(i64::from(length), 1).map(Some),
        }
    }

    /// The length in front of bytes or an array of elements of at least `width` bytes; `None` for
    /// null.
    fn length(reader: &mut Reader<'_>, flexible: bool, width: usize) -> Result<Option<usize>> {
        if flexible {
            return compact_length(reader, width);
        }
        match reader.i32()? {
            -1 => Ok(None),
            length => reader.checked_length(i64::from(length), width).map(Some),
        }
    }

    fn compact_length(reader: &mut Reader<'_>, width: usize) -> Result<Option<usize>> {
        match reader.unsigned_varint()? {
            0 => Ok(None),
            length => reader.checked_length(i64::from(length) - 1, width).map(Some),
        }
    }

    /// Refuses a null where the version does not allow it.
    fn present<T>(reader: &Reader<'_>, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| reader.invalid("null", -1))
    }

    /// A string that may be null.
    pub fn nullable_string(reader: &mut Reader<'_>, flexible: bool) -> Result<Option<String>> {
        match string_length(reader, flexible)? {
            Some(length) => Ok(Some(reader.text(length)?.to_owned())),
            None => Ok(None),
        }
    }

    /// A string.
    pub fn string(reader: &mut Reader<'_>, flexible: bool) -> Result<String> {
        let value = nullable_string(reader, flexible)?;
        present(reader, value)
    }

    /// Bytes that may be null; they share the frame they lie in.
    pub fn nullable_bytes(reader: &mut Reader<'_>, flexible: bool) -> Result<Option<Bytes>> {
        match length(reader, flexible, 1)? {
            Some(length) => reader.bytes(length).map(Some),
            None => Ok(None),
        }
    }

    /// Bytes; they share the frame they lie in.
    pub fn bytes(reader: &mut Reader<'_>, flexible: bool) -> Result<Bytes> {
        let value = nullable_bytes(reader, flexible)?;
        present(reader, value)
    }

    /// The record batches of a response; null is none.
    pub fn records(reader: &mut Reader<'_>, flexible: bool) -> Result<Records> {
        Ok(nullable_bytes(reader, flexible)?.map(Records::from).unwrap_or_default())
    }

    /// A uuid.
    pub fn uuid(reader: &mut Reader<'_>) -> Result<Uuid> {
        reader.array().map(Uuid)
    }

    /// An array of structures that may be null.
    pub fn nullable_array<T: Decode>(
        reader: &mut Reader<'_>,
        flexible: bool,
        version: i16,
    ) -> Result<Option<Vec<T>>> {
        let Some(count) = length(reader, flexible, T::BYTES_MIN)? else { return Ok(None) };
        let mut elements = room(reader, count);
        for _ in 0..count {
            elements.push(T::decode(reader, version)?);
        }
        Ok(Some(elements))
    }

    /// An array of structures.
    pub fn array<T: Decode>(
        reader: &mut Reader<'_>,
        flexible: bool,
        version: i16,
    ) -> Result<Vec<T>> {
        let value = nullable_array(reader, flexible, version)?;
        present(reader, value)
    }

    /// Room for `count` elements, but for no more memory than the bytes that are left: structures
    /// are larger in memory than on the wire, and the count is only somebody's word.
    fn room<T>(reader: &Reader<'_>, count: usize) -> Vec<T> {
        Vec::with_capacity(count.min(reader.left() / size_of::<T>().max(1)))
    }

    /// An array of numbers of `width` bytes that may be null.
    pub fn nullable_numbers<'a, T>(
        reader: &mut Reader<'a>,
        flexible: bool,
        width: usize,
        number: fn(&mut Reader<'a>) -> Result<T>,
    ) -> Result<Option<Vec<T>>> {
        let Some(count) = length(reader, flexible, width)? else { return Ok(None) };
        let mut elements = room(reader, count);
        for _ in 0..count {
            elements.push(number(reader)?);
        }
        Ok(Some(elements))
    }

    /// An array of numbers of `width` bytes.
    pub fn numbers<'a, T>(
        reader: &mut Reader<'a>,
        flexible: bool,
        width: usize,
        number: fn(&mut Reader<'a>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let value = nullable_numbers(reader, flexible, width, number)?;
        present(reader, value)
    }

    /// An array of strings that may be null.
    pub fn nullable_strings(
        reader: &mut Reader<'_>,
        flexible: bool,
    ) -> Result<Option<Vec<String>>> {
        let width = if flexible { 1 } else { 2 };
        let Some(count) = length(reader, flexible, width)? else { return Ok(None) };
        let mut elements = room(reader, count);
        for _ in 0..count {
            elements.push(string(reader, flexible)?);
        }
        Ok(Some(elements))
    }

    /// An array of strings.
    pub fn strings(reader: &mut Reader<'_>, flexible: bool) -> Result<Vec<String>> {
        let value = nullable_strings(reader, flexible)?;
        present(reader, value)
    }

    /// A structure that may be null: a byte says whether it is there (KIP-893).
    pub fn nullable_struct<T: Decode>(reader: &mut Reader<'_>, version: i16) -> Result<Option<T>> {
        if reader.i8()? < 0 {
            return Ok(None);
        }
        T::decode(reader, version).map(Some)
    }

    /// The tagged fields of a structure of which we know none.
    pub fn no_tags(reader: &mut Reader<'_>) -> Result<()> {
        let mut tags = TagReader::new(reader)?;
        while tags.next(reader)?.is_some() {}
        Ok(())
    }
}

/// Puts values into a writer.
pub mod put {
    use bytes::Bytes;

    use crate::base::bytes::{Part, Writer};
    use crate::base::uuid::Uuid;
    use crate::kafka::protocol::{Encode, Records};

    /// The length in front of bytes or an array; `None` for null.
    fn length(writer: &mut Writer, flexible: bool, length: Option<usize>) {
        // What is longer than an i32 can say fits no frame, so saturating changes nothing.
        let number = length.map_or(-1, |it| i32::try_from(it).unwrap_or(i32::MAX));
        if flexible {
            writer.unsigned_varint(number.wrapping_add(1).cast_unsigned());
        } else {
            writer.i32(number);
        }
    }

    /// A string. The classic form has no more than `i16::MAX` bytes: what is longer is cut, which
    /// only texts meant for people ever are, as names are held to `limits`.
    pub fn string(writer: &mut Writer, flexible: bool, value: &str) {
        if flexible {
            length(writer, true, Some(value.len()));
            writer.raw(value.as_bytes());
            return;
        }
        let most = value.len().min(crate::limits::ID_BYTES_MAX);
        let cut = (0..=most).rev().find_map(|end| value.get(..end)).unwrap_or_default();
        writer.i16(i16::try_from(cut.len()).unwrap_or(i16::MAX));
        writer.raw(cut.as_bytes());
    }

    /// A string that may be null.
    pub fn nullable_string(writer: &mut Writer, flexible: bool, value: Option<&str>) {
        match value {
            Some(value) => string(writer, flexible, value),
            None if flexible => writer.u8(0),
            None => writer.i16(-1),
        }
    }

    /// Bytes, copied.
    pub fn bytes(writer: &mut Writer, flexible: bool, value: &[u8]) {
        length(writer, flexible, Some(value.len()));
        writer.raw(value);
    }

    /// Bytes that may be null, copied.
    pub fn nullable_bytes(writer: &mut Writer, flexible: bool, value: Option<&[u8]>) {
        match value {
            Some(value) => bytes(writer, flexible, value),
            None => length(writer, flexible, None),
        }
    }

    /// Bytes that may be null, attached without a copy.
    pub fn shared(writer: &mut Writer, flexible: bool, value: Option<&Bytes>) {
        length(writer, flexible, value.map(Bytes::len));
        if let Some(value) = value {
            writer.attach(Part::Bytes(value.clone()));
        }
    }

    /// Record batches, attached without a copy.
    pub fn records(writer: &mut Writer, flexible: bool, value: &Records) {
        length(writer, flexible, Some(value.len()));
        for part in value.parts() {
            writer.attach(part.clone());
        }
    }

    /// A uuid.
    pub fn uuid(writer: &mut Writer, value: Uuid) {
        writer.raw(&value.0);
    }

    /// An array of structures.
    pub fn array<T: Encode>(writer: &mut Writer, flexible: bool, version: i16, value: &[T]) {
        length(writer, flexible, Some(value.len()));
        for element in value {
            element.encode(writer, version);
        }
    }

    /// An array of structures that may be null.
    pub fn nullable_array<T: Encode>(
        writer: &mut Writer,
        flexible: bool,
        version: i16,
        value: Option<&[T]>,
    ) {
        match value {
            Some(value) => array(writer, flexible, version, value),
            None => length(writer, flexible, None),
        }
    }

    /// An array of numbers.
    pub fn numbers<T: Copy>(
        writer: &mut Writer,
        flexible: bool,
        value: &[T],
        number: fn(&mut Writer, T),
    ) {
        length(writer, flexible, Some(value.len()));
        for element in value {
            number(writer, *element);
        }
    }

    /// An array of numbers that may be null.
    pub fn nullable_numbers<T: Copy>(
        writer: &mut Writer,
        flexible: bool,
        value: Option<&[T]>,
        number: fn(&mut Writer, T),
    ) {
        match value {
            Some(value) => numbers(writer, flexible, value, number),
            None => length(writer, flexible, None),
        }
    }

    /// An array of strings.
    pub fn strings(writer: &mut Writer, flexible: bool, value: &[String]) {
        length(writer, flexible, Some(value.len()));
        for element in value {
            string(writer, flexible, element);
        }
    }

    /// An array of strings that may be null.
    pub fn nullable_strings(writer: &mut Writer, flexible: bool, value: Option<&[String]>) {
        match value {
            Some(value) => strings(writer, flexible, value),
            None => length(writer, flexible, None),
        }
    }

    /// A structure that may be null.
    pub fn nullable_struct<T: Encode>(writer: &mut Writer, version: i16, value: Option<&T>) {
        match value {
            Some(value) => {
                writer.i8(1);
                value.encode(writer, version);
            }
            None => writer.i8(-1),
        }
    }

    /// The end of a flexible structure without tagged fields.
    pub fn no_tags(writer: &mut Writer) {
        writer.u8(0);
    }
}
