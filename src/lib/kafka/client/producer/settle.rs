//! What becomes of a batch that was sent: done, sent again, or given up.

use std::sync::Arc;

use super::accumulate::Accumulator;
use super::batch::Batch;
use crate::base::clock::Instant;
use crate::kafka::client::{Error, Result};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::record::batch::add_sequence;
use crate::kafka::types::TopicPartition;

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
        queue.in_flight = queue.in_flight.saturating_sub(1);
        let error = match outcome {
            Ok(place) => return Some(self.finish(batch, Ok(place))),
            // The broker has these records from an attempt whose answer was lost.
            Err(error) if error.code() == Some(ErrorCode::DUPLICATE_SEQUENCE_NUMBER) => {
                return Some(self.finish(batch, Ok(Place::UNKNOWN)));
            }
            Err(error) => error,
        };
        let expired = now >= batch.created + self.settings.delivery_timeout;
        let again = self.may_try_again(&batch, &error);
        if !again || expired || batch.attempts >= self.settings.retries {
            return Some(self.give_up(batch, error));
        }
        self.requeue(now, batch, error);
        None
    }

    fn may_try_again(&mut self, batch: &Batch, error: &Error) -> bool {
        match error.code() {
            // An earlier batch of the partition is still to be sent again; this one only waits.
            Some(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER) => {
                let expected = self.queues[batch.queue].acknowledged;
                batch.sequence.is_some_and(|(_, _, sequence)| sequence != expected)
            }
            // The broker has forgotten us: begin anew with the same records.
            Some(ErrorCode::UNKNOWN_PRODUCER_ID) => {
                self.renew_producer = true;
                true
            }
            _ => error.is_retriable(),
        }
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
        // Its sequence numbers will never arrive; whatever follows would be refused.
        self.renew_producer |= batch.sequence.is_some();
        self.finish(batch, Err(error))
    }

    fn finish(&mut self, batch: Batch, outcome: Result<Place>) -> Finished {
        self.used = self.used.saturating_sub(batch.reserved);
        let queue = &mut self.queues[batch.queue];
        if let (Ok(_), Some((_, _, sequence))) = (&outcome, batch.sequence) {
            queue.acknowledged = add_sequence(sequence, batch.count());
        }
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
            && self.queues.iter().all(|it| it.in_flight == 0)
    }

    /// Takes a new producer id: every sequence begins at zero.
    pub(super) fn set_producer(&mut self, id: i64, epoch: i16) {
        self.producer = Some((id, epoch));
        self.renew_producer = false;
        for queue in &mut self.queues {
            (queue.next_sequence, queue.acknowledged) = (0, 0);
            for batch in &mut queue.waiting {
                batch.sequence = None;
            }
        }
    }
}
