//! Snappy in the framing of xerial's Java library, which is what Kafka speaks: a header, then
//! blocks of packed length and packed bytes. A body without that header is one raw block, as some
//! other clients write it.

use std::cell::RefCell;

use snap::raw::{Decoder, Encoder, decompress_len, max_compress_len};

use super::{Pack, Unpack, above_limit};
use crate::base::bytes::Reader;
use crate::limits::SNAPPY_RATIO_MAX;

const MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
const VERSION: i32 = 1;
const HEAD_BYTES: usize = MAGIC.len() + 2 * size_of::<i32>();
/// How much goes into one block, unpacked; xerial's default.
const BLOCK_BYTES: usize = 32 * 1_024;

thread_local! {
    static SCRATCH: RefCell<Encoder> = RefCell::new(Encoder::new());
}

pub(super) fn pack(from: Pack<'_>, into: &mut Vec<u8>) -> Result<(), String> {
    into.extend_from_slice(&MAGIC);
    into.extend_from_slice(&VERSION.to_be_bytes());
    into.extend_from_slice(&VERSION.to_be_bytes());
    SCRATCH.with_borrow_mut(|encoder| {
        for block in from.bytes.chunks(BLOCK_BYTES) {
            let length_at = into.len();
            let block_at = length_at + size_of::<i32>();
            into.resize(block_at + max_compress_len(block.len()), 0);
            let room = into.get_mut(block_at..).unwrap_or_default();
            let packed = encoder.compress(block, room).map_err(|error| error.to_string())?;
            into.truncate(block_at + packed);
            let length = i32::try_from(packed).map_err(|_| "block too long".to_owned())?;
            if let Some(room) = into.get_mut(length_at..block_at) {
                room.copy_from_slice(&length.to_be_bytes());
            }
        }
        Ok(())
    })
}

pub(super) fn unpack(from: Unpack<'_>, into: &mut Vec<u8>) -> Result<(), String> {
    let before = into.len();
    if !from.bytes.starts_with(&MAGIC) {
        return block(from.bytes, from.bytes_max, into);
    }
    let mut reader = Reader::new(from.bytes);
    while !reader.is_empty() {
        // Streams written one after the other have a header each.
        if reader.peek().starts_with(&MAGIC) {
            reader.raw(HEAD_BYTES).map_err(|error| error.to_string())?;
            continue;
        }
        let length = reader.i32().map_err(|error| error.to_string())?;
        let length =
            reader.checked_length(i64::from(length), 1).map_err(|error| error.to_string())?;
        let packed = reader.raw(length).map_err(|error| error.to_string())?;
        let left = from.bytes_max.saturating_sub(into.len() - before);
        block(packed, left, into).map_err(|what| match what {
            what if what == above_limit(left) => above_limit(from.bytes_max),
            what => what,
        })?;
    }
    Ok(())
}

/// Unpacks one raw block. Its claimed length is believed only as far as snappy can pack at all.
fn block(packed: &[u8], bytes_max: usize, into: &mut Vec<u8>) -> Result<(), String> {
    let length = decompress_len(packed).map_err(|error| error.to_string())?;
    if length > bytes_max {
        return Err(above_limit(bytes_max));
    }
    if length > packed.len().saturating_mul(SNAPPY_RATIO_MAX) {
        return Err(format!("block of {} bytes claims to hold {length}", packed.len()));
    }
    let before = into.len();
    into.resize(before + length, 0);
    let room = into.get_mut(before..).unwrap_or_default();
    let written = Decoder::new().decompress(packed, room).map_err(|error| error.to_string())?;
    into.truncate(before + written);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_and_concatenated_bodies_are_read() {
        let raw = Encoder::new().compress_vec(b"plain block").unwrap();
        let mut framed = Vec::new();
        for part in [b"one ".as_slice(), b"two"] {
            pack(Pack { bytes: part, level: 0, magic: 2 }, &mut framed).unwrap();
        }
        for (bytes, expected) in [(&raw, b"plain block".as_slice()), (&framed, b"one two")] {
            let mut unpacked = Vec::new();
            unpack(Unpack { bytes, magic: 2, bytes_max: 100 }, &mut unpacked).unwrap();
            assert_eq!(unpacked, expected);
        }
    }

    #[test]
    fn a_claimed_length_is_not_allocated() {
        // A varint of 400 MB before three bytes.
        let lie = [0x80, 0x88, 0xde, 0xbe, 0x01, 0, 0, 0];
        let mut unpacked = Vec::new();
        let from = Unpack { bytes: &lie, magic: 2, bytes_max: usize::MAX };
        assert!(unpack(from, &mut unpacked).unwrap_err().contains("claims to hold"));
        assert_eq!(unpacked.capacity(), 0);
    }
}
