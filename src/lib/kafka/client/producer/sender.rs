//! The sender: carries out what the accumulator says.
//!
//! One task decides; one task per broker packs batches and puts requests in line, so that a slow or
//! dead broker holds up nobody else; one short task per request waits for its answer.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc;

use super::Shared;
use super::accumulate::Outgoing;
use super::batch::Batch;
use super::settle::Place;
use crate::base::error::Chain;
use crate::kafka::client::connection::{Connection, Pending};
use crate::kafka::client::{Error, Result, Topics};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::produce::{PartitionProduceData, TopicProduceData};
use crate::kafka::protocol::message::{InitProducerIdRequest, ProduceRequest, ProduceResponse};
use crate::kafka::record::convert;
use crate::kafka::types::TopicPartition;
use crate::limits;
use crate::net::socket;

/// The first version of Produce that carries batches of format 2.
const FORMAT_2_SINCE: i16 = 3;

/// Runs until the producer is closed and nothing waits any more.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut workers: HashMap<i32, mpsc::Sender<Outgoing>> = HashMap::new();
    let clock = shared.client.options().clock.clone();
    let mut refreshed = clock.now();
    loop {
        let woken = shared.wake.notified();
        if shared.stopped.load(Ordering::Relaxed) {
            let abandoned = shared.lock().abandon(&Error::Stopped);
            shared.report(abandoned);
            return;
        }
        let mut without_id = false;
        if shared.lock().needs_producer() {
            init_producer(&shared).await;
            without_id = shared.lock().needs_producer();
        }
        let now = clock.now();
        let cluster = shared.client.cluster();
        let leader = |it: &TopicPartition| cluster.leader(&it.topic, it.partition);
        let (expired, (requests, leaderless), mut wake) = {
            let mut accumulator = shared.lock();
            let expired = accumulator.expire(now);
            let drained = accumulator.drain(now, leader);
            (expired, drained, accumulator.next_wake(now))
        };
        shared.report(expired);
        for request in requests {
            let broker = request.broker;
            let worker = workers.entry(broker).or_insert_with(|| {
                let (outbox, inbox) = mpsc::channel(limits::CLIENT_REQUESTS_QUEUED_MAX);
                socket::spawn(work(shared.clone(), broker, inbox));
                outbox
            });
            // A worker lives as long as its sender.
            let _ = worker.send(request).await;
        }
        let backoff = shared.client.options().backoff.first;
        let stale = shared.stale.load(Ordering::Relaxed) || leaderless > 0;
        let old = now - refreshed >= shared.client.options().metadata_max_age;
        if (stale && now - refreshed >= backoff) || old {
            refreshed = now;
            refresh(&shared).await;
            continue;
        }
        // Nobody else says when there may be an id; the pause is over.
        if without_id {
            continue;
        }
        if stale {
            let next = refreshed + backoff;
            wake = Some(wake.map_or(next, |it| it.min(next)));
        }
        match wake {
            Some(at) => drop(tokio::time::timeout(at - now, woken).await),
            None => woken.await,
        }
    }
}

async fn refresh(shared: &Shared) {
    let names = shared.lock().topic_names();
    shared.stale.store(false, Ordering::Relaxed);
    match shared.client.refresh(Topics::Named(&names), true).await {
        Ok(cluster) => shared.learn(&cluster, &names),
        Err(error) => {
            shared.stale.store(true, Ordering::Relaxed);
            shared.lock().blame(&error);
            tracing::warn!(
                target: "org.apache.kafka.clients.NetworkClient",
                "[Producer clientId={}] Bootstrap broker disconnected: {}",
                shared.client.options().client_id, Chain(&error)
            );
            tokio::time::sleep(shared.client.options().backoff.first).await;
        }
    }
}

/// Fetches a producer id, or does without where the brokers are too old.
async fn init_producer(shared: &Shared) {
    let request = InitProducerIdRequest {
        transactional_id: None,
        transaction_timeout_ms: i32::MAX,
        ..InitProducerIdRequest::default()
    };
    let error = match shared.client.ask_any(&request).await {
        Ok(response) if !response.error_code.is_error() => {
            shared.lock().set_producer(response.producer_id, response.producer_epoch);
            return;
        }
        Ok(response) => Error::refused("no producer id", response.error_code, None),
        Err(error) => error,
    };
    let client_id = &shared.client.options().client_id;
    match error {
        Error::Unsupported { .. } => {
            shared.lock().settings.idempotent = false;
            tracing::warn!(
                target: "org.apache.kafka.clients.producer.KafkaProducer",
                "[Producer clientId={client_id}] Going on without idempotence: {error}"
            );
        }
        error if error.is_retriable() => {
            tracing::debug!(
                target: "org.apache.kafka.clients.producer.internals.Sender",
                "[Producer clientId={client_id}] No producer id yet: {}", Chain(&error)
            );
            shared.lock().blame(&error);
            tokio::time::sleep(shared.client.options().backoff.first).await;
        }
        error => {
            let failed = shared.lock().abandon(&error);
            shared.report(failed);
            tokio::time::sleep(shared.client.options().backoff.first).await;
        }
    }
}

