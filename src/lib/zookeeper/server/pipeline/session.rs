//! Sessions: opened by a transaction, taken up again by password, expired by the clock.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use tracing::{info, warn};

use super::write::{Intent, Origin};
use super::{LOGGER, Phase, Pipeline, Queued, Role, State, message};
use crate::base::bytes::Part;
use crate::base::clock::Instant;
use crate::base::planted::Bug;
use crate::net::{Push, Reply as Answer};
use crate::zookeeper::jute::request::CreateSessionRequest;
use crate::zookeeper::jute::{
    ConnectRequest, ConnectResponse, KeeperError, OpCode, Reply, Request, SessionId, to_bytes,
};
use crate::zookeeper::tree::session::{password, password_matches};
use crate::zookeeper::tree::{ConnectionId, Owner};

const SERVER: &str = "org.apache.zookeeper.server.ZooKeeperServer";

impl Pipeline {
    /// Takes the first frame of a connection.
    pub(in super::super) fn greet(&self, id: ConnectionId, request: &ConnectRequest) -> Answer {
        let now = self.settings.clock.now();
        let time_ms = self.settings.clock.wall_ms();
        let timeout_ms = self.settings.agree(request.timeout_ms);
        self.metrics.connection_request_count.up();
        let mut state = self.state();
        state.stats.received += 1;
        let last_zxid = state.tree.last_zxid();
        let read_only = state.role == Role::ReadOnly;
        if !self.takes_clients(state.role) {
            let why = match state.role {
                Role::Leading => "this server leads and takes no clients (leaderServes=no)",
                _ => "this server is not in an ensemble that works",
            };
            return Answer::Close(why.to_owned());
        }
        let admitted = state.admit(request.session != SessionId::NONE, now);
        let Some(connection) = state.connections.get_mut(&id) else { return Answer::Nothing };
        if !admitted {
            self.metrics.connection_rejected.up();
            connection.phase = Phase::Ending;
            return Answer::Close(format!(
                "too many sessions are opened at a time (connection_throttle_tokens): client /{} \
                 must try again, or another server",
                connection.peer
            ));
        }
        if request.last_zxid_seen > last_zxid && !Bug::ServeFromBehind.is_planted() {
            connection.phase = Phase::Ending;
            return Answer::Close(format!(
                "Refusing session(0x{:x}) request for client /{} as it has seen zxid {} our last \
                 zxid is {last_zxid} client must try another server",
                request.session.0, connection.peer, request.last_zxid_seen
            ));
        }
        if read_only && (request.read_only != Some(true) || request.session != SessionId::NONE) {
            connection.phase = Phase::Ending;
            return Answer::Close(format!(
                "Refusing session request for not-read-only client /{}, or of a session of all, while \
                 there is no quorum",
                connection.peer
            ));
        }
        connection.timeout_ms = timeout_ms;
        connection.read_only = request.read_only;
        connection.stats.received += 1;
        if request.session != SessionId::NONE {
            let answer = state.resume(id, request, now);
            drop(state);
            self.wake_peer();
            return answer;
        }
        let local = self.settings.ensemble.as_ref().is_some_and(|it| it.local_sessions);
        if local || read_only {
            return state.open_local(id, now);
        }
        connection.phase = Phase::Opening;
        connection.queue.push_back(Queued::Write);
        let ids = connection.ids.clone();
        self.outstanding.fetch_add(1, Ordering::Relaxed);
        let session = state.ids.take();
        let create = CreateSessionRequest { timeout_ms };
        let wake = match state.role {
            role if role.follows() => {
                state.forward(id, 0, OpCode::CreateSession, session, to_bytes(&create), now);
                false
            }
            _ => {
                let intent = Intent::Do(Request::CreateSession(create));
                let origin = Origin::Connection(id);
                state.propose(origin, 0, session, &ids, intent, (now, time_ms))
            }
        };
        if let Some(connection) = state.connections.get_mut(&id) {
            connection.session = session;
        }
        state.by_session.insert(session, id);
        drop(state);
        self.wake_journal(wake);
        Answer::Nothing
    }

    /// Ends sessions that were not heard of, and connections that never asked for one.
    pub(in super::super) fn expire(&self) {
        let now = self.settings.clock.now();
        let mut state = self.state();
        let expired = state.tree.tracker().expire(now);
        let local = |session: &SessionId| state.tree.tracker().is_local(*session);
        let (local, mut expired): (Vec<_>, Vec<_>) = expired.into_iter().partition(local);
        expired.retain(|_| !Bug::KeepSessions.is_planted());
        for session in local {
            info!(target: SERVER, "Expiring local session 0x{:x}", session.0);
            state.tree.tracker().remove(session);
            state.closed(session, None);
        }
        for session in &expired {
            let timeout_ms = state.tree.session_timeout_ms(*session).unwrap_or_default();
            self.metrics.stale_sessions_expired.up();
            info!(
                target: SERVER,
                "Expiring session 0x{:x}, timeout of {timeout_ms}ms exceeded", session.0
            );
        }
        for connection in state.connections.values_mut() {
            if connection.phase == Phase::New
                && now.since(connection.opened) >= self.settings.sessionless_timeout
            {
                connection.phase = Phase::Ending;
                connection.outbox.cut();
                self.metrics.sessionless_connections_expired.up();
            }
        }
        drop(state);
        for session in expired {
            self.write_own(session, Request::CloseSession);
        }
    }

