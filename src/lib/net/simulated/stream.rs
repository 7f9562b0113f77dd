//! The ends of simulated connections, with the face that the real ones have.

use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::time::Sleep;

use super::node::Node;
use super::pipe::{End, Found, Line};
use super::wires::{Network, general, now, resolve};

/// A port that is taken and maybe open.
#[derive(Debug)]
pub(in super::super) struct Port {
    network: Network,
    at: SocketAddrV4,
}

impl Port {
    /// Takes a port; 0 is any.
    pub(in super::super) fn bind(node: &Node, host: &str, port: u16) -> io::Result<Port> {
        let address = resolve(node, host)?;
        let network = node.network().clone();
        let port = if port == 0 { network.free_port(address) } else { port };
        let at = SocketAddrV4::new(address, port);
        network.bind(at)?;
        Ok(Port { network, at })
    }

    pub(in super::super) fn address(&self) -> SocketAddr {
        general(self.at)
    }

    pub(in super::super) fn listen(self) -> Port {
        self.network.open(self.at);
        self
    }

    pub(in super::super) async fn accept(&self) -> (Stream, SocketAddr) {
        let accept = |cx: &mut Context<'_>| match self.network.accept(self.at, cx.waker()) {
            Some(stream) => Poll::Ready(stream),
            None => Poll::Pending,
        };
        let stream = poll_fn(accept).await;
        let peer = stream.peer();
        (stream, peer)
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.network.unbind(self.at);
    }
}

/// One end of a connection.
#[derive(Debug)]
pub(in super::super) struct Stream {
    network: Network,
    line: Arc<Line>,
    end: End,
    /// Runs until what is on its way is there.
    timer: Mutex<Option<Pin<Box<Sleep>>>>,
}

impl Stream {
    pub(super) fn new(network: Network, line: Arc<Line>, end: End) -> Stream {
        Stream { network, line, end, timer: Mutex::new(None) }
    }

    /// Connects as `node`; waits as long as nothing gets through.
    pub(in super::super) async fn connect(
        node: &Node,
        host: &str,
        port: u16,
    ) -> io::Result<Stream> {
        let network = node.network();
        let (from, to) = (node.address(), resolve(node, host)?);
        for (from, to) in [(from, to), (to, from)] {
            poll_fn(|cx: &mut Context<'_>| match network.passes(from, to) {
                true => Poll::Ready(()),
                false => {
                    network.wait(cx.waker().clone());
                    Poll::Pending
                }
            })
            .await;
            let due = network.due(from, to, std::time::Duration::ZERO);
            if due > now() {
                tokio::time::sleep_until(due).await;
            }
        }
        let caller = SocketAddrV4::new(from, node.next_port());
        network.join(caller, SocketAddrV4::new(to, port))
    }

    pub(in super::super) fn local(&self) -> SocketAddr {
        general(self.line.at(self.end))
    }

    pub(in super::super) fn peer(&self) -> SocketAddr {
        general(self.line.at(self.end.other()))
    }

    fn ips(&self) -> (Ipv4Addr, Ipv4Addr) {
        (*self.line.at(self.end).ip(), *self.line.at(self.end.other()).ip())
    }

    /// Ready when there are bytes, the end of the connection, or a reason why there is neither.
    pub(in super::super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (own, peer) = self.ips();
        match self.line.look(self.end, now())? {
            // What does not get through is not there, however long ago it was sent.
            _ if !self.network.passes(peer, own) => {
                self.line.wait_to_read(self.end, cx);
                self.network.wait(cx.waker().clone());
            }
            Found::Something => return Poll::Ready(Ok(())),
            Found::Nothing => self.line.wait_to_read(self.end, cx),
            Found::NotBefore(at) => {
                self.line.wait_to_read(self.end, cx);
                let mut timer = self.timer.lock().unwrap_or_else(PoisonError::into_inner);
                let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
                if timer.deadline() != at {
                    timer.as_mut().reset(at);
                }
                if timer.as_mut().poll(cx).is_ready() {
                    // Due by the time it took to get here.
                    cx.waker().wake_by_ref();
                }
            }
        }
        Poll::Pending
    }

    /// Takes what is there; nothing at the end of the connection.
    pub(in super::super) fn take(&self, take: impl FnMut(&[u8]) -> usize) -> usize {
        self.line.take(self.end, now(), take)
    }

    /// Writes what there is room for.
    pub(in super::super) fn write(
        &self,
        cx: &Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut room = match self.line.poll_room(self.end, cx) {
            Poll::Ready(Ok(room)) => room,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => return Poll::Pending,
        };
        let mut bytes =
            Vec::with_capacity(pieces.iter().map(|it| it.len()).sum::<usize>().min(room));
        for piece in pieces {
            let part = piece.get(..piece.len().min(room)).unwrap_or_default();
            bytes.extend_from_slice(part);
            room -= part.len();
        }
        let written = bytes.len();
        let (own, peer) = self.ips();
        self.network.trace(self.line.at(self.end), self.line.at(self.end.other()), &bytes);
        let due = self.network.due(own, peer, self.line.extra);
        let answers = self.network.passes(own, peer) && self.network.passes(peer, own);
        self.line.write(self.end, Bytes::from(bytes), due, answers);
        Poll::Ready(Ok(written))
    }

    /// Nothing more is written.
    pub(in super::super) fn finish(&self) {
        let (own, peer) = self.ips();
        self.line.finish(self.end, self.network.due(own, peer, self.line.extra));
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let (own, peer) = self.ips();
        let closed = self.network.has_power(own);
        let due = self.network.due(own, peer, self.line.extra);
        self.line.leave(self.end, due, closed, self.network.passes(own, peer));
    }
}
