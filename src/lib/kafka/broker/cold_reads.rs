//! Reads of logs on a worker of the runtime: from the page cache only. What is not there is brought
//! in by a thread that may wait, while the worker serves others and no lock is held.

use crate::base::disk::{self, FileSlice};
use crate::net::socket::blocking;

/// How often a read is tried again: an index is searched page by page, then batches' headers are
/// read. Where that does not do, memory is so short that pages go as fast as they come.
const ROUNDS_MAX: usize = 32;

/// Reads as far as the page cache goes, or names what is missing.
pub(super) fn cached<T>(read: impl FnOnce() -> T) -> Result<T, Vec<FileSlice>> {
    disk::without_waiting(read)
}

/// Brings in what a [`cached`] read missed and reads again, until nothing is missing.
pub(super) async fn warmed<T>(mut cold: Vec<FileSlice>, read: impl Fn() -> T) -> T {
    for _ in 0..ROUNDS_MAX {
        if blocking(move || disk::warm(&cold)).await.is_err() {
            // The read below fails alike, and its owner knows what to do about it.
            break;
        }
        match disk::without_waiting(&read) {
            Ok(value) => return value,
            Err(missing) => cold = missing,
        }
    }
    read()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::disk::{Disk, Mode};
    use std::path::Path;

    #[tokio::test]
    async fn a_worker_never_waits_for_a_page() {
        let disk = Disk::memory();
        let Disk::Memory(memory) = &disk else { unreachable!("just made") };
        disk.create_dir_all(Path::new("/d")).unwrap();
        let file = disk.open(Path::new("/d/a"), Mode::Create).unwrap();
        file.write_all_at(&[3; 50_000], 0).unwrap();
        memory.forget_cached_pages();
        // One page leads to the next, as in an index.
        let read = || {
            (0..10).try_fold(0, |sum, page| {
                let mut byte = [0];
                file.read_exact_at(&mut byte, page * 5_000).map(|()| sum + u64::from(byte[0]))
            })
        };
        let cold = cached(read).unwrap_err();
        assert_eq!(warmed(cold, read).await.unwrap(), 30);
        let waited = memory.waited();
        assert_eq!(waited.len(), 10);
        assert!(!waited.contains(&std::thread::current().id()));
        assert_eq!(cached(read).unwrap().unwrap(), 30);
    }

    #[tokio::test]
    async fn a_disk_that_fails_is_left_to_the_reader() {
        let disk = Disk::memory();
        let Disk::Memory(memory) = &disk else { unreachable!("just made") };
        disk.create_dir_all(Path::new("/d")).unwrap();
        let file = disk.open(Path::new("/d/a"), Mode::Create).unwrap();
        file.write_all_at(&[3; 100], 0).unwrap();
        memory.forget_cached_pages();
        let read = || file.read_exact_at(&mut [0], 50);
        let cold = cached(read).unwrap_err();
        memory.cut_power();
        assert_eq!(warmed(cold, read).await.unwrap_err().to_string(), "the power is off");
    }
}
