//! How many connections there may be: from one address, in all, and new ones a second.
//!
//! Who comes from an address that has its fill is turned away; who comes when all places are taken,
//! or too soon after another, waits, and with it whoever comes by the same port. The bounds may
//! change while connections are accepted: those that are there stay.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Interval, MissedTickBehavior};

/// The bounds; none where there is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Connections in all.
    pub most: Option<usize>,
    /// Connections of one address.
    pub per_address: Option<usize>,
    /// The same for certain addresses.
    pub overrides: BTreeMap<IpAddr, usize>,
    /// New connections a second.
    pub rate: Option<u32>,
}

impl Bounds {
    /// So many from one address; 0 for no limit.
    pub fn per_address(most: usize) -> Bounds {
        Bounds { per_address: (most > 0).then_some(most), ..Bounds::default() }
    }
}

/// Bounds, and what there is of what they bound. Listeners may share one.
#[derive(Debug, Default)]
pub struct Limits {
    bounds: RwLock<Bounds>,
    counts: Mutex<Counts>,
    /// A place is free, or the bounds are others.
    changed: Notify,
    /// When the next may come, at the rate given.
    pace: tokio::sync::Mutex<Option<(u32, Interval)>>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Limits {
    /// With bounds to begin with.
    pub fn new(bounds: Bounds) -> Limits {
        Limits { bounds: RwLock::new(bounds), ..Limits::default() }
    }

    /// Other bounds from here on.
    pub fn set(&self, bounds: Bounds) {
        *self.bounds.write().unwrap_or_else(PoisonError::into_inner) = bounds;
        self.changed.notify_waiters();
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many an address may have, if there is a limit.
    fn most_of(&self, address: IpAddr) -> Option<usize> {
        let bounds = self.bounds.read().unwrap_or_else(PoisonError::into_inner);
        bounds.overrides.get(&address).copied().or(bounds.per_address)
    }

    fn most(&self) -> Option<usize> {
        self.bounds.read().unwrap_or_else(PoisonError::into_inner).most
    }

    /// Waits as long as the rate asks.
    async fn pace(&self) {
        let rate = self.bounds.read().unwrap_or_else(PoisonError::into_inner).rate;
        let Some(rate) = rate.filter(|rate| *rate > 0) else { return };
        let mut pace = self.pace.lock().await;
        if pace.as_ref().is_none_or(|(of, _)| *of != rate) {
            let mut interval = tokio::time::interval(Duration::from_secs(1) / rate);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            *pace = Some((rate, interval));
        }
        if let Some((_, interval)) = pace.as_mut() {
            interval.tick().await;
        }
    }

    /// Counts one in as soon as there is a place (at once where `ahead`); or the limit that its
    /// address has reached.
    async fn enter(self: &Arc<Limits>, address: IpAddr, ahead: bool) -> Result<Counted, usize> {
        let mut counted = self.of_address(address)?;
        self.pace().await;
        loop {
            let changed = self.changed.notified();
            if self.take_place(ahead) {
                counted.has_place = true;
                return Ok(counted);
            }
            changed.await;
        }
    }

    fn of_address(self: &Arc<Limits>, address: IpAddr) -> Result<Counted, usize> {
        let most = self.most_of(address);
        let mut counts = self.counts();
        let count = counts.by_address.get(&address).copied().unwrap_or(0);
        if let Some(most) = most.filter(|most| count >= *most) {
            return Err(most);
        }
        counts.by_address.insert(address, count + 1);
        Ok(Counted { limits: self.clone(), address, has_place: false })
    }

    fn take_place(&self, ahead: bool) -> bool {
        let most = self.most();
        let mut counts = self.counts();
        if !ahead && most.is_some_and(|most| counts.all >= most) {
            return false;
        }
        counts.all += 1;
        true
    }
}

/// One connection; counted out when dropped.
#[derive(Debug)]
pub struct Counted {
    limits: Arc<Limits>,
    address: IpAddr,
    has_place: bool,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.limits.counts();
        if let Some(count) = counts.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.by_address.remove(&self.address);
            }
        }
        if self.has_place {
            counts.all -= 1;
            drop(counts);
            self.limits.changed.notify_waiters();
        }
    }
}

/// What stands before a listener: the limits it shares with others, and its own.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    pub shared: Arc<Limits>,
    pub own: Arc<Limits>,
    /// Who comes by this listener does not wait for a place among all.
    pub ahead: bool,
}

impl Gate {
    /// Bounds of one listener alone, which stay as they are.
    pub fn fixed(bounds: Bounds) -> Gate {
        Gate { shared: Arc::new(Limits::new(bounds)), ..Gate::default() }
    }

    /// Counts one in; or the limit that its address has reached.
    pub(super) async fn enter(&self, address: IpAddr) -> Result<(Counted, Counted), usize> {
        let shared = self.shared.enter(address, self.ahead).await?;
        Ok((shared, self.own.enter(address, false).await?))
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::net::Ipv4Addr;
    use std::task::{Context, Waker};

    use super::*;

    const ONE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    const TWO: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

    fn is_ready(future: std::pin::Pin<&mut impl Future>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[tokio::test]
    async fn an_address_has_its_fill_and_others_have_not() {
        let overrides = BTreeMap::from([(TWO, 0)]);
        let gate = Gate::fixed(Bounds { per_address: Some(1), overrides, ..Bounds::default() });
        let first = gate.enter(ONE).await.unwrap();
        assert_eq!(gate.enter(ONE).await.unwrap_err(), 1);
        assert_eq!(gate.enter(TWO).await.unwrap_err(), 0);
        drop(first);
        let again = gate.enter(ONE).await.unwrap();
        gate.shared.set(Bounds::default());
        assert!(gate.enter(ONE).await.is_ok() && gate.enter(TWO).await.is_ok());
        drop(again);
        assert_eq!(gate.shared.counts().all, 0);
        assert!(gate.shared.counts().by_address.is_empty());
    }

    #[tokio::test]
    async fn who_finds_no_place_waits_for_one() {
        let gate = Gate::fixed(Bounds { most: Some(1), ..Bounds::default() });
        let ahead = Gate { ahead: true, ..gate.clone() };
        let first = gate.enter(ONE).await.unwrap();
        let mut second = std::pin::pin!(gate.enter(TWO));
        assert!(!is_ready(second.as_mut()));
        let brokers = ahead.enter(TWO).await.unwrap();
        drop(first);
        assert!(!is_ready(second.as_mut()), "there are no more than before");
        drop(brokers);
        let second = second.await.unwrap();
        let mut third = std::pin::pin!(gate.enter(ONE));
        assert!(!is_ready(third.as_mut()));
        gate.shared.set(Bounds { most: Some(2), ..Bounds::default() });
        let third = third.await.unwrap();
        drop((second, third));
        // Who gives up while it waits leaves nothing behind.
        gate.shared.set(Bounds { most: Some(0), ..Bounds::default() });
        {
            let mut gone = std::pin::pin!(gate.enter(ONE));
            assert!(!is_ready(gone.as_mut()));
        }
        assert!(gate.shared.counts().by_address.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn new_ones_come_at_the_rate_given() {
        let gate = Gate::fixed(Bounds { rate: Some(4), ..Bounds::default() });
        let begun = tokio::time::Instant::now();
        for _ in 0..5 {
            drop(gate.enter(ONE).await.unwrap());
        }
        assert_eq!(begun.elapsed().as_millis(), 1_000, "the first at once, four after it");
        gate.shared.set(Bounds::default());
        drop(gate.enter(ONE).await.unwrap());
        assert_eq!(begun.elapsed().as_millis(), 1_000);
    }
}
