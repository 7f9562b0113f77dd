//! Becoming leader or follower, as the controller says.

use std::collections::{BTreeMap, BTreeSet};

use crate::kafka::types::{BrokerId, LeaderEpoch};

use super::super::error::Error;
use super::{Follower, Leader, Partition, Role};

/// One partition of a LeaderAndIsr request.
#[derive(Clone, Debug)]
pub struct LeaderAndIsr {
    /// None where nobody leads.
    pub leader: Option<BrokerId>,
    pub leader_epoch: LeaderEpoch,
    pub partition_epoch: i32,
    pub isr: Vec<BrokerId>,
    pub replicas: Vec<BrokerId>,
}

impl Partition {
    /// Takes the controller's decision if it is newer than what is known; says whether this broker
    /// leads from now on.
    pub fn become_as_told(&self, told: &LeaderAndIsr) -> Result<bool, Error> {
        let mut guard = self.state();
        let state = &mut *guard;
        state.log(&self.id)?;
        let leads = told.leader == Some(self.broker);
        state.leader = told.leader;
        state.epoch = told.leader_epoch;
        state.partition_epoch = told.partition_epoch;
        state.replicas.clone_from(&told.replicas);
        if !leads {
            state.role = Role::Follower;
            state.waiters.wake_all();
            return Ok(false);
        }
        let Some(log) = &mut state.log else { return Err(Error::Offline(self.id.clone())) };
        let start = log.log_end();
        log.begin_epoch(told.leader_epoch.0)?;
        let others = told.replicas.iter().filter(|id| **id != self.broker);
        let mut isr: BTreeSet<BrokerId> = told.isr.iter().copied().collect();
        isr.insert(self.broker);
        let followers: BTreeMap<_, _> = others.map(|id| (*id, Follower::unknown())).collect();
        state.role = Role::Leader(Leader { start, isr, followers });
        state.waiters.wake_all();
        state.advance_high_watermark(self.broker, 0);
        Ok(true)
    }

    /// Whether a decision is newer than what this partition was told before.
    pub fn is_news(&self, epoch: LeaderEpoch) -> bool {
        epoch > self.state().epoch
    }
}
