//! `.timeindex`: up to which time records go at an offset.
//!
//! An entry is 12 bytes: a timestamp (i64), the offset less the segment's base (i32). It says that
//! no record at or before the offset is later than the timestamp. Both only grow.

use std::path::Path;

use crate::base::disk::Disk;
use crate::kafka::types::Offset;

use super::entry_file::EntryFile;
use super::error::{Error, Result};

/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 12;

/// The index of one segment.
#[derive(Debug)]
pub struct TimeIndex {
    base: Offset,
    entries: EntryFile<ENTRY_BYTES>,
    entries_max: usize,
    last: Option<Entry>,
}

/// The latest time up to an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub timestamp_ms: i64,
    pub offset: Offset,
}

impl TimeIndex {
    /// Opens the index of the segment at `base`; `bytes_max` is `segment.index.bytes`.
    pub fn open(disk: &Disk, path: &Path, base: Offset, bytes_max: usize) -> Result<TimeIndex> {
        let entries = EntryFile::open(disk, path)?;
        let mut index =
            TimeIndex { base, entries, entries_max: bytes_max / ENTRY_BYTES, last: None };
        index.last = index.last_entry()?;
        if index.last.is_some_and(|last| last.offset < base) {
            let what = "its last offset lies before the segment".to_owned();
            return Err(Error::Corrupt { path: path.to_owned(), what });
        }
        Ok(index)
    }

    fn decode(&self, [a, b, c, d, e, f, g, h, relative @ ..]: [u8; ENTRY_BYTES]) -> Entry {
        let relative = i32::from_be_bytes(relative);
        Entry {
            timestamp_ms: i64::from_be_bytes([a, b, c, d, e, f, g, h]),
            offset: self.base + i64::from(relative),
        }
    }

    fn last_entry(&self) -> Result<Option<Entry>> {
        match self.entries.len().checked_sub(1) {
            Some(last) => Ok(Some(self.decode(self.entries.get(last)?))),
            None => Ok(None),
        }
    }

    /// The last entry: the latest time in the segment, once it is closed.
    pub fn last(&self) -> Option<Entry> {
        self.last
    }

    /// Whether no more entries fit but the closing one.
    pub fn is_full(&self) -> bool {
        self.entries.len() + 1 >= self.entries_max
    }

    /// Adds an entry if it is later than the last. The closing entry of a segment is taken even
    /// where the index is full.
    pub fn append(&mut self, timestamp_ms: i64, offset: Offset, closing: bool) -> Result<()> {
        let Ok(relative) = i32::try_from(offset - self.base) else { return Ok(()) };
        let later = |last: Entry| timestamp_ms > last.timestamp_ms && offset >= last.offset;
        if timestamp_ms < 0 || (self.is_full() && !closing) || !self.last.is_none_or(later) {
            return Ok(());
        }
        let mut entry = [0; ENTRY_BYTES];
        entry[..8].copy_from_slice(&timestamp_ms.to_be_bytes());
        entry[8..].copy_from_slice(&relative.to_be_bytes());
        self.entries.push(entry)?;
        self.last = Some(Entry { timestamp_ms, offset });
        Ok(())
    }

    /// The last entry not later than `timestamp_ms`; where there is none, the segment's start.
    pub fn lookup(&self, timestamp_ms: i64) -> Result<Entry> {
        let after = self
            .entries
            .partition_point(|entry| self.decode(*entry).timestamp_ms <= timestamp_ms)?;
        match after.checked_sub(1) {
            Some(index) => Ok(self.decode(self.entries.get(index)?)),
            None => Ok(Entry { timestamp_ms: -1, offset: self.base }),
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
    fn a_time_is_found_at_or_before() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let path = Path::new("/d/00000000000000000100.timeindex");
        let mut index = TimeIndex::open(&disk, path, 100, 48).unwrap();
        assert_eq!(index.lookup(5).unwrap(), Entry { timestamp_ms: -1, offset: 100 });
        for (timestamp, offset) in [(1_000, 110), (1_000, 115), (900, 118), (2_000, 120)] {
            index.append(timestamp, offset, false).unwrap();
        }
        for (asked, found) in
            [(999, (-1, 100)), (1_000, (1_000, 110)), (1_999, (1_000, 110)), (9_999, (2_000, 120))]
        {
            let entry = Entry { timestamp_ms: found.0, offset: found.1 };
            assert_eq!(index.lookup(asked).unwrap(), entry);
        }
        index.append(3_000, 130, false).unwrap();
        assert!(index.is_full());
        index.append(4_000, 140, false).unwrap();
        assert_eq!(index.last(), Some(Entry { timestamp_ms: 3_000, offset: 130 }));
        index.append(4_000, 140, true).unwrap();
        assert_eq!(index.last(), Some(Entry { timestamp_ms: 4_000, offset: 140 }));
        index.truncate_to(130).unwrap();
        index.sync().unwrap();
        let again = TimeIndex::open(&disk, path, 100, 48).unwrap();
        assert_eq!(again.last(), Some(Entry { timestamp_ms: 2_000, offset: 120 }));
    }
}
