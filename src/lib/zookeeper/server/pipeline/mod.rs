//! The pipeline: everything that is decided, in the order it is decided.
//!
//! ```text
//!  a write   connection ── prepare ──> unsynced ── journal: append, sync ──> commit ── apply
//!  a read    connection ── (own writes applied?) ── read
//! ```
//!
//! There is one lock, over the tree, the connections and what is under way, and it is held for
//! microseconds: no file and no socket is touched under it. Connections prepare and read on their
//! own tasks; the journal's thread takes what is unsynced, makes it durable in one piece and then
//! applies it here. So a transaction costs two thread switches, and whatever came while the disk
//! was busy shares its next sync.
//!
//! Order. A connection's queue holds its writes until they are applied, and the reads that came
//! behind them. What is to be told goes into the connection's outbox while the lock is held, watch
//! events before the replies that show their change, so whoever reads later is answered later.
//!
//! A connection whose outbox is full does not read what it asked for: it is cut. A connection is
//! not read while more requests are under way than `globalOutstandingLimit` and one is its own.

mod forward;
mod local;
mod read;
mod reconfig;
mod role;
mod session;
mod write;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use tokio::sync::{Notify, watch};
use tracing::{error, warn};

use super::metrics::Metrics;
use super::settings::Settings;
use super::stats::{ConnectionStats, ServerStats};
use super::throttle::Bucket;
use crate::base::bytes::{Part, Writer};
use crate::base::clock::Instant;
use crate::base::rng::Rng;
use crate::config::quorum::Membership;
use crate::net::{Outbox, Push, Reply as Answer};
use crate::zookeeper::jute::{
    Id, Jute, KeeperError, OpCode, Reply, ReplyHeader, Request, ServerId, SessionId, Transaction,
    Zxid,
};
use crate::zookeeper::tree::session::SessionIds;
use crate::zookeeper::tree::{ConnectionId, DataTree, Fired, acl};
use crate::zookeeper::zab;

pub(super) use reconfig::Rules as Reconfiguration;
pub(super) use role::{Role, Work};

pub(super) const LOGGER: &str = "org.apache.zookeeper.server.NIOServerCnxn";
/// Transactions applied before the lock is let go, so that reads come through between them.
const APPLIED_A_TURN: usize = 64;
/// What stands before every message.
const LENGTH_BYTES: usize = 4;

/// The lock and what is known without it.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) settings: Settings,
    pub(super) metrics: Arc<Metrics>,
    state: Mutex<State>,
    /// The journal waits here for transactions.
    work: Notify,
    /// Requests under way, of all connections.
    outstanding: AtomicUsize,
    /// Writes go to a leader elsewhere; as [`State::role`] says, for those who have no lock.
    follows: AtomicBool,
    /// The peer of an ensemble waits here for what is in [`State::to_peer`].
    peer: Notify,
    failure: watch::Sender<Option<String>>,
}

/// What the lock is over.
#[derive(Debug)]
pub(super) struct State {
    pub(super) tree: DataTree,
    pub(super) stats: ServerStats,
    metrics: Arc<Metrics>,
    /// Since when the role is what it is.
    pub(super) role_since: Instant,
    pub(super) connections: HashMap<ConnectionId, Connection>,
    ids: SessionIds,
    by_session: HashMap<SessionId, ConnectionId>,
    next_connection: u64,
    /// The last transaction that was prepared.
    last_prepared: Zxid,
    /// Prepared, not yet applied.
    proposals: VecDeque<Proposal>,
    /// Prepared, not yet taken by the journal.
    unsynced: Vec<Unsynced>,
    journal_waits: bool,
    /// Once all is durable the journal closes its file and says so.
    barrier: Option<tokio::sync::oneshot::Sender<()>>,
    stopping: bool,
    pub(super) role: Role,
    /// The last transaction that was given to the journal, or loaded.
    last_logged: Zxid,
    /// What the peer is to hear, in order.
    to_peer: Vec<zab::Event>,
    /// What a follower wants of its leader.
    abroad: forward::Abroad,
    /// Whom this member of an ensemble follows, itself where it leads.
    pub(super) leader: Option<ServerId>,
    /// Who follows, where this server leads.
    pub(super) learners: zab::Learners,
    /// The configuration of the ensemble that holds; none where the server is alone.
    pub(super) members: Option<Membership>,
    reconfiguration: reconfig::Rules,
    /// A reconfiguration is prepared and not committed.
    reconfiguring: bool,
    /// Connections with something in `out`.
    dirty: Vec<ConnectionId>,
    pub(super) bucket: Bucket,
    rng: Rng,
    /// Connections that are not read because too many requests are under way.
    throttled: BTreeSet<ConnectionId>,
}

