//! Broadcast: what is proposed, acknowledged and committed, and who leads after a reconfiguration.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;

use super::{Leader, Outstanding, Phase, Stage};
use crate::base::clock::Instant;
use crate::base::planted::Bug;
use crate::zookeeper::jute::{PacketKind, QuorumPacket, ServerId, Zxid};
use crate::zookeeper::zab::history::{Entry, follows};
use crate::zookeeper::zab::message::{Action, LinkId, Waiter};
use crate::zookeeper::zab::peer::{End, Shared};
use crate::zookeeper::zab::quorum::Config;

impl Leader {
    pub(super) fn propose(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        entry: Entry,
    ) -> Result<(), End> {
        let zxid = entry.zxid;
        assert_eq!(self.phase, Phase::Broadcasting, "proposed before the epoch has begun");
        assert!(follows(self.proposed, zxid), "proposed {zxid} after {}", self.proposed);
        self.proposed = zxid;
        let config = entry.config().transpose()?;
        if let Some(config) = &config {
            shared.prepare(config.clone());
        }
        for (&link, learner) in &mut self.learners {
            if learner.stage >= Stage::Fed && !learner.observes {
                let packet = QuorumPacket::with(PacketKind::Proposal, zxid, entry.bytes.clone());
                shared.push(Action::Send(link, packet));
                learner.unacknowledged.push_back((zxid, now));
            }
        }
        let (acks, rules) = (BTreeSet::new(), shared.rules.clone());
        let config = config.map(Arc::new);
        self.proposals.push_back(Outstanding { entry, acks, rules, config });
        // The numbers of an epoch run out; the next epoch has new ones.
        match zxid.counter() >= Zxid::COUNTER_MAX - 1 {
            true => Err("the epoch has no more numbers".to_owned()),
            false => Ok(()),
        }
    }

    pub(super) fn acknowledged(&mut self, shared: &mut Shared, link: LinkId, zxid: Zxid) {
        let Some(learner) = self.learners.get_mut(&link) else { return };
        while learner.unacknowledged.front().is_some_and(|(sent, _)| *sent <= zxid) {
            learner.unacknowledged.pop_front();
        }
        let Some(server) = learner.server else { return };
        let all = Bug::CountStaleAcks.is_planted();
        let mut found = false;
        for outstanding in self.proposals.iter_mut().filter(|it| all || it.entry.zxid == zxid) {
            outstanding.acks.insert(server);
            found = true;
        }
        if found {
            self.commit(shared);
        }
    }

    /// Commits what a quorum has, in order.
    pub(super) fn commit(&mut self, shared: &mut Shared) {
        let mut last = None;
        while self.successor.is_none()
            && let Some(first) = self.proposals.front()
            && first.rules.is_quorum(&first.acks)
            && let Some(first) = self.proposals.pop_front()
        {
            let zxid = first.entry.zxid;
            shared.history.append(first.entry.clone());
            let leader = first.config.as_ref().map(|config| self.designate(shared, config, &first));
            self.tell(shared, &first.entry, leader);
            if let (Some(config), Some(leader)) = (first.config, leader) {
                // What it changes is committed before it holds.
                shared.push(Action::Commit(zxid));
                shared.configure(config);
                self.successor = Some(leader).filter(|&it| it != shared.settings.id);
            }
            last = Some(zxid);
            while self.waiters.front().is_some_and(|(at, _)| *at <= zxid)
                && let Some((_, waiter)) = self.waiters.pop_front()
            {
                // Its own clients must see what was committed before they are answered.
                shared.push(Action::Commit(zxid));
                self.synced(shared, waiter);
            }
        }
        if let Some(zxid) = last {
            shared.push(Action::Commit(zxid));
        }
    }

    /// Tells the learners that this is committed; and who leads from here on, if it reconfigures.
    fn tell(&self, shared: &mut Shared, entry: &Entry, leader: Option<ServerId>) {
        let number = leader.map(|leader| leader.0.to_be_bytes());
        let informed = || match &number {
            None => (PacketKind::Inform, Some(entry.bytes.clone())),
            Some(leader) => {
                let bytes = [&leader[..], &entry.bytes].concat();
                (PacketKind::InformAndActivate, Some(Bytes::from(bytes)))
            }
        };
        let committed = || match &number {
            None => (PacketKind::Commit, None),
            Some(leader) => (PacketKind::CommitAndActivate, Some(Bytes::copy_from_slice(leader))),
        };
        for (&link, learner) in &self.learners {
            if learner.stage >= Stage::Fed {
                let (kind, data) = if learner.observes { informed() } else { committed() };
                let packet = QuorumPacket { data, ..QuorumPacket::new(kind, entry.zxid) };
                shared.push(Action::Send(link, packet));
            }
        }
    }

    /// Who leads once a configuration holds: this server if it goes on where it is, else the voter
    /// that has acknowledged the most.
    fn designate(&self, shared: &Shared, config: &Config, made_by: &Outstanding) -> ServerId {
        let me = shared.settings.id;
        let place = |of: &Config| of.members.servers.get(&me.0).map(|it| it.addresses.clone());
        let stays = config.voters().contains(&me) && place(config) == place(&shared.rules.current);
        if stays {
            return me;
        }
        let has = |id: ServerId| self.proposals.iter().filter(|it| it.acks.contains(&id)).count();
        let able = |id: &&ServerId| **id != me && config.may_lead(**id);
        let candidates = made_by.acks.iter().filter(able);
        candidates.max_by_key(|&&id| (has(id), id)).copied().unwrap_or(me)
    }

    /// Ends the leadership that a reconfiguration has given to another, once those who were to hear
    /// of it have left.
    pub(super) fn hand_over(&mut self, shared: &mut Shared) {
        let Some(leader) = self.successor else { return };
        if !shared.rules.is_quorum(&self.arrived(shared, Stage::Ready)) {
            shared.successor = Some(leader);
            self.over = Some(format!("reconfigured, {leader} leads"));
        }
    }

    pub(super) fn sync(&mut self, shared: &mut Shared, waiter: Waiter) {
        match self.proposals.back() {
            Some(last) => self.waiters.push_back((last.entry.zxid, waiter)),
            None => self.synced(shared, waiter),
        }
    }

    fn synced(&self, shared: &mut Shared, waiter: Waiter) {
        match waiter {
            Some(link) if self.learners.contains_key(&link) => {
                let packet = QuorumPacket::new(PacketKind::Sync, Zxid::ZERO);
                shared.push(Action::Send(link, packet));
            }
            Some(_) => {}
            None => shared.push(Action::Synced(None)),
        }
    }
}
