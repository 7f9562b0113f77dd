//! A client's session as a machine: xids, watches, pings, what is in flight, and how it ends.
//!
//! Whoever owns the socket tells it what happened ([`Session::opened`], [`Session::frame`],
//! [`Session::lost`], [`Session::tick`]) and carries out what it answers. Bytes to send gather in
//! [`Session::take_output`]. A session outlives its connections; it ends when the server says it
//! has expired, when an authentication fails, or when it is closed.
//!
//! Order: events come out before the replies that reflect them, because they come in so.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::connect_string::Chroot;
use super::watches::{Table, WatchKind, Watches};
use crate::base::bytes::{Reader, Writer};
use crate::base::clock::Instant;
use crate::zookeeper::jute::record::xid;
use crate::zookeeper::jute::request::{AddWatchRequest, AuthPacket, WatcherType, WatchesRequest};
use crate::zookeeper::jute::{
    ConnectRequest, ConnectResponse, Jute, KeeperError, OpCode, Reply, ReplyHeader, Request,
    RequestHeader, SessionId, WatcherEvent, Zxid,
};

/// A reply, and the transaction it was computed after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub zxid: Zxid,
    pub reply: Reply,
}

/// What became of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no connection with a session; one is being sought.
    Connecting,
    Connected,
    /// The server forgot the session. Its ephemeral nodes and watches are gone; this is the end.
    Expired,
    /// The server did not accept an authentication. This is the end.
    AuthFailed,
    /// Closed from this side.
    Closed,
}

impl State {
    /// Whether nothing will ever change it.
    pub fn is_final(self) -> bool {
        matches!(self, State::Expired | State::AuthFailed | State::Closed)
    }

    /// What requests are answered with in a final state.
    fn error(self) -> KeeperError {
        match self {
            State::Expired => KeeperError::SessionExpired,
            State::AuthFailed => KeeperError::AuthFailed,
            State::Connecting | State::Connected | State::Closed => KeeperError::ConnectionLoss,
        }
    }
}

/// What a client is told unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    State(State),
    Watch(WatchEvent),
}

/// A watch that fired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchEvent {
    pub kind: WatchKind,
    pub path: String,
    /// The transaction that changed it; -1 where the server does not say, as before 3.9.
    pub zxid: Zxid,
}

/// What is to be done for the session.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action<W> {
    Answer(W, Result<Answer, KeeperError>),
    Event(Event),
    /// Close the connection, then call [`Session::lost`].
    Disconnect(String),
}

#[derive(Debug)]
enum Link {
    Down,
    /// The handshake is under way since.
    Handshake(Instant),
    Up,
}

/// A request without a reply yet.
#[derive(Debug)]
struct InFlight<W> {
    xid: i32,
    op: OpCode,
    watch: Option<Watch>,
    waiter: W,
}

/// What a successful reply does to the watches.
#[derive(Clone, Debug)]
enum Watch {
    Add(Table, String),
    /// exists leaves a watch on what is not there too, but in another table.
    Exists(String),
    Remove(Vec<Table>, String),
}

/// The machine. `W` is whoever waits for a reply.
#[derive(Debug)]
pub(super) struct Session<W> {
    chroot: Chroot,
    requested_timeout: Duration,
    read_only: bool,
    /// The session is one of all servers; what a server without a quorum gives is its own alone.
    shared: bool,
    /// As agreed on with the server.
    timeout: Duration,
    id: SessionId,
    password: Bytes,
    last_zxid: Zxid,
    next_xid: i32,
    state: State,
    link: Link,
    in_flight: VecDeque<InFlight<W>>,
    /// Accepted while there was no session to send them on.
    queued: VecDeque<(Request, W)>,
    /// Sent again on each connection.
    auths: Vec<AuthPacket>,
    auth_waiters: VecDeque<Option<W>>,
    watches: Watches,
    closing: bool,
    last_sent: Instant,
    last_heard: Instant,
    output: BytesMut,
}

