//! `.timeindex`: how late it was by which offset.
//!
//! ```text
//! i64 timestamp, i32 offset - base offset
//! ```
//!
//! Up to the batch of that offset no record is later than `timestamp`.

use std::io;

use super::index::{Entry, Index};

pub(super) const ENTRY_BYTES: usize = 12;

/// The latest record so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latest {
    pub timestamp: i64,
    pub offset: i64,
}

impl Entry<ENTRY_BYTES> for Latest {
    const RESERVED: usize = 1;

    fn decode(bytes: [u8; ENTRY_BYTES], base_offset: i64) -> Latest {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = bytes;
        let timestamp = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let relative = i32::from_be_bytes([i, j, k, l]);
        Latest { timestamp, offset: base_offset + i64::from(relative) }
    }

    fn encode(self, base_offset: i64) -> Option<[u8; ENTRY_BYTES]> {
        let relative = i32::try_from(self.offset - base_offset).ok()?;
        let mut bytes = [0; ENTRY_BYTES];
        bytes[..8].copy_from_slice(&self.timestamp.to_be_bytes());
        bytes[8..].copy_from_slice(&relative.to_be_bytes());
        Some(bytes)
    }

    fn offset(self) -> i64 {
        self.offset
    }

    fn can_follow(self, first: Latest) -> bool {
        self.timestamp >= first.timestamp
    }
}

/// The index of one segment.
pub type TimeIndex = Index<Latest, ENTRY_BYTES>;

impl TimeIndex {
    /// Adds an entry, if it is later than the last.
    pub fn append(&mut self, latest: Latest) -> io::Result<()> {
        let after = self
            .last()
            .is_none_or(|last| latest.timestamp > last.timestamp && latest.offset >= last.offset);
        if !after || latest.timestamp < 0 {
            return Ok(());
        }
        self.push(latest)
    }

    /// The last entry earlier than `timestamp`: what is later comes after its offset.
    pub fn lookup(&self, timestamp: i64) -> io::Result<Option<Latest>> {
        match self.count(|latest| latest.timestamp < timestamp)? {
            0 => Ok(None),
            count => self.get(count - 1).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::disk::Disk;

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
