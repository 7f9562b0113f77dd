//! What the offset index and the time index of a segment share: entries of one size, each of which
//! names an offset, in order, relative to the segment's first.

use std::io;
use std::path::{Path, PathBuf};

use super::entries::Entries;
use crate::base::disk::{Disk, File};

/// What one entry of `N` bytes says.
pub trait Entry<const N: usize>: Copy {
    /// How many entries are kept free for the closing of the segment.
    const RESERVED: usize;

    fn decode(bytes: [u8; N], base_offset: i64) -> Self;

    /// `None` where it does not fit into the segment.
    fn encode(self, base_offset: i64) -> Option<[u8; N]>;

    fn offset(self) -> i64;

    /// Whether it can be the last entry of an index that begins with `first`.
    fn can_follow(self, first: Self) -> bool;
}

/// The index of one segment.
#[derive(Debug)]
pub struct Index<E, const N: usize> {
    base_offset: i64,
    entries: Entries<N>,
    entries_max: usize,
    last: Option<E>,
}

impl<E: Entry<N>, const N: usize> Index<E, N> {
    /// Opens the file at `path`; `None` where it cannot be an index of this segment and has to be
    /// made anew.
    pub fn open(
        disk: &Disk,
        path: PathBuf,
        base_offset: i64,
        bytes_max: usize,
    ) -> io::Result<Option<Self>> {
        let Some(entries) = Entries::open(disk, path)? else { return Ok(None) };
        let mut index = Index { base_offset, entries, entries_max: bytes_max / N, last: None };
        index.last = index.entries.last()?.map(|entry| E::decode(entry, base_offset));
        if let Some(last) = index.last
            && (last.offset() < base_offset || !last.can_follow(index.get(0)?))
        {
            return Ok(None);
        }
        Ok(Some(index))
    }

    /// An empty index without a file.
    pub fn empty(disk: &Disk, path: PathBuf, base_offset: i64, bytes_max: usize) -> Self {
        let entries = Entries::empty(disk, path);
        Index { base_offset, entries, entries_max: bytes_max / N, last: None }
    }

    pub fn path(&self) -> &Path {
        self.entries.path()
    }

    pub(super) fn set_path(&mut self, path: PathBuf) {
        self.entries.set_path(path);
    }

    pub fn base_offset(&self) -> i64 {
        self.base_offset
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Full but for what is kept free.
    pub fn is_full(&self) -> bool {
        self.len() + E::RESERVED >= self.entries_max
    }

    /// The last entry.
    pub fn last(&self) -> Option<E> {
        self.last
    }

    /// All entries.
    pub fn all(&self) -> impl Iterator<Item = io::Result<E>> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }

    pub(super) fn get(&self, index: usize) -> io::Result<E> {
        Ok(E::decode(self.entries.get(index)?, self.base_offset))
    }

    /// How many entries from the front on are `before`; all of those come before all others.
    pub(super) fn count(&self, before: impl Fn(E) -> bool) -> io::Result<usize> {
        self.entries.partition_point(|entry| before(E::decode(*entry, self.base_offset)))
    }

    pub(super) fn push(&mut self, entry: E) -> io::Result<()> {
        let Some(bytes) = entry.encode(self.base_offset) else {
            let text = format!("offset {} does not fit into its segment", entry.offset());
            return Err(io::Error::other(text));
        };
        self.entries.push(bytes)?;
        self.last = Some(entry);
        Ok(())
    }

    /// Forgets entries of offsets at or above `offset`.
    pub fn truncate_to(&mut self, offset: i64) -> io::Result<()> {
        let count = self.count(|entry| entry.offset() < offset)?;
        self.entries.truncate(count)?;
        self.last = self.entries.last()?.map(|entry| E::decode(entry, self.base_offset));
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
