//! EndTxn (key 26): a producer commits or aborts its transaction.
//!
//! * This broker coordinates no transactions; see AddPartitionsToTxn.
//! * Answers: NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::message::{EndTxnRequest, EndTxnResponse};

pub struct EndTxn;

impl Api for EndTxn {
    type Request = EndTxnRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: EndTxnRequest,
    ) -> Outcome<EndTxnResponse> {
        let error_code = broker.refuse_to_coordinate(&request.transactional_id);
        Outcome::Done(EndTxnResponse { error_code, ..Default::default() })
    }
}
