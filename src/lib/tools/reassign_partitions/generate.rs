//! `--generate`: proposes replicas for all partitions of topics, spread over a list of brokers.

use std::collections::BTreeMap;

use super::super::{Failure, Io};
use super::args::Generate;
use super::plan::{Assignment, to_json};
use super::{brokers, failed};
use crate::base::rng::Rng;
use crate::kafka::client::admin::Admin;
use crate::kafka::metadata::topic::{Candidate, Start, assign};
use crate::kafka::types::TopicPartition;

/// Prints what is, and what is proposed.
pub(super) async fn generate(
    admin: &Admin,
    wanted: &Generate,
    topics: &[String],
    io: &mut Io,
) -> Result<(), Failure> {
    let current = brokers::assignment(admin, topics.iter().cloned().collect()).await?;
    let live = brokers::live(admin).await?;
    let candidates = live.values().map(|it| Candidate { id: it.id, rack: it.rack.clone() });
    let candidates = candidates.collect();
    let proposed = propose(&current, candidates, wanted, &mut Rng::from_system())?;
    print(&current, &proposed, io)
}

/// Prints both, as all releases since 2.0 do.
pub(super) fn print(
    current: &Assignment,
    proposed: &Assignment,
    io: &mut Io,
) -> Result<(), Failure> {
    io.stdout.line("Current partition replica assignment")?;
    io.stdout.line(&to_json(current))?;
    io.stdout.line("")?;
    io.stdout.line("Proposed partition reassignment configuration")?;
    Ok(io.stdout.line(&to_json(proposed))?)
}

/// Other replicas for partitions: as many as each topic has, on the brokers wanted.
pub(super) fn propose(
    current: &Assignment,
    mut candidates: Vec<Candidate>,
    wanted: &Generate,
    rng: &mut Rng,
) -> Result<Assignment, Failure> {
    candidates.retain(|broker| wanted.brokers.contains(&broker.id));
    let racked = candidates.iter().filter(|broker| broker.rack.is_some()).count();
    if wanted.rack_aware && racked > 0 && racked < candidates.len() {
        return Err(failed(
            "Not all brokers have rack information. Add --disable-rack-aware in command line to \
             make replica assignment without rack information.",
        ));
    }
    if !wanted.rack_aware {
        candidates.iter_mut().for_each(|broker| broker.rack = None);
    }
    let mut topics: BTreeMap<&str, Vec<(&TopicPartition, usize)>> = BTreeMap::new();
    for (name, replicas) in current {
        topics.entry(&name.topic).or_default().push((name, replicas.len()));
    }
    let mut proposed = Assignment::new();
    for partitions in topics.values() {
        let factor = partitions.first().map_or(0, |(_, factor)| *factor);
        let start = Start::random(rng, candidates.len());
        let replicas = assign(&candidates, partitions.len(), factor, start).map_err(failed)?;
        let names = partitions.iter().map(|(name, _)| (*name).clone());
        proposed.extend(names.zip(replicas));
    }
    Ok(proposed)
}
