//! The stop signal, and the set of tasks that follow it.
//!
//! A [`Stop`] belongs to one server. Whatever it starts gets a [`StopSignal`] and is spawned
//! through [`Stop::spawn`]; [`Stop::stop`] raises the signal and waits, up to a deadline, until all
//! of them have ended.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::socket;

/// The owner's side.
#[derive(Clone, Debug)]
pub struct Stop {
    raised: Arc<watch::Sender<bool>>,
    /// Each task holds a receiver; the channel is closed when the last one is gone.
    alive: Arc<watch::Sender<()>>,
}

/// A task's side.
#[derive(Clone, Debug)]
pub struct StopSignal {
    raised: watch::Receiver<bool>,
}

impl Default for Stop {
    fn default() -> Self {
        Stop {
            raised: Arc::new(watch::Sender::new(false)),
            alive: Arc::new(watch::Sender::new(())),
        }
    }
}

impl Stop {
    /// A signal that is not raised.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// The signal for a task.
    pub fn signal(&self) -> StopSignal {
        StopSignal { raised: self.raised.subscribe() }
    }

    /// Starts a task that [`Stop::stop`] waits for.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let alive = self.alive.subscribe();
        socket::spawn(async move {
            let _alive = alive;
            task.await;
        });
    }

    /// Raises the signal without waiting.
    pub fn raise(&self) {
        self.raised.send_replace(true);
    }

    /// Raises the signal and waits for the tasks; says whether all ended in time.
    pub async fn stop(&self, within: Duration) -> bool {
        self.raise();
        tokio::time::timeout(within, self.alive.closed()).await.is_ok()
    }
}

impl StopSignal {
    /// Whether it is raised.
    pub fn is_raised(&self) -> bool {
        *self.raised.borrow()
    }

    /// Returns when it is raised, or its owner is gone.
    pub async fn raised(&mut self) {
        // An error means the owner is gone, which is as good as a signal.
        let _ = self.raised.wait_for(|raised| *raised).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stop_waits_for_its_tasks() {
        let stop = Stop::new();
        let mut signal = stop.signal();
        stop.spawn(async move { signal.raised().await });
        assert!(!stop.signal().is_raised());
        assert!(stop.stop(Duration::from_secs(10)).await);
        assert!(stop.signal().is_raised());
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_does_not_listen_is_told_on() {
        let stop = Stop::new();
        stop.spawn(std::future::pending());
        assert!(!stop.stop(Duration::from_secs(1)).await);
    }
}
