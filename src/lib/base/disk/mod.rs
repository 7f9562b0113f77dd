//! The only door to files.
//!
//! A [`Disk`] is the operating system's or one in [`memory`] whose power can fail. A [`File`] is
//! read and written at positions only: there is no cursor to share, so a file may be read by many
//! while one writes. What is written is durable after [`File::sync`]; a name is durable after
//! [`Disk::sync_dir`] of its folder.
//!
//! A sync that failed must not be tried again on the same file: the kernel may have dropped the
//! pages and report success the second time. Owners poison themselves instead.

pub mod memory;
mod real;
mod waiting;

use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use memory::Memory;
pub use waiting::{warm, without_waiting};

/// Where files live.
#[derive(Clone, Debug, Default)]
pub enum Disk {
    #[default]
    System,
    Memory(Arc<Memory>),
}

/// How a file is opened. Writing includes reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It must exist.
    Read,
    /// It must exist.
    Write,
    /// It is made where it does not exist.
    Create,
    /// It must not exist.
    CreateNew,
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub is_dir: bool,
    /// In bytes; 0 for a folder.
    pub len: u64,
    /// Last change, milliseconds since 1970.
    pub modified_ms: i64,
}

/// How large a file system is, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    pub total: u64,
    /// What this process may still write.
    pub usable: u64,
}

/// An open file. Clones share it.
#[derive(Clone, Debug)]
pub struct File(Inner);

#[derive(Clone, Debug)]
enum Inner {
    System(Arc<real::RealFile>),
    Memory(memory::MemoryFile),
}

/// A held lock on a file; let go when dropped.
#[derive(Debug)]
pub struct Lock(Held);

#[derive(Debug)]
enum Held {
    System(real::RealFile),
    Memory(Arc<Memory>, PathBuf),
}

impl Drop for Lock {
    fn drop(&mut self) {
        match &self.0 {
            Held::System(file) => file.unlock(),
            Held::Memory(memory, path) => memory.unlock(path),
        }
    }
}

impl Disk {
    /// A new, empty disk in memory.
    pub fn memory() -> Disk {
        Disk::Memory(Memory::new())
    }

    /// Opens a file.
    pub fn open(&self, path: &Path, mode: Mode) -> io::Result<File> {
        Ok(File(match self {
            Disk::System => Inner::System(Arc::new(real::RealFile::open(path, mode)?)),
            Disk::Memory(memory) => Inner::Memory(memory.open(path, mode)?),
        }))
    }

