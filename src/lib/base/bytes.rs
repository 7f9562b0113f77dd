//! Bounds-checked cursors over bytes. Both wires, the log and the stores decode and encode here.
//!
//! A [`Reader`] never panics and never promises more than is left: a length read off the wire is
//! held against the bytes that are really there before anyone allocates by it. A [`Writer`] grows a
//! buffer and can carry [`Part`]s that are not copied into it (a batch of records, a slice of a
//! file), which [`Writer::finish`] hands out in place.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

use super::disk::FileSlice;
use super::varint;

/// Why bytes could not be read as what they should be. `position` counts from the reader's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The bytes end before the value does.
    Truncated { position: usize, needed: usize, left: usize },
    /// A length or count that cannot be: negative, or more than the bytes that are left could hold.
    Length { position: usize, length: i64, left: usize },
    /// A length above a ceiling of `limits`.
    TooLong { position: usize, length: i64, max: usize },
    /// Text that is not UTF-8.
    Utf8 { position: usize },
    /// A variable-length number that does not stop.
    Varint { position: usize },
    /// A value outside what its field allows.
    Value { position: usize, what: &'static str, found: i64 },
    /// The value was read, and bytes are left over.
    Trailing { position: usize, left: usize },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Error::Truncated { position, needed, left } => {
                write!(f, "truncated at byte {position}: {needed} bytes needed, {left} left")
            }
            Error::Length { position, length, left } => {
                write!(f, "impossible length {length} at byte {position} ({left} bytes left)")
            }
            Error::TooLong { position, length, max } => {
                write!(f, "length {length} at byte {position} is above the limit of {max}")
            }
            Error::Utf8 { position } => write!(f, "text at byte {position} is not UTF-8"),
            Error::Varint { position } => {
                write!(f, "endless variable-length number at byte {position}")
            }
            Error::Value { position, what, found } => {
                write!(f, "invalid {what} {found} at byte {position}")
            }
            Error::Trailing { position, left } => {
                write!(f, "{left} unexpected bytes after the end at byte {position}")
            }
        }
    }
}

impl std::error::Error for Error {}

/// What a read gives.
pub type Result<T> = std::result::Result<T, Error>;

/// A cursor that takes values off the front of bytes, big-endian.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    length: usize,
    /// The shared buffer below `rest`, so that [`Reader::bytes`] can share instead of copying.
    shared: Option<&'a Bytes>,
}

macro_rules! take_numbers {
    ($($name:ident: $type:ty, $width:literal;)*) => {$(
        /// Takes one big-endian number.
        #[inline]
        pub fn $name(&mut self) -> Result<$type> {
            Ok(<$type>::from_be_bytes(self.array::<$width>()?))
        }
    )*};
}

