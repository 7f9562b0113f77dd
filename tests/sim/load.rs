//! Clients that work during a life and keep books.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use milena::base::error::Chain;
use milena::base::rng::Rng;
use milena::kafka::client::admin::{Admin, NewTopic, OffsetSpec};
use milena::kafka::client::consumer::{
    Consumer, GroupSettings, OffsetReset, Settings as ConsumerSettings, Subscribed,
};
use milena::kafka::client::producer::{Producer, Record, Settings as ProducerSettings};
use milena::kafka::client::{Client, Options};
use milena::kafka::types::TopicPartition;

use super::world::World;

pub const TOPIC: &str = "load";
pub const PARTITIONS: i32 = 3;
/// Who writes to each partition, beside each other.
pub const WRITERS: usize = 2;
const GROUP: &str = "readers";
/// The pause between two bursts of a writer.
const PAUSE: Duration = Duration::from_millis(120);
/// How long a record may take.
const DELIVERED_WITHIN: Duration = Duration::from_secs(30);

/// What is known of a life so far.
#[derive(Debug, Default)]
pub struct Books {
    /// By partition: where each acknowledged record was said to be.
    pub acknowledged: BTreeMap<i32, BTreeMap<i64, String>>,
    pub acknowledgements: u64,
    /// Records of which nobody can say whether they are there.
    pub uncertain: u64,
    pub consumed: u64,
    pub commits: u64,
    /// What must never be, and was.
    pub broken: Option<String>,
}

/// Work under way.
#[derive(Clone)]
pub struct Load {
    books: Arc<Mutex<Books>>,
    stop: Arc<AtomicBool>,
    busy: Arc<AtomicU64>,
}

