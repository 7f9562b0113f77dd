//! Offsets of partitions: by time, first, last; deleting records.

use std::collections::BTreeMap;

use super::{Admin, Failure, Outcome};
use crate::kafka::client::{Client, Error, Result, Topics};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::delete_records::{DeleteRecordsPartition, DeleteRecordsTopic};
use crate::kafka::protocol::message::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsTopic,
};
use crate::kafka::protocol::message::{DeleteRecordsRequest, ListOffsetsRequest};
use crate::kafka::types::TopicPartition;

/// Which offset is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetSpec {
    Earliest,
    Latest,
    /// Of the record with the latest timestamp (KIP-734).
    MaxTimestamp,
    /// The earliest that lies on the broker's own disk (KIP-405).
    EarliestLocal,
    /// The latest that lies in tiered storage (KIP-1005).
    LatestTiered,
    /// The first at or after a time.
    At(i64),
}

impl OffsetSpec {
    fn timestamp(self) -> i64 {
        match self {
            OffsetSpec::Latest => -1,
            OffsetSpec::Earliest => -2,
            OffsetSpec::MaxTimestamp => -3,
            OffsetSpec::EarliestLocal => -4,
            OffsetSpec::LatestTiered => -5,
            OffsetSpec::At(time) => time,
        }
    }

