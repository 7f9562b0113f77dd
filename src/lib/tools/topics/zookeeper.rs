//! Topics through ZooKeeper, as tools before Kafka 3.0 did: what is written here the controller
//! finds. The words are those of Kafka 2.4.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use super::super::{Ended, Exit, Failure, Io, clients};
use super::args::{Action, Args};
use super::describe::{self, Listed, Partition, Shown, Topic, Words};
use super::failed;
use crate::base::rng::Rng;
use crate::config::{Properties, TopicConfig};
use crate::kafka::metadata::broker::Registration;
use crate::kafka::metadata::topic::{self, Candidate, Start};
use crate::kafka::metadata::znode::{self, PartitionState, TopicAssignment};
use crate::zookeeper::client::{Client, ConnectString, Error, Options};
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::CreateMode;
use crate::zookeeper::jute::{Acl, KeeperError};

/// How long to look for a server. Kafka's tool takes 30 seconds; nobody waits that long.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How often, and how far apart, registrations are looked for where there are none.
const REGISTRATION_LOOKS: usize = 20;
const REGISTRATION_PAUSE: Duration = Duration::from_millis(50);

/// Does what was asked.
pub(super) async fn act(servers: &str, args: &Args, io: &mut Io) -> Ended {
    let servers = ConnectString::parse(servers).map_err(failed)?;
    let options = Options { clock: io.clock.clone(), ..Options::default() };
    // The events are of no use to one look; without a reader they are dropped.
    let (client, _) = Client::start(&servers, options);
    clients::greet_zookeeper(&client, CONNECT_WITHIN, io).await?.map_err(failed)?;
    let keeper = Keeper { client };
    let done = match args.action {
        Action::List => list(&keeper, args, io).await,
        Action::Create => create(&keeper, args, io).await,
        Action::Describe => describe_topics(&keeper, args, io).await,
        Action::Alter => alter(&keeper, args, io).await,
        Action::Delete => delete(&keeper, args, io).await,
    };
    keeper.client.close().await;
    done.map(|()| Exit::OK)
}

/// What Kafka keeps in ZooKeeper, read and written as values.
struct Keeper {
    client: Client,
}

