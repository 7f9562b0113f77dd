//! Range: of each topic, neighbouring partitions go to one member, and the first members get one
//! more where it does not divide.

use super::{Assignment, Counts, Members, subscribers, wanted};
use crate::kafka::types::TopicPartition;

pub(super) fn assign(members: &Members, counts: &Counts) -> Assignment {
    let mut assignment = Assignment::new();
    for topic in wanted(members, counts) {
        let members = subscribers(members, topic);
        let count = counts.get(topic).copied().unwrap_or_default();
        let share = i32::try_from(members.len()).unwrap_or(i32::MAX).max(1);
        let (each, more) = (count / share, count % share);
        let mut next = 0;
        for (member, index) in members.into_iter().zip(0..) {
            let end = next + each + i32::from(index < more);
            let partitions = (next..end).map(|it| TopicPartition::new(topic, it));
            assignment.entry(member.to_owned()).or_default().extend(partitions);
            next = end;
        }
    }
    assignment
}
