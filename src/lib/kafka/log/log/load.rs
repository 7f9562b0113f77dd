//! Opening a log: after a clean stop files are believed, after a crash what was not flushed is
//! checked batch by batch and cut where it breaks off.

use std::path::{Path, PathBuf};

use super::append::marker_of;
use super::verify::Verifications;
use super::{Log, LogConfig};
use crate::base::disk::{Disk, Entry};
use crate::base::error::Chain;
use crate::base::rng::Rng;
use crate::kafka::log::error::{Doing, Error, Result};
use crate::kafka::log::leader_epochs::LeaderEpochs;
use crate::kafka::log::names;
use crate::kafka::log::partition_metadata;
use crate::kafka::log::producer_state::{self, ProducerState, aborted};
use crate::kafka::log::segment::LogSegment;
use crate::kafka::log::segments::Segments;
use crate::kafka::log::transaction_index::TransactionIndex;
use crate::kafka::record::batch::Batch;
use crate::kafka::types::TopicPartition;

/// What the checkpoints of the log directory say of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The directory was stopped cleanly.
    pub clean: bool,
    pub log_start: i64,
    /// Up to where the log is durable.
    pub recovery_point: i64,
}

impl Log {
    /// Opens the log in `dir`, or makes one in an empty folder. Takes as long as there is to check;
    /// after a clean stop that is little.
    pub fn open(
        disk: &Disk,
        dir: &Path,
        partition: TopicPartition,
        config: LogConfig,
        recovery: Recovery,
        now_ms: i64,
        rng: Rng,
    ) -> Result<Log> {
        let mut log = Log {
            epochs: LeaderEpochs::open(disk, dir)?,
            topic_id: partition_metadata::read(disk, dir)?,
            disk: disk.clone(),
            dir: dir.to_owned(),
            partition,
            config,
            segments: Segments::default(),
            log_start: recovery.log_start,
            log_end: 0,
            recovery_point: recovery.recovery_point,
            producers: ProducerState::default(),
            verifications: Verifications::default(),
            condemned: Vec::new(),
            last_flush_ms: now_ms,
            names_unsynced: false,
            files_unsynced: Vec::new(),
            flushes_running: 0,
            poisoned: false,
            rng,
        };
        log.clear_leftovers()?;
        let recovered_from = log.load_segments(&recovery)?;
        log.settle(now_ms)?;
        log.recovery_point = match (recovery.clean, recovered_from) {
            (true, None) => log.log_end,
            // It moves when files are synced and not because they were read; indexes that were made
            // anew are to be synced yet.
            (_, Some(base)) => log.recovery_point.min(base).clamp(log.log_start, log.log_end),
            (false, None) => log.recovery_point.clamp(log.log_start, log.log_end),
        };
        log.rebuild_producers_of(recovery.clean)?;
        Ok(log)
    }

    /// Stops cleanly: everything durable, indexes trimmed, the producers' state at the log's end.
    pub fn close(mut self, now_ms: i64) -> Result<Recovery> {
        self.guarded(|log| {
            log.segments.active_mut().became_inactive()?;
            log.producers.advance_to(log.log_end);
            log.write_snapshot().map(|_| ())
        })?;
        self.flush_all(now_ms)?;
        let (log_start, recovery_point) = (self.log_start, self.log_end);
        Ok(Recovery { clean: true, log_start, recovery_point })
    }

