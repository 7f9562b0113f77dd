//! Assignors: who of a group reads which partitions. Pure functions; one file each.
//!
//! | name | how |
//! |---|---|
//! | `range` | of each topic, neighbouring partitions, the first members one more |
//! | `roundrobin` | all partitions in turn |
//! | `sticky` | as even as can be, moving as little as can be |
//! | `cooperative-sticky` | the same, but a partition is first given up, then given on (KIP-429) |

mod range;
mod roundrobin;
mod sticky;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use crate::base::bytes::{Reader, Writer};
use crate::kafka::protocol::message::consumer_protocol::TopicPartition as OwnedPartitions;
use crate::kafka::protocol::message::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use crate::kafka::protocol::{Decode, Encode, Message};
use crate::kafka::types::TopicPartition;

/// A way to share partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignor {
    Range,
    RoundRobin,
    Sticky,
    CooperativeSticky,
}

/// What a member tells the leader about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    pub topics: Vec<String>,
    pub instance_id: Option<String>,
    /// What it had when it joined.
    pub owned: Vec<TopicPartition>,
    /// The generation it had that in; -1 where it does not say.
    pub generation: i32,
}

/// The members of a group, by member id.
pub type Members = BTreeMap<String, Subscription>;
/// How many partitions topics have.
pub type Counts = BTreeMap<String, i32>;
/// Who gets what, by member id.
pub type Assignment = BTreeMap<String, Vec<TopicPartition>>;

impl Assignor {
    /// The assignor of a name on the wire, or of one of Kafka's classes.
    pub fn named(name: &str) -> Option<Assignor> {
        match name.rsplit('.').next()? {
            "range" | "RangeAssignor" => Some(Assignor::Range),
            "roundrobin" | "RoundRobinAssignor" => Some(Assignor::RoundRobin),
            "sticky" | "StickyAssignor" => Some(Assignor::Sticky),
            "cooperative-sticky" | "CooperativeStickyAssignor" => Some(Assignor::CooperativeSticky),
            _ => None,
        }
    }

    /// What it is called on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Assignor::Range => "range",
            Assignor::RoundRobin => "roundrobin",
            Assignor::Sticky => "sticky",
            Assignor::CooperativeSticky => "cooperative-sticky",
        }
    }

    /// Whether members keep what they have through a rebalance.
    pub fn is_cooperative(self) -> bool {
        self == Assignor::CooperativeSticky
    }

    /// Shares the partitions out.
    pub fn assign(self, members: &Members, counts: &Counts) -> Assignment {
        let mut assignment = match self {
            Assignor::Range => range::assign(members, counts),
            Assignor::RoundRobin => roundrobin::assign(members, counts),
            Assignor::Sticky | Assignor::CooperativeSticky => sticky::assign(members, counts),
        };
        if self.is_cooperative() {
            sticky::hold_back_transfers(members, &mut assignment);
        }
        for member in members.keys() {
            assignment.entry(member.clone()).or_default();
        }
        assignment
    }

    /// Says for the leader what a member wants and has.
    pub fn write_subscription(self, subscription: &Subscription) -> Bytes {
        let owned = &subscription.owned;
        // Eager members have given everything up when they join; the sticky assignor keeps what
        // they had in its user data, as it did before owned partitions were part of the protocol.
        let told = if self.is_cooperative() { by_topic(owned) } else { BTreeMap::new() };
        let message = ConsumerProtocolSubscription {
            topics: subscription.topics.clone(),
            user_data: match self {
                Assignor::Sticky => Some(write_user_data(owned, subscription.generation)),
                Assignor::CooperativeSticky => {
                    let mut writer = Writer::new();
                    writer.i32(subscription.generation);
                    Some(writer.into_bytes())
                }
                Assignor::Range | Assignor::RoundRobin => None,
            },
            owned_partitions: told
                .into_iter()
                .map(|(topic, partitions)| OwnedPartitions { topic, partitions })
                .collect(),
            generation_id: subscription.generation,
            rack_id: None,
        };
        versioned(&message)
    }
}

