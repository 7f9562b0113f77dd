//! UpdateMetadata (key 6): the controller tells which brokers live and who leads what.
//!
//! * v5 groups partitions by topic, v7 adds topic ids, v8 a type.
//! * Answers: STALE_CONTROLLER_EPOCH, STALE_BROKER_EPOCH.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::metadata::delta;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::update_metadata::{
    UpdateMetadataRequest, UpdateMetadataResponse,
};

pub struct UpdateMetadata;

impl Api for UpdateMetadata {
    type Request = UpdateMetadataRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: UpdateMetadataRequest,
    ) -> Outcome<UpdateMetadataResponse> {
        let error_code =
            match broker.check_controller(request.controller_epoch, request.broker_epoch) {
                Ok(()) => {
                    broker.cluster.update(|image| delta::apply(image, &request));
                    broker.partitions_deleted(&delta::deleted_partitions(&request));
                    ErrorCode::NONE
                }
                Err(code) => code,
            };
        Outcome::Done(UpdateMetadataResponse { error_code })
    }
}
