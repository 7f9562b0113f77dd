//! How long to wait before trying again, and until when.

use std::sync::Arc;
use std::time::Duration;

use super::error::{Error, Result};
use crate::base::clock::{Clock, Instant};
use crate::base::rng::Rng;

/// A pause that doubles with every failure, up to a bound, give or take a fifth.
#[derive(Clone, Debug)]
pub struct Backoff {
    pub first: Duration,
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff { first: Duration::from_millis(100), most: Duration::from_secs(1) }
    }
}

impl Backoff {
    /// The pause after `failures` in a row.
    pub fn pause(&self, failures: u32, rng: &mut Rng) -> Duration {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(20));
        // Clients that failed together should not come back together.
        let percent = 80 + u32::try_from(rng.below(41)).unwrap_or_default();
        (doubled * percent / 100).min(self.most)
    }
}

/// One call with its retries.
#[derive(Debug)]
pub struct Retry {
    clock: Clock,
    deadline: Instant,
    backoff: Backoff,
    failures: u32,
    rng: Rng,
    what: String,
}

impl Retry {
    /// A call that may take `within`; `what` says what it is, for the error.
    pub fn new(
        clock: &Clock,
        within: Duration,
        backoff: &Backoff,
        what: impl Into<String>,
    ) -> Retry {
        Retry {
            clock: clock.clone(),
            deadline: clock.now() + within,
            backoff: backoff.clone(),
            failures: 0,
            rng: Rng::from_system(),
            what: what.into(),
        }
    }

    /// How much time is left.
    pub fn left(&self) -> Duration {
        self.deadline - self.clock.now()
    }

    /// Waits before the next attempt; gives the error back where there should be none.
    pub async fn after(&mut self, error: Error) -> Result<()> {
        if !error.is_retriable() {
            return Err(error);
        }
        self.failures += 1;
        let pause = self.backoff.pause(self.failures, &mut self.rng);
        if pause >= self.left() {
            let what = self.what.clone();
            return Err(Error::Expired { what, last: Some(Arc::new(error)) });
        }
        tracing::debug!(
            target: "org.apache.kafka.clients.NetworkClient",
            "Trying {} again in {} ms: {}",
            self.what, pause.as_millis(), crate::base::error::Chain(&error)
        );
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_bound() {
        let backoff = Backoff::default();
        let mut rng = Rng::seeded(1);
        let mut pauses = (1..=8).map(|it| backoff.pause(it, &mut rng).as_millis());
        assert!((80..=120).contains(&pauses.next().unwrap()));
        assert!((160..=240).contains(&pauses.next().unwrap()));
        assert!((320..=480).contains(&pauses.next().unwrap()));
        assert!(pauses.skip(1).all(|it| it == 1000));
        assert_eq!(backoff.pause(u32::MAX, &mut rng), Duration::from_secs(1));
    }

    #[tokio::test]
    async fn final_errors_and_spent_time_end_a_call() {
        let retry = |ms| {
            let within = Duration::from_millis(ms);
            Retry::new(&Clock::System, within, &Backoff::default(), "the call")
        };
        let refused = Error::Stopped;
        assert!(matches!(retry(60_000).after(refused).await, Err(Error::Stopped)));
        let error = retry(1).after(Error::UnknownBroker { id: 1 }).await.unwrap_err();
        let said = crate::base::error::Chain(&error).to_string();
        assert_eq!(said, "the call was not done in time: no broker 1 is known");
    }
}
