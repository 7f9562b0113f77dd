//! LeaderAndIsr (key 4): the controller says who leads which partition.
//!
//! * v5 answers by topic id, v6 adds the leader's recovery, v7 the controller's kind.
//! * A partition that was told a newer epoch before is left alone: STALE_CONTROLLER_EPOCH.
//! * Answers: STALE_CONTROLLER_EPOCH, STALE_BROKER_EPOCH, KAFKA_STORAGE_ERROR,
//!   INCONSISTENT_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION.

use std::sync::Arc;

use super::{Api, Outcome, code_of_refusal};
use crate::base::uuid::Uuid;
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::leader_and_isr::{
    LeaderAndIsrPartitionError, LeaderAndIsrPartitionState, LeaderAndIsrRequest,
    LeaderAndIsrResponse, LeaderAndIsrTopicError,
};
use crate::kafka::replica::manager::{NotTaken, Told};
use crate::kafka::replica::partition;
use crate::kafka::types::{BrokerId, ControllerEpoch, LeaderEpoch, TopicPartition};
use crate::net::socket;

pub struct LeaderAndIsr;

impl Api for LeaderAndIsr {
    type Request = LeaderAndIsrRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: LeaderAndIsrRequest,
    ) -> Outcome<LeaderAndIsrResponse> {
        if let Err(error_code) =
            broker.check_controller(request.controller_epoch, request.broker_epoch)
        {
            return Outcome::Done(LeaderAndIsrResponse { error_code, ..Default::default() });
        }
        let (broker, by_id) = (broker.clone(), context.version >= 5);
        // Logs are made and opened here: that may wait for the disk.
        Outcome::to_the_end(broker.stop.clone(), async move {
            let told = told(&request);
            broker.topics_told(told.iter().map(|told| &told.partition)).await;
            let worker = broker.clone();
            let now = broker.clock.both();
            let results = socket::blocking(move || worker.replicas.become_as_told(told, now)).await;
            broker.leadership_changed(&results);
            answer(results, by_id)
        })
    }
}

fn told(request: &LeaderAndIsrRequest) -> Vec<Told> {
    let grouped = request.topic_states.iter().flat_map(|topic| {
        topic.partition_states.iter().map(move |it| (&topic.topic_name, topic.topic_id, it))
    });
    let flat = request.ungrouped_partition_states.iter();
    let flat = flat.map(|it| (&it.topic_name, Uuid::ZERO, it));
    grouped.chain(flat).map(|(topic, topic_id, it)| one(topic, topic_id, it)).collect()
}

fn one(topic: &str, topic_id: Uuid, state: &LeaderAndIsrPartitionState) -> Told {
    let ids = |ids: &[i32]| ids.iter().copied().map(BrokerId).collect();
    Told {
        partition: TopicPartition::new(topic, state.partition_index),
        topic_id: (topic_id != Uuid::ZERO).then_some(topic_id),
        is_new: state.is_new,
        state: partition::LeaderAndIsr {
            leader: (state.leader >= 0).then_some(BrokerId(state.leader)),
            leader_epoch: LeaderEpoch(state.leader_epoch),
            partition_epoch: state.partition_epoch,
            controller_epoch: ControllerEpoch(state.controller_epoch),
            isr: ids(&state.isr),
            replicas: ids(&state.replicas),
        },
    }
}

fn answer(results: Vec<(Told, Result<bool, NotTaken>)>, by_id: bool) -> LeaderAndIsrResponse {
    let mut response = LeaderAndIsrResponse::default();
    for (told, result) in results {
        let error = LeaderAndIsrPartitionError {
            topic_name: told.partition.topic.to_string(),
            partition_index: told.partition.partition,
            error_code: result
                .map_or_else(|refusal| code_of_refusal(&refusal), |_| ErrorCode::NONE),
        };
        if !by_id {
            response.partition_errors.push(error);
            continue;
        }
        let topic_id = told.topic_id.unwrap_or(Uuid::ZERO);
        // The partitions of a topic come one after the other.
        match response.topics.last_mut().filter(|topic| topic.topic_id == topic_id) {
            Some(topic) => topic.partition_errors.push(error),
            None => response
                .topics
                .push(LeaderAndIsrTopicError { topic_id, partition_errors: vec![error] }),
        }
    }
    response
}
