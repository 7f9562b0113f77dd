//! The nodes in memory: a slab of them and an index by parent and name.
//!
//! A million small nodes is an ordinary tree, so a node is 88 bytes and one allocation that holds
//! its name and data one after the other; the path is nowhere stored, it is the names on the way
//! up. The index holds node numbers, and a byte of each hash beside them, so that a search looks at
//! hardly any node but the one it finds.

use std::hash::{BuildHasher, RandomState};

use super::acl::AclId;
use crate::zookeeper::jute::{StatPersisted, Zxid};

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
    czxid: Zxid,
    mzxid: Zxid,
    ctime: i64,
    mtime: i64,
    ephemeral_owner: i64,
    /// The name, then the data.
    content: Box<[u8]>,
    family: Option<Box<Family>>,
    version: i32,
    aversion: i32,
    parent: NodeId,
    /// Where the parent's list of children has this node.
    position: u32,
    /// Bytes of the name; the top bit says that the data is null.
    name_bytes: u32,
    pub(super) acl: AclId,
}

/// What only nodes have that have or had children, which most never do.
#[derive(Debug)]
struct Family {
    /// In no order that matters.
    children: Vec<NodeId>,
    cversion: i32,
    pzxid: Zxid,
}

const NULL_DATA: u32 = 1 << 31;
const _: () = assert!(size_of::<Node>() == 88);

impl Node {
    fn new(name: &str, data: Option<&[u8]>, stat: &StatPersisted, acl: AclId) -> Node {
        let (content, name_bytes) = join(name.as_bytes(), data);
        let mut node = Node {
            czxid: stat.czxid,
            mzxid: stat.mzxid,
            ctime: stat.ctime,
            mtime: stat.mtime,
            ephemeral_owner: stat.ephemeral_owner,
            content,
            family: None,
            version: stat.version,
            aversion: stat.aversion,
            parent: NodeId::NONE,
            position: 0,
            name_bytes,
            acl,
        };
        node.set_stat(stat);
        node
    }

    /// The stat, as snapshots hold it.
    pub(super) fn stat(&self) -> StatPersisted {
        let family = self.family.as_ref();
        StatPersisted {
            czxid: self.czxid,
            mzxid: self.mzxid,
            ctime: self.ctime,
            mtime: self.mtime,
            version: self.version,
            cversion: family.map_or(0, |family| family.cversion),
            aversion: self.aversion,
            ephemeral_owner: self.ephemeral_owner,
            pzxid: family.map_or(self.czxid, |family| family.pzxid),
        }
    }

    /// Replaces the stat.
    pub(super) fn set_stat(&mut self, stat: &StatPersisted) {
        if self.family.is_some() || stat.cversion != 0 || stat.pzxid != stat.czxid {
            let family = self.family_mut();
            family.cversion = stat.cversion;
            family.pzxid = stat.pzxid;
        }
        self.czxid = stat.czxid;
        self.mzxid = stat.mzxid;
        self.ctime = stat.ctime;
        self.mtime = stat.mtime;
        self.version = stat.version;
        self.aversion = stat.aversion;
        self.ephemeral_owner = stat.ephemeral_owner;
    }

    fn family_mut(&mut self) -> &mut Family {
        let pzxid = self.czxid;
        let none = || Box::new(Family { children: Vec::new(), cversion: 0, pzxid });
        self.family.get_or_insert_with(none)
    }

    fn name_length(&self) -> usize {
        (self.name_bytes & !NULL_DATA) as usize
    }

    fn name_as_bytes(&self) -> &[u8] {
        self.content.get(..self.name_length()).unwrap_or_default()
    }

    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        std::str::from_utf8(self.name_as_bytes()).unwrap_or_default()
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
        (self.content, self.name_bytes) = join(self.name_as_bytes(), data);
    }

    /// The children.
    pub(super) fn children(&self) -> &[NodeId] {
        self.family.as_ref().map_or(&[], |family| &family.children)
    }

    /// The node above; none above the root.
    pub(super) fn parent(&self) -> Option<NodeId> {
        (self.parent != NodeId::NONE).then_some(self.parent)
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
    /// For each place of the index seven bits of the hash, and a bit that it is taken.
    tags: Vec<u8>,
    hasher: RandomState,
    len: usize,
}

