//! AlterPartition (key 56): a leader asks the controller for another ISR (KIP-497).
//!
//! * v1 adds the leader's recovery, v2 names topics by id, v3 gives the replicas' epochs, which are
//!   not known in ZooKeeper mode.
//! * Answers: NOT_CONTROLLER, STALE_BROKER_EPOCH; for a partition UNKNOWN_TOPIC_OR_PARTITION,
//!   UNKNOWN_TOPIC_ID, FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION, INVALID_REQUEST,
//!   INELIGIBLE_REPLICA (before v2: OPERATION_NOT_ATTEMPTED), NOT_CONTROLLER.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::controller::{
    self, Answer, IsrProposal, LeaderAndIsr, Refusal, Request as Question,
};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::alter_partition::{
    AlterPartitionRequest, AlterPartitionResponse, PartitionData, PartitionResult, TopicResult,
};
use crate::kafka::types::{BrokerId, LeaderEpoch, TopicPartition};

/// The first version that names topics by id.
const BY_ID: i16 = 2;
/// The first version that gives replicas with their epochs.
const WITH_EPOCHS: i16 = 3;

pub struct AlterPartition;

/// What is asked of one topic: its answer so far, and what the controller is to decide.
type Asked = (TopicResult, Vec<TopicPartition>);

impl Api for AlterPartition {
    type Request = AlterPartitionRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: AlterPartitionRequest,
    ) -> Outcome<AlterPartitionResponse> {
        let (broker, version) = (broker.clone(), context.version);
        Outcome::Parked(Box::pin(async move {
            let (asked, proposals) = asked(&broker, &request, version);
            let question = Question::AlterPartition(controller::AlterPartition {
                broker: BrokerId(request.broker_id),
                broker_epoch: request.broker_epoch,
                partitions: proposals,
            });
            match broker.control.ask(question).await {
                Answer::AlterPartition(Ok(decided)) => answer(asked, &decided, version),
                Answer::AlterPartition(Err(refusal)) => refused(code(refusal, version)),
                _ => refused(ErrorCode::NOT_CONTROLLER),
            }
        }))
    }
}

fn refused(error_code: ErrorCode) -> AlterPartitionResponse {
    AlterPartitionResponse { error_code, ..Default::default() }
}

fn asked(
    broker: &Broker,
    request: &AlterPartitionRequest,
    version: i16,
) -> (Vec<Asked>, Vec<(TopicPartition, IsrProposal)>) {
    let image = broker.cluster.image();
    let (mut asked, mut proposals) = (Vec::new(), Vec::new());
    for topic in &request.topics {
        let mut result = TopicResult {
            topic_name: topic.topic_name.clone(),
            topic_id: topic.topic_id,
            partitions: Vec::new(),
        };
        let name: Option<Arc<str>> = match version {
            BY_ID.. => image.topic_by_id(topic.topic_id).map(|topic| topic.name.clone()),
            _ => Some(topic.topic_name.as_str().into()),
        };
        let mut names = Vec::new();
        for partition in &topic.partitions {
            let Some(name) = &name else {
                let index = partition.partition_index;
                result.partitions.push(failed(index, ErrorCode::UNKNOWN_TOPIC_ID));
                continue;
            };
            let name = TopicPartition::new(name.clone(), partition.partition_index);
            proposals.push((name.clone(), proposal(partition, version)));
            names.push(name);
        }
        asked.push((result, names));
    }
    (asked, proposals)
}

fn proposal(partition: &PartitionData, version: i16) -> IsrProposal {
    let isr: Vec<BrokerId> = match version {
        WITH_EPOCHS.. => {
            partition.new_isr_with_epochs.iter().map(|it| BrokerId(it.broker_id)).collect()
        }
        _ => partition.new_isr.iter().copied().map(BrokerId).collect(),
    };
    IsrProposal {
        leader_epoch: LeaderEpoch(partition.leader_epoch),
        partition_epoch: partition.partition_epoch,
        isr,
        recovering: partition.leader_recovery_state == 1,
    }
}

fn answer(
    asked: Vec<Asked>,
    decided: &BTreeMap<TopicPartition, Result<LeaderAndIsr, Refusal>>,
    version: i16,
) -> AlterPartitionResponse {
    let topics = asked.into_iter().map(|(mut topic, names)| {
        let results = names.iter().map(|name| match decided.get(name) {
            Some(Ok(now)) => PartitionResult {
                partition_index: name.partition,
                error_code: ErrorCode::NONE,
                leader_id: now.leader.map_or(-1, |id| id.0),
                leader_epoch: now.leader_epoch.0,
                isr: now.isr.iter().map(|id| id.0).collect(),
                leader_recovery_state: i8::from(now.recovering),
                partition_epoch: now.version,
            },
            Some(Err(refusal)) => failed(name.partition, code(*refusal, version)),
            None => failed(name.partition, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
        });
        topic.partitions.extend(results);
        topic
    });
    AlterPartitionResponse { topics: topics.collect(), ..Default::default() }
}

fn failed(partition_index: i32, error_code: ErrorCode) -> PartitionResult {
    PartitionResult { partition_index, error_code, ..Default::default() }
}

fn code(refusal: Refusal, version: i16) -> ErrorCode {
    match refusal {
        Refusal::NotController => ErrorCode::NOT_CONTROLLER,
        Refusal::StaleBrokerEpoch => ErrorCode::STALE_BROKER_EPOCH,
        Refusal::UnknownTopicOrPartition if version >= BY_ID => ErrorCode::UNKNOWN_TOPIC_ID,
        Refusal::UnknownTopicOrPartition => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        Refusal::FencedLeaderEpoch => ErrorCode::FENCED_LEADER_EPOCH,
        Refusal::InvalidUpdateVersion => ErrorCode::INVALID_UPDATE_VERSION,
        Refusal::InvalidRequest => ErrorCode::INVALID_REQUEST,
        Refusal::IneligibleReplica if version >= BY_ID => ErrorCode::INELIGIBLE_REPLICA,
        Refusal::IneligibleReplica => ErrorCode::OPERATION_NOT_ATTEMPTED,
        _ => ErrorCode::UNKNOWN_SERVER_ERROR,
    }
}
