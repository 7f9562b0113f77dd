//! `.index`: where in the segment's file an offset is, for one batch in every few kilobytes.
//!
//! An entry is 8 bytes: the offset less the segment's base (i32), the position in the file (i32).

use std::path::Path;

use crate::base::disk::Disk;
use crate::kafka::types::Offset;

use super::entry_file::EntryFile;
use super::error::{Error, Result};

/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 8;

/// The index of one segment.
#[derive(Debug)]
pub struct OffsetIndex {
    base: Offset,
    entries: EntryFile<ENTRY_BYTES>,
    entries_max: usize,
    last: Option<Entry>,
}

/// Where an offset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub offset: Offset,
    pub position: u32,
}

impl OffsetIndex {
    /// Opens the index of the segment at `base`; `bytes_max` is `segment.index.bytes`.
    pub fn open(disk: &Disk, path: &Path, base: Offset, bytes_max: usize) -> Result<OffsetIndex> {
        let entries = EntryFile::open(disk, path)?;
        let mut index =
            OffsetIndex { base, entries, entries_max: bytes_max / ENTRY_BYTES, last: None };
        index.last = index.last_entry()?;
        if index.last.is_some_and(|last| last.offset < base) {
            let what = "its last offset lies before the segment".to_owned();
            return Err(Error::Corrupt { path: path.to_owned(), what });
        }
        Ok(index)
    }

    fn decode(&self, [a, b, c, d, position @ ..]: [u8; ENTRY_BYTES]) -> Entry {
        let relative = i32::from_be_bytes([a, b, c, d]);
        Entry { offset: self.base + i64::from(relative), position: u32::from_be_bytes(position) }
    }

    fn last_entry(&self) -> Result<Option<Entry>> {
        match self.entries.len().checked_sub(1) {
            Some(last) => Ok(Some(self.decode(self.entries.get(last)?))),
            None => Ok(None),
        }
    }

    /// Whether no more entries fit; the segment is rolled then.
    pub fn is_full(&self) -> bool {
        self.entries.len() >= self.entries_max
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an entry. Offsets only grow: one that does not, or does not fit, is left out.
    pub fn append(&mut self, offset: Offset, position: u32) -> Result<()> {
        let Ok(relative) = i32::try_from(offset - self.base) else { return Ok(()) };
        if self.is_full() || self.last.is_some_and(|last| offset <= last.offset) {
            return Ok(());
        }
        let mut entry = [0; ENTRY_BYTES];
        entry[..4].copy_from_slice(&relative.to_be_bytes());
        entry[4..].copy_from_slice(&position.to_be_bytes());
        self.entries.push(entry)?;
        self.last = Some(Entry { offset, position });
        Ok(())
    }

    /// The last entry at or before `offset`; the segment's start where there is none.
    pub fn lookup(&self, offset: Offset) -> Result<Entry> {
        let start = Entry { offset: self.base, position: 0 };
        if let Some(last) = self.last
            && offset >= last.offset
        {
            return Ok(last);
        }
        let after = self.entries.partition_point(|entry| self.decode(*entry).offset <= offset)?;
        match after.checked_sub(1) {
            Some(index) => Ok(self.decode(self.entries.get(index)?)),
            None => Ok(start),
        }
    }

    /// Forgets entries at `offset` and beyond.
    pub fn truncate_to(&mut self, offset: Offset) -> Result<()> {
        let kept = self.entries.partition_point(|entry| self.decode(*entry).offset < offset)?;
        self.entries.truncate(kept)?;
        self.last = self.last_entry()?;
        Ok(())
    }

    /// Writes what waits in memory, so that other processes see it.
    pub fn write(&mut self) -> Result<()> {
        self.entries.write()
    }

    /// Makes it durable, without the zeros that a crash of Kafka may have left behind.
    pub fn sync(&mut self) -> Result<()> {
        self.entries.sync()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_found_at_or_before() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let path = Path::new("/d/00000000000000000100.index");
        let mut index = OffsetIndex::open(&disk, path, 100, 32).unwrap();
        assert_eq!(index.lookup(150).unwrap(), Entry { offset: 100, position: 0 });
        for (offset, position) in [(110, 4_096), (120, 8_192), (120, 9_000), (130, 12_288)] {
            index.append(offset, position).unwrap();
        }
        assert_eq!(index.len(), 3);
        for (asked, found) in
            [(109, (100, 0)), (110, (110, 4_096)), (125, (120, 8_192)), (999, (130, 12_288))]
        {
            assert_eq!(index.lookup(asked).unwrap(), Entry { offset: found.0, position: found.1 });
        }
        index.append(140, 16_384).unwrap();
        assert!(index.is_full());
        index.append(150, 20_000).unwrap();
        assert_eq!(index.len(), 4);
        index.truncate_to(130).unwrap();
        index.sync().unwrap();
        assert_eq!(disk.read(path).unwrap(), [0, 0, 0, 10, 0, 0, 16, 0, 0, 0, 0, 20, 0, 0, 32, 0]);
        let again = OffsetIndex::open(&disk, path, 100, 32).unwrap();
        assert_eq!(again.lookup(1_000).unwrap(), Entry { offset: 120, position: 8_192 });
    }
}
