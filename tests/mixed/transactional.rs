//! Producers of transactions that keep books: what they committed, what they aborted.
//!
//! The library has no transactional producer; this one is a few requests, each sent until it is
//! answered for good.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use milena::kafka::client::{Client, Coordinated, Options, Topics};
use milena::kafka::protocol::Request;
use milena::kafka::protocol::api::ApiKey;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::add_offsets_to_txn::AddOffsetsToTxnRequest;
use milena::kafka::protocol::message::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, AddPartitionsToTxnTopic,
};
use milena::kafka::protocol::message::end_txn::EndTxnRequest;
use milena::kafka::protocol::message::init_producer_id::InitProducerIdRequest;
use milena::kafka::protocol::message::produce::{
    PartitionProduceData, ProduceRequest, ProduceResponse, TopicProduceData,
};
use milena::kafka::protocol::message::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
    TxnOffsetCommitResponse,
};
use milena::kafka::record::{Builder, Compression};
use tokio::task::JoinHandle;

use super::load::Error;

/// Where transactions write; the logs of it are compared in the end.
pub const TOPIC: &str = "load-transactions";
pub const PARTITIONS: i32 = 3;
const PRODUCERS: usize = 3;
/// How many records a transaction has in each partition.
const RECORDS: usize = 4;

const PAUSE: Duration = Duration::from_millis(50);
/// How long anything may take: longer than any node is away.
const WITHIN: Duration = Duration::from_secs(90);

/// What the producers did.
#[derive(Debug, Default)]
pub struct Books {
    pub committed: BTreeSet<String>,
    pub aborted: BTreeSet<String>,
    /// What each group has committed last.
    pub offsets: BTreeMap<String, i64>,
    pub transactions: u64,
}

/// Producers, until they are told to stop.
pub struct Work {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    producers: Vec<JoinHandle<Result<Books, Error>>>,
}

impl Work {
    pub fn start(options: &Options) -> Work {
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let producers = (0..PRODUCERS).map(|number| {
            let client = Client::new(options.clone());
            let (stop, done) = (stop.clone(), done.clone());
            tokio::spawn(async move {
                let result = produce(client, number, stop, done).await;
                if let Err(error) = &result {
                    eprintln!("  producer {number}: {error}");
                }
                result
            })
        });
        Work { producers: producers.collect(), stop, done }
    }

