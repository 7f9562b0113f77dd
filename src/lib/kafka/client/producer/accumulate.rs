//! The accumulator: records in, batches out. A pure machine: it is told the time, does no I/O, and
//! says what is to be sent to whom.
//!
//! Each partition has a queue: batches that wait in order, and one open batch at its end that takes
//! records. A batch may be sent when it is full, has lingered, or somebody flushes; at most one
//! batch per partition goes into one request, and at most `max_in_flight` requests are under way
//! per broker. A batch that failed goes back to the front of its queue, where it waits alone: until
//! it is through nothing of its partition overtakes it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::batch::{Batch, Body};
use super::partitioner::{Choice, Partitioner};
use crate::base::clock::Instant;
use crate::base::rng::Rng;
use crate::kafka::client::Error;
use crate::kafka::client::retry::Backoff;
use crate::kafka::record::batch::add_sequence;
use crate::kafka::record::{Builder, Compression};
use crate::kafka::types::TopicPartition;

/// What a producer is set to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `acks`: 0, 1, or -1 for all.
    pub acks: i16,
    pub batch_size: usize,
    pub linger: Duration,
    pub buffer_memory: usize,
    pub max_request_size: usize,
    pub max_in_flight: usize,
    pub delivery_timeout: Duration,
    pub max_block: Duration,
    pub retries: u32,
    pub backoff: Backoff,
    pub compression: Compression,
    pub partitioner: Partitioner,
    /// `partitioner.ignore.keys`
    pub ignore_keys: bool,
    pub idempotent: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            acks: -1,
            batch_size: 16_384,
            linger: Duration::ZERO,
            buffer_memory: 32 * 1024 * 1024,
            max_request_size: 1024 * 1024,
            max_in_flight: 5,
            delivery_timeout: Duration::from_secs(120),
            max_block: Duration::from_secs(60),
            retries: u32::MAX,
            backoff: Backoff::default(),
            compression: Compression::NONE,
            partitioner: Partitioner::Default,
            ignore_keys: false,
            idempotent: true,
        }
    }
}

/// A record to be sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record<'a> {
    pub topic: &'a str,
    pub partition: Option<i32>,
    pub timestamp: Option<i64>,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: &'a [(&'a [u8], Option<&'a [u8]>)],
}

/// What came of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Append {
    /// It lies in a batch. `wake` says whether the sender has something new to do, `full` whether
    /// a batch was closed.
    Done { batch: u64, index: i32, wake: bool, full: bool },
    /// Nothing is known of the topic.
    NoTopic,
    /// There is no such partition, as far as is known.
    NoPartition,
    /// No memory for another batch.
    Full,
    /// The record is larger than a request may be.
    TooLarge { size: usize },
}

/// What one partition of a topic has waiting.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) partition: TopicPartition,
    pub(super) waiting: VecDeque<Batch>,
    pub(super) open: Option<Batch>,
    /// The batches under way, by number.
    pub(super) in_flight: Vec<u64>,
    /// The front was sent before and must be through before anything else is sent.
    pub(super) retrying: bool,
    pub(super) not_before: Instant,
    /// Id and epoch that this partition's batches carry. The id is the producer's; the epoch is
    /// raised here alone, because a broker compares it within a partition only.
    pub(super) producer: Option<(i64, i16)>,
    /// The sequence number of the next batch that gets one.
    pub(super) next_sequence: i32,
    /// A number in the row will never come, so the next batch begins a new row, under the next
    /// epoch, once nothing is left of the old one.
    pub(super) is_broken: bool,
    /// Why the last attempt failed.
    pub(super) last_error: Option<Error>,
}

#[derive(Debug)]
struct Topic {
    name: Arc<str>,
    count: i32,
    available: Vec<i32>,
    /// The queue of each partition.
    queues: Vec<Option<usize>>,
    choice: Choice,
}

/// Batches for one broker, to be sent in one request.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) broker: i32,
    pub(super) batches: Vec<Batch>,
}

/// The machine.
#[derive(Debug)]
pub(super) struct Accumulator {
    pub(super) settings: Settings,
    topics: Vec<Topic>,
    by_name: HashMap<Arc<str>, usize>,
    /// The topic of the record before: nearly always that of the next one.
    last_topic: usize,
    pub(super) queues: Vec<Queue>,
    pub(super) used: usize,
    next_batch: u64,
    pub(super) in_flight: BTreeMap<i32, usize>,
    /// How many callers flush.
    pub(super) flushing: usize,
    /// Id and epoch of an idempotent producer.
    pub(super) producer: Option<(i64, i16)>,
    /// A partition has no epochs left: a new id is needed before anything is sent.
    pub(super) renew_producer: bool,
    pub(super) rng: Rng,
}

