//! The way to the next generation: who starts it, when it completes, whom it leaves behind.
//!
//! The very first members of a group gather for `group.initial.rebalance.delay.ms`, and as much
//! longer as new ones keep coming, up to the rebalance timeout: so that starting ten consumers is one
//! rebalance and not ten. Any later rebalance completes as soon as all members have joined again, or
//! when the slowest member's rebalance timeout is over.

use std::sync::Arc;

use super::super::Now;
use super::member::select_protocol;
use super::state::{Group, Phase};
use super::{Actions, Deadline, Groups, Turn};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::limits::REBALANCE_AGAIN_MS_MIN;

impl Groups {
    /// The time to join is over.
    pub(super) fn join_ended(&mut self, now: Now, group: &Arc<str>, out: &mut Actions) {
        let (Some(group), mut turn) = self.turn(group, now, out) else { return };
        if group.phase != Phase::PreparingRebalance {
            return;
        }
        match group.gathering {
            Some(left) if group.gathered_more && left > 0 => {
                let delay = i64::from(turn.settings.initial_rebalance_delay_ms).min(left);
                group.gathered_more = false;
                group.gathering = Some(left - delay);
                turn.set(Deadline::Join { group: group.id.clone() }, delay);
            }
            _ => group.complete_join(&mut turn),
        }
    }

    /// The time to send SyncGroup is over.
    pub(super) fn sync_ended(&mut self, now: Now, group: &Arc<str>, out: &mut Actions) {
        let (Some(group), mut turn) = self.turn(group, now, out) else { return };
        if !matches!(group.phase, Phase::CompletingRebalance | Phase::Stable)
            || group.unsynced.is_empty()
        {
            return;
        }
        let missing = std::mem::take(&mut group.unsynced);
        for member in &missing {
            group.remove(member, &mut turn);
        }
        let reason = format!("Removing {} on pending sync request expiration", missing.len());
        group.rebalance(&reason, &mut turn);
    }
}

impl Group {
    /// Starts a rebalance, unless one is being prepared.
    pub(super) fn rebalance(&mut self, reason: &str, turn: &mut Turn<'_>) {
        match self.phase {
            Phase::PreparingRebalance => return,
            Phase::CompletingRebalance => self.answer_syncing(turn),
            Phase::Empty | Phase::Stable => {}
        }
        self.unsynced.clear();
        turn.timers.cancel(&Deadline::Sync { group: self.id.clone() });
        let timeout = i64::from(self.rebalance_timeout_ms());
        let deadline = Deadline::Join { group: self.id.clone() };
        if self.phase == Phase::Empty {
            let delay = i64::from(turn.settings.initial_rebalance_delay_ms);
            self.gathering = Some((timeout - delay).max(0));
            turn.set(deadline, delay);
        } else {
            self.gathering = None;
            turn.set(deadline, timeout);
        }
        self.gathered_more = false;
        self.log(format_args!(
            "Preparing to rebalance group {} in state PreparingRebalance with old generation {} \
             (__consumer_offsets-{}) (reason: {reason})",
            self.id, self.generation, self.place
        ));
        self.enter(Phase::PreparingRebalance, turn);
    }

    /// Those who wait for an assignment of this generation must join the next. Their sessions begin
    /// anew: one that ended while they waited was let pass.
    fn answer_syncing(&mut self, turn: &mut Turn<'_>) {
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for id in &ids {
            let parked = self.members.get_mut(id).and_then(|it| it.syncing.take());
            if let Some(parked) = parked {
                turn.reply(parked.to, super::sync::failed(ErrorCode::REBALANCE_IN_PROGRESS));
                self.renew_session(id, turn);
            }
        }
    }

    /// Completes the rebalance if nobody is missing. The first members of a group gather for as
    /// long as it takes, all joined or not.
    pub(super) fn complete_join_if_all_joined(&mut self, turn: &mut Turn<'_>) {
        let all_joined = self.members_joining() == self.members.len() && self.pending.is_empty();
        if self.phase == Phase::PreparingRebalance && self.gathering.is_none() && all_joined {
            self.complete_join(turn);
        }
    }

