//! Topics: create, list, describe, add partitions, delete; delete records.

use std::collections::BTreeMap;

use super::{Admin, Failure, Outcome};
use crate::base::uuid::Uuid;
use crate::kafka::client::cluster::{Topic, read_topic};
use crate::kafka::client::{Error, Result, Topics};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::create_partitions::{
    CreatePartitionsAssignment, CreatePartitionsTopic,
};
use crate::kafka::protocol::message::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use crate::kafka::protocol::message::delete_topics::DeleteTopicState;
use crate::kafka::protocol::message::{
    CreatePartitionsRequest, CreateTopicsRequest, DeleteTopicsRequest, MetadataRequest,
};

/// A topic to be created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTopic {
    pub name: String,
    /// The broker's default where none is given.
    pub partitions: Option<i32>,
    /// The broker's default where none is given.
    pub replication_factor: Option<i16>,
    /// Replicas by partition, in place of the two numbers.
    pub assignments: BTreeMap<i32, Vec<i32>>,
    pub configs: Vec<(String, String)>,
}

/// What became of a new topic, as far as the broker says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedTopic {
    pub id: Uuid,
    pub partitions: i32,
    pub replication_factor: i16,
}

/// Partitions to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPartitions {
    pub topic: String,
    /// How many there shall be in all.
    pub total: i32,
    /// Replicas of each new one, where the broker shall not choose.
    pub assignments: Option<Vec<Vec<i32>>>,
}

/// A topic in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicListing {
    pub name: String,
    pub id: Uuid,
    pub internal: bool,
}

impl Admin {
    /// Creates topics, or only checks whether they could be created.
    pub async fn create_topics(
        &self,
        topics: &[NewTopic],
        validate_only: bool,
    ) -> Result<Vec<(String, Outcome<CreatedTopic>)>> {
        let request = CreateTopicsRequest {
            topics: topics.iter().map(creatable).collect(),
            timeout_ms: self.timeout_ms(),
            validate_only,
        };
        let first = |response: &crate::kafka::protocol::message::CreateTopicsResponse| {
            response.topics.first().map_or(ErrorCode::NONE, |it| it.error_code)
        };
        let response = self.ask_controller(&request, first).await?;
        let results = response.topics.into_iter().map(|topic| {
            let created = CreatedTopic {
                id: topic.topic_id,
                partitions: topic.num_partitions,
                replication_factor: topic.replication_factor,
            };
            let outcome = Failure::check(topic.error_code, topic.error_message);
            (topic.name, outcome.map(|()| created))
        });
        Ok(results.collect())
    }

    /// Deletes topics.
    pub async fn delete_topics(&self, names: &[String]) -> Result<Vec<(String, Outcome<()>)>> {
        let state =
            |name: &String| DeleteTopicState { name: Some(name.clone()), topic_id: Uuid::ZERO };
        let request = DeleteTopicsRequest {
            topics: names.iter().map(state).collect(),
            topic_names: names.to_vec(),
            timeout_ms: self.timeout_ms(),
        };
        let first = |response: &crate::kafka::protocol::message::DeleteTopicsResponse| {
            response.responses.first().map_or(ErrorCode::NONE, |it| it.error_code)
        };
        let response = self.ask_controller(&request, first).await?;
        let results = response.responses.into_iter().map(|topic| {
            let outcome = Failure::check(topic.error_code, topic.error_message);
            (topic.name.unwrap_or_default(), outcome)
        });
        Ok(results.collect())
    }

    /// Adds partitions to topics, or only checks whether they could be added.
    pub async fn create_partitions(
        &self,
        topics: &[NewPartitions],
        validate_only: bool,
    ) -> Result<Vec<(String, Outcome<()>)>> {
        let assignment = |it: &Vec<i32>| CreatePartitionsAssignment { broker_ids: it.clone() };
        let topic = |it: &NewPartitions| CreatePartitionsTopic {
            name: it.topic.clone(),
            count: it.total,
            assignments: it.assignments.as_ref().map(|it| it.iter().map(assignment).collect()),
        };
        let request = CreatePartitionsRequest {
            topics: topics.iter().map(topic).collect(),
            timeout_ms: self.timeout_ms(),
            validate_only,
        };
        let first = |response: &crate::kafka::protocol::message::CreatePartitionsResponse| {
            response.results.first().map_or(ErrorCode::NONE, |it| it.error_code)
        };
        let response = self.ask_controller(&request, first).await?;
        let results = response.results.into_iter();
        Ok(results.map(|it| (it.name, Failure::check(it.error_code, it.error_message))).collect())
    }