impl<W> Session<W> {
    pub(super) fn new(chroot: Chroot, timeout: Duration, read_only: bool) -> Session<W> {
        Session {
            chroot,
            requested_timeout: timeout,
            read_only,
            shared: false,
            timeout,
            id: SessionId::NONE,
            password: Bytes::from_static(&[0; 16]),
            last_zxid: Zxid::ZERO,
            next_xid: 1,
            state: State::Connecting,
            link: Link::Down,
            in_flight: VecDeque::new(),
            queued: VecDeque::new(),
            auths: Vec::new(),
            auth_waiters: VecDeque::new(),
            watches: Watches::default(),
            closing: false,
            last_sent: Instant::default(),
            last_heard: Instant::default(),
            output: BytesMut::new(),
        }
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    pub(super) fn id(&self) -> SessionId {
        self.id
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Requests that are sent or wait to be.
    pub(super) fn pending(&self) -> usize {
        self.in_flight.len() + self.queued.len()
    }

    /// What is to be written to the connection.
    pub(super) fn take_output(&mut self) -> Bytes {
        self.output.split().freeze()
    }

    /// A connection is there.
    pub(super) fn opened(&mut self, now: Instant) {
        assert!(matches!(self.link, Link::Down), "one connection at a time");
        self.link = Link::Handshake(now);
        self.last_heard = now;
        let request = ConnectRequest {
            protocol_version: 0,
            last_zxid_seen: self.last_zxid,
            timeout_ms: i32::try_from(self.requested_timeout.as_millis()).unwrap_or(i32::MAX),
            session: if self.shared { self.id } else { SessionId::NONE },
            password: Some(self.password.clone()),
            read_only: Some(self.read_only),
        };
        self.send(now, |writer| request.encode(writer));
    }

    /// The connection is gone, or could not be made. What was under way may or may not be done.
    pub(super) fn lost(&mut self, out: &mut Vec<Action<W>>) {
        self.link = Link::Down;
        self.output.clear();
        if self.closing && !self.state.is_final() {
            self.finish(State::Closed, out);
            return;
        }
        if self.state == State::Connected {
            self.enter(State::Connecting, out);
        }
        self.fail_all(self.state.error(), out);
    }

    /// Sends a request, or keeps it until there is a session.
    pub(super) fn submit(
        &mut self,
        now: Instant,
        mut request: Request,
        waiter: W,
        out: &mut Vec<Action<W>>,
    ) {
        if self.state.is_final() || self.closing {
            out.push(Action::Answer(waiter, Err(self.state.error())));
            return;
        }
        self.chroot.enter_request(&mut request);
        if self.state == State::Connected {
            self.start(now, request, waiter);
        } else {
            self.queued.push_back((request, waiter));
        }
    }

    /// Ends the session; the last reply is that of its closing.
    pub(super) fn close(&mut self, now: Instant, out: &mut Vec<Action<W>>) {
        if self.state.is_final() || self.closing {
            return;
        }
        self.closing = true;
        match self.state {
            State::Connected => {
                let header = self.header(OpCode::CloseSession);
                self.send(now, |writer| header.encode(writer));
            }
            _ => self.finish(State::Closed, out),
        }
    }

    /// When [`Session::tick`] is to be called at the latest.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.link {
            Link::Down => None,
            Link::Handshake(since) => Some(since + self.timeout),
            Link::Up => Some(
                (self.last_sent + self.timeout / 3).min(self.last_heard + self.timeout * 2 / 3),
            ),
        }
    }

    /// Time has passed.
    pub(super) fn tick(&mut self, now: Instant, out: &mut Vec<Action<W>>) {
        match self.link {
            Link::Down => {}
            Link::Handshake(since) if now >= since + self.timeout => {
                out.push(Action::Disconnect("the server did not answer the handshake".to_owned()));
            }
            Link::Handshake(_) => {}
            Link::Up if now >= self.last_heard + self.timeout * 2 / 3 => {
                let silent = now.since(self.last_heard).as_millis();
                out.push(Action::Disconnect(format!(
                    "nothing heard from the server in {silent}ms"
                )));
            }
            Link::Up if now >= self.last_sent + self.timeout / 3 => {
                let header = RequestHeader { xid: xid::PING, kind: OpCode::Ping.code() };
                self.send(now, |writer| header.encode(writer));
            }
            Link::Up => {}
        }
    }

