//! The ZooKeeper client: one session, from its first connection to its end.
//!
//! ```text
//! let servers = ConnectString::parse("localhost:2181/kafka")?;
//! let (client, mut events) = Client::start(&servers, Options::default());
//! client.connected(Duration::from_secs(18)).await?;
//! let (data, stat) = client.get("/controller", true).await?;
//! ```
//!
//! A [`Client`] is a handle, cheap to clone; a task of its own runs the [`session`] machine over
//! whichever server answers. When a connection breaks, what was under way is answered with
//! ConnectionLoss (it may or may not have been done), and the task finds another server, sets all
//! watches and identities again and goes on with the same session. A session that the server
//! declares expired is the end of its client: make a new one. The last clone that is dropped closes
//! the session.
//!
//! [`Events`] tells changes of state and fired watches, in the server's order. An event can be
//! taken from it before the reply that shows its change is given to whoever waits for that reply.
//!
//! Many requests may be in flight: [`Client::request`] has sent when it was polled once, and
//! [`Client::pipeline`] sends a whole batch before it waits.

mod connect_string;
mod retry;
mod session;
mod task;
#[cfg(test)]
mod tests;
mod watches;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use crate::base::clock::Clock;
use crate::base::rng::Rng;
use crate::limits;
use crate::net::socket;
use crate::zookeeper::jute::reply::{AclStat, ChildrenStat, CreatedStat, DataStat};
use crate::zookeeper::jute::request::{
    AddWatchRequest, AuthPacket, CreateMode, CreateRequest, CreateTtlRequest, PathRequest,
    PrefixRequest, SetAclRequest, SetDataRequest, VersionRequest, WatchRequest, WatcherType,
    WatchesRequest,
};
use crate::zookeeper::jute::{
    Acl, ClientInfo, KeeperError, MultiResult, OpCode, Reply, Request, SessionId, Stat,
};

pub use connect_string::{Chroot, ConnectString, Host, ParseError};
pub use session::{Answer, Event, State, WatchEvent};
pub use watches::WatchKind;

/// What a client is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is asked for; the server has bounds of its own.
    pub session_timeout: Duration,
    /// The largest reply that is taken, in bytes (`jute.maxbuffer`).
    pub reply_bytes_max: usize,
    /// Whether a server without a quorum behind it will do; it answers reads only.
    pub read_only: bool,
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            session_timeout: Duration::from_secs(18),
            reply_bytes_max: limits::JUTE_REPLY_BYTES_MAX,
            read_only: false,
            clock: Clock::System,
        }
    }
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The server, or the loss of it, is the answer to an operation.
    Keeper { error: KeeperError, op: OpCode, path: String },
    /// The server answered something that is no reply to the request.
    WrongReply { op: OpCode },
    /// No session within the time given.
    NotConnected { servers: String, within: Duration, trouble: Option<String> },
    /// The session has come to its end.
    Ended(State),
}

impl Error {
    /// The server's error, if it is one.
    pub fn keeper(&self) -> Option<KeeperError> {
        match self {
            Error::Keeper { error, .. } => Some(*error),
            Error::Ended(State::Expired) => Some(KeeperError::SessionExpired),
            Error::Ended(State::AuthFailed) => Some(KeeperError::AuthFailed),
            Error::NotConnected { .. } | Error::Ended(_) => Some(KeeperError::ConnectionLoss),
            Error::WrongReply { .. } => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Keeper { error, path, .. } if path.is_empty() => error.fmt(f),
            Error::Keeper { error, path, .. } => write!(f, "{error} for {path}"),
            Error::WrongReply { op } => write!(f, "the server's reply to {op} is none"),
            Error::NotConnected { servers, within, trouble } => {
                write!(
                    f,
                    "no session with ZooKeeper at {servers} within {}ms",
                    within.as_millis()
                )?;
                trouble.iter().try_for_each(|trouble| write!(f, " ({trouble})"))
            }
            Error::Ended(State::Expired) => f.write_str("the ZooKeeper session has expired"),
            Error::Ended(State::AuthFailed) => {
                f.write_str("ZooKeeper did not accept the authentication")
            }
            Error::Ended(_) => f.write_str("the ZooKeeper session is closed"),
        }
    }
}

impl std::error::Error for Error {}

/// What an operation gives.
pub type Result<T> = std::result::Result<T, Error>;

/// How the task answers.
type Waiter = oneshot::Sender<std::result::Result<Answer, KeeperError>>;

/// What the handle asks of the task.
enum Command {
    Request(Request, Waiter),
    Close(oneshot::Sender<()>),
}

/// What the task shows of itself.
#[derive(Clone, Debug)]
struct Status {
    state: State,
    session: SessionId,
    timeout: Duration,
    /// Why the last server could not be reached.
    trouble: Option<String>,
}

