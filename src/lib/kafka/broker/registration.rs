//! How a broker makes itself known: its cluster, its id, its registration.
//!
//! The registration at `/brokers/ids/<id>` is ephemeral: it lives as long as the ZooKeeper session.
//! The transaction that made it is the broker's epoch, by which the controller and the broker tell
//! one life of it from the next.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::clock::Clock;
use crate::base::disk::Disk;
use crate::base::rng::Rng;
use crate::base::uuid::Uuid;
use crate::kafka::metadata::broker::Registration;
use crate::kafka::metadata::znode::{self, Malformed};
use crate::zookeeper::client::{self, Answer, Client, ConnectString, Options, multi_error};
use crate::zookeeper::jute::request::CreateMode;
use crate::zookeeper::jute::{KeeperError, MultiResult, Reply, Request, SessionId, Stat};

use super::zookeeper::{ZooKeeper, delete, get_data, set_data};

/// Why a broker cannot make itself known.
#[derive(Debug)]
pub enum Error {
    /// Another broker has the id.
    IdTaken {
        id: i32,
        by: String,
        since: String,
    },
    ZooKeeper {
        what: String,
        source: client::Error,
    },
    Malformed {
        path: &'static str,
        source: Malformed,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::IdTaken { id, by, since } => write!(
                f,
                "broker.id {id} is taken by the broker at {by}, registered since {since}: \
                 stop that broker or choose another broker.id"
            ),
            Error::ZooKeeper { what, .. } => write!(f, "cannot {what} in ZooKeeper"),
            Error::Malformed { path, .. } => write!(f, "cannot read {path}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::IdTaken { .. } => None,
            Error::ZooKeeper { source, .. } => Some(source),
            Error::Malformed { source, .. } => Some(source),
        }
    }
}

type Result<T> = std::result::Result<T, Error>;

fn failed(what: impl Into<String>) -> impl FnOnce(client::Error) -> Error {
    move |source| Error::ZooKeeper { what: what.into(), source }
}

/// Makes the node that all paths are below (`zookeeper.connect=...:2181/kafka`), which a session
/// within it cannot do.
pub async fn make_chroot(servers: &ConnectString, within: Duration, clock: Clock) -> Result<()> {
    let chroot = servers.chroot.path();
    if chroot.is_empty() {
        return Ok(());
    }
    let options = Options { session_timeout: within, clock, ..Options::default() };
    let (client, _events) = Client::start(&servers.without_chroot(), options);
    let made = async {
        client.connected(within).await?;
        client.create_all(chroot).await
    };
    let made = made.await.map_err(failed(format!("create {chroot}")));
    client.close().await;
    made
}

/// Makes the nodes that every broker expects.
pub async fn make_paths(zookeeper: &ZooKeeper) -> Result<()> {
    for path in znode::PERSISTENT_PATHS {
        zookeeper.create_all(path).await.map_err(failed(format!("create {path}")))?;
    }
    Ok(())
}

/// The cluster's id; the first broker chooses it.
pub async fn cluster_id(zookeeper: &ZooKeeper, rng: &mut Rng) -> Result<String> {
    let path = znode::CLUSTER_ID;
    loop {
        let error = match one(zookeeper, get_data(path.to_owned(), false)).await {
            Ok(Reply::Data(found)) => {
                let read = znode::cluster_id::decode(&found.data.unwrap_or_default());
                return read.map_err(|source| Error::Malformed { path, source });
            }
            Ok(_) => continue,
            Err(error) => error,
        };
        if error.keeper() != Some(KeeperError::NoNode) {
            return Err(failed(format!("read {path}"))(error));
        }
        zookeeper.create_all("/cluster").await.map_err(failed("create /cluster"))?;
        let id = znode::cluster_id::encode(&Uuid::random(rng).to_string());
        let creation = zookeeper.creation(path.to_owned(), Some(id), CreateMode::Persistent);
        match one(zookeeper, creation).await {
            Ok(_) => {}
            // Another broker was first; its choice is read.
            Err(error) if error.keeper() == Some(KeeperError::NodeExists) => {}
            Err(error) => return Err(failed(format!("create {path}"))(error)),
        }
    }
}