/// A transaction as it goes into the log.
#[derive(Debug)]
pub(super) struct Unsynced {
    pub(super) zxid: Zxid,
    pub(super) bytes: Bytes,
}

/// A transaction that waits to be applied.
#[derive(Debug)]
struct Proposal {
    transaction: Transaction,
    /// Whom to answer.
    from: Option<ConnectionId>,
    op: OpCode,
    since: Instant,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has not asked for a session.
    New,
    /// Its session is being opened.
    Opening,
    Live,
    /// Nothing more is read from it or told to it.
    Ending,
}

/// A connection, as the pipeline knows it.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) peer: SocketAddr,
    pub(super) phase: Phase,
    pub(super) session: SessionId,
    pub(super) timeout_ms: i32,
    pub(super) stats: ConnectionStats,
    opened: Instant,
    outbox: Outbox,
    ids: Arc<[Id]>,
    /// As in its ConnectRequest: the response has the field exactly if the request had it.
    read_only: Option<bool>,
    /// Its session is being closed: what it still sends is nobody's business.
    deaf: bool,
    queue: VecDeque<Queued>,
    out: Writer,
    waker: Option<Waker>,
}

/// A request under way.
#[derive(Debug)]
enum Queued {
    Write,
    /// A sync that the leader has not confirmed yet, or has.
    Sync {
        xid: i32,
        path: Option<String>,
        since: Instant,
        done: bool,
    },
    /// What was decided when it came, to be answered in its turn.
    Decided {
        xid: i32,
        op: OpCode,
        reply: Result<Reply, KeeperError>,
        since: Instant,
    },
    /// A read behind a write of its own connection.
    Read {
        xid: i32,
        request: Request,
        since: Instant,
    },
}

impl Connection {
    /// Requests of it that are under way.
    pub(super) fn outstanding(&self) -> usize {
        self.queue.len()
    }

