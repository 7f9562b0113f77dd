//! delete, deleteContainer: a node goes.
//!
//! * DELETE is a permission on the parent.
//! * deleteContainer is the leader's own, for what the reaper found; it looks again whether the node
//!   is still one to be reaped and still has no children.

use super::next_version;
use super::owner::Lifetime;
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::{PathRequest, VersionRequest};
use crate::zookeeper::jute::txn::DeleteTxn;
use crate::zookeeper::jute::{KeeperError, Reply, SessionId, Txn, TxnHeader};
use crate::zookeeper::tree::node::NodeId;
use crate::zookeeper::tree::pending::Shape;
use crate::zookeeper::tree::watch::{EventType, Fired, Kind};
use crate::zookeeper::tree::{Asked, DataTree, path};

pub(super) fn prepare(
    tree: &mut DataTree,
    asked: &Asked<'_>,
    request: VersionRequest,
) -> Result<Txn, KeeperError> {
    let VersionRequest { path, version } = request;
    tree.tracker.check(asked.session, asked.owner)?;
    let parent_path = deletable(&path)?;
    let parent = tree.future(parent_path)?;
    tree.check_acl(parent.acl, perms::DELETE, asked.ids)?;
    let node = tree.future(&path)?;
    next_version(node.stat.version, version)?;
    if node.children > 0 {
        return Err(KeeperError::NotEmpty);
    }
    leave(tree, asked, &path, parent, &node);
    Ok(Txn::Delete(DeleteTxn { path }))
}

pub(super) fn prepare_container(
    tree: &mut DataTree,
    asked: &Asked<'_>,
    request: PathRequest,
) -> Result<Txn, KeeperError> {
    let PathRequest { path } = request;
    if asked.session != SessionId::NONE {
        return Err(KeeperError::Unimplemented);
    }
    let parent = tree.future(deletable(&path)?)?;
    let node = tree.future(&path)?;
    if node.children > 0 {
        return Err(KeeperError::NotEmpty);
    }
    match tree.lifetime(node.stat.ephemeral_owner) {
        Lifetime::Container | Lifetime::Ttl { .. } => {}
        // Another node of that name by now.
        Lifetime::Persistent | Lifetime::Ephemeral { .. } => return Err(KeeperError::BadVersion),
    }
    leave(tree, asked, &path, parent, &node);
    Ok(Txn::DeleteContainer(DeleteTxn { path }))
}

/// The parent of a node that may be deleted, as far as its path tells.
fn deletable(path: &str) -> Result<&str, KeeperError> {
    let (parent, _) = path::split(path)?;
    if path::is_special(path) {
        return Err(KeeperError::BadArguments);
    }
    Ok(parent)
}

/// Leaves in the tree to come that `node` will be gone.
pub(super) fn leave(
    tree: &mut DataTree,
    asked: &Asked<'_>,
    path: &str,
    mut parent: Shape,
    node: &Shape,
) {
    let (parent_path, _) = path.rsplit_once('/').unwrap_or_default();
    parent.children = parent.children.saturating_sub(1);
    if asked.zxid > parent.stat.pzxid {
        parent.stat.pzxid = asked.zxid;
    }
    tree.will_change(asked.zxid, parent_path, parent);
    tree.will_delete(asked.zxid, path, node);
}

pub(super) fn apply(
    tree: &mut DataTree,
    header: &TxnHeader,
    txn: &DeleteTxn,
    fired: &mut Vec<Fired>,
) -> Result<Reply, KeeperError> {
    remove(tree, header, &txn.path, fired)?;
    Ok(Reply::Empty)
}

/// Takes the node at `path` away.
pub(super) fn remove(
    tree: &mut DataTree,
    header: &TxnHeader,
    path: &str,
    fired: &mut Vec<Fired>,
) -> Result<(), KeeperError> {
    let (parent_path, name) = path::split(path)?;
    let parent = tree.nodes.find(parent_path).ok_or(KeeperError::NoNode)?;
    // A replayed deletion of what is gone already is news to the parent all the same.
    tree.change_stat(parent, parent_path, |stat| stat.pzxid = stat.pzxid.max(header.zxid));
    let id = tree.nodes.child(parent, name).ok_or(KeeperError::NoNode)?;
    let acl = tree.nodes.get(id).acl;
    let parent_acl = tree.nodes.get(parent).acl;
    remove_below(tree, id);
    remove_one(tree, id, path);

    let before = fired.len();
    let gone = (path, acl);
    tree.fire(Kind::Data, EventType::NodeDeleted, gone, header.zxid, &[], fired);
    // Who watches data and children of the node hears once that it is gone.
    let told = fired.get(before).map(|fired| fired.connections.clone()).unwrap_or_default();
    tree.fire(Kind::Child, EventType::NodeDeleted, gone, header.zxid, &told, fired);
    let changed = (parent_path, parent_acl);
    tree.fire(Kind::Child, EventType::NodeChildrenChanged, changed, header.zxid, &[], fired);
    Ok(())
}

/// Takes everything below a node away. There is something only when a log is replayed over a
/// snapshot that was written later than this deletion: what is below was created after it, and will
/// be again.
fn remove_below(tree: &mut DataTree, id: NodeId) {
    let mut below = tree.nodes.get(id).children().to_vec();
    let mut next = 0;
    while let Some(&id) = below.get(next) {
        below.extend_from_slice(tree.nodes.get(id).children());
        next += 1;
    }
    for id in below.into_iter().rev() {
        let path = tree.nodes.path(id);
        remove_one(tree, id, &path);
    }
}

fn remove_one(tree: &mut DataTree, id: NodeId, path: &str) {
    let node = tree.nodes.get(id);
    let stat = node.stat();
    tree.digest.subtract(path, node.data(), &stat);
    let (acl, owner, bytes) = (node.acl, stat.ephemeral_owner, node.data_length());
    tree.nodes.remove(id);
    tree.acls.release(acl);
    tree.disown(id, owner);
    tree.resize(path.len() + bytes, 0);
    let (parent, name) = path.rsplit_once('/').unwrap_or_default();
    tree.quota_deleted(parent, name, path, bytes);
}
