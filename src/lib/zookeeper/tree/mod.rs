//! The data tree and its two doors: prepare and apply.
//!
//! A [`DataTree`] is znodes, sessions, watches and what is about to change them. It does no I/O and
//! reads no clock; whoever owns it (one task of the server) calls it like this:
//!
//! ```text
//!  a write    request ── prepare ──> Transaction ── log, sync (or quorum) ──> apply ──> Outcome
//!  a read     request ── read ─────────────────────────────────────────────────────> Outcome
//! ```
//!
//! **Prepare** (the leader, or the only server) decides: ACLs, versions, sequence numbers, held
//! against the tree *as it will be* when everything prepared before is applied. It changes nothing
//! but the list of what is under way. It always gives a transaction: a request that cannot be done
//! becomes an error transaction, which takes a zxid, is logged and is applied like the others. So
//! zxids are given out in the order of prepare calls, and transactions are applied in that order,
//! each exactly once. A body that could not be decoded goes through [`DataTree::refuse`]. Nothing
//! the client sent is copied: paths move from request to transaction, data is a share of the frame.
//!
//! **Apply** changes nodes and sessions, the same way in life, on learners and when a log is
//! replayed, and cannot fail. The only copy of the data is made here, to the exact size. The
//! [`Outcome`] says what the client is to be answered and who is to be told: the events of
//! [`Outcome::fired`] go out **before** the reply and before anything that is read afterwards.
//! A transaction of a client that is connected elsewhere has the same outcome; its reply is then
//! nobody's business here. [`Outcome::closed`] names a session whose connection is to be closed
//! after the reply.
//!
//! **Read** answers from the tree as it is, and leaves watches. [`DataTree::look`] does the same
//! through a shared reference for requests that leave none.
//!
//! **Order.** A session's own writes must be applied before its next read is read; the tree does
//! not wait for anybody. A reply's header carries [`DataTree::last_zxid`] for a read and
//! `Outcome::zxid` for a write.
//!
//! **Sessions.** A createSession transaction opens one: prepare also begins to track it. The
//! tracker ([`DataTree::tracker`]) is the leader's: touch it for whatever is heard of a session,
//! ask it what expired, and put a closeSession request (no connection, the session's own id) into
//! prepare for each. [`DataTree::become_leader`] starts it from the table of sessions, each with its
//! whole timeout, and forgets what was under way. A request of a session that is closed, or is
//! brought by another than its owner, comes out as SESSION_EXPIRED or SESSION_MOVED; the latter is
//! answered by closing the connection.
//!
//! **Watches** belong to a connection: [`DataTree::disconnect`] when it is gone,
//! [`DataTree::identify`] when it proved another identity.
//!
//! **Snapshots** are written in pieces between other calls, see [`snapshot`]. They are fuzzy, so
//! replaying the log over one meets nodes that are there already or not any more; apply puts up
//! with both.
//!
//! * [`op`](self): one file per operation, with its prepare and its apply.
//! * `node`, `path`, `acl`, `session`, `watch`, `pending`, `quota`, `digest`, `reaper`, `snapshot`.

pub mod acl;
pub mod digest;
mod future;
mod node;
mod op;
pub mod path;
mod pending;
pub mod quota;
mod reaper;
pub mod session;
pub mod snapshot;
pub mod watch;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::clock::Instant;
use crate::zookeeper::jute::{
    Acl, Id, KeeperError, Reply, Request, SessionId, Stat, StatPersisted, Transaction, Txn,
    TxnDigest, TxnHeader, Zxid,
};

use crate::zookeeper::jute::record::perms;
use acl::{AclCache, AclId};
use digest::{Digest, Remembered};
use node::{NodeId, Nodes};
use pending::Pending;
use quota::Quotas;
pub use session::{Owner, SessionTracker};
pub use watch::{ConnectionId, Fired};
use watch::{EventType, Kind, Watches};

/// What a server's operator may choose about its tree.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `digest.enabled`.
    pub digest: bool,
    /// `extendedTypesEnabled`: TTL nodes. All servers of an ensemble must agree.
    pub extended_types: bool,
    /// `skipACL`.
    pub skip_acl: bool,
    /// `enforceQuota`.
    pub enforce_quota: bool,
    /// `closeSessionTxn.enabled`: closeSession lists the nodes that go with the session.
    pub close_session_paths: bool,
    /// `tickTime`: sessions expire in steps of it.
    pub tick_ms: u32,
    /// `localSessionsEnabled`: this server's number in session ids.
    pub local_sessions: Option<u8>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            digest: true,
            extended_types: false,
            skip_acl: false,
            enforce_quota: false,
            close_session_paths: true,
            tick_ms: 3_000,
            local_sessions: None,
        }
    }
}

