//! Reads log entries forward from a zxid, across files.
//!
//! How a file may end: at an entry of length zero (room made in advance), at its last byte, or in
//! the middle of an entry that a crash tore. Torn is only what has no whole entry behind it; with
//! one behind it, it is damage to something that was acknowledged, and reading stops with file and
//! offset. A torn tail of the newest file is cut off by [`LogReader::close`], so that it can never
//! be taken for damage once there are newer files.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tracing::{error, warn};

use super::adler32;
use super::directories::{Directories, LogFile};
use super::txn_log::{END_OF_ENTRY, HEADER_BYTES, MAGIC, PREFIX_BYTES, VERSION};
use super::{Error, Result};
use crate::base::disk::{Disk, File, Mode};

const LOGGER: &str = "org.apache.zookeeper.server.persistence.FileTxnLog";
/// The header every entry starts with: session, cxid, zxid, time, type.
const ENTRY_BYTES_MIN: usize = 32;
/// Where the zxid lies in it.
const ZXID_AT: usize = 12;
/// How much is read at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// One entry: transaction header, body and perhaps a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub zxid: i64,
    pub bytes: Bytes,
}

/// The reading end of the log.
#[derive(Debug)]
pub struct LogReader {
    directories: Directories,
    files: VecDeque<LogFile>,
    current: Option<Current>,
    from: i64,
    /// The last zxid known to be loaded, from where the sequence must go on; none where anything
    /// may come first.
    last: Option<i64>,
    torn: Option<Torn>,
    ended: bool,
}

/// Where the newest file stops being whole.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Torn {
    path: PathBuf,
    offset: u64,
}

#[derive(Debug)]
struct Current {
    path: PathBuf,
    window: Window,
    position: u64,
    newest: bool,
}

/// What was found at a position.
enum Found {
    Entry(Entry),
    /// Zeros or the end of the file.
    End,
    /// Something that is not a whole entry, and why.
    Broken(&'static str),
}

impl LogReader {
    /// Reads the entries from `from` on. With `continues`, the first of them must be the one that
    /// follows `from - 1` in the sequence.
    pub fn open(directories: &Directories, from: i64, continues: bool) -> Result<LogReader> {
        let mut files: VecDeque<LogFile> = directories.logs()?.into();
        while files.get(1).is_some_and(|next| next.zxid <= from) {
            files.pop_front();
        }
        Ok(LogReader {
            directories: directories.clone(),
            files,
            current: None,
            from,
            last: continues.then_some(from - 1),
            torn: None,
            ended: false,
        })
    }

    /// The next entry; none at the end of the log.
    pub fn next_entry(&mut self) -> Result<Option<Entry>> {
        loop {
            let Some(current) = &mut self.current else {
                let Some(file) = self.files.pop_front() else {
                    self.ended = true;
                    return Ok(None);
                };
                self.current = self.enter(file)?;
                continue;
            };
            match current.next()? {
                Found::Entry(entry) if entry.zxid < self.from => {}
                Found::Entry(entry) => {
                    check_sequence(self.last, entry.zxid, &current.path)?;
                    self.last = Some(self.last.unwrap_or(entry.zxid).max(entry.zxid));
                    return Ok(Some(entry));
                }
                Found::End => self.current = None,
                Found::Broken(what) => {
                    let torn = Torn { path: current.path.clone(), offset: current.position };
                    warn!(
                        target: LOGGER,
                        "Last transaction was partial: {} ends at byte {} ({what})",
                        torn.path.display(), torn.offset
                    );
                    if current.newest {
                        self.torn = Some(torn);
                    }
                    self.current = None;
                }
            }
        }
    }

