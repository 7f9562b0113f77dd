//! What the pipeline of an ensemble's server may do, and how that changes.
//!
//! The peer (`quorum_link`) tells the pipeline to serve, in which role, and to retire. While it does
//! not serve no connection has a session, and the tree is the peer's to cut or to replace.

use std::sync::atomic::Ordering;

use tokio::sync::oneshot;
use tracing::info;

use super::{LOGGER, Phase, Pipeline, Proposal, State, Unsynced};
use crate::base::bytes::{self, Reader};
use crate::base::clock::Instant;
use crate::base::planted::Bug;
use crate::config::quorum::Membership;
use crate::zookeeper::jute::{Jute, Request, ServerState, SessionId, Transaction, Zxid, to_bytes};
use crate::zookeeper::tree::DataTree;
use crate::zookeeper::zab::{Entry, Event};

/// What the pipeline may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Role {
    /// The only server.
    Alone,
    /// No leader: nothing.
    Looking,
    /// No leader, and reads for those who ask for no more.
    ReadOnly,
    /// Reads; writes go to the leader.
    Following,
    /// The same without a vote.
    Observing,
    Leading,
}

impl Role {
    /// Whether writes go to a leader elsewhere.
    pub(in super::super) fn follows(self) -> bool {
        matches!(self, Role::Following | Role::Observing)
    }

    /// Whether it gives out zxids.
    pub(super) fn decides(self) -> bool {
        matches!(self, Role::Alone | Role::Leading)
    }
}

/// What the journal is to do next.
#[derive(Debug)]
pub(in super::super) enum Work {
    Write(Vec<Unsynced>),
    /// Close the file, and say so.
    Roll(oneshot::Sender<()>),
}

impl Pipeline {
    /// Wakes the peer of an ensemble.
    pub(super) fn wake_peer(&self) {
        if self.settings.ensemble.is_some() {
            self.peer.notify_one();
        }
    }

    /// Waits for something the peer is to hear, and takes all of it.
    pub(in super::super) async fn for_peer(&self) -> Vec<Event> {
        loop {
            let events = std::mem::take(&mut self.state().to_peer);
            if !events.is_empty() {
                return events;
            }
            self.peer.notified().await;
        }
    }

    /// Everything up to `last` is durable.
    pub(in super::super) fn durable(&self, last: Zxid) {
        if self.settings.ensemble.is_none() {
            self.commit(last);
            return;
        }
        self.state().to_peer.push(Event::Logged(last));
        self.wake_peer();
    }

    /// Whether writes go to a leader elsewhere.
    pub(in super::super) fn follows(&self) -> bool {
        self.follows.load(Ordering::Relaxed)
    }

    /// Takes a follower's proposal, to be logged now and applied when it is committed.
    pub(in super::super) fn accept(&self, entry: Entry) -> bytes::Result<()> {
        let transaction = Transaction::decode(&mut Reader::shared(&entry.bytes))?;
        let Entry { zxid, bytes } = entry;
        let now = self.settings.clock.now();
        let mut state = self.state();
        state.last_logged = zxid;
        let op = transaction.header.op;
        self.metrics.learner_proposal_received_count.up();
        state.unsynced.push(Unsynced { zxid, bytes });
        state.proposals.push_back(Proposal { transaction, from: None, op, since: now });
        let wake = std::mem::take(&mut state.journal_waits);
        drop(state);
        self.wake_journal(wake);
        Ok(())
    }

    /// Begins to serve. A leader gives out the numbers after `zxid`.
    pub(in super::super) fn serve(&self, role: ServerState, zxid: Zxid) {
        let now = self.settings.clock.now();
        let mut state = self.state();
        let mut orphans = Vec::new();
        if let Some(members) = state.members.clone() {
            state.tree.show_config(&members.to_string());
        }
        if role == ServerState::Leading {
            assert!(state.proposals.is_empty(), "a leader begins with all it has applied");
            state.tree.set_last_zxid(zxid);
            state.tree.become_leader(now);
            state.last_prepared = zxid;
            state.role = Role::Leading;
            orphans = state.orphans();
        } else {
            state.tree.stand_down();
            state.role = match role {
                ServerState::Observing => Role::Observing,
                _ => Role::Following,
            };
        }
        state.role_since = now;
        self.follows.store(state.role.follows(), Ordering::Relaxed);
        drop(state);
        for session in orphans {
            self.write_own(session, Request::CloseSession);
        }
    }

