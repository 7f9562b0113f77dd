//! How long to wait before the next server is tried.

use std::time::Duration;

use crate::base::rng::Rng;

/// The wait after the first round of servers that all failed.
const FIRST: Duration = Duration::from_millis(50);
/// Waits double up to this: ZooKeeper's own clients wait up to a second.
const LONGEST: Duration = Duration::from_millis(1_000);

/// The servers in the order they are tried, and the waits between rounds.
#[derive(Debug)]
pub(super) struct Rounds {
    order: Vec<usize>,
    next: usize,
    wait: Duration,
    rng: Rng,
}

impl Rounds {
    /// Rounds over `servers` servers (at least one), in an order of chance so that the clients of
    /// an ensemble spread over it.
    pub(super) fn new(servers: usize, mut rng: Rng) -> Rounds {
        assert!(servers > 0, "a connect string names a host");
        let mut order: Vec<usize> = (0..servers).collect();
        for last in (1..servers).rev() {
            order.swap(last, rng.below(last as u64 + 1) as usize);
        }
        Rounds { order, next: 0, wait: Duration::ZERO, rng }
    }

    /// The next server to try, and how long to wait before.
    pub(super) fn next(&mut self) -> (usize, Duration) {
        let wait = if self.next == self.order.len() {
            self.next = 0;
            self.wait = (self.wait * 2).clamp(FIRST, LONGEST);
            // Half of it by chance: the clients of a server that died come back one by one.
            let half = self.wait / 2;
            half + Duration::from_micros(self.rng.below(half.as_micros() as u64))
        } else {
            Duration::ZERO
        };
        self.next += 1;
        (self.order[self.next - 1], wait)
    }

    /// The last server answered: from now on waits are short again.
    pub(super) fn succeeded(&mut self) {
        self.wait = Duration::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_tries_all_and_waits_longer() {
        let mut rounds = Rounds::new(3, Rng::seeded(1));
        let mut waits = Vec::new();
        for _ in 0..8 {
            let mut round: Vec<_> = (0..3).map(|_| rounds.next()).collect();
            waits.push(round[0].1);
            assert!(round[1].1.is_zero() && round[2].1.is_zero());
            round.sort();
            assert_eq!(round.iter().map(|(server, _)| *server).collect::<Vec<_>>(), [0, 1, 2]);
        }
        assert_eq!(waits[0], Duration::ZERO);
        assert!(waits[1] >= FIRST / 2 && waits[1] <= FIRST);
        assert!(waits[7] >= LONGEST / 2 && waits[7] <= LONGEST, "{waits:?}");
        rounds.succeeded();
        (0..3).for_each(|_| assert!(rounds.next().1 <= FIRST));
    }
}
