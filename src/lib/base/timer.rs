//! Deadlines ordered by time. Pure: whoever owns the clock asks what is due.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use super::clock::Instant;

/// A set of keys, each with one deadline.
#[derive(Clone, Debug)]
pub struct Timer<K> {
    by_time: BTreeMap<(Instant, u64), K>,
    by_key: HashMap<K, (Instant, u64)>,
    sequence: u64,
}

impl<K> Default for Timer<K> {
    fn default() -> Self {
        Timer { by_time: BTreeMap::new(), by_key: HashMap::new(), sequence: 0 }
    }
}

impl<K: Clone + Eq + Hash> Timer<K> {
    /// Sets the deadline of `key`, in place of any it had.
    pub fn set(&mut self, key: K, at: Instant) {
        self.cancel(&key);
        self.sequence += 1;
        self.by_time.insert((at, self.sequence), key.clone());
        self.by_key.insert(key, (at, self.sequence));
    }

    /// Forgets the deadline of `key`; says whether there was one.
    pub fn cancel(&mut self, key: &K) -> bool {
        match self.by_key.remove(key) {
            Some(place) => self.by_time.remove(&place).is_some(),
            None => false,
        }
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<Instant> {
        self.by_time.keys().next().map(|&(at, _)| at)
    }

    /// Takes one key whose deadline is at or before `now`, the earliest first.
    pub fn pop_due(&mut self, now: Instant) -> Option<K> {
        let (&place, _) = self.by_time.first_key_value()?;
        if place.0 > now {
            return None;
        }
        let key = self.by_time.remove(&place)?;
        self.by_key.remove(&key);
        Some(key)
    }

    /// The deadline of `key`.
    pub fn deadline(&self, key: &K) -> Option<Instant> {
        self.by_key.get(key).map(|&(at, _)| at)
    }

    /// How many deadlines are set.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether no deadline is set.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_keys_come_in_order_and_once() {
        let at = Instant::from_millis;
        let mut timer = Timer::default();
        timer.set("b", at(20));
        timer.set("a", at(10));
        timer.set("c", at(20));
        timer.set("a", at(30));
        assert_eq!(timer.next(), Some(at(20)));
        assert_eq!(timer.pop_due(at(19)), None);
        assert_eq!(timer.pop_due(at(25)), Some("b"));
        assert_eq!(timer.pop_due(at(25)), Some("c"));
        assert_eq!(timer.pop_due(at(25)), None);
        assert!(timer.cancel(&"a") && timer.is_empty());
    }
}
