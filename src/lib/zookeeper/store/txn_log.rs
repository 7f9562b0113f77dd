//! The transaction log: entries go in, and after [`TxnLog::flush`] they survive a power cut.
//!
//! A file starts with a header of 16 bytes (`ZKLG`, version 2, database id 0). An entry is its
//! Adler-32 as 64 bits, its length as 32 bits, its bytes, and a `B`. Files are made longer than
//! they are, in steps, so that a sync has no new length to write; the zeros that follow the last
//! entry are its end. A file is never appended to again once it is closed: a start after a crash
//! begins a new one.

use std::path::PathBuf;

use tracing::info;

use super::adler32;
use super::directories::Directories;
use super::{Error, Result};
use crate::base::disk::{File, Mode};
use crate::base::planted::Bug;

/// `ZKLG`.
pub(super) const MAGIC: i32 = 0x5a4b_4c47;
pub(super) const VERSION: i32 = 2;
/// Bytes before the first entry.
pub(super) const HEADER_BYTES: usize = 16;
/// Bytes of an entry before its own.
pub(super) const PREFIX_BYTES: usize = 12;
/// What closes an entry.
pub(super) const END_OF_ENTRY: u8 = b'B';
/// How close to its end a file may be written before it is made longer.
const MARGIN_BYTES: u64 = 4_096;

/// The writing end of the log.
#[derive(Debug)]
pub struct TxnLog {
    directories: Directories,
    /// By how much files are made longer at a time, in bytes; 0 for not at all.
    preallocate_bytes: u64,
    sync: bool,
    open: Option<Open>,
    /// Framed entries that are not written yet.
    pending: Vec<u8>,
    /// The zxid of the first of them.
    pending_zxid: i64,
    poisoned: Option<PathBuf>,
}

#[derive(Debug)]
struct Open {
    file: File,
    path: PathBuf,
    position: u64,
    allocated: u64,
}

impl TxnLog {
    /// A log that makes its first file at the first flush. Without `sync`, nothing is surely
    /// durable (`forceSync=no`).
    pub fn new(directories: Directories, preallocate_bytes: u64, sync: bool) -> TxnLog {
        TxnLog {
            directories,
            preallocate_bytes,
            sync,
            open: None,
            pending: Vec::new(),
            pending_zxid: 0,
            poisoned: None,
        }
    }

    /// Takes an entry; it is durable after the next [`TxnLog::flush`].
    pub fn append(&mut self, zxid: i64, entry: &[u8]) {
        if self.pending.is_empty() {
            self.pending_zxid = zxid;
        }
        let length = i32::try_from(entry.len()).expect("an entry is no longer than a frame");
        self.pending.reserve(PREFIX_BYTES + entry.len() + 1);
        self.pending.extend_from_slice(&adler32::checksum(entry).to_be_bytes());
        self.pending.extend_from_slice(&length.to_be_bytes());
        self.pending.extend_from_slice(entry);
        self.pending.push(END_OF_ENTRY);
    }

    /// Bytes taken and not yet flushed.
    pub fn pending_bytes(&self) -> usize {
        self.pending.len()
    }

    /// Bytes of the open file that are used.
    pub fn file_bytes(&self) -> u64 {
        self.open.as_ref().map_or(0, |open| open.position)
    }

    /// Writes and syncs all that was appended. After an error the log takes nothing more: what the
    /// disk holds of the failed write is not known.
    pub fn flush(&mut self) -> Result<()> {
        if let Some(path) = &self.poisoned {
            return Err(Error::Poisoned { path: path.clone() });
        }
        if self.pending.is_empty() {
            return Ok(());
        }
        let written = self.write_pending();
        if written.is_err() {
            let path = self.open.as_ref().map(|open| open.path.clone());
            self.poisoned = Some(path.unwrap_or_else(|| self.directories.log_folder().to_owned()));
        }
        written
    }

    /// Closes the file: the next entry begins a new one. Everything must have been flushed.
    pub fn roll(&mut self) {
        assert!(
            self.pending.is_empty() || self.poisoned.is_some(),
            "rolled over unflushed entries"
        );
        self.open = None;
    }

    /// Closes the file and gives back what it was made longer by in advance.
    pub fn close(mut self) -> Result<()> {
        self.flush()?;
        if let Some(Open { file, path, position, allocated }) = self.open.take()
            && allocated > position
        {
            file.set_len(position).map_err(Error::io("shorten", &path))?;
        }
        Ok(())
    }

    fn write_pending(&mut self) -> Result<()> {
        let fresh = self.open.is_none();
        let open = match &mut self.open {
            Some(open) => open,
            None => {
                let path = self.directories.log_path(self.pending_zxid);
                let open = self.open.insert(create(&self.directories, path)?);
                write_header(open)?;
                open
            }
        };
        let end = open.position + self.pending.len() as u64;
        if self.preallocate_bytes > 0 && end + MARGIN_BYTES >= open.allocated {
            let step = self.preallocate_bytes;
            open.allocated = open.allocated.max(end) / step * step + step + HEADER_BYTES as u64;
            open.file.set_len(open.allocated).map_err(Error::io("lengthen", &open.path))?;
        }
        open.file
            .write_all_at(&self.pending, open.position)
            .map_err(Error::io("write to", &open.path))?;
        if self.sync {
            open.file.sync().map_err(Error::io("sync", &open.path))?;
            if fresh && !Bug::LeaveLogUnnamed.is_planted() {
                let folder = self.directories.log_folder();
                self.directories.disk().sync_dir(folder).map_err(Error::io("sync", folder))?;
            }
        }
        open.position = end;
        // A burst must not hold its memory for ever.
        self.pending.clear();
        self.pending.shrink_to(PENDING_BYTES_KEPT);
        Ok(())
    }
}

/// How much room for entries is kept between flushes, in bytes.
const PENDING_BYTES_KEPT: usize = 256 * 1024;

fn create(directories: &Directories, path: PathBuf) -> Result<Open> {
    if let Some(name) = path.file_name() {
        info!(
            target: "org.apache.zookeeper.server.persistence.FileTxnLog",
            "Creating new log file: {}", name.display()
        );
    }
    // Never over another: a log whose first entry was torn is deleted when it is loaded, and a zxid
    // that was loaded is not given out again.
    let file =
        directories.disk().open(&path, Mode::CreateNew).map_err(Error::io("create", &path))?;
    Ok(Open { file, path, position: 0, allocated: 0 })
}

fn write_header(open: &mut Open) -> Result<()> {
    let mut header = [0; HEADER_BYTES];
    header[..4].copy_from_slice(&MAGIC.to_be_bytes());
    header[4..8].copy_from_slice(&VERSION.to_be_bytes());
    open.file.write_all_at(&header, 0).map_err(Error::io("write to", &open.path))?;
    open.position = HEADER_BYTES as u64;
    Ok(())
}
