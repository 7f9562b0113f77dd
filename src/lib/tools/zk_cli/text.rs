//! Values as they are printed.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use crate::tools::dates;
use crate::zookeeper::jute::Stat;

/// What a node says about itself, eleven lines.
pub(super) fn stat(stat: &Stat) -> String {
    stat_in(stat, &TimeZone::system())
}

fn stat_in(stat: &Stat, zone: &TimeZone) -> String {
    format!(
        "cZxid = 0x{:x}\nctime = {}\nmZxid = 0x{:x}\nmtime = {}\npZxid = 0x{:x}\ncversion = {}\n\
         dataVersion = {}\naclVersion = {}\nephemeralOwner = 0x{:x}\ndataLength = {}\n\
         numChildren = {}",
        stat.czxid.0,
        dates::full(stat.ctime, zone),
        stat.mzxid.0,
        dates::full(stat.mtime, zone),
        stat.pzxid.0,
        stat.cversion,
        stat.version,
        stat.aversion,
        stat.ephemeral_owner,
        stat.data_length,
        stat.num_children
    )
}

/// Sixteen bytes a line, as numbers and as letters, in a frame.
pub(super) fn hexdump(bytes: &[u8]) -> String {
    let rule = format!("+--------+{:-<49}+{:-<16}+", "", "");
    let columns: String = (0..16).fold(String::new(), |mut text, column| {
        let _ = write!(text, "  {column:x}");
        text
    });
    let mut out = format!("         +{:-<49}+\n         |{columns} |\n{rule}", "");
    for (row, piece) in bytes.chunks(16).enumerate() {
        let mut numbers = String::new();
        for byte in piece {
            let _ = write!(numbers, " {byte:02x}");
        }
        let letters = piece.iter().map(|byte| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        });
        let letters: String = letters.collect();
        let _ = write!(out, "\n|{:08x}|{numbers:<49}|{letters:<16}|", row * 16);
    }
    let _ = write!(out, "\n{rule}");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zookeeper::jute::Zxid;

    #[test]
    fn a_stat_is_eleven_lines() {
        let known = Stat {
            czxid: Zxid(0x2a),
            mzxid: Zxid(0x2d),
            ctime: 1_795_545_155_000,
            mtime: 0,
            version: 1,
            ephemeral_owner: 0x1000_0000_0000_0001,
            data_length: 3,
            ..Stat::default()
        };
        let lines = stat_in(&known, &TimeZone::UTC);
        let expected = "cZxid = 0x2a\nctime = Tue Nov 24 18:32:35 UTC 2026\nmZxid = 0x2d\n\
                        mtime = Thu Jan 01 00:00:00 UTC 1970\npZxid = 0x0\ncversion = 0\n\
                        dataVersion = 1\naclVersion = 0\nephemeralOwner = 0x1000000000000001\n\
                        dataLength = 3\nnumChildren = 0";
        assert_eq!(lines, expected);
    }

    #[test]
    fn bytes_are_dumped_in_a_frame() {
        let expected = concat!(
            "         +-------------------------------------------------+\n",
            "         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |\n",
            "+--------+-------------------------------------------------+----------------+\n",
            "|00000000| 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 |0123456789abcdef|\n",
            "|00000010| 00 20                                           |.               |\n",
            "+--------+-------------------------------------------------+----------------+",
        );
        assert_eq!(hexdump(b"0123456789abcdef\0 "), expected);
    }
}
