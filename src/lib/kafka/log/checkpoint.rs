//! Checkpoint files: text, a version line, a count, then one entry a line.
//!
//! | file | entries |
//! |---|---|
//! | `recovery-point-offset-checkpoint` | `topic partition offset`: synced up to there |
//! | `log-start-offset-checkpoint` | `topic partition offset`: deleted up to there, within a segment |
//! | `replication-offset-checkpoint` | `topic partition offset`: the high watermark |
//! | `cleaner-offset-checkpoint` | `topic partition offset`: compacted up to there |
//! | `leader-epoch-checkpoint` | `epoch offset`: where each leader began |

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::base::disk::Disk;
use crate::kafka::types::{LeaderEpoch, Offset, TopicPartition};

use super::error::{Error, Result};

/// The recovery points of a log directory.
pub const RECOVERY_POINTS: &str = "recovery-point-offset-checkpoint";
/// The log starts that lie within a segment.
pub const LOG_STARTS: &str = "log-start-offset-checkpoint";
/// The high watermarks.
pub const HIGH_WATERMARKS: &str = "replication-offset-checkpoint";
/// How far logs are compacted.
pub const CLEANED: &str = "cleaner-offset-checkpoint";
/// The leader epochs of one partition.
pub const LEADER_EPOCHS: &str = "leader-epoch-checkpoint";

/// An offset for each partition of a log directory.
pub type Offsets = BTreeMap<TopicPartition, Offset>;

/// Reads a checkpoint of offsets; a file that is not there has no entries.
pub fn read_offsets(disk: &Disk, path: &Path) -> Result<Offsets> {
    read(disk, path, |line| {
        let mut words = line.rsplitn(3, ' ');
        let offset = words.next()?.parse().ok()?;
        let partition = words.next()?.parse().ok()?;
        Some((TopicPartition::new(words.next()?, partition), offset))
    })
    .map(|entries| entries.into_iter().collect())
}

/// Replaces a checkpoint of offsets.
pub fn write_offsets(disk: &Disk, path: &Path, offsets: &Offsets) -> Result<()> {
    let lines =
        offsets.iter().map(|(at, offset)| format!("{} {} {offset}", at.topic, at.partition));
    write(disk, path, lines)
}

/// Reads a partition's leader epochs.
pub fn read_epochs(disk: &Disk, path: &Path) -> Result<Vec<(LeaderEpoch, Offset)>> {
    read(disk, path, |line| {
        let (epoch, offset) = line.split_once(' ')?;
        Some((LeaderEpoch(epoch.parse().ok()?), offset.parse().ok()?))
    })
}

/// Replaces a partition's leader epochs.
pub fn write_epochs(disk: &Disk, path: &Path, epochs: &[(LeaderEpoch, Offset)]) -> Result<()> {
    write(disk, path, epochs.iter().map(|(epoch, offset)| format!("{epoch} {offset}")))
}

fn read<T>(disk: &Disk, path: &Path, entry: impl Fn(&str) -> Option<T>) -> Result<Vec<T>> {
    let text = match disk.read_text(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("read", path)(error)),
    };
    let corrupt = |what: String| Error::Corrupt { path: path.to_owned(), what };
    let mut lines = text.lines();
    match lines.next() {
        Some("0") => {}
        other => return Err(corrupt(format!("version '{}'", other.unwrap_or_default()))),
    }
    let count: usize = lines
        .next()
        .and_then(|line| line.trim().parse().ok())
        .ok_or_else(|| corrupt("no count of entries".to_owned()))?;
    let entries = lines
        .map(|line| entry(line).ok_or_else(|| corrupt(format!("malformed line '{line}'"))))
        .collect::<Result<Vec<T>>>()?;
    if entries.len() != count {
        return Err(corrupt(format!("{count} entries announced, {} found", entries.len())));
    }
    Ok(entries)
}

fn write(disk: &Disk, path: &Path, lines: impl ExactSizeIterator<Item = String>) -> Result<()> {
    let mut text = format!("0\n{}\n", lines.len());
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    disk.replace(path, text.as_bytes()).map_err(Error::io("replace", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_kafkas_form() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let path = Path::new("/d").join(RECOVERY_POINTS);
        assert_eq!(read_offsets(&disk, &path).unwrap(), Offsets::new());
        let offsets = Offsets::from([
            (TopicPartition::new("a-b", 0), 7),
            (TopicPartition::new("t", 12), i64::MAX),
        ]);
        write_offsets(&disk, &path, &offsets).unwrap();
        let text = "0\n2\na-b 0 7\nt 12 9223372036854775807\n";
        assert_eq!(disk.read_text(&path).unwrap(), text);
        assert_eq!(read_offsets(&disk, &path).unwrap(), offsets);
        let epochs = [(LeaderEpoch(0), 0), (LeaderEpoch(3), 15)];
        write_epochs(&disk, &path, &epochs).unwrap();
        assert_eq!(disk.read_text(&path).unwrap(), "0\n2\n0 0\n3 15\n");
        assert_eq!(read_epochs(&disk, &path).unwrap(), epochs);
    }

    #[test]
    fn damage_is_named() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let path = Path::new("/d/c");
        for (text, said) in [
            ("", "/d/c is corrupt: version ''"),
            ("1\n0\n", "/d/c is corrupt: version '1'"),
            ("0\nx\n", "/d/c is corrupt: no count of entries"),
            ("0\n2\nt 0 1\n", "/d/c is corrupt: 2 entries announced, 1 found"),
            ("0\n1\nt 0\n", "/d/c is corrupt: malformed line 't 0'"),
        ] {
            disk.replace(path, text.as_bytes()).unwrap();
            assert_eq!(read_offsets(&disk, path).unwrap_err().to_string(), said);
        }
    }
}
