//! Brings a learner to where the server is that it follows: a leader, or a follower that takes
//! observers.

use bytes::Bytes;

use super::history::{Entry, Plan};
use super::message::{Action, LinkId};
use super::peer::Shared;
use crate::zookeeper::jute::{PacketKind, QuorumPacket, ServerId, Zxid};

/// Sends a learner whose log ends with `last` what is committed and it lacks.
pub(super) fn committed(shared: &mut Shared, link: LinkId, last: Zxid, epoch: i64) {
    let send = |kind, zxid| Action::Send(link, QuorumPacket::new(kind, zxid));
    // It has begun this very epoch, by a snapshot of ours.
    let abreast = last == Zxid(epoch << 32) && shared.history.last() < last;
    let plan = match abreast {
        true => Plan::Diff { from: last, to: last },
        false if shared.settings.forces_snapshot => Plan::Snap,
        false => shared.history.plan(last),
    };
    let from = match plan {
        Plan::Diff { from, to } => {
            shared.push(send(PacketKind::Diff, to));
            from
        }
        Plan::Trunc(zxid) => {
            shared.push(send(PacketKind::Trunc, zxid));
            zxid
        }
        Plan::Snap => {
            let to = shared.history.last();
            // Nothing of the log on disk is asked for where a snapshot is wanted.
            let from = if shared.settings.forces_snapshot { to } else { last };
            shared.push(Action::Supply(link, from, to));
            to
        }
    };
    for entry in shared.history.after(from) {
        let bytes = entry.bytes.clone();
        let packet = QuorumPacket::with(PacketKind::Proposal, entry.zxid, bytes);
        shared.out.push_back(Action::Send(link, packet));
        shared.out.push_back(send(PacketKind::Commit, entry.zxid));
    }
}

/// Ends what [`committed`] has begun: the learner is to have all that was sent to it.
pub(super) fn new_leader(shared: &mut Shared, link: LinkId, epoch: i64) {
    let config = shared.rules.last_seen().text().clone();
    let packet = QuorumPacket::with(PacketKind::NewLeader, Zxid(epoch << 32), config);
    shared.push(Action::Send(link, packet));
}

/// What an observer is told of a transaction that is committed; and who leads from here on, if it
/// reconfigures.
pub(super) fn informed(entry: &Entry, leader: Option<ServerId>) -> QuorumPacket {
    match leader {
        None => QuorumPacket::with(PacketKind::Inform, entry.zxid, entry.bytes.clone()),
        Some(leader) => {
            let bytes = Bytes::from([&leader.0.to_be_bytes()[..], &entry.bytes].concat());
            QuorumPacket::with(PacketKind::InformAndActivate, entry.zxid, bytes)
        }
    }
}
