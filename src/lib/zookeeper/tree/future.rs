//! The tree as it will be: what prepare holds requests against, and where it writes its changes.

use super::digest;
use super::node::NodeId;
use super::pending::Shape;
use super::{DataTree, path};
use crate::zookeeper::jute::{KeeperError, Zxid};

impl DataTree {
    /// The node at `path` as it will be.
    pub(super) fn future(&self, path: &str) -> Result<Shape, KeeperError> {
        let path = path::stored(path);
        match self.pending.get(path) {
            Some(shape) => shape.cloned().ok_or(KeeperError::NoNode),
            None => {
                let id = self.nodes.find(path).ok_or(KeeperError::NoNode)?;
                Ok(self.shape(path, id))
            }
        }
    }

    /// Whether there will be a node at `path`.
    pub(super) fn will_exist(&self, path: &str) -> bool {
        let path = path::stored(path);
        match self.pending.get(path) {
            Some(shape) => shape.is_some(),
            None => self.nodes.find(path).is_some(),
        }
    }

    fn shape(&self, path: &str, id: NodeId) -> Shape {
        let node = self.nodes.get(id);
        let stat = node.stat();
        let (mut content_sum, mut digest) = (0, 0);
        if self.settings.digest {
            content_sum = digest::content_sum(path, node.data());
            digest = digest::of(path, content_sum, &stat);
        }
        Shape {
            stat,
            children: node.children().len(),
            acl: node.acl,
            data_length: node.data_length(),
            content_sum,
            digest,
        }
    }

    /// The checksum a node's digest starts from, if digests are wanted.
    pub(super) fn content_sum(&self, path: &str, data: Option<&[u8]>) -> u32 {
        if self.settings.digest { digest::content_sum(path, data) } else { 0 }
    }

    /// There will be a new node at `path`.
    pub(super) fn will_create(&mut self, zxid: Zxid, path: &str, shape: Shape) {
        self.put(zxid, path, 0, Some(shape));
    }

    /// The node at `path` will be changed. `shape` still has the digest it had before.
    pub(super) fn will_change(&mut self, zxid: Zxid, path: &str, shape: Shape) {
        let before = shape.digest;
        self.put(zxid, path, before, Some(shape));
    }

    /// The node at `path`, which is now as `shape` says, will be gone.
    pub(super) fn will_delete(&mut self, zxid: Zxid, path: &str, shape: &Shape) {
        self.put(zxid, path, shape.digest, None);
    }

    fn put(&mut self, zxid: Zxid, path: &str, before: u64, mut shape: Option<Shape>) {
        let path = path::stored(path);
        let mut sum = self.pending.digest(self.digest.value());
        if self.settings.digest {
            let after = match &mut shape {
                Some(shape) => {
                    shape.digest = digest::of(path, shape.content_sum, &shape.stat);
                    shape.digest
                }
                None => 0,
            };
            sum = sum.wrapping_sub(before).wrapping_add(after);
        }
        self.pending.put(zxid, path, shape, sum);
    }
}
