//! From frames to the pipeline: the handshake, four-letter words, op codes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tracing::warn;

use super::admin::{self, Word};
use super::pipeline::{LOGGER, Pipeline, put_reply};
use super::snapshots::Snapshots;
use crate::base::bytes::{Part, Reader, Writer};
use crate::base::clock::Instant;
use crate::net::{Outbox, Prefix, Reply as Answer, Service, foreign};
use crate::zookeeper::jute::op_code::Kind;
use crate::zookeeper::jute::request::AuthPacket;
use crate::zookeeper::jute::{
    ConnectRequest, Jute, KeeperError, OpCode, Request, RequestHeader, Zxid,
};
use crate::zookeeper::tree::ConnectionId;

/// What follows the word that sets the trace mask.
const MASK_BYTES: usize = 8;

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
    /// It has asked to set the trace mask, which comes next.
    sets_mask: bool,
    /// Since when it waits for fewer requests to be under way.
    throttled_at: Option<Instant>,
    /// How long it has waited for that, with the frame that is taken next.
    waited: Duration,
}

impl Service for Dispatch {
    type Session = Link;

    const PROTOCOL: &'static str = "ZooKeeper";

    fn open(&self, _: SocketAddr, peer: SocketAddr, outbox: &Outbox) -> Link {
        let id = self.pipeline.connect(peer, outbox);
        Link {
            id,
            greeted: false,
            waits: false,
            sets_mask: false,
            throttled_at: None,
            waited: Duration::ZERO,
        }
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
        if word == Word::Stmk && self.pipeline.settings.allows(word.text()) {
            link.sets_mask = true;
            return Prefix::Before(MASK_BYTES);
        }
        let text = admin::answer(word, self);
        Prefix::Message(Answer::Last(vec![Part::Bytes(text.into())]))
    }

    fn poll_ready(&self, link: &mut Link, cx: &mut Context<'_>) -> Poll<()> {
        let full = self.pipeline.outstanding() >= self.pipeline.settings.outstanding_max;
        let throttled = self.pipeline.is_throttled();
        if !link.waits && !full && !throttled {
            return Poll::Ready(());
        }
        let ready = self.pipeline.poll_ready(link.id, cx);
        link.waits = ready.is_pending();
        match (link.throttled_at, link.waits && throttled) {
            (None, true) => {
                link.throttled_at = Some(self.pipeline.settings.clock.now());
                self.pipeline.metrics.request_throttle_wait_count.up();
            }
            (Some(since), _) if ready.is_ready() => {
                link.throttled_at = None;
                link.waited = self.pipeline.settings.clock.now().since(since);
                self.pipeline.metrics.request_throttle_queue_time_ms.time(link.waited);
            }
            _ => {}
        }
        ready
    }

    fn too_long(&self, link: &Link, prefix: [u8; 4], start: &[u8], max: usize) -> String {
        let described = link.greeted.then(|| subject(start)).flatten();
        let Some((op, path)) = described else {
            return foreign::describe(prefix, max, "ZooKeeper");
        };
        let length = i32::from_be_bytes(prefix);
        self.pipeline.metrics.large_requests_rejected.up();
        format!(
            "Len error {length}: {op} of {path} has more bytes than jute.maxbuffer={max} allows; \
             raise it on all servers and clients, or keep less in one znode"
        )
    }

    fn frame(&self, link: &mut Link, frame: Bytes) -> Answer {
        self.pipeline.metrics.bytes_received_count.add(frame.len());
        let mut reader = Reader::shared(&frame);
        if link.sets_mask {
            let mask = reader.i64().unwrap_or(admin::TRACE_MASK);
            self.trace_mask.store(mask, Ordering::Relaxed);
            let text = admin::answer(Word::Stmk, self);
            return Answer::Last(vec![Part::Bytes(text.into())]);
        }
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
        let waited = std::mem::take(&mut link.waited);
        let is_late = self.pipeline.settings.throttled_wait.is_some_and(|max| waited >= max);
        if is_late && header.op().is_some_and(may_be_put_off) {
            self.pipeline.metrics.throttled_ops.up();
            let mut writer = Writer::new();
            let refused = Err(KeeperError::ThrottledOp);
            put_reply(&mut writer, header.xid, Zxid(-1), &refused);
            return Answer::Ready(writer.finish());
        }
        self.request(link.id, &header, &mut reader)
    }

    fn close(&self, link: Link) {
        self.pipeline.disconnect(link.id);
    }

    fn idle(&self, link: &mut Link) {
        // What comes next has not waited.
        link.waited = Duration::ZERO;
    }

    fn refused(&self) {
        self.pipeline.metrics.connection_rejected.up();
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

/// What is never put off, however long it has waited: sessions live and end by it.
fn may_be_put_off(op: OpCode) -> bool {
    !matches!(op, OpCode::CloseSession | OpCode::Ping | OpCode::Auth | OpCode::Sasl)
}

/// What a request does to which znode, as far as its first bytes tell.
fn subject(start: &[u8]) -> Option<(OpCode, String)> {
    let mut reader = Reader::new(start);
    let op = RequestHeader::decode(&mut reader).ok()?.op()?;
    if op == OpCode::Multi {
        // Its first operation's own header: the type, whether it is the last, and an error.
        reader.raw(4 + 1 + 4).ok()?;
    }
    let path = String::decode(&mut reader).ok()?;
    path.starts_with('/').then_some((op, path))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_is_too_long_is_known_by_its_first_bytes() {
        let start = |op: OpCode, head: &[u8], path: &str| {
            let mut bytes = vec![0, 0, 0, 1];
            bytes.extend_from_slice(&op.code().to_be_bytes());
            bytes.extend_from_slice(head);
            bytes.extend_from_slice(&u32::try_from(path.len()).unwrap().to_be_bytes());
            bytes.extend_from_slice(path.as_bytes());
            bytes
        };
        let create = start(OpCode::Create, &[], "/big");
        assert_eq!(subject(&create), Some((OpCode::Create, "/big".to_owned())));
        let multi = start(OpCode::Multi, &[0, 0, 0, 1, 0, 255, 255, 255, 255], "/m");
        assert_eq!(subject(&multi), Some((OpCode::Multi, "/m".to_owned())));
        assert_eq!(subject(&create[..14]), None, "not all of the path has come");
        assert_eq!(subject(&start(OpCode::Create, &[], "no path")), None);
        assert_eq!(subject(&[]), None);
    }
}
