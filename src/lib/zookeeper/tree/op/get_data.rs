//! getData: a node's data and stat.

use bytes::Bytes;

use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::reply::DataStat;
use crate::zookeeper::jute::request::WatchRequest;
use crate::zookeeper::jute::{Id, KeeperError, Reply};
use crate::zookeeper::tree::DataTree;

pub(super) fn answer(
    tree: &DataTree,
    ids: &[Id],
    request: &WatchRequest,
) -> Result<Reply, KeeperError> {
    let id = tree.nodes.find(&request.path).ok_or(KeeperError::NoNode)?;
    let node = tree.nodes.get(id);
    tree.check_acl(node.acl, perms::READ, ids)?;
    let data = node.data().map(Bytes::copy_from_slice);
    Ok(Reply::Data(DataStat { data, stat: tree.client_stat(id) }))
}
