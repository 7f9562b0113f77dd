//! Variable-length integers: seven bits a byte, least significant first, the high bit says "more".
//!
//! Kafka zig-zags the signed ones, so that small negative numbers stay short.

/// The most bytes a 32-bit value takes.
pub const BYTES_MAX_32: usize = 5;
/// The most bytes a 64-bit value takes.
pub const BYTES_MAX_64: usize = 10;

/// Maps a signed number to an unsigned one whose size follows the magnitude.
pub const fn zigzag_32(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)).cast_unsigned()
}

/// The inverse of [`zigzag_32`].
pub const fn unzigzag_32(value: u32) -> i32 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

/// Maps a signed number to an unsigned one whose size follows the magnitude.
pub const fn zigzag_64(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The inverse of [`zigzag_64`].
pub const fn unzigzag_64(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

/// How many bytes `value` takes.
pub const fn len_64(value: u64) -> usize {
    // Seven payload bits a byte; zero still takes one byte.
    ((63 - (value | 1).leading_zeros() as usize) / 7) + 1
}

/// How many bytes `value` takes.
pub const fn len_32(value: u32) -> usize {
    len_64(value as u64)
}

/// Encodes into `out` and says how many bytes were used.
pub fn encode_64(mut value: u64, out: &mut [u8; BYTES_MAX_64]) -> usize {
    for (index, byte) in out.iter_mut().enumerate() {
        if value < 0x80 {
            *byte = value as u8;
            return index + 1;
        }
        *byte = (value as u8) | 0x80;
        value >>= 7;
    }
    BYTES_MAX_64
}

/// Decodes one value: the value and its length, or `None` where the bytes end early or never stop.
pub fn decode_64(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (index, &byte) in bytes.iter().take(BYTES_MAX_64).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            return Some((value, index + 1));
        }
    }
    None
}

/// Decodes one 32-bit value; longer than five bytes is refused, bits above 32 are dropped as Java does.
pub fn decode_32(bytes: &[u8]) -> Option<(u32, usize)> {
    let (value, used) = decode_64(bytes.get(..bytes.len().min(BYTES_MAX_32))?)?;
    Some((value as u32, used))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_at_every_length() {
        for shift in 0..64 {
            for value in [1u64 << shift, (1u64 << shift) - 1, u64::MAX >> shift] {
                let mut out = [0; BYTES_MAX_64];
                let used = encode_64(value, &mut out);
                assert_eq!(used, len_64(value), "{value}");
                assert_eq!(decode_64(&out[..used]), Some((value, used)));
                assert_eq!(decode_64(&out[..used - 1]), None, "cut short");
                let signed = value as i64;
                assert_eq!(unzigzag_64(zigzag_64(signed)), signed);
                assert_eq!(unzigzag_32(zigzag_32(signed as i32)), signed as i32);
            }
        }
    }

    #[test]
    fn endless_bytes_are_refused() {
        assert_eq!(decode_64(&[0x80; 20]), None);
        assert_eq!(decode_32(&[0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), None);
        assert_eq!(decode_32(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some((u32::MAX, 5)));
    }
}
