//! The tree in ZooKeeper's snapshot format: sessions, ACLs, nodes, digest.
//!
//! What stands around it (header, seals, compression, the file) is the store's business. A snapshot
//! of a large tree takes longer than clients want to wait, so it is written in pieces: begin a
//! [`Walk`], let [`DataTree::write_snapshot`] put pieces while the tree goes on changing, end the
//! walk. The result is *fuzzy*: nodes may show changes later than the zxid it is named after. It
//! holds no node created later, and replaying the log from that zxid on makes it whole.

use std::collections::{BTreeMap, BTreeSet};

use super::acl::AclId;
use super::digest::{self, Remembered};
use super::node::NodeId;
use super::{DataTree, Settings};
use crate::base::bytes::{Reader, Result, Writer};
use crate::zookeeper::jute::{Acl, Jute, SessionId, StatPersisted, Zxid, put_length, put_text};

/// Stands where the next node's path would: the nodes end here.
const END: &str = "/";

/// How far a snapshot is written.
#[derive(Debug)]
pub struct Walk {
    zxid: Zxid,
    /// The lists that were written; a node changed since may have one that was not.
    acls: BTreeSet<AclId>,
    begun: bool,
    /// The way down to where the walk is.
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    id: NodeId,
    path: String,
    children: std::vec::IntoIter<NodeId>,
}

/// A node, as [`DataTree::walk`] shows it.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    pub path: String,
    /// How many nodes are above it.
    pub depth: usize,
    pub data: Option<&'a [u8]>,
    pub stat: StatPersisted,
    pub has_children: bool,
}

impl Walk {
    /// The transaction the snapshot is named after: everything up to it is in the snapshot.
    pub fn zxid(&self) -> Zxid {
        self.zxid
    }
}

impl DataTree {
    /// Begins a snapshot. One at a time; it must be ended.
    pub fn begin_snapshot(&mut self) -> Walk {
        self.nodes.begin_walk();
        self.acls.sweep(&self.pending.acls());
        Walk { zxid: self.last_zxid, acls: BTreeSet::new(), begun: false, steps: Vec::new() }
    }

    /// Ends a snapshot, written to its end or not.
    pub fn end_snapshot(&mut self, walk: Walk) {
        drop(walk);
        self.nodes.end_walk();
    }

    /// Puts the next piece, of about `bytes` at least; says whether there is more. The first piece
    /// has all sessions and ACLs, as they are then.
    pub fn write_snapshot(&self, walk: &mut Walk, writer: &mut Writer, bytes: usize) -> bool {
        let end = writer.len().saturating_add(bytes);
        if !walk.begun {
            walk.begun = true;
            self.write_sessions(writer);
            walk.acls = self.write_acls(writer);
            self.write_node(walk, NodeId::ROOT, "", writer);
            walk.steps.push(self.step(NodeId::ROOT, String::new()));
        }
        while writer.len() < end {
            let Some(step) = walk.steps.last_mut() else {
                put_text(writer, END);
                return false;
            };
            let Some(id) = step.children.next() else {
                walk.steps.pop();
                continue;
            };
            // Gone meanwhile, or come: the log has it either way.
            if !self.nodes.is_child(id, step.id) || self.nodes.get(id).stat().czxid > walk.zxid {
                continue;
            }
            let node = self.nodes.get(id);
            let path = format!("{}/{}", step.path, node.name());
            self.write_node(walk, id, &path, writer);
            if !node.children().is_empty() {
                walk.steps.push(self.step(id, path));
            }
        }
        true
    }

