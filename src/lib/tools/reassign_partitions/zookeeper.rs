//! Moves through ZooKeeper, as tools before Kafka 3.0 did: `/admin/reassign_partitions` says what is
//! to move, and the controller strikes from it what has arrived. The words are those of Kafka 2.4.

use std::collections::{BTreeMap, BTreeSet};

use super::super::keeper::{Keeper, Trouble};
use super::super::{Ended, Exit, Failure, Io};
use super::args::{Action, Execute};
use super::plan::{Assignment, Plan, Read};
use super::{brokers, execute, generate, joined, throttle};
use crate::base::rng::Rng;
use crate::kafka::metadata::entity::Entity;
use crate::kafka::metadata::znode;
use crate::kafka::types::TopicPartition;

/// Does what was asked.
pub(super) async fn act(servers: &str, action: &Action, io: &mut Io) -> Ended {
    let read = action.read(io)?;
    let keeper = Keeper::connect(servers, io).await.map_err(failed)?;
    let done = match (action, &read) {
        (Action::Generate(wanted), Read::Topics(topics)) => {
            let topics = topics.iter().cloned().collect();
            propose(&keeper, wanted, topics, io).await
        }
        (Action::Execute(how), Read::Plan(plan)) => start(&keeper, how, plan, io).await,
        (_, Read::Plan(plan)) => verify(&keeper, plan, io).await,
        _ => unreachable!("the rules of the options leave three actions"),
    };
    keeper.close().await;
    done.map(|()| Exit::OK)
}

/// A failure in the words of 2.4. That release then says that all went well; a script had better
/// know.
fn failed(why: impl std::fmt::Display) -> Failure {
    Failure::printed(format!("Partitions reassignment failed due to {why}"))
}

/// The replicas of all partitions of topics; missing topics have none.
async fn assignment(keeper: &Keeper, topics: BTreeSet<String>) -> Result<Assignment, Trouble> {
    let mut assignment = Assignment::new();
    for topic in topics {
        let found = keeper.assignment(&topic).await?.unwrap_or_default();
        let partitions = found.partitions.into_iter();
        assignment
            .extend(partitions.map(|(id, ids)| (TopicPartition::new(topic.as_str(), id), ids)));
    }
    Ok(assignment)
}

/// What the controller has still to do.
async fn under_way(keeper: &Keeper) -> Result<Option<Assignment>, Trouble> {
    let Some(data) = keeper.read(znode::REASSIGN_PARTITIONS).await? else { return Ok(None) };
    let moves = znode::reassignments::decode(&data)?.into_iter();
    Ok(Some(moves.map(|(topic, id, ids)| (TopicPartition::new(topic, id), ids)).collect()))
}

async fn propose(
    keeper: &Keeper,
    wanted: &super::args::Generate,
    topics: BTreeSet<String>,
    io: &mut Io,
) -> Result<(), Failure> {
    let current = assignment(keeper, topics).await.map_err(failed)?;
    let candidates = keeper.brokers().await.map_err(failed)?;
    let proposed = generate::propose(&current, candidates, wanted, &mut Rng::from_system())?;
    generate::print(&current, &proposed, io)
}

async fn start(keeper: &Keeper, how: &Execute, plan: &Plan, io: &mut Io) -> Result<(), Failure> {
    if !plan.dirs.is_empty() {
        return Err(failed(
            "bootstrap-server needs to be provided in order to reassign replica to the specified \
             log directory",
        ));
    }
    let topics = brokers::topics_of(plan.partitions.keys());
    let current = assignment(keeper, topics).await.map_err(failed)?;
    check(keeper, plan, &current).await?;
    let moves = under_way(keeper).await.map_err(failed)?;
    if let Some(moves) = moves {
        io.stdout.line("There is an existing assignment running.")?;
        return limit(keeper, how.throttle, &moves, &current, io).await;
    }
    execute::print_rollback(&current, io)?;
    if how.throttle.is_some() {
        io.stdout.line(
            "Warning: You must run Verify periodically, until the reassignment completes, to \
             ensure the throttle is removed. You can also alter the throttle by rerunning the \
             Execute command passing a new value.",
        )?;
    }
    limit(keeper, how.throttle, &plan.partitions, &current, io).await?;
    let moves =
        plan.partitions.iter().map(|(name, ids)| (&*name.topic, name.partition, ids.clone()));
    let data = znode::reassignments::encode(moves);
    let is_first = keeper.create(znode::REASSIGN_PARTITIONS, Some(data)).await.map_err(failed)?;
    match is_first {
        true => Ok(io.stdout.line("Successfully started reassignment of partitions.")?),
        false => Err(Failure::printed(format!(
            "Failed to reassign partitions {}",
            joined(plan.partitions.keys())
        ))),
    }
}