    /// Makes a folder and those above it.
    pub fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        match self {
            Disk::System => real::create_dir_all(path),
            Disk::Memory(memory) => memory.create_dir_all(path),
        }
    }

    /// What is in a folder, sorted by name.
    pub fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = match self {
            Disk::System => real::list(path)?,
            Disk::Memory(memory) => memory.list(path)?,
        };
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Renames, replacing a file of the new name.
    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        match self {
            Disk::System => real::rename(from, to),
            Disk::Memory(memory) => memory.rename(from, to),
        }
    }

    /// Deletes a file; one that is not there is no error.
    pub fn remove_file(&self, path: &Path) -> io::Result<()> {
        let removed = match self {
            Disk::System => real::remove_file(path),
            Disk::Memory(memory) => memory.remove_file(path),
        };
        match removed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Deletes a folder and all in it; one that is not there is no error.
    pub fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        let removed = match self {
            Disk::System => real::remove_dir_all(path),
            Disk::Memory(memory) => memory.remove_dir_all(path),
        };
        match removed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Whether a file or folder of that name exists.
    pub fn exists(&self, path: &Path) -> bool {
        match self {
            Disk::System => real::exists(path),
            Disk::Memory(memory) => memory.exists(path),
        }
    }

    /// Where a symbolic link points; only the system's disk has links.
    pub fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        match self {
            Disk::System => real::read_link(path),
            Disk::Memory(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The size of the file system on which a folder lies; a disk in memory has none.
    pub fn space(&self, path: &Path) -> io::Result<Space> {
        match self {
            Disk::System => real::space(path),
            Disk::Memory(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Makes the names in a folder durable.
    pub fn sync_dir(&self, path: &Path) -> io::Result<()> {
        match self {
            Disk::System => real::sync_dir(path),
            Disk::Memory(memory) => memory.sync_dir(path),
        }
    }

    /// A whole file. Its length is a hint only: files of `/proc` say they have none.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        const STEP: usize = 16 * 1024;
        let file = self.open(path, Mode::Read)?;
        let mut bytes = vec![0; usize::try_from(file.len()?).unwrap_or(0)];
        let mut filled = 0;
        loop {
            if filled == bytes.len() {
                bytes.resize(filled + STEP, 0);
            }
            match file.read_at(bytes.get_mut(filled..).unwrap_or_default(), filled as u64)? {
                0 => break,
                n => filled += n,
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// A whole file as text; bytes that are not UTF-8 are replaced.
    pub fn read_text(&self, path: &Path) -> io::Result<String> {
        Ok(String::from_utf8_lossy(&self.read(path)?).into_owned())
    }

    /// Replaces a file's content so that after a crash it is the old one or the new one, whole:
    /// written to `path.tmp`, synced, renamed, and the folder synced.
    pub fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut name = path.as_os_str().to_owned();
        name.push(".tmp");
        let scratch = PathBuf::from(name);
        self.remove_file(&scratch)?;
        let file = self.open(&scratch, Mode::CreateNew)?;
        file.write_all_at(bytes, 0)?;
        file.sync()?;
        self.rename(&scratch, path)?;
        match path.parent() {
            Some(parent) => self.sync_dir(parent),
            None => Ok(()),
        }
    }

    /// Locks a file for this process, making it if need be; `None` where another holds it.
    pub fn lock(&self, path: &Path) -> io::Result<Option<Lock>> {
        match self {
            Disk::System => {
                let file = real::RealFile::open(path, Mode::Create)?;
                if !file.try_lock()? {
                    return Ok(None);
                }
                Ok(Some(Lock(Held::System(file))))
            }
            Disk::Memory(memory) => {
                let held = memory.lock(path)?;
                Ok(held.then(|| Lock(Held::Memory(memory.clone(), path.to_owned()))))
            }
        }
    }
}

impl File {
    /// How long the file is.
    pub fn len(&self) -> io::Result<u64> {
        match &self.0 {
            Inner::System(file) => file.len(),
            Inner::Memory(file) => file.len(),
        }
    }

    /// Whether the file has no bytes.
    pub fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Reads once; less than asked for at the end of the file. Inside [`without_waiting`] also less
    /// where the rest is not in the page cache, and an error where nothing is.
    pub fn read_at(&self, into: &mut [u8], position: u64) -> io::Result<usize> {
        let may_wait = waiting::may_wait();
        let read = match &self.0 {
            Inner::System(file) if may_wait => file.read_at(into, position),
            Inner::System(file) => file.read_cached_at(into, position),
            Inner::Memory(file) => file.read_at(into, position, may_wait),
        };
        match read {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(waiting::missed(self, position, into.len()))
            }
            read => read,
        }
    }

    /// Reads all that was asked for, or fails.
    pub fn read_exact_at(&self, into: &mut [u8], position: u64) -> io::Result<()> {
        let mut filled = 0;
        while let Some(room) = into.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.read_at(room, position + filled as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => filled += n,
            }
        }
        Ok(())
    }

    /// Writes all of it.
    pub fn write_all_at(&self, bytes: &[u8], position: u64) -> io::Result<()> {
        self.write_vectored_at(&mut [IoSlice::new(bytes)], position)
    }

    /// Writes all of several pieces, one after the other, with as few system calls as it takes.
    pub fn write_vectored_at(&self, pieces: &mut [IoSlice<'_>], position: u64) -> io::Result<()> {
        let (mut pieces, mut position) = (pieces, position);
        // Empty pieces at the front would look like a write of nothing.
        IoSlice::advance_slices(&mut pieces, 0);
        while !pieces.is_empty() {
            let written = match &self.0 {
                Inner::System(file) => file.write_at(pieces, position),
                Inner::Memory(file) => file.write_at(pieces, position),
            };
            match written {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => {
                    position += n as u64;
                    IoSlice::advance_slices(&mut pieces, n);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Cuts the file, or makes it longer with zeros.
    pub fn set_len(&self, len: u64) -> io::Result<()> {
        match &self.0 {
            Inner::System(file) => file.set_len(len),
            Inner::Memory(file) => file.set_len(len),
        }
    }

    /// Makes the content durable (data and length).
    pub fn sync(&self) -> io::Result<()> {
        match &self.0 {
            Inner::System(file) => file.sync(),
            Inner::Memory(file) => file.sync(),
        }
    }

    /// The descriptor, for `sendfile`; none for a file in memory.
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        match &self.0 {
            Inner::System(file) => Some(file.descriptor()),
            Inner::Memory(_) => None,
        }
    }
}

/// A stretch of a file that is sent as it is.
#[derive(Clone, Debug)]
pub struct FileSlice {
    file: File,
    position: u64,
    length: usize,
}

impl FileSlice {
    /// `length` bytes of `file` from `position` on.
    pub fn new(file: File, position: u64, length: usize) -> FileSlice {
        FileSlice { file, position, length }
    }

    /// The file it lies in.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Where it starts.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The same slice, at most `length` long.
    pub fn truncated(mut self, length: usize) -> FileSlice {
        self.length = self.length.min(length);
        self
    }

    /// What is left of the slice after its first `bytes`.
    pub fn advanced(mut self, bytes: usize) -> FileSlice {
        let bytes = bytes.min(self.length);
        self.position += bytes as u64;
        self.length -= bytes;
        self
    }

    /// Whether its first and its last byte can be read without waiting for the device. What lies
    /// between then mostly can, too: pages come and go in order.
    pub fn is_cached(&self) -> bool {
        let Some(last) = self.length.checked_sub(1) else { return true };
        let probe = |at| self.file.read_at(&mut [0], self.position + at as u64);
        // Another error than a cold page is for whoever reads in earnest.
        without_waiting(|| (probe(last), probe(0))).is_ok()
    }

    /// Reads the slice from its start into `into`, which may be shorter.
    pub fn read_exact(&self, into: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(into, self.position)
    }

    /// Reads the whole slice.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.length];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each_disk(test: impl Fn(&Disk, &Path)) {
        let folder = std::env::temp_dir().join(format!("milena-disk-{}", std::process::id()));
        Disk::System.create_dir_all(&folder).unwrap();
        test(&Disk::System, &folder);
        Disk::System.remove_dir_all(&folder).unwrap();
        let memory = Disk::memory();
        memory.create_dir_all(Path::new("/data")).unwrap();
        test(&memory, Path::new("/data"));
    }

    #[test]
    fn both_disks_behave_alike() {
        each_disk(|disk, folder| {
            let path = folder.join("a");
            assert_eq!(disk.open(&path, Mode::Read).unwrap_err().kind(), io::ErrorKind::NotFound);
            let file = disk.open(&path, Mode::CreateNew).unwrap();
            let error = disk.open(&path, Mode::CreateNew).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            let mut pieces = [IoSlice::new(b""), IoSlice::new(b"hello "), IoSlice::new(b"world")];
            file.write_vectored_at(&mut pieces, 2).unwrap();
            assert_eq!(disk.read(&path).unwrap(), b"\0\0hello world");
            file.set_len(7).unwrap();
            assert_eq!(FileSlice::new(file.clone(), 2, 5).read().unwrap(), b"hello");
            assert_eq!(
                file.read_exact_at(&mut [0; 8], 0).unwrap_err().kind(),
                io::ErrorKind::UnexpectedEof
            );
            disk.rename(&path, &folder.join("b")).unwrap();
            disk.replace(&folder.join("c"), b"new").unwrap();
            disk.create_dir_all(&folder.join("d")).unwrap();
            let names: Vec<_> =
                disk.list(folder).unwrap().into_iter().map(|e| (e.name, e.is_dir, e.len)).collect();
            let expected = [("b", false, 7), ("c", false, 3), ("d", true, 0)];
            assert_eq!(names, expected.map(|(n, d, l)| (n.to_owned(), d, l)));
            disk.remove_file(&folder.join("none")).unwrap();
            let lock = disk.lock(&folder.join(".lock")).unwrap().unwrap();
            // What a process has that is just being started.
            let copy = match &lock.0 {
                Held::System(file) => Some(file.0.try_clone().unwrap()),
                Held::Memory(..) => None,
            };
            assert!(disk.lock(&folder.join(".lock")).unwrap().is_none(), "held");
            drop(lock);
            assert!(disk.lock(&folder.join(".lock")).unwrap().is_some());
            drop(copy);
        });
    }
}
