//! One file an API: what a request means. Decoding and encoding are the message's own business.
//!
//! A handler's [`Api::begin`] runs on the connection's task before the next frame is taken; what it
//! must wait for is a future in [`Outcome::Parked`]. Handlers never call handlers: what two share
//! lives in the rooms below. Failures of single partitions or topics are data in the response.

pub mod add_offsets_to_txn;
pub mod add_partitions_to_txn;
pub mod allocate_producer_ids;
pub mod alter_configs;
pub mod alter_partition;
pub mod alter_partition_reassignments;
pub mod api_versions;
pub mod controlled_shutdown;
pub mod create_partitions;
pub mod create_topics;
pub mod delete_groups;
pub mod delete_records;
pub mod delete_topics;
pub mod describe_cluster;
pub mod describe_configs;
pub mod describe_groups;
pub mod describe_log_dirs;
pub mod describe_producers;
pub mod elect_leaders;
pub mod end_txn;
pub mod fetch;
pub mod find_coordinator;
pub mod heartbeat;
pub mod incremental_alter_configs;
pub mod init_producer_id;
pub mod join_group;
pub mod leader_and_isr;
pub mod leave_group;
pub mod list_groups;
pub mod list_offsets;
pub mod list_partition_reassignments;
pub mod metadata;
pub mod offset_commit;
pub mod offset_delete;
pub mod offset_fetch;
pub mod offset_for_leader_epoch;
pub mod produce;
pub mod stop_replica;
pub mod sync_group;
pub mod txn_offset_commit;
pub mod update_metadata;
pub mod write_txn_markers;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::kafka::log;
use crate::kafka::protocol::Request;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::record;
use crate::kafka::replica;
use crate::kafka::replica::manager::NotTaken;
use crate::net::Stop;

use super::Broker;
use super::context::Context;

/// What becomes of a request.
pub enum Outcome<R> {
    /// The answer.
    Done(R),
    /// The answer, later.
    Parked(Pin<Box<dyn Future<Output = R> + Send>>),
    /// No answer: the request asked for none.
    NoReply,
    /// No answer, and later perhaps the end of the connection, for the reason given.
    Unanswered(Pin<Box<dyn Future<Output = Result<(), String>> + Send>>),
    /// No answer, and the end of the connection, for the reason given.
    Close(String),
}

impl<R: Send + 'static> Outcome<R> {
    /// The answer, later, of work that is done to its end once it is begun, whether whoever asked
    /// is still there or not: a parked answer goes with its connection, and half of this would stay
    /// done. Only the end of the broker ends it.
    pub fn to_the_end(stop: Stop, work: impl Future<Output = R> + Send + 'static) -> Outcome<R> {
        // Begun when its turn has come: what a connection asks is done in order.
        Outcome::Parked(Box::pin(async move {
            let (sender, done) = oneshot::channel();
            let mut stopped = stop.signal();
            stop.spawn(async move {
                tokio::select! {
                    biased;
                    () = stopped.raised() => {}
                    // An error means that nobody waits any more.
                    answer = work => drop(sender.send(answer)),
                }
            });
            match done.await {
                Ok(answer) => answer,
                // The broker is going down, and this connection with it.
                Err(_) => std::future::pending().await,
            }
        }))
    }
}

/// A handler.
pub trait Api {
    type Request: Request;

    /// Handles a request as far as that goes without waiting.
    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: Self::Request,
    ) -> Outcome<<Self::Request as Request>::Response>;
}

/// The code of a partition's refusal.
pub fn code_of(error: &replica::Error) -> ErrorCode {
    match error {
        replica::Error::NotLeader(_)
        | replica::Error::NotFollower(_)
        | replica::Error::NotReplica { .. } => ErrorCode::NOT_LEADER_OR_FOLLOWER,
        replica::Error::FencedLeaderEpoch { .. } => ErrorCode::FENCED_LEADER_EPOCH,
        replica::Error::UnknownLeaderEpoch { .. } => ErrorCode::UNKNOWN_LEADER_EPOCH,
        replica::Error::NotEnoughReplicas { .. } => ErrorCode::NOT_ENOUGH_REPLICAS,
        replica::Error::OffsetOutOfRange { .. } => ErrorCode::OFFSET_OUT_OF_RANGE,
        replica::Error::OffsetNotAvailable(_) => ErrorCode::OFFSET_NOT_AVAILABLE,
        replica::Error::Offline(_) => ErrorCode::KAFKA_STORAGE_ERROR,
        replica::Error::Log(error) => code_of_log(error),
    }
}

