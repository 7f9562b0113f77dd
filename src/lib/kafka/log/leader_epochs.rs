//! Which leader epoch began at which offset, and the file it is kept in.
//!
//! Changes are written with the next flush and when the log is closed: batches above the recovery
//! point tell their epochs themselves, so a crash in between loses nothing. A new partition, or a
//! new leader, then costs no sync.

use std::path::{Path, PathBuf};

use super::checkpoint::{read_lines, write_lines};
use super::error::{Error, Result};
use super::names::LEADER_EPOCHS;
use crate::base::disk::Disk;

/// No epoch, no offset.
const NONE: i64 = -1;

/// One epoch's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub epoch: i32,
    pub start_offset: i64,
}

/// The epochs of one log: both numbers go up from entry to entry.
#[derive(Debug)]
pub struct LeaderEpochs {
    disk: Disk,
    path: PathBuf,
    entries: Vec<Entry>,
    unwritten: bool,
}

/// The file as it is to be.
#[derive(Debug)]
pub(super) struct Write {
    disk: Disk,
    path: PathBuf,
    entries: Vec<Entry>,
}

impl Write {
    /// Replaces the file, durably.
    pub(super) fn run(&self) -> Result<()> {
        let lines =
            self.entries.iter().map(|entry| format!("{} {}", entry.epoch, entry.start_offset));
        write_lines(&self.disk, &self.path, lines)
    }
}

impl LeaderEpochs {
    /// Reads what is there.
    pub fn open(disk: &Disk, dir: &Path) -> Result<LeaderEpochs> {
        let path = dir.join(LEADER_EPOCHS);
        let mut entries: Vec<Entry> = Vec::new();
        for line in read_lines(disk, &path)? {
            let entry = line.split_once(' ').and_then(|(epoch, start)| {
                Some(Entry { epoch: epoch.parse().ok()?, start_offset: start.parse().ok()? })
            });
            let Some(entry) = entry else {
                return Err(Error::corrupt(&path, format!("malformed line '{line}'")));
            };
            entries.retain(|before| follows(before, &entry));
            entries.push(entry);
        }
        Ok(LeaderEpochs { disk: disk.clone(), path, entries, unwritten: false })
    }

    /// Follows a folder that was renamed.
    pub(super) fn set_dir(&mut self, dir: &Path) {
        self.path = dir.join(LEADER_EPOCHS);
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The latest epoch.
    pub fn latest(&self) -> Option<i32> {
        self.entries.last().map(|entry| entry.epoch)
    }

    /// The epoch of a record.
    pub fn of_offset(&self, offset: i64) -> Option<i32> {
        let count = self.entries.partition_point(|entry| entry.start_offset <= offset);
        self.entries.get(count.checked_sub(1)?).map(|entry| entry.epoch)
    }

    /// The epoch before `epoch`.
    pub fn before(&self, epoch: i32) -> Option<i32> {
        let count = self.entries.partition_point(|entry| entry.epoch < epoch);
        self.entries.get(count.checked_sub(1)?).map(|entry| entry.epoch)
    }

    /// Says that `epoch` begins at `start_offset`, if that is news. Entries at the end that say
    /// otherwise give way.
    pub fn assign(&mut self, epoch: i32, start_offset: i64) {
        if epoch < 0 || start_offset < 0 {
            return;
        }
        let entry = Entry { epoch, start_offset };
        if self
            .entries
            .last()
            .is_some_and(|last| last.epoch == epoch && last.start_offset <= start_offset)
        {
            return;
        }
        self.entries.retain(|before| follows(before, &entry));
        self.entries.push(entry);
        self.unwritten = true;
    }

    /// Where `epoch` ended: the largest epoch at or below it and the offset where the next one
    /// began, `log_end` for the latest. (-1, -1) where that cannot be told.
    pub fn end_offset_for(&self, epoch: i32, log_end: i64) -> (i32, i64) {
        let unknown = (-1, NONE);
        let Some(latest) = self.entries.last().filter(|_| epoch >= 0) else { return unknown };
        if epoch == latest.epoch {
            return (epoch, log_end);
        }
        if epoch > latest.epoch {
            return unknown;
        }
        let count = self.entries.partition_point(|entry| entry.epoch <= epoch);
        let next = self.entries.get(count).map_or(NONE, |entry| entry.start_offset);
        match count.checked_sub(1).and_then(|floor| self.entries.get(floor)) {
            Some(floor) => (floor.epoch, next),
            None => (epoch, next),
        }
    }

    /// Forgets epochs that began at `end_offset` or later.
    pub fn truncate_from_end(&mut self, end_offset: i64) {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.start_offset < end_offset);
        self.unwritten |= self.entries.len() != before;
    }

