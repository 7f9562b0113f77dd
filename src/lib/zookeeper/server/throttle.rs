//! How many sessions may be opened at a time: a bucket of tokens, and by lot where it runs empty.
//!
//! Every handshake costs tokens, which come back with time; without enough of them the connection
//! is closed, and its client tries another server. With `connection_throttle_freeze_time` some are
//! closed by lot before: the chance rises while the bucket is empty and falls while it is full, so
//! that not all who come late are turned away (the BLUE algorithm).

use crate::base::clock::Instant;

/// `connection_throttle_*`.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionThrottle {
    /// `tokens`: how many there are at most; 0 is no throttle.
    pub tokens: u32,
    /// `fill_time`, in milliseconds, and `fill_count`: how fast they come back.
    pub fill_ms: u64,
    pub fill_count: u32,
    /// `freeze_time`, in milliseconds: how often the chance changes; none never closes by lot.
    pub freeze_ms: Option<u64>,
    /// `drop_increase` and `drop_decrease`: by how much.
    pub increase: f64,
    pub decrease: f64,
    /// `decrease_ratio`: up to what share of used tokens it falls.
    pub decrease_ratio: f64,
    /// What a new session costs, and one that is taken up again; 1 unless `weight_enabled`.
    pub new_session: u32,
    pub renewed_session: u32,
}

impl Default for ConnectionThrottle {
    fn default() -> ConnectionThrottle {
        ConnectionThrottle {
            tokens: 0,
            fill_ms: 1,
            fill_count: 1,
            freeze_ms: None,
            increase: 0.02,
            decrease: 0.002,
            decrease_ratio: 0.0,
            new_session: 1,
            renewed_session: 1,
        }
    }
}

/// The bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    rules: ConnectionThrottle,
    tokens: u32,
    filled_at: Instant,
    frozen_at: Instant,
    /// The chance that a connection is closed by lot.
    chance: f64,
}

impl Bucket {
    pub(super) fn new(rules: ConnectionThrottle, now: Instant) -> Bucket {
        let tokens = rules.tokens;
        Bucket { rules, tokens, filled_at: now, frozen_at: now, chance: 0.0 }
    }

    /// The chance that a connection is closed by lot.
    pub(super) fn chance(&self) -> f64 {
        self.chance
    }

    /// How many tokens are missing.
    pub(super) fn deficit(&self) -> u32 {
        self.rules.tokens - self.tokens
    }

    /// Whether a session may be opened, or taken up again. `lot` is a number from 0 to 1.
    pub(super) fn take(&mut self, renewed: bool, now: Instant, lot: f64) -> bool {
        if self.rules.tokens == 0 {
            return true;
        }
        self.fill(now);
        if !self.draw(now, lot) {
            return false;
        }
        let cost = if renewed { self.rules.renewed_session } else { self.rules.new_session };
        if self.tokens < cost {
            return false;
        }
        self.tokens -= cost;
        true
    }

    fn fill(&mut self, now: Instant) {
        let passed_ms = u64::try_from(now.since(self.filled_at).as_millis()).unwrap_or(u64::MAX);
        if passed_ms <= self.rules.fill_ms {
            return;
        }
        let rounds = passed_ms.checked_div(self.rules.fill_ms).unwrap_or(passed_ms);
        let more = rounds.saturating_mul(u64::from(self.rules.fill_count));
        let filled = u64::from(self.tokens).saturating_add(more);
        self.tokens = u32::try_from(filled).unwrap_or(u32::MAX).min(self.rules.tokens);
        self.filled_at = now;
    }

    fn draw(&mut self, now: Instant, lot: f64) -> bool {
        let Some(freeze_ms) = self.rules.freeze_ms else { return true };
        let passed_ms = now.since(self.frozen_at).as_millis();
        if passed_ms > u128::from(freeze_ms) {
            let used = f64::from(self.deficit());
            if self.tokens == 0 {
                self.chance = (self.chance + self.rules.increase).min(1.0);
            } else if used <= (f64::from(self.rules.tokens) * self.rules.decrease_ratio).round() {
                self.chance = (self.chance - self.rules.decrease).max(0.0);
            }
            self.frozen_at = now;
        }
        lot >= self.chance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    #[test]
    fn without_tokens_everybody_comes_in() {
        let mut bucket = Bucket::new(ConnectionThrottle::default(), at(0));
        assert!((0..1_000).all(|_| bucket.take(false, at(0), 0.0)));
    }

    #[test]
    fn tokens_run_out_and_come_back() {
        let rules = ConnectionThrottle {
            tokens: 5,
            fill_ms: 100,
            fill_count: 2,
            new_session: 3,
            renewed_session: 2,
            ..ConnectionThrottle::default()
        };
        let mut bucket = Bucket::new(rules, at(0));
        assert!(bucket.take(false, at(0), 0.0) && bucket.take(true, at(0), 0.0));
        assert!(!bucket.take(true, at(100), 0.0), "not a moment too early");
        assert_eq!(bucket.deficit(), 5);
        assert!(bucket.take(true, at(101), 0.0));
        assert!(!bucket.take(true, at(150), 0.0));
        assert!(bucket.take(false, at(1_000_000), 0.0));
        assert_eq!(bucket.deficit(), 3, "never more than the bucket holds");
    }

    #[test]
    fn the_chance_rises_while_it_is_empty_and_falls_while_it_is_full() {
        let rules = ConnectionThrottle {
            tokens: 1,
            fill_ms: 1_000_000,
            freeze_ms: Some(10),
            increase: 0.25,
            decrease: 0.5,
            ..ConnectionThrottle::default()
        };
        let mut bucket = Bucket::new(rules, at(0));
        assert!(bucket.take(false, at(0), 0.0));
        for (ms, chance) in [(11, 0.25), (12, 0.25), (22, 0.5), (33, 0.75), (44, 1.0), (55, 1.0)] {
            assert!(!bucket.take(false, at(ms), 1.0));
            assert_eq!(bucket.chance(), chance, "{ms}");
        }
        assert!(!bucket.take(false, at(2_000_000), 0.4), "half of them, by lot");
        assert_eq!((bucket.chance(), bucket.deficit()), (0.5, 0));
        assert!(bucket.take(false, at(2_000_001), 0.6));
    }
}
