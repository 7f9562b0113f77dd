//! check: inside a multi, whether a node has a version. The transaction carries one more than that,
//! as ZooKeeper writes it, and does nothing.

use super::next_version;
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::VersionRequest;
use crate::zookeeper::jute::txn::CheckVersionTxn;
use crate::zookeeper::jute::{KeeperError, Txn};
use crate::zookeeper::tree::{Asked, DataTree, path};

pub(super) fn prepare(
    tree: &mut DataTree,
    asked: &Asked<'_>,
    request: VersionRequest,
) -> Result<Txn, KeeperError> {
    let VersionRequest { path, version } = request;
    // Alone, it would be a transaction that no ZooKeeper can load again (ZOOKEEPER-2623).
    if !tree.pending.in_multi() {
        return Err(KeeperError::Unimplemented);
    }
    tree.tracker.check(asked.session, asked.owner)?;
    path::validate(&path)?;
    let node = tree.future(&path)?;
    tree.check_acl(node.acl, perms::READ, asked.ids)?;
    let version = next_version(node.stat.version, version)?;
    Ok(Txn::Check(CheckVersionTxn { path, version }))
}
