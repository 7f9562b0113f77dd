//! What clients ask: one variant per operation, both directions.

use bytes::Bytes;

use super::{Acl, Jute, OpCode, Result, Zxid, records};
use crate::base::bytes::{Reader, Writer};
use crate::limits::MULTI_OPS_MAX;

/// How a node is to be created: the `flags` of a create request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum CreateMode {
    Persistent = 0,
    Ephemeral = 1,
    PersistentSequential = 2,
    EphemeralSequential = 3,
    Container = 4,
    PersistentWithTtl = 5,
    PersistentSequentialWithTtl = 6,
}

impl CreateMode {
    /// The mode `flags` stand for.
    pub const fn of(flags: i32) -> Option<CreateMode> {
        Some(match flags {
            0 => CreateMode::Persistent,
            1 => CreateMode::Ephemeral,
            2 => CreateMode::PersistentSequential,
            3 => CreateMode::EphemeralSequential,
            4 => CreateMode::Container,
            5 => CreateMode::PersistentWithTtl,
            6 => CreateMode::PersistentSequentialWithTtl,
            _ => return None,
        })
    }

    /// Its number on the wire.
    pub const fn flags(self) -> i32 {
        self as i32
    }

    /// Whether the node goes with its session.
    pub const fn is_ephemeral(self) -> bool {
        matches!(self, CreateMode::Ephemeral | CreateMode::EphemeralSequential)
    }

    /// Whether the server appends a number to the name.
    pub const fn is_sequential(self) -> bool {
        matches!(
            self,
            CreateMode::PersistentSequential
                | CreateMode::EphemeralSequential
                | CreateMode::PersistentSequentialWithTtl
        )
    }

    /// Whether the node goes when it was left alone for a time.
    pub const fn is_ttl(self) -> bool {
        matches!(self, CreateMode::PersistentWithTtl | CreateMode::PersistentSequentialWithTtl)
    }
}

records! {
    /// create, create2, createContainer.
    pub struct CreateRequest {
        pub path: String,
        pub data: Option<Bytes>,
        pub acl: Vec<Acl>,
        /// A [`CreateMode`], if it is one.
        pub flags: i32,
    }

    /// createTTL.
    pub struct CreateTtlRequest {
        pub path: String,
        pub data: Option<Bytes>,
        pub acl: Vec<Acl>,
        pub flags: i32,
        pub ttl_ms: i64,
    }

    /// delete, and check inside a multi. Version -1 is any.
    pub struct VersionRequest {
        pub path: String,
        pub version: i32,
    }

    /// exists, getData, getChildren, getChildren2.
    pub struct WatchRequest {
        pub path: String,
        /// Whether to leave a watch.
        pub watch: bool,
    }

    /// setData.
    pub struct SetDataRequest {
        pub path: String,
        pub data: Option<Bytes>,
        pub version: i32,
    }

    /// setACL.
    pub struct SetAclRequest {
        pub path: String,
        pub acl: Vec<Acl>,
        /// Held against the node's ACL version.
        pub version: i32,
    }

    /// getACL, getAllChildrenNumber, deleteContainer.
    pub struct PathRequest {
        pub path: String,
    }

    /// sync, getEphemerals: the path may be null.
    pub struct PrefixRequest {
        pub path: Option<String>,
    }

    /// reconfig. Null leaves out.
    pub struct ReconfigRequest {
        pub joining: Option<String>,
        pub leaving: Option<String>,
        pub new_members: Option<String>,
        pub config_id: i64,
    }

    /// checkWatches, removeWatches.
    pub struct WatchesRequest {
        pub path: String,
        /// A [`WatcherType`], if it is one.
        pub kind: i32,
    }

    /// addWatch.
    pub struct AddWatchRequest {
        pub path: String,
        /// 0 persistent, 1 persistent and recursive.
        pub mode: i32,
    }

    /// auth.
    pub struct AuthPacket {
        pub kind: i32,
        pub scheme: String,
        pub auth: Option<Bytes>,
    }

    /// sasl.
    pub struct SaslRequest {
        pub token: Option<Bytes>,
    }

    /// setWatches: what a client had set when it last saw `relative_zxid`.
    pub struct SetWatches {
        pub relative_zxid: Zxid,
        pub data: Vec<String>,
        pub exist: Vec<String>,
        pub child: Vec<String>,
    }

    /// setWatches2.
    pub struct SetWatches2 {
        pub relative_zxid: Zxid,
        pub data: Vec<String>,
        pub exist: Vec<String>,
        pub child: Vec<String>,
        pub persistent: Vec<String>,
        pub recursive: Vec<String>,
    }

    /// createSession, between servers.
    pub struct CreateSessionRequest {
        pub timeout_ms: i32,
    }

    /// What stands before each operation and result of a multi.
    pub struct MultiHeader {
        /// An [`OpCode`]; -1 at the end, and for results that are errors.
        pub kind: i32,
        pub done: bool,
        pub error: i32,
    }
}

