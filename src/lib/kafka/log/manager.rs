//! Which logs there are and in which directories: finding them at the start, making and deleting
//! them, and what is written down about them for the next start.
//!
//! The logs themselves belong to their partitions; the manager has the directories. It may be asked
//! from many threads at once: its own lock is held for a look at the map, and not while the disk
//! works, but for the directories' own small files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::checkpoint::Offsets;
use super::dirs::{CheckpointWrite, Contents, LogDir};
use super::error::{Doing, Error, Result};
use super::log::{Log, LogConfig, Recovery};
use super::meta_properties::MetaProperties;
use super::names;
use crate::base::disk::{Disk, Space};
use crate::base::error::Chain;
use crate::base::rng::Rng;
use crate::base::uuid::Uuid;
use crate::kafka::types::{Offset, TopicPartition};

pub use super::dirs::Checkpoint;

/// A log that is there and not opened yet.
#[derive(Clone, Debug)]
pub struct Found {
    pub partition: TopicPartition,
    /// Its folder.
    pub path: PathBuf,
    pub recovery: Recovery,
    /// What was committed, as last written down.
    pub high_watermark: Option<Offset>,
}

/// A configured log directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirState {
    pub path: PathBuf,
    pub online: bool,
    /// None where the file system does not tell.
    pub space: Option<Space>,
}

/// The log directories and what is in them.
#[derive(Debug)]
pub struct LogManager {
    disk: Disk,
    state: Mutex<State>,
    /// One checkpoint is written at a time: two of one kind would use the same scratch file.
    writing: Mutex<()>,
}

#[derive(Debug)]
struct State {
    /// Each configured directory; without a [`LogDir`] it is offline.
    dirs: Vec<(PathBuf, Option<LogDir>)>,
    places: Places,
    found: BTreeMap<TopicPartition, Found>,
    /// Folders to be removed, and when.
    condemned: Vec<(i64, PathBuf)>,
    rng: Rng,
}

/// Which directory each log is in, and how many each has.
#[derive(Debug, Default)]
struct Places {
    of: BTreeMap<TopicPartition, usize>,
    counts: BTreeMap<usize, usize>,
}

impl Places {
    /// Says in which directory it was before.
    fn insert(&mut self, partition: TopicPartition, dir: usize) -> Option<usize> {
        *self.counts.entry(dir).or_default() += 1;
        let before = self.of.insert(partition, dir);
        before.inspect(|dir| self.one_less(*dir))
    }

    fn remove(&mut self, partition: &TopicPartition) {
        if let Some(dir) = self.of.remove(partition) {
            self.one_less(dir);
        }
    }

    fn one_less(&mut self, dir: usize) {
        self.counts.entry(dir).and_modify(|count| *count -= 1);
    }

    fn get(&self, partition: &TopicPartition) -> Option<usize> {
        self.of.get(partition).copied()
    }

    fn count(&self, dir: usize) -> usize {
        self.counts.get(&dir).copied().unwrap_or(0)
    }

    fn inside(&self, dir: usize) -> Vec<TopicPartition> {
        let inside = self.of.iter().filter(|(_, place)| **place == dir);
        inside.map(|(partition, _)| partition.clone()).collect()
    }
}

impl LogManager {
    /// Takes log directories into use. One that the disk refuses is offline and said so in the log;
    /// what another process uses, or what cannot be a log directory, is an error, as is none left.
    pub fn open(disk: Disk, paths: &[PathBuf]) -> Result<LogManager> {
        LogManager::open_with(disk, paths, Rng::from_system())
    }

