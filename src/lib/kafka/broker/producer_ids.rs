//! Ids for producers: taken from this broker's block. The next one comes from the controller, or
//! before `inter.broker.protocol.version` 3.0 from ZooKeeper itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::base::error::Chain;
use crate::config::broker::ProtocolVersion;
use crate::kafka::client as kafka_client;
use crate::kafka::coordinator::transaction::producer_id::{self, block_after};
use crate::kafka::metadata::znode::{PRODUCER_ID_BLOCK, ProducerIdBlock};
use crate::kafka::protocol::message::AllocateProducerIdsRequest;
use crate::kafka::types::{BrokerId, ProducerId};
use crate::zookeeper::client::{self, Client};
use crate::zookeeper::jute::KeeperError;

use super::Broker;

/// Why there is no block.
#[derive(Debug)]
pub enum Error {
    ZooKeeper(client::Error),
    /// What stands in the node, or all ids are used up.
    Node(String),
    Controller(kafka_client::Error),
}

/// The broker's ids.
#[derive(Debug, Default)]
pub struct ProducerIds {
    ids: Mutex<producer_id::ProducerIds>,
    /// One asks ZooKeeper, the others wait for what it gets.
    renewing: tokio::sync::Mutex<()>,
}

impl ProducerIds {
    fn ids(&self) -> MutexGuard<'_, producer_id::ProducerIds> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An id at once, if the block has one. Asks for the next block in good time.
    pub fn take(&self, broker: &Arc<Broker>) -> Option<ProducerId> {
        let (id, wants_block) = {
            let mut ids = self.ids();
            (ids.take(), ids.wants_block())
        };
        if id.is_some() && wants_block && self.renewing.try_lock().is_ok() {
            let renewer = broker.clone();
            broker.stop.spawn(async move { renewer.producer_ids.renew(&renewer).await });
        }
        id
    }

    /// An id, after a new block if need be; none where ZooKeeper gave no block.
    pub async fn take_or_wait(&self, broker: &Arc<Broker>) -> Option<ProducerId> {
        match self.take(broker) {
            Some(id) => Some(id),
            None => {
                self.renew(broker).await;
                self.take(broker)
            }
        }
    }

    async fn renew(&self, broker: &Broker) {
        let _one_at_a_time = self.renewing.lock().await;
        if !self.ids().wants_block() {
            return;
        }
        let by_controller =
            broker.config().inter_broker_protocol_version >= ProtocolVersion::V3_0_IV0;
        let block = match by_controller {
            true => ask_controller(broker).await,
            false => next_block(&broker.zookeeper(), broker.id.0).await,
        };
        match block {
            Ok(block) => {
                tracing::info!(
                    target: "kafka.coordinator.transaction.ProducerIdManager",
                    "[ProducerId Manager {}]: Acquired new producerId block {} to {}",
                    broker.id, block.start, block.end
                );
                self.ids().add(block);
            }
            Err(error) => tracing::warn!(
                target: "kafka.coordinator.transaction.ProducerIdManager",
                "[ProducerId Manager {}]: {}", broker.id, Chain(&error)
            ),
        }
    }
}

/// Asks the controller, over the wire whoever it is. Blocks are seldom, so no connection is kept.
async fn ask_controller(broker: &Broker) -> Result<ProducerIdBlock, Error> {
    let timeout = u64::try_from(broker.config().controller_socket_timeout_ms).unwrap_or(0);
    let timeout = Duration::from_millis(timeout);
    let controller = BrokerId(broker.cluster.image().controller);
    let listener = &broker.peer_listeners.controller;
    let name = broker.id.to_string();
    let connection = broker.connect_to(controller, listener, name, timeout).await?;
    let request =
        AllocateProducerIdsRequest { broker_id: broker.id.0, broker_epoch: broker.epoch() };
    let answer = connection.send(&request).await;
    connection.close();
    let answer = answer?;
    if answer.error_code.is_error() {
        let what = format!("controller {controller} gives no block");
        return Err(kafka_client::Error::refused(what, answer.error_code, None).into());
    }
    let (start, len) = (answer.producer_id_start, i64::from(answer.producer_id_len));
    match len.checked_sub(1).and_then(|more| start.checked_add(more)) {
        Some(end) if start >= 0 && end >= start => {
            Ok(ProducerIdBlock { broker: broker.id.0, start, end })
        }
        _ => Err(Error::Node(format!("{len} ids from {start} on are no block"))),
    }
}

/// Writes the next block into the node, as often as somebody else was faster.
pub(super) async fn next_block(zookeeper: &Client, broker: i32) -> Result<ProducerIdBlock, Error> {
    loop {
        let (data, stat) = zookeeper.get(PRODUCER_ID_BLOCK, false).await?;
        // The node is made empty with the other paths of the cluster.
        let latest = match data.filter(|data| !data.is_empty()) {
            Some(data) => Some(
                ProducerIdBlock::decode(&data).map_err(|error| Error::Node(error.to_string()))?,
            ),
            None => None,
        };
        let Some(block) = block_after(latest, broker) else {
            return Err(Error::Node("there are no more producer ids".to_owned()));
        };
        match zookeeper.set(PRODUCER_ID_BLOCK, Some(block.encode().into()), stat.version).await {
            Ok(_) => return Ok(block),
            // Somebody else was faster. After a lost connection that may have been this very write:
            // then its block is lost, which costs nothing.
            Err(error)
                if matches!(
                    error.keeper(),
                    Some(KeeperError::BadVersion | KeeperError::ConnectionLoss)
                ) && !zookeeper.state().is_final() => {}
            Err(error) => return Err(Error::ZooKeeper(error)),
        }
    }
}

impl From<client::Error> for Error {
    fn from(error: client::Error) -> Error {
        Error::ZooKeeper(error)
    }
}

impl From<kafka_client::Error> for Error {
    fn from(error: kafka_client::Error) -> Error {
        Error::Controller(error)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::ZooKeeper(_) => write!(f, "cannot get a block from {PRODUCER_ID_BLOCK}"),
            Error::Node(why) => write!(f, "cannot get a block from {PRODUCER_ID_BLOCK}: {why}"),
            Error::Controller(_) => f.write_str("cannot get a block from the controller"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::ZooKeeper(error) => Some(error),
            Error::Controller(error) => Some(error),
            Error::Node(_) => None,
        }
    }
}
