//! What servers answer: one variant per form, both directions. A reply whose header carries an
//! error has no body and is none of these.

use bytes::Bytes;

use super::request::MultiHeader;
use super::{Acl, ClientInfo, Jute, KeeperError, OpCode, Result, Stat, WatcherEvent, records};
use crate::base::bytes::{Reader, Writer};
use crate::limits::MULTI_OPS_MAX;

records! {
    /// create2, createContainer, createTTL.
    pub struct CreatedStat {
        pub path: String,
        pub stat: Stat,
    }

    /// getData.
    pub struct DataStat {
        pub data: Option<Bytes>,
        pub stat: Stat,
    }

    /// getACL.
    pub struct AclStat {
        pub acl: Vec<Acl>,
        pub stat: Stat,
    }

    /// getChildren2.
    pub struct ChildrenStat {
        /// Their names, not their paths.
        pub children: Vec<String>,
        pub stat: Stat,
    }
}

/// The body of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// delete, ping, auth, setWatches, removeWatches, check, closeSession; createSession too, whose
    /// answer is that to the handshake.
    Empty,
    /// create.
    Created(String),
    /// create2, createContainer, createTTL.
    CreatedStat(CreatedStat),
    /// sync: the path as it was asked for.
    Synced(Option<String>),
    /// exists, setData, setACL.
    Stat(Stat),
    /// getData, reconfig.
    Data(DataStat),
    Acl(AclStat),
    /// getChildren, getEphemerals.
    Children(Vec<String>),
    ChildrenStat(ChildrenStat),
    /// multi, multiRead.
    Multi(Vec<MultiResult>),
    /// sasl.
    Token(Option<Bytes>),
    /// getAllChildrenNumber.
    Count(i32),
    /// addWatch: an error record that says zero.
    WatchAdded,
    WhoAmI(Vec<ClientInfo>),
}

/// The result of one operation of a multi.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MultiResult {
    Created(String),
    CreatedStat(CreatedStat),
    Deleted,
    Set(Stat),
    Checked,
    Data(DataStat),
    Children(Vec<String>),
    /// The code of a [`KeeperError`], or zero for an operation undone because a later one failed.
    Error(i32),
}

impl Reply {
    /// Puts the body.
    pub fn encode(&self, writer: &mut Writer) {
        match self {
            Reply::Empty => {}
            Reply::Created(path) => path.encode(writer),
            Reply::CreatedStat(created) => created.encode(writer),
            Reply::Synced(path) => path.encode(writer),
            Reply::Stat(stat) => stat.encode(writer),
            Reply::Data(data) => data.encode(writer),
            Reply::Acl(acl) => acl.encode(writer),
            Reply::Children(names) => names.encode(writer),
            Reply::ChildrenStat(children) => children.encode(writer),
            Reply::Multi(results) => {
                for result in results {
                    result.encode(writer);
                }
                MultiHeader::end().encode(writer);
            }
            Reply::Token(token) => token.encode(writer),
            Reply::Count(count) => count.encode(writer),
            Reply::WatchAdded => 0_i32.encode(writer),
            Reply::WhoAmI(infos) => infos.encode(writer),
        }
    }