impl<'a> Reader<'a> {
    /// Reads plain bytes; what [`Reader::bytes`] gives is copied.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes, length: bytes.len(), shared: None }
    }

    /// Reads a shared buffer; what [`Reader::bytes`] gives shares it.
    pub fn shared(bytes: &'a Bytes) -> Reader<'a> {
        Reader { rest: bytes, length: bytes.len(), shared: Some(bytes) }
    }

    /// How many bytes were taken so far.
    pub fn position(&self) -> usize {
        self.length - self.rest.len()
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What is left, without taking it.
    pub fn peek(&self) -> &'a [u8] {
        self.rest
    }

    /// Refuses what is left over.
    pub fn finish(&self) -> Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(Error::Trailing { position: self.position(), left: self.rest.len() })
    }

    /// Takes `length` bytes.
    #[inline]
    pub fn raw(&mut self, length: usize) -> Result<&'a [u8]> {
        match self.rest.split_at_checked(length) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(self.truncated(length)),
        }
    }

    /// Takes `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.rest.split_first_chunk::<N>() {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(*taken)
            }
            None => Err(self.truncated(N)),
        }
    }

    /// Takes `length` bytes as a buffer of their own; shared, not copied, where this reader reads a
    /// shared buffer.
    pub fn bytes(&mut self, length: usize) -> Result<Bytes> {
        let taken = self.raw(length)?;
        Ok(match self.shared {
            Some(shared) => shared.slice_ref(taken),
            None => Bytes::copy_from_slice(taken),
        })
    }

    /// Takes `length` bytes of UTF-8.
    pub fn text(&mut self, length: usize) -> Result<&'a str> {
        let position = self.position();
        std::str::from_utf8(self.raw(length)?).map_err(|_| Error::Utf8 { position })
    }

    /// A reader over the next `length` bytes, which are taken.
    #[inline]
    pub fn sub(&mut self, length: usize) -> Result<Reader<'a>> {
        let rest = self.raw(length)?;
        Ok(Reader { rest, length, shared: self.shared })
    }

    /// Takes one byte and says whether it is not zero.
    pub fn bool(&mut self) -> Result<bool> {
        Ok(self.u8()? != 0)
    }

    take_numbers! {
        u8: u8, 1;
        i8: i8, 1;
        i16: i16, 2;
        u16: u16, 2;
        i32: i32, 4;
        u32: u32, 4;
        i64: i64, 8;
        u64: u64, 8;
        f64: f64, 8;
    }

    /// Takes an unsigned varint.
    #[inline]
    pub fn unsigned_varint(&mut self) -> Result<u32> {
        // Most are one or two bytes.
        match *self.rest {
            [a, ref rest @ ..] if a < 0x80 => {
                self.rest = rest;
                return Ok(u32::from(a));
            }
            [a, b, ref rest @ ..] if b < 0x80 => {
                self.rest = rest;
                return Ok(u32::from(a & 0x7f) | u32::from(b) << 7);
            }
            _ => {}
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u32> {
        let (value, used) = varint::decode_32(self.rest).ok_or_else(|| self.bad_varint())?;
        self.rest = self.rest.get(used..).unwrap_or_default();
        Ok(value)
    }

    /// Takes a zig-zag varint.
    #[inline]
    pub fn varint(&mut self) -> Result<i32> {
        Ok(varint::unzigzag_32(self.unsigned_varint()?))
    }

    /// Takes a zig-zag varlong.
    #[inline]
    pub fn varlong(&mut self) -> Result<i64> {
        if let [a, ref rest @ ..] = *self.rest
            && a < 0x80
        {
            self.rest = rest;
            return Ok(varint::unzigzag_64(u64::from(a)));
        }
        self.long_varlong()
    }

    fn long_varlong(&mut self) -> Result<i64> {
        let (value, used) = varint::decode_64(self.rest).ok_or_else(|| self.bad_varint())?;
        self.rest = self.rest.get(used..).unwrap_or_default();
        Ok(varint::unzigzag_64(value))
    }

    /// Turns a length off the wire into one that may be allocated by: `length` elements of at least
    /// `element_bytes_min` bytes each must fit into what is left.
    #[inline]
    pub fn checked_length(&self, length: i64, element_bytes_min: usize) -> Result<usize> {
        match usize::try_from(length) {
            Ok(count) if count.saturating_mul(element_bytes_min.max(1)) <= self.left() => Ok(count),
            _ => Err(Error::Length { position: self.position(), length, left: self.left() }),
        }
    }

    /// The error for a value that its field does not allow.
    pub fn invalid(&self, what: &'static str, found: i64) -> Error {
        Error::Value { position: self.position(), what, found }
    }

    #[cold]
    fn truncated(&self, needed: usize) -> Error {
        Error::Truncated { position: self.position(), needed, left: self.left() }
    }

    #[cold]
    fn bad_varint(&self) -> Error {
        let position = self.position();
        if self.rest.len() < varint::BYTES_MAX_32 {
            return Error::Truncated {
                position,
                needed: self.rest.len() + 1,
                left: self.rest.len(),
            };
        }
        Error::Varint { position }
    }
}

/// One stretch of an encoded message.
#[derive(Clone, Debug)]
pub enum Part {
    Bytes(Bytes),
    File(FileSlice),
}

impl Part {
    /// How many bytes this part stands for.
    pub fn len(&self) -> usize {
        match self {
            Part::Bytes(bytes) => bytes.len(),
            Part::File(slice) => slice.len(),
        }
    }

    /// Whether it stands for no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Grows an encoded message, big-endian.
#[derive(Debug, Default)]
pub struct Writer {
    buffer: BytesMut,
    /// Parts that are not in the buffer, each with the buffer position it stands at.
    attached: Vec<(usize, Part)>,
    attached_bytes: usize,
}

macro_rules! put_numbers {
    ($($name:ident: $type:ty;)*) => {$(
        /// Puts one big-endian number.
        #[inline]
        pub fn $name(&mut self, value: $type) {
            self.buffer.put_slice(&value.to_be_bytes());
        }
    )*};
}

impl Writer {
    /// An empty message.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// An empty message with room for `bytes`.
    pub fn with_capacity(bytes: usize) -> Writer {
        Writer { buffer: BytesMut::with_capacity(bytes), ..Writer::default() }
    }

    /// How long the message is so far, attached parts included.
    pub fn len(&self) -> usize {
        self.buffer.len() + self.attached_bytes
    }

    /// Whether nothing was put yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    put_numbers! {
        u8: u8;
        i8: i8;
        i16: i16;
        u16: u16;
        i32: i32;
        u32: u32;
        i64: i64;
        u64: u64;
        f64: f64;
    }

    /// Puts one byte, 0 or 1.
    pub fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// Puts bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.buffer.put_slice(bytes);
    }

    /// Puts an unsigned varint.
    pub fn unsigned_varint(&mut self, value: u32) {
        self.unsigned_varlong(u64::from(value));
    }

    /// Puts an unsigned varlong.
    pub fn unsigned_varlong(&mut self, value: u64) {
        let mut out = [0; varint::BYTES_MAX_64];
        let used = varint::encode_64(value, &mut out);
        self.buffer.put_slice(out.get(..used).unwrap_or_default());
    }

    /// Puts a zig-zag varint.
    pub fn varint(&mut self, value: i32) {
        self.unsigned_varint(varint::zigzag_32(value));
    }

    /// Puts a zig-zag varlong.
    pub fn varlong(&mut self, value: i64) {
        self.unsigned_varlong(varint::zigzag_64(value));
    }

    /// Leaves room for a 32-bit number that is known later; give the mark to [`Writer::fill_i32`].
    pub fn mark_i32(&mut self) -> Mark {
        let mark = Mark { buffer_at: self.buffer.len(), length_at: self.len() };
        self.i32(0);
        mark
    }

    /// Fills a mark.
    pub fn fill_i32(&mut self, mark: &Mark, value: i32) {
        if let Some(room) = self.buffer.get_mut(mark.buffer_at..mark.buffer_at + 4) {
            room.copy_from_slice(&value.to_be_bytes());
        }
    }

    /// Fills a mark with the number of bytes put since.
    pub fn fill_length(&mut self, mark: &Mark) {
        let length = self.len() - mark.length_at - 4;
        self.fill_i32(mark, i32::try_from(length).unwrap_or(i32::MAX));
    }

    /// Attaches a part in place without copying it.
    pub fn attach(&mut self, part: Part) {
        // A small piece is cheaper to copy than to send as a vector element of its own.
        const COPY_BELOW: usize = 512;
        match part {
            Part::Bytes(bytes) if bytes.len() < COPY_BELOW => self.raw(&bytes),
            part => {
                self.attached_bytes += part.len();
                self.attached.push((self.buffer.len(), part));
            }
        }
    }

    /// The message, where no file was attached; attached bytes are copied into place.
    pub fn into_bytes(self) -> Bytes {
        if self.attached.is_empty() {
            return self.buffer.freeze();
        }
        let mut whole = BytesMut::with_capacity(self.len());
        for part in self.finish() {
            match part {
                Part::Bytes(bytes) => whole.put_slice(&bytes),
                Part::File(slice) => {
                    // Only tests and the copying road get here; a short file ends the message.
                    let mut room = vec![0; slice.len()];
                    if slice.read_exact(&mut room).is_ok() {
                        whole.put_slice(&room);
                    }
                }
            }
        }
        whole.freeze()
    }

    /// The message as the parts it is made of, in order.
    pub fn finish(self) -> Vec<Part> {
        let mut whole = self.buffer.freeze();
        let mut parts = Vec::with_capacity(2 * self.attached.len() + 1);
        let mut taken = 0;
        for (at, part) in self.attached {
            if at > taken {
                parts.push(Part::Bytes(whole.split_to(at - taken)));
                taken = at;
            }
            parts.push(part);
        }
        if !whole.is_empty() {
            parts.push(Part::Bytes(whole));
        }
        parts
    }
}

