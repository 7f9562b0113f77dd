//! One task a connection: cut frames, hand each to the service, write the replies in their order.
//!
//! A request's first phase runs on this task before the next frame is taken. What it must wait for
//! is a [`Reply::Parked`] future in a queue of replies; the connection goes on reading meanwhile, so
//! five produce requests that wait for replication wait together. The queue's length and bytes are
//! bounded by `limits`: beyond them the socket is not read, and TCP tells the peer.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc};

use crate::base::bytes::Part;
use crate::base::error::io_text;
use crate::limits;

use super::buffers::{BUFFER_BYTES, Buffers, KEPT_BUFFER_BYTES_MAX};
use super::foreign;
use super::outbound::Outbound;
use super::shutdown::StopSignal;
use super::socket::Stream;

/// How much one turn reads before other tasks of the worker get theirs, in bytes.
const READ_BYTES_A_TURN: usize = 256 * 1024;

/// The answer to one frame. A message carries its own length prefix.
pub enum Reply {
    /// The message.
    Ready(Vec<Part>),
    /// The message, or none, or the end of the connection and what to say of it in the log, once the
    /// future is done. Replies behind it wait for it.
    Parked(Pin<Box<dyn Future<Output = Late> + Send>>),
    /// No answer: the request asked for none, or the service answers through its [`Outbox`].
    Nothing,
    /// The message, and then the end of the connection.
    Last(Vec<Part>),
    /// The end of the connection, and what to say of it in the log.
    Close(String),
}

/// What came of a parked reply.
pub type Late = Result<Option<Vec<Part>>, String>;

/// What the first four bytes of a frame mean.
pub enum Prefix {
    /// The frame's length follows from them.
    Length,
    /// They are a whole message of their own (ZooKeeper's four-letter words).
    Message(Reply),
    /// They stand before so many bytes, which are a frame without a length.
    Before(usize),
}

/// What the service sends on its own account.
pub enum Push {
    /// A message.
    Message(Vec<Part>),
    /// The end of the connection, once what was pushed before is written.
    End,
}

/// Carries ZooKeeper's replies and watch events to the connection's task. Bounded: a peer that does
/// not read fills it, and the service decides what then. What was pushed before a frame is handed
/// over is written before the answer to that frame.
#[derive(Clone, Debug)]
pub struct Outbox {
    sender: mpsc::Sender<Push>,
    cut: Arc<Notify>,
}

impl Outbox {
    /// Pushes, unless the outbox is full or the connection has ended.
    pub fn try_send(&self, push: Push) -> Result<(), TrySendError<Push>> {
        self.sender.try_send(push)
    }

    /// Ends the connection now, whatever is still unwritten.
    pub fn cut(&self) {
        self.cut.notify_one();
    }
}

/// What a server does with frames. One value serves all connections of a listener.
pub trait Service: Send + Sync + 'static {
    /// What is kept for one connection.
    type Session: Send + 'static;

    /// What we speak, for messages about peers that speak something else.
    const PROTOCOL: &'static str;

    /// A connection has been accepted.
    fn open(&self, local: SocketAddr, peer: SocketAddr, outbox: &Outbox) -> Self::Session;

    /// The largest frame this connection may send now, in bytes.
    fn frame_bytes_max(&self, session: &Self::Session) -> usize;

    /// Looks at the first four bytes of a frame.
    fn prefix(&self, _session: &mut Self::Session, _prefix: [u8; 4]) -> Prefix {
        Prefix::Length
    }

    /// Whether the next frame may be taken; a throttled connection is not.
    fn poll_ready(&self, _session: &mut Self::Session, _cx: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    /// What to say of a frame whose length cannot be; `start` is what has come behind it.
    fn too_long(
        &self,
        _session: &Self::Session,
        prefix: [u8; 4],
        _start: &[u8],
        max: usize,
    ) -> String {
        foreign::describe(prefix, max, Self::PROTOCOL)
    }

    /// Handles one frame, without its length prefix.
    fn frame(&self, session: &mut Self::Session, frame: Bytes) -> Reply;

    /// The connection has ended.
    fn close(&self, _session: Self::Session) {}

    /// All that has come was taken.
    fn idle(&self, _session: &mut Self::Session) {}

    /// A connection was refused: its address has its fill.
    fn refused(&self) {}

    /// Says something about connections in the log, under the service's own logger.
    fn warn(&self, text: &str);
}

