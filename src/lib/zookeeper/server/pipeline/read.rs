//! Reads, pings and identities: answered at once, or behind the connection's own writes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tracing::{info, warn};

use super::{LOGGER, Phase, Pipeline, Queued, Role, State, put_reply};
use crate::base::bytes::Writer;
use crate::base::clock::Instant;
use crate::net::Reply as Answer;
use crate::zookeeper::jute::record::xid;
use crate::zookeeper::jute::request::AuthPacket;
use crate::zookeeper::jute::{Id, KeeperError, OpCode, Reply, Request, Zxid};
use crate::zookeeper::tree::{Caller, ConnectionId, acl};

impl Pipeline {
    /// Takes a read of a connection.
    pub(in super::super) fn read(
        &self,
        id: ConnectionId,
        xid: i32,
        op: OpCode,
        request: Result<Request, KeeperError>,
    ) -> Answer {
        let now = self.settings.clock.now();
        let mut state = self.state();
        if !state.begin(id, now) {
            return Answer::Nothing;
        }
        let (alone, read_only) = (state.role == Role::Alone, state.role == Role::ReadOnly);
        let Some(connection) = state.connections.get_mut(&id) else { return Answer::Nothing };
        match request {
            Ok(Request::Sync(_)) if read_only => {
                self.decided(&mut state, id, xid, op, Err(KeeperError::NotReadOnly), now);
            }
            Ok(Request::Sync(sync)) if !alone => {
                self.sync(&mut state, id, xid, sync.path, now);
                return Answer::Nothing;
            }
            Ok(request) if connection.queue.is_empty() => {
                state.read_now(id, xid, &request, now, now);
            }
            Ok(request) => {
                connection.queue.push_back(Queued::Read { xid, request, since: now });
                self.outstanding.fetch_add(1, Ordering::Relaxed);
                return Answer::Nothing;
            }
            Err(error) => {
                let zxid = state.tree.last_zxid();
                state.noted(id, op, xid, zxid, now, now);
                state.answer(id, xid, zxid, &Err(error));
            }
        }
        state.take_out(id)
    }

    /// A ping is answered past whatever the connection waits for.
    pub(in super::super) fn ping(&self, id: ConnectionId) -> Answer {
        let now = self.settings.clock.now();
        let mut state = self.state();
        if !state.begin(id, now) {
            return Answer::Nothing;
        }
        let zxid = state.tree.last_zxid();
        state.noted(id, OpCode::Ping, xid::PING, zxid, now, now);
        state.answer(id, xid::PING, zxid, &Ok(Reply::Empty));
        state.take_out(id)
    }

    /// Takes what proves an identity. A refusal ends the connection.
    pub(in super::super) fn auth(
        &self,
        id: ConnectionId,
        xid: i32,
        packet: &Result<AuthPacket, KeeperError>,
    ) -> Answer {
        let now = self.settings.clock.now();
        let proved = packet.as_ref().map_err(|&error| error).and_then(|packet| {
            let auth = packet.auth.as_deref().unwrap_or_default();
            acl::authenticate(&packet.scheme, auth, self.settings.super_digest.as_deref())
        });
        let mut state = self.state();
        if !state.begin(id, now) {
            return Answer::Nothing;
        }
        let Some(connection) = state.connections.get_mut(&id) else { return Answer::Nothing };
        let scheme = packet.as_ref().map_or("", |packet| &packet.scheme);
        match proved {
            Ok(proved) => {
                let mut ids = connection.ids.to_vec();
                ids.extend(proved.into_iter().filter(|id| !connection.ids.contains(id)));
                let ids: Arc<[Id]> = ids.into();
                connection.ids = ids.clone();
                info!(
                    target: LOGGER,
                    "Session 0x{:x}: auth success for scheme {scheme} and address {}",
                    connection.session.0, connection.peer.ip()
                );
                state.tree.identify(id, &ids);
                state.answer(id, xid, Zxid::ZERO, &Ok(Reply::Empty));
                state.take_out(id)
            }
            Err(_) => {
                warn!(target: LOGGER, "Authentication failed for scheme: {scheme}");
                connection.phase = Phase::Ending;
                state.stats.auth_failed += 1;
                let mut writer = Writer::new();
                put_reply(&mut writer, xid, Zxid::ZERO, &Err(KeeperError::AuthFailed));
                Answer::Last(writer.finish())
            }
        }
    }

    /// Whether a connection has proved one of the identities that are demanded.
    pub(in super::super) fn may_ask(&self, id: ConnectionId) -> bool {
        if self.settings.required_schemes.is_empty() {
            return true;
        }
        let state = self.state();
        state.connections.get(&id).is_some_and(|connection| {
            connection.ids.iter().any(|id| self.settings.required_schemes.contains(&id.scheme))
        })
    }
}

impl State {
    /// Counts a request of a connection and touches its session; false where nobody listens to it
    /// any more.
    pub(super) fn begin(&mut self, id: ConnectionId, now: Instant) -> bool {
        self.stats.received += 1;
        let Some(connection) = self.connections.get_mut(&id) else { return false };
        connection.stats.received += 1;
        if connection.phase != Phase::Live || connection.deaf {
            return false;
        }
        let (session, timeout_ms) = (connection.session, connection.timeout_ms);
        self.touch(session, timeout_ms, now);
        true
    }

    /// Answers a read from the tree as it is.
    pub(super) fn read_now(
        &mut self,
        id: ConnectionId,
        xid: i32,
        request: &Request,
        since: Instant,
        now: Instant,
    ) {
        let Some(connection) = self.connections.get(&id) else { return };
        let ids = connection.ids.clone();
        let caller = Caller { connection: id, session: connection.session, ids: &ids };
        if let Request::Sync(sync) = request {
            // The leader has confirmed it, or this is the only server, and the connection's own
            // writes are applied.
            let zxid = self.tree.last_zxid();
            self.noted(id, OpCode::Sync, xid, zxid, since, now);
            self.answer(id, xid, zxid, &Ok(Reply::Synced(sync.path.clone())));
            return;
        }
        let outcome = self.tree.read(&caller, xid, request);
        self.noted(id, request.op(), xid, outcome.zxid, since, now);
        self.tell(&outcome.fired);
        self.answer(id, xid, outcome.zxid, &outcome.reply);
    }

    /// Counts an answer.
    pub(super) fn noted(
        &mut self,
        id: ConnectionId,
        op: OpCode,
        cxid: i32,
        zxid: Zxid,
        since: Instant,
        now: Instant,
    ) {
        let State { connections, stats, metrics, .. } = self;
        if op != OpCode::Ping {
            metrics.readlatency.time(now.since(since));
        }
        if let Some(connection) = connections.get_mut(&id) {
            connection.stats.answered(op, cxid, zxid, since, now, stats);
        }
    }
}