impl Keeper {
    /// A node's content; none where there is no node.
    async fn read(&self, path: &str) -> Result<Option<Bytes>, Failure> {
        match self.client.get(path, false).await {
            Ok((data, _)) => Ok(Some(data.unwrap_or_default())),
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// The names below a node, sorted; none where there is no node.
    async fn names(&self, path: &str) -> Result<Vec<String>, Failure> {
        match self.client.children(path, false).await {
            Ok((mut names, _)) => {
                names.sort();
                Ok(names)
            }
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => Ok(Vec::new()),
            Err(error) => Err(failed(error)),
        }
    }

    async fn create(&self, path: &str, data: Option<Vec<u8>>) -> Result<(), Error> {
        let acl = [Acl::world(perms::ALL)];
        let data = data.map(Bytes::from);
        let mode = CreateMode::Persistent;
        let created = self.client.create(path, data.clone(), &acl, mode).await;
        match (created, path.rsplit_once('/')) {
            // No broker has been here yet.
            (Err(error), Some((parent, _)))
                if error.keeper() == Some(KeeperError::NoNode) && !parent.is_empty() =>
            {
                self.client.create_all(parent).await?;
                self.client.create(path, data, &acl, mode).await.map(drop)
            }
            (created, _) => created.map(drop),
        }
    }

    /// Sets a node's content, making the node where it is not there.
    async fn write(&self, path: &str, data: Vec<u8>) -> Result<(), Failure> {
        match self.client.set(path, Some(Bytes::from(data.clone())), -1).await {
            Ok(_) => Ok(()),
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => {
                self.create(path, Some(data)).await.map_err(failed)
            }
            Err(error) => Err(failed(error)),
        }
    }

    async fn assignment(&self, topic: &str) -> Result<Option<TopicAssignment>, Failure> {
        let data = self.read(&znode::topic_path(topic)).await?;
        data.map(|data| TopicAssignment::decode(&data).map_err(failed)).transpose()
    }

    async fn settings(&self, topic: &str) -> Result<BTreeMap<String, String>, Failure> {
        let data = self.read(&znode::config_topic_path(topic)).await?;
        data.map_or(Ok(BTreeMap::new()), |data| znode::config::decode(&data).map_err(failed))
    }

    async fn brokers(&self) -> Result<Vec<Candidate>, Failure> {
        let mut brokers = Vec::new();
        for name in self.names(znode::BROKER_IDS).await? {
            let Ok(id) = name.parse() else { continue };
            // A broker may go between the listing and the reading.
            if let Some(data) = self.read(&znode::broker_id_path(id)).await? {
                let registration = Registration::from_json(&data).map_err(failed)?;
                brokers.push(Candidate { id, rack: registration.rack });
            }
        }
        brokers.sort_by_key(|broker| broker.id);
        Ok(brokers)
    }

    /// The same, where a cluster that is just starting is given a moment: its port is open before
    /// its brokers are registered.
    async fn brokers_or_wait(&self) -> Result<Vec<Candidate>, Failure> {
        for _ in 0..REGISTRATION_LOOKS {
            let brokers = self.brokers().await?;
            if !brokers.is_empty() {
                return Ok(brokers);
            }
            tokio::time::sleep(REGISTRATION_PAUSE).await;
        }
        self.brokers().await
    }

    /// The topics that the filter takes, sorted.
    async fn topics(&self, args: &Args) -> Result<Vec<String>, Failure> {
        let mut topics = self.names(znode::TOPICS).await?;
        topics.retain(|name| {
            args.pattern.as_ref().is_none_or(|pattern| pattern.matches(name))
                && !(args.exclude_internal && topic::is_internal(name))
        });
        Ok(topics)
    }

    /// The same, where having none may be an error.
    async fn existing(&self, args: &Args) -> Result<Vec<String>, Failure> {
        let topics = self.topics(args).await?;
        match &args.topic {
            Some(topic) if topics.is_empty() && !args.if_exists => {
                Err(failed(format!("Topic '{topic}' does not exist as expected")))
            }
            _ => Ok(topics),
        }
    }
}

async fn list(keeper: &Keeper, args: &Args, io: &mut Io) -> Result<(), Failure> {
    let topics = keeper.topics(args).await?;
    let marked = keeper.names(znode::DELETE_TOPICS).await?;
    let listed = |name: String| Listed { marked_for_deletion: marked.contains(&name), name };
    let listed: Vec<Listed> = topics.into_iter().map(listed).collect();
    Ok(io.print(&describe::list(&listed, Words::Kafka24, args.format))?)
}

async fn describe_topics(keeper: &Keeper, args: &Args, io: &mut Io) -> Result<(), Failure> {
    let names = keeper.existing(args).await?;
    let marked = keeper.names(znode::DELETE_TOPICS).await?;
    let live = keeper.brokers().await?;
    let mut topics = Vec::new();
    for name in names {
        let Some(assignment) = keeper.assignment(&name).await? else { continue };
        let settings = keeper.settings(&name).await?;
        let mut partitions = Vec::new();
        for (&id, replicas) in &assignment.partitions {
            let data = keeper.read(&znode::partition_state_path(&name, id)).await?;
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
        None => place(&keeper.brokers_or_wait().await?, args)?,
    };
    topic::check_name(name).map_err(failed)?;
    let topics = keeper.names(znode::TOPICS).await?;
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
    keeper.write(&znode::config_topic_path(name), znode::config::encode(&settings)).await?;
    let assignment =
        TopicAssignment { partitions: (0..).zip(partitions).collect(), ..Default::default() };
    match keeper.create(&znode::topic_path(name), Some(assignment.encode())).await {
        // As the releases that were used so had it, quotes and all.
        Ok(()) => Ok(io.stdout.line(&format!("Created topic \"{name}\"."))?),
        Err(error) if error.keeper() == Some(KeeperError::NodeExists) => {
            Err(failed(format!("Topic '{name}' already exists.")))
        }
        Err(error) => Err(failed(error)),
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
    for name in keeper.existing(args).await? {
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
    for (key, value) in keeper.settings(name).await? {
        settings.set(key, value);
    }
    args.configs.iter().for_each(|(key, value)| settings.set(key, value));
    for key in &args.delete_configs {
        settings.remove(key);
    }
    let settings = checked(&settings)?;
    keeper.write(&znode::config_topic_path(name), znode::config::encode(&settings)).await?;
    let change = znode::config_change::encode(&format!("topics/{name}"));
    let path = format!("{}/{}", znode::CONFIG_CHANGES, znode::CONFIG_CHANGE_PREFIX);
    let acl = [Acl::world(perms::ALL)];
    let mode = CreateMode::PersistentSequential;
    keeper.client.create_all(znode::CONFIG_CHANGES).await.map_err(failed)?;
    keeper.client.create(&path, Some(change.into()), &acl, mode).await.map_err(failed)?;
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
    let Some(mut assignment) = keeper.assignment(name).await? else {
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
            let brokers = unracked(&keeper.brokers().await?, args);
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
    keeper.write(&znode::topic_path(name), assignment.encode()).await?;
    Ok(io.stdout.line("Adding partitions succeeded!")?)
}

async fn delete(keeper: &Keeper, args: &Args, io: &mut Io) -> Result<(), Failure> {
    for name in keeper.existing(args).await? {
        if topic::is_internal(&name) {
            return Err(failed(format!(
                "Topic {name} is a kafka internal topic and is not allowed to be marked for \
                 deletion."
            )));
        }
        match keeper.create(&znode::delete_topic_path(&name), None).await {
            Ok(()) => {
                io.stdout.line(&format!("Topic {name} is marked for deletion."))?;
                io.stdout.line(
                    "Note: This will have no impact if delete.topic.enable is not set to true.",
                )?;
            }
            Err(error) if error.keeper() == Some(KeeperError::NodeExists) => {
                io.stdout.line(&format!("Topic {name} is already marked for deletion."))?;
            }
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}