    /// Removes what interrupted work left behind, and finishes what can be finished.
    fn clear_leftovers(&mut self) -> Result<()> {
        let entries = self.list()?;
        let remove = |path: PathBuf| self.disk.remove_file(&path).doing("remove", &path);
        let base_of = |entry: &Entry, suffix: &str| {
            names::offset_of(entry.name.strip_suffix(suffix)?, names::LOG)
        };
        let cleaned = entries.iter().filter_map(|entry| base_of(entry, names::CLEANED)).min();
        let mut swaps = Vec::new();
        for entry in &entries {
            let path = self.dir.join(&entry.name);
            if entry.name.ends_with(names::DELETED) || entry.name.ends_with(names::CLEANED) {
                remove(path)?;
            } else if let Some(name) = entry.name.strip_suffix(names::SWAP) {
                // A swap at or behind an unfinished clean belongs to it.
                let base = name.split('.').next().and_then(|digits| digits.parse::<i64>().ok());
                match (base, cleaned) {
                    (Some(base), Some(cleaned)) if base >= cleaned => remove(path)?,
                    (Some(base), _) => swaps.push((base, name.to_owned(), path)),
                    (None, _) => remove(path)?,
                }
            }
        }
        self.finish_swaps(&swaps)
    }

    /// Puts finished work of the cleaner in the place of the segments it was made from.
    fn finish_swaps(&mut self, swaps: &[(i64, String, PathBuf)]) -> Result<()> {
        let mut range: Option<(i64, i64)> = None;
        for (base, _, path) in swaps.iter().filter(|(_, name, _)| name.ends_with(names::LOG)) {
            let mut end = *base;
            let file = self.disk.open(path, crate::base::disk::Mode::Read).doing("open", path)?;
            let length = file.len().doing("measure", path)?;
            let mut scan = crate::kafka::log::scan::HeaderScan::new(&file, 0, length);
            while let Ok(Some((_, header))) = scan.next() {
                end = header.last_offset() + 1;
            }
            let (low, high) = range.unwrap_or((*base, end));
            range = Some((low.min(*base), high.max(end)));
        }
        if let Some((low, high)) = range {
            for entry in self.list()? {
                let base =
                    entry.name.split('.').next().and_then(|digits| digits.parse::<i64>().ok());
                let of_segment =
                    [names::LOG, names::OFFSET_INDEX, names::TIME_INDEX, names::TRANSACTION_INDEX]
                        .iter()
                        .any(|extension| names::offset_of(&entry.name, extension).is_some());
                if of_segment && base.is_some_and(|base| (low..high).contains(&base)) {
                    let path = self.dir.join(&entry.name);
                    self.disk.remove_file(&path).doing("remove", &path)?;
                }
            }
        }
        for (_, name, path) in swaps {
            self.disk.rename(path, &self.dir.join(name)).doing("rename", path)?;
            self.names_unsynced = true;
        }
        Ok(())
    }

    fn list(&self) -> Result<Vec<Entry>> {
        self.disk.list(&self.dir).doing("list", &self.dir)
    }

    /// Opens all segments and checks those that need it; gives the base of the first of those.
    fn load_segments(&mut self, recovery: &Recovery) -> Result<Option<i64>> {
        let entries = self.list()?;
        let mut doubtful = Vec::new();
        for entry in &entries {
            let Some(base) = names::offset_of(&entry.name, names::LOG) else { continue };
            let shape = self.shape();
            let (segment, sound) =
                LogSegment::open(&self.disk, &self.dir, base, shape, entry.modified_ms)?;
            if !sound {
                tracing::warn!(
                    target: "kafka.log.LogLoader",
                    "[LogLoader partition={}, dir={}] Could not find or read an index of segment {base}, rebuilding",
                    self.partition,
                    self.dir.parent().unwrap_or(&self.dir).display()
                );
                doubtful.push(base);
            }
            self.segments.insert(segment);
        }
        self.remove_orphans(&entries)?;
        if !recovery.clean {
            let first = self.segments.floor(recovery.recovery_point).map(LogSegment::base_offset);
            let bases = self.segments.bases();
            doubtful.extend(bases.into_iter().filter(|base| Some(*base) >= first));
            doubtful.sort_unstable();
            doubtful.dedup();
        }
        self.recover(&doubtful)?;
        Ok(doubtful.first().copied())
    }

