//! Quotas: how many nodes and bytes there may be below a path.
//!
//! They are ordinary nodes: `/zookeeper/quota/some/path/zookeeper_limits` says what `/some/path`
//! may hold, `zookeeper_stats` beside it what it holds. Each server keeps the latter up to date by
//! itself, outside any transaction. A soft limit is only said in the log; a hard one is kept if the
//! server is told to (`enforceQuota`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tracing::warn;

use super::node::NodeId;
use super::{DataTree, path};
use crate::zookeeper::jute::KeeperError;

const LIMITS: &str = "zookeeper_limits";
const STATS: &str = "zookeeper_stats";

/// What a limits or stats node says; -1 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Track {
    pub count: i64,
    pub bytes: i64,
    pub count_hard: i64,
    pub bytes_hard: i64,
}

impl Track {
    /// Reads the text of a node. What is not understood is no limit.
    pub fn parse(text: &[u8]) -> Track {
        let mut track = Track { count: -1, bytes: -1, count_hard: -1, bytes_hard: -1 };
        for pair in text.split(|byte| matches!(byte, b',' | b';')) {
            let pair = String::from_utf8_lossy(pair);
            let Some((key, value)) = pair.split_once('=') else { continue };
            // Before the hard limits stands a "=" of its own, so that older servers skip them.
            let field = match key.trim() {
                "count" => &mut track.count,
                "bytes" => &mut track.bytes,
                "countHardLimit" => &mut track.count_hard,
                "byteHardLimit" => &mut track.bytes_hard,
                _ => continue,
            };
            *field = value.trim_end_matches('=').trim().parse().unwrap_or(-1);
        }
        track
    }
}

/// As servers write it.
impl fmt::Display for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "count={},bytes={}", self.count, self.bytes)?;
        if self.bytes_hard > -1 || self.count_hard > -1 {
            f.write_str("=")?;
        }
        if self.bytes_hard > -1 {
            write!(f, ";byteHardLimit={}", self.bytes_hard)?;
        }
        if self.count_hard > -1 {
            write!(f, ";countHardLimit={}", self.count_hard)?;
        }
        Ok(())
    }
}

/// The paths that have limits.
#[derive(Debug, Default)]
pub(super) struct Quotas {
    paths: BTreeSet<String>,
}

impl Quotas {
    /// The longest path at or above `path` that has limits.
    fn covering<'a>(&self, path: &'a str) -> Option<&'a str> {
        let mut rest = if self.paths.is_empty() { "" } else { path };
        while !rest.is_empty() && rest != "/" {
            if self.paths.contains(rest) {
                return Some(rest);
            }
            rest = rest.get(..rest.rfind('/')?)?;
        }
        None
    }
}

/// What the quotas below one of the root's children allow in all, and what is used of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub count_limit: i64,
    pub bytes_limit: i64,
    pub count: i64,
    pub bytes: i64,
}

/// The path a limits or stats node speaks of.
fn subject<'a>(parent: &'a str, name: &str, wanted: &str) -> Option<&'a str> {
    let subject = parent.strip_prefix(path::QUOTA)?;
    (name == wanted && subject.starts_with('/')).then_some(subject)
}

impl DataTree {
    /// The sums of all quotas, by the name of the root's child they lie below. Hard limits go before
    /// soft ones.
    pub fn quota_sums(&self) -> BTreeMap<&str, Sums> {
        let read = |subject: &str, name: &str| {
            let id = self.quota_node(subject, name)?;
            Some(Track::parse(self.nodes.get(id).data().unwrap_or_default()))
        };
        let limit = |hard: i64, soft: i64| if hard > -1 { hard } else { soft };
        let mut all: BTreeMap<&str, Sums> = BTreeMap::new();
        for subject in &self.quotas.paths {
            let Some(top) = subject.split('/').nth(1) else { continue };
            let sums = all.entry(top).or_default();
            if let Some(limits) = read(subject, LIMITS) {
                sums.count_limit += limit(limits.count_hard, limits.count);
                sums.bytes_limit += limit(limits.bytes_hard, limits.bytes);
            }
            if let Some(used) = read(subject, STATS) {
                sums.count += used.count;
                sums.bytes += used.bytes;
            }
        }
        all
    }

    /// A node was created.
    pub(super) fn quota_created(&mut self, parent: &str, name: &str, path: &str, bytes: usize) {
        if parent.starts_with(path::QUOTA) {
            if let Some(subject) = subject(parent, name, LIMITS) {
                self.quotas.paths.insert(subject.to_owned());
            }
            if let Some(subject) = subject(parent, name, STATS) {
                self.quota_recount(subject);
            }
        }
        self.quota_moved(path, 1, signed(bytes));
    }

    /// A node is gone.
    pub(super) fn quota_deleted(&mut self, parent: &str, name: &str, path: &str, bytes: usize) {
        if let Some(subject) = subject(parent, name, LIMITS) {
            self.quotas.paths.remove(subject);
        }
        self.quota_moved(path, -1, -signed(bytes));
    }

    /// A node's data changed its length.
    pub(super) fn quota_resized(&mut self, path: &str, before: usize, after: usize) {
        self.quota_moved(path, 0, signed(after) - signed(before));
    }

