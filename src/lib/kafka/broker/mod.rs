//! The broker: the services, as fields.
//!
//! * [`startup`]: the only wiring, top to bottom; [`startup::start`] gives a running broker.
//! * [`dispatch`]: from a frame to a frame, one line an API.
//! * [`api`]: one file an API.
//! * [`topics`]: making, growing and deleting topics in ZooKeeper.
//! * [`cluster`]: the picture of the cluster, as the controller tells it.
//! * [`coordinator_topics`]: how many partitions groups and transactional ids are mapped to.
//! * [`config_changes`]: settings that change in ZooKeeper while the broker runs.
//! * [`connections`]: how many of them clients may have.
//! * [`control`]: runs the controller machine; [`registration`]: how the broker makes itself known.
//! * [`fetcher`]: following other brokers; [`isr_changes`]: who is in sync, as a leader finds.
//! * [`peers`]: where other brokers are reached.
//! * [`zookeeper`]: the ZooKeeper session of the moment.
//! * [`old_offsets`]: offsets of consumers before 0.9, in ZooKeeper.
//! * [`transactions`]: where transactions are coordinated, and whether what begins here is one.
//! * [`producer_ids`]: ids for producers, from blocks that the controller or ZooKeeper gives.
//! * [`log_failures`]: log directories that fail while it runs.
//! * [`fetch_sessions`]: what consumers need not say again.
//!
//! A request runs to its end on its connection's task; see `docs/flow.md`.

pub mod alter;
mod alter_brokers;
pub mod api;
pub mod cluster;
mod cold_reads;
pub mod config_changes;
pub mod connections;
pub mod context;
pub mod control;
pub mod coordinator_topics;
pub mod dispatch;
pub mod fetch_sessions;
pub mod fetcher;
mod hand_over;
pub mod housekeeping;
pub mod isr_changes;
pub mod log_failures;
pub mod old_offsets;
pub mod peers;
pub mod producer_ids;
pub mod registration;
mod replicated;
pub mod shards;
pub mod startup;
pub mod throttle;
pub mod topic_configs;
pub mod topics;
pub mod transactions;
pub mod zookeeper;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::clock::Clock;
use crate::base::error::Chain;
use crate::base::planted::Bug;
use crate::config::Properties;
use crate::config::broker::BrokerConfig;
use crate::kafka::metadata::topic::TRANSACTION_STATE_TOPIC;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::replica::manager::{Missing, NotTaken, Stopped, Told};
use crate::kafka::replica::{self, Partition, ReplicaManager};
use crate::kafka::types::{BrokerId, TopicPartition};
use crate::net::Stop;
use crate::zookeeper::client::Client;

use cluster::Cluster;
use connections::Connections;
use control::Control;
use coordinator_topics::CoordinatorTopics;
use fetch_sessions::FetchSessions;
use fetcher::Fetchers;
use isr_changes::IsrChanges;
use log_failures::LogFailures;
use peers::PeerListeners;
use producer_ids::ProducerIds;
use registration::Registrar;
use shards::Shards;
use throttle::Throttles;
use topic_configs::TopicConfigs;
use transactions::Transactions;
use zookeeper::ZooKeeper;

/// A broker's services.
pub struct Broker {
    pub id: BrokerId,
    pub cluster_id: String,
    pub clock: Clock,
    pub replicas: ReplicaManager,
    pub cluster: Cluster,
    /// How many connections there may be.
    pub connections: Connections,
    pub topic_configs: Arc<TopicConfigs>,
    pub zookeeper: ZooKeeper,
    pub registrar: Arc<Registrar>,
    pub coordinator_topics: CoordinatorTopics,
    /// The group coordinators of this broker.
    pub shards: Shards,
    /// The way to the controller, while this broker is it.
    pub control: Control,
    /// What this broker follows.
    pub fetchers: Fetchers,
    pub isr_changes: IsrChanges,
    pub peer_listeners: PeerListeners,
    pub producer_ids: ProducerIds,
    pub transactions: Transactions,
    /// Log directories that have failed.
    pub log_failures: LogFailures,
    /// How fast replicas that are named for it may be moved.
    pub throttles: Throttles,
    pub stop: Stop,
    config: Arc<BrokerConfig>,
    fetch_sessions: Mutex<FetchSessions>,
    /// The highest controller epoch seen.
    controller_epoch: AtomicI32,
}

impl Broker {
    /// The settings it was started with: those that never change while it runs.
    pub fn config(&self) -> &BrokerConfig {
        &self.config
    }

    /// The settings in force, those that change while it runs among them.
    pub fn current(&self) -> Arc<BrokerConfig> {
        self.topic_configs.current()
    }

    /// The ZooKeeper session of the moment.
    pub fn zookeeper(&self) -> Client {
        self.zookeeper.client()
    }

    /// The fetch sessions; hold them only for a look-up.
    pub fn fetch_sessions(&self) -> MutexGuard<'_, FetchSessions> {
        self.fetch_sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The epoch of this broker's registration.
    pub fn epoch(&self) -> i64 {
        self.registrar.epoch()
    }

    /// A partition of this broker; else the code that tells a client where to look: one that the
    /// cluster has is led by another.
    pub fn partition(&self, topic: &str, partition: i32) -> Result<Arc<Partition>, ErrorCode> {
        self.replicas.partition(topic, partition).map_err(|missing| match missing {
            Missing::Offline => ErrorCode::KAFKA_STORAGE_ERROR,
            Missing::NotHosted if self.cluster.image().partition(topic, partition).is_some() => {
                ErrorCode::NOT_LEADER_OR_FOLLOWER
            }
            Missing::NotHosted => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        })
    }

