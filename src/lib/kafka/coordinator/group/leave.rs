//! LeaveGroup: members leave, several at once since version 3 (KIP-345).
//!
//! An administrator may name a static member by its instance id alone.

use std::sync::Arc;

use super::super::{Now, ReplyTo};
use super::state::Group;
use super::{Actions, Groups, Response, Turn};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::leave_group::{MemberIdentity, MemberResponse};
use crate::kafka::protocol::message::{LeaveGroupRequest, LeaveGroupResponse};

impl Groups {
    pub(super) fn leave(
        &mut self,
        now: Now,
        from: ReplyTo,
        body: LeaveGroupRequest,
        out: &mut Actions,
    ) {
        let (mut group, mut turn) = self.turn(&body.group_id, now, out);
        let mut members = Vec::with_capacity(body.members.len());
        for leaving in body.members {
            let left = match &mut group {
                None => Err(ErrorCode::UNKNOWN_MEMBER_ID),
                Some(group) => group.leave(&leaving, &mut turn),
            };
            members.push(MemberResponse {
                member_id: leaving.member_id,
                group_instance_id: leaving.group_instance_id,
                error_code: left.err().unwrap_or(ErrorCode::NONE),
            });
        }
        // An id that was given out and is handed back may have been what a rebalance waited for.
        if let Some(group) = group {
            group.complete_join_if_all_joined(&mut turn);
        }
        turn.reply(from, Response::Leave(LeaveGroupResponse { members, ..Default::default() }));
    }
}

impl Group {
    fn leave(&mut self, leaving: &MemberIdentity, turn: &mut Turn<'_>) -> Result<(), ErrorCode> {
        let instance = leaving.group_instance_id.as_deref();
        let id: Arc<str> = if leaving.member_id.is_empty() {
            let current = instance.and_then(|it| self.instances.get(it));
            current.ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?.clone()
        } else {
            leaving.member_id.as_str().into()
        };
        if self.forget_pending(&id, turn) {
            return Ok(());
        }
        self.check_member(&id, instance)?;
        let why = leaving.reason.as_deref().unwrap_or("not provided");
        self.log(format_args!(
            "Member {id} has left group {} through explicit `LeaveGroup` request; client reason: {why}",
            self.id
        ));
        let reason = format!("Removing member {id} on LeaveGroup; client reason: {why}");
        self.dismiss(&id, &reason, turn);
        Ok(())
    }
}
