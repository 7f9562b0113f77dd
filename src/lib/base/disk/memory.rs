//! A disk in memory whose power can fail, for tests and the simulator.
//!
//! It keeps two pictures: what a reader sees, and what would be left after a power cut. Content
//! moves from the first to the second by [`super::File::sync`], names by [`super::Disk::sync_dir`].
//! Run a scenario once and count [`Memory::syncs`]; then run it again for each of them with
//! [`Memory::cut_power_at_sync`], [`Memory::restore_power`], reopen, and check.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use super::{Entry, Mode};
use crate::base::rng::Rng;

/// What is cached or not as one.
const PAGE_BYTES: u64 = 4_096;

/// The disk.
#[derive(Debug, Default)]
pub struct Memory {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    folders: BTreeSet<PathBuf>,
    locks: BTreeSet<PathBuf>,
    syncs: u64,
    /// The sync that does not come back: the power is gone before it took effect.
    cut_at_sync: Option<u64>,
    /// Bytes that may still be written before the disk is full.
    room: Option<u64>,
    /// The pages that were read since the cache was emptied; none where it never was.
    cached: Option<BTreeSet<(usize, u64)>>,
    /// Who read a page that was not.
    waited: Vec<ThreadId>,
    powerless: bool,
}

#[derive(Clone, Debug, Default)]
struct Inode {
    data: Vec<u8>,
    durable: Vec<u8>,
}

/// An open file of such a disk.
#[derive(Clone, Debug)]
pub(super) struct MemoryFile {
    disk: Arc<Memory>,
    inode: usize,
}

impl State {
    fn powered(&mut self) -> io::Result<&mut State> {
        if self.powerless {
            return Err(io::Error::other("the power is off"));
        }
        Ok(self)
    }

    fn count_sync(&mut self) -> io::Result<()> {
        self.powered()?;
        if self.cut_at_sync == Some(self.syncs) {
            self.powerless = true;
        }
        self.syncs += 1;
        self.powered().map(|_| ())
    }

