//! Following: an epoch is agreed on, the log made the leader's, and then its proposals taken.
//!
//! While it synchronises, a follower only gathers what it is sent. At NEWLEADER it logs all of it,
//! committed or not; once that is durable it saves the epoch, and once that is, acknowledges. The
//! acknowledgements of single proposals wait until UPTODATE (ZOOKEEPER-3911, 4643, 4646, 4685).

mod phase;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use phase::{Phase, Sync};

use super::history::{Entry, follows};
use super::message::{Action, Event, LinkId};
use super::observer_master::ObserverMaster;
use super::peer::{End, Learners, Shared};
use super::quorum::Config;
use crate::base::bytes::Reader;
use crate::base::clock::Instant;
use crate::base::planted::Bug;
use crate::config::quorum::Membership;
use crate::zookeeper::jute::quorum_packet::{LearnerInfo, PROTOCOL_VERSION};
use crate::zookeeper::jute::{PacketKind, QuorumPacket, ServerId, ServerState, Zxid, to_bytes};

/// A follower.
#[derive(Debug)]
pub(super) struct Follower {
    leader: ServerId,
    link: Option<LinkId>,
    phase: Phase,
    /// The epoch of this leader, once it is known.
    epoch: i64,
    /// When something was last heard of the leader.
    heard_at: Instant,
    wake_at: Instant,
    /// The last proposal taken, or where the leader had us begin.
    received: Zxid,
    /// Up to here a snapshot has everything.
    covered: Zxid,
    /// Proposed, not committed.
    pending: VecDeque<Entry>,
    /// Proposed, and to be acknowledged once durable.
    unacknowledged: VecDeque<Zxid>,
    /// Everything logged up to here is durable.
    durable: Zxid,
    /// Its own observers, and what was asked of the leader for them and for clients.
    observers: ObserverMaster,
}

/// The epoch packets of a new leader carry.
fn first_of(epoch: i64) -> Zxid {
    Zxid(epoch << 32)
}

fn int(value: i32) -> Bytes {
    Bytes::copy_from_slice(&value.to_be_bytes())
}

/// The configuration a NEWLEADER has with it; releases before 3.5 have none.
fn named(packet: &QuorumPacket) -> Option<Result<Config, End>> {
    let text = packet.data.as_ref().filter(|data| data.len() > 1)?;
    let members = Membership::parse(&String::from_utf8_lossy(text));
    Some(members.map(Config::new).map_err(|error| format!("NEWLEADER's configuration: {error}")))
}

/// What must not have been sent, now.
fn unexpected(packet: &QuorumPacket) -> End {
    let name = packet.kind().map_or("an unknown packet", PacketKind::name);
    format!("the leader sent {name} out of turn")
}

impl Follower {
    pub(super) fn begin(shared: &mut Shared, leader: ServerId, now: Instant) -> Follower {
        shared.push(Action::Connect(leader));
        let last = shared.history.last();
        Follower {
            leader,
            link: None,
            phase: Phase::Connecting,
            epoch: 0,
            heard_at: now,
            wake_at: now + shared.settings.init(),
            received: last,
            covered: Zxid(i64::MIN),
            pending: VecDeque::new(),
            unacknowledged: VecDeque::new(),
            durable: last,
            observers: ObserverMaster::default(),
        }
    }

    pub(super) fn wake_at(&self) -> Instant {
        self.observers.wake_at().map_or(self.wake_at, |at| at.min(self.wake_at))
    }

    /// Its own observers.
    pub(super) fn learners(&self) -> Learners {
        self.observers.learners()
    }

    pub(super) fn serving_epoch(&self) -> Option<i64> {
        matches!(self.phase, Phase::Serving).then_some(self.epoch)
    }

