//! createSession, closeSession: a session begins; it ends, and its ephemeral nodes with it.
//!
//! The transaction that closes a session lists the nodes that go, those among them that are about
//! to be created: a snapshot may be behind or ahead of what the session owned then.

use std::collections::BTreeSet;

use super::delete;
use crate::zookeeper::jute::request::CreateSessionRequest;
use crate::zookeeper::jute::txn::{CloseSessionTxn, CreateSessionTxn};
use crate::zookeeper::jute::{Reply, Txn, TxnHeader};
use crate::zookeeper::tree::watch::Fired;
use crate::zookeeper::tree::{Asked, DataTree};

pub(super) fn prepare_create(
    tree: &mut DataTree,
    asked: &Asked<'_>,
    request: CreateSessionRequest,
) -> Txn {
    let timeout_ms = request.timeout_ms;
    tree.tracker.track(asked.session, timeout_ms, asked.now);
    // It is there and open: it was tracked a line ago, and numbers are not used twice.
    let _ = tree.tracker.set_owner(asked.session, asked.owner);
    Txn::CreateSession(CreateSessionTxn { timeout_ms })
}

pub(super) fn prepare_close(tree: &mut DataTree, asked: &Asked<'_>) -> Txn {
    let mut paths: BTreeSet<String> = tree.ephemerals(asked.session).into_iter().collect();
    for (path, owned) in tree.pending.owned(asked.session) {
        if owned {
            paths.insert(path.to_string());
        } else {
            paths.remove(&**path);
        }
    }
    for path in &paths {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let parent = tree.future(parent).expect("an ephemeral node has a parent");
        let node = tree.future(path).expect("an ephemeral node that is to go is there");
        delete::leave(tree, asked, path, parent, &node);
    }
    tree.tracker.close(asked.session);
    let paths = tree.settings.close_session_paths.then(|| paths.into_iter().collect());
    Txn::CloseSession(CloseSessionTxn { paths })
}

pub(super) fn apply_create(
    tree: &mut DataTree,
    header: &TxnHeader,
    txn: &CreateSessionTxn,
) -> Reply {
    tree.sessions.insert(header.session, txn.timeout_ms);
    Reply::Empty
}

pub(super) fn apply_close(
    tree: &mut DataTree,
    header: &TxnHeader,
    txn: CloseSessionTxn,
    fired: &mut Vec<Fired>,
) -> Reply {
    // What the list does not name goes too: without a list that is everything, with one nothing,
    // unless a fuzzy snapshot knows of nodes that were created later.
    let mut paths = txn.paths.unwrap_or_default();
    for path in tree.ephemerals(header.session) {
        if paths.binary_search(&path).is_err() && !paths.contains(&path) {
            paths.push(path);
        }
    }
    for path in &paths {
        // A node that is gone already is as good as one that goes now.
        let _ = delete::remove(tree, header, path, fired);
    }
    tree.sessions.remove(&header.session);
    tree.tracker.remove(header.session);
    Reply::Empty
}
