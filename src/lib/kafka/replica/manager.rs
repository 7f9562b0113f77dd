//! Which partitions are on this broker, online or not.
//!
//! A look-up takes a read lock for a moment; the partition is then worked with outside of it. The
//! log directories belong to the `LogManager` here; each log belongs to its partition.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::base::clock::Now;
use crate::base::error::Chain;
use crate::base::uuid::Uuid;
use crate::config::topic::TopicConfig;
use crate::kafka::log::{self, LogManager};
use crate::kafka::types::{LeaderEpoch, Offset, TopicPartition};

use super::error::Error;
use super::partition::{LeaderAndIsr, Local, Partition, log_config};

/// Settings of a topic, by its name.
pub type Configs = Box<dyn Fn(&str) -> Arc<TopicConfig> + Send + Sync>;

/// The partitions.
pub struct ReplicaManager {
    local: Local,
    logs: LogManager,
    configs: Configs,
    /// By topic, then by number: a produce names a topic once and several partitions of it.
    hosted: RwLock<HashMap<Arc<str>, HashMap<i32, Hosted>>>,
    /// Changes of who leads and what is here happen one after the other.
    changing: Mutex<()>,
}

#[derive(Clone)]
enum Hosted {
    Online(Arc<Partition>),
    /// Its log directory has failed.
    Offline,
}

/// Why a partition cannot be had here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    NotHosted,
    Offline,
}

/// One partition of a LeaderAndIsr request.
#[derive(Clone, Debug)]
pub struct Told {
    pub partition: TopicPartition,
    pub topic_id: Option<Uuid>,
    pub is_new: bool,
    pub state: LeaderAndIsr,
}

/// Why a decision of the controller was not taken.
#[derive(Debug)]
pub enum NotTaken {
    /// A newer one was told before.
    Stale,
    /// The log belongs to another topic of the same name.
    TopicId,
    /// This broker is no replica of it.
    NotReplica,
    /// The log directory.
    Storage(Error),
    /// The leader epoch is older than what is known.
    Fenced,
}

/// One partition of a StopReplica request.
#[derive(Clone, Debug)]
pub struct Stopped {
    pub partition: TopicPartition,
    pub epoch: Option<LeaderEpoch>,
    pub delete: bool,
}

impl ReplicaManager {
    /// No partitions yet; those that have a log come in by [`ReplicaManager::adopt`].
    pub fn new(local: Local, logs: LogManager, configs: Configs) -> ReplicaManager {
        ReplicaManager {
            local,
            logs,
            configs,
            hosted: RwLock::default(),
            changing: Mutex::default(),
        }
    }

    /// The log directories.
    pub fn logs(&self) -> &LogManager {
        &self.logs
    }

    /// A partition of this broker.
    pub fn partition(&self, topic: &str, partition: i32) -> Result<Arc<Partition>, Missing> {
        let hosted = self.hosted.read().unwrap_or_else(PoisonError::into_inner);
        match hosted.get(topic).and_then(|partitions| partitions.get(&partition)) {
            Some(Hosted::Online(partition)) => Ok(partition.clone()),
            Some(Hosted::Offline) => Err(Missing::Offline),
            None => Err(Missing::NotHosted),
        }
    }

    /// All that are online.
    pub fn online(&self) -> Vec<Arc<Partition>> {
        let hosted = self.hosted.read().unwrap_or_else(PoisonError::into_inner);
        let all = hosted.values().flat_map(HashMap::values);
        let online = all.filter_map(|hosted| match hosted {
            Hosted::Online(partition) => Some(partition.clone()),
            Hosted::Offline => None,
        });
        online.collect()
    }

    fn insert(&self, id: &TopicPartition, hosted: Hosted) {
        let mut all = self.hosted.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(id.topic.clone()).or_default().insert(id.partition, hosted);
    }

    fn remove(&self, id: &TopicPartition) -> Option<Hosted> {
        let mut all = self.hosted.write().unwrap_or_else(PoisonError::into_inner);
        let partitions = all.get_mut(&id.topic)?;
        let removed = partitions.remove(&id.partition);
        if partitions.is_empty() {
            all.remove(&id.topic);
        }
        removed
    }

    /// Takes in a partition whose log was on disk. The controller says later who leads it.
    pub fn adopt(&self, log: log::Log, high_watermark: Offset) {
        let id = log.partition().clone();
        let config = (self.configs)(&id.topic);
        let partition = Partition::new(id.clone(), self.local, log, config, high_watermark);
        self.insert(&id, Hosted::Online(Arc::new(partition)));
    }

    /// Takes offline what was adopted from log directories that had failed by then.
    pub fn settle_offline(&self) {
        for id in self.logs.inside_offline() {
            self.partition_offline(&id);
        }
    }

    /// The settings of a topic.
    pub fn config(&self, topic: &str) -> Arc<TopicConfig> {
        (self.configs)(topic)
    }

    /// Takes the controller's decisions; each with whether this broker leads, or why it was not
    /// taken. May wait for the disk.
    pub fn become_as_told(&self, told: Vec<Told>, now: Now) -> Vec<(Told, Result<bool, NotTaken>)> {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let results = told.into_iter().map(|told| {
            let result = self.become_one(&told, now);
            if let Err(NotTaken::Storage(error)) = &result {
                tracing::error!(
                    target: "state.change.logger",
                    "Cannot become leader or follower of {}: {}", told.partition, Chain(error)
                );
            }
            (told, result)
        });
        results.collect()
    }

