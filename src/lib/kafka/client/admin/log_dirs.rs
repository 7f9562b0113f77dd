//! Where the logs of a broker lie, and how large they are.

use std::sync::Arc;

use super::Admin;
use super::partitions::{by_topic, whole};
use crate::kafka::client::Result;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::describe_log_dirs::{
    DescribableLogDirTopic, DescribeLogDirsRequest,
};
use crate::kafka::types::TopicPartition;

/// A log directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDir {
    pub path: String,
    /// Why nothing is known of what lies in it.
    pub error: ErrorCode,
    pub replicas: Vec<LogDirReplica>,
}

/// A replica that lies in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDirReplica {
    pub partition: TopicPartition,
    /// In bytes.
    pub size: i64,
    /// How far it is behind; -1 where that is not known.
    pub offset_lag: i64,
    /// Whether it is a copy on its way into this directory.
    pub is_future: bool,
}

impl Admin {
    /// Describes the log directories of a broker: all that lies in them, or only the partitions
    /// named.
    pub async fn describe_log_dirs(
        &self,
        broker: i32,
        named: Option<&[TopicPartition]>,
    ) -> Result<Vec<LogDir>> {
        let topic = |(topic, partitions)| DescribableLogDirTopic { topic, partitions };
        let topics = named.map(|named| {
            let partitions = named.iter().map(|name| (name, name.partition));
            by_topic(partitions).into_iter().map(topic).collect()
        });
        let response = self.ask_broker(broker, &DescribeLogDirsRequest { topics }).await?;
        whole("log directories are not described", response.error_code, None)?;
        let dirs = response.results.into_iter().map(|dir| {
            let replicas = dir.topics.into_iter().flat_map(|topic| {
                let name: Arc<str> = topic.name.into();
                let replicas = topic.partitions.into_iter();
                replicas.map(move |it| LogDirReplica {
                    partition: TopicPartition::new(name.clone(), it.partition_index),
                    size: it.partition_size,
                    offset_lag: it.offset_lag,
                    is_future: it.is_future_key,
                })
            });
            LogDir { path: dir.log_dir, error: dir.error_code, replicas: replicas.collect() }
        });
        Ok(dirs.collect())
    }
}
