//! Where a consumer stands in each of its partitions. Pure.
//!
//! Two offsets per partition: the one to fetch from, which runs ahead, and the one that is
//! consumed, which is what a commit says. Whatever moves a partition by hand (a seek, a new
//! assignment) changes its epoch, so that answers to older questions are dropped.

use std::collections::{BTreeMap, VecDeque};

use super::fetched::Fetched;
use crate::base::clock::Instant;
use crate::kafka::client::Error;
use crate::kafka::types::TopicPartition;

/// How many fetched pieces of one partition may wait to be consumed, in elements. While this many
/// wait, its broker is not asked: one is being read and one is ready.
const PIECES_AHEAD: usize = 2;

/// One partition.
#[derive(Clone, Debug, Default)]
pub(super) struct Position {
    pub(super) epoch: u64,
    /// None until it is known where to begin.
    pub(super) fetch_from: Option<i64>,
    pub(super) consumed: Option<i64>,
    pub(super) high_watermark: Option<i64>,
    pub(super) paused: bool,
    in_flight: bool,
    waiting: usize,
    not_before: Instant,
    /// A record that is larger than what is asked for needs more (before KIP-74 only).
    pub(super) bytes_max: i32,
    /// The committed offset is out of range or missing: begin where the policy says.
    pub(super) reset: bool,
    /// The replica that the leader sent this consumer to, and until when that holds (KIP-392).
    pub(super) nearest: Option<(i32, Instant)>,
}

/// All partitions of a consumer, and what was fetched.
#[derive(Debug, Default)]
pub(super) struct Positions {
    all: BTreeMap<TopicPartition, Position>,
    ready: VecDeque<(u64, Fetched)>,
    epoch: u64,
    pub(super) error: Option<Error>,
}

impl Positions {
    /// Takes over a new set of partitions. Those that stay keep their place.
    pub(super) fn assign(&mut self, partitions: &[TopicPartition], bytes_max: i32) {
        self.all.retain(|it, _| partitions.contains(it));
        for partition in partitions {
            self.epoch += 1;
            let fresh = Position { epoch: self.epoch, bytes_max, ..Position::default() };
            self.all.entry(partition.clone()).or_insert(fresh);
        }
        self.drop_stale();
    }

    /// The partitions there are.
    pub(super) fn partitions(&self) -> Vec<TopicPartition> {
        self.all.keys().cloned().collect()
    }

    /// One partition.
    pub(super) fn get(&self, partition: &TopicPartition) -> Option<&Position> {
        self.all.get(partition)
    }

    /// Goes to an offset.
    pub(super) fn seek(&mut self, partition: &TopicPartition, offset: i64) {
        self.moved(partition, Some(offset));
    }

    /// Forgets where it stands: it will be found anew, by the reset policy if `reset`.
    pub(super) fn forget(&mut self, partition: &TopicPartition, reset: bool) {
        self.moved(partition, None);
        if let Some(it) = self.all.get_mut(partition) {
            it.reset = reset;
        }
    }

    fn moved(&mut self, partition: &TopicPartition, to: Option<i64>) {
        self.epoch += 1;
        if let Some(it) = self.all.get_mut(partition) {
            it.epoch = self.epoch;
            (it.fetch_from, it.consumed) = (to, to);
            (it.waiting, it.reset) = (0, false);
        }
        self.drop_stale();
    }

    fn drop_stale(&mut self) {
        let all = &self.all;
        let current = |(epoch, it): &(u64, Fetched)| {
            all.get(&it.partition).is_some_and(|position| position.epoch == *epoch)
        };
        self.ready.retain(current);
    }

    /// Begins at an offset that was found, unless it stands somewhere already.
    pub(super) fn found(&mut self, partition: &TopicPartition, offset: i64) {
        if self.all.get(partition).is_some_and(|it| it.fetch_from.is_none()) {
            self.seek(partition, offset);
        }
    }

    /// Holds a partition back, or lets it go on.
    pub(super) fn pause(&mut self, partition: &TopicPartition, paused: bool) {
        if let Some(it) = self.all.get_mut(partition) {
            it.paused = paused;
        }
    }

    /// Those of which it is not known where to begin, and whether the reset policy says.
    pub(super) fn unknown(&self) -> Vec<(TopicPartition, bool)> {
        let unknown = self.all.iter().filter(|(_, it)| it.fetch_from.is_none());
        unknown.map(|(name, it)| (name.clone(), it.reset)).collect()
    }

