//! reconfig: the ensemble's configuration, kept in a node of its own.
//!
//! Deciding needs to know who follows and how far, which the tree does not; a server alone has
//! nothing to reconfigure and says that it is disabled. The transaction sets the node's data and leaves its version at -1.

use crate::zookeeper::jute::reply::DataStat;
use crate::zookeeper::jute::request::ReconfigRequest;
use crate::zookeeper::jute::txn::SetDataTxn;
use crate::zookeeper::jute::{KeeperError, Reply, Txn, TxnHeader};
use crate::zookeeper::tree::watch::Fired;
use crate::zookeeper::tree::{Asked, DataTree};

pub(super) fn prepare(
    _tree: &mut DataTree,
    _asked: &Asked<'_>,
    _request: ReconfigRequest,
) -> Result<Txn, KeeperError> {
    Err(KeeperError::ReconfigDisabled)
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
