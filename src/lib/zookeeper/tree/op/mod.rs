//! Operations: one file each, with its prepare and its apply, or its read.
//!
//! Prepare looks at the tree as it will be and leaves there what it is about to change; its error is
//! the client's answer. Apply changes the tree. Its error means the node was not as expected, which
//! happens only while a log is replayed over a fuzzy snapshot, and is no harm there.

mod check;
mod create;
mod delete;
mod exists;
mod get_acl;
mod get_all_children_number;
mod get_children;
mod get_data;
mod get_ephemerals;
mod multi;
mod multi_read;
pub(super) mod owner;
pub(super) mod reconfig;
mod session;
mod set_acl;
mod set_data;
mod set_watches;
mod watches;

use super::watch::Fired;
use super::{Asked, Caller, DataTree};
use crate::zookeeper::jute::{Id, KeeperError, Reply, Request, SessionId, Txn, TxnHeader};

/// Decides what becomes of a write.
pub(super) fn prepare(
    tree: &mut DataTree,
    asked: &Asked<'_>,
    request: Request,
) -> Result<Txn, KeeperError> {
    match request {
        Request::Create(request) => create::prepare(tree, asked, create::Form::Create, request),
        Request::Create2(request) => create::prepare(tree, asked, create::Form::Create2, request),
        Request::CreateContainer(request) => {
            create::prepare(tree, asked, create::Form::Container, request)
        }
        Request::CreateTtl(request) => create::prepare_ttl(tree, asked, request),
        Request::Delete(request) => delete::prepare(tree, asked, request),
        Request::DeleteContainer(request) => delete::prepare_container(tree, asked, request),
        Request::SetData(request) => set_data::prepare(tree, asked, request),
        Request::SetAcl(request) => set_acl::prepare(tree, asked, request),
        Request::Check(request) => check::prepare(tree, asked, request),
        Request::Multi(operations) => Ok(multi::prepare(tree, asked, operations)),
        Request::Reconfig(request) => reconfig::prepare(tree, asked, request),
        Request::CreateSession(request) => Ok(session::prepare_create(tree, asked, request)),
        Request::CloseSession => Ok(session::prepare_close(tree, asked)),
        Request::Exists(_)
        | Request::GetData(_)
        | Request::GetAcl(_)
        | Request::GetChildren(_)
        | Request::GetChildren2(_)
        | Request::Sync(_)
        | Request::CheckWatches(_)
        | Request::RemoveWatches(_)
        | Request::Auth(_)
        | Request::SetWatches(_)
        | Request::SetWatches2(_)
        | Request::Sasl(_)
        | Request::GetEphemerals(_)
        | Request::GetAllChildrenNumber(_)
        | Request::AddWatch(_)
        | Request::Ping
        | Request::WhoAmI
        | Request::MultiRead(_) => Err(KeeperError::Unimplemented),
    }
}

/// Does what a transaction says.
pub(super) fn apply(
    tree: &mut DataTree,
    header: &TxnHeader,
    txn: Txn,
    fired: &mut Vec<Fired>,
) -> Result<Reply, KeeperError> {
    match txn {
        Txn::Create(txn) => create::apply(tree, header, txn, fired),
        Txn::Create2(txn) => create::apply2(tree, header, txn, fired),
        Txn::CreateContainer(txn) => create::apply_container(tree, header, txn, fired),
        Txn::CreateTtl(txn) => create::apply_ttl(tree, header, txn, fired),
        Txn::Delete(txn) | Txn::DeleteContainer(txn) => delete::apply(tree, header, &txn, fired),
        Txn::SetData(txn) => set_data::apply(tree, header, &txn, fired),
        Txn::SetAcl(txn) => set_acl::apply(tree, &txn),
        Txn::Check(_) => Ok(Reply::Empty),
        Txn::Multi(txns) => Ok(multi::apply(tree, header, txns, fired)),
        Txn::Reconfig(txn) => reconfig::apply(tree, header, &txn, fired),
        Txn::CreateSession(txn) => Ok(session::apply_create(tree, header, &txn)),
        Txn::CloseSession(txn) => Ok(session::apply_close(tree, header, txn, fired)),
        Txn::Error(code) => Err(KeeperError::of(code).unwrap_or(KeeperError::SystemError)),
    }
}

/// Answers a read, and leaves its watch.
pub(super) fn read(
    tree: &mut DataTree,
    caller: &Caller<'_>,
    request: &Request,
    fired: &mut Vec<Fired>,
) -> Result<Reply, KeeperError> {
    match request {
        Request::SetWatches(request) => Ok(set_watches::read(tree, caller, request, fired)),
        Request::SetWatches2(request) => Ok(set_watches::read2(tree, caller, request, fired)),
        Request::AddWatch(request) => watches::add(tree, caller, request),
        Request::CheckWatches(request) => watches::check(tree, caller, request),
        Request::RemoveWatches(request) => watches::remove(tree, caller, request),
        request => {
            let reply = answer(tree, caller.session, caller.ids, request)
                .unwrap_or(Err(KeeperError::Unimplemented));
            watches::leave(tree, caller, request, &reply);
            reply
        }
    }
}

/// Answers a read that leaves no watch.
pub(super) fn look(
    tree: &DataTree,
    session: SessionId,
    ids: &[Id],
    request: &Request,
) -> Option<Result<Reply, KeeperError>> {
    match request {
        Request::Exists(read)
        | Request::GetData(read)
        | Request::GetChildren(read)
        | Request::GetChildren2(read)
            if read.watch =>
        {
            None
        }
        request => answer(tree, session, ids, request),
    }
}

/// What a read finds, whether it leaves a watch or not; nothing for what is no such read.
fn answer(
    tree: &DataTree,
    session: SessionId,
    ids: &[Id],
    request: &Request,
) -> Option<Result<Reply, KeeperError>> {
    Some(match request {
        Request::Exists(request) => exists::answer(tree, ids, request),
        Request::GetData(request) => get_data::answer(tree, ids, request),
        Request::GetAcl(request) => get_acl::answer(tree, ids, request),
        Request::GetChildren(request) => get_children::answer(tree, ids, request),
        Request::GetChildren2(request) => get_children::answer2(tree, ids, request),
        Request::GetEphemerals(request) => Ok(get_ephemerals::answer(tree, session, request)),
        Request::GetAllChildrenNumber(request) => {
            get_all_children_number::answer(tree, ids, request)
        }
        Request::MultiRead(reads) => Ok(multi_read::answer(tree, session, ids, reads)),
        Request::WhoAmI => Ok(Reply::WhoAmI(super::acl::who_am_i(ids))),
        _ => return None,
    })
}

/// The version a change makes of the current one, if that is the expected one; -1 expects any.
fn next_version(current: i32, expected: i32) -> Result<i32, KeeperError> {
    if expected != -1 && expected != current {
        return Err(KeeperError::BadVersion);
    }
    Ok(current.wrapping_add(1))
}
