//! Following: one task for each leader this broker follows, and for each of its
//! `num.replica.fetchers`, keeps one fetch under way for all partitions that the leader leads.
//!
//! * `plan`: what to ask, and what an answer means; no I/O but the partitions' logs.
//! * `task`: the connection, and the fetches over it; `ask`: the questions they raise.
//! * `versions`: the forms in which brokers of a protocol version speak.
//!
//! Who follows whom is level-triggered: a task is handed a map of what it is to follow and compares
//! it with what it does. A partition is followed in one leader epoch; whatever comes of another one
//! is refused by the partition itself, so nothing here needs to be undone in time.

mod ask;
mod plan;
mod task;
mod versions;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::kafka::replica::Partition;
use crate::kafka::replica::manager::{NotTaken, Stopped, Told};
use crate::kafka::types::{BrokerId, LeaderEpoch, TopicPartition};
use crate::net::Stop;

use super::Broker;

/// A partition to follow, and the epoch in which to.
#[derive(Clone)]
struct Followed {
    partition: Arc<Partition>,
    epoch: LeaderEpoch,
}

/// What one task is to follow.
#[derive(Default)]
struct Wanted {
    partitions: Mutex<BTreeMap<TopicPartition, Followed>>,
    changed: Notify,
}

impl Wanted {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<TopicPartition, Followed>> {
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running task. It ends when this is dropped.
struct Fetcher {
    wanted: Arc<Wanted>,
    stop: Stop,
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        self.stop.raise();
    }
}

/// The leader, and which of the tasks for it.
type Key = (BrokerId, i32);

/// The tasks.
#[derive(Default)]
pub struct Fetchers {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: BTreeMap<Key, Fetcher>,
    /// Which of them follows a partition.
    followed_by: HashMap<TopicPartition, Key>,
}

impl Fetchers {
    /// Partitions whose leadership was told anew: those led by others are followed from now on.
    pub fn leadership_changed(
        &self,
        broker: &Arc<Broker>,
        results: &[(Told, Result<bool, NotTaken>)],
    ) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut touched: BTreeMap<Key, Arc<Wanted>> = BTreeMap::new();
        for (told, result) in results {
            let Ok(leads) = result else { continue };
            let (name, epoch) = (&told.partition, told.state.leader_epoch);
            // An older decision that was carried out later must not win.
            if !state.forget(name, |followed| followed.epoch < epoch) {
                continue;
            }
            let Some(leader) = told.state.leader.filter(|_| !leads) else { continue };
            let Ok(partition) = broker.replicas.partition(&name.topic, name.partition) else {
                continue;
            };
            let key = (leader, fetcher_of(name, broker.current().num_replica_fetchers));
            state.follow(broker, key, name.clone(), Followed { partition, epoch }, &mut touched);
        }
        touched.values().for_each(|wanted| wanted.changed.notify_one());
        state.end_idle();
    }

    /// Spreads what is followed over `count` tasks for each leader.
    pub fn spread_over(&self, broker: &Arc<Broker>, count: i32) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut touched: BTreeMap<Key, Arc<Wanted>> = BTreeMap::new();
        let mut moved = Vec::new();
        for ((leader, number), fetcher) in &state.running {
            let mut followed = fetcher.wanted.lock();
            let leaves = |name: &TopicPartition| fetcher_of(name, count) != *number;
            let leaving = followed.extract_if(.., |name, _| leaves(name));
            moved.extend(leaving.map(|(name, followed)| (*leader, name, followed)));
        }
        for (leader, name, followed) in moved {
            let key = (leader, fetcher_of(&name, count));
            state.follow(broker, key, name, followed, &mut touched);
        }
        // Those that have nothing left end, and with them what they have asked for.
        state.end_idle();
        touched.values().for_each(|wanted| wanted.changed.notify_one());
    }

    /// How many tasks there are.
    pub fn tasks(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).running.len()
    }

    /// Replicas that are not here any more.
    pub fn replicas_stopped(&self, results: &[(Stopped, Result<(), NotTaken>)]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for (stopped, _) in results.iter().filter(|(_, result)| result.is_ok()) {
            state.forget(&stopped.partition, |_| true);
        }
        state.end_idle();
    }
}

impl State {
    /// Has a partition followed by a task, which is one of those to be woken.
    fn follow(
        &mut self,
        broker: &Arc<Broker>,
        key: Key,
        name: TopicPartition,
        followed: Followed,
        touched: &mut BTreeMap<Key, Arc<Wanted>>,
    ) {
        let fetcher = self.running.entry(key).or_insert_with(|| start(broker, key));
        fetcher.wanted.lock().insert(name.clone(), followed);
        touched.entry(key).or_insert_with(|| fetcher.wanted.clone());
        self.followed_by.insert(name, key);
    }

    /// Takes a partition from the task that follows it; says whether none does now.
    fn forget(&mut self, name: &TopicPartition, which: impl Fn(&Followed) -> bool) -> bool {
        let key = self.followed_by.get(name);
        let Some(fetcher) = key.and_then(|key| self.running.get(key)) else { return true };
        let mut followed = fetcher.wanted.lock();
        if followed.get(name).is_some_and(|it| !which(it)) {
            return false;
        }
        followed.remove(name);
        drop(followed);
        self.followed_by.remove(name);
        true
    }

    fn end_idle(&mut self) {
        self.running.retain(|_, fetcher| !fetcher.wanted.lock().is_empty());
    }
}

fn start(broker: &Arc<Broker>, (leader, number): Key) -> Fetcher {
    let (wanted, stop) = (Arc::new(Wanted::default()), Stop::new());
    let task = task::Task::new(broker.clone(), leader, number, wanted.clone());
    let (mut stopped, mut own) = (broker.stop.signal(), stop.signal());
    broker.stop.spawn(async move {
        tokio::select! {
            biased;
            () = stopped.raised() => {}
            () = own.raised() => {}
            () = task.run() => {}
        }
    });
    Fetcher { wanted, stop }
}

/// Which of the tasks for a leader a partition belongs to: the same one as in Kafka.
fn fetcher_of(name: &TopicPartition, count: i32) -> i32 {
    let hash = name
        .topic
        .encode_utf16()
        .fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    let number = hash.wrapping_mul(31).wrapping_add(name.partition);
    // What Java's `abs` makes of the least number is negative; so 0 there.
    number.checked_abs().unwrap_or(0) % count.max(1)
}

/// Partitions as requests group them.
fn by_topic<T>(
    partitions: impl IntoIterator<Item = (TopicPartition, T)>,
) -> Vec<(Arc<str>, Vec<(i32, T)>)> {
    let mut topics: Vec<(Arc<str>, Vec<(i32, T)>)> = Vec::new();
    for (name, it) in partitions {
        match topics.last_mut().filter(|(topic, _)| *topic == name.topic) {
            Some((_, of_topic)) => of_topic.push((name.partition, it)),
            None => topics.push((name.topic, vec![(name.partition, it)])),
        }
    }
    topics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_spread_over_the_tasks_as_in_kafka() {
        // Java: Math.abs(31 * "test".hashCode() + partition) % 4, "test".hashCode() is 3556498.
        for (partition, task) in [(0, 110_251_438 % 4), (1, 110_251_439 % 4), (3, 110_251_441 % 4)]
        {
            assert_eq!(fetcher_of(&TopicPartition::new("test", partition), 4), task);
        }
        assert_eq!(fetcher_of(&TopicPartition::new("test", 7), 1), 0);
    }
}
