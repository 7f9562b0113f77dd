//! A file of fixed-size entries that grows at the end: what offset and time index lie in.
//!
//! Kafka maps its indexes into memory, preallocated with zeros and trimmed when a segment closes.
//! Here the newest entries wait in memory until a page of them can be written at once, and older
//! ones are read where they lie. A crash loses the waiting ones; the segment they belong to is
//! rebuilt by recovery anyway, as Kafka's are.

use std::path::{Path, PathBuf};

use crate::base::disk::{Disk, File, Mode};

use super::error::{Error, Result};

/// Entries are written when so many bytes of them wait: one page.
const WAITING_BYTES_MAX: usize = 4 * 1024;

/// The file, with entries of `N` bytes.
#[derive(Debug)]
pub(super) struct EntryFile<const N: usize> {
    path: PathBuf,
    file: File,
    /// Entries that are in the file.
    written: usize,
    waiting: Vec<[u8; N]>,
}

impl<const N: usize> EntryFile<N> {
    /// Opens the file, making it if need be. A tail shorter than an entry is no entry.
    pub(super) fn open(disk: &Disk, path: &Path) -> Result<EntryFile<N>> {
        let file = disk.open(path, Mode::Create).map_err(Error::io("open", path))?;
        let bytes = file.len().map_err(Error::io("look at", path))?;
        let written = usize::try_from(bytes).unwrap_or(usize::MAX) / N;
        Ok(EntryFile { path: path.to_owned(), file, written, waiting: Vec::new() })
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.written + self.waiting.len()
    }

    /// The entry at `index`, which must be below [`EntryFile::len`].
    pub(super) fn get(&self, index: usize) -> Result<[u8; N]> {
        if let Some(waiting) = index.checked_sub(self.written) {
            return Ok(self.waiting[waiting]);
        }
        let mut entry = [0; N];
        let at = (index * N) as u64;
        self.file.read_exact_at(&mut entry, at).map_err(Error::io("read", &self.path))?;
        Ok(entry)
    }

    /// Adds an entry at the end.
    pub(super) fn push(&mut self, entry: [u8; N]) -> Result<()> {
        self.waiting.push(entry);
        if self.waiting.len() * N >= WAITING_BYTES_MAX {
            self.write()?;
        }
        Ok(())
    }

    /// Writes what waits.
    pub(super) fn write(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let bytes = self.waiting.as_flattened();
        let at = (self.written * N) as u64;
        self.file.write_all_at(bytes, at).map_err(Error::io("append to", &self.path))?;
        self.written += self.waiting.len();
        self.waiting.clear();
        Ok(())
    }

    /// Keeps the first `len` entries.
    pub(super) fn truncate(&mut self, len: usize) -> Result<()> {
        self.waiting.truncate(len.saturating_sub(self.written));
        if len < self.written {
            self.written = len;
        }
        let bytes = (self.written * N) as u64;
        self.file.set_len(bytes).map_err(Error::io("cut", &self.path))
    }

    /// Writes what waits, cuts what is no whole entry, and makes it durable.
    pub(super) fn sync(&mut self) -> Result<()> {
        self.write()?;
        self.truncate(self.written)?;
        self.file.sync().map_err(Error::io("sync", &self.path))
    }

    /// How many entries at the front fulfil `below`, which holds for a front only.
    pub(super) fn partition_point(&self, below: impl Fn(&[u8; N]) -> bool) -> Result<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if below(&self.get(middle)?) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_in_memory_and_in_the_file() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let path = Path::new("/d/index");
        let mut file = EntryFile::<4>::open(&disk, path).unwrap();
        let count = WAITING_BYTES_MAX / 4 + 10;
        for n in 0..count as u32 {
            file.push(n.to_be_bytes()).unwrap();
        }
        assert_eq!(file.len(), count);
        assert_eq!(disk.read(path).unwrap().len(), WAITING_BYTES_MAX);
        let at = |file: &EntryFile<4>, n: u32| {
            file.partition_point(|entry| u32::from_be_bytes(*entry) < n).unwrap()
        };
        for n in [0, 1, 1_023, 1_024, 1_030, count as u32] {
            assert_eq!(at(&file, n), n as usize);
        }
        file.truncate(1_026).unwrap();
        file.sync().unwrap();
        let mut again = EntryFile::<4>::open(&disk, path).unwrap();
        assert_eq!(again.len(), 1_026);
        again.truncate(3).unwrap();
        assert_eq!(again.get(2).unwrap(), 2u32.to_be_bytes());
        assert_eq!(disk.read(path).unwrap().len(), 12);
    }
}
