//! Making, growing and deleting topics in ZooKeeper, as every Kafka admin does it: the controller
//! sees the nodes appear and does the rest.
//!
//! * [`create`]: new topics, asked for or on first use.
//! * [`grow`]: more partitions.

pub mod create;
pub mod grow;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::kafka::metadata::Image;
use crate::kafka::metadata::topic::Candidate;
use crate::kafka::metadata::znode;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::zookeeper::client;
use crate::zookeeper::jute::request::CreateMode;
use crate::zookeeper::jute::{KeeperError, Reply, Request};

use super::Broker;
use super::zookeeper::exists;

/// Why a topic is not made, grown or deleted, as the client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: ErrorCode,
    pub message: Option<String>,
}

impl Refused {
    fn new(code: ErrorCode, message: impl Into<String>) -> Refused {
        Refused { code, message: Some(message.into()) }
    }
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Refused {
        Refused { code, message: None }
    }
}

/// ZooKeeper's refusals are nothing a client can do anything about.
impl From<client::Error> for Refused {
    fn from(error: client::Error) -> Refused {
        tracing::error!(target: "kafka.server.ZkAdminManager", "ZooKeeper: {error}");
        Refused::from(ErrorCode::UNKNOWN_SERVER_ERROR)
    }
}

/// The brokers that replicas can be put on.
fn candidates(image: &Image) -> Vec<Candidate> {
    let brokers = image.brokers.values();
    brokers.map(|it| Candidate { id: it.id, rack: it.rack.clone() }).collect()
}

/// Whether every partition of `topic`, of which there are at least `partitions`, has a leader.
fn is_ready(image: &Image, topic: &str, partitions: usize) -> bool {
    image.topic(topic).is_some_and(|topic| {
        topic.partitions.len() >= partitions
            && topic.partitions.values().all(|partition| partition.leader >= 0)
    })
}

/// Waits until the picture is as `wanted` for each of `topics`; says for which it was not in time.
pub async fn wait_for<'a>(
    broker: &Broker,
    timeout_ms: i32,
    topics: impl IntoIterator<Item = &'a str>,
    wanted: impl Fn(&Image, &str) -> bool,
) -> Vec<&'a str> {
    let mut waiting: Vec<&str> = topics.into_iter().collect();
    let within = Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
    if within.is_zero() {
        return waiting;
    }
    let all = broker.cluster.wait_for(|image| waiting.iter().all(|topic| wanted(image, topic)));
    // Which ones are late is read off the picture.
    let _ = tokio::time::timeout(within, all).await;
    let image = broker.cluster.image();
    waiting.retain(|topic| !wanted(&image, topic));
    waiting
}

/// Waits until all these topics, with so many partitions each, can be used.
pub async fn wait_until_ready(
    broker: &Broker,
    timeout_ms: i32,
    topics: &[(String, usize)],
) -> Vec<String> {
    let partitions: BTreeMap<&str, usize> =
        topics.iter().map(|(topic, count)| (topic.as_str(), *count)).collect();
    let names = partitions.keys().copied();
    let late = wait_for(broker, timeout_ms, names, |image, topic| {
        is_ready(image, topic, partitions.get(topic).copied().unwrap_or(0))
    });
    late.await.into_iter().map(str::to_owned).collect()
}

/// Asks for a topic to be deleted. Asking again is as good as asking once.
pub async fn delete(broker: &Arc<Broker>, topic: &str) -> Result<(), Refused> {
    if one(broker, exists(&znode::topic_path(topic), false)).await?.is_none() {
        return Err(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.into());
    }
    let path = znode::delete_topic_path(topic);
    one(broker, broker.zookeeper.creation(path, None, CreateMode::Persistent)).await?;
    Ok(())
}

/// The reply; none where the node is not there, or is there already.
async fn one(broker: &Broker, request: Request) -> client::Result<Option<Reply>> {
    let answer = broker.zookeeper.insist(vec![request]).await?.pop().expect("one answer a request");
    match answer {
        Ok(answer) => Ok(Some(answer.reply)),
        Err(error) => match error.keeper() {
            Some(KeeperError::NoNode | KeeperError::NodeExists) => Ok(None),
            _ => Err(error),
        },
    }
}
