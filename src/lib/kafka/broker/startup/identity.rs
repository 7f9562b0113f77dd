//! Which cluster this is, and which broker of it.

use crate::base::rng::Rng;
use crate::base::uuid::Uuid;
use crate::config::broker::BrokerConfig;
use crate::kafka::log::LogManager;
use crate::kafka::metadata::znode;
use crate::kafka::types::BrokerId;
use crate::zookeeper::client::{self, Client, ConnectString, Options};
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::CreateMode;
use crate::zookeeper::jute::{Acl, KeeperError};

use super::Error;

fn failed(doing: impl Into<String>) -> impl FnOnce(client::Error) -> Error {
    let doing = doing.into();
    move |source| Error::ZooKeeper { doing, source }
}

/// Makes the node that all of this cluster's paths are below, where `zookeeper.connect` names one.
/// Only a session that sees the root can.
pub(super) async fn create_chroot(servers: &ConnectString, options: Options) -> Result<(), Error> {
    let path = servers.chroot.path();
    if path.is_empty() {
        return Ok(());
    }
    let (root, _events) = Client::start(&servers.without_chroot(), options);
    let created = root.create_all(path).await;
    root.close().await;
    created.map_err(failed(format!("create {path}")))
}

/// Makes the paths that every Kafka cluster has.
pub(super) async fn create_paths(zookeeper: &Client) -> Result<(), Error> {
    for path in znode::PERSISTENT_PATHS {
        // One look instead of one creation a level: nearly always all of them are there.
        let there =
            zookeeper.exists(path, false).await.map_err(failed(format!("look for {path}")))?;
        if there.is_none() {
            zookeeper.create_all(path).await.map_err(failed(format!("create {path}")))?;
        }
    }
    Ok(())
}

/// The cluster's id; the first broker gives it one.
pub(super) async fn cluster_id(zookeeper: &Client) -> Result<String, Error> {
    let path = znode::CLUSTER_ID;
    loop {
        match zookeeper.get(path, false).await {
            Ok((data, _)) => {
                let id = znode::cluster_id::decode(&data.unwrap_or_default());
                return id.map_err(|source| Error::Znode { path: path.to_owned(), source });
            }
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => {
                let id = Uuid::random(&mut Rng::from_system()).to_string();
                zookeeper.create_all("/cluster").await.map_err(failed("create /cluster"))?;
                let data = znode::cluster_id::encode(&id).into();
                let created = zookeeper
                    .create(path, Some(data), &[Acl::world(perms::ALL)], CreateMode::Persistent)
                    .await;
                match created {
                    Ok(_) => return Ok(id),
                    // Another broker was first.
                    Err(error) if error.keeper() == Some(KeeperError::NodeExists) => {}
                    Err(error) => return Err(failed("create the cluster id")(error)),
                }
            }
            Err(error) => return Err(failed("read the cluster id")(error)),
        }
    }
}

/// This broker's id: the configured one, else the stored one, else a generated one. What the
/// directories say is held against it, and what they lack is written.
pub(super) async fn broker_id(
    zookeeper: &Client,
    config: &BrokerConfig,
    logs: &LogManager,
    cluster_id: &str,
) -> Result<BrokerId, Error> {
    let mut id = config.fixed_broker_id();
    for (dir, meta) in logs.meta() {
        let Some(meta) = meta else { continue };
        if let Some(found) = meta.cluster_id.filter(|found| found != cluster_id) {
            let expected = cluster_id.to_owned();
            return Err(Error::OtherCluster { dir, found, expected });
        }
        match (id, meta.broker_id) {
            (Some(configured), Some(found)) if configured != found => {
                return Err(Error::OtherBroker { dir, found, configured });
            }
            (None, stored) => id = stored,
            _ => {}
        }
    }
    let id = match id {
        Some(id) => id,
        None if config.broker_id_generation_enable => {
            // Each write of the empty node raises its version: a counter without a value.
            let stat = zookeeper.set(znode::BROKER_SEQUENCE, None, -1).await;
            stat.map_err(failed("generate a broker id"))?.version + config.reserved_broker_max_id
        }
        None => return Err(Error::NoBrokerId),
    };
    logs.write_meta(id, cluster_id).map_err(Error::Logs)?;
    Ok(BrokerId(id))
}
