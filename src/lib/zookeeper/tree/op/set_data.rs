//! setData: a node's data is replaced, if its version is the expected one.

use bytes::Bytes;

use super::next_version;
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::SetDataRequest;
use crate::zookeeper::jute::txn::SetDataTxn;
use crate::zookeeper::jute::{KeeperError, Reply, Txn, TxnHeader};
use crate::zookeeper::tree::watch::{EventType, Fired, Kind};
use crate::zookeeper::tree::{Asked, DataTree, path};

pub(super) fn prepare(
    tree: &mut DataTree,
    asked: &Asked<'_>,
    request: SetDataRequest,
) -> Result<Txn, KeeperError> {
    let SetDataRequest { path, data, version } = request;
    tree.tracker.check(asked.session, asked.owner)?;
    path::validate(&path)?;
    let mut node = tree.future(&path)?;
    tree.check_acl(node.acl, perms::WRITE, asked.ids)?;
    let length = data.as_ref().map_or(0, Bytes::len);
    let signed = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
    tree.quota_check(&path, 0, signed(length) - signed(node.data_length))?;
    let version = next_version(node.stat.version, version)?;

    node.stat.version = version;
    node.stat.mzxid = asked.zxid;
    node.stat.mtime = asked.time_ms;
    node.data_length = length;
    node.content_sum = tree.content_sum(&path, data.as_deref());
    tree.will_change(asked.zxid, &path, node);
    Ok(Txn::SetData(SetDataTxn { path, data, version }))
}

pub(super) fn apply(
    tree: &mut DataTree,
    header: &TxnHeader,
    txn: &SetDataTxn,
    fired: &mut Vec<Fired>,
) -> Result<Reply, KeeperError> {
    let id = tree.nodes.find(&txn.path).ok_or(KeeperError::NoNode)?;
    let node = tree.nodes.get_mut(id);
    let before = node.data_length();
    let mut stat = node.stat();
    tree.digest.subtract(&txn.path, node.data(), &stat);
    stat.version = txn.version;
    stat.mzxid = header.zxid;
    stat.mtime = header.time_ms;
    node.set_data(txn.data.as_deref());
    node.set_stat(&stat);
    tree.digest.add(&txn.path, node.data(), &stat);
    let after = node.data_length();
    tree.resize(before, after);
    tree.quota_resized(&txn.path, before, after);
    let stat = tree.client_stat(id);
    let changed = (txn.path.as_str(), tree.nodes.get(id).acl);
    tree.fire(Kind::Data, EventType::NodeDataChanged, changed, header.zxid, &[], fired);
    Ok(Reply::Stat(stat))
}
