//! DescribeLogDirs (key 35): the log directories of this broker and how large what lies in them is
//! (KIP-113).
//!
//! * No topics: all replicas. A directory is told even where none of them lies in it.
//! * v4 tells how large the file system is and what is left of it.
//! * Answers per directory: KAFKA_STORAGE_ERROR.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::describe_log_dirs::{
    DescribableLogDirTopic, DescribeLogDirsPartition, DescribeLogDirsRequest,
    DescribeLogDirsResponse, DescribeLogDirsResult, DescribeLogDirsTopic,
};
use crate::kafka::replica::Partition;
use crate::kafka::types::TopicPartition;

pub struct DescribeLogDirs;

impl Api for DescribeLogDirs {
    type Request = DescribeLogDirsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: DescribeLogDirsRequest,
    ) -> Outcome<DescribeLogDirsResponse> {
        let mut sizes = sizes(&broker.replicas.online(), request.topics.as_deref());
        let results = broker.replicas.logs().dirs().into_iter().map(|dir| {
            let log_dir = dir.path.display().to_string();
            if !dir.online {
                let error_code = ErrorCode::KAFKA_STORAGE_ERROR;
                return DescribeLogDirsResult { error_code, log_dir, ..Default::default() };
            }
            DescribeLogDirsResult {
                log_dir,
                topics: sizes.remove(&dir.path).map(by_topic).unwrap_or_default(),
                // What the file system does not tell is -1.
                total_bytes: dir.space.map_or(-1, |space| bytes(space.total)),
                usable_bytes: dir.space.map_or(-1, |space| bytes(space.usable)),
                ..Default::default()
            }
        });
        Outcome::Done(DescribeLogDirsResponse { results: results.collect(), ..Default::default() })
    }
}

fn bytes(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A replica's size and lag.
type Size = (TopicPartition, i64, i64);

/// What lies in each directory, of the topics that were named.
fn sizes(
    online: &[Arc<Partition>],
    named: Option<&[DescribableLogDirTopic]>,
) -> BTreeMap<PathBuf, Vec<Size>> {
    let mut sizes: BTreeMap<PathBuf, Vec<Size>> = BTreeMap::new();
    for partition in online {
        let id = partition.id();
        let is_named = |topic: &DescribableLogDirTopic| {
            *topic.topic == *id.topic && topic.partitions.contains(&id.partition)
        };
        if !named.is_none_or(|topics| topics.iter().any(is_named)) {
            continue;
        }
        let measured = partition.with_log(|log, high_watermark| {
            let dir = log.dir().parent().map(Path::to_owned).unwrap_or_default();
            // How far this replica's end is behind what it knows to be committed.
            (dir, bytes(log.size()), (high_watermark - log.log_end()).max(0))
        });
        // One that has just gone offline is told with its directory.
        if let Ok((dir, size, lag)) = measured {
            sizes.entry(dir).or_default().push((id.clone(), size, lag));
        }
    }
    sizes
}

fn by_topic(mut sizes: Vec<Size>) -> Vec<DescribeLogDirsTopic> {
    sizes.sort();
    let mut topics: Vec<DescribeLogDirsTopic> = Vec::new();
    for (name, partition_size, offset_lag) in sizes {
        let partition = DescribeLogDirsPartition {
            partition_index: name.partition,
            partition_size,
            offset_lag,
            is_future_key: false,
        };
        match topics.last_mut().filter(|topic| *topic.name == *name.topic) {
            Some(topic) => topic.partitions.push(partition),
            None => topics.push(DescribeLogDirsTopic {
                name: name.topic.to_string(),
                partitions: vec![partition],
            }),
        }
    }
    topics
}
