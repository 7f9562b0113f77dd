//! Topics through ZooKeeper, as tools before Kafka 3.0 did: what is written here the controller
//! finds. The words are those of Kafka 2.4.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::keeper::Keeper;
use super::super::{Ended, Exit, Failure, Io};
use super::args::{Action, Args};
use super::describe::{self, Listed, Partition, Shown, Topic, Words};
use super::failed;
use crate::base::rng::Rng;
use crate::config::{Properties, TopicConfig};
use crate::kafka::metadata::entity::Entity;
use crate::kafka::metadata::topic::{self, Candidate, Start};
use crate::kafka::metadata::znode::{self, PartitionState, TopicAssignment};

/// How often, and how far apart, registrations are looked for where there are none.
const REGISTRATION_LOOKS: usize = 20;
const REGISTRATION_PAUSE: Duration = Duration::from_millis(50);

/// Does what was asked.
pub(super) async fn act(servers: &str, args: &Args, io: &mut Io) -> Ended {
    let keeper = Keeper::connect(servers, io).await.map_err(failed)?;
    let done = match args.action {
        Action::List => list(&keeper, args, io).await,
        Action::Create => create(&keeper, args, io).await,
        Action::Describe => describe_topics(&keeper, args, io).await,
        Action::Alter => alter(&keeper, args, io).await,
        Action::Delete => delete(&keeper, args, io).await,
    };
    keeper.close().await;
    done.map(|()| Exit::OK)
}

/// The brokers, where a cluster that is just starting is given a moment: its port is open before its
/// brokers are registered.
async fn brokers_or_wait(keeper: &Keeper) -> Result<Vec<Candidate>, Failure> {
    for _ in 0..REGISTRATION_LOOKS {
        let brokers = keeper.brokers().await.map_err(failed)?;
        if !brokers.is_empty() {
            return Ok(brokers);
        }
        tokio::time::sleep(REGISTRATION_PAUSE).await;
    }
    keeper.brokers().await.map_err(failed)
}

/// The topics that the filter takes, sorted.
async fn topics(keeper: &Keeper, args: &Args) -> Result<Vec<String>, Failure> {
    let mut topics = keeper.names(znode::TOPICS).await.map_err(failed)?;
    topics.retain(|name| {
        args.pattern.as_ref().is_none_or(|pattern| pattern.matches(name))
            && !(args.exclude_internal && topic::is_internal(name))
    });
    Ok(topics)
}

/// The same, where having none may be an error.
async fn existing(keeper: &Keeper, args: &Args) -> Result<Vec<String>, Failure> {
    let topics = topics(keeper, args).await?;
    match &args.topic {
        Some(topic) if topics.is_empty() && !args.if_exists => {
            Err(failed(format!("Topic '{topic}' does not exist as expected")))
        }
        _ => Ok(topics),
    }
}

async fn list(keeper: &Keeper, args: &Args, io: &mut Io) -> Result<(), Failure> {
    let topics = topics(keeper, args).await?;
    let marked = keeper.names(znode::DELETE_TOPICS).await.map_err(failed)?;
    let listed = |name: String| Listed { marked_for_deletion: marked.contains(&name), name };
    let listed: Vec<Listed> = topics.into_iter().map(listed).collect();
    Ok(io.print(&describe::list(&listed, Words::Kafka24, args.format))?)
}