impl Load {
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the first thing that must not be.
    pub fn broken(&self, text: String) {
        self.books().broken.get_or_insert(text);
    }

    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Acquire)
    }

    /// Starts the clients; the topic is made first.
    pub fn start(world: &World) -> Load {
        let load = Load { books: Arc::default(), stop: Arc::default(), busy: Arc::default() };
        let (all, options) = (load.clone(), world.options());
        world.clients.spawn(async move {
            create(&options).await;
            all.begin(&options);
        });
        load
    }

    fn begin(&self, options: &Options) {
        for writer in 0..WRITERS {
            let settings = ProducerSettings {
                delivery_timeout: DELIVERED_WITHIN,
                ..ProducerSettings::default()
            };
            let producer = Arc::new(Producer::new(Client::new(options.clone()), settings));
            for partition in 0..PARTITIONS {
                let (load, producer) = (self.clone(), producer.clone());
                self.spawn(async move { load.write(&producer, writer, partition).await });
            }
        }
        let (load, reading) = (self.clone(), options.clone());
        self.spawn(async move { load.read(reading).await });
        let (load, watching) = (self.clone(), options.clone());
        self.spawn(async move { load.watch(watching).await });
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let busy = self.busy.clone();
        busy.fetch_add(1, Ordering::AcqRel);
        milena::net::socket::spawn(async move {
            work.await;
            busy.fetch_sub(1, Ordering::AcqRel);
        });
    }

    /// Stops the clients and waits for them.
    pub async fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        while self.busy.load(Ordering::Acquire) > 0 {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// One writer of one partition: bursts, each of whose last record is waited for.
    async fn write(&self, producer: &Producer, writer: usize, partition: i32) {
        let mut rng = Rng::from_system();
        let mut number = 0_u64;
        while self.goes_on() {
            let burst = 1 + rng.below(3);
            for last in 1..=burst {
                number += 1;
                let value = format!("{writer} {number:06}");
                let record = Record {
                    topic: TOPIC,
                    partition: Some(partition),
                    value: Some(value.as_bytes()),
                    ..Record::default()
                };
                if last < burst {
                    if producer.send(&record).await.is_err() {
                        self.books().uncertain += 1;
                    }
                    continue;
                }
                match producer.deliver(&record).await {
                    Ok(delivered) => match delivered.offset {
                        Some(offset) => self.acknowledge(partition, offset, value),
                        None => self.books().uncertain += 1,
                    },
                    Err(_) => self.books().uncertain += 1,
                }
            }
            tokio::time::sleep(PAUSE / 2 + PAUSE * rng.below(2) as u32).await;
        }
    }

    fn acknowledge(&self, partition: i32, offset: i64, value: String) {
        let mut books = self.books();
        books.acknowledgements += 1;
        let before = books.acknowledged.entry(partition).or_default().insert(offset, value.clone());
        if let Some(before) = before {
            let text =
                format!("{partition}: both {before:?} and {value:?} were acknowledged at {offset}");
            books.broken.get_or_insert(text);
        }
    }

    /// A group of one, which is shown every offset; what it commits does not go back.
    async fn read(&self, options: Options) {
        let mut group = GroupSettings::new(GROUP);
        group.session_timeout_ms = 6_000;
        group.heartbeat_interval_ms = 1_000;
        group.auto_commit_ms = None;
        let settings = ConsumerSettings {
            reset: OffsetReset::Earliest,
            group: Some(group),
            ..ConsumerSettings::default()
        };
        let mut consumer = Consumer::new(Client::new(options), settings);
        if let Err(error) = consumer.subscribe(Subscribed::Topics(vec![TOPIC.to_owned()])) {
            return self.broken(format!("no subscription: {error}"));
        }
        let mut next: BTreeMap<i32, i64> = BTreeMap::new();
        let mut polls = 0_u64;
        while self.goes_on() {
            match consumer.poll(Duration::from_millis(200)).await {
                Ok(Some(fetched)) => {
                    let next = next.entry(fetched.partition.partition).or_insert(0);
                    let mut gap = None;
                    let mut seen = 0;
                    let read = fetched.each(|consumed| {
                        let offset = consumed.record.offset;
                        if offset > *next {
                            gap = Some((*next, offset));
                            return ControlFlow::Break(());
                        }
                        *next = (*next).max(offset + 1);
                        seen += 1;
                        ControlFlow::Continue(())
                    });
                    self.books().consumed += seen;
                    if let Some((wanted, offset)) = gap {
                        self.broken(format!(
                            "{}: the group got {offset} after {wanted}",
                            fetched.partition
                        ));
                    }
                    if let Err(error) = read {
                        self.broken(format!("{}: unreadable: {error}", fetched.partition));
                    }
                }
                Ok(None) => {}
                Err(error) if error.is_retriable() => tokio::time::sleep(PAUSE).await,
                Err(error) => self.broken(format!("the group failed: {}", Chain(&error))),
            }
            polls += 1;
            if polls.is_multiple_of(10) && consumer.commit().await.is_ok() {
                self.books().commits += 1;
            }
        }
        let _ = consumer.close(Duration::from_secs(5)).await;
    }

    /// Asks for the ends and for what is committed, which never go back.
    async fn watch(&self, options: Options) {
        let admin = Admin::new(Options { call_timeout: Duration::from_secs(10), ..options });
        let names: Vec<_> = (0..PARTITIONS).map(|it| TopicPartition::new(TOPIC, it)).collect();
        let wanted: Vec<_> = names.iter().map(|it| (it.clone(), OffsetSpec::Latest)).collect();
        let mut ends: BTreeMap<TopicPartition, i64> = BTreeMap::new();
        let mut committed: BTreeMap<TopicPartition, i64> = BTreeMap::new();
        while self.goes_on() {
            tokio::time::sleep(Duration::from_millis(500)).await;
            for (name, found) in admin.list_offsets(&wanted, false).await.unwrap_or_default() {
                let Some(end) = found.ok().and_then(|it| it.offset) else { continue };
                let before = ends.insert(name.clone(), end).unwrap_or(0);
                if end < before {
                    self.broken(format!("{name}: its end went from {before} back to {end}"));
                }
            }
            let found = admin.committed_offsets(GROUP, Some(&names)).await;
            for (name, found) in found.unwrap_or_default() {
                let Some(offset) = found.ok().flatten().map(|it| it.offset) else { continue };
                let before = committed.insert(name.clone(), offset).unwrap_or(0);
                if offset < before {
                    self.broken(format!(
                        "{name}: what is committed went from {before} back to {offset}"
                    ));
                }
            }
        }
    }
}

async fn create(options: &Options) {
    let admin = Admin::new(options.clone());
    let topic = NewTopic {
        name: TOPIC.to_owned(),
        partitions: Some(PARTITIONS),
        replication_factor: Some(3),
        ..NewTopic::default()
    };
    // Brokers may not be there yet, or fewer than three; who is made twice exists.
    for _ in 0..60 {
        if let Ok(made) = admin.create_topics(std::slice::from_ref(&topic), false).await
            && made.iter().all(|(_, made)| match made {
                Ok(_) => true,
                Err(failure) => failure.code.name() == "TOPIC_ALREADY_EXISTS",
            })
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
