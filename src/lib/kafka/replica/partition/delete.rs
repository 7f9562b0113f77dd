//! Moving the start of the log, as clients ask, and how far the other replicas have followed.

use crate::kafka::types::{BrokerId, Offset};

use super::super::error::Error;
use super::super::wait::{Until, Waiter, Waiting};
use super::{Partition, Role};

impl Partition {
    /// Moves the log's start up to `offset`, or to the high watermark where none is given; below
    /// the start that is nothing to do. Gives the offset. Only the leader does it: followers learn
    /// of it as they fetch.
    pub fn delete_before(&self, offset: Option<Offset>) -> Result<Offset, Error> {
        let mut guard = self.state();
        let state = &mut *guard;
        if !matches!(state.role, Role::Leader(_)) {
            return Err(self.not_leading(state));
        }
        let end = state.high_watermark;
        let offset = offset.unwrap_or(end);
        let Some(log) = &mut state.log else { return Err(Error::Offline(self.id.clone())) };
        // What is not committed might come back with another leader.
        if !(0..=end).contains(&offset) {
            let (partition, start) = (self.id.clone(), log.log_start());
            return Err(Error::OffsetOutOfRange { partition, offset, start, end });
        }
        if log.set_log_start(offset)? {
            tracing::info!(
                target: "kafka.log.UnifiedLog",
                "[UnifiedLog partition={}] Incremented log start offset to {offset} due to client delete records request",
                self.id
            );
        }
        Ok(offset)
    }

    /// The lowest start among the replicas that live. -1 while one of them was not heard of.
    pub fn low_watermark(&self, lives: impl Fn(BrokerId) -> bool) -> Result<Offset, Error> {
        let state = self.state();
        let Role::Leader(leader) = &state.role else { return Err(self.not_leading(&state)) };
        let start = state.log(&self.id)?.log_start();
        let others = state.replicas.iter().filter(|id| **id != self.local.broker && lives(**id));
        let starts = others.map(|id| leader.followers.get(id).map_or(-1, |it| it.log_start));
        Ok(starts.fold(start, Offset::min))
    }

    /// Waits until a follower says that its log starts elsewhere, or somebody else leads.
    pub fn wait_log_start(&self) -> Waiting {
        let waiting = Waiter::waiting(1);
        self.state().waiters.add(Until::LogStart, waiting.waiter());
        waiting
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future as _;
    use std::pin::Pin;
    use std::task::{Context, Waker};

    use super::super::tests::{append, at, partition, told};
    use super::*;

    const OTHER: BrokerId = BrokerId(2);

    /// Led by broker 1, with four records that wait for broker 2.
    fn leading() -> Partition {
        let partition = partition(1, 1);
        let mut both = told(1, 0, &[1, 2]);
        both.replicas.truncate(2);
        assert!(partition.become_as_told(&both, at(0)).unwrap());
        append(&partition, 1, 4).unwrap();
        partition
    }

    #[test]
    fn only_what_is_committed_is_deleted() {
        let partition = leading();
        assert!(matches!(partition.delete_before(Some(1)), Err(Error::OffsetOutOfRange { .. })));
        partition.follower_fetched(at(1), OTHER, 3, 0).unwrap();
        assert!(matches!(partition.delete_before(Some(4)), Err(Error::OffsetOutOfRange { .. })));
        assert!(matches!(partition.delete_before(Some(-2)), Err(Error::OffsetOutOfRange { .. })));
        assert_eq!(partition.delete_before(Some(1)).unwrap(), 1);
        assert_eq!(partition.delete_before(None).unwrap(), 3);
        assert_eq!(partition.delete_before(Some(0)).unwrap(), 0, "gone already");
        assert_eq!(partition.offsets().unwrap().log_start, 3);
        partition.step_down();
        assert!(matches!(partition.delete_before(Some(3)), Err(Error::NotLeader(_))));
        assert!(matches!(partition.low_watermark(|_| true), Err(Error::NotLeader(_))));
    }

    #[test]
    fn the_low_watermark_follows_the_slowest_that_lives() {
        let partition = leading();
        assert_eq!(partition.low_watermark(|_| true).unwrap(), -1, "never heard of");
        let fetched = |end, start| {
            partition.follower_fetched(at(1), OTHER, end, start).unwrap();
        };
        fetched(4, 0);
        partition.delete_before(Some(2)).unwrap();
        assert_eq!(partition.low_watermark(|_| true).unwrap(), 0);
        assert_eq!(partition.low_watermark(|id| id != OTHER).unwrap(), 2);

        let mut moved = partition.wait_log_start();
        let mut is_ready = || {
            let mut cx = Context::from_waker(Waker::noop());
            Pin::new(&mut moved).poll(&mut cx).is_ready()
        };
        fetched(4, 0);
        assert!(!is_ready(), "it starts where it did");
        fetched(4, 2);
        assert!(is_ready());
        assert_eq!(partition.low_watermark(|_| true).unwrap(), 2);
    }
}
