//! One member of a group, and what members decide together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;

use super::super::ReplyTo;
use crate::kafka::protocol::message::join_group::JoinGroupRequestProtocol;

/// A request of a member that waits for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parked {
    pub(super) to: ReplyTo,
    /// The version of the request, where the answer means something else before it.
    pub(super) version: i16,
}

/// A member. Its assignment is what the log says; all else may be newer.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: Arc<str>,
    /// The name of a static member (KIP-345).
    pub(super) instance: Option<Arc<str>>,
    pub(super) client_id: String,
    /// `/` and the address, as Java prints it.
    pub(super) client_host: String,
    pub(super) session_timeout_ms: i32,
    pub(super) rebalance_timeout_ms: i32,
    /// What it can take part in, by preference, each with what it has to say about itself.
    pub(super) protocols: Vec<JoinGroupRequestProtocol>,
    pub(super) assignment: Bytes,
    /// It has joined and does not know its id yet, so it cannot send heartbeats.
    pub(super) is_new: bool,
    /// Its JoinGroup that waits for the rebalance to complete.
    pub(super) joining: Option<Parked>,
    /// Its SyncGroup that waits for the leader's assignment.
    pub(super) syncing: Option<Parked>,
}

impl Member {
    /// What the member says about itself under one protocol.
    pub(super) fn metadata(&self, protocol: &str) -> Option<&Bytes> {
        self.protocols.iter().find(|it| it.name == protocol).map(|it| &it.metadata)
    }

    fn supports(&self, protocol: &str) -> bool {
        self.metadata(protocol).is_some()
    }
}

/// The protocols every member supports.
pub(super) fn common_protocols(members: &BTreeMap<Arc<str>, Member>) -> BTreeSet<&str> {
    let mut members_left = members.values();
    let Some(first) = members_left.next() else { return BTreeSet::new() };
    let mut common: BTreeSet<&str> = first.protocols.iter().map(|it| it.name.as_str()).collect();
    for member in members_left {
        common.retain(|protocol| member.supports(protocol));
    }
    common
}

/// The protocol of the next generation: each member votes for what it prefers among what all
/// support. The first by name wins a tie, where Kafka's choice hangs on a hash.
pub(super) fn select_protocol(members: &BTreeMap<Arc<str>, Member>) -> Option<String> {
    let candidates = common_protocols(members);
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for member in members.values() {
        let preferred = member.protocols.iter().find(|it| candidates.contains(it.name.as_str()));
        if let Some(protocol) = preferred {
            *votes.entry(&protocol.name).or_default() += 1;
        }
    }
    let most = votes.values().copied().max()?;
    votes.into_iter().find(|&(_, count)| count == most).map(|(protocol, _)| protocol.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(preferences: &[&str]) -> BTreeMap<Arc<str>, Member> {
        let member = |(index, protocols): (usize, &&str)| {
            let id: Arc<str> = format!("m{index}").into();
            let protocol = |name: &str| JoinGroupRequestProtocol {
                name: name.to_owned(),
                metadata: Bytes::new(),
            };
            let member = Member {
                id: id.clone(),
                instance: None,
                client_id: String::new(),
                client_host: String::new(),
                session_timeout_ms: 0,
                rebalance_timeout_ms: 0,
                protocols: protocols.split_whitespace().map(protocol).collect(),
                assignment: Bytes::new(),
                is_new: false,
                joining: None,
                syncing: None,
            };
            (id, member)
        };
        preferences.iter().enumerate().map(member).collect()
    }

    #[test]
    fn the_most_preferred_common_protocol_wins() {
        for (preferences, expected) in [
            (&[][..], None),
            (&["range"], Some("range")),
            (&["range roundrobin", "roundrobin range", "roundrobin range"], Some("roundrobin")),
            (&["sticky range", "range"], Some("range")),
            (&["b a", "a b"], Some("a")),
            (&["a", "b"], None),
        ] {
            assert_eq!(
                select_protocol(&members(preferences)).as_deref(),
                expected,
                "{preferences:?}"
            );
        }
    }
}
