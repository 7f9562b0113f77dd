//! Writes: prepared in the order they come, applied in that order once they are durable.

use std::sync::atomic::Ordering;

use super::local::Local;
use super::{APPLIED_A_TURN, Phase, Pipeline, Proposal, Queued, Role, State, Unsynced, Work};
use crate::base::clock::Instant;
use crate::net::{Push, Reply as Answer};
use crate::zookeeper::jute::request::PrefixRequest;
use crate::zookeeper::jute::{Id, KeeperError, OpCode, Request, SessionId, Zxid, to_bytes};
use crate::zookeeper::tree::{Asked, ConnectionId, Outcome, Owner};
use crate::zookeeper::zab::{Entry, Event, LinkId};

/// Who brings a write.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    Connection(ConnectionId),
    /// A learner, for a client of its own.
    Learner(LinkId),
    /// A connection whose local session becomes everybody's; nobody waits for that alone.
    Upgrade(ConnectionId),
    /// This server itself.
    Own,
}

impl Origin {
    /// As whom the session's owner is known.
    pub(super) fn owner(self) -> Owner {
        /// Links and connections are numbered apart.
        const LINK: u64 = 1 << 63;
        match self {
            Origin::Connection(id) | Origin::Upgrade(id) => Owner(id.0),
            Origin::Learner(link) => Owner(LINK | link.0),
            Origin::Own => Owner(0),
        }
    }

    fn connection(self) -> Option<ConnectionId> {
        if let Origin::Connection(id) = self { Some(id) } else { None }
    }
}

/// What is to become a transaction.
pub(super) enum Intent {
    Do(Request),
    /// A body that could not be read: it takes a zxid all the same.
    Refuse(OpCode, KeeperError),
}

impl Pipeline {
    /// Takes a write of a connection; the answer comes when it is durable and applied.
    pub(in super::super) fn write(
        &self,
        id: ConnectionId,
        xid: i32,
        op: OpCode,
        request: Result<Request, KeeperError>,
    ) -> Answer {
        let intent = match request {
            Ok(request) => Intent::Do(request),
            Err(error) => Intent::Refuse(op, error),
        };
        let now = self.settings.clock.now();
        let time_ms = self.settings.clock.wall_ms();
        let mut state = self.state();
        let read_only = state.role == Role::ReadOnly;
        if !(state.role.decides() || read_only) || !state.begin(id, now) {
            return Answer::Nothing;
        }
        let asked = if let Intent::Do(request) = &intent { Some(request) } else { None };
        let wake = match self.local(&mut state, id, xid, op, asked, (now, time_ms)) {
            Local::Decided => return state.take_out(id),
            Local::GoOn(wake) => wake,
        };
        let Some(connection) = state.connections.get_mut(&id) else { return Answer::Nothing };
        connection.queue.push_back(Queued::Write);
        // What is pipelined behind the closing of the session gets no reply.
        connection.deaf = op == OpCode::CloseSession;
        let (session, ids) = (connection.session, connection.ids.clone());
        self.outstanding.fetch_add(1, Ordering::Relaxed);
        let origin = Origin::Connection(id);
        let wake = state.propose(origin, xid, session, &ids, intent, (now, time_ms)) || wake;
        drop(state);
        self.wake_journal(wake);
        Answer::Nothing
    }

    /// Takes a write of the server's own: a session's closing, a container's end.
    pub(in super::super) fn write_own(&self, session: SessionId, request: Request) {
        let now = self.settings.clock.now();
        let time_ms = self.settings.clock.wall_ms();
        let mut state = self.state();
        if state.stopping || !state.role.decides() {
            return;
        }
        let wake = state.propose(Origin::Own, 0, session, &[], Intent::Do(request), (now, time_ms));
        drop(state);
        self.wake_journal(wake);
    }

    pub(super) fn wake_journal(&self, wake: bool) {
        if wake {
            self.work.notify_one();
        }
        self.wake_peer();
    }

    /// What is to be made durable next, waiting for it; none when the server stops and all is.
    pub(in super::super) async fn next_unsynced(&self) -> Option<Work> {
        loop {
            {
                let mut state = self.state();
                if !state.unsynced.is_empty() {
                    return Some(Work::Write(std::mem::take(&mut state.unsynced)));
                }
                if let Some(done) = state.barrier.take() {
                    return Some(Work::Roll(done));
                }
                if state.stopping {
                    return None;
                }
                state.journal_waits = true;
            }
            // A wake between the lock and here is kept for us.
            self.work.notified().await;
            self.state().journal_waits = false;
        }
    }

    /// Nothing more is taken; what was taken is finished.
    pub(in super::super) fn stop(&self) {
        self.state().stopping = true;
        self.work.notify_one();
    }

    /// Applies everything up to `durable`.
    pub(in super::super) fn commit(&self, durable: Zxid) {
        loop {
            let now = self.settings.clock.now();
            let wall_ms = self.settings.clock.wall_ms();
            let mut state = self.state();
            let mut applied = 0;
            while applied < APPLIED_A_TURN
                && state.proposals.front().is_some_and(|p| p.transaction.header.zxid <= durable)
                && let Some(proposal) = state.proposals.pop_front()
            {
                let age_ms = wall_ms.saturating_sub(proposal.transaction.header.time_ms);
                self.metrics.propagation_latency.record(u64::try_from(age_ms).unwrap_or(0));
                self.apply(&mut state, proposal, now);
                applied += 1;
            }
            state.flush_all();
            state.wake_throttled();
            if applied < APPLIED_A_TURN {
                return;
            }
        }
    }

