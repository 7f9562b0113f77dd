//! Which logs there are and in which directories: finding them at the start, making and deleting
//! them, and what is written down about them for the next start.
//!
//! The logs themselves belong to their partitions; what is asked of the manager it answers without
//! them. Loading is the caller's: [`LogManager::found`] says what to open, one by one or on many
//! threads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::checkpoint::Offsets;
use super::dirs::{Checkpoint, CheckpointWrite, LogDir};
use super::error::{Doing, Error, Result};
use super::log::{Log, LogConfig, Recovery};
use super::meta_properties::MetaProperties;
use super::names;
use crate::base::disk::Disk;
use crate::base::rng::Rng;
use crate::base::uuid::Uuid;
use crate::kafka::types::TopicPartition;

/// A log that is there and not opened yet.
#[derive(Clone, Debug)]
pub struct Found {
    pub partition: TopicPartition,
    pub path: PathBuf,
    pub recovery: Recovery,
    /// What was committed, as last written down.
    pub high_watermark: Option<i64>,
    rng: Rng,
}

impl Found {
    /// Opens the log.
    pub fn open(&self, disk: &Disk, config: LogConfig, now_ms: i64) -> Result<Log> {
        let (partition, rng) = (self.partition.clone(), self.rng.clone());
        Log::open(disk, &self.path, partition, config, self.recovery, now_ms, rng)
    }
}

/// The log directories and what is in them.
#[derive(Debug)]
pub struct LogManager {
    disk: Disk,
    /// `None` for one that is offline.
    dirs: Vec<Option<LogDir>>,
    paths: Vec<PathBuf>,
    places: BTreeMap<TopicPartition, usize>,
    found: Vec<Found>,
    /// Folders to be removed, and when.
    condemned: Vec<(i64, PathBuf)>,
    rng: Rng,
}