async fn describe_topics(keeper: &Keeper, args: &Args, io: &mut Io) -> Result<(), Failure> {
    let names = existing(keeper, args).await?;
    let marked = keeper.names(znode::DELETE_TOPICS).await.map_err(failed)?;
    let live = keeper.brokers().await.map_err(failed)?;
    let mut topics = Vec::new();
    for name in names {
        let Some(assignment) = keeper.assignment(&name).await.map_err(failed)? else { continue };
        let settings = keeper.settings(&Entity::Topic(name.clone())).await.map_err(failed)?;
        let mut partitions = Vec::new();
        for (&id, replicas) in &assignment.partitions {
            let data =
                keeper.read(&znode::partition_state_path(&name, id)).await.map_err(failed)?;
            let state =
                data.map(|data| PartitionState::decode(&data).map_err(failed)).transpose()?;
            let leader = state.as_ref().map(|state| state.leader).filter(|leader| *leader >= 0);
            partitions.push(Partition {
                id,
                leader,
                leader_lives: live.iter().any(|broker| Some(broker.id) == leader),
                replicas: replicas.clone(),
                isr: state.map(|state| state.isr).unwrap_or_default(),
                ..Partition::default()
            });
        }
        topics.push(Topic {
            marked_for_deletion: marked.contains(&name),
            name,
            configs: settings.into_iter().collect(),
            partitions,
            ..Topic::default()
        });
    }
    let shown =
        Shown { words: Words::Kafka24, filters: args.filters, with_overrides: args.with_overrides };
    Ok(io.print(&describe::describe(&topics, shown, args.format))?)
}

async fn create(keeper: &Keeper, args: &Args, io: &mut Io) -> Result<(), Failure> {
    let name = args.topic.as_deref().unwrap_or_default();
    if let Some(warning) = super::collision_warning(name) {
        io.stdout.line(warning)?;
    }
    let partitions = match &args.assignment {
        Some(assignment) => assignment.clone(),
        None => place(&brokers_or_wait(keeper).await?, args)?,
    };
    topic::check_name(name).map_err(failed)?;
    let topics = keeper.names(znode::TOPICS).await.map_err(failed)?;
    if topics.iter().any(|known| known == name) {
        if args.if_not_exists {
            return Ok(());
        }
        return Err(failed(format!("Topic '{name}' already exists.")));
    }
    let colliding: Vec<&str> =
        topics.iter().map(String::as_str).filter(|known| topic::collide(known, name)).collect();
    if !colliding.is_empty() {
        let known = colliding.join(", ");
        return Err(failed(format!("Topic '{name}' collides with existing topics: {known}")));
    }
    let settings = checked(&args.configs)?;
    // The settings first: the controller acts as soon as it sees the second node.
    keeper
        .write(&znode::config_topic_path(name), znode::config::encode(&settings))
        .await
        .map_err(failed)?;
    let assignment =
        TopicAssignment { partitions: (0..).zip(partitions).collect(), ..Default::default() };
    let data = Some(assignment.encode());
    match keeper.create(&znode::topic_path(name), data).await.map_err(failed)? {
        // As the releases that were used so had it, quotes and all.
        true => Ok(io.stdout.line(&format!("Created topic \"{name}\"."))?),
        false => Err(failed(format!("Topic '{name}' already exists."))),
    }
}

/// Replicas for a new topic.
fn place(brokers: &[Candidate], args: &Args) -> Result<Vec<Vec<i32>>, Failure> {
    // The check of the numbers' signs is the placement's own; they only must fit.
    let count = |number: Option<i32>| usize::try_from(number.unwrap_or(0)).unwrap_or(0);
    let start = Start::random(&mut Rng::from_system(), brokers.len());
    let brokers = unracked(brokers, args);
    topic::assign(&brokers, count(args.partitions), count(args.replication_factor), start)
        .map_err(failed)
}

/// The brokers without their racks where `--disable-rack-aware` says so.
fn unracked(brokers: &[Candidate], args: &Args) -> Vec<Candidate> {
    let rack = |broker: &Candidate| broker.rack.clone().filter(|_| args.rack_aware);
    brokers.iter().map(|broker| Candidate { id: broker.id, rack: rack(broker) }).collect()
}

