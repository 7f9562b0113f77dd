//! Brings a learner to where its leader is.

use super::{Leader, Stage, first_of};
use crate::base::clock::Instant;
use crate::zookeeper::jute::{PacketKind, QuorumPacket};
use crate::zookeeper::zab::history::{Entry, Plan};
use crate::zookeeper::zab::message::{Action, LinkId};
use crate::zookeeper::zab::peer::Shared;

impl Leader {
    /// Sends a learner what it lacks, then NEWLEADER; from here on it gets all that is proposed.
    pub(super) fn feed(&mut self, shared: &mut Shared, now: Instant, link: LinkId) {
        let Some(learner) = self.learners.get_mut(&link) else { return };
        let Some(epoch) = self.epoch else { return };
        let send = |kind, zxid| Action::Send(link, QuorumPacket::new(kind, zxid));
        // It has begun this very epoch, by a snapshot of ours.
        let abreast = learner.last == first_of(epoch) && shared.history.last() < learner.last;
        let plan = match abreast {
            true => Plan::Diff { from: learner.last, to: learner.last },
            false => shared.history.plan(learner.last),
        };
        let from = match plan {
            Plan::Diff { from, to } => {
                shared.out.push_back(send(PacketKind::Diff, to));
                from
            }
            Plan::Trunc(zxid) => {
                shared.out.push_back(send(PacketKind::Trunc, zxid));
                zxid
            }
            Plan::Snap => {
                let to = shared.history.last();
                shared.out.push_back(Action::Supply(link, learner.last, to));
                to
            }
        };
        for entry in shared.history.after(from) {
            let bytes = entry.bytes.clone();
            let packet = QuorumPacket::with(PacketKind::Proposal, entry.zxid, bytes);
            shared.out.push_back(Action::Send(link, packet));
            shared.out.push_back(send(PacketKind::Commit, entry.zxid));
        }
        // An observer is told of them once they are committed.
        let outstanding = self.proposals.iter().filter(|_| !learner.observes);
        for outstanding in outstanding {
            let Entry { zxid, bytes } = outstanding.entry.clone();
            let packet = QuorumPacket::with(PacketKind::Proposal, zxid, bytes);
            shared.out.push_back(Action::Send(link, packet));
            learner.unacknowledged.push_back((zxid, now));
        }
        learner.stage = Stage::Fed;
        let config = shared.rules.last_seen().text().clone();
        let packet = QuorumPacket::with(PacketKind::NewLeader, first_of(epoch), config);
        shared.push(Action::Send(link, packet));
    }
}
