//! How the records of a batch are packed: one row per codec.
//!
//! Contexts that cost more to make than to use (tables of gzip, snappy and zstd) are scratch that
//! each thread keeps; no caller can tell. What is unpacked is bounded by `limits`, and nothing is
//! allocated by a length that the packed bytes only claim.

mod gzip;
mod lz4;
mod snappy;
mod zstd;

use std::fmt;

use super::error::{Error, Result};
use crate::limits::BATCH_UNPACKED_BYTES_MAX;

/// A codec, by its number in the attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Codec {
    #[default]
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

/// Levels a codec takes, and the one it takes when none is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Levels {
    pub min: i32,
    pub max: i32,
    pub default: i32,
}

/// What is to be packed, and for whom.
#[derive(Clone, Copy)]
struct Pack<'a> {
    bytes: &'a [u8],
    level: i32,
    /// The message format: lz4 is framed differently in format 0.
    magic: i8,
}

/// What is to be unpacked, and how far it may grow.
#[derive(Clone, Copy)]
struct Unpack<'a> {
    bytes: &'a [u8],
    magic: i8,
    bytes_max: usize,
}

/// One codec.
struct Row {
    codec: Codec,
    id: i16,
    name: &'static str,
    levels: Option<Levels>,
    /// Appends the packed bytes.
    pack: fn(Pack<'_>, &mut Vec<u8>) -> std::result::Result<(), String>,
    /// Appends the unpacked bytes.
    unpack: fn(Unpack<'_>, &mut Vec<u8>) -> std::result::Result<(), String>,
}

const ROWS: [Row; 5] = [
    Row {
        codec: Codec::None,
        id: 0,
        name: "none",
        levels: None,
        pack: |from, into| {
            into.extend_from_slice(from.bytes);
            Ok(())
        },
        unpack: |from, into| {
            into.extend_from_slice(from.bytes);
            Ok(())
        },
    },
    Row {
        codec: Codec::Gzip,
        id: 1,
        name: "gzip",
        levels: Some(Levels { min: 1, max: 9, default: -1 }),
        pack: gzip::pack,
        unpack: gzip::unpack,
    },
    Row {
        codec: Codec::Snappy,
        id: 2,
        name: "snappy",
        levels: None,
        pack: snappy::pack,
        unpack: snappy::unpack,
    },
    Row {
        codec: Codec::Lz4,
        id: 3,
        name: "lz4",
        levels: Some(Levels { min: 1, max: 17, default: lz4::LEVEL_DEFAULT }),
        pack: lz4::pack,
        unpack: lz4::unpack,
    },
    Row {
        codec: Codec::Zstd,
        id: 4,
        name: "zstd",
        levels: Some(Levels { min: -131_072, max: 22, default: 3 }),
        pack: zstd::pack,
        unpack: zstd::unpack,
    },
];

impl Codec {
    /// Every codec, by number.
    pub const ALL: [Codec; 5] = [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];

    /// The codec of a number in the attributes.
    pub fn of(id: i16) -> Option<Codec> {
        ROWS.iter().find(|row| row.id == id).map(|row| row.codec)
    }

    /// The codec that configuration calls `name`.
    pub fn named(name: &str) -> Option<Codec> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.codec)
    }

    /// Its number in the attributes.
    pub fn id(self) -> i16 {
        self.row().id
    }

    /// What configuration calls it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The levels it has, if it has any.
    pub fn levels(self) -> Option<Levels> {
        self.row().levels
    }

    /// Unpacks `bytes` of a batch of format `magic` onto the end of `into`.
    pub fn unpack(self, magic: i8, bytes: &[u8], into: &mut Vec<u8>) -> Result<()> {
        let from = Unpack { bytes, magic, bytes_max: BATCH_UNPACKED_BYTES_MAX };
        (self.row().unpack)(from, into).map_err(|what| Error::Unpack { codec: self, what })
    }

