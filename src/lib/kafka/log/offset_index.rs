//! `.index`: which batch lies where, one entry every few kilobytes.
//!
//! ```text
//! i32 offset - base offset, i32 position
//! ```

use std::io;
use std::path::{Path, PathBuf};

use super::entries::Entries;
use crate::base::disk::{Disk, File};

pub(super) const ENTRY_BYTES: usize = 8;

/// Where a batch lies: `offset` is in the batch that starts at `position`, or right before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub offset: i64,
    pub position: u64,
}

/// The index of one segment.
#[derive(Debug)]
pub struct OffsetIndex {
    base_offset: i64,
    entries: Entries<ENTRY_BYTES>,
    entries_max: usize,
    last: Option<Place>,
}

impl OffsetIndex {
    /// Opens the file at `path`; `None` where it cannot be an index of this segment and has to be
    /// made anew.
    pub fn open(
        disk: &Disk,
        path: PathBuf,
        base_offset: i64,
        bytes_max: usize,
    ) -> io::Result<Option<OffsetIndex>> {
        let Some(entries) = Entries::open(disk, path)? else { return Ok(None) };
        let last = entries.last()?.map(|entry| decode(entry, base_offset));
        if last.is_some_and(|last| last.offset < base_offset) {
            return Ok(None);
        }
        Ok(Some(OffsetIndex { base_offset, entries, entries_max: bytes_max / ENTRY_BYTES, last }))
    }

    /// An empty index without a file.
    pub fn empty(disk: &Disk, path: PathBuf, base_offset: i64, bytes_max: usize) -> OffsetIndex {
        let entries = Entries::empty(disk, path);
        OffsetIndex { base_offset, entries, entries_max: bytes_max / ENTRY_BYTES, last: None }
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

    pub fn is_full(&self) -> bool {
        self.len() >= self.entries_max
    }

    /// Adds an entry. One that does not go forward is left out: it would say nothing new.
    pub fn append(&mut self, offset: i64, position: u64) -> io::Result<()> {
        if self.last.is_some_and(|last| offset <= last.offset) {
            return Ok(());
        }
        let (Ok(relative), Ok(place)) =
            (i32::try_from(offset - self.base_offset), i32::try_from(position))
        else {
            return Err(io::Error::other(format!("offset {offset} does not fit into its segment")));
        };
        let mut entry = [0; ENTRY_BYTES];
        entry[..4].copy_from_slice(&relative.to_be_bytes());
        entry[4..].copy_from_slice(&place.to_be_bytes());
        self.entries.push(entry)?;
        self.last = Some(Place { offset, position });
        Ok(())
    }

    /// The last entry at or before `offset`; the segment's start where there is none.
    pub fn lookup(&self, offset: i64) -> io::Result<Place> {
        if let Some(last) = self.last.filter(|last| last.offset <= offset) {
            return Ok(last);
        }
        let base = self.base_offset;
        let count = self.entries.partition_point(|entry| decode(*entry, base).offset <= offset)?;
        match count {
            0 => Ok(Place { offset: base, position: 0 }),
            count => Ok(decode(self.entries.get(count - 1)?, base)),
        }
    }

    /// The first entry at or behind `position`.
    pub fn first_from(&self, position: u64) -> io::Result<Option<Place>> {
        let base = self.base_offset;
        let count =
            self.entries.partition_point(|entry| decode(*entry, base).position < position)?;
        if count == self.len() {
            return Ok(None);
        }
        Ok(Some(decode(self.entries.get(count)?, base)))
    }

    /// All entries.
    pub fn places(&self) -> impl Iterator<Item = io::Result<Place>> + '_ {
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

fn decode(entry: [u8; ENTRY_BYTES], base_offset: i64) -> Place {
    let [a, b, c, d, e, f, g, h] = entry;
    let relative = i32::from_be_bytes([a, b, c, d]);
    let position = u32::from_be_bytes([e, f, g, h]);
    Place { offset: base_offset + i64::from(relative), position: u64::from(position) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookups_find_the_floor() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let path = Path::new("/d/x.index").to_owned();
        let mut index = OffsetIndex::empty(&disk, path.clone(), 100, 24);
        for (offset, position) in [(110, 1_000), (110, 1_500), (120, 2_000), (130, 3_000)] {
            index.append(offset, position).unwrap();
        }
        assert!(index.is_full());
        index.flush(false).unwrap();
        assert_eq!(disk.read(&path).unwrap()[..8], [0, 0, 0, 10, 0, 0, 3, 0xe8]);
        let mut index = OffsetIndex::open(&disk, path, 100, 24).unwrap().unwrap();
        for (offset, found) in
            [(100, (100, 0)), (110, (110, 1_000)), (125, (120, 2_000)), (999, (130, 3_000))]
        {
            let place = index.lookup(offset).unwrap();
            assert_eq!((place.offset, place.position), found);
        }
        assert_eq!(index.first_from(1_001).unwrap().unwrap().offset, 120);
        assert_eq!(index.first_from(3_001).unwrap(), None);
        index.truncate_to(120).unwrap();
        assert_eq!(index.lookup(999).unwrap(), Place { offset: 110, position: 1_000 });
    }
}