    fn complete_join(&mut self, turn: &mut Turn<'_>) {
        turn.timers.cancel(&Deadline::Join { group: self.id.clone() });
        self.gathering = None;
        self.remove_those_not_joined(turn);
        if !self.elect_joined_leader() && !self.members.is_empty() {
            // Only static members, none of which came: they stay until their sessions end.
            let timeout = i64::from(self.rebalance_timeout_ms()).max(REBALANCE_AGAIN_MS_MIN);
            turn.set(Deadline::Join { group: self.id.clone() }, timeout);
            return;
        }
        self.generation = self.generation.wrapping_add(1);
        self.unsynced.clear();
        if self.members.is_empty() {
            self.protocol = None;
            self.leader = None;
            self.enter(Phase::Empty, turn);
            self.log(format_args!(
                "Group {} with generation {} is now empty (__consumer_offsets-{})",
                self.id, self.generation, self.place
            ));
            return turn.append(vec![self.to_record(|member| member.assignment.clone())]);
        }
        self.protocol = select_protocol(&self.members);
        self.enter(Phase::CompletingRebalance, turn);
        self.log(format_args!(
            "Stabilized group {} generation {} (__consumer_offsets-{}) with {} members",
            self.id,
            self.generation,
            self.place,
            self.members.len()
        ));
        self.answer_joined(turn);
    }

    fn remove_those_not_joined(&mut self, turn: &mut Turn<'_>) {
        let gone = |it: &&super::member::Member| it.joining.is_none() && it.instance.is_none();
        let gone: Vec<Arc<str>> =
            self.members.values().filter(gone).map(|it| it.id.clone()).collect();
        for member in &gone {
            self.remove(member, turn);
        }
        if !gone.is_empty() {
            self.log(format_args!(
                "Group {} removed dynamic members who haven't joined: {gone:?}",
                self.id
            ));
        }
    }

    /// Makes sure that the leader is among those who joined. False where nobody did.
    fn elect_joined_leader(&mut self) -> bool {
        let Some(leader) = &self.leader else { return false };
        if self.members.get(leader).is_some_and(|it| it.joining.is_some()) {
            return true;
        }
        match self.members.values().find(|it| it.joining.is_some()) {
            Some(joined) => {
                self.leader = Some(joined.id.clone());
                true
            }
            None => false,
        }
    }

    fn answer_joined(&mut self, turn: &mut Turn<'_>) {
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for id in &ids {
            let answer = self.joined(id, self.is_leader(id));
            let Some(member) = self.members.get_mut(id) else { continue };
            member.is_new = false;
            if let Some(parked) = member.joining.take() {
                turn.reply(parked.to, answer);
            }
            self.renew_session(id, turn);
            self.unsynced.insert(id.clone());
        }
        let timeout = i64::from(self.rebalance_timeout_ms());
        turn.set(Deadline::Sync { group: self.id.clone() }, timeout);
    }

    /// A member was taken out: the others must share what it had, or need not wait for it any more.
    pub(super) fn after_removal(&mut self, reason: &str, turn: &mut Turn<'_>) {
        match self.phase {
            Phase::Empty => {}
            Phase::Stable | Phase::CompletingRebalance => self.rebalance(reason, turn),
            Phase::PreparingRebalance => {}
        }
        self.complete_join_if_all_joined(turn);
    }

    /// After a load: sessions begin anew, and a group above the limit sheds members.
    pub(super) fn loaded(&mut self, turn: &mut Turn<'_>) {
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for id in &ids {
            self.renew_session(id, turn);
        }
        if self.members.len() > turn.settings.members_max {
            self.rebalance("Freshly-loaded group is over capacity", turn);
        }
    }

    /// A line of the group coordinator's log.
    pub(super) fn log(&self, message: std::fmt::Arguments<'_>) {
        tracing::info!(target: "kafka.coordinator.group.GroupCoordinator", "{message}");
    }
}