    pub(super) fn step(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        event: Event,
    ) -> Result<(), End> {
        let ended = match event {
            Event::Connected(None) => Err(format!("no connection to the leader {}", self.leader)),
            Event::Connected(Some(link)) => {
                self.introduce(shared, link);
                Ok(())
            }
            Event::Packet(link, packet) if Some(link) == self.link => {
                self.heard_at = now;
                self.packet(shared, now, &packet)
            }
            Event::Packet(link, packet) => {
                if let Some(wanted) = self.observers.packet(shared, now, link, packet) {
                    self.send(shared, wanted);
                }
                Ok(())
            }
            Event::Closed(link) if Some(link) == self.link => {
                self.link = None;
                Err("the leader's connection has ended".to_owned())
            }
            Event::Opened(link) => {
                self.observers.opened(link, now);
                Ok(())
            }
            Event::Closed(link) => {
                self.observers.closed(link);
                Ok(())
            }
            Event::Tick => {
                self.observers.tick(shared, now);
                Ok(())
            }
            Event::Saved => self.saved(shared),
            Event::CannotCut => {
                // To begin anew from nothing would break the promises it made with what it has.
                shared.wants_snapshot = true;
                Err("the log cannot be cut, a snapshot is needed".to_owned())
            }
            Event::Installed(zxid) => self.installed(shared, zxid),
            Event::Logged(zxid) => {
                self.logged(shared, zxid);
                Ok(())
            }
            Event::Forward(packet) => {
                if let (Some(link), Phase::Serving) = (self.link, &self.phase) {
                    self.observers.forwards(&packet);
                    shared.push(Action::Send(link, packet));
                }
                Ok(())
            }
            _ => Ok(()),
        };
        self.wake_at = self.heard_at + self.patience(shared);
        let silent = match ended {
            Ok(()) if now >= self.wake_at => Err("nothing was heard of the leader".to_owned()),
            ended => ended,
        };
        if let (Err(why), Some(link)) = (&silent, self.link) {
            shared.push(Action::Close(link, why.clone()));
        }
        silent
    }

    /// How long the leader may be silent.
    fn patience(&self, shared: &Shared) -> Duration {
        match self.phase {
            Phase::Entered | Phase::Serving => shared.settings.sync(),
            _ => shared.settings.init(),
        }
    }

    fn send(&self, shared: &mut Shared, packet: QuorumPacket) {
        if let Some(link) = self.link {
            shared.push(Action::Send(link, packet));
        }
    }

    fn introduce(&mut self, shared: &mut Shared, link: LinkId) {
        self.link = Some(link);
        let info = LearnerInfo {
            server: shared.settings.id,
            protocol_version: PROTOCOL_VERSION,
            config_version: shared.rules.current.version(),
        };
        let accepted = first_of(shared.accepted_epoch);
        let kind = match shared.observes {
            true => PacketKind::ObserverInfo,
            false => PacketKind::FollowerInfo,
        };
        let packet = QuorumPacket::with(kind, accepted, to_bytes(&info));
        self.send(shared, packet);
        self.phase = Phase::Introduced;
    }

