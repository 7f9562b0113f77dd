//! The arithmetic of the high watermark and of who is in sync: plain values in, plain values out.

use std::time::Duration;

use crate::base::clock::Instant;
use crate::base::planted::Bug;
use crate::kafka::types::Offset;

/// What a leader knows of one follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follower {
    /// The offset it asks for next; -1 until it has fetched from this leader.
    pub log_end: Offset,
    pub log_start: Offset,
    /// When it had everything the leader had.
    pub last_caught_up: Option<Instant>,
    /// The leader's end and the time of its previous fetch: a follower that is at the earlier end
    /// was caught up then, even if the leader has moved on since.
    pub previous_fetch: Option<(Offset, Instant)>,
}

impl Follower {
    /// A follower that has not been heard of.
    pub fn unknown() -> Follower {
        Follower { log_end: -1, log_start: -1, last_caught_up: None, previous_fetch: None }
    }

    /// The same follower as another epoch begins at `leader_end`: one in sync has until the lag is
    /// over to be heard of, any other must catch up first.
    pub fn renewed(self, now: Instant, in_sync: bool, leader_end: Offset) -> Follower {
        let caught_up = in_sync.then_some(now);
        let previous_fetch = caught_up.map(|now| (leader_end, now));
        Follower { last_caught_up: caught_up, previous_fetch, ..self }
    }

    /// Takes in a fetch that asked for `log_end` when the leader's end was `leader_end`.
    pub fn fetched(
        &mut self,
        now: Instant,
        log_end: Offset,
        log_start: Offset,
        leader_end: Offset,
    ) {
        if log_end >= leader_end {
            self.last_caught_up = self.last_caught_up.max(Some(now));
        } else if let Some((end_then, then)) = self.previous_fetch
            && log_end >= end_then
        {
            self.last_caught_up = self.last_caught_up.max(Some(then));
        }
        self.log_end = log_end;
        self.log_start = log_start;
        self.previous_fetch = Some((leader_end, now));
    }

    /// Whether it has all, or had all not longer ago than `lag_max`.
    pub fn is_caught_up(&self, now: Instant, leader_end: Offset, lag_max: Duration) -> bool {
        self.log_end == leader_end || self.was_caught_up(now, lag_max)
    }

    /// Whether it had all not longer ago than `lag_max`.
    pub fn was_caught_up(&self, now: Instant, lag_max: Duration) -> bool {
        self.last_caught_up.is_some_and(|then| now.since(then) <= lag_max)
    }
}

/// The offset below which every record is on all replicas that count: those in sync, and those
/// that have caught up and are about to be. Never moves back within an epoch.
pub fn advance(
    current: Offset,
    leader_end: Offset,
    counted_ends: impl Iterator<Item = Offset>,
) -> Offset {
    if Bug::FastestFollowerCommits.is_planted() {
        return counted_ends.max().map_or(leader_end, |end| end.min(leader_end)).max(current);
    }
    counted_ends.fold(leader_end, Offset::min).max(current)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_replica_that_counts_decides() {
        for (current, leader, ends, expected) in [
            (0, 10, &[][..], 10),
            (0, 10, &[7, 9], 7),
            (8, 10, &[7, 9], 8),
            (0, 10, &[-1], 0),
            (3, 10, &[12], 10),
        ] {
            assert_eq!(advance(current, leader, ends.iter().copied()), expected);
        }
    }

    #[test]
    fn catching_up_is_measured_at_the_previous_fetch() {
        let at = Instant::from_millis;
        let lag = Duration::from_millis(100);
        let mut follower = Follower::unknown();
        assert!(!follower.is_caught_up(at(0), 10, lag));
        follower.fetched(at(1_000), 5, 0, 10);
        assert!(!follower.is_caught_up(at(1_000), 10, lag));
        // At the end of a moment ago: caught up as of the fetch before.
        follower.fetched(at(1_050), 10, 0, 20);
        assert_eq!(follower.last_caught_up, Some(at(1_000)));
        assert!(follower.is_caught_up(at(1_100), 20, lag));
        assert!(!follower.is_caught_up(at(1_101), 20, lag));
        follower.fetched(at(1_200), 20, 0, 20);
        assert!(follower.is_caught_up(at(9_999), 20, lag));
    }
}
