//! multi: operations that are done together, under one zxid, or not at all.
//!
//! Each is prepared against what the ones before it leave. When one fails, all that was prepared is
//! taken back, and those after it are not tried; the transaction keeps the earlier ones as they
//! were and has errors from there on, as ZooKeeper logs it. Applying one with an error in it does
//! nothing but say so.

use super::super::watch::Fired;
use super::super::{Asked, DataTree};
use crate::zookeeper::jute::{KeeperError, MultiResult, OpCode, Reply, Request, Txn, TxnHeader};

pub(super) fn prepare(tree: &mut DataTree, asked: &Asked<'_>, operations: Vec<Request>) -> Txn {
    tree.pending.begin();
    let mut failed = false;
    let mut txns = Vec::with_capacity(operations.len());
    for operation in operations {
        txns.push(if failed {
            Txn::error(KeeperError::RuntimeInconsistency)
        } else {
            super::prepare(tree, asked, operation).unwrap_or_else(|error| {
                failed = true;
                Txn::error(error)
            })
        });
    }
    if failed {
        tree.pending.undo();
    } else {
        tree.pending.keep();
    }
    Txn::Multi(txns)
}

pub(super) fn apply(
    tree: &mut DataTree,
    header: &TxnHeader,
    txns: Vec<Txn>,
    fired: &mut Vec<Fired>,
) -> Reply {
    if txns.iter().any(|txn| matches!(txn, Txn::Error(_))) {
        let code = |txn: &Txn| if let Txn::Error(code) = txn { *code } else { 0 };
        return Reply::Multi(txns.iter().map(|txn| MultiResult::Error(code(txn))).collect());
    }
    let mut results = Vec::with_capacity(txns.len());
    for txn in txns {
        let op = txn.op();
        let reply = super::apply(tree, header, txn, fired);
        results.push(result(op, reply));
    }
    Reply::Multi(results)
}

fn result(op: OpCode, reply: Result<Reply, KeeperError>) -> MultiResult {
    match reply {
        Ok(Reply::Created(path)) => MultiResult::Created(path),
        Ok(Reply::CreatedStat(created)) => MultiResult::CreatedStat(created),
        Ok(Reply::Stat(stat)) => MultiResult::Set(stat),
        Ok(_) if op == OpCode::Check => MultiResult::Checked,
        Ok(_) => MultiResult::Deleted,
        Err(error) => MultiResult::Error(error.code()),
    }
}
