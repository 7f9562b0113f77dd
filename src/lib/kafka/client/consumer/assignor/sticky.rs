//! Sticky: as even as the subscriptions allow, and as little moved as that allows.
//!
//! Everybody first keeps what he had, as far as he still wants it and nobody had it later. What
//! nobody has goes to whoever has least of those who want it. Then single partitions move from who
//! has most to who has least, as long as that makes them more even.

use std::collections::{BTreeMap, BTreeSet};

use super::{Assignment, Counts, Members, subscribers, wanted};
use crate::kafka::types::TopicPartition;

pub(super) fn assign(members: &Members, counts: &Counts) -> Assignment {
    let wanting: BTreeMap<&str, Vec<&str>> =
        wanted(members, counts).into_iter().map(|it| (it, subscribers(members, it))).collect();
    let mut held = kept(members, &wanting, counts);
    let taken: BTreeSet<TopicPartition> = held.values().flatten().cloned().collect();
    let mut free: Vec<TopicPartition> = Vec::new();
    for topic in wanting.keys() {
        let all = (0..counts.get(*topic).copied().unwrap_or_default())
            .map(|it| TopicPartition::new(*topic, it));
        free.extend(all.filter(|it| !taken.contains(it)));
    }
    // Those that few can take first: the others fill up around them.
    free.sort_by_key(|it| (wanting.get(&*it.topic).map_or(0, Vec::len), it.clone()));
    for partition in free {
        let Some(takers) = wanting.get(&*partition.topic) else { continue };
        let least = takers.iter().min_by_key(|it| held.get(**it).map_or(0, BTreeSet::len));
        if let Some(least) = least {
            held.entry((*least).to_owned()).or_default().insert(partition);
        }
    }
    level(&mut held, &wanting);
    held.into_iter().map(|(id, partitions)| (id, partitions.into_iter().collect())).collect()
}

/// What members had and may keep. Of two that claim one partition, the later generation had it.
fn kept(
    members: &Members,
    wanting: &BTreeMap<&str, Vec<&str>>,
    counts: &Counts,
) -> BTreeMap<String, BTreeSet<TopicPartition>> {
    let mut claims: BTreeMap<&TopicPartition, (i32, Option<&String>)> = BTreeMap::new();
    for (id, member) in members {
        for partition in &member.owned {
            let exists = counts.get(&*partition.topic).is_some_and(|it| partition.partition < *it);
            let wants = wanting.get(&*partition.topic).is_some_and(|it| it.contains(&id.as_str()));
            if !exists || !wants {
                continue;
            }
            let claim = claims.entry(partition).or_insert((i32::MIN, None));
            match member.generation.cmp(&claim.0) {
                std::cmp::Ordering::Greater => *claim = (member.generation, Some(id)),
                // Two of the same generation cannot both be right: neither keeps it.
                std::cmp::Ordering::Equal => claim.1 = None,
                std::cmp::Ordering::Less => {}
            }
        }
    }
    let mut held: BTreeMap<String, BTreeSet<TopicPartition>> =
        members.keys().map(|id| (id.clone(), BTreeSet::new())).collect();
    for (partition, (_, id)) in claims {
        if let Some(partitions) = id.and_then(|id| held.get_mut(id)) {
            partitions.insert(partition.clone());
        }
    }
    held
}

/// Moves partitions from members with more to members with at least two less.
fn level(
    held: &mut BTreeMap<String, BTreeSet<TopicPartition>>,
    wanting: &BTreeMap<&str, Vec<&str>>,
) {
    loop {
        let size = |held: &BTreeMap<String, BTreeSet<TopicPartition>>, id: &str| {
            held.get(id).map_or(0, BTreeSet::len)
        };
        // The fullest member first: its surplus is the largest.
        let mut givers: Vec<String> = held.keys().cloned().collect();
        givers.sort_by_key(|id| (std::cmp::Reverse(size(held, id)), id.clone()));
        let found = givers.iter().find_map(|giver| {
            let has = size(held, giver);
            held.get(giver)?.iter().rev().find_map(|partition| {
                let takers = wanting.get(&*partition.topic)?;
                let taker = takers.iter().min_by_key(|id| size(held, id))?;
                (size(held, taker) + 1 < has)
                    .then(|| (giver.clone(), (*taker).to_owned(), partition.clone()))
            })
        });
        let Some((giver, taker, partition)) = found else { return };
        if let Some(partitions) = held.get_mut(&giver) {
            partitions.remove(&partition);
        }
        held.entry(taker).or_default().insert(partition);
    }
}

/// Cooperative rebalancing: a partition that somebody still has is not given to another yet. Its
/// owner learns that it lost it, gives it up and joins again; then it is free (KIP-429).
pub(super) fn hold_back_transfers(members: &Members, assignment: &mut Assignment) {
    for (id, partitions) in assignment {
        partitions.retain(|partition| {
            let others = members.iter().filter(|(other, _)| *other != id);
            let owned = |it: &super::Subscription| it.owned.contains(partition);
            let newer = members.get(id).filter(|it| owned(it)).map(|it| it.generation);
            !others.into_iter().any(|(_, it)| {
                owned(it) && newer.is_none_or(|generation| it.generation > generation)
            })
        });
    }
}