/// An id for a broker that was given none: above `reserved`, and never given out before.
pub async fn generate_id(zookeeper: &ZooKeeper, reserved: i32) -> Result<i32> {
    let path = znode::BROKER_SEQUENCE;
    let what = || failed("generate a broker id");
    zookeeper.create_all(path).await.map_err(what())?;
    // The node's version is the counter.
    match one(zookeeper, set_data(path.to_owned(), Vec::new(), -1)).await.map_err(what())? {
        Reply::Stat(stat) => Ok(reserved.saturating_add(stat.version)),
        _ => Err(what()(client::Error::WrongReply {
            op: set_data(String::new(), Vec::new(), -1).op(),
        })),
    }
}

/// A broker's registration, to be made in each session.
#[derive(Debug)]
pub struct Registrar {
    id: i32,
    registration: Registration,
    with_features: bool,
    /// Sessions of this broker that have ended, or are about to: what they left may be removed.
    sessions: Mutex<BTreeSet<SessionId>>,
    epoch: AtomicI64,
}

impl Registrar {
    /// For the broker `id`. `previous` is the session of its last life, where it is known:
    /// what is left of that one need not be waited for.
    pub fn new(
        id: i32,
        registration: Registration,
        with_features: bool,
        previous: Option<SessionId>,
    ) -> Registrar {
        let sessions = Mutex::new(previous.into_iter().collect());
        Registrar { id, registration, with_features, sessions, epoch: AtomicI64::new(-1) }
    }

    /// The broker's id.
    pub fn id(&self) -> i32 {
        self.id
    }

    /// The broker's epoch; -1 before it is registered.
    pub fn epoch(&self) -> i64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Whether an earlier session of this broker made a node.
    pub fn left_behind(&self, stat: &Stat) -> bool {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        stat.ephemeral_owner != 0 && sessions.contains(&SessionId(stat.ephemeral_owner))
    }

    /// Registers in the present session.
    pub async fn register(&self, zookeeper: &ZooKeeper) -> Result<i64> {
        let path = znode::broker_id_path(self.id);
        let what = || failed(format!("register broker {}", self.id));
        loop {
            let session = zookeeper.client().session();
            let answer = one(zookeeper, self.registration_in(zookeeper)).await;
            let taken = match answer {
                Ok(Reply::Multi(results)) => match (multi_error(&results), results.last()) {
                    (None, Some(MultiResult::Set(stat))) => {
                        return Ok(self.registered(session, stat));
                    }
                    (Some((_, KeeperError::NodeExists)), _) => KeeperError::NodeExists,
                    (Some((_, error)), _) => error,
                    (None, _) => KeeperError::MarshallingError,
                },
                Ok(_) => KeeperError::MarshallingError,
                Err(error) if error.keeper() == Some(KeeperError::NodeExists) => {
                    KeeperError::NodeExists
                }
                Err(error) => return Err(what()(error)),
            };
            if taken != KeeperError::NodeExists {
                let op = self.registration_in(zookeeper).op();
                return Err(what()(client::Error::Keeper { error: taken, op, path }));
            }
            // Ours after all (the answer to an earlier attempt was lost), or of an earlier session
            // (KAFKA-7165), or of another broker.
            match one(zookeeper, get_data(path.clone(), false)).await {
                Ok(Reply::Data(found)) if found.stat.ephemeral_owner == session.0 => {
                    return Ok(self.registered(session, &found.stat));
                }
                Ok(Reply::Data(found)) if self.left_behind(&found.stat) => {
                    tracing::info!(
                        target: "kafka.zk.KafkaZkClient",
                        "Removing the registration of broker {} that session {} left behind",
                        self.id, SessionId(found.stat.ephemeral_owner),
                    );
                    // It may have gone by itself meanwhile.
                    let _ = one(zookeeper, delete(path.clone())).await;
                }
                Ok(Reply::Data(found)) => {
                    return Err(self.taken(&found.data.unwrap_or_default(), &found.stat));
                }
                Ok(_) => {}
                Err(error) if error.keeper() == Some(KeeperError::NoNode) => {}
                Err(error) => return Err(what()(error)),
            }
        }
    }

    /// Creation and content in one: the stat of the second tells the transaction.
    fn registration_in(&self, zookeeper: &ZooKeeper) -> Request {
        let path = znode::broker_id_path(self.id);
        let json = self.registration.to_json(self.with_features);
        Request::Multi(vec![
            zookeeper.creation(path.clone(), None, CreateMode::Ephemeral),
            set_data(path, json, 0),
        ])
    }

