//! Produce (key 0): appends record batches.
//!
//! * v0 to v2 carry message formats 0 and 1; from v3 on each partition gets exactly one v2 batch.
//! * v5 answers the log's start, v8 which records were wrong, v10 who leads now.
//! * acks=0 is not answered; where it fails, the connection ends, so that the client notices.
//! * The first batch of a transaction is held against its coordinator (KIP-890); v11 knows
//!   TRANSACTION_ABORTABLE.
//! * Answers: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, REQUEST_TIMED_OUT,
//!   INVALID_REQUIRED_ACKS, NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND,
//!   INVALID_TOPIC_EXCEPTION, TRANSACTIONAL_ID_AUTHORIZATION_FAILED (a transaction without an id),
//!   INVALID_PRODUCER_ID_MAPPING, INVALID_TXN_STATE, INVALID_PRODUCER_EPOCH, and what is wrong with
//!   the batches.

mod transactional;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{Api, Outcome, code_of};
use crate::base::clock::{Clock, Now};
use crate::base::error::Chain;
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::replicated::Uncommitted;
use crate::kafka::log::{self, Verified};
use crate::kafka::metadata::topic;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::produce::{
    BatchIndexAndErrorMessage, PartitionProduceData, PartitionProduceResponse, ProduceRequest,
    ProduceResponse, TopicProduceResponse,
};
use crate::kafka::record;
use crate::kafka::record::validate::Origin;
use crate::kafka::replica::partition::Append;
use crate::kafka::replica::{self, Partition};
use crate::kafka::types::{LeaderEpoch, Offset};

use transactional::Transaction;

/// The client id that may write to internal topics.
const ADMIN_CLIENT: &str = "__admin_client";

pub struct Produce;

/// A partition whose append waits for its replicas.
struct Pending {
    topic: usize,
    partition: usize,
    append: Uncommitted,
}

impl Api for Produce {
    type Request = ProduceRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: ProduceRequest,
    ) -> Outcome<ProduceResponse> {
        match Transaction::of(&request) {
            Ok(None) => {}
            Ok(Some(transaction)) if broker.verifies_transactions() => {
                return transactional::begin(broker, context, request, transaction);
            }
            Ok(Some(_)) => {}
            Err(code) => return finish(broker, request.acks, all_refused(&request, code), 0),
        }
        let (acks, timeout_ms) = (request.acks, request.timeout_ms);
        let exempt = |_, _| Ok(Verified::Exempt);
        let appended = append_all(broker, context, request, exempt);
        finish(broker, acks, appended, timeout_ms)
    }
}

/// What was appended, and what of it waits for replicas.
type Appended = (ProduceResponse, Vec<Pending>);

/// Why a batch is not appended, if its transaction is not what it should be.
struct Refusal {
    code: ErrorCode,
    message: Option<String>,
}

/// Appends everything; `verified` says by topic and partition, in the order of the request, what a
/// batch comes with.
fn append_all(
    broker: &Broker,
    context: &Context,
    request: ProduceRequest,
    verified: impl Fn(usize, usize) -> Result<Verified, Refusal>,
) -> Appended {
    let acks = request.acks;
    let now = Now { monotonic: context.received, wall_ms: broker.clock.wall_ms() };
    let origin = Origin::Client { produce_version: context.version };
    let mut pending = Vec::new();
    let mut responses = Vec::with_capacity(request.topic_data.len());
    for (topic, data) in request.topic_data.into_iter().enumerate() {
        let mut partition_responses = Vec::with_capacity(data.partition_data.len());
        for (partition, asked) in data.partition_data.into_iter().enumerate() {
            let mut response = unanswered(asked.index);
            let found = find(broker, context, acks, &data.name, asked.index);
            let append = found.and_then(|replica| Ok((replica, verified(topic, partition)?)));
            match append {
                Err(Refusal { code, message }) => {
                    response.error_code = code;
                    response.error_message = message;
                }
                Ok((replica, verified)) => {
                    let records = asked.records.unwrap_or_default();
                    let append = Append { now, origin, acks_all: acks == -1, verified };
                    let waits = append_to(broker, &replica, records, append, &mut response);
                    if let Some((end, epoch)) = waits.filter(|_| acks == -1) {
                        let append = Uncommitted { replica, end, epoch };
                        pending.push(Pending { topic, partition, append });
                    }
                }
            }
            partition_responses.push(response);
        }
        responses.push(TopicProduceResponse { name: data.name, partition_responses });
    }
    (ProduceResponse { responses, ..Default::default() }, pending)
}

