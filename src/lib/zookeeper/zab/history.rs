//! The newest transactions of this server's log, and what a learner lacks of them.

use std::collections::VecDeque;

use bytes::Bytes;

use super::quorum::Config;
use crate::base::bytes::Reader;
use crate::config::quorum::Membership;
use crate::zookeeper::jute::{Jute, OpCode, Transaction, Txn, Zxid};

/// A transaction as it is logged and proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub zxid: Zxid,
    pub bytes: Bytes,
}

impl Entry {
    /// The configuration it makes, if it is a reconfiguration. The error is a sentence.
    pub fn config(&self) -> Option<Result<Config, String>> {
        /// Where the header of a transaction has its type.
        const OP_AT: std::ops::Range<usize> = 28..32;
        let op = self.bytes.get(OP_AT)?;
        (*op == OpCode::Reconfig.code().to_be_bytes()).then(|| {
            let transaction = Transaction::decode(&mut Reader::shared(&self.bytes));
            let Ok(Transaction { txn: Txn::Reconfig(set), .. }) = transaction else {
                return Err("a reconfiguration that cannot be read".to_owned());
            };
            let text = String::from_utf8_lossy(set.data.as_deref().unwrap_or_default());
            Membership::parse(&text).map(Config::new).map_err(|error| error.to_string())
        })
    }
}

/// Whether `next` may follow `last` in a log: one more, or the first of a later epoch.
pub fn follows(last: Zxid, next: Zxid) -> bool {
    let begins = next.epoch() > last.epoch() && next.counter() == 1;
    begins || next == last.next()
}

/// Whether no transaction has this number: it is the beginning of an epoch.
fn begins_epoch(zxid: Zxid) -> bool {
    zxid.counter() == 0
}

/// Transactions that are logged, in order and without a hole.
#[derive(Debug)]
pub struct History {
    entries: VecDeque<Entry>,
    /// The last transaction of the log, kept here or not.
    last: Zxid,
    /// `commitLogCount`.
    kept_max: usize,
}

/// How a learner is brought to where its leader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// It gets what comes after `from`.
    Diff { from: Zxid, to: Zxid },
    /// It cuts its log there, and gets what comes after.
    Trunc(Zxid),
    /// It gets everything.
    Snap,
}

impl History {
    /// A history that ends with `last`.
    pub fn new(last: Zxid, kept_max: usize) -> History {
        History { entries: VecDeque::new(), last, kept_max }
    }

    /// The last transaction.
    pub fn last(&self) -> Zxid {
        self.last
    }

    /// Adds the next transaction.
    pub fn append(&mut self, entry: Entry) {
        assert!(
            self.entries.back().is_none_or(|last| follows(last.zxid, entry.zxid)),
            "a hole in the history before {}",
            entry.zxid
        );
        self.last = entry.zxid;
        self.entries.push_back(entry);
        if self.entries.len() > self.kept_max {
            self.entries.pop_front();
        }
    }

    /// Forgets what comes after `zxid`, which is the last one now.
    pub fn truncate(&mut self, zxid: Zxid) {
        while self.entries.back().is_some_and(|last| last.zxid > zxid) {
            self.entries.pop_back();
        }
        // With something missing in between, what is left would be no history.
        if self.entries.back().is_some_and(|last| last.zxid != zxid) {
            self.entries.clear();
        }
        self.last = zxid;
    }

    /// Another state has taken the place of all of it.
    pub fn replace(&mut self, zxid: Zxid) {
        self.entries.clear();
        self.last = zxid;
    }

    /// The transactions after `zxid`.
    pub fn after(&self, zxid: Zxid) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.zxid > zxid)
    }

    /// How a learner whose log ends with `peer` is to be synchronised.
    pub fn plan(&self, peer: Zxid) -> Plan {
        let max = self.last;
        let min = self.entries.front().map_or(max, |first| first.zxid);
        if peer == max {
            return Plan::Diff { from: peer, to: peer };
        }
        if peer > max {
            // A server that only began an epoch has nothing to cut, yet it may lack something.
            return if begins_epoch(peer) { Plan::Snap } else { Plan::Trunc(max) };
        }
        if peer < min {
            return Plan::Snap;
        }
        let mut before = None;
        for entry in &self.entries {
            if entry.zxid < peer {
                before = Some(entry.zxid);
                continue;
            }
            if entry.zxid == peer || begins_epoch(peer) {
                return Plan::Diff { from: peer, to: max };
            }
            // It has something that nobody else has.
            return match before {
                Some(before) if entry.zxid.epoch() == peer.epoch() => Plan::Trunc(before),
                Some(before) if before.epoch() == peer.epoch() => Plan::Trunc(before),
                _ => Plan::Snap,
            };
        }
        Plan::Snap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(zxids: &[(u32, u32)], kept: usize) -> History {
        let mut history = History::new(Zxid::ZERO, kept);
        for &(epoch, counter) in zxids {
            history.append(Entry { zxid: Zxid::new(epoch, counter), bytes: Bytes::new() });
        }
        history
    }

    #[test]
    fn plans_are_made_as_zookeeper_makes_them() {
        let two = history(&[(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)], 4);
        let zxid = Zxid::new;
        let diff = |from| Plan::Diff { from, to: zxid(2, 2) };
        let cases = [
            (zxid(2, 2), Plan::Diff { from: zxid(2, 2), to: zxid(2, 2) }),
            (zxid(2, 1), diff(zxid(2, 1))),
            (zxid(2, 0), diff(zxid(2, 0))),
            (zxid(1, 3), diff(zxid(1, 3))),
            (zxid(1, 2), diff(zxid(1, 2))),
            // Older than what is kept.
            (zxid(1, 1), Plan::Snap),
            (Zxid::ZERO, Plan::Snap),
            // What it has more was never committed.
            (zxid(2, 3), Plan::Trunc(zxid(2, 2))),
            (zxid(3, 7), Plan::Trunc(zxid(2, 2))),
            (zxid(1, 9), Plan::Trunc(zxid(1, 3))),
            // It led an epoch without a transaction.
            (zxid(3, 0), Plan::Snap),
        ];
        for (peer, plan) in cases {
            assert_eq!(two.plan(peer), plan, "{peer}");
        }
        assert_eq!(two.after(zxid(1, 3)).count(), 2);
    }

    #[test]
    fn nothing_is_kept_across_a_hole() {
        let mut history = history(&[(1, 1), (1, 2), (2, 1)], 10);
        history.truncate(Zxid::new(1, 2));
        assert_eq!((history.last(), history.after(Zxid::ZERO).count()), (Zxid::new(1, 2), 2));
        history.truncate(Zxid::ZERO);
        assert_eq!((history.last(), history.after(Zxid::ZERO).count()), (Zxid::ZERO, 0));
        history.replace(Zxid::new(5, 0));
        assert_eq!(history.plan(Zxid::new(4, 4)), Plan::Snap);
        assert!(follows(Zxid::new(1, 4), Zxid::new(3, 1)));
        assert!(!follows(Zxid::new(1, 4), Zxid::new(3, 2)));
        assert!(!follows(Zxid::new(1, 4), Zxid::new(1, 6)));
    }
}
