//! From the files of an earlier life, or none, to a tree that can serve.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tracing::{info, warn};

use super::metrics::Metrics;
use super::settings::Settings;
use super::snapshots::Snapshots;
use crate::base::bytes::{self, Reader};
use crate::base::disk::Lock;
use crate::base::holder;
use crate::base::planted::Bug;
use crate::net::socket::Listener;
use crate::zookeeper::jute::{Jute, Transaction, Zxid};
use crate::zookeeper::store::{self, Directories, TxnLog, snapshot};
use crate::zookeeper::tree::DataTree;
use crate::zookeeper::zab::Entry;

const LOGGER: &str = "org.apache.zookeeper.server.ZooKeeperServer";
/// Held while a server uses the folder.
const LOCK_NAME: &str = ".lock";
/// Says that an empty database was never anything else, once.
const INITIALIZE: &str = "initialize";
/// What a server votes with whose disk was lost.
const LOST: Zxid = Zxid(-1);

/// Why a server could not be started.
#[derive(Debug)]
pub enum Error {
    /// Its files.
    Store(store::Error),
    /// A transaction of the log that this server does not understand.
    Transaction { zxid: Zxid, source: bytes::Error },
    /// Another process of ours uses the folder.
    Locked { folder: std::path::PathBuf, holder: Option<String> },
    /// A port.
    Bind { port: Port, address: String, holder: Option<String>, source: std::io::Error },
    /// The journal's thread.
    Thread(std::io::Error),
    /// What the disk holds and a member of an ensemble must not have.
    Ensemble(String),
}

/// Which of a server's ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    Client,
    Admin,
    Metrics,
    Quorum,
    Election,
}

impl Port {
    /// What it is called, and where another one is chosen.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Port::Client => ("client port", "choose another 'clientPort'"),
            Port::Admin => {
                ("admin port", "choose another 'admin.serverPort', or set admin.enableServer=false")
            }
            Port::Metrics => ("metrics port", "choose another 'metricsProvider.httpPort'"),
            Port::Quorum => ("quorum port", "change the line of this server on all servers"),
            Port::Election => ("election port", "change the line of this server on all servers"),
        }
    }
}