/// Nothing is appended, for the same reason everywhere.
fn all_refused(request: &ProduceRequest, code: ErrorCode) -> Appended {
    let partition = |it: &PartitionProduceData| PartitionProduceResponse {
        error_code: code,
        ..unanswered(it.index)
    };
    let topics = request.topic_data.iter().map(|topic| TopicProduceResponse {
        name: topic.name.clone(),
        partition_responses: topic.partition_data.iter().map(partition).collect(),
    });
    (ProduceResponse { responses: topics.collect(), ..Default::default() }, Vec::new())
}

/// The answer, or the wait for it.
fn finish(
    broker: &Broker,
    acks: i16,
    (response, pending): Appended,
    timeout_ms: i32,
) -> Outcome<ProduceResponse> {
    if acks == 0 {
        return match unacknowledged(&response) {
            Ok(()) => Outcome::NoReply,
            Err(why) => Outcome::Close(why),
        };
    }
    if pending.is_empty() {
        return Outcome::Done(response);
    }
    let replicated = replicated(response, pending, broker.clock.clone(), millis(timeout_ms));
    Outcome::Parked(Box::pin(replicated))
}

fn millis(timeout_ms: i32) -> Duration {
    Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0))
}

fn find(
    broker: &Broker,
    context: &Context,
    acks: i16,
    topic: &str,
    partition: i32,
) -> Result<Arc<Partition>, Refusal> {
    let allowed = match acks {
        -1..=1 => check_topic(context, topic),
        _ => Err(ErrorCode::INVALID_REQUIRED_ACKS),
    };
    let found = allowed.and_then(|()| broker.partition(topic, partition));
    found.map_err(|code| Refusal { code, message: None })
}

fn unanswered(index: i32) -> PartitionProduceResponse {
    PartitionProduceResponse {
        index,
        base_offset: -1,
        log_append_time_ms: -1,
        log_start_offset: -1,
        ..Default::default()
    }
}

fn check_topic(context: &Context, name: &str) -> Result<(), ErrorCode> {
    match topic::is_internal(name) && *context.client_id != *ADMIN_CLIENT {
        true => Err(ErrorCode::INVALID_TOPIC_EXCEPTION),
        false => Ok(()),
    }
}

/// Appends, fills in the answer, and says what a producer with acks=all still waits for.
fn append_to(
    broker: &Broker,
    replica: &Partition,
    records: Bytes,
    append: Append,
    response: &mut PartitionProduceResponse,
) -> Option<(Offset, LeaderEpoch)> {
    match replica.append_as_leader(records, append) {
        Ok(appended) => {
            response.base_offset = appended.log.first_offset;
            response.log_append_time_ms = appended.log.append_time_ms;
            response.log_start_offset = appended.log.log_start;
            (!appended.committed).then_some((appended.log.last_offset + 1, appended.epoch))
        }
        Err(error) => {
            response.error_code = code_of(&error);
            response.error_message = Some(Chain(&error).to_string());
            if let replica::Error::Log(error) = &error {
                if let log::Error::Refused { source } = error {
                    response.record_errors = record_errors(source);
                }
                broker.log_failed(replica.id(), error);
            }
            None
        }
    }
}

fn record_errors(error: &record::Error) -> Vec<BatchIndexAndErrorMessage> {
    let Some(batch_index) = error.record_index() else { return Vec::new() };
    let batch_index_error_message = Some(error.to_string());
    vec![BatchIndexAndErrorMessage { batch_index, batch_index_error_message }]
}

/// Nobody waits for an answer; an error ends the connection, or the producer would never learn.
fn unacknowledged(response: &ProduceResponse) -> Result<(), String> {
    for topic in &response.responses {
        let failed = topic.partition_responses.iter().find(|it| it.error_code.is_error());
        if let Some(failed) = failed {
            let (name, index, code) = (&topic.name, failed.index, failed.error_code);
            return Err(format!("a produce with acks=0 to {name}-{index} failed: {code:?}"));
        }
    }
    Ok(())
}

async fn replicated(
    mut response: ProduceResponse,
    pending: Vec<Pending>,
    clock: Clock,
    timeout: Duration,
) -> ProduceResponse {
    let deadline = clock.now() + timeout;
    for wait in pending {
        let Err(code) = wait.append.committed(&clock, deadline).await else { continue };
        let answer = &mut response.responses[wait.topic].partition_responses[wait.partition];
        answer.error_code = code;
        answer.base_offset = -1;
        answer.log_append_time_ms = -1;
        answer.log_start_offset = -1;
    }
    response
}
