//! One log file entry by entry, damaged ones too, and written anew: for the tool that repairs logs.
//!
//! Unlike [`LogReader`](super::LogReader) nothing here decides what may be trusted; it says what is
//! there.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::adler32::checksum;
use super::txn_log::{END_OF_ENTRY, HEADER_BYTES, MAGIC, PREFIX_BYTES, VERSION};
use super::{Error, Result};
use crate::base::disk::{Disk, File, Mode};

/// How much is gathered before it is written.
const BUFFER_BYTES: usize = 256 * 1024;

/// A log file that is read from its start.
#[derive(Debug)]
pub struct RawLog {
    file: File,
    path: PathBuf,
    length: u64,
    position: u64,
    pub database_id: i64,
}

/// What stands at a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Raw {
    Entry(RawEntry),
    /// Room made in advance, or the end of the file, an entry cut short before it among them.
    End,
    /// An entry whose last byte is not what it must be.
    Partial(RawEntry),
}

/// An entry, as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEntry {
    /// The checksum that stands before it.
    pub checksum: i64,
    pub bytes: Bytes,
}

impl RawEntry {
    /// The checksum that ought to.
    pub fn expected(&self) -> i64 {
        checksum(&self.bytes)
    }
}

impl RawLog {
    /// Opens a file; an error of kind [`Error::Corrupt`] says that it is no log.
    pub fn open(disk: &Disk, path: &Path) -> Result<RawLog> {
        let file = disk.open(path, Mode::Read).map_err(Error::io("open", path))?;
        let length = file.len().map_err(Error::io("read the length of", path))?;
        let mut log = RawLog { file, path: path.to_owned(), length, position: 0, database_id: 0 };
        let header = log.take(HEADER_BYTES)?;
        let is_log = header.as_deref().is_some_and(|header| {
            header.starts_with(&MAGIC.to_be_bytes()) && header[4..8] == VERSION.to_be_bytes()
        });
        let Some(header) = header.filter(|_| is_log) else {
            return Err(Error::corrupt(path, 0, "not a transaction log"));
        };
        let id = header.last_chunk::<8>().copied().unwrap_or_default();
        log.database_id = i64::from_be_bytes(id);
        Ok(log)
    }

    /// What stands next.
    pub fn next_entry(&mut self) -> Result<Raw> {
        let Some(prefix) = self.take(PREFIX_BYTES)? else { return Ok(Raw::End) };
        let (sum, length) = prefix.split_at(8);
        let number =
            |bytes: &[u8]| bytes.iter().fold(0_i64, |all, &byte| all << 8 | i64::from(byte));
        let length = number(length);
        // Above i32::MAX it is negative.
        let Some(length) = usize::try_from(length).ok().filter(|length| *length >> 31 == 0) else {
            return Err(Error::corrupt(&self.path, self.position, "the length is negative"));
        };
        if length == 0 {
            return Ok(Raw::End);
        }
        let Some(bytes) = self.take(length)? else { return Ok(Raw::End) };
        let entry = RawEntry { checksum: number(sum), bytes };
        match self.take(1)? {
            Some(end) if end[..] == [END_OF_ENTRY] => Ok(Raw::Entry(entry)),
            Some(_) => Ok(Raw::Partial(entry)),
            None => Ok(Raw::End),
        }
    }

    /// The next bytes; none where the file ends before.
    fn take(&mut self, length: usize) -> Result<Option<Bytes>> {
        if self.length - self.position < length as u64 {
            return Ok(None);
        }
        let mut bytes = vec![0; length];
        let read = self.file.read_exact_at(&mut bytes, self.position);
        read.map_err(Error::io("read", &self.path))?;
        self.position += length as u64;
        Ok(Some(bytes.into()))
    }
}

/// A log file that is written, to take the place of another.
#[derive(Debug)]
pub struct RawLogWriter {
    file: File,
    path: PathBuf,
    position: u64,
    pending: Vec<u8>,
}

impl RawLogWriter {
    /// Makes a file that must not be there.
    pub fn create(disk: &Disk, path: &Path, database_id: i64) -> Result<RawLogWriter> {
        let file = disk.open(path, Mode::CreateNew).map_err(Error::io("create", path))?;
        let mut pending = Vec::with_capacity(BUFFER_BYTES);
        pending.extend_from_slice(&MAGIC.to_be_bytes());
        pending.extend_from_slice(&VERSION.to_be_bytes());
        pending.extend_from_slice(&database_id.to_be_bytes());
        Ok(RawLogWriter { file, path: path.to_owned(), position: 0, pending })
    }

    /// Goes on with an entry, whose checksum is written as it is given.
    pub fn write(&mut self, checksum: i64, bytes: &[u8]) -> Result<()> {
        self.pending.extend_from_slice(&checksum.to_be_bytes());
        let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        self.pending.extend_from_slice(&length.to_be_bytes());
        self.pending.extend_from_slice(bytes);
        self.pending.push(END_OF_ENTRY);
        if self.pending.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    /// Makes it durable.
    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.file.sync().map_err(Error::io("sync", &self.path))
    }

    fn flush(&mut self) -> Result<()> {
        let written: io::Result<()> = self.file.write_all_at(&self.pending, self.position);
        written.map_err(Error::io("write to", &self.path))?;
        self.position += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }
}
