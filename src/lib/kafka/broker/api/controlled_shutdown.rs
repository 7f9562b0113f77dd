//! ControlledShutdown (key 7): a broker asks the controller to move its leaderships elsewhere.
//!
//! * v1 has a header without client id, v2 the broker's epoch.
//! * Answers: STALE_CONTROLLER_EPOCH (which here means: not the controller), STALE_BROKER_EPOCH,
//!   BROKER_NOT_AVAILABLE; and the partitions that the broker still leads.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::controller::{Answer, Refusal, Request};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::controlled_shutdown::{
    ControlledShutdownRequest, ControlledShutdownResponse, RemainingPartition,
};
use crate::kafka::types::BrokerId;

pub struct ControlledShutdown;

impl Api for ControlledShutdown {
    type Request = ControlledShutdownRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: ControlledShutdownRequest,
    ) -> Outcome<ControlledShutdownResponse> {
        let control = broker.control.clone();
        Outcome::Parked(Box::pin(async move {
            let broker = BrokerId(request.broker_id);
            let broker_epoch = request.broker_epoch;
            answer(control.ask(Request::ControlledShutdown { broker, broker_epoch }).await)
        }))
    }
}

fn answer(answer: Answer) -> ControlledShutdownResponse {
    match answer {
        Answer::ControlledShutdown(Ok(left)) => {
            let left = left.iter().map(|name| RemainingPartition {
                topic_name: name.topic.to_string(),
                partition_index: name.partition,
            });
            ControlledShutdownResponse {
                error_code: ErrorCode::NONE,
                remaining_partitions: left.collect(),
            }
        }
        Answer::ControlledShutdown(Err(refusal)) => {
            ControlledShutdownResponse { error_code: code(refusal), ..Default::default() }
        }
        _ => ControlledShutdownResponse {
            error_code: ErrorCode::STALE_CONTROLLER_EPOCH,
            ..Default::default()
        },
    }
}

fn code(refusal: Refusal) -> ErrorCode {
    match refusal {
        Refusal::BrokerNotAvailable => ErrorCode::BROKER_NOT_AVAILABLE,
        Refusal::StaleBrokerEpoch => ErrorCode::STALE_BROKER_EPOCH,
        _ => ErrorCode::UNKNOWN_SERVER_ERROR,
    }
}