/// Opens a port; who has it is told where it is taken.
pub(super) async fn bind(port: Port, host: &str, number: u16) -> Result<Listener, Error> {
    Listener::bind(host, number).await.map_err(|source| {
        let taken = source.kind() == std::io::ErrorKind::AddrInUse;
        let holder = taken.then(|| holder::of_port(number)).flatten();
        Error::Bind { port, address: format!("{host}:{number}"), holder, source }
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Store(_) => f.write_str("unable to load database on disk"),
            Error::Transaction { zxid, .. } => {
                write!(f, "transaction {zxid} of the log is not understood")
            }
            Error::Locked { folder, holder } => write!(
                f,
                "{} is in use by {}; stop it, or name another folder in 'dataDir'",
                folder.display(),
                holder.as_deref().unwrap_or("another running server")
            ),
            Error::Bind { port, address, holder: Some(holder), .. } => {
                let (name, elsewhere) = port.words();
                write!(
                    f,
                    "cannot bind to {name} {address}: it is taken by {holder}; stop it, or {elsewhere}"
                )
            }
            Error::Bind { port, address, holder: None, source } => {
                let text = crate::base::error::io_text(source);
                write!(f, "cannot bind to {} {address}: {text}", port.words().0)
            }
            Error::Ensemble(text) => f.write_str(text),
            Error::Thread(_) => f.write_str("cannot start the journal's thread"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Store(error) => Some(error),
            Error::Transaction { source, .. } => Some(source),
            Error::Thread(error) => Some(error),
            Error::Locked { .. } | Error::Bind { .. } | Error::Ensemble(_) => None,
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Error {
        Error::Store(error)
    }
}

/// What a server begins with.
pub(super) struct Started {
    pub(super) tree: DataTree,
    pub(super) log: TxnLog,
    pub(super) snapshots: Arc<Snapshots>,
    /// Transactions that were loaded from the log.
    pub(super) replayed: u64,
    /// The last of them, for the learners of an ensemble.
    pub(super) newest: Vec<Entry>,
    pub(super) lock: Lock,
    pub(super) took: Took,
}

/// How long what took, before there was anybody to tell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Took {
    pub(super) all: Duration,
    pub(super) snapshot: Duration,
    pub(super) transactions: Duration,
    pub(super) count: u64,
}

impl Took {
    pub(super) fn note(&self, metrics: &Metrics) {
        metrics.dbinittime.time(self.all);
        metrics.startup_snap_load_time.time(self.snapshot);
        metrics.startup_txns_load_time.time(self.transactions);
        metrics.startup_txns_loaded.record(self.count);
    }
}

/// What the files hold.
pub(super) struct Read {
    pub(super) tree: DataTree,
    replayed: u64,
    has_snapshot: bool,
    newest: VecDeque<Entry>,
    took: Took,
}

/// Loads what the folders hold, and leaves them so that the next start finds its way.
pub(super) fn load(settings: &Settings) -> Result<Started, Error> {
    let started = settings.clock.now();
    let disk = settings.disk.clone();
    let directories = Directories::open(disk, &settings.data_dir, &settings.data_log_dir)?;
    let lock = lock(&directories)?;
    let read = read_tree(settings, &directories)?;
    let Read { mut tree, mut replayed, has_snapshot, newest, mut took } = read;
    info!(
        target: LOGGER,
        "Snapshot loaded in {} ms, highest zxid is {}, digest is {}",
        settings.clock.now().since(started).as_millis(), tree.last_zxid(), tree.digest().cast_signed()
    );
    let digest = settings.tree.digest;
    let snapshots = Arc::new(Snapshots::new(directories.clone(), settings.packing, digest));
    if !has_snapshot && is_lost(settings, &directories, &tree)? {
        // Not zero: a database that never held anything is at zero, and counts.
        tree.set_last_zxid(LOST);
    } else if !has_snapshot {
        // Logs without a snapshot are not trusted: there must be one before the first transaction.
        snapshots.write_alone(&mut tree)?;
        replayed = 0;
    }
    let syncs = settings.force_sync && !Bug::AnswerUnsynced.is_planted();
    let log = TxnLog::new(directories, settings.preallocate_bytes, syncs);
    took.all = settings.clock.now().since(started);
    Ok(Started { tree, log, snapshots, replayed, newest: newest.into(), lock, took })
}

/// Reads the newest snapshot and what the log has after it.
pub(super) fn read_tree(settings: &Settings, directories: &Directories) -> Result<Read, Error> {
    let options = &settings.tree;
    let started = settings.clock.now();
    let newest_max = settings.ensemble.as_ref().map_or(0, |ensemble| ensemble.history_max);
    let loaded = store::load(
        directories,
        settings.trust_empty,
        |content| {
            let zxid = Zxid(content.zxid);
            let mut sections = content.sections();
            DataTree::from_snapshot(options.clone(), zxid, &mut sections, snapshot::skip_seal)
        },
        || DataTree::new(options.clone()),
    )?;
    let store::Loaded { state: mut tree, snapshot_zxid, log: mut reader } = loaded;
    let has_snapshot = snapshot_zxid.is_some();
    let read_at = settings.clock.now();
    let mut replayed = 0;
    let mut newest = VecDeque::new();
    while let Some(entry) = reader.next_entry()? {
        let transaction = Transaction::decode(&mut Reader::shared(&entry.bytes))
            .map_err(|source| Error::Transaction { zxid: Zxid(entry.zxid), source })?;
        tree.apply(transaction);
        replayed += 1;
        if newest_max > 0 {
            newest.push_back(Entry { zxid: Zxid(entry.zxid), bytes: entry.bytes });
            newest.drain(..newest.len().saturating_sub(newest_max));
        }
    }
    reader.close()?;
    let took = Took {
        all: Duration::ZERO,
        snapshot: read_at.since(started),
        transactions: settings.clock.now().since(read_at),
        count: replayed,
    };
    Ok(Read { tree, replayed, has_snapshot, newest, took })
}

/// Whether an empty database is what is left of one that was lost; takes note of the file that says
/// it is not, which counts once.
fn is_lost(settings: &Settings, directories: &Directories, tree: &DataTree) -> Result<bool, Error> {
    let folders = [&settings.data_dir, &settings.data_log_dir];
    let mut promised = false;
    for file in folders.map(|folder| folder.join(INITIALIZE)) {
        promised |= directories.disk().exists(&file);
        let removed = directories.disk().remove_file(&file);
        removed.map_err(store::Error::io("delete", &file))?;
    }
    if settings.ensemble.is_none() || promised || tree.last_zxid() != Zxid::ZERO {
        return Ok(false);
    }
    let folder = directories.snapshot_folder().display();
    if settings.autocreate {
        warn!(
            target: LOGGER,
            "{folder} is empty: this server votes as one that never held anything. If its disk was \
             lost, stop it before it takes part in an election; db.autocreate=false and \
             zkServer-initialize tell the two apart"
        );
    } else {
        warn!(
            target: LOGGER,
            "{folder} is empty and not made by zkServer-initialize: this server is not counted in \
             any vote before it has the state of a leader"
        );
    }
    Ok(!settings.autocreate && !Bug::CountLostDisks.is_planted())
}

fn lock(directories: &Directories) -> Result<Lock, Error> {
    let folder = directories.snapshot_folder();
    let path = folder.join(LOCK_NAME);
    let locked = directories.disk().lock(&path);
    match locked.map_err(store::Error::io("lock", &path))? {
        Some(lock) => Ok(lock),
        None => {
            let holder = holder::of_file(&path);
            Err(Error::Locked { folder: folder.to_owned(), holder })
        }
    }
}
