//! The states of a replica, and how it comes into them.
//!
//! ```text
//!   NonExistent --> New --> Online <--> Offline --> DeletionStarted --> DeletionSuccessful --> NonExistent
//!                             ^           |  ^            |
//!                             |           v  |            v
//!                             +------- DeletionIneligible <
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::kafka::types::{BrokerId, TopicPartition};

use super::active::{Active, Then};
use super::context::Replica;
use super::effect::Effect;
use super::leadership::Change;

/// The state of a replica, as the controller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReplicaState {
    NonExistent,
    New,
    Online,
    Offline,
    DeletionStarted,
    DeletionSuccessful,
    /// Its broker is away or could not delete it; tried again when the broker returns.
    DeletionIneligible,
}

impl ReplicaState {
    /// The states from which this one may be entered.
    fn predecessors(self) -> &'static [ReplicaState] {
        use ReplicaState as State;
        match self {
            State::NonExistent => &[State::DeletionSuccessful],
            State::New => &[State::NonExistent],
            State::Online | State::Offline => {
                &[State::New, State::Online, State::Offline, State::DeletionIneligible]
            }
            State::DeletionStarted => &[State::Offline],
            State::DeletionSuccessful => &[State::DeletionStarted],
            State::DeletionIneligible => &[State::Offline, State::DeletionStarted],
        }
    }
}

impl fmt::Display for ReplicaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReplicaState::NonExistent => "NonExistentReplica",
            ReplicaState::New => "NewReplica",
            ReplicaState::Online => "OnlineReplica",
            ReplicaState::Offline => "OfflineReplica",
            ReplicaState::DeletionStarted => "ReplicaDeletionStarted",
            ReplicaState::DeletionSuccessful => "ReplicaDeletionSuccessful",
            ReplicaState::DeletionIneligible => "ReplicaDeletionIneligible",
        })
    }
}

impl Active {
    /// The only way a replica changes state.
    pub(super) fn enter_replica(
        &mut self,
        broker: BrokerId,
        partition: &TopicPartition,
        state: ReplicaState,
    ) {
        let one = self.context.partition_mut(partition);
        let one = one.unwrap_or_else(|| panic!("{partition} is not known"));
        let now = one.replicas.entry(broker).or_insert(ReplicaState::NonExistent);
        assert!(
            state.predecessors().contains(now),
            "replica {broker} of {partition} cannot go from {now} to {state}",
        );
        *now = state;
        if state == ReplicaState::NonExistent {
            one.replicas.remove(&broker);
        }
    }

    pub(super) fn replica_state(
        &self,
        broker: BrokerId,
        partition: &TopicPartition,
    ) -> ReplicaState {
        let one = self.context.partition(partition);
        let state = one.and_then(|one| one.replicas.get(&broker)).copied();
        state.unwrap_or(ReplicaState::NonExistent)
    }

    /// Replicas whose broker has come (back): each is told who leads. Elections that their coming
    /// makes possible are held first, so that they are told once.
    pub(super) fn replicas_online(&mut self, replicas: Vec<Replica>, out: &mut Vec<Effect>) {
        for (broker, partition) in replicas {
            if self.context.partition(&partition).is_none() {
                continue;
            }
            match self.replica_state(broker, &partition) {
                ReplicaState::NonExistent => {
                    self.enter_replica(broker, &partition, ReplicaState::New);
                }
                // Their deletion goes on; `resume_deletions` decides how.
                ReplicaState::DeletionStarted | ReplicaState::DeletionSuccessful => continue,
                ReplicaState::New
                | ReplicaState::Online
                | ReplicaState::Offline
                | ReplicaState::DeletionIneligible => {}
            }
            self.enter_replica(broker, &partition, ReplicaState::Online);
            let has_leader =
                self.context.partition(&partition).is_some_and(|one| one.leadership.is_some());
            if has_leader && !self.deletion.is_queued(&partition.topic) {
                self.batch.leader_and_isr([broker], &partition, false);
                self.batch.update_metadata(&partition);
            }
        }
        self.elect_for_leaderless(out);
    }

    /// Replicas that are gone for now: they are stopped, and leave the ISR, because a leader
    /// would otherwise wait for them.
    pub(super) fn replicas_offline(&mut self, replicas: Vec<Replica>, out: &mut Vec<Effect>) {
        let mut leaving: BTreeMap<TopicPartition, BTreeSet<BrokerId>> = BTreeMap::new();
        for (broker, partition) in replicas {
            match self.replica_state(broker, &partition) {
                ReplicaState::NonExistent
                | ReplicaState::DeletionStarted
                | ReplicaState::DeletionSuccessful => continue,
                ReplicaState::New
                | ReplicaState::Online
                | ReplicaState::Offline
                | ReplicaState::DeletionIneligible => {}
            }
            self.enter_replica(broker, &partition, ReplicaState::Offline);
            self.batch.stop_replica(broker, &partition, false);
            self.batch.update_metadata(&partition);
            leaving.entry(partition).or_default().insert(broker);
        }
        let known = |name: &TopicPartition| {
            self.context.partition(name).is_some_and(|one| one.leadership.is_some())
        };
        let changes: Vec<_> = leaving
            .into_iter()
            .filter(|(name, _)| known(name) && !self.deletion.is_queued(&name.topic))
            .map(|(name, brokers)| (name, Change::Remove(brokers)))
            .collect();
        self.change(changes, Then::Nothing, out);
    }

    /// Replicas that a reassignment has moved away: their brokers delete them. Nobody waits for
    /// the answer: what a dead broker keeps, it is told to stop when it returns.
    pub(super) fn replicas_dropped(&mut self, replicas: Vec<Replica>) {
        for (broker, partition) in replicas {
            if self.replica_state(broker, &partition) != ReplicaState::Offline {
                continue;
            }
            self.enter_replica(broker, &partition, ReplicaState::DeletionStarted);
            self.batch.stop_replica(broker, &partition, true);
            self.enter_replica(broker, &partition, ReplicaState::DeletionSuccessful);
            self.enter_replica(broker, &partition, ReplicaState::NonExistent);
        }
    }
}