/// Settings that a broker would take.
fn checked(configs: &Properties) -> Result<BTreeMap<String, String>, Failure> {
    TopicConfig::validate(&Properties::new(), configs).map_err(|error| failed(error.message()))?;
    Ok(configs.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

async fn alter(keeper: &Keeper, args: &Args, io: &mut Io) -> Result<(), Failure> {
    for name in existing(keeper, args).await? {
        if !args.configs.is_empty() || !args.delete_configs.is_empty() {
            alter_settings(keeper, &name, args, io).await?;
        }
        if let Some(count) = args.partitions {
            add_partitions(keeper, &name, count, args, io).await?;
        }
    }
    Ok(())
}

async fn alter_settings(
    keeper: &Keeper,
    name: &str,
    args: &Args,
    io: &mut Io,
) -> Result<(), Failure> {
    io.stdout.line(
        "WARNING: Altering topic configuration from this script has been deprecated and may be \
         removed in future releases.",
    )?;
    io.stdout.line("         Going forward, please use kafka-configs.sh for this functionality")?;
    let mut settings = Properties::new();
    let entity = Entity::Topic(name.to_owned());
    for (key, value) in keeper.settings(&entity).await.map_err(failed)? {
        settings.set(key, value);
    }
    args.configs.iter().for_each(|(key, value)| settings.set(key, value));
    for key in &args.delete_configs {
        settings.remove(key);
    }
    keeper.set(&entity, &checked(&settings)?).await.map_err(failed)?;
    Ok(io.stdout.line(&format!("Updated config for topic {name}."))?)
}

async fn add_partitions(
    keeper: &Keeper,
    name: &str,
    count: i32,
    args: &Args,
    io: &mut Io,
) -> Result<(), Failure> {
    if topic::is_internal(name) {
        return Err(failed(format!(
            "The number of partitions for the internal topic {name} cannot be changed."
        )));
    }
    io.stdout.line(
        "WARNING: If partitions are increased for a topic that has a key, the partition logic or \
         ordering of the messages will be affected",
    )?;
    let Some(mut assignment) = keeper.assignment(name).await.map_err(failed)? else {
        return Err(failed(format!("The topic {name} does not exist")));
    };
    let before = assignment.partitions.len();
    let wanted = usize::try_from(count).unwrap_or(0);
    let Some(first) = assignment.partitions.get(&0).filter(|_| wanted > before) else {
        return Err(failed(format!(
            "The number of partitions for a topic can only be increased. Topic {name} currently \
             has {before} partitions, {count} would not be an increase."
        )));
    };
    let more = match &args.assignment {
        Some(by_hand) => by_hand.iter().skip(before).cloned().collect(),
        None => {
            let brokers = unracked(&keeper.brokers().await.map_err(failed)?, args);
            let start = Start::continuing(&brokers, first.first().copied().unwrap_or(0), before);
            topic::assign(&brokers, wanted - before, first.len(), start).map_err(failed)?
        }
    };
    if more.len() != wanted - before {
        return Err(failed(format!(
            "The assignment names {} partitions where {count} are wanted",
            before + more.len()
        )));
    }
    let next = i32::try_from(before).unwrap_or(i32::MAX);
    assignment.partitions.extend((next..).zip(more));
    keeper.write(&znode::topic_path(name), assignment.encode()).await.map_err(failed)?;
    Ok(io.stdout.line("Adding partitions succeeded!")?)
}

async fn delete(keeper: &Keeper, args: &Args, io: &mut Io) -> Result<(), Failure> {
    for name in existing(keeper, args).await? {
        if topic::is_internal(&name) {
            return Err(failed(format!(
                "Topic {name} is a kafka internal topic and is not allowed to be marked for \
                 deletion."
            )));
        }
        match keeper.create(&znode::delete_topic_path(&name), None).await.map_err(failed)? {
            true => {
                io.stdout.line(&format!("Topic {name} is marked for deletion."))?;
                io.stdout.line(
                    "Note: This will have no impact if delete.topic.enable is not set to true.",
                )?;
            }
            false => {
                io.stdout.line(&format!("Topic {name} is already marked for deletion."))?;
            }
        }
    }
    Ok(())
}