    /// Takes the body of a reply without error to a request for `op`.
    pub fn decode(op: OpCode, reader: &mut Reader<'_>) -> Result<Reply> {
        Ok(match op {
            OpCode::Create => Reply::Created(String::decode(reader)?),
            OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl => {
                Reply::CreatedStat(CreatedStat::decode(reader)?)
            }
            OpCode::Exists | OpCode::SetData | OpCode::SetAcl => Reply::Stat(Stat::decode(reader)?),
            OpCode::GetData | OpCode::Reconfig => Reply::Data(DataStat::decode(reader)?),
            OpCode::GetAcl => Reply::Acl(AclStat::decode(reader)?),
            OpCode::GetChildren | OpCode::GetEphemerals => Reply::Children(Vec::decode(reader)?),
            OpCode::GetChildren2 => Reply::ChildrenStat(ChildrenStat::decode(reader)?),
            OpCode::Sync => Reply::Synced(Option::decode(reader)?),
            OpCode::Multi | OpCode::MultiRead => Reply::Multi(decode_results(reader)?),
            OpCode::Sasl => Reply::Token(Option::decode(reader)?),
            OpCode::GetAllChildrenNumber => Reply::Count(i32::decode(reader)?),
            OpCode::AddWatch => {
                i32::decode(reader)?;
                Reply::WatchAdded
            }
            OpCode::WhoAmI => Reply::WhoAmI(Vec::decode(reader)?),
            OpCode::Delete
            | OpCode::DeleteContainer
            | OpCode::Ping
            | OpCode::Check
            | OpCode::CheckWatches
            | OpCode::RemoveWatches
            | OpCode::Auth
            | OpCode::SetWatches
            | OpCode::SetWatches2
            | OpCode::CreateSession
            | OpCode::CloseSession => Reply::Empty,
            OpCode::Error | OpCode::Notification => {
                return Err(reader.invalid("operation", i64::from(op.code())));
            }
        })
    }
}

impl MultiResult {
    /// The error, if it is one that means anything.
    pub fn error(&self) -> Option<KeeperError> {
        match self {
            MultiResult::Error(code) => KeeperError::of(*code),
            _ => None,
        }
    }

    fn encode(&self, writer: &mut Writer) {
        match self {
            MultiResult::Created(path) => {
                MultiHeader::result(OpCode::Create).encode(writer);
                path.encode(writer);
            }
            MultiResult::CreatedStat(created) => {
                MultiHeader::result(OpCode::Create2).encode(writer);
                created.encode(writer);
            }
            MultiResult::Deleted => MultiHeader::result(OpCode::Delete).encode(writer),
            MultiResult::Set(stat) => {
                MultiHeader::result(OpCode::SetData).encode(writer);
                stat.encode(writer);
            }
            MultiResult::Checked => MultiHeader::result(OpCode::Check).encode(writer),
            MultiResult::Data(data) => {
                MultiHeader::result(OpCode::GetData).encode(writer);
                data.encode(writer);
            }
            MultiResult::Children(names) => {
                MultiHeader::result(OpCode::GetChildren).encode(writer);
                names.encode(writer);
            }
            MultiResult::Error(code) => {
                MultiHeader { kind: -1, done: false, error: *code }.encode(writer);
                code.encode(writer);
            }
        }
    }
}

fn decode_results(reader: &mut Reader<'_>) -> Result<Vec<MultiResult>> {
    let mut results = Vec::new();
    loop {
        let header = MultiHeader::decode(reader)?;
        if header.done {
            return Ok(results);
        }
        if results.len() == MULTI_OPS_MAX {
            return Err(reader.invalid("number of results of a multi", i64::from(header.kind)));
        }
        results.push(match OpCode::of(header.kind) {
            Some(OpCode::Create) => MultiResult::Created(String::decode(reader)?),
            Some(OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl) => {
                MultiResult::CreatedStat(CreatedStat::decode(reader)?)
            }
            Some(OpCode::Delete) => MultiResult::Deleted,
            Some(OpCode::SetData) => MultiResult::Set(Stat::decode(reader)?),
            Some(OpCode::Check) => MultiResult::Checked,
            Some(OpCode::GetData) => MultiResult::Data(DataStat::decode(reader)?),
            Some(OpCode::GetChildren) => MultiResult::Children(Vec::decode(reader)?),
            Some(OpCode::Error) => MultiResult::Error(i32::decode(reader)?),
            _ => return Err(reader.invalid("result of a multi", i64::from(header.kind))),
        });
    }
}

/// Puts a whole watch event, header and body. `zxid` is -1 where the change is not known any more.
pub fn encode_event(event: &WatcherEvent, zxid: super::Zxid, writer: &mut Writer) {
    let header = super::ReplyHeader { xid: super::record::xid::NOTIFICATION, zxid, error: 0 };
    header.encode(writer);
    event.encode(writer);
}
