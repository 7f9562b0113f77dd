//! Becoming leader or follower, as the controller says.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::clock::Instant;
use crate::base::planted::Bug;
use crate::kafka::types::{BrokerId, ControllerEpoch, LeaderEpoch};

use super::super::error::Error;
use super::{Follower, Leader, Partition, Role};

/// One partition of a LeaderAndIsr request.
#[derive(Clone, Debug)]
pub struct LeaderAndIsr {
    /// None where nobody leads.
    pub leader: Option<BrokerId>,
    pub leader_epoch: LeaderEpoch,
    pub partition_epoch: i32,
    /// Of the controller that made it so.
    pub controller_epoch: ControllerEpoch,
    pub isr: Vec<BrokerId>,
    pub replicas: Vec<BrokerId>,
}

impl Partition {
    /// Takes the controller's decision if it is newer than what is known; says whether this broker
    /// leads from now on.
    pub fn become_as_told(&self, told: &LeaderAndIsr, now: Instant) -> Result<bool, Error> {
        let mut guard = self.state();
        let state = &mut *guard;
        state.log(&self.id)?;
        state.leader = told.leader;
        state.epoch = told.leader_epoch;
        state.partition_epoch = told.partition_epoch;
        state.controller_epoch = told.controller_epoch;
        state.replicas.clone_from(&told.replicas);
        let before = std::mem::replace(&mut state.role, Role::Follower);
        state.waiters.wake_all();
        if told.leader != Some(self.local.broker) {
            return Ok(false);
        }
        let Some(log) = &mut state.log else { return Err(Error::Offline(self.id.clone())) };
        let start = log.log_end();
        log.begin_epoch(told.leader_epoch.0)?;
        if Bug::ForgetProducers.is_planted() {
            log.forget_producers();
        }
        let mut isr: BTreeSet<BrokerId> = told.isr.iter().copied().collect();
        isr.insert(self.local.broker);
        // What a follower has is known from before where this broker led before.
        let known = match before {
            Role::Leader(leader) => leader.followers,
            Role::Follower => BTreeMap::new(),
        };
        let others = told.replicas.iter().filter(|id| **id != self.local.broker);
        let followers = others.map(|id| {
            let follower = known.get(id).copied().unwrap_or_else(Follower::unknown);
            (*id, follower.renewed(now, isr.contains(id), start))
        });
        let followers = followers.collect();
        state.role = Role::Leader(Leader { start, isr, wished: None, followers });
        state.advance_high_watermark(&self.local, now, 0);
        Ok(true)
    }

    /// Whether a decision is newer than what this partition was told before.
    pub fn is_news(&self, epoch: LeaderEpoch) -> bool {
        epoch > self.state().epoch || Bug::ObeyDeposedController.is_planted()
    }
}
