//! SyncGroup: the leader hands in the assignment, everybody receives a part.
//!
//! The leader's call is what makes a generation last: the group goes to the log with its assignment,
//! and when that record is applied the group is stable.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::super::{Now, ReplyTo};
use super::member::Parked;
use super::state::{Group, Phase};
use super::{Actions, Deadline, Groups, Response, Turn};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::{SyncGroupRequest, SyncGroupResponse};

/// The answer of a sync that failed.
pub(super) fn failed(error: ErrorCode) -> Response {
    Response::Sync(SyncGroupResponse { error_code: error, ..SyncGroupResponse::default() })
}

impl Groups {
    pub(super) fn sync(
        &mut self,
        now: Now,
        from: ReplyTo,
        body: SyncGroupRequest,
        out: &mut Actions,
    ) {
        match self.turn(&body.group_id, now, out) {
            (None, mut turn) => turn.reply(from, failed(ErrorCode::UNKNOWN_MEMBER_ID)),
            (Some(group), mut turn) => {
                if let Err(error) = group.sync(from, body, &mut turn) {
                    turn.reply(from, failed(error));
                }
            }
        }
    }
}

impl Group {
    fn sync(
        &mut self,
        from: ReplyTo,
        body: SyncGroupRequest,
        turn: &mut Turn<'_>,
    ) -> Result<(), ErrorCode> {
        self.check_sync(&body)?;
        let id: Arc<str> = body.member_id.as_str().into();
        match self.phase {
            Phase::Empty => return Err(ErrorCode::UNKNOWN_MEMBER_ID),
            Phase::PreparingRebalance => return Err(ErrorCode::REBALANCE_IN_PROGRESS),
            Phase::CompletingRebalance => {
                self.synced(&id, turn);
                self.park_sync(&id, from, turn);
                if self.is_leader(&id) {
                    self.assign(
                        body.assignments.into_iter().map(|it| (it.member_id, it.assignment)),
                        turn,
                    );
                }
            }
            Phase::Stable => {
                self.synced(&id, turn);
                let assignment =
                    self.members.get(&id).map(|it| it.assignment.clone()).unwrap_or_default();
                turn.reply(from, self.assigned(assignment));
                self.renew_session(&id, turn);
            }
        }
        Ok(())
    }

    fn check_sync(&self, body: &SyncGroupRequest) -> Result<(), ErrorCode> {
        self.check_member(&body.member_id, body.group_instance_id.as_deref())?;
        self.check_generation(body.generation_id)?;
        let other =
            |given: &Option<String>, ours: &Option<String>| given.is_some() && given != ours;
        if other(&body.protocol_type, &self.protocol_type)
            || other(&body.protocol_name, &self.protocol)
        {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        Ok(())
    }

    /// The member's SyncGroup of this generation has come.
    fn synced(&mut self, id: &str, turn: &mut Turn<'_>) {
        self.unsynced.remove(id);
        if self.unsynced.is_empty() {
            turn.timers.cancel(&Deadline::Sync { group: self.id.clone() });
        }
    }

    fn park_sync(&mut self, id: &str, from: ReplyTo, turn: &mut Turn<'_>) {
        let Some(member) = self.members.get_mut(id) else { return };
        let parked = Parked { to: from, version: 0 };
        if let Some(earlier) = member.syncing.replace(parked) {
            // Asked again before the answer: only the last one still listens.
            turn.reply(earlier.to, failed(ErrorCode::REBALANCE_IN_PROGRESS));
        }
    }

    /// The leader has spoken: the group is logged, and all who wait learn their part.
    fn assign(&mut self, assignments: impl Iterator<Item = (String, Bytes)>, turn: &mut Turn<'_>) {
        let assignments: BTreeMap<String, Bytes> = assignments.collect();
        self.log(format_args!(
            "Assignment received from leader {} for group {} for generation {}. The group has {} \
             members, {} of which are static.",
            self.leader.as_deref().unwrap_or_default(),
            self.id,
            self.generation,
            self.members.len(),
            self.instances.len()
        ));
        // Members the leader said nothing about have nothing to do.
        let of = |id: &str| assignments.get(id).cloned().unwrap_or_default();
        turn.append(vec![self.to_record(|member| of(&member.id))]);
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for id in &ids {
            let Some(member) = self.members.get_mut(id) else { continue };
            if let Some(parked) = member.syncing.take() {
                let response = self.assigned(of(id));
                turn.reply(parked.to, response);
                self.renew_session(id, turn);
            }
        }
    }

    fn assigned(&self, assignment: Bytes) -> Response {
        Response::Sync(SyncGroupResponse {
            error_code: ErrorCode::NONE,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol.clone(),
            assignment,
            ..SyncGroupResponse::default()
        })
    }
}
