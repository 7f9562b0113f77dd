//! getACL: a node's ACL and stat. READ or ADMIN is enough, but only ADMIN sees the sums of
//! passwords.

use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::reply::AclStat;
use crate::zookeeper::jute::request::PathRequest;
use crate::zookeeper::jute::{Id, KeeperError, Reply};
use crate::zookeeper::tree::DataTree;
use crate::zookeeper::tree::acl::{self, AclId};

pub(super) fn answer(
    tree: &DataTree,
    ids: &[Id],
    request: &PathRequest,
) -> Result<Reply, KeeperError> {
    let id = tree.nodes.find(&request.path).ok_or(KeeperError::NoNode)?;
    let held = tree.nodes.get(id).acl;
    tree.check_acl(held, perms::READ | perms::ADMIN, ids)?;
    let list = tree.acls.list(held);
    let acl = if held == AclId::OPEN {
        acl::open()
    } else if tree.check_acl(held, perms::ADMIN, ids).is_ok() {
        list.to_vec()
    } else {
        acl::masked(list)
    };
    Ok(Reply::Acl(AclStat { acl, stat: tree.client_stat(id) }))
}
