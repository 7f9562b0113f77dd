//! Leading: an epoch that a quorum accepts, each learner brought up to date, then proposals.
//!
//! * `broadcast`: what is proposed, acknowledged and committed.

mod broadcast;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::feed;
use super::history::Entry;
use super::message::{Action, Event, LinkId, Waiter};
use super::peer::{End, Learners, Shared};
use super::quorum::{Config, Rules};
use crate::base::bytes::Reader;
use crate::base::clock::Instant;
use crate::config::quorum::Membership;
use crate::zookeeper::jute::quorum_packet::{LearnerInfo, PROTOCOL_VERSION};
use crate::zookeeper::jute::{Jute, PacketKind, QuorumPacket, ServerId, ServerState, Zxid};

/// A leader.
#[derive(Debug)]
pub(super) struct Leader {
    phase: Phase,
    /// Chosen once a quorum has said which epochs it knows.
    epoch: Option<i64>,
    /// Where this server was when it was elected: current epoch and last transaction.
    began: (i64, Zxid),
    learners: BTreeMap<LinkId, Learner>,
    /// Accepted epochs of those who said theirs.
    accepted: BTreeMap<ServerId, i64>,
    epoch_acks: BTreeSet<ServerId>,
    /// When the phase must have ended.
    phase_until: Instant,
    ping_at: Instant,
    /// Every second ping is a tick.
    half: bool,
    proposals: VecDeque<Outstanding>,
    proposed: Zxid,
    /// Waiting until all up to there is committed, and for a round in which a quorum follows.
    waiters: VecDeque<(Zxid, u64, Waiter)>,
    rounds: Rounds,
    /// A committed reconfiguration wants another to lead: nothing is committed here any more.
    successor: Option<ServerId>,
    /// Why it ends, found out in the middle of something.
    over: Option<End>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Waiting for a quorum to say which epochs it knows.
    Discovering,
    /// The new epoch is being saved as accepted.
    Accepting,
    /// Waiting for a quorum to accept it.
    Proclaiming,
    /// It is being saved as current.
    Entering,
    /// Waiting for a quorum to be synchronised.
    Synchronising,
    Broadcasting,
}

#[derive(Debug)]
struct Learner {
    server: Option<ServerId>,
    /// It is told only what is committed.
    observes: bool,
    stage: Stage,
    heard_at: Instant,
    /// Where its log ended when it came.
    last: Zxid,
    /// Proposals it has not acknowledged, with the time each was sent.
    unacknowledged: VecDeque<(Zxid, Instant)>,
    /// Pings it was sent, and answers that have come; and how many the round that has begun wants.
    pings: u64,
    answers: u64,
    awaited: u64,
}

impl Learner {
    fn ping(&mut self, shared: &mut Shared, link: LinkId, proposed: Zxid) {
        self.pings += 1;
        shared.push(Action::Send(link, QuorumPacket::new(PacketKind::Ping, proposed)));
    }
}

/// Rounds of pings, one at a time: what a quorum answers in one, it has said after the round began.
#[derive(Clone, Copy, Debug, Default)]
struct Rounds {
    begun: u64,
    done: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Connected.
    Silent,
    /// FOLLOWERINFO has come.
    Introduced,
    /// LEADERINFO is sent.
    Told,
    /// ACKEPOCH has come.
    Accepted,
    /// It was sent what it lacks, and gets all that is proposed.
    Fed,
    /// NEWLEADER is acknowledged.
    Ready,
    /// UPTODATE is sent.
    Serving,
}

/// A proposal that is not committed.
#[derive(Debug)]
struct Outstanding {
    entry: Entry,
    acks: BTreeSet<ServerId>,
    /// Who is enough for it.
    rules: Rules,
    /// The configuration it makes.
    config: Option<Arc<Config>>,
}

fn first_of(epoch: i64) -> Zxid {
    Zxid(epoch << 32)
}

