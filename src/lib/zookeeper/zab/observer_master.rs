//! The observers of a follower: where `observerMasterPort` is set, they follow any voter that
//! follows, and the leader has fewer links to feed.
//!
//! They are brought up to date from what this server has committed and informed of each commit as
//! it comes. What they want of the leader is handed on to it; its answers come in the order of the
//! questions, those of this server's own clients among them.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::feed;
use super::history::Entry;
use super::message::{Action, LinkId, Waiter};
use super::peer::{Learners, Shared};
use crate::base::bytes::Reader;
use crate::base::clock::Instant;
use crate::zookeeper::jute::quorum_packet::{
    Forwarded, LearnerInfo, PROTOCOL_VERSION, Revalidated,
};
use crate::zookeeper::jute::{Jute, OpCode, PacketKind, QuorumPacket, ServerId, Zxid};

/// What a follower knows of its observers. It has none where it takes none.
#[derive(Debug, Default)]
pub(super) struct ObserverMaster {
    /// The epoch this server serves in.
    epoch: i64,
    observers: BTreeMap<LinkId, Observer>,
    /// Once observers are taken.
    ping_at: Option<Instant>,
    /// Whose syncs the leader will confirm, oldest first.
    syncs: VecDeque<Waiter>,
    /// Whose sessions it will judge; an observer's with the question, which says how long it lasts.
    revalidations: VecDeque<Option<(LinkId, Bytes)>>,
}

#[derive(Debug)]
struct Observer {
    server: Option<ServerId>,
    stage: Stage,
    heard_at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Connected.
    Silent,
    /// LEADERINFO is sent.
    Told,
    /// It was sent what it lacks, and is informed of all that is committed.
    Fed,
    /// It serves.
    Serving,
}

/// What becomes of a packet an observer has sent.
type Taken = Result<Option<QuorumPacket>, String>;

