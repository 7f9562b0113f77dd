//! Holds what the replicas of each partition sent against each other.

use std::collections::BTreeMap;

use crate::kafka::record;
use crate::kafka::record::batch::{Header, batches};
use crate::kafka::types::TopicPartition;

/// What one replica sent of one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) high_watermark: i64,
    /// The whole batches from the offset asked for on.
    pub(super) batches: Vec<Summary>,
}

/// Of a batch, what must be the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Summary {
    last_offset: i64,
    checksum: u32,
}

impl Sent {
    /// Nothing came: the replica cannot be reached, or does not have the partition.
    pub(super) fn nothing() -> Sent {
        Sent { high_watermark: -1, batches: Vec::new() }
    }

    /// Reads the batches; one that is cut off at the end does not count.
    pub(super) fn read(high_watermark: i64, bytes: &[u8]) -> record::Result<Sent> {
        let summary =
            |header: &Header| Summary { last_offset: header.last_offset(), checksum: header.crc };
        let found: record::Result<Vec<Summary>> =
            batches(bytes).map(|batch| batch.map(|batch| summary(&batch.header))).collect();
        Ok(Sent { high_watermark, batches: found? })
    }
}

/// A difference between two replicas, in Kafka's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// The batches that come next do not end alike: nothing more can be compared.
    Offsets(String),
    Checksums(String),
}

/// The partition that lags most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lag {
    pub(super) partition: TopicPartition,
    pub(super) offset: i64,
    /// How far the highest high watermark is beyond it.
    pub(super) lag: i64,
}

/// Compares one partition from `offset` on, batch by batch, up to the high watermarks. Gives where
/// to go on, and what differs.
fn compare(
    name: &TopicPartition,
    mut offset: i64,
    replicas: &BTreeMap<i32, Sent>,
) -> (i64, Vec<Difference>) {
    let mut differences = Vec::new();
    for turn in 0.. {
        let mut first: Option<(i32, Summary)> = None;
        for (&id, sent) in replicas {
            let batch = sent.batches.get(turn).copied();
            // What is not committed may still change.
            let Some(batch) = batch.filter(|it| it.last_offset < sent.high_watermark) else {
                return (offset, differences);
            };
            let Some((other, expected)) = first else {
                first = Some((id, batch));
                continue;
            };
            if expected.last_offset != batch.last_offset {
                differences.push(Difference::Offsets(format!(
                    "partition {name}: replica {other}'s offset {} doesn't match replica {id}'s offset {}",
                    expected.last_offset, batch.last_offset
                )));
                return (offset, differences);
            }
            if expected.checksum != batch.checksum {
                differences.push(Difference::Checksums(format!(
                    "partition {name} has unmatched checksum at offset {}; replica {other}'s checksum {}; replica {id}'s checksum {}",
                    batch.last_offset, expected.checksum, batch.checksum
                )));
            }
        }
        match first {
            Some((_, batch)) => offset = batch.last_offset + 1,
            None => break,
        }
    }
    (offset, differences)
}

/// Compares one round of answers, moving `offsets` on. Gives what differs, and who lags most.
pub(super) fn round(
    offsets: &mut BTreeMap<TopicPartition, i64>,
    sent: &BTreeMap<TopicPartition, BTreeMap<i32, Sent>>,
) -> (Vec<Difference>, Option<Lag>) {
    let mut differences = Vec::new();
    let mut most: Option<Lag> = None;
    for (name, offset) in offsets {
        let Some(replicas) = sent.get(name) else { continue };
        let (next, found) = compare(name, *offset, replicas);
        *offset = next;
        differences.extend(found);
        let end = replicas.values().map(|it| it.high_watermark).max().unwrap_or(-1);
        let lag = (end - next).max(0);
        if most.as_ref().is_none_or(|most| lag > most.lag) {
            most = Some(Lag { partition: name.clone(), offset: next, lag });
        }
    }
    (differences, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(high_watermark: i64, batches: &[(i64, u32)]) -> Sent {
        let batches = batches.iter().map(|(last_offset, checksum)| Summary {
            last_offset: *last_offset,
            checksum: *checksum,
        });
        Sent { high_watermark, batches: batches.collect() }
    }

    fn compared(replicas: &[Sent]) -> (i64, Vec<Difference>) {
        let replicas = (1..).zip(replicas.iter().cloned()).collect();
        compare(&TopicPartition::new("t", 0), 5, &replicas)
    }

    #[test]
    fn equal_replicas_go_on_to_the_lower_high_watermark() {
        let all = [(6, 1), (9, 2), (12, 3)];
        assert_eq!(compared(&[sent(13, &all), sent(13, &all)]), (13, vec![]));
        assert_eq!(compared(&[sent(13, &all), sent(10, &all)]), (10, vec![]));
        assert_eq!(compared(&[sent(13, &all), sent(13, &all[..1])]), (7, vec![]));
        assert_eq!(compared(&[sent(13, &all), Sent::nothing()]), (5, vec![]));
        assert_eq!(compared(&[sent(13, &all)]), (13, vec![]), "nobody to compare with");
        assert_eq!(compared(&[]), (5, vec![]));
    }

    #[test]
    fn differences_are_told_in_kafkas_words() {
        let (next, found) = compared(&[sent(13, &[(6, 1), (9, 2)]), sent(13, &[(6, 7), (9, 2)])]);
        let text = "partition t-0 has unmatched checksum at offset 6; replica 1's checksum 1; replica 2's checksum 7";
        assert_eq!((next, found), (10, vec![Difference::Checksums(text.to_owned())]));
        let (next, found) = compared(&[sent(13, &[(6, 1), (9, 2)]), sent(13, &[(6, 1), (8, 2)])]);
        let text = "partition t-0: replica 1's offset 9 doesn't match replica 2's offset 8";
        assert_eq!((next, found), (7, vec![Difference::Offsets(text.to_owned())]));
    }

    #[test]
    fn a_round_tells_who_lags_most() {
        let name = |partition| TopicPartition::new("t", partition);
        let mut offsets: BTreeMap<_, _> = [(name(0), 0), (name(1), 0)].into();
        let replicas =
            |sent: [Sent; 2]| BTreeMap::from([(1, sent[0].clone()), (2, sent[1].clone())]);
        let sent = BTreeMap::from([
            (name(0), replicas([sent(2, &[(1, 1)]), sent(2, &[(1, 1)])])),
            (name(1), replicas([sent(4, &[(1, 1), (3, 1)]), sent(2, &[(1, 1)])])),
        ]);
        let (differences, lag) = round(&mut offsets, &sent);
        assert_eq!(differences, []);
        assert_eq!(lag, Some(Lag { partition: name(1), offset: 2, lag: 2 }));
        assert_eq!(offsets, [(name(0), 2), (name(1), 2)].into());
    }
}