    /// When [`Pipeline::expire`] has something to do, as far as is known.
    pub(in super::super) fn next_expiry(&self) -> Option<Instant> {
        self.state().tree.tracker().next_expiry()
    }
}

impl State {
    /// Whether a handshake gets what it costs.
    fn admit(&mut self, renewed: bool, now: Instant) -> bool {
        /// A number below this is one from 0 to 1 in as many steps.
        const STEPS: u64 = 1 << 53;
        let lot = self.rng.below(STEPS) as f64 / STEPS as f64;
        self.metrics.connection_token_deficit.record(u64::from(self.bucket.deficit()));
        self.bucket.take(renewed, now, lot)
    }

    /// A client comes back to its session.
    fn resume(&mut self, id: ConnectionId, request: &ConnectRequest, now: Instant) -> Answer {
        let session = request.session;
        // The password first: whoever does not know it must not disturb the one who does.
        let known = password_matches(session, request.password.as_deref());
        let Some(connection) = self.connections.get_mut(&id) else { return Answer::Nothing };
        let timeout_ms = connection.timeout_ms;
        if known && self.role.follows() && !self.tree.tracker().is_local(session) {
            self.ask_for_session(id, session, timeout_ms, request.read_only);
            return Answer::Nothing;
        }
        if !known
            || !self.tree.tracker().touch(session, timeout_ms, now)
            || self.tree.tracker().set_owner(session, Owner(id.0)).is_err()
        {
            info!(
                target: SERVER,
                "Invalid session 0x{:x} for client /{}, probably expired",
                session.0, connection.peer
            );
            connection.phase = Phase::Ending;
            return Answer::Last(message(&ConnectResponse::refusal(request.read_only)));
        }
        Answer::Ready(self.resumed(id, session))
    }

    /// A client has its session again: whoever had it before on this server goes.
    pub(super) fn resumed(&mut self, id: ConnectionId, session: SessionId) -> Vec<Part> {
        let Some(connection) = self.connections.get_mut(&id) else { return Vec::new() };
        connection.session = session;
        connection.phase = Phase::Live;
        let timeout_ms = connection.timeout_ms;
        let response = welcome(session, timeout_ms, connection.read_only, false);
        if let Some(before) = self.by_session.insert(session, id)
            && let Some(connection) = self.connections.get_mut(&before)
        {
            connection.phase = Phase::Ending;
            connection.outbox.cut();
        }
        info!(target: SERVER, "Established session 0x{:x} with negotiated timeout {timeout_ms}", session.0);
        message(&response)
    }

    /// A session's transaction is applied: its connection may go on.
    pub(super) fn opened(&mut self, id: ConnectionId, reply: &Result<Reply, KeeperError>) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let (session, timeout_ms) = (connection.session, connection.timeout_ms);
        if reply.is_err() {
            warn!(target: LOGGER, "Session 0x{:x} could not be opened", session.0);
            self.push(id, Push::End);
            return;
        }
        connection.phase = Phase::Live;
        connection.stats.sent += 1;
        self.stats.sent += 1;
        let response = welcome(session, timeout_ms, connection.read_only, false);
        info!(target: SERVER, "Established session 0x{:x} with negotiated timeout {timeout_ms}", session.0);
        self.push(id, Push::Message(message(&response)));
    }

    /// Sessions that own nodes and are in no table: their ends were lost with an older log.
    pub(in super::super) fn orphans(&self) -> Vec<SessionId> {
        let alive = |session: &SessionId| self.tree.session_timeout_ms(*session).is_some();
        self.tree.ephemeral_owners().filter(|session| !alive(session)).collect()
    }
}

/// The answer to a client whose request had that flag, from a server that serves reads only or all.
pub(super) fn welcome(
    session: SessionId,
    timeout_ms: i32,
    read_only: Option<bool>,
    serves_reads: bool,
) -> ConnectResponse {
    ConnectResponse {
        protocol_version: 0,
        timeout_ms,
        session,
        password: Some(Bytes::copy_from_slice(&password(session))),
        read_only: read_only.map(|_| serves_reads),
    }
}
