//! What a follower asks its leader beside fetches: where epochs ended, where logs begin and end.

use crate::kafka::client::{Error, Result};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use crate::kafka::protocol::message::offset_for_leader_epoch::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use crate::kafka::types::{LeaderEpoch, Offset, TopicPartition};

use super::task::Task;
use super::{by_topic, versions};

/// The times that ListOffsets knows as the end and the start.
const LATEST: i64 = -1;
const EARLIEST: i64 = -2;

impl Task {
    /// Asks where epochs ended, for logs that may hold what the leader does not.
    pub(super) async fn ask_epochs(&mut self) -> Result<()> {
        let wanted = self.plan.epochs(self.broker.clock.both());
        if wanted.is_empty() {
            return Ok(());
        }
        let topics = by_topic(wanted).into_iter().map(|(topic, partitions)| {
            let partitions = partitions.into_iter().map(|(partition, (last, current))| {
                OffsetForLeaderPartition {
                    partition,
                    current_leader_epoch: current.0,
                    leader_epoch: last.0,
                }
            });
            OffsetForLeaderTopic { topic: topic.to_string(), partitions: partitions.collect() }
        });
        let request =
            OffsetForLeaderEpochRequest { replica_id: self.broker.id.0, topics: topics.collect() };
        let version = versions::offset_for_leader_epoch(self.protocol());
        let connection = self.connection().await?;
        let response = connection.call(&request, version, self.timeout()).await?;
        let now = self.broker.clock.both();
        for topic in response.topics {
            for it in topic.partitions {
                let name = TopicPartition::new(topic.topic.as_str(), it.partition);
                let (epoch, end) = (it.leader_epoch, it.end_offset);
                let taken = self.plan.epoch_ended(&name, it.error_code, epoch, end, now);
                if let Err(trouble) = taken {
                    self.tell(&name, &trouble);
                }
            }
        }
        Ok(())
    }

    /// Asks where the leader's logs begin and end, for fetches that were out of range.
    pub(super) async fn ask_ranges(&mut self) -> Result<()> {
        for (name, epoch) in self.plan.out_of_range(self.broker.clock.now()) {
            let (end_code, end) = self.ask_offset(&name, epoch, LATEST).await?;
            let (start_code, start) = self.ask_offset(&name, epoch, EARLIEST).await?;
            let code = if end_code.is_error() { end_code } else { start_code };
            let now = self.broker.clock.both();
            if let Err(trouble) = self.plan.range_told(&name, code, (start, end), now) {
                self.tell(&name, &trouble);
            }
        }
        Ok(())
    }

    async fn ask_offset(
        &mut self,
        name: &TopicPartition,
        epoch: LeaderEpoch,
        timestamp: i64,
    ) -> Result<(ErrorCode, Offset)> {
        let partition = ListOffsetsPartition {
            partition_index: name.partition,
            current_leader_epoch: epoch.0,
            timestamp,
            max_num_offsets: 1,
        };
        let topic = ListOffsetsTopic { name: name.topic.to_string(), partitions: vec![partition] };
        let request = ListOffsetsRequest {
            replica_id: self.broker.id.0,
            topics: vec![topic],
            ..ListOffsetsRequest::default()
        };
        let version = versions::list_offsets(self.protocol());
        let connection = self.connection().await?;
        let response = connection.call(&request, version, self.timeout()).await?;
        let mut partitions = response.topics.into_iter().flat_map(|topic| topic.partitions);
        let told = partitions.next().ok_or_else(|| {
            let what = format!("the leader says nothing of {name}");
            Error::refused(what, ErrorCode::UNKNOWN_SERVER_ERROR, None)
        })?;
        let offset = match version {
            0 => told.old_style_offsets.first().copied().unwrap_or(-1),
            _ => told.offset,
        };
        Ok((told.error_code, offset))
    }
}
