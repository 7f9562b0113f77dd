//! DescribeGroups and ListGroups: what people ask about groups.

use super::Groups;
use super::member::Member;
use super::state::{Group, Phase};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::describe_groups::{DescribedGroup, DescribedGroupMember};
use crate::kafka::protocol::message::list_groups::ListedGroup;

/// The state of a group that is not there.
const DEAD: &str = "Dead";
/// The type of every group of this protocol (KIP-848 brought another).
const CLASSIC: &str = "classic";

impl Groups {
    /// A group that is not there is no error: it is dead.
    pub(super) fn describe(&self, id: String) -> DescribedGroup {
        match self.groups.get(id.as_str()) {
            Some(group) => group.describe(),
            None => DescribedGroup {
                error_code: ErrorCode::NONE,
                group_id: id,
                group_state: DEAD.to_owned(),
                ..DescribedGroup::default()
            },
        }
    }

    pub(super) fn list(&self, states: &[String], types: &[String]) -> Vec<ListedGroup> {
        let named = |filter: &[String], name: &str| {
            filter.is_empty() || filter.iter().any(|it| it.eq_ignore_ascii_case(name))
        };
        if !named(types, CLASSIC) {
            return Vec::new();
        }
        let groups = self.groups.values().filter(|it| named(states, &it.phase.to_string()));
        let list = |group: &Group| ListedGroup {
            group_id: group.id.to_string(),
            protocol_type: group.protocol_type.clone().unwrap_or_default(),
            group_state: group.phase.to_string(),
            group_type: CLASSIC.to_owned(),
        };
        groups.map(list).collect()
    }
}

impl Group {
    fn describe(&self) -> DescribedGroup {
        // Before a group is stable, what its members said and got is about to change.
        let protocol = match self.phase {
            Phase::Stable => self.protocol.as_deref(),
            Phase::Empty | Phase::PreparingRebalance | Phase::CompletingRebalance => None,
        };
        let member = |member: &Member| DescribedGroupMember {
            member_id: member.id.to_string(),
            group_instance_id: member.instance.as_deref().map(str::to_owned),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            member_metadata: protocol
                .and_then(|it| member.metadata(it))
                .cloned()
                .unwrap_or_default(),
            member_assignment: protocol.map(|_| member.assignment.clone()).unwrap_or_default(),
        };
        DescribedGroup {
            error_code: ErrorCode::NONE,
            group_id: self.id.to_string(),
            group_state: self.phase.to_string(),
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            protocol_data: protocol.unwrap_or_default().to_owned(),
            members: self.members.values().map(member).collect(),
            ..DescribedGroup::default()
        }
    }
}