    fn packet(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        packet: &QuorumPacket,
    ) -> Result<(), End> {
        // Not of our time: a later release may say more than we know.
        let Some(kind) = packet.kind() else { return Ok(()) };
        match (&mut self.phase, kind) {
            (_, PacketKind::Ping) => {
                if let Some(link) = self.link {
                    shared.push(Action::Pong(link, packet.clone()));
                }
                Ok(())
            }
            (Phase::Introduced, PacketKind::LeaderInfo) => self.take_epoch(shared, packet),
            (
                Phase::Synchronising(sync),
                PacketKind::Diff | PacketKind::Trunc | PacketKind::Snap,
            ) => {
                if sync.begun {
                    return Err(unexpected(packet));
                }
                sync.begun = true;
                sync.installing = kind != PacketKind::Diff;
                if kind == PacketKind::Diff {
                    sync.until = packet.zxid;
                }
                self.synchronise(shared, kind, packet.zxid)
            }
            // Between NEWLEADER and its acknowledgement the leader goes on with others.
            (
                Phase::Synchronising(_)
                | Phase::Logging(_)
                | Phase::Entering
                | Phase::Entered
                | Phase::Serving,
                PacketKind::Proposal
                | PacketKind::Commit
                | PacketKind::CommitAndActivate
                | PacketKind::Inform
                | PacketKind::InformAndActivate,
            ) => self.history(shared, kind, packet),
            (Phase::Synchronising(sync), PacketKind::NewLeader) if sync.begun => {
                if packet.zxid != first_of(self.epoch) {
                    return Err(format!("NEWLEADER names another epoch than {}", self.epoch));
                }
                if self.received < sync.until {
                    return Err(format!("DIFF to {} ended at {}", sync.until, self.received));
                }
                self.phase = Phase::Logging(std::mem::take(sync));
                if let Some(config) = named(packet).filter(|_| shared.settings.reconfigures) {
                    shared.prepare(config?);
                }
                self.log_all(shared);
                Ok(())
            }
            (Phase::Entered, PacketKind::UpToDate) => self.up_to_date(shared, now),
            (Phase::Serving, PacketKind::Revalidate) => {
                self.observers.revalidated(shared, packet.clone());
                Ok(())
            }
            (Phase::Serving, PacketKind::Sync) => {
                self.observers.synced(shared);
                Ok(())
            }
            _ => Err(unexpected(packet)),
        }
    }

    /// What is proposed, what is committed, and to an observer both in one.
    fn history(
        &mut self,
        shared: &mut Shared,
        kind: PacketKind,
        packet: &QuorumPacket,
    ) -> Result<(), End> {
        let (zxid, data) = (packet.zxid, packet.data.clone());
        match kind {
            // Releases before 3.5 propose to observers what they are informed of later.
            PacketKind::Proposal if shared.observes && !self.synchronises() => Ok(()),
            PacketKind::Proposal => {
                let bytes = data.ok_or_else(|| unexpected(packet))?;
                self.propose(shared, Entry { zxid, bytes })
            }
            PacketKind::Commit => {
                let entry = self.commit(shared, zxid)?;
                entry.iter().for_each(|it| self.observers.inform(shared, it, None));
                Ok(())
            }
            PacketKind::Inform => {
                let bytes = data.ok_or_else(|| unexpected(packet))?;
                self.inform(shared, Entry { zxid, bytes }).map(|_| ())
            }
            // The number of the server that is to lead from here on comes first.
            _ => {
                let data = data.ok_or_else(|| unexpected(packet))?;
                let leader = Reader::new(&data).i64().map_err(|_| unexpected(packet))?;
                let entry = match kind {
                    PacketKind::InformAndActivate => {
                        self.inform(shared, Entry { zxid, bytes: data.slice(size_of::<i64>()..) })?
                    }
                    _ => self.commit(shared, zxid)?,
                };
                let leader = ServerId(leader);
                entry.iter().for_each(|it| self.observers.inform(shared, it, Some(leader)));
                match entry {
                    Some(entry) => self.activate(shared, &entry, leader),
                    None => Ok(()),
                }
            }
        }
    }

    fn synchronises(&self) -> bool {
        matches!(self.phase, Phase::Synchronising(_))
    }

    /// What an observer is informed of is committed already.
    fn inform(&mut self, shared: &mut Shared, entry: Entry) -> Result<Option<Entry>, End> {
        let zxid = entry.zxid;
        if !shared.observes {
            return Err("the leader informs a follower as if it were an observer".to_owned());
        }
        if self.pending.front().is_none_or(|first| first.zxid != zxid) {
            self.propose(shared, entry)?;
        }
        self.commit(shared, zxid)
    }

    /// A reconfiguration is committed: its configuration holds, and `leader` is to lead.
    fn activate(
        &mut self,
        shared: &mut Shared,
        entry: &Entry,
        leader: ServerId,
    ) -> Result<(), End> {
        if !shared.settings.reconfigures {
            return Ok(());
        }
        let config = entry.config().ok_or("the leader activates what is no reconfiguration")??;
        if shared.configure(Arc::new(config)) || leader != self.leader {
            shared.successor = Some(leader);
            return Err(format!("reconfigured, {leader} leads"));
        }
        Ok(())
    }

