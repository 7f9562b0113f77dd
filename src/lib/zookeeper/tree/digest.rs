//! The digest of the tree, as ZooKeeper has computed it since 3.6 (version 2).
//!
//! A node's digest is the CRC-32 of its path, its data and its stat; the tree's is the sum over its
//! nodes, so that a change takes away one number and adds another. What lies below `/zookeeper/` is
//! left out: quota statistics change there on each server by itself.

use std::collections::VecDeque;

use tracing::error;

use super::path;
use crate::zookeeper::jute::{StatPersisted, TxnDigest, Zxid};

/// How digests are computed here.
pub const VERSION: i32 = 2;
/// How many digests are kept for the `hash` command, and how far they lie apart.
const HISTORY_MAX: usize = 1_024;
const HISTORY_INTERVAL: i64 = 128;

/// The part of a node's checksum that covers path and data. The stat goes on top; it changes much
/// more often than what it covers.
pub(super) fn content_sum(path: &str, data: Option<&[u8]>) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(path::stored(path).as_bytes());
    hasher.update(data.unwrap_or_default());
    hasher.finalize()
}

/// The digest of the node at `path`.
pub(super) fn of(path: &str, content_sum: u32, stat: &StatPersisted) -> u64 {
    if path.strip_prefix(path::ZOOKEEPER).is_some_and(|rest| rest.starts_with('/')) {
        return 0;
    }
    let mut bytes = [0; 60];
    let longs = [stat.czxid.0, stat.mzxid.0, stat.pzxid.0, stat.ctime, stat.mtime];
    let ints = [stat.version, stat.cversion, stat.aversion];
    let (first, rest) = bytes.split_at_mut(40);
    for (room, long) in first.chunks_exact_mut(8).zip(longs) {
        room.copy_from_slice(&long.to_be_bytes());
    }
    let (second, last) = rest.split_at_mut(12);
    for (room, int) in second.chunks_exact_mut(4).zip(ints) {
        room.copy_from_slice(&int.to_be_bytes());
    }
    last.copy_from_slice(&stat.ephemeral_owner.to_be_bytes());
    let mut hasher = crc32fast::Hasher::new_with_initial(content_sum);
    hasher.update(&bytes);
    u64::from(hasher.finalize())
}

/// A digest of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered {
    pub zxid: Zxid,
    pub version: i32,
    pub digest: u64,
}

/// The digest of the tree and what is known of it.
#[derive(Debug)]
pub(super) struct Digest {
    pub(super) enabled: bool,
    value: u64,
    /// The digest a snapshot came with. The snapshot may hold pieces of later changes until the
    /// transaction of this zxid is applied; before, there is nothing to compare.
    expected: Option<Remembered>,
    mismatches: u64,
    history: VecDeque<Remembered>,
}

impl Digest {
    pub(super) fn new(enabled: bool) -> Digest {
        Digest { enabled, value: 0, expected: None, mismatches: 0, history: VecDeque::new() }
    }

    pub(super) fn value(&self) -> u64 {
        self.value
    }

    pub(super) fn mismatches(&self) -> u64 {
        self.mismatches
    }

    pub(super) fn history(&self) -> impl Iterator<Item = &Remembered> {
        self.history.iter()
    }

    /// Adds the node at `path`.
    pub(super) fn add(&mut self, path: &str, data: Option<&[u8]>, stat: &StatPersisted) {
        if self.enabled {
            self.value = self.value.wrapping_add(of(path, content_sum(path, data), stat));
        }
    }

    /// Takes the node at `path` away.
    pub(super) fn subtract(&mut self, path: &str, data: Option<&[u8]>, stat: &StatPersisted) {
        if self.enabled {
            self.value = self.value.wrapping_sub(of(path, content_sum(path, data), stat));
        }
    }

    /// Replaces the stat of the node at `path`.
    pub(super) fn change(
        &mut self,
        path: &str,
        data: Option<&[u8]>,
        before: &StatPersisted,
        after: &StatPersisted,
    ) {
        if self.enabled && before != after {
            let sum = content_sum(path, data);
            let value = self.value.wrapping_sub(of(path, sum, before));
            self.value = value.wrapping_add(of(path, sum, after));
        }
    }

    /// What a snapshot says its tree's digest is.
    pub(super) fn expect(&mut self, expected: Remembered) {
        self.expected = Some(expected);
    }

    /// Holds the digest a transaction came with against the tree's after it.
    pub(super) fn compare(&mut self, zxid: Zxid, told: Option<&TxnDigest>) {
        if !self.enabled {
            return;
        }
        if let Some(expected) = self.expected {
            if zxid < expected.zxid {
                return;
            }
            self.expected = None;
            if zxid == expected.zxid && expected.version == VERSION {
                self.check(zxid, expected.digest);
            }
        }
        if let Some(told) = told.filter(|told| told.version == VERSION) {
            self.check(zxid, told.digest.cast_unsigned());
        }
        if zxid.0 % HISTORY_INTERVAL == 0 {
            if self.history.len() == HISTORY_MAX {
                self.history.pop_front();
            }
            self.history.push_back(Remembered { zxid, version: VERSION, digest: self.value });
        }
    }

    fn check(&mut self, zxid: Zxid, expected: u64) {
        if expected == self.value {
            return;
        }
        self.mismatches += 1;
        // The first says it all; every later one follows from it.
        if self.mismatches == 1 {
            error!(
                target: "org.apache.zookeeper.server.DataTree",
                "Digests are not matching. Value is Zxid. Value:{zxid} (digest in log 0x{expected:x}, \
                 actual 0x{:x})", self.value
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_tree_has_zookeepers_digest() {
        let mut digest = Digest::new(true);
        let stat = StatPersisted::default();
        digest.add("/", Some(b""), &stat);
        assert_eq!(digest.value(), 68_323_592);
        digest.add("/zookeeper", Some(b""), &stat);
        digest.add("/zookeeper/quota", Some(b""), &stat);
        assert_eq!(digest.value(), 1_371_985_504);
        digest.subtract("/zookeeper", None, &stat);
        assert_eq!(digest.value(), 68_323_592);
    }

    #[test]
    fn a_fuzzy_snapshot_is_compared_from_its_own_zxid_on() {
        let mut digest = Digest::new(true);
        digest.expect(Remembered { zxid: Zxid(5), version: VERSION, digest: 0 });
        let wrong = TxnDigest { version: VERSION, digest: 7 };
        digest.compare(Zxid(4), Some(&wrong));
        assert_eq!(digest.mismatches(), 0);
        digest.compare(Zxid(5), None);
        assert_eq!(digest.mismatches(), 0);
        digest.compare(Zxid(6), Some(&wrong));
        assert_eq!(digest.mismatches(), 1);
    }
}
