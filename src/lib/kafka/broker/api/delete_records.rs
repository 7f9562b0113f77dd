//! DeleteRecords (key 21): moves the start of partitions up, so that earlier records are gone.
//!
//! * -1 means all that is committed. What lies below the start is gone already, and no error.
//! * It is answered when every replica that lives has followed, with the lowest of their starts.
//! * Answers: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR,
//!   INVALID_TOPIC_EXCEPTION, POLICY_VIOLATION, OFFSET_OUT_OF_RANGE, REQUEST_TIMED_OUT.

use std::sync::Arc;
use std::time::Duration;

use super::{Api, Outcome, code_of};
use crate::base::clock::Instant;
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::metadata::topic;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::delete_records::{
    DeleteRecordsPartitionResult, DeleteRecordsRequest, DeleteRecordsResponse,
    DeleteRecordsTopicResult,
};
use crate::kafka::replica::{self, Partition};
use crate::kafka::types::{BrokerId, Offset};

/// The high watermark, as requests name it.
const HIGH_WATERMARK: i64 = -1;

pub struct DeleteRecords;

/// A partition whose start has moved here and perhaps not yet on its other replicas.
struct Pending {
    topic: usize,
    partition: usize,
    replica: Arc<Partition>,
    offset: Offset,
}

impl Api for DeleteRecords {
    type Request = DeleteRecordsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: DeleteRecordsRequest,
    ) -> Outcome<DeleteRecordsResponse> {
        let mut pending = Vec::new();
        let mut topics = Vec::with_capacity(request.topics.len());
        for (topic, asked) in request.topics.into_iter().enumerate() {
            let mut partitions = Vec::with_capacity(asked.partitions.len());
            for (partition, it) in asked.partitions.into_iter().enumerate() {
                let mut result = DeleteRecordsPartitionResult {
                    partition_index: it.partition_index,
                    low_watermark: -1,
                    error_code: ErrorCode::NONE,
                };
                match delete(broker, &asked.name, it.partition_index, it.offset) {
                    Ok((replica, offset)) => {
                        pending.push(Pending { topic, partition, replica, offset });
                    }
                    Err(code) => result.error_code = code,
                }
                partitions.push(result);
            }
            topics.push(DeleteRecordsTopicResult { name: asked.name, partitions });
        }
        let response = DeleteRecordsResponse { topics, ..Default::default() };
        if pending.is_empty() {
            return Outcome::Done(response);
        }
        let timeout = Duration::from_millis(u64::try_from(request.timeout_ms).unwrap_or(0));
        let deadline = broker.clock.now() + timeout;
        Outcome::Parked(Box::pin(followed(broker.clone(), response, pending, deadline)))
    }
}

fn delete(
    broker: &Broker,
    name: &str,
    index: i32,
    offset: i64,
) -> Result<(Arc<Partition>, Offset), ErrorCode> {
    if topic::is_internal(name) {
        return Err(ErrorCode::INVALID_TOPIC_EXCEPTION);
    }
    let replica = broker.partition(name, index)?;
    if !replica.config().is_deleted() {
        return Err(ErrorCode::POLICY_VIOLATION);
    }
    let wanted = Some(offset).filter(|offset| *offset != HIGH_WATERMARK);
    match replica.delete_before(wanted) {
        Ok(offset) => Ok((replica, offset)),
        Err(error) => {
            if let replica::Error::Log(error) = &error {
                broker.log_failed(replica.id(), error);
            }
            Err(code_of(&error))
        }
    }
}

/// Waits until the other replicas have followed, and says how far they have come.
async fn followed(
    broker: Arc<Broker>,
    mut response: DeleteRecordsResponse,
    pending: Vec<Pending>,
    deadline: Instant,
) -> DeleteRecordsResponse {
    for wait in pending {
        let result = &mut response.topics[wait.topic].partitions[wait.partition];
        match follow(&broker, &wait, deadline).await {
            Ok(low_watermark) => result.low_watermark = low_watermark,
            Err(code) => result.error_code = code,
        }
    }
    response
}

async fn follow(broker: &Broker, wait: &Pending, deadline: Instant) -> Result<Offset, ErrorCode> {
    loop {
        // Registered before the look, so that nothing slips in between.
        let moved = wait.replica.wait_log_start();
        let image = broker.cluster.image();
        let lives = |id: BrokerId| image.brokers.contains_key(&id.0);
        let low = wait.replica.low_watermark(lives).map_err(|error| code_of(&error))?;
        if low >= wait.offset {
            return Ok(low);
        }
        let left = deadline - broker.clock.now();
        if tokio::time::timeout(left, moved).await.is_err() {
            return Err(ErrorCode::REQUEST_TIMED_OUT);
        }
    }
}
