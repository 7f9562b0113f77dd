//! What requests under way will have changed once they are applied.
//!
//! Requests are prepared before the ones ahead of them are applied, so they must be held against
//! the tree as it will be. Each prepared change leaves a record of the node's future; whoever
//! prepares next looks here first and at the tree second. Applying a transaction takes its records
//! away again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::acl::AclId;
use crate::zookeeper::jute::{SessionId, StatPersisted, Zxid};

/// A node as it will be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) stat: StatPersisted,
    pub(super) children: usize,
    pub(super) acl: AclId,
    pub(super) data_length: usize,
    /// The part of the digest that covers path and data.
    pub(super) content_sum: u32,
    /// The node's part of the tree's digest.
    pub(super) digest: u64,
}

/// The future of one path: a node, or none.
#[derive(Clone, Debug)]
struct Record {
    zxid: Zxid,
    shape: Option<Shape>,
}

/// All that is under way.
#[derive(Debug, Default)]
pub(super) struct Pending {
    records: BTreeMap<Arc<str>, Record>,
    /// Which transaction changes which path, oldest first.
    queue: VecDeque<(Zxid, Arc<str>)>,
    /// The digest of the tree as it will be; none while nothing is under way.
    digest: Option<u64>,
    /// What a multi replaced, to be put back should it fail.
    undo: Option<Undo>,
}

#[derive(Debug)]
struct Undo {
    replaced: Vec<(Arc<str>, Option<Record>)>,
    digest: Option<u64>,
}

impl Pending {
    /// What is known about the future of `path`: nothing, or that there will be this node, or none.
    pub(super) fn get(&self, path: &str) -> Option<Option<&Shape>> {
        if self.records.is_empty() {
            return None;
        }
        self.records.get(path).map(|record| record.shape.as_ref())
    }

    /// The digest of the tree to come, `current` being that of the tree as it is.
    pub(super) fn digest(&self, current: u64) -> u64 {
        self.digest.unwrap_or(current)
    }

    /// Records that transaction `zxid` changes `path`, and the tree's digest to `digest`.
    pub(super) fn put(&mut self, zxid: Zxid, path: &str, shape: Option<Shape>, digest: u64) {
        let key = match self.records.get_key_value(path) {
            Some((key, _)) => Arc::clone(key),
            None => Arc::from(path),
        };
        self.queue.push_back((zxid, Arc::clone(&key)));
        let replaced = self.records.insert(Arc::clone(&key), Record { zxid, shape });
        if let Some(undo) = &mut self.undo {
            undo.replaced.push((key, replaced));
        }
        self.digest = Some(digest);
    }

    /// From here on changes can be taken back.
    pub(super) fn begin(&mut self) {
        assert!(self.undo.is_none(), "a multi holds no multi");
        self.undo = Some(Undo { replaced: Vec::new(), digest: self.digest });
    }

    /// Whether a multi is being prepared.
    pub(super) fn in_multi(&self) -> bool {
        self.undo.is_some()
    }

    /// The changes since [`Pending::begin`] stand.
    pub(super) fn keep(&mut self) {
        self.undo = None;
    }

    /// The changes since [`Pending::begin`] are taken back.
    pub(super) fn undo(&mut self) {
        let undo = self.undo.take().expect("what is undone was begun");
        for (path, replaced) in undo.replaced.into_iter().rev() {
            self.queue.pop_back();
            match replaced {
                Some(record) => self.records.insert(path, record),
                None => self.records.remove(&path),
            };
        }
        self.digest = undo.digest;
    }

    /// The transactions up to `zxid` are applied: the tree knows itself now.
    pub(super) fn applied(&mut self, zxid: Zxid) {
        while self.queue.front().is_some_and(|(at, _)| *at <= zxid) {
            let Some((_, path)) = self.queue.pop_front() else { break };
            if self.records.get(&path).is_some_and(|record| record.zxid <= zxid) {
                self.records.remove(&path);
            }
        }
        if self.queue.is_empty() {
            self.digest = None;
        }
    }

    /// The paths about to change, and whether each will be an ephemeral node of `session` then.
    pub(super) fn owned(&self, session: SessionId) -> impl Iterator<Item = (&Arc<str>, bool)> {
        self.records.iter().map(move |(path, record)| {
            let owner = record.shape.as_ref().map(|shape| shape.stat.ephemeral_owner);
            (path, owner == Some(session.0))
        })
    }

    /// The ACLs that nodes under way have.
    pub(super) fn acls(&self) -> Vec<AclId> {
        self.records.values().filter_map(|record| Some(record.shape.as_ref()?.acl)).collect()
    }

    /// How many changes are under way.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Forgets everything: who prepared it leads no more.
    pub(super) fn clear(&mut self) {
        *self = Pending::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(version: i32) -> Option<Shape> {
        let stat = StatPersisted { version, ..StatPersisted::default() };
        let acl = AclId::OPEN;
        Some(Shape { stat, children: 0, acl, data_length: 0, content_sum: 0, digest: 0 })
    }

    fn version(pending: &Pending, path: &str) -> Option<Option<i32>> {
        pending.get(path).map(|shape| shape.map(|shape| shape.stat.version))
    }

    #[test]
    fn the_latest_change_counts_until_it_is_applied() {
        let mut pending = Pending::default();
        pending.put(Zxid(1), "/a", shape(1), 10);
        pending.put(Zxid(2), "/a", shape(2), 20);
        pending.put(Zxid(3), "/b", None, 30);
        assert_eq!(version(&pending, "/a"), Some(Some(2)));
        assert_eq!(version(&pending, "/b"), Some(None));
        pending.applied(Zxid(1));
        assert_eq!(version(&pending, "/a"), Some(Some(2)), "a later one is under way");
        pending.applied(Zxid(2));
        assert_eq!(version(&pending, "/a"), None);
        assert_eq!(pending.digest(7), 30);
        pending.applied(Zxid(3));
        assert_eq!((pending.digest(7), pending.len()), (7, 0));
    }

    #[test]
    fn a_failed_multi_leaves_nothing_behind() {
        let mut pending = Pending::default();
        pending.put(Zxid(1), "/a", shape(1), 10);
        pending.begin();
        pending.put(Zxid(2), "/a", shape(2), 20);
        pending.put(Zxid(2), "/b", shape(1), 30);
        pending.put(Zxid(2), "/a", None, 40);
        pending.undo();
        assert_eq!(version(&pending, "/a"), Some(Some(1)));
        assert_eq!(version(&pending, "/b"), None);
        assert_eq!((pending.digest(0), pending.len()), (10, 1));
    }
}
