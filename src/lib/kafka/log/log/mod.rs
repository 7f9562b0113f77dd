//! One partition's log: a folder of segments with the offsets, epochs and producers in it.
//!
//! Invariants, each held where it is changed:
//! * there is a segment at all times, and the last one is the active one;
//! * `log_start <= recovery_point <= log_end` (a log that was cut has no more to recover);
//! * offsets go up, gaps come from compaction only;
//! * what lies below the recovery point is durable, its indexes too.
//!
//! [`append`], [`verify`], [`read`], [`roll`], [`truncate`], [`retain`] and [`load`] are what can
//! happen to it.

mod append;
mod load;
mod read;
mod retain;
mod roll;
mod truncate;
mod verify;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::error::{Doing, Error, Result};
use super::leader_epochs::LeaderEpochs;
use super::names;
use super::partition_metadata;
use super::producer_state::{self, ProducerState};
use super::segment::Shape;
use super::segments::Segments;
use crate::base::disk::Disk;
use crate::base::rng::Rng;
use crate::base::uuid::Uuid;
use crate::kafka::record::Compression;
use crate::kafka::record::batch::TimestampType;
use crate::kafka::types::TopicPartition;

pub use append::Appended;
pub use load::Recovery;
pub use read::{Read, TimedOffset};
pub use roll::Flush;
use verify::Verifications;
pub use verify::{Guard, Verified};

/// What the topic's configuration says of its logs. Numbers are those of the keys of the same name;
/// -1 is "no limit" for the two retentions.
#[derive(Clone, Debug, PartialEq)]
pub struct LogConfig {
    pub segment_bytes: u64,
    pub segment_ms: i64,
    pub segment_jitter_ms: i64,
    pub segment_index_bytes: usize,
    pub index_interval_bytes: usize,
    pub retention_ms: i64,
    pub retention_bytes: i64,
    /// `cleanup.policy` has `delete`.
    pub delete: bool,
    /// `cleanup.policy` has `compact`.
    pub compact: bool,
    pub max_compaction_lag_ms: i64,
    pub file_delete_delay_ms: i64,
    pub flush_messages: i64,
    pub flush_ms: i64,
    pub max_message_bytes: usize,
    /// `compression.type` and its level; none for `producer`.
    pub compression: Option<Compression>,
    pub message_timestamp_type: TimestampType,
    pub message_timestamp_before_max_ms: i64,
    pub message_timestamp_after_max_ms: i64,
}

impl Default for LogConfig {
    fn default() -> LogConfig {
        const HOUR_MS: i64 = 3_600_000;
        LogConfig {
            segment_bytes: 1 << 30,
            segment_ms: 168 * HOUR_MS,
            segment_jitter_ms: 0,
            segment_index_bytes: 10 << 20,
            index_interval_bytes: 4_096,
            retention_ms: 168 * HOUR_MS,
            retention_bytes: -1,
            delete: true,
            compact: false,
            max_compaction_lag_ms: i64::MAX,
            file_delete_delay_ms: 60_000,
            flush_messages: i64::MAX,
            flush_ms: i64::MAX,
            max_message_bytes: 1_048_588,
            compression: None,
            message_timestamp_type: TimestampType::CreateTime,
            message_timestamp_before_max_ms: i64::MAX,
            message_timestamp_after_max_ms: i64::MAX,
        }
    }
}

impl LogConfig {
    /// `segment.ms`, bounded for compacted topics by `max.compaction.lag.ms`.
    fn roll_ms(&self) -> i64 {
        if self.compact { self.segment_ms.min(self.max_compaction_lag_ms) } else { self.segment_ms }
    }
}

/// A log.
#[derive(Debug)]
pub struct Log {
    disk: Disk,
    dir: PathBuf,
    partition: TopicPartition,
    topic_id: Option<Uuid>,
    config: LogConfig,
    segments: Segments,
    log_start: i64,
    log_end: i64,
    recovery_point: i64,
    epochs: LeaderEpochs,
    producers: ProducerState,
    /// Transactions whose first batch here is held against their coordinator at the moment.
    verifications: Verifications,
    /// Files that are named `.deleted`, and when they go.
    condemned: Vec<(i64, PathBuf)>,
    last_flush_ms: i64,
    /// Names in the folder, and its own, that are not durable yet.
    names_unsynced: bool,
    /// Small files that are not durable yet, by name: thousands of logs that are never written to
    /// must not hold descriptors.
    files_unsynced: Vec<OsString>,
    /// Flushes that were begun and not finished.
    flushes_running: usize,
    poisoned: bool,
    rng: Rng,
}

