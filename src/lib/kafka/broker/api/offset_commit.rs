//! OffsetCommit (key 8): how far a group has consumed.
//!
//! * v1 adds generation and member, v2 to v4 a retention of the offsets' own, v6 leader epochs, v7
//!   the static member id.
//! * Kafka keeps what v0 commits in ZooKeeper; here it goes where all other versions' offsets go.
//! * Partitions that do not exist are refused one by one, the others are committed together.
//! * Answers per partition: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION,
//!   REBALANCE_IN_PROGRESS, OFFSET_METADATA_TOO_LARGE, INVALID_GROUP_ID, FENCED_INSTANCE_ID,
//!   NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::metadata::Image;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestTopic, OffsetCommitResponse,
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};

pub struct OffsetCommit;

impl Api for OffsetCommit {
    type Request = OffsetCommitRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        mut request: OffsetCommitRequest,
    ) -> Outcome<OffsetCommitResponse> {
        if context.version == 0 {
            // A consumer that manages its own membership, as later versions say it.
            request.generation_id_or_member_epoch = -1;
        }
        let asked = request.topics.clone();
        let image = broker.cluster.image();
        keep_existing(&image, &mut request.topics);
        if request.topics.is_empty() {
            return Outcome::Done(merge(&asked, OffsetCommitResponse::default()));
        }
        let broker = broker.clone();
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
