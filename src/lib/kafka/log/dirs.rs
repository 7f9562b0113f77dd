//! One log directory: its lock, its identity, its checkpoints and the logs in it.

use std::io;
use std::path::{Path, PathBuf};

use super::checkpoint::{
    self, CLEANER_OFFSETS, HIGH_WATERMARKS, LOG_STARTS, Offsets, RECOVERY_POINTS,
};
use super::error::{Doing, Error, Result};
use super::meta_properties::MetaProperties;
use super::names::Folder;
use crate::base::disk::{Disk, Lock};
use crate::base::error::Chain;
use crate::kafka::types::TopicPartition;

const LOCK: &str = ".lock";
const CLEAN_SHUTDOWN: &str = ".kafka_cleanshutdown";

/// A checkpoint of a log directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkpoint {
    RecoveryPoints,
    LogStarts,
    HighWatermarks,
    CleanerOffsets,
}

impl Checkpoint {
    fn file_name(self) -> &'static str {
        match self {
            Checkpoint::RecoveryPoints => RECOVERY_POINTS,
            Checkpoint::LogStarts => LOG_STARTS,
            Checkpoint::HighWatermarks => HIGH_WATERMARKS,
            Checkpoint::CleanerOffsets => CLEANER_OFFSETS,
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
pub struct LogDir {
    disk: Disk,
    path: PathBuf,
    /// Held as long as the directory is in use.
    _lock: Lock,
    pub meta: Option<MetaProperties>,
    pub clean: Option<CleanShutdown>,
    recovery_points: Offsets,
    log_starts: Offsets,
    high_watermarks: Offsets,
    /// What each checkpoint said when it was written last.
    written: [Option<Offsets>; 4],
}

/// What lies in a log directory.
#[derive(Debug, Default)]
pub struct Contents {
    pub logs: Vec<(TopicPartition, PathBuf)>,
    /// Folders to be removed.
    pub deleted: Vec<PathBuf>,
}

impl LogDir {
    /// Takes the directory into use, making it if need be. Reads what the last run left; its marker
    /// of a clean stop is gone afterwards.
    pub fn open(disk: &Disk, path: &Path) -> Result<LogDir> {
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
        let lock = lock.ok_or_else(|| Error::Locked { path: path.to_owned() })?;
        let clean = read_marker(disk, path)?;
        if clean.is_some() {
            let marker = path.join(CLEAN_SHUTDOWN);
            disk.remove_file(&marker).doing("remove", &marker)?;
            disk.sync_dir(path).doing("sync", path)?;
        }
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
            clean,
            recovery_points: offsets(Checkpoint::RecoveryPoints)?,
            log_starts: offsets(Checkpoint::LogStarts)?,
            high_watermarks: offsets(Checkpoint::HighWatermarks)?,
            written: [None, None, None, None],
            disk: disk.clone(),
            path: path.to_owned(),
            _lock: lock,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the checkpoints say of a log: recovery point, log start, high watermark.
    pub fn checkpointed(&self, partition: &TopicPartition) -> (i64, i64, Option<i64>) {
        let of = |offsets: &Offsets| offsets.get(partition).copied();
        let recovery_point = of(&self.recovery_points).unwrap_or(0);
        (recovery_point, of(&self.log_starts).unwrap_or(0), of(&self.high_watermarks))
    }

    /// The folders in it. A name that no release gave is refused, as something else uses the
    /// directory then.
    pub fn contents(&self) -> Result<Contents> {
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
    pub fn checkpoint(
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

    /// Says who the directory belongs to.
    pub fn write_meta(&mut self, meta: &MetaProperties, now_ms: i64) -> Result<()> {
        if self.meta.as_ref() == Some(meta) {
            return Ok(());
        }
        meta.write(&self.disk, &self.path, now_ms)?;
        self.meta = Some(meta.clone());
        Ok(())
    }

    /// Says that the stop was clean. The last thing to be written.
    pub fn mark_clean(&self, broker_epoch: i64) -> Result<()> {
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
pub struct CheckpointWrite {
    disk: Disk,
    path: PathBuf,
    offsets: Offsets,
}

impl CheckpointWrite {
    /// Writes it, durably.
    pub fn run(&self) -> Result<()> {
        checkpoint::write_offsets(&self.disk, &self.path, &self.offsets)
    }
}