    /// Removes indexes whose segment is gone.
    fn remove_orphans(&mut self, entries: &[Entry]) -> Result<()> {
        let bases = self.segments.bases();
        for entry in entries {
            let base = [names::OFFSET_INDEX, names::TIME_INDEX, names::TRANSACTION_INDEX]
                .iter()
                .find_map(|extension| names::offset_of(&entry.name, extension));
            if base.is_some_and(|base| bases.binary_search(&base).is_err()) {
                let path = self.dir.join(&entry.name);
                self.disk.remove_file(&path).doing("remove", &path)?;
            }
        }
        Ok(())
    }

    /// Checks the segments at `bases`. Where one has to be cut, all later ones go: what follows a
    /// hole is no part of the log.
    fn recover(&mut self, bases: &[i64]) -> Result<()> {
        let mut state: Option<ProducerState> = None;
        for base in bases {
            let mut now = match state.take() {
                Some(state) if state.end() == *base => state,
                _ => self.producers_before(*base)?,
            };
            let Some(segment) = self.segments.floor_mut(*base) else { continue };
            let epochs = &mut self.epochs;
            let cut = segment.recover(|batch, index| {
                // What the file knows already stays; a lower epoch would be taken for a cut.
                if epochs.latest().is_none_or(|latest| batch.header.leader_epoch > latest) {
                    epochs.assign(batch.header.leader_epoch, batch.header.base_offset);
                }
                replay(&mut now, batch, Some(index))
            })?;
            self.names_unsynced = true;
            state = Some(now);
            // A segment may also end too early by a whole batch: its file was not synced, and the
            // name of the next one was. A hole that compaction left lies below the recovery point.
            let next = self.segments.after(*base).map(LogSegment::base_offset);
            let end = self.segments.floor(*base).map(LogSegment::next_offset).transpose()?;
            let hole = !self.config.compact && next.zip(end).is_some_and(|(next, end)| end < next);
            if cut > 0 || hole {
                tracing::warn!(
                    target: "kafka.log.LogLoader",
                    "[LogLoader partition={}, dir={}] Corruption found in segment {base}, truncating {cut} bytes",
                    self.partition,
                    self.dir.parent().unwrap_or(&self.dir).display()
                );
                let later = self.segments.bases().into_iter().filter(|later| later > base);
                for later in later.collect::<Vec<_>>() {
                    self.discard_segment(later)?;
                }
                break;
            }
        }
        Ok(())
    }

    /// Makes the offsets agree with what was loaded.
    fn settle(&mut self, now_ms: i64) -> Result<()> {
        if !self.segments.is_empty() {
            self.log_end = self.segments.active().next_offset()?;
            if self.log_end < self.log_start {
                tracing::warn!(
                    target: "kafka.log.LogLoader",
                    "[LogLoader partition={}, dir={}] Deleting all segments because log end offset ({}) is smaller than logStartOffset {}",
                    self.partition,
                    self.dir.parent().unwrap_or(&self.dir).display(),
                    self.log_end,
                    self.log_start
                );
                for base in self.segments.bases() {
                    self.discard_segment(base)?;
                }
                self.epochs.clear();
            }
        }
        if self.segments.is_empty() {
            let shape = self.shape();
            let segment = LogSegment::create(&self.disk, &self.dir, self.log_start, shape, now_ms)?;
            self.segments.insert(segment);
            self.names_unsynced = true;
            self.log_end = self.log_start;
        }
        let first = self.segments.first().map_or(0, LogSegment::base_offset);
        self.log_start = self.log_start.max(first);
        self.epochs.truncate_from_end(self.log_end);
        self.epochs.truncate_from_start(self.log_start);
        for segment in self.segments.iter_mut() {
            segment.release_indexes();
        }
        Ok(())
    }

