//! CRC-32C (Castagnoli), the checksum of record batches since format v2.

/// The checksum of `bytes`.
pub fn checksum(bytes: &[u8]) -> u32 {
    ::crc32c::crc32c(bytes)
}

/// The checksum of what `crc` already covers, followed by `bytes`.
pub fn append(crc: u32, bytes: &[u8]) -> u32 {
    ::crc32c::crc32c_append(crc, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_vectors() {
        // RFC 3720, B.4.
        assert_eq!(checksum(&[0; 32]), 0x8a91_36aa);
        assert_eq!(checksum(b"123456789"), 0xe306_9283);
        assert_eq!(append(checksum(b"12345"), b"6789"), 0xe306_9283);
    }
}
