//! Waiting until what was appended is on all replicas in sync.

use std::sync::Arc;

use crate::base::clock::{Clock, Instant};
use crate::base::planted::Bug;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::replica::{Commit, Partition};
use crate::kafka::types::{LeaderEpoch, Offset};

/// An append that is not committed yet.
pub(super) struct Uncommitted {
    pub replica: Arc<Partition>,
    /// The offset after the last record.
    pub end: Offset,
    pub epoch: LeaderEpoch,
}

impl Uncommitted {
    /// Waits until all replicas in sync have it, somebody else leads, or the time is over.
    pub(super) async fn committed(
        &self,
        clock: &Clock,
        deadline: Instant,
    ) -> Result<(), ErrorCode> {
        if Bug::AcknowledgeEarly.is_planted() {
            return Ok(());
        }
        loop {
            let woken = self.replica.wait_committed(self.end);
            let left = deadline - clock.now();
            let timed_out = tokio::time::timeout(left, woken).await.is_err();
            return match self.replica.commit_state(self.end, self.epoch) {
                Ok(Commit::Committed) => Ok(()),
                Ok(Commit::TooFewReplicas) => Err(ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND),
                Ok(Commit::Waiting) if timed_out => Err(ErrorCode::REQUEST_TIMED_OUT),
                // Woken by something else.
                Ok(Commit::Waiting) => continue,
                Err(_) => Err(ErrorCode::NOT_LEADER_OR_FOLLOWER),
            };
        }
    }
}
