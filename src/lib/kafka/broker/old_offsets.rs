//! Offsets that the oldest consumers keep in ZooKeeper, a decimal number in a node a partition: what
//! version 0 of OffsetCommit and OffsetFetch write and read. There is no group behind them, any
//! broker does it, and metadata is not kept.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::zookeeper::{ZooKeeper, get_data, keeper, set_data};
use crate::kafka::metadata::znode::consumer_offset_path;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::TopicPartition;
use crate::zookeeper::client::{self, Answer};
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::{CreateMode, CreateRequest};
use crate::zookeeper::jute::{Acl, KeeperError, Reply, Request};

/// How often a node that others make and delete meanwhile is set.
const TRIES: usize = 3;

/// Keeps the offsets of a group; says of each what became of it.
pub async fn commit(
    zookeeper: &ZooKeeper,
    group: &str,
    offsets: &[(TopicPartition, i64)],
) -> Vec<ErrorCode> {
    let mut codes = vec![ErrorCode::UNKNOWN_SERVER_ERROR; offsets.len()];
    if let Err(error) = write(zookeeper, group, offsets, &mut codes).await {
        warn(&error);
    }
    codes
}

async fn write(
    zookeeper: &ZooKeeper,
    group: &str,
    offsets: &[(TopicPartition, i64)],
    codes: &mut [ErrorCode],
) -> client::Result<()> {
    let node = |index: usize| {
        let (partition, offset) = &offsets[index];
        let path = consumer_offset_path(group, &partition.topic, partition.partition);
        (path, offset.to_string().into_bytes())
    };
    let mut left: Vec<usize> = (0..offsets.len()).collect();
    for _ in 0..TRIES {
        let sets =
            left.iter().map(|index| node(*index)).map(|(path, text)| set_data(path, text, -1));
        let answers = zookeeper.insist(sets.collect()).await?;
        let missing = settle(&left, answers, KeeperError::NoNode, codes);
        let nodes: Vec<(String, Vec<u8>)> = missing.iter().map(|index| node(*index)).collect();
        let parents: BTreeSet<&str> = nodes.iter().flat_map(|(path, _)| parents(path)).collect();
        let count = parents.len();
        let above = parents.into_iter().map(|path| creation(path.to_owned(), None));
        let below = nodes.iter().map(|(path, text)| creation(path.clone(), Some(text.clone())));
        let mut answers = zookeeper.insist(above.chain(below).collect()).await?;
        let answers = answers.split_off(count);
        left = settle(&missing, answers, KeeperError::NodeExists, codes);
        if left.is_empty() {
            break;
        }
    }
    Ok(())
}

/// Notes what became of each; gives those that failed in the way that is no end yet.
fn settle(
    asked: &[usize],
    answers: Vec<client::Result<Answer>>,
    again: KeeperError,
    codes: &mut [ErrorCode],
) -> Vec<usize> {
    let mut left = Vec::new();
    for (index, answer) in asked.iter().zip(answers) {
        match answer {
            Ok(_) => codes[*index] = ErrorCode::NONE,
            Err(_) if keeper(&answer) == Some(again) => left.push(*index),
            Err(error) => warn(&error),
        }
    }
    left
}

/// The nodes above a path, the highest first.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').skip(1).map(|(end, _)| &path[..end])
}

/// A node that anyone may change, as old consumers do.
fn creation(path: String, data: Option<Vec<u8>>) -> Request {
    let (acl, flags) = (vec![Acl::world(perms::ALL)], CreateMode::Persistent.flags());
    Request::Create(CreateRequest { path, data: data.map(Bytes::from), acl, flags })
}

/// The offsets of a group, in the order they are asked for; none where none was committed.
pub async fn fetch(
    zookeeper: &ZooKeeper,
    group: &str,
    partitions: &[TopicPartition],
) -> Vec<Result<Option<i64>, ErrorCode>> {
    let path = |it: &TopicPartition| consumer_offset_path(group, &it.topic, it.partition);
    let reads = partitions.iter().map(|it| get_data(path(it), false));
    match zookeeper.insist(reads.collect()).await {
        Ok(answers) => answers.into_iter().map(offset).collect(),
        Err(error) => {
            warn(&error);
            vec![Err(ErrorCode::UNKNOWN_SERVER_ERROR); partitions.len()]
        }
    }
}

fn offset(answer: client::Result<Answer>) -> Result<Option<i64>, ErrorCode> {
    match answer {
        Ok(Answer { reply: Reply::Data(found), .. }) => {
            let text = found.data.unwrap_or_default();
            let number = std::str::from_utf8(&text).ok().and_then(|text| text.trim().parse().ok());
            number.map(Some).ok_or(ErrorCode::UNKNOWN_SERVER_ERROR)
        }
        Ok(_) => Err(ErrorCode::UNKNOWN_SERVER_ERROR),
        Err(_) if keeper(&answer) == Some(KeeperError::NoNode) => Ok(None),
        Err(error) => {
            warn(&error);
            Err(ErrorCode::UNKNOWN_SERVER_ERROR)
        }
    }
}

fn warn(error: &client::Error) {
    tracing::warn!(target: "kafka.server.KafkaApis", "Offsets in ZooKeeper: {error}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_from_the_top() {
        let path = consumer_offset_path("g", "t", 3);
        let expected =
            ["/consumers", "/consumers/g", "/consumers/g/offsets", "/consumers/g/offsets/t"];
        assert_eq!(parents(&path).collect::<Vec<_>>(), expected);
    }
}
