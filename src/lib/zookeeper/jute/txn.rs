//! Transactions: what is logged, proposed and applied.
//!
//! A [`Transaction`] is a header, a body whose form the header's type names, and since 3.6 the
//! digest the tree is expected to have afterwards. Nothing says where it ends, so fields that came
//! later (`parent_cversion`, the paths of closeSession, the digest) are there if bytes are left.

use bytes::Bytes;

use super::{Acl, Jute, KeeperError, OpCode, Result, SessionId, Zxid, records};
use crate::base::bytes::{Reader, Writer};
use crate::limits::MULTI_OPS_MAX;

/// Who asked for what, and when the leader saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TxnHeader {
    pub session: SessionId,
    /// The client's own number for its request.
    pub cxid: i32,
    pub zxid: Zxid,
    /// Milliseconds since 1970, by the leader's clock; the time all servers write into nodes.
    pub time_ms: i64,
    pub op: OpCode,
}

impl Jute for TxnHeader {
    const BYTES_MIN: usize = 32;

    fn decode(reader: &mut Reader<'_>) -> Result<TxnHeader> {
        Ok(TxnHeader {
            session: SessionId::decode(reader)?,
            cxid: reader.i32()?,
            zxid: Zxid::decode(reader)?,
            time_ms: reader.i64()?,
            op: decode_op(reader)?,
        })
    }

    fn encode(&self, writer: &mut Writer) {
        self.session.encode(writer);
        writer.i32(self.cxid);
        self.zxid.encode(writer);
        writer.i64(self.time_ms);
        writer.i32(self.op.code());
    }
}

records! {
    /// create, create2.
    pub struct CreateTxn {
        pub path: String,
        pub data: Option<Bytes>,
        pub acl: Vec<Acl>,
        pub ephemeral: bool,
        /// What the parent's count of creations becomes. -1, and absent in logs of before 3.4,
        /// means one more than it is.
        pub parent_cversion: i32,
    }

    /// createContainer.
    pub struct CreateContainerTxn {
        pub path: String,
        pub data: Option<Bytes>,
        pub acl: Vec<Acl>,
        pub parent_cversion: i32,
    }

    /// createTTL.
    pub struct CreateTtlTxn {
        pub path: String,
        pub data: Option<Bytes>,
        pub acl: Vec<Acl>,
        pub parent_cversion: i32,
        pub ttl_ms: i64,
    }

    /// delete, deleteContainer.
    pub struct DeleteTxn {
        pub path: String,
    }

    /// setData, reconfig. The version is the new one.
    pub struct SetDataTxn {
        pub path: String,
        pub data: Option<Bytes>,
        pub version: i32,
    }

    /// setACL. The version is the new one.
    pub struct SetAclTxn {
        pub path: String,
        pub acl: Vec<Acl>,
        pub version: i32,
    }

    /// check, inside a multi. The version is one more than the one checked.
    pub struct CheckVersionTxn {
        pub path: String,
        pub version: i32,
    }

    /// createSession.
    pub struct CreateSessionTxn {
        pub timeout_ms: i32,
    }

    /// The digest the tree is expected to have after the transaction.
    pub struct TxnDigest {
        /// How it is computed: 2.
        pub version: i32,
        pub digest: i64,
    }
}

/// closeSession.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloseSessionTxn {
    /// The session's ephemeral nodes, all to be deleted. `None`, as before 3.6, leaves it to the
    /// reader's own memory which those are.
    pub paths: Option<Vec<String>>,
}

/// What a transaction does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Txn {
    CreateSession(CreateSessionTxn),
    CloseSession(CloseSessionTxn),
    /// A request that failed: it takes a zxid and changes nothing. The code of a [`KeeperError`].
    Error(i32),
    Create(CreateTxn),
    Create2(CreateTxn),
    CreateContainer(CreateContainerTxn),
    CreateTtl(CreateTtlTxn),
    Delete(DeleteTxn),
    DeleteContainer(DeleteTxn),
    SetData(SetDataTxn),
    Reconfig(SetDataTxn),
    SetAcl(SetAclTxn),
    Check(CheckVersionTxn),
    /// All or, if one of them is an error, none of these.
    Multi(Vec<Txn>),
}

impl Txn {
    /// A request that failed.
    pub const fn error(error: KeeperError) -> Txn {
        Txn::Error(error.code())
    }

    /// The type its header carries.
    pub const fn op(&self) -> OpCode {
        match self {
            Txn::CreateSession(_) => OpCode::CreateSession,
            Txn::CloseSession(_) => OpCode::CloseSession,
            Txn::Error(_) => OpCode::Error,
            Txn::Create(_) => OpCode::Create,
            Txn::Create2(_) => OpCode::Create2,
            Txn::CreateContainer(_) => OpCode::CreateContainer,
            Txn::CreateTtl(_) => OpCode::CreateTtl,
            Txn::Delete(_) => OpCode::Delete,
            Txn::DeleteContainer(_) => OpCode::DeleteContainer,
            Txn::SetData(_) => OpCode::SetData,
            Txn::Reconfig(_) => OpCode::Reconfig,
            Txn::SetAcl(_) => OpCode::SetAcl,
            Txn::Check(_) => OpCode::Check,
            Txn::Multi(_) => OpCode::Multi,
        }
    }

