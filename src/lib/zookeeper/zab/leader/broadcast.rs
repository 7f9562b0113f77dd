//! Broadcast: what is proposed, acknowledged and committed, and who leads after a reconfiguration.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;

use super::{Leader, Learner, Outstanding, Phase, Stage};
use crate::base::clock::Instant;
use crate::base::planted::Bug;
use crate::zookeeper::jute::{PacketKind, QuorumPacket, ServerId, Zxid};
use crate::zookeeper::zab::feed;
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
        }
        if let Some(zxid) = last {
            // Its own clients must see what was committed before they are answered.
            shared.push(Action::Commit(zxid));
            self.confirm(shared);
        }
    }

    /// Tells the learners that this is committed; and who leads from here on, if it reconfigures.
    fn tell(&self, shared: &mut Shared, entry: &Entry, leader: Option<ServerId>) {
        let informed = feed::informed(entry, leader);
        let committed = match leader {
            None => QuorumPacket::new(PacketKind::Commit, entry.zxid),
            Some(leader) => {
                let leader = Bytes::copy_from_slice(&leader.0.to_be_bytes());
                QuorumPacket::with(PacketKind::CommitAndActivate, entry.zxid, leader)
            }
        };
        for (&link, learner) in &self.learners {
            if learner.stage >= Stage::Fed {
                let packet = if learner.observes { &informed } else { &committed };
                shared.push(Action::Send(link, packet.clone()));
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

    /// Somebody wants what is committed by now: told when all that is proposed is, and when a quorum
    /// has said since that it follows still. Without the second, a leader that was deposed and does
    /// not know it yet would answer (ZOOKEEPER-2136).
    pub(super) fn sync(&mut self, shared: &mut Shared, waiter: Waiter) {
        let after = self.proposals.back().map_or(self.proposed, |last| last.entry.zxid);
        // A round that has begun was asked about an earlier moment.
        let round = self.rounds.begun + 1;
        self.waiters.push_back((after, round, waiter));
        if self.rounds.begun == self.rounds.done {
            self.begin_round(shared);
        }
    }

    fn begin_round(&mut self, shared: &mut Shared) {
        self.rounds.begun += 1;
        for (&link, learner) in &mut self.learners {
            if learner.stage >= Stage::Ready && !learner.observes {
                learner.ping(shared, link, self.proposed);
                learner.awaited = learner.pings;
            }
        }
        self.answered(shared);
    }

    /// A learner has answered a ping: perhaps it was the one that made a quorum.
    pub(super) fn answered(&mut self, shared: &mut Shared) {
        if self.rounds.begun == self.rounds.done {
            return;
        }
        let there =
            |it: &&Learner| it.stage >= Stage::Ready && !it.observes && it.answers >= it.awaited;
        let servers = self.learners.values().filter(there).filter_map(|learner| learner.server);
        let follow: BTreeSet<ServerId> = servers.chain([shared.settings.id]).collect();
        if shared.rules.is_quorum(&follow) {
            self.rounds.done = self.rounds.begun;
            self.confirm(shared);
            if self.waiters.back().is_some_and(|(_, round, _)| *round > self.rounds.done) {
                self.begin_round(shared);
            }
        }
    }

    /// Answers those who have waited long enough.
    fn confirm(&mut self, shared: &mut Shared) {
        let open = self.proposals.front().map(|first| first.entry.zxid);
        while let Some(&(after, round, waiter)) = self.waiters.front()
            && round <= self.rounds.done
            && open.is_none_or(|open| after < open)
        {
            self.waiters.pop_front();
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
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::quorum::Membership;
    use crate::zookeeper::zab::message::Event;
    use crate::zookeeper::zab::quorum::Rules;
    use crate::zookeeper::zab::{Pace, Peer, Settings};

    /// ZOOKEEPER-4883: behind the last number of an epoch comes another epoch, not the first again.
    #[test]
    fn an_epoch_ends_with_its_numbers() {
        let members = Membership::parse("server.1=h:1:11").unwrap();
        let settings = Settings {
            id: ServerId(1),
            rules: Rules { current: Arc::new(Config::new(members)), proposed: None },
            observer: false,
            reconfigures: false,
            tick: Duration::from_millis(100),
            init_limit: 10,
            sync_limit: 5,
            pace: Pace { shortest: Duration::from_millis(200), longest: Duration::from_secs(60) },
            history_max: 500,
            forces_snapshot: false,
            takes_observers: false,
        };
        let now = Instant::from_millis(1_000);
        let mut peer = Peer::new(settings, (0, 0), Zxid::ZERO, Vec::new(), now);
        let shared = &mut peer.shared;
        let mut leader = Leader::begin(shared, now);
        for _ in 0..2 {
            leader.step(shared, now, Event::Saved).unwrap();
        }
        assert_eq!(leader.phase, Phase::Broadcasting);
        let number = |counter| Entry { zxid: Zxid::new(1, counter), bytes: Bytes::new() };
        leader.proposed = Zxid::new(1, Zxid::COUNTER_MAX - 3);
        leader.propose(shared, now, number(Zxid::COUNTER_MAX - 2)).unwrap();
        let end = leader.propose(shared, now, number(Zxid::COUNTER_MAX - 1)).unwrap_err();
        assert_eq!(end, "the epoch has no more numbers");
    }
}
