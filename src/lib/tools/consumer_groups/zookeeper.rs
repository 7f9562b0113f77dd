//! The groups of consumers before Kafka 0.9, which keep them in ZooKeeper. The words are those of
//! Kafka 0.10.
//!
//! Below `/consumers/<group>` lie `ids`, one for each consumer that runs; `owners/<topic>`, who
//! reads which partition; `offsets/<topic>`, a number for each partition.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use super::super::common::Format;
use super::super::keeper::Keeper;
use super::super::{Ended, Exit, Failure, Io, clients};
use super::args::{Action, Args, Groups};
use super::describe;
use super::show::{self, Owner, Row};
use crate::config::Properties;
use crate::config::broker::SecurityProtocol;
use crate::kafka::client::Client;
use crate::kafka::client::admin::{Admin, GroupListing};
use crate::kafka::metadata::broker::Registration;
use crate::kafka::metadata::znode::{self, TopicAssignment};
use crate::kafka::types::TopicPartition;

/// Where the groups are.
const GROUPS: &str = "/consumers";

/// Does what was asked.
pub(super) async fn act(servers: &str, args: &Args, io: &mut Io) -> Ended {
    let keeper = Keeper::connect(servers, io).await.map_err(failed)?;
    let done = match &args.action {
        Action::List { .. } => list(&keeper, args.format, io).await,
        Action::Describe { groups: Groups::Named(ids), .. } => {
            describe_group(&keeper, ids.first().map_or("", String::as_str), args, io).await
        }
        Action::DeleteOld { groups, topic } => delete(&keeper, groups, topic.as_deref(), io).await,
        other => unreachable!("not with ZooKeeper: {other:?}"),
    };
    keeper.close().await;
    done.map(|()| Exit::OK)
}

fn failed(why: impl std::fmt::Display) -> Failure {
    Failure::printed(format!("Error while executing consumer group command {why}")).code(0)
}

/// The names below a node.
async fn names(keeper: &Keeper, path: &str) -> Result<Vec<String>, Failure> {
    keeper.names(path).await.map_err(failed)
}

/// A node's content as text.
async fn read(keeper: &Keeper, path: &str) -> Result<Option<String>, Failure> {
    let data = keeper.read(path).await.map_err(failed)?;
    Ok(data.map(|data| String::from_utf8_lossy(&data).into_owned()))
}

async fn list(keeper: &Keeper, format: Format, io: &mut Io) -> Result<(), Failure> {
    let group = |id| GroupListing {
        id,
        protocol_type: String::new(),
        state: String::new(),
        kind: String::new(),
    };
    let groups: Vec<GroupListing> = names(keeper, GROUPS).await?.into_iter().map(group).collect();
    Ok(io.print(&show::list(&groups, show::Columns::default(), format))?)
}

/// The topics that a group reads or has read.
async fn topics(keeper: &Keeper, group: &str) -> Result<BTreeSet<String>, Failure> {
    let owned = names(keeper, &format!("{GROUPS}/{group}/owners")).await?;
    let read = names(keeper, &format!("{GROUPS}/{group}/offsets")).await?;
    Ok(owned.into_iter().chain(read).collect())
}

async fn describe_group(
    keeper: &Keeper,
    group: &str,
    args: &Args,
    io: &mut Io,
) -> Result<(), Failure> {
    let topics = topics(keeper, group).await?;
    if topics.is_empty() {
        return Ok(io.stdout.line("No topic available for consumer group provided")?);
    }
    let mut rows = Vec::new();
    for topic in topics {
        let Some(json) = read(keeper, &znode::topic_path(&topic)).await? else { continue };
        let assignment = TopicAssignment::decode(json.as_bytes()).map_err(failed)?;
        for partition in assignment.partitions.into_keys() {
            let offset = znode::consumer_offset_path(group, &topic, partition);
            let owner = format!("{GROUPS}/{group}/owners/{topic}/{partition}");
            let owner = read(keeper, &owner).await?;
            rows.push(Row {
                topic: topic.clone(),
                partition,
                current: read(keeper, &offset).await?.and_then(|text| text.trim().parse().ok()),
                end: None,
                owner: owner.map(|consumer_id| Owner { consumer_id, ..Owner::default() }),
            });
        }
    }
    let ends = ends(keeper, &rows, args, io).await?;
    for row in &mut rows {
        row.end = ends.get(&TopicPartition::new(row.topic.as_str(), row.partition)).copied();
    }
    let text = match args.format {
        Format::Text => old_text(group, &rows),
        format => show::offsets(group, &rows, format),
    };
    Ok(io.print(&text)?)
}