impl LogManager {
    /// Takes log directories into use. One that the disk refuses is offline, and comes back with the
    /// reason; what another process uses, or what cannot be a log directory, is an error.
    pub fn open(
        disk: &Disk,
        paths: &[PathBuf],
        mut rng: Rng,
    ) -> Result<(LogManager, Vec<(PathBuf, Error)>)> {
        let mut manager = LogManager {
            disk: disk.clone(),
            dirs: Vec::new(),
            paths: paths.to_vec(),
            places: BTreeMap::new(),
            found: Vec::new(),
            condemned: Vec::new(),
            rng: Rng::seeded(rng.next_u64()),
        };
        let mut offline = Vec::new();
        for path in paths {
            match LogDir::open(disk, path).and_then(|dir| Ok((dir.contents()?, dir))) {
                Ok((contents, dir)) => manager.take_dir(dir, contents, &mut rng)?,
                Err(error @ Error::Io { .. }) => {
                    manager.dirs.push(None);
                    offline.push((path.clone(), error));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((manager, offline))
    }

    fn take_dir(
        &mut self,
        dir: LogDir,
        contents: super::dirs::Contents,
        rng: &mut Rng,
    ) -> Result<()> {
        let index = self.dirs.len();
        for (partition, path) in contents.logs {
            if let Some(other) = self.places.insert(partition.clone(), index) {
                let other = self.paths.get(other).cloned().unwrap_or_default();
                let what = format!(
                    "Duplicate log directories found: {} and {}",
                    path.display(),
                    other.display()
                );
                return Err(Error::corrupt(&path, what));
            }
            let (recovery_point, log_start, high_watermark) = dir.checkpointed(&partition);
            let recovery = Recovery { clean: dir.clean.is_some(), log_start, recovery_point };
            let rng = Rng::seeded(rng.next_u64());
            self.found.push(Found { partition, path, recovery, high_watermark, rng });
        }
        self.condemned.extend(contents.deleted.into_iter().map(|path| (i64::MIN, path)));
        self.dirs.push(Some(dir));
        Ok(())
    }

    /// The logs that were there at the start.
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// The directories in use.
    pub fn dirs(&self) -> impl Iterator<Item = &LogDir> {
        self.dirs.iter().flatten()
    }

    /// The directories in use.
    pub fn dirs_mut(&mut self) -> impl Iterator<Item = &mut LogDir> {
        self.dirs.iter_mut().flatten()
    }

    /// Where a partition's log lies.
    pub fn dir_of(&self, partition: &TopicPartition) -> Option<&Path> {
        self.paths.get(*self.places.get(partition)?).map(PathBuf::as_path)
    }

    /// Which partitions have logs in `dir`.
    pub fn partitions_in(&self, dir: &Path) -> Vec<TopicPartition> {
        let index = self.paths.iter().position(|path| path == dir);
        let inside = self.places.iter().filter(|(_, place)| Some(**place) == index);
        inside.map(|(partition, _)| partition.clone()).collect()
    }

    /// A directory failed: it is offline until the next start. Says which partitions that takes.
    pub fn set_offline(&mut self, dir: &Path) -> Vec<TopicPartition> {
        let lost = self.partitions_in(dir);
        for (path, slot) in self.paths.iter().zip(&mut self.dirs) {
            if path == dir {
                *slot = None;
            }
        }
        lost
    }

    /// Whether a directory is left.
    pub fn has_dirs(&self) -> bool {
        self.dirs.iter().any(Option::is_some)
    }

    /// Makes a log, in the directory that has the fewest.
    pub fn create(
        &mut self,
        partition: &TopicPartition,
        topic_id: Option<Uuid>,
        config: LogConfig,
        now_ms: i64,
    ) -> Result<Log> {
        let load = |index: usize| self.places.values().filter(|place| **place == index).count();
        let online = self.dirs.iter().enumerate().filter(|(_, dir)| dir.is_some());
        let least = online.map(|(index, _)| (load(index), index)).min();
        let Some((_, index)) = least else {
            return Err(Error::Poisoned { path: self.paths.first().cloned().unwrap_or_default() });
        };
        let parent = self.paths.get(index).cloned().unwrap_or_default();
        let path = parent.join(partition.to_string());
        self.disk.create_dir_all(&path).doing("create", &path)?;
        self.disk.sync_dir(&parent).doing("sync", &parent)?;
        let recovery = Recovery { clean: false, log_start: 0, recovery_point: 0 };
        let rng = Rng::seeded(self.rng.next_u64());
        let mut log =
            Log::open(&self.disk, &path, partition.clone(), config, recovery, now_ms, rng)?;
        if let Some(id) = topic_id {
            log.assign_topic_id(id)?;
        }
        self.places.insert(partition.clone(), index);
        tracing::info!(
            target: "kafka.log.LogManager",
            "Created log for partition {partition} in {}",
            path.display()
        );
        Ok(log)
    }

    /// Renames a log's folder for deletion; it goes after `file.delete.delay.ms`.
    pub fn delete(&mut self, log: &mut Log, now_ms: i64) -> Result<()> {
        let partition = log.partition().clone();
        let from = log.dir().to_owned();
        let name = names::delete_folder(&partition, Uuid::random(&mut self.rng));
        let to = from.with_file_name(name);
        log.rename_dir(&to)?;
        self.places.remove(&partition);
        self.found.retain(|found| found.partition != partition);
        let due = now_ms.saturating_add(log.config().file_delete_delay_ms);
        tracing::info!(
            target: "kafka.log.LogManager",
            "Log for partition {partition} is renamed to {} and is scheduled for deletion",
            to.display()
        );
        self.condemned.push((due, to));
        Ok(())
    }

    /// Folders whose time to go has come, for [`Disk::remove_dir_all`], which may take long.
    pub fn take_due_folders(&mut self, now_ms: i64) -> Vec<PathBuf> {
        let due = self.condemned.extract_if(.., |(due, _)| *due <= now_ms);
        due.map(|(_, path)| path).collect()
    }

    /// The writes that bring a checkpoint up to date in every directory. `offsets` are of all
    /// partitions; those of other directories and those that are gone are sorted out here.
    pub fn checkpoint(
        &mut self,
        checkpoint: Checkpoint,
        offsets: impl IntoIterator<Item = (TopicPartition, i64)>,
    ) -> Vec<CheckpointWrite> {
        let mut by_dir = vec![Offsets::new(); self.dirs.len()];
        for (partition, offset) in offsets {
            let place = self.places.get(&partition).and_then(|index| by_dir.get_mut(*index));
            if let Some(offsets) = place {
                offsets.insert(partition, offset);
            }
        }
        let dirs = self.dirs.iter_mut().zip(by_dir);
        dirs.filter_map(|(dir, offsets)| dir.as_mut()?.checkpoint(checkpoint, offsets)).collect()
    }

    /// Writes into every directory who it belongs to.
    pub fn write_meta(&mut self, meta: &MetaProperties, now_ms: i64) -> Result<()> {
        self.dirs_mut().try_for_each(|dir| dir.write_meta(meta, now_ms))
    }

    /// Says in every directory that the stop was clean, once all logs are closed and checkpoints
    /// written.
    pub fn mark_clean(&self, broker_epoch: i64) -> Result<()> {
        self.dirs().try_for_each(|dir| dir.mark_clean(broker_epoch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::record::validate::Origin;
    use crate::kafka::record::{Builder, Compression};

    const CLIENT: Origin = Origin::Client { produce_version: 9 };

    fn open(disk: &Disk) -> LogManager {
        let paths = ["/a", "/b"].map(PathBuf::from);
        let (manager, offline) = LogManager::open(disk, &paths, Rng::seeded(1)).unwrap();
        assert!(offline.is_empty());
        manager
    }

    fn partition(number: i32) -> TopicPartition {
        TopicPartition::new("topic", number)
    }

    #[test]
    fn logs_spread_over_directories_and_are_found_again() {
        let disk = Disk::memory();
        let mut manager = open(&disk);
        let id = Uuid([7; 16]);
        let mut logs = Vec::new();
        for number in 0..4 {
            logs.push(
                manager.create(&partition(number), Some(id), LogConfig::default(), 0).unwrap(),
            );
        }
        assert_eq!(manager.partitions_in(Path::new("/a")), [partition(0), partition(2)]);
        let mut builder = Builder::new(Compression::NONE);
        builder.append(1, None, Some(b"v"), &[]);
        logs[1].append_as_leader(&builder.finish(), 0, CLIENT, 0).unwrap();
        let points = logs.into_iter().map(|log| {
            let partition = log.partition().clone();
            (partition, log.close(0).unwrap().recovery_point)
        });
        let points: Vec<_> = points.collect();
        let writes = manager.checkpoint(Checkpoint::RecoveryPoints, points.clone());
        assert_eq!(writes.len(), 2);
        writes.iter().for_each(|write| write.run().unwrap());
        assert!(manager.checkpoint(Checkpoint::RecoveryPoints, points).is_empty(), "no news");
        let watermark = [(partition(1), 1)];
        for write in manager.checkpoint(Checkpoint::HighWatermarks, watermark) {
            write.run().unwrap();
        }
        manager.mark_clean(33).unwrap();
        drop(manager);

        let manager = open(&disk);
        assert!(manager.dirs().all(|dir| dir.clean.unwrap().broker_epoch == 33));
        assert!(!disk.exists(Path::new("/a/.kafka_cleanshutdown")), "for one start only");
        let found = manager.found().iter().find(|found| found.partition == partition(1)).unwrap();
        assert_eq!(found.recovery, Recovery { clean: true, log_start: 0, recovery_point: 1 });
        assert_eq!(found.high_watermark, Some(1));
        let log = found.open(&disk, LogConfig::default(), 0).unwrap();
        assert_eq!((log.log_end(), log.recovery_point(), log.topic_id()), (1, 1, Some(id)));
    }

    #[test]
    fn a_directory_is_used_once() {
        let disk = Disk::memory();
        let manager = open(&disk);
        let again = LogManager::open(&disk, &[PathBuf::from("/b")], Rng::seeded(1)).unwrap_err();
        assert!(matches!(again, Error::Locked { .. }));
        drop(manager);
        open(&disk);
    }

    #[test]
    fn deleted_logs_go_after_a_while_or_at_the_next_start() {
        let disk = Disk::memory();
        let mut manager = open(&disk);
        let mut log = manager.create(&partition(0), None, LogConfig::default(), 0).unwrap();
        manager.delete(&mut log, 1_000).unwrap();
        assert!(manager.dir_of(&partition(0)).is_none());
        assert!(!disk.exists(Path::new("/a/topic-0")));
        assert!(manager.take_due_folders(60_999).is_empty());
        let due = manager.take_due_folders(61_000);
        assert_eq!(due, [log.dir()]);
        drop((manager, log));
        let mut manager = open(&disk);
        assert!(manager.found().is_empty());
        assert_eq!(manager.take_due_folders(0), due, "left over from the last run");
        manager.create(&partition(0), None, LogConfig::default(), 0).unwrap();
    }

    #[test]
    fn strangers_and_duplicates_are_refused() {
        let disk = Disk::memory();
        for dir in ["/a/topic-0", "/b/topic-0"] {
            disk.create_dir_all(Path::new(dir)).unwrap();
        }
        let paths = ["/a", "/b"].map(PathBuf::from);
        let error = LogManager::open(&disk, &paths, Rng::seeded(1)).unwrap_err();
        assert!(error.to_string().contains("Duplicate log directories found"), "{error}");
        disk.create_dir_all(Path::new("/c/photos")).unwrap();
        let error = LogManager::open(&disk, &[PathBuf::from("/c")], Rng::seeded(1)).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }));
    }
}
