//! Bugs that the simulator plants to see whether it finds them.
//!
//! A simulated life is one thread, so a bug is planted in a thread; in real life nobody plants any
//! and [`Bug::is_planted`] reads one word of the thread that is zero. That is so cheap, and so far
//! from any loop over records, that it stays in every build: the build that is tested is the one
//! that is used.

use std::cell::Cell;
use std::fmt;

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

macro_rules! bugs {
    (
        brokers { $($(#[$doc:meta])* $bug:ident $name:literal,)* }
        ensembles { $($(#[$doc_there:meta])* $bug_there:ident $name_there:literal,)* }
    ) => {
        /// A promise that is not kept.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug {
            $($(#[$doc])* $bug,)*
            $($(#[$doc_there])* $bug_there,)*
        }

        /// Those that lives of brokers are to find.
        pub const BUGS: &[Bug] = &[$(Bug::$bug,)*];

        /// Those that lives of ZooKeeper's ensembles are to find.
        pub const ZOOKEEPER_BUGS: &[Bug] = &[$(Bug::$bug_there,)*];

        impl Bug {
            fn name(self) -> &'static str {
                match self {
                    $(Bug::$bug => $name,)*
                    $(Bug::$bug_there => $name_there,)*
                }
            }
        }
    };
}

bugs! {
    brokers {
        /// acks=all is answered before the followers have it.
        AcknowledgeEarly "acknowledge-early",
        /// A follower keeps what its new leader does not have.
        SkipTruncation "skip-truncation",
        /// Requests of a controller that was deposed are obeyed.
        ObeyDeposedController "obey-deposed-controller",
        /// A new leader does not know what its producers have sent.
        ForgetProducers "forget-producers",
        /// The high watermark is that of the fastest follower.
        FastestFollowerCommits "fastest-follower-commits",
        /// Whoever lags is not waited for before the controller knows that it is out of the ISR.
        ShrinkUnasked "shrink-unasked",
        /// Consumers read what is not committed.
        ReadUncommitted "read-uncommitted",
        /// A leader is elected that is not in the ISR.
        ElectAnyone "elect-anyone",
        /// A group's commit is answered before it is committed.
        CommitOffsetsEarly "commit-offsets-early",
        /// ZooKeeper answers a write before it is synced.
        AnswerUnsynced "answer-unsynced",
    }
    ensembles {
        /// A proposal is acknowledged before it is synced.
        AcknowledgeUnsynced "acknowledge-unsynced",
        /// The epoch is saved before what was synchronised is (ZOOKEEPER-4643).
        EnterEpochEarly "enter-epoch-early",
        /// NEWLEADER is acknowledged before what was synchronised is synced (ZOOKEEPER-3911).
        AcknowledgeLeaderEarly "acknowledge-leader-early",
        /// A log is cut, and snapshots that have more are kept (ZOOKEEPER-4837).
        KeepLaterSnapshots "keep-later-snapshots",
        /// The tree of a new role lacks what was logged and not committed (ZOOKEEPER-2845).
        SkipTail "skip-tail",
        /// A server whose disk was lost votes as one that never held anything.
        CountLostDisks "count-lost-disks",
        /// An acknowledgement counts for all that is outstanding.
        CountStaleAcks "count-stale-acks",
        /// The accepted epoch is not saved (ZOOKEEPER-1653).
        ForgetEpoch "forget-epoch",
        /// The folder of a new log file is not synced.
        LeaveLogUnnamed "leave-log-unnamed",
        /// What was synchronised is not in the history that learners are fed from (ZOOKEEPER-4925).
        LeaveHole "leave-hole",
        /// A client that comes back is not told what it has missed (ZOOKEEPER-3144).
        MissWatches "miss-watches",
        /// A client is served by a server that is behind what it has seen.
        ServeFromBehind "serve-from-behind",
        /// Sessions that expire are never closed.
        KeepSessions "keep-sessions",
        /// A session that has moved is served where it was, too.
        IgnoreMoves "ignore-moves",
    }
}

impl Bug {
    /// Plants it, or none, in this thread.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    /// Whether this thread has it.
    pub fn is_planted(self) -> bool {
        PLANTED.get() == Some(self)
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Bug> {
        BUGS.iter().chain(ZOOKEEPER_BUGS).copied().find(|bug| bug.name() == name)
    }
}

impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_is_planted_in_one_thread() {
        Bug::plant(Some(Bug::ElectAnyone));
        assert!(Bug::ElectAnyone.is_planted() && !Bug::SkipTruncation.is_planted());
        std::thread::spawn(|| assert!(!Bug::ElectAnyone.is_planted())).join().unwrap();
        Bug::plant(None);
        assert!(!Bug::ElectAnyone.is_planted());
        let mut all = BUGS.iter().chain(ZOOKEEPER_BUGS);
        assert!(all.all(|bug| Bug::named(&bug.to_string()) == Some(*bug)));
    }
}