    /// The producers as they were before `offset`: the newest snapshot, and the batches since.
    fn producers_before(&self, offset: i64) -> Result<ProducerState> {
        let mut state = self.newest_snapshot(offset)?.unwrap_or_else(|| {
            let first = self.segments.first().map_or(0, LogSegment::base_offset);
            ProducerState::starting_at(first.max(self.log_start).min(offset))
        });
        let start = state.end();
        for segment in self.segments.from(start) {
            if segment.base_offset() >= offset {
                break;
            }
            let Some((position, _)) = segment.locate(start)? else { continue };
            segment.for_each(position, |_, batch| match batch.header.base_offset < offset {
                true => replay(&mut state, batch, None),
                false => Ok(()),
            })?;
        }
        state.advance_to(offset);
        Ok(state)
    }

    /// The newest snapshot at or below `offset` that can be read. Damaged ones are removed.
    fn newest_snapshot(&self, offset: i64) -> Result<Option<ProducerState>> {
        for entry in self.list()?.iter().rev() {
            let Some(at) = names::offset_of(&entry.name, names::SNAPSHOT) else { continue };
            if at > offset || at < self.log_start.min(offset) {
                continue;
            }
            let path = self.dir.join(&entry.name);
            let bytes = self.disk.read(&path).doing("read", &path)?;
            match producer_state::decode(&bytes) {
                Ok(producers) => return Ok(Some(ProducerState::restored(at, producers))),
                Err(damage) => {
                    tracing::warn!(
                        target: "kafka.log.ProducerStateManager",
                        "[ProducerStateManager partition={}] Failed to load producer snapshot from '{}': {damage}",
                        self.partition,
                        path.display()
                    );
                    self.disk.remove_file(&path).doing("remove", &path)?;
                }
            }
        }
        Ok(None)
    }

    /// The producers' state of a freshly loaded log.
    fn rebuild_producers_of(&mut self, clean: bool) -> Result<()> {
        let any = self.list()?.iter().any(|e| names::offset_of(&e.name, names::SNAPSHOT).is_some());
        if clean && !any && self.log_end > self.log_start {
            // Written by a release without producers: there are none to find, and looking would
            // take as long as the log is.
            self.producers = ProducerState::starting_at(self.log_end);
            return self.write_snapshot().map(|_| ());
        }
        self.rebuild_producers()
    }

    /// Finds out anew what the producers did up to the log's end. Snapshots behind it go, and those
    /// that belong to no segment.
    pub(super) fn rebuild_producers(&mut self) -> Result<()> {
        let bases = self.segments.bases();
        let mut kept_last = false;
        for entry in self.list()?.iter().rev() {
            let Some(at) = names::offset_of(&entry.name, names::SNAPSHOT) else { continue };
            let newest = !kept_last && at <= self.log_end;
            kept_last |= newest;
            if !newest && (at > self.log_end || bases.binary_search(&at).is_err()) {
                let path = self.dir.join(&entry.name);
                self.disk.remove_file(&path).doing("remove", &path)?;
            }
        }
        self.producers = self.producers_before(self.log_end)?;
        Ok(())
    }
}

/// Tells the state of a batch, and the index of an aborted transaction.
fn replay(
    state: &mut ProducerState,
    batch: &Batch<'_>,
    index: Option<&mut TransactionIndex>,
) -> Result<()> {
    if batch.header.last_offset() < state.end() {
        return Ok(());
    }
    let marker = match marker_of(batch) {
        Ok(marker) => marker,
        Err(error) => {
            // A control record we cannot read ends nothing; Kafka skips what it does not know too.
            tracing::warn!(target: "kafka.log.LogLoader", "Skipping control batch: {}", Chain(&error));
            None
        }
    };
    let Some(completed) = state.apply(&batch.header, marker.as_ref()) else { return Ok(()) };
    let stable = state.last_stable_offset(&completed);
    if let (Some(index), Some(aborted)) = (index, aborted(&completed, stable)) {
        let path = index.path().to_owned();
        index.append(&aborted).map_err(|source| Error::Io { doing: "append to", path, source })?;
    }
    Ok(())
}
