//! LZ4 frames as Kafka writes and takes them: independent blocks of at most 64 KiB, no checksums
//! but the header's.
//!
//! Format 0 has the header checksum computed over the magic number too (KAFKA-3160); writers keep
//! that, readers of format 0 do not look at it.

use lz4::block::{CompressionMode, compress_bound, compress_to_buffer, decompress_to_buffer};

use super::{Pack, Unpack, above_limit};
use crate::base::bytes::Reader;
use crate::limits::LZ4_RATIO_MAX;

/// The level that means "fast"; the others are LZ4 HC's.
pub(super) const LEVEL_DEFAULT: i32 = 9;

const MAGIC: u32 = 0x184d_2204;
const VERSION: u8 = 0b0100_0000;
const VERSION_MASK: u8 = 0b1100_0000;
const BLOCKS_INDEPENDENT: u8 = 0b0010_0000;
const BLOCK_CHECKSUM: u8 = 0b0001_0000;
const CONTENT_SIZE: u8 = 0b0000_1000;
const CONTENT_CHECKSUM: u8 = 0b0000_0100;
const RESERVED: u8 = 0b0000_0011;
/// The code of 64 KiB in the block descriptor.
const BLOCK_CODE: u8 = 4;
const BLOCK_BYTES: usize = 64 * 1_024;
/// A block that is stored as it is.
const STORED: u32 = 0x8000_0000;

pub(super) fn pack(from: Pack<'_>, into: &mut Vec<u8>) -> Result<(), String> {
    let frame_at = into.len();
    into.extend_from_slice(&MAGIC.to_le_bytes());
    into.extend_from_slice(&[VERSION | BLOCKS_INDEPENDENT, BLOCK_CODE << 4]);
    let covered_at = if from.magic == 0 { frame_at } else { frame_at + size_of::<u32>() };
    into.push(header_checksum(into.get(covered_at..).unwrap_or_default()));
    let mode = match from.level {
        LEVEL_DEFAULT => CompressionMode::DEFAULT,
        level => CompressionMode::HIGHCOMPRESSION(level),
    };
    for block in from.bytes.chunks(BLOCK_BYTES) {
        let length_at = into.len();
        let block_at = length_at + size_of::<u32>();
        let bound = compress_bound(block.len()).map_err(|error| error.to_string())?;
        into.resize(block_at + bound, 0);
        let room = into.get_mut(block_at..).unwrap_or_default();
        let packed = compress_to_buffer(block, Some(mode), false, room)
            .map_err(|error| error.to_string())?;
        let stored = packed >= block.len();
        into.truncate(block_at + if stored { 0 } else { packed });
        if stored {
            into.extend_from_slice(block);
        }
        let length = into.len() - block_at;
        let length = u32::try_from(length).map_err(|_| "block too long".to_owned())?;
        let length = length | if stored { STORED } else { 0 };
        if let Some(room) = into.get_mut(length_at..block_at) {
            room.copy_from_slice(&length.to_le_bytes());
        }
    }
    into.extend_from_slice(&0u32.to_le_bytes());
    Ok(())
}

/// What a frame's header says.
struct Frame {
    block_bytes_max: usize,
    block_checksums: bool,
}

pub(super) fn unpack(from: Unpack<'_>, into: &mut Vec<u8>) -> Result<(), String> {
    let before = into.len();
    let mut reader = Reader::new(from.bytes);
    let frame = head(&mut reader, from.magic)?;
    loop {
        let length = le_u32(&mut reader)?;
        if length == 0 {
            // A content checksum may follow; Kafka does not look at it, nor at what is behind.
            return Ok(());
        }
        let stored = length & STORED != 0;
        let length = i64::from(length & !STORED);
        let length = reader.checked_length(length, 1).map_err(|error| error.to_string())?;
        if length > frame.block_bytes_max {
            return Err(format!("block of {length} bytes above the frame's own limit"));
        }
        let block = reader.raw(length).map_err(|error| error.to_string())?;
        if frame.block_checksums && le_u32(&mut reader)? != xxh32(block) {
            return Err("block checksum does not match".to_owned());
        }
        let left = from.bytes_max.saturating_sub(into.len() - before);
        let room_bytes = match stored {
            true => length,
            false => frame.block_bytes_max.min(length.saturating_mul(LZ4_RATIO_MAX)),
        };
        if stored {
            into.extend_from_slice(block);
        } else {
            let block_at = into.len();
            into.resize(block_at + room_bytes, 0);
            let room = into.get_mut(block_at..).unwrap_or_default();
            let room_length = i32::try_from(room_bytes).unwrap_or(i32::MAX);
            let written = decompress_to_buffer(block, Some(room_length), room)
                .map_err(|error| error.to_string())?;
            into.truncate(block_at + written);
        }
        if into.len() - before > from.bytes_max || left == 0 {
            return Err(above_limit(from.bytes_max));
        }
    }
}