    fn become_one(&self, told: &Told, now: Now) -> Result<bool, NotTaken> {
        if !told.state.replicas.contains(&self.local.broker) {
            return Err(NotTaken::NotReplica);
        }
        let id = &told.partition;
        let partition = match self.partition(&id.topic, id.partition) {
            Ok(partition) => partition,
            Err(Missing::Offline) => return Err(NotTaken::Storage(Error::Offline(id.clone()))),
            Err(Missing::NotHosted) => self.create(told, now.wall_ms)?,
        };
        let (epoch, known) = (told.state.leader_epoch, partition.leader().1);
        match (told.topic_id, partition.topic_id()) {
            (Some(told), known) if known != Uuid::ZERO && known != told => {
                return Err(NotTaken::TopicId);
            }
            (Some(id), Uuid::ZERO) if epoch >= known => {
                partition.assign_topic_id(id).map_err(NotTaken::Storage)?;
                if epoch == known {
                    // That is the whole news, as when a cluster's protocol version is raised.
                    return Ok(partition.is_leader());
                }
            }
            _ => {}
        }
        if !partition.is_news(epoch) {
            return Err(NotTaken::Stale);
        }
        partition.become_as_told(&told.state, now.monotonic).map_err(NotTaken::Storage)
    }

    fn create(&self, told: &Told, now_ms: i64) -> Result<Arc<Partition>, NotTaken> {
        let id = &told.partition;
        if !told.is_new && self.logs.has_dirs_offline() {
            // Its log may lie where nobody can look now; an empty one beside it would be a loss.
            return Err(NotTaken::Storage(Error::Offline(id.clone())));
        }
        let config = (self.configs)(&id.topic);
        let created = self.logs.create(id, told.topic_id, log_config(&config), now_ms);
        let log = created.map_err(|error| NotTaken::Storage(Error::Log(error)))?;
        let partition = Arc::new(Partition::new(id.clone(), self.local, log, config, 0));
        self.insert(id, Hosted::Online(partition.clone()));
        Ok(partition)
    }

    /// Stops serving replicas, and deletes those that are to be deleted.
    pub fn stop(&self, stopped: Vec<Stopped>, now_ms: i64) -> Vec<(Stopped, Result<(), NotTaken>)> {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let results = stopped.into_iter().map(|stopped| {
            let result = self.stop_one(&stopped, now_ms);
            (stopped, result)
        });
        results.collect()
    }

    fn stop_one(&self, stopped: &Stopped, now_ms: i64) -> Result<(), NotTaken> {
        let id = &stopped.partition;
        let partition = match self.partition(&id.topic, id.partition) {
            Ok(partition) => partition,
            Err(Missing::Offline) => return Err(NotTaken::Storage(Error::Offline(id.clone()))),
            // Not here: as stopped as can be.
            Err(Missing::NotHosted) => return Ok(()),
        };
        if stopped.epoch.is_some_and(|epoch| epoch < partition.leader().1) {
            return Err(NotTaken::Fenced);
        }
        if !stopped.delete {
            partition.step_down();
            return Ok(());
        }
        self.remove(id);
        let log = partition.take_offline();
        match log {
            Some(log) => {
                let deleted = self.logs.delete(log, now_ms);
                deleted.map_err(|error| NotTaken::Storage(Error::Log(error)))
            }
            None => Ok(()),
        }
    }

    /// A log has failed in the middle of its work. If it was the disk, its directory goes offline
    /// with all that lies there, and nothing more is tried on it; if a file is damaged, only the
    /// partition does. Says whether a directory has just gone.
    pub fn note_failure(&self, id: &TopicPartition, error: &log::Error) -> bool {
        if !error.is_storage() {
            return false;
        }
        // A log that could not be made is in no directory yet.
        let around = || error.path().and_then(|path| self.logs.dir_around(path));
        match self.logs.dir_of(id).or_else(around).filter(|_| error.is_of_disk()) {
            Some(dir) => self.dir_offline(&dir, error),
            None => {
                tracing::error!(
                    target: "kafka.server.ReplicaManager",
                    "{id} goes offline, its log failed: {}", Chain(error)
                );
                self.partition_offline(id);
                false
            }
        }
    }

    /// The same for a file that belongs to a directory and to none of its logs.
    pub fn note_disk_failure(&self, error: &log::Error) -> bool {
        let dir = error.path().and_then(|path| self.logs.dir_around(path));
        dir.is_some_and(|dir| self.dir_offline(&dir, error))
    }

    fn dir_offline(&self, dir: &Path, error: &log::Error) -> bool {
        let Some(inside) = self.logs.set_offline(dir) else { return false };
        tracing::error!(
            target: "kafka.server.ReplicaManager",
            "Log directory {} goes offline and takes {} partition(s) with it: {}. Make room there or mend the disk, and start the broker again",
            dir.display(), inside.len(), Chain(error)
        );
        inside.iter().for_each(|id| self.partition_offline(id));
        true
    }

    fn partition_offline(&self, id: &TopicPartition) {
        if let Some(Hosted::Online(partition)) = self.remove(id) {
            partition.take_offline();
        }
        self.insert(id, Hosted::Offline);
    }

    /// Takes all logs out of their partitions, to be closed.
    pub fn close(&self) -> Vec<log::Log> {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let online = self.online();
        self.hosted.write().unwrap_or_else(PoisonError::into_inner).clear();
        online.iter().filter_map(|partition| partition.take_offline()).collect()
    }

    /// New settings for all logs.
    pub fn reconfigure_all(&self) {
        for partition in self.online() {
            partition.reconfigure((self.configs)(&partition.id().topic));
        }
    }

    /// New settings for a topic's logs.
    pub fn reconfigure(&self, topic: &str) {
        let config = (self.configs)(topic);
        for partition in self.online() {
            if *partition.id().topic == *topic {
                partition.reconfigure(config.clone());
            }
        }
    }
}
