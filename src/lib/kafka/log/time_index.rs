//! `.timeindex`: how late it was by which offset.
//!
//! ```text
//! i64 timestamp, i32 offset - base offset
//! ```
//!
//! Up to the batch of that offset no record is later than `timestamp`.

use std::io;
use std::path::{Path, PathBuf};

use super::entries::Entries;
use crate::base::disk::{Disk, File};

pub(super) const ENTRY_BYTES: usize = 12;

/// The latest record so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latest {
    pub timestamp: i64,
    pub offset: i64,
}

/// The index of one segment.
#[derive(Debug)]
pub struct TimeIndex {
    base_offset: i64,
    entries: Entries<ENTRY_BYTES>,
    entries_max: usize,
    last: Option<Latest>,
}

impl TimeIndex {
    /// Opens the file at `path`; `None` where it cannot be an index of this segment and has to be
    /// made anew.
    pub fn open(
        disk: &Disk,
        path: PathBuf,
        base_offset: i64,
        bytes_max: usize,
    ) -> io::Result<Option<TimeIndex>> {
        let Some(entries) = Entries::open(disk, path)? else { return Ok(None) };
        let last = entries.last()?.map(|entry| decode(entry, base_offset));
        if let Some(last) = last {
            let first = decode(entries.get(0)?, base_offset);
            if last.offset < base_offset || last.timestamp < first.timestamp {
                return Ok(None);
            }
        }
        Ok(Some(TimeIndex { base_offset, entries, entries_max: bytes_max / ENTRY_BYTES, last }))
    }

    /// An empty index without a file.
    pub fn empty(disk: &Disk, path: PathBuf, base_offset: i64, bytes_max: usize) -> TimeIndex {
        let entries = Entries::empty(disk, path);
        TimeIndex { base_offset, entries, entries_max: bytes_max / ENTRY_BYTES, last: None }
    }

    pub fn path(&self) -> &Path {
        self.entries.path()
    }

    pub(super) fn set_path(&mut self, path: PathBuf) {
        self.entries.set_path(path);
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Full but for the one entry that closes it.
    pub fn is_full(&self) -> bool {
        self.len() + 1 >= self.entries_max
    }

    /// The last entry.
    pub fn last(&self) -> Option<Latest> {
        self.last
    }

    /// Adds an entry, if it is later than the last.
    pub fn append(&mut self, latest: Latest) -> io::Result<()> {
        let after = self
            .last
            .is_none_or(|last| latest.timestamp > last.timestamp && latest.offset >= last.offset);
        if !after || latest.timestamp < 0 {
            return Ok(());
        }
        let Ok(relative) = i32::try_from(latest.offset - self.base_offset) else {
            let text = format!("offset {} does not fit into its segment", latest.offset);
            return Err(io::Error::other(text));
        };
        let mut entry = [0; ENTRY_BYTES];
        entry[..8].copy_from_slice(&latest.timestamp.to_be_bytes());
        entry[8..].copy_from_slice(&relative.to_be_bytes());
        self.entries.push(entry)?;
        self.last = Some(latest);
        Ok(())
    }

    /// The last entry earlier than `timestamp`: what is later comes after its offset.
    pub fn lookup(&self, timestamp: i64) -> io::Result<Option<Latest>> {
        let base = self.base_offset;
        let count =
            self.entries.partition_point(|entry| decode(*entry, base).timestamp < timestamp)?;
        match count {
            0 => Ok(None),
            count => Ok(Some(decode(self.entries.get(count - 1)?, base))),
        }
    }

    /// All entries.
    pub fn all(&self) -> impl Iterator<Item = io::Result<Latest>> + '_ {
        (0..self.len()).map(|index| Ok(decode(self.entries.get(index)?, self.base_offset)))
    }

    /// Forgets entries of offsets at or above `offset`.
    pub fn truncate_to(&mut self, offset: i64) -> io::Result<()> {
        let base = self.base_offset;
        let count = self.entries.partition_point(|entry| decode(*entry, base).offset < offset)?;
        self.entries.truncate(count)?;
        self.last = self.entries.last()?.map(|entry| decode(entry, base));
        Ok(())
    }

    /// Forgets all.
    pub fn reset(&mut self) -> io::Result<()> {
        self.last = None;
        self.entries.reset()
    }

    pub(super) fn write(&mut self) -> io::Result<()> {
        self.entries.write()
    }

    pub(super) fn flush(&mut self, again: bool) -> io::Result<Option<File>> {
        self.entries.flush(again)
    }

    pub(super) fn release(&mut self) {
        self.entries.release();
    }
}

fn decode(entry: [u8; ENTRY_BYTES], base_offset: i64) -> Latest {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = entry;
    let timestamp = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
    let relative = i32::from_be_bytes([i, j, k, l]);
    Latest { timestamp, offset: base_offset + i64::from(relative) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_later_times_are_kept() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let mut index = TimeIndex::empty(&disk, Path::new("/d/x.timeindex").to_owned(), 100, 48);
        for (timestamp, offset) in [(-1, 101), (50, 110), (50, 115), (40, 118), (70, 120)] {
            index.append(Latest { timestamp, offset }).unwrap();
        }
        assert_eq!(index.len(), 2);
        assert!(!index.is_full());
        index.append(Latest { timestamp: 80, offset: 130 }).unwrap();
        assert!(index.is_full());
        let found = |timestamp| index.lookup(timestamp).unwrap().map(|latest| latest.offset);
        assert_eq!((found(50), found(51), found(71)), (None, Some(110), Some(120)));
        index.truncate_to(120).unwrap();
        assert_eq!(index.last(), Some(Latest { timestamp: 50, offset: 110 }));
    }
}