    fn row(self) -> &'static Row {
        match self {
            Codec::None => &ROWS[0],
            Codec::Gzip => &ROWS[1],
            Codec::Snappy => &ROWS[2],
            Codec::Lz4 => &ROWS[3],
            Codec::Zstd => &ROWS[4],
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A codec and how hard it tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compression {
    pub codec: Codec,
    /// The codec's own default where none is given.
    pub level: Option<i32>,
}

impl From<Codec> for Compression {
    fn from(codec: Codec) -> Compression {
        Compression { codec, level: None }
    }
}

impl Compression {
    /// Records as they are.
    pub const NONE: Compression = Compression { codec: Codec::None, level: None };

    /// Packs `bytes` for a batch of format `magic` onto the end of `into`.
    pub fn pack(self, magic: i8, bytes: &[u8], into: &mut Vec<u8>) -> Result<()> {
        let row = self.codec.row();
        if self.codec == Codec::Zstd && magic < 2 {
            return Err(Error::UnsupportedCodec { codec: row.id });
        }
        let level = match (self.level, row.levels) {
            (Some(level), Some(levels)) if level != levels.default => {
                level.clamp(levels.min, levels.max)
            }
            (_, levels) => levels.map_or(0, |levels| levels.default),
        };
        (row.pack)(Pack { bytes, level, magic }, into)
            .map_err(|what| Error::Unpack { codec: self.codec, what })
    }
}

/// The sentence for what would unpack to more than the limit.
fn above_limit(bytes_max: usize) -> String {
    format!("unpacks to more than {bytes_max} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::rng::Rng;

    fn samples() -> Vec<Vec<u8>> {
        let mut noise = vec![0; 200_000];
        Rng::seeded(1).fill(&mut noise);
        let text: Vec<u8> = (0..30_000).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        vec![vec![], b"a".to_vec(), vec![7; 1_000_000], noise, text]
    }

    #[test]
    fn the_table_is_whole() {
        for (codec, row) in Codec::ALL.into_iter().zip(&ROWS) {
            assert_eq!(codec.row().codec, codec);
            assert_eq!(row.codec, codec);
            assert_eq!(Codec::of(codec.id()), Some(codec));
            assert_eq!(Codec::named(codec.name()), Some(codec));
        }
        assert_eq!(Codec::of(5), None);
    }

    #[test]
    fn what_is_packed_unpacks_at_every_level_and_format() {
        for sample in samples() {
            for codec in Codec::ALL {
                for level in [None, Some(1), Some(9), Some(17), Some(1_000)] {
                    for magic in 0..=2 {
                        let mut packed = b"before".to_vec();
                        let compression = Compression { codec, level };
                        let done = compression.pack(magic, &sample, &mut packed);
                        if codec == Codec::Zstd && magic < 2 {
                            assert_eq!(done, Err(Error::UnsupportedCodec { codec: 4 }));
                            continue;
                        }
                        done.unwrap();
                        let mut unpacked = b"kept".to_vec();
                        codec.unpack(magic, &packed[6..], &mut unpacked).unwrap();
                        assert!(unpacked[4..] == sample, "{codec} {level:?} {magic}");
                    }
                }
            }
        }
    }

    #[test]
    fn bombs_stop_at_the_limit() {
        let zeros = vec![0; 3_000_000];
        for row in ROWS.iter().skip(1) {
            let level = row.levels.map_or(0, |levels| levels.default);
            let mut packed = Vec::new();
            (row.pack)(Pack { bytes: &zeros, level, magic: 2 }, &mut packed).unwrap();
            let from = Unpack { bytes: &packed, magic: 2, bytes_max: 1_000_000 };
            let mut unpacked = Vec::new();
            let error = (row.unpack)(from, &mut unpacked).unwrap_err();
            assert_eq!(error, above_limit(1_000_000), "{}", row.name);
            assert!(unpacked.capacity() < 3_000_000, "{}", row.name);
        }
    }

    #[test]
    fn damaged_bytes_never_panic() {
        let mut rng = Rng::seeded(2);
        let text: Vec<u8> = (0..300).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        for codec in Codec::ALL.into_iter().skip(1) {
            let mut packed = Vec::new();
            Compression::from(codec).pack(2, &text, &mut packed).unwrap();
            for _ in 0..2_000 {
                let mut bytes = packed.clone();
                for _ in 0..=rng.below(4) {
                    let at = rng.below(bytes.len() as u64) as usize;
                    bytes[at] = rng.next_u64() as u8;
                }
                bytes.truncate(1 + rng.below(bytes.len() as u64) as usize);
                let _ = codec.unpack(2, &bytes, &mut Vec::new());
            }
        }
    }
}