    /// Begins to serve reads without a quorum.
    pub(in super::super) fn serve_read_only(&self) {
        let mut state = self.state();
        if state.role == Role::Looking {
            info!(target: LOGGER, "Read-only server started");
            state.role = Role::ReadOnly;
        }
    }

    /// There is a leader again: those who were served without one connect anew.
    pub(in super::super) fn end_read_only(&self) {
        let mut state = self.state();
        if state.role == Role::ReadOnly {
            state.role = Role::Looking;
            state.cut_all();
            state.tree.stand_down();
        }
    }

    /// Serves nobody any more: every connection is cut.
    pub(in super::super) fn retire(&self) {
        let now = self.settings.clock.now();
        let mut state = self.state();
        (state.role, state.role_since) = (Role::Looking, now);
        self.follows.store(false, Ordering::Relaxed);
        state.cut_all();
        state.abroad = super::forward::Abroad::default();
        state.to_peer.clear();
        state.learners = Default::default();
        state.reconfiguring = false;
        state.leader = None;
    }

    /// Whether it serves, clients or only other servers.
    pub(in super::super) fn serves(&self) -> bool {
        self.state().role != Role::Looking
    }

    /// Whether clients are served; a leader may leave that to the others (`leaderServes=no`).
    pub(in super::super) fn serves_clients(&self) -> bool {
        self.takes_clients(self.state().role)
    }

    pub(super) fn takes_clients(&self, role: Role) -> bool {
        match role {
            Role::Looking => false,
            Role::Leading => self.settings.ensemble.as_ref().is_none_or(|it| it.leader_serves),
            Role::Alone | Role::ReadOnly | Role::Following | Role::Observing => true,
        }
    }

    /// The only server serves again, from another tree that ends with `zxid`.
    pub(in super::super) fn serve_alone(&self, zxid: Zxid) {
        let now = self.settings.clock.now();
        let mut state = self.state();
        assert!(state.proposals.is_empty(), "nothing of the old tree is under way");
        state.tree.become_leader(now);
        (state.last_prepared, state.last_logged) = (zxid, zxid);
        (state.role, state.role_since) = (Role::Alone, now);
    }

    /// Returns when all that was logged is durable and the log's file closed.
    pub(in super::super) async fn drained(&self) {
        let (done, waiting) = oneshot::channel();
        {
            let mut state = self.state();
            state.barrier = Some(done);
            state.journal_waits = false;
        }
        self.work.notify_one();
        // An error is the journal's end: it has failed, and said so, or the server stops.
        let _ = waiting.await;
    }

    /// Applies what was logged and never committed: the tree is as the log is (ZOOKEEPER-2845).
    pub(in super::super) fn apply_tail(&self) -> Vec<Entry> {
        let mut state = self.state();
        state.to_peer.clear();
        let proposals = std::mem::take(&mut state.proposals);
        let mut tail = Vec::with_capacity(proposals.len());
        for Proposal { transaction, .. } in proposals {
            let zxid = transaction.header.zxid;
            tail.push(Entry { zxid, bytes: to_bytes(&transaction) });
            if !Bug::SkipTail.is_planted() {
                state.tree.apply(transaction);
            }
        }
        // The number an epoch begins with is no transaction's.
        let last = state.last_logged;
        state.tree.set_last_zxid(last);
        state.tree.stand_down();
        tail
    }

    /// This configuration of the ensemble holds from now on.
    pub(in super::super) fn configured(&self, members: &Membership) {
        self.state().members = Some(members.clone());
    }

    /// Another tree takes the place of this one.
    pub(in super::super) fn replace_tree(&self, tree: DataTree) {
        let mut state = self.state();
        assert!(state.proposals.is_empty(), "a tree is replaced before anything is logged");
        state.last_logged = tree.last_zxid();
        state.tree = tree;
    }
}

impl State {
    fn cut_all(&mut self) {
        for connection in self.connections.values_mut() {
            connection.phase = Phase::Ending;
            connection.outbox.cut();
        }
        self.by_session.clear();
    }

    /// Something was heard of a session.
    pub(super) fn touch(&mut self, session: SessionId, timeout_ms: i32, now: Instant) {
        match self.role {
            role if role.follows() && !self.tree.tracker().is_local(session) => {
                self.abroad.touched(session, timeout_ms)
            }
            _ => {
                self.tree.tracker().touch(session, timeout_ms, now);
            }
        }
    }
}
