//! Gzip, RFC 1952.

use std::cell::RefCell;
use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use flate2::{Compress, FlushCompress, Status};

use super::{Pack, Unpack, above_limit};

/// Deflate, no name, no time, made on an unknown system: what Java's GZIPOutputStream writes (its
/// newer ones say 255 for the system, as here).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

thread_local! {
    /// Deflate's tables, with the level they were made for.
    static SCRATCH: RefCell<Option<(i32, Compress)>> = const { RefCell::new(None) };
}

pub(super) fn pack(from: Pack<'_>, into: &mut Vec<u8>) -> Result<(), String> {
    into.extend_from_slice(&HEAD);
    SCRATCH.with_borrow_mut(|scratch| deflate(scratch, from, into))?;
    let mut crc = crc32fast::Hasher::new();
    crc.update(from.bytes);
    into.extend_from_slice(&crc.finalize().to_le_bytes());
    // The length field counts modulo 2^32.
    let length = from.bytes.len() as u64 & u64::from(u32::MAX);
    into.extend_from_slice(&u32::try_from(length).unwrap_or(0).to_le_bytes());
    Ok(())
}

fn deflate(
    scratch: &mut Option<(i32, Compress)>,
    from: Pack<'_>,
    into: &mut Vec<u8>,
) -> Result<(), String> {
    if scratch.as_ref().is_none_or(|(level, _)| *level != from.level) {
        let level = match u32::try_from(from.level) {
            Ok(level) => flate2::Compression::new(level),
            Err(_) => flate2::Compression::default(),
        };
        *scratch = Some((from.level, Compress::new(level, false)));
    }
    let Some((_, deflate)) = scratch else { return Ok(()) };
    deflate.reset();
    loop {
        let done = usize::try_from(deflate.total_in()).unwrap_or(usize::MAX);
        let rest = from.bytes.get(done..).unwrap_or_default();
        into.reserve(rest.len() / 2 + 64);
        match deflate.compress_vec(rest, into, FlushCompress::Finish) {
            Ok(Status::StreamEnd) => return Ok(()),
            Ok(Status::Ok | Status::BufError) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

pub(super) fn unpack(from: Unpack<'_>, into: &mut Vec<u8>) -> Result<(), String> {
    let before = into.len();
    let bytes_max = from.bytes_max as u64;
    let mut unpacked = MultiGzDecoder::new(from.bytes).take(bytes_max.saturating_add(1));
    unpacked.read_to_end(into).map_err(|error| error.to_string())?;
    if into.len() - before > from.bytes_max {
        return Err(above_limit(from.bytes_max));
    }
    Ok(())
}
