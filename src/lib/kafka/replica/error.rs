//! Why a partition refuses.

use std::fmt;

use crate::kafka::log;
use crate::kafka::types::{BrokerId, LeaderEpoch, Offset, TopicPartition};

/// A refusal. The shell maps it to a code.
#[derive(Debug)]
pub enum Error {
    /// This broker does not lead the partition.
    NotLeader(TopicPartition),
    /// This broker does not follow the partition in the epoch that was meant.
    NotFollower(TopicPartition),
    /// A broker fetched as a follower of a partition that it has no replica of.
    NotReplica { partition: TopicPartition, broker: BrokerId },
    /// The asker knows an older leader.
    FencedLeaderEpoch { current: LeaderEpoch, asked: LeaderEpoch },
    /// The asker knows a newer leader than this broker.
    UnknownLeaderEpoch { current: LeaderEpoch, asked: LeaderEpoch },
    /// Too few replicas are in sync for `acks=all`.
    NotEnoughReplicas { partition: TopicPartition, in_sync: usize, needed: usize },
    /// An offset outside the log.
    OffsetOutOfRange { partition: TopicPartition, offset: Offset, start: Offset, end: Offset },
    /// A new leader does not know yet how far its predecessor had come (KIP-207).
    OffsetNotAvailable(TopicPartition),
    /// The partition's log directory has failed, or the partition is being deleted.
    Offline(TopicPartition),
    /// The log refused.
    Log(log::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotLeader(partition) => write!(f, "this broker does not lead {partition}"),
            Error::NotFollower(partition) => write!(f, "{partition} is not followed any more"),
            Error::NotReplica { partition, broker } => {
                write!(f, "broker {broker} has no replica of {partition}")
            }
            Error::FencedLeaderEpoch { current, asked } => {
                write!(f, "leader epoch {asked} is older than the current {current}")
            }
            Error::UnknownLeaderEpoch { current, asked } => {
                write!(f, "leader epoch {asked} is newer than the known {current}")
            }
            Error::NotEnoughReplicas { partition, in_sync, needed } => {
                write!(f, "{partition} has {in_sync} replicas in sync, {needed} are needed")
            }
            Error::OffsetOutOfRange { partition, offset, start, end } => {
                write!(f, "offset {offset} of {partition} is outside {start}..={end}")
            }
            Error::OffsetNotAvailable(partition) => {
                write!(f, "the new leader of {partition} does not know its high watermark yet")
            }
            Error::Offline(partition) => write!(f, "{partition} is offline"),
            Error::Log(_) => f.write_str("the log refused"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Log(error) => Some(error),
            _ => None,
        }
    }
}

impl From<log::Error> for Error {
    fn from(error: log::Error) -> Error {
        Error::Log(error)
    }
}
