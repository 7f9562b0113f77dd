//! `.index`: which batch lies where, one entry every few kilobytes.
//!
//! ```text
//! i32 offset - base offset, i32 position
//! ```

use std::io;

use super::index::{Entry, Index};

pub(super) const ENTRY_BYTES: usize = 8;

/// Where a batch lies: `offset` is in the batch that starts at `position`, or right before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub offset: i64,
    pub position: u64,
}

impl Entry<ENTRY_BYTES> for Place {
    const RESERVED: usize = 0;

    fn decode(bytes: [u8; ENTRY_BYTES], base_offset: i64) -> Place {
        let [a, b, c, d, e, f, g, h] = bytes;
        let relative = i32::from_be_bytes([a, b, c, d]);
        let position = u32::from_be_bytes([e, f, g, h]);
        Place { offset: base_offset + i64::from(relative), position: u64::from(position) }
    }

    fn encode(self, base_offset: i64) -> Option<[u8; ENTRY_BYTES]> {
        let relative = i32::try_from(self.offset - base_offset).ok()?;
        let position = i32::try_from(self.position).ok()?;
        let mut bytes = [0; ENTRY_BYTES];
        bytes[..4].copy_from_slice(&relative.to_be_bytes());
        bytes[4..].copy_from_slice(&position.to_be_bytes());
        Some(bytes)
    }

    fn offset(self) -> i64 {
        self.offset
    }

    fn can_follow(self, _first: Place) -> bool {
        true
    }
}

/// The index of one segment.
pub type OffsetIndex = Index<Place, ENTRY_BYTES>;

impl OffsetIndex {
    /// Adds an entry. One that does not go forward is left out: it would say nothing new.
    pub fn append(&mut self, offset: i64, position: u64) -> io::Result<()> {
        match self.last() {
            Some(last) if offset <= last.offset => Ok(()),
            _ => self.push(Place { offset, position }),
        }
    }

    /// The last entry at or before `offset`; the segment's start where there is none.
    pub fn lookup(&self, offset: i64) -> io::Result<Place> {
        if let Some(last) = self.last().filter(|last| last.offset <= offset) {
            return Ok(last);
        }
        match self.count(|place| place.offset <= offset)? {
            0 => Ok(Place { offset: self.base_offset(), position: 0 }),
            count => self.get(count - 1),
        }
    }

    /// The first entry at or behind `position`.
    pub fn first_from(&self, position: u64) -> io::Result<Option<Place>> {
        let count = self.count(|place| place.position < position)?;
        if count == self.len() { Ok(None) } else { self.get(count).map(Some) }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::disk::Disk;

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
