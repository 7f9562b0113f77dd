//! The operating system's files.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::fs;
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::{Entry, Mode, Space};

/// An open file of the operating system.
#[derive(Debug)]
pub(super) struct RealFile(pub(super) fs::File);

impl RealFile {
    pub(super) fn open(path: &Path, mode: Mode) -> io::Result<RealFile> {
        let mut options = fs::OpenOptions::new();
        options.read(true);
        match mode {
            Mode::Read => {}
            Mode::Write => {
                options.write(true);
            }
            Mode::Create => {
                options.write(true).create(true).truncate(false);
            }
            Mode::CreateNew => {
                options.write(true).create_new(true);
            }
        }
        options.open(path).map(RealFile)
    }

    pub(super) fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    pub(super) fn read_at(&self, into: &mut [u8], position: u64) -> io::Result<usize> {
        loop {
            match self.0.read_at(into, position) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    /// Reads what lies in the page cache; `WouldBlock` where that is nothing.
    pub(super) fn read_cached_at(&self, into: &mut [u8], position: u64) -> io::Result<usize> {
        use rustix::io::{Errno, ReadWriteFlags, preadv2};
        let mut room = [IoSliceMut::new(into)];
        match preadv2(&self.0, &mut room, position, ReadWriteFlags::NOWAIT) {
            Ok(read) => Ok(read),
            // A file system that cannot tell: it is read as it always was.
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INTR) => self.read_at(into, position),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn write_at(&self, pieces: &[IoSlice<'_>], position: u64) -> io::Result<usize> {
        Ok(rustix::io::pwritev(&self.0, pieces, position)?)
    }

    pub(super) fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// POSIX record locks, as Java's FileLock takes them, so that a JVM on the same folder and we
    /// see each other; and flock, because record locks do not conflict within one process.
    pub(super) fn try_lock(&self) -> io::Result<bool> {
        use rustix::fs::{FlockOperation, fcntl_lock, flock};
        let mine = |result: rustix::io::Result<()>| match result {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => Ok(false),
            Err(error) => Err(io::Error::from(error)),
        };
        Ok(mine(flock(&self.0, FlockOperation::NonBlockingLockExclusive))?
            && mine(fcntl_lock(&self.0, FlockOperation::NonBlockingLockExclusive))?)
    }

    /// Lets go at once. To close the file is not enough for flock: a process that another thread is
    /// just starting has a copy of the descriptor until it becomes another program.
    pub(super) fn unlock(&self) {
        // Nothing can be done about an error; the file is closed next.
        let _ = rustix::fs::flock(&self.0, rustix::fs::FlockOperation::Unlock);
    }
}

pub(super) fn create_dir_all(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

pub(super) fn list(path: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let about = match entry.metadata() {
            Ok(about) => about,
            // Deleted between the listing and the look.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let modified_ms = about
            .modified()
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        let is_dir = about.is_dir();
        entries.push(Entry {
            name: entry.file_name().to_string_lossy().into_owned(),
            is_dir,
            len: if is_dir { 0 } else { about.len() },
            modified_ms,
        });
    }
    Ok(entries)
}

pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

pub(super) fn remove_dir_all(path: &Path) -> io::Result<()> {
    fs::remove_dir_all(path)
}

pub(super) fn exists(path: &Path) -> bool {
    path.exists()
}

pub(super) fn read_link(path: &Path) -> io::Result<std::path::PathBuf> {
    fs::read_link(path)
}

pub(super) fn space(path: &Path) -> io::Result<Space> {
    let stat = rustix::fs::statvfs(path)?;
    let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
    Ok(Space { total: bytes(stat.f_blocks), usable: bytes(stat.f_bavail) })
}

pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    fs::File::open(path)?.sync_all()
}
