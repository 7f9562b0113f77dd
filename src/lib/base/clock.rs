//! The only reader of time. Machines get the time as an argument; shells read it here, so that a
//! test or the simulator can hold the hands.

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// A moment of the monotonic clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(u64);

impl Instant {
    /// The moment `millis` after the clock's start.
    pub const fn from_millis(millis: u64) -> Instant {
        Instant(millis * 1_000_000)
    }

    /// Nanoseconds since the clock's start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Milliseconds since the clock's start.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// How long ago `earlier` was; zero where it lies ahead.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;
    fn add(self, duration: Duration) -> Instant {
        Instant(self.0.saturating_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;
    fn sub(self, earlier: Instant) -> Duration {
        self.since(earlier)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}s", self.0 / 1_000_000_000, self.0 / 1_000 % 1_000_000)
    }
}

/// A clock: the system's, or one that a test moves by hand.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    Manual(Arc<ManualClock>),
}

/// The hands of a clock under test, or of a simulated node.
#[derive(Debug, Default)]
pub struct ManualClock {
    nanos: AtomicU64,
    /// What the wall reads when the monotonic hand is at zero.
    wall_origin_ms: AtomicI64,
}

impl ManualClock {
    /// A clock at zero whose wall reads `wall_ms`.
    pub fn at(wall_ms: i64) -> Arc<ManualClock> {
        let wall_origin_ms = AtomicI64::new(wall_ms);
        Arc::new(ManualClock { nanos: AtomicU64::new(0), wall_origin_ms })
    }

    /// Moves both hands on.
    pub fn advance(&self, by: Duration) {
        let nanos = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(nanos, Ordering::SeqCst);
    }

    /// Moves both hands on to a monotonic moment; never back.
    pub fn advance_to(&self, moment: Instant) {
        self.nanos.fetch_max(moment.0, Ordering::SeqCst);
    }

    /// Sets the wall by so much, forward or back, as an operator or a time server does.
    pub fn set_wall_by(&self, millis: i64) {
        self.wall_origin_ms.fetch_add(millis, Ordering::SeqCst);
    }

    fn wall_ms(&self) -> i64 {
        let elapsed = self.nanos.load(Ordering::SeqCst) / 1_000_000;
        let origin = self.wall_origin_ms.load(Ordering::SeqCst);
        origin.saturating_add(i64::try_from(elapsed).unwrap_or(i64::MAX))
    }
}

/// One moment, on both clocks: timeouts are monotonic, records carry the time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    pub monotonic: Instant,
    pub wall_ms: i64,
}

impl Clock {
    /// The moment on both clocks.
    pub fn both(&self) -> Now {
        Now { monotonic: self.now(), wall_ms: self.wall_ms() }
    }

    /// The monotonic moment.
    #[allow(clippy::disallowed_methods)]
    pub fn now(&self) -> Instant {
        match self {
            Clock::System => {
                // One origin for the process; an origin is no state that anyone could see change.
                static ORIGIN: std::sync::LazyLock<std::time::Instant> =
                    std::sync::LazyLock::new(std::time::Instant::now);
                // A second, so that subtracting a timeout from an early moment stays above zero.
                let since = ORIGIN.elapsed() + Duration::from_secs(1);
                Instant(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
            }
            Clock::Manual(hands) => Instant(hands.nanos.load(Ordering::SeqCst)),
        }
    }

    /// Milliseconds since 1970, as records and znodes carry them.
    #[allow(clippy::disallowed_methods)]
    pub fn wall_ms(&self) -> i64 {
        match self {
            Clock::System => {
                let since = std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .unwrap_or_default();
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            }
            Clock::Manual(hands) => hands.wall_ms(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_clock_moves_only_by_hand() {
        let hands = ManualClock::at(1_000);
        let clock = Clock::Manual(hands.clone());
        let start = clock.now();
        hands.advance(Duration::from_millis(250));
        assert_eq!(clock.now() - start, Duration::from_millis(250));
        assert_eq!(clock.wall_ms(), 1_250);
        hands.set_wall_by(-500);
        assert_eq!((clock.wall_ms(), clock.now() - start), (750, Duration::from_millis(250)));
        hands.advance_to(start);
        assert_eq!(clock.now() - start, Duration::from_millis(250), "never back");
    }

    #[test]
    fn the_system_clock_goes_forward() {
        let clock = Clock::System;
        let (a, b) = (clock.now(), clock.now());
        assert!(b >= a);
        assert!(clock.wall_ms() > 1_700_000_000_000);
    }
}