impl Accumulator {
    pub(super) fn new(settings: Settings, rng: Rng) -> Accumulator {
        Accumulator {
            settings,
            topics: Vec::new(),
            by_name: HashMap::new(),
            last_topic: usize::MAX,
            queues: Vec::new(),
            used: 0,
            next_batch: 0,
            in_flight: BTreeMap::new(),
            flushing: 0,
            producer: None,
            renew_producer: false,
            rng,
        }
    }

    /// Learns how many partitions a topic has, and which of them have leaders.
    pub(super) fn learn(&mut self, name: &str, count: i32, available: Vec<i32>) {
        let index = match self.by_name.get(name) {
            Some(index) => *index,
            None => {
                let name: Arc<str> = name.into();
                self.by_name.insert(name.clone(), self.topics.len());
                let (queues, choice) = (Vec::new(), Choice::default());
                let available = Vec::new();
                self.topics.push(Topic { name, count, available, queues, choice });
                self.topics.len() - 1
            }
        };
        let topic = &mut self.topics[index];
        topic.count = count;
        topic.available = available;
        // A topic that was deleted and made anew may have fewer; what waits for the rest expires.
        let slots = usize_of(count).max(topic.queues.len());
        topic.queues.resize(slots, None);
    }

    /// The topics records were written to.
    pub(super) fn topic_names(&self) -> Vec<String> {
        self.topics.iter().map(|it| it.name.to_string()).collect()
    }

    /// Puts a record into the open batch of its partition.
    pub(super) fn append(&mut self, now: Instant, wall_ms: i64, record: &Record<'_>) -> Append {
        let Some(topic) = self.find(record.topic) else { return Append::NoTopic };
        let headers = |it: &(&[u8], Option<&[u8]>)| it.0.len() + it.1.map_or(0, <[u8]>::len) + 10;
        let headers_bytes = record.headers.iter().map(headers).sum();
        let size = Builder::record_size_max(record.key, record.value, headers_bytes);
        if size > self.settings.max_request_size {
            return Append::TooLarge { size };
        }
        let it = &mut self.topics[topic];
        let partition = match record.partition {
            Some(partition) => partition,
            None => {
                let key = record.key.filter(|_| !self.settings.ignore_keys);
                let known = (it.count, it.available.as_slice());
                let (how, most) = (self.settings.partitioner, self.settings.batch_size);
                it.choice.partition(how, key, size, known, most, &mut self.rng)
            }
        };
        let slot = usize::try_from(partition).ok().and_then(|slot| it.queues.get(slot).copied());
        let queue = match slot {
            Some(Some(queue)) => queue,
            Some(None) => {
                it.queues[usize_of(partition)] = Some(self.queues.len());
                let name = it.name.clone();
                self.queues.push(Queue::new(TopicPartition::new(name, partition)));
                self.queues.len() - 1
            }
            None => return Append::NoPartition,
        };
        self.append_to(queue, now, wall_ms, size, record)
    }

    fn find(&mut self, name: &str) -> Option<usize> {
        if self.topics.get(self.last_topic).is_some_and(|it| &*it.name == name) {
            return Some(self.last_topic);
        }
        self.last_topic = *self.by_name.get(name)?;
        Some(self.last_topic)
    }

    fn append_to(
        &mut self,
        at: usize,
        now: Instant,
        wall_ms: i64,
        size: usize,
        record: &Record<'_>,
    ) -> Append {
        let queue = &mut self.queues[at];
        let fits = |batch: &Batch| batch.size() + size <= self.settings.batch_size;
        let mut full = false;
        if let Some(batch) = queue.open.take_if(|batch| !fits(batch)) {
            queue.waiting.push_back(batch);
            full = true;
        }
        let opened = queue.open.is_none();
        if opened {
            let reserved = self.settings.batch_size.max(size);
            if self.used + reserved > self.settings.buffer_memory && self.used > 0 {
                return Append::Full;
            }
            self.used += reserved;
            let builder = Builder::with_capacity(self.settings.compression, reserved);
            queue.open = Some(Batch::new(self.next_batch, at, builder, now, reserved));
            self.next_batch += 1;
        }
        let Some(Batch { id, body: Body::Open(builder), .. }) = &mut queue.open else {
            unreachable!("the open batch takes records");
        };
        let timestamp = record.timestamp.unwrap_or(wall_ms);
        let index = builder.append(timestamp, record.key, record.value, record.headers);
        Append::Done { batch: *id, index, wake: opened || full, full }
    }