    /// Holds the epochs of a controller's request against what is known, and remembers its own.
    pub fn check_controller(
        &self,
        controller_epoch: i32,
        broker_epoch: i64,
    ) -> Result<(), ErrorCode> {
        // -1 is a controller that does not know broker epochs yet.
        if broker_epoch != -1 && broker_epoch < self.epoch() {
            return Err(ErrorCode::STALE_BROKER_EPOCH);
        }
        let seen = self.controller_epoch.fetch_max(controller_epoch, Ordering::AcqRel);
        match controller_epoch < seen && !Bug::ObeyDeposedController.is_planted() {
            true => Err(ErrorCode::STALE_CONTROLLER_EPOCH),
            false => Ok(()),
        }
    }

    /// A topic's settings are these from now on.
    pub fn topic_config_changed(&self, topic: &str, settings: BTreeMap<String, String>) {
        self.topic_configs.set(topic, settings);
        self.replicas.reconfigure(topic);
    }

    /// What ZooKeeper holds for this broker, or (not `per_broker`) for all, is this from now on.
    pub async fn broker_config_changed(
        self: &Arc<Broker>,
        per_broker: bool,
        settings: &BTreeMap<String, String>,
    ) {
        let unclean = || unclean_allowed(&self.topic_configs.broker());
        let before = unclean();
        let held = topic_configs::properties(settings);
        let (is_news, errors) = self.topic_configs.set_broker(per_broker, &held);
        for error in errors {
            tracing::error!(
                target: "kafka.server.DynamicBrokerConfig",
                "A setting in ZooKeeper is left out: {}", Chain(&error)
            );
        }
        if !is_news {
            return;
        }
        // Entries that do not hold were left out.
        if let Ok(config) = self.topic_configs.layers().throttles() {
            self.throttles.set(&config);
        }
        let current = self.current();
        self.connections.set(&current, &self.topic_configs.broker());
        self.fetchers.spread_over(self, current.num_replica_fetchers);
        self.replicas.reconfigure_all();
        if unclean() != before {
            self.control.unclean_changed(None, Some(unclean())).await;
        }
    }

    /// Partitions are about to be here: the settings of topics that were not are read first.
    pub async fn topics_told(
        self: &Arc<Broker>,
        partitions: impl Iterator<Item = &TopicPartition>,
    ) {
        let new = partitions.filter(|it| self.replicas.partition(&it.topic, it.partition).is_err());
        let topics: BTreeSet<_> = new.map(|it| it.topic.clone()).collect();
        for topic in &topics {
            self.count_coordinators(topic).await;
        }
        config_changes::take_up(self, topics).await;
    }

    /// Partitions that the cluster has deleted: nothing is kept for them any more.
    pub fn partitions_deleted(self: &Arc<Broker>, partitions: &[(String, i32)]) {
        let topics: BTreeSet<String> = partitions.iter().map(|(topic, _)| topic.clone()).collect();
        topics.iter().for_each(|topic| self.coordinator_topics.forget(topic));
        if !topics.is_empty() {
            self.shards.topics_deleted(self, topics);
        }
    }

    /// Partitions whose leadership was told anew: they are followed, or not any more, and
    /// coordinators load or unload.
    pub fn leadership_changed(self: &Arc<Broker>, results: &[(Told, Result<bool, NotTaken>)]) {
        self.fetchers.leadership_changed(self, results);
        for (told, result) in results {
            match result {
                Err(NotTaken::Storage(replica::Error::Log(error))) => {
                    self.log_failed(&told.partition, error);
                }
                Ok(true) if *told.partition.topic == *TRANSACTION_STATE_TOPIC => {
                    self.say_that_nobody_coordinates(told.partition.partition);
                }
                Ok(_) | Err(_) => {}
            }
        }
        self.shards.leadership_changed(self, results);
    }

    /// Replicas that are not here any more.
    pub fn replicas_stopped(&self, results: &[(Stopped, Result<(), NotTaken>)]) {
        self.fetchers.replicas_stopped(results);
        self.shards.replicas_stopped(results);
    }

    /// Creates topics that a client asked for by name; each with the code the client is told now.
    pub async fn auto_create(&self, topics: Vec<String>) -> Vec<(String, ErrorCode)> {
        if self.cluster.image().brokers.is_empty() {
            // No controller has told this broker anything yet: the topics may well exist. Clients
            // come again after this, and would give up on a refusal.
            let later = |name| (name, ErrorCode::LEADER_NOT_AVAILABLE);
            return topics.into_iter().map(later).collect();
        }
        let mut told = Vec::new();
        for name in topics {
            let wanted = topics::create::on_first_use(self.config(), &name);
            let made = match topics::create::plan(self, wanted).await {
                Ok(plan) => topics::create::make(self, &plan).await.map(|_| ()),
                Err(refused) => Err(refused),
            };
            // A topic that has just been made has no leader yet, whoever made it.
            let code = match made.map_err(|refused| refused.code) {
                Ok(()) | Err(ErrorCode::TOPIC_ALREADY_EXISTS) => ErrorCode::LEADER_NOT_AVAILABLE,
                Err(code) => code,
            };
            told.push((name, code));
        }
        told
    }
}

/// Whether topics that do not say otherwise may be led by replicas out of sync.
fn unclean_allowed(broker: &Properties) -> bool {
    let set = broker.get(config_changes::UNCLEAN);
    set.is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
}
