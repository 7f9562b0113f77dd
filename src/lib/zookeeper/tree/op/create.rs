//! create, create2, createContainer, createTTL: a new node.
//!
//! * What is created follows from the operation, not from the flags: containers and TTL nodes come
//!   from operations of their own, and their flags in another one make a plain node.
//! * Checks run in ZooKeeper's order, which shows in the error of a request that is wrong twice:
//!   mode, session, shape of the path, ACL, parent, permission, name, existence, kind of parent,
//!   quota.
//! * A sequence number is the parent's count of creations so far, so it skips where others were
//!   created.

use std::fmt::Write;

use bytes::Bytes;

use super::owner::Lifetime;
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::reply::CreatedStat;
use crate::zookeeper::jute::request::{CreateMode, CreateRequest, CreateTtlRequest};
use crate::zookeeper::jute::txn::{CreateContainerTxn, CreateTtlTxn, CreateTxn};
use crate::zookeeper::jute::{Acl, KeeperError, Reply, Stat, StatPersisted, Txn, TxnHeader};
use crate::zookeeper::tree::acl;
use crate::zookeeper::tree::pending::Shape;
use crate::zookeeper::tree::watch::{EventType, Fired, Kind};
use crate::zookeeper::tree::{Asked, DataTree, path};

/// Which of the operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Create,
    Create2,
    Container,
    Ttl { ttl_ms: i64 },
}

pub(super) fn prepare_ttl(
    tree: &mut DataTree,
    asked: &Asked<'_>,
    request: CreateTtlRequest,
) -> Result<Txn, KeeperError> {
    let CreateTtlRequest { path, data, acl, flags, ttl_ms } = request;
    prepare(tree, asked, Form::Ttl { ttl_ms }, CreateRequest { path, data, acl, flags })
}

pub(super) fn prepare(
    tree: &mut DataTree,
    asked: &Asked<'_>,
    form: Form,
    request: CreateRequest,
) -> Result<Txn, KeeperError> {
    let CreateRequest { path, data, acl, flags } = request;
    let mode = CreateMode::of(flags).ok_or(KeeperError::BadArguments)?;
    let lifetime = lifetime(tree, asked, form, mode)?;
    tree.tracker.check(asked.session, asked.owner)?;
    if mode.is_ephemeral() {
        tree.tracker.check_global(asked.session)?;
    }
    let (parent_path, _) = path::split(&path)?;
    let acl = acl::fix_up(acl, asked.ids)?;
    let mut parent = tree.future(parent_path)?;
    tree.check_acl(parent.acl, perms::CREATE, asked.ids)?;
    let parent_bytes = parent_path.len();
    let path = if mode.is_sequential() { numbered(path, parent.stat.cversion) } else { path };
    path::validate(&path)?;
    if tree.will_exist(&path) {
        return Err(KeeperError::NodeExists);
    }
    if let Lifetime::Ephemeral { .. } = tree.lifetime(parent.stat.ephemeral_owner) {
        return Err(KeeperError::NoChildrenForEphemerals);
    }
    let data_length = data.as_ref().map_or(0, Bytes::len);
    tree.quota_check(&path, 1, i64::try_from(data_length).unwrap_or(i64::MAX))?;

    parent.stat.cversion = parent.stat.cversion.wrapping_add(1);
    parent.stat.pzxid = asked.zxid;
    parent.children += 1;
    let parent_cversion = parent.stat.cversion;
    let shape = Shape {
        stat: new_stat(asked.zxid, asked.time_ms, lifetime.owner()),
        children: 0,
        acl: tree.acls.intern(&acl),
        data_length,
        content_sum: tree.content_sum(&path, data.as_deref()),
        digest: 0,
    };
    let parent_path = path.get(..parent_bytes).unwrap_or_default();
    tree.will_change(asked.zxid, parent_path, parent);
    tree.will_create(asked.zxid, &path, shape);

    let ephemeral = matches!(lifetime, Lifetime::Ephemeral { .. });
    Ok(match form {
        Form::Create => Txn::Create(CreateTxn { path, data, acl, ephemeral, parent_cversion }),
        Form::Create2 => Txn::Create2(CreateTxn { path, data, acl, ephemeral, parent_cversion }),
        Form::Container => {
            Txn::CreateContainer(CreateContainerTxn { path, data, acl, parent_cversion })
        }
        Form::Ttl { ttl_ms } => {
            Txn::CreateTtl(CreateTtlTxn { path, data, acl, parent_cversion, ttl_ms })
        }
    })
}

/// How long the node is to live, if that can be.
fn lifetime(
    tree: &DataTree,
    asked: &Asked<'_>,
    form: Form,
    mode: CreateMode,
) -> Result<Lifetime, KeeperError> {
    if mode.is_ttl() && !tree.settings.extended_types {
        return Err(KeeperError::Unimplemented);
    }
    match form {
        // A TTL transaction without a lawful time poisons ZooKeeper's log for good.
        Form::Ttl { ttl_ms } if mode.is_ttl() && Lifetime::is_ttl(ttl_ms) => {
            Ok(Lifetime::Ttl { ttl_ms })
        }
        Form::Ttl { .. } => Err(KeeperError::BadArguments),
        Form::Create | Form::Create2 | Form::Container if mode.is_ttl() => {
            Err(KeeperError::BadArguments)
        }
        Form::Container => Ok(Lifetime::Container),
        Form::Create | Form::Create2 if mode.is_ephemeral() => {
            Ok(Lifetime::Ephemeral { session: asked.session })
        }
        Form::Create | Form::Create2 => Ok(Lifetime::Persistent),
    }
}