    /// Ends reading, which must have come to the end: cuts off a torn tail, durably.
    pub fn close(self) -> Result<()> {
        assert!(self.ended, "the log was not read to its end");
        let Some(Torn { path, offset }) = self.torn else { return Ok(()) };
        let disk = self.directories.disk();
        if offset <= HEADER_BYTES as u64 {
            warn!(target: LOGGER, "Deleting {}: it holds no whole transaction", path.display());
            disk.remove_file(&path).map_err(Error::io("delete", &path))?;
            let folder = self.directories.log_folder();
            return disk.sync_dir(folder).map_err(Error::io("sync", folder));
        }
        warn!(target: LOGGER, "Cutting {} at byte {offset}", path.display());
        let file = disk.open(&path, Mode::Write).map_err(Error::io("open", &path))?;
        file.set_len(offset).map_err(Error::io("shorten", &path))?;
        file.sync().map_err(Error::io("sync", &path))
    }

    /// Opens a file and checks its header; none where there is nothing in it.
    fn enter(&mut self, file: LogFile) -> Result<Option<Current>> {
        let newest = self.files.is_empty();
        let mut window = Window::open(self.directories.disk(), &file.path)?;
        let header = match window.at(0, HEADER_BYTES)? {
            Some(header) if header.iter().any(|&byte| byte != 0) => header,
            // A crash before the first sync of the file.
            _ => {
                warn!(target: LOGGER, "{} has no header", file.path.display());
                if newest {
                    self.torn = Some(Torn { path: file.path, offset: 0 });
                }
                return Ok(None);
            }
        };
        if header[..4] != MAGIC.to_be_bytes() {
            return Err(Error::corrupt(&file.path, 0, "not a transaction log"));
        }
        if header[4..8] != VERSION.to_be_bytes() {
            return Err(Error::corrupt(&file.path, 4, "unknown version of the format"));
        }
        Ok(Some(Current { path: file.path, window, position: HEADER_BYTES as u64, newest }))
    }
}

/// Where in a file the first entry after `zxid` begins, or the entries end.
pub(super) fn end_of(disk: &Disk, path: &Path, zxid: i64) -> Result<u64> {
    let mut window = Window::open(disk, path)?;
    let mut position = HEADER_BYTES as u64;
    while let Found::Entry(entry) = read_entry(&mut window, position)?
        && entry.zxid <= zxid
    {
        position += (PREFIX_BYTES + entry.bytes.len() + 1) as u64;
    }
    Ok(position.min(window.length))
}

impl Current {
    fn next(&mut self) -> Result<Found> {
        match read_entry(&mut self.window, self.position)? {
            Found::Entry(entry) => {
                self.position += (PREFIX_BYTES + entry.bytes.len() + 1) as u64;
                Ok(Found::Entry(entry))
            }
            // Behind the end of an older file the next file tells whether something is missing.
            Found::End if !self.newest => Ok(Found::End),
            Found::End => {
                let what = "a hole before a whole transaction";
                match self.what_follows()? {
                    Rest::Zeros => Ok(Found::End),
                    Rest::Scraps => Ok(Found::Broken("scraps of unfinished transactions")),
                    Rest::Entry => Err(Error::corrupt(&self.path, self.position, what)),
                }
            }
            Found::Broken(what) => match self.what_follows()? {
                Rest::Entry => Err(Error::corrupt(&self.path, self.position, what)),
                Rest::Zeros | Rest::Scraps => Ok(Found::Broken(what)),
            },
        }
    }

