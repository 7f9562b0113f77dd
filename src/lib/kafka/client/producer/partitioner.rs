//! Which partition a record goes to.

use crate::base::rng::Rng;

/// How records without a partition of their own find one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Partitioner {
    /// Keys by their hash; without a key one partition until about a batch went there, then
    /// another (KIP-794).
    #[default]
    Default,
    /// Round the partitions, keys or not.
    RoundRobin,
    /// One partition until a batch went there, keys or not (KIP-480).
    UniformSticky,
}

impl Partitioner {
    /// The partitioner that Kafka calls by this class name, with or without its package.
    pub fn named(class: &str) -> Option<Partitioner> {
        match class.rsplit('.').next()? {
            "DefaultPartitioner" => Some(Partitioner::Default),
            "RoundRobinPartitioner" => Some(Partitioner::RoundRobin),
            "UniformStickyPartitioner" => Some(Partitioner::UniformSticky),
            _ => None,
        }
    }
}

/// What is remembered for one topic.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// Whose turn it is. The first is drawn: else every short-lived producer would begin with, and
    /// load, the same partition.
    turn: Option<u32>,
    sticky: Option<i32>,
    sticky_bytes: usize,
}

impl Choice {
    /// The partition for a record of `size` bytes. `available` are the partitions with leaders, of
    /// `count` in all.
    pub(super) fn partition(
        &mut self,
        partitioner: Partitioner,
        key: Option<&[u8]>,
        size: usize,
        (count, available): (i32, &[i32]),
        sticky_bytes_max: usize,
        rng: &mut Rng,
    ) -> i32 {
        match (partitioner, key) {
            (Partitioner::Default, Some(key)) => by_key(key, count),
            (Partitioner::RoundRobin, _) => {
                let first = || u32::try_from(rng.below(1 << 31)).unwrap_or_default();
                let turn = self.turn.unwrap_or_else(first);
                self.turn = Some(turn.wrapping_add(1) & (u32::MAX >> 1));
                pick(available, turn).unwrap_or_else(|| modulo(turn, count))
            }
            (Partitioner::Default | Partitioner::UniformSticky, _) => {
                if self.sticky.is_none() || self.sticky_bytes >= sticky_bytes_max {
                    self.sticky_bytes = 0;
                    self.sticky = Some(another(self.sticky, count, available, rng));
                }
                self.sticky_bytes += size;
                self.sticky.unwrap_or_default()
            }
        }
    }
}

/// Another partition than `last`, by chance, among those with leaders if there are any.
fn another(last: Option<i32>, count: i32, available: &[i32], rng: &mut Rng) -> i32 {
    let others: Vec<i32> = available.iter().copied().filter(|it| Some(*it) != last).collect();
    let from = if others.is_empty() { available } else { &others };
    let turn = u32::try_from(rng.below(1 << 31)).unwrap_or_default();
    pick(from, turn).unwrap_or_else(|| modulo(turn, count))
}

fn pick(from: &[i32], turn: u32) -> Option<i32> {
    let index = usize::try_from(turn).ok()?.checked_rem(from.len())?;
    from.get(index).copied()
}

fn modulo(turn: u32, count: i32) -> i32 {
    let count = u32::try_from(count).unwrap_or(1).max(1);
    i32::try_from(turn % count).unwrap_or_default()
}

/// The partition of a key: every client of Kafka agrees on it, so that one key stays in one
/// partition whoever writes.
pub fn by_key(key: &[u8], count: i32) -> i32 {
    modulo(murmur2(key) & (u32::MAX >> 1), count)
}

/// The 32-bit MurmurHash2 with Kafka's seed.
pub fn murmur2(bytes: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let mut hash = SEED ^ length;
    let (words, rest) = bytes.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !rest.is_empty() {
        for (index, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * index);
        }
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_other_clients() {
        // From the tests of Kafka's own clients, which every other client repeats.
        for (key, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        ] {
            assert_eq!(murmur2(key.as_bytes()).cast_signed(), hash, "{key}");
        }
        assert_eq!(murmur2(b"abc").cast_signed(), 479_470_107);
    }

    #[test]
    fn round_robin_takes_turns_among_those_that_have_leaders() {
        let mut choice = Choice::default();
        let mut rng = Rng::seeded(1);
        let mut next = |available: &[i32]| {
            choice.partition(Partitioner::RoundRobin, Some(b"k"), 1, (3, available), 100, &mut rng)
        };
        let all = [0, 1, 2];
        let first = next(&all);
        assert_eq!([next(&all), next(&all), next(&all)], [(first + 1) % 3, (first + 2) % 3, first]);
        assert_eq!([next(&[2]), next(&[2])], [2, 2]);
        assert_eq!(next(&[]), first);
    }

    #[test]
    fn records_without_a_key_stay_until_a_batch_is_full() {
        let mut choice = Choice::default();
        let mut rng = Rng::seeded(1);
        let all = [0, 1, 2];
        let mut next =
            |key| choice.partition(Partitioner::Default, key, 60, (3, &all), 100, &mut rng);
        let first = next(None);
        assert_eq!(next(None), first);
        let second = next(None);
        assert_ne!(second, first);
        assert_eq!(next(Some(&b"foobar"[..])), by_key(b"foobar", 3));
        assert_eq!(next(None), second);
    }

    #[test]
    fn classes_are_known_by_name() {
        let round = "org.apache.kafka.clients.producer.RoundRobinPartitioner";
        assert_eq!(Partitioner::named(round), Some(Partitioner::RoundRobin));
        assert_eq!(Partitioner::named("x.Y"), None);
    }
}
