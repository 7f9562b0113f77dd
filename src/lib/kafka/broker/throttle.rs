//! Replication throttles (KIP-73): how many bytes a second may move to replicas that are not in
//! sync, so that moving partitions leaves room for clients. A leader holds back what it sends, a
//! follower what it asks for; which replicas that is about, their topics say.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::clock::Instant;
use crate::config::broker::BrokerConfig;
use crate::config::dynamic::ThrottleConfig;

/// What stands for no limit.
const NO_LIMIT: u64 = i64::MAX as u64;

/// The two throttles of a broker.
#[derive(Debug)]
pub struct Throttles {
    /// `leader.replication.throttled.rate`.
    pub leading: Throttle,
    /// `follower.replication.throttled.rate`.
    pub following: Throttle,
}

impl Throttles {
    /// None of them limits anything yet.
    pub fn new(config: &BrokerConfig) -> Throttles {
        let whole = |value: i32| u32::try_from(value).unwrap_or(1).max(1);
        let sample =
            Duration::from_secs(whole(config.replication_quota_window_size_seconds).into());
        let count = whole(config.replication_quota_window_num);
        let throttle = || Throttle::new(sample, sample * count);
        Throttles { leading: throttle(), following: throttle() }
    }

    /// Limits from here on as the settings say.
    pub fn set(&self, config: &ThrottleConfig) {
        self.leading.set_limit(config.leader_replication_throttled_rate);
        self.following.set_limit(config.follower_replication_throttled_rate);
    }
}

/// One throttle: what was moved in the last samples, and how much that may be.
#[derive(Debug)]
pub struct Throttle {
    /// In bytes a second.
    limit: AtomicU64,
    /// How long one sample lasts.
    sample: Duration,
    /// How long samples count.
    window: Duration,
    samples: Mutex<VecDeque<Sample>>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    begun: Instant,
    bytes: u64,
}

impl Throttle {
    fn new(sample: Duration, window: Duration) -> Throttle {
        let limit = AtomicU64::new(NO_LIMIT);
        Throttle { limit, sample, window, samples: Mutex::default() }
    }

    fn set_limit(&self, bytes_a_second: i64) {
        let limit = u64::try_from(bytes_a_second).unwrap_or(NO_LIMIT);
        self.limit.store(limit, Ordering::Relaxed);
    }

    /// Whether there is a limit at all: without one nothing need be counted.
    pub fn is_limited(&self) -> bool {
        self.limit.load(Ordering::Relaxed) != NO_LIMIT
    }

    /// Counts what was moved.
    pub fn record(&self, now: Instant, bytes: usize) {
        if bytes == 0 || !self.is_limited() {
            return;
        }
        let bytes = bytes as u64;
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        match samples.back_mut() {
            Some(last) if now.since(last.begun) < self.sample => last.bytes += bytes,
            _ => samples.push_back(Sample { begun: now, bytes }),
        }
        while samples.front().is_some_and(|it| now.since(it.begun) >= self.window) {
            samples.pop_front();
        }
    }

    /// Whether more was moved than may be: over the time since the oldest sample that counts, but
    /// over one sample's time at least, so that a first burst is not taken for a flood.
    pub fn is_exceeded(&self, now: Instant) -> bool {
        if !self.is_limited() {
            return false;
        }
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counted = samples.iter().filter(|it| now.since(it.begun) < self.window).peekable();
        let Some(oldest) = counted.peek() else { return false };
        let elapsed = now.since(oldest.begun).max(self.sample);
        let bytes: u64 = counted.map(|it| it.bytes).sum();
        let allowed = u128::from(self.limit.load(Ordering::Relaxed)) * elapsed.as_millis() / 1_000;
        u128::from(bytes) > allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    fn throttle(limit: i64) -> Throttle {
        let throttle = Throttle::new(Duration::from_secs(1), Duration::from_secs(11));
        throttle.set_limit(limit);
        throttle
    }

    #[test]
    fn a_burst_is_paid_off_at_the_rate_allowed() {
        let throttle = throttle(1_000);
        assert!(!throttle.is_exceeded(at(0)), "nothing was moved");
        throttle.record(at(0), 1_000);
        assert!(!throttle.is_exceeded(at(0)), "a second's worth");
        throttle.record(at(500), 3_000);
        assert!(throttle.is_exceeded(at(500)));
        assert!(throttle.is_exceeded(at(3_999)));
        assert!(!throttle.is_exceeded(at(4_000)), "4,000 bytes in 4 seconds");
    }

    #[test]
    fn what_was_moved_long_ago_does_not_count() {
        let throttle = throttle(1_000);
        throttle.record(at(0), 1_000_000);
        assert!(throttle.is_exceeded(at(10_999)));
        assert!(!throttle.is_exceeded(at(11_000)));
        throttle.record(at(20_000), 2_000);
        assert!(throttle.is_exceeded(at(20_000)));
        assert_eq!(throttle.samples.lock().unwrap().len(), 1, "old samples are dropped");
    }

    #[test]
    fn without_a_limit_nothing_is_counted_and_with_zero_nothing_moves() {
        let free = throttle(i64::MAX);
        free.record(at(0), usize::MAX);
        assert!(!free.is_limited() && !free.is_exceeded(at(0)));
        assert!(free.samples.lock().unwrap().is_empty());
        let shut = throttle(0);
        shut.record(at(0), 1);
        assert!(shut.is_exceeded(at(5_000)));
    }
}
