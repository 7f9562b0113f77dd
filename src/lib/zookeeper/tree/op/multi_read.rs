//! multiRead: reads answered together, each with its own result or error. It leaves no watches,
//! whatever they ask for.

use crate::zookeeper::jute::{Id, KeeperError, MultiResult, Reply, Request, SessionId};
use crate::zookeeper::tree::DataTree;

pub(super) fn answer(tree: &DataTree, session: SessionId, ids: &[Id], reads: &[Request]) -> Reply {
    let result = |read: &Request| match super::answer(tree, session, ids, read) {
        Some(Ok(Reply::Data(data))) => MultiResult::Data(data),
        Some(Ok(Reply::Children(names))) => MultiResult::Children(names),
        Some(Err(error)) => MultiResult::Error(error.code()),
        Some(Ok(_)) | None => MultiResult::Error(KeeperError::Unimplemented.code()),
    };
    Reply::Multi(reads.iter().map(result).collect())
}
