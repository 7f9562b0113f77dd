//! Cutting the log's end off, when a leader has another one.
//!
//! The recovery point may go down by it. The owner has the checkpoint of recovery points written
//! before anything is appended again: after a crash what was appended would else count as durable.

use super::Log;
use crate::kafka::log::error::Result;
use crate::kafka::log::segment::LogSegment;

impl Log {
    /// Forgets everything at or above `offset`; says whether that was anything. A batch that holds
    /// `offset` goes as a whole.
    pub fn truncate_to(&mut self, offset: i64, now_ms: i64) -> Result<bool> {
        if offset >= self.log_end {
            // An epoch that was begun here and brought no record may be one the leader never had:
            // left in place, it would be told to the leader, and answered thus, for ever.
            self.epochs.truncate_from_end(offset);
            return Ok(false);
        }
        tracing::info!(
            target: "kafka.log.UnifiedLog",
            "[UnifiedLog partition={}, dir={}] Truncating to offset {offset}",
            self.partition,
            self.dir.parent().unwrap_or(&self.dir).display()
        );
        let first = self.segments.first().map_or(0, LogSegment::base_offset);
        if offset < first {
            self.truncate_fully_and_start_at(offset, now_ms)?;
            return Ok(true);
        }
        self.guarded(|log| {
            let later: Vec<i64> =
                log.segments.bases().into_iter().filter(|base| *base > offset).collect();
            for base in later {
                log.discard_segment(base)?;
            }
            log.segments.active_mut().truncate_to(offset)?;
            // Below `offset` where a batch that held it had to go.
            log.log_end = log.segments.active().next_offset()?;
            log.log_start = log.log_start.min(log.log_end);
            log.recovery_point = log.recovery_point.min(log.log_end);
            log.epochs.truncate_from_end(log.log_end);
            log.rebuild_producers()
        })?;
        Ok(true)
    }

    /// Forgets everything; the next record will have `offset`.
    pub fn truncate_fully_and_start_at(&mut self, offset: i64, now_ms: i64) -> Result<()> {
        self.guarded(|log| {
            for base in log.segments.bases() {
                log.discard_segment(base)?;
            }
            let shape = log.shape();
            let segment = LogSegment::create(&log.disk, &log.dir, offset, shape, now_ms)?;
            log.segments.insert(segment);
            log.names_unsynced = true;
            log.log_start = offset;
            log.log_end = offset;
            log.recovery_point = log.recovery_point.min(offset);
            log.epochs.clear();
            log.rebuild_producers()
        })
    }
}
