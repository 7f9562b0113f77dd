//! Lines: requests of one producer that must not overtake each other.
//!
//! A produce that begins a transaction here waits for its coordinator. The producer sends on
//! meanwhile, and what it sends has to be appended behind. As soon as a line is empty, requests go
//! straight to the log again.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::kafka::broker::Broker;
use crate::kafka::types::ProducerId;

/// One request's turn.
pub type Turn = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The lines, by producer. How long one may get is bounded by what connections have in flight.
#[derive(Default)]
pub struct Lines {
    waiting: Mutex<HashMap<ProducerId, VecDeque<Turn>>>,
}

impl Lines {
    fn waiting(&self) -> MutexGuard<'_, HashMap<ProducerId, VecDeque<Turn>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request of this producer waits, or is at work.
    pub fn has(&self, producer: ProducerId) -> bool {
        self.waiting().contains_key(&producer)
    }

    /// Takes a turn behind all that wait.
    pub fn join(&self, broker: &Arc<Broker>, producer: ProducerId, turn: Turn) {
        let mut waiting = self.waiting();
        let begins = !waiting.contains_key(&producer);
        waiting.entry(producer).or_default().push_back(turn);
        drop(waiting);
        if begins {
            let owner = broker.clone();
            broker.stop.spawn(async move {
                while let Some(turn) = owner.transactions.lines.next(producer) {
                    turn.await;
                }
            });
        }
    }

    /// The next turn; the line is gone where there is none.
    fn next(&self, producer: ProducerId) -> Option<Turn> {
        let mut waiting = self.waiting();
        let turn = waiting.get_mut(&producer)?.pop_front();
        if turn.is_none() {
            waiting.remove(&producer);
        }
        turn
    }
}
