//! More partitions for a topic.

use std::collections::{BTreeMap, BTreeSet};

use crate::kafka::broker::Broker;
use crate::kafka::broker::zookeeper::{exists, get_data, set_data};
use crate::kafka::metadata::topic::{self, Candidate, Start};
use crate::kafka::metadata::znode::{self, TopicAssignment};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::zookeeper::jute::{KeeperError, Reply};

use super::create::misplaced;
use super::{Refused, candidates, one};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Growth {
    pub name: String,
    /// How many partitions there are to be.
    pub count: i32,
    /// The replicas of those that are new; none: they are placed as the others are.
    pub assignments: Option<Vec<Vec<i32>>>,
}

/// Adds the partitions, or only says whether it could.
pub async fn grow(broker: &Broker, growth: &Growth, validate_only: bool) -> Result<(), Refused> {
    let name = &growth.name;
    let path = znode::topic_path(name);
    let missing = || {
        let text = format!("The topic '{name}' does not exist.");
        Refused::new(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, text)
    };
    loop {
        if one(broker, exists(&znode::delete_topic_path(name), false)).await?.is_some() {
            let text = "The topic is queued for deletion.";
            return Err(Refused::new(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, text));
        }
        let Some(Reply::Data(found)) = one(broker, get_data(path.clone(), false)).await? else {
            return Err(missing());
        };
        let node = TopicAssignment::decode(&found.data.unwrap_or_default()).map_err(|error| {
            tracing::error!(target: "kafka.server.ZkAdminManager", "Skipping {path}: {error}");
            Refused::from(ErrorCode::UNKNOWN_SERVER_ERROR)
        })?;
        let grown = grown(node, growth, candidates(&broker.cluster.image()))?;
        if validate_only {
            return Ok(());
        }
        // Whoever wrote in between has added partitions, too, or begun a move: look again.
        let write = set_data(path.clone(), grown.encode(), found.stat.version);
        match one(broker, write).await {
            Ok(Some(_)) => return Ok(()),
            Ok(None) => return Err(missing()),
            Err(error) if error.keeper() == Some(KeeperError::BadVersion) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The topic with its new partitions, if it may have them.
fn grown(
    mut node: TopicAssignment,
    growth: &Growth,
    brokers: Vec<Candidate>,
) -> Result<TopicAssignment, Refused> {
    let Growth { name, count, assignments } = growth;
    let moving = node.adding.values().chain(node.removing.values()).any(|ids| !ids.is_empty());
    if moving {
        let text = format!("A partition reassignment is in progress for the topic '{name}'.");
        return Err(Refused::new(ErrorCode::REASSIGNMENT_IN_PROGRESS, text));
    }
    let present = i32::try_from(node.partitions.len()).unwrap_or(i32::MAX);
    let more = count.saturating_sub(present);
    if more <= 0 {
        let text = match more {
            0 => format!("Topic already has {present} partitions."),
            _ => format!(
                "Topic currently has {present} partitions, which is higher than the requested {count}."
            ),
        };
        return Err(Refused::new(ErrorCode::INVALID_PARTITIONS, text));
    }
    let first = node.partitions.get(&0).cloned().unwrap_or_default();
    let new = match assignments {
        Some(assignments) => given(assignments, more, first.len(), &brokers)?,
        None => {
            let before = node.partitions.len();
            let leader = first.first().copied().unwrap_or(0);
            let start = Start::continuing(&brokers, leader, before);
            let more = usize::try_from(more).unwrap_or(0);
            topic::assign(&brokers, more, first.len(), start).map_err(misplaced)?
        }
    };
    let new: BTreeMap<i32, Vec<i32>> = (present..).zip(new).collect();
    node.partitions.extend(new);
    Ok(node)
}

/// Replicas that a client gave.
fn given(
    assignments: &[Vec<i32>],
    more: i32,
    factor: usize,
    brokers: &[Candidate],
) -> Result<Vec<Vec<i32>>, Refused> {
    let wrong = |text: String| Err(Refused::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, text));
    let known = |id: &i32| brokers.iter().any(|broker| broker.id == *id);
    let unknown: BTreeSet<i32> =
        assignments.iter().flatten().copied().filter(|id| !known(id)).collect();
    if !unknown.is_empty() {
        let unknown: Vec<String> = unknown.iter().map(i32::to_string).collect();
        return wrong(format!("Unknown broker(s) in replica assignment: {}.", unknown.join(", ")));
    }
    if Ok(assignments.len()) != usize::try_from(more) {
        let provided = assignments.len();
        return wrong(format!(
            "Increasing the number of partitions by {more} but {provided} assignments provided."
        ));
    }
    for replicas in assignments {
        let distinct: BTreeSet<&i32> = replicas.iter().collect();
        if distinct.len() != replicas.len() {
            return wrong(format!(
                "Duplicate brokers not allowed in replica assignment: {replicas:?}."
            ));
        }
        if replicas.is_empty() {
            return wrong("Cannot have replication factor of 0 for a partition.".to_owned());
        }
        if replicas.len() != factor {
            return wrong(format!(
                "Inconsistent replication factor between partitions, partition 0 has {factor} while a new one has {}.",
                replicas.len()
            ));
        }
    }
    Ok(assignments.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brokers() -> Vec<Candidate> {
        (1..=3).map(|id| Candidate { id, rack: None }).collect()
    }

    fn topic() -> TopicAssignment {
        let partitions = BTreeMap::from([(0, vec![1, 2]), (1, vec![2, 3])]);
        TopicAssignment { partitions, ..TopicAssignment::default() }
    }

    fn ask(count: i32, assignments: Option<Vec<Vec<i32>>>) -> Result<TopicAssignment, Refused> {
        grown(topic(), &Growth { name: "t".to_owned(), count, assignments }, brokers())
    }

    #[test]
    fn new_partitions_go_on_where_the_old_ones_end() {
        let grown = ask(4, None).unwrap();
        assert_eq!(grown.partitions.len(), 4);
        assert_eq!(grown.partitions[&0], [1, 2]);
        assert_eq!(grown.partitions[&2][0], 3);
        assert_eq!(grown.partitions[&3][0], 1);
        let grown = ask(3, Some(vec![vec![3, 1]])).unwrap();
        assert_eq!(grown.partitions[&2], [3, 1]);
    }

    #[test]
    fn what_cannot_be_is_said_in_kafkas_words() {
        let cases = [
            (ask(2, None), 37, "Topic already has 2 partitions."),
            (
                ask(1, None),
                37,
                "Topic currently has 2 partitions, which is higher than the requested 1.",
            ),
            (ask(3, Some(vec![vec![3, 9]])), 39, "Unknown broker(s) in replica assignment: 9."),
            (
                ask(4, Some(vec![vec![3, 1]])),
                39,
                "Increasing the number of partitions by 2 but 1 assignments provided.",
            ),
            (
                ask(3, Some(vec![vec![3, 3]])),
                39,
                "Duplicate brokers not allowed in replica assignment: [3, 3].",
            ),
        ];
        for (result, code, message) in cases {
            let refused = result.unwrap_err();
            assert_eq!((refused.code.0, refused.message.as_deref()), (code, Some(message)));
        }
        let moving = TopicAssignment { adding: BTreeMap::from([(0, vec![3])]), ..topic() };
        let growth = Growth { name: "t".to_owned(), count: 3, assignments: None };
        let refused = grown(moving, &growth, brokers()).unwrap_err();
        assert_eq!(refused.code, ErrorCode::REASSIGNMENT_IN_PROGRESS);
    }
}
