//! `.txnindex`: the aborted transactions whose marker lies in a segment. There is no file where
//! there are none.
//!
//! ```text
//! i16 version, i64 producer id, i64 first offset, i64 last offset, i64 last stable offset
//! ```

use std::io;
use std::path::{Path, PathBuf};

use super::entries::Entries;
use crate::base::bytes::Reader;
use crate::base::disk::{Disk, File};

pub(super) const ENTRY_BYTES: usize = 34;
const VERSION: i16 = 0;

/// An aborted transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aborted {
    pub producer_id: i64,
    pub first_offset: i64,
    /// The offset of the marker.
    pub last_offset: i64,
    /// The last stable offset when the marker was written.
    pub last_stable_offset: i64,
}

/// The index of one segment.
#[derive(Debug)]
pub struct TransactionIndex {
    disk: Disk,
    entries: Entries<ENTRY_BYTES>,
}

impl TransactionIndex {
    /// Opens what is there; `None` where it cannot be an index of this segment and has to be made
    /// anew.
    pub fn open(
        disk: &Disk,
        path: PathBuf,
        base_offset: i64,
    ) -> io::Result<Option<TransactionIndex>> {
        let Some(entries) = Entries::open(disk, path)? else { return Ok(None) };
        let index = TransactionIndex { disk: disk.clone(), entries };
        for aborted in index.all() {
            match aborted {
                Ok(aborted) if aborted.last_offset >= base_offset => {}
                Ok(_) => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(index))
    }

    /// An empty index without a file.
    pub fn empty(disk: &Disk, path: PathBuf) -> TransactionIndex {
        TransactionIndex { disk: disk.clone(), entries: Entries::empty(disk, path) }
    }

    pub fn path(&self) -> &Path {
        self.entries.path()
    }

    pub(super) fn set_path(&mut self, path: PathBuf) {
        self.entries.set_path(path);
    }

    pub fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }

    pub fn append(&mut self, aborted: &Aborted) -> io::Result<()> {
        let mut entry = [0; ENTRY_BYTES];
        entry[..2].copy_from_slice(&VERSION.to_be_bytes());
        let fields = [
            aborted.producer_id,
            aborted.first_offset,
            aborted.last_offset,
            aborted.last_stable_offset,
        ];
        for (room, field) in entry[2..].chunks_exact_mut(8).zip(fields) {
            room.copy_from_slice(&field.to_be_bytes());
        }
        self.entries.push(entry)
    }

    /// All of them, in the order of their markers.
    pub fn all(&self) -> impl Iterator<Item = io::Result<Aborted>> + '_ {
        (0..self.entries.len()).map(|index| decode(&self.entries.get(index)?))
    }

    /// Forgets those whose marker is at or above `offset`.
    pub fn truncate_to(&mut self, offset: i64) -> io::Result<()> {
        let mut kept = 0;
        for aborted in self.all() {
            if aborted?.last_offset >= offset {
                break;
            }
            kept += 1;
        }
        if kept < self.entries.len() { self.entries.truncate(kept) } else { Ok(()) }
    }

    /// Forgets all, and removes the file.
    pub fn reset(&mut self) -> io::Result<()> {
        self.entries.release();
        self.disk.remove_file(self.entries.path())?;
        self.entries = Entries::empty(&self.disk, self.entries.path().to_owned());
        Ok(())
    }

    pub(super) fn write(&mut self) -> io::Result<()> {
        if self.is_empty() { Ok(()) } else { self.entries.write() }
    }

    pub(super) fn flush(&mut self, again: bool) -> io::Result<Option<File>> {
        if self.is_empty() {
            return Ok(None);
        }
        self.entries.flush(again)
    }

    pub(super) fn release(&mut self) {
        self.entries.release();
    }
}

fn decode(entry: &[u8; ENTRY_BYTES]) -> io::Result<Aborted> {
    let mut reader = Reader::new(entry);
    let mut read = || {
        let version = reader.i16()?;
        if version > VERSION {
            return Err(reader.invalid("transaction index version", version.into()));
        }
        Ok(Aborted {
            producer_id: reader.i64()?,
            first_offset: reader.i64()?,
            last_offset: reader.i64()?,
            last_stable_offset: reader.i64()?,
        })
    };
    read().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}
