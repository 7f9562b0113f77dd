//! Beginning new segments, and making what is written durable.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

use super::Log;
use crate::base::disk::{Disk, File, Mode};
use crate::kafka::log::error::{Doing, Error, Result};
use crate::kafka::log::leader_epochs;
use crate::kafka::log::segment::{Grown, LogSegment};

/// Files to sync, which takes long and is done without holding the log.
#[derive(Debug)]
pub struct Flush {
    disk: Disk,
    dir: Option<PathBuf>,
    files: Vec<(PathBuf, File)>,
    epochs: Option<leader_epochs::Write>,
    up_to: i64,
}

impl Flush {
    /// Syncs. The log is to be told with [`Log::finish_flush`], whatever comes out.
    pub fn run(&self) -> Result<()> {
        for (path, file) in &self.files {
            file.sync().doing("sync", path)?;
        }
        if let Some(epochs) = &self.epochs {
            epochs.run()?;
        }
        let Some(dir) = &self.dir else { return Ok(()) };
        for dir in [Some(dir.as_path()), dir.parent()].into_iter().flatten() {
            self.disk.sync_dir(dir).doing("sync", dir)?;
        }
        Ok(())
    }
}

impl Log {
    /// Begins a new segment if `bytes` more are too many, too late or too far for the active one.
    pub(super) fn roll_if_due(&mut self, bytes: usize, grown: &Grown, now_ms: i64) -> Result<bool> {
        let (bytes_max, roll_ms) = (self.config.segment_bytes, self.config.roll_ms());
        let due = self.segments.active_mut().must_roll(
            bytes as u64,
            bytes_max,
            grown.last_offset,
            grown.latest.timestamp,
            roll_ms,
            now_ms,
        )?;
        if due {
            self.roll_at(grown.first_offset.max(self.log_end), now_ms)?;
        }
        Ok(due)
    }

    /// Begins a new segment at the log's end.
    pub fn roll(&mut self, now_ms: i64) -> Result<()> {
        self.guarded(|log| log.roll_at(log.log_end, now_ms))
    }

    pub(super) fn roll_at(&mut self, base_offset: i64, now_ms: i64) -> Result<()> {
        let active = self.segments.active_mut();
        if active.base_offset() == base_offset {
            if !active.is_empty() {
                let what = format!("segment {base_offset} is there already and not empty");
                return Err(Error::corrupt(active.path(), what));
            }
            self.segments.remove(base_offset);
        } else {
            active.became_inactive()?;
            active.release_indexes();
        }
        // The state before the first offset of a segment is what loading it starts from.
        self.producers.advance_to(base_offset);
        let shape = self.shape();
        let segment = LogSegment::create(&self.disk, &self.dir, base_offset, shape, now_ms)?;
        self.segments.insert(segment);
        self.names_unsynced = true;
        self.write_snapshot_unsynced(base_offset)?;
        tracing::debug!(
            target: "kafka.log.UnifiedLog",
            "[UnifiedLog partition={}, dir={}] Rolled new log segment at offset {base_offset}",
            self.partition,
            self.dir.parent().unwrap_or(&self.dir).display()
        );
        Ok(())
    }

    /// A snapshot that becomes durable with the next flush.
    fn write_snapshot_unsynced(&mut self, offset: i64) -> Result<()> {
        use crate::kafka::log::{names, producer_state};
        let path = names::file(&self.dir, offset, names::SNAPSHOT);
        let bytes = producer_state::encode(self.producers.producers());
        let write = || -> io::Result<()> {
            let file = self.disk.open(&path, Mode::Create)?;
            file.set_len(0)?;
            file.write_all_at(&bytes, 0)
        };
        write().doing("write", &path)?;
        self.files_unsynced.extend(path.file_name().map(OsStr::to_owned));
        Ok(())
    }

    /// What has to be synced so that everything below `up_to` is durable: `None` where it is.
    pub fn begin_flush(&mut self, up_to: i64) -> Result<Option<Flush>> {
        let up_to = up_to.min(self.log_end);
        if up_to <= self.recovery_point {
            return Ok(None);
        }
        self.collect_flush(up_to).map(Some)
    }

    fn collect_flush(&mut self, up_to: i64) -> Result<Flush> {
        self.guarded(|log| {
            // What another flush has taken may not be durable when this one is.
            let again = log.flushes_running > 0;
            let mut files = Vec::new();
            let (recovery_point, log_end) = (log.recovery_point, log.log_end);
            let mut ends: Vec<i64> = log.segments.bases().split_off(1);
            ends.push(i64::MAX);
            for (segment, end) in log.segments.iter_mut().zip(ends) {
                // Below the recovery point all is durable already.
                let due = segment.base_offset() < up_to || up_to == log_end;
                if !due || end <= recovery_point {
                    continue;
                }
                files.extend(segment.unsynced(again)?);
                if end != i64::MAX {
                    segment.release_indexes();
                }
            }
            for name in std::mem::take(&mut log.files_unsynced) {
                let path = log.dir.join(name);
                match log.disk.open(&path, Mode::Write) {
                    Ok(file) => files.push((path, file)),
                    // It is not needed any more.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error).doing("open", &path),
                }
            }
            let names_unsynced = std::mem::take(&mut log.names_unsynced) || again;
            log.flushes_running += 1;
            Ok(Flush {
                disk: log.disk.clone(),
                dir: names_unsynced.then(|| log.dir.clone()),
                files,
                epochs: log.epochs.take_write(),
                up_to,
            })
        })
    }

    /// Takes note of what came out of a flush. A sync that failed is not tried again: the kernel
    /// may have dropped the pages.
    pub fn finish_flush(&mut self, flush: &Flush, result: &Result<()>, now_ms: i64) {
        self.flushes_running = self.flushes_running.saturating_sub(1);
        match result {
            Ok(()) => {
                // Cut in the meantime? Then the recovery point may not lie behind the end.
                self.recovery_point = self.recovery_point.max(flush.up_to).min(self.log_end);
                self.last_flush_ms = now_ms;
            }
            Err(_) => self.poisoned = true,
        }
    }

    /// Makes everything durable, now.
    pub fn flush(&mut self, now_ms: i64) -> Result<()> {
        if self.recovery_point >= self.log_end {
            return Ok(());
        }
        self.flush_all(now_ms)
    }

    /// The same, whatever the recovery point says: indexes and names change without records.
    pub(super) fn flush_all(&mut self, now_ms: i64) -> Result<()> {
        let flush = self.collect_flush(self.log_end)?;
        let result = flush.run();
        self.finish_flush(&flush, &result, now_ms);
        result
    }

    /// Whether `flush.messages` or `flush.ms` asks for a flush.
    pub fn flush_is_due(&self, now_ms: i64) -> bool {
        let unflushed = self.log_end - self.recovery_point;
        unflushed >= self.config.flush_messages
            || (unflushed > 0 && now_ms.saturating_sub(self.last_flush_ms) >= self.config.flush_ms)
    }

    pub(super) fn flush_if_due(&mut self, now_ms: i64) -> Result<()> {
        // By the clock it is the housekeeper's business.
        if self.log_end - self.recovery_point < self.config.flush_messages {
            return Ok(());
        }
        self.flush(now_ms)
    }
}