impl Leader {
    pub(super) fn begin(shared: &mut Shared, now: Instant) -> Leader {
        shared.push(Action::Listen);
        let Shared { settings, current_epoch, accepted_epoch, history, .. } = shared;
        let mut leader = Leader {
            phase: Phase::Discovering,
            epoch: None,
            began: (*current_epoch, history.last()),
            learners: BTreeMap::new(),
            accepted: BTreeMap::from([(settings.id, *accepted_epoch)]),
            epoch_acks: BTreeSet::new(),
            phase_until: now + settings.init(),
            ping_at: now + settings.tick / 2,
            half: false,
            proposals: VecDeque::new(),
            proposed: history.last(),
            waiters: VecDeque::new(),
            rounds: Rounds::default(),
            successor: None,
            over: None,
        };
        leader.choose_epoch(shared);
        leader
    }

    pub(super) fn wake_at(&self) -> Instant {
        match self.phase {
            Phase::Broadcasting => self.ping_at,
            _ => self.ping_at.min(self.phase_until),
        }
    }

    pub(super) fn serving_epoch(&self) -> Option<i64> {
        if self.phase == Phase::Broadcasting { self.epoch } else { None }
    }

    pub(super) fn learners(&self, shared: &Shared) -> Learners {
        let mut learners = Learners::default();
        learners.synced.insert(shared.settings.id);
        for learner in self.learners.values() {
            let Some(server) = learner.server else { continue };
            match learner.stage >= Stage::Ready {
                false => learners.on_their_way += 1,
                true if learner.observes => learners.observers += 1,
                true => {
                    learners.others += usize::from(!shared.rules.votes(server));
                    learners.synced.insert(server);
                }
            }
        }
        learners
    }

    /// The servers whose learners have come as far as this, and this one.
    fn arrived(&self, shared: &Shared, stage: Stage) -> BTreeSet<ServerId> {
        let there = self.learners.values().filter(|it| it.stage >= stage && !it.observes);
        there.filter_map(|learner| learner.server).chain([shared.settings.id]).collect()
    }

    pub(super) fn step(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        event: Event,
    ) -> Result<(), End> {
        match event {
            Event::Opened(link) => {
                let last = Zxid(-1);
                let unacknowledged = VecDeque::new();
                let stage = Stage::Silent;
                let learner = Learner {
                    server: None,
                    observes: false,
                    stage,
                    heard_at: now,
                    last,
                    unacknowledged,
                    pings: 0,
                    answers: 0,
                    awaited: 0,
                };
                self.learners.insert(link, learner);
            }
            Event::Closed(link) => {
                self.learners.remove(&link);
                self.hand_over(shared);
            }
            Event::Packet(link, packet) => {
                let Some(learner) = self.learners.get_mut(&link) else { return Ok(()) };
                learner.heard_at = now;
                if let Err(why) = self.packet(shared, now, link, packet) {
                    self.close(shared, link, why);
                }
            }
            Event::Saved => self.saved(shared, now),
            Event::Proposed(entry) => self.propose(shared, now, entry)?,
            Event::Logged(zxid) => {
                let me = shared.settings.id;
                for outstanding in &mut self.proposals {
                    if outstanding.entry.zxid <= zxid {
                        outstanding.acks.insert(me);
                    }
                }
                self.commit(shared);
            }
            Event::Sync(waiter) => self.sync(shared, waiter),
            Event::Tick => self.tick(shared, now)?,
            _ => {}
        }
        self.over.take().map_or(Ok(()), Err)
    }

    fn close(&mut self, shared: &mut Shared, link: LinkId, why: String) {
        self.learners.remove(&link);
        shared.push(Action::Close(link, why));
    }

