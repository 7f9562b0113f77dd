//! The states of a partition, and how it comes into them.
//!
//! ```text
//!   NonExistent --> New --> Online <--> Offline --> NonExistent
//!                    |                     ^
//!                    +---------------------+
//! ```

use std::fmt;

use crate::kafka::types::TopicPartition;

use super::active::{Active, Then};
use super::effect::Effect;
use super::election::Strategy;
use super::leadership::Change;
use super::replica_states::ReplicaState;

/// The state of a partition, as the controller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartitionState {
    NonExistent,
    New,
    Online,
    Offline,
}

impl PartitionState {
    /// The states from which this one may be entered.
    fn predecessors(self) -> &'static [PartitionState] {
        match self {
            PartitionState::NonExistent => &[PartitionState::Offline],
            PartitionState::New => &[PartitionState::NonExistent],
            PartitionState::Online | PartitionState::Offline => {
                &[PartitionState::New, PartitionState::Online, PartitionState::Offline]
            }
        }
    }
}

impl fmt::Display for PartitionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PartitionState::NonExistent => "NonExistentPartition",
            PartitionState::New => "NewPartition",
            PartitionState::Online => "OnlinePartition",
            PartitionState::Offline => "OfflinePartition",
        })
    }
}

impl Active {
    /// The only way a partition changes state.
    pub(super) fn enter(&mut self, partition: &TopicPartition, state: PartitionState) {
        let one = self.context.partition_mut(partition);
        let one = one.unwrap_or_else(|| panic!("{partition} is not known"));
        assert!(
            state.predecessors().contains(&one.state),
            "{partition} cannot go from {} to {state}",
            one.state,
        );
        one.state = state;
    }

    /// Partitions nobody has seen before: they get a first leader, and brokers are told.
    pub(super) fn new_partitions(
        &mut self,
        partitions: Vec<TopicPartition>,
        out: &mut Vec<Effect>,
    ) {
        for partition in &partitions {
            self.enter(partition, PartitionState::New);
            let one = self.context.partition(partition).expect("entered above");
            for replica in one.assignment.replicas.clone() {
                self.enter_replica(replica, partition, ReplicaState::New);
            }
        }
        let changes = partitions.into_iter().map(|one| (one, Change::Create)).collect();
        self.change(changes, Then::Nothing, out);
    }

    /// Tries to find a leader for every partition that has none: each trigger tries them all,
    /// because a partition that failed before may have become electable by any event.
    pub(super) fn elect_for_leaderless(&mut self, out: &mut Vec<Effect>) {
        let mut changes = Vec::new();
        for (name, partition) in self.context.partitions() {
            if self.deletion.is_queued(&name.topic) {
                continue;
            }
            match partition.state {
                PartitionState::New => changes.push((name, Change::Create)),
                PartitionState::Offline => {
                    changes.push((name, Change::Elect(Strategy::Offline { unclean: false })));
                }
                PartitionState::Online | PartitionState::NonExistent => {}
            }
        }
        self.change(changes, Then::Nothing, out);
    }
}
