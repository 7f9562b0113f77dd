//! Zstandard frames.

use std::cell::RefCell;
use std::io::Read;

use ::zstd::bulk::Compressor;
use ::zstd::stream::read::Decoder;
use ::zstd::zstd_safe::{self, DCtx};

use super::{Pack, Unpack, above_limit};

thread_local! {
    /// The packing context, with the level it stands at.
    static PACK: RefCell<Option<(i32, Compressor<'static>)>> = const { RefCell::new(None) };
    static UNPACK: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

pub(super) fn pack(from: Pack<'_>, into: &mut Vec<u8>) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    PACK.with_borrow_mut(|scratch| {
        if scratch.as_ref().is_none_or(|(level, _)| *level != from.level) {
            *scratch = Some((from.level, Compressor::new(from.level).map_err(text)?));
        }
        let Some((_, compressor)) = scratch else { return Ok(()) };
        let before = into.len();
        into.resize(before + zstd_safe::compress_bound(from.bytes.len()), 0);
        let room = into.get_mut(before..).unwrap_or_default();
        let written = compressor.compress_to_buffer(from.bytes, room).map_err(text)?;
        into.truncate(before + written);
        Ok(())
    })
}

pub(super) fn unpack(from: Unpack<'_>, into: &mut Vec<u8>) -> Result<(), String> {
    let before = into.len();
    let bytes_max = from.bytes_max as u64;
    UNPACK.with_borrow_mut(|context| {
        // An earlier frame that broke off in the middle must not go on here.
        let fresh = context.reset(zstd_safe::ResetDirective::SessionOnly);
        fresh.map_err(|code| zstd_safe::get_error_name(code).to_owned())?;
        let decoder = Decoder::with_context(from.bytes, context);
        let mut unpacked = decoder.take(bytes_max.saturating_add(1));
        unpacked.read_to_end(into).map(|_| ()).map_err(|error| error.to_string())
    })?;
    if into.len() - before > from.bytes_max {
        return Err(above_limit(from.bytes_max));
    }
    Ok(())
}
