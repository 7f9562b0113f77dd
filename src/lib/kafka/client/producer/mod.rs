//! The producer: records in, batches out.
//!
//! [`Producer::send`] puts a record into a batch and returns; it waits only while nothing is known
//! of the topic or no memory is left. What could not be delivered is collected for
//! [`Producer::take_failures`]. [`Producer::deliver`] waits for the record to be acknowledged;
//! [`Producer::flush`] for all of them.
//!
//! * `accumulate`, `settle`: a pure machine, what waits and what becomes of it.
//! * `batch`: one batch on its way.
//! * `sender`: the tasks that carry it out.
//! * [`partitioner`]: which partition a record goes to.

mod accumulate;
mod batch;
pub mod partitioner;
mod sender;
mod settle;
#[cfg(test)]
mod tests;

pub use accumulate::{Record, Settings};
pub use partitioner::Partitioner;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, oneshot};

use super::{Client, Cluster, Error, Result, Topics};
use crate::base::clock::Instant;
use crate::base::error::Chain;
use crate::base::rng::Rng;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::TopicPartition;
use crate::limits;
use crate::net::socket;
use accumulate::{Accumulator, Append};
use settle::{Finished, Place};

/// Where a record came to lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    pub partition: TopicPartition,
    /// None where the broker does not say: acks=0, or an answer that was lost.
    pub offset: Option<i64>,
    /// The broker's time, where the topic keeps that.
    pub append_time_ms: Option<i64>,
}

/// Records that could not be delivered.
#[derive(Clone, Debug)]
pub struct Failed {
    pub partition: TopicPartition,
    pub count: i32,
    /// The records, as a batch.
    pub batch: Bytes,
    pub error: Error,
}

/// A producer.
#[derive(Debug)]
pub struct Producer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    max_block: Duration,
    accumulator: Mutex<Accumulator>,
    /// The sender has something to do.
    wake: Notify,
    /// A batch is through: there may be memory, and a flush may be over.
    progress: Notify,
    /// The picture of the cluster is known to be old.
    stale: AtomicBool,
    stopped: AtomicBool,
    waiters: Mutex<HashMap<u64, Vec<Waiter>>>,
    failures: Mutex<Vec<Failed>>,
    failed_records: AtomicU64,
}

#[derive(Debug)]
struct Waiter {
    index: i32,
    done: oneshot::Sender<Result<Delivered>>,
}

impl Producer {
    /// A producer over a client's connections. Its tasks start here.
    pub fn new(client: Client, settings: Settings) -> Producer {
        let shared = Arc::new(Shared {
            client,
            max_block: settings.max_block,
            accumulator: Mutex::new(Accumulator::new(settings, Rng::from_system())),
            wake: Notify::new(),
            progress: Notify::new(),
            stale: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            waiters: Mutex::default(),
            failures: Mutex::default(),
            failed_records: AtomicU64::new(0),
        });
        socket::spawn(sender::run(shared.clone()));
        Producer { shared }
    }

    /// The connections below.
    pub fn client(&self) -> &Client {
        &self.shared.client
    }

    /// Puts a record into a batch. An error is about this record; those of earlier ones are
    /// collected.
    #[inline]
    pub async fn send(&self, record: &Record<'_>) -> Result<()> {
        match self.shared.append(record, None) {
            Append::Done { full: false, .. } => Ok(()),
            Append::Done { .. } => {
                // Now and then the other tasks of this thread must have their turn.
                tokio::task::yield_now().await;
                Ok(())
            }
            other => self.shared.append_slowly(record, None, other).await,
        }
    }

    /// Sends a record and waits until it is acknowledged.
    pub async fn deliver(&self, record: &Record<'_>) -> Result<Delivered> {
        let (done, delivered) = oneshot::channel();
        let mut done = Some(done);
        let first = self.shared.append(record, Some(&mut done));
        if !matches!(first, Append::Done { .. }) {
            self.shared.append_slowly(record, Some(&mut done), first).await?;
        }
        delivered.await.unwrap_or(Err(Error::Stopped))
    }