    fn apply(&self, state: &mut State, proposal: Proposal, now: Instant) {
        let Proposal { transaction, mut from, mut op, mut since } = proposal;
        if state.role.follows()
            && let Some(own) = state.abroad.claim(&transaction.header)
        {
            (from, op, since) = (own.from, own.op, own.since);
        }
        match state.role {
            Role::Leading => {
                self.metrics.commit_count.up();
                self.metrics.quorum_ack_latency.time(now.since(since));
            }
            Role::Following | Role::Observing => self.metrics.learner_commit_received_count.up(),
            Role::Alone | Role::Looking | Role::ReadOnly => {}
        }
        if transaction.header.op == OpCode::Reconfig {
            state.reconfiguring = false;
        }
        let outcome = state.tree.apply(transaction);
        self.metrics.outstanding_changes_removed.up();
        state.tell(&outcome.fired);
        if let Some(id) = from {
            self.conclude(state, id, op, &outcome, since, now);
        }
        if let Some(session) = outcome.closed {
            state.closed(session, from);
        }
    }

    /// Answers a connection's write, and the reads that waited for it.
    fn conclude(
        &self,
        state: &mut State,
        id: ConnectionId,
        op: OpCode,
        outcome: &Outcome,
        since: Instant,
        now: Instant,
    ) {
        let State { connections, stats, .. } = state;
        let Some(connection) = connections.get_mut(&id) else { return };
        let first = connection.queue.pop_front();
        assert!(matches!(first, Some(Queued::Write)), "replies come in the order of requests");
        self.outstanding.fetch_sub(1, Ordering::Relaxed);
        connection.stats.answered(op, outcome.cxid, outcome.zxid, since, now, stats);
        self.metrics.updatelatency.time(now.since(since));
        match &outcome.reply {
            _ if op == OpCode::CreateSession => state.opened(id, &outcome.reply),
            // The session has moved to another connection: this one is closed without a word.
            Err(KeeperError::SessionMoved) => state.push(id, Push::End),
            reply => state.answer(id, outcome.cxid, outcome.zxid, reply),
        }
        self.go_on(state, id, now);
    }

    /// Answers the reads at the front of a connection's queue.
    pub(super) fn go_on(&self, state: &mut State, id: ConnectionId, now: Instant) {
        while let Some(connection) = state.connections.get_mut(&id)
            && let Some(
                Queued::Read { .. } | Queued::Sync { done: true, .. } | Queued::Decided { .. },
            ) = connection.queue.front()
            && let Some(queued) = connection.queue.pop_front()
        {
            self.outstanding.fetch_sub(1, Ordering::Relaxed);
            match queued {
                Queued::Read { xid, request, since } => {
                    state.read_now(id, xid, &request, since, now);
                }
                Queued::Decided { xid, op, reply, since } => {
                    state.say(id, xid, op, &reply, since, now);
                }
                Queued::Sync { xid, path, since, .. } => {
                    let request = Request::Sync(PrefixRequest { path });
                    state.read_now(id, xid, &request, since, now);
                }
                Queued::Write => {}
            }
        }
        if let Some(connection) = state.connections.get_mut(&id) {
            connection.wake();
        }
    }
}

impl State {
    /// Prepares a write and queues it for the journal; says whether the journal is to be woken.
    pub(super) fn propose(
        &mut self,
        origin: Origin,
        cxid: i32,
        session: SessionId,
        ids: &[Id],
        intent: Intent,
        (now, time_ms): (Instant, i64),
    ) -> bool {
        let zxid = self.last_prepared.next();
        let (owner, from) = (origin.owner(), origin.connection());
        let asked = Asked { zxid, time_ms, now, session, cxid, owner, ids };
        let (op, transaction) = match intent {
            Intent::Do(Request::Reconfig(request)) if self.role == Role::Leading => {
                (OpCode::Reconfig, self.reconfigure(&asked, &request))
            }
            Intent::Do(request) => (request.op(), self.tree.prepare(&asked, request)),
            Intent::Refuse(op, error) => (op, self.tree.refuse(&asked, error)),
        };
        self.last_prepared = zxid;
        self.last_logged = zxid;
        let bytes = to_bytes(&transaction);
        self.metrics.prep_processor_request_queued.up();
        self.metrics.outstanding_changes_queued.up();
        if self.role == Role::Leading {
            self.metrics.proposal_count.up();
            self.stats.proposals.add(bytes.len());
            self.to_peer.push(Event::Proposed(Entry { zxid, bytes: bytes.clone() }));
        }
        self.unsynced.push(Unsynced { zxid, bytes });
        self.proposals.push_back(Proposal { transaction, from, op, since: now });
        std::mem::take(&mut self.journal_waits)
    }

    /// A session has been closed: so is its connection, behind the reply if it asked for it.
    pub(super) fn closed(&mut self, session: SessionId, from: Option<ConnectionId>) {
        let Some(id) = self.by_session.remove(&session) else { return };
        self.flush(id);
        if from == Some(id) {
            self.push(id, Push::End);
        } else if let Some(connection) = self.connections.get_mut(&id) {
            connection.phase = Phase::Ending;
            connection.outbox.cut();
        }
    }
}