/// A place in a [`Writer`] left open by [`Writer::mark_i32`].
#[derive(Debug)]
pub struct Mark {
    buffer_at: usize,
    length_at: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_trip() {
        let mut writer = Writer::new();
        writer.i8(-1);
        writer.i16(-2);
        writer.i32(-3);
        writer.i64(-4);
        writer.u32(5);
        writer.f64(1.5);
        writer.bool(true);
        writer.varint(-300);
        writer.varlong(i64::MIN);
        writer.unsigned_varint(u32::MAX);
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.i8(), Ok(-1));
        assert_eq!(reader.i16(), Ok(-2));
        assert_eq!(reader.i32(), Ok(-3));
        assert_eq!(reader.i64(), Ok(-4));
        assert_eq!(reader.u32(), Ok(5));
        assert_eq!(reader.f64(), Ok(1.5));
        assert_eq!(reader.bool(), Ok(true));
        assert_eq!(reader.varint(), Ok(-300));
        assert_eq!(reader.varlong(), Ok(i64::MIN));
        assert_eq!(reader.unsigned_varint(), Ok(u32::MAX));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn short_bytes_are_an_error_that_says_where() {
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(reader.u8(), Ok(1));
        let error = Error::Truncated { position: 1, needed: 4, left: 2 };
        assert_eq!(reader.i32(), Err(error.clone()));
        assert_eq!(error.to_string(), "truncated at byte 1: 4 bytes needed, 2 left");
        assert_eq!(reader.finish(), Err(Error::Trailing { position: 1, left: 2 }));
    }