impl MultiHeader {
    /// Before an operation.
    pub fn operation(op: OpCode) -> MultiHeader {
        MultiHeader { kind: op.code(), done: false, error: -1 }
    }

    /// Before a result.
    pub fn result(op: OpCode) -> MultiHeader {
        MultiHeader { kind: op.code(), done: false, error: 0 }
    }

    /// After the last.
    pub fn end() -> MultiHeader {
        MultiHeader { kind: -1, done: true, error: -1 }
    }
}

/// Which watches checkWatches and removeWatches mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum WatcherType {
    Children = 1,
    Data = 2,
    Any = 3,
    Persistent = 4,
    PersistentRecursive = 5,
}

impl WatcherType {
    /// The type a number stands for.
    pub const fn of(kind: i32) -> Option<WatcherType> {
        Some(match kind {
            1 => WatcherType::Children,
            2 => WatcherType::Data,
            3 => WatcherType::Any,
            4 => WatcherType::Persistent,
            5 => WatcherType::PersistentRecursive,
            _ => return None,
        })
    }
}

macro_rules! requests {
    ($($(#[$meta:meta])* $name:ident($body:ty);)* ; $($bare:ident)*) => {
        /// A request, as the body behind its header says.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Request {
            $($(#[$meta])* $name($body),)*
            $($bare,)*
            /// Operations that are done together or not at all.
            Multi(Vec<Request>),
            /// Reads answered together.
            MultiRead(Vec<Request>),
        }

        impl Request {
            /// What is asked for.
            pub const fn op(&self) -> OpCode {
                match self {
                    $(Request::$name(_) => OpCode::$name,)*
                    $(Request::$bare => OpCode::$bare,)*
                    Request::Multi(_) => OpCode::Multi,
                    Request::MultiRead(_) => OpCode::MultiRead,
                }
            }

            /// Takes the body of a request for `op`.
            pub fn decode(op: OpCode, reader: &mut Reader<'_>) -> Result<Request> {
                Ok(match op {
                    $(OpCode::$name => Request::$name(<$body>::decode(reader)?),)*
                    $(OpCode::$bare => Request::$bare,)*
                    OpCode::Multi => Request::Multi(decode_multi(reader, allowed_in_multi)?),
                    OpCode::MultiRead => {
                        Request::MultiRead(decode_multi(reader, allowed_in_multi_read)?)
                    }
                    OpCode::Error | OpCode::Notification => {
                        return Err(reader.invalid("operation", i64::from(op.code())));
                    }
                })
            }

            /// Puts the body.
            pub fn encode(&self, writer: &mut Writer) {
                match self {
                    $(Request::$name(body) => body.encode(writer),)*
                    $(Request::$bare => {})*
                    Request::Multi(operations) | Request::MultiRead(operations) => {
                        for operation in operations {
                            MultiHeader::operation(operation.op()).encode(writer);
                            operation.encode(writer);
                        }
                        MultiHeader::end().encode(writer);
                    }
                }
            }
        }
    };
}

requests! {
    Create(CreateRequest);
    Create2(CreateRequest);
    CreateContainer(CreateRequest);
    CreateTtl(CreateTtlRequest);
    Delete(VersionRequest);
    /// The leader's own.
    DeleteContainer(PathRequest);
    Exists(WatchRequest);
    GetData(WatchRequest);
    SetData(SetDataRequest);
    GetAcl(PathRequest);
    SetAcl(SetAclRequest);
    GetChildren(WatchRequest);
    GetChildren2(WatchRequest);
    Sync(PrefixRequest);
    /// Inside a multi only.
    Check(VersionRequest);
    Reconfig(ReconfigRequest);
    CheckWatches(WatchesRequest);
    RemoveWatches(WatchesRequest);
    Auth(AuthPacket);
    SetWatches(SetWatches);
    SetWatches2(SetWatches2);
    Sasl(SaslRequest);
    GetEphemerals(PrefixRequest);
    GetAllChildrenNumber(PathRequest);
    AddWatch(AddWatchRequest);
    /// Between servers.
    CreateSession(CreateSessionRequest);
    ;
    Ping WhoAmI CloseSession
}

impl Request {
    /// The one path it is about, where there is one.
    pub fn path_mut(&mut self) -> Option<&mut String> {
        Some(match self {
            Request::Create(r) | Request::Create2(r) | Request::CreateContainer(r) => &mut r.path,
            Request::CreateTtl(r) => &mut r.path,
            Request::Delete(r) | Request::Check(r) => &mut r.path,
            Request::DeleteContainer(r) | Request::GetAcl(r) => &mut r.path,
            Request::GetAllChildrenNumber(r) => &mut r.path,
            Request::Exists(r) | Request::GetData(r) => &mut r.path,
            Request::GetChildren(r) | Request::GetChildren2(r) => &mut r.path,
            Request::SetData(r) => &mut r.path,
            Request::SetAcl(r) => &mut r.path,
            Request::Sync(r) | Request::GetEphemerals(r) => return r.path.as_mut(),
            Request::CheckWatches(r) | Request::RemoveWatches(r) => &mut r.path,
            Request::AddWatch(r) => &mut r.path,
            Request::Multi(_)
            | Request::MultiRead(_)
            | Request::Reconfig(_)
            | Request::Auth(_)
            | Request::SetWatches(_)
            | Request::SetWatches2(_)
            | Request::Sasl(_)
            | Request::CreateSession(_)
            | Request::Ping
            | Request::WhoAmI
            | Request::CloseSession => return None,
        })
    }
}

/// Whether a multi may hold `op`.
pub const fn allowed_in_multi(op: OpCode) -> bool {
    matches!(
        op,
        OpCode::Create
            | OpCode::Create2
            | OpCode::CreateContainer
            | OpCode::CreateTtl
            | OpCode::Delete
            | OpCode::SetData
            | OpCode::Check
    )
}

/// Whether a multiRead may hold `op`.
pub const fn allowed_in_multi_read(op: OpCode) -> bool {
    matches!(op, OpCode::GetData | OpCode::GetChildren)
}

fn decode_multi(reader: &mut Reader<'_>, allowed: impl Fn(OpCode) -> bool) -> Result<Vec<Request>> {
    let mut operations = Vec::new();
    loop {
        let header = MultiHeader::decode(reader)?;
        if header.done {
            return Ok(operations);
        }
        let found = i64::from(header.kind);
        let op = OpCode::of(header.kind)
            .filter(|&op| allowed(op))
            .ok_or_else(|| reader.invalid("operation of a multi", found))?;
        if operations.len() == MULTI_OPS_MAX {
            return Err(reader.invalid("number of operations of a multi", found));
        }
        operations.push(Request::decode(op, reader)?);
    }
}
