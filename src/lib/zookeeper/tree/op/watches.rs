//! addWatch, checkWatches, removeWatches, and the watches that reads leave.
//!
//! addWatch looks neither at the path nor at any ACL: events are filtered when they fire.

use crate::zookeeper::jute::request::{AddWatchRequest, WatcherType, WatchesRequest};
use crate::zookeeper::jute::{KeeperError, Reply, Request};
use crate::zookeeper::tree::watch::{Kind, Mode};
use crate::zookeeper::tree::{Caller, DataTree};

/// Leaves the watch a read asks for: exists also where there is no node, the others only where they
/// were answered.
pub(super) fn leave(
    tree: &mut DataTree,
    caller: &Caller<'_>,
    request: &Request,
    reply: &Result<Reply, KeeperError>,
) {
    let waits = matches!(reply, Err(KeeperError::NoNode));
    let (kind, read) = match request {
        Request::Exists(read) if reply.is_ok() || waits => (Kind::Data, read),
        Request::GetData(read) if reply.is_ok() => (Kind::Data, read),
        Request::GetChildren(read) | Request::GetChildren2(read) if reply.is_ok() => {
            (Kind::Child, read)
        }
        _ => return,
    };
    if read.watch {
        let (connection, ids) = (caller.connection, caller.ids);
        tree.watches.add(kind, &read.path, Mode::Standard, connection, ids);
    }
}

pub(super) fn add(
    tree: &mut DataTree,
    caller: &Caller<'_>,
    request: &AddWatchRequest,
) -> Result<Reply, KeeperError> {
    let mode = match request.mode {
        0 => Mode::Persistent,
        1 => Mode::PersistentRecursive,
        _ => return Err(KeeperError::MarshallingError),
    };
    add_persistent(tree, caller, &request.path, mode);
    Ok(Reply::WatchAdded)
}

/// A recursive watch hears of children as nodes that come and go, so it needs no child watch.
pub(super) fn add_persistent(tree: &mut DataTree, caller: &Caller<'_>, path: &str, mode: Mode) {
    let (connection, ids) = (caller.connection, caller.ids);
    tree.watches.add(Kind::Data, path, mode, connection, ids);
    if mode == Mode::Persistent {
        tree.watches.add(Kind::Child, path, mode, connection, ids);
    }
}

pub(super) fn check(
    tree: &DataTree,
    caller: &Caller<'_>,
    request: &WatchesRequest,
) -> Result<Reply, KeeperError> {
    let kind = WatcherType::of(request.kind).ok_or(KeeperError::MarshallingError)?;
    if tree.watches.contains(&request.path, kind, caller.connection) {
        return Ok(Reply::Empty);
    }
    Err(KeeperError::NoWatcher)
}

pub(super) fn remove(
    tree: &mut DataTree,
    caller: &Caller<'_>,
    request: &WatchesRequest,
) -> Result<Reply, KeeperError> {
    let kind = WatcherType::of(request.kind).ok_or(KeeperError::MarshallingError)?;
    if tree.watches.remove(&request.path, kind, caller.connection) {
        return Ok(Reply::Empty);
    }
    Err(KeeperError::NoWatcher)
}
