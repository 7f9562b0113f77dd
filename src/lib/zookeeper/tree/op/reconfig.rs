//! reconfig: the ensemble's configuration, kept in a node of its own.
//!
//! Which configuration comes next is decided by whoever knows who follows and how far, and handed in;
//! a server alone has nothing to reconfigure and says that it is disabled. The transaction sets the
//! node's data and leaves its version at -1.

use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::reply::DataStat;
use crate::zookeeper::jute::request::ReconfigRequest;
use crate::zookeeper::jute::txn::SetDataTxn;
use crate::zookeeper::jute::{KeeperError, Reply, Txn, TxnHeader};
use crate::zookeeper::tree::watch::Fired;
use crate::zookeeper::tree::{Asked, DataTree, path};

pub(super) fn prepare(
    _tree: &mut DataTree,
    _asked: &Asked<'_>,
    _request: ReconfigRequest,
) -> Result<Txn, KeeperError> {
    Err(KeeperError::ReconfigDisabled)
}

/// The transaction that makes `config` the ensemble's configuration.
pub(in crate::zookeeper::tree) fn prepare_config(
    tree: &mut DataTree,
    asked: &Asked<'_>,
    config: String,
) -> Result<Txn, KeeperError> {
    let mut node = tree.future(path::CONFIG)?;
    tree.check_acl(node.acl, perms::WRITE, asked.ids)?;
    node.stat.version = -1;
    node.stat.mzxid = asked.zxid;
    node.stat.mtime = asked.time_ms;
    node.data_length = config.len();
    tree.will_change(asked.zxid, path::CONFIG, node);
    let data = Some(config.into_bytes().into());
    Ok(Txn::Reconfig(SetDataTxn { path: path::CONFIG.to_owned(), data, version: -1 }))
}

pub(super) fn apply(
    tree: &mut DataTree,
    header: &TxnHeader,
    txn: &SetDataTxn,
    fired: &mut Vec<Fired>,
) -> Result<Reply, KeeperError> {
    let reply = super::set_data::apply(tree, header, txn, fired)?;
    let data = txn.data.clone();
    Ok(match reply {
        Reply::Stat(stat) => Reply::Data(DataStat { data, stat }),
        other => other,
    })
}
