//! getAllChildrenNumber: how many nodes there are below a node, at any depth.

use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::PathRequest;
use crate::zookeeper::jute::{Id, KeeperError, Reply};
use crate::zookeeper::tree::DataTree;
use crate::zookeeper::tree::node::NodeId;

pub(super) fn answer(
    tree: &DataTree,
    ids: &[Id],
    request: &PathRequest,
) -> Result<Reply, KeeperError> {
    let id = tree.nodes.find(&request.path).ok_or(KeeperError::NoNode)?;
    tree.check_acl(tree.nodes.get(id).acl, perms::READ, ids)?;
    let count = if id == NodeId::ROOT { tree.nodes.len() - 1 } else { below(tree, id) };
    Ok(Reply::Count(i32::try_from(count).unwrap_or(i32::MAX)))
}

fn below(tree: &DataTree, id: NodeId) -> usize {
    let mut count = 0;
    let mut stack = tree.nodes.get(id).children().to_vec();
    while let Some(id) = stack.pop() {
        count += 1;
        stack.extend_from_slice(tree.nodes.get(id).children());
    }
    count
}