    /// Whether nothing waits and nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.queues
            .iter()
            .all(|it| it.waiting.is_empty() && it.open.is_none() && it.in_flight.is_empty())
    }

    /// Takes out what may be sent now. `leader` says who leads a partition; partitions nobody
    /// leads, as far as is known, are counted in `leaderless`.
    pub(super) fn drain(
        &mut self,
        now: Instant,
        leader: impl Fn(&TopicPartition) -> Option<i32>,
    ) -> (Vec<Outgoing>, usize) {
        let mut requests: BTreeMap<i32, (Outgoing, usize)> = BTreeMap::new();
        let mut leaderless = 0;
        let blocked = self.settings.idempotent && (self.producer.is_none() || self.renew_producer);
        if blocked {
            return (Vec::new(), 0);
        }
        let producer = self.producer.filter(|_| self.settings.idempotent);
        // Starting elsewhere each time keeps one partition from starving others of room.
        let start = usize::try_from(self.rng.below(self.queues.len() as u64)).unwrap_or_default();
        let count = self.queues.len();
        for at in (0..count).map(|it| (it + start) % count) {
            let queue = &self.queues[at];
            let Some(size) = queue.ready(now, &self.settings, self.flushing > 0 || self.is_tight())
            else {
                continue;
            };
            let Some(broker) = leader(&queue.partition) else {
                leaderless += 1;
                continue;
            };
            if self.in_flight.get(&broker).copied().unwrap_or_default()
                >= self.settings.max_in_flight
            {
                continue;
            }
            let queue = &mut self.queues[at];
            if producer.is_some() && queue.begins_anew() && !queue.renumber(producer) {
                self.renew_producer = true;
                continue;
            }
            let fresh = || (Outgoing { broker, batches: Vec::new() }, 0);
            let (request, bytes) = requests.entry(broker).or_insert_with(fresh);
            if *bytes > 0 && *bytes + size > self.settings.max_request_size {
                continue;
            }
            *bytes += size;
            request.batches.extend(self.queues[at].take(producer));
        }
        let requests: Vec<Outgoing> = requests.into_values().map(|(it, _)| it).collect();
        for request in &requests {
            *self.in_flight.entry(request.broker).or_default() += 1;
        }
        (requests, leaderless)
    }

    /// Whether memory is so short that lingering would only block the next record.
    fn is_tight(&self) -> bool {
        self.used + self.settings.batch_size > self.settings.buffer_memory
    }

    /// The next moment at which something may be ready that is not now.
    pub(super) fn next_wake(&self, now: Instant) -> Option<Instant> {
        let settings = &self.settings;
        let of = |queue: &Queue| {
            let front = queue.waiting.front().or(queue.open.as_ref())?;
            let expiry = front.created + settings.delivery_timeout;
            let lingered = queue.open.as_ref().map(|it| it.created + settings.linger);
            let candidates = [Some(queue.not_before), lingered, Some(expiry)];
            candidates.into_iter().flatten().filter(|at| *at > now).min()
        };
        self.queues.iter().filter_map(of).min()
    }
}

impl Queue {
    fn new(partition: TopicPartition) -> Queue {
        Queue {
            partition,
            waiting: VecDeque::new(),
            open: None,
            in_flight: Vec::new(),
            retrying: false,
            not_before: Instant::default(),
            producer: None,
            next_sequence: 0,
            is_broken: false,
            last_error: None,
        }
    }

    /// The size of the batch that may be sent now.
    fn ready(&self, now: Instant, settings: &Settings, hurry: bool) -> Option<usize> {
        let waits_for_others = self.retrying || self.begins_anew();
        if now < self.not_before || (waits_for_others && !self.in_flight.is_empty()) {
            return None;
        }
        if let Some(front) = self.waiting.front() {
            return Some(front.size());
        }
        let open = self.open.as_ref()?;
        (hurry || now >= open.created + settings.linger).then(|| open.size())
    }

    /// Whether the next batch is the first of a new row of sequence numbers.
    fn begins_anew(&self) -> bool {
        self.is_broken && self.waiting.front().is_none_or(|front| front.sequence.is_none())
    }

    /// Begins a new row under the next epoch; false where there is none.
    fn renumber(&mut self, producer: Option<(i64, i16)>) -> bool {
        let Some((id, epoch)) = self.producer.or(producer) else { return true };
        let Some(epoch) = epoch.checked_add(1) else { return false };
        self.begin_row(Some((id, epoch)));
        true
    }

    /// What waits will be numbered anew, from zero, for this producer.
    pub(super) fn begin_row(&mut self, producer: Option<(i64, i16)>) {
        (self.producer, self.next_sequence, self.is_broken) = (producer, 0, false);
        self.waiting.iter_mut().for_each(|batch| batch.sequence = None);
    }

    /// Takes the front out, with a sequence number where it needs one and has none yet.
    fn take(&mut self, producer: Option<(i64, i16)>) -> Option<Batch> {
        let mut batch = self.waiting.pop_front().or_else(|| self.open.take())?;
        if let (Some(producer), None) = (producer, batch.sequence) {
            let (id, epoch) = *self.producer.get_or_insert(producer);
            batch.sequence = Some((id, epoch, self.next_sequence));
            self.next_sequence = add_sequence(self.next_sequence, batch.count());
        }
        self.in_flight.push(batch.id);
        Some(batch)
    }
}

fn usize_of(number: i32) -> usize {
    usize::try_from(number).unwrap_or_default()
}
