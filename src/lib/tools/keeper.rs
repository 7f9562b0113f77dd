//! What Kafka keeps in ZooKeeper, read and written as values: for tools that work there as those
//! before Kafka 3.0 did.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::{Io, clients};
use crate::base::error::Chain;
use crate::kafka::metadata::broker::Registration;
use crate::kafka::metadata::entity::Entity;
use crate::kafka::metadata::topic::Candidate;
use crate::kafka::metadata::znode::{self, Malformed, TopicAssignment};
use crate::zookeeper::client::{Client, ConnectString, Error, Options};
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::CreateMode;
use crate::zookeeper::jute::{Acl, KeeperError};

/// How long to look for a server. Kafka's tool takes 30 seconds; nobody waits that long.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Why something could not be read or written.
#[derive(Debug)]
pub(super) struct Trouble(String);

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble(Chain(&error).to_string())
    }
}

impl From<Malformed> for Trouble {
    fn from(error: Malformed) -> Trouble {
        Trouble(error.to_string())
    }
}

/// A session.
pub(super) struct Keeper {
    client: Client,
}

impl Keeper {
    /// Connects to one of `servers`.
    pub(super) async fn connect(servers: &str, io: &mut Io) -> Result<Keeper, Trouble> {
        let servers = ConnectString::parse(servers).map_err(|error| Trouble(error.to_string()))?;
        let options = Options { clock: io.clock.clone(), ..Options::default() };
        // The events are of no use to one look; without a reader they are dropped.
        let (client, _) = Client::start(&servers, options);
        let greeted = clients::greet_zookeeper(&client, CONNECT_WITHIN, io).await;
        greeted.map_err(|failure| Trouble(failure.message))??;
        Ok(Keeper { client })
    }

    /// Ends the session.
    pub(super) async fn close(self) {
        self.client.close().await;
    }

    /// A node's content; none where there is no node.
    pub(super) async fn read(&self, path: &str) -> Result<Option<Bytes>, Trouble> {
        match self.client.get(path, false).await {
            Ok((data, _)) => Ok(Some(data.unwrap_or_default())),
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The names below a node, sorted; none where there is no node.
    pub(super) async fn names(&self, path: &str) -> Result<Vec<String>, Trouble> {
        match self.client.children(path, false).await {
            Ok((mut names, _)) => {
                names.sort();
                Ok(names)
            }
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether there is a node.
    pub(super) async fn exists(&self, path: &str) -> Result<bool, Trouble> {
        Ok(self.client.exists(path, false).await?.is_some())
    }

    /// Deletes a node and all below it, as far as they are there.
    pub(super) async fn delete_all(&self, root: String) -> Result<(), Trouble> {
        let mut found = vec![root];
        let mut next = 0;
        while let Some(path) = found.get(next).cloned() {
            let below = self.names(&path).await?;
            found.extend(below.into_iter().map(|name| format!("{path}/{name}")));
            next += 1;
        }
        // Whatever was found later lies deeper.
        for path in found.iter().rev() {
            match self.client.delete(path, -1).await {
                Err(error) if error.keeper() != Some(KeeperError::NoNode) => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Makes a node; says whether it was not there.
    pub(super) async fn create(&self, path: &str, data: Option<Vec<u8>>) -> Result<bool, Trouble> {
        let acl = [Acl::world(perms::ALL)];
        let data = data.map(Bytes::from);
        let mode = CreateMode::Persistent;
        let mut created = self.client.create(path, data.clone(), &acl, mode).await;
        if let (Err(error), Some((parent, _))) = (&created, path.rsplit_once('/'))
            && error.keeper() == Some(KeeperError::NoNode)
            && !parent.is_empty()
        {
            // No broker has been here yet.
            self.client.create_all(parent).await?;
            created = self.client.create(path, data, &acl, mode).await;
        }
        match created {
            Ok(_) => Ok(true),
            Err(error) if error.keeper() == Some(KeeperError::NodeExists) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Sets a node's content, making the node where it is not there.
    pub(super) async fn write(&self, path: &str, data: Vec<u8>) -> Result<(), Trouble> {
        match self.client.set(path, Some(Bytes::from(data.clone())), -1).await {
            Ok(_) => Ok(()),
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => {
                self.create(path, Some(data)).await.map(drop)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The partitions of a topic and their replicas.
    pub(super) async fn assignment(&self, topic: &str) -> Result<Option<TopicAssignment>, Trouble> {
        let data = self.read(&znode::topic_path(topic)).await?;
        Ok(data.map(|data| TopicAssignment::decode(&data)).transpose()?)
    }

    /// What is set for a topic or a broker.
    pub(super) async fn settings(
        &self,
        entity: &Entity,
    ) -> Result<BTreeMap<String, String>, Trouble> {
        let data = self.read(&entity.znode()).await?;
        Ok(data.map_or(Ok(BTreeMap::new()), |data| znode::config::decode(&data))?)
    }

    /// Sets it, and leaves a note for the brokers.
    pub(super) async fn set(
        &self,
        entity: &Entity,
        settings: &BTreeMap<String, String>,
    ) -> Result<(), Trouble> {
        self.write(&entity.znode(), znode::config::encode(settings)).await?;
        let change = znode::config_change::encode(&entity.path());
        let path = format!("{}/{}", znode::CONFIG_CHANGES, znode::CONFIG_CHANGE_PREFIX);
        let acl = [Acl::world(perms::ALL)];
        let mode = CreateMode::PersistentSequential;
        self.client.create_all(znode::CONFIG_CHANGES).await?;
        self.client.create(&path, Some(change.into()), &acl, mode).await?;
        Ok(())
    }

    /// The brokers that are registered, by id.
    pub(super) async fn brokers(&self) -> Result<Vec<Candidate>, Trouble> {
        let mut brokers = Vec::new();
        for name in self.names(znode::BROKER_IDS).await? {
            let Ok(id) = name.parse() else { continue };
            // A broker may go between the listing and the reading.
            if let Some(data) = self.read(&znode::broker_id_path(id)).await? {
                let registration = Registration::from_json(&data)?;
                brokers.push(Candidate { id, rack: registration.rack });
            }
        }
        brokers.sort_by_key(|broker| broker.id);
        Ok(brokers)
    }
}
