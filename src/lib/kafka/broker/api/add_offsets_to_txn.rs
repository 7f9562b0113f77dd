//! AddOffsetsToTxn (key 25): a producer's transaction will commit offsets of a group.
//!
//! * This broker coordinates no transactions; see AddPartitionsToTxn.
//! * Answers: NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::message::{AddOffsetsToTxnRequest, AddOffsetsToTxnResponse};

pub struct AddOffsetsToTxn;

impl Api for AddOffsetsToTxn {
    type Request = AddOffsetsToTxnRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: AddOffsetsToTxnRequest,
    ) -> Outcome<AddOffsetsToTxnResponse> {
        let error_code = broker.refuse_to_coordinate(&request.transactional_id);
        Outcome::Done(AddOffsetsToTxnResponse { error_code, ..Default::default() })
    }
}
