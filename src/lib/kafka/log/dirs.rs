//! One log directory: its lock, its identity, its checkpoints and the logs in it.

use std::io;
use std::path::{Path, PathBuf};

use super::checkpoint::{self, HIGH_WATERMARKS, LOG_STARTS, Offsets, RECOVERY_POINTS};
use super::error::{Doing, Error, Result};
use super::meta_properties::MetaProperties;
use super::names::Folder;
use crate::base::disk::{Disk, Lock};
use crate::base::error::Chain;
use crate::base::holder;
use crate::kafka::types::TopicPartition;

const LOCK: &str = ".lock";
const CLEAN_SHUTDOWN: &str = ".kafka_cleanshutdown";

/// A checkpoint of a log directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkpoint {
    RecoveryPoint,
    LogStart,
    HighWatermark,
}

impl Checkpoint {
    fn file_name(self) -> &'static str {
        match self {
            Checkpoint::RecoveryPoint => RECOVERY_POINTS,
            Checkpoint::LogStart => LOG_STARTS,
            Checkpoint::HighWatermark => HIGH_WATERMARKS,
        }
    }
}

/// The last stop was a clean one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanShutdown {
    /// -1 where it is not known.
    pub broker_epoch: i64,
}

/// A log directory that is in use.
#[derive(Debug)]
pub(super) struct LogDir {
    disk: Disk,
    path: PathBuf,
    /// Held as long as the directory is in use.
    _lock: Lock,
    pub(super) meta: Option<MetaProperties>,
    pub(super) clean: Option<CleanShutdown>,
    /// The marker of the last clean stop still lies there.
    marked: bool,
    recovery_points: Offsets,
    log_starts: Offsets,
    high_watermarks: Offsets,
    /// What each checkpoint said when it was written last.
    written: [Option<Offsets>; 3],
}

/// What lies in a log directory.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) logs: Vec<(TopicPartition, PathBuf)>,
    /// Folders to be removed.
    pub(super) deleted: Vec<PathBuf>,
}