    #[test]
    fn a_count_is_held_against_what_is_left() {
        let reader = Reader::new(&[0; 16]);
        assert_eq!(reader.checked_length(4, 4), Ok(4));
        assert!(reader.checked_length(5, 4).is_err());
        assert!(reader.checked_length(-1, 4).is_err());
        assert!(reader.checked_length(i64::MAX, 8).is_err());
    }

    #[test]
    fn shared_bytes_are_not_copied() {
        let whole = Bytes::from(vec![7; 100]);
        let mut reader = Reader::shared(&whole);
        reader.raw(10).unwrap();
        let part = reader.sub(50).unwrap().bytes(20).unwrap();
        assert_eq!(part.as_ptr(), whole.slice(10..).as_ptr());
    }

    #[test]
    fn attached_parts_stand_where_they_were_put() {
        let mut writer = Writer::new();
        let mark = writer.mark_i32();
        writer.u8(1);
        writer.attach(Part::Bytes(Bytes::from(vec![2; 600])));
        writer.attach(Part::Bytes(Bytes::from(vec![3; 3])));
        writer.u8(4);
        writer.fill_length(&mark);
        assert_eq!(writer.len(), 4 + 1 + 600 + 3 + 1);
        let parts = writer.finish();
        assert_eq!(parts.iter().map(Part::len).collect::<Vec<_>>(), [5, 600, 4]);
        match &parts[0] {
            Part::Bytes(bytes) => assert_eq!(&bytes[..], [0, 0, 2, 93, 1]),
            Part::File(_) => panic!("no file was attached"),
        }
    }
}