/// How a connection ended.
enum End {
    /// The peer closed, or the stop signal came.
    Quiet,
    /// Something to say in the log.
    Said(String),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> End {
        use io::ErrorKind::{BrokenPipe, ConnectionReset, NotConnected};
        match error.kind() {
            ConnectionReset | BrokenPipe | NotConnected => End::Quiet,
            _ => End::Said(io_text(&error)),
        }
    }
}

enum Slot {
    Ready(Vec<Part>),
    Parked(Pin<Box<dyn Future<Output = Late> + Send>>),
    /// Nothing is read any more; the connection ends when this comes to the front.
    End(Option<String>),
}

struct Connection<'a, S: Service> {
    service: &'a S,
    session: &'a mut S::Session,
    stream: &'a Stream,
    buffers: &'a Buffers,
    /// Empty, and without memory, while nothing is being received.
    buffer: BytesMut,
    replies: VecDeque<Slot>,
    outbound: Outbound,
    inbox: mpsc::Receiver<Push>,
    /// No more frames are taken: the service or the peer has ended its side.
    finished: bool,
    /// Of those that came whole, in bytes; not above what buffers are kept at.
    largest_frame: usize,
    /// The peer's prefix was looked at and its frame is still incomplete.
    prefixed: bool,
    /// How long that frame is, where its prefix does not say so.
    told: Option<usize>,
}

/// Serves one connection to its end.
pub(super) async fn serve<S: Service>(
    stream: Stream,
    peer: SocketAddr,
    service: Arc<S>,
    buffers: Arc<Buffers>,
    mut stop: StopSignal,
) {
    let (sender, inbox) = mpsc::channel(limits::OUTBOX_MESSAGES_MAX);
    let cut = Arc::new(Notify::new());
    let outbox = Outbox { sender, cut: cut.clone() };
    let local = stream.local().unwrap_or(peer);
    let mut session = service.open(local, peer, &outbox);
    drop(outbox);
    let mut connection = Connection {
        service: &*service,
        session: &mut session,
        stream: &stream,
        buffers: &buffers,
        buffer: BytesMut::new(),
        replies: VecDeque::new(),
        outbound: Outbound::default(),
        inbox,
        finished: false,
        largest_frame: 0,
        prefixed: false,
        told: None,
    };
    let end = {
        let mut stopped = pin!(stop.raised());
        let mut cut = pin!(cut.notified());
        std::future::poll_fn(|cx| match connection.poll(cx) {
            Poll::Pending if cut.as_mut().poll(cx).is_ready() => Poll::Ready(End::Quiet),
            Poll::Pending => stopped.as_mut().poll(cx).map(|()| End::Quiet),
            ended => ended,
        })
        .await
    };
    drop(connection);
    if let End::Said(text) = end {
        service.warn(&format!("connection from {peer} closed: {text}"));
    }
    service.close(session);
}

