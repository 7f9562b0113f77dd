//! Asks a transaction's coordinator whether partitions belong to it (KIP-890, part 1).
//!
//! A batch that comes after its transaction was ended, held up on the way, would otherwise begin
//! another one that nobody ends, and hold the last stable offset for ever. A coordinator before
//! Kafka 3.6 cannot be asked; then the batch is taken, as Kafka's own leaders take it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::base::error::Chain;
use crate::kafka::broker::Broker;
use crate::kafka::client::{self, Connection};
use crate::kafka::metadata::topic::TRANSACTION_STATE_TOPIC;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
};
use crate::kafka::types::{BrokerId, ProducerEpoch, ProducerId, TopicPartition};

/// The first version that only asks.
const VERIFY_ONLY: i16 = 4;

/// A transaction, as its producer names it.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub id: String,
    pub producer: (ProducerId, ProducerEpoch),
}

/// What does not belong to a transaction, and why.
pub type Refused = BTreeMap<TopicPartition, ErrorCode>;

/// Connections to coordinators, kept while they hold.
#[derive(Default)]
pub(super) struct Links {
    links: Mutex<HashMap<BrokerId, Arc<tokio::sync::Mutex<Option<Connection>>>>>,
}

impl Links {
    /// The connection to a broker, opened if need be; who comes while it opens waits for it.
    async fn to(&self, broker: &Broker, id: BrokerId) -> client::Result<Connection> {
        let link = {
            let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
            links.entry(id).or_default().clone()
        };
        let mut link = link.lock().await;
        if let Some(open) = link.as_ref().filter(|link| link.is_open()) {
            return Ok(open.clone());
        }
        let listener = &broker.peer_listeners.inter_broker;
        let name = format!("broker-{}-txn-verifier", broker.id);
        let opened = broker.connect_to(id, listener, name, timeout(broker)).await?;
        *link = Some(opened.clone());
        Ok(opened)
    }
}

fn timeout(broker: &Broker) -> Duration {
    let timeout = u64::try_from(broker.config().request_timeout_ms).unwrap_or(0);
    Duration::from_millis(timeout)
}

/// Asks; gives the partitions that are no part of the transaction. An error is one of all: it was
/// not to be found out now.
pub async fn verify(
    broker: &Broker,
    transaction: &Transaction,
    partitions: &[TopicPartition],
) -> Result<Refused, ErrorCode> {
    broker.coordinator_partition(TRANSACTION_STATE_TOPIC, &transaction.id).await;
    let coordinator = broker.transaction_coordinator(&transaction.id);
    let leader = coordinator.leader.ok_or(ErrorCode::COORDINATOR_NOT_AVAILABLE)?;
    if leader == broker.id {
        return Err(broker.refuse_to_coordinate(&transaction.id));
    }
    let answer = ask(broker, leader, transaction, partitions).await.map_err(|error| {
        tracing::warn!(
            target: "kafka.server.AddPartitionsToTxnManager",
            "[AddPartitionsToTxnSenderThread-{}]: Cannot verify transactions with broker {leader}: {}",
            broker.id, Chain(&error)
        );
        ErrorCode::NETWORK_EXCEPTION
    })?;
    match answer {
        Some(answer) => refused(&answer),
        None => Ok(Refused::new()),
    }
}

/// The coordinator's answer; none where it cannot be asked.
async fn ask(
    broker: &Broker,
    coordinator: BrokerId,
    transaction: &Transaction,
    partitions: &[TopicPartition],
) -> client::Result<Option<AddPartitionsToTxnResponse>> {
    let connection = broker.transactions.links.to(broker, coordinator).await?;
    match connection.version_of::<AddPartitionsToTxnRequest>() {
        Ok(version) if version >= VERIFY_ONLY => {
            let request = request(transaction, partitions);
            connection.call(&request, version, timeout(broker)).await.map(Some)
        }
        Ok(_) | Err(_) => Ok(None),
    }
}

fn request(transaction: &Transaction, partitions: &[TopicPartition]) -> AddPartitionsToTxnRequest {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for it in partitions {
        topics.entry(&it.topic).or_default().push(it.partition);
    }
    let topics = topics
        .into_iter()
        .map(|(name, partitions)| AddPartitionsToTxnTopic { name: name.to_owned(), partitions });
    let (ProducerId(producer_id), ProducerEpoch(producer_epoch)) = transaction.producer;
    let transaction = AddPartitionsToTxnTransaction {
        transactional_id: transaction.id.clone(),
        producer_id,
        producer_epoch,
        verify_only: true,
        topics: topics.collect(),
    };
    AddPartitionsToTxnRequest { transactions: vec![transaction], ..Default::default() }
}

fn refused(answer: &AddPartitionsToTxnResponse) -> Result<Refused, ErrorCode> {
    match answer.error_code {
        ErrorCode::NONE => {}
        // It is this broker that may not ask, which is no business of the producer's.
        ErrorCode::CLUSTER_AUTHORIZATION_FAILED => return Err(ErrorCode::INVALID_TXN_STATE),
        code => return Err(code),
    }
    let topics = answer.results_by_transaction.iter().flat_map(|it| &it.topic_results);
    let refused = topics.flat_map(|topic| {
        let wrong =
            topic.results_by_partition.iter().filter(|it| it.partition_error_code.is_error());
        wrong.map(|it| {
            let place = TopicPartition::new(topic.name.as_str(), it.partition_index);
            (place, it.partition_error_code)
        })
    });
    Ok(refused.collect())
}

/// What a producer is told; `knows_abortable` where its version knows TRANSACTION_ABORTABLE.
pub fn told(code: ErrorCode, knows_abortable: bool) -> ErrorCode {
    match code {
        // Producers look for this one at their batches.
        ErrorCode::PRODUCER_FENCED => ErrorCode::INVALID_PRODUCER_EPOCH,
        ErrorCode::TRANSACTION_ABORTABLE if !knows_abortable => ErrorCode::INVALID_TXN_STATE,
        code => code,
    }
}

/// Whether the coordinator did not know, so that the same may be tried again.
pub fn is_unsettled(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::CONCURRENT_TRANSACTIONS
            | ErrorCode::NETWORK_EXCEPTION
            | ErrorCode::COORDINATOR_LOAD_IN_PROGRESS
            | ErrorCode::COORDINATOR_NOT_AVAILABLE
            | ErrorCode::NOT_COORDINATOR
    )
}
