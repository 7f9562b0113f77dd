//! OffsetForLeaderEpoch (key 23): where a leader epoch ended in this log, so that a follower or a
//! consumer finds out what of its own the leader does not have (KIP-101, KIP-320).
//!
//! * v1 answers with the epoch it found (KIP-279), v2 is asked with the leader's epoch, v3 says who
//!   asks.
//! * Answers: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH,
//!   UNKNOWN_LEADER_EPOCH, KAFKA_STORAGE_ERROR.

use std::sync::Arc;

use super::{Api, Outcome, code_of};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse,
    OffsetForLeaderPartition, OffsetForLeaderTopicResult,
};
use crate::kafka::types::LeaderEpoch;

pub struct OffsetForLeaderEpoch;

impl Api for OffsetForLeaderEpoch {
    type Request = OffsetForLeaderEpochRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: OffsetForLeaderEpochRequest,
    ) -> Outcome<OffsetForLeaderEpochResponse> {
        let topics = request.topics.into_iter().map(|topic| {
            let partitions = topic.partitions.iter().map(|asked| one(broker, &topic.topic, asked));
            let partitions = partitions.collect();
            OffsetForLeaderTopicResult { topic: topic.topic, partitions }
        });
        let topics = topics.collect();
        Outcome::Done(OffsetForLeaderEpochResponse { topics, ..Default::default() })
    }
}

fn one(broker: &Broker, topic: &str, asked: &OffsetForLeaderPartition) -> EpochEndOffset {
    let current = Some(LeaderEpoch(asked.current_leader_epoch)).filter(|it| it.0 >= 0);
    let found = broker.partition(topic, asked.partition).and_then(|partition| {
        let end = partition.epoch_end(LeaderEpoch(asked.leader_epoch), current);
        end.map_err(|error| code_of(&error))
    });
    let (error_code, (leader_epoch, end_offset)) = match found {
        Ok(end) => (ErrorCode::NONE, end),
        Err(code) => (code, (-1, -1)),
    };
    EpochEndOffset { error_code, partition: asked.partition, leader_epoch, end_offset }
}
