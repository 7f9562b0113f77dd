//! Old segments go: by age, by size, and when the log's start has passed them.

use std::path::PathBuf;

use super::Log;
use crate::kafka::log::error::{Doing, Error, Result};
use crate::kafka::log::names;
use crate::kafka::log::segment::LogSegment;

impl Log {
    /// Condemns segments that the topic's retention does not keep; says how many. Nothing at or
    /// above `high_watermark` goes.
    pub fn retain(&mut self, now_ms: i64, high_watermark: i64) -> Result<usize> {
        self.guarded(|log| {
            let mut gone = log.condemn_while(high_watermark, now_ms, Log::below_start)?;
            if !log.config.delete {
                return Ok(gone);
            }
            let retention_ms = log.config.retention_ms;
            if retention_ms >= 0 {
                gone += log.condemn_while(high_watermark, now_ms, |_, segment| {
                    now_ms.saturating_sub(segment.largest_timestamp()) > retention_ms
                })?;
            }
            if let Ok(retention_bytes) = u64::try_from(log.config.retention_bytes) {
                gone += log.condemn_while(high_watermark, now_ms, |log, segment| {
                    log.size()
                        .checked_sub(segment.size())
                        .is_some_and(|left| left >= retention_bytes)
                })?;
            }
            Ok(gone)
        })
    }

    /// Whether the log's start has passed all of a segment.
    fn below_start(&self, segment: &LogSegment) -> bool {
        let next = self.segments.after(segment.base_offset());
        next.is_some_and(|next| next.base_offset() <= self.log_start)
    }

    /// Condemns from the oldest segment on, until one is not `due`.
    fn condemn_while(
        &mut self,
        high_watermark: i64,
        now_ms: i64,
        due: impl Fn(&Log, &LogSegment) -> bool,
    ) -> Result<usize> {
        let mut gone = 0;
        loop {
            let Some(first) = self.segments.first() else { return Ok(gone) };
            let base = first.base_offset();
            let next = self.segments.after(base).map(LogSegment::base_offset);
            let committed = high_watermark >= next.unwrap_or(self.log_end);
            let empty_active = next.is_none() && first.is_empty();
            if empty_active || !committed || !due(self, first) {
                return Ok(gone);
            }
            if next.is_none() {
                // There is always a segment.
                self.roll_at(self.log_end, now_ms)?;
            }
            let start = self.segments.after(base).map_or(self.log_end, LogSegment::base_offset);
            self.condemn_segment(base, now_ms)?;
            gone += 1;
            self.raise_start(start);
        }
    }

    /// Moves the log's start up to `offset`, as DeleteRecords and leaders ask; segments below it
    /// go with the next [`Log::retain`]. Says whether it moved.
    pub fn set_log_start(&mut self, offset: i64) -> Result<bool> {
        if offset <= self.log_start {
            return Ok(false);
        }
        if offset > self.log_end {
            let (log_start, log_end) = (self.log_start, self.log_end);
            return Err(Error::OffsetOutOfRange { offset, log_start, log_end });
        }
        self.sound()?;
        self.raise_start(offset);
        Ok(true)
    }

    fn raise_start(&mut self, offset: i64) {
        if offset <= self.log_start {
            return;
        }
        self.log_start = offset;
        self.recovery_point = self.recovery_point.max(offset);
        self.producers.truncate_head(offset);
        self.epochs.truncate_from_start(offset);
    }

    /// Names the files of a segment `.deleted`; they go after `file.delete.delay.ms`.
    fn condemn_segment(&mut self, base: i64, now_ms: i64) -> Result<()> {
        let Some(segment) = self.segments.remove(base) else { return Ok(()) };
        tracing::info!(
            target: "kafka.log.LocalLog",
            "[LocalLog partition={}, dir={}] Deleting segment files LogSegment(baseOffset={base}, size={})",
            self.partition,
            self.dir.parent().unwrap_or(&self.dir).display(),
            segment.size()
        );
        let due = now_ms.saturating_add(self.config.file_delete_delay_ms);
        let mut files = segment.mark_deleted()?;
        let snapshot = names::file(&self.dir, base, names::SNAPSHOT);
        if self.disk.exists(&snapshot) {
            let to = names::with_suffix(&snapshot, names::DELETED);
            self.disk.rename(&snapshot, &to).doing("rename", &snapshot)?;
            files.push(to);
        }
        self.condemned.extend(files.into_iter().map(|path| (due, path)));
        self.names_unsynced = true;
        Ok(())
    }

    /// Removes the files of a segment at once: its offsets will be written again.
    pub(super) fn discard_segment(&mut self, base: i64) -> Result<()> {
        let Some(segment) = self.segments.remove(base) else { return Ok(()) };
        let snapshot = names::file(&self.dir, base, names::SNAPSHOT);
        self.disk.remove_file(&snapshot).doing("remove", &snapshot)?;
        for path in segment.mark_deleted()? {
            self.disk.remove_file(&path).doing("remove", &path)?;
        }
        self.names_unsynced = true;
        Ok(())
    }

    /// Files whose time to go has come. Removing them may take long and needs no lock.
    pub fn take_due_files(&mut self, now_ms: i64) -> Vec<PathBuf> {
        let due = self.condemned.extract_if(.., |(due, _)| *due <= now_ms);
        due.map(|(_, path)| path).collect()
    }
}
