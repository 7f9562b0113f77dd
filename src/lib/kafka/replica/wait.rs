//! Waiting for a partition: a future that appends and the high watermark wake, and no runtime.
//!
//! A fetch that found too little registers one [`Waiter`] with all its partitions: a counter of
//! bytes still missing. Every append takes its bytes off; at zero the future is ready. A produce
//! with `acks=all` registers for an offset. Kafka keeps the same in purgatories; here the request
//! itself waits, and what it registered is forgotten when it is dropped.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::kafka::types::Offset;

/// What a waiter waits for, beside the deadline that its owner keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Bytes that this reader may see: below the log end for followers, below the high watermark
    /// or the last stable offset for consumers.
    Readable(Visibility),
    /// The high watermark is at least this offset.
    Committed(Offset),
    /// A follower's log starts elsewhere than it did.
    LogStart,
}

/// How far into the log a reader sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    LogEnd,
    HighWatermark,
    LastStable,
}

/// One waiting request.
#[derive(Debug)]
pub struct Waiter {
    missing: AtomicI64,
    fired: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

/// The future side; dropping it takes the waiter off all partitions.
#[derive(Debug)]
pub struct Waiting(Arc<Waiter>);

impl Waiter {
    /// A waiter that is woken after `missing` bytes (or, for commits, partitions).
    pub fn waiting(missing: i64) -> Waiting {
        Waiting(Arc::new(Waiter {
            missing: AtomicI64::new(missing),
            fired: AtomicBool::new(false),
            waker: Mutex::new(None),
        }))
    }

    /// Takes off what has arrived.
    fn arrived(&self, amount: i64) {
        if self.missing.fetch_sub(amount, Ordering::AcqRel) <= amount {
            self.fire();
        }
    }

    /// Wakes the owner whatever is missing: leadership, or the log, has changed.
    pub(super) fn fire(&self) {
        if !self.fired.swap(true, Ordering::AcqRel) {
            let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    fn is_over(&self) -> bool {
        self.fired.load(Ordering::Acquire)
    }
}

impl Waiting {
    /// The side that partitions keep.
    pub fn waiter(&self) -> Arc<Waiter> {
        self.0.clone()
    }
}

impl Future for Waiting {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0.is_over() {
            return Poll::Ready(());
        }
        *self.0.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        // It may have fired between the look and the registration.
        if self.0.is_over() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // Partitions drop fired waiters when they next look.
        self.0.fired.store(true, Ordering::Release);
    }
}

/// The waiters of one partition.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    entries: Vec<(Until, Arc<Waiter>)>,
    /// Pruned when there are this many: twice as many as were left the last time.
    prune_at: usize,
}

impl Waiters {
    pub(super) fn add(&mut self, until: Until, waiter: Arc<Waiter>) {
        if self.entries.len() >= self.prune_at {
            self.entries.retain(|(_, waiter)| !waiter.is_over());
            self.prune_at = (2 * self.entries.len()).max(8);
        }
        self.entries.push((until, waiter));
    }

    /// Tells readers of this visibility that so many more bytes can be read.
    pub(super) fn readable(&mut self, visibility: Visibility, bytes: usize) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.entries.retain(|(until, waiter)| {
            if *until == Until::Readable(visibility) {
                waiter.arrived(bytes);
            }
            !waiter.is_over()
        });
    }

    /// Tells who waits for offsets below the high watermark.
    pub(super) fn committed(&mut self, high_watermark: Offset) {
        self.entries.retain(|(until, waiter)| match until {
            Until::Committed(offset) if *offset <= high_watermark => {
                waiter.arrived(1);
                false
            }
            _ => !waiter.is_over(),
        });
    }

    /// Tells who waits for followers to give up their oldest records.
    pub(super) fn log_start_moved(&mut self) {
        self.entries.retain(|(until, waiter)| {
            if *until == Until::LogStart {
                waiter.fire();
            }
            !waiter.is_over()
        });
    }

    /// Wakes everybody: they must look again, at another leader or another log.
    pub(super) fn wake_all(&mut self) {
        for (_, waiter) in self.entries.drain(..) {
            waiter.fire();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ready(waiting: &mut Waiting) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        Pin::new(waiting).poll(&mut cx).is_ready()
    }

    #[test]
    fn a_fetch_wakes_when_enough_has_come_from_all_its_partitions() {
        let (mut a, mut b) = (Waiters::default(), Waiters::default());
        let mut waiting = Waiter::waiting(100);
        let until = Until::Readable(Visibility::HighWatermark);
        a.add(until, waiting.waiter());
        b.add(until, waiting.waiter());
        a.readable(Visibility::HighWatermark, 60);
        a.readable(Visibility::LogEnd, 1_000);
        assert!(!is_ready(&mut waiting));
        b.readable(Visibility::HighWatermark, 40);
        assert!(is_ready(&mut waiting));
        a.readable(Visibility::HighWatermark, 1);
        assert!(a.is_empty() && b.is_empty());
    }

    #[test]
    fn a_commit_wakes_at_its_offset() {
        let mut waiters = Waiters::default();
        let mut waiting = Waiter::waiting(1);
        waiters.add(Until::Committed(10), waiting.waiter());
        waiters.committed(9);
        assert!(!is_ready(&mut waiting));
        waiters.committed(10);
        assert!(is_ready(&mut waiting));
    }

    #[test]
    fn waiters_that_gave_up_do_not_pile_up() {
        let mut waiters = Waiters::default();
        for _ in 0..10_000 {
            let waiting = Waiter::waiting(1);
            waiters.add(Until::Readable(Visibility::HighWatermark), waiting.waiter());
        }
        assert!(waiters.entries.len() <= 16, "{}", waiters.entries.len());
    }

    #[test]
    fn a_change_of_leader_wakes_everybody() {
        let mut waiters = Waiters::default();
        let mut waiting = Waiter::waiting(i64::MAX);
        waiters.add(Until::Readable(Visibility::LogEnd), waiting.waiter());
        waiters.wake_all();
        assert!(is_ready(&mut waiting));
    }
}