    /// Waits until so many more transactions have ended.
    pub async fn goes_on(&self, transactions: u64) -> Result<(), Error> {
        let wanted = self.done.load(Ordering::Acquire) + transactions;
        let until = Instant::now() + WITHIN;
        while self.done.load(Ordering::Acquire) < wanted {
            let gone = self.producers.iter().any(JoinHandle::is_finished);
            if Instant::now() > until || (gone && !self.stop.load(Ordering::Acquire)) {
                return Err("the transactions do not go on".into());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Stops them; gives their books together.
    pub async fn stop(self) -> Result<Books, Error> {
        self.stop.store(true, Ordering::Release);
        let mut all = Books::default();
        for producing in self.producers {
            let books = producing.await??;
            all.committed.extend(books.committed);
            all.aborted.extend(books.aborted);
            all.offsets.extend(books.offsets);
            all.transactions += books.transactions;
        }
        Ok(all)
    }
}

async fn produce(
    client: Client,
    number: usize,
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
) -> Result<Books, Error> {
    let group = format!("transactions-{number}");
    let mut producer = Producer::open(client, format!("mixed-{number}"), group.clone()).await?;
    let mut books = Books::default();
    for turn in 0.. {
        if stop.load(Ordering::Acquire) {
            break;
        }
        let commit = turn % 3 != 2;
        let values = producer.transaction(turn, commit).await?;
        if commit {
            books.committed.extend(values);
            books.offsets.insert(group.clone(), turn);
        } else {
            books.aborted.extend(values);
        }
        books.transactions += 1;
        done.fetch_add(1, Ordering::AcqRel);
    }
    Ok(books)
}

struct Producer {
    client: Client,
    transactional_id: String,
    group: String,
    id: i64,
    epoch: i16,
    /// The next sequence number of each partition.
    sequences: BTreeMap<i32, i32>,
}

/// Who is asked.
#[derive(Clone, Copy)]
enum Whom {
    Transactions,
    Groups,
    LeaderOf(i32),
}

impl Producer {
    async fn open(client: Client, id: String, group: String) -> Result<Producer, Error> {
        let mut producer = Producer {
            client,
            transactional_id: id.clone(),
            group,
            id: -1,
            epoch: -1,
            sequences: BTreeMap::new(),
        };
        let request = InitProducerIdRequest {
            transactional_id: Some(id),
            transaction_timeout_ms: 120_000,
            producer_id: -1,
            producer_epoch: -1,
        };
        let answer = producer.ask(Whom::Transactions, &request, |it| it.error_code).await?;
        (producer.id, producer.epoch) = (answer.producer_id, answer.producer_epoch);
        Ok(producer)
    }

    /// Asks whoever it is now, until it is answered for good.
    async fn ask<R: Request>(
        &self,
        whom: Whom,
        request: &R,
        code: fn(&R::Response) -> ErrorCode,
    ) -> Result<R::Response, Error> {
        let until = Instant::now() + WITHIN;
        loop {
            let why = match self.ask_once(whom, request).await {
                Ok(answer) => match code(&answer) {
                    ErrorCode::NONE => return Ok(answer),
                    code if code.is_retriable() => code.name().to_owned(),
                    code => return Err(format!("{:?}: {}", R::KEY, code.name()).into()),
                },
                // Nobody was there to answer.
                Err(error) => error.to_string(),
            };
            if Instant::now() > until {
                return Err(format!("{:?}: it took too long: {why}", R::KEY).into());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn ask_once<R: Request>(&self, whom: Whom, request: &R) -> Result<R::Response, Error> {
        let id = match whom {
            Whom::Transactions => {
                let id = &self.transactional_id;
                self.client.coordinator_once(Coordinated::Transaction, id).await?
            }
            Whom::Groups => self.client.coordinator_once(Coordinated::Group, &self.group).await?,
            Whom::LeaderOf(partition) => {
                let topics = [TOPIC.to_owned()];
                let cluster = self.client.refresh(Topics::Named(&topics), false).await?;
                cluster.leader(TOPIC, partition).ok_or("no leader")?
            }
        };
        let connection = self.client.broker(id).await?;
        let most = match R::KEY {
            // Later versions are for brokers.
            ApiKey::AddPartitionsToTxn => 3,
            _ => i16::MAX,
        };
        let version = connection.version_at_most::<R>(most)?;
        Ok(connection.call(request, version, Duration::from_secs(20)).await?)
    }

    /// One transaction; gives the values it wrote.
    async fn transaction(&mut self, turn: i64, commit: bool) -> Result<Vec<String>, Error> {
        self.add_partitions().await?;
        let mut values = Vec::new();
        for partition in 0..PARTITIONS {
            for record in 0..RECORDS {
                let how = if commit { "commit" } else { "abort" };
                let id = &self.transactional_id;
                let value = format!("{id}/{turn}/{partition}/{record}/{how}");
                self.put(partition, &value).await?;
                values.push(value);
            }
        }
        self.commit_offset(turn).await?;
        let request = EndTxnRequest {
            transactional_id: self.transactional_id.clone(),
            producer_id: self.id,
            producer_epoch: self.epoch,
            committed: commit,
        };
        self.ask(Whom::Transactions, &request, |it| it.error_code).await?;
        Ok(values)
    }

    async fn add_partitions(&self) -> Result<(), Error> {
        let partitions = (0..PARTITIONS).collect();
        let request = AddPartitionsToTxnRequest {
            v3_and_below_transactional_id: self.transactional_id.clone(),
            v3_and_below_producer_id: self.id,
            v3_and_below_producer_epoch: self.epoch,
            v3_and_below_topics: vec![AddPartitionsToTxnTopic {
                name: TOPIC.to_owned(),
                partitions,
            }],
            ..AddPartitionsToTxnRequest::default()
        };
        let code = |answer: &AddPartitionsToTxnResponse| {
            let topics = answer.results_by_topic_v3_and_below.iter();
            let mut codes = topics.flat_map(|topic| &topic.results_by_partition);
            let wrong = codes.find(|it| it.partition_error_code.is_error());
            wrong.map_or(ErrorCode::NONE, |it| it.partition_error_code)
        };
        self.ask(Whom::Transactions, &request, code).await.map(|_| ())
    }

    async fn put(&mut self, partition: i32, value: &str) -> Result<(), Error> {
        let sequence = self.sequences.entry(partition).or_insert(0);
        let mut builder = Builder::new(Compression::default());
        builder.producer(self.id, self.epoch, *sequence).transactional(true);
        let now_ms = self.client.options().clock.wall_ms();
        builder.append(now_ms, None, Some(value.as_bytes()), &[]);
        *sequence += 1;
        let data = PartitionProduceData { index: partition, records: Some(builder.finish()) };
        let request = ProduceRequest {
            transactional_id: Some(self.transactional_id.clone()),
            acks: -1,
            timeout_ms: 10_000,
            topic_data: vec![TopicProduceData {
                name: TOPIC.to_owned(),
                partition_data: vec![data],
            }],
        };
        let code = |answer: &ProduceResponse| answer.responses[0].partition_responses[0].error_code;
        self.ask(Whom::LeaderOf(partition), &request, code).await.map(|_| ())
    }

    /// Commits an offset in the transaction: the number of the turn.
    async fn commit_offset(&self, turn: i64) -> Result<(), Error> {
        let request = AddOffsetsToTxnRequest {
            transactional_id: self.transactional_id.clone(),
            producer_id: self.id,
            producer_epoch: self.epoch,
            group_id: self.group.clone(),
        };
        self.ask(Whom::Transactions, &request, |it| it.error_code).await?;
        let partition = TxnOffsetCommitRequestPartition {
            partition_index: 0,
            committed_offset: turn,
            committed_leader_epoch: -1,
            committed_metadata: None,
        };
        let request = TxnOffsetCommitRequest {
            transactional_id: self.transactional_id.clone(),
            group_id: self.group.clone(),
            producer_id: self.id,
            producer_epoch: self.epoch,
            topics: vec![TxnOffsetCommitRequestTopic {
                name: TOPIC.to_owned(),
                partitions: vec![partition],
            }],
            ..TxnOffsetCommitRequest::default()
        };
        let code = |answer: &TxnOffsetCommitResponse| answer.topics[0].partitions[0].error_code;
        self.ask(Whom::Groups, &request, code).await.map(|_| ())
    }
}