    fn registered(&self, session: SessionId, stat: &Stat) -> i64 {
        let epoch = stat.czxid.0;
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(session);
        self.epoch.store(epoch, Ordering::Release);
        let addresses: Vec<_> =
            self.registration.endpoints.iter().map(|one| one.to_string()).collect();
        tracing::info!(
            target: "kafka.zk.KafkaZkClient",
            "Registered broker {} at path {} with addresses: {}, czxid (broker epoch): {epoch}",
            self.id, znode::broker_id_path(self.id), addresses.join(","),
        );
        epoch
    }

    fn taken(&self, data: &[u8], stat: &Stat) -> Error {
        let by = match Registration::from_json(data) {
            Ok(other) if !other.endpoints.is_empty() => {
                let addresses: Vec<_> = other.endpoints.iter().map(|one| one.to_string()).collect();
                addresses.join(",")
            }
            Ok(_) | Err(_) => "an address it does not tell".to_owned(),
        };
        let since = match jiff::Timestamp::from_millisecond(stat.ctime) {
            Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
            Err(_) => "a time it does not tell".to_owned(),
        };
        Error::IdTaken { id: self.id, by, since }
    }
}

/// The file in which a broker remembers its session, so that after a crash its next life need not
/// wait for ZooKeeper to expire it. Only a process that holds the directory's lock reads it.
const SESSION_FILE: &str = ".zookeeper-session";

/// Writes down the session; that it could not be is no reason to stop.
pub fn remember_session(disk: &Disk, log_dir: &Path, session: SessionId) {
    if let Err(error) = disk.replace(&log_dir.join(SESSION_FILE), session.0.to_string().as_bytes())
    {
        let path = log_dir.join(SESSION_FILE);
        let error = crate::base::error::io_text(&error);
        tracing::warn!(target: "kafka.server.KafkaServer", "cannot write {}: {error}", path.display());
    }
}

/// The session of the life before, if it left word.
pub fn recall_session(disk: &Disk, log_dir: &Path) -> Option<SessionId> {
    let text = disk.read_text(&log_dir.join(SESSION_FILE)).ok()?;
    text.trim().parse().ok().map(SessionId)
}

async fn one(zookeeper: &ZooKeeper, request: Request) -> client::Result<Reply> {
    let answer = zookeeper.insist(vec![request]).await?.pop().expect("one answer a request");
    answer.map(|Answer { reply, .. }| reply)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::metadata::broker::Endpoint;

    fn registrar(previous: Option<SessionId>) -> Registrar {
        let registration = Registration {
            endpoints: vec![Endpoint::parse("PLAINTEXT://b1:9092").unwrap()],
            rack: None,
            timestamp_ms: 1_700_000_000_000,
            jmx_port: -1,
        };
        Registrar::new(3, registration, true, previous)
    }

    #[test]
    fn a_taken_id_says_by_whom_and_since_when() {
        let registrar = registrar(None);
        let stat = Stat { ctime: 1_700_000_000_000, ..Stat::default() };
        let other = registrar.registration.to_json(true);
        assert_eq!(
            registrar.taken(&other, &stat).to_string(),
            "broker.id 3 is taken by the broker at PLAINTEXT://b1:9092, registered since \
             2023-11-14 22:13:20 UTC: stop that broker or choose another broker.id"
        );
    }

    #[test]
    fn only_what_earlier_sessions_left_is_ours() {
        let registrar = registrar(Some(SessionId(7)));
        let owned_by = |session| Stat { ephemeral_owner: session, ..Stat::default() };
        assert!(registrar.left_behind(&owned_by(7)));
        assert!(!registrar.left_behind(&owned_by(8)));
        assert!(!registrar.left_behind(&owned_by(0)));
        registrar.registered(SessionId(8), &Stat::default());
        assert!(registrar.left_behind(&owned_by(8)));
    }

    #[test]
    fn the_session_is_remembered() {
        let disk = Disk::memory();
        let dir = Path::new("/logs");
        disk.create_dir_all(dir).unwrap();
        assert_eq!(recall_session(&disk, dir), None);
        remember_session(&disk, dir, SessionId(-12));
        assert_eq!(recall_session(&disk, dir), Some(SessionId(-12)));
    }
}
