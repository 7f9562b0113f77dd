//! Reads that must not wait for the device.
//!
//! A worker of the runtime reads what lies in the page cache in a microsecond and may do so; the
//! same read of a cold page holds every connection of that worker for as long as the disk takes.
//! Inside [`without_waiting`] such a read fails at once and is noted; whoever called then lets a
//! thread that may wait [`warm`] what was missing, and tries again.

use std::cell::RefCell;
use std::io;

use super::{File, FileSlice};

/// What one read of [`warm`] takes, in bytes; the kernel reads ahead of it.
const STEP_BYTES: usize = 64 * 1024;

thread_local! {
    /// What the running scope of this thread missed; none outside of one. It lives for one call
    /// that cannot yield, so nothing of it is seen by another server of the process.
    static MISSED: RefCell<Option<Vec<FileSlice>>> = const { RefCell::new(None) };
}

/// Runs `read`. Where one of its file reads would have waited for the device, gives all that was
/// missing instead of the result: what `read` made of the failure counts for nothing.
pub fn without_waiting<T>(read: impl FnOnce() -> T) -> Result<T, Vec<FileSlice>> {
    let outer = MISSED.replace(Some(Vec::new()));
    let value = read();
    let missed = MISSED.replace(outer).unwrap_or_default();
    if missed.is_empty() { Ok(value) } else { Err(missed) }
}

/// Reads all of `cold` into the page cache, waiting for the device.
pub fn warm(cold: &[FileSlice]) -> io::Result<()> {
    let mut step = Vec::new();
    for slice in cold {
        let mut left = slice.clone();
        while !left.is_empty() {
            step.resize(left.len().min(STEP_BYTES), 0);
            match left.file().read_at(&mut step, left.position())? {
                // Cut meanwhile: nothing there to be warmed.
                0 => break,
                read => left = left.advanced(read),
            }
        }
    }
    Ok(())
}

/// Whether the running thread is within [`without_waiting`].
pub(super) fn may_wait() -> bool {
    MISSED.with_borrow(Option::is_none)
}

/// Notes what could not be read, and gives the error that says so.
pub(super) fn missed(file: &File, position: u64, length: usize) -> io::Error {
    MISSED.with_borrow_mut(|missed| {
        if let Some(missed) = missed {
            missed.push(FileSlice::new(file.clone(), position, length));
        }
    });
    io::ErrorKind::WouldBlock.into()
}

#[cfg(test)]
mod tests {
    use super::super::{Disk, Mode};
    use super::*;
    use std::path::Path;

    #[test]
    fn what_is_cold_is_named_and_is_there_once_warmed() {
        let disk = Disk::memory();
        let Disk::Memory(memory) = &disk else { unreachable!("just made") };
        disk.create_dir_all(Path::new("/d")).unwrap();
        let file = disk.open(Path::new("/d/a"), Mode::Create).unwrap();
        file.write_all_at(&[7; 10_000], 0).unwrap();
        let mut bytes = [0; 10];
        without_waiting(|| file.read_exact_at(&mut bytes, 9_000)).unwrap().unwrap();

        memory.forget_cached_pages();
        let mut failed = None;
        let cold = without_waiting(|| {
            failed = file.read_exact_at(&mut bytes, 9_000).err();
            file.read_exact_at(&mut bytes, 20).unwrap_err();
        });
        let cold = cold.unwrap_err();
        assert_eq!(failed.map(|error| error.kind()), Some(io::ErrorKind::WouldBlock));
        let places: Vec<_> = cold.iter().map(|it| (it.position(), it.len())).collect();
        assert_eq!(places, [(9_000, 10), (20, 10)]);
        warm(&cold).unwrap();
        without_waiting(|| file.read_exact_at(&mut bytes, 9_000)).unwrap().unwrap();
        assert_eq!(bytes, [7; 10]);
        assert!(!FileSlice::new(file.clone(), 0, 10_000).truncated(5_000).is_cached(), "page 1");
        // Outside of the scope a read waits, and warms.
        file.read_exact_at(&mut bytes, 4_990).unwrap();
        assert!(FileSlice::new(file, 0, 5_000).is_cached());
    }

    #[test]
    fn warming_ends_where_the_file_does() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let file = disk.open(Path::new("/d/a"), Mode::Create).unwrap();
        file.write_all_at(b"short", 0).unwrap();
        warm(&[FileSlice::new(file, 3, 1_000_000)]).unwrap();
    }
}
