//! Transactions, as a broker that coordinates none sees them: their batches, markers and offsets are
//! taken, and whoever wants a coordinator is sent to the broker that leads the partition of
//! `__transaction_state`.
//!
//! Deliberately absent: the coordinator itself. Where this broker leads such a partition, the
//! answer is COORDINATOR_NOT_AVAILABLE, which clients try again, and the log says why: another
//! broker, of Apache Kafka, has to lead it.
//!
//! * [`lines`]: the requests of a producer that wait for each other.
//! * [`verify`]: asks the coordinator whether a partition belongs to a transaction (KIP-890).

pub mod lines;
pub mod verify;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::clock::Instant;
use crate::kafka::metadata::topic::TRANSACTION_STATE_TOPIC;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::BrokerId;

use super::Broker;
use lines::Lines;
use verify::Links;

/// How long the log stays silent about the same thing.
const SILENCE: Duration = Duration::from_secs(60);

/// What a broker keeps about transactions.
#[derive(Default)]
pub struct Transactions {
    pub lines: Lines,
    links: Links,
    /// When it was last said that a coordinator is missing here.
    said: Mutex<Option<Instant>>,
}

/// The partition of `__transaction_state` that a transactional id lives in, and who leads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coordinator {
    pub partition: i32,
    /// None where nobody leads, or the topic is not known here.
    pub leader: Option<BrokerId>,
}

impl Broker {
    /// Who coordinates the transactions of an id.
    pub fn transaction_coordinator(&self, transactional_id: &str) -> Coordinator {
        let topic = TRANSACTION_STATE_TOPIC;
        let Some(partition) = self.coordinator_topics.partition(topic, transactional_id) else {
            return Coordinator { partition: -1, leader: None };
        };
        let image = self.cluster.image();
        let leader = image.partition(topic, partition).map(|it| it.leader);
        let leader = leader.filter(|id| image.broker(*id).is_some()).map(BrokerId);
        Coordinator { partition, leader }
    }

    /// What is answered to who takes this broker for a transaction's coordinator.
    pub fn refuse_to_coordinate(&self, transactional_id: &str) -> ErrorCode {
        let coordinator = self.transaction_coordinator(transactional_id);
        if coordinator.leader != Some(self.id) {
            return ErrorCode::NOT_COORDINATOR;
        }
        self.say_that_nobody_coordinates(coordinator.partition);
        ErrorCode::COORDINATOR_NOT_AVAILABLE
    }

    /// Says why transactional ids of a partition find no coordinator, once a while.
    pub fn say_that_nobody_coordinates(&self, partition: i32) {
        let now = self.clock.now();
        {
            let said = &self.transactions.said;
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.is_some_and(|at| now - at < SILENCE) {
                return;
            }
            *said = Some(now);
        }
        tracing::warn!(
            target: "kafka.coordinator.transaction.TransactionCoordinator",
            "[TransactionCoordinator id={}] This broker leads {TRANSACTION_STATE_TOPIC}-{partition} and coordinates no transactions yet: ids of that partition wait until a broker of Apache Kafka leads it (kafka-reassign-partitions, kafka-leader-election)",
            self.id
        );
    }

    /// Whether the first batch of a transaction is held against its coordinator.
    pub fn verifies_transactions(&self) -> bool {
        self.current().transaction_partition_verification_enable
    }
}
