//! What the two ends of a connection have between them: bytes on their way, in order.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddrV4;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::time::Instant;

/// How much a direction holds before its writer must wait, in bytes.
const BYTES_MAX: usize = 256 * 1024;

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Who connected.
    Caller,
    /// Who accepted.
    Called,
}

impl End {
    pub(super) fn other(self) -> End {
        match self {
            End::Caller => End::Called,
            End::Called => End::Caller,
        }
    }
}

/// What is on its way in one direction.
#[derive(Debug, Default)]
struct Pipe {
    queue: VecDeque<(Instant, Bytes)>,
    bytes: usize,
    /// Nothing more is written; the reader learns it then.
    ended_at: Option<Instant>,
    last_due: Option<Instant>,
    /// Who reads has closed: what is written meets nobody.
    closed: bool,
    /// Something was sent there and neither taken nor refused: it is sent again and again.
    unanswered: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

#[derive(Debug, Default)]
struct Both {
    to_caller: Pipe,
    to_called: Pipe,
    /// Each end's connection is broken for it.
    reset: [bool; 2],
}

/// A connection.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) caller: SocketAddrV4,
    pub(super) called: SocketAddrV4,
    /// How much slower this connection is than the link it runs over.
    pub(super) extra: Duration,
    both: Mutex<Both>,
}

/// What there is to read.
pub(super) enum Found {
    /// Bytes, or the end of the connection.
    Something,
    /// Nothing before then.
    NotBefore(Instant),
    Nothing,
}

impl Both {
    fn toward(&mut self, end: End) -> &mut Pipe {
        match end {
            End::Caller => &mut self.to_caller,
            End::Called => &mut self.to_called,
        }
    }

    fn break_for(&mut self, end: End) {
        self.reset[end as usize] = true;
        let wakers = [self.toward(end).reader.take(), self.toward(end.other()).writer.take()];
        wakers.into_iter().flatten().for_each(Waker::wake);
    }
}

impl Line {
    pub(super) fn new(caller: SocketAddrV4, called: SocketAddrV4, extra: Duration) -> Line {
        Line { caller, called, extra, both: Mutex::default() }
    }

    fn both(&self) -> MutexGuard<'_, Both> {
        self.both.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where an end is.
    pub(super) fn at(&self, end: End) -> SocketAddrV4 {
        match end {
            End::Caller => self.caller,
            End::Called => self.called,
        }
    }

    /// Whether `end` may read something at `now`.
    pub(super) fn look(&self, end: End, now: Instant) -> io::Result<Found> {
        let mut both = self.both();
        if both.reset[end as usize] {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        let pipe = both.toward(end);
        Ok(match (pipe.queue.front(), pipe.ended_at) {
            (Some((due, _)), _) if *due > now => Found::NotBefore(*due),
            (Some(_), _) => Found::Something,
            (None, Some(at)) if at > now => Found::NotBefore(at),
            (None, Some(_)) => Found::Something,
            (None, None) => Found::Nothing,
        })
    }

    /// Takes what has come for `end` by `now`: nothing at the end of the connection.
    pub(super) fn take(
        &self,
        end: End,
        now: Instant,
        mut take: impl FnMut(&[u8]) -> usize,
    ) -> usize {
        let mut both = self.both();
        let pipe = both.toward(end);
        let mut taken = 0;
        while let Some((due, bytes)) = pipe.queue.front_mut() {
            if *due > now {
                break;
            }
            let some = take(bytes);
            bytes.advance(some);
            taken += some;
            if !bytes.is_empty() {
                break;
            }
            pipe.queue.pop_front();
        }
        pipe.bytes -= taken;
        if taken > 0 {
            pipe.writer.take().into_iter().for_each(Waker::wake);
        }
        taken
    }

    /// Remembers who waits for something to read.
    pub(super) fn wait_to_read(&self, end: End, cx: &Context<'_>) {
        self.both().toward(end).reader = Some(cx.waker().clone());
    }

    /// How much may be written by `end` now; pending while the other end does not read.
    pub(super) fn poll_room(&self, end: End, cx: &Context<'_>) -> Poll<io::Result<usize>> {
        let mut both = self.both();
        if both.reset[end as usize] {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let pipe = both.toward(end.other());
        if pipe.ended_at.is_some() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        match BYTES_MAX.saturating_sub(pipe.bytes) {
            0 => {
                pipe.writer = Some(cx.waker().clone());
                Poll::Pending
            }
            room => Poll::Ready(Ok(room)),
        }
    }

    /// Sends bytes from `end`, not to be there before `due` nor before what was sent earlier.
    /// `answers` says whether the other machine has power and can be reached.
    pub(super) fn write(&self, end: End, bytes: Bytes, due: Instant, answers: bool) {
        let mut both = self.both();
        let pipe = both.toward(end.other());
        if pipe.closed {
            match answers {
                // Nobody has this connection there: the answer is a reset.
                true => both.break_for(end),
                false => pipe.unanswered = true,
            }
            return;
        }
        let due = pipe.last_due.map_or(due, |last| last.max(due));
        pipe.last_due = Some(due);
        pipe.bytes += bytes.len();
        pipe.queue.push_back((due, bytes));
        pipe.reader.take().into_iter().for_each(Waker::wake);
    }

    /// `end` writes no more.
    pub(super) fn finish(&self, end: End, due: Instant) {
        let mut both = self.both();
        let pipe = both.toward(end.other());
        if pipe.ended_at.is_none() {
            pipe.ended_at = Some(pipe.last_due.map_or(due, |last| last.max(due)));
            pipe.reader.take().into_iter().for_each(Waker::wake);
        }
    }

    /// `end` is gone: closed by its kernel, whose word `arrives` or not, or with its machine.
    pub(super) fn leave(&self, end: End, due: Instant, closed: bool, arrives: bool) {
        if closed {
            self.finish(end, due);
        }
        let mut both = self.both();
        let pipe = both.toward(end);
        pipe.closed = true;
        let unread = !std::mem::take(&mut pipe.queue).is_empty();
        pipe.unanswered = unread && !arrives;
        if unread && arrives {
            both.break_for(end.other());
        }
    }

    /// Breaks the connection at both ends.
    pub(super) fn reset(&self) {
        let mut both = self.both();
        both.break_for(End::Caller);
        both.break_for(End::Called);
    }

    /// The machine of `end` can be reached again: whoever is still sending to an end that is gone
    /// is told.
    pub(super) fn reached(&self, end: End) {
        let mut both = self.both();
        let pipe = both.toward(end);
        if pipe.closed && std::mem::take(&mut pipe.unanswered) {
            both.break_for(end.other());
        }
    }
}