/// A handle on a session.
#[derive(Clone, Debug)]
pub struct Client {
    commands: mpsc::Sender<Command>,
    status: watch::Receiver<Status>,
    servers: std::sync::Arc<ConnectString>,
}

/// Changes of state and fired watches, in order.
#[derive(Debug)]
pub struct Events(mpsc::Receiver<Event>);

impl Events {
    /// The next event; none after the one that ended the session.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.recv().await
    }

    /// The next event if there is one now.
    pub fn try_next(&mut self) -> Option<Event> {
        self.0.try_recv().ok()
    }
}

impl Client {
    /// Starts looking for a session; see [`Client::connected`].
    pub fn start(servers: &ConnectString, options: Options) -> (Client, Events) {
        let (commands, inbox) = mpsc::channel(limits::MACHINE_INBOX_MAX);
        let (events, outlet) = mpsc::channel(limits::ZOOKEEPER_CLIENT_EVENTS_MAX);
        let status = watch::Sender::new(Status {
            state: State::Connecting,
            session: SessionId::NONE,
            timeout: options.session_timeout,
            trouble: None,
        });
        let client = Client {
            commands,
            status: status.subscribe(),
            servers: std::sync::Arc::new(servers.clone()),
        };
        let task =
            task::Task::new(servers.clone(), options, Rng::from_system(), inbox, events, status);
        socket::spawn(task.run());
        (client, Events(outlet))
    }

    /// Waits for a session that can be used.
    pub async fn connected(&self, within: Duration) -> Result<()> {
        let mut status = self.status.clone();
        let ready = |status: &Status| status.state != State::Connecting;
        let state = match tokio::time::timeout(within, status.wait_for(ready)).await {
            Ok(Ok(status)) => status.state,
            Ok(Err(_)) => State::Closed,
            Err(_) => {
                let trouble = self.status.borrow().trouble.clone();
                return Err(Error::NotConnected {
                    servers: self.servers.to_string(),
                    within,
                    trouble,
                });
            }
        };
        match state {
            State::Connected | State::Connecting => Ok(()),
            State::Expired | State::AuthFailed | State::Closed => Err(Error::Ended(state)),
        }
    }

    /// What became of the session.
    pub fn state(&self) -> State {
        self.status.borrow().state
    }

    /// The session's id; zero before there is one.
    pub fn session(&self) -> SessionId {
        self.status.borrow().session
    }

    /// The session timeout that was agreed on.
    pub fn session_timeout(&self) -> Duration {
        self.status.borrow().timeout
    }

    /// Where the client was told to connect to.
    pub fn servers(&self) -> &ConnectString {
        &self.servers
    }

