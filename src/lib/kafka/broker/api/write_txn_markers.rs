//! WriteTxnMarkers (key 27): a transaction's coordinator ends it in the partitions led here.
//!
//! * Each marker is a control batch of its own, held to `min.insync.replicas`, and answered when it
//!   is on all replicas in sync.
//! * In `__consumer_offsets` the groups' machine writes it, so that what the transaction commits
//!   counts from the marker on. A machine that is loading or gone is a leader that is not there:
//!   coordinators know no other word for it.
//! * Answers per partition: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER,
//!   INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED, NOT_ENOUGH_REPLICAS,
//!   NOT_ENOUGH_REPLICAS_AFTER_APPEND, REQUEST_TIMED_OUT, KAFKA_STORAGE_ERROR.

use std::sync::Arc;
use std::time::Duration;

use super::{Api, Outcome, code_of};
use crate::base::clock::{Instant, Now};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::replicated::Uncommitted;
use crate::kafka::coordinator::group::{Producer, Request};
use crate::kafka::log::Verified;
use crate::kafka::metadata::topic::GROUP_METADATA_TOPIC;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::write_txn_markers::{
    WritableTxnMarker, WritableTxnMarkerPartitionResult, WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult, WriteTxnMarkersRequest, WriteTxnMarkersResponse,
};
use crate::kafka::record::control::{EndTransaction, Marker, marker_batch};
use crate::kafka::record::validate::Origin;
use crate::kafka::replica;
use crate::kafka::replica::partition::Append;
use crate::kafka::types::{ProducerEpoch, ProducerId};

pub struct WriteTxnMarkers;

/// How a marker in one partition goes on after the request was taken.
enum Written {
    /// It is there, or never will be.
    Now(Result<(), ErrorCode>),
    /// Its replicas are waited for.
    Later(Uncommitted),
    /// The machine of this partition of `__consumer_offsets` writes it.
    ByGroups(i32),
}

impl Api for WriteTxnMarkers {
    type Request = WriteTxnMarkersRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: WriteTxnMarkersRequest,
    ) -> Outcome<WriteTxnMarkersResponse> {
        let now = Now { monotonic: context.received, wall_ms: broker.clock.wall_ms() };
        let timeout = u64::try_from(broker.config().request_timeout_ms).unwrap_or(0);
        let deadline = context.received + Duration::from_millis(timeout);
        // All are begun before the first is waited for.
        let begun: Vec<_> = request
            .markers
            .into_iter()
            .map(|marker| {
                let places = marker.topics.iter().flat_map(|topic| {
                    topic.partition_indexes.iter().map(|index| (topic.name.clone(), *index))
                });
                let written = places.map(|(topic, index)| {
                    let written = write(broker, now, &marker, &topic, index);
                    (topic, index, written)
                });
                let written: Vec<_> = written.collect();
                (marker, written)
            })
            .collect();
        let broker = broker.clone();
        Outcome::Parked(Box::pin(async move {
            let mut response = WriteTxnMarkersResponse::default();
            for (marker, places) in begun {
                let result = of_producer(&mut response, marker.producer_id);
                for (topic, index, written) in places {
                    let error_code = match written {
                        Written::Now(done) => done,
                        Written::Later(append) => append.committed(&broker.clock, deadline).await,
                        Written::ByGroups(number) => {
                            complete(&broker, number, &marker, deadline).await
                        }
                    };
                    add(result, topic, index, error_code.err().unwrap_or(ErrorCode::NONE));
                }
            }
            response
        }))
    }
}

fn write(
    broker: &Broker,
    now: Now,
    marker: &WritableTxnMarker,
    topic: &str,
    index: i32,
) -> Written {
    if topic == GROUP_METADATA_TOPIC {
        return Written::ByGroups(index);
    }
    let replica = match broker.partition(topic, index) {
        Ok(replica) => replica,
        Err(code) => return Written::Now(Err(code)),
    };
    let end = EndTransaction {
        marker: if marker.transaction_result { Marker::Commit } else { Marker::Abort },
        coordinator_epoch: marker.coordinator_epoch,
    };
    let batch = marker_batch(marker.producer_id, marker.producer_epoch, end, now.wall_ms);
    let append =
        Append { now, origin: Origin::Coordinator, acks_all: true, verified: Verified::Exempt };
    match replica.append_as_leader(batch, append) {
        Ok(appended) if appended.committed => Written::Now(Ok(())),
        Ok(appended) => Written::Later(Uncommitted {
            replica,
            end: appended.log.last_offset + 1,
            epoch: appended.epoch,
        }),
        Err(error) => {
            if let replica::Error::Log(error) = &error {
                broker.log_failed(replica.id(), error);
            }
            Written::Now(Err(code_of(&error)))
        }
    }
}

async fn complete(
    broker: &Broker,
    number: i32,
    marker: &WritableTxnMarker,
    deadline: Instant,
) -> Result<(), ErrorCode> {
    // Who leads elsewhere, or nowhere, is told the same as of any other partition.
    broker.partition(GROUP_METADATA_TOPIC, number)?;
    let request = Request::EndTransaction {
        producer: Producer {
            id: ProducerId(marker.producer_id),
            epoch: ProducerEpoch(marker.producer_epoch),
        },
        coordinator_epoch: marker.coordinator_epoch,
        committed: marker.transaction_result,
    };
    let asked = broker.shards.ask_partition(number, request, Verified::Exempt);
    let answer = tokio::time::timeout(deadline - broker.clock.now(), asked).await;
    match answer.map_err(|_| ErrorCode::REQUEST_TIMED_OUT)? {
        Ok(_) => Ok(()),
        Err(
            ErrorCode::NOT_COORDINATOR
            | ErrorCode::COORDINATOR_NOT_AVAILABLE
            | ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
        ) => Err(ErrorCode::NOT_LEADER_OR_FOLLOWER),
        Err(code) => Err(code),
    }
}

/// The results of a producer: coordinators look for them once, whatever the request said twice.
fn of_producer(
    response: &mut WriteTxnMarkersResponse,
    producer_id: i64,
) -> &mut WritableTxnMarkerResult {
    let known = response.markers.iter().position(|it| it.producer_id == producer_id);
    let at = known.unwrap_or_else(|| {
        response.markers.push(WritableTxnMarkerResult { producer_id, topics: Vec::new() });
        response.markers.len() - 1
    });
    &mut response.markers[at]
}

fn add(
    result: &mut WritableTxnMarkerResult,
    name: String,
    partition_index: i32,
    error_code: ErrorCode,
) {
    let partition = WritableTxnMarkerPartitionResult { partition_index, error_code };
    match result.topics.iter_mut().find(|it| it.name == name) {
        Some(topic) => topic.partitions.push(partition),
        None => {
            let partitions = vec![partition];
            result.topics.push(WritableTxnMarkerTopicResult { name, partitions });
        }
    }
}
