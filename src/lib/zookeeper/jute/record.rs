//! Records both directions share: headers, the handshake, stat, ACLs, watch events.

use bytes::Bytes;

use super::{Jute, OpCode, Result, SessionId, Zxid, records};
use crate::base::bytes::{Reader, Writer};

/// Bytes of a session password, always.
pub const PASSWORD_BYTES: usize = 16;

/// Special xids; anything else is the client's own count and is echoed.
pub mod xid {
    /// A watch event, sent by the server unasked.
    pub const NOTIFICATION: i32 = -1;
    /// A ping and its reply.
    pub const PING: i32 = -2;
    /// An auth packet and its reply.
    pub const AUTH: i32 = -4;
    /// The watches a client sets again after it reconnected.
    pub const SET_WATCHES: i32 = -8;
}

/// Permission bits of an ACL.
pub mod perms {
    /// Read data, list children.
    pub const READ: i32 = 1;
    /// Set data.
    pub const WRITE: i32 = 2;
    /// Create children.
    pub const CREATE: i32 = 4;
    /// Delete children.
    pub const DELETE: i32 = 8;
    /// Set the ACL.
    pub const ADMIN: i32 = 16;
    /// Everything.
    pub const ALL: i32 = 31;
}

records! {
    /// What stands before every request but the first.
    pub struct RequestHeader {
        pub xid: i32,
        /// An [`OpCode`], if the server knows it.
        pub kind: i32,
    }

    /// What stands before every reply but the first, and before watch events.
    pub struct ReplyHeader {
        pub xid: i32,
        /// The last transaction applied when the reply was made; a write's own.
        pub zxid: Zxid,
        /// Zero, or a code of [`super::KeeperError`]; the body is missing then.
        pub error: i32,
    }

    /// Who, by which scheme.
    #[derive(PartialOrd, Ord, Hash)]
    pub struct Id {
        pub scheme: String,
        pub id: String,
    }

    /// One row of an ACL: what one identity may do.
    #[derive(PartialOrd, Ord, Hash)]
    pub struct Acl {
        pub perms: i32,
        pub id: Id,
    }

    /// What a node says about itself, as clients see it.
    pub struct Stat {
        pub czxid: Zxid,
        pub mzxid: Zxid,
        pub ctime: i64,
        pub mtime: i64,
        pub version: i32,
        /// Creations and deletions of children; see [`StatPersisted::cversion`].
        pub cversion: i32,
        pub aversion: i32,
        /// The owning session; zero for containers and TTL nodes too.
        pub ephemeral_owner: i64,
        pub data_length: i32,
        pub num_children: i32,
        pub pzxid: Zxid,
    }

    /// A stat as snapshots hold it.
    pub struct StatPersisted {
        pub czxid: Zxid,
        pub mzxid: Zxid,
        pub ctime: i64,
        pub mtime: i64,
        pub version: i32,
        /// Creations of children only: clients are shown twice that less the children left.
        pub cversion: i32,
        pub aversion: i32,
        /// A session, or the marks for containers and TTL nodes.
        pub ephemeral_owner: i64,
        pub pzxid: Zxid,
    }

    /// The body of a watch event; its header's xid is -1.
    pub struct WatcherEvent {
        /// 1 created, 2 deleted, 3 data changed, 4 children changed.
        pub kind: i32,
        /// 3, connected; nothing else is ever sent.
        pub state: i32,
        pub path: String,
    }

    /// One identity of a connection, as whoAmI tells it.
    pub struct ClientInfo {
        pub scheme: String,
        pub user: String,
    }
}

impl Acl {
    /// Anyone may do `perms`.
    pub fn world(perms: i32) -> Acl {
        let id = Id { scheme: "world".to_owned(), id: "anyone".to_owned() };
        Acl { perms, id }
    }
}

impl RequestHeader {
    /// The operation, if there is such a one.
    pub fn op(&self) -> Option<OpCode> {
        OpCode::of(self.kind)
    }
}

/// The first frame of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectRequest {
    /// Zero; servers do not look.
    pub protocol_version: i32,
    /// A server behind this must refuse: the client would go back in time.
    pub last_zxid_seen: Zxid,
    pub timeout_ms: i32,
    /// Zero asks for a new session.
    pub session: SessionId,
    pub password: Option<Bytes>,
    /// Whether a server without quorum will do. `None` where the field is absent, as clients
    /// before 3.4 send it: the response must then lack it too, their buffers have a fixed size.
    pub read_only: Option<bool>,
}

impl Jute for ConnectRequest {
    const BYTES_MIN: usize = 28;

    fn decode(reader: &mut Reader<'_>) -> Result<ConnectRequest> {
        Ok(ConnectRequest {
            protocol_version: reader.i32()?,
            last_zxid_seen: Zxid::decode(reader)?,
            timeout_ms: reader.i32()?,
            session: SessionId::decode(reader)?,
            password: Option::decode(reader)?,
            read_only: trailing_bool(reader)?,
        })
    }

    fn encode(&self, writer: &mut Writer) {
        writer.i32(self.protocol_version);
        self.last_zxid_seen.encode(writer);
        writer.i32(self.timeout_ms);
        self.session.encode(writer);
        self.password.encode(writer);
        if let Some(read_only) = self.read_only {
            writer.bool(read_only);
        }
    }
}

/// The answer to a [`ConnectRequest`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectResponse {
    pub protocol_version: i32,
    /// The timeout agreed on; zero or less refuses the session.
    pub timeout_ms: i32,
    pub session: SessionId,
    pub password: Option<Bytes>,
    /// There exactly if the request had it; true only from a server without quorum.
    pub read_only: Option<bool>,
}

impl ConnectResponse {
    /// Says that the session is unknown, expired or the password wrong. `read_only` as in the
    /// request decides the form.
    pub fn refusal(read_only: Option<bool>) -> ConnectResponse {
        ConnectResponse {
            password: Some(Bytes::from_static(&[0; PASSWORD_BYTES])),
            read_only: read_only.map(|_| false),
            ..ConnectResponse::default()
        }
    }
}

impl Jute for ConnectResponse {
    const BYTES_MIN: usize = 20;

    fn decode(reader: &mut Reader<'_>) -> Result<ConnectResponse> {
        Ok(ConnectResponse {
            protocol_version: reader.i32()?,
            timeout_ms: reader.i32()?,
            session: SessionId::decode(reader)?,
            password: Option::decode(reader)?,
            read_only: trailing_bool(reader)?,
        })
    }

    fn encode(&self, writer: &mut Writer) {
        writer.i32(self.protocol_version);
        writer.i32(self.timeout_ms);
        self.session.encode(writer);
        self.password.encode(writer);
        if let Some(read_only) = self.read_only {
            writer.bool(read_only);
        }
    }
}

/// Takes a flag that only newer peers send.
fn trailing_bool(reader: &mut Reader<'_>) -> Result<Option<bool>> {
    if reader.is_empty() {
        return Ok(None);
    }
    Ok(Some(reader.bool()?))
}
