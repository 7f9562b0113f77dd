//! Resetting the offsets of groups without members.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::common::Format;
use super::super::{Failure, Io};
use super::args::{Groups, Reset, Scenario, Scope};
use super::plan::{self, Plan, Wanted};
use super::{broken, brokers, describe, failed};
use crate::base::error::Chain;
use crate::kafka::client::admin::{Admin, CommittedOffset, OffsetSpec};
use crate::kafka::types::TopicPartition;
use crate::tools::exceptions;

/// The logger whose lines Kafka's tool writes.
const LOGGER: &str = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";

/// Plans a reset of each group, does it where that is wanted, and shows the plans.
pub(super) async fn reset(
    admin: &Admin,
    asked: &Reset,
    format: Format,
    io: &mut Io,
) -> Result<(), Failure> {
    let only = match &asked.groups {
        Groups::Named(ids) => <&[String; 1]>::try_from(ids.as_slice()).ok().map(|[id]| id.as_str()),
        Groups::All => None,
    };
    let from_file = match &asked.scenario {
        Scenario::FromFile(file) => Some(read(file, only, io)?),
        _ => None,
    };
    let ids = brokers::ids(admin, &asked.groups).await?;
    let mut plans: BTreeMap<String, Plan> = BTreeMap::new();
    for group in brokers::described(admin, &ids).await? {
        if group.state != "Empty" && group.state != "Dead" {
            let text = format!(
                "Assignments can only be reset if the group '{}' is inactive, but the current \
                 state is {}.",
                group.id, group.state
            );
            refuse(&text, format, io)?;
            plans.insert(group.id, Plan::new());
            continue;
        }
        let plan = match &from_file {
            Some(file) => match file.get(&group.id) {
                Some(wanted) => within(admin, wanted.clone()).await?,
                None => {
                    let text = format!("No reset plan for group {} found", group.id);
                    refuse(&text, format, io)?;
                    Plan::new()
                }
            },
            None => plan(admin, &group.id, asked, io).await?,
        };
        if asked.execute {
            commit(admin, &group.id, &plan).await?;
        }
        plans.insert(group.id, plan);
    }
    if asked.export {
        // The empty line at the end is what Kafka prints.
        io.stdout.line(&plan::to_csv(&plans, only.is_none()))?;
    } else {
        io.print(&plan::show(&plans, format))?;
    }
    Ok(())
}

/// Says why a group is left alone, where it does not spoil what a program reads.
fn refuse(text: &str, format: Format, io: &mut Io) -> Result<(), Failure> {
    match format {
        Format::Json => io.complain(&format!("Error: {text}"))?,
        Format::Text | Format::Table => io.stdout.line(&format!("\nError: {text}"))?,
    }
    Ok(())
}

fn read(file: &str, only: Option<&str>, io: &Io) -> Result<BTreeMap<String, Wanted>, Failure> {
    let text = io.disk.read_text(Path::new(file)).map_err(|error| failed(Chain(&error)))?;
    plan::from_csv(&text, only).map_err(|error| failed(format!("{file}: {error}")))
}

async fn commit(admin: &Admin, group: &str, plan: &Plan) -> Result<(), Failure> {
    let offsets: Vec<_> = plan.iter().map(|(it, to)| (it.clone(), to.clone())).collect();
    if offsets.is_empty() {
        return Ok(());
    }
    let outcomes = admin.alter_offsets(group, &offsets).await.map_err(broken)?;
    let refused = outcomes.into_iter().find_map(|(_, outcome)| outcome.err());
    refused.map_or(Ok(()), |refused| Err(failed(exceptions::of_failure(&refused))))
}

/// Where the partitions of a group go.
async fn plan(admin: &Admin, group: &str, asked: &Reset, io: &mut Io) -> Result<Plan, Failure> {
    let committed = match (&asked.scope, &asked.scenario) {
        (Scope::AllTopics, _) | (_, Scenario::ShiftBy(_) | Scenario::ToCurrent) => {
            describe::committed(admin, group).await?
        }
        _ => BTreeMap::new(),
    };
    let partitions: Vec<TopicPartition> = match &asked.scope {
        Scope::AllTopics => committed.keys().cloned().collect(),
        Scope::Topics(topics) => {
            let mut all = Vec::new();
            for (_, found) in brokers::partitions(admin, topics).await? {
                all.extend(found.map_err(|failure| failed(exceptions::of_failure(&failure)))?);
            }
            all
        }
        Scope::File => Vec::new(),
    };
    match asked.scenario {
        Scenario::ToOffset(offset) => {
            within(admin, partitions.into_iter().map(|it| (it, offset)).collect()).await
        }
        Scenario::ToEarliest => Ok(plain(find(admin, &partitions, OffsetSpec::Earliest).await?)),
        Scenario::ToLatest => Ok(plain(find(admin, &partitions, OffsetSpec::Latest).await?)),
        Scenario::ShiftBy(count) => within(admin, shifted(partitions, &committed, count)?).await,
        Scenario::At(time) => at(admin, partitions, time, io).await,
        Scenario::Ago(before) => {
            let time = io.clock.wall_ms().saturating_sub(before);
            at(admin, partitions, time, io).await
        }
        Scenario::ToCurrent => current(admin, partitions, committed).await,
        Scenario::FromFile(_) => unreachable!("the file has the plans"),
    }
}

