//! The watches a client has set, so that they can be set again after a reconnect.

use std::collections::BTreeSet;

use super::super::jute::request::{SetWatches, SetWatches2};
use super::super::jute::{Request, Zxid};

/// What an event says of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchKind {
    Created,
    Deleted,
    DataChanged,
    ChildrenChanged,
}

impl WatchKind {
    pub(super) fn of(kind: i32) -> Option<WatchKind> {
        Some(match kind {
            1 => WatchKind::Created,
            2 => WatchKind::Deleted,
            3 => WatchKind::DataChanged,
            4 => WatchKind::ChildrenChanged,
            _ => return None,
        })
    }
}

/// One of the tables below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Data,
    Exist,
    Child,
    Persistent,
    Recursive,
}

/// Paths of the server, by what was asked of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Watches {
    data: BTreeSet<String>,
    exist: BTreeSet<String>,
    child: BTreeSet<String>,
    persistent: BTreeSet<String>,
    recursive: BTreeSet<String>,
}

/// Bytes of paths in one request, ample below any server's limit of a frame.
const BATCH_BYTES_MAX: usize = 128 * 1024;

impl Watches {
    pub(super) fn add(&mut self, table: Table, path: String) {
        self.table(table).insert(path);
    }

    pub(super) fn remove(&mut self, table: Table, path: &str) {
        self.table(table).remove(path);
    }

    /// A watch that fired is gone, but for the persistent ones.
    pub(super) fn fired(&mut self, kind: WatchKind, path: &str) {
        match kind {
            WatchKind::Created | WatchKind::DataChanged => {
                self.data.remove(path);
                self.exist.remove(path);
            }
            WatchKind::ChildrenChanged => {
                self.child.remove(path);
            }
            WatchKind::Deleted => {
                self.data.remove(path);
                self.exist.remove(path);
                self.child.remove(path);
            }
        }
    }

    /// The requests that set all of them again, as of the last transaction seen. The newer
    /// operation is used only where it is needed: servers before 3.6 do not know it.
    pub(super) fn requests(&self, relative_zxid: Zxid) -> Vec<Request> {
        let newer = !self.persistent.is_empty() || !self.recursive.is_empty();
        let tables = [&self.data, &self.exist, &self.child, &self.persistent, &self.recursive];
        let mut requests = Vec::new();
        let mut batch = SetWatches2 { relative_zxid, ..SetWatches2::default() };
        let mut bytes = 0;
        let all =
            tables.iter().enumerate().flat_map(|(n, paths)| paths.iter().map(move |p| (n, p)));
        for (table, path) in all {
            if bytes > 0 && bytes + path.len() > BATCH_BYTES_MAX {
                let empty = SetWatches2 { relative_zxid, ..SetWatches2::default() };
                requests.push(request(std::mem::replace(&mut batch, empty), newer));
                bytes = 0;
            }
            bytes += path.len() + 4;
            let list = match table {
                0 => &mut batch.data,
                1 => &mut batch.exist,
                2 => &mut batch.child,
                3 => &mut batch.persistent,
                _ => &mut batch.recursive,
            };
            list.push(path.clone());
        }
        if bytes > 0 {
            requests.push(request(batch, newer));
        }
        requests
    }

    fn table(&mut self, table: Table) -> &mut BTreeSet<String> {
        match table {
            Table::Data => &mut self.data,
            Table::Exist => &mut self.exist,
            Table::Child => &mut self.child,
            Table::Persistent => &mut self.persistent,
            Table::Recursive => &mut self.recursive,
        }
    }
}

fn request(batch: SetWatches2, newer: bool) -> Request {
    if newer {
        return Request::SetWatches2(batch);
    }
    let SetWatches2 { relative_zxid, data, exist, child, .. } = batch;
    Request::SetWatches(SetWatches { relative_zxid, data, exist, child })
}
