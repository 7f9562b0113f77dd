//! How a broker makes itself known.
//!
//! Its registration at `/brokers/ids/<id>` is ephemeral: it lives as long as the ZooKeeper session.
//! The transaction that made it is the broker's epoch, by which the controller and the broker tell
//! one life of it from the next.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::base::disk::Disk;
use crate::base::error::io_text;
use crate::kafka::metadata::broker::Registration;
use crate::kafka::metadata::znode;
use crate::zookeeper::client::{self, Answer, multi_error};
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
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::IdTaken { .. } => None,
            Error::ZooKeeper { source, .. } => Some(source),
        }
    }
}

type Result<T> = std::result::Result<T, Error>;

fn failed(what: impl Into<String>) -> impl FnOnce(client::Error) -> Error {
    move |source| Error::ZooKeeper { what: what.into(), source }
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
    memory: SessionFile,
}

impl Registrar {
    /// For the broker `id`. What is left of the session that `memory` tells of need not be waited
    /// for.
    pub fn new(
        id: i32,
        registration: Registration,
        with_features: bool,
        memory: SessionFile,
    ) -> Registrar {
        let sessions = Mutex::new(memory.recall().into_iter().collect());
        let epoch = AtomicI64::new(-1);
        Registrar { id, registration, with_features, sessions, epoch, memory }
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
        self.memory.remember(session);
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
/// wait for ZooKeeper to expire it. Only a process that holds the directory's lock reads it, so the
/// session is surely this broker's and surely over.
#[derive(Debug)]
pub struct SessionFile {
    disk: Disk,
    path: PathBuf,
}

impl SessionFile {
    /// The file in a log directory.
    pub fn new(disk: Disk, log_dir: &Path) -> SessionFile {
        SessionFile { disk, path: log_dir.join(".zookeeper-session") }
    }

    /// The session of the life before, if it left word.
    fn recall(&self) -> Option<SessionId> {
        let text = self.disk.read_text(&self.path).ok()?;
        text.trim().parse().ok().map(SessionId)
    }

    /// Writes the session down; that it could not be is no reason to stop.
    fn remember(&self, session: SessionId) {
        if let Err(error) = self.disk.replace(&self.path, session.0.to_string().as_bytes()) {
            tracing::warn!(
                target: "kafka.server.KafkaServer",
                "cannot write {}: {}", self.path.display(), io_text(&error)
            );
        }
    }
}

async fn one(zookeeper: &ZooKeeper, request: Request) -> client::Result<Reply> {
    let answer = zookeeper.insist(vec![request]).await?.pop().expect("one answer a request");
    answer.map(|Answer { reply, .. }| reply)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::broker::Endpoint;
    use crate::zookeeper::jute::Zxid;

    fn registrar(disk: &Disk) -> Registrar {
        let registration = Registration {
            endpoints: vec![Endpoint::plain("b1", 9092)],
            rack: None,
            timestamp_ms: 1_700_000_000_000,
            jmx_port: -1,
        };
        let dir = Path::new("/logs");
        disk.create_dir_all(dir).unwrap();
        Registrar::new(3, registration, true, SessionFile::new(disk.clone(), dir))
    }

    #[test]
    fn a_taken_id_says_by_whom_and_since_when() {
        let registrar = registrar(&Disk::memory());
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
        let disk = Disk::memory();
        let first = registrar(&disk);
        let owned_by = |session| Stat { ephemeral_owner: session, ..Stat::default() };
        assert!(!first.left_behind(&owned_by(-7)));
        first.registered(SessionId(-7), &Stat { czxid: Zxid(12), ..Stat::default() });
        assert_eq!(first.epoch(), 12);
        assert!(first.left_behind(&owned_by(-7)));
        let next_life = registrar(&disk);
        assert!(next_life.left_behind(&owned_by(-7)));
        assert!(!next_life.left_behind(&owned_by(8)));
        assert!(!next_life.left_behind(&owned_by(0)));
    }
}
