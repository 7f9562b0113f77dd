//! The files: which topics are to move, and which partitions move where.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::json;

use super::super::Failure;
use super::super::json::{Document, Error, Spot};
use super::{failed, joined};
use crate::kafka::types::TopicPartition;

/// Where a replica may lie that is to lie nowhere in particular.
const ANY_DIR: &str = "any";

/// A replica, `topic-0-1` in output.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Replica {
    pub(super) partition: TopicPartition,
    pub(super) broker: i32,
}

impl fmt::Display for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.partition, self.broker)
    }
}

/// The replicas of partitions.
pub(super) type Assignment = BTreeMap<TopicPartition, Vec<i32>>;

/// What is to move where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) partitions: Assignment,
    /// The folders of replicas that are to lie in a certain one.
    pub(super) dirs: BTreeMap<Replica, String>,
}

/// What the file of an action says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Read {
    Topics(Vec<String>),
    Plan(Plan),
    Nothing,
}

/// One partition of a file.
struct Entry {
    partition: TopicPartition,
    replicas: Vec<i32>,
    dirs: Vec<String>,
}

/// The topics that are to move.
pub(super) fn topics(document: &Document) -> Result<Vec<String>, Failure> {
    let names = || -> Result<Vec<String>, Error> {
        check_version(&document.root())?;
        let topics = document.root().field("topics")?.items()?;
        topics.iter().map(|topic| Ok(topic.field("topic")?.text()?.to_owned())).collect()
    };
    let names = names().map_err(failed)?;
    let twice = duplicates(&names);
    if !twice.is_empty() {
        let twice = twice.join(", ");
        let text = format!("List of topics to reassign contains duplicate entries: [{twice}]");
        return Err(failed(text));
    }
    Ok(names)
}

/// The moves of a file.
pub(super) fn plan(document: &Document) -> Result<Plan, Failure> {
    Ok(collect(entries(document).map_err(failed)?))
}

/// The same, where they are to be started: each partition once, each with different replicas.
pub(super) fn executable(document: &Document) -> Result<Plan, Failure> {
    let entries = entries(document).map_err(failed)?;
    if entries.is_empty() {
        return Err(failed("Partition reassignment list cannot be empty"));
    }
    if entries.iter().any(|entry| entry.replicas.is_empty()) {
        return Err(failed("Partition replica list cannot be empty"));
    }
    let names: Vec<String> = entries.iter().map(|entry| entry.partition.to_string()).collect();
    let twice = duplicates(&names);
    if !twice.is_empty() {
        return Err(failed(format!(
            "Partition reassignment contains duplicate topic partitions: {}",
            twice.join(",")
        )));
    }
    let repeated: Vec<String> = entries
        .iter()
        .filter_map(|entry| {
            let twice = duplicates(&entry.replicas);
            let name = &entry.partition;
            (!twice.is_empty())
                .then(|| format!("{name} contains multiple entries for {}", joined(twice)))
        })
        .collect();
    if !repeated.is_empty() {
        return Err(failed(format!(
            "Partition replica lists may not contain duplicate entries: {}",
            repeated.join(". ")
        )));
    }
    Ok(collect(entries))
}

fn check_version(root: &Spot<'_>) -> Result<(), Error> {
    let Some(version) = root.maybe("version") else { return Ok(()) };
    match version.number::<i64>()? {
        1 => Ok(()),
        other => Err(version.wrong(format!("Not supported version field value {other}"))),
    }
}

fn entries(document: &Document) -> Result<Vec<Entry>, Error> {
    check_version(&document.root())?;
    let partitions = document.root().field("partitions")?.items()?;
    partitions.iter().map(entry).collect()
}

fn entry(spot: &Spot<'_>) -> Result<Entry, Error> {
    let number: i32 = spot.field("partition")?.number()?;
    let partition = TopicPartition::new(spot.field("topic")?.text()?, number);
    let replicas: Vec<i32> = spot.field("replicas")?.numbers()?;
    let Some(listed) = spot.maybe("log_dirs") else {
        return Ok(Entry { partition, replicas, dirs: Vec::new() });
    };
    let dirs = listed.items()?;
    let dirs: Result<Vec<String>, Error> =
        dirs.iter().map(|dir| Ok(dir.text()?.to_owned())).collect();
    let dirs = dirs?;
    if dirs.len() != replicas.len() {
        let (given, named) = (format!("{replicas:?}"), dirs.join(", "));
        return Err(listed.wrong(format!(
            "Size of replicas list {given} is different from size of log dirs list [{named}] for \
             partition {partition}"
        )));
    }
    Ok(Entry { partition, replicas, dirs })
}

fn collect(entries: Vec<Entry>) -> Plan {
    let mut plan = Plan::default();
    for Entry { partition, replicas, dirs } in entries {
        for (broker, dir) in replicas.iter().zip(dirs) {
            if dir != ANY_DIR {
                let replica = Replica { partition: partition.clone(), broker: *broker };
                plan.dirs.insert(replica, dir);
            }
        }
        plan.partitions.insert(partition, replicas);
    }
    plan
}

/// What stands in a list more than once.
pub(super) fn duplicates<T: PartialEq + Clone>(items: &[T]) -> Vec<T> {
    let mut twice: Vec<T> = Vec::new();
    for (place, item) in items.iter().enumerate() {
        if items[..place].contains(item) && !twice.contains(item) {
            twice.push(item.clone());
        }
    }
    twice
}

/// An assignment as a file that can be executed.
pub(super) fn to_json(assignment: &Assignment) -> String {
    let entry = |(name, replicas): (&TopicPartition, &Vec<i32>)| {
        let topic: &str = &name.topic;
        let dirs = vec![ANY_DIR; replicas.len()];
        json!({
            "topic": topic,
            "partition": name.partition,
            "replicas": replicas,
            "log_dirs": dirs,
        })
    };
    let partitions: Vec<_> = assignment.iter().map(entry).collect();
    json!({"version": 1, "partitions": partitions}).to_string()
}