    fn packet(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        link: LinkId,
        packet: QuorumPacket,
    ) -> Result<(), String> {
        let Some(learner) = self.learners.get_mut(&link) else { return Ok(()) };
        let Some(kind) = packet.kind() else { return Ok(()) };
        match (learner.stage, kind) {
            (Stage::Silent, PacketKind::FollowerInfo | PacketKind::ObserverInfo) => {
                learner.observes = kind == PacketKind::ObserverInfo;
                self.introduced(shared, link, &packet)?;
                self.choose_epoch(shared);
                self.proclaim(shared);
                Ok(())
            }
            (Stage::Told, PacketKind::AckEpoch) => self.epoch_accepted(shared, now, link, &packet),
            (Stage::Fed, PacketKind::Ack) if Some(packet.zxid) == self.epoch.map(first_of) => {
                learner.stage = Stage::Ready;
                self.establish(shared);
                Ok(())
            }
            (Stage::Fed | Stage::Ready | Stage::Serving, PacketKind::Ack) => {
                self.acknowledged(shared, link, packet.zxid);
                Ok(())
            }
            (Stage::Ready | Stage::Serving, PacketKind::Request) => {
                shared.push(Action::Ask(link, packet));
                Ok(())
            }
            (Stage::Fed | Stage::Ready | Stage::Serving, PacketKind::Ping) => {
                learner.answers += 1;
                shared.push(Action::Touch(link, packet.data.unwrap_or_default()));
                self.answered(shared);
                Ok(())
            }
            (Stage::Ready | Stage::Serving, PacketKind::Revalidate) => {
                shared.push(Action::Revalidate(link, packet.data.unwrap_or_default()));
                Ok(())
            }
            _ => Err(format!("{} out of turn", kind.name())),
        }
    }

    fn introduced(
        &mut self,
        shared: &mut Shared,
        link: LinkId,
        packet: &QuorumPacket,
    ) -> Result<(), String> {
        let data = packet.data.clone().unwrap_or_default();
        let info = LearnerInfo::decode(&mut Reader::shared(&data))
            .map_err(|_| "FOLLOWERINFO of a release before 3.4".to_owned())?;
        if info.config_version > shared.rules.current.version() {
            return Err("it has a later configuration than ours".to_owned());
        }
        if info.server == shared.settings.id {
            return Err(format!("it says it is server {}, as this one is", info.server));
        }
        let same = |(_, it): &(&LinkId, &Learner)| it.server == Some(info.server);
        if let Some(before) = self.learners.iter().find(same).map(|(&link, _)| link) {
            self.close(shared, before, "it has connected again".to_owned());
        }
        let Some(learner) = self.learners.get_mut(&link) else { return Ok(()) };
        learner.server = Some(info.server);
        learner.stage = Stage::Introduced;
        let accepted = i64::from(packet.zxid.epoch());
        if self.phase == Phase::Discovering {
            self.accepted.insert(info.server, accepted);
        }
        let member = shared.rules.last_seen().members.servers.contains_key(&info.server.0);
        if member && self.epoch.is_some_and(|epoch| accepted > epoch) {
            // It has promised a leader that came to nothing not to follow one of ours any more.
            shared.known_epoch = shared.known_epoch.max(accepted);
            self.over = Some(format!("server {} has accepted epoch {accepted}", info.server));
        }
        Ok(())
    }

    /// Once a quorum has said which epochs it knows, the next one is ours.
    fn choose_epoch(&mut self, shared: &mut Shared) {
        if self.phase != Phase::Discovering || !shared.rules.current.is_quorum(self.accepted.keys())
        {
            return;
        }
        let accepted = self.accepted.values().max().copied().unwrap_or(0);
        let epoch = accepted.max(shared.known_epoch) + 1;
        self.epoch = Some(epoch);
        self.phase = Phase::Accepting;
        shared.accept_epoch(epoch);
    }