    fn quota_moved(&mut self, path: &str, count: i64, bytes: i64) {
        let Some(covering) = self.quotas.covering(path) else { return };
        let covering = covering.to_owned();
        let Some(id) = self.quota_node(&covering, STATS) else { return };
        let mut track = Track::parse(self.nodes.get(id).data().unwrap_or_default());
        track.count += count;
        track.bytes += bytes;
        self.write_stats(id, &covering, track);
    }

    /// Counts what lies at and below `subject` and writes it into its stats node.
    fn quota_recount(&mut self, subject: &str) {
        let Some(id) = self.quota_node(subject, STATS) else { return };
        let mut track = Track { count: 0, bytes: 0, count_hard: -1, bytes_hard: -1 };
        let mut stack: Vec<NodeId> = self.nodes.find(subject).into_iter().collect();
        while let Some(id) = stack.pop() {
            let node = self.nodes.get(id);
            track.count += 1;
            track.bytes += signed(node.data_length());
            stack.extend(node.children());
        }
        self.write_stats(id, subject, track);
    }

    fn write_stats(&mut self, id: NodeId, subject: &str, track: Track) {
        let before = self.nodes.get(id).data_length();
        let text = track.to_string();
        self.nodes.get_mut(id).set_data(Some(text.as_bytes()));
        let path_bytes = path::QUOTA.len() + subject.len() + 1 + STATS.len();
        self.resize(path_bytes + before, path_bytes + text.len());
    }

    fn quota_node(&self, subject: &str, name: &str) -> Option<NodeId> {
        let parent = self.nodes.find(&format!("{}{subject}", path::QUOTA))?;
        self.nodes.child(parent, name)
    }

    /// Holds a change about to be prepared against the limits above it. The statistics are those of
    /// the tree as it is, so that requests under way may overshoot together.
    pub(super) fn quota_check(
        &self,
        path: &str,
        count: i64,
        bytes: i64,
    ) -> Result<(), KeeperError> {
        let Some(covering) = self.quotas.covering(path) else { return Ok(()) };
        let read = |name| {
            let id = self.quota_node(covering, name)?;
            Some(Track::parse(self.nodes.get(id).data()?))
        };
        let (Some(limits), Some(stats)) = (read(LIMITS), read(STATS)) else { return Ok(()) };
        for (what, more, used, soft, hard) in [
            ("count", count, stats.count, limits.count, limits.count_hard),
            ("bytes", bytes, stats.bytes, limits.bytes, limits.bytes_hard),
        ] {
            if more <= 0 {
                continue;
            }
            let after = used + more;
            if hard > -1 && after > hard && self.settings.enforce_quota {
                warn!(
                    target: "org.apache.zookeeper.server.ZooKeeperServer",
                    "Quota exceeded: {covering} [{what}={after}, hard limit={hard}]"
                );
                return Err(KeeperError::QuotaExceeded);
            }
            if soft > -1 && after > soft {
                warn!(
                    target: "org.apache.zookeeper.server.ZooKeeperServer",
                    "Quota exceeded: {covering} [{what}={after}, limit={soft}]"
                );
            }
        }
        Ok(())
    }

    /// After a snapshot is read: finds the limits and counts anew.
    pub(super) fn quota_rebuild(&mut self) {
        self.quotas = Quotas::default();
        let mut counted = Vec::new();
        let mut stack: Vec<NodeId> = self.nodes.find(path::QUOTA).into_iter().collect();
        while let Some(id) = stack.pop() {
            let node = self.nodes.get(id);
            stack.extend(node.children());
            let Some(parent) = node.parent() else { continue };
            let (parent, name) = (self.nodes.path(parent), node.name());
            if let Some(subject) = subject(&parent, name, LIMITS) {
                self.quotas.paths.insert(subject.to_owned());
            }
            if let Some(subject) = subject(&parent, name, STATS) {
                counted.push(subject.to_owned());
            }
        }
        for subject in counted {
            self.quota_recount(&subject);
        }
    }
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_old_and_new_servers_are_read() {
        let track =
            |count, bytes, count_hard, bytes_hard| Track { count, bytes, count_hard, bytes_hard };
        for (text, expected) in [
            ("count=5,bytes=-1", track(5, -1, -1, -1)),
            ("count=5,bytes=10=;byteHardLimit=7;countHardLimit=3", track(5, 10, 3, 7)),
            ("", track(-1, -1, -1, -1)),
            ("count=x,bytes", track(-1, -1, -1, -1)),
        ] {
            assert_eq!(Track::parse(text.as_bytes()), expected, "{text}");
        }
        let text = "count=5,bytes=10=;byteHardLimit=7;countHardLimit=3";
        assert_eq!(Track::parse(text.as_bytes()).to_string(), text);
    }

    #[test]
    fn the_longest_limited_path_covers() {
        let paths = ["/a", "/a/b/c"].map(str::to_owned).into();
        let quotas = Quotas { paths };
        for (path, covering) in [
            ("/a", Some("/a")),
            ("/a/b", Some("/a")),
            ("/a/b/c/d", Some("/a/b/c")),
            ("/ab", None),
            ("/", None),
        ] {
            assert_eq!(quotas.covering(path), covering, "{path}");
        }
    }
}