/// One broker's requests, one after the other.
async fn work(shared: Arc<Shared>, broker: i32, mut inbox: mpsc::Receiver<Outgoing>) {
    while let Some(outgoing) = inbox.recv().await {
        let mut batches = outgoing.batches;
        match begin(&shared, broker, &mut batches).await {
            Ok(Some(pending)) => {
                let shared = shared.clone();
                let within = shared.client.options().request_timeout;
                socket::spawn(async move {
                    let answer = pending.answer(within).await;
                    shared.answered(broker, batches, answer);
                });
            }
            // Nobody answers acks=0: what is written is done.
            Ok(None) => shared.answered_by_nobody(broker, batches),
            Err(error) => shared.answered(broker, batches, Err(error)),
        }
    }
}

async fn begin(
    shared: &Shared,
    broker: i32,
    batches: &mut [Batch],
) -> Result<Option<Pending<ProduceRequest>>> {
    let connection = shared.client.broker(broker).await?;
    let (acks, partitions) = {
        let accumulator = shared.lock();
        let partition = |it: &Batch| accumulator.queues[it.queue].partition.clone();
        (accumulator.settings.acks, batches.iter().map(partition).collect::<Vec<_>>())
    };
    let version = connection.version_of::<ProduceRequest>()?;
    let mut topics: BTreeMap<Arc<str>, Vec<PartitionProduceData>> = BTreeMap::new();
    for (batch, partition) in batches.iter_mut().zip(partitions) {
        let wrong = |source| Error::Records {
            topic: partition.topic.to_string(),
            partition: partition.partition,
            source,
        };
        let mut bytes = batch.seal().map_err(wrong)?;
        if version < FORMAT_2_SINCE {
            // Brokers before 0.11 know formats 0 and 1 only.
            let magic = i8::from(version >= 2);
            bytes = convert::down(&bytes, magic, 0).map_err(wrong)?.into();
        }
        let data = PartitionProduceData { index: partition.partition, records: Some(bytes) };
        topics.entry(partition.topic.clone()).or_default().push(data);
    }
    let topic = |(name, partition_data): (Arc<str>, _)| TopicProduceData {
        name: name.to_string(),
        partition_data,
    };
    let timeout = shared.client.options().request_timeout;
    let request = ProduceRequest {
        transactional_id: None,
        acks,
        timeout_ms: i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX),
        topic_data: topics.into_iter().map(topic).collect(),
    };
    put_in_line(&connection, &request, version).await
}

async fn put_in_line(
    connection: &Connection,
    request: &ProduceRequest,
    version: i16,
) -> Result<Option<Pending<ProduceRequest>>> {
    if request.acks == 0 {
        connection.tell(request, version).await?;
        return Ok(None);
    }
    connection.begin(request, version).await.map(Some)
}

impl Shared {
    fn answered_by_nobody(&self, broker: i32, batches: Vec<Batch>) {
        let now = self.client.options().clock.now();
        let finished = {
            let mut accumulator = self.lock();
            accumulator.answered(broker);
            let settle = |batch| accumulator.settle(now, batch, Ok(Place::UNKNOWN));
            batches.into_iter().filter_map(settle).collect()
        };
        self.report(finished);
        self.wake.notify_one();
    }

    /// Shares an answer out to the batches of its request.
    fn answered(&self, broker: i32, batches: Vec<Batch>, answer: Result<ProduceResponse>) {
        let now = self.client.options().clock.now();
        let mut finished = Vec::new();
        let mut stale = answer.is_err();
        {
            let mut accumulator = self.lock();
            accumulator.answered(broker);
            for batch in batches {
                let partition = accumulator.queues[batch.queue].partition.clone();
                let outcome = match &answer {
                    Ok(response) => outcome_of(response, &partition),
                    Err(error) => Err(error.clone()),
                };
                if let Err(error) = &outcome {
                    // A leader that misses what was acknowledged may be none any more.
                    let gap = error.code() == Some(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
                    stale |= gap || error.is_retriable();
                    let left = accumulator.settings.retries.saturating_sub(batch.attempts + 1);
                    tracing::warn!(
                        target: "org.apache.kafka.clients.producer.internals.Sender",
                        "[Producer clientId={}] Got error produce response on topic-partition {partition}, retrying ({left} attempts left). Error: {}",
                        self.client.options().client_id, Chain(error)
                    );
                }
                finished.extend(accumulator.settle(now, batch, outcome));
            }
        }
        if stale {
            self.stale.store(true, Ordering::Relaxed);
        }
        self.report(finished);
        self.wake.notify_one();
    }
}

/// What an answer says of one partition.
fn outcome_of(response: &ProduceResponse, partition: &TopicPartition) -> Result<Place> {
    let topic = response.responses.iter().find(|it| it.name == *partition.topic);
    let of = topic
        .and_then(|it| it.partition_responses.iter().find(|it| it.index == partition.partition));
    let what = || format!("cannot append to {partition}");
    match of {
        Some(it) if it.error_code.is_error() => {
            Err(Error::refused(what(), it.error_code, it.error_message.clone()))
        }
        Some(it) => {
            Ok(Place { base_offset: it.base_offset, append_time_ms: it.log_append_time_ms })
        }
        None => Err(Error::refused(what(), ErrorCode::UNKNOWN_SERVER_ERROR, None)),
    }
}