    /// Closes the session; its ephemeral nodes are gone when this returns and the server was there.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.commands.send(Command::Close(done)).await.is_ok() {
            // An error means that the task has ended, which is what was asked for.
            let _ = closed.await;
        }
    }

    /// Sends any request and waits for its answer.
    pub async fn request(&self, request: Request) -> Result<Answer> {
        self.send(request).await.answer().await
    }

    /// Sends all of them, in order, before waiting for the first answer.
    pub async fn pipeline(&self, requests: Vec<Request>) -> Vec<Result<Answer>> {
        let mut sent = Vec::with_capacity(requests.len());
        for request in requests {
            sent.push(self.send(request).await);
        }
        let mut answers = Vec::with_capacity(sent.len());
        for pending in sent {
            answers.push(pending.answer().await);
        }
        answers
    }

    /// Like [`Client::request`], again after each reconnect for as long as the connection is what
    /// fails. The request may have been done more than once.
    pub async fn insist(&self, request: Request) -> Result<Answer> {
        loop {
            match self.request(request.clone()).await {
                Err(Error::Keeper { error: KeeperError::ConnectionLoss, .. })
                    if !self.state().is_final() =>
                {
                    let mut status = self.status.clone();
                    // An error is the end of the task, which the next round tells.
                    let _ = status.wait_for(|status| status.state != State::Connecting).await;
                }
                answer => return answer,
            }
        }
    }

    /// Sends a request; its answer can be waited for later.
    pub async fn send(&self, mut request: Request) -> Pending {
        let (waiter, answer) = oneshot::channel();
        let path = request.path_mut().map(|path| path.clone()).unwrap_or_default();
        let op = request.op();
        // A task that is gone drops the waiter, which the answer tells.
        let _ = self.commands.send(Command::Request(request, waiter)).await;
        Pending { op, path, answer, status: self.status.clone() }
    }

    /// Creates a node; gives its path, which differs for sequential ones.
    pub async fn create(
        &self,
        path: &str,
        data: Option<Bytes>,
        acl: &[Acl],
        mode: CreateMode,
    ) -> Result<String> {
        let request = Request::Create(create_request(path, data, acl, mode));
        match self.request(request).await?.reply {
            Reply::Created(path) => Ok(path),
            _ => Err(Error::WrongReply { op: OpCode::Create }),
        }
    }

    /// Creates a node of any mode but TTL; gives its path and stat.
    pub async fn create2(
        &self,
        path: &str,
        data: Option<Bytes>,
        acl: &[Acl],
        mode: CreateMode,
    ) -> Result<(String, Stat)> {
        let create = create_request(path, data, acl, mode);
        self.created(match mode {
            CreateMode::Container => Request::CreateContainer(create),
            _ => Request::Create2(create),
        })
        .await
    }

    /// Creates a node that goes when it has had no children and no change for `ttl`.
    pub async fn create_ttl(
        &self,
        path: &str,
        data: Option<Bytes>,
        acl: &[Acl],
        sequential: bool,
        ttl: Duration,
    ) -> Result<(String, Stat)> {
        let mode = match sequential {
            true => CreateMode::PersistentSequentialWithTtl,
            false => CreateMode::PersistentWithTtl,
        };
        self.created(Request::CreateTtl(CreateTtlRequest {
            path: path.to_owned(),
            data,
            acl: acl.to_vec(),
            flags: mode.flags(),
            ttl_ms: i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX),
        }))
        .await
    }

    async fn created(&self, request: Request) -> Result<(String, Stat)> {
        let op = request.op();
        match self.request(request).await?.reply {
            Reply::CreatedStat(CreatedStat { path, stat }) => Ok((path, stat)),
            _ => Err(Error::WrongReply { op }),
        }
    }

    /// Creates a node and all that are missing above it, persistent and open to all; those that
    /// are there already are no error.
    pub async fn create_all(&self, path: &str) -> Result<()> {
        let acl = [Acl::world(crate::zookeeper::jute::record::perms::ALL)];
        let ends = path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]);
        for part in ends.filter_map(|end| path.get(..end)).filter(|part| !part.is_empty()) {
            match self.create(part, None, &acl, CreateMode::Persistent).await {
                Ok(_) | Err(Error::Keeper { error: KeeperError::NodeExists, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Deletes a node of that version; -1 is any.
    pub async fn delete(&self, path: &str, version: i32) -> Result<()> {
        let request = Request::Delete(VersionRequest { path: path.to_owned(), version });
        self.request(request).await.map(|_| ())
    }

    /// The node's stat; none where there is no node. The watch is left either way.
    pub async fn exists(&self, path: &str, watch: bool) -> Result<Option<Stat>> {
        let request = Request::Exists(WatchRequest { path: path.to_owned(), watch });
        match self.request(request).await {
            Ok(Answer { reply: Reply::Stat(stat), .. }) => Ok(Some(stat)),
            Err(Error::Keeper { error: KeeperError::NoNode, .. }) => Ok(None),
            Ok(_) => Err(Error::WrongReply { op: OpCode::Exists }),
            Err(error) => Err(error),
        }
    }

    /// A node's data and stat.
    pub async fn get(&self, path: &str, watch: bool) -> Result<(Option<Bytes>, Stat)> {
        let request = Request::GetData(WatchRequest { path: path.to_owned(), watch });
        match self.request(request).await?.reply {
            Reply::Data(DataStat { data, stat }) => Ok((data, stat)),
            _ => Err(Error::WrongReply { op: OpCode::GetData }),
        }
    }

    /// Sets the data of a node of that version; -1 is any.
    pub async fn set(&self, path: &str, data: Option<Bytes>, version: i32) -> Result<Stat> {
        let request = SetDataRequest { path: path.to_owned(), data, version };
        match self.request(Request::SetData(request)).await?.reply {
            Reply::Stat(stat) => Ok(stat),
            _ => Err(Error::WrongReply { op: OpCode::SetData }),
        }
    }

    /// The names of a node's children, in no order, and its stat.
    pub async fn children(&self, path: &str, watch: bool) -> Result<(Vec<String>, Stat)> {
        let request = Request::GetChildren2(WatchRequest { path: path.to_owned(), watch });
        match self.request(request).await?.reply {
            Reply::ChildrenStat(ChildrenStat { children, stat }) => Ok((children, stat)),
            _ => Err(Error::WrongReply { op: OpCode::GetChildren2 }),
        }
    }

    /// All or none of creations, deletions, changes and checks. The results are those of the
    /// operations, whether they were done or not: see [`multi_error`].
    pub async fn multi(&self, operations: Vec<Request>) -> Result<Vec<MultiResult>> {
        match self.request(Request::Multi(operations)).await?.reply {
            Reply::Multi(results) => Ok(results),
            _ => Err(Error::WrongReply { op: OpCode::Multi }),
        }
    }

    /// Returns when the server has caught up with its leader.
    pub async fn sync(&self, path: &str) -> Result<()> {
        let path = Some(path.to_owned());
        self.request(Request::Sync(PrefixRequest { path })).await.map(|_| ())
    }

    /// A node's ACL and stat.
    pub async fn get_acl(&self, path: &str) -> Result<(Vec<Acl>, Stat)> {
        let request = Request::GetAcl(PathRequest { path: path.to_owned() });
        match self.request(request).await?.reply {
            Reply::Acl(AclStat { acl, stat }) => Ok((acl, stat)),
            _ => Err(Error::WrongReply { op: OpCode::GetAcl }),
        }
    }

    /// Sets the ACL of a node whose ACL is of that version; -1 is any.
    pub async fn set_acl(&self, path: &str, acl: &[Acl], version: i32) -> Result<Stat> {
        let request = SetAclRequest { path: path.to_owned(), acl: acl.to_vec(), version };
        match self.request(Request::SetAcl(request)).await?.reply {
            Reply::Stat(stat) => Ok(stat),
            _ => Err(Error::WrongReply { op: OpCode::SetAcl }),
        }
    }

    /// Adds an identity, here and after every reconnect. One that is refused ends the session.
    pub async fn add_auth(&self, scheme: &str, auth: &[u8]) -> Result<()> {
        let auth = Some(Bytes::copy_from_slice(auth));
        let packet = AuthPacket { kind: 0, scheme: scheme.to_owned(), auth };
        self.request(Request::Auth(packet)).await.map(|_| ())
    }

    /// Whom the server takes this connection for.
    pub async fn who_am_i(&self) -> Result<Vec<ClientInfo>> {
        match self.request(Request::WhoAmI).await?.reply {
            Reply::WhoAmI(infos) => Ok(infos),
            _ => Err(Error::WrongReply { op: OpCode::WhoAmI }),
        }
    }

    /// Leaves a watch that stays, on the node or on everything below it too.
    pub async fn add_watch(&self, path: &str, recursive: bool) -> Result<()> {
        let request = AddWatchRequest { path: path.to_owned(), mode: i32::from(recursive) };
        self.request(Request::AddWatch(request)).await.map(|_| ())
    }

    /// Takes watches away.
    pub async fn remove_watches(&self, path: &str, kind: WatcherType) -> Result<()> {
        let request = WatchesRequest { path: path.to_owned(), kind: kind as i32 };
        self.request(Request::RemoveWatches(request)).await.map(|_| ())
    }

    /// The session's ephemeral nodes whose paths start so.
    pub async fn ephemerals(&self, prefix: &str) -> Result<Vec<String>> {
        let path = Some(prefix.to_owned());
        match self.request(Request::GetEphemerals(PrefixRequest { path })).await?.reply {
            Reply::Children(paths) => Ok(paths),
            _ => Err(Error::WrongReply { op: OpCode::GetEphemerals }),
        }
    }

    /// How many nodes are below a node.
    pub async fn count_below(&self, path: &str) -> Result<i32> {
        let request = Request::GetAllChildrenNumber(PathRequest { path: path.to_owned() });
        match self.request(request).await?.reply {
            Reply::Count(count) => Ok(count),
            _ => Err(Error::WrongReply { op: OpCode::GetAllChildrenNumber }),
        }
    }
}

/// A request that was sent.
#[derive(Debug)]
pub struct Pending {
    op: OpCode,
    path: String,
    answer: oneshot::Receiver<std::result::Result<Answer, KeeperError>>,
    status: watch::Receiver<Status>,
}

impl Pending {
    /// Waits for its answer.
    pub async fn answer(self) -> Result<Answer> {
        match self.answer.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Error::Keeper { error, op: self.op, path: self.path }),
            Err(_) => match self.status.borrow().state {
                state if state.is_final() => Err(Error::Ended(state)),
                _ => Err(Error::Ended(State::Closed)),
            },
        }
    }
}

/// The operation at which a multi failed, and why; none where it was done.
pub fn multi_error(results: &[MultiResult]) -> Option<(usize, KeeperError)> {
    let errors = || results.iter().enumerate().filter_map(|(n, r)| Some((n, r.error()?)));
    // Those behind the one that failed say RuntimeInconsistency.
    errors().find(|(_, e)| *e != KeeperError::RuntimeInconsistency).or_else(|| errors().next())
}

fn create_request(path: &str, data: Option<Bytes>, acl: &[Acl], mode: CreateMode) -> CreateRequest {
    CreateRequest { path: path.to_owned(), data, acl: acl.to_vec(), flags: mode.flags() }
}
