//! What is asked of the cluster by several actions.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Failure, Io, clients, exceptions};
use super::failed;
use super::plan::Assignment;
use crate::base::error::Chain;
use crate::kafka::client::admin::{Admin, Outcome, Resource};
use crate::kafka::client::cluster::{Broker, Topic};
use crate::kafka::client::{Error, Topics};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::TopicPartition;

/// What this tool calls itself, unless the operator's file says otherwise.
const CLIENT_ID: &str = "reassign-partitions-tool";

/// An admin client.
pub(super) async fn admin(
    servers: &str,
    config: Option<&str>,
    io: &mut Io,
) -> Result<Admin, Failure> {
    let mut properties = clients::settings(io, config)?;
    if properties.get("client.id").is_none() {
        properties.set("client.id", CLIENT_ID);
    }
    clients::admin(servers, &properties, io).await
}

/// A call that failed as a whole.
pub(super) fn broken(error: Error) -> Failure {
    failed(Chain(&error))
}

/// The brokers that are there.
pub(super) async fn live(admin: &Admin) -> Result<BTreeMap<i32, Broker>, Failure> {
    let cluster = admin.client().refresh(Topics::None, false).await.map_err(broken)?;
    Ok(cluster.brokers.clone())
}

/// Topics by name; a missing one is a failure beside its name.
async fn described(
    admin: &Admin,
    topics: BTreeSet<String>,
) -> Result<Vec<(String, Outcome<Topic>)>, Failure> {
    let names: Vec<String> = topics.into_iter().collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    admin.describe_topics(Some(&names), false).await.map_err(broken)
}

/// The replicas of all partitions of topics, all of which must be there.
pub(super) async fn assignment(
    admin: &Admin,
    topics: BTreeSet<String>,
) -> Result<Assignment, Failure> {
    let mut assignment = Assignment::new();
    for (name, outcome) in described(admin, topics).await? {
        let topic = outcome.map_err(|mut failure| {
            if failure.code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION {
                failure.message = Some(format!("Topic {name} not found."));
            }
            failed(exceptions::of_failure(&failure))
        })?;
        assignment.extend(replicas(&topic));
    }
    Ok(assignment)
}

fn replicas(topic: &Topic) -> impl Iterator<Item = (TopicPartition, Vec<i32>)> {
    let partitions = topic.partitions.iter();
    partitions.map(|it| (TopicPartition::new(topic.name.as_str(), it.index), it.replicas.clone()))
}

/// The replicas of these partitions; those that are not there are left out.
pub(super) async fn present<'a>(
    admin: &Admin,
    partitions: impl Iterator<Item = &'a TopicPartition>,
) -> Result<Assignment, Failure> {
    let wanted: BTreeSet<&TopicPartition> = partitions.collect();
    let mut present = Assignment::new();
    for (_, outcome) in described(admin, topics_of(wanted.iter().copied())).await? {
        match outcome {
            Ok(topic) => {
                present.extend(replicas(&topic).filter(|(name, _)| wanted.contains(name)));
            }
            Err(failure) if failure.code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => {}
            Err(failure) => {
                let text = exceptions::of_failure(&failure);
                return Err(failed(text));
            }
        }
    }
    Ok(present)
}

/// The topics to which partitions belong.
pub(super) fn topics_of<'a>(
    partitions: impl Iterator<Item = &'a TopicPartition>,
) -> BTreeSet<String> {
    partitions.map(|name| name.topic.to_string()).collect()
}

/// Changes settings of topics and brokers; the first that is refused is the failure.
pub(super) async fn alter_configs(
    admin: &Admin,
    changes: &[(Resource, Vec<crate::kafka::client::admin::Alteration>)],
) -> Result<(), Failure> {
    let outcomes = admin.incremental_alter_configs(changes, false).await.map_err(broken)?;
    let refused = outcomes.into_iter().find_map(|(_, outcome)| outcome.err());
    refused.map_or(Ok(()), |failure| Err(failed(exceptions::of_failure(&failure))))
}
