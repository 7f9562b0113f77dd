//! Topics through the brokers. The words are those of Kafka 3.9.

use std::collections::BTreeMap;

use super::super::{Ended, Exit, Failure, Io, clients};
use super::args::{Action, Args};
use super::describe::{self, Listed, Partition, Shown, Topic, Words};
use super::failed;
use crate::base::error::Chain;
use crate::base::uuid::Uuid;
use crate::config::{Properties, TopicConfig};
use crate::kafka::client::admin::{
    Admin, ConfigEntry, ConfigSource, NewPartitions, NewTopic, Reassignment, Resource, TopicListing,
};
use crate::kafka::client::{Error, cluster};
use crate::kafka::metadata::topic::is_internal;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::TopicPartition;

/// Does what was asked.
pub(super) async fn act(servers: &str, config: Option<&str>, args: &Args, io: &mut Io) -> Ended {
    let new = match args.action {
        // What can be refused without a broker is.
        Action::Create => Some(new_topic(args, io)?),
        _ => None,
    };
    let properties = clients::settings(io, config)?;
    let admin = clients::admin(servers, &properties, io).await?;
    match new {
        Some(new) => create(&admin, new, args, io).await?,
        None => match args.action {
            Action::List | Action::Create => list(&admin, args, io).await?,
            Action::Describe => describe_topics(&admin, args, io).await?,
            Action::Alter => alter(&admin, args).await?,
            Action::Delete => delete(&admin, args).await?,
        },
    }
    Ok(Exit::OK)
}

/// A call that failed as a whole.
fn broken(error: Error) -> Failure {
    failed(Chain(&error))
}

/// The topics that the filter takes, sorted by name.
async fn topics(admin: &Admin, args: &Args) -> Result<Vec<TopicListing>, Failure> {
    let mut topics = admin.list_topics().await.map_err(broken)?;
    topics.retain(|topic| {
        args.pattern.as_ref().is_none_or(|pattern| pattern.matches(&topic.name))
            && !(args.exclude_internal && (topic.internal || is_internal(&topic.name)))
    });
    Ok(topics)
}

/// The same, where having none may be an error.
async fn existing(admin: &Admin, args: &Args) -> Result<Vec<TopicListing>, Failure> {
    let topics = topics(admin, args).await?;
    match &args.topic {
        Some(topic) if topics.is_empty() && !args.if_exists => {
            Err(failed(format!("Topic '{topic}' does not exist as expected")))
        }
        _ => Ok(topics),
    }
}

async fn list(admin: &Admin, args: &Args, io: &mut Io) -> Result<(), Failure> {
    let topics = topics(admin, args).await?;
    let listed = topics.into_iter().map(|it| Listed { name: it.name, marked_for_deletion: false });
    let listed: Vec<Listed> = listed.collect();
    Ok(io.print(&describe::list(&listed, Words::Kafka39, args.format))?)
}

/// The topic to be created, held against what is known without a broker.
fn new_topic(args: &Args, io: &mut Io) -> Result<NewTopic, Failure> {
    let name = args.topic.clone().unwrap_or_default();
    let unfit = args.replication_factor.filter(|factor| !(1..=32_767).contains(factor));
    if unfit.is_some() {
        return Err(failed("The replication factor must be between 1 and 32767 inclusive"));
    }
    if args.partitions.is_some_and(|count| count < 1) {
        return Err(failed("The partitions must be greater than 0"));
    }
    TopicConfig::validate(&Properties::new(), &args.configs)
        .map_err(|error| failed(error.message()))?;
    if args.configs.get("message.format.version").is_some() {
        // The placeholders are what Kafka prints, and what filters of its output know.
        io.stdout.line(
            "WARNING: The configuration ${TopicConfig.MESSAGE_FORMAT_VERSION_CONFIG}=\
             ${props.getProperty(TopicConfig.MESSAGE_FORMAT_VERSION_CONFIG)} is specified. This \
             configuration will be ignored if the version is newer than the \
             inter.broker.protocol.version specified in the broker or if the \
             inter.broker.protocol.version is 3.0 or newer. This configuration is deprecated and \
             it will be removed in Apache Kafka 4.0.",
        )?;
    }
    if let Some(warning) = super::collision_warning(&name) {
        io.stdout.line(warning)?;
    }
    let by_hand = args.assignment.iter().flatten().cloned();
    Ok(NewTopic {
        name,
        partitions: args.partitions.filter(|_| args.assignment.is_none()),
        replication_factor: args.replication_factor.and_then(|factor| i16::try_from(factor).ok()),
        assignments: (0..).zip(by_hand).collect(),
        configs: args.configs.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
    })
}

async fn create(admin: &Admin, new: NewTopic, args: &Args, io: &mut Io) -> Result<(), Failure> {
    let name = new.name.clone();
    let outcomes = admin.create_topics(&[new], false).await.map_err(broken)?;
    for (_, outcome) in outcomes {
        match outcome {
            Err(refused)
                if refused.code == ErrorCode::TOPIC_ALREADY_EXISTS && args.if_not_exists =>
            {
                return Ok(());
            }
            Err(refused) => return Err(failed(refused)),
            Ok(_) => {}
        }
    }
    Ok(io.stdout.line(&format!("Created topic {name}."))?)
}