impl LogDir {
    /// Takes the directory into use, making it if need be, and reads what the last run left.
    pub(super) fn open(disk: &Disk, path: &Path) -> Result<LogDir> {
        if !disk.exists(path) {
            tracing::info!(
                target: "kafka.log.LogManager",
                "Log directory {} not found, creating it.",
                path.display()
            );
            disk.create_dir_all(path).doing("create", path)?;
        }
        let lock_path = path.join(LOCK);
        let lock = disk.lock(&lock_path).doing("lock", &lock_path)?;
        let lock = lock.ok_or_else(|| {
            let holder = holder::of_file(&lock_path);
            Error::Locked { path: path.to_owned(), holder }
        })?;
        let clean = read_marker(disk, path)?;
        let offsets = |checkpoint: Checkpoint| {
            let path = path.join(checkpoint.file_name());
            checkpoint::read_offsets(disk, &path).or_else(|error| match error {
                // Checkpoints only save work; without them everything is looked at.
                Error::Corrupt { .. } => {
                    tracing::warn!(target: "kafka.log.LogManager", "{}", Chain(&error));
                    Ok(Offsets::new())
                }
                other => Err(other),
            })
        };
        Ok(LogDir {
            meta: MetaProperties::read(disk, path)?,
            marked: clean.is_some(),
            clean,
            recovery_points: offsets(Checkpoint::RecoveryPoint)?,
            log_starts: offsets(Checkpoint::LogStart)?,
            high_watermarks: offsets(Checkpoint::HighWatermark)?,
            written: [None, None, None],
            disk: disk.clone(),
            path: path.to_owned(),
            _lock: lock,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// From here on files change, so that a crash would be none the less one: the marker of the last
    /// clean stop goes. A start that fails before it leaves the directory as clean as it was.
    pub(super) fn begin_changes(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.marked) {
            return Ok(());
        }
        let marker = self.path.join(CLEAN_SHUTDOWN);
        self.disk.remove_file(&marker).doing("remove", &marker)?;
        self.disk.sync_dir(&self.path).doing("sync", &self.path)
    }

    /// What the checkpoints say of a log: recovery point, log start, high watermark.
    pub(super) fn checkpointed(&self, partition: &TopicPartition) -> (i64, i64, Option<i64>) {
        let of = |offsets: &Offsets| offsets.get(partition).copied();
        let recovery_point = of(&self.recovery_points).unwrap_or(0);
        (recovery_point, of(&self.log_starts).unwrap_or(0), of(&self.high_watermarks))
    }

    /// The folders in it. A name that no release gave is refused, as something else uses the
    /// directory then.
    pub(super) fn contents(&self) -> Result<Contents> {
        let mut contents = Contents::default();
        for entry in self.disk.list(&self.path).doing("list", &self.path)? {
            if !entry.is_dir {
                continue;
            }
            let path = self.path.join(&entry.name);
            match Folder::parse(&entry.name) {
                Some(Folder::Log(partition)) => contents.logs.push((partition, path)),
                Some(Folder::Delete) => contents.deleted.push(path),
                Some(Folder::Future(_) | Folder::Stray | Folder::Other) => {}
                None => {
                    let what = "not the folder of a topic's partition; Kafka's log directories \
                                hold nothing else";
                    return Err(Error::corrupt(&path, what));
                }
            }
        }
        Ok(contents)
    }

    /// A checkpoint to be written: `None` where it says that already.
    pub(super) fn checkpoint(
        &mut self,
        checkpoint: Checkpoint,
        offsets: Offsets,
    ) -> Option<CheckpointWrite> {
        let written = self.written.get_mut(checkpoint as usize)?;
        if written.as_ref() == Some(&offsets) {
            return None;
        }
        *written = Some(offsets.clone());
        let path = self.path.join(checkpoint.file_name());
        Some(CheckpointWrite { disk: self.disk.clone(), path, offsets })
    }

    /// The write of a checkpoint failed: the next one is no repetition.
    pub(super) fn checkpoint_failed(&mut self, checkpoint: Checkpoint) {
        if let Some(written) = self.written.get_mut(checkpoint as usize) {
            *written = None;
        }
    }

    /// Says who the directory belongs to.
    pub(super) fn write_meta(&mut self, meta: &MetaProperties) -> Result<()> {
        if self.meta.as_ref() == Some(meta) {
            return Ok(());
        }
        meta.write(&self.disk, &self.path)?;
        self.meta = Some(meta.clone());
        Ok(())
    }

    /// Says that the stop was clean. The last thing to be written.
    pub(super) fn mark_clean(&self, broker_epoch: i64) -> Result<()> {
        let path = self.path.join(CLEAN_SHUTDOWN);
        let text = format!("{{\"version\":0,\"brokerEpoch\":{broker_epoch}}}");
        self.disk.replace(&path, text.as_bytes()).doing("write", &path)
    }
}

fn read_marker(disk: &Disk, dir: &Path) -> Result<Option<CleanShutdown>> {
    let path = dir.join(CLEAN_SHUTDOWN);
    let text = match disk.read_text(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).doing("read", &path),
    };
    // Up to 3.6 the file is empty; whatever it says, that it is there is what counts.
    let parsed: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let epoch = parsed.as_ref().and_then(|json| json.get("brokerEpoch")?.as_i64());
    Ok(Some(CleanShutdown { broker_epoch: epoch.unwrap_or(-1) }))
}

/// A checkpoint that is to be written, without holding anything.
#[derive(Debug)]
pub(super) struct CheckpointWrite {
    disk: Disk,
    path: PathBuf,
    offsets: Offsets,
}

impl CheckpointWrite {
    /// Writes it, durably.
    pub(super) fn run(&self) -> Result<()> {
        checkpoint::write_offsets(&self.disk, &self.path, &self.offsets)
    }
}
