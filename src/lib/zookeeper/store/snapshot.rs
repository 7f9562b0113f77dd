//! Snapshot files: written aside, sealed, synced and then named; read whole and verified.
//!
//! A file is a header of 16 bytes (`ZKSN`, version 2, database id -1) and sections, each closed by
//! a seal: the Adler-32 of all bytes before it, then the text "/". The tree's sections are its
//! sessions, ACLs and nodes (since ever), its digest (3.6) and its last zxid (3.9). Since a seal
//! covers everything before it, the last one vouches for the whole file.

use std::io::{self, Write};
use std::path::PathBuf;

use bytes::Bytes;

use super::adler32::Adler32;
use super::directories::{Directories, Packing, SnapshotFile};
use super::packed::{Packer, unpack};
use super::{Error, Result};
use crate::base::bytes::Reader;
use crate::base::disk::{Disk, File, Mode};

/// `ZKSN`.
pub(super) const MAGIC: i32 = 0x5a4b_534e;
pub(super) const VERSION: i32 = 2;
/// What ZooKeeper writes; nobody reads it.
pub(super) const DATABASE_ID: i64 = -1;
pub(super) const HEADER_BYTES: usize = 16;
/// A checksum and the text "/".
pub(super) const SEAL_BYTES: usize = 8 + SEAL_END.len();
const SEAL_END: [u8; 5] = [0, 0, 0, 1, b'/'];
/// How much is gathered before it is written.
const BUFFER_BYTES: usize = 256 * 1024;

/// A snapshot that is being written. Dropped before [`SnapshotWriter::finish`], it was never there.
#[derive(Debug)]
pub struct SnapshotWriter {
    directories: Directories,
    zxid: i64,
    packing: Packing,
    scratch: PathBuf,
    packer: Packer<Output>,
    adler: Adler32,
}

impl SnapshotWriter {
    /// Begins the snapshot of a tree that surely holds everything up to `zxid`.
    pub fn create(
        directories: &Directories,
        zxid: i64,
        packing: Packing,
    ) -> Result<SnapshotWriter> {
        let scratch = directories.scratch_path(zxid);
        let disk = directories.disk();
        disk.remove_file(&scratch).map_err(Error::io("delete", &scratch))?;
        let file = disk.open(&scratch, Mode::CreateNew).map_err(Error::io("create", &scratch))?;
        let output = Output { file, position: 0, buffer: Vec::new() };
        let packer = Packer::new(packing, output).map_err(Error::io("write to", &scratch))?;
        let mut writer = SnapshotWriter {
            directories: directories.clone(),
            zxid,
            packing,
            scratch,
            packer,
            adler: Adler32::default(),
        };
        writer.write(&MAGIC.to_be_bytes())?;
        writer.write(&VERSION.to_be_bytes())?;
        writer.write(&DATABASE_ID.to_be_bytes())?;
        Ok(writer)
    }

    /// Goes on with these bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.adler.update(bytes);
        self.packer.write(bytes).map_err(Error::io("write to", &self.scratch))
    }

    /// Closes a section.
    pub fn seal(&mut self) -> Result<()> {
        self.write(&self.adler.value().to_be_bytes())?;
        self.write(&SEAL_END)
    }

    /// Makes the snapshot durable and gives it its name, which is returned.
    pub fn finish(self) -> Result<SnapshotFile> {
        let SnapshotWriter { directories, zxid, packing, scratch, packer, .. } = self;
        let written = packer.finish().and_then(Output::finish);
        let bytes = written.map_err(Error::io("write to", &scratch))?;
        let path = directories.snapshot_path(zxid, packing);
        let disk = directories.disk();
        disk.rename(&scratch, &path).map_err(Error::io("rename", &scratch))?;
        let folder = directories.snapshot_folder();
        disk.sync_dir(folder).map_err(Error::io("sync", folder))?;
        Ok(SnapshotFile { zxid, packing, path, bytes })
    }
}

/// Where packed bytes go.
#[derive(Debug)]
struct Output {
    file: File,
    position: u64,
    buffer: Vec<u8>,
}

impl Output {
    fn finish(mut self) -> io::Result<u64> {
        self.flush()?;
        self.file.sync()?;
        Ok(self.position)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all_at(&self.buffer, self.position)?;
        self.position += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// The verified content of a snapshot file.
#[derive(Clone, Debug)]
pub struct Content {
    /// What the file's name says: everything up to here is surely in it.
    pub zxid: i64,
    bytes: Bytes,
}

impl Content {
    /// Reads a file and holds it against its seal.
    pub fn read(directories: &Directories, file: &SnapshotFile) -> Result<Content> {
        Content::read_file(directories.disk(), file)
    }

    /// The same of a file anywhere.
    pub fn read_file(disk: &Disk, file: &SnapshotFile) -> Result<Content> {
        let path = &file.path;
        let packed = disk.read(path).map_err(Error::io("read", path))?;
        let bytes = unpack(file.packing, packed).map_err(Error::io("unpack", path))?;
        Content::of(file, bytes.into())
    }

    /// The same of the bytes of a file, unpacked.
    pub fn of(file: &SnapshotFile, bytes: Bytes) -> Result<Content> {
        let path = &file.path;
        let corrupt = |offset: usize, what| Error::corrupt(path, offset as u64, what);
        let Some((sealed, seal)) = bytes.split_last_chunk::<SEAL_BYTES>() else {
            return Err(corrupt(0, "too short for a snapshot"));
        };
        if !sealed.starts_with(&MAGIC.to_be_bytes()) {
            return Err(corrupt(0, "not a snapshot"));
        }
        if sealed.get(4..8) != Some(&VERSION.to_be_bytes()) || sealed.len() < HEADER_BYTES {
            return Err(corrupt(4, "unknown version of the format"));
        }
        if !seal.ends_with(&SEAL_END) {
            return Err(corrupt(sealed.len(), "the snapshot is not finished"));
        }
        if !seal.starts_with(&super::adler32::checksum(sealed).to_be_bytes()) {
            return Err(corrupt(sealed.len(), "the checksum does not match"));
        }
        Ok(Content { zxid: file.zxid, bytes })
    }

    /// The last transaction it holds, where its third section says so (3.9).
    pub fn last_zxid(&self) -> Option<i64> {
        /// Zxid, version and sum.
        const DIGEST_BYTES: usize = 8 + 4 + 8;
        let (rest, _) = self.bytes.split_last_chunk::<SEAL_BYTES>()?;
        let (rest, zxid) = rest.split_last_chunk::<8>()?;
        let (before, seal) = rest.split_last_chunk::<SEAL_BYTES>()?;
        let (before, _) = before.split_last_chunk::<DIGEST_BYTES>()?;
        let sealed = seal.ends_with(&SEAL_END) && before.ends_with(&SEAL_END);
        sealed.then(|| i64::from_be_bytes(*zxid))
    }

    /// The sections, with their seals: see [`skip_seal`].
    pub fn sections(&self) -> Reader<'_> {
        Reader::new(self.bytes.get(HEADER_BYTES..).unwrap_or_default())
    }
}

/// Steps over the seal that closes a section; says whether another section follows.
pub fn skip_seal(sections: &mut Reader<'_>) -> crate::base::bytes::Result<bool> {
    sections.raw(SEAL_BYTES)?;
    Ok(!sections.is_empty())
}
