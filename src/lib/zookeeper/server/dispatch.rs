//! From frames to the pipeline: the handshake, four-letter words, op codes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::task::{Context, Poll};

use bytes::Bytes;
use tracing::warn;

use super::admin::{self, Word};
use super::pipeline::{LOGGER, Pipeline, put_reply};
use super::snapshots::Snapshots;
use crate::base::bytes::{Part, Reader, Writer};
use crate::base::clock::Instant;
use crate::net::{Outbox, Prefix, Reply as Answer, Service};
use crate::zookeeper::jute::op_code::Kind;
use crate::zookeeper::jute::request::AuthPacket;
use crate::zookeeper::jute::{
    ConnectRequest, Jute, KeeperError, OpCode, Request, RequestHeader, Zxid,
};
use crate::zookeeper::tree::ConnectionId;

/// The service behind the client port.
pub(super) struct Dispatch {
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) snapshots: Arc<Snapshots>,
    /// Where it listens, for `conf`.
    pub(super) address: SocketAddr,
    pub(super) started: Instant,
    /// What would be traced; nothing is. Kept because people set it and ask for it.
    pub(super) trace_mask: AtomicI64,
}

/// What a connection's own task knows of it.
pub(super) struct Link {
    id: ConnectionId,
    /// Its first frame was taken: four-letter words are frames' lengths from then on.
    greeted: bool,
    /// It may have to wait before the next frame.
    waits: bool,
}

impl Service for Dispatch {
    type Session = Link;

    const PROTOCOL: &'static str = "ZooKeeper";

    fn open(&self, _: SocketAddr, peer: SocketAddr, outbox: &Outbox) -> Link {
        Link { id: self.pipeline.connect(peer, outbox), greeted: false, waits: false }
    }

    fn frame_bytes_max(&self, _: &Link) -> usize {
        self.pipeline.settings.frame_bytes_max
    }

    fn prefix(&self, link: &mut Link, prefix: [u8; 4]) -> Prefix {
        if link.greeted {
            return Prefix::Length;
        }
        // What telnet sends for an interrupt: an end without a word.
        if prefix == [0xff, 0xf4, 0xff, 0xfd] {
            return Prefix::Message(Answer::Last(Vec::new()));
        }
        let Some(word) = Word::of(prefix) else { return Prefix::Length };
        let text = admin::answer(word, self);
        Prefix::Message(Answer::Last(vec![Part::Bytes(text.into())]))
    }

    fn poll_ready(&self, link: &mut Link, cx: &mut Context<'_>) -> Poll<()> {
        let full = self.pipeline.outstanding() >= self.pipeline.settings.outstanding_max;
        if !link.waits && !full {
            return Poll::Ready(());
        }
        let ready = self.pipeline.poll_ready(link.id, cx);
        link.waits = ready.is_pending();
        ready
    }

    fn frame(&self, link: &mut Link, frame: Bytes) -> Answer {
        self.pipeline.metrics.bytes_received_count.add(frame.len());
        let mut reader = Reader::shared(&frame);
        if !link.greeted {
            let Ok(request) = ConnectRequest::decode(&mut reader) else {
                return Answer::Close("the first frame is no ConnectRequest".to_owned());
            };
            link.greeted = true;
            link.waits = true;
            return self.pipeline.greet(link.id, &request);
        }
        let Ok(header) = RequestHeader::decode(&mut reader) else {
            return Answer::Close("a frame without a request header".to_owned());
        };
        self.request(link.id, &header, &mut reader)
    }

    fn close(&self, link: Link) {
        self.pipeline.disconnect(link.id);
    }

    fn warn(&self, text: &str) {
        warn!(target: LOGGER, "{text}");
    }
}

impl Dispatch {
    fn request(&self, id: ConnectionId, header: &RequestHeader, reader: &mut Reader<'_>) -> Answer {
        let xid = header.xid;
        let Some(op) = header.op() else { return unknown(xid) };
        if op != OpCode::Auth && op != OpCode::Ping && !self.pipeline.may_ask(id) {
            return last(xid, Zxid::ZERO, KeeperError::SessionClosedRequireSaslAuth);
        }
        let decode = |reader: &mut Reader<'_>| {
            Request::decode(op, reader).map_err(|_| KeeperError::MarshallingError)
        };
        match (op, op.kind()) {
            (OpCode::Ping, _) => self.pipeline.ping(id),
            (OpCode::Auth, _) => {
                let packet = AuthPacket::decode(reader).map_err(|_| KeeperError::AuthFailed);
                self.pipeline.auth(id, xid, &packet)
            }
            // No mechanism is offered yet.
            (OpCode::Sasl, _) => last(xid, Zxid::ZERO, KeeperError::AuthFailed),
            (OpCode::CloseSession, _) | (_, Kind::Write) if self.pipeline.follows() => {
                match reader.bytes(reader.left()) {
                    Ok(body) => self.pipeline.forward(id, xid, op, body),
                    Err(_) => Answer::Close("a frame without a body".to_owned()),
                }
            }
            (OpCode::CloseSession, _) | (_, Kind::Write) => {
                self.pipeline.write(id, xid, op, decode(reader))
            }
            (_, Kind::Read | Kind::Sync) => self.pipeline.read(id, xid, op, decode(reader)),
            // What only servers ask of each other, or lives inside a multi.
            (_, Kind::Internal | Kind::Session) => unknown(xid),
        }
    }
}

/// An operation nobody knows ends the connection.
fn unknown(xid: i32) -> Answer {
    last(xid, Zxid(-1), KeeperError::Unimplemented)
}

fn last(xid: i32, zxid: Zxid, error: KeeperError) -> Answer {
    let mut writer = Writer::new();
    put_reply(&mut writer, xid, zxid, &Err(error));
    Answer::Last(writer.finish())
}
