//! Topics as text: Kafka 3.9's lines, Kafka 2.4's, JSON and tables. Values in, text out.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::super::common::{Format, table};
use super::args::Filters;
use crate::base::uuid::Uuid;

/// A topic as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Topic {
    pub(super) name: String,
    /// Zero where it has none.
    pub(super) id: Uuid,
    /// What is not a default, in the order it came.
    pub(super) configs: Vec<(String, String)>,
    pub(super) partitions: Vec<Partition>,
    pub(super) marked_for_deletion: bool,
}

/// A partition as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Partition {
    pub(super) id: i32,
    pub(super) leader: Option<i32>,
    /// Whether the leader is a broker that is there.
    pub(super) leader_lives: bool,
    pub(super) replicas: Vec<i32>,
    pub(super) isr: Vec<i32>,
    pub(super) adding: Vec<i32>,
    pub(super) removing: Vec<i32>,
    /// `min.insync.replicas` of the topic.
    pub(super) min_isr: Option<usize>,
}

impl Partition {
    fn passes(&self, filters: Filters) -> bool {
        if !filters.any() {
            return true;
        }
        // Replicas that are only being added are not missed yet.
        let wanted = self.replicas.len() - self.adding.len().min(self.replicas.len());
        let min_isr = self.min_isr.unwrap_or(1);
        filters.under_replicated && wanted > self.isr.len()
            || filters.unavailable && !(self.leader.is_some() && self.leader_lives)
            || filters.under_min_isr && (self.leader.is_none() || self.isr.len() < min_isr)
            || filters.at_min_isr && self.leader.is_some() && self.isr.len() == min_isr
    }
}

/// Which release's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    Kafka39,
    Kafka24,
}

/// Which parts are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) words: Words,
    pub(super) filters: Filters,
    /// Only topics with settings of their own, and not their partitions.
    pub(super) with_overrides: bool,
}

/// Describes topics.
pub(super) fn describe(topics: &[Topic], shown: Shown, format: Format) -> String {
    let topics: Vec<Topic> = topics
        .iter()
        .filter(|topic| !shown.with_overrides || !topic.configs.is_empty())
        .map(|topic| {
            let passing = topic.partitions.iter().filter(|p| p.passes(shown.filters));
            Topic { partitions: passing.cloned().collect(), ..topic.clone() }
        })
        .filter(|topic| !shown.filters.any() || !topic.partitions.is_empty())
        .collect();
    match format {
        Format::Text => text(&topics, shown),
        Format::Json => as_json(&topics, shown),
        Format::Table => as_table(&topics, shown),
    }
}

fn ids(ids: &[i32]) -> String {
    ids.iter().map(i32::to_string).collect::<Vec<_>>().join(",")
}

fn leader(partition: &Partition) -> String {
    partition.leader.map_or_else(|| "none".to_owned(), |leader| leader.to_string())
}

fn configs(topic: &Topic) -> String {
    let pairs = topic.configs.iter().map(|(key, value)| format!("{key}={value}"));
    pairs.collect::<Vec<_>>().join(",")
}

fn text(topics: &[Topic], shown: Shown) -> String {
    let mut out = String::new();
    for topic in topics {
        let marked = if topic.marked_for_deletion { "\tMarkedForDeletion: true" } else { "" };
        if !shown.filters.any() {
            let factor = topic.partitions.first().map_or(0, |p| p.replicas.len());
            let _ = write!(out, "Topic: {}\t", topic.name);
            if shown.words == Words::Kafka39 && topic.id != Uuid::ZERO {
                let _ = write!(out, "TopicId: {}\t", topic.id);
            }
            let _ = writeln!(
                out,
                "PartitionCount: {}\tReplicationFactor: {factor}\tConfigs: {}{marked}",
                topic.partitions.len(),
                configs(topic)
            );
        }
        if shown.with_overrides {
            continue;
        }
        for partition in &topic.partitions {
            let _ = write!(
                out,
                "\tTopic: {}\tPartition: {}\tLeader: {}\tReplicas: {}\tIsr: {}",
                topic.name,
                partition.id,
                leader(partition),
                ids(&partition.replicas),
                ids(&partition.isr)
            );
            if shown.words == Words::Kafka39 {
                if !partition.adding.is_empty() || !partition.removing.is_empty() {
                    let (adding, removing) = (ids(&partition.adding), ids(&partition.removing));
                    let _ =
                        write!(out, "\tAdding Replicas: {adding}\tRemoving Replicas: {removing}");
                }
                // Eligible leader replicas exist only without ZooKeeper (KIP-966).
                out.push_str("\tElr: N/A\tLastKnownElr: N/A");
            }
            let _ = writeln!(out, "{marked}");
        }
    }
    out
}

