//! Reading: batches as slices of files, offsets by time, aborted transactions.

use super::Log;
use crate::base::disk::FileSlice;
use crate::kafka::log::error::{Doing, Error, Result};
use crate::kafka::log::segment::LogSegment;
use crate::kafka::log::transaction_index::Aborted;
use crate::kafka::record::batch::Header;

/// Batches from an offset on.
#[derive(Clone, Debug)]
pub struct Read {
    /// `None` where there is nothing to read: at the bound, or nothing was asked for.
    pub slice: Option<FileSlice>,
    /// The base offset of the segment it lies in.
    pub segment_base: i64,
    /// Whether the first batch is cut off by the limit in bytes.
    pub first_batch_cut: bool,
}

impl Read {
    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.slice.as_ref().map_or(0, FileSlice::len)
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A record's place in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOffset {
    pub timestamp: i64,
    pub offset: i64,
    pub leader_epoch: Option<i32>,
}

impl Log {
    /// Reads from the batch that holds `offset` on, below `offset_max`: at most `bytes_max` bytes,
    /// which may cut the last batch. With `one_batch` the first batch is whole, however large.
    pub fn read(
        &self,
        offset: i64,
        bytes_max: usize,
        offset_max: i64,
        one_batch: bool,
    ) -> Result<Read> {
        self.sound()?;
        if offset < self.log_start || offset > self.log_end {
            let (log_start, log_end) = (self.log_start, self.log_end);
            return Err(Error::OffsetOutOfRange { offset, log_start, log_end });
        }
        let floor = self.segments.floor(offset);
        let segment_base = floor.map_or(self.log_start, LogSegment::base_offset);
        let nothing = Read { slice: None, segment_base, first_batch_cut: false };
        if offset >= offset_max.min(self.log_end) || (bytes_max == 0 && !one_batch) {
            return Ok(nothing);
        }
        // After compaction a segment may end before the next one begins; then that one has it.
        for segment in self.segments.from(offset) {
            let Some(position_max) = self.position_max(segment, offset_max)? else { break };
            if let Some(found) = segment.read(offset, bytes_max, position_max, one_batch)? {
                return Ok(Read {
                    slice: Some(found.slice).filter(|slice| !slice.is_empty()),
                    segment_base: segment.base_offset(),
                    first_batch_cut: found.first_batch_cut,
                });
            }
        }
        Ok(nothing)
    }

    /// Up to where a segment lies below `offset_max`; `None` where all of it lies above.
    fn position_max(&self, segment: &LogSegment, offset_max: i64) -> Result<Option<u64>> {
        if offset_max <= segment.base_offset() {
            return Ok(None);
        }
        let next = self.segments.after(segment.base_offset()).map(LogSegment::base_offset);
        if offset_max >= next.unwrap_or(self.log_end) {
            return Ok(Some(segment.size()));
        }
        Ok(Some(segment.locate(offset_max)?.map_or(segment.size(), |(position, _)| position)))
    }

