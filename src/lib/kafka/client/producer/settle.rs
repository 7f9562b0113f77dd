//! What becomes of a batch that was sent: done, sent again, or given up.

use std::sync::Arc;

use super::accumulate::Accumulator;
use super::batch::Batch;
use crate::base::clock::Instant;
use crate::kafka::client::{Error, Result};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::TopicPartition;

/// The part of `delivery.timeout.ms` for which a leader that misses what another acknowledged is
/// taken for one that was deposed.
const PATIENCE_PART: u32 = 4;

/// Where a batch came to lie; -1 where the broker does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) base_offset: i64,
    /// The broker's time, where the topic keeps that.
    pub(super) append_time_ms: i64,
}

impl Place {
    /// A place nobody told.
    pub(super) const UNKNOWN: Place = Place { base_offset: -1, append_time_ms: -1 };
}

/// A batch that is through, one way or the other.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) batch: Batch,
    pub(super) partition: TopicPartition,
    pub(super) outcome: Result<Place>,
}

impl Accumulator {
    /// A request to `broker` is answered, or never will be.
    pub(super) fn answered(&mut self, broker: i32) {
        if let Some(count) = self.in_flight.get_mut(&broker) {
            *count = count.saturating_sub(1);
        }
    }

    /// Takes the answer for one batch. `None` where it will be sent again.
    pub(super) fn settle(
        &mut self,
        now: Instant,
        batch: Batch,
        outcome: Result<Place>,
    ) -> Option<Finished> {
        let queue = &mut self.queues[batch.queue];
        queue.in_flight.retain(|id| *id != batch.id);
        let error = match outcome {
            Ok(place) => return Some(self.finish(batch, Ok(place))),
            // The broker has these records from an attempt whose answer was lost.
            Err(error) if error.code() == Some(ErrorCode::DUPLICATE_SEQUENCE_NUMBER) => {
                return Some(self.finish(batch, Ok(Place::UNKNOWN)));
            }
            Err(error) => error,
        };
        let mut batch = batch;
        batch.is_uncertain |= says_nothing(&error);
        let expired = now >= batch.created + self.settings.delivery_timeout;
        let again = self.may_try_again(now, &mut batch, &error);
        if !again || expired || batch.attempts >= self.settings.retries {
            return Some(self.give_up(batch, error));
        }
        self.requeue(now, batch, error);
        None
    }

    /// Whether a batch is sent again, and whether with other numbers.
    fn may_try_again(&mut self, now: Instant, batch: &mut Batch, error: &Error) -> bool {
        match error.code() {
            Some(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER) => {
                if self.is_next(batch) && !self.is_patient(now, batch) {
                    self.break_row(batch);
                }
                self.settings.idempotent
            }
            // The broker has forgotten us: begin anew with the same records.
            Some(ErrorCode::UNKNOWN_PRODUCER_ID) => {
                self.break_row(batch);
                true
            }
            _ => error.is_retriable(),
        }
    }

    /// Whether no earlier batch of the partition is still to come: then the one before it, which
    /// the broker misses, never will.
    fn is_next(&self, batch: &Batch) -> bool {
        let queue = &self.queues[batch.queue];
        let earlier = queue.in_flight.iter().chain(queue.waiting.iter().map(|it| &it.id));
        earlier.into_iter().all(|id| *id > batch.id)
    }

    /// A batch that may have been appended by an attempt nobody answered is not numbered anew at
    /// once: a broker that was deposed and does not know it misses what the leader has, and under
    /// other numbers the leader would take the same records twice. Apache's producer does not wait.
    fn is_patient(&self, now: Instant, batch: &mut Batch) -> bool {
        let since = *batch.refused_since.get_or_insert(now);
        let patience = self.settings.delivery_timeout / PATIENCE_PART;
        batch.is_uncertain && self.settings.acks == -1 && now < since + patience
    }

