//! Numbers and names of Kafka that must not mix.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A partition of a topic, `topic-0` in file names and log lines.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TopicPartition {
    pub topic: Arc<str>,
    pub partition: i32,
}

impl Ord for TopicPartition {
    fn cmp(&self, other: &Self) -> Ordering {
        // In a map of many partitions most that are compared share the one name.
        let same = Arc::ptr_eq(&self.topic, &other.topic);
        let topics = if same { Ordering::Equal } else { self.topic.cmp(&other.topic) };
        topics.then_with(|| self.partition.cmp(&other.partition))
    }
}

impl PartialOrd for TopicPartition {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl TopicPartition {
    /// The partition `partition` of `topic`.
    pub fn new(topic: impl Into<Arc<str>>, partition: i32) -> TopicPartition {
        TopicPartition { topic: topic.into(), partition }
    }

    /// Reads the `topic-0` form; the number follows the last dash.
    pub fn parse(text: &str) -> Option<TopicPartition> {
        let (topic, partition) = text.rsplit_once('-')?;
        let partition = partition.parse().ok().filter(|number| *number >= 0)?;
        (!topic.is_empty()).then(|| TopicPartition::new(topic, partition))
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

impl fmt::Debug for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($type:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $type);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// A broker's `broker.id`.
    BrokerId(i32)
}
number! {
    /// How often a partition has changed leaders; -1 where it is not known.
    LeaderEpoch(i32)
}
number! {
    /// How often the cluster has changed controllers.
    ControllerEpoch(i32)
}
number! {
    /// The id of an idempotent or transactional producer; -1 for none.
    ProducerId(i64)
}
number! {
    /// Fences an older producer of the same id.
    ProducerEpoch(i16)
}

/// The position of a record in its partition. Plain arithmetic is what an offset is for, so it is
/// an alias and not a type of its own.
pub type Offset = i64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_print_and_parse() {
        let partition = TopicPartition::new("my-topic", 12);
        assert_eq!(partition.to_string(), "my-topic-12");
        assert_eq!(TopicPartition::parse("my-topic-12"), Some(partition));
        assert_eq!(TopicPartition::parse("-1"), None);
        assert_eq!(TopicPartition::parse("topic"), None);
    }
}
