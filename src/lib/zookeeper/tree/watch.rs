//! Watches: which connections want to hear of which paths.
//!
//! There are two tables, as in ZooKeeper: *data*, for what happens to a node itself, and *child*,
//! for its list of children. An entry is a path, a connection and the modes it watches in. A
//! standard watch is gone when it fires; persistent ones stay, and a recursive one hears of
//! everything below its path too. Watches belong to the connection, not the session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::acl;
use super::path;
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::WatcherType;
use crate::zookeeper::jute::{Acl, Id, WatcherEvent, Zxid};

/// A connection, as the server numbers them; numbers are not used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// What happened to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum EventType {
    NodeCreated = 1,
    NodeDeleted = 2,
    NodeDataChanged = 3,
    NodeChildrenChanged = 4,
}

/// An event and the connections that are to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    pub event: EventType,
    pub path: String,
    /// The transaction it comes from; -1 for one that a client missed while it was away.
    pub zxid: Zxid,
    pub connections: Vec<ConnectionId>,
}

impl Fired {
    /// The event as it goes over the wire.
    pub fn watcher_event(&self) -> WatcherEvent {
        /// Connected; servers never send another.
        const SYNC_CONNECTED: i32 = 3;
        WatcherEvent { kind: self.event as i32, state: SYNC_CONNECTED, path: self.path.clone() }
    }
}

/// How a path is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Standard,
    Persistent,
    PersistentRecursive,
}

/// The modes of one entry: they live side by side and go one by one (ZOOKEEPER-4466).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Modes(u8);

impl Modes {
    const ANY: Modes = Modes(0b111);

    const fn of(mode: Mode) -> Modes {
        Modes(match mode {
            Mode::Standard => 0b001,
            Mode::Persistent => 0b010,
            Mode::PersistentRecursive => 0b100,
        })
    }

    fn has(self, other: Modes) -> bool {
        self.0 & other.0 != 0
    }
}

/// Which of the two tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Data,
    Child,
}

#[derive(Debug, Default)]
struct Table {
    paths: BTreeMap<Arc<str>, BTreeMap<ConnectionId, Modes>>,
    /// Entries with a recursive watch: while there is none, nobody looks at parents.
    recursive: usize,
}

/// Who watches, by what identities, and what.
#[derive(Debug)]
struct Watcher {
    ids: Arc<[Id]>,
    paths: BTreeSet<(Kind, Arc<str>)>,
}

/// All watches.
#[derive(Debug, Default)]
pub(super) struct Watches {
    data: Table,
    child: Table,
    watchers: BTreeMap<ConnectionId, Watcher>,
}

impl Watches {
    fn table(&mut self, kind: Kind) -> &mut Table {
        match kind {
            Kind::Data => &mut self.data,
            Kind::Child => &mut self.child,
        }
    }

    /// Leaves a watch.
    pub(super) fn add(
        &mut self,
        kind: Kind,
        path: &str,
        mode: Mode,
        connection: ConnectionId,
        ids: &Arc<[Id]>,
    ) {
        let table = self.table(kind);
        let key = match table.paths.get_key_value(path) {
            Some((key, _)) => Arc::clone(key),
            None => Arc::from(path),
        };
        let modes = table.paths.entry(Arc::clone(&key)).or_default().entry(connection).or_default();
        let new = !modes.has(Modes::of(mode));
        modes.0 |= Modes::of(mode).0;
        if new && mode == Mode::PersistentRecursive {
            table.recursive += 1;
        }
        let watcher = self.watchers.entry(connection);
        let watcher =
            watcher.or_insert_with(|| Watcher { ids: Arc::clone(ids), paths: BTreeSet::new() });
        watcher.ids = Arc::clone(ids);
        watcher.paths.insert((kind, key));
    }

    /// A connection proved who it is: its watches see with new eyes.
    pub(super) fn identify(&mut self, connection: ConnectionId, ids: &Arc<[Id]>) {
        if let Some(watcher) = self.watchers.get_mut(&connection) {
            watcher.ids = Arc::clone(ids);
        }
    }

    /// Forgets a connection.
    pub(super) fn forget(&mut self, connection: ConnectionId) {
        let Some(watcher) = self.watchers.remove(&connection) else { return };
        for (kind, path) in watcher.paths {
            self.table(kind).take(&path, connection, Modes::ANY);
        }
    }

    /// Whether a connection has a watch of a type that checkWatches and removeWatches name.
    pub(super) fn contains(
        &self,
        path: &str,
        wanted: WatcherType,
        connection: ConnectionId,
    ) -> bool {
        let (in_data, in_child) = meant(wanted);
        self.data.modes(path, connection).has(in_data)
            || self.child.modes(path, connection).has(in_child)
    }

    /// Takes back watches of a type; says whether there were any.
    pub(super) fn remove(
        &mut self,
        path: &str,
        wanted: WatcherType,
        connection: ConnectionId,
    ) -> bool {
        let (in_data, in_child) = meant(wanted);
        let mut removed = false;
        for (kind, modes) in [(Kind::Data, in_data), (Kind::Child, in_child)] {
            if !self.table(kind).modes(path, connection).has(modes) {
                continue;
            }
            removed = true;
            self.table(kind).take(path, connection, modes);
            if self.table(kind).modes(path, connection) == Modes::default() {
                self.forget_path(kind, path, connection);
            }
        }
        removed
    }