fn plain(offsets: Wanted) -> Plan {
    let to = |offset| CommittedOffset { offset, ..CommittedOffset::default() };
    offsets.into_iter().map(|(partition, offset)| (partition, to(offset))).collect()
}

fn shifted(
    partitions: Vec<TopicPartition>,
    committed: &Plan,
    count: i64,
) -> Result<Wanted, Failure> {
    let shift = |partition: TopicPartition| match committed.get(&partition) {
        Some(from) => Ok((partition, from.offset.saturating_add(count))),
        None => Err(Failure::usage(format!(
            "Cannot shift offset for partition {partition} since there is no current committed \
             offset"
        ))),
    };
    partitions.into_iter().map(shift).collect()
}

/// What is committed as it is; elsewhere the end.
async fn current(
    admin: &Admin,
    partitions: Vec<TopicPartition>,
    mut committed: Plan,
) -> Result<Plan, Failure> {
    let (known, unknown): (Vec<_>, Vec<_>) =
        partitions.into_iter().partition(|it| committed.contains_key(it));
    let mut plan = plain(find(admin, &unknown, OffsetSpec::Latest).await?);
    plan.extend(known.into_iter().filter_map(|it| committed.remove_entry(&it)));
    Ok(plan)
}

/// The first records at or after a time; the end where there are none.
async fn at(
    admin: &Admin,
    partitions: Vec<TopicPartition>,
    time: i64,
    io: &mut Io,
) -> Result<Plan, Failure> {
    // Negative times would ask for something else.
    let mut found = find(admin, &partitions, OffsetSpec::At(time.max(0))).await?;
    let (_, late): (Vec<_>, Vec<_>) = partitions.into_iter().partition(|it| found.contains_key(it));
    for TopicPartition { topic, partition } in &late {
        // To standard output, as Kafka has it; a program that reads plans asks for JSON or CSV.
        io.stdout.line(&format!(
            "\nWarn: Partition {partition} from topic {topic} is empty. Falling back to latest \
             known offset."
        ))?;
    }
    found.extend(find(admin, &late, OffsetSpec::Latest).await?);
    Ok(plain(found))
}

/// The offsets themselves, held between the ends of their partitions.
async fn within(admin: &Admin, wanted: Wanted) -> Result<Plan, Failure> {
    let partitions: Vec<TopicPartition> = wanted.keys().cloned().collect();
    let first = find(admin, &partitions, OffsetSpec::Earliest).await?;
    let end = find(admin, &partitions, OffsetSpec::Latest).await?;
    let mut held = Wanted::new();
    for (partition, offset) in wanted {
        let (Some(first), Some(end)) = (first.get(&partition), end.get(&partition)) else {
            let text =
                format!("Unexpected non-existing offset value for topic partition {partition}");
            return Err(Failure::usage(text));
        };
        let (offset, warning) = plan::clamp(&partition, offset, *first, *end);
        if let Some(warning) = warning {
            tracing::warn!(target: LOGGER, "{warning}");
        }
        held.insert(partition, offset);
    }
    Ok(plain(held))
}

/// Asks the leaders. A partition of which there is no such offset is left out.
async fn find(
    admin: &Admin,
    partitions: &[TopicPartition],
    spec: OffsetSpec,
) -> Result<Wanted, Failure> {
    let mut found = Wanted::new();
    if partitions.is_empty() {
        return Ok(found);
    }
    let wanted: Vec<_> = partitions.iter().map(|it| (it.clone(), spec)).collect();
    for (partition, outcome) in admin.list_offsets(&wanted, false).await.map_err(broken)? {
        let outcome = outcome.map_err(|failure| {
            failed(format!("{partition}: {}", exceptions::of_failure(&failure)))
        })?;
        if let Some(offset) = outcome.offset {
            found.insert(partition, offset);
        }
    }
    Ok(found)
}
