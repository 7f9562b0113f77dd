//! InitProducerId (key 22): gives a producer its id and epoch.
//!
//! * An idempotent producer (no transactional id) always gets a new id, epoch 0, whatever it says of
//!   an earlier one (v3, KIP-360).
//! * A transactional id finds no coordinator here: it is told where to look, or to wait until
//!   another broker leads its partition.
//! * Answers: INVALID_REQUEST, COORDINATOR_LOAD_IN_PROGRESS (no ids at the moment),
//!   NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::{InitProducerIdRequest, InitProducerIdResponse};
use crate::kafka::types::ProducerId;

pub struct InitProducerId;

impl Api for InitProducerId {
    type Request = InitProducerIdRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: InitProducerIdRequest,
    ) -> Outcome<InitProducerIdResponse> {
        if let Err(error) = check(&request) {
            return Outcome::Done(answer(Err(error)));
        }
        if let Some(id) = &request.transactional_id {
            return Outcome::Done(answer(Err(broker.refuse_to_coordinate(id))));
        }
        if let Some(id) = broker.producer_ids.take(broker) {
            return Outcome::Done(answer(Ok(id)));
        }
        let broker = broker.clone();
        Outcome::Parked(Box::pin(async move {
            let id = broker.producer_ids.take_or_wait(&broker).await;
            answer(id.ok_or(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS))
        }))
    }
}

fn check(request: &InitProducerIdRequest) -> Result<(), ErrorCode> {
    // An earlier id comes with its epoch or not at all.
    if (request.producer_id == -1) != (request.producer_epoch == -1) {
        return Err(ErrorCode::INVALID_REQUEST);
    }
    match request.transactional_id.as_deref() {
        Some("") => Err(ErrorCode::INVALID_REQUEST),
        Some(_) | None => Ok(()),
    }
}

fn answer(id: Result<ProducerId, ErrorCode>) -> InitProducerIdResponse {
    match id {
        Ok(ProducerId(producer_id)) => {
            InitProducerIdResponse { producer_id, producer_epoch: 0, ..Default::default() }
        }
        Err(error_code) => InitProducerIdResponse {
            error_code,
            producer_id: -1,
            producer_epoch: -1,
            ..Default::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_producer_may_say_of_itself() {
        for (transactional_id, producer_id, producer_epoch, expected) in [
            (None, -1, -1, Ok(())),
            (None, 5, 1, Ok(())),
            (None, 5, -1, Err(ErrorCode::INVALID_REQUEST)),
            (None, -1, 0, Err(ErrorCode::INVALID_REQUEST)),
            (Some(""), -1, -1, Err(ErrorCode::INVALID_REQUEST)),
            (Some("tx"), -1, -1, Ok(())),
        ] {
            let request = InitProducerIdRequest {
                transactional_id: transactional_id.map(str::to_owned),
                producer_id,
                producer_epoch,
                ..Default::default()
            };
            assert_eq!(check(&request), expected, "{request:?}");
        }
    }
}
