//! Batches as they were fetched, read record by record without copying.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use bytes::Bytes;

use crate::kafka::client::{Error, Result};
use crate::kafka::record::{self, Batch, Marker, Record, TimestampType, batches, control};
use crate::kafka::types::TopicPartition;

/// A record, and what its batch says about it.
#[derive(Clone, Copy, Debug)]
pub struct Consumed<'a> {
    pub record: Record<'a>,
    /// None for message format 0, which has no timestamps.
    pub timestamp_type: Option<TimestampType>,
    pub leader_epoch: Option<i32>,
}

/// What one fetch brought of one partition.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub partition: TopicPartition,
    /// Where the partition ended for consumers when this was fetched.
    pub high_watermark: i64,
    pub(super) bytes: Bytes,
    /// Records before it lie in the first batch and are not wanted.
    pub(super) from: i64,
    /// The offset after the last record.
    pub(super) end: i64,
    /// Aborted transactions that reach into it: producer id and first offset.
    pub(super) aborted: Vec<(i64, i64)>,
    pub(super) read_committed: bool,
    pub(super) check_crcs: bool,
}

impl Fetched {
    /// The offset of the first record wanted.
    pub fn from(&self) -> i64 {
        self.from
    }

    /// The offset after the last record.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// How many bytes were fetched.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Hands over each record in order, until `take` breaks. Gives the offset to go on from: that
    /// after the record at which it broke, else the end. Control records and, where only committed
    /// records are read, those of aborted transactions are left out.
    pub fn each(&self, mut take: impl FnMut(&Consumed<'_>) -> ControlFlow<()>) -> Result<i64> {
        let wrong = |source| self.wrong(source);
        let mut scratch = Vec::new();
        let mut filter = Filter::new(&self.aborted);
        for batch in batches(&self.bytes) {
            let batch = batch.map_err(wrong)?;
            if batch.header.last_offset() < self.from {
                continue;
            }
            if self.check_crcs {
                batch.check_crc().map_err(wrong)?;
            }
            if !self.wants(&batch, &mut filter).map_err(wrong)? {
                continue;
            }
            let header = batch.header;
            let timestamp_type = (header.magic > 0).then(|| header.timestamp_type());
            let leader_epoch = Some(header.leader_epoch).filter(|it| *it >= 0 && header.magic >= 2);
            for record in batch.records(&mut scratch).map_err(wrong)? {
                let record = record.map_err(wrong)?;
                if record.offset < self.from {
                    continue;
                }
                if take(&Consumed { record, timestamp_type, leader_epoch }).is_break() {
                    return Ok(record.offset + 1);
                }
            }
        }
        Ok(self.end)
    }

    fn wants(&self, batch: &Batch<'_>, filter: &mut Filter<'_>) -> record::Result<bool> {
        let dropped = self.read_committed && filter.drops(batch)?;
        Ok(!dropped && !batch.header.is_control())
    }

    fn wrong(&self, source: record::Error) -> Error {
        let TopicPartition { topic, partition } = &self.partition;
        Error::Records { topic: topic.to_string(), partition: *partition, source }
    }
}

/// Knows which transactions are aborted at the place the reading has come to.
struct Filter<'a> {
    /// Those that begin further on, by first offset.
    ahead: Vec<&'a (i64, i64)>,
    aborted: BTreeSet<i64>,
}

impl<'a> Filter<'a> {
    fn new(aborted: &'a [(i64, i64)]) -> Filter<'a> {
        let mut ahead: Vec<&(i64, i64)> = aborted.iter().collect();
        ahead.sort_by_key(|it| std::cmp::Reverse(it.1));
        Filter { ahead, aborted: BTreeSet::new() }
    }

    fn drops(&mut self, batch: &Batch<'_>) -> record::Result<bool> {
        let header = &batch.header;
        while let Some((producer, _)) =
            self.ahead.pop_if(|(_, first)| *first <= header.last_offset())
        {
            self.aborted.insert(*producer);
        }
        if header.is_control() {
            let marker = control::of_batch(batch)?;
            if marker.is_some_and(|it| it.marker == Marker::Abort) {
                self.aborted.remove(&header.producer_id);
            }
            return Ok(true);
        }
        Ok(header.is_transactional() && self.aborted.contains(&header.producer_id))
    }
}

/// The offset after the last whole batch; none where there is no whole batch.
pub(super) fn end_of(bytes: &[u8]) -> record::Result<Option<i64>> {
    let mut end = None;
    for batch in batches(bytes) {
        end = Some(batch?.header.last_offset() + 1);
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::record::{Builder, Compression};

    fn batch(base: i64, producer: i64, values: &[&str]) -> Bytes {
        let mut builder = Builder::new(Compression::NONE);
        builder.base_offset(base).producer(producer, 0, 0).transactional(producer >= 0);
        for value in values {
            builder.append(0, None, Some(value.as_bytes()), &[]);
        }
        builder.finish()
    }

    fn fetched(
        parts: &[Bytes],
        from: i64,
        aborted: Vec<(i64, i64)>,
        read_committed: bool,
    ) -> Fetched {
        let bytes = Bytes::from(parts.concat());
        let end = end_of(&bytes).unwrap().unwrap();
        let partition = TopicPartition::new("t", 0);
        Fetched {
            partition,
            high_watermark: end,
            bytes,
            from,
            end,
            aborted,
            read_committed,
            check_crcs: true,
        }
    }

    fn values(fetched: &Fetched) -> Vec<String> {
        let mut all = Vec::new();
        let end = fetched.each(|it| {
            all.push(String::from_utf8_lossy(it.record.value.unwrap()).into_owned());
            ControlFlow::Continue(())
        });
        assert_eq!(end.unwrap(), fetched.end());
        all
    }

    #[test]
    fn records_before_the_position_are_left_out() {
        let fetched = fetched(&[batch(0, -1, &["a", "b"]), batch(2, -1, &["c"])], 1, vec![], false);
        assert_eq!(values(&fetched), ["b", "c"]);
        let mut seen = 0;
        let next = fetched.each(|_| {
            seen += 1;
            ControlFlow::Break(())
        });
        assert_eq!((next.unwrap(), seen), (2, 1));
    }

    #[test]
    fn aborted_records_are_left_out_up_to_their_marker() {
        let end = control::EndTransaction { marker: Marker::Abort, coordinator_epoch: 0 };
        let abort = control::marker_batch(7, 0, end, 0);
        let mut abort = abort.to_vec();
        abort[..8].copy_from_slice(&2i64.to_be_bytes());
        let parts = [
            batch(0, 7, &["gone"]),
            batch(1, 8, &["kept"]),
            Bytes::from(abort),
            batch(3, 7, &["later"]),
        ];
        let aborted = vec![(7, 0)];
        assert_eq!(values(&fetched(&parts, 0, aborted.clone(), true)), ["kept", "later"]);
        assert_eq!(values(&fetched(&parts, 0, aborted, false)), ["gone", "kept", "later"]);
    }

    #[test]
    fn damage_is_an_error_that_names_the_partition() {
        let mut bytes = batch(0, -1, &["abc"]).to_vec();
        let last = bytes.len() - 2;
        bytes[last] ^= 1;
        let fetched = fetched(&[Bytes::from(bytes)], 0, vec![], false);
        let error = fetched.each(|_| ControlFlow::Continue(())).unwrap_err();
        assert_eq!(error.to_string(), "bad records in t-0");
    }
}