fn code_of_log(error: &log::Error) -> ErrorCode {
    match error {
        log::Error::Refused { source } => code_of_record(source),
        log::Error::Io { .. }
        | log::Error::Corrupt { .. }
        | log::Error::Poisoned { .. }
        | log::Error::Locked { .. } => ErrorCode::KAFKA_STORAGE_ERROR,
        log::Error::ListTooLarge { .. } => ErrorCode::RECORD_LIST_TOO_LARGE,
        log::Error::OutOfOrderSequence { .. } => ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER,
        log::Error::ProducerEpoch { .. } => ErrorCode::INVALID_PRODUCER_EPOCH,
        log::Error::TransactionState { .. } => ErrorCode::INVALID_TXN_STATE,
        log::Error::CoordinatorFenced { .. } => ErrorCode::TRANSACTION_COORDINATOR_FENCED,
        log::Error::OutOfOrderOffsets { .. } => ErrorCode::UNKNOWN_SERVER_ERROR,
        log::Error::OffsetOutOfRange { .. } => ErrorCode::OFFSET_OUT_OF_RANGE,
        log::Error::TopicId { .. } => ErrorCode::INCONSISTENT_TOPIC_ID,
    }
}

/// The code of a decision of the controller that was not taken.
pub fn code_of_refusal(refusal: &NotTaken) -> ErrorCode {
    match refusal {
        NotTaken::Stale => ErrorCode::STALE_CONTROLLER_EPOCH,
        NotTaken::TopicId => ErrorCode::INCONSISTENT_TOPIC_ID,
        NotTaken::NotReplica => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        NotTaken::Fenced => ErrorCode::FENCED_LEADER_EPOCH,
        NotTaken::Storage(error) => code_of(error),
    }
}

/// The code of what is wrong with batches.
pub fn code_of_record(error: &record::Error) -> ErrorCode {
    match error {
        record::Error::Corrupt { .. } | record::Error::Unpack { .. } => ErrorCode::CORRUPT_MESSAGE,
        record::Error::Invalid { .. } | record::Error::Layout { .. } => ErrorCode::INVALID_RECORD,
        record::Error::Timestamp { .. } => ErrorCode::INVALID_TIMESTAMP,
        record::Error::TooLarge { .. } => ErrorCode::MESSAGE_TOO_LARGE,
        record::Error::UnsupportedCodec { .. } => ErrorCode::UNSUPPORTED_COMPRESSION_TYPE,
        record::Error::UnsupportedForFormat { .. } => ErrorCode::UNSUPPORTED_FOR_MESSAGE_FORMAT,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn what_is_begun_is_done_though_nobody_waits_for_the_answer() {
        let stop = Stop::new();
        let (go, gone) = oneshot::channel();
        let (done, heard) = oneshot::channel();
        let outcome = Outcome::to_the_end(stop.clone(), async move {
            gone.await.expect("a word");
            done.send("done").expect("somebody who hears it");
        });
        let Outcome::Parked(mut answer) = outcome else { panic!("not parked") };
        tokio::select! {
            biased;
            () = &mut answer => panic!("it waits"),
            () = tokio::task::yield_now() => {}
        }
        // The connection ends.
        drop(answer);
        go.send(()).expect("it runs");
        assert_eq!(heard.await, Ok("done"));
        assert!(stop.stop(Duration::from_secs(10)).await);
    }

    #[tokio::test]
    async fn the_end_of_the_broker_ends_it() {
        let stop = Stop::new();
        let outcome = Outcome::to_the_end(stop.clone(), std::future::pending::<()>());
        let Outcome::Parked(mut answer) = outcome else { panic!("not parked") };
        tokio::select! {
            biased;
            () = &mut answer => panic!("it waits"),
            () = tokio::task::yield_now() => {}
        }
        assert!(stop.stop(Duration::from_secs(10)).await);
    }
}