    /// Looks behind the end for bytes that say it is not one.
    fn what_follows(&mut self) -> Result<Rest> {
        const BLOCK: u64 = 4_096;
        const ZEROS: [u8; BLOCK as usize] = [0; BLOCK as usize];
        let mut rest = Rest::Zeros;
        let mut start = self.position;
        while start < self.window.length {
            let length = BLOCK.min(self.window.length - start);
            let block = self.window.at(start, length as usize)?.unwrap_or_default();
            // Compared as a whole, which is quick in a build for tests, too: there are 64 MB of it.
            if *block != ZEROS[..block.len()] {
                rest = Rest::Scraps;
                // The bytes that give an entry away may begin in the block before.
                let first = start.saturating_sub(PREFIX_BYTES as u64).max(self.position);
                for position in first..start + length {
                    if position > self.position
                        && let Found::Entry(_) = read_entry(&mut self.window, position)?
                    {
                        return Ok(Rest::Entry);
                    }
                }
            }
            start += length;
        }
        Ok(rest)
    }
}

/// What lies behind the end of the entries of a file.
enum Rest {
    Zeros,
    Scraps,
    Entry,
}

fn read_entry(window: &mut Window, position: u64) -> Result<Found> {
    let Some(prefix) = window.at(position, PREFIX_BYTES)? else { return Ok(Found::End) };
    let (sum, length) = prefix.split_at(8);
    let sum = i64::from_be_bytes(sum.try_into().expect("eight bytes"));
    let length = i32::from_be_bytes(length.try_into().expect("four bytes"));
    let Some(length) = usize::try_from(length).ok().filter(|&length| length > 0) else {
        return Ok(Found::End);
    };
    // Cheaper than a checksum, and what keeps the search behind an end quick.
    if length < ENTRY_BYTES_MIN || !(1..=i64::from(u32::MAX)).contains(&sum) {
        return Ok(Found::Broken("not a transaction"));
    }
    let Some(entry) = window.at(position + PREFIX_BYTES as u64, length + 1)? else {
        return Ok(Found::Broken("the file ends within a transaction"));
    };
    let (entry, end) = entry.split_at(length);
    if end != [END_OF_ENTRY] {
        return Ok(Found::Broken("the end of the transaction is missing"));
    }
    if adler32::checksum(entry) != sum {
        return Ok(Found::Broken("the checksum does not match"));
    }
    let zxid = entry[ZXID_AT..ZXID_AT + 8].try_into().expect("eight bytes");
    Ok(Found::Entry(Entry { zxid: i64::from_be_bytes(zxid), bytes: Bytes::copy_from_slice(entry) }))
}

fn check_sequence(last: Option<i64>, zxid: i64, path: &Path) -> Result<()> {
    let Some(last) = last else { return Ok(()) };
    if zxid <= last {
        error!(target: LOGGER, "{zxid:#x} (in {}) comes after {last:#x}", path.display());
        return Ok(());
    }
    let (epoch, counter) = (zxid >> 32, zxid & 0xffff_ffff);
    let begins_epoch = epoch > last >> 32 && counter == 1;
    if zxid != last + 1 && !begins_epoch {
        return Err(Error::Gap { path: path.to_owned(), loaded: last, found: zxid });
    }
    Ok(())
}

/// A stretch of a file held in memory, moved along as it is read.
#[derive(Debug)]
struct Window {
    file: File,
    path: PathBuf,
    length: u64,
    start: u64,
    buffer: Vec<u8>,
}

impl Window {
    fn open(disk: &Disk, path: &Path) -> Result<Window> {
        let file = disk.open(path, Mode::Read).map_err(Error::io("open", path))?;
        let length = file.len().map_err(Error::io("read the length of", path))?;
        Ok(Window { file, path: path.to_owned(), length, start: 0, buffer: Vec::new() })
    }

    /// `length` bytes at `position`; none where the file ends before.
    fn at(&mut self, position: u64, length: usize) -> Result<Option<&[u8]>> {
        let end = position.saturating_add(length as u64);
        if end > self.length {
            return Ok(None);
        }
        if position < self.start || end > self.start + self.buffer.len() as u64 {
            let wanted = length.max(BUFFER_BYTES) as u64;
            self.start = position;
            self.buffer.resize(wanted.min(self.length - position) as usize, 0);
            self.file
                .read_exact_at(&mut self.buffer, position)
                .map_err(Error::io("read", &self.path))?;
        }
        let from = (position - self.start) as usize;
        Ok(self.buffer.get(from..from + length))
    }
}
