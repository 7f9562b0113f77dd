//! Clients that write to an ensemble and keep books: what was acknowledged, and what that makes of
//! each node.
//!
//! A writer is alone in its folder and knows what each of its nodes is. It creates, sets and deletes
//! them, one at a time or two together, and says with each write what it takes the node to be: the
//! server that has lost a write refuses the next one. A write whose answer never came is looked for
//! before anything else is done, after a `sync`: it was done or it was not, and stays so.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use milena::base::rng::Rng;
use milena::zookeeper::client::{Client, ConnectString, Error as Refusal, Options, multi_error};
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::{CreateMode, CreateRequest, Request};
use milena::zookeeper::jute::request::{SetDataRequest, VersionRequest};
use milena::zookeeper::jute::{Acl, KeeperError};
use tokio::task::JoinHandle;

use crate::support::load::Error;

const WRITERS: usize = 4;
/// The nodes of a writer.
const NODES: u64 = 20;
/// The pause between two writes.
const PAUSE: Duration = Duration::from_millis(3);
const SESSION: Duration = Duration::from_secs(2);
/// How long an ensemble may be without a quorum.
const SERVED_WITHIN: Duration = Duration::from_secs(120);
/// Below it, a node for each session that lives.
pub const SESSIONS: &str = "/sessions";

/// What a node is, or that it is not: data and version.
pub type Node = Option<(String, i32)>;
pub type Nodes = BTreeMap<String, Node>;

/// What a write makes of a node.
#[derive(Clone, Debug)]
struct Change {
    path: String,
    before: Node,
    after: Node,
}

impl Change {
    /// A change of a node that chance gives; `text` is what it is to hold, if it is there.
    fn of(path: String, before: Node, text: String, rng: &mut Rng) -> Change {
        let after = match &before {
            None => Some((text, 0)),
            Some(_) if rng.below(3) == 0 => None,
            Some((_, version)) => Some((text, version + 1)),
        };
        Change { path, before, after }
    }

    fn request(&self) -> Request {
        let path = self.path.clone();
        match (&self.before, &self.after) {
            (None, Some((text, _))) => Request::Create(CreateRequest {
                path,
                data: Some(Bytes::from(text.clone())),
                acl: vec![Acl::world(perms::ALL)],
                flags: CreateMode::Persistent.flags(),
            }),
            (Some((_, version)), Some((text, _))) => Request::SetData(SetDataRequest {
                path,
                data: Some(Bytes::from(text.clone())),
                version: *version,
            }),
            (before, None) => {
                let version = before.as_ref().map_or(-1, |(_, version)| *version);
                Request::Delete(VersionRequest { path, version })
            }
        }
    }
}

/// What all writers did.
#[derive(Debug, Default)]
pub struct Books {
    pub nodes: Nodes,
    pub acknowledged: u64,
    /// Writes whose answer never came, that were found done, and that were found undone.
    pub done: u64,
    pub undone: u64,
    pub sessions: u64,
}

/// The writers, until they are told to stop.
pub struct Writers {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicU64>,
    writing: Vec<JoinHandle<Result<Books, Error>>>,
}

impl Writers {
    /// Starts them at these servers.
    pub async fn start(connect: &str, seed: u64) -> Result<Writers, Error> {
        let servers = ConnectString::parse(connect)?;
        let client = session(&servers).await?;
        client.create_all(SESSIONS).await?;
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut writing = Vec::new();
        for number in 0..WRITERS {
            let folder = format!("/writer-{number}");
            client.create_all(&folder).await?;
            let writer = Writer {
                servers: servers.clone(),
                client: session(&servers).await?,
                folder,
                rng: Rng::seeded(seed.wrapping_mul(1_000) + number as u64),
                books: Books::default(),
            };
            writing.push(tokio::spawn(writer.write(stop.clone(), acknowledged.clone())));
        }
        client.close().await;
        Ok(Writers { stop, acknowledged, writing })
    }