const INDEX_MIN: usize = 16;
/// The tag of a free place.
const FREE: u8 = 0;

impl Nodes {
    /// A root without data and nothing else.
    pub(super) fn new() -> Nodes {
        let root = Node::new("", Some(&[]), &StatPersisted::default(), AclId::OPEN);
        Nodes {
            slab: vec![root],
            free: Vec::new(),
            resting: Vec::new(),
            walks: 0,
            index: vec![NodeId::NONE; INDEX_MIN],
            tags: vec![FREE; INDEX_MIN],
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
        let (mut place, tag) = self.place(parent, name.as_bytes());
        loop {
            match self.tags[place] {
                FREE => return None,
                found if found == tag => {
                    let id = self.index[place];
                    let node = self.get(id);
                    if node.parent == parent && node.name_as_bytes() == name.as_bytes() {
                        return Some(id);
                    }
                }
                _ => {}
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
        stat: &StatPersisted,
        acl: AclId,
    ) -> NodeId {
        debug_assert!(self.child(parent, name).is_none(), "a name is taken once");
        if (self.len + 1) * 4 > self.index.len() * 3 {
            self.grow();
        }
        let mut node = Node::new(name, data, stat, acl);
        let siblings = self.get(parent).children().len();
        node.position = u32::try_from(siblings).expect("there are fewer nodes than numbers");
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
        self.get_mut(parent).family_mut().children.push(id);
        self.index_insert(id);
        self.len += 1;
        id
    }

    /// Takes a node without children away.
    pub(super) fn remove(&mut self, id: NodeId) {
        assert!(id != NodeId::ROOT, "the root stays");
        self.index_remove(id);
        let (parent, position) = (self.get(id).parent, self.get(id).position);
        let siblings = &mut self.get_mut(parent).family_mut().children;
        siblings.swap_remove(position as usize);
        let moved = siblings.get(position as usize).copied();
        if siblings.is_empty() {
            // A queue that was long once is not to hold its room for ever.
            *siblings = Vec::new();
        }
        if let Some(moved) = moved {
            self.get_mut(moved).position = position;
        }
        let node = self.get_mut(id);
        assert!(node.children().is_empty(), "a node with children stays");
        node.parent = NodeId::NONE;
        node.content = Box::default();
        node.name_bytes = 0;
        node.family = None;
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

    /// Where the search for a name begins, and what to look for.
    fn place(&self, parent: NodeId, name: &[u8]) -> (usize, u8) {
        let hash = self.hasher.hash_one((parent.0, name));
        let [high, ..] = hash.to_be_bytes();
        // The index is shorter than 2^32 places: the low bits are what counts.
        (hash as usize & (self.index.len() - 1), high | 0x80)
    }

    fn home(&self, id: NodeId) -> (usize, u8) {
        let node = self.get(id);
        self.place(node.parent, node.name_as_bytes())
    }

    fn after(&self, place: usize) -> usize {
        (place + 1) & (self.index.len() - 1)
    }

    fn index_insert(&mut self, id: NodeId) {
        let (mut place, tag) = self.home(id);
        while self.tags[place] != FREE {
            place = self.after(place);
        }
        self.index[place] = id;
        self.tags[place] = tag;
    }

    fn index_remove(&mut self, id: NodeId) {
        let (mut hole, _) = self.home(id);
        while self.index[hole] != id {
            assert!(self.tags[hole] != FREE, "every node is in the index");
            hole = self.after(hole);
        }
        // What was pushed beyond its home by what stood here moves back, so that no search stops
        // at the hole before it.
        let mut next = self.after(hole);
        while self.tags[next] != FREE {
            let (home, tag) = self.home(self.index[next]);
            let mask = self.index.len() - 1;
            if next.wrapping_sub(home) & mask >= next.wrapping_sub(hole) & mask {
                self.index[hole] = self.index[next];
                self.tags[hole] = tag;
                hole = next;
            }
            next = self.after(next);
        }
        self.index[hole] = NodeId::NONE;
        self.tags[hole] = FREE;
    }

    fn grow(&mut self) {
        let places = self.index.len() * 2;
        self.tags = vec![FREE; places];
        for id in std::mem::replace(&mut self.index, vec![NodeId::NONE; places]) {
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
        nodes.insert(parent, name, None, &StatPersisted::default(), AclId::OPEN)
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