    /// Every topic, by name.
    pub async fn list_topics(&self) -> Result<Vec<TopicListing>> {
        let mut retry = self.client.retry("listing topics");
        let response = loop {
            match self.client.metadata(Topics::All, false).await {
                Ok(response) => break response,
                Err(error) => retry.after(error).await?,
            }
        };
        let topics = response.topics.into_iter().filter_map(|topic| {
            Some(TopicListing {
                name: topic.name?,
                id: topic.topic_id,
                internal: topic.is_internal,
            })
        });
        let mut topics: Vec<TopicListing> = topics.collect();
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(topics)
    }

    /// Describes topics, all of them where no names are given. In the order of the names.
    pub async fn describe_topics(
        &self,
        names: Option<&[String]>,
        authorized_operations: bool,
    ) -> Result<Vec<(String, Outcome<Topic>)>> {
        let mut retry = self.client.retry("describing topics");
        loop {
            match self.describe_topics_once(names, authorized_operations).await {
                Ok(topics) => return Ok(topics),
                Err(error) => retry.after(error).await?,
            }
        }
    }

    async fn describe_topics_once(
        &self,
        names: Option<&[String]>,
        authorized_operations: bool,
    ) -> Result<Vec<(String, Outcome<Topic>)>> {
        let named = |names: &[String]| {
            names.iter().map(|name| crate::kafka::client::topic_named(name)).collect()
        };
        let request = MetadataRequest {
            topics: names.map(named),
            allow_auto_topic_creation: false,
            include_topic_authorized_operations: authorized_operations,
            ..MetadataRequest::default()
        };
        let response = self.client.ask_any(&request).await?;
        let outcome = |topic: &crate::kafka::protocol::message::metadata::MetadataResponseTopic| {
            let name = topic.name.clone()?;
            // A topic without leaders is there all the same; so is one whose creation goes on.
            let outcome = match topic.error_code {
                ErrorCode::LEADER_NOT_AVAILABLE => Ok(()),
                code => Failure::check(code, None),
            };
            Some((name.clone(), outcome.map(|()| read_topic(&name, topic))))
        };
        let mut found: BTreeMap<String, Outcome<Topic>> =
            response.topics.iter().filter_map(outcome).collect();
        let Some(names) = names else { return Ok(found.into_iter().collect()) };
        let missing = || Failure { code: ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, message: None };
        let mut results = Vec::with_capacity(names.len());
        for name in names {
            let outcome = found.remove(name).unwrap_or_else(|| Err(missing()));
            results.push((name.clone(), outcome));
        }
        Ok(results)
    }

    /// Waits until a topic is there and all its partitions have leaders.
    pub async fn await_topic(&self, name: &str) -> Result<()> {
        let mut retry = self.client.retry(format!("waiting for topic {name}"));
        let names = [name.to_owned()];
        loop {
            let cluster = self.client.refresh(Topics::Named(&names), false).await?;
            let partitions = cluster.topics.get(name).map(|it| it.partitions.as_slice());
            let leaderless = match partitions {
                None | Some([]) => Some(0),
                Some(all) => all.iter().find(|it| it.leader.is_none()).map(|it| it.index),
            };
            let Some(partition) = leaderless else { return Ok(()) };
            retry.after(Error::NoLeader { topic: name.to_owned(), partition }).await?;
        }
    }
}

fn creatable(topic: &NewTopic) -> CreatableTopic {
    let assignment = |(partition, brokers): (&i32, &Vec<i32>)| CreatableReplicaAssignment {
        partition_index: *partition,
        broker_ids: brokers.clone(),
    };
    let config = |(name, value): &(String, String)| CreatableTopicConfig {
        name: name.clone(),
        value: Some(value.clone()),
    };
    CreatableTopic {
        name: topic.name.clone(),
        num_partitions: topic.partitions.unwrap_or(-1),
        replication_factor: topic.replication_factor.unwrap_or(-1),
        assignments: topic.assignments.iter().map(assignment).collect(),
        configs: topic.configs.iter().map(config).collect(),
    }
}
