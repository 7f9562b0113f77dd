//! setWatches, setWatches2: a client that was away names its watches and the last transaction it saw.
//!
//! What happened meanwhile is told at once, before the reply, as one event however often it
//! happened; the other watches are set again. Persistent watches are only set again.

use crate::base::planted::Bug;
use crate::zookeeper::jute::request::{SetWatches, SetWatches2};
use crate::zookeeper::jute::{Reply, Zxid};
use crate::zookeeper::tree::watch::{EventType, Fired, Kind, Mode};
use crate::zookeeper::tree::{Caller, DataTree};

/// The zxid of an event nobody knows the transaction of.
const MISSED: Zxid = Zxid(-1);

pub(super) fn read(
    tree: &mut DataTree,
    caller: &Caller<'_>,
    request: &SetWatches,
    fired: &mut Vec<Fired>,
) -> Reply {
    let since = request.relative_zxid;
    if Bug::MissWatches.is_planted() {
        let data = request.data.iter().chain(&request.exist);
        data.for_each(|path| catch_up(tree, caller, Kind::Data, path, None, fired));
        return Reply::Empty;
    }
    for path in &request.data {
        let missed = tree.nodes.find(path).map_or(Some(EventType::NodeDeleted), |id| {
            let changed = tree.nodes.get(id).stat().mzxid > since;
            changed.then_some(EventType::NodeDataChanged)
        });
        catch_up(tree, caller, Kind::Data, path, missed, fired);
    }
    for path in &request.exist {
        let missed = tree.nodes.find(path).map(|_| EventType::NodeCreated);
        catch_up(tree, caller, Kind::Data, path, missed, fired);
    }
    for path in &request.child {
        let missed = tree.nodes.find(path).map_or(Some(EventType::NodeDeleted), |id| {
            let changed = tree.nodes.get(id).stat().pzxid > since;
            changed.then_some(EventType::NodeChildrenChanged)
        });
        catch_up(tree, caller, Kind::Child, path, missed, fired);
    }
    Reply::Empty
}

pub(super) fn read2(
    tree: &mut DataTree,
    caller: &Caller<'_>,
    request: &SetWatches2,
    fired: &mut Vec<Fired>,
) -> Reply {
    let ordinary = SetWatches {
        relative_zxid: request.relative_zxid,
        data: request.data.clone(),
        exist: request.exist.clone(),
        child: request.child.clone(),
    };
    let reply = read(tree, caller, &ordinary, fired);
    for path in &request.persistent {
        super::watches::add_persistent(tree, caller, path, Mode::Persistent);
    }
    for path in &request.recursive {
        super::watches::add_persistent(tree, caller, path, Mode::PersistentRecursive);
    }
    reply
}

/// Tells what was missed, or sets the watch again. Whether the client may still read the node is
/// not asked, in ZooKeeper neither: it could when it set the watch, and would wait for ever.
fn catch_up(
    tree: &mut DataTree,
    caller: &Caller<'_>,
    kind: Kind,
    path: &str,
    missed: Option<EventType>,
    fired: &mut Vec<Fired>,
) {
    match missed {
        Some(event) => {
            let connections = vec![caller.connection];
            fired.push(Fired { event, path: path.to_owned(), zxid: MISSED, connections });
        }
        None => {
            tree.watches.add(kind, path, Mode::Standard, caller.connection, caller.ids);
        }
    }
}