    /// What may be fetched now, by broker: partition, epoch, offset and bytes. A broker with enough
    /// waiting is not asked at all: an answer of it that has to wait for other partitions would
    /// hold this one up.
    pub(super) fn fetchable(
        &self,
        now: Instant,
        leader: impl Fn(&TopicPartition) -> Option<i32>,
    ) -> (BTreeMap<i32, Vec<(TopicPartition, u64, i64, i32)>>, usize) {
        let mut brokers: BTreeMap<i32, Vec<_>> = BTreeMap::new();
        let mut full = Vec::new();
        let mut leaderless = 0;
        for (name, it) in &self.all {
            let Some(offset) = it.fetch_from.filter(|_| !it.paused) else { continue };
            let nearest = it.nearest.filter(|(_, until)| now < *until);
            let Some(broker) = nearest.map(|(id, _)| id).or_else(|| leader(name)) else {
                leaderless += 1;
                continue;
            };
            if it.waiting >= PIECES_AHEAD || it.in_flight {
                full.push(broker);
            } else if now >= it.not_before {
                let asked = (name.clone(), it.epoch, offset, it.bytes_max);
                brokers.entry(broker).or_default().push(asked);
            }
        }
        brokers.retain(|broker, _| !full.contains(broker));
        (brokers, leaderless)
    }

    /// The next moment at which a partition that pauses after a failure may be fetched.
    pub(super) fn next_wake(&self, now: Instant) -> Option<Instant> {
        self.all.values().map(|it| it.not_before).filter(|at| *at > now).min()
    }

    /// A request for these partitions is under way.
    pub(super) fn asked(&mut self, partitions: &[(TopicPartition, u64, i64, i32)]) {
        for (name, ..) in partitions {
            if let Some(it) = self.all.get_mut(name) {
                it.in_flight = true;
            }
        }
    }

    /// The request is answered, or never will be.
    pub(super) fn answered(&mut self, partitions: &[(TopicPartition, u64, i64, i32)]) {
        for (name, ..) in partitions {
            if let Some(it) = self.all.get_mut(name) {
                it.in_flight = false;
            }
        }
    }

    /// Whether an answer to what was asked at `epoch` still counts.
    pub(super) fn current(&mut self, name: &TopicPartition, epoch: u64) -> Option<&mut Position> {
        self.all.get_mut(name).filter(|it| it.epoch == epoch)
    }

    /// Goes back to the leader, if the consumer was sent elsewhere; says whether it was.
    pub(super) fn back_to_leader(&mut self, name: &TopicPartition) -> bool {
        self.all.get_mut(name).is_some_and(|it| it.nearest.take().is_some())
    }

    /// Tries a partition again later.
    pub(super) fn postpone(&mut self, name: &TopicPartition, until: Instant) {
        if let Some(it) = self.all.get_mut(name) {
            it.not_before = until;
        }
    }

    /// Takes what was fetched at `epoch`.
    pub(super) fn deliver(&mut self, epoch: u64, fetched: Fetched) {
        let Some(it) = self.current(&fetched.partition, epoch) else { return };
        if it.fetch_from != Some(fetched.from) {
            return;
        }
        it.fetch_from = Some(fetched.end);
        it.high_watermark = Some(fetched.high_watermark);
        it.waiting += 1;
        self.ready.push_back((epoch, fetched));
    }

    /// The next piece to consume. Pieces of paused partitions wait.
    pub(super) fn next(&mut self) -> Option<(u64, Fetched)> {
        let all = &self.all;
        let paused = |it: &Fetched| all.get(&it.partition).is_some_and(|it| it.paused);
        let at = self.ready.iter().position(|(_, it)| !paused(it))?;
        self.ready.remove(at)
    }

    /// A piece was consumed.
    pub(super) fn consumed(&mut self, name: &TopicPartition, epoch: u64, end: i64) {
        if let Some(it) = self.current(name, epoch) {
            it.consumed = Some(end);
            it.waiting = it.waiting.saturating_sub(1);
        }
    }

