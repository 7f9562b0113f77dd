//! A produce in a transaction: where its batches would begin the transaction in a partition, the
//! coordinator is asked first. What the same producer sends meanwhile waits in line behind it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{Appended, Refusal, append_all, millis, replicated, unacknowledged};
use crate::kafka::broker::Broker;
use crate::kafka::broker::api::Outcome;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::transactions::verify::{self, is_unsettled, told};
use crate::kafka::log::{Guard, Verified};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::produce::{ProduceRequest, ProduceResponse};
use crate::kafka::record::batch::Header;
use crate::kafka::types::{ProducerEpoch, ProducerId, TopicPartition};

/// The first version whose clients know TRANSACTION_ABORTABLE.
const ABORTABLE: i16 = 11;

pub(super) use verify::Transaction;

impl Transaction {
    /// The transaction that batches of a request are in, if any is.
    pub(super) fn of(request: &ProduceRequest) -> Result<Option<Transaction>, ErrorCode> {
        let mut found = None;
        let partitions = request.topic_data.iter().flat_map(|topic| &topic.partition_data);
        for header in partitions.filter_map(|it| transactional(it.records.as_ref())) {
            let producer = (ProducerId(header.producer_id), ProducerEpoch(header.producer_epoch));
            if *found.get_or_insert(producer) != producer {
                return Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING);
            }
        }
        match (found, &request.transactional_id) {
            (None, _) => Ok(None),
            (Some(producer), Some(id)) => Ok(Some(Transaction { id: id.clone(), producer })),
            (Some(_), None) => Err(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
        }
    }
}

/// The first header, if it is in a transaction.
fn transactional(records: Option<&Bytes>) -> Option<Header> {
    let header = Header::parse(records?).ok().flatten()?;
    (header.magic >= 2 && header.is_transactional() && header.has_producer_id()).then_some(header)
}

/// What has to be verified: by topic and partition in the order of the request.
type Wanted = BTreeMap<(usize, usize), (TopicPartition, Guard)>;

pub(super) fn begin(
    broker: &Arc<Broker>,
    context: &Context,
    request: ProduceRequest,
    transaction: Transaction,
) -> Outcome<ProduceResponse> {
    let producer = transaction.producer.0;
    let (acks, timeout_ms) = (request.acks, request.timeout_ms);
    let wanted = wanted(broker, &request, &transaction);
    if wanted.is_empty() && !broker.transactions.lines.has(producer) {
        let as_open = |_, _| Ok(Verified::AsOpen);
        return super::finish(
            broker,
            acks,
            append_all(broker, context, request, as_open),
            timeout_ms,
        );
    }
    let (done, appended) = oneshot::channel();
    let (owner, context) = (broker.clone(), context.clone());
    let turn = async move {
        // Who asked may be gone; what was asked is done all the same, as for any other append.
        let _ = done.send(append_verified(&owner, &context, request, &transaction).await);
    };
    broker.transactions.lines.join(broker, producer, Box::pin(turn));
    if acks == 0 {
        return Outcome::Unanswered(Box::pin(async move {
            match appended.await {
                Ok((response, _)) => unacknowledged(&response),
                Err(_) => Ok(()),
            }
        }));
    }
    let clock = broker.clock.clone();
    Outcome::Parked(Box::pin(async move {
        match appended.await {
            Ok((response, pending)) => {
                replicated(response, pending, clock, millis(timeout_ms)).await
            }
            // The broker stops, and the connection with it.
            Err(_) => ProduceResponse::default(),
        }
    }))
}

fn wanted(broker: &Broker, request: &ProduceRequest, transaction: &Transaction) -> Wanted {
    let now_ms = broker.clock.wall_ms();
    let mut wanted = Wanted::new();
    for (topic, data) in request.topic_data.iter().enumerate() {
        for (partition, asked) in data.partition_data.iter().enumerate() {
            let Some(header) = transactional(asked.records.as_ref()) else { continue };
            // Where it cannot be appended, that is said when it is tried.
            let Ok(replica) = broker.partition(&data.name, asked.index) else { continue };
            let begun =
                replica.begin_verification(transaction.producer, header.base_sequence, now_ms);
            if let Ok(Some(guard)) = begun {
                wanted.insert((topic, partition), (replica.id().clone(), guard));
            }
        }
    }
    wanted
}