/// Partitions and brokers that are not there would have the controller do nothing, and say so in
/// its log only.
async fn check(keeper: &Keeper, plan: &Plan, current: &Assignment) -> Result<(), Failure> {
    let missing: Vec<_> =
        plan.partitions.keys().filter(|name| !current.contains_key(name)).collect();
    if !missing.is_empty() {
        return Err(failed(format!(
            "The proposed assignment contains non-existent partitions: {}",
            joined(missing)
        )));
    }
    let live = keeper.brokers().await.map_err(failed)?;
    let known = |id: &&i32| live.iter().any(|broker| broker.id == **id);
    let missing: BTreeSet<_> = plan.partitions.values().flatten().filter(|id| !known(id)).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(failed(format!(
            "The proposed assignment contains non-existent brokerIDs: {}",
            joined(missing)
        ))),
    }
}

/// Limits moves, where a rate was given.
async fn limit(
    keeper: &Keeper,
    rate: Option<i64>,
    moves: &Assignment,
    current: &Assignment,
    io: &mut Io,
) -> Result<(), Failure> {
    let Some(rate) = rate else { return Ok(()) };
    let moves: throttle::Moves = moves
        .iter()
        .map(|(name, target)| {
            let from = current.get(name).into_iter().flatten().copied().collect();
            (name.clone(), throttle::Move::new(from, target))
        })
        .collect();
    let mut changes: BTreeMap<Entity, Vec<(&str, String)>> = BTreeMap::new();
    for (topic, lists) in throttle::replicas(&moves) {
        let lists = throttle::REPLICAS.into_iter().zip(lists);
        changes.insert(Entity::Topic(topic), lists.collect());
    }
    for broker in throttle::moving_brokers(&moves) {
        let rates = throttle::RATES.map(|name| (name, rate.to_string()));
        changes.insert(Entity::Broker(Some(broker)), rates.to_vec());
    }
    for (entity, pairs) in changes {
        let mut settings = keeper.settings(&entity).await.map_err(failed)?;
        settings.extend(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)));
        keeper.set(&entity, &settings).await.map_err(failed)?;
    }
    Ok(io.stdout.line(&format!("The inter-broker throttle limit was set to {rate} B/s"))?)
}

async fn verify(keeper: &Keeper, plan: &Plan, io: &mut Io) -> Result<(), Failure> {
    io.stdout.line("Status of partition reassignment: ")?;
    let moves = under_way(keeper).await.map_err(failed)?.unwrap_or_default();
    let topics = brokers::topics_of(plan.partitions.keys());
    let current = assignment(keeper, topics.clone()).await.map_err(failed)?;
    let mut is_done = true;
    for (name, target) in &plan.partitions {
        let state = if moves.contains_key(name) {
            "is still in progress"
        } else if current.get(name) == Some(target) {
            "completed successfully"
        } else {
            "failed"
        };
        is_done &= !moves.contains_key(name);
        io.stdout.line(&format!("Reassignment of partition {name} {state}"))?;
    }
    match is_done {
        true => unlimit(keeper, topics, io).await,
        false => Ok(()),
    }
}

/// Takes throttles back, where there are some.
async fn unlimit(keeper: &Keeper, topics: BTreeSet<String>, io: &mut Io) -> Result<(), Failure> {
    let live = keeper.brokers().await.map_err(failed)?;
    let brokers = live.iter().map(|broker| Entity::Broker(Some(broker.id)));
    let mut changed = false;
    for entity in brokers.chain(topics.into_iter().map(Entity::Topic)) {
        let before = keeper.settings(&entity).await.map_err(failed)?;
        let mut settings = before.clone();
        let limits = throttle::RATES.iter().chain(&throttle::REPLICAS);
        limits.chain([&throttle::LOG_DIRS_RATE]).for_each(|name| {
            settings.remove(*name);
        });
        if settings != before {
            keeper.set(&entity, &settings).await.map_err(failed)?;
            changed = true;
        }
    }
    match changed {
        true => Ok(io.stdout.line("Throttle was removed.")?),
        false => Ok(()),
    }
}
