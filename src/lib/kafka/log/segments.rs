//! The segments of a log, by base offset. Never empty once loaded.

use std::collections::BTreeMap;

use super::segment::LogSegment;

/// The segments.
#[derive(Debug, Default)]
pub struct Segments(BTreeMap<i64, LogSegment>);

impl Segments {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn insert(&mut self, segment: LogSegment) {
        self.0.insert(segment.base_offset(), segment);
    }

    pub fn remove(&mut self, base_offset: i64) -> Option<LogSegment> {
        self.0.remove(&base_offset)
    }

    /// Takes all of them.
    pub fn take(&mut self) -> Vec<LogSegment> {
        std::mem::take(&mut self.0).into_values().collect()
    }

    /// The segment that is appended to.
    pub fn active(&self) -> &LogSegment {
        self.0.last_key_value().map(|(_, segment)| segment).expect("a loaded log has a segment")
    }

    /// The segment that is appended to.
    pub fn active_mut(&mut self) -> &mut LogSegment {
        let last = self.0.last_entry().expect("a loaded log has a segment");
        last.into_mut()
    }

    /// The oldest.
    pub fn first(&self) -> Option<&LogSegment> {
        self.0.values().next()
    }

    /// The segment that would hold `offset`.
    pub fn floor(&self, offset: i64) -> Option<&LogSegment> {
        self.0.range(..=offset).next_back().map(|(_, segment)| segment)
    }

    pub fn floor_mut(&mut self, offset: i64) -> Option<&mut LogSegment> {
        self.0.range_mut(..=offset).next_back().map(|(_, segment)| segment)
    }

    /// The segment after the one that starts at `base_offset`.
    pub fn after(&self, base_offset: i64) -> Option<&LogSegment> {
        self.0.range(base_offset + 1..).next().map(|(_, segment)| segment)
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &LogSegment> {
        self.0.values()
    }

    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut LogSegment> {
        self.0.values_mut()
    }

    /// The one that holds `offset`, and those after it.
    pub fn from(&self, offset: i64) -> impl Iterator<Item = &LogSegment> {
        let start = self.floor(offset).map_or(offset, LogSegment::base_offset);
        self.0.range(start..).map(|(_, segment)| segment)
    }

    /// Base offsets, in order.
    pub fn bases(&self) -> Vec<i64> {
        self.0.keys().copied().collect()
    }

    /// Bytes of all of them.
    pub fn size(&self) -> u64 {
        self.0.values().map(LogSegment::size).sum()
    }
}