    /// When it came, by the monotonic clock.
    pub(super) fn opened_ms(&self) -> u64 {
        self.opened.as_millis()
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Pipeline {
    /// A pipeline over a loaded tree.
    pub(super) fn new(settings: Settings, mut tree: DataTree) -> Pipeline {
        let last = tree.last_zxid();
        /// What a server without a `myid` counts as in session ids.
        const STANDALONE_ID: u8 = 1;
        let (role, server_id) = match &settings.ensemble {
            // Only the low byte tells servers apart in session ids.
            Some(ensemble) => (Role::Looking, ensemble.id.0.to_le_bytes()[0]),
            None => {
                tree.become_leader(settings.clock.now());
                (Role::Alone, STANDALONE_ID)
            }
        };
        let ids = SessionIds::of(server_id);
        let metrics = Arc::new(Metrics::default());
        let state = State {
            tree,
            stats: ServerStats::default(),
            metrics: metrics.clone(),
            role_since: settings.clock.now(),
            connections: HashMap::new(),
            ids,
            by_session: HashMap::new(),
            next_connection: 1,
            last_prepared: last,
            proposals: VecDeque::new(),
            unsynced: Vec::new(),
            journal_waits: false,
            barrier: None,
            stopping: false,
            role,
            last_logged: last,
            to_peer: Vec::new(),
            abroad: forward::Abroad::default(),
            leader: None,
            learners: zab::Learners::default(),
            reconfiguration: settings
                .ensemble
                .as_ref()
                .map(super::Ensemble::reconfiguration)
                .unwrap_or_default(),
            reconfiguring: false,
            members: settings.ensemble.as_ref().map(|ensemble| ensemble.members.clone()),
            dirty: Vec::new(),
            bucket: Bucket::new(settings.connection_throttle.clone(), settings.clock.now()),
            rng: Rng::from_system(),
            throttled: BTreeSet::new(),
        };
        Pipeline {
            settings,
            metrics,
            state: Mutex::new(state),
            work: Notify::new(),
            outstanding: AtomicUsize::new(0),
            follows: AtomicBool::new(false),
            peer: Notify::new(),
            failure: watch::Sender::new(None),
        }
    }

    /// The state, for as short a time as can be.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests under way, of all connections.
    pub(super) fn outstanding(&self) -> usize {
        self.outstanding.load(Ordering::Relaxed)
    }

    /// A connection has come.
    pub(super) fn connect(&self, peer: SocketAddr, outbox: &Outbox) -> ConnectionId {
        let now = self.settings.clock.now();
        let stats = ConnectionStats::new(self.settings.clock.wall_ms());
        let ids: Arc<[Id]> = Arc::from([acl::ip_id(peer.ip().to_canonical())]);
        let mut state = self.state();
        let id = ConnectionId(state.next_connection);
        state.next_connection += 1;
        let max = self.settings.connections_max;
        if state.stopping || (max > 0 && state.connections.len() >= max) {
            self.metrics.connection_rejected.up();
            warn!(target: LOGGER, "Too many connections - max is {max}");
            outbox.cut();
        }
        let connection = Connection {
            peer,
            phase: Phase::New,
            session: SessionId::NONE,
            timeout_ms: 0,
            stats,
            opened: now,
            outbox: outbox.clone(),
            ids,
            read_only: None,
            deaf: false,
            queue: VecDeque::new(),
            out: Writer::new(),
            waker: None,
        };
        state.connections.insert(id, connection);
        id
    }

    /// A connection has ended.
    pub(super) fn disconnect(&self, id: ConnectionId) {
        let mut state = self.state();
        let Some(connection) = state.connections.remove(&id) else { return };
        state.tree.disconnect(id);
        if state.by_session.get(&connection.session) == Some(&id) {
            state.by_session.remove(&connection.session);
        }
        self.outstanding.fetch_sub(connection.queue.len(), Ordering::Relaxed);
        state.wake_throttled();
    }

    /// Whether so many requests are under way that none of any connection is taken.
    pub(super) fn is_throttled(&self) -> bool {
        let max = self.settings.requests_max;
        max > 0 && self.outstanding() >= max
    }

    /// Whether the next frame of a connection may be taken.
    pub(super) fn poll_ready(&self, id: ConnectionId, cx: &mut Context<'_>) -> Poll<()> {
        let mut guard = self.state();
        let state = &mut *guard;
        let full = self.outstanding() >= self.settings.outstanding_max;
        let Some(connection) = state.connections.get_mut(&id) else { return Poll::Ready(()) };
        if connection.phase == Phase::Opening || (full && !connection.queue.is_empty()) {
            connection.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        if connection.phase == Phase::Live && self.is_throttled() {
            connection.waker = Some(cx.waker().clone());
            state.throttled.insert(id);
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    /// The journal cannot go on: nothing more is acknowledged, and the server must end.
    pub(super) fn fail(&self, text: String) {
        error!(
            target: "org.apache.zookeeper.server.ZooKeeperCriticalThread",
            "Severe unrecoverable error, from thread : SyncThread:0: {text}"
        );
        self.metrics.unrecoverable_error_count.up();
        let mut state = self.state();
        state.stopping = true;
        for connection in state.connections.values_mut() {
            connection.phase = Phase::Ending;
            connection.outbox.cut();
        }
        drop(state);
        self.failure.send_replace(Some(text));
    }

    /// Tells when the pipeline has failed, and why.
    pub(super) fn failure(&self) -> watch::Receiver<Option<String>> {
        self.failure.subscribe()
    }
}

impl State {
    /// Some requests are done: whoever waits for that looks again.
    fn wake_throttled(&mut self) {
        for id in std::mem::take(&mut self.throttled) {
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.wake();
            }
        }
    }

    /// Puts watch events into the queues of those who are to be told.
    fn tell(&mut self, fired: &[Fired]) {
        for event in fired {
            let told = event.connections.len() as u64;
            self.metrics.watches_fired(event.event).record(told);
            let body = event.watcher_event();
            for &id in &event.connections {
                let Some(connection) = self.connections.get_mut(&id) else { continue };
                let before = connection.out.len();
                let mark = connection.out.mark_i32();
                crate::zookeeper::jute::reply::encode_event(&body, event.zxid, &mut connection.out);
                connection.out.fill_length(&mark);
                self.metrics.watch_bytes.add(connection.out.len() - before);
                connection.stats.sent += 1;
                self.stats.sent += 1;
                self.dirty.push(id);
            }
        }
    }

    /// Puts a reply into a connection's queue.
    fn answer(
        &mut self,
        id: ConnectionId,
        xid: i32,
        zxid: Zxid,
        reply: &Result<Reply, KeeperError>,
    ) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let before = connection.out.len();
        put_reply(&mut connection.out, xid, zxid, reply);
        let bytes = connection.out.len() - before;
        self.metrics.response_bytes.add(bytes);
        self.stats.responses.add(bytes - LENGTH_BYTES);
        connection.stats.sent += 1;
        self.stats.sent += 1;
        self.dirty.push(id);
    }

    /// Hands what was queued for a connection to its task.
    fn flush(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if !connection.out.is_empty() {
            let parts = std::mem::take(&mut connection.out).finish();
            self.push(id, Push::Message(parts));
        }
    }

    /// Hands all that was queued to the tasks.
    fn flush_all(&mut self) {
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.drain(..).for_each(|id| self.flush(id));
        self.dirty = dirty;
    }

    fn push(&mut self, id: ConnectionId, push: Push) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if connection.phase == Phase::Ending {
            return;
        }
        if let Push::End = push {
            connection.phase = Phase::Ending;
        }
        if let Err(tokio::sync::mpsc::error::TrySendError::Full(_)) =
            connection.outbox.try_send(push)
        {
            warn!(
                target: LOGGER,
                "Closing socket connection for {}: its client does not read the answers to its \
                 requests",
                connection.peer
            );
            connection.phase = Phase::Ending;
            connection.outbox.cut();
            self.metrics.connection_drop_count.up();
        }
    }

    /// Takes what was queued for a connection, to be returned from its own frame.
    fn take_out(&mut self, id: ConnectionId) -> Answer {
        self.dirty.retain(|&dirty| dirty != id);
        self.flush_all();
        let Some(connection) = self.connections.get_mut(&id) else { return Answer::Nothing };
        match connection.out.is_empty() {
            true => Answer::Nothing,
            false => Answer::Ready(std::mem::take(&mut connection.out).finish()),
        }
    }
}

/// A whole reply, its length included.
pub(super) fn put_reply(
    writer: &mut Writer,
    xid: i32,
    zxid: Zxid,
    reply: &Result<Reply, KeeperError>,
) {
    let mark = writer.mark_i32();
    let error = reply.as_ref().err().map_or(0, |error| error.code());
    ReplyHeader { xid, zxid, error }.encode(writer);
    if let Ok(reply) = reply {
        reply.encode(writer);
    }
    writer.fill_length(&mark);
}

/// A whole message of one record.
pub(super) fn message(record: &impl Jute) -> Vec<Part> {
    let mut writer = Writer::new();
    let mark = writer.mark_i32();
    record.encode(&mut writer);
    writer.fill_length(&mark);
    writer.finish()
}