async fn alter(admin: &Admin, args: &Args) -> Result<(), Failure> {
    let names: Vec<String> = existing(admin, args).await?.into_iter().map(|it| it.name).collect();
    if names.is_empty() {
        return Ok(());
    }
    let described = admin.describe_topics(Some(&names), false).await.map_err(broken)?;
    let mut grown = Vec::new();
    for (topic, outcome) in described {
        let before = outcome.map_err(failed)?.partitions.len();
        let more = |by_hand: &Vec<Vec<i32>>| by_hand.iter().skip(before).cloned().collect();
        let assignments = args.assignment.as_ref().map(more);
        grown.push(NewPartitions { topic, total: args.partitions.unwrap_or(1), assignments });
    }
    refusal(admin.create_partitions(&grown, false).await.map_err(broken)?)
}

async fn delete(admin: &Admin, args: &Args) -> Result<(), Failure> {
    let names: Vec<String> = existing(admin, args).await?.into_iter().map(|it| it.name).collect();
    if names.is_empty() {
        return Ok(());
    }
    refusal(admin.delete_topics(&names).await.map_err(broken)?)
}

/// The first topic that was refused is the failure.
fn refusal(
    outcomes: Vec<(String, crate::kafka::client::admin::Outcome<()>)>,
) -> Result<(), Failure> {
    let refused = outcomes.into_iter().find_map(|(_, outcome)| outcome.err());
    refused.map_or(Ok(()), |refused| Err(failed(refused)))
}

async fn describe_topics(admin: &Admin, args: &Args, io: &mut Io) -> Result<(), Failure> {
    let listed = match args.topic_id {
        Some(id) => by_id(admin, id, args).await?,
        None => existing(admin, args).await?,
    };
    let names: Vec<String> = listed.into_iter().map(|topic| topic.name).collect();
    let topics = match names.as_slice() {
        [] => Vec::new(),
        names => read(admin, names).await?,
    };
    let shown =
        Shown { words: Words::Kafka39, filters: args.filters, with_overrides: args.with_overrides };
    Ok(io.print(&describe::describe(&topics, shown, args.format))?)
}

async fn by_id(admin: &Admin, id: Uuid, args: &Args) -> Result<Vec<TopicListing>, Failure> {
    let mut topics = admin.list_topics().await.map_err(broken)?;
    topics.retain(|topic| topic.id == id);
    if topics.is_empty() && !args.if_exists {
        return Err(failed(format!("TopicId '{id}' does not exist as expected")));
    }
    Ok(topics)
}

/// All that is shown of topics.
async fn read(admin: &Admin, names: &[String]) -> Result<Vec<Topic>, Failure> {
    let resources: Vec<Resource> = names.iter().map(Resource::topic).collect();
    let described = admin.describe_topics(Some(names), false).await.map_err(broken)?;
    let mut configs = BTreeMap::new();
    for (resource, outcome) in
        admin.describe_configs(&resources, false, false).await.map_err(broken)?
    {
        configs.insert(resource.name, outcome.map_err(failed)?);
    }
    let moves = reassignments(admin).await?;
    let live = admin.client().refresh(crate::kafka::client::Topics::None, false).await;
    let live = live.map_err(broken)?;
    let mut topics = Vec::new();
    for (name, outcome) in described {
        let found = outcome.map_err(failed)?;
        let entries = configs.remove(&name).unwrap_or_default();
        let min_isr = entries
            .iter()
            .find(|entry| entry.name == "min.insync.replicas")
            .and_then(|entry| entry.value.as_deref()?.parse().ok());
        let shown = |partition: &cluster::Partition| {
            let moved = TopicPartition::new(name.as_str(), partition.index);
            let Reassignment { adding, removing, .. } =
                moves.get(&moved).cloned().unwrap_or_default();
            let leads = |id: i32| live.brokers.contains_key(&id);
            Partition {
                id: partition.index,
                leader: partition.leader,
                leader_lives: partition.leader.is_some_and(leads),
                replicas: partition.replicas.clone(),
                isr: partition.isr.clone(),
                adding,
                removing,
                min_isr,
            }
        };
        topics.push(Topic {
            id: found.id,
            partitions: found.partitions.iter().map(shown).collect(),
            configs: entries.into_iter().filter_map(not_default).collect(),
            name: name.clone(),
            marked_for_deletion: false,
        });
    }
    Ok(topics)
}

/// What is shown of a setting: all that is not a default, the broker's own file included.
fn not_default(entry: ConfigEntry) -> Option<(String, String)> {
    (entry.source != ConfigSource::Default).then(|| (entry.name, entry.value.unwrap_or_default()))
}

/// The partitions that are on the move.
async fn reassignments(admin: &Admin) -> Result<BTreeMap<TopicPartition, Reassignment>, Failure> {
    match admin.list_reassignments(None).await {
        Ok(moves) => Ok(moves),
        // Brokers before 2.4 know of none.
        Err(Error::Unsupported { .. }) => Ok(BTreeMap::new()),
        Err(error) => Err(broken(error)),
    }
}