/// A turn: nothing of the same producer is appended before it is over.
async fn append_verified(
    broker: &Broker,
    context: &Context,
    request: ProduceRequest,
    transaction: &Transaction,
) -> Appended {
    let wanted = wanted(broker, &request, transaction);
    let places: Vec<TopicPartition> = wanted.values().map(|(place, _)| place.clone()).collect();
    let refused = match places.is_empty() {
        true => Ok(verify::Refused::new()),
        false => verify::verify(broker, transaction, &places).await,
    };
    append_all(broker, context, request, |topic, partition| {
        let Some((place, guard)) = wanted.get(&(topic, partition)) else {
            return Ok(Verified::AsOpen);
        };
        let code = match &refused {
            Ok(refused) => refused.get(place).copied(),
            Err(code) => Some(*code),
        };
        match code {
            None => Ok(Verified::By(*guard)),
            Some(code) => Err(refusal(code, context.version)),
        }
    })
}

/// What a producer is told of a batch that was not verified.
fn refusal(code: ErrorCode, version: i16) -> Refusal {
    if is_unsettled(code) {
        // Every producer tries this one again, and none looks for another leader because of it.
        let message = format!("the transaction could not be verified: {}", code.name());
        return Refusal { code: ErrorCode::NOT_ENOUGH_REPLICAS, message: Some(message) };
    }
    Refusal { code: told(code, version >= ABORTABLE), message: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::protocol::message::produce::{PartitionProduceData, TopicProduceData};
    use crate::kafka::record::{Builder, Compression};

    fn request(id: Option<&str>, producers: &[(i64, i16, bool)]) -> ProduceRequest {
        let data = producers.iter().map(|(producer, epoch, transactional)| {
            let mut builder = Builder::new(Compression::NONE);
            builder.producer(*producer, *epoch, 0).transactional(*transactional);
            builder.append(1, None, Some(b"v"), &[]);
            PartitionProduceData { index: 0, records: Some(builder.finish()) }
        });
        ProduceRequest {
            transactional_id: id.map(str::to_owned),
            topic_data: vec![TopicProduceData {
                name: "t".to_owned(),
                partition_data: data.collect(),
            }],
            ..Default::default()
        }
    }

    #[test]
    fn a_request_is_in_one_transaction_at_most() {
        let of = |id, producers: &[_]| {
            Transaction::of(&request(id, producers)).map(|it| it.map(|it| it.producer))
        };
        let producer = (ProducerId(7), ProducerEpoch(1));
        assert_eq!(of(None, &[(7, 1, false), (8, 1, false)]), Ok(None));
        assert_eq!(of(Some("x"), &[(7, 1, true), (8, 1, false)]), Ok(Some(producer)));
        assert_eq!(of(Some("x"), &[(7, 1, true), (7, 1, true)]), Ok(Some(producer)));
        let two = Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING);
        assert_eq!(of(Some("x"), &[(7, 1, true), (7, 2, true)]), two);
        let nameless = Err(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        assert_eq!(of(None, &[(7, 1, true)]), nameless);
        assert_eq!(of(None, &[]), Ok(None));
    }

    #[test]
    fn producers_are_told_what_their_version_knows() {
        for (code, version, expected) in [
            (ErrorCode::TRANSACTION_ABORTABLE, 10, ErrorCode::INVALID_TXN_STATE),
            (ErrorCode::TRANSACTION_ABORTABLE, 11, ErrorCode::TRANSACTION_ABORTABLE),
            (ErrorCode::PRODUCER_FENCED, 11, ErrorCode::INVALID_PRODUCER_EPOCH),
            (ErrorCode::INVALID_TXN_STATE, 11, ErrorCode::INVALID_TXN_STATE),
            (ErrorCode::INVALID_PRODUCER_ID_MAPPING, 9, ErrorCode::INVALID_PRODUCER_ID_MAPPING),
            (ErrorCode::CONCURRENT_TRANSACTIONS, 9, ErrorCode::NOT_ENOUGH_REPLICAS),
            (ErrorCode::NOT_COORDINATOR, 9, ErrorCode::NOT_ENOUGH_REPLICAS),
            (ErrorCode::NETWORK_EXCEPTION, 11, ErrorCode::NOT_ENOUGH_REPLICAS),
        ] {
            assert_eq!(refusal(code, version).code, expected, "{code:?} v{version}");
        }
    }
}