impl<S: Service> Connection<'_, S> {
    /// Goes round until nothing moves; ready when the connection has ended.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let mut turn = READ_BYTES_A_TURN;
        loop {
            match self.poll_read(cx) {
                Poll::Ready(Ok(read)) => turn = turn.saturating_sub(read),
                Poll::Ready(Err(end)) => return Poll::Ready(end),
                Poll::Pending => {
                    let was_full = !self.may_read();
                    let written = self.poll_write(cx);
                    if was_full && self.may_read() && written.is_pending() {
                        // Nobody waits for the socket to be readable yet: it was not wanted.
                        continue;
                    }
                    return written;
                }
            }
            match self.poll_write(cx) {
                Poll::Ready(end) => return Poll::Ready(end),
                Poll::Pending if turn == 0 => {
                    // Others of this worker first: one busy peer must not hold it.
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Pending => {}
            }
        }
    }

    /// Takes one read's worth of frames. Pending where nothing may or can be read now.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize, End>> {
        if !self.may_read() {
            return Poll::Pending;
        }
        ready!(self.service.poll_ready(self.session, cx));
        // Frames that were left when the queue was full.
        if self.take_frames(cx)? {
            return Poll::Ready(Ok(0));
        }
        if !self.may_read() {
            return Poll::Pending;
        }
        loop {
            let Poll::Ready(readable) = self.stream.poll_read_ready(cx) else {
                self.service.idle(self.session);
                return Poll::Pending;
            };
            readable.map_err(End::from)?;
            let most = self.make_room();
            match self.stream.try_read(&mut (&mut self.buffer).limit(most)) {
                Ok(0) => {
                    self.give_back();
                    if self.outbound.is_empty() {
                        return Poll::Ready(Err(End::Quiet));
                    }
                    // A half-closed peer (`printf ruok | nc`) still gets what is on its way; what
                    // is parked has nobody to wait for it any more.
                    self.finished = true;
                    self.replies.clear();
                    self.replies.push_back(Slot::End(None));
                    return Poll::Ready(Ok(0));
                }
                Ok(read) => {
                    self.take_frames(cx)?;
                    return Poll::Ready(Ok(read));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.give_back(),
                Err(error) => return Poll::Ready(Err(End::from(error))),
            }
        }
    }

    fn may_read(&self) -> bool {
        !self.finished
            && self.replies.len() < limits::REQUESTS_IN_FLIGHT_MAX
            && self.outbound.bytes() < limits::REPLY_BYTES_QUEUED_MAX
    }

    /// Hands over the complete frames in the buffer; says whether there was one.
    fn take_frames(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        let mut any = false;
        while self.may_read() {
            let Some(&prefix) = self.buffer.first_chunk::<4>() else { break };
            if !self.prefixed {
                match self.service.prefix(self.session, prefix) {
                    Prefix::Message(reply) => {
                        self.buffer.advance(4);
                        self.queue(reply)?;
                        any = true;
                        continue;
                    }
                    Prefix::Before(length) => self.told = Some(length),
                    Prefix::Length => {}
                }
            }
            self.prefixed = true;
            let length = match self.told {
                Some(length) => length,
                None => self.frame_length(prefix)?,
            };
            if self.buffer.len() < 4 + length {
                break;
            }
            if any && self.service.poll_ready(self.session, cx).is_pending() {
                break;
            }
            self.buffer.advance(4);
            let frame = self.buffer.split_to(length).freeze();
            (self.prefixed, self.told) = (false, None);
            self.largest_frame = self.largest_frame.max(length.min(KEPT_BUFFER_BYTES_MAX));
            any = true;
            let reply = self.service.frame(self.session, frame);
            self.queue(reply)?;
        }
        self.give_back();
        Ok(any)
    }

    fn frame_length(&self, prefix: [u8; 4]) -> Result<usize, End> {
        let max = self.service.frame_bytes_max(self.session);
        match usize::try_from(i32::from_be_bytes(prefix)) {
            Ok(length) if length <= max => Ok(length),
            _ => {
                let start = self.buffer.get(4..).unwrap_or_default();
                Err(End::Said(self.service.too_long(self.session, prefix, start, max)))
            }
        }
    }

    fn queue(&mut self, reply: Reply) -> Result<(), End> {
        let ended = match reply {
            Reply::Nothing => return Ok(()),
            // Nothing waits before it: straight out.
            Reply::Ready(parts) if self.replies.is_empty() => {
                // Behind what the service pushed before it made this answer.
                while let Ok(push) = self.inbox.try_recv() {
                    match push {
                        Push::Message(pushed) => self.outbound.push(pushed),
                        Push::End => {
                            self.finished = true;
                            self.replies.push_back(Slot::End(None));
                            return Ok(());
                        }
                    }
                }
                self.outbound.push(parts);
                return Ok(());
            }
            Reply::Ready(parts) => {
                self.replies.push_back(Slot::Ready(parts));
                return Ok(());
            }
            Reply::Parked(future) => {
                self.replies.push_back(Slot::Parked(future));
                return Ok(());
            }
            Reply::Last(parts) => {
                self.replies.push_back(Slot::Ready(parts));
                None
            }
            Reply::Close(text) => Some(text),
        };
        self.finished = true;
        self.replies.push_back(Slot::End(ended));
        Ok(())
    }

    /// Room for the rest of a frame that has begun, or for a read of the usual size.
    /// Sees to it that the buffer has room; gives how much the next read may bring.
    fn make_room(&mut self) -> usize {
        if self.buffer.capacity() == 0 {
            self.buffer = self.buffers.take();
        }
        let held = self.buffer.len();
        let missing = match self.buffer.first_chunk::<4>() {
            Some(&prefix) => usize::try_from(i32::from_be_bytes(prefix))
                .map_or(0, |length| (4 + length).saturating_sub(held)),
            None => 0,
        };
        // Not more at once than has been shown to come, by this frame or an earlier one: a promise
        // costs the peer nothing. Growing step by step copies a large frame once over.
        let shown = held.max(BUFFER_BYTES).max(self.largest_frame.saturating_sub(held));
        let wanted = missing.min(shown);
        if self.buffer.capacity() - held < wanted.max(BUFFER_BYTES / 8) {
            self.buffer.reserve(wanted.max(BUFFER_BYTES));
        }
        // A large frame is read to its end and no further: what came behind it would have to move
        // to the front of the buffer that its successor needs.
        if missing > BUFFER_BYTES / 8 { missing } else { usize::MAX }
    }

    fn give_back(&mut self) {
        // A frame that filled the buffer to its end leaves no capacity to see; it is there still.
        if self.buffer.is_empty() {
            self.buffers.give(std::mem::take(&mut self.buffer));
        }
    }

    /// Moves finished replies and the service's own messages out. Ready when the connection ends.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        loop {
            let ending = self.settle(cx);
            let before = self.outbound.bytes();
            match self.outbound.poll_write(self.stream, cx) {
                Poll::Ready(Err(error)) => return Poll::Ready(End::from(error)),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) if !self.outbound.is_empty() => {
                    // A turn's worth of files was sent; others of this worker first.
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(Ok(())) => {}
            }
            match ending {
                Some(Some(text)) => return Poll::Ready(End::Said(text)),
                Some(None) => return Poll::Ready(End::Quiet),
                // Replies may have been held back while the queue was full of bytes.
                None if before >= limits::REPLY_BYTES_QUEUED_MAX => {}
                None => return Poll::Pending,
            }
        }
    }

    /// Takes what is finished off the front of the replies; says whether the end is reached, and
    /// with what words.
    fn settle(&mut self, cx: &mut Context<'_>) -> Option<Option<String>> {
        while self.outbound.bytes() < limits::REPLY_BYTES_QUEUED_MAX {
            match self.inbox.poll_recv(cx) {
                Poll::Ready(Some(Push::Message(parts))) => self.outbound.push(parts),
                Poll::Ready(Some(Push::End)) => {
                    self.finished = true;
                    self.replies.clear();
                    return Some(None);
                }
                // Every sender is gone: this service never pushes, or it has cut the session.
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        while self.outbound.bytes() < limits::REPLY_BYTES_QUEUED_MAX {
            match self.replies.front_mut()? {
                Slot::Ready(parts) => self.outbound.push(std::mem::take(parts)),
                Slot::Parked(future) => match future.as_mut().poll(cx) {
                    Poll::Ready(Ok(parts)) => self.outbound.push(parts.unwrap_or_default()),
                    Poll::Ready(Err(text)) => {
                        self.finished = true;
                        self.replies.clear();
                        return Some(Some(text));
                    }
                    Poll::Pending => return None,
                },
                Slot::End(text) => return Some(text.take()),
            }
            self.replies.pop_front();
            // A slot is free: frames that waited in the buffer may go on.
            if !self.buffer.is_empty() {
                cx.waker().wake_by_ref();
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