    fn saved(&mut self, shared: &mut Shared, now: Instant) {
        match self.phase {
            Phase::Accepting => {
                self.phase = Phase::Proclaiming;
                self.phase_until = now + shared.settings.init();
                self.epoch_acks.insert(shared.settings.id);
                self.proclaim(shared);
                self.enter_epoch(shared);
            }
            Phase::Entering => {
                self.phase = Phase::Synchronising;
                self.first_config(shared);
                self.phase_until = now + shared.settings.init();
                let waiting = self.learners.iter();
                let waiting = waiting.filter(|(_, learner)| learner.stage == Stage::Accepted);
                let waiting: Vec<LinkId> = waiting.map(|(&link, _)| link).collect();
                waiting.into_iter().for_each(|link| self.feed(shared, now, link));
                self.establish(shared);
            }
            _ => {}
        }
    }

    /// Tells the epoch to all who wait for it.
    fn proclaim(&mut self, shared: &mut Shared) {
        let Some(epoch) = self.epoch.filter(|_| self.phase >= Phase::Proclaiming) else { return };
        for (&link, learner) in &mut self.learners {
            if learner.stage == Stage::Introduced {
                learner.stage = Stage::Told;
                let version = Bytes::copy_from_slice(&PROTOCOL_VERSION.to_be_bytes());
                let packet = QuorumPacket::with(PacketKind::LeaderInfo, first_of(epoch), version);
                shared.push(Action::Send(link, packet));
            }
        }
    }

    fn epoch_accepted(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        link: LinkId,
        packet: &QuorumPacket,
    ) -> Result<(), String> {
        let data = packet.data.clone().unwrap_or_default();
        let current = Reader::new(&data).i32().map_err(|_| "ACKEPOCH without an epoch")?;
        let Some(learner) = self.learners.get_mut(&link) else { return Ok(()) };
        learner.last = packet.zxid;
        learner.stage = Stage::Accepted;
        let server = learner.server;
        if self.phase == Phase::Proclaiming && current != -1 {
            if (i64::from(current), packet.zxid) > self.began {
                return Err("it is ahead of the leader".to_owned());
            }
            // One that lost its disk says -1, and promises nothing.
            if packet.zxid.0 != -1 {
                self.epoch_acks.extend(server);
                self.enter_epoch(shared);
            }
        }
        if matches!(self.phase, Phase::Synchronising | Phase::Broadcasting) {
            self.feed(shared, now, link);
        }
        Ok(())
    }

    fn enter_epoch(&mut self, shared: &mut Shared) {
        if self.phase != Phase::Proclaiming || !shared.rules.current.is_quorum(&self.epoch_acks) {
            return;
        }
        if let Some(epoch) = self.epoch {
            self.phase = Phase::Entering;
            shared.enter_epoch(epoch);
        }
    }

    /// What only files have said becomes a configuration with a version, so that it can be told from
    /// later ones.
    fn first_config(&mut self, shared: &mut Shared) {
        if let (0, None, Some(epoch)) =
            (shared.rules.current.version(), &shared.rules.proposed, self.epoch)
        {
            let version = first_of(epoch).0;
            let members = shared.rules.current.members.clone();
            shared.prepare(Config::new(Membership { version, ..members }));
        }
    }

    /// Once a quorum is synchronised the epoch begins; whoever is ready may serve.
    fn establish(&mut self, shared: &mut Shared) {
        let Some(epoch) = self.epoch else { return };
        if self.phase == Phase::Synchronising {
            if !shared.rules.is_quorum(&self.arrived(shared, Stage::Ready)) {
                return;
            }
            self.phase = Phase::Broadcasting;
            self.proposed = first_of(epoch);
            if let Some(config) = shared.rules.proposed.clone() {
                shared.configure(config);
                if !shared.rules.current.voters().contains(&shared.settings.id) {
                    self.over = Some("reconfigured: this server votes no more".to_owned());
                    return;
                }
            }
            shared.push(Action::Serve(ServerState::Leading, first_of(epoch)));
        }
        if self.phase != Phase::Broadcasting {
            return;
        }
        for (&link, learner) in &mut self.learners {
            if learner.stage == Stage::Ready {
                learner.stage = Stage::Serving;
                let packet = QuorumPacket::new(PacketKind::UpToDate, Zxid(-1));
                shared.push(Action::Send(link, packet));
            }
        }
    }