    fn up_to_date(&mut self, shared: &mut Shared, now: Instant) -> Result<(), End> {
        self.send(shared, QuorumPacket::new(PacketKind::Ack, first_of(self.epoch)));
        if let Some(config) = shared.rules.proposed.clone() {
            let changed = shared.configure(config);
            let leads = shared.rules.current.voters().contains(&self.leader);
            if changed || !leads {
                shared.successor = Some(self.leader).filter(|_| leads);
                return Err("reconfigured while it was away".to_owned());
            }
        }
        self.phase = Phase::Serving;
        let role = match shared.observes {
            true => ServerState::Observing,
            false => ServerState::Following,
        };
        shared.push(Action::Serve(role, first_of(self.epoch)));
        if shared.settings.takes_observers && !shared.observes {
            self.observers.begin(shared, self.epoch, now);
        }
        self.acknowledge(shared);
        Ok(())
    }

    /// Begins to make the log the leader's.
    fn synchronise(
        &mut self,
        shared: &mut Shared,
        kind: PacketKind,
        zxid: Zxid,
    ) -> Result<(), End> {
        match kind {
            // What it has does not reach as far as it must say it does.
            _ if kind != PacketKind::Snap && shared.wants_snapshot => {
                return Err("a snapshot is needed and none was sent".to_owned());
            }
            PacketKind::Trunc => shared.push(Action::Truncate(zxid)),
            PacketKind::Snap => shared.push(Action::Install(zxid)),
            _ => return Ok(()),
        }
        self.received = zxid;
        self.covered = zxid;
        Ok(())
    }

    fn take_epoch(&mut self, shared: &mut Shared, packet: &QuorumPacket) -> Result<(), End> {
        self.epoch = i64::from(packet.zxid.epoch());
        if self.epoch < shared.accepted_epoch {
            let accepted = shared.accepted_epoch;
            return Err(format!("the leader's epoch {} is below our own, {accepted}", self.epoch));
        }
        if self.epoch == shared.accepted_epoch {
            // We have promised this epoch before, perhaps to another: not to be counted again.
            self.acknowledge_epoch(shared, -1);
            return Ok(());
        }
        let current = i32::try_from(shared.current_epoch).unwrap_or(i32::MAX);
        self.phase = Phase::Accepting(current);
        shared.accept_epoch(self.epoch);
        Ok(())
    }

    fn acknowledge_epoch(&mut self, shared: &mut Shared, current: i32) {
        let (last, current) = match shared.wants_snapshot {
            // Not to be counted, and to be sent everything; even where that is nothing at all, to
            // one whose disk was lost.
            true => (shared.history.last().min(Zxid::ZERO), -1),
            false => (shared.history.last(), current),
        };
        self.send(shared, QuorumPacket::with(PacketKind::AckEpoch, last, int(current)));
        self.phase = Phase::Synchronising(Sync::default());
    }

    fn saved(&mut self, shared: &mut Shared) -> Result<(), End> {
        match self.phase {
            Phase::Accepting(current) => self.acknowledge_epoch(shared, current),
            Phase::Entering => {
                self.send(shared, QuorumPacket::new(PacketKind::Ack, first_of(self.epoch)));
                self.phase = Phase::Entered;
            }
            _ => {}
        }
        Ok(())
    }

    fn installed(&mut self, shared: &mut Shared, zxid: Zxid) -> Result<(), End> {
        match &mut self.phase {
            Phase::Synchronising(sync) | Phase::Logging(sync) => {
                sync.installing = false;
                // A snapshot may have been taken a little later than was planned.
                self.covered = self.covered.max(zxid);
                self.durable = zxid;
                shared.history.truncate(zxid);
                shared.wants_snapshot = false;
            }
            _ => return Ok(()),
        }
        self.log_all(shared);
        Ok(())
    }

