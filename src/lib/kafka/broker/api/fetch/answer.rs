//! The answering half of a fetch: which partitions are mentioned, and how.

use crate::kafka::broker::fetch_sessions::{Asked, PartitionKey, Telling, Told};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::fetch::{
    AbortedTransaction, EpochEndOffset, FetchResponse, FetchableTopicResponse, LeaderIdAndEpoch,
    NodeEndpoint, PartitionData,
};
use crate::kafka::replica::partition::Reader;

use super::Job;
use super::reading::{Found, One};

impl Job {
    /// The answer to what was found.
    pub(super) fn answer(&self, found: Found) -> FetchResponse {
        let leading = &self.broker.throttles.leading;
        leading.record(self.broker.clock.now(), found.throttled_bytes);
        let mut response = FetchResponse { session_id: self.session, ..Default::default() };
        for (asked, one) in self.asked.iter().zip(found.partitions) {
            if self.session != 0 && !self.must_mention(asked, &one) {
                continue;
            }
            let data = self.partition(asked, one, &mut response.node_endpoints);
            match response.responses.last_mut() {
                Some(topic) if topic.topic == asked.topic && topic.topic_id == asked.topic_id => {
                    topic.partitions.push(data);
                }
                _ => response.responses.push(FetchableTopicResponse {
                    topic: asked.topic.clone(),
                    topic_id: asked.topic_id,
                    partitions: vec![data],
                }),
            }
        }
        response
    }

    /// The first answer of a session names everything, and so remembers it.
    fn must_mention(&self, asked: &Asked, one: &One) -> bool {
        let key = PartitionKey {
            topic: asked.topic.clone(),
            id: asked.topic_id,
            partition: asked.partition,
        };
        let told = Told {
            high_watermark: one.offsets.map_or(-1, |it| it.high_watermark),
            log_start: one.offsets.map_or(-1, |it| it.log_start),
        };
        let is_error = one.error.is_error();
        let telling = Telling {
            told,
            has_records: !one.records.is_empty(),
            must_say: is_error || one.diverging.is_some() || one.nearest.is_some(),
            is_error,
        };
        self.broker.fetch_sessions().must_mention(self.session, &key, telling) || !self.incremental
    }

    fn partition(&self, asked: &Asked, one: One, nodes: &mut Vec<NodeEndpoint>) -> PartitionData {
        let read_committed = self.reader == Reader::Consumer { read_committed: true };
        let aborted = one.aborted.iter().map(|it| AbortedTransaction {
            producer_id: it.producer_id,
            first_offset: it.first_offset,
        });
        let mut data = PartitionData {
            partition_index: asked.partition,
            error_code: one.error,
            high_watermark: one.offsets.map_or(-1, |it| it.high_watermark),
            last_stable_offset: one.offsets.map_or(-1, |it| it.last_stable),
            log_start_offset: one.offsets.map_or(-1, |it| it.log_start),
            aborted_transactions: read_committed.then(|| aborted.collect()),
            preferred_read_replica: one.nearest.map_or(-1, |id| id.0),
            records: one.records,
            ..Default::default()
        };
        if let Some((epoch, end_offset)) = one.diverging {
            data.diverging_epoch = EpochEndOffset { epoch: epoch.0, end_offset };
        }
        if matches!(one.error, ErrorCode::NOT_LEADER_OR_FOLLOWER | ErrorCode::FENCED_LEADER_EPOCH) {
            self.name_leader(asked, &mut data, nodes);
        }
        data
    }

    /// Says who leads, so that the client need not ask (KIP-951).
    fn name_leader(&self, asked: &Asked, data: &mut PartitionData, nodes: &mut Vec<NodeEndpoint>) {
        let image = self.broker.cluster.image();
        let topic = match image.topic_by_id(asked.topic_id) {
            Some(topic) => topic,
            None => match image.topic(&asked.topic) {
                Some(topic) => topic,
                None => return,
            },
        };
        let Some(partition) = topic.partitions.get(&asked.partition) else { return };
        data.current_leader =
            LeaderIdAndEpoch { leader_id: partition.leader, leader_epoch: partition.leader_epoch };
        let Some(leader) = image.broker(partition.leader) else { return };
        if let Some(end) = leader.endpoint(&self.context.listener)
            && !nodes.iter().any(|node| node.node_id == leader.id)
        {
            nodes.push(NodeEndpoint {
                node_id: leader.id,
                host: end.host.clone(),
                port: end.port.into(),
                rack: leader.rack.clone(),
            });
        }
    }
}