    /// Forgets epochs that ended before `start_offset`; the one that reaches over it begins there.
    pub fn truncate_from_start(&mut self, start_offset: i64) {
        let over = self.entries.partition_point(|entry| entry.start_offset <= start_offset);
        let Some(last) = over.checked_sub(1) else { return };
        self.entries.drain(..last);
        if let Some(first) = self.entries.first_mut() {
            self.unwritten |= last > 0 || first.start_offset != start_offset;
            first.start_offset = start_offset;
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.unwritten |= !self.entries.is_empty();
        self.entries.clear();
    }

    /// The write that is due, if one is.
    pub(super) fn take_write(&mut self) -> Option<Write> {
        std::mem::take(&mut self.unwritten).then(|| Write {
            disk: self.disk.clone(),
            path: self.path.clone(),
            entries: self.entries.clone(),
        })
    }
}

/// Whether `entry` may stand after `before`.
fn follows(before: &Entry, entry: &Entry) -> bool {
    before.epoch < entry.epoch && before.start_offset < entry.start_offset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(pairs: &[(i32, i64)]) -> LeaderEpochs {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let mut epochs = LeaderEpochs::open(&disk, Path::new("/d")).unwrap();
        for (epoch, start) in pairs {
            epochs.assign(*epoch, *start);
        }
        epochs
    }

    fn pairs(epochs: &LeaderEpochs) -> Vec<(i32, i64)> {
        epochs.entries().iter().map(|entry| (entry.epoch, entry.start_offset)).collect()
    }

    #[test]
    fn both_numbers_go_up() {
        let cases: [(&[(i32, i64)], &[(i32, i64)]); 5] = [
            (&[(0, 0), (0, 10), (2, 20)], &[(0, 0), (2, 20)]),
            (&[(0, 0), (1, 10), (2, 10)], &[(0, 0), (2, 10)]),
            (&[(0, 0), (3, 10), (1, 20)], &[(0, 0), (1, 20)]),
            (&[(1, 10), (2, 0)], &[(2, 0)]),
            (&[(-1, 0), (1, 5)], &[(1, 5)]),
        ];
        for (assigned, expected) in cases {
            assert_eq!(pairs(&epochs(assigned)), expected, "{assigned:?}");
        }
    }

    #[test]
    fn ends_of_epochs() {
        let epochs = epochs(&[(2, 10), (4, 20), (5, 30)]);
        for (asked, told) in [
            (-1, (-1, -1)),
            (0, (0, 10)),
            (2, (2, 20)),
            (3, (2, 20)),
            (4, (4, 30)),
            (5, (5, 99)),
            (6, (-1, -1)),
        ] {
            assert_eq!(epochs.end_offset_for(asked, 99), told, "{asked}");
        }
        assert_eq!(
            (epochs.of_offset(9), epochs.of_offset(29), epochs.before(5)),
            (None, Some(4), Some(4))
        );
    }

    #[test]
    fn point_10_both_ends_can_be_cut_and_the_file_follows() {
        let mut cut = epochs(&[(0, 0), (1, 10), (2, 20)]);
        cut.truncate_from_end(20);
        cut.truncate_from_start(15);
        assert_eq!(pairs(&cut), [(1, 15)]);
        cut.take_write().unwrap().run().unwrap();
        assert!(cut.take_write().is_none());
        let again = LeaderEpochs::open(&cut.disk, Path::new("/d")).unwrap();
        assert_eq!(pairs(&again), [(1, 15)]);
        let mut early = epochs(&[(3, 10)]);
        early.truncate_from_start(5);
        assert_eq!(pairs(&early), [(3, 10)]);
    }
}
