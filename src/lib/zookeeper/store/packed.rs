//! Packed snapshots: gzip, and the block format of Java's snappy streams.
//!
//! The latter is not snappy's own frame format: eight bytes of magic, two versions of 32 bits, then
//! blocks, each a 32-bit length and a raw snappy block.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::directories::Packing;

const SNAPPY_MAGIC: [u8; 8] = *b"\x82SNAPPY\0";
/// The version of the format, and the oldest version that can read it.
const SNAPPY_VERSION: i32 = 1;
/// What one block holds before packing: the size Java's stream uses.
const SNAPPY_BLOCK_BYTES: usize = 32 * 1024;

/// A writer that packs.
#[derive(Debug)]
pub(super) enum Packer<W: Write> {
    Plain(W),
    Gzip(GzEncoder<W>),
    Snappy { out: W, block: Vec<u8> },
}

impl<W: Write> Packer<W> {
    pub(super) fn new(packing: Packing, mut out: W) -> io::Result<Packer<W>> {
        Ok(match packing {
            Packing::Plain => Packer::Plain(out),
            Packing::Gzip => Packer::Gzip(GzEncoder::new(out, Compression::default())),
            Packing::Snappy => {
                out.write_all(&SNAPPY_MAGIC)?;
                out.write_all(&SNAPPY_VERSION.to_be_bytes())?;
                out.write_all(&SNAPPY_VERSION.to_be_bytes())?;
                Packer::Snappy { out, block: Vec::with_capacity(SNAPPY_BLOCK_BYTES) }
            }
        })
    }

    pub(super) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        match self {
            Packer::Plain(out) => out.write_all(bytes),
            Packer::Gzip(out) => out.write_all(bytes),
            Packer::Snappy { out, block } => {
                while !bytes.is_empty() {
                    let room = SNAPPY_BLOCK_BYTES - block.len();
                    let (now, later) = bytes.split_at(room.min(bytes.len()));
                    block.extend_from_slice(now);
                    bytes = later;
                    if block.len() == SNAPPY_BLOCK_BYTES {
                        write_block(out, block)?;
                    }
                }
                Ok(())
            }
        }
    }

    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            Packer::Plain(out) => Ok(out),
            Packer::Gzip(out) => out.finish(),
            Packer::Snappy { mut out, mut block } => {
                if !block.is_empty() {
                    write_block(&mut out, &mut block)?;
                }
                Ok(out)
            }
        }
    }
}

fn write_block(out: &mut impl Write, block: &mut Vec<u8>) -> io::Result<()> {
    let packed = snap::raw::Encoder::new().compress_vec(block).map_err(io::Error::other)?;
    let length = i32::try_from(packed.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(&packed)?;
    block.clear();
    Ok(())
}

/// The content of a packed file.
pub(super) fn unpack(packing: Packing, file: Vec<u8>) -> io::Result<Vec<u8>> {
    match packing {
        Packing::Plain => Ok(file),
        Packing::Gzip => {
            let mut content = Vec::with_capacity(file.len() * 4);
            MultiGzDecoder::new(&file[..]).read_to_end(&mut content)?;
            Ok(content)
        }
        Packing::Snappy => unpack_snappy(&file),
    }
}

fn unpack_snappy(file: &[u8]) -> io::Result<Vec<u8>> {
    let bad = |what: &'static str| io::Error::new(io::ErrorKind::InvalidData, what);
    let blocks = file.strip_prefix(&SNAPPY_MAGIC).ok_or_else(|| bad("no snappy magic"))?;
    let mut blocks = blocks.get(8..).ok_or_else(|| bad("no snappy version"))?;
    let mut content = Vec::with_capacity(file.len() * 2);
    let mut decoder = snap::raw::Decoder::new();
    while let Some((length, rest)) = blocks.split_first_chunk::<4>() {
        let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (block, rest) = rest.split_at_checked(length).ok_or_else(|| bad("a torn block"))?;
        content.extend_from_slice(&decoder.decompress_vec(block).map_err(io::Error::other)?);
        blocks = rest;
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_unpacks() {
        let content: Vec<u8> = (0..200_000u32).map(|i| (i / 7 % 251) as u8).collect();
        for packing in [Packing::Plain, Packing::Gzip, Packing::Snappy] {
            let mut packer = Packer::new(packing, Vec::new()).unwrap();
            for piece in content.chunks(10_007) {
                packer.write(piece).unwrap();
            }
            let packed = packer.finish().unwrap();
            assert_eq!(packed.len() < content.len(), packing != Packing::Plain);
            let cut = packed[..packed.len() - 3].to_vec();
            assert_eq!(unpack(packing, packed).unwrap(), content, "{packing:?}");
            assert!(unpack(packing, cut).is_err() || packing == Packing::Plain);
        }
    }
}
