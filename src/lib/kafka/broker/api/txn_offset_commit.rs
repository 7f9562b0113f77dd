//! TxnOffsetCommit (key 28): how far a group has consumed, as part of a producer's transaction.
//!
//! * The offsets count once the transaction's marker says so; until then OffsetFetch with
//!   `require_stable` is told UNSTABLE_OFFSET_COMMIT.
//! * v2 adds leader epochs, v3 generation and member (KIP-447), v4 knows TRANSACTION_ABORTABLE.
//! * Before v2 a group that is loading is COORDINATOR_NOT_AVAILABLE: producers before Kafka 2.0 fall
//!   over the other word (KAFKA-7296).
//! * Partitions that do not exist are refused one by one, the others are committed together.
//! * Answers per partition: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION,
//!   FENCED_INSTANCE_ID, OFFSET_METADATA_TOO_LARGE, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
//!   COORDINATOR_LOAD_IN_PROGRESS, INVALID_PRODUCER_EPOCH, INVALID_PRODUCER_ID_MAPPING,
//!   INVALID_TXN_STATE, TRANSACTION_ABORTABLE.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::shards;
use crate::kafka::broker::transactions::verify::{Transaction, is_unsettled, told, verify};
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::log::Verified;
use crate::kafka::metadata::Image;
use crate::kafka::metadata::topic::GROUP_METADATA_TOPIC;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestTopic, TxnOffsetCommitResponse,
    TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic,
};
use crate::kafka::types::{ProducerEpoch, ProducerId};

/// The first version whose clients know COORDINATOR_LOAD_IN_PROGRESS.
const LOADING: i16 = 2;
/// The first version whose clients know TRANSACTION_ABORTABLE.
const ABORTABLE: i16 = 4;
/// The sequence of what has none.
const NO_SEQUENCE: i32 = -1;

pub struct TxnOffsetCommit;

impl Api for TxnOffsetCommit {
    type Request = TxnOffsetCommitRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        mut request: TxnOffsetCommitRequest,
    ) -> Outcome<TxnOffsetCommitResponse> {
        let mut response = all(&request.topics, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        keep_existing(&broker.cluster.image(), &mut request.topics);
        if request.topics.is_empty() {
            return Outcome::Done(response);
        }
        let (broker, version) = (broker.clone(), context.version);
        Outcome::Parked(Box::pin(async move {
            let kept = request.topics.clone();
            let committed = commit(&broker, request, version).await;
            let answered = committed.unwrap_or_else(|code| all(&kept, in_version(code, version)));
            fill_in(&mut response, &answered);
            response
        }))
    }
}

async fn commit(
    broker: &Broker,
    request: TxnOffsetCommitRequest,
    version: i16,
) -> Result<TxnOffsetCommitResponse, ErrorCode> {
    let number = shards::partition(broker, &request.group_id).ok_or(ErrorCode::NOT_COORDINATOR)?;
    let verified = match broker.verifies_transactions() {
        true => verified(broker, number, &request, version).await?,
        false => Verified::Exempt,
    };
    let request = Request::TxnOffsetCommit(request);
    match broker.shards.ask_partition(number, request, verified).await? {
        Response::TxnOffsetCommit(response) => Ok(response),
        other => unreachable!("asked TxnOffsetCommit and got {other:?}"),
    }
}

/// What the offsets come with: nothing where the transaction is open in this partition already.
async fn verified(
    broker: &Broker,
    number: i32,
    request: &TxnOffsetCommitRequest,
    version: i16,
) -> Result<Verified, ErrorCode> {
    let producer = (ProducerId(request.producer_id), ProducerEpoch(request.producer_epoch));
    let replica =
        broker.partition(GROUP_METADATA_TOPIC, number).map_err(|_| ErrorCode::NOT_COORDINATOR)?;
    let begun = replica.begin_verification(producer, NO_SEQUENCE, broker.clock.wall_ms());
    let Some(guard) = begun.map_err(|_| ErrorCode::NOT_COORDINATOR)? else {
        return Ok(Verified::AsOpen);
    };
    let transaction = Transaction { id: request.transactional_id.clone(), producer };
    let place = replica.id().clone();
    let refused = verify(broker, &transaction, std::slice::from_ref(&place)).await;
    match refused.map(|refused| refused.get(&place).copied()) {
        Ok(None) => Ok(Verified::By(guard)),
        Ok(Some(code)) | Err(code) if is_unsettled(code) => {
            // Every producer tries this one again, without looking for another coordinator.
            Err(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS)
        }
        Ok(Some(code)) | Err(code) => Err(told(code, version >= ABORTABLE)),
    }
}

fn in_version(code: ErrorCode, version: i16) -> ErrorCode {
    match code {
        ErrorCode::COORDINATOR_LOAD_IN_PROGRESS if version < LOADING => {
            ErrorCode::COORDINATOR_NOT_AVAILABLE
        }
        code => code,
    }
}

fn keep_existing(image: &Image, topics: &mut Vec<TxnOffsetCommitRequestTopic>) {
    for topic in topics.iter_mut() {
        let name = &topic.name;
        topic.partitions.retain(|it| image.partition(name, it.partition_index).is_some());
    }
    topics.retain(|topic| !topic.partitions.is_empty());
}

fn all(topics: &[TxnOffsetCommitRequestTopic], error_code: ErrorCode) -> TxnOffsetCommitResponse {
    let topics = topics.iter().map(|topic| TxnOffsetCommitResponseTopic {
        name: topic.name.clone(),
        partitions: topic
            .partitions
            .iter()
            .map(|it| TxnOffsetCommitResponsePartition {
                partition_index: it.partition_index,
                error_code,
            })
            .collect(),
    });
    TxnOffsetCommitResponse { topics: topics.collect(), ..Default::default() }
}

/// The machine's answers in the order of the request; what it was not asked does not exist.
fn fill_in(response: &mut TxnOffsetCommitResponse, answered: &TxnOffsetCommitResponse) {
    for topic in &mut response.topics {
        let Some(known) = answered.topics.iter().find(|it| it.name == topic.name) else { continue };
        for partition in &mut topic.partitions {
            let mut same = known.partitions.iter();
            if let Some(found) = same.find(|it| it.partition_index == partition.partition_index) {
                partition.error_code = found.error_code;
            }
        }
    }
}
