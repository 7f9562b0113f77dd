//! Round robin: all partitions of all topics in order, each to the next member that wants it.

use super::{Assignment, Counts, Members, order, wanted};
use crate::kafka::types::TopicPartition;

pub(super) fn assign(members: &Members, counts: &Counts) -> Assignment {
    let mut assignment = Assignment::new();
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by_key(|(id, it)| order(id, it));
    let mut turn = 0;
    for topic in wanted(members, counts) {
        for partition in 0..counts.get(topic).copied().unwrap_or_default() {
            // Somebody wants the topic, so this ends within one round.
            let next = (0..sorted.len()).map(|step| (turn + step) % sorted.len()).find(|at| {
                sorted.get(*at).is_some_and(|(_, it)| it.topics.iter().any(|name| name == topic))
            });
            let Some((at, (member, _))) = next.and_then(|at| Some((at, sorted.get(at)?))) else {
                continue;
            };
            let to = assignment.entry((*member).clone()).or_default();
            to.push(TopicPartition::new(topic, partition));
            turn = at + 1;
        }
    }
    assignment
}
