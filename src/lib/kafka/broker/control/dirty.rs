//! What has changed in ZooKeeper and has not been looked at yet.
//!
//! Watches say that something changed, not what; so however many fire for a node, it is read once,
//! when its turn comes.

use std::collections::BTreeSet;

use crate::kafka::metadata::znode;
use crate::zookeeper::client::WatchEvent;

/// The nodes to read again.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    pub(super) controller: bool,
    pub(super) brokers: bool,
    pub(super) topics: bool,
    pub(super) topic: BTreeSet<String>,
    pub(super) deletions: bool,
    pub(super) isr: bool,
    pub(super) log_dirs: bool,
    pub(super) reassignments: bool,
    pub(super) preferred_election: bool,
}

impl Dirty {
    /// Takes note of a watch that fired; false when it is none of the controller's.
    pub(super) fn note(&mut self, event: &WatchEvent) -> bool {
        match event.path.as_str() {
            znode::CONTROLLER => self.controller = true,
            znode::BROKER_IDS => self.brokers = true,
            znode::TOPICS => self.topics = true,
            znode::DELETE_TOPICS => self.deletions = true,
            znode::ISR_CHANGES => self.isr = true,
            znode::LOG_DIR_EVENTS => self.log_dirs = true,
            znode::REASSIGN_PARTITIONS => self.reassignments = true,
            znode::PREFERRED_REPLICA_ELECTION => self.preferred_election = true,
            path => {
                let below = |parent| {
                    let name = path.strip_prefix(parent)?.strip_prefix('/')?;
                    (!name.contains('/')).then_some(name)
                };
                if below(znode::BROKER_IDS).is_some() {
                    self.brokers = true;
                } else if let Some(topic) = below(znode::TOPICS) {
                    self.topic.insert(topic.to_owned());
                } else {
                    return false;
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zookeeper::client::WatchKind;
    use crate::zookeeper::jute::Zxid;

    #[test]
    fn watches_fall_to_what_they_are_about() {
        let mut dirty = Dirty::default();
        let mut note = |path: &str| {
            let (kind, zxid) = (WatchKind::DataChanged, Zxid(7));
            dirty.note(&WatchEvent { kind, path: path.to_owned(), zxid })
        };
        assert!(note("/controller"));
        assert!(note("/brokers/ids/3"));
        assert!(note("/brokers/topics/t"));
        assert!(!note("/brokers/topics/t/partitions"));
        assert!(!note("/config/changes"));
        assert!(!note("/brokers/topicsx/t"));
        assert!(dirty.controller && dirty.brokers && !dirty.topics);
        assert_eq!(dirty.topic, BTreeSet::from(["t".to_owned()]));
    }
}
