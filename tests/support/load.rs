//! Load that keeps books: what was acknowledged, and whether a group that reads along sees a gap.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use milena::base::error::Chain;
use milena::kafka::client::admin::{Admin, NewTopic, OffsetSpec};
use milena::kafka::client::consumer::{
    Consumer, GroupSettings, OffsetReset, Settings as ConsumerSettings, Subscribed,
};
use milena::kafka::client::producer::{Producer, Record, Settings as ProducerSettings};
use milena::kafka::client::{Client, Options, Topics};
use milena::kafka::types::TopicPartition;
use tokio::task::JoinHandle;

/// Whatever goes wrong ends the run.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Where the load goes.
pub const TOPIC: &str = "load";
pub const PARTITIONS: i32 = 6;

/// The pause between two records of a partition.
const PAUSE: Duration = Duration::from_millis(4);
/// How long a record may take: longer than any node is away.
const DELIVERED_WITHIN: Duration = Duration::from_secs(120);
/// How long replicas may take to be in sync again.
const IN_SYNC_WITHIN: Duration = Duration::from_secs(120);
/// How long a read of everything may go without a record.
const QUIET: Duration = Duration::from_secs(30);

/// What was acknowledged of one partition: offset and number, in order.
type Acknowledged = Vec<(i64, u64)>;

/// Creates the topic, with replicas on that many brokers.
pub async fn create(options: &Options, replicas: i32) -> Result<(), Error> {
    let admin = Admin::new(options.clone());
    let topic = NewTopic {
        name: TOPIC.to_owned(),
        partitions: Some(PARTITIONS),
        replication_factor: Some(i16::try_from(replicas)?),
        ..NewTopic::default()
    };
    for (_, made) in admin.create_topics(&[topic], false).await? {
        made?;
    }
    Ok(())
}