fn head(reader: &mut Reader<'_>, magic: i8) -> Result<Frame, String> {
    let start = reader.peek();
    if le_u32(reader)? != MAGIC {
        return Err("no lz4 frame".to_owned());
    }
    let flags = reader.u8().map_err(|error| error.to_string())?;
    let descriptor = reader.u8().map_err(|error| error.to_string())?;
    if flags & VERSION_MASK != VERSION || flags & RESERVED & !1 != 0 {
        return Err("unknown lz4 frame version".to_owned());
    }
    if flags & BLOCKS_INDEPENDENT == 0 {
        return Err("dependent lz4 blocks are not supported".to_owned());
    }
    if flags & CONTENT_SIZE != 0 {
        reader.raw(size_of::<u64>()).map_err(|error| error.to_string())?;
    }
    // `CONTENT_CHECKSUM` needs nothing: it comes after the end mark.
    let _ = CONTENT_CHECKSUM;
    let covered = start.get(size_of::<u32>()..reader.position()).unwrap_or_default();
    let checksum = reader.u8().map_err(|error| error.to_string())?;
    if magic > 0 && checksum != header_checksum(covered) {
        return Err("lz4 header checksum does not match".to_owned());
    }
    let block_bytes_max = match descriptor >> 4 & 0x07 {
        4 => BLOCK_BYTES,
        5 => 4 * BLOCK_BYTES,
        6 => 16 * BLOCK_BYTES,
        7 => 64 * BLOCK_BYTES,
        code => return Err(format!("unknown lz4 block size code {code}")),
    };
    Ok(Frame { block_bytes_max, block_checksums: flags & BLOCK_CHECKSUM != 0 })
}

fn le_u32(reader: &mut Reader<'_>) -> Result<u32, String> {
    reader.array().map(u32::from_le_bytes).map_err(|error| error.to_string())
}

fn header_checksum(covered: &[u8]) -> u8 {
    xxh32(covered).to_le_bytes()[1]
}

const PRIME: [u32; 5] = [0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d, 0x27d4_eb2f, 0x1656_67b1];

/// XXH32 with seed 0.
fn xxh32(bytes: &[u8]) -> u32 {
    let [p1, p2, p3, p4, p5] = PRIME;
    let (stripes, mut rest) = bytes.as_chunks::<16>();
    let mut sum = if stripes.is_empty() {
        p5
    } else {
        let mut lanes = [p1.wrapping_add(p2), p2, 0, 0u32.wrapping_sub(p1)];
        for stripe in stripes {
            let (words, _) = stripe.as_chunks::<4>();
            for (lane, word) in lanes.iter_mut().zip(words) {
                let word = u32::from_le_bytes(*word).wrapping_mul(p2);
                *lane = lane.wrapping_add(word).rotate_left(13).wrapping_mul(p1);
            }
        }
        let turns = [1, 7, 12, 18];
        lanes.iter().zip(turns).fold(0u32, |sum, (lane, by)| sum.wrapping_add(lane.rotate_left(by)))
    };
    // The length counts modulo 2^32.
    sum = sum.wrapping_add(u32::try_from(bytes.len() as u64 & u64::from(u32::MAX)).unwrap_or(0));
    while let Some((word, left)) = rest.split_first_chunk::<4>() {
        sum = sum.wrapping_add(u32::from_le_bytes(*word).wrapping_mul(p3));
        sum = sum.rotate_left(17).wrapping_mul(p4);
        rest = left;
    }
    for byte in rest {
        sum = sum.wrapping_add(u32::from(*byte).wrapping_mul(p5)).rotate_left(11).wrapping_mul(p1);
    }
    sum = (sum ^ sum >> 15).wrapping_mul(p2);
    sum = (sum ^ sum >> 13).wrapping_mul(p3);
    sum ^ sum >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xxh32_gives_the_published_sums() {
        assert_eq!(xxh32(b""), 0x02cc_5d05);
        assert_eq!(xxh32(b"a"), 0x550d_7456);
        assert_eq!(xxh32(b"Nobody inspects the spammish repetition"), 0xe229_3b2f);
    }

    #[test]
    fn format_0_has_the_broken_header_checksum() {
        let bytes = b"some text some text some text";
        let head_of = |magic| {
            let mut packed = Vec::new();
            pack(Pack { bytes, level: LEVEL_DEFAULT, magic }, &mut packed).unwrap();
            packed
        };
        // 0x82 is what the lz4 program writes for these flags as well.
        assert_eq!(head_of(1)[..7], [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
        assert_ne!(head_of(0)[6], 0x82);
        let unpack_as = |magic, packed: &[u8]| {
            let mut unpacked = Vec::new();
            unpack(Unpack { bytes: packed, magic, bytes_max: 100 }, &mut unpacked)
                .map(|()| unpacked)
        };
        assert_eq!(unpack_as(0, &head_of(1)).unwrap(), bytes);
        assert_eq!(unpack_as(0, &head_of(0)).unwrap(), bytes);
        assert_eq!(unpack_as(1, &head_of(0)).unwrap_err(), "lz4 header checksum does not match");
    }

    #[test]
    fn frames_of_the_lz4_library_are_read() {
        let bytes = b"0123456789".repeat(50_000);
        let mut encoder = lz4::EncoderBuilder::new()
            .block_mode(lz4::BlockMode::Independent)
            .block_size(lz4::BlockSize::Max256KB)
            .build(Vec::new())
            .unwrap();
        std::io::Write::write_all(&mut encoder, &bytes).unwrap();
        let (frame, done) = encoder.finish();
        done.unwrap();
        let mut unpacked = Vec::new();
        unpack(Unpack { bytes: &frame, magic: 2, bytes_max: bytes.len() }, &mut unpacked).unwrap();
        assert!(unpacked == bytes);
    }
}
