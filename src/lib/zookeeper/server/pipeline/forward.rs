//! What a follower wants of its leader, and what the leader does for its learners.
//!
//! A follower's writes go out in one line, and come back as commits in the same order: the oldest
//! that has the session and number of a commit is the one that was answered. So do its syncs.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::local::Local;
use super::write::{Intent, Origin};
use super::{Phase, Pipeline, Queued, Role, State, message};
use crate::base::bytes::Reader;
use crate::base::clock::Instant;
use crate::net::{Push, Reply as Answer};
use crate::zookeeper::jute::op_code::Kind;
use crate::zookeeper::jute::quorum_packet::{Forwarded, Touched};
use crate::zookeeper::jute::request::{CreateSessionRequest, PrefixRequest};
use crate::zookeeper::jute::{
    ConnectResponse, Jute, KeeperError, OpCode, PacketKind, QuorumPacket, Request, SessionId,
    TxnHeader, Zxid, to_bytes,
};
use crate::zookeeper::tree::ConnectionId;
use crate::zookeeper::zab::{Event, LinkId};

/// What is on its way to the leader.
#[derive(Debug, Default)]
pub(super) struct Abroad {
    writes: VecDeque<Own>,
    /// Who waits for a sync; none where its connection was the leader's own business.
    syncs: VecDeque<ConnectionId>,
    sessions: HashMap<SessionId, VecDeque<ConnectionId>>,
    /// Sessions that were heard of since the leader's last ping.
    touched: BTreeMap<SessionId, i32>,
}

/// A write of one of our connections.
#[derive(Debug)]
pub(super) struct Own {
    /// None where nobody waits for it.
    pub(super) from: Option<ConnectionId>,
    pub(super) op: OpCode,
    pub(super) since: Instant,
    session: SessionId,
    cxid: i32,
}

impl Abroad {
    /// The write of ours that this transaction is, if it is one.
    pub(super) fn claim(&mut self, header: &TxnHeader) -> Option<Own> {
        let ours = |own: &&Own| (own.session, own.cxid) == (header.session, header.cxid);
        self.writes.front().filter(ours)?;
        self.writes.pop_front()
    }

    pub(super) fn touched(&mut self, session: SessionId, timeout_ms: i32) {
        self.touched.insert(session, timeout_ms);
    }
}

impl Pipeline {
    /// Takes a write of a follower's connection, to be handed to the leader as it is.
    pub(in super::super) fn forward(
        &self,
        id: ConnectionId,
        xid: i32,
        op: OpCode,
        body: Bytes,
    ) -> Answer {
        let now = self.settings.clock.now();
        let mut state = self.state();
        if !state.role.follows() || !state.begin(id, now) {
            return Answer::Nothing;
        }
        let session = state.connections.get(&id).map(|connection| connection.session);
        if session.is_some_and(|session| state.tree.tracker().is_local(session)) {
            // What it wants matters only here, where it may want more than a local session can.
            let request = Request::decode(op, &mut Reader::shared(&body)).ok();
            let times = (now, self.settings.clock.wall_ms());
            if let Local::Decided = self.local(&mut state, id, xid, op, request.as_ref(), times) {
                return state.take_out(id);
            }
        }
        let Some(connection) = state.connections.get_mut(&id) else { return Answer::Nothing };
        connection.queue.push_back(Queued::Write);
        connection.deaf = op == OpCode::CloseSession;
        let session = connection.session;
        self.outstanding.fetch_add(1, Ordering::Relaxed);
        state.forward(id, xid, op, session, body, now);
        drop(state);
        self.wake_peer();
        Answer::Nothing
    }

    /// Takes a sync: it is answered when the leader has confirmed it.
    pub(super) fn sync(
        &self,
        state: &mut State,
        id: ConnectionId,
        xid: i32,
        path: Option<String>,
        now: Instant,
    ) {
        let Some(connection) = state.connections.get_mut(&id) else { return };
        let request = PrefixRequest { path: path.clone() };
        connection.queue.push_back(Queued::Sync { xid, path, since: now, done: false });
        self.outstanding.fetch_add(1, Ordering::Relaxed);
        let (session, ids) = (connection.session, connection.ids.to_vec());
        state.abroad.syncs.push_back(id);
        state.to_peer.push(match state.role {
            role if role.follows() => {
                let body = to_bytes(&request);
                let op = OpCode::Sync.code();
                let asked = Forwarded { session, cxid: xid, op, body };
                let mut packet =
                    QuorumPacket::with(PacketKind::Request, Zxid(-1), to_bytes(&asked));
                packet.ids = ids;
                Event::Forward(packet)
            }
            _ => Event::Sync(None),
        });
        self.wake_peer();
    }

    /// The oldest sync is confirmed: what was committed before it is applied.
    pub(in super::super) fn synced(&self) {
        let now = self.settings.clock.now();
        let mut state = self.state();
        let Some(id) = state.abroad.syncs.pop_front() else { return };
        let Some(connection) = state.connections.get_mut(&id) else { return };
        let waiting = connection.queue.iter_mut().find_map(|queued| match queued {
            Queued::Sync { done, .. } if !*done => Some(done),
            _ => None,
        });
        waiting.into_iter().for_each(|done| *done = true);
        self.go_on(&mut state, id, now);
        state.flush_all();
        state.wake_throttled();
    }