/// A path with its sequence number, ten digits wide. After 2^31 creations the number is negative,
/// as it is in ZooKeeper.
fn numbered(mut path: String, number: i32) -> String {
    // Java's %010d counts the sign among the ten; Rust's width does too.
    let _ = write!(path, "{number:010}");
    path
}

fn new_stat(zxid: crate::zookeeper::jute::Zxid, time_ms: i64, owner: i64) -> StatPersisted {
    StatPersisted {
        czxid: zxid,
        mzxid: zxid,
        ctime: time_ms,
        mtime: time_ms,
        version: 0,
        cversion: 0,
        aversion: 0,
        ephemeral_owner: owner,
        pzxid: zxid,
    }
}

pub(super) fn apply(
    tree: &mut DataTree,
    header: &TxnHeader,
    txn: CreateTxn,
    fired: &mut Vec<Fired>,
) -> Result<Reply, KeeperError> {
    insert(tree, header, &plain(&txn, header), fired)?;
    Ok(Reply::Created(txn.path))
}

pub(super) fn apply2(
    tree: &mut DataTree,
    header: &TxnHeader,
    txn: CreateTxn,
    fired: &mut Vec<Fired>,
) -> Result<Reply, KeeperError> {
    let stat = insert(tree, header, &plain(&txn, header), fired)?;
    Ok(Reply::CreatedStat(CreatedStat { path: txn.path, stat }))
}

fn plain<'a>(txn: &'a CreateTxn, header: &TxnHeader) -> New<'a> {
    let lifetime = if txn.ephemeral {
        Lifetime::Ephemeral { session: header.session }
    } else {
        Lifetime::Persistent
    };
    New {
        path: &txn.path,
        data: txn.data.as_deref(),
        acl: &txn.acl,
        lifetime,
        parent_cversion: txn.parent_cversion,
    }
}

pub(super) fn apply_container(
    tree: &mut DataTree,
    header: &TxnHeader,
    txn: CreateContainerTxn,
    fired: &mut Vec<Fired>,
) -> Result<Reply, KeeperError> {
    let new = New {
        path: &txn.path,
        data: txn.data.as_deref(),
        acl: &txn.acl,
        lifetime: Lifetime::Container,
        parent_cversion: txn.parent_cversion,
    };
    let stat = insert(tree, header, &new, fired)?;
    Ok(Reply::CreatedStat(CreatedStat { path: txn.path, stat }))
}

pub(super) fn apply_ttl(
    tree: &mut DataTree,
    header: &TxnHeader,
    txn: CreateTtlTxn,
    fired: &mut Vec<Fired>,
) -> Result<Reply, KeeperError> {
    let new = New {
        path: &txn.path,
        data: txn.data.as_deref(),
        acl: &txn.acl,
        lifetime: Lifetime::Ttl { ttl_ms: txn.ttl_ms },
        parent_cversion: txn.parent_cversion,
    };
    let stat = insert(tree, header, &new, fired)?;
    Ok(Reply::CreatedStat(CreatedStat { path: txn.path, stat }))
}

/// A node to be.
struct New<'a> {
    path: &'a str,
    data: Option<&'a [u8]>,
    acl: &'a [Acl],
    lifetime: Lifetime,
    parent_cversion: i32,
}

fn insert(
    tree: &mut DataTree,
    header: &TxnHeader,
    new: &New<'_>,
    fired: &mut Vec<Fired>,
) -> Result<Stat, KeeperError> {
    let (parent_path, name) = path::split(new.path)?;
    let parent = tree.nodes.find(parent_path).ok_or(KeeperError::NoNode)?;
    tree.change_stat(parent, parent_path, |stat| count_creation(stat, header, new.parent_cversion));
    if name.is_empty() || tree.nodes.child(parent, name).is_some() {
        return Err(KeeperError::NodeExists);
    }
    let acl = tree.acls.intern(new.acl);
    tree.acls.retain(acl);
    let owner = new.lifetime.owner();
    let stat = new_stat(header.zxid, header.time_ms, owner);
    tree.digest.add(new.path, new.data, &stat);
    let id = tree.nodes.insert(parent, name, new.data, &stat, acl);
    tree.own(id, owner);
    let bytes = new.data.map_or(0, <[u8]>::len);
    tree.resize(0, new.path.len() + bytes);
    tree.quota_created(parent_path, name, new.path, bytes);

    let stat = tree.client_stat(id);
    let parent_acl = tree.nodes.get(parent).acl;
    let created = (new.path, acl);
    tree.fire(Kind::Data, EventType::NodeCreated, created, header.zxid, &[], fired);
    let changed = (parent_path, parent_acl);
    tree.fire(Kind::Child, EventType::NodeChildrenChanged, changed, header.zxid, &[], fired);
    Ok(stat)
}

/// Counts a creation below a node, if it is news: a replayed one may be known already, even where
/// the child it made is gone again.
fn count_creation(parent: &mut StatPersisted, header: &TxnHeader, cversion: i32) {
    let counted = if cversion == -1 { parent.cversion.wrapping_add(1) } else { cversion };
    if counted > parent.cversion {
        parent.cversion = counted;
        parent.pzxid = header.zxid;
    }
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn sequence_numbers_are_ten_wide() {
        for (number, expected) in [
            (0, "/a0000000000"),
            (42, "/a0000000042"),
            (i32::MAX, "/a2147483647"),
            (i32::MIN, "/a-2147483648"),
            (-5, "/a-000000005"),
        ] {
            assert_eq!(numbered("/a".to_owned(), number), expected);
        }
    }
}
