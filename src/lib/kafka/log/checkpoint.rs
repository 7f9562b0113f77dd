//! Text checkpoints: a version, a count, one entry a line.
//!
//! ```text
//! 0
//! 2
//! topic 0 42
//! topic 1 7
//! ```

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::error::{Doing, Error, Result};
use crate::base::disk::Disk;
use crate::kafka::types::TopicPartition;

pub const RECOVERY_POINTS: &str = "recovery-point-offset-checkpoint";
pub const LOG_STARTS: &str = "log-start-offset-checkpoint";
pub const HIGH_WATERMARKS: &str = "replication-offset-checkpoint";
pub const CLEANER_OFFSETS: &str = "cleaner-offset-checkpoint";

const VERSION: &str = "0";

/// One offset for each partition of a log directory.
pub type Offsets = BTreeMap<TopicPartition, i64>;

/// Reads a checkpoint of offsets; one that is not there is empty.
pub fn read_offsets(disk: &Disk, path: &Path) -> Result<Offsets> {
    let mut offsets = Offsets::new();
    for line in read_lines(disk, path)? {
        let (topic, rest) = line.split_once(' ').unwrap_or_default();
        let entry = rest.split_once(' ').and_then(|(partition, offset)| {
            Some((TopicPartition::new(topic, partition.parse().ok()?), offset.parse().ok()?))
        });
        let Some((partition, offset)) = entry else {
            return Err(Error::corrupt(path, format!("malformed line '{line}'")));
        };
        offsets.insert(partition, offset);
    }
    Ok(offsets)
}

/// Replaces a checkpoint of offsets.
pub fn write_offsets(disk: &Disk, path: &Path, offsets: &Offsets) -> Result<()> {
    let lines = offsets
        .iter()
        .map(|(partition, offset)| format!("{} {} {offset}", partition.topic, partition.partition));
    write_lines(disk, path, lines)
}

/// The lines of a checkpoint; none where there is no file.
pub(super) fn read_lines(disk: &Disk, path: &Path) -> Result<Vec<String>> {
    let text = match disk.read_text(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).doing("read", path),
    };
    let mut lines = text.lines();
    match lines.next() {
        None => return Ok(Vec::new()),
        Some(VERSION) => {}
        Some(version) => return Err(Error::corrupt(path, format!("unknown version '{version}'"))),
    }
    let count: usize = match lines.next().map(str::parse) {
        Some(Ok(count)) => count,
        _ => return Err(Error::corrupt(path, "no count of entries")),
    };
    let lines: Vec<String> = lines.map(str::to_owned).collect();
    if lines.len() != count {
        return Err(Error::corrupt(
            path,
            format!("{count} entries announced, {} found", lines.len()),
        ));
    }
    Ok(lines)
}

/// Replaces a checkpoint, durably.
pub(super) fn write_lines(
    disk: &Disk,
    path: &Path,
    lines: impl ExactSizeIterator<Item = String>,
) -> Result<()> {
    let mut text = format!("{VERSION}\n{}\n", lines.len());
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    disk.replace(path, text.as_bytes()).doing("write", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_round_trip_in_kafkas_form() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let path = Path::new("/d/c");
        assert_eq!(read_offsets(&disk, path).unwrap(), Offsets::new());
        let offsets =
            Offsets::from([(TopicPartition::new("a", 1), 7), (TopicPartition::new("a", 0), 42)]);
        write_offsets(&disk, path, &offsets).unwrap();
        assert_eq!(disk.read_text(path).unwrap(), "0\n2\na 0 42\na 1 7\n");
        assert_eq!(read_offsets(&disk, path).unwrap(), offsets);
    }

    #[test]
    fn damaged_ones_are_refused() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let path = Path::new("/d/c");
        for text in ["1\n0\n", "0\n", "0\n2\na 0 1\n", "0\n1\na x 1\n", "0\n1\na 0\n", "0\nx\n"] {
            disk.replace(path, text.as_bytes()).unwrap();
            assert!(matches!(read_offsets(&disk, path), Err(Error::Corrupt { .. })), "{text:?}");
        }
    }

    #[test]
    fn the_page_of_the_format_is_true() {
        let page = crate::tidy::document("docs/formats/checkpoints.md");
        for name in [RECOVERY_POINTS, LOG_STARTS, HIGH_WATERMARKS, CLEANER_OFFSETS] {
            assert!(page.contains(&format!("| `{name}` |")), "{name}");
        }
        assert!(page.contains(&format!("`{}`", super::super::names::LEADER_EPOCHS)));
        let sample: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("    ")).collect();
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        disk.replace(Path::new("/d/c"), sample.join("\n").as_bytes()).unwrap();
        let offsets = read_offsets(&disk, Path::new("/d/c")).unwrap();
        assert_eq!(offsets.get(&TopicPartition::new("orders", 0)), Some(&42));
    }
}
