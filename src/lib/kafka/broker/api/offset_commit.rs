//! OffsetCommit (key 8): how far a group has consumed.
//!
//! * v1 adds generation and member, v2 to v4 a retention of the offsets' own, v6 leader epochs, v7
//!   the static member id.
//! * What v0 commits is kept in ZooKeeper, without its metadata.
//! * Partitions that do not exist are refused one by one, the others are committed together.
//! * Answers per partition: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION,
//!   REBALANCE_IN_PROGRESS, OFFSET_METADATA_TOO_LARGE, INVALID_GROUP_ID, FENCED_INSTANCE_ID,
//!   NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::old_offsets;
use crate::kafka::coordinator::group::{Request, Response, metadata_is_too_large};
use crate::kafka::metadata::Image;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestTopic, OffsetCommitResponse,
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use crate::kafka::types::TopicPartition;

pub struct OffsetCommit;

impl Api for OffsetCommit {
    type Request = OffsetCommitRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        mut request: OffsetCommitRequest,
    ) -> Outcome<OffsetCommitResponse> {
        let asked = request.topics.clone();
        let image = broker.cluster.image();
        keep_existing(&image, &mut request.topics);
        if request.topics.is_empty() {
            return Outcome::Done(merge(&asked, OffsetCommitResponse::default()));
        }
        let broker = broker.clone();
        if context.version == 0 {
            return Outcome::Parked(Box::pin(async move {
                merge(&asked, commit_to_zookeeper(&broker, &request).await)
            }));
        }
        Outcome::Parked(Box::pin(async move {
            let (group, kept) = (request.group_id.clone(), request.topics.clone());
            match broker.shards.ask(&broker, &group, Request::OffsetCommit(request)).await {
                Ok(Response::OffsetCommit(response)) => merge(&asked, response),
                Ok(other) => unreachable!("asked OffsetCommit and got {other:?}"),
                Err(error_code) => merge(&asked, all(&kept, error_code)),
            }
        }))
    }
}

async fn commit_to_zookeeper(
    broker: &Broker,
    request: &OffsetCommitRequest,
) -> OffsetCommitResponse {
    let max = usize::try_from(broker.config().offset_metadata_max_bytes).unwrap_or(0);
    let mut response = all(&request.topics, ErrorCode::NONE);
    let mut kept = Vec::new();
    let asked = request.topics.iter().flat_map(|topic| {
        topic.partitions.iter().map(|partition| (topic.name.as_str(), partition))
    });
    let answers = response.topics.iter_mut().flat_map(|topic| &mut topic.partitions);
    let mut open = Vec::new();
    for ((topic, partition), answer) in asked.zip(answers) {
        let metadata = partition.committed_metadata.as_deref().unwrap_or_default();
        if metadata_is_too_large(metadata, max) {
            answer.error_code = ErrorCode::OFFSET_METADATA_TOO_LARGE;
            continue;
        }
        let place = TopicPartition::new(topic, partition.partition_index);
        kept.push((place, partition.committed_offset));
        open.push(answer);
    }
    let codes = old_offsets::commit(&broker.zookeeper, &request.group_id, &kept).await;
    for (answer, code) in open.into_iter().zip(codes) {
        answer.error_code = code;
    }
    response
}

fn keep_existing(image: &Image, topics: &mut Vec<OffsetCommitRequestTopic>) {
    for topic in topics.iter_mut() {
        let name = &topic.name;
        topic.partitions.retain(|it| image.partition(name, it.partition_index).is_some());
    }
    topics.retain(|topic| !topic.partitions.is_empty());
}

fn all(topics: &[OffsetCommitRequestTopic], error_code: ErrorCode) -> OffsetCommitResponse {
    let topics = topics.iter().map(|topic| OffsetCommitResponseTopic {
        name: topic.name.clone(),
        partitions: topic
            .partitions
            .iter()
            .map(|it| OffsetCommitResponsePartition {
                partition_index: it.partition_index,
                error_code,
            })
            .collect(),
    });
    OffsetCommitResponse { topics: topics.collect(), ..Default::default() }
}

/// The machine's answers in the order of the request; what it was not asked does not exist.
fn merge(
    asked: &[OffsetCommitRequestTopic],
    answered: OffsetCommitResponse,
) -> OffsetCommitResponse {
    let mut response = all(asked, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    for topic in &mut response.topics {
        let Some(known) = answered.topics.iter().find(|it| it.name == topic.name) else { continue };
        for partition in &mut topic.partitions {
            let mut same = known.partitions.iter();
            if let Some(found) = same.find(|it| it.partition_index == partition.partition_index) {
                partition.error_code = found.error_code;
            }
        }
    }
    response
}
