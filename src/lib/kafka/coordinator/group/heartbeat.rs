//! Heartbeat: a member says it is alive; and what happens to those who do not.

use std::sync::Arc;

use super::super::{Now, ReplyTo};
use super::join;
use super::member::Member;
use super::state::{Group, Phase};
use super::{Actions, Groups, Response, Turn};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::{HeartbeatRequest, HeartbeatResponse};

impl Groups {
    pub(super) fn heartbeat(
        &mut self,
        now: Now,
        from: ReplyTo,
        body: &HeartbeatRequest,
        out: &mut Actions,
    ) {
        let (group, mut turn) = self.turn(&body.group_id, now, out);
        let answer = match group {
            None => Err(ErrorCode::UNKNOWN_MEMBER_ID),
            Some(group) => group.heartbeat(body, &mut turn),
        };
        let error_code = answer.err().unwrap_or(ErrorCode::NONE);
        let response = HeartbeatResponse { error_code, ..HeartbeatResponse::default() };
        turn.reply(from, Response::Heartbeat(response));
    }

    /// A session is over.
    pub(super) fn session_ended(
        &mut self,
        now: Now,
        group: &Arc<str>,
        member: &Arc<str>,
        out: &mut Actions,
    ) {
        let (Some(group), mut turn) = self.turn(group, now, out) else { return };
        let waits = |it: &Member| !it.is_new && (it.joining.is_some() || it.syncing.is_some());
        match group.members.get(member) {
            None => return,
            // Whoever waits for our answer cannot be expected to send heartbeats.
            Some(it) if waits(it) => return,
            Some(_) => {}
        }
        group.log(format_args!(
            "Member {member} in group {} has failed, removing it from the group",
            group.id
        ));
        let reason = format!("removing member {member} on heartbeat expiration");
        group.dismiss(member, &reason, &mut turn);
    }

    /// An id that was given out was not used in time.
    pub(super) fn pending_ended(
        &mut self,
        now: Now,
        group: &Arc<str>,
        member: &Arc<str>,
        out: &mut Actions,
    ) {
        let (Some(group), mut turn) = self.turn(group, now, out) else { return };
        if group.pending.remove(member) {
            group.log(format_args!(
                "Pending member {member} in group {} has been removed after session timeout \
                 expiration.",
                group.id
            ));
            group.complete_join_if_all_joined(&mut turn);
        }
    }
}

impl Group {
    fn heartbeat(&mut self, body: &HeartbeatRequest, turn: &mut Turn<'_>) -> Result<(), ErrorCode> {
        self.check_member(&body.member_id, body.group_instance_id.as_deref())?;
        self.check_generation(body.generation_id)?;
        let id: Arc<str> = body.member_id.as_str().into();
        match self.phase {
            Phase::Empty => Err(ErrorCode::UNKNOWN_MEMBER_ID),
            // Since 2.7 a member that waits for the assignment is alive like any other.
            Phase::CompletingRebalance | Phase::Stable => {
                self.renew_session(&id, turn);
                Ok(())
            }
            Phase::PreparingRebalance => {
                self.renew_session(&id, turn);
                Err(ErrorCode::REBALANCE_IN_PROGRESS)
            }
        }
    }

    /// Takes a member out, tells it if it waits, and lets the others go on without it.
    pub(super) fn dismiss(&mut self, member: &str, reason: &str, turn: &mut Turn<'_>) {
        let Some(mut gone) = self.remove(member, turn) else { return };
        if let Some(parked) = gone.joining.take() {
            // It may have been given no id yet: told this, a client that is still there joins again.
            let response = join::failed(parked.version, "", ErrorCode::UNKNOWN_MEMBER_ID);
            turn.reply(parked.to, response);
        }
        if let Some(parked) = gone.syncing.take() {
            turn.reply(parked.to, super::sync::failed(ErrorCode::UNKNOWN_MEMBER_ID));
        }
        self.after_removal(reason, turn);
    }
}