    fn inode(&mut self, index: usize) -> io::Result<&mut Inode> {
        self.inodes.get_mut(index).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Memory {
    pub(super) fn new() -> Arc<Memory> {
        Arc::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many syncs, of files and folders, were asked for.
    pub fn syncs(&self) -> u64 {
        self.state().syncs
    }

    /// Cuts the power just before the `sync`-th sync (from 0) takes effect: from then on everything
    /// fails until [`Memory::restore_power`].
    pub fn cut_power_at_sync(&self, sync: u64) {
        self.state().cut_at_sync = Some(sync);
    }

    /// Lets `bytes` more be written; then the disk is full.
    pub fn limit_room(&self, bytes: Option<u64>) {
        self.state().room = bytes;
    }

    /// Empties the page cache: until it has been read once, a page is read only by who may wait.
    pub fn forget_cached_pages(&self) {
        let mut state = self.state();
        state.cached = Some(BTreeSet::new());
        state.waited.clear();
    }

    /// The threads that have waited for a page since.
    pub fn waited(&self) -> Vec<ThreadId> {
        self.state().waited.clone()
    }

    /// Cuts the power now.
    pub fn cut_power(&self) {
        self.state().powerless = true;
    }

    /// Whether its power has failed.
    pub fn has_power(&self) -> bool {
        !self.state().powerless
    }

    /// Power again: what was not synced is gone.
    pub fn restore_power(&self) {
        let mut state = self.state();
        state.powerless = false;
        state.cut_at_sync = None;
        state.names = state.durable_names.clone();
        state.locks.clear();
        for inode in &mut state.inodes {
            inode.data.clone_from(&inode.durable);
        }
    }

    /// Power again: of what was not synced, some is there and some is not, as chance has it.
    pub fn restore_power_torn(&self, rng: &mut Rng) {
        let mut state = self.state();
        let state = &mut *state;
        state.powerless = false;
        state.cut_at_sync = None;
        state.locks.clear();
        // A folder's names reach the platter together or not at all.
        let mut kept = BTreeMap::new();
        for folder in &state.folders {
            let names = match rng.below(2) {
                0 => &state.names,
                _ => &state.durable_names,
            };
            let inside = names.iter().filter(|(name, _)| name.parent() == Some(folder));
            kept.extend(inside.map(|(name, inode)| (name.clone(), *inode)));
        }
        state.names = kept;
        for inode in &mut state.inodes {
            let (len, durable) = (inode.data.len(), inode.durable.len());
            // What was appended comes from its start; what was overwritten is old or new.
            let kept =
                durable.min(len) + rng.below(len.saturating_sub(durable) as u64 + 1) as usize;
            match rng.below(2) {
                0 => inode.data.truncate(kept.max(durable.min(len))),
                _ => {
                    let tail = inode.data.get(durable..kept).unwrap_or_default().to_vec();
                    inode.data.clone_from(&inode.durable);
                    inode.data.extend(tail);
                }
            }
        }
        state.durable_names = state.names.clone();
        for inode in &mut state.inodes {
            inode.durable.clone_from(&inode.data);
        }
    }

    /// Power again, where a crash of the process and not of the machine is meant: all writes stay.
    pub fn restore_power_keeping_writes(&self) {
        let mut state = self.state();
        state.powerless = false;
        state.cut_at_sync = None;
        state.locks.clear();
    }

    pub(super) fn open(self: &Arc<Memory>, path: &Path, mode: Mode) -> io::Result<MemoryFile> {
        let mut guard = self.state();
        let state = guard.powered()?;
        let inode = match (state.names.get(path).copied(), mode) {
            (Some(_), Mode::CreateNew) => return Err(io::ErrorKind::AlreadyExists.into()),
            (Some(inode), _) => inode,
            (None, Mode::Read | Mode::Write) => return Err(io::ErrorKind::NotFound.into()),
            (None, Mode::Create | Mode::CreateNew) => {
                if !path.parent().is_none_or(|parent| state.folders.contains(parent)) {
                    return Err(io::ErrorKind::NotFound.into());
                }
                state.inodes.push(Inode::default());
                let inode = state.inodes.len() - 1;
                state.names.insert(path.to_owned(), inode);
                inode
            }
        };
        Ok(MemoryFile { disk: self.clone(), inode })
    }

    pub(super) fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        let mut guard = self.state();
        let state = guard.powered()?;
        // Folders are durable at once: no owner here relies on losing one.
        state.folders.extend(path.ancestors().map(Path::to_owned));
        Ok(())
    }

    pub(super) fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut guard = self.state();
        let state = guard.powered()?;
        if !state.folders.contains(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let name = |entry: &Path| {
            entry.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let inside = |entry: &&PathBuf| entry.parent() == Some(path);
        let folders = state.folders.iter().filter(inside).map(|entry| Entry {
            name: name(entry),
            is_dir: true,
            len: 0,
            modified_ms: 0,
        });
        let files = state.names.iter().filter(|(entry, _)| inside(entry)).map(|(entry, inode)| {
            let len = state.inodes.get(*inode).map_or(0, |inode| inode.data.len() as u64);
            Entry { name: name(entry), is_dir: false, len, modified_ms: 0 }
        });
        Ok(folders.chain(files).collect())
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut guard = self.state();
        let state = guard.powered()?;
        if let Some(inode) = state.names.remove(from) {
            state.names.insert(to.to_owned(), inode);
            return Ok(());
        }
        if !state.folders.contains(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        // A folder takes all below it along, durably: see `create_dir_all`.
        let moved = |path: &PathBuf| match path.strip_prefix(from) {
            Ok(below) if below.as_os_str().is_empty() => to.to_owned(),
            Ok(below) => to.join(below),
            Err(_) => path.clone(),
        };
        state.folders = state.folders.iter().map(moved).collect();
        state.names = state.names.iter().map(|(path, inode)| (moved(path), *inode)).collect();
        state.durable_names =
            state.durable_names.iter().map(|(path, inode)| (moved(path), *inode)).collect();
        Ok(())
    }

    pub(super) fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut guard = self.state();
        let removed = guard.powered()?.names.remove(path);
        removed.map(|_| ()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    pub(super) fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        let mut guard = self.state();
        let state = guard.powered()?;
        if !state.folders.contains(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.folders.retain(|folder| !folder.starts_with(path));
        state.names.retain(|name, _| !name.starts_with(path));
        state.durable_names.retain(|name, _| !name.starts_with(path));
        Ok(())
    }

    pub(super) fn exists(&self, path: &Path) -> bool {
        let state = self.state();
        state.names.contains_key(path) || state.folders.contains(path)
    }

    pub(super) fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut guard = self.state();
        let state = &mut *guard;
        state.count_sync()?;
        state.durable_names.retain(|name, _| name.parent() != Some(path));
        let inside = state.names.iter().filter(|(name, _)| name.parent() == Some(path));
        state.durable_names.extend(inside.map(|(name, inode)| (name.clone(), *inode)));
        Ok(())
    }

    pub(super) fn lock(&self, path: &Path) -> io::Result<bool> {
        let mut guard = self.state();
        Ok(guard.powered()?.locks.insert(path.to_owned()))
    }

    pub(super) fn unlock(&self, path: &Path) {
        self.state().locks.remove(path);
    }
}

impl MemoryFile {
    pub(super) fn len(&self) -> io::Result<u64> {
        Ok(self.disk.state().powered()?.inode(self.inode)?.data.len() as u64)
    }

    pub(super) fn read_at(
        &self,
        into: &mut [u8],
        position: u64,
        may_wait: bool,
    ) -> io::Result<usize> {
        let mut guard = self.disk.state();
        let state = guard.powered()?;
        if let Some(cached) = &mut state.cached {
            let end = position + into.len().max(1) as u64;
            let mut pages =
                (position / PAGE_BYTES..end.div_ceil(PAGE_BYTES)).map(|page| (self.inode, page));
            if may_wait {
                let before = cached.len();
                cached.extend(pages);
                if cached.len() > before {
                    state.waited.push(thread::current().id());
                }
            } else if !pages.all(|page| cached.contains(&page)) {
                return Err(io::ErrorKind::WouldBlock.into());
            }
        }
        let data = &state.inode(self.inode)?.data;
        let from = data.get(usize::try_from(position).unwrap_or(usize::MAX)..).unwrap_or_default();
        let length = from.len().min(into.len());
        into[..length].copy_from_slice(&from[..length]);
        Ok(length)
    }

    pub(super) fn write_at(&self, pieces: &[IoSlice<'_>], position: u64) -> io::Result<usize> {
        let mut guard = self.disk.state();
        let state = guard.powered()?;
        let mut position = usize::try_from(position).unwrap_or(usize::MAX);
        let mut written = 0;
        for piece in pieces {
            let allowed = state.room.map_or(piece.len(), |room| piece.len().min(room as usize));
            let data = &mut state.inode(self.inode)?.data;
            if data.len() < position + allowed {
                data.resize(position + allowed, 0);
            }
            data[position..position + allowed].copy_from_slice(&piece[..allowed]);
            position += allowed;
            written += allowed;
            if let Some(room) = &mut state.room {
                *room -= allowed as u64;
            }
            if allowed < piece.len() {
                break;
            }
        }
        if written == 0 && pieces.iter().any(|piece| !piece.is_empty()) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(written)
    }

    pub(super) fn set_len(&self, len: u64) -> io::Result<()> {
        let mut guard = self.disk.state();
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        guard.powered()?.inode(self.inode)?.data.resize(len, 0);
        Ok(())
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        let mut guard = self.disk.state();
        guard.count_sync()?;
        let inode = guard.inode(self.inode)?;
        inode.durable.clone_from(&inode.data);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Disk, Mode};
    use crate::base::rng::Rng;
    use std::io;
    use std::path::Path;

    #[test]
    fn a_power_cut_takes_what_was_not_synced() {
        let disk = Disk::memory();
        let Disk::Memory(memory) = &disk else { unreachable!("just made") };
        let folder = Path::new("/d");
        disk.create_dir_all(folder).unwrap();
        let file = disk.open(&folder.join("a"), Mode::Create).unwrap();
        file.write_all_at(b"kept", 0).unwrap();
        file.sync().unwrap();
        disk.sync_dir(folder).unwrap();
        file.write_all_at(b" lost", 4).unwrap();
        disk.open(&folder.join("nameless"), Mode::Create).unwrap().sync().unwrap();
        memory.cut_power();
        assert!(file.sync().is_err());
        memory.restore_power();
        assert_eq!(disk.read(&folder.join("a")).unwrap(), b"kept");
        assert!(!disk.exists(&folder.join("nameless")), "its folder was never synced");
    }

    #[test]
    fn a_torn_file_keeps_what_was_synced_and_some_of_the_rest() {
        let (mut whole, mut partial) = (0, 0);
        for seed in 0..50 {
            let disk = Disk::memory();
            let Disk::Memory(memory) = &disk else { unreachable!("just made") };
            let path = Path::new("/d/a");
            disk.create_dir_all(Path::new("/d")).unwrap();
            let file = disk.open(path, Mode::Create).unwrap();
            file.write_all_at(b"kept", 0).unwrap();
            file.sync().unwrap();
            disk.sync_dir(Path::new("/d")).unwrap();
            file.write_all_at(b" perhaps", 4).unwrap();
            memory.cut_power();
            memory.restore_power_torn(&mut Rng::seeded(seed));
            let left = disk.read(path).unwrap();
            assert!(
                left.starts_with(b"kept") && b"kept perhaps".starts_with(&left[..]),
                "{left:?}"
            );
            whole += usize::from(left.len() == 12);
            partial += usize::from((5..12).contains(&left.len()));
        }
        assert!(whole > 0 && partial > 0, "{whole} {partial}");
    }

    #[test]
    fn the_chosen_sync_never_happens() {
        let disk = Disk::memory();
        let Disk::Memory(memory) = &disk else { unreachable!("just made") };
        disk.create_dir_all(Path::new("/d")).unwrap();
        memory.cut_power_at_sync(2);
        disk.replace(Path::new("/d/a"), b"one").unwrap();
        assert!(disk.replace(Path::new("/d/a"), b"two").is_err());
        memory.restore_power();
        assert_eq!(disk.read(Path::new("/d/a")).unwrap(), b"one");
    }

    #[test]
    fn a_full_disk_says_so() {
        let disk = Disk::memory();
        let Disk::Memory(memory) = &disk else { unreachable!("just made") };
        disk.create_dir_all(Path::new("/d")).unwrap();
        let file = disk.open(Path::new("/d/a"), Mode::Create).unwrap();
        memory.limit_room(Some(3));
        assert_eq!(file.write_all_at(b"four", 0).unwrap_err().kind(), io::ErrorKind::StorageFull);
        memory.limit_room(None);
        file.write_all_at(b"four", 0).unwrap();
    }
}