/// Who asks for a write, and under which number it will be known.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The number of the transaction: the one after the last prepared.
    pub zxid: Zxid,
    /// The wall clock, for the times of nodes.
    pub time_ms: i64,
    /// The other clock, for the expiry of a session that begins.
    pub now: Instant,
    pub session: SessionId,
    /// The client's own number for the request.
    pub cxid: i32,
    pub owner: Owner,
    pub ids: &'a [Id],
}

/// Who asks for a read.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    pub connection: ConnectionId,
    pub session: SessionId,
    pub ids: &'a Arc<[Id]>,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The transaction; for a read, the last one applied.
    pub zxid: Zxid,
    pub session: SessionId,
    pub cxid: i32,
    /// What the client is answered.
    pub reply: Result<Reply, KeeperError>,
    /// Who is to be told of what, before the reply, in order.
    pub fired: Vec<Fired>,
    /// The session this closed.
    pub closed: Option<SessionId>,
}

/// How much there is, for `srvr` and `mntr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// As ZooKeeper counts: the root twice.
    pub nodes: usize,
    pub ephemerals: usize,
    pub sessions: usize,
    /// Bytes of paths and data.
    pub data_bytes: usize,
    pub watches: watch::Summary,
    /// Changes prepared and not applied.
    pub pending: usize,
    pub digest_mismatches: u64,
}

/// Znodes, sessions, watches, and what is about to change them.
#[derive(Debug)]
pub struct DataTree {
    settings: Settings,
    nodes: Nodes,
    acls: AclCache,
    sessions: BTreeMap<SessionId, i32>,
    ephemerals: BTreeMap<SessionId, BTreeSet<NodeId>>,
    containers: BTreeSet<NodeId>,
    ttls: BTreeSet<NodeId>,
    quotas: Quotas,
    watches: Watches,
    digest: Digest,
    pending: Pending,
    tracker: SessionTracker,
    last_zxid: Zxid,
    data_bytes: usize,
}

impl DataTree {
    /// The tree of a server that never served.
    pub fn new(settings: Settings) -> DataTree {
        let mut tree = DataTree::bare(settings);
        let root = StatPersisted::default();
        tree.digest.add("", Some(&[]), &root);
        tree.add_special_nodes();
        tree
    }

    /// A tree with a root that is not even counted.
    fn bare(settings: Settings) -> DataTree {
        DataTree {
            nodes: Nodes::new(),
            acls: AclCache::default(),
            sessions: BTreeMap::new(),
            ephemerals: BTreeMap::new(),
            containers: BTreeSet::new(),
            ttls: BTreeSet::new(),
            quotas: Quotas::default(),
            watches: Watches::default(),
            digest: Digest::new(settings.digest),
            pending: Pending::default(),
            tracker: SessionTracker::new(settings.tick_ms),
            last_zxid: Zxid::ZERO,
            data_bytes: "/".len(),
            settings,
        }
    }

    /// Adds the nodes every tree has, where they are missing: snapshots of 3.4 have no config node.
    fn add_special_nodes(&mut self) {
        let config_acl = [Acl::world(crate::zookeeper::jute::record::perms::READ)];
        for path in [path::ZOOKEEPER, path::QUOTA, path::CONFIG] {
            if self.nodes.find(path).is_some() {
                continue;
            }
            let mut stat = StatPersisted::default();
            let mut acl = AclId::OPEN;
            if path == path::CONFIG {
                stat.aversion = -1;
                acl = self.acls.intern(&config_acl);
                self.acls.retain(acl);
            }
            let (parent, name) = path.rsplit_once('/').expect("special paths have a slash");
            let parent = self.nodes.find(parent).expect("the parent was added before");
            self.digest.add(path, Some(&[]), &stat);
            self.nodes.insert(parent, name, Some(&[]), &stat, acl);
            self.data_bytes += path.len();
        }
    }

    /// Decides what becomes of a write, and under which transaction it will be known.
    pub fn prepare(&mut self, asked: &Asked<'_>, request: Request) -> Transaction {
        debug_assert!(asked.zxid > self.last_zxid, "what is prepared is not applied yet");
        let prepared = op::prepare(self, asked, request);
        self.prepared(asked, prepared)
    }

    /// Decides that `config` becomes the ensemble's configuration, if the one who asks may say so.
    pub fn prepare_config(&mut self, asked: &Asked<'_>, config: String) -> Transaction {
        let prepared = op::reconfig::prepare_config(self, asked, config);
        self.prepared(asked, prepared)
    }