    /// A learner's request becomes a transaction here, or waits as a sync.
    pub(in super::super) fn ask(&self, link: LinkId, packet: &QuorumPacket) -> Result<(), String> {
        let data = packet.data.clone().unwrap_or_default();
        let asked = Forwarded::decode(&mut Reader::shared(&data))
            .map_err(|error| format!("a REQUEST that cannot be read: {error}"))?;
        let op = OpCode::of(asked.op);
        let now = self.settings.clock.now();
        let time_ms = self.settings.clock.wall_ms();
        let intent = match op.map(|op| (op, op.kind())) {
            Some((OpCode::Sync, _)) => {
                self.state().to_peer.push(Event::Sync(Some(link)));
                self.wake_peer();
                return Ok(());
            }
            Some((op @ (OpCode::CreateSession | OpCode::CloseSession), _) | (op, Kind::Write)) => {
                match Request::decode(op, &mut Reader::shared(&asked.body)) {
                    Ok(request) => Intent::Do(request),
                    Err(_) => Intent::Refuse(op, KeeperError::MarshallingError),
                }
            }
            // Whatever it is, its client waits for an answer.
            _ => Intent::Refuse(op.unwrap_or(OpCode::Error), KeeperError::Unimplemented),
        };
        let mut state = self.state();
        if state.role != Role::Leading || state.stopping {
            return Ok(());
        }
        let origin = Origin::Learner(link);
        let (session, cxid) = (asked.session, asked.cxid);
        let wake = state.propose(origin, cxid, session, &packet.ids, intent, (now, time_ms));
        drop(state);
        self.wake_journal(wake);
        Ok(())
    }

    /// Sessions that learners have heard of; a follower hands that on to its leader.
    pub(in super::super) fn touched_elsewhere(&self, sessions: &[Touched]) {
        let now = self.settings.clock.now();
        let mut state = self.state();
        for touched in sessions {
            state.touch(touched.session, touched.timeout_ms, now);
        }
    }

    /// What the leader is to know, once.
    pub(in super::super) fn take_touched(&self) -> Vec<Touched> {
        let touched = std::mem::take(&mut self.state().abroad.touched);
        let each = touched.into_iter();
        each.map(|(session, timeout_ms)| Touched { session, timeout_ms }).collect()
    }

    /// A learner's client came back to a session: says whether it lives. It is that learner's now.
    pub(in super::super) fn revalidate(&self, link: LinkId, asked: &Touched) -> bool {
        let now = self.settings.clock.now();
        let owner = Origin::Learner(link).owner();
        self.metrics.revalidate_count.up();
        let mut state = self.state();
        let tracker = state.tree.tracker();
        tracker.touch(asked.session, asked.timeout_ms, now)
            && tracker.set_owner(asked.session, owner).is_ok()
    }

    /// The leader has said whether a session lives.
    pub(in super::super) fn revalidated(&self, session: SessionId, valid: bool) {
        let mut state = self.state();
        let Some(waiting) = state.abroad.sessions.get_mut(&session) else { return };
        let id = waiting.pop_front();
        if waiting.is_empty() {
            state.abroad.sessions.remove(&session);
        }
        let Some(id) = id else { return };
        let Some(connection) = state.connections.get_mut(&id) else { return };
        let read_only = connection.read_only;
        if valid {
            let response = state.resumed(id, session);
            state.push(id, Push::Message(response));
            if let Some(connection) = state.connections.get_mut(&id) {
                connection.wake();
            }
        } else {
            let refusal = message(&ConnectResponse::refusal(read_only));
            state.push(id, Push::Message(refusal));
            state.push(id, Push::End);
        }
    }
}

impl State {
    /// Hands a write to the leader.
    pub(super) fn forward(
        &mut self,
        id: ConnectionId,
        cxid: i32,
        op: OpCode,
        session: SessionId,
        body: Bytes,
        since: Instant,
    ) {
        let Some(connection) = self.connections.get(&id) else { return };
        let asked = Forwarded { session, cxid, op: op.code(), body };
        let mut packet = QuorumPacket::with(PacketKind::Request, Zxid(-1), to_bytes(&asked));
        packet.ids = connection.ids.to_vec();
        self.abroad.writes.push_back(Own { from: Some(id), op, since, session, cxid });
        self.to_peer.push(Event::Forward(packet));
    }

    /// Asks the leader to make a local session everybody's. Nobody waits for it: what needs it is
    /// behind it.
    pub(super) fn forward_upgrade(
        &mut self,
        id: ConnectionId,
        session: SessionId,
        timeout_ms: i32,
        since: Instant,
    ) {
        let body = to_bytes(&CreateSessionRequest { timeout_ms });
        self.forward(id, 0, OpCode::CreateSession, session, body, since);
        self.abroad.writes.back_mut().into_iter().for_each(|own| own.from = None);
    }

    /// Asks the leader whether a session lives that a client comes back to.
    pub(super) fn ask_for_session(
        &mut self,
        id: ConnectionId,
        session: SessionId,
        timeout_ms: i32,
        read_only: Option<bool>,
    ) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.phase = Phase::Opening;
        connection.read_only = read_only;
        self.metrics.connection_revalidate_count.up();
        self.abroad.sessions.entry(session).or_default().push_back(id);
        let asked = to_bytes(&Touched { session, timeout_ms });
        let packet = QuorumPacket::with(PacketKind::Revalidate, Zxid(-1), asked);
        self.to_peer.push(Event::Forward(packet));
    }
}
