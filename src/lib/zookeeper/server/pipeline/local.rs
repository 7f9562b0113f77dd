//! Sessions that only this server knows: those of `localSessionsEnabled`, and those of clients that
//! are served reads without a quorum.
//!
//! They are in no log and end with this server's role. They may write; before the first ephemeral
//! node they become everybody's (`localSessionsUpgradingEnabled`), or it is refused.

use std::sync::atomic::Ordering;

use tracing::info;

use super::session::welcome;
use super::write::{Intent, Origin};
use super::{LOGGER, Phase, Pipeline, Queued, Role, State, message};
use crate::base::clock::Instant;
use crate::net::Reply as Answer;
use crate::zookeeper::jute::request::{CreateMode, CreateSessionRequest};
use crate::zookeeper::jute::{KeeperError, OpCode, Reply, Request};
use crate::zookeeper::tree::{ConnectionId, Owner};

/// What becomes of a write before it is one.
pub(super) enum Local {
    /// It goes on; the journal is to be woken, or not.
    GoOn(bool),
    /// It is answered, or will be in its turn.
    Decided,
}

/// Whether a request makes ephemeral nodes.
fn makes_ephemerals(request: &Request) -> bool {
    let ephemeral = |flags: i32| CreateMode::of(flags).is_some_and(CreateMode::is_ephemeral);
    match request {
        Request::Create(create) | Request::Create2(create) => ephemeral(create.flags),
        Request::Multi(operations) => operations.iter().any(makes_ephemerals),
        _ => false,
    }
}

impl Pipeline {
    /// Sees to what a local session, or a server without a quorum, does differently.
    pub(super) fn local(
        &self,
        state: &mut State,
        id: ConnectionId,
        xid: i32,
        op: OpCode,
        request: Option<&Request>,
        (now, time_ms): (Instant, i64),
    ) -> Local {
        let Some(connection) = state.connections.get(&id) else { return Local::GoOn(false) };
        let (session, timeout_ms) = (connection.session, connection.timeout_ms);
        let ids = connection.ids.clone();
        if state.role == Role::ReadOnly && op != OpCode::CloseSession {
            self.decided(state, id, xid, op, Err(KeeperError::NotReadOnly), now);
            return Local::Decided;
        }
        if !state.tree.tracker().is_local(session) {
            return Local::GoOn(false);
        }
        if op == OpCode::CloseSession {
            if let Some(connection) = state.connections.get_mut(&id) {
                connection.deaf = true;
            }
            self.decided(state, id, xid, op, Ok(Reply::Empty), now);
            return Local::Decided;
        }
        if !request.is_some_and(makes_ephemerals) {
            return Local::GoOn(false);
        }
        if !self.settings.ensemble.as_ref().is_some_and(|it| it.local_sessions_upgrade) {
            let refused = Err(KeeperError::EphemeralOnLocalSession);
            self.decided(state, id, xid, op, refused, now);
            return Local::Decided;
        }
        info!(target: LOGGER, "Upgrading session 0x{:x}", session.0);
        if state.role.follows() {
            state.tree.tracker().remove(session);
            state.forward_upgrade(id, session, timeout_ms, now);
            return Local::GoOn(false);
        }
        let create = Intent::Do(Request::CreateSession(CreateSessionRequest { timeout_ms }));
        Local::GoOn(state.propose(Origin::Upgrade(id), 0, session, &ids, create, (now, time_ms)))
    }

    /// Answers in its turn.
    pub(super) fn decided(
        &self,
        state: &mut State,
        id: ConnectionId,
        xid: i32,
        op: OpCode,
        reply: Result<Reply, KeeperError>,
        now: Instant,
    ) {
        let Some(connection) = state.connections.get_mut(&id) else { return };
        connection.queue.push_back(Queued::Decided { xid, op, reply, since: now });
        self.outstanding.fetch_add(1, Ordering::Relaxed);
        self.go_on(state, id, now);
    }
}

impl State {
    /// Opens a session that only this server knows.
    pub(super) fn open_local(&mut self, id: ConnectionId, now: Instant) -> Answer {
        let session = self.ids.take();
        let read_only = self.role == Role::ReadOnly;
        let Some(connection) = self.connections.get_mut(&id) else { return Answer::Nothing };
        connection.session = session;
        connection.phase = Phase::Live;
        connection.stats.sent += 1;
        let timeout_ms = connection.timeout_ms;
        let response = welcome(session, timeout_ms, connection.read_only, read_only);
        let tracker = self.tree.tracker();
        tracker.track_local(session, timeout_ms, now);
        // It was tracked a line ago.
        let _ = tracker.set_owner(session, Owner(id.0));
        self.by_session.insert(session, id);
        self.stats.sent += 1;
        info!(target: LOGGER, "Established local session 0x{:x} with negotiated timeout {timeout_ms}", session.0);
        Answer::Ready(message(&response))
    }

    /// Says what was decided.
    pub(super) fn say(
        &mut self,
        id: ConnectionId,
        xid: i32,
        op: OpCode,
        reply: &Result<Reply, KeeperError>,
        since: Instant,
        now: Instant,
    ) {
        let zxid = self.tree.last_zxid();
        self.noted(id, op, xid, zxid, since, now);
        self.answer(id, xid, zxid, reply);
        if op == OpCode::CloseSession
            && let Some(session) = self.connections.get(&id).map(|connection| connection.session)
        {
            self.tree.tracker().remove(session);
            self.closed(session, Some(id));
        }
    }
}
