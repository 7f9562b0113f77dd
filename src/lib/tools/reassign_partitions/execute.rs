//! `--execute`: starts moves, and sets what they may cost.

use std::collections::BTreeMap;

use super::super::{Failure, Io};
use super::args::Execute;
use super::plan::{Assignment, Plan, to_json};
use super::{brokers, failed, joined, log_dirs, plural, throttle};
use crate::kafka::client::admin::{Admin, Reassignment};
use crate::kafka::types::TopicPartition;

/// What is said where something moves already.
const BUSY: &str = "Cannot execute because there is an existing partition assignment.  Use \
                    --additional to override this and create a new partition assignment in \
                    addition to the existing one. The --additional flag can also be used to change \
                    the throttle by resubmitting the current reassignment.";

/// Starts the moves.
pub(super) async fn execute(
    admin: &Admin,
    how: &Execute,
    plan: &Plan,
    io: &mut Io,
) -> Result<(), Failure> {
    let moves = admin.list_reassignments(None).await.map_err(brokers::broken)?;
    if !how.additional && !moves.is_empty() {
        return Err(Failure::printed(BUSY));
    }
    let live = brokers::live(admin).await?;
    let mut named = plan.partitions.values().flatten();
    if let Some(unknown) = named.find(|id| !live.contains_key(id)) {
        return Err(failed(format!("Unknown broker id {unknown}")));
    }
    let current = current(admin, plan).await?;
    print_rollback(&current, io)?;
    if how.throttle.is_some() || how.log_dirs_throttle.is_some() {
        io.stdout.line(
            "Warning: You must run --verify periodically, until the reassignment completes, to \
             ensure the throttle is removed.",
        )?;
    }
    if let Some(rate) = how.throttle {
        throttle::limit(admin, &throttled(&moves, plan, &current), rate, io).await?;
    }
    if let Some(rate) = how.log_dirs_throttle {
        throttle::limit_log_dirs(admin, plan, rate, io).await?;
    }
    start(admin, &plan.partitions).await?;
    let started = plan.partitions.len();
    io.stdout.line(&format!(
        "Successfully started partition reassignment{} for {}",
        plural(started),
        joined(plan.partitions.keys())
    ))?;
    match plan.dirs.is_empty() {
        true => Ok(()),
        false => log_dirs::start(admin, &plan.dirs, how.timeout, io).await,
    }
}

/// The replicas of what is to move; all of it must be there.
async fn current(admin: &Admin, plan: &Plan) -> Result<Assignment, Failure> {
    let topics = brokers::topics_of(plan.partitions.keys());
    let mut current = brokers::assignment(admin, topics).await?;
    current.retain(|name, _| plan.partitions.contains_key(name));
    let missing: Vec<String> = plan
        .partitions
        .keys()
        .filter(|name| !current.contains_key(name))
        .map(TopicPartition::to_string)
        .collect();
    match missing.is_empty() {
        true => Ok(current),
        false => Err(failed(format!(
            "org.apache.kafka.common.errors.UnknownTopicOrPartitionException: Unable to find \
             partition: {}",
            missing.join(", ")
        ))),
    }
}

/// Prints how to go back.
pub(super) fn print_rollback(current: &Assignment, io: &mut Io) -> Result<(), Failure> {
    io.stdout.line("Current partition replica assignment")?;
    io.stdout.line("")?;
    io.stdout.line(&to_json(current))?;
    io.stdout.line("")?;
    io.stdout.line("Save this to use as the --reassignment-json-file option during rollback")?;
    Ok(io.stdout.flush()?)
}

/// What is throttled: the moves that run, and those that are about to start. Of a partition that
/// moves already, those that have it are those that had it when it set out.
fn throttled(
    moves: &BTreeMap<TopicPartition, Reassignment>,
    plan: &Plan,
    current: &Assignment,
) -> throttle::Moves {
    let mut throttled: throttle::Moves = moves
        .iter()
        .map(|(name, it)| {
            let from = it.replicas.iter().filter(|id| !it.adding.contains(id)).copied();
            (name.clone(), throttle::Move::new(from.collect(), &it.adding))
        })
        .collect();
    for (name, target) in &plan.partitions {
        let from = match throttled.get(name) {
            Some(running) => running.from.clone(),
            None => current.get(name).into_iter().flatten().copied().collect(),
        };
        throttled.insert(name.clone(), throttle::Move::new(from, target));
    }
    throttled
}

async fn start(admin: &Admin, partitions: &Assignment) -> Result<(), Failure> {
    let wanted = partitions.iter().map(|(name, ids)| (name.clone(), Some(ids.clone()))).collect();
    let outcomes = admin.alter_reassignments(&wanted).await.map_err(brokers::broken)?;
    let refused: BTreeMap<_, _> =
        outcomes.into_iter().filter_map(|(name, outcome)| Some((name, outcome.err()?))).collect();
    match refused.is_empty() {
        true => Ok(()),
        false => {
            let lines: Vec<String> =
                refused.iter().map(|(name, failure)| format!("{name}: {failure}")).collect();
            let lines = lines.join("\n");
            Err(Failure::printed(format!("Error reassigning partition(s):\n{lines}")))
        }
    }
}
