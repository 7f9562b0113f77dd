//! DescribeProducers (key 61): the producers that a replica remembers, and where their open
//! transactions began (KIP-664).
//!
//! * There is one version. A follower answers, too.
//! * Answers: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR.

use std::sync::Arc;

use super::{Api, Outcome, code_of};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::log::Log;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::describe_producers::{
    DescribeProducersRequest, DescribeProducersResponse, PartitionResponse, ProducerState,
    TopicResponse,
};

pub struct DescribeProducers;

impl Api for DescribeProducers {
    type Request = DescribeProducersRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: DescribeProducersRequest,
    ) -> Outcome<DescribeProducersResponse> {
        let topics = request.topics.into_iter().map(|asked| {
            let partitions = asked.partition_indexes.iter();
            let partitions = partitions.map(|index| one(broker, &asked.name, *index)).collect();
            TopicResponse { name: asked.name, partitions }
        });
        Outcome::Done(DescribeProducersResponse { topics: topics.collect(), ..Default::default() })
    }
}

fn one(broker: &Broker, topic: &str, partition_index: i32) -> PartitionResponse {
    let told = broker.partition(topic, partition_index).and_then(|partition| {
        partition.with_log(|log, _| producers(log)).map_err(|error| code_of(&error))
    });
    let (error_code, active_producers) = match told {
        Ok(producers) => (ErrorCode::NONE, producers),
        Err(code) => (code, Vec::new()),
    };
    PartitionResponse { partition_index, error_code, active_producers, ..Default::default() }
}

fn producers(log: &Log) -> Vec<ProducerState> {
    let all = log.producers().producers().iter();
    let told = all.map(|(id, it)| ProducerState {
        producer_id: *id,
        producer_epoch: i32::from(it.epoch),
        last_sequence: it.last_sequence(),
        last_timestamp: it.last_timestamp,
        coordinator_epoch: it.coordinator_epoch,
        current_txn_start_offset: it.transaction_start.unwrap_or(-1),
    });
    told.collect()
}
