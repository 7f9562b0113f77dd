//! Topic names, and where a new topic's replicas go.

use std::collections::BTreeMap;
use std::fmt;

use crate::base::rng::Rng;
use crate::limits;

/// Topics that Kafka keeps its own state in.
pub const GROUP_METADATA_TOPIC: &str = "__consumer_offsets";
/// The same for transactions.
pub const TRANSACTION_STATE_TOPIC: &str = "__transaction_state";

/// Whether clients may not write to a topic as they like.
pub fn is_internal(name: &str) -> bool {
    name == GROUP_METADATA_TOPIC || name == TRANSACTION_STATE_TOPIC
}

/// Why a name cannot be a topic's, in Kafka's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidName(String);

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Topic name is invalid: {}", self.0)
    }
}

impl std::error::Error for InvalidName {}

/// Holds a name against Kafka's rules.
pub fn check_name(name: &str) -> Result<(), InvalidName> {
    let max = limits::TOPIC_NAME_CHARS_MAX;
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() {
        return Err(InvalidName("the empty string is not allowed".to_owned()));
    }
    if name == "." || name == ".." {
        return Err(InvalidName(format!("'{name}' is not allowed")));
    }
    if name.len() > max {
        let text = format!("the length of '{name}' is longer than the max allowed length {max}");
        return Err(InvalidName(text));
    }
    if !name.chars().all(legal) {
        return Err(InvalidName(format!(
            "'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
        )));
    }
    Ok(())
}

/// Whether two names would have the same metric name: metrics turn `.` into `_`.
pub fn collide(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .all(|(a, b)| a == b || (b"._".contains(&a) && b"._".contains(&b)))
}

/// A broker that may get replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub id: i32,
    pub rack: Option<String>,
}

/// Why replicas cannot be placed, in Kafka's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssignError {
    PartitionsNotPositive,
    /// In our words: Kafka has no such limit and would run out of memory.
    PartitionsTooMany {
        partitions: usize,
    },
    ReplicationFactorNotPositive,
    ReplicationFactorTooLarge {
        factor: usize,
        brokers: usize,
    },
    RacksIncomplete,
}

impl fmt::Display for AssignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AssignError::PartitionsNotPositive => {
                f.write_str("Number of partitions must be larger than 0.")
            }
            AssignError::PartitionsTooMany { partitions } => write!(
                f,
                "Number of partitions: {partitions} larger than the {} that can be created at once.",
                limits::TOPIC_PARTITIONS_MAX
            ),
            AssignError::ReplicationFactorNotPositive => {
                f.write_str("Replication factor must be larger than 0.")
            }
            AssignError::ReplicationFactorTooLarge { factor, brokers } => {
                write!(f, "Replication factor: {factor} larger than available brokers: {brokers}.")
            }
            AssignError::RacksIncomplete => f.write_str(
                "Not all brokers have rack information for replica rack aware assignment.",
            ),
        }
    }
}

impl std::error::Error for AssignError {}

/// Where an assignment starts: by chance for a new topic, by the existing pattern when partitions
/// are added.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    index: usize,
    shift: usize,
    first_partition: usize,
}

impl Start {
    /// For a new topic over `brokers` brokers.
    pub fn random(rng: &mut Rng, brokers: usize) -> Start {
        let bound = brokers.max(1) as u64;
        let (index, shift) = (rng.below(bound) as usize, rng.below(bound) as usize);
        Start { index, shift, first_partition: 0 }
    }

    /// Goes on where a topic of `partitions` partitions ends, whose first replica of partition 0 is
    /// `first`. `candidates` are sorted by id.
    pub fn continuing(candidates: &[Candidate], first: i32, partitions: usize) -> Start {
        let index = candidates.iter().position(|broker| broker.id >= first).unwrap_or(0);
        Start { index, shift: index, first_partition: partitions }
    }
}

/// Replicas for `partitions` partitions: round the brokers, the further replicas shifted so that
/// followers of one leader spread; over racks where brokers have them.
pub fn assign(
    candidates: &[Candidate],
    partitions: usize,
    factor: usize,
    start: Start,
) -> Result<Vec<Vec<i32>>, AssignError> {
    if partitions == 0 {
        return Err(AssignError::PartitionsNotPositive);
    }
    if partitions > limits::TOPIC_PARTITIONS_MAX {
        return Err(AssignError::PartitionsTooMany { partitions });
    }
    if factor == 0 {
        return Err(AssignError::ReplicationFactorNotPositive);
    }
    let brokers = candidates.len();
    if factor > brokers {
        return Err(AssignError::ReplicationFactorTooLarge { factor, brokers });
    }
    let mut racks: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for broker in candidates {
        if let Some(rack) = &broker.rack {
            racks.entry(rack).or_default().push(broker.id);
        }
    }
    let racked: usize = racks.values().map(Vec::len).sum();
    if racked != 0 && racked != brokers {
        return Err(AssignError::RacksIncomplete);
    }
    let order = if racked == 0 {
        candidates.iter().map(|broker| broker.id).collect()
    } else {
        interleave(&mut racks)
    };
    let rack_of = |id: i32| candidates.iter().find(|broker| broker.id == id)?.rack.as_deref();
    let mut shift = start.shift;
    let assigned = (0..partitions).map(|n| {
        let partition = start.first_partition + n;
        if partition > 0 && partition.is_multiple_of(brokers) {
            shift += 1;
        }
        place(&order, (partition + start.index) % brokers, shift, factor, racks.len(), &rack_of)
    });
    Ok(assigned.collect())
}

