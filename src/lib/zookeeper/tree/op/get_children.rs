//! getChildren, getChildren2: the names of a node's children; the latter with the node's stat.
//!
//! The order means nothing, in ZooKeeper as here.

use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::reply::ChildrenStat;
use crate::zookeeper::jute::request::WatchRequest;
use crate::zookeeper::jute::{Id, KeeperError, Reply};
use crate::zookeeper::tree::DataTree;
use crate::zookeeper::tree::node::NodeId;

pub(super) fn answer(
    tree: &DataTree,
    ids: &[Id],
    request: &WatchRequest,
) -> Result<Reply, KeeperError> {
    Ok(Reply::Children(names(tree, find(tree, ids, request)?)))
}

pub(super) fn answer2(
    tree: &DataTree,
    ids: &[Id],
    request: &WatchRequest,
) -> Result<Reply, KeeperError> {
    let id = find(tree, ids, request)?;
    let stat = tree.client_stat(id);
    Ok(Reply::ChildrenStat(ChildrenStat { children: names(tree, id), stat }))
}

fn find(tree: &DataTree, ids: &[Id], request: &WatchRequest) -> Result<NodeId, KeeperError> {
    let id = tree.nodes.find(&request.path).ok_or(KeeperError::NoNode)?;
    tree.check_acl(tree.nodes.get(id).acl, perms::READ, ids)?;
    Ok(id)
}

fn names(tree: &DataTree, id: NodeId) -> Vec<String> {
    let children = tree.nodes.get(id).children();
    children.iter().map(|&child| tree.nodes.get(child).name().to_owned()).collect()
}
