//! Produce (key 0): appends record batches.
//!
//! * v0 to v2 carry message formats 0 and 1; from v3 on each partition gets exactly one v2 batch.
//! * v5 answers the log's start, v8 which records were wrong, v10 who leads now.
//! * acks=0 is not answered; where it fails, the connection ends, so that the client notices.
//! * Answers: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, REQUEST_TIMED_OUT,
//!   INVALID_REQUIRED_ACKS, NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND,
//!   INVALID_TOPIC_EXCEPTION, and what is wrong with the batches.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{Api, Outcome, code_of};
use crate::base::clock::{Clock, Instant, Now};
use crate::base::error::Chain;
use crate::base::planted::Bug;
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::log;
use crate::kafka::metadata::topic;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::produce::{
    BatchIndexAndErrorMessage, PartitionProduceResponse, ProduceRequest, ProduceResponse,
    TopicProduceResponse,
};
use crate::kafka::record;
use crate::kafka::record::validate::Origin;
use crate::kafka::replica::partition::Append;
use crate::kafka::replica::{self, Partition};
use crate::kafka::types::{LeaderEpoch, Offset};

/// The client id that may write to internal topics.
const ADMIN_CLIENT: &str = "__admin_client";

pub struct Produce;

/// A partition whose append waits for its replicas.
struct Pending {
    topic: usize,
    partition: usize,
    replica: Arc<Partition>,
    /// The offset after the last record.
    end: Offset,
    epoch: LeaderEpoch,
}

impl Api for Produce {
    type Request = ProduceRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: ProduceRequest,
    ) -> Outcome<ProduceResponse> {
        let acks = request.acks;
        let append = Append {
            now: Now { monotonic: context.received, wall_ms: broker.clock.wall_ms() },
            origin: Origin::Client { produce_version: context.version },
            acks_all: acks == -1,
        };
        let mut pending = Vec::new();
        let mut responses = Vec::with_capacity(request.topic_data.len());
        for (topic, data) in request.topic_data.into_iter().enumerate() {
            let mut partition_responses = Vec::with_capacity(data.partition_data.len());
            for (partition, asked) in data.partition_data.into_iter().enumerate() {
                let mut response = unanswered(asked.index);
                let refusal = match acks {
                    -1..=1 => check_topic(context, &data.name),
                    _ => Err(ErrorCode::INVALID_REQUIRED_ACKS),
                };
                let replica = refusal.and_then(|()| broker.partition(&data.name, asked.index));
                match replica {
                    Err(code) => response.error_code = code,
                    Ok(replica) => {
                        let records = asked.records.unwrap_or_default();
                        let waits = append_to(broker, &replica, records, append, &mut response);
                        if let Some((end, epoch)) = waits.filter(|_| acks == -1) {
                            pending.push(Pending { topic, partition, replica, end, epoch });
                        }
                    }
                }
                partition_responses.push(response);
            }
            responses.push(TopicProduceResponse { name: data.name, partition_responses });
        }
        let response = ProduceResponse { responses, ..Default::default() };
        if acks == 0 {
            return unacknowledged(&response);
        }
        if pending.is_empty() {
            return Outcome::Done(response);
        }
        let timeout = Duration::from_millis(u64::try_from(request.timeout_ms).unwrap_or(0));
        Outcome::Parked(Box::pin(replicated(response, pending, broker.clock.clone(), timeout)))
    }
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
fn unacknowledged(response: &ProduceResponse) -> Outcome<ProduceResponse> {
    for topic in &response.responses {
        let failed = topic.partition_responses.iter().find(|it| it.error_code.is_error());
        if let Some(failed) = failed {
            let (name, index, code) = (&topic.name, failed.index, failed.error_code);
            return Outcome::Close(format!(
                "a produce with acks=0 to {name}-{index} failed: {code:?}"
            ));
        }
    }
    Outcome::NoReply
}

async fn replicated(
    mut response: ProduceResponse,
    pending: Vec<Pending>,
    clock: Clock,
    timeout: Duration,
) -> ProduceResponse {
    let deadline = clock.now() + timeout;
    for wait in pending {
        let Err(code) = committed(&wait, &clock, deadline).await else { continue };
        let answer = &mut response.responses[wait.topic].partition_responses[wait.partition];
        answer.error_code = code;
        answer.base_offset = -1;
        answer.log_append_time_ms = -1;
        answer.log_start_offset = -1;
    }
    response
}

/// Waits until all replicas in sync have it, somebody else leads, or the time is over.
async fn committed(wait: &Pending, clock: &Clock, deadline: Instant) -> Result<(), ErrorCode> {
    if Bug::AcknowledgeEarly.is_planted() {
        return Ok(());
    }
    loop {
        let woken = wait.replica.wait_committed(wait.end);
        let left = deadline - clock.now();
        let timed_out = tokio::time::timeout(left, woken).await.is_err();
        return match wait.replica.commit_state(wait.end, wait.epoch) {
            Ok(replica::Commit::Committed) => Ok(()),
            Ok(replica::Commit::TooFewReplicas) => Err(ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND),
            Ok(replica::Commit::Waiting) if timed_out => Err(ErrorCode::REQUEST_TIMED_OUT),
            // Woken by something else.
            Ok(replica::Commit::Waiting) => continue,
            Err(_) => Err(ErrorCode::NOT_LEADER_OR_FOLLOWER),
        };
    }
}