    /// The same with chance from outside.
    pub fn open_with(disk: Disk, paths: &[PathBuf], rng: Rng) -> Result<LogManager> {
        let mut state = State {
            dirs: Vec::new(),
            places: Places::default(),
            found: BTreeMap::new(),
            condemned: Vec::new(),
            rng,
        };
        let mut last_error = None;
        for path in paths {
            match LogDir::open(&disk, path).and_then(|dir| Ok((dir.contents()?, dir))) {
                Ok((contents, dir)) => state.take_dir(dir, contents)?,
                Err(error @ Error::Io { .. }) => {
                    tracing::error!(
                        target: "kafka.log.LogManager",
                        "Failed to create or validate data directory {}: {}",
                        path.display(),
                        Chain(&error)
                    );
                    state.dirs.push((path.clone(), None));
                    last_error = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        match last_error.filter(|_| state.dirs.iter().all(|(_, dir)| dir.is_none())) {
            Some(error) => Err(error),
            None => Ok(LogManager { disk, state: Mutex::new(state), writing: Mutex::default() }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The directories, in the order configured.
    pub fn dirs(&self) -> Vec<DirState> {
        let dirs: Vec<(PathBuf, bool)> =
            self.state().dirs.iter().map(|(path, dir)| (path.clone(), dir.is_some())).collect();
        let dirs = dirs.into_iter().map(|(path, online)| {
            let space = self.disk.space(&path).ok().filter(|_| online);
            DirState { path, online, space }
        });
        dirs.collect()
    }

    /// What each directory says of who it belongs to.
    pub fn meta(&self) -> Vec<(PathBuf, Option<MetaProperties>)> {
        let state = self.state();
        state.online().map(|dir| (dir.path().to_owned(), dir.meta.clone())).collect()
    }

    /// Writes into every directory who it belongs to, where it does not say so already.
    pub fn write_meta(&self, broker_id: i32, cluster_id: &str) -> Result<()> {
        self.state().online_mut().try_for_each(|dir| {
            let meta = MetaProperties {
                broker_id: Some(broker_id),
                cluster_id: Some(cluster_id.to_owned()),
                ..dir.meta.clone().unwrap_or_default()
            };
            dir.write_meta(&meta)
        })
    }

    /// The broker epoch of the last run, where all directories were stopped cleanly by it.
    pub fn previous_broker_epoch(&self) -> Option<i64> {
        let state = self.state();
        let mut epochs = state.online().map(|dir| dir.clean.map(|clean| clean.broker_epoch));
        let first = epochs.next().flatten()?;
        epochs.all(|epoch| epoch == Some(first)).then_some(first).filter(|epoch| *epoch >= 0)
    }

    /// The logs that were there at the start.
    pub fn partitions(&self) -> Vec<Found> {
        self.state().found.values().cloned().collect()
    }

    /// Opens one of them; gives its high watermark too. May be called on many threads.
    pub fn load(&self, found: &Found, config: LogConfig, now_ms: i64) -> Result<(Log, Offset)> {
        let rng = {
            let mut state = self.state();
            state.begin_changes(found.path.parent())?;
            state.fork_rng()
        };
        let partition = found.partition.clone();
        let (disk, path) = (&self.disk, &found.path);
        let log = Log::open(disk, path, partition, config, found.recovery, now_ms, rng)?;
        let high_watermark = found.high_watermark.unwrap_or(log.log_start());
        let high_watermark = high_watermark.clamp(log.log_start(), log.log_end());
        Ok((log, high_watermark))
    }

    /// Makes a log, in the directory that has the fewest.
    pub fn create(
        &self,
        partition: &TopicPartition,
        topic_id: Option<Uuid>,
        config: LogConfig,
        now_ms: i64,
    ) -> Result<Log> {
        let (parent, rng) = {
            let mut state = self.state();
            let index = state.least_loaded()?;
            let (parent, _) = &state.dirs[index];
            let parent = parent.clone();
            state.begin_changes(Some(&parent))?;
            state.places.insert(partition.clone(), index);
            (parent, state.fork_rng())
        };
        let created = self.create_in(&parent, partition, topic_id, config, now_ms, rng);
        match &created {
            Ok(log) => tracing::info!(
                target: "kafka.log.LogManager",
                "Created log for partition {partition} in {}",
                log.dir().display()
            ),
            Err(_) => {
                self.state().places.remove(partition);
            }
        }
        created
    }

    fn create_in(
        &self,
        parent: &Path,
        partition: &TopicPartition,
        topic_id: Option<Uuid>,
        config: LogConfig,
        now_ms: i64,
        rng: Rng,
    ) -> Result<Log> {
        let path = parent.join(partition.to_string());
        self.disk.create_dir_all(&path).doing("create", &path)?;
        let recovery = Recovery::default();
        let mut log =
            Log::open(&self.disk, &path, partition.clone(), config, recovery, now_ms, rng)?;
        if let Some(id) = topic_id {
            log.assign_topic_id(id)?;
        }
        Ok(log)
    }

    /// Renames a log's folder for deletion; [`LogManager::remove_due`] removes it after
    /// `file.delete.delay.ms`.
    pub fn delete(&self, mut log: Log, now_ms: i64) -> Result<()> {
        let partition = log.partition().clone();
        let id = Uuid::random(&mut self.state().rng);
        let to = log.dir().with_file_name(names::delete_folder(&partition, id));
        log.rename_dir(&to)?;
        let due = now_ms.saturating_add(log.config().file_delete_delay_ms);
        tracing::info!(
            target: "kafka.log.LogManager",
            "Log for partition {partition} is renamed to {} and is scheduled for deletion",
            to.display()
        );
        let mut state = self.state();
        state.places.remove(&partition);
        state.found.remove(&partition);
        state.condemned.push((due, to));
        Ok(())
    }

    /// Removes the folders of deleted logs whose time has come. What cannot be removed now is found
    /// again at the next start.
    pub fn remove_due(&self, now_ms: i64) {
        let due: Vec<_> =
            self.state().condemned.extract_if(.., |(due, _)| *due <= now_ms).collect();
        for (_, path) in due {
            match self.disk.remove_dir_all(&path).doing("remove", &path) {
                Ok(()) => tracing::info!(
                    target: "kafka.log.LogManager",
                    "Deleted log for partition in {}.",
                    path.display()
                ),
                Err(error) => {
                    tracing::error!(target: "kafka.log.LogManager", "{}", Chain(&error));
                }
            }
        }
    }

    /// Removes files that logs gave out for it; see [`Log::take_due_files`].
    pub fn remove_files(&self, paths: Vec<PathBuf>) {
        for path in paths {
            if let Err(error) = self.disk.remove_file(&path).doing("remove", &path) {
                tracing::error!(target: "kafka.log.LogManager", "{}", Chain(&error));
            }
        }
    }

    /// Brings a checkpoint up to date in every directory. `offsets` are of all logs, each with its
    /// folder; those that are deleted meanwhile are left out.
    pub fn checkpoint(
        &self,
        checkpoint: Checkpoint,
        offsets: &[(PathBuf, TopicPartition, Offset)],
    ) -> Result<()> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let writes = self.state().checkpoint_writes(checkpoint, offsets);
        let mut result = Ok(());
        for (index, write) in writes {
            if let Err(error) = write.run() {
                if let Some((_, Some(dir))) = self.state().dirs.get_mut(index) {
                    dir.checkpoint_failed(checkpoint);
                }
                result = Err(error);
            }
        }
        result
    }

    /// The directories, online or not.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.state().dirs.iter().map(|(path, _)| path.clone()).collect()
    }

    /// The directory that a partition's log lies in.
    pub fn dir_of(&self, partition: &TopicPartition) -> Option<PathBuf> {
        let state = self.state();
        let (path, _) = state.dirs.get(state.places.get(partition)?)?;
        Some(path.clone())
    }

    /// The directory that a file lies in.
    pub fn dir_around(&self, file: &Path) -> Option<PathBuf> {
        let paths = self.paths();
        // The innermost, should one lie in another.
        let around = paths.into_iter().filter(|path| file.starts_with(path));
        around.max_by_key(|path| path.components().count())
    }

    /// A directory failed: it is offline until the next start. Says which partitions that takes;
    /// `None` where it was offline already.
    pub fn set_offline(&self, dir: &Path) -> Option<Vec<TopicPartition>> {
        let mut state = self.state();
        let index = state.index_of(dir)?;
        let (_, online) = state.dirs.get_mut(index)?;
        online.take()?;
        Some(state.places.inside(index))
    }

    /// The partitions known to lie in directories that are offline.
    pub fn inside_offline(&self) -> Vec<TopicPartition> {
        let state = self.state();
        let is_offline = |place: &usize| state.dirs.get(*place).is_some_and(|(_, it)| it.is_none());
        let inside = state.places.of.iter().filter(|(_, place)| is_offline(place));
        inside.map(|(partition, _)| partition.clone()).collect()
    }

    /// Whether a directory is left.
    pub fn has_dirs(&self) -> bool {
        self.state().online().next().is_some()
    }

    /// Whether a directory is not.
    pub fn has_dirs_offline(&self) -> bool {
        self.state().dirs.iter().any(|(_, dir)| dir.is_none())
    }

    /// Lets the directories go, once all logs are closed and checkpoints written. With `clean` each
    /// says that the stop was a clean one, which must be the last thing written.
    pub fn close(&self, clean: bool, broker_epoch: i64) -> Result<()> {
        let mut state = self.state();
        let marked = match clean {
            true => state.online().try_for_each(|dir| dir.mark_clean(broker_epoch)),
            false => Ok(()),
        };
        state.dirs.iter_mut().for_each(|(_, dir)| *dir = None);
        marked
    }
}

impl State {
    fn take_dir(&mut self, dir: LogDir, contents: Contents) -> Result<()> {
        let index = self.dirs.len();
        for (partition, path) in contents.logs {
            if let Some(other) = self.places.insert(partition.clone(), index) {
                let (other, _) = &self.dirs[other];
                let what = format!("Duplicate log directories found: also in {}", other.display());
                return Err(Error::corrupt(&path, what));
            }
            let (recovery_point, log_start, high_watermark) = dir.checkpointed(&partition);
            let recovery = Recovery { clean: dir.clean.is_some(), log_start, recovery_point };
            let found = Found { partition: partition.clone(), path, recovery, high_watermark };
            self.found.insert(partition, found);
        }
        self.condemned.extend(contents.deleted.into_iter().map(|path| (i64::MIN, path)));
        self.dirs.push((dir.path().to_owned(), Some(dir)));
        Ok(())
    }

    fn online(&self) -> impl Iterator<Item = &LogDir> {
        self.dirs.iter().filter_map(|(_, dir)| dir.as_ref())
    }

    fn online_mut(&mut self) -> impl Iterator<Item = &mut LogDir> {
        self.dirs.iter_mut().filter_map(|(_, dir)| dir.as_mut())
    }

    fn index_of(&self, dir: &Path) -> Option<usize> {
        self.dirs.iter().position(|(path, _)| path == dir)
    }

    fn begin_changes(&mut self, dir: Option<&Path>) -> Result<()> {
        let found = self.online_mut().find(|online| Some(online.path()) == dir);
        found.map_or(Ok(()), LogDir::begin_changes)
    }

    fn fork_rng(&mut self) -> Rng {
        Rng::seeded(self.rng.next_u64())
    }

    fn least_loaded(&self) -> Result<usize> {
        let online = self.dirs.iter().enumerate().filter(|(_, (_, dir))| dir.is_some());
        let least = online.map(|(index, _)| (self.places.count(index), index)).min();
        least.map(|(_, index)| index).ok_or_else(|| {
            let path = self.dirs.first().map(|(path, _)| path.clone()).unwrap_or_default();
            Error::Poisoned { path }
        })
    }

    fn checkpoint_writes(
        &mut self,
        checkpoint: Checkpoint,
        offsets: &[(PathBuf, TopicPartition, Offset)],
    ) -> Vec<(usize, CheckpointWrite)> {
        let mut by_dir = vec![Offsets::new(); self.dirs.len()];
        for (path, partition, offset) in offsets {
            let place = path.parent().and_then(|dir| self.index_of(dir));
            if place.is_none() || self.places.get(partition) != place {
                continue;
            }
            // A log that starts at 0 does so without being told.
            if checkpoint == Checkpoint::LogStart && *offset == 0 {
                continue;
            }
            if let Some(offsets) = place.and_then(|index| by_dir.get_mut(index)) {
                offsets.insert(partition.clone(), *offset);
            }
        }
        let dirs = self.dirs.iter_mut().zip(by_dir).enumerate();
        let writes = dirs.filter_map(|(index, ((_, dir), offsets))| {
            Some((index, dir.as_mut()?.checkpoint(checkpoint, offsets)?))
        });
        writes.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::record::validate::Origin;
    use crate::kafka::record::{Builder, Compression};

    const CLIENT: Origin = Origin::Client { produce_version: 9 };
    const MARKERS: [&str; 2] = ["/a/.kafka_cleanshutdown", "/b/.kafka_cleanshutdown"];

    fn open(disk: &Disk) -> LogManager {
        let paths = ["/a", "/b"].map(PathBuf::from);
        LogManager::open_with(disk.clone(), &paths, Rng::seeded(1)).unwrap()
    }

    fn partition(number: i32) -> TopicPartition {
        TopicPartition::new("topic", number)
    }

    fn create(manager: &LogManager, number: i32) -> Log {
        let id = Some(Uuid([7; 16]));
        manager.create(&partition(number), id, LogConfig::default(), 0).unwrap()
    }

    #[test]
    fn logs_spread_over_directories_and_are_found_again() {
        let disk = Disk::memory();
        let manager = open(&disk);
        let mut logs: Vec<_> = (0..4).map(|number| create(&manager, number)).collect();
        let dirs: Vec<_> = logs.iter().map(|log| log.dir().to_str().unwrap()).collect();
        assert_eq!(dirs, ["/a/topic-0", "/b/topic-1", "/a/topic-2", "/b/topic-3"]);
        let mut builder = Builder::new(Compression::NONE);
        builder.append(1, None, Some(b"v"), &[]);
        logs[1].append_as_leader(&builder.finish(), 0, CLIENT, 0).unwrap();
        let points = logs.into_iter().map(|log| {
            let (dir, partition) = (log.dir().to_owned(), log.partition().clone());
            (dir, partition, log.close(0).unwrap().recovery_point)
        });
        let points: Vec<_> = points.collect();
        manager.checkpoint(Checkpoint::RecoveryPoint, &points).unwrap();
        manager.checkpoint(Checkpoint::HighWatermark, &points).unwrap();
        let text = disk.read_text(Path::new("/b/recovery-point-offset-checkpoint")).unwrap();
        assert_eq!(text, "0\n2\ntopic 1 1\ntopic 3 0\n");
        manager.close(true, 33).unwrap();

        let manager = open(&disk);
        assert_eq!(manager.previous_broker_epoch(), Some(33));
        let found = manager.partitions();
        let found = found.iter().find(|found| found.partition == partition(1)).unwrap();
        assert_eq!(found.recovery, Recovery { clean: true, log_start: 0, recovery_point: 1 });
        assert_eq!(MARKERS.map(|marker| disk.exists(Path::new(marker))), [true, true]);
        let (log, high_watermark) = manager.load(found, LogConfig::default(), 0).unwrap();
        assert_eq!(MARKERS.map(|marker| disk.exists(Path::new(marker))), [true, false]);
        assert_eq!((log.log_end(), log.recovery_point(), high_watermark), (1, 1, 1));
        assert_eq!(log.topic_id(), Some(Uuid([7; 16])));
    }

    #[test]
    fn a_directory_is_used_once() {
        let disk = Disk::memory();
        let manager = open(&disk);
        let again = LogManager::open(disk.clone(), &[PathBuf::from("/b")]).unwrap_err();
        assert!(matches!(again, Error::Locked { .. }));
        manager.close(false, -1).unwrap();
        let manager = open(&disk);
        assert_eq!(manager.previous_broker_epoch(), None, "that was no clean stop");
    }

    #[test]
    fn deleted_logs_go_after_a_while_or_at_the_next_start() {
        let disk = Disk::memory();
        let manager = open(&disk);
        let log = create(&manager, 0);
        let offsets = [(log.dir().to_owned(), partition(0), 5)];
        manager.delete(log, 1_000).unwrap();
        manager.checkpoint(Checkpoint::HighWatermark, &offsets).unwrap();
        let text = disk.read_text(Path::new("/a/replication-offset-checkpoint")).unwrap();
        assert_eq!(text, "0\n0\n", "deleted logs are not written down");
        let folders = || disk.list(Path::new("/a")).unwrap().iter().filter(|e| e.is_dir).count();
        manager.remove_due(60_999);
        assert_eq!((folders(), disk.exists(Path::new("/a/topic-0"))), (1, false));
        drop(manager);
        let manager = open(&disk);
        assert!(manager.partitions().is_empty());
        manager.remove_due(0);
        assert_eq!(folders(), 0, "left over from the last run");
        manager.delete(create(&manager, 0), 0).unwrap();
        manager.remove_due(60_000);
        assert_eq!(folders(), 0);
    }

    #[test]
    fn who_it_belongs_to_is_written_once_and_nothing_is_lost() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/a")).unwrap();
        let theirs = b"version=0\nbroker.id=2\ndirectory.id=x\n";
        disk.replace(Path::new("/a/meta.properties"), theirs).unwrap();
        let manager = open(&disk);
        manager.write_meta(2, "cluster").unwrap();
        let text = |path| disk.read_text(Path::new(path)).unwrap();
        assert!(text("/a/meta.properties").contains("directory.id=x\n"));
        assert_eq!(text("/b/meta.properties"), "#\nbroker.id=2\nversion=0\ncluster.id=cluster\n");
        let all: Vec<_> = manager.meta().into_iter().map(|(_, meta)| meta.unwrap()).collect();
        assert!(all.iter().all(|meta| meta.broker_id == Some(2)));
    }

    #[test]
    fn strangers_and_duplicates_are_refused() {
        let disk = Disk::memory();
        for dir in ["/a/topic-0", "/b/topic-0"] {
            disk.create_dir_all(Path::new(dir)).unwrap();
        }
        let paths = ["/a", "/b"].map(PathBuf::from);
        let error = LogManager::open(disk.clone(), &paths).unwrap_err();
        assert!(error.to_string().contains("Duplicate log directories found"), "{error}");
        disk.create_dir_all(Path::new("/c/photos")).unwrap();
        let error = LogManager::open(disk, &[PathBuf::from("/c")]).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }));
    }
}