    /// Shows every node to `see`, a parent before its children, these in order of their names.
    pub fn walk<E>(
        &self,
        mut see: impl FnMut(&Seen<'_>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut waiting = vec![(NodeId::ROOT, "/".to_owned(), 0)];
        while let Some((id, path, depth)) = waiting.pop() {
            let node = self.nodes.get(id);
            let mut children: Vec<NodeId> = node.children().to_vec();
            children.sort_by(|&a, &b| self.nodes.get(b).name().cmp(self.nodes.get(a).name()));
            let seen = Seen {
                path,
                depth,
                data: node.data(),
                stat: node.stat(),
                has_children: !children.is_empty(),
            };
            see(&seen)?;
            let above = seen.path.trim_end_matches('/');
            waiting.extend(children.into_iter().map(|child| {
                (child, format!("{above}/{}", self.nodes.get(child).name()), depth + 1)
            }));
        }
        Ok(())
    }

    fn step(&self, id: NodeId, path: String) -> Step {
        Step { id, path, children: self.nodes.get(id).children().to_vec().into_iter() }
    }

    fn write_sessions(&self, writer: &mut Writer) {
        put_length(writer, self.sessions.len());
        for (session, timeout_ms) in &self.sessions {
            session.encode(writer);
            timeout_ms.encode(writer);
        }
    }

    fn write_acls(&self, writer: &mut Writer) -> BTreeSet<AclId> {
        put_length(writer, self.acls.used().count());
        let mut written = BTreeSet::new();
        for (id, list) in self.acls.used() {
            writer.i64(id.persisted());
            put_length(writer, list.len());
            for acl in list {
                acl.encode(writer);
            }
            written.insert(id);
        }
        written
    }

    fn write_node(&self, walk: &Walk, id: NodeId, path: &str, writer: &mut Writer) {
        let node = self.nodes.get(id);
        put_text(writer, path);
        match node.data() {
            Some(data) => {
                put_length(writer, data.len());
                writer.raw(data);
            }
            None => writer.i32(-1),
        }
        // A list that came later comes again with the setACL in the log.
        let acl = if walk.acls.contains(&node.acl) { node.acl } else { AclId::OPEN };
        writer.i64(acl.persisted());
        node.stat().encode(writer);
    }

    /// Puts the digest section (3.6): what the tree's digest is, now.
    pub fn write_digest(&self, writer: &mut Writer) {
        self.last_zxid.encode(writer);
        writer.i32(digest::VERSION);
        writer.i64(self.digest.value().cast_signed());
    }

    /// Reads a snapshot named after `zxid`. `seal` steps over what closes a section and says
    /// whether another follows.
    pub fn from_snapshot(
        settings: Settings,
        zxid: Zxid,
        sections: &mut Reader<'_>,
        mut seal: impl FnMut(&mut Reader<'_>) -> Result<bool>,
    ) -> Result<DataTree> {
        let mut tree = DataTree::bare(settings);
        tree.last_zxid = zxid;
        tree.sessions = read_sessions(sections)?;
        let acls = tree.read_acls(sections)?;
        tree.read_nodes(&acls, sections)?;
        tree.add_special_nodes();
        tree.quota_rebuild();
        let mut told = Remembered { zxid, version: 0, digest: 0 };
        if seal(sections)? {
            told = read_digest(sections)?;
            // What follows, the last zxid (3.9), is known by the file's name.
        }
        tree.digest.expect(told);
        Ok(tree)
    }

    fn read_acls(&mut self, reader: &mut Reader<'_>) -> Result<BTreeMap<i64, AclId>> {
        let count = i64::from(reader.i32()?);
        let mut acls = BTreeMap::new();
        for _ in 0..reader.checked_length(count, 12)? {
            let id = reader.i64()?;
            let list: Vec<Acl> = Vec::decode(reader)?;
            acls.insert(id, self.acls.intern(&list));
        }
        Ok(acls)
    }

    fn read_nodes(&mut self, acls: &BTreeMap<i64, AclId>, reader: &mut Reader<'_>) -> Result<()> {
        // Siblings follow one another: most nodes have the parent of the one before.
        let mut parent = (String::new(), NodeId::ROOT);
        loop {
            let path = String::decode(reader)?;
            if path == END {
                return Ok(());
            }
            let length = reader.i32()?;
            let data = match length {
                -1 => None,
                _ => Some(reader.raw(reader.checked_length(i64::from(length), 1)?)?),
            };
            let acl = acls.get(&reader.i64()?).copied().unwrap_or(AclId::OPEN);
            let stat = StatPersisted::decode(reader)?;
            self.digest.add(&path, data, &stat);
            self.acls.retain(acl);
            if path.is_empty() {
                self.resize(0, data.map_or(0, <[u8]>::len));
                let root = self.nodes.get_mut(NodeId::ROOT);
                root.set_data(data);
                root.set_stat(&stat);
                root.acl = acl;
                continue;
            }
            let lost = reader.invalid("node without a parent", 0);
            let (above, name) = path.rsplit_once('/').ok_or(lost.clone())?;
            if parent.0 != above {
                parent = (above.to_owned(), self.nodes.find(above).ok_or(lost)?);
            }
            if self.nodes.child(parent.1, name).is_some() {
                return Err(reader.invalid("node that was read before", 0));
            }
            let owner = stat.ephemeral_owner;
            let id = self.nodes.insert(parent.1, name, data, &stat, acl);
            self.own(id, owner);
            self.resize(0, path.len() + data.map_or(0, <[u8]>::len));
        }
    }
}

/// Finds where the nodes of a snapshot end that comes over a wire, as the bytes come.
#[derive(Debug, Default)]
pub struct Extent {
    /// Bytes that are gone through.
    done: usize,
    part: Part,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default)]
enum Part {
    #[default]
    SessionCount,
    Sessions(i32),
    AclCount,
    Acls(i32),
    Rows {
        acls: i32,
        rows: i32,
    },
    Nodes,
    End,
}

impl Extent {
    /// Where the nodes end, if all of them are in `bytes`, which begin where they began before.
    pub fn find(&mut self, bytes: &[u8]) -> Result<Option<usize>> {
        while !matches!(self.part, Part::End) {
            let mut reader = Reader::new(bytes.get(self.done..).unwrap_or_default());
            match self.part.next(&mut reader) {
                Ok(part) => self.part = part,
                Err(crate::base::bytes::Error::Truncated { .. }) => return Ok(None),
                Err(error) => return Err(error),
            }
            self.done += reader.position();
        }
        Ok(Some(self.done))
    }
}

impl Part {
    fn next(self, reader: &mut Reader<'_>) -> Result<Part> {
        let skip = |reader: &mut Reader<'_>| -> Result<usize> {
            let length = usize::try_from(reader.i32()?).unwrap_or(0);
            reader.raw(length).map(<[u8]>::len)
        };
        Ok(match self {
            Part::SessionCount => Part::Sessions(reader.i32()?),
            Part::Sessions(..=0) => Part::AclCount,
            Part::Sessions(left) => {
                reader.raw(12)?;
                Part::Sessions(left - 1)
            }
            Part::AclCount => Part::Acls(reader.i32()?),
            Part::Acls(..=0) => Part::Nodes,
            Part::Acls(left) => {
                reader.raw(8)?;
                Part::Rows { acls: left - 1, rows: reader.i32()? }
            }
            Part::Rows { acls, rows: ..=0 } => Part::Acls(acls),
            Part::Rows { acls, rows } => {
                reader.raw(4)?;
                skip(reader)?;
                skip(reader)?;
                Part::Rows { acls, rows: rows - 1 }
            }
            Part::Nodes => {
                let length = usize::try_from(reader.i32()?).unwrap_or(0);
                if reader.raw(length)? == END.as_bytes() {
                    return Ok(Part::End);
                }
                skip(reader)?;
                reader.raw(8 + StatPersisted::BYTES_MIN)?;
                Part::Nodes
            }
            Part::End => Part::End,
        })
    }
}

fn read_sessions(reader: &mut Reader<'_>) -> Result<BTreeMap<SessionId, i32>> {
    let count = i64::from(reader.i32()?);
    let mut sessions = BTreeMap::new();
    for _ in 0..reader.checked_length(count, 12)? {
        sessions.insert(SessionId::decode(reader)?, reader.i32()?);
    }
    Ok(sessions)
}

fn read_digest(reader: &mut Reader<'_>) -> Result<Remembered> {
    let zxid = Zxid::decode(reader)?;
    let version = reader.i32()?;
    let digest = if version < digest::VERSION {
        // A text, of a form that was never released.
        String::decode(reader)?;
        0
    } else {
        reader.i64()?.cast_unsigned()
    };
    Ok(Remembered { zxid, version, digest })
}
