//! Who is in sync. A leader takes out who lags and brings in who has caught up; it asks for the
//! change, and goes on with the ISR it has until that is decided: by the controller (KIP-497), or
//! in ZooKeeper before `inter.broker.protocol.version` 2.7-IV2.
//!
//! One wish at a time. While it is open, whoever would come in is waited for already, and whoever
//! would go still is: whichever way it is decided, what was committed is on all of them.

use std::collections::BTreeSet;

use crate::base::clock::Instant;
use crate::base::planted::Bug;
use crate::kafka::types::{BrokerId, ControllerEpoch, LeaderEpoch};

use super::{Follower, Leader, Local, Partition, Role, State};

/// An ISR that a leader asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IsrWish {
    pub leader_epoch: LeaderEpoch,
    /// The version of the state that the leader knows.
    pub partition_epoch: i32,
    pub controller_epoch: ControllerEpoch,
    pub before: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
}

/// What became of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The ISR is this one, and the state has this version.
    Is { partition_epoch: i32, isr: Vec<BrokerId> },
    /// A replica may not come in now.
    Refused,
    /// The leader knows too little: the controller will tell it anew.
    Open,
}

impl Leader {
    /// Whether the high watermark waits for a follower. One that has caught up counts before it is
    /// in sync, or under steady load it would never be at the high watermark when it asks.
    pub(super) fn counts(
        &self,
        id: BrokerId,
        follower: &Follower,
        local: &Local,
        now: Instant,
    ) -> bool {
        if Bug::ShrinkUnasked.is_planted()
            && let Some(wished) = &self.wished
        {
            return wished.contains(&id);
        }
        self.isr.contains(&id)
            || self.wished.as_ref().is_some_and(|wished| wished.contains(&id))
            || follower.was_caught_up(now, local.lag_max)
    }
}

impl State {
    /// Wishes a follower into the ISR if it has all that is committed.
    pub(super) fn expand(&mut self, follower: BrokerId) -> Option<IsrWish> {
        let high_watermark = self.high_watermark;
        let Role::Leader(leader) = &self.role else { return None };
        let log_end = leader.followers.get(&follower)?.log_end;
        if leader.isr.contains(&follower) || log_end < high_watermark.max(leader.start) {
            return None;
        }
        let mut isr = leader.isr.clone();
        isr.insert(follower);
        self.wish(isr)
    }

    /// Wishes out of the ISR who has not caught up for too long.
    fn shrink(&mut self, local: &Local, now: Instant) -> Option<IsrWish> {
        let leader_end = self.log.as_ref()?.log_end();
        let Role::Leader(leader) = &self.role else { return None };
        let lags = |id: &BrokerId| {
            let follower = leader.followers.get(id);
            *id != local.broker
                && follower.is_none_or(|it| !it.is_caught_up(now, leader_end, local.lag_max))
        };
        let isr: BTreeSet<BrokerId> = leader.isr.iter().copied().filter(|id| !lags(id)).collect();
        if isr.len() == leader.isr.len() { None } else { self.wish(isr) }
    }

    fn wish(&mut self, isr: BTreeSet<BrokerId>) -> Option<IsrWish> {
        let Role::Leader(leader) = &mut self.role else { return None };
        if leader.wished.is_some() {
            return None;
        }
        let wish = IsrWish {
            leader_epoch: self.epoch,
            partition_epoch: self.partition_epoch,
            controller_epoch: self.controller_epoch,
            before: leader.isr.iter().copied().collect(),
            isr: isr.iter().copied().collect(),
        };
        leader.wished = Some(isr);
        Some(wish)
    }
}

impl Partition {
    /// The ISR to ask for because somebody in it lags, if this broker leads and has not asked.
    pub fn shrink_isr(&self, now: Instant) -> Option<IsrWish> {
        self.state().shrink(&self.local, now)
    }

    /// A wish is decided; the high watermark may move. Nothing happens if another epoch has begun
    /// meanwhile.
    pub fn isr_decided(&self, wish: &IsrWish, decision: Decision, now: Instant) {
        let mut guard = self.state();
        let state = &mut *guard;
        let Role::Leader(leader) = &mut state.role else { return };
        if state.epoch != wish.leader_epoch || state.partition_epoch != wish.partition_epoch {
            return;
        }
        match decision {
            Decision::Open => return,
            Decision::Is { partition_epoch, isr } => {
                state.partition_epoch = partition_epoch;
                leader.isr = isr.into_iter().collect();
                leader.isr.insert(self.local.broker);
            }
            // A broker that may not come in, because it is about to stop, must not be waited for.
            Decision::Refused => {
                for id in wish.isr.iter().filter(|id| !leader.isr.contains(id)) {
                    if let Some(follower) = leader.followers.get_mut(id) {
                        follower.last_caught_up = None;
                        follower.previous_fetch = None;
                    }
                }
            }
        }
        leader.wished = None;
        state.advance_high_watermark(&self.local, now, 0);
    }

    /// The ISR that this broker, leading, goes by.
    pub fn isr(&self) -> Vec<BrokerId> {
        match &self.state().role {
            Role::Leader(leader) => leader.isr.iter().copied().collect(),
            Role::Follower => Vec::new(),
        }
    }
}