    fn break_row(&mut self, batch: &mut Batch) {
        batch.sequence = None;
        self.queues[batch.queue].is_broken = true;
    }

    /// Puts a batch back where it belongs: batches are numbered in order.
    fn requeue(&mut self, now: Instant, mut batch: Batch, error: Error) {
        batch.attempts += 1;
        let pause = self.settings.backoff.pause(batch.attempts, &mut self.rng);
        let queue = &mut self.queues[batch.queue];
        queue.not_before = queue.not_before.max(now + pause);
        queue.retrying = true;
        queue.last_error = Some(error);
        let place = queue.waiting.iter().position(|it| it.id > batch.id);
        queue.waiting.insert(place.unwrap_or(queue.waiting.len()), batch);
    }

    fn give_up(&mut self, batch: Batch, error: Error) -> Finished {
        // Its numbers may never arrive; whatever was not sent yet must not follow them.
        self.queues[batch.queue].is_broken |= batch.sequence.is_some();
        self.finish(batch, Err(error))
    }

    fn finish(&mut self, batch: Batch, outcome: Result<Place>) -> Finished {
        self.used = self.used.saturating_sub(batch.reserved);
        let queue = &mut self.queues[batch.queue];
        queue.retrying = queue.waiting.front().is_some_and(|it| it.attempts > 0);
        Finished { partition: queue.partition.clone(), batch, outcome }
    }

    /// Gives up what has waited too long.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Finished> {
        let timeout = self.settings.delivery_timeout;
        let mut expired = Vec::new();
        for queue in &mut self.queues {
            let old = |batch: &Batch| now >= batch.created + timeout;
            while let Some(batch) = queue.waiting.pop_front_if(|batch| old(batch)) {
                expired.push((batch, queue.last_error.clone()));
            }
            if let Some(batch) = queue.open.take_if(|batch| old(batch)) {
                expired.push((batch, queue.last_error.clone()));
            }
        }
        expired
            .into_iter()
            .map(|(batch, last)| {
                let partition = &self.queues[batch.queue].partition;
                let what = format!("the delivery of {} record(s) to {partition}", batch.count());
                self.give_up(batch, Error::Expired { what, last: last.map(Arc::new) })
            })
            .collect()
    }

    /// Gives up everything that waits: it can never be sent, or the producer is closed.
    pub(super) fn abandon(&mut self, error: &Error) -> Vec<Finished> {
        let mut all = Vec::new();
        for queue in &mut self.queues {
            all.extend(queue.waiting.drain(..));
            all.extend(queue.open.take());
        }
        all.into_iter().map(|batch| self.finish(batch, Err(error.clone()))).collect()
    }

    /// Remembers why nothing can be sent just now, for those whose time runs out meanwhile.
    pub(super) fn blame(&mut self, error: &Error) {
        for queue in &mut self.queues {
            queue.last_error = Some(error.clone());
        }
    }

    /// Whether a producer id must be fetched before anything more can be sent. A new one waits
    /// until nothing of the old one is under way.
    pub(super) fn needs_producer(&self) -> bool {
        self.settings.idempotent
            && (self.producer.is_none() || self.renew_producer)
            && self.queues.iter().all(|it| it.in_flight.is_empty())
    }

    /// Takes a new producer id: every sequence begins at zero.
    pub(super) fn set_producer(&mut self, id: i64, epoch: i16) {
        self.producer = Some((id, epoch));
        self.renew_producer = false;
        for queue in &mut self.queues {
            queue.begin_row(Some((id, epoch)));
        }
    }
}

/// Whether an error leaves open if the records were appended.
fn says_nothing(error: &Error) -> bool {
    matches!(
        error.code(),
        None | Some(
            ErrorCode::REQUEST_TIMED_OUT
                | ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND
                | ErrorCode::NOT_LEADER_OR_FOLLOWER
                | ErrorCode::KAFKA_STORAGE_ERROR
                | ErrorCode::UNKNOWN_SERVER_ERROR
        )
    )
}
