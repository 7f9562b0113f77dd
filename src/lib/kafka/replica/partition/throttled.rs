//! Whether this replica is one of those that its topic names to be throttled (KIP-73).

use crate::config::topic::TopicConfig;
use crate::kafka::types::{BrokerId, TopicPartition};

use super::{Partition, Role};

/// The two ends of replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `leader.replication.throttled.replicas`
    Leading,
    /// `follower.replication.throttled.replicas`
    Following,
}

/// Which ends of this replica are throttled; looked up in the topic's lists once for all fetches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Throttled {
    leading: bool,
    following: bool,
}

impl Throttled {
    pub(super) fn of(config: &TopicConfig, id: &TopicPartition, broker: BrokerId) -> Throttled {
        let named = |list: &[String]| {
            list.iter().any(|item| match item.split_once(':') {
                Some((partition, of)) => {
                    partition.trim().parse() == Ok(id.partition)
                        && of.trim().parse() == Ok(broker.0)
                }
                None => item.trim() == "*",
            })
        };
        Throttled {
            leading: named(&config.leader_replication_throttled_replicas),
            following: named(&config.follower_replication_throttled_replicas),
        }
    }
}

impl Partition {
    /// Whether this broker's end of its replication is throttled.
    pub fn is_throttled(&self, side: Side) -> bool {
        let throttled = self.state().throttled;
        match side {
            Side::Leading => throttled.leading,
            Side::Following => throttled.following,
        }
    }

    /// Whether a leader counts this follower as in sync.
    pub fn has_in_sync(&self, follower: BrokerId) -> bool {
        matches!(&self.state().role, Role::Leader(leader) if leader.isr.contains(&follower))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Properties;

    #[test]
    fn a_replica_is_named_by_partition_and_broker_or_by_a_star() {
        let throttled = |leading: &str, following: &str, partition, broker| {
            let overrides = format!(
                "leader.replication.throttled.replicas={leading}\n\
                 follower.replication.throttled.replicas={following}"
            );
            let overrides = Properties::parse(&overrides).unwrap();
            let config = TopicConfig::build(&Properties::new(), &overrides).unwrap();
            let id = TopicPartition::new("t", partition);
            let Throttled { leading, following } = Throttled::of(&config, &id, BrokerId(broker));
            (leading, following)
        };
        assert_eq!(throttled("", "", 0, 1), (false, false));
        assert_eq!(throttled("*", "", 7, 1), (true, false));
        assert_eq!(throttled("0:1,1:2", "0:2,1:1", 1, 2), (true, false));
        assert_eq!(throttled("0:1,1:2", "0:2,1:1", 1, 1), (false, true));
        assert_eq!(throttled("0:1,1:2", "*", 11, 2), (false, true));
    }
}
