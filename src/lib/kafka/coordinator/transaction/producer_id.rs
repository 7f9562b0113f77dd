//! Producer ids: each broker owns blocks of them, so that no two producers of a cluster ever share
//! one.
//!
//! Which block was given out last stands in ZooKeeper, and is written only if nobody else wrote in
//! between. Ids of a block that were not used when a broker stops are lost, never given out again.

use crate::kafka::metadata::znode::ProducerIdBlock;
use crate::kafka::types::ProducerId;
use crate::limits::PRODUCER_IDS_PER_BLOCK;

/// The block a broker asks for after `latest`; none once all ids are used up.
pub fn block_after(latest: Option<ProducerIdBlock>, broker: i32) -> Option<ProducerIdBlock> {
    let start = match latest {
        Some(latest) => latest.end.checked_add(1)?,
        None => 0,
    };
    let end = start.checked_add(PRODUCER_IDS_PER_BLOCK - 1)?;
    (start >= 0).then_some(ProducerIdBlock { broker, start, end })
}

/// The ids this broker may give out.
#[derive(Clone, Debug, Default)]
pub struct ProducerIds {
    current: Option<Rest>,
    /// Asked for before the current block is used up, so that no producer has to wait.
    spare: Option<Rest>,
}

/// What is left of a block; both ends belong to it.
#[derive(Clone, Copy, Debug)]
struct Rest {
    next: i64,
    end: i64,
}

impl ProducerIds {
    /// The next id; none while a new block must come first.
    pub fn take(&mut self) -> Option<ProducerId> {
        let rest = match self.current.take() {
            Some(rest) => rest,
            None => self.spare.take()?,
        };
        if rest.next < rest.end {
            self.current = Some(Rest { next: rest.next + 1, ..rest });
        }
        Some(ProducerId(rest.next))
    }

    /// Whether it is time to ask for a block: nine tenths of the last one are used.
    pub fn wants_block(&self) -> bool {
        let left = self.current.map_or(0, |rest| rest.end - rest.next + 1);
        self.spare.is_none() && left <= PRODUCER_IDS_PER_BLOCK / 10
    }

    /// Adds a block that nobody else has. A spare one that was not used is lost.
    pub fn add(&mut self, block: ProducerIdBlock) {
        assert!(block.start <= block.end, "a block of producer ids has at least one");
        let rest = Rest { next: block.start, end: block.end };
        match self.current {
            None => self.current = Some(rest),
            Some(_) => self.spare = Some(rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(start: i64, end: i64) -> ProducerIdBlock {
        ProducerIdBlock { broker: 1, start, end }
    }

    #[test]
    fn blocks_follow_each_other_until_there_are_no_more() {
        for (latest, expected) in [
            (None, Some(block(0, 999))),
            (Some(block(0, 999)), Some(block(1_000, 1_999))),
            // Another implementation's block may have another size.
            (Some(block(5, 5)), Some(block(6, 1_005))),
            (Some(block(0, i64::MAX - 1_000)), Some(block(i64::MAX - 999, i64::MAX))),
            (Some(block(0, i64::MAX - 999)), None),
            (Some(block(0, i64::MAX)), None),
            // Nonsense in the node must not make ids negative.
            (Some(block(-9, -5)), None),
        ] {
            assert_eq!(block_after(latest, 1), expected, "{latest:?}");
        }
    }

    #[test]
    fn point_47_ids_are_given_out_once_and_in_order() {
        let mut ids = ProducerIds::default();
        assert_eq!(ids.take(), None);
        assert!(ids.wants_block());
        ids.add(block(0, 999));
        for expected in 0..900 {
            assert!(!ids.wants_block());
            assert_eq!(ids.take(), Some(ProducerId(expected)));
        }
        assert!(ids.wants_block(), "nine tenths are used");
        ids.add(block(5_000, 5_999));
        assert!(!ids.wants_block());
        for expected in (900..1_000).chain(5_000..6_000) {
            assert_eq!(ids.take(), Some(ProducerId(expected)));
        }
        assert_eq!(ids.take(), None);
    }
}