    /// Sends a learner what it lacks, then NEWLEADER; from here on it gets all that is proposed.
    fn feed(&mut self, shared: &mut Shared, now: Instant, link: LinkId) {
        let Some(learner) = self.learners.get_mut(&link) else { return };
        let Some(epoch) = self.epoch else { return };
        feed::committed(shared, link, learner.last, epoch);
        // An observer is told of them once they are committed.
        let outstanding = self.proposals.iter().filter(|_| !learner.observes);
        for outstanding in outstanding {
            let Entry { zxid, bytes } = outstanding.entry.clone();
            let packet = QuorumPacket::with(PacketKind::Proposal, zxid, bytes);
            shared.push(Action::Send(link, packet));
            learner.unacknowledged.push_back((zxid, now));
        }
        learner.stage = Stage::Fed;
        feed::new_leader(shared, link, epoch);
    }

    fn tick(&mut self, shared: &mut Shared, now: Instant) -> Result<(), End> {
        if self.phase != Phase::Broadcasting && now >= self.phase_until {
            return Err(format!("no quorum while {self}"));
        }
        if now < self.ping_at {
            return Ok(());
        }
        self.ping_at = now + shared.settings.tick / 2;
        self.cut_silent(shared, now);
        for (&link, learner) in &mut self.learners {
            if learner.stage >= Stage::Fed {
                learner.ping(shared, link, self.proposed);
            }
        }
        self.half = !self.half;
        if self.half || self.phase != Phase::Broadcasting {
            return Ok(());
        }
        self.hand_over(shared);
        let synced = self.arrived(shared, Stage::Ready);
        match self.over.is_some() || shared.rules.is_quorum(&synced) {
            true => Ok(()),
            false => Err(format!("not sufficient followers synced, only {synced:?}")),
        }
    }

    /// Closes the links of learners that have not been heard of for too long.
    fn cut_silent(&mut self, shared: &mut Shared, now: Instant) {
        let (init, sync) = (shared.settings.init(), shared.settings.sync());
        let late = |learner: &Learner| {
            let limit: Duration = if learner.stage >= Stage::Ready { sync } else { init + sync };
            let oldest = learner.unacknowledged.front();
            let behind = oldest.is_some_and(|(_, sent)| now.since(*sent) > sync);
            now.since(learner.heard_at) > limit || (learner.stage == Stage::Serving && behind)
        };
        let late: Vec<LinkId> =
            self.learners.iter().filter(|(_, it)| late(it)).map(|(&link, _)| link).collect();
        for link in late {
            self.close(shared, link, "it was not heard of in time".to_owned());
        }
    }
}

impl fmt::Display for Leader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::Discovering => "discovering the epoch",
            Phase::Accepting => "accepting the epoch",
            Phase::Proclaiming => "proclaiming the epoch",
            Phase::Entering => "entering the epoch",
            Phase::Synchronising => "synchronising",
            Phase::Broadcasting => "broadcasting",
        };
        write!(f, "leading in {}, {phase}", self.epoch.unwrap_or_default())?;
        let ready = |observes| {
            let there = |it: &&Learner| it.stage >= Stage::Ready && it.observes == observes;
            self.learners.values().filter(there).count()
        };
        let known = self.learners.values().filter(|learner| learner.server.is_some()).count();
        let (synced, observers) = (ready(false), ready(true));
        write!(f, ", {synced} followers")?;
        if observers > 0 {
            write!(f, ", {observers} observers")?;
        }
        let (others, outstanding) = (known - synced - observers, self.proposals.len());
        write!(f, " and {others} on their way, {outstanding} outstanding")
    }
}
