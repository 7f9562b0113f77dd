//! What moves may cost: a rate on the brokers, and on the topics which replicas it is for (KIP-73).

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Failure, Io};
use super::plan::{Plan, Replica};
use super::{brokers, joined, plural};
use crate::kafka::client::admin::{Admin, Alteration, Operation, Resource};
use crate::kafka::types::TopicPartition;

/// The rates of brokers: to followers, from leaders.
pub(super) const RATES: [&str; 2] =
    ["leader.replication.throttled.rate", "follower.replication.throttled.rate"];
/// The rate of moves between a broker's folders.
pub(super) const LOG_DIRS_RATE: &str = "replica.alter.log.dirs.io.max.bytes.per.second";
/// The replicas of topics: those that send, those that take.
pub(super) const REPLICAS: [&str; 2] =
    ["leader.replication.throttled.replicas", "follower.replication.throttled.replicas"];

/// A partition's way: who has it, who gets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) from: BTreeSet<i32>,
    pub(super) to: BTreeSet<i32>,
}

/// All of them.
pub(super) type Moves = BTreeMap<TopicPartition, Move>;

impl Move {
    /// From those who have it to those of `target` who do not.
    pub(super) fn new(from: BTreeSet<i32>, target: &[i32]) -> Move {
        let to = target.iter().copied().filter(|id| !from.contains(id)).collect();
        Move { from, to }
    }
}

/// What is set for topics: the replicas that send and those that take, as `partition:broker`.
pub(super) fn replicas(moves: &Moves) -> BTreeMap<String, [String; 2]> {
    let mut topics: BTreeMap<String, [Vec<String>; 2]> = BTreeMap::new();
    for (name, Move { from, to }) in moves {
        let listed = topics.entry(name.topic.to_string()).or_default();
        for (list, ids) in listed.iter_mut().zip([from, to]) {
            list.extend(ids.iter().map(|id| format!("{}:{id}", name.partition)));
        }
    }
    topics.into_iter().map(|(topic, lists)| (topic, lists.map(|list| list.join(",")))).collect()
}

/// The brokers that send or take.
pub(super) fn moving_brokers(moves: &Moves) -> BTreeSet<i32> {
    moves.values().flat_map(|it| it.from.iter().chain(&it.to)).copied().collect()
}

fn set(name: &str, value: impl ToString) -> Alteration {
    let (name, value) = (name.to_owned(), Some(value.to_string()));
    Alteration { name, operation: Operation::Set, value }
}

fn unset(name: &str) -> Alteration {
    Alteration { name: name.to_owned(), operation: Operation::Delete, value: None }
}

/// Limits moves between brokers to `rate` bytes a second on each of them.
pub(super) async fn limit(
    admin: &Admin,
    moves: &Moves,
    rate: i64,
    io: &mut Io,
) -> Result<(), Failure> {
    let mut changes = Vec::new();
    for (topic, lists) in replicas(moves) {
        let lists = REPLICAS.iter().zip(lists).filter(|(_, list)| !list.is_empty());
        let alterations: Vec<_> = lists.map(|(name, list)| set(name, list)).collect();
        changes.push((Resource::topic(topic), alterations));
    }
    for broker in moving_brokers(moves) {
        let alterations = RATES.map(|name| set(name, rate)).to_vec();
        changes.push((Resource::broker(Some(broker)), alterations));
    }
    brokers::alter_configs(admin, &changes).await?;
    Ok(io.stdout.line(&format!("The inter-broker throttle limit was set to {rate} B/s"))?)
}

/// Limits moves between the folders of each broker that has some.
pub(super) async fn limit_log_dirs(
    admin: &Admin,
    plan: &Plan,
    rate: i64,
    io: &mut Io,
) -> Result<(), Failure> {
    let moving: BTreeSet<i32> = plan.dirs.keys().map(|Replica { broker, .. }| *broker).collect();
    let changes = moving.into_iter().map(|id| {
        let alterations = vec![set(LOG_DIRS_RATE, rate)];
        (Resource::broker(Some(id)), alterations)
    });
    let changes: Vec<_> = changes.collect();
    brokers::alter_configs(admin, &changes).await?;
    Ok(io.stdout.line(&format!("The replica-alter-dir throttle limit was set to {rate} B/s"))?)
}

/// Takes all limits back: of the brokers that are there or named, and of the topics named.
pub(super) async fn clear(admin: &Admin, plan: &Plan, io: &mut Io) -> Result<(), Failure> {
    let live = brokers::live(admin).await?;
    let named = plan.partitions.values().flatten().copied();
    let all: BTreeSet<i32> = live.keys().copied().chain(named).collect();
    let text =
        format!("Clearing broker-level throttles on broker{} {}", plural(all.len()), joined(&all));
    io.stdout.line(&text)?;
    let limits = || RATES.iter().chain([&LOG_DIRS_RATE]).map(|name| unset(name)).collect();
    let changes: Vec<_> = live.keys().map(|id| (Resource::broker(Some(*id)), limits())).collect();
    brokers::alter_configs(admin, &changes).await?;
    let away: Vec<_> = all.iter().filter(|id| !live.contains_key(id)).collect();
    if !away.is_empty() {
        // Only a broker itself takes its settings.
        let text = format!(
            "broker{} {} cannot be reached, and keeps what throttle there is",
            plural(away.len()),
            joined(away)
        );
        io.complain(&text)?;
    }
    let topics = brokers::topics_of(plan.partitions.keys());
    let text = format!(
        "Clearing topic-level throttles on topic{} {}",
        plural(topics.len()),
        joined(&topics)
    );
    io.stdout.line(&text)?;
    let there = admin.list_topics().await.map_err(brokers::broken)?;
    let topics = topics.iter().filter(|name| there.iter().any(|it| it.name == **name));
    let changes: Vec<_> =
        topics.map(|name| (Resource::topic(name.as_str()), REPLICAS.map(unset).to_vec())).collect();
    brokers::alter_configs(admin, &changes).await
}
