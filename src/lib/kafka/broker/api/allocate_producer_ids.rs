//! AllocateProducerIds (key 67): a broker gets a block of producer ids from the controller.
//!
//! * Used from `inter.broker.protocol.version` 3.0 on; older brokers write the znode themselves,
//!   which goes well together because every write is conditional.
//! * Answers: NOT_CONTROLLER, BROKER_ID_NOT_REGISTERED, STALE_BROKER_EPOCH, UNKNOWN_SERVER_ERROR
//!   (ZooKeeper did not do it).

use std::sync::Arc;

use super::{Api, Outcome};
use crate::base::error::Chain;
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::producer_ids::{Error, next_block};
use crate::kafka::broker::zookeeper::exists;
use crate::kafka::metadata::znode::{self, ProducerIdBlock};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::allocate_producer_ids::{
    AllocateProducerIdsRequest, AllocateProducerIdsResponse,
};
use crate::zookeeper::client::Answer;
use crate::zookeeper::jute::{KeeperError, Reply};

pub struct AllocateProducerIds;

impl Api for AllocateProducerIds {
    type Request = AllocateProducerIdsRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: AllocateProducerIdsRequest,
    ) -> Outcome<AllocateProducerIdsResponse> {
        let broker = broker.clone();
        Outcome::Parked(Box::pin(async move {
            match allocate(&broker, &request).await {
                Ok(block) => AllocateProducerIdsResponse {
                    producer_id_start: block.start,
                    producer_id_len: i32::try_from(block.end - block.start + 1).unwrap_or(i32::MAX),
                    ..Default::default()
                },
                Err(error_code) => AllocateProducerIdsResponse { error_code, ..Default::default() },
            }
        }))
    }
}

async fn allocate(
    broker: &Broker,
    request: &AllocateProducerIdsRequest,
) -> Result<ProducerIdBlock, ErrorCode> {
    if !broker.control.is_active() {
        return Err(ErrorCode::NOT_CONTROLLER);
    }
    let failed = |error: Error| {
        tracing::error!(
            target: "kafka.controller.KafkaController",
            "[Controller id={}] Broker {} gets no producer ids: {}",
            broker.id, request.broker_id, Chain(&error)
        );
        ErrorCode::UNKNOWN_SERVER_ERROR
    };
    let epoch = registered(broker, request.broker_id).await.map_err(failed)?;
    match epoch {
        None => Err(ErrorCode::BROKER_ID_NOT_REGISTERED),
        Some(epoch) if epoch != request.broker_epoch => Err(ErrorCode::STALE_BROKER_EPOCH),
        Some(_) => next_block(&broker.zookeeper(), request.broker_id).await.map_err(failed),
    }
}

/// The epoch of a broker that is registered: the transaction that made its node.
async fn registered(broker: &Broker, id: i32) -> Result<Option<i64>, Error> {
    let request = exists(&znode::broker_id_path(id), false);
    match broker.zookeeper.insist(vec![request]).await?.pop() {
        Some(Ok(Answer { reply: Reply::Stat(stat), .. })) => Ok(Some(stat.czxid.0)),
        Some(Err(error)) if error.keeper() != Some(KeeperError::NoNode) => Err(error.into()),
        _ => Ok(None),
    }
}