/// Waits until that many brokers are there, and every partition has a leader and a full ISR.
pub async fn in_sync(options: &Options, brokers: i32) -> Result<(), Error> {
    let client = Client::new(options.clone());
    let until = Instant::now() + IN_SYNC_WITHIN;
    let nodes = usize::try_from(brokers)?;
    loop {
        let metadata = client.metadata(Topics::All, false).await;
        let lags: Vec<String> = match &metadata {
            Ok(metadata) if metadata.brokers.len() == nodes => {
                let partitions = metadata.topics.iter().flat_map(|topic| {
                    let name = topic.name.clone().unwrap_or_default();
                    topic.partitions.iter().map(move |it| (name.clone(), it))
                });
                let lags = partitions
                    .filter(|(_, it)| {
                        it.isr_nodes.len() < it.replica_nodes.len() || it.leader_id < 0
                    })
                    .map(|(name, it)| format!("{name}-{} {:?}", it.partition_index, it.isr_nodes));
                lags.collect()
            }
            Ok(metadata) => vec![format!("{} brokers", metadata.brokers.len())],
            Err(error) => vec![error.to_string()],
        };
        if lags.is_empty() {
            return Ok(());
        }
        if Instant::now() > until {
            return Err(format!("not in sync: {}", lags.join(", ")).into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Producers and a group, until they are told to stop.
pub struct Load {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicU64>,
    seen: Arc<AtomicU64>,
    producers: Vec<JoinHandle<Result<(Acknowledged, u64), String>>>,
    group: JoinHandle<Result<u64, String>>,
}

/// What the load was, and what became of it.
#[derive(Debug, Default)]
pub struct Books {
    pub acknowledged: BTreeMap<i32, Acknowledged>,
    /// Records of which nobody can say whether they are there.
    pub uncertain: u64,
    /// Records that the group saw.
    pub seen: u64,
}

impl Load {
    /// Starts it.
    pub fn start(options: &Options) -> Load {
        let stop = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(AtomicU64::new(0));
        let seen = Arc::new(AtomicU64::new(0));
        let producer = Arc::new(Producer::new(
            Client::new(options.clone()),
            ProducerSettings { delivery_timeout: DELIVERED_WITHIN, ..ProducerSettings::default() },
        ));
        let producers = (0..PARTITIONS).map(|partition| {
            let (producer, stop) = (producer.clone(), stop.clone());
            tokio::spawn(produce(producer, partition, stop, acknowledged.clone()))
        });
        let group = tokio::spawn(read_along(options.clone(), stop.clone(), seen.clone()));
        Load { producers: producers.collect(), group, stop, acknowledged, seen }
    }

    /// Waits until so many more records are acknowledged, and the group has seen one.
    pub async fn goes_on(&self, records: u64) -> Result<(), Error> {
        let wanted = self.acknowledged.load(Ordering::Acquire) + records;
        let until = Instant::now() + DELIVERED_WITHIN;
        // A group that was struck as it began may wait for a member that it never had.
        while self.acknowledged.load(Ordering::Acquire) < wanted
            || self.seen.load(Ordering::Acquire) == 0
        {
            if self.group.is_finished() {
                return Err("the group has come to an end".into());
            }
            if Instant::now() > until {
                return Err("the load does not go on".into());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Stops it, and gives its books.
    pub async fn stop(self) -> Result<Books, Error> {
        self.stop.store(true, Ordering::Release);
        let mut books = Books::default();
        for (partition, producing) in (0..).zip(self.producers) {
            let (acknowledged, uncertain) = producing.await??;
            books.acknowledged.insert(partition, acknowledged);
            books.uncertain += uncertain;
        }
        books.seen = self.group.await??;
        Ok(books)
    }
}

async fn produce(
    producer: Arc<Producer>,
    partition: i32,
    stop: Arc<AtomicBool>,
    told: Arc<AtomicU64>,
) -> Result<(Acknowledged, u64), String> {
    let (mut acknowledged, mut uncertain) = (Vec::new(), 0);
    for number in 0.. {
        if stop.load(Ordering::Acquire) {
            break;
        }
        let value = number.to_string();
        let record = Record {
            topic: TOPIC,
            partition: Some(partition),
            value: Some(value.as_bytes()),
            ..Record::default()
        };
        match producer.deliver(&record).await {
            Ok(delivered) => {
                let offset = delivered.offset.ok_or("an acknowledgement without an offset")?;
                acknowledged.push((offset, number));
                told.fetch_add(1, Ordering::AcqRel);
            }
            Err(error) => {
                uncertain += 1;
                eprintln!(
                    "  record {number} of partition {partition} is uncertain: {}",
                    Chain(&error)
                );
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok((acknowledged, uncertain))
}

/// A group of one that must be shown every offset: again perhaps, but none left out.
async fn read_along(
    options: Options,
    stop: Arc<AtomicBool>,
    told: Arc<AtomicU64>,
) -> Result<u64, String> {
    let mut group = GroupSettings::new("mixed");
    group.session_timeout_ms = 10_000;
    group.auto_commit_ms = Some(500);
    let settings = ConsumerSettings {
        reset: OffsetReset::Earliest,
        group: Some(group),
        ..ConsumerSettings::default()
    };
    let mut consumer = Consumer::new(Client::new(options), settings);
    let topics = Subscribed::Topics(vec![TOPIC.to_owned()]);
    consumer.subscribe(topics).map_err(|error| error.to_string())?;
    let mut next: BTreeMap<i32, i64> = BTreeMap::new();
    let mut seen = 0;
    while !stop.load(Ordering::Acquire) {
        let fetched = match consumer.poll(Duration::from_millis(200)).await {
            Ok(Some(fetched)) => fetched,
            Ok(None) => continue,
            Err(error) => return Err(format!("the group failed: {error}")),
        };
        let next = next.entry(fetched.partition.partition).or_insert(0);
        let mut gap = None;
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
        read.map_err(|error| error.to_string())?;
        told.store(seen, Ordering::Release);
        if let Some((wanted, offset)) = gap {
            return Err(format!("{}: {offset} came after {wanted}", fetched.partition));
        }
    }
    // What it read is committed; a group that cannot say good-bye is no failure here.
    let _ = consumer.close(Duration::from_secs(10)).await;
    Ok(seen)
}

/// Reads everything, and holds it against the books; gives how many records there are.
pub async fn audit(options: &Options, books: &Books) -> Result<u64, Error> {
    let settings = ConsumerSettings { reset: OffsetReset::None, ..ConsumerSettings::default() };
    let mut consumer = Consumer::new(Client::new(options.clone()), settings);
    let partitions: Vec<_> = (0..PARTITIONS).map(|it| TopicPartition::new(TOPIC, it)).collect();
    consumer.assign(&partitions);
    for partition in &partitions {
        consumer.seek_to(partition, OffsetSpec::Earliest).await?;
    }
    let mut there: BTreeMap<i32, BTreeMap<i64, u64>> = BTreeMap::new();
    let last = |books: &Books, partition: i32| {
        books.acknowledged.get(&partition).and_then(|it| it.last()).map_or(-1, |it| it.0)
    };
    let mut open: Vec<i32> = (0..PARTITIONS).filter(|it| last(books, *it) >= 0).collect();
    while !open.is_empty() {
        let fetched = consumer.poll(QUIET).await?;
        let fetched = fetched.ok_or_else(|| format!("nothing more comes of {open:?}"))?;
        let partition = fetched.partition.partition;
        let records = there.entry(partition).or_default();
        fetched.each(|consumed| {
            let text = consumed.record.value.map(String::from_utf8_lossy);
            let number = text.and_then(|text| text.parse().ok()).unwrap_or(u64::MAX);
            records.insert(consumed.record.offset, number);
            ControlFlow::Continue(())
        })?;
        open.retain(|it| *it != partition || fetched.end() <= last(books, *it));
    }
    for (partition, acknowledged) in &books.acknowledged {
        check(*partition, acknowledged, there.entry(*partition).or_default())?;
    }
    Ok(there.values().map(|records| records.len() as u64).sum())
}

/// Every acknowledged record once, where it was said to be, and all in the order they were sent.
fn check(
    partition: i32,
    acknowledged: &Acknowledged,
    there: &BTreeMap<i64, u64>,
) -> Result<(), Error> {
    for (offset, number) in acknowledged {
        if there.get(offset) != Some(number) {
            let found = there.get(offset);
            return Err(format!("{partition}: {number} is not at {offset}, but {found:?}").into());
        }
    }
    let numbers: Vec<u64> = there.values().copied().collect();
    match numbers.windows(2).find(|pair| pair[0] >= pair[1]) {
        Some(pair) => Err(format!("{partition}: {} stands before {}", pair[0], pair[1]).into()),
        None => Ok(()),
    }
}
