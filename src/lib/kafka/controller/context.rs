//! The controller's picture of the cluster: brokers, topics, assignments, leaders.
//!
//! It is filled from ZooKeeper at election and then changed by events only. What ZooKeeper holds
//! is the truth: a [`LeaderAndIsr`] here is what was last read or written there, with the znode's
//! version, so that a conditional write finds out when somebody else changed it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::base::uuid::Uuid;
use crate::config::broker::Endpoint;
use crate::kafka::types::{BrokerId, ControllerEpoch, LeaderEpoch, TopicPartition};

use super::partition_states::PartitionState;
use super::replica_states::ReplicaState;

/// A registered broker, as its znode describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    pub id: BrokerId,
    /// The czxid of its registration: every life of a broker has a higher one.
    pub epoch: i64,
    pub endpoints: Vec<Endpoint>,
    pub rack: Option<String>,
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.id, self.epoch)
    }
}

/// The replicas of a partition, and which of them a reassignment is adding and removing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment {
    /// All of them; the first is the preferred leader.
    pub replicas: Vec<BrokerId>,
    pub adding: Vec<BrokerId>,
    pub removing: Vec<BrokerId>,
}

impl Assignment {
    /// Replicas at rest.
    pub fn new(replicas: Vec<BrokerId>) -> Assignment {
        Assignment { replicas, adding: Vec::new(), removing: Vec::new() }
    }

    /// Whether a reassignment is under way.
    pub fn is_moving(&self) -> bool {
        !self.adding.is_empty() || !self.removing.is_empty()
    }

    /// Where the reassignment came from.
    pub fn origin(&self) -> Vec<BrokerId> {
        without(&self.replicas, &self.adding)
    }

    /// Where the reassignment goes to.
    pub fn target(&self) -> Vec<BrokerId> {
        without(&self.replicas, &self.removing)
    }

    /// The same partition on its way to `target` (KIP-455): everything wanted, then everything
    /// that was there before and has still to go.
    pub fn towards(&self, target: &[BrokerId]) -> Assignment {
        let origin = self.origin();
        let mut replicas = target.to_vec();
        replicas.extend(without(&origin, target));
        Assignment {
            adding: without(&replicas, &origin),
            removing: without(&replicas, target),
            replicas,
        }
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Ids(&self.replicas))?;
        if !self.adding.is_empty() {
            write!(f, " adding {}", Ids(&self.adding))?;
        }
        if !self.removing.is_empty() {
            write!(f, " removing {}", Ids(&self.removing))?;
        }
        Ok(())
    }
}

/// What `/brokers/topics/<topic>` holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicNode {
    /// None for a topic made by a release before 2.8.
    pub id: Option<Uuid>,
    pub partitions: BTreeMap<i32, Assignment>,
}

impl fmt::Display for TopicNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (partition, assignment) in &self.partitions {
            write!(f, "{separator}{partition}={assignment}")?;
            separator = "; ";
        }
        Ok(())
    }
}

/// What a partition's `state` znode holds, and the znode's version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaderAndIsr {
    pub leader: Option<BrokerId>,
    pub leader_epoch: LeaderEpoch,
    pub isr: Vec<BrokerId>,
    /// Elected uncleanly and not yet consistent (KIP-704).
    pub recovering: bool,
    /// The controller that made this leader.
    pub controller_epoch: ControllerEpoch,
    /// The znode's version: what requests call partition epoch or zkVersion.
    pub version: i32,
}

impl fmt::Display for LeaderAndIsr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.leader {
            Some(leader) => write!(f, "leader {leader}")?,
            None => f.write_str("leader none")?,
        }
        write!(f, " epoch {} isr {}", self.leader_epoch, Ids(&self.isr))?;
        if self.recovering {
            f.write_str(" recovering")?;
        }
        Ok(())
    }
}

/// Prints broker ids as `1,2,3`.
pub(super) struct Ids<'a>(pub(super) &'a [BrokerId]);

impl fmt::Display for Ids<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<String> = self.0.iter().map(BrokerId::to_string).collect();
        f.write_str(&ids.join(","))
    }
}

/// `all` in its order, less `gone`.
pub(super) fn without(all: &[BrokerId], gone: &[BrokerId]) -> Vec<BrokerId> {
    all.iter().filter(|id| !gone.contains(id)).copied().collect()
}

/// A replica: a partition on a broker.
pub(super) type Replica = (BrokerId, TopicPartition);

/// One partition in the picture.
#[derive(Debug)]
pub(super) struct Partition {
    pub(super) assignment: Assignment,
    pub(super) state: PartitionState,
    pub(super) replicas: BTreeMap<BrokerId, ReplicaState>,
    pub(super) leadership: Option<LeaderAndIsr>,
}

impl Partition {
    fn new(assignment: Assignment) -> Partition {
        let replicas =
            assignment.replicas.iter().map(|id| (*id, ReplicaState::NonExistent)).collect();
        Partition { assignment, state: PartitionState::NonExistent, replicas, leadership: None }
    }

    /// Who leads, where anybody does.
    pub(super) fn leader(&self) -> Option<BrokerId> {
        self.leadership.as_ref().and_then(|leadership| leadership.leader)
    }
}

/// One topic in the picture.
#[derive(Debug, Default)]
pub(super) struct Topic {
    pub(super) id: Option<Uuid>,
    pub(super) partitions: BTreeMap<i32, Partition>,
}

impl Topic {
    /// What its znode should say.
    pub(super) fn node(&self) -> TopicNode {
        let assignments = self.partitions.iter();
        TopicNode {
            id: self.id,
            partitions: assignments.map(|(id, one)| (*id, one.assignment.clone())).collect(),
        }
    }
}