    /// The aborted transactions a reader of `read`, which began at `offset` and ends below
    /// `offset_max`, has to know of.
    pub fn aborted_transactions(
        &self,
        read: &Read,
        offset: i64,
        offset_max: i64,
    ) -> Result<Vec<Aborted>> {
        let Some(slice) = &read.slice else { return Ok(Vec::new()) };
        let end = self.end_of(read.segment_base, slice.position() + slice.len() as u64)?;
        let end = end.min(offset_max);
        let mut found = Vec::new();
        for segment in self.segments.from(offset) {
            let index = &segment.transaction_index;
            for aborted in index.all() {
                let aborted = aborted.doing("read", index.path())?;
                if aborted.last_offset >= offset && aborted.first_offset < end {
                    found.push(aborted);
                }
                if aborted.last_stable_offset >= end {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// An offset that what lies before `position` in a segment does not reach, by the index.
    fn end_of(&self, segment_base: i64, position: u64) -> Result<i64> {
        let after = self.segments.after(segment_base).map_or(self.log_end, LogSegment::base_offset);
        let Some(segment) = self.segments.floor(segment_base) else { return Ok(after) };
        let index = &segment.offset_index;
        let place = index.first_from(position).doing("read", index.path())?;
        Ok(place.map_or(after, |place| place.offset + 1))
    }

    /// The first record that is not earlier than `timestamp`.
    pub fn offset_for_time(&self, timestamp: i64) -> Result<Option<TimedOffset>> {
        self.sound()?;
        for segment in self.segments.iter() {
            // Where no record has a time there is none to find.
            if segment.latest().timestamp < timestamp {
                continue;
            }
            if let Some(found) = self.search_time(segment, timestamp)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn search_time(&self, segment: &LogSegment, timestamp: i64) -> Result<Option<TimedOffset>> {
        let index = &segment.time_index;
        let before = index.lookup(timestamp).doing("read", index.path())?;
        let start = before.map_or(segment.base_offset(), |before| before.offset);
        let start = start.max(self.log_start);
        let Some((mut position, _)) = segment.locate(start)? else { return Ok(None) };
        loop {
            let candidate = segment.find_header(position, |position, header: &Header| {
                (header.max_timestamp >= timestamp).then_some((position, *header))
            })?;
            let Some((found_at, header)) = candidate else { return Ok(None) };
            if let Some((offset, found)) = self.first_record(segment, found_at, timestamp)? {
                let leader_epoch = self.epoch_of(&header, offset);
                return Ok(Some(TimedOffset { timestamp: found, offset, leader_epoch }));
            }
            position = found_at + header.size() as u64;
        }
    }

    /// The first record of the batch at `position` that is not earlier than `timestamp`.
    fn first_record(
        &self,
        segment: &LogSegment,
        position: u64,
        timestamp: i64,
    ) -> Result<Option<(i64, i64)>> {
        let mut found = None;
        segment.for_first(position, |batch| {
            let mut scratch = Vec::new();
            for record in batch.records(&mut scratch)? {
                let record = record?;
                if record.timestamp >= timestamp && record.offset >= self.log_start {
                    found = Some((record.offset, record.timestamp));
                    break;
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn epoch_of(&self, header: &Header, offset: i64) -> Option<i32> {
        if header.leader_epoch >= 0 {
            Some(header.leader_epoch)
        } else {
            self.epochs.of_offset(offset)
        }
    }

    /// The latest record (KIP-734).
    pub fn max_timestamp_offset(&self) -> Result<Option<TimedOffset>> {
        self.sound()?;
        let latest = self.segments.iter().map(LogSegment::latest).max_by(|a, b| {
            // Of equals the first counts.
            a.timestamp.cmp(&b.timestamp).then(b.offset.cmp(&a.offset))
        });
        match latest.filter(|latest| latest.timestamp >= 0) {
            Some(latest) => self.offset_for_time(latest.timestamp),
            None => Ok(None),
        }
    }

    /// Offsets as ListOffsets of version 0 wants them: where segments begin that were not changed
    /// after `timestamp`, latest first; -1 stands for all and the log's end, -2 for the earliest.
    pub fn offsets_before(&self, timestamp: i64, count_max: usize) -> Vec<i64> {
        const LATEST: i64 = -1;
        const EARLIEST: i64 = -2;
        if timestamp == EARLIEST {
            return [self.log_start].into_iter().take(count_max).collect();
        }
        let mut offsets = Vec::new();
        if timestamp == LATEST {
            offsets.push(self.log_end);
        }
        let old = |segment: &&LogSegment| timestamp == LATEST || segment.modified_ms() <= timestamp;
        let bases = self.segments.iter().rev().filter(old).map(LogSegment::base_offset);
        offsets.extend(bases.map(|base| base.max(self.log_start)));
        offsets.dedup();
        offsets.truncate(count_max);
        offsets
    }
}