    fn forget_path(&mut self, kind: Kind, path: &str, connection: ConnectionId) {
        if let Some(watcher) = self.watchers.get_mut(&connection) {
            watcher.paths.remove(&(kind, Arc::from(path)));
            if watcher.paths.is_empty() {
                self.watchers.remove(&connection);
            }
        }
    }

    /// Finds who is to hear that `event` happened to `path`, and spends their standard watches.
    /// Who may not read a node with this ACL hears nothing (CVE-2024-23944). `told` have heard of
    /// it already.
    pub(super) fn trigger(
        &mut self,
        kind: Kind,
        event: EventType,
        path: &str,
        list: &[Acl],
        told: &[ConnectionId],
    ) -> Vec<ConnectionId> {
        let path = path::shown(path);
        if self.table(kind).paths.is_empty() {
            return Vec::new();
        }
        let mut hearing = BTreeSet::new();
        let spent = self.table(kind).spend(path, &mut hearing);
        if event != EventType::NodeChildrenChanged && self.table(kind).recursive > 0 {
            self.table(kind).above(path, &mut hearing);
        }
        hearing.retain(|connection| {
            let watcher = self.watchers.get(connection);
            let ids: &[Id] = watcher.map_or(&[], |watcher| &watcher.ids);
            !told.contains(connection) && acl::check(list, perms::READ, ids).is_ok()
        });
        for connection in spent {
            self.forget_path(kind, path, connection);
        }
        hearing.into_iter().collect()
    }

    /// How many connections watch, how many paths, and how many watches there are.
    pub(super) fn summary(&self) -> Summary {
        let paths: BTreeSet<&str> =
            self.data.paths.keys().chain(self.child.paths.keys()).map(|path| &**path).collect();
        Summary {
            connections: self.watchers.len(),
            paths: paths.len(),
            watches: self.data.len() + self.child.len(),
        }
    }

    /// Every watched path with its watchers, data and child apart.
    pub(super) fn by_path(&self) -> impl Iterator<Item = (&str, Vec<ConnectionId>)> {
        self.data
            .paths
            .iter()
            .chain(&self.child.paths)
            .map(|(path, entries)| (&**path, entries.keys().copied().collect()))
    }
}

/// How much is watched, for `wchs` and `mntr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    pub connections: usize,
    pub paths: usize,
    pub watches: usize,
}

impl Table {
    fn len(&self) -> usize {
        self.paths.values().map(BTreeMap::len).sum()
    }

    fn modes(&self, path: &str, connection: ConnectionId) -> Modes {
        let entries = self.paths.get(path);
        entries.and_then(|entries| entries.get(&connection)).copied().unwrap_or_default()
    }

    /// Takes modes off an entry.
    fn take(&mut self, path: &str, connection: ConnectionId, modes: Modes) {
        let Some(entries) = self.paths.get_mut(path) else { return };
        let Some(entry) = entries.get_mut(&connection) else { return };
        let recursive = Modes::of(Mode::PersistentRecursive);
        if entry.has(recursive) && modes.has(recursive) {
            self.recursive -= 1;
        }
        entry.0 &= !modes.0;
        if *entry == Modes::default() {
            entries.remove(&connection);
        }
        if entries.is_empty() {
            self.paths.remove(path);
        }
    }

    /// Adds who watches `path` itself to `hearing` and takes their standard watches; gives those
    /// that have no other watch of it.
    fn spend(&mut self, path: &str, hearing: &mut BTreeSet<ConnectionId>) -> Vec<ConnectionId> {
        let Some(entries) = self.paths.get_mut(path) else { return Vec::new() };
        let mut spent = Vec::new();
        entries.retain(|&connection, modes| {
            hearing.insert(connection);
            modes.0 &= !Modes::of(Mode::Standard).0;
            if *modes == Modes::default() {
                spent.push(connection);
            }
            *modes != Modes::default()
        });
        if entries.is_empty() {
            self.paths.remove(path);
        }
        spent
    }

    /// Adds who watches something above `path` and all below it.
    fn above(&self, path: &str, hearing: &mut BTreeSet<ConnectionId>) {
        let recursive = Modes::of(Mode::PersistentRecursive);
        let mut rest = path;
        while rest != "/" {
            let end = rest.rfind('/').unwrap_or(0);
            rest = if end == 0 { "/" } else { rest.get(..end).unwrap_or("/") };
            for (&connection, modes) in self.paths.get(rest).into_iter().flatten() {
                if modes.has(recursive) {
                    hearing.insert(connection);
                }
            }
        }
    }
}

/// The modes a type means, in the data table and in the child table.
fn meant(wanted: WatcherType) -> (Modes, Modes) {
    let none = Modes::default();
    match wanted {
        WatcherType::Data => (Modes::of(Mode::Standard), none),
        WatcherType::Children => (none, Modes::of(Mode::Standard)),
        WatcherType::Any => (Modes::ANY, Modes::ANY),
        WatcherType::Persistent => (Modes::of(Mode::Persistent), Modes::of(Mode::Persistent)),
        WatcherType::PersistentRecursive => (Modes::of(Mode::PersistentRecursive), none),
    }
}
