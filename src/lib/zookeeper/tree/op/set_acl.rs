//! setACL: who may do what to a node. Neither watches nor times take notice.

use super::next_version;
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::SetAclRequest;
use crate::zookeeper::jute::txn::SetAclTxn;
use crate::zookeeper::jute::{KeeperError, Reply, Txn};
use crate::zookeeper::tree::{Asked, DataTree, acl, path};

pub(super) fn prepare(
    tree: &mut DataTree,
    asked: &Asked<'_>,
    request: SetAclRequest,
) -> Result<Txn, KeeperError> {
    let SetAclRequest { path, acl, version } = request;
    tree.tracker.check(asked.session, asked.owner)?;
    path::validate(&path)?;
    let acl = acl::fix_up(acl, asked.ids)?;
    let mut node = tree.future(&path)?;
    tree.check_acl(node.acl, perms::ADMIN, asked.ids)?;
    let version = next_version(node.stat.aversion, version)?;

    node.stat.aversion = version;
    node.acl = tree.acls.intern(&acl);
    tree.will_change(asked.zxid, &path, node);
    Ok(Txn::SetAcl(SetAclTxn { path, acl, version }))
}

pub(super) fn apply(tree: &mut DataTree, txn: &SetAclTxn) -> Result<Reply, KeeperError> {
    let id = tree.nodes.find(&txn.path).ok_or(KeeperError::NoNode)?;
    let acl = tree.acls.intern(&txn.acl);
    tree.acls.retain(acl);
    tree.acls.release(tree.nodes.get(id).acl);
    tree.nodes.get_mut(id).acl = acl;
    tree.change_stat(id, &txn.path, |stat| stat.aversion = txn.version);
    Ok(Reply::Stat(tree.client_stat(id)))
}