/// Reads what a member wants and has. What cannot be read wants nothing.
pub(super) fn read_subscription(bytes: &[u8], instance_id: Option<String>) -> Subscription {
    let mut reader = Reader::new(bytes);
    let version = reader.i16().unwrap_or_default();
    // Later versions only add to the end, and say so: what is known of them is read.
    let version = version.clamp(0, ConsumerProtocolSubscription::MAX);
    let message = ConsumerProtocolSubscription::decode(&mut reader, version).unwrap_or_default();
    let mut owned = flat(&message.owned_partitions);
    let mut generation = message.generation_id;
    let user_data = message.user_data.unwrap_or_default();
    if owned.is_empty()
        && let Some((had, then)) = read_user_data(&user_data)
    {
        (owned, generation) = (had, then);
    }
    Subscription { topics: message.topics, instance_id, owned, generation }
}

/// Says to a member what it gets.
pub(super) fn write_assignment(partitions: &[TopicPartition]) -> Bytes {
    let assigned_partitions = by_topic(partitions)
        .into_iter()
        .map(|(topic, partitions)| OwnedPartitions { topic, partitions })
        .collect();
    versioned(&ConsumerProtocolAssignment { assigned_partitions, user_data: None })
}

fn versioned<T: Message>(message: &T) -> Bytes {
    let mut writer = Writer::new();
    writer.i16(T::MAX);
    message.encode(&mut writer, T::MAX);
    writer.into_bytes()
}

fn by_topic(partitions: &[TopicPartition]) -> BTreeMap<String, Vec<i32>> {
    let mut topics: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    for it in partitions {
        topics.entry(it.topic.to_string()).or_default().push(it.partition);
    }
    topics
}

fn flat(topics: &[OwnedPartitions]) -> Vec<TopicPartition> {
    let of = |it: &OwnedPartitions| {
        let topic: std::sync::Arc<str> = it.topic.as_str().into();
        it.partitions.iter().map(|p| TopicPartition::new(topic.clone(), *p)).collect::<Vec<_>>()
    };
    topics.iter().flat_map(of).collect()
}

/// The sticky assignor's user data: what a member had, and in which generation.
fn write_user_data(owned: &[TopicPartition], generation: i32) -> Bytes {
    let topics = by_topic(owned);
    let mut writer = Writer::new();
    writer.i32(i32::try_from(topics.len()).unwrap_or(i32::MAX));
    for (topic, partitions) in topics {
        OwnedPartitions { topic, partitions }.encode(&mut writer, 1);
    }
    writer.i32(generation);
    writer.into_bytes()
}

fn read_user_data(bytes: &[u8]) -> Option<(Vec<TopicPartition>, i32)> {
    let mut reader = Reader::new(bytes);
    let count = i64::from(reader.i32().ok()?);
    let count = reader.checked_length(count, OwnedPartitions::BYTES_MIN).ok()?;
    let topics: Option<Vec<OwnedPartitions>> =
        (0..count).map(|_| OwnedPartitions::decode(&mut reader, 1).ok()).collect();
    // The first version of this had no generation.
    Some((flat(&topics?), reader.i32().unwrap_or(-1)))
}

/// The members that want `topic`, in the order every client agrees on: static members by their
/// instance id first, then the others by member id.
fn subscribers<'a>(members: &'a Members, topic: &str) -> Vec<&'a str> {
    let wants = |it: &Subscription| it.topics.iter().any(|name| name == topic);
    let mut found: Vec<(&String, &Subscription)> =
        members.iter().filter(|(_, it)| wants(it)).collect();
    found.sort_by_key(|(id, it)| order(id, it));
    found.into_iter().map(|(id, _)| id.as_str()).collect()
}

fn order<'a>(id: &'a str, subscription: &'a Subscription) -> (bool, &'a str) {
    match &subscription.instance_id {
        Some(instance) => (false, instance),
        None => (true, id),
    }
}

/// The topics anybody wants and that have partitions.
fn wanted<'a>(members: &'a Members, counts: &Counts) -> BTreeSet<&'a str> {
    let all = members.values().flat_map(|it| it.topics.iter().map(String::as_str));
    all.filter(|topic| counts.get(*topic).is_some_and(|count| *count > 0)).collect()
}

#[cfg(test)]
mod tests;