/// Where an unclean leader may be elected: `unclean.leader.election.enable`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unclean {
    pub default: bool,
    pub topics: BTreeMap<Arc<str>, bool>,
}

impl Unclean {
    pub(super) fn allowed(&self, topic: &str) -> bool {
        self.topics.get(topic).copied().unwrap_or(self.default)
    }
}

/// The picture.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// Registered brokers, those shutting down among them.
    pub(super) brokers: BTreeMap<BrokerId, Arc<Broker>>,
    /// Those that asked for a controlled shutdown and are still registered.
    pub(super) shutting_down: BTreeSet<BrokerId>,
    pub(super) topics: BTreeMap<Arc<str>, Topic>,
    /// Replicas whose log directory failed on a broker that lives.
    pub(super) failed_replicas: BTreeSet<Replica>,
    pub(super) unclean: Unclean,
}

impl Context {
    pub(super) fn partition(&self, partition: &TopicPartition) -> Option<&Partition> {
        self.topics.get(&partition.topic)?.partitions.get(&partition.partition)
    }

    pub(super) fn partition_mut(&mut self, partition: &TopicPartition) -> Option<&mut Partition> {
        self.topics.get_mut(&partition.topic)?.partitions.get_mut(&partition.partition)
    }

    /// Every partition, in order.
    pub(super) fn partitions(&self) -> impl Iterator<Item = (TopicPartition, &Partition)> {
        self.topics.iter().flat_map(|(name, topic)| {
            topic
                .partitions
                .iter()
                .map(|(id, partition)| (TopicPartition::new(name.clone(), *id), partition))
        })
    }

    /// The partitions of one topic.
    pub(super) fn partitions_of(&self, topic: &Arc<str>) -> Vec<TopicPartition> {
        let partitions = self.topics.get(topic).map(|topic| &topic.partitions);
        let ids = partitions.into_iter().flat_map(BTreeMap::keys);
        ids.map(|id| TopicPartition::new(topic.clone(), *id)).collect()
    }

    /// Every replica that one of `brokers` hosts.
    pub(super) fn replicas_on(&self, brokers: &BTreeSet<BrokerId>) -> Vec<Replica> {
        let mut replicas = Vec::new();
        for (name, partition) in self.partitions() {
            let here = partition.assignment.replicas.iter().filter(|id| brokers.contains(id));
            replicas.extend(here.map(|id| (*id, name.clone())));
        }
        replicas
    }

    /// Adds a partition nobody has seen before.
    pub(super) fn add_partition(&mut self, partition: &TopicPartition, assignment: Assignment) {
        let topic = self.topics.entry(partition.topic.clone()).or_default();
        let before = topic.partitions.insert(partition.partition, Partition::new(assignment));
        assert!(before.is_none(), "{partition} was known already");
    }

    /// Registered, and not on its way out.
    pub(super) fn is_live(&self, broker: BrokerId) -> bool {
        self.brokers.contains_key(&broker) && !self.shutting_down.contains(&broker)
    }

    /// Whether the broker lives, or shuts down, and the replica's disk works.
    pub(super) fn is_reachable(&self, broker: BrokerId, partition: &TopicPartition) -> bool {
        let failed = !self.failed_replicas.is_empty()
            && self.failed_replicas.contains(&(broker, partition.clone()));
        self.brokers.contains_key(&broker) && !failed
    }

    /// Whether the replica could lead.
    pub(super) fn is_online(&self, broker: BrokerId, partition: &TopicPartition) -> bool {
        self.is_reachable(broker, partition) && !self.shutting_down.contains(&broker)
    }

    /// The assigned replicas that could lead, in order of preference.
    pub(super) fn online(&self, partition: &TopicPartition) -> Vec<BrokerId> {
        let assigned = self.partition(partition).map(|one| one.assignment.replicas.as_slice());
        let assigned = assigned.unwrap_or_default().iter().copied();
        assigned.filter(|id| self.is_online(*id, partition)).collect()
    }

    /// Everybody to whom requests can be sent.
    pub(super) fn reachable_brokers(&self) -> BTreeSet<BrokerId> {
        self.brokers.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[i32]) -> Vec<BrokerId> {
        numbers.iter().copied().map(BrokerId).collect()
    }

    #[test]
    fn a_reassignment_keeps_what_must_still_go() {
        let cases: [(&[i32], &[i32], &str); 5] = [
            (&[1, 2, 3], &[4, 5, 6], "4,5,6,1,2,3 adding 4,5,6 removing 1,2,3"),
            (&[1, 2, 3], &[3, 4], "3,4,1,2 adding 4 removing 1,2"),
            (&[1, 2, 3], &[2, 1, 3], "2,1,3"),
            (&[1], &[1, 2], "1,2 adding 2"),
            (&[1, 2], &[2], "2,1 removing 1"),
        ];
        for (origin, target, expected) in cases {
            let moving = Assignment::new(ids(origin)).towards(&ids(target));
            assert_eq!(moving.to_string(), expected);
            assert_eq!(moving.target(), ids(target));
        }
    }

    #[test]
    fn a_second_reassignment_overrides_the_first_and_keeps_its_origin() {
        let first = Assignment::new(ids(&[1, 2])).towards(&ids(&[3, 4]));
        let second = first.towards(&ids(&[4, 5]));
        assert_eq!(second.to_string(), "4,5,1,2 adding 4,5 removing 1,2");
        let cancelled = second.towards(&second.origin());
        assert_eq!(cancelled.to_string(), "1,2");
    }
}