    fn prepared(&self, asked: &Asked<'_>, prepared: Result<Txn, KeeperError>) -> Transaction {
        match prepared {
            Ok(txn) => {
                let digest = self.settings.digest.then(|| TxnDigest {
                    version: digest::VERSION,
                    digest: self.pending.digest(self.digest.value()).cast_signed(),
                });
                transaction(asked, txn, digest)
            }
            Err(error) => self.refuse(asked, error),
        }
    }

    /// The transaction of a request that cannot even be prepared, such as one that could not be
    /// decoded.
    pub fn refuse(&self, asked: &Asked<'_>, error: KeeperError) -> Transaction {
        transaction(asked, Txn::error(error), None)
    }

    /// Does what a transaction says.
    pub fn apply(&mut self, transaction: Transaction) -> Outcome {
        let Transaction { header, txn, digest } = transaction;
        debug_assert!(header.zxid > self.last_zxid, "transactions are applied once, in order");
        let closes = matches!(txn, Txn::CloseSession(_));
        let mut fired = Vec::new();
        let reply = op::apply(self, &header, txn, &mut fired);
        self.last_zxid = header.zxid;
        self.pending.applied(header.zxid);
        self.digest.compare(header.zxid, digest.as_ref());
        Outcome {
            zxid: header.zxid,
            session: header.session,
            cxid: header.cxid,
            reply,
            fired,
            closed: closes.then_some(header.session),
        }
    }

    /// Answers a read, and leaves the watches it asks for.
    pub fn read(&mut self, caller: &Caller<'_>, cxid: i32, request: &Request) -> Outcome {
        let mut fired = Vec::new();
        let reply = op::read(self, caller, request, &mut fired);
        let zxid = self.last_zxid;
        Outcome { zxid, session: caller.session, cxid, reply, fired, closed: None }
    }

    /// Answers a read that leaves no watch; `None` if it would, or is no read.
    pub fn look(
        &self,
        session: SessionId,
        ids: &[Id],
        request: &Request,
    ) -> Option<Result<Reply, KeeperError>> {
        op::look(self, session, ids, request)
    }

    /// Whether somebody may do everything to a node, as those may who ask for the whole tree.
    pub fn may_do_all(&self, path: &str, ids: &[Id]) -> bool {
        let Some(id) = self.nodes.find(path) else { return false };
        let list = self.acls.list(self.nodes.get(id).acl);
        let all = [perms::READ, perms::WRITE, perms::CREATE, perms::DELETE, perms::ADMIN];
        self.settings.skip_acl || all.iter().all(|&one| acl::check(list, one, ids).is_ok())
    }

    /// The last transaction applied, or held by the snapshot the tree was read from.
    pub fn last_zxid(&self) -> Zxid {
        self.last_zxid
    }

    /// A leadership begins at transaction `zxid` without having applied one of that number.
    pub fn set_last_zxid(&mut self, zxid: Zxid) {
        self.last_zxid = zxid;
    }

    /// From here on this server decides: nothing is under way, and every session of the table has
    /// its whole timeout before it.
    pub fn become_leader(&mut self, now: Instant) {
        self.pending.clear();
        self.tracker = self.new_tracker();
        for (&session, &timeout_ms) in &self.sessions {
            self.tracker.track(session, timeout_ms, now);
        }
    }

    /// What `/zookeeper/config` shows of the ensemble. It is each server's own, no transaction.
    pub fn show_config(&mut self, config: &str) {
        let Some(id) = self.nodes.find(path::CONFIG) else { return };
        let node = self.nodes.get_mut(id);
        let before = node.data_length();
        node.set_data(Some(config.as_bytes()));
        self.resize(before, config.len());
    }

    /// From here on another server decides.
    pub fn stand_down(&mut self) {
        self.pending.clear();
        self.tracker = self.new_tracker();
    }

    fn new_tracker(&self) -> SessionTracker {
        let Settings { tick_ms, local_sessions, .. } = self.settings;
        SessionTracker::new(tick_ms).beside_local_sessions(local_sessions)
    }

    /// Who owns sessions and when they expire.
    pub fn tracker(&mut self) -> &mut SessionTracker {
        &mut self.tracker
    }

    /// The table of sessions and their timeouts.
    pub fn sessions(&self) -> impl Iterator<Item = (SessionId, i32)> {
        self.sessions.iter().map(|(&session, &timeout_ms)| (session, timeout_ms))
    }

    /// The timeout of a session of the table.
    pub fn session_timeout_ms(&self, session: SessionId) -> Option<i32> {
        self.sessions.get(&session).copied()
    }

    /// The ephemeral nodes of a session, in order of their paths.
    pub fn ephemerals(&self, session: SessionId) -> Vec<String> {
        let ids = self.ephemerals.get(&session).into_iter().flatten();
        let mut paths: Vec<String> = ids.map(|&id| self.nodes.path(id)).collect();
        paths.sort_unstable();
        paths
    }

