//! StopReplica (key 5): the controller takes replicas off this broker, with or without their data.
//!
//! * v1 groups by topic, v3 carries leader epochs and says of each partition whether to delete it.
//! * Answers: STALE_CONTROLLER_EPOCH, STALE_BROKER_EPOCH, FENCED_LEADER_EPOCH, KAFKA_STORAGE_ERROR.

use std::sync::Arc;

use super::{Api, Outcome, code_of_refusal};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::stop_replica::{
    StopReplicaPartitionError, StopReplicaRequest, StopReplicaResponse,
};
use crate::kafka::replica::manager::Stopped;
use crate::kafka::types::{LeaderEpoch, TopicPartition};
use crate::net::socket;

pub struct StopReplica;

impl Api for StopReplica {
    type Request = StopReplicaRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: StopReplicaRequest,
    ) -> Outcome<StopReplicaResponse> {
        if let Err(error_code) =
            broker.check_controller(request.controller_epoch, request.broker_epoch)
        {
            return Outcome::Done(StopReplicaResponse { error_code, ..Default::default() });
        }
        let broker = broker.clone();
        Outcome::to_the_end(broker.stop.clone(), async move {
            let stopped = stopped(&request);
            let worker = broker.clone();
            let now_ms = broker.clock.wall_ms();
            let results = socket::blocking(move || worker.replicas.stop(stopped, now_ms)).await;
            broker.replicas_stopped(&results);
            let errors = results.into_iter().map(|(stopped, result)| StopReplicaPartitionError {
                topic_name: stopped.partition.topic.to_string(),
                partition_index: stopped.partition.partition,
                error_code: result
                    .map_or_else(|refusal| code_of_refusal(&refusal), |()| ErrorCode::NONE),
            });
            StopReplicaResponse { partition_errors: errors.collect(), ..Default::default() }
        })
    }
}

fn stopped(request: &StopReplicaRequest) -> Vec<Stopped> {
    let all = request.delete_partitions;
    let plain = |topic: &str, partition: i32| Stopped {
        partition: TopicPartition::new(topic, partition),
        epoch: None,
        delete: all,
    };
    let mut stopped: Vec<Stopped> = Vec::new();
    let flat = request.ungrouped_partitions.iter();
    stopped.extend(flat.map(|it| plain(&it.topic_name, it.partition_index)));
    for topic in &request.topics {
        stopped.extend(topic.partition_indexes.iter().map(|it| plain(&topic.name, *it)));
    }
    for topic in &request.topic_states {
        stopped.extend(topic.partition_states.iter().map(|it| Stopped {
            partition: TopicPartition::new(topic.topic_name.as_str(), it.partition_index),
            // -1 is "not known", -2 "being deleted": neither is held against ours.
            epoch: Some(LeaderEpoch(it.leader_epoch)).filter(|epoch| epoch.0 >= 0),
            delete: it.delete_partition,
        }));
    }
    stopped
}