    /// Takes the body of a transaction of type `op`.
    pub fn decode(op: OpCode, reader: &mut Reader<'_>) -> Result<Txn> {
        Ok(match op {
            OpCode::CreateSession => Txn::CreateSession(CreateSessionTxn::decode(reader)?),
            OpCode::CloseSession => Txn::CloseSession(decode_close_session(reader)?),
            OpCode::Error => Txn::Error(reader.i32()?),
            OpCode::Create => Txn::Create(decode_create(reader)?),
            OpCode::Create2 => Txn::Create2(decode_create(reader)?),
            OpCode::CreateContainer => Txn::CreateContainer(CreateContainerTxn::decode(reader)?),
            OpCode::CreateTtl => Txn::CreateTtl(CreateTtlTxn::decode(reader)?),
            OpCode::Delete => Txn::Delete(DeleteTxn::decode(reader)?),
            OpCode::DeleteContainer => Txn::DeleteContainer(DeleteTxn::decode(reader)?),
            OpCode::SetData => Txn::SetData(SetDataTxn::decode(reader)?),
            OpCode::Reconfig => Txn::Reconfig(SetDataTxn::decode(reader)?),
            OpCode::SetAcl => Txn::SetAcl(SetAclTxn::decode(reader)?),
            OpCode::Check => Txn::Check(CheckVersionTxn::decode(reader)?),
            OpCode::Multi => Txn::Multi(decode_multi(reader)?),
            _ => return Err(reader.invalid("transaction type", i64::from(op.code()))),
        })
    }

    /// Puts the body.
    pub fn encode(&self, writer: &mut Writer) {
        match self {
            Txn::CreateSession(txn) => txn.encode(writer),
            Txn::CloseSession(txn) => {
                if let Some(paths) = &txn.paths {
                    paths.encode(writer);
                }
            }
            Txn::Error(code) => writer.i32(*code),
            Txn::Create(txn) | Txn::Create2(txn) => txn.encode(writer),
            Txn::CreateContainer(txn) => txn.encode(writer),
            Txn::CreateTtl(txn) => txn.encode(writer),
            Txn::Delete(txn) | Txn::DeleteContainer(txn) => txn.encode(writer),
            Txn::SetData(txn) | Txn::Reconfig(txn) => txn.encode(writer),
            Txn::SetAcl(txn) => txn.encode(writer),
            Txn::Check(txn) => txn.encode(writer),
            Txn::Multi(txns) => {
                super::put_length(writer, txns.len());
                for txn in txns {
                    writer.i32(txn.op().code());
                    let mark = writer.mark_i32();
                    txn.encode(writer);
                    writer.fill_length(&mark);
                }
            }
        }
    }
}

/// Whether a transaction inside a multi may be of type `op`.
const fn allowed_in_multi(op: OpCode) -> bool {
    super::request::allowed_in_multi(op) || matches!(op, OpCode::DeleteContainer | OpCode::Error)
}

fn decode_multi(reader: &mut Reader<'_>) -> Result<Vec<Txn>> {
    let count = i64::from(reader.i32()?);
    let count = reader.checked_length(count.max(0), 8)?;
    if count > MULTI_OPS_MAX {
        return Err(reader.invalid("number of operations of a multi", i64::from(u32::MAX)));
    }
    let mut txns = Vec::with_capacity(count);
    for _ in 0..count {
        let op = decode_op(reader)?;
        if !allowed_in_multi(op) {
            return Err(reader.invalid("transaction type of a multi", i64::from(op.code())));
        }
        let length = i64::from(reader.i32()?);
        let mut body = reader.sub(reader.checked_length(length, 1)?)?;
        txns.push(Txn::decode(op, &mut body)?);
    }
    Ok(txns)
}

fn decode_op(reader: &mut Reader<'_>) -> Result<OpCode> {
    let code = reader.i32()?;
    OpCode::of(code).ok_or_else(|| reader.invalid("transaction type", i64::from(code)))
}

fn decode_create(reader: &mut Reader<'_>) -> Result<CreateTxn> {
    Ok(CreateTxn {
        path: String::decode(reader)?,
        data: Option::decode(reader)?,
        acl: Vec::decode(reader)?,
        ephemeral: reader.bool()?,
        parent_cversion: if reader.is_empty() { -1 } else { reader.i32()? },
    })
}

fn decode_close_session(reader: &mut Reader<'_>) -> Result<CloseSessionTxn> {
    let paths = if reader.is_empty() { None } else { Some(Vec::decode(reader)?) };
    Ok(CloseSessionTxn { paths })
}

/// A transaction as it is logged and proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    pub header: TxnHeader,
    pub txn: Txn,
    pub digest: Option<TxnDigest>,
}

impl Jute for Transaction {
    const BYTES_MIN: usize = TxnHeader::BYTES_MIN;

    fn decode(reader: &mut Reader<'_>) -> Result<Transaction> {
        let header = TxnHeader::decode(reader)?;
        let txn = Txn::decode(header.op, reader)?;
        // What is left and too short for a digest is junk behind the record, to be ignored.
        let digest = if reader.left() < TxnDigest::BYTES_MIN {
            None
        } else {
            Some(TxnDigest::decode(reader)?)
        };
        Ok(Transaction { header, txn, digest })
    }

    fn encode(&self, writer: &mut Writer) {
        self.header.encode(writer);
        self.txn.encode(writer);
        if let Some(digest) = &self.digest {
            digest.encode(writer);
        }
    }
}