    /// Every session with ephemeral nodes.
    pub fn ephemeral_owners(&self) -> impl Iterator<Item = SessionId> {
        self.ephemerals.keys().copied()
    }

    /// A connection proved who it is.
    pub fn identify(&mut self, connection: ConnectionId, ids: &Arc<[Id]>) {
        self.watches.identify(connection, ids);
    }

    /// A connection is gone, and its watches with it.
    pub fn disconnect(&mut self, connection: ConnectionId) {
        self.watches.forget(connection);
    }

    /// Every watched path with who watches it.
    pub fn watches_by_path(&self) -> impl Iterator<Item = (&str, Vec<ConnectionId>)> {
        self.watches.by_path()
    }

    /// How much there is.
    pub fn counts(&self) -> Counts {
        Counts {
            nodes: self.nodes.len() + 1,
            ephemerals: self.ephemerals.values().map(BTreeSet::len).sum(),
            sessions: self.sessions.len(),
            data_bytes: self.data_bytes,
            watches: self.watches.summary(),
            pending: self.pending.len(),
            digest_mismatches: self.digest.mismatches(),
        }
    }

    /// The digest of the tree as it is.
    pub fn digest(&self) -> u64 {
        self.digest.value()
    }

    /// Digests of the past, every 128th zxid, oldest first.
    pub fn digest_history(&self) -> impl Iterator<Item = &Remembered> {
        self.digest.history()
    }

    /// The stat of a node, whoever asks.
    pub fn stat(&self, path: &str) -> Option<Stat> {
        Some(self.client_stat(self.nodes.find(path)?))
    }

    /// The data of a node, whoever asks: nothing if there is no node or its data is null.
    pub fn data(&self, path: &str) -> Option<&[u8]> {
        self.nodes.get(self.nodes.find(path)?).data()
    }

    /// Refuses what the ACL does not allow.
    fn check_acl(&self, acl: AclId, wanted: i32, ids: &[Id]) -> Result<(), KeeperError> {
        if self.settings.skip_acl || acl == AclId::OPEN {
            return Ok(());
        }
        acl::check(self.acls.list(acl), wanted, ids)
    }

    /// Finds who is to be told of an event, and adds them to what is fired.
    fn fire(
        &mut self,
        kind: Kind,
        event: EventType,
        at: (&str, AclId),
        zxid: Zxid,
        told: &[ConnectionId],
        fired: &mut Vec<Fired>,
    ) {
        let (path, acl) = at;
        let list = if self.settings.skip_acl { &[] } else { self.acls.list(acl) };
        let connections = self.watches.trigger(kind, event, path, list, told);
        if !connections.is_empty() {
            let path = path::shown(path).to_owned();
            fired.push(Fired { event, path, zxid, connections });
        }
    }

    /// What clients see of a node's stat: creations and deletions of children counted together, and
    /// no owner but a session.
    fn client_stat(&self, id: NodeId) -> Stat {
        let node = self.nodes.get(id);
        let stat = node.stat();
        let num_children = i32::try_from(node.children().len()).unwrap_or(i32::MAX);
        Stat {
            czxid: stat.czxid,
            mzxid: stat.mzxid,
            ctime: stat.ctime,
            mtime: stat.mtime,
            version: stat.version,
            cversion: stat.cversion.wrapping_mul(2).wrapping_sub(num_children),
            aversion: stat.aversion,
            ephemeral_owner: self.shown_owner(stat.ephemeral_owner),
            data_length: i32::try_from(node.data_length()).unwrap_or(i32::MAX),
            num_children,
            pzxid: stat.pzxid,
        }
    }

    /// Changes the stat of a node, and the digest with it.
    fn change_stat(&mut self, id: NodeId, path: &str, change: impl FnOnce(&mut StatPersisted)) {
        let node = self.nodes.get_mut(id);
        let before = node.stat();
        let mut after = before.clone();
        change(&mut after);
        node.set_stat(&after);
        self.digest.change(path, node.data(), &before, &after);
    }

    /// The bytes that paths and data take changed.
    fn resize(&mut self, before: usize, after: usize) {
        self.data_bytes = self.data_bytes.saturating_sub(before) + after;
    }
}

fn transaction(asked: &Asked<'_>, txn: Txn, digest: Option<TxnDigest>) -> Transaction {
    let header = TxnHeader {
        session: asked.session,
        cxid: asked.cxid,
        zxid: asked.zxid,
        time_ms: asked.time_ms,
        op: txn.op(),
    };
    Transaction { header, txn, digest }
}