    /// What a commit says now.
    pub(super) fn committable(&self) -> Vec<(TopicPartition, i64)> {
        let known = |(name, it): (&TopicPartition, &Position)| Some((name.clone(), it.consumed?));
        self.all.iter().filter_map(known).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn name(partition: i32) -> TopicPartition {
        TopicPartition::new("t", partition)
    }

    fn piece(partition: i32, from: i64, end: i64) -> Fetched {
        Fetched {
            partition: name(partition),
            high_watermark: 100,
            bytes: Bytes::new(),
            from,
            end,
            aborted: Vec::new(),
            read_committed: false,
            check_crcs: false,
        }
    }

    fn offsets(positions: &Positions) -> Vec<(i32, i64)> {
        let (brokers, _) = positions.fetchable(Instant::default(), |_| Some(1));
        brokers.into_values().flatten().map(|it| (it.0.partition, it.2)).collect()
    }

    #[test]
    fn the_nearest_replica_is_asked_while_that_holds() {
        let mut positions = Positions::default();
        positions.assign(&[name(0)], 10);
        positions.found(&name(0), 5);
        let epoch = positions.get(&name(0)).unwrap().epoch;
        let until = Instant::from_millis(1_000);
        positions.current(&name(0), epoch).unwrap().nearest = Some((7, until));
        let asked = |positions: &Positions, ms| {
            let (brokers, _) = positions.fetchable(Instant::from_millis(ms), |_| Some(1));
            brokers.into_keys().next()
        };
        assert_eq!(asked(&positions, 999), Some(7));
        assert_eq!(asked(&positions, 1_000), Some(1));
        assert!(positions.back_to_leader(&name(0)) && !positions.back_to_leader(&name(0)));
        assert_eq!(asked(&positions, 999), Some(1));
    }

    #[test]
    fn fetching_runs_two_pieces_ahead_of_consuming() {
        let mut positions = Positions::default();
        positions.assign(&[name(0)], 10);
        assert_eq!(positions.unknown(), [(name(0), false)]);
        positions.found(&name(0), 5);
        assert_eq!(offsets(&positions), [(0, 5)]);
        let epoch = positions.get(&name(0)).unwrap().epoch;
        positions.deliver(epoch, piece(0, 5, 8));
        assert_eq!(offsets(&positions), [(0, 8)]);
        positions.deliver(epoch, piece(0, 8, 9));
        assert!(offsets(&positions).is_empty());
        assert_eq!(positions.committable(), [(name(0), 5)]);
        let (epoch, first) = positions.next().unwrap();
        positions.consumed(&first.partition, epoch, first.end);
        assert_eq!(offsets(&positions), [(0, 9)]);
        assert_eq!(positions.committable(), [(name(0), 8)]);
    }

    #[test]
    fn a_seek_drops_what_is_ready_and_what_is_under_way() {
        let mut positions = Positions::default();
        positions.assign(&[name(0), name(1)], 10);
        positions.found(&name(0), 0);
        let old = positions.get(&name(0)).unwrap().epoch;
        positions.deliver(old, piece(0, 0, 3));
        positions.seek(&name(0), 50);
        assert!(positions.next().is_none());
        positions.deliver(old, piece(0, 3, 6));
        assert!(positions.next().is_none());
        assert_eq!(offsets(&positions), [(0, 50)]);
        positions.found(&name(0), 0);
        assert_eq!(offsets(&positions), [(0, 50)], "what was found comes too late");
    }

    #[test]
    fn a_new_assignment_keeps_what_stays() {
        let mut positions = Positions::default();
        positions.assign(&[name(0), name(1)], 10);
        positions.seek(&name(0), 4);
        positions.seek(&name(1), 7);
        positions.assign(&[name(1), name(2)], 10);
        assert_eq!(offsets(&positions), [(1, 7)]);
        assert_eq!(positions.unknown(), [(name(2), false)]);
    }

    #[test]
    fn a_paused_partition_waits_and_a_busy_broker_is_left_alone() {
        let mut positions = Positions::default();
        positions.assign(&[name(0), name(1)], 10);
        positions.seek(&name(0), 0);
        positions.seek(&name(1), 0);
        positions.pause(&name(0), true);
        assert_eq!(offsets(&positions), [(1, 0)]);
        positions.pause(&name(0), false);
        let (brokers, _) = positions.fetchable(Instant::default(), |_| Some(1));
        positions.asked(&brokers[&1]);
        assert!(offsets(&positions).is_empty());
        positions.answered(&brokers[&1]);
        assert_eq!(offsets(&positions).len(), 2);
        let (none, leaderless) = positions.fetchable(Instant::default(), |_| None);
        assert!(none.is_empty());
        assert_eq!(leaderless, 2);
    }
}
