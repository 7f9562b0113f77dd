//! What a connection still has to write: bytes by `writev`, file slices by `sendfile`.
//!
//! `sendfile` waits for the disk where the pages are cold, and with it every connection of this
//! worker. So a stretch is looked at before it is sent; a cold one is first read into the page
//! cache by a thread that may wait.

use std::collections::VecDeque;
use std::future::Future;
use std::io::{self, IoSlice};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::Interest;
use tokio::net::TcpStream;

use crate::base::bytes::Part;
use crate::base::disk::{self, FileSlice};

use super::simulated;
use super::socket::{self, Line, Stream};

/// How many pieces one `writev` takes: beyond this the call costs more than it saves.
const PIECES_MAX: usize = 64;
/// Up to this length a file's stretch in the page cache is copied and leaves with the bytes around
/// it, in one call: cheaper than one of its own. In bytes.
const COPIED_BYTES_MAX: usize = 16 * 1024;
/// How much one turn sends of files before other tasks of the worker get theirs, in bytes.
const SENDFILE_BYTES_A_TURN: usize = 1024 * 1024;

/// The queue of parts.
#[derive(Default)]
pub struct Outbound {
    parts: VecDeque<Part>,
    bytes: usize,
    /// How much of the front part, a file's, need not be looked at any more.
    warm: usize,
    /// The front part is being read into the page cache.
    warming: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Outbound {
    /// Queues a message behind the others.
    pub fn push(&mut self, parts: Vec<Part>) {
        for part in parts {
            if !part.is_empty() {
                self.bytes += part.len();
                self.parts.push_back(copied_if_short(part));
            }
        }
    }

    /// How many bytes wait.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Writes what the connection takes. Ready when nothing is left or the turn is used up (then
    /// call again after yielding); pending when the connection is full.
    pub fn poll_write(&mut self, stream: &Stream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &stream.0 {
            Line::Tcp(stream) => self.poll_write_tcp(stream, cx),
            Line::Simulated(stream) => self.poll_write_simulated(stream, cx),
        }
    }

    /// There is no file behind a simulated connection: slices are copied.
    fn poll_write_simulated(
        &mut self,
        stream: &simulated::stream::Stream,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(part) = self.parts.front() {
            let copied;
            let pieces: Vec<IoSlice<'_>> = match part {
                Part::File(slice) => {
                    copied = slice.read()?;
                    vec![IoSlice::new(&copied)]
                }
                Part::Bytes(_) => {
                    let bytes = self.parts.iter().map_while(|part| match part {
                        Part::Bytes(bytes) => Some(IoSlice::new(bytes)),
                        Part::File(_) => None,
                    });
                    bytes.collect()
                }
            };
            let written = ready!(stream.write(cx, &pieces))?;
            self.advance(written);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_tcp(&mut self, stream: &TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut turn = SENDFILE_BYTES_A_TURN;
        while !self.parts.is_empty() && turn > 0 {
            ready!(self.poll_warm(cx));
            let written = match self.parts.front() {
                Some(Part::File(slice)) => send_file(stream, slice, turn.min(self.warm)),
                _ => self.write_bytes(stream),
            };
            match written {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                Ok(n) => {
                    turn = turn.saturating_sub(n);
                    self.advance(n);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // `try_io` cleared the readiness; this registers for the next.
                    match stream.poll_write_ready(cx) {
                        Poll::Ready(ready) => ready?,
                        Poll::Pending => return Poll::Pending,
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Ready when the next stretch can be sent without waiting for the disk.
    fn poll_warm(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(warming) = &mut self.warming {
            ready!(warming.as_mut().poll(cx));
            self.warming = None;
            return Poll::Ready(());
        }
        let Some(Part::File(slice)) = self.parts.front().filter(|_| self.warm == 0) else {
            return Poll::Ready(());
        };
        let stretch = slice.clone().truncated(SENDFILE_BYTES_A_TURN);
        self.warm = stretch.len();
        if stretch.is_cached() {
            return Poll::Ready(());
        }
        let mut warming = Box::pin(socket::blocking(move || {
            // An error shows again when it is sent, and ends the connection then.
            let _ = disk::warm(&[stretch]);
        }));
        let warmed = warming.as_mut().poll(cx);
        if warmed.is_pending() {
            self.warming = Some(warming);
        }
        warmed
    }

    /// The byte parts at the front, in one call. Where a file follows, the kernel is told that
    /// more comes, so that header and records share segments.
    fn write_bytes(&self, stream: &TcpStream) -> io::Result<usize> {
        let front = self.parts.iter().take(PIECES_MAX);
        let mut pieces = [IoSlice::new(&[]); PIECES_MAX];
        let mut count = 0;
        let mut more = false;
        for (piece, part) in pieces.iter_mut().zip(front) {
            match part {
                Part::Bytes(bytes) => *piece = IoSlice::new(bytes),
                Part::File(_) => {
                    more = true;
                    break;
                }
            }
            count += 1;
        }
        let pieces = pieces.get(..count).unwrap_or_default();
        if !more {
            return stream.try_write_vectored(pieces);
        }
        stream.try_io(Interest::WRITABLE, || {
            use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};
            let flags = SendFlags::MORE | SendFlags::NOSIGNAL;
            let mut control = SendAncillaryBuffer::default();
            Ok(sendmsg(stream.as_fd(), pieces, &mut control, flags)?)
        })
    }

    fn advance(&mut self, mut written: usize) {
        self.bytes -= written;
        while written > 0 {
            let Some(part) = self.parts.front_mut() else { return };
            let length = part.len();
            if length > written {
                match part {
                    Part::Bytes(bytes) => bytes.advance(written),
                    Part::File(slice) => {
                        *slice = slice.clone().advanced(written);
                        self.warm = self.warm.saturating_sub(written);
                    }
                }
                return;
            }
            written -= length;
            self.warm = 0;
            self.parts.pop_front();
        }
    }
}

/// A short stretch of a file as bytes, where it can be read without waiting for the disk.
fn copied_if_short(part: Part) -> Part {
    let Part::File(slice) = &part else { return part };
    if slice.len() > COPIED_BYTES_MAX {
        return part;
    }
    match disk::without_waiting(|| slice.read()) {
        Ok(Ok(bytes)) => Part::Bytes(bytes.into()),
        // Cold, or an error that shows again when it is sent.
        _ => part,
    }
}

/// Sends a stretch of a file from the page cache, or what the socket takes of it.
fn send_file(stream: &TcpStream, slice: &FileSlice, at_most: usize) -> io::Result<usize> {
    let length = slice.len().min(at_most);
    let Some(file) = slice.file().descriptor() else {
        // A file in memory has no descriptor: copy.
        let bytes = Bytes::from(slice.clone().truncated(length).read()?);
        return stream.try_write(&bytes);
    };
    stream.try_io(Interest::WRITABLE, || {
        let mut position = slice.position();
        Ok(rustix::fs::sendfile(stream.as_fd(), file, Some(&mut position), length)?)
    })
}
