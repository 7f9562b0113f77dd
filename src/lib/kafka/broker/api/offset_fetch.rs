//! OffsetFetch (key 9): what a group has committed.
//!
//! * v2 may ask for everything, v3 throttles, v5 adds leader epochs, v7 waits out transactions
//!   (`require_stable`), v8 asks for several groups.
//! * Kafka reads what v0 asks for from ZooKeeper; here it comes from where all other offsets are.
//! * Before v2 an error of the group stands at each partition.
//! * Answers: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, INVALID_GROUP_ID,
//!   UNSTABLE_OFFSET_COMMIT.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::coordinator::group::{Request, Response};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::offset_fetch::{
    OffsetFetchRequest, OffsetFetchResponse, OffsetFetchResponseGroup,
    OffsetFetchResponsePartition, OffsetFetchResponsePartitions, OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
};

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
            let stable = request.require_stable;
            if version < SEVERAL {
                let topics: Topics = request.topics.map(|topics| {
                    topics.into_iter().map(|it| (it.name, it.partition_indexes)).collect()
                });
                let group = fetch(&broker, request.group_id, topics, stable, version).await;
                return single(group, version);
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
fn single(group: OffsetFetchResponseGroup, version: i16) -> OffsetFetchResponse {
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
                // ZooKeeper did not know of a partition nobody had committed for.
                error_code: match version == 0
                    && it.committed_offset < 0
                    && !it.error_code.is_error()
                {
                    true => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                    false => it.error_code,
                },
            })
            .collect(),
    });
    OffsetFetchResponse {
        topics: topics.collect(),
        error_code: group.error_code,
        ..Default::default()
    }
}