    /// Takes a frame from the server.
    pub(super) fn frame(&mut self, now: Instant, frame: &Bytes, out: &mut Vec<Action<W>>) {
        self.last_heard = now;
        let mut reader = Reader::shared(frame);
        let taken = match self.link {
            Link::Handshake(_) => self.welcome(now, &mut reader, out),
            Link::Up => self.reply(&mut reader, out),
            Link::Down => Ok(()),
        };
        if let Err(error) = taken {
            out.push(Action::Disconnect(format!("a reply that cannot be read: {error}")));
        }
    }

    /// The answer to the handshake.
    fn welcome(
        &mut self,
        now: Instant,
        reader: &mut Reader<'_>,
        out: &mut Vec<Action<W>>,
    ) -> Result<(), crate::base::bytes::Error> {
        let response = ConnectResponse::decode(reader)?;
        let Some(timeout) = u64::try_from(response.timeout_ms).ok().filter(|&ms| ms > 0) else {
            self.finish(State::Expired, out);
            out.push(Action::Disconnect("the session has expired".to_owned()));
            return Ok(());
        };
        self.timeout = Duration::from_millis(timeout);
        self.id = response.session;
        self.shared |= response.read_only != Some(true);
        self.password = response.password.unwrap_or_default();
        self.link = Link::Up;
        for auth in self.auths.clone() {
            self.auth_waiters.push_back(None);
            self.send_request(now, xid::AUTH, &Request::Auth(auth));
        }
        for request in self.watches.requests(self.last_zxid) {
            self.send_request(now, xid::SET_WATCHES, &request);
        }
        self.enter(State::Connected, out);
        for (request, waiter) in std::mem::take(&mut self.queued) {
            self.start(now, request, waiter);
        }
        Ok(())
    }

    fn reply(
        &mut self,
        reader: &mut Reader<'_>,
        out: &mut Vec<Action<W>>,
    ) -> Result<(), crate::base::bytes::Error> {
        let header = ReplyHeader::decode(reader)?;
        match header.xid {
            xid::NOTIFICATION => return self.event(header.zxid, reader, out),
            xid::PING | xid::SET_WATCHES => return Ok(()),
            xid::AUTH => {
                self.auth_reply(&header, out);
                return Ok(());
            }
            _ => {}
        }
        self.last_zxid = self.last_zxid.max(header.zxid);
        let Some(request) = self.in_flight.pop_front_if(|request| request.xid == header.xid) else {
            if self.closing {
                self.finish(State::Closed, out);
            }
            let said = match self.closing {
                true => "the session is closed".to_owned(),
                false => format!("a reply with xid {} that is not the next", header.xid),
            };
            out.push(Action::Disconnect(said));
            return Ok(());
        };
        self.note_watch(request.watch, header.error);
        let answer = match KeeperError::of(header.error) {
            None if header.error != 0 => Err(KeeperError::SystemError),
            Some(error) => Err(error),
            None => Reply::decode(request.op, reader).map_or_else(
                |error| {
                    let text = format!("a reply to {} that cannot be read: {error}", request.op);
                    out.push(Action::Disconnect(text));
                    Err(KeeperError::MarshallingError)
                },
                |mut reply| {
                    self.chroot.leave_reply(request.op == OpCode::GetEphemerals, &mut reply);
                    Ok(Answer { zxid: header.zxid, reply })
                },
            ),
        };
        out.push(Action::Answer(request.waiter, answer));
        Ok(())
    }

    fn event(
        &mut self,
        zxid: Zxid,
        reader: &mut Reader<'_>,
        out: &mut Vec<Action<W>>,
    ) -> Result<(), crate::base::bytes::Error> {
        let WatcherEvent { kind, mut path, .. } = WatcherEvent::decode(reader)?;
        // Kinds this client does not know are for newer ones.
        let Some(kind) = WatchKind::of(kind) else { return Ok(()) };
        self.watches.fired(kind, &path);
        self.chroot.leave(&mut path);
        out.push(Action::Event(Event::Watch(WatchEvent { kind, path, zxid })));
        Ok(())
    }

    fn auth_reply(&mut self, header: &ReplyHeader, out: &mut Vec<Action<W>>) {
        let waiter = self.auth_waiters.pop_front().flatten();
        if header.error == 0 {
            let answer = Answer { zxid: self.last_zxid, reply: Reply::Empty };
            out.extend(waiter.map(|waiter| Action::Answer(waiter, Ok(answer))));
            return;
        }
        let error = KeeperError::AuthFailed;
        out.extend(waiter.map(|waiter| Action::Answer(waiter, Err(error))));
        self.finish(State::AuthFailed, out);
        out.push(Action::Disconnect("the authentication failed".to_owned()));
    }