    fn propose(&mut self, shared: &mut Shared, entry: Entry) -> Result<(), End> {
        let zxid = entry.zxid;
        if zxid <= self.covered {
            return Ok(());
        }
        if !follows(self.received, zxid) {
            return Err(format!("proposal {zxid} does not follow {}", self.received));
        }
        self.received = zxid;
        if let Some(config) = entry.config().filter(|_| shared.settings.reconfigures) {
            shared.prepare(config?);
        }
        self.pending.push_back(entry.clone());
        match &mut self.phase {
            Phase::Synchronising(sync) => sync.to_log.push(entry),
            _ => {
                if !shared.observes {
                    self.unacknowledged.push_back(zxid);
                }
                match &mut self.phase {
                    // What must be durable first is not logged yet.
                    Phase::Logging(sync) if sync.installing => sync.to_log.push(entry),
                    _ => shared.push(Action::Log(entry)),
                }
            }
        }
        Ok(())
    }

    /// The transaction that is committed; none where a snapshot has it.
    fn commit(&mut self, shared: &mut Shared, zxid: Zxid) -> Result<Option<Entry>, End> {
        if zxid <= self.covered {
            return Ok(None);
        }
        match self.pending.front() {
            Some(first) if first.zxid == zxid => {}
            Some(first) => return Err(format!("commit of {zxid}, but {} is next", first.zxid)),
            None => return Err(format!("commit of {zxid}, which was not proposed")),
        }
        let Some(entry) = self.pending.pop_front() else { return Ok(None) };
        match &mut self.phase {
            Phase::Synchronising(sync) | Phase::Logging(sync) => sync.committed.push(entry.clone()),
            _ => {
                shared.history.append(entry.clone());
                shared.push(Action::Commit(zxid));
            }
        }
        Ok(Some(entry))
    }

    /// NEWLEADER has come: what was gathered is logged, unless the log is being changed.
    fn log_all(&mut self, shared: &mut Shared) {
        let Phase::Logging(sync) = &mut self.phase else { return };
        if sync.installing {
            return;
        }
        if Bug::EnterEpochEarly.is_planted() {
            shared.push(Action::SaveCurrent(self.epoch));
        }
        for entry in sync.to_log.drain(..) {
            if !shared.observes
                && !self.unacknowledged.contains(&entry.zxid)
                && self.pending.iter().any(|pending| pending.zxid == entry.zxid)
            {
                self.unacknowledged.push_back(entry.zxid);
            }
            shared.push(Action::Log(entry));
        }
        self.enter(shared);
    }

    /// Once all that was gathered is durable, the epoch may be.
    fn enter(&mut self, shared: &mut Shared) {
        let Phase::Logging(sync) = &mut self.phase else { return };
        let unsynced = self.durable < self.received.max(self.covered);
        if sync.installing || (unsynced && !Bug::AcknowledgeLeaderEarly.is_planted()) {
            return;
        }
        let committed = std::mem::take(&mut sync.committed);
        let last = committed.last().map(|entry| entry.zxid);
        if !Bug::LeaveHole.is_planted() {
            committed.into_iter().for_each(|entry| shared.history.append(entry));
        }
        if let Some(last) = last {
            shared.push(Action::Commit(last));
        }
        self.phase = Phase::Entering;
        shared.enter_epoch(self.epoch);
    }

    fn logged(&mut self, shared: &mut Shared, zxid: Zxid) {
        self.durable = self.durable.max(zxid);
        self.enter(shared);
        self.acknowledge(shared);
    }

    /// Acknowledges what is durable, one by one.
    fn acknowledge(&mut self, shared: &mut Shared) {
        if !matches!(self.phase, Phase::Serving) {
            return;
        }
        while let Some(&zxid) = self.unacknowledged.front()
            && zxid <= self.durable
        {
            self.unacknowledged.pop_front();
            self.send(shared, QuorumPacket::new(PacketKind::Ack, zxid));
        }
    }
}

impl fmt::Display for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = &self.phase;
        let (leader, pending) = (self.leader, self.pending.len());
        write!(f, "following {leader} in {}, {phase}, {pending} pending", self.epoch)
    }
}
