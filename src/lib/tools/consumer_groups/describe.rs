//! Describing groups: what is asked of whom, and what is said beside the tables.

use std::collections::{BTreeMap, BTreeSet};

use super::super::common::Format;
use super::super::{Failure, Io};
use super::args::View;
use super::show::{self, Owner, Row};
use super::{broken, brokers, failed};
use crate::kafka::client::Topics;
use crate::kafka::client::admin::{Admin, CommittedOffset, GroupDescription, OffsetSpec};
use crate::kafka::types::TopicPartition;
use crate::tools::exceptions;

/// Describes groups, one after the other.
pub(super) async fn describe(
    admin: &Admin,
    ids: &[String],
    view: View,
    format: Format,
    io: &mut Io,
) -> Result<(), Failure> {
    for group in brokers::described(admin, ids).await? {
        let rows = match view {
            View::Offsets if group.state != "Dead" => rows(admin, &group).await?,
            _ => Vec::new(),
        };
        let lives = announce(&group, format, io)?;
        let text = match view {
            View::Offsets if rows.is_empty() => String::new(),
            View::Offsets => show::offsets(&group.id, &rows, format),
            // Even of a group that is not there: 3.9 prints the head of the table.
            View::Members { verbose } => show::members(&group, verbose, format),
            View::State if !lives => String::new(),
            View::State => {
                let cluster = admin.client().cluster();
                let broker = cluster.brokers.get(&group.coordinator);
                let place = broker.map(|it| (it.address.host.as_str(), it.address.port));
                show::state(&group, place, format)
            }
        };
        io.print(&text)?;
    }
    Ok(())
}

/// Says what is special about a group, and whether it is there at all.
fn announce(group: &GroupDescription, format: Format, io: &mut Io) -> Result<bool, Failure> {
    let id = &group.id;
    match group.state.as_str() {
        "Dead" => {
            let text = format!("\nError: Consumer group '{id}' does not exist.");
            match format {
                Format::Json => io.complain(text.trim_start())?,
                Format::Text | Format::Table => io.stdout.line(&text)?,
            }
            return Ok(false);
        }
        "Empty" => io.complain(&format!("\nConsumer group '{id}' has no active members."))?,
        "PreparingRebalance" | "CompletingRebalance" | "Assigning" | "Reconciling" => {
            io.complain(&format!("\nWarning: Consumer group '{id}' is rebalancing."))?;
        }
        "Stable" => {}
        other => {
            let text = format!("Expected a valid consumer group state, but found '{other}'.");
            return Err(failed(text));
        }
    }
    Ok(true)
}

/// What a group has committed and what is there. Members with most partitions come first, then
/// what nobody reads.
async fn rows(admin: &Admin, group: &GroupDescription) -> Result<Vec<Row>, Failure> {
    let committed = committed(admin, &group.id).await?;
    let mut members: Vec<_> = group.members.iter().collect();
    members.sort_by_key(|member| std::cmp::Reverse(member.assignment.len()));
    let mut read: Vec<(TopicPartition, Option<Owner>)> = Vec::new();
    for member in members {
        let owner = Owner {
            consumer_id: member.id.clone(),
            host: member.host.clone(),
            client_id: member.client_id.clone(),
        };
        let assigned: BTreeSet<&TopicPartition> = member.assignment.iter().collect();
        read.extend(assigned.into_iter().map(|it| (it.clone(), Some(owner.clone()))));
    }
    let owned: BTreeSet<TopicPartition> = read.iter().map(|(it, _)| it.clone()).collect();
    let unread = committed.keys().filter(|it| !owned.contains(it));
    read.extend(unread.map(|it| (it.clone(), None)));

    let partitions: Vec<TopicPartition> = read.iter().map(|(it, _)| it.clone()).collect();
    let ends = ends(admin, &partitions).await?;
    let row = |(partition, owner): (TopicPartition, Option<Owner>)| Row {
        topic: partition.topic.to_string(),
        partition: partition.partition,
        current: committed.get(&partition).map(|it| it.offset),
        end: ends.get(&partition).copied(),
        owner,
    };
    Ok(read.into_iter().map(row).collect())
}

/// All that a group has committed.
pub(super) async fn committed(
    admin: &Admin,
    group: &str,
) -> Result<BTreeMap<TopicPartition, CommittedOffset>, Failure> {
    let mut committed = BTreeMap::new();
    for (partition, outcome) in admin.committed_offsets(group, None).await.map_err(broken)? {
        let found = outcome.map_err(|failure| failed(exceptions::of_failure(&failure)))?;
        if let Some(offset) = found {
            committed.insert(partition, offset);
        }
    }
    Ok(committed)
}

/// Where the logs end, of those that can be asked: a topic may be gone, a leader away.
pub(super) async fn ends(
    admin: &Admin,
    partitions: &[TopicPartition],
) -> Result<BTreeMap<TopicPartition, i64>, Failure> {
    let mut topics: Vec<String> = partitions.iter().map(|it| it.topic.to_string()).collect();
    topics.dedup();
    let cluster = admin.client().refresh(Topics::Named(&topics), false).await.map_err(broken)?;
    let led = partitions.iter().filter(|it| cluster.leader(&it.topic, it.partition).is_some());
    let wanted: Vec<_> = led.map(|it| (it.clone(), OffsetSpec::Latest)).collect();
    let found = admin.list_offsets(&wanted, false).await.map_err(broken)?;
    let end = |(partition, outcome): (TopicPartition, Result<_, _>)| {
        let found: crate::kafka::client::admin::FoundOffset = outcome.ok()?;
        Some((partition, found.offset?))
    };
    Ok(found.into_iter().filter_map(end).collect())
}
