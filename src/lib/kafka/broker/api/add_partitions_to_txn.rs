//! AddPartitionsToTxn (key 24): a producer's transaction reaches another partition; from v4 on other
//! brokers ask for several transactions, or whether a partition belongs to one (KIP-890).
//!
//! * This broker coordinates no transactions. It is asked where it leads, or led a moment ago, a
//!   partition of `__transaction_state`, and the answer sends clients on to who leads it then.
//! * Answers per partition: NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::add_partitions_to_txn::{
    AddPartitionsToTxnPartitionResult, AddPartitionsToTxnRequest, AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult, AddPartitionsToTxnTopic, AddPartitionsToTxnTopicResult,
};

/// The first version that asks for several transactions.
const SEVERAL: i16 = 4;

pub struct AddPartitionsToTxn;

impl Api for AddPartitionsToTxn {
    type Request = AddPartitionsToTxnRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: AddPartitionsToTxnRequest,
    ) -> Outcome<AddPartitionsToTxnResponse> {
        if context.version < SEVERAL {
            let code = broker.refuse_to_coordinate(&request.v3_and_below_transactional_id);
            let results_by_topic_v3_and_below = all(request.v3_and_below_topics, code);
            let response =
                AddPartitionsToTxnResponse { results_by_topic_v3_and_below, ..Default::default() };
            return Outcome::Done(response);
        }
        let results = request.transactions.into_iter().map(|transaction| {
            let code = broker.refuse_to_coordinate(&transaction.transactional_id);
            AddPartitionsToTxnResult {
                topic_results: all(transaction.topics, code),
                transactional_id: transaction.transactional_id,
            }
        });
        let results_by_transaction = results.collect();
        Outcome::Done(AddPartitionsToTxnResponse { results_by_transaction, ..Default::default() })
    }
}

fn all(
    topics: Vec<AddPartitionsToTxnTopic>,
    partition_error_code: ErrorCode,
) -> Vec<AddPartitionsToTxnTopicResult> {
    let topics = topics.into_iter().map(|topic| AddPartitionsToTxnTopicResult {
        name: topic.name,
        results_by_partition: topic
            .partitions
            .into_iter()
            .map(|partition_index| AddPartitionsToTxnPartitionResult {
                partition_index,
                partition_error_code,
            })
            .collect(),
    });
    topics.collect()
}
