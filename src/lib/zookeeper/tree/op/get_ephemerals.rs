//! getEphemerals: the session's own ephemeral nodes whose paths begin with a text. No permission is
//! needed: they are the client's.

use crate::zookeeper::jute::request::PrefixRequest;
use crate::zookeeper::jute::{Reply, SessionId};
use crate::zookeeper::tree::DataTree;

pub(super) fn answer(tree: &DataTree, session: SessionId, request: &PrefixRequest) -> Reply {
    let prefix = request.path.as_deref().unwrap_or_default();
    let mut paths = tree.ephemerals(session);
    if prefix != "/" {
        paths.retain(|path| path.starts_with(prefix));
    }
    Reply::Children(paths)
}