impl Log {
    pub fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    /// The folder it lies in.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn topic_id(&self) -> Option<Uuid> {
        self.topic_id
    }

    pub fn config(&self) -> &LogConfig {
        &self.config
    }

    /// Takes a changed configuration.
    pub fn set_config(&mut self, config: LogConfig) {
        self.config = config;
    }

    /// The first offset there is.
    pub fn log_start(&self) -> i64 {
        self.log_start
    }

    /// The offset the next record gets.
    pub fn log_end(&self) -> i64 {
        self.log_end
    }

    /// Up to where everything is known to be durable.
    pub fn recovery_point(&self) -> i64 {
        self.recovery_point
    }

    /// Bytes of all segments.
    pub fn size(&self) -> u64 {
        self.segments.size()
    }

    pub fn segments(&self) -> &Segments {
        &self.segments
    }

    pub fn epochs(&self) -> &LeaderEpochs {
        &self.epochs
    }

    /// The latest leader epoch in the log.
    pub fn latest_epoch(&self) -> Option<i32> {
        self.epochs.latest()
    }

    pub fn producers(&self) -> &ProducerState {
        &self.producers
    }

    /// Forgets all producers: what is sent twice from here on is there twice.
    pub(crate) fn forget_producers(&mut self) {
        self.producers = ProducerState::starting_at(self.log_end());
    }

    /// Forgets producers that were silent for longer than `expiration_ms` and have no transaction
    /// open, and verifications that nobody finished.
    pub fn expire_producers(&mut self, now_ms: i64, expiration_ms: i64) {
        self.producers.expire(now_ms, expiration_ms);
        self.verifications.expire(now_ms, expiration_ms);
    }

    /// Whether a write or sync failed, after which the log takes nothing.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    /// The last stable offset, where everything below `high_watermark` is committed.
    pub fn last_stable_offset(&self, high_watermark: i64) -> i64 {
        match self.producers.first_unstable_offset() {
            Some(first) => first.max(self.log_start).min(high_watermark),
            None => high_watermark,
        }
    }

    /// Everything below `high_watermark` is committed.
    pub fn committed(&mut self, high_watermark: i64) {
        self.producers.committed(high_watermark);
    }

    /// Says that `epoch` leads from the log's end on.
    pub fn begin_epoch(&mut self, epoch: i32) -> Result<()> {
        self.sound()?;
        self.epochs.assign(epoch, self.log_end);
        Ok(())
    }

    /// Where `epoch` ended; see [`LeaderEpochs::end_offset_for`].
    pub fn end_offset_for_epoch(&self, epoch: i32) -> (i32, i64) {
        self.epochs.end_offset_for(epoch, self.log_end)
    }

    /// Binds the log to a topic id; refuses another one than it has. Durable with the next flush.
    pub fn assign_topic_id(&mut self, id: Uuid) -> Result<()> {
        match self.topic_id {
            Some(found) if found == id => Ok(()),
            Some(found) => Err(Error::TopicId { found: found.to_string(), wanted: id.to_string() }),
            None => self.guarded(|log| {
                let written = partition_metadata::write(&log.disk, &log.dir, id)?;
                log.files_unsynced.extend(written.file_name().map(OsStr::to_owned));
                log.names_unsynced = true;
                log.topic_id = Some(id);
                Ok(())
            }),
        }
    }

    /// Moves the folder; who has a slice of a file may go on reading.
    pub fn rename_dir(&mut self, dir: &Path) -> Result<()> {
        self.disk.rename(&self.dir, dir).doing("rename", &self.dir)?;
        if let Some(parent) = dir.parent() {
            self.disk.sync_dir(parent).doing("sync", parent)?;
        }
        for segment in self.segments.iter_mut() {
            segment.set_dir(dir);
        }
        for (_, path) in &mut self.condemned {
            if let Some(name) = path.file_name() {
                *path = dir.join(name);
            }
        }
        self.epochs.set_dir(dir);
        self.dir = dir.to_owned();
        Ok(())
    }

    fn sound(&self) -> Result<()> {
        if self.poisoned {
            return Err(Error::Poisoned { path: self.dir.clone() });
        }
        Ok(())
    }

    /// Lets `step` change files. Where the disk fails the log is poisoned.
    fn guarded<T>(&mut self, step: impl FnOnce(&mut Log) -> Result<T>) -> Result<T> {
        self.sound()?;
        let result = step(self);
        if let Err(error) = &result
            && error.is_storage()
        {
            self.poisoned = true;
        }
        result
    }

    /// What a new segment needs to know.
    fn shape(&mut self) -> Shape {
        let jitter_max = self.config.segment_jitter_ms.min(self.config.segment_ms).max(0);
        Shape {
            index_bytes_max: self.config.segment_index_bytes,
            index_interval_bytes: self.config.index_interval_bytes,
            jitter_ms: i64::try_from(self.rng.below(jitter_max.unsigned_abs())).unwrap_or(0),
        }
    }

    /// Writes a snapshot of the producers as they are at the log's end. Gives the path.
    fn write_snapshot(&mut self) -> Result<PathBuf> {
        let path = names::file(&self.dir, self.producers.end(), names::SNAPSHOT);
        let bytes = producer_state::encode(self.producers.producers());
        self.disk.replace(&path, &bytes).doing("write", &path)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests;
