//! The nodes in memory: a slab of them and an index by parent and name.
//!
//! A million small nodes is an ordinary tree, so a node is 104 bytes and one allocation that holds
//! its name and data one after the other; the path is nowhere stored, it is the names on the way
//! up. The index holds node numbers only and compares through the slab.

use std::hash::{BuildHasher, RandomState};

use super::acl::AclId;
use crate::zookeeper::jute::{Stat, StatPersisted};

/// The number of a node, good as long as the node lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(u32);

impl NodeId {
    /// The root.
    pub(super) const ROOT: NodeId = NodeId(0);
    /// The parent of the root, and of slots without a node.
    const NONE: NodeId = NodeId(u32::MAX);

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// A node.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) stat: StatPersisted,
    /// The name, then the data.
    content: Box<[u8]>,
    children: Option<Box<Children>>,
    parent: NodeId,
    /// Where the parent's list of children has this node.
    position: u32,
    /// Bytes of the name; the top bit says that the data is null.
    name_bytes: u32,
    pub(super) acl: AclId,
}

/// The children of a node, in no order that matters.
#[derive(Debug, Default)]
struct Children {
    ids: Vec<NodeId>,
}

const NULL_DATA: u32 = 1 << 31;
const _: () = assert!(size_of::<Node>() == 104);

impl Node {
    fn new(name: &str, data: Option<&[u8]>, stat: StatPersisted, acl: AclId) -> Node {
        let (content, name_bytes) = join(name.as_bytes(), data);
        Node { stat, content, children: None, parent: NodeId::NONE, position: 0, name_bytes, acl }
    }

    fn name_length(&self) -> usize {
        (self.name_bytes & !NULL_DATA) as usize
    }

    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        let bytes = self.content.get(..self.name_length()).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// The data; null is not the same as empty.
    pub(super) fn data(&self) -> Option<&[u8]> {
        let data = self.content.get(self.name_length()..).unwrap_or_default();
        (self.name_bytes & NULL_DATA == 0).then_some(data)
    }

    /// Bytes of the data.
    pub(super) fn data_length(&self) -> usize {
        self.content.len() - self.name_length()
    }

    /// Replaces the data.
    pub(super) fn set_data(&mut self, data: Option<&[u8]>) {
        let name = self.content.get(..self.name_length()).unwrap_or_default();
        (self.content, self.name_bytes) = join(name, data);
    }

    /// The children.
    pub(super) fn children(&self) -> &[NodeId] {
        self.children.as_ref().map_or(&[], |children| &children.ids)
    }

    /// The node above; none above the root.
    pub(super) fn parent(&self) -> Option<NodeId> {
        (self.parent != NodeId::NONE).then_some(self.parent)
    }

    /// What the node says about itself to clients.
    pub(super) fn client_stat(&self) -> Stat {
        let children = i32::try_from(self.children().len()).unwrap_or(i32::MAX);
        let length = i32::try_from(self.data_length()).unwrap_or(i32::MAX);
        client_stat(&self.stat, children, length)
    }
}

/// What clients see of a stat: creations and deletions counted together, and no owner but a session.
pub(super) fn client_stat(stat: &StatPersisted, children: i32, data_length: i32) -> Stat {
    Stat {
        czxid: stat.czxid,
        mzxid: stat.mzxid,
        ctime: stat.ctime,
        mtime: stat.mtime,
        version: stat.version,
        cversion: stat.cversion.wrapping_mul(2).wrapping_sub(children),
        aversion: stat.aversion,
        ephemeral_owner: stat.ephemeral_owner,
        data_length,
        num_children: children,
        pzxid: stat.pzxid,
    }
}

fn join(name: &[u8], data: Option<&[u8]>) -> (Box<[u8]>, u32) {
    let bytes = data.unwrap_or_default();
    let mut content = Vec::with_capacity(name.len() + bytes.len());
    content.extend_from_slice(name);
    content.extend_from_slice(bytes);
    let name_bytes = u32::try_from(name.len()).expect("a name is shorter than a frame");
    assert!(name_bytes < NULL_DATA, "a name is shorter than a frame");
    (content.into(), if data.is_none() { name_bytes | NULL_DATA } else { name_bytes })
}

/// All nodes.
#[derive(Debug)]
pub(super) struct Nodes {
    slab: Vec<Node>,
    free: Vec<NodeId>,
    /// Numbers given back while someone walks the tree piece by piece: a number that meant another
    /// node by then would lead the walk astray.
    resting: Vec<NodeId>,
    walks: usize,
    /// Open addressing, a power of two long; `NodeId::NONE` is a free place.
    index: Vec<NodeId>,
    hasher: RandomState,
    len: usize,
}

const INDEX_MIN: usize = 16;

