//! OffsetFetch (key 9): what a group has committed.
//!
//! * v2 may ask for everything, v3 throttles, v5 adds leader epochs, v7 waits out transactions
//!   (`require_stable`), v8 asks for several groups.
//! * v0 reads what v0 of OffsetCommit has put into ZooKeeper; a partition that nobody committed for
//!   is UNKNOWN_TOPIC_OR_PARTITION there.
//! * Before v2 an error of the group stands at each partition.
//! * Answers: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, INVALID_GROUP_ID,
//!   UNSTABLE_OFFSET_COMMIT.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::old_offsets;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::offset_fetch::{
    OffsetFetchRequest, OffsetFetchResponse, OffsetFetchResponseGroup,
    OffsetFetchResponsePartition, OffsetFetchResponsePartitions, OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
};
use crate::kafka::types::TopicPartition;

/// The first version that asks for several groups.
const SEVERAL: i16 = 8;

pub struct OffsetFetch;

type Topics = Option<Vec<(String, Vec<i32>)>>;

impl Api for OffsetFetch {
    type Request = OffsetFetchRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: OffsetFetchRequest,
    ) -> Outcome<OffsetFetchResponse> {
        let (broker, version) = (broker.clone(), context.version);
        Outcome::Parked(Box::pin(async move {
            if version == 0 {
                return fetch_from_zookeeper(&broker, request).await;
            }
            let stable = request.require_stable;
            if version < SEVERAL {
                let topics: Topics = request.topics.map(|topics| {
                    topics.into_iter().map(|it| (it.name, it.partition_indexes)).collect()
                });
                let group = fetch(&broker, request.group_id, topics, stable, version).await;
                return single(group);
            }
            let mut groups = Vec::with_capacity(request.groups.len());
            for group in request.groups {
                let topics: Topics = group.topics.map(|topics| {
                    topics.into_iter().map(|it| (it.name, it.partition_indexes)).collect()
                });
                groups.push(fetch(&broker, group.group_id, topics, stable, version).await);
            }
            OffsetFetchResponse { groups, ..Default::default() }
        }))
    }
}

async fn fetch_from_zookeeper(broker: &Broker, request: OffsetFetchRequest) -> OffsetFetchResponse {
    let asked = request.topics.unwrap_or_default();
    let image = broker.cluster.image();
    let partitions: Vec<TopicPartition> = asked
        .iter()
        .flat_map(|topic| {
            topic
                .partition_indexes
                .iter()
                .map(|index| TopicPartition::new(topic.name.as_str(), *index))
        })
        .collect();
    let found = old_offsets::fetch(&broker.zookeeper, &request.group_id, &partitions).await;
    let mut answers = partitions.iter().zip(found).map(|(partition, found)| {
        let exists = image.partition(&partition.topic, partition.partition).is_some();
        let (committed_offset, error_code) = match found {
            Ok(Some(offset)) if exists => (offset, ErrorCode::NONE),
            Ok(_) => (-1, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
            Err(code) => (-1, code),
        };
        OffsetFetchResponsePartition {
            partition_index: partition.partition,
            committed_offset,
            committed_leader_epoch: -1,
            metadata: Some(String::new()),
            error_code,
        }
    });
    let topics = asked.iter().map(|topic| OffsetFetchResponseTopic {
        name: topic.name.clone(),
        partitions: answers.by_ref().take(topic.partition_indexes.len()).collect(),
    });
    OffsetFetchResponse { topics: topics.collect(), ..Default::default() }
}

async fn fetch(
    broker: &Broker,
    group: String,
    topics: Topics,
    require_stable: bool,
    version: i16,
) -> OffsetFetchResponseGroup {
    let asked = topics.clone();
    let request = Request::OffsetFetch { group: group.clone(), topics, require_stable };
    match broker.shards.ask(broker, &group, request).await {
        Ok(Response::OffsetFetch(response)) => response,
        Ok(other) => unreachable!("asked OffsetFetch and got {other:?}"),
        Err(error_code) => {
            let topics = if version < 2 { each(asked, error_code) } else { Vec::new() };
            OffsetFetchResponseGroup { group_id: group, topics, error_code }
        }
    }
}

fn each(asked: Topics, error_code: ErrorCode) -> Vec<OffsetFetchResponseTopics> {
    let partition = |partition_index| OffsetFetchResponsePartitions {
        partition_index,
        committed_offset: -1,
        committed_leader_epoch: -1,
        metadata: Some(String::new()),
        error_code,
    };
    let topics = asked.unwrap_or_default().into_iter();
    topics
        .map(|(name, partitions)| OffsetFetchResponseTopics {
            name,
            partitions: partitions.into_iter().map(partition).collect(),
        })
        .collect()
}

/// The form before several groups could be asked for.
fn single(group: OffsetFetchResponseGroup) -> OffsetFetchResponse {
    let topics = group.topics.into_iter().map(|topic| OffsetFetchResponseTopic {
        name: topic.name,
        partitions: topic
            .partitions
            .into_iter()
            .map(|it| OffsetFetchResponsePartition {
                partition_index: it.partition_index,
                committed_offset: it.committed_offset,
                committed_leader_epoch: it.committed_leader_epoch,
                metadata: it.metadata,
                error_code: it.error_code,
            })
            .collect(),
    });
    OffsetFetchResponse {
        topics: topics.collect(),
        error_code: group.error_code,
        ..Default::default()
    }
}