    fn start(&mut self, now: Instant, request: Request, waiter: W) {
        if let Request::Auth(auth) = &request {
            if !self.auths.contains(auth) {
                self.auths.push(auth.clone());
            }
            self.auth_waiters.push_back(Some(waiter));
            self.send_request(now, xid::AUTH, &request);
            return;
        }
        let header = self.header(request.op());
        self.send_request(now, header.xid, &request);
        let watch = watch_of(&request);
        self.in_flight.push_back(InFlight { xid: header.xid, op: request.op(), watch, waiter });
    }

    fn header(&mut self, op: OpCode) -> RequestHeader {
        let xid = self.next_xid;
        self.next_xid = xid.checked_add(1).unwrap_or(1);
        RequestHeader { xid, kind: op.code() }
    }

    fn send_request(&mut self, now: Instant, xid: i32, request: &Request) {
        let header = RequestHeader { xid, kind: request.op().code() };
        self.send(now, |writer| {
            header.encode(writer);
            request.encode(writer);
        });
    }

    fn send(&mut self, now: Instant, body: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::with_capacity(128);
        let mark = writer.mark_i32();
        body(&mut writer);
        writer.fill_length(&mark);
        self.output.extend_from_slice(&writer.into_bytes());
        self.last_sent = now;
    }

    fn note_watch(&mut self, watch: Option<Watch>, error: i32) {
        match watch {
            Some(Watch::Add(table, path)) if error == 0 => self.watches.add(table, path),
            Some(Watch::Exists(path)) if error == 0 => self.watches.add(Table::Data, path),
            Some(Watch::Exists(path)) if error == KeeperError::NoNode.code() => {
                self.watches.add(Table::Exist, path);
            }
            Some(Watch::Remove(tables, path)) if error == 0 => {
                tables.into_iter().for_each(|table| self.watches.remove(table, &path));
            }
            _ => {}
        }
    }

    fn enter(&mut self, state: State, out: &mut Vec<Action<W>>) {
        self.state = state;
        out.push(Action::Event(Event::State(state)));
    }

    /// Comes to an end for good.
    fn finish(&mut self, state: State, out: &mut Vec<Action<W>>) {
        self.enter(state, out);
        self.fail_all(state.error(), out);
    }

    fn fail_all(&mut self, error: KeeperError, out: &mut Vec<Action<W>>) {
        let sent = self.in_flight.drain(..).map(|request| request.waiter);
        let auths = self.auth_waiters.drain(..).flatten();
        let queued = self.queued.drain(..).map(|(_, waiter)| waiter);
        out.extend(sent.chain(auths).chain(queued).map(|w| Action::Answer(w, Err(error))));
    }
}

/// What a request does to the watches if it succeeds.
fn watch_of(request: &Request) -> Option<Watch> {
    let add = |table, path: &String| Some(Watch::Add(table, path.clone()));
    match request {
        Request::GetData(r) if r.watch => add(Table::Data, &r.path),
        Request::Exists(r) if r.watch => Some(Watch::Exists(r.path.clone())),
        Request::GetChildren(r) | Request::GetChildren2(r) if r.watch => add(Table::Child, &r.path),
        Request::AddWatch(AddWatchRequest { path, mode: 0 }) => add(Table::Persistent, path),
        Request::AddWatch(AddWatchRequest { path, .. }) => add(Table::Recursive, path),
        Request::RemoveWatches(WatchesRequest { path, kind }) => {
            let tables = match WatcherType::of(*kind)? {
                WatcherType::Children => vec![Table::Child],
                WatcherType::Data => vec![Table::Data, Table::Exist],
                WatcherType::Persistent => vec![Table::Persistent],
                WatcherType::PersistentRecursive => vec![Table::Recursive],
                WatcherType::Any => vec![
                    Table::Child,
                    Table::Data,
                    Table::Exist,
                    Table::Persistent,
                    Table::Recursive,
                ],
            };
            Some(Watch::Remove(tables, path.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