impl Nodes {
    /// A root without data and nothing else.
    pub(super) fn new() -> Nodes {
        let root = Node::new("", Some(&[]), StatPersisted::default(), AclId::OPEN);
        Nodes {
            slab: vec![root],
            free: Vec::new(),
            resting: Vec::new(),
            walks: 0,
            index: vec![NodeId::NONE; INDEX_MIN],
            hasher: RandomState::new(),
            len: 1,
        }
    }

    /// How many nodes there are, the root among them.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, id: NodeId) -> &Node {
        &self.slab[id.index()]
    }

    pub(super) fn get_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.slab[id.index()]
    }

    /// Whether `id` is a node, and one below `parent`.
    pub(super) fn is_child(&self, id: NodeId, parent: NodeId) -> bool {
        self.get(id).parent == parent
    }

    /// The node at `path`; the root's is empty or "/".
    pub(super) fn find(&self, path: &str) -> Option<NodeId> {
        if path.is_empty() || path == "/" {
            return Some(NodeId::ROOT);
        }
        path.strip_prefix('/')?.split('/').try_fold(NodeId::ROOT, |id, name| self.child(id, name))
    }

    /// The child of `parent` called `name`.
    pub(super) fn child(&self, parent: NodeId, name: &str) -> Option<NodeId> {
        let mut place = self.place(parent, name);
        loop {
            let id = self.index[place];
            if id == NodeId::NONE {
                return None;
            }
            let node = self.get(id);
            if node.parent == parent && node.name() == name {
                return Some(id);
            }
            place = self.after(place);
        }
    }

    /// The path of a node; the root's is empty.
    pub(super) fn path(&self, id: NodeId) -> String {
        let mut names = Vec::new();
        let mut next = self.get(id);
        while next.parent != NodeId::NONE {
            names.push(next.name());
            next = self.get(next.parent);
        }
        let mut path = String::with_capacity(names.iter().map(|name| name.len() + 1).sum());
        for name in names.iter().rev() {
            path.push('/');
            path.push_str(name);
        }
        path
    }

    /// Puts a node below `parent`, which must not have one of that name.
    pub(super) fn insert(
        &mut self,
        parent: NodeId,
        name: &str,
        data: Option<&[u8]>,
        stat: StatPersisted,
        acl: AclId,
    ) -> NodeId {
        debug_assert!(self.child(parent, name).is_none(), "a name is taken once");
        if (self.len + 1) * 4 > self.index.len() * 3 {
            self.grow();
        }
        let mut node = Node::new(name, data, stat, acl);
        let siblings = &mut self.get_mut(parent).children.get_or_insert_default().ids;
        node.position = u32::try_from(siblings.len()).expect("there are fewer nodes than numbers");
        node.parent = parent;
        let id = match self.free.pop() {
            Some(id) => {
                self.slab[id.index()] = node;
                id
            }
            None => {
                let id = NodeId(u32::try_from(self.slab.len()).expect("2^32 nodes do not fit"));
                assert!(id != NodeId::NONE, "2^32 nodes do not fit");
                self.slab.push(node);
                id
            }
        };
        self.get_mut(parent).children.get_or_insert_default().ids.push(id);
        self.index_insert(id);
        self.len += 1;
        id
    }

    /// Takes a node without children away.
    pub(super) fn remove(&mut self, id: NodeId) {
        assert!(id != NodeId::ROOT, "the root stays");
        self.index_remove(id);
        let (parent, position) = (self.get(id).parent, self.get(id).position);
        let siblings = &mut self.get_mut(parent).children;
        let list = siblings.as_mut().expect("a parent knows its children");
        list.ids.swap_remove(position as usize);
        let moved = list.ids.get(position as usize).copied();
        if list.ids.is_empty() {
            *siblings = None;
        }
        if let Some(moved) = moved {
            self.get_mut(moved).position = position;
        }
        let node = self.get_mut(id);
        node.parent = NodeId::NONE;
        node.content = Box::default();
        node.name_bytes = 0;
        assert!(node.children.take().is_none(), "a node with children stays");
        if self.walks == 0 { &mut self.free } else { &mut self.resting }.push(id);
        self.len -= 1;
    }

    /// A walk over the tree in pieces begins: no number is given out again until it ends.
    pub(super) fn begin_walk(&mut self) {
        self.walks += 1;
    }

    /// A walk ended.
    pub(super) fn end_walk(&mut self) {
        assert!(self.walks > 0, "a walk ends once");
        self.walks -= 1;
        if self.walks == 0 {
            self.free.append(&mut self.resting);
        }
    }

    fn place(&self, parent: NodeId, name: &str) -> usize {
        let hash = self.hasher.hash_one((parent.0, name));
        // The index is shorter than 2^32 places: the low bits are what counts.
        hash as usize & (self.index.len() - 1)
    }

    fn home(&self, id: NodeId) -> usize {
        let node = self.get(id);
        self.place(node.parent, node.name())
    }

    fn after(&self, place: usize) -> usize {
        (place + 1) & (self.index.len() - 1)
    }

    fn index_insert(&mut self, id: NodeId) {
        let mut place = self.home(id);
        while self.index[place] != NodeId::NONE {
            place = self.after(place);
        }
        self.index[place] = id;
    }

    fn index_remove(&mut self, id: NodeId) {
        let mut hole = self.home(id);
        while self.index[hole] != id {
            assert!(self.index[hole] != NodeId::NONE, "every node is in the index");
            hole = self.after(hole);
        }
        // What was pushed beyond its home by what stood here moves back, so that no search stops
        // at the hole before it.
        let mut next = self.after(hole);
        while self.index[next] != NodeId::NONE {
            let home = self.home(self.index[next]);
            let mask = self.index.len() - 1;
            if next.wrapping_sub(home) & mask >= next.wrapping_sub(hole) & mask {
                self.index[hole] = self.index[next];
                hole = next;
            }
            next = self.after(next);
        }
        self.index[hole] = NodeId::NONE;
    }

    fn grow(&mut self) {
        let longer = vec![NodeId::NONE; self.index.len() * 2];
        for id in std::mem::replace(&mut self.index, longer) {
            if id != NodeId::NONE {
                self.index_insert(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::base::rng::Rng;

    fn insert(nodes: &mut Nodes, parent: NodeId, name: &str) -> NodeId {
        nodes.insert(parent, name, None, StatPersisted::default(), AclId::OPEN)
    }

    #[test]
    fn paths_lead_to_nodes_and_back() {
        let mut nodes = Nodes::new();
        let a = insert(&mut nodes, NodeId::ROOT, "a");
        let b = insert(&mut nodes, a, "b");
        for (path, id) in [("", Some(NodeId::ROOT)), ("/", Some(NodeId::ROOT)), ("/a", Some(a))] {
            assert_eq!(nodes.find(path), id);
        }
        assert_eq!(nodes.find("/a/b"), Some(b));
        assert_eq!(nodes.path(b), "/a/b");
        assert_eq!(nodes.path(NodeId::ROOT), "");
        for path in ["a", "/a/", "/a//b", "//a", "/b", "/a/b/c", "//"] {
            assert_eq!(nodes.find(path), None, "{path}");
        }
    }

    #[test]
    fn null_data_is_not_empty_data() {
        let mut nodes = Nodes::new();
        let a = insert(&mut nodes, NodeId::ROOT, "a");
        assert_eq!((nodes.get(a).data(), nodes.get(a).name()), (None, "a"));
        nodes.get_mut(a).set_data(Some(b""));
        assert_eq!((nodes.get(a).data(), nodes.get(a).name()), (Some(&b""[..]), "a"));
        nodes.get_mut(a).set_data(Some(b"xyz"));
        assert_eq!((nodes.get(a).data(), nodes.get(a).data_length()), (Some(&b"xyz"[..]), 3));
    }

    #[test]
    fn numbers_rest_while_someone_walks() {
        let mut nodes = Nodes::new();
        let a = insert(&mut nodes, NodeId::ROOT, "a");
        nodes.begin_walk();
        nodes.remove(a);
        assert_ne!(insert(&mut nodes, NodeId::ROOT, "b"), a);
        nodes.end_walk();
        assert_eq!(insert(&mut nodes, NodeId::ROOT, "c"), a);
    }

    #[test]
    fn any_order_of_changes_leaves_the_index_right() {
        let mut rng = Rng::seeded(7);
        let mut nodes = Nodes::new();
        let mut model: BTreeMap<String, NodeId> = BTreeMap::new();
        for _ in 0..20_000 {
            let (dir, name) = (format!("d{}", rng.below(4)), format!("n{}", rng.below(200)));
            let parent = match nodes.child(NodeId::ROOT, &dir) {
                Some(parent) => parent,
                None => insert(&mut nodes, NodeId::ROOT, &dir),
            };
            let path = format!("/{dir}/{name}");
            match model.remove(&path) {
                Some(id) => nodes.remove(id),
                None => {
                    model.insert(path, insert(&mut nodes, parent, &name));
                }
            }
        }
        for (path, &id) in &model {
            assert_eq!(nodes.find(path), Some(id));
            assert_eq!(&nodes.path(id), path);
        }
        let children: usize = (0..4)
            .map(|dir| nodes.get(nodes.find(&format!("/d{dir}")).unwrap()).children().len())
            .sum();
        assert_eq!(children, model.len());
        assert_eq!(nodes.len(), model.len() + 5);
    }
}