fn as_json(topics: &[Topic], shown: Shown) -> String {
    let mut out = String::new();
    for topic in topics {
        let mut object = Map::new();
        object.insert("topic".into(), json!(topic.name));
        if topic.id != Uuid::ZERO {
            object.insert("topic_id".into(), json!(topic.id.to_string()));
        }
        let configs: Map<String, Value> =
            topic.configs.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        object.insert("configs".into(), Value::Object(configs));
        if topic.marked_for_deletion {
            object.insert("marked_for_deletion".into(), json!(true));
        }
        if !shown.with_overrides {
            let partitions = topic.partitions.iter().map(partition_json).collect();
            object.insert("partitions".into(), Value::Array(partitions));
        }
        let _ = writeln!(out, "{}", Value::Object(object));
    }
    out
}

fn partition_json(partition: &Partition) -> Value {
    json!({
        "partition": partition.id,
        "leader": partition.leader,
        "replicas": partition.replicas,
        "isr": partition.isr,
        "adding_replicas": partition.adding,
        "removing_replicas": partition.removing,
    })
}

fn as_table(topics: &[Topic], shown: Shown) -> String {
    let mut out = String::new();
    if !shown.filters.any() {
        let mut summary = table(&["topic", "partitions", "replication", "configs"]);
        for topic in topics {
            let factor = topic.partitions.first().map_or(0, |p| p.replicas.len());
            summary.add_row([
                topic.name.clone(),
                topic.partitions.len().to_string(),
                factor.to_string(),
                configs(topic),
            ]);
        }
        let _ = writeln!(out, "{summary}");
    }
    if !shown.with_overrides {
        let mut partitions = table(&["topic", "partition", "leader", "replicas", "in sync"]);
        for topic in topics {
            for partition in &topic.partitions {
                partitions.add_row([
                    topic.name.clone(),
                    partition.id.to_string(),
                    leader(partition),
                    ids(&partition.replicas),
                    ids(&partition.isr),
                ]);
            }
        }
        let _ = writeln!(out, "{partitions}");
    }
    out
}

/// A name in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) marked_for_deletion: bool,
}

/// Lists topics.
pub(super) fn list(topics: &[Listed], words: Words, format: Format) -> String {
    let mut out = String::new();
    match format {
        Format::Text => {
            for Listed { name, marked_for_deletion } in topics {
                let marked = if *marked_for_deletion { " - marked for deletion" } else { "" };
                let _ = writeln!(out, "{name}{marked}");
            }
            // 3.9 joins the names and prints the line, even where there is none.
            if topics.is_empty() && words == Words::Kafka39 {
                out.push('\n');
            }
        }
        Format::Json => {
            for Listed { name, marked_for_deletion } in topics {
                let object = match marked_for_deletion {
                    true => json!({"topic": name, "marked_for_deletion": true}),
                    false => json!({"topic": name}),
                };
                let _ = writeln!(out, "{object}");
            }
        }
        Format::Table => {
            let mut names = table(&["topic"]);
            for Listed { name, .. } in topics {
                names.add_row([name]);
            }
            let _ = writeln!(out, "{names}");
        }
    }
    out
}