/// Where the logs end, as the brokers that are registered say; nothing where they do not.
async fn ends(
    keeper: &Keeper,
    rows: &[Row],
    args: &Args,
    io: &mut Io,
) -> Result<BTreeMap<TopicPartition, i64>, Failure> {
    let mut addresses = Vec::new();
    for name in names(keeper, znode::BROKER_IDS).await? {
        let Ok(id) = name.parse() else { continue };
        if let Some(json) = read(keeper, &znode::broker_id_path(id)).await? {
            let registration = Registration::from_json(json.as_bytes()).map_err(failed)?;
            let mut plain = registration
                .endpoints
                .iter()
                .filter(|it| it.protocol == SecurityProtocol::Plaintext);
            addresses.extend(plain.next().map(|it| format!("{}:{}", it.host, it.port)));
        }
    }
    if addresses.is_empty() {
        return Ok(BTreeMap::new());
    }
    let options = crate::kafka::client::Options {
        call_timeout: Duration::from_millis(args.timeout_ms),
        ..clients::options(&addresses.join(","), &Properties::new(), io)?
    };
    let admin = Admin::over(Client::new(options));
    let partition = |row: &Row| TopicPartition::new(row.topic.as_str(), row.partition);
    let partitions: Vec<TopicPartition> = rows.iter().map(partition).collect();
    Ok(describe::ends(&admin, &partitions).await.unwrap_or_default())
}

/// The table as it was then: all columns as wide as ever, and words in place of dashes.
pub(super) fn old_text(group: &str, rows: &[Row]) -> String {
    let mut out = String::new();
    let mut line = |cells: [&str; 7]| {
        let [group, topic, partition, current, end, lag, owner] = cells;
        let _ = writeln!(
            out,
            "{group:<30} {topic:<30} {partition:<10} {current:<15} {end:<15} {lag:<15} {owner}"
        );
    };
    line(["GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "OWNER"]);
    let known = |number: Option<i64>| number.map_or("unknown".to_owned(), |it| it.to_string());
    for row in rows {
        line([
            group,
            &row.topic,
            &row.partition.to_string(),
            &known(row.current),
            &known(row.end),
            &known(row.lag()),
            row.owner.as_ref().map_or("none", |owner| &owner.consumer_id),
        ]);
    }
    out
}

async fn delete(
    keeper: &Keeper,
    groups: &[String],
    topic: Option<&str>,
    io: &mut Io,
) -> Result<(), Failure> {
    match topic {
        Some(topic) if groups.is_empty() => {
            for group in names(keeper, GROUPS).await? {
                if topics(keeper, &group).await?.contains(topic) {
                    forget(keeper, &group, Some(topic)).await?;
                }
            }
            io.stdout.line(&format!(
                "Deleted consumer group information for all inactive consumer groups for topic \
                 {topic} in zookeeper."
            ))?;
        }
        topic => {
            for group in groups {
                let outcome = forget(keeper, group, topic).await?;
                io.stdout.line(&outcome.text(group, topic))?;
            }
        }
    }
    Ok(())
}

/// What became of a group that was to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Deleted,
    Active,
    Missing,
}

impl Outcome {
    /// What 0.10 printed then.
    pub(super) fn text(self, group: &str, topic: Option<&str>) -> String {
        let of_topic = topic.map(|topic| format!(" topic {topic}")).unwrap_or_default();
        match self {
            Outcome::Deleted if topic.is_none() => {
                format!("Deleted all consumer group information for group {group} in zookeeper.")
            }
            Outcome::Deleted => format!(
                "Deleted consumer group information for group {group}{of_topic} in zookeeper."
            ),
            Outcome::Active => format!(
                "Delete for group {group}{of_topic} failed because its consumers are still active."
            ),
            Outcome::Missing => {
                format!("Delete for group {group}{of_topic} failed because group does not exist.")
            }
        }
    }
}

/// Deletes a group nobody is in, or one topic of it; the last topic takes the group with it.
async fn forget(keeper: &Keeper, group: &str, topic: Option<&str>) -> Result<Outcome, Failure> {
    let root = format!("{GROUPS}/{group}");
    if !keeper.exists(&root).await.map_err(failed)? {
        return Ok(Outcome::Missing);
    }
    if !names(keeper, &format!("{root}/ids")).await?.is_empty() {
        return Ok(Outcome::Active);
    }
    match topic {
        Some(topic) if topics(keeper, group).await?.iter().any(|it| it != topic) => {
            for below in ["owners", "offsets"] {
                keeper.delete_all(format!("{root}/{below}/{topic}")).await.map_err(failed)?;
            }
        }
        _ => keeper.delete_all(root).await.map_err(failed)?,
    }
    Ok(Outcome::Deleted)
}
