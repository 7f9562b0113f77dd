//! ListOffsets (key 2): where a log starts and ends, and where a moment lies in it.
//!
//! * v0 answers a list of segment starts; from v1 on one offset and its time.
//! * Times: -1 the end, -2 the start, -3 (v7) the latest record, -4 (v8) the start of what is
//!   local, -5 (v9) the end of what is in tiered storage, of which there is none.
//! * v2 adds the isolation level, v4 leader epochs.
//! * v5 says OFFSET_NOT_AVAILABLE where earlier versions say LEADER_NOT_AVAILABLE (KIP-207).
//! * Answers: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR,
//!   FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, UNSUPPORTED_VERSION, INVALID_REQUEST.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Api, Outcome, code_of};
use crate::kafka::broker::Broker;
use crate::kafka::broker::cold_reads;
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTopicResponse,
};
use crate::kafka::replica::partition::{Position, Reader};
use crate::kafka::types::{BrokerId, LeaderEpoch};

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;

/// The replica id of a consumer that is shown everything.
const DEBUG_REPLICA: i32 = -2;

pub struct ListOffsets;

impl Api for ListOffsets {
    type Request = ListOffsetsRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: ListOffsetsRequest,
    ) -> Outcome<ListOffsetsResponse> {
        let reader = match request.replica_id {
            DEBUG_REPLICA => Reader::Debug,
            id if id >= 0 => Reader::Follower(BrokerId(id)),
            _ => Reader::Consumer { read_committed: request.isolation_level == 1 },
        };
        let (broker, context) = (broker.clone(), context.clone());
        let answer = move || answer(&broker, &context, reader, &request);
        match cold_reads::cached(&answer) {
            Ok(response) => Outcome::Done(response),
            Err(cold) => Outcome::Parked(Box::pin(cold_reads::warmed(cold, answer))),
        }
    }
}

fn answer(
    broker: &Broker,
    context: &Context,
    reader: Reader,
    request: &ListOffsetsRequest,
) -> ListOffsetsResponse {
    let mut seen = HashSet::new();
    let topics = request.topics.iter().map(|topic| ListOffsetsTopicResponse {
        name: topic.name.clone(),
        partitions: topic
            .partitions
            .iter()
            .map(|asked| {
                let answer = match seen.insert((&topic.name, asked.partition_index)) {
                    true => look_up(broker, context, reader, &topic.name, asked),
                    false => Err(ErrorCode::INVALID_REQUEST),
                };
                answer.unwrap_or_else(|error_code| refused(asked, error_code))
            })
            .collect(),
    });
    ListOffsetsResponse { topics: topics.collect(), ..Default::default() }
}

fn refused(asked: &ListOffsetsPartition, error_code: ErrorCode) -> ListOffsetsPartitionResponse {
    let partition_index = asked.partition_index;
    ListOffsetsPartitionResponse {
        partition_index,
        error_code,
        timestamp: -1,
        offset: -1,
        leader_epoch: -1,
        ..Default::default()
    }
}

fn look_up(
    broker: &Broker,
    context: &Context,
    reader: Reader,
    topic: &str,
    asked: &ListOffsetsPartition,
) -> Result<ListOffsetsPartitionResponse, ErrorCode> {
    let partition = broker.partition(topic, asked.partition_index)?;
    let epoch = Some(LeaderEpoch(asked.current_leader_epoch)).filter(|epoch| epoch.0 >= 0);
    let code = |error| match code_of(&error) {
        ErrorCode::OFFSET_NOT_AVAILABLE if context.version < 5 => ErrorCode::LEADER_NOT_AVAILABLE,
        code => code,
    };
    let mut answer = refused(asked, ErrorCode::NONE);
    if context.version == 0 {
        let count = usize::try_from(asked.max_num_offsets).unwrap_or(0);
        let offsets = partition.legacy_offsets(asked.timestamp, count, reader);
        answer.old_style_offsets = offsets.map_err(code)?;
        return Ok(answer);
    }
    let found: Option<Position> = match asked.timestamp {
        LATEST => Some(partition.latest(reader, epoch).map_err(code)?),
        EARLIEST => Some(partition.earliest(reader, epoch).map_err(code)?),
        MAX_TIMESTAMP if context.version >= 7 => {
            partition.offset_of_max_time(reader, epoch).map_err(code)?
        }
        EARLIEST_LOCAL if context.version >= 8 => {
            Some(partition.earliest(reader, epoch).map_err(code)?)
        }
        LATEST_TIERED if context.version >= 9 => None,
        timestamp if timestamp >= 0 => {
            partition.offset_for_time(timestamp, reader, epoch).map_err(code)?
        }
        _ => return Err(ErrorCode::UNSUPPORTED_VERSION),
    };
    if let Some(found) = found {
        answer.offset = found.offset;
        answer.timestamp = found.timestamp_ms;
        answer.leader_epoch = found.epoch.map_or(-1, |epoch| epoch.0);
    }
    Ok(answer)
}