/// One broker of each rack in turn, racks by name, ids in order within.
fn interleave(racks: &mut BTreeMap<&str, Vec<i32>>) -> Vec<i32> {
    let depth = racks.values().map(Vec::len).max().unwrap_or(0);
    racks.values_mut().for_each(|ids| ids.sort_unstable());
    (0..depth).flat_map(|n| racks.values().filter_map(move |ids| ids.get(n).copied())).collect()
}

fn place<'a>(
    order: &[i32],
    first: usize,
    shift: usize,
    factor: usize,
    racks: usize,
    rack_of: &impl Fn(i32) -> Option<&'a str>,
) -> Vec<i32> {
    let brokers = order.len();
    let mut replicas = vec![order[first]];
    let mut step = 0;
    while replicas.len() < factor {
        // The first broker is skipped over, so n-1 places remain to shift among.
        let index = (first + 1 + (shift * racks.max(1) + step) % (brokers - 1)) % brokers;
        step += 1;
        let id = order[index];
        let used_racks = replicas.iter().filter_map(|id| rack_of(*id)).collect::<Vec<_>>();
        let distinct = {
            let mut racks = used_racks.clone();
            racks.sort_unstable();
            racks.dedup();
            racks.len()
        };
        let rack_repeats = rack_of(id).is_some_and(|rack| used_racks.contains(&rack));
        if replicas.contains(&id) || (rack_repeats && distinct < racks) {
            continue;
        }
        replicas.push(id);
    }
    replicas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_against_kafkas_rules() {
        assert_eq!(check_name("test-1_2.3"), Ok(()));
        for (name, said) in [
            ("", "Topic name is invalid: the empty string is not allowed"),
            (".", "Topic name is invalid: '.' is not allowed"),
            (
                "a b",
                "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
            ),
        ] {
            assert_eq!(check_name(name).unwrap_err().to_string(), said);
        }
        assert!(check_name(&"x".repeat(249)).is_ok());
        assert!(check_name(&"x".repeat(250)).is_err());
        assert!(collide("a.b", "a_b") && !collide("a.b", "a-b") && collide("a.b", "a.b"));
    }

    fn candidates(racks: &[(i32, Option<&str>)]) -> Vec<Candidate> {
        let broker =
            |&(id, rack): &(i32, Option<&str>)| Candidate { id, rack: rack.map(str::to_owned) };
        racks.iter().map(broker).collect()
    }

    #[test]
    fn replicas_go_round_and_shift() {
        // The pattern of KIP-36's description: five brokers, ten partitions, factor 3.
        let brokers = candidates(&[(0, None), (1, None), (2, None), (3, None), (4, None)]);
        let start = Start { index: 0, shift: 0, first_partition: 0 };
        let assigned = assign(&brokers, 10, 3, start).unwrap();
        let expected = [
            [0, 1, 2],
            [1, 2, 3],
            [2, 3, 4],
            [3, 4, 0],
            [4, 0, 1],
            [0, 2, 3],
            [1, 3, 4],
            [2, 4, 0],
            [3, 0, 1],
            [4, 1, 2],
        ];
        assert_eq!(assigned, expected);
        let more = assign(&brokers, 2, 3, Start::continuing(&brokers, 0, 10)).unwrap();
        assert_eq!(more[0][0], 0);
    }

    #[test]
    fn racks_are_spread_over() {
        let racks = [
            (0, Some("a")),
            (1, Some("a")),
            (2, Some("b")),
            (3, Some("b")),
            (4, Some("c")),
            (5, Some("c")),
        ];
        let brokers = candidates(&racks);
        let mut rng = Rng::seeded(5);
        for _ in 0..50 {
            let start = Start::random(&mut rng, 6);
            for replicas in assign(&brokers, 12, 3, start).unwrap() {
                let mut used: Vec<_> = replicas.iter().map(|id| racks[*id as usize].1).collect();
                used.sort_unstable();
                assert_eq!(used, [Some("a"), Some("b"), Some("c")], "{replicas:?}");
            }
        }
        let mixed = candidates(&[(0, Some("a")), (1, None)]);
        let start = Start::random(&mut rng, 2);
        assert_eq!(assign(&mixed, 1, 1, start), Err(AssignError::RacksIncomplete));
    }

    #[test]
    fn too_many_replicas_are_refused_in_kafkas_words() {
        let start = Start { index: 0, shift: 0, first_partition: 0 };
        let error = assign(&candidates(&[(0, None)]), 1, 3, start).unwrap_err();
        assert_eq!(error.to_string(), "Replication factor: 3 larger than available brokers: 1.");
        assert_eq!(assign(&candidates(&[(7, None)]), 3, 1, start).unwrap(), [[7], [7], [7]]);
    }
}