impl ObserverMaster {
    /// Takes observers from here on.
    pub(super) fn begin(&mut self, shared: &mut Shared, epoch: i64, now: Instant) {
        shared.push(Action::ListenForObservers);
        self.epoch = epoch;
        self.ping_at = Some(now + shared.settings.tick / 2);
    }

    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.ping_at
    }

    /// Those that have all that this server has, and those on their way there.
    pub(super) fn learners(&self) -> Learners {
        let observers = self.observers.values().filter(|it| it.stage == Stage::Serving).count();
        let on_their_way = self.observers.len() - observers;
        Learners { observers, on_their_way, ..Learners::default() }
    }

    pub(super) fn opened(&mut self, link: LinkId, now: Instant) {
        let observer = Observer { server: None, stage: Stage::Silent, heard_at: now };
        self.observers.insert(link, observer);
    }

    pub(super) fn closed(&mut self, link: LinkId) {
        self.observers.remove(&link);
    }

    /// This server's own pipeline hands something to the leader.
    pub(super) fn forwards(&mut self, packet: &QuorumPacket) {
        match packet.kind() {
            Some(PacketKind::Request) if is_sync(packet) => self.syncs.push_back(None),
            Some(PacketKind::Revalidate) => self.revalidations.push_back(None),
            _ => {}
        }
    }

    /// An observer has said something; the packet that comes back is for the leader.
    pub(super) fn packet(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        link: LinkId,
        packet: QuorumPacket,
    ) -> Option<QuorumPacket> {
        self.observers.get_mut(&link)?.heard_at = now;
        match self.take(shared, link, packet) {
            Ok(forward) => forward,
            Err(why) => {
                self.close(shared, link, why);
                None
            }
        }
    }

    fn take(&mut self, shared: &mut Shared, link: LinkId, packet: QuorumPacket) -> Taken {
        let Some(observer) = self.observers.get_mut(&link) else { return Ok(None) };
        let Some(kind) = packet.kind() else { return Ok(None) };
        match (observer.stage, kind) {
            (Stage::Silent, PacketKind::ObserverInfo) => {
                self.introduced(shared, link, &packet)?;
                let version = Bytes::copy_from_slice(&PROTOCOL_VERSION.to_be_bytes());
                let zxid = Zxid(self.epoch << 32);
                let said = QuorumPacket::with(PacketKind::LeaderInfo, zxid, version);
                shared.push(Action::Send(link, said));
            }
            (Stage::Silent, PacketKind::FollowerInfo) => {
                return Err("a voter must follow the leader itself".to_owned());
            }
            (Stage::Told, PacketKind::AckEpoch) => {
                observer.stage = Stage::Fed;
                feed::committed(shared, link, packet.zxid, self.epoch);
                feed::new_leader(shared, link, self.epoch);
            }
            (Stage::Fed, PacketKind::Ack) => {
                observer.stage = Stage::Serving;
                let packet = QuorumPacket::new(PacketKind::UpToDate, Zxid(-1));
                shared.push(Action::Send(link, packet));
            }
            // That UPTODATE has come.
            (Stage::Serving, PacketKind::Ack) if packet.zxid.counter() == 0 => {}
            (Stage::Fed | Stage::Serving, PacketKind::Ping) => {
                shared.push(Action::Touch(link, packet.data.unwrap_or_default()));
            }
            (Stage::Serving, PacketKind::Request) => {
                if is_sync(&packet) {
                    self.syncs.push_back(Some(link));
                }
                return Ok(Some(packet));
            }
            (Stage::Serving, PacketKind::Revalidate) => {
                let asked = packet.data.clone().unwrap_or_default();
                self.revalidations.push_back(Some((link, asked)));
                return Ok(Some(packet));
            }
            _ => return Err(format!("{} out of turn", kind.name())),
        }
        Ok(None)
    }

    fn introduced(
        &mut self,
        shared: &mut Shared,
        link: LinkId,
        packet: &QuorumPacket,
    ) -> Result<(), String> {
        let data = packet.data.clone().unwrap_or_default();
        let info = LearnerInfo::decode(&mut Reader::shared(&data))
            .map_err(|_| "OBSERVERINFO that cannot be read".to_owned())?;
        if info.config_version > shared.rules.current.version() {
            return Err("it has a later configuration than ours".to_owned());
        }
        let same = |(_, it): &(&LinkId, &Observer)| it.server == Some(info.server);
        if let Some(before) = self.observers.iter().find(same).map(|(&link, _)| link) {
            self.close(shared, before, "it has connected again".to_owned());
        }
        if let Some(observer) = self.observers.get_mut(&link) {
            (observer.server, observer.stage) = (Some(info.server), Stage::Told);
        }
        Ok(())
    }

    fn close(&mut self, shared: &mut Shared, link: LinkId, why: String) {
        self.observers.remove(&link);
        shared.push(Action::Close(link, why));
    }

    /// A transaction is committed; a reconfiguration says who leads from here on.
    pub(super) fn inform(&self, shared: &mut Shared, entry: &Entry, leader: Option<ServerId>) {
        for (&link, observer) in &self.observers {
            if observer.stage >= Stage::Fed {
                shared.push(Action::Send(link, feed::informed(entry, leader)));
            }
        }
    }

    /// The leader has confirmed the oldest sync.
    pub(super) fn synced(&mut self, shared: &mut Shared) {
        match self.syncs.pop_front() {
            Some(Some(link)) if self.observers.contains_key(&link) => {
                let packet = QuorumPacket::new(PacketKind::Sync, Zxid::ZERO);
                shared.push(Action::Send(link, packet));
            }
            Some(Some(_)) => {}
            Some(None) | None => shared.push(Action::Synced(None)),
        }
    }

    /// The leader has said whether a session lives, the oldest that was asked for.
    pub(super) fn revalidated(&mut self, shared: &mut Shared, packet: QuorumPacket) {
        let data = packet.data.clone().unwrap_or_default();
        let Some((link, asked)) = self.revalidations.pop_front().flatten() else {
            shared.push(Action::Revalidated(data));
            return;
        };
        let said = Revalidated::decode(&mut Reader::shared(&data));
        if said.is_ok_and(|said| said.valid) {
            shared.push(Action::Touch(link, asked));
        }
        if self.observers.contains_key(&link) {
            shared.push(Action::Send(link, packet));
        }
    }

    /// Pings its observers, and cuts those that are silent.
    pub(super) fn tick(&mut self, shared: &mut Shared, now: Instant) {
        if self.ping_at.is_none_or(|at| now < at) {
            return;
        }
        self.ping_at = Some(now + shared.settings.tick / 2);
        let (init, sync) = (shared.settings.init(), shared.settings.sync());
        let late = |it: &Observer| {
            let limit = if it.stage == Stage::Serving { sync } else { init + sync };
            now.since(it.heard_at) > limit
        };
        let late: Vec<LinkId> =
            self.observers.iter().filter(|(_, it)| late(it)).map(|(&link, _)| link).collect();
        for link in late {
            self.close(shared, link, "it was not heard of in time".to_owned());
        }
        for (&link, observer) in &self.observers {
            if observer.stage >= Stage::Fed {
                let packet = QuorumPacket::new(PacketKind::Ping, shared.history.last());
                shared.push(Action::Send(link, packet));
            }
        }
    }
}

fn is_sync(packet: &QuorumPacket) -> bool {
    let data = packet.data.clone().unwrap_or_default();
    let asked = Forwarded::decode(&mut Reader::shared(&data));
    asked.is_ok_and(|asked| asked.op == OpCode::Sync.code())
}