    /// Waits until every record sent so far is acknowledged or has failed.
    pub async fn flush(&self) {
        self.shared.lock().flushing += 1;
        self.shared.wake.notify_one();
        loop {
            let progress = self.shared.progress.notified();
            tokio::pin!(progress);
            progress.as_mut().enable();
            if self.shared.lock().is_idle() {
                break;
            }
            progress.await;
        }
        self.shared.lock().flushing -= 1;
    }

    /// How many records have failed so far.
    pub fn failed_records(&self) -> u64 {
        self.shared.failed_records.load(Ordering::Relaxed)
    }

    /// The failures since the last call; only the first of very many are kept.
    pub fn take_failures(&self) -> Vec<Failed> {
        std::mem::take(&mut *self.shared.failures.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Flushes, at most `within`, and ends. What is left then fails.
    pub async fn close(self, within: Duration) {
        // What is not flushed in time is given up by the sender, which reports it.
        let _ = tokio::time::timeout(within, self.flush()).await;
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.shared.wake.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Accumulator> {
        self.accumulator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn append(
        &self,
        record: &Record<'_>,
        done: Option<&mut Option<oneshot::Sender<Result<Delivered>>>>,
    ) -> Append {
        let clock = &self.client.options().clock;
        let (now, wall_ms) = (clock.now(), clock.wall_ms());
        let mut accumulator = self.lock();
        let append = accumulator.append(now, wall_ms, record);
        let Append::Done { batch, index, wake, .. } = append else { return append };
        if let Some(done) = done.and_then(Option::take) {
            // Registered under the lock: the batch cannot be through before.
            let mut waiters = self.waiters.lock().unwrap_or_else(PoisonError::into_inner);
            waiters.entry(batch).or_default().push(Waiter { index, done });
        }
        drop(accumulator);
        if wake {
            self.wake.notify_one();
        }
        append
    }

    /// Appends what could not be appended at once, when what was missing is there.
    #[cold]
    async fn append_slowly(
        &self,
        record: &Record<'_>,
        mut done: Option<&mut Option<oneshot::Sender<Result<Delivered>>>>,
        mut append: Append,
    ) -> Result<()> {
        let clock = &self.client.options().clock;
        let deadline = clock.now() + self.max_block;
        loop {
            match append {
                Append::Done { .. } => return Ok(()),
                Append::TooLarge { size } => {
                    let max = self.lock().settings.max_request_size;
                    return Err(Error::RecordTooLarge { size, max });
                }
                Append::NoTopic => self.find_topic(record, deadline).await?,
                Append::NoPartition => self.find_partition(record, deadline).await?,
                Append::Full => self.await_memory(deadline).await?,
            }
            append = self.append(record, done.as_deref_mut());
        }
    }

    /// Asks for a topic until it is there, which creates it where the brokers allow that.
    async fn find_topic(&self, record: &Record<'_>, deadline: Instant) -> Result<()> {
        let names = [record.topic.to_owned()];
        let options = self.client.options();
        let mut failures = 0;
        let mut rng = Rng::from_system();
        loop {
            let left = deadline - options.clock.now();
            let refreshed =
                tokio::time::timeout(left, self.client.refresh(Topics::Named(&names), true));
            let error = match refreshed.await {
                Ok(Ok(cluster)) => {
                    self.warn_of_topic(&cluster, record.topic);
                    self.learn(&cluster, &names);
                    if cluster.partition_count(record.topic).is_some() {
                        return Ok(());
                    }
                    let known = cluster.topics.get(record.topic).map(|it| it.error);
                    known.filter(|code| code.is_error() && !code.is_retriable()).map(|code| {
                        Error::refused(
                            format!("cannot write to topic {}", record.topic),
                            code,
                            None,
                        )
                    })
                }
                Ok(Err(error)) if error.is_retriable() => {
                    if failures == 0 {
                        self.warn(&Chain(&error).to_string());
                    }
                    let expired = options.clock.now() + options.backoff.most >= deadline;
                    expired.then_some(error)
                }
                Ok(Err(error)) => Some(error),
                Err(_) => None,
            };
            if let Some(error) = error {
                return Err(error);
            }
            failures += 1;
            let pause = options.backoff.pause(failures, &mut rng);
            if options.clock.now() + pause >= deadline {
                let (topic, after) = (record.topic.to_owned(), self.max_block);
                return Err(Error::NoTopic { topic, after });
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Says what an answer lacks of a topic, if anything.
    fn warn_of_topic(&self, cluster: &Cluster, topic: &str) {
        if cluster.partition_count(topic).is_some() {
            return;
        }
        let code = cluster.topics.get(topic).map(|it| it.error);
        let code = code.unwrap_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        self.warn(&format!("Error while fetching metadata: {{{topic}={code}}}"));
    }

    fn warn(&self, text: &str) {
        let id = &self.client.options().client_id;
        tracing::warn!(
            target: "org.apache.kafka.clients.NetworkClient", "[Producer clientId={id}] {text}"
        );
    }

    /// A partition that is not there may have been added.
    async fn find_partition(&self, record: &Record<'_>, deadline: Instant) -> Result<()> {
        self.find_topic(record, deadline).await?;
        let count = self.client.cluster().partition_count(record.topic).unwrap_or_default();
        match record.partition {
            Some(partition) if !(0..count).contains(&partition) => {
                let what = format!(
                    "there is no partition {partition} of topic {}, which has {count}",
                    record.topic
                );
                Err(Error::Settings { what })
            }
            _ => Ok(()),
        }
    }

    async fn await_memory(&self, deadline: Instant) -> Result<()> {
        let progress = self.progress.notified();
        tokio::pin!(progress);
        progress.as_mut().enable();
        {
            let accumulator = self.lock();
            if accumulator.used + accumulator.settings.batch_size
                <= accumulator.settings.buffer_memory
            {
                return Ok(());
            }
        }
        self.wake.notify_one();
        let left = deadline - self.client.options().clock.now();
        match tokio::time::timeout(left, progress).await {
            Ok(()) => Ok(()),
            Err(_) => Err(Error::Full { after: self.max_block }),
        }
    }

    /// Tells the accumulator what is known of topics.
    fn learn(&self, cluster: &Cluster, names: &[String]) {
        let mut accumulator = self.lock();
        for name in names {
            let Some(count) = cluster.partition_count(name) else { continue };
            let partitions = cluster.topics.get(name).map(|it| it.partitions.as_slice());
            let with_leader =
                partitions.unwrap_or_default().iter().filter(|it| it.leader.is_some());
            accumulator.learn(name, count, with_leader.map(|it| it.index).collect());
        }
    }

    /// Tells those who wait, and keeps what failed.
    fn report(&self, finished: Vec<Finished>) {
        if finished.is_empty() {
            return;
        }
        for it in finished {
            let waiters =
                self.waiters.lock().unwrap_or_else(PoisonError::into_inner).remove(&it.batch.id);
            for waiter in waiters.unwrap_or_default() {
                let delivered =
                    it.outcome.clone().map(|place| delivered(&it.partition, place, waiter.index));
                // Who stopped waiting has dropped the other end.
                let _ = waiter.done.send(delivered);
            }
            if let Err(error) = it.outcome {
                self.keep_failure(it.partition, it.batch, error);
            }
        }
        self.progress.notify_waiters();
    }

    fn keep_failure(&self, partition: TopicPartition, mut batch: batch::Batch, error: Error) {
        let count = batch.count();
        self.failed_records.fetch_add(u64::try_from(count).unwrap_or_default(), Ordering::Relaxed);
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() < limits::CLIENT_FAILURES_KEPT_MAX {
            let batch = batch.seal().unwrap_or_default();
            failures.push(Failed { partition, count, batch, error });
        }
    }
}

fn delivered(partition: &TopicPartition, place: Place, index: i32) -> Delivered {
    let base = Some(place.base_offset).filter(|it| *it >= 0);
    Delivered {
        partition: partition.clone(),
        offset: base.map(|it| it + i64::from(index)),
        append_time_ms: Some(place.append_time_ms).filter(|it| *it >= 0),
    }
}