    /// The first version of ListOffsets that knows it.
    fn version_min(self) -> i16 {
        match self {
            OffsetSpec::MaxTimestamp => 7,
            OffsetSpec::EarliestLocal => 8,
            OffsetSpec::LatestTiered => 9,
            OffsetSpec::At(_) | OffsetSpec::Earliest | OffsetSpec::Latest => 0,
        }
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundOffset {
    /// None where no record is at or after the time.
    pub offset: Option<i64>,
    pub timestamp: Option<i64>,
    pub leader_epoch: Option<i32>,
}

/// Asks the leaders of `wanted` once. Partitions without a leader, or whose leader cannot be
/// reached, fail with a retriable code, and the picture of the cluster is renewed for the next try.
pub(in crate::kafka::client) async fn list_offsets_once(
    client: &Client,
    wanted: &[(TopicPartition, OffsetSpec)],
    read_committed: bool,
) -> Result<Vec<(TopicPartition, Outcome<FoundOffset>)>> {
    let cluster = client.cluster();
    let mut by_leader: BTreeMap<i32, Vec<&(TopicPartition, OffsetSpec)>> = BTreeMap::new();
    let mut results = Vec::with_capacity(wanted.len());
    for want in wanted {
        match cluster.leader(&want.0.topic, want.0.partition) {
            Some(leader) => by_leader.entry(leader).or_default().push(want),
            None => {
                let code = match cluster.topics.contains_key(&*want.0.topic) {
                    true => ErrorCode::LEADER_NOT_AVAILABLE,
                    false => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                };
                results.push((want.0.clone(), Err(Failure { code, message: None })));
            }
        }
    }
    for (leader, wanted) in by_leader {
        match ask_leader(client, leader, &wanted, read_committed).await {
            Ok(found) => results.extend(found),
            Err(error) if error.is_connection() => {
                let failure = Failure {
                    code: ErrorCode::NETWORK_EXCEPTION,
                    message: Some(crate::base::error::Chain(&error).to_string()),
                };
                results.extend(wanted.iter().map(|it| (it.0.clone(), Err(failure.clone()))));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(results)
}

async fn ask_leader(
    client: &Client,
    leader: i32,
    wanted: &[&(TopicPartition, OffsetSpec)],
    read_committed: bool,
) -> Result<Vec<(TopicPartition, Outcome<FoundOffset>)>> {
    let connection = client.broker(leader).await?;
    let version = connection.version_of::<ListOffsetsRequest>()?;
    let needed = wanted.iter().map(|it| it.1.version_min()).max().unwrap_or_default();
    if needed > version {
        let address = connection.address().to_owned();
        let api = crate::kafka::protocol::api::ApiKey::ListOffsets;
        let offered = connection.versions().offered(api);
        return Err(Error::Unsupported { address, api, offered });
    }
    let cluster = client.cluster();
    let mut topics: BTreeMap<&str, Vec<ListOffsetsPartition>> = BTreeMap::new();
    for (partition, spec) in wanted {
        topics.entry(&partition.topic).or_default().push(ListOffsetsPartition {
            partition_index: partition.partition,
            // A leader that was deposed and does not know it refuses this (KIP-320).
            current_leader_epoch: cluster.leader_epoch(&partition.topic, partition.partition),
            timestamp: spec.timestamp(),
            ..ListOffsetsPartition::default()
        });
    }
    let topic =
        |(name, partitions): (&str, _)| ListOffsetsTopic { name: name.to_owned(), partitions };
    let request = ListOffsetsRequest {
        replica_id: -1,
        isolation_level: i8::from(read_committed),
        topics: topics.into_iter().map(topic).collect(),
    };
    let response = connection.call(&request, version, client.options().request_timeout).await?;
    let mut results = Vec::with_capacity(wanted.len());
    for topic in &response.topics {
        for partition in &topic.partitions {
            let name = TopicPartition::new(topic.name.as_str(), partition.partition_index);
            results.push((name, found(partition, version)));
        }
    }
    Ok(results)
}

fn found(partition: &ListOffsetsPartitionResponse, version: i16) -> Outcome<FoundOffset> {
    Failure::check(partition.error_code, None)?;
    let offset = match version {
        // The segment that begins at or before the time: its base is the best version 0 knows.
        0 => partition.old_style_offsets.first().copied(),
        _ => Some(partition.offset).filter(|it| *it >= 0),
    };
    Ok(FoundOffset {
        offset,
        timestamp: Some(partition.timestamp).filter(|it| *it >= 0),
        leader_epoch: Some(partition.leader_epoch).filter(|it| *it >= 0),
    })
}

impl Admin {
    /// Finds offsets, one result per partition wanted, in their order.
    pub async fn list_offsets(
        &self,
        wanted: &[(TopicPartition, OffsetSpec)],
        read_committed: bool,
    ) -> Result<Vec<(TopicPartition, Outcome<FoundOffset>)>> {
        let mut topics: Vec<String> = wanted.iter().map(|it| it.0.topic.to_string()).collect();
        topics.sort();
        topics.dedup();
        let mut retry = self.client.retry("listing offsets");
        let mut done: BTreeMap<TopicPartition, Outcome<FoundOffset>> = BTreeMap::new();
        loop {
            let left: Vec<_> =
                wanted.iter().filter(|it| !done.contains_key(&it.0)).cloned().collect();
            let tried = match self.client.refresh(Topics::Named(&topics), false).await {
                Ok(_) => list_offsets_once(&self.client, &left, read_committed).await,
                Err(error) => Err(error),
            };
            let mut last = None;
            match tried {
                Ok(results) => {
                    for (partition, outcome) in results {
                        match outcome {
                            // A topic that is not there is an answer here, not a reason to wait. A
                            // leader that has just come to it may not know it yet.
                            Err(failure)
                                if failure.code.is_retriable()
                                    && (failure.code != ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
                                        || self
                                            .client
                                            .cluster()
                                            .topics
                                            .contains_key(&*partition.topic)) =>
                            {
                                last = Some(failure.into_error(partition.to_string()));
                            }
                            outcome => drop(done.insert(partition, outcome)),
                        }
                    }
                }
                Err(error) => last = Some(error),
            }
            match last {
                None => break,
                Some(error) => retry.after(error).await?,
            }
        }
        let take = |(partition, _): &(TopicPartition, OffsetSpec)| {
            Some((partition.clone(), done.get(partition)?.clone()))
        };
        Ok(wanted.iter().filter_map(take).collect())
    }

    /// Moves the start of partitions to an offset; -1 is the high watermark. Gives the new start.
    pub async fn delete_records(
        &self,
        before: &[(TopicPartition, i64)],
    ) -> Result<Vec<(TopicPartition, Outcome<i64>)>> {
        let topics: Vec<String> = before.iter().map(|it| it.0.topic.to_string()).collect();
        let cluster = self.client.refresh(Topics::Named(&topics), false).await?;
        let mut results = Vec::with_capacity(before.len());
        for (partition, offset) in before {
            let Some(leader) = cluster.leader(&partition.topic, partition.partition) else {
                let code = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
                results.push((partition.clone(), Err(Failure { code, message: None })));
                continue;
            };
            let request = DeleteRecordsRequest {
                topics: vec![DeleteRecordsTopic {
                    name: partition.topic.to_string(),
                    partitions: vec![DeleteRecordsPartition {
                        partition_index: partition.partition,
                        offset: *offset,
                    }],
                }],
                timeout_ms: self.timeout_ms(),
            };
            let response = self.ask_broker(leader, &request).await?;
            for it in response.topics.into_iter().flat_map(|it| it.partitions) {
                let outcome = Failure::check(it.error_code, None).map(|()| it.low_watermark);
                results.push((partition.clone(), outcome));
            }
        }
        Ok(results)
    }
}
