//! exists: a node's stat, or that there is none. The only read whose watch waits for a node to come.
//!
//! Since 3.8.4 it needs READ, like the others (ZOOKEEPER-2590).

use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::WatchRequest;
use crate::zookeeper::jute::{Id, KeeperError, Reply};
use crate::zookeeper::tree::DataTree;

pub(super) fn answer(
    tree: &DataTree,
    ids: &[Id],
    request: &WatchRequest,
) -> Result<Reply, KeeperError> {
    if request.path.contains('\0') {
        return Err(KeeperError::BadArguments);
    }
    let id = tree.nodes.find(&request.path).ok_or(KeeperError::NoNode)?;
    tree.check_acl(tree.nodes.get(id).acl, perms::READ, ids)?;
    Ok(Reply::Stat(tree.client_stat(id)))
}