    /// Waits until so many more writes are acknowledged.
    pub async fn go_on(&self, writes: u64) -> Result<(), Error> {
        let wanted = self.acknowledged.load(Ordering::Acquire) + writes;
        let until = Instant::now() + SERVED_WITHIN;
        while self.acknowledged.load(Ordering::Acquire) < wanted {
            if Instant::now() > until || self.writing.iter().any(JoinHandle::is_finished) {
                return Err("the writers do not go on".into());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Stops them; an error is what one of them found wrong.
    pub async fn stop(self) -> Result<Books, Error> {
        self.stop.store(true, Ordering::Release);
        let mut all = Books::default();
        for writing in self.writing {
            let books = writing.await??;
            all.nodes.extend(books.nodes);
            all.acknowledged += books.acknowledged;
            all.done += books.done;
            all.undone += books.undone;
            all.sessions += books.sessions;
        }
        Ok(all)
    }
}

/// A session at one of some servers, as soon as there is a quorum.
pub async fn session(servers: &ConnectString) -> Result<Client, Error> {
    let options = Options { session_timeout: SESSION, ..Options::default() };
    let (client, _) = Client::start(servers, options);
    client.connected(SERVED_WITHIN).await?;
    Ok(client)
}

/// What a node is, as a server has it.
pub async fn read(client: &Client, path: &str) -> Result<Node, Refusal> {
    match client.get(path, false).await {
        Ok((data, stat)) => {
            let text = String::from_utf8_lossy(&data.unwrap_or_default()).into_owned();
            Ok(Some((text, stat.version)))
        }
        Err(error) if error.keeper() == Some(KeeperError::NoNode) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an error says nothing of what was asked.
fn is_silence(error: &Refusal) -> bool {
    use KeeperError::{ConnectionLoss, OperationTimeout, SessionExpired, SessionMoved};
    let silent = [ConnectionLoss, SessionExpired, SessionMoved, OperationTimeout];
    error.keeper().is_some_and(|error| silent.contains(&error))
}

struct Writer {
    servers: ConnectString,
    client: Client,
    folder: String,
    rng: Rng,
    books: Books,
}

impl Writer {
    async fn write(mut self, stop: Arc<AtomicBool>, told: Arc<AtomicU64>) -> Result<Books, Error> {
        self.mark().await;
        let mut number = 0;
        while !stop.load(Ordering::Acquire) {
            number += 1;
            let changes = self.plan(number);
            match self.ask(&changes).await {
                Ok(()) => {
                    self.books.acknowledged += 1;
                    told.fetch_add(1, Ordering::AcqRel);
                    self.note(changes);
                }
                Err(error) if is_silence(&error) => self.look(changes).await?,
                Err(error) => {
                    let what = "what was acknowledged is not there";
                    return Err(format!("{what}: {error} as the answer to {changes:?}").into());
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.client.close().await;
        Ok(self.books)
    }

    /// A node that goes with the session. Nothing depends on it but the end: then none is left.
    async fn mark(&mut self) {
        self.books.sessions += 1;
        let path = format!("{SESSIONS}/{:x}", self.client.session().0);
        let open = [Acl::world(perms::ALL)];
        let _ = self.client.create(&path, None, &open, CreateMode::Ephemeral).await;
    }

    fn path(&mut self) -> String {
        format!("{}/{}", self.folder, self.rng.below(NODES))
    }

    /// One change, or two that come together.
    fn plan(&mut self, number: u64) -> Vec<Change> {
        let mut paths = vec![self.path()];
        if self.rng.below(4) == 0 {
            let other = self.path();
            paths.extend((other != paths[0]).then_some(other));
        }
        let change = |path: String| {
            let before = self.books.nodes.get(&path).cloned().flatten();
            Change::of(path, before, number.to_string(), &mut self.rng)
        };
        paths.into_iter().map(change).collect()
    }

    async fn ask(&self, changes: &[Change]) -> Result<(), Refusal> {
        let mut requests: Vec<_> = changes.iter().map(Change::request).collect();
        if requests.len() == 1 {
            let request = requests.remove(0);
            return self.client.request(request).await.map(|_| ());
        }
        let op = Request::Multi(Vec::new()).op();
        let results = self.client.multi(requests).await?;
        match multi_error(&results) {
            Some((at, error)) => Err(Refusal::Keeper { error, op, path: changes[at].path.clone() }),
            None => Ok(()),
        }
    }

    fn note(&mut self, changes: Vec<Change>) {
        self.books.nodes.extend(changes.into_iter().map(|change| (change.path, change.after)));
    }

    /// Looks whether changes whose answer never came were made.
    async fn look(&mut self, changes: Vec<Change>) -> Result<(), Error> {
        let until = Instant::now() + SERVED_WITHIN;
        let found = loop {
            match self.found(&changes).await {
                Ok(found) => break found,
                Err(error) if !is_silence(&error) => return Err(error.into()),
                Err(error) if Instant::now() > until => {
                    return Err(format!("not served again: {error}").into());
                }
                Err(_) if self.client.state().is_final() => {
                    self.client = session(&self.servers).await?;
                    self.mark().await;
                }
                Err(_) => drop(self.client.connected(SESSION).await),
            }
        };
        let is = |wanted: fn(&Change) -> &Node| {
            changes.iter().zip(&found).all(|(change, found)| wanted(change) == found)
        };
        match (is(|it| &it.after), is(|it| &it.before)) {
            (true, _) => {
                self.books.done += 1;
                self.note(changes);
            }
            (false, true) => self.books.undone += 1,
            (false, false) => {
                return Err(format!("{changes:?} came to {found:?}").into());
            }
        }
        Ok(())
    }

    async fn found(&self, changes: &[Change]) -> Result<Vec<Node>, Refusal> {
        self.client.sync("/").await?;
        let mut found = Vec::new();
        for change in changes {
            found.push(read(&self.client, &change.path).await?);
        }
        Ok(found)
    }
}
