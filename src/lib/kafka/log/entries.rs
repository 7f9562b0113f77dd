//! A file of entries of one size, in order, as all three indexes are.
//!
//! The last entries may be in memory only; [`Entries::flush`] writes them. Files are opened when
//! they are needed, so that a closed segment that nobody reads costs no descriptor for them.

use std::cell::OnceCell;
use std::io;
use std::path::{Path, PathBuf};

use crate::base::disk::{Disk, File, Mode};

/// How many bytes of entries may wait in memory.
const TAIL_BYTES_MAX: usize = 4_096;
/// How much is read at once when searching the file.
const BLOCK_BYTES: usize = 4_096;

/// The entries.
#[derive(Debug)]
pub(super) struct Entries<const N: usize> {
    disk: Disk,
    path: PathBuf,
    file: OnceCell<File>,
    /// Entries in the file.
    written: usize,
    /// Those after them.
    tail: Vec<[u8; N]>,
    /// The file is not there yet.
    missing: bool,
    unsynced: bool,
}

impl<const N: usize> Entries<N> {
    const PER_BLOCK: usize = BLOCK_BYTES / N;

    /// Opens what is there, or an empty set where there is no file. `None` where the file's length
    /// is no whole number of entries.
    pub(super) fn open(disk: &Disk, path: PathBuf) -> io::Result<Option<Entries<N>>> {
        let length = match disk.open(&path, Mode::Read) {
            Ok(file) => file.len()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Some(Entries::empty(disk, path)));
            }
            Err(error) => return Err(error),
        };
        let length = usize::try_from(length).map_err(io::Error::other)?;
        if length % N != 0 {
            return Ok(None);
        }
        Ok(Some(Entries { written: length / N, missing: false, ..Entries::empty(disk, path) }))
    }

    /// An empty set that has no file yet.
    pub(super) fn empty(disk: &Disk, path: PathBuf) -> Entries<N> {
        Entries {
            disk: disk.clone(),
            path,
            file: OnceCell::new(),
            written: 0,
            tail: Vec::new(),
            missing: true,
            unsynced: false,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Follows a file that was renamed.
    pub(super) fn set_path(&mut self, path: PathBuf) {
        self.path = path;
    }

    pub(super) fn len(&self) -> usize {
        self.written + self.tail.len()
    }

    fn file(&self) -> io::Result<&File> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let file = self.disk.open(&self.path, Mode::Create)?;
        Ok(self.file.get_or_init(|| file))
    }

    /// The entry at `index`.
    pub(super) fn get(&self, index: usize) -> io::Result<[u8; N]> {
        if let Some(entry) = index.checked_sub(self.written).and_then(|index| self.tail.get(index))
        {
            return Ok(*entry);
        }
        let mut entry = [0; N];
        self.file()?.read_exact_at(&mut entry, (index * N) as u64)?;
        Ok(entry)
    }

    /// The last entry.
    pub(super) fn last(&self) -> io::Result<Option<[u8; N]>> {
        match self.len() {
            0 => Ok(None),
            length => self.get(length - 1).map(Some),
        }
    }

    pub(super) fn push(&mut self, entry: [u8; N]) -> io::Result<()> {
        self.tail.push(entry);
        if self.tail.len() * N >= TAIL_BYTES_MAX {
            self.write_tail()?;
        }
        Ok(())
    }

    /// How many entries from the front on are `before`; all of those come before all others.
    pub(super) fn partition_point(&self, before: impl Fn(&[u8; N]) -> bool) -> io::Result<usize> {
        if self.tail.first().is_some_and(&before) {
            return Ok(self.written + self.tail.partition_point(before));
        }
        if self.written == 0 {
            return Ok(0);
        }
        // First the block, by the entries that blocks start with; then within it.
        let (mut low, mut high) = (0, self.written.div_ceil(Self::PER_BLOCK));
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if before(&self.get(middle * Self::PER_BLOCK)?) {
                low = middle;
            } else {
                high = middle;
            }
        }
        let first = low * Self::PER_BLOCK;
        let count = Self::PER_BLOCK.min(self.written - first);
        let mut block = [0; BLOCK_BYTES];
        let block = &mut block[..count * N];
        self.file()?.read_exact_at(block, (first * N) as u64)?;
        let (entries, _) = block.as_chunks::<N>();
        Ok(first + entries.partition_point(before))
    }

    /// Forgets all but the first `count`.
    pub(super) fn truncate(&mut self, count: usize) -> io::Result<()> {
        if count >= self.written {
            self.tail.truncate(count - self.written);
            return Ok(());
        }
        self.tail.clear();
        self.file()?.set_len((count * N) as u64)?;
        self.written = count;
        self.unsynced = true;
        Ok(())
    }

    /// Forgets all and cuts the file, whatever it holds.
    pub(super) fn reset(&mut self) -> io::Result<()> {
        self.tail.clear();
        self.written = 0;
        self.file()?.set_len(0)?;
        self.missing = false;
        self.unsynced = true;
        Ok(())
    }

    fn write_tail(&mut self) -> io::Result<()> {
        if self.tail.is_empty() {
            return Ok(());
        }
        let position = (self.written * N) as u64;
        self.file()?.write_all_at(self.tail.as_flattened(), position)?;
        self.written += self.tail.len();
        self.tail.clear();
        self.missing = false;
        self.unsynced = true;
        Ok(())
    }

    /// Writes what waits in memory, making the file if need be.
    pub(super) fn write(&mut self) -> io::Result<()> {
        self.write_tail()?;
        if self.missing {
            self.file()?;
            (self.missing, self.unsynced) = (false, true);
        }
        Ok(())
    }

    /// The same; gives the file where it has to be synced, or where `again` asks for it.
    pub(super) fn flush(&mut self, again: bool) -> io::Result<Option<File>> {
        self.write()?;
        if !self.unsynced && !again {
            return Ok(None);
        }
        let file = self.file()?.clone();
        self.unsynced = false;
        Ok(Some(file))
    }

    /// Lets the descriptor go; it is opened again when needed.
    pub(super) fn release(&mut self) {
        self.file = OnceCell::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_give_what_a_slice_gives() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let path = Path::new("/d/entries");
        for count in [0u64, 1, 5, 511, 512, 513, 1_600] {
            let mut entries = Entries::<8>::empty(&disk, path.to_owned());
            entries.reset().unwrap();
            for n in 0..count {
                entries.push((2 * n).to_be_bytes()).unwrap();
            }
            for written in [false, true] {
                if written {
                    entries.flush(false).unwrap();
                    entries = Entries::open(&disk, path.to_owned()).unwrap().unwrap();
                }
                assert_eq!(entries.len() as u64, count);
                for target in [0, 1, 2, 777, 1_022, 1_023, 1_024, 1_025, 5_000] {
                    let before = |entry: &[u8; 8]| u64::from_be_bytes(*entry) <= target;
                    let expected = (0..count).filter(|n| 2 * n <= target).count();
                    assert_eq!(entries.partition_point(before).unwrap(), expected);
                }
            }
            let half = entries.len() / 2;
            entries.truncate(half).unwrap();
            entries.push([0xff; 8]).unwrap();
            assert_eq!(entries.last().unwrap(), Some([0xff; 8]));
            assert_eq!(entries.len(), half + 1);
        }
        disk.open(path, Mode::Write).unwrap().set_len(9).unwrap();
        assert!(Entries::<8>::open(&disk, path.to_owned()).unwrap().is_none());
    }

    #[test]
    fn the_page_of_the_format_is_true() {
        use super::super::{names, offset_index, time_index, transaction_index};
        let page = crate::tidy::document("docs/formats/indexes.md");
        for (extension, bytes) in [
            (names::OFFSET_INDEX, offset_index::ENTRY_BYTES),
            (names::TIME_INDEX, time_index::ENTRY_BYTES),
            (names::TRANSACTION_INDEX, transaction_index::ENTRY_BYTES),
        ] {
            let row = page.lines().find(|line| line.starts_with(&format!("| `.{extension}` |")));
            assert!(row.unwrap().contains(&format!(" | {bytes} | ")), "{extension}");
        }
    }
}
