//! Changing who leads: decide, write on condition, take what was written as the truth.
//!
//! Every change of a partition's `state` znode goes this way, many partitions at a time:
//!
//! 1. [`Active::decide`] says what the znode should hold, from the picture alone.
//! 2. The write carries the version that the picture knows. A conflict means that somebody else (a
//!    leader that shrank its ISR) wrote in between: the znode is read again and step 1 repeated. Or
//!    it was this very write, whose answer was lost with a connection, and that was sent again.
//! 3. What was written enters the picture, and whoever must know is told in the next batch.

use std::collections::{BTreeMap, BTreeSet};

use crate::kafka::types::{BrokerId, LeaderEpoch, TopicPartition};

use super::active::{Active, Task, Then, UnderWay};
use super::context::{Ids, LeaderAndIsr, Partition, without};
use super::effect::{Effect, Refusal, Write};
use super::election::{self, Strategy};
use super::event::{IsrProposal, Outcome};
use super::partition_states::PartitionState;
use super::replica_states::ReplicaState;

/// What should become of a partition's leadership.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// Its first leader.
    Create,
    /// Another leader.
    Elect(Strategy),
    /// These replicas leave the ISR, and the lead.
    Remove(BTreeSet<BrokerId>),
    /// The same under a higher epoch, so that brokers take up a new list of replicas.
    Bump,
    /// The leader proposes another ISR (KIP-497).
    Isr(IsrProposal),
}

/// What [`Active::decide`] found.
enum Decision {
    Write(LeaderAndIsr),
    /// It is so already.
    Keep,
    Refuse(Refusal),
}

/// A round of writes, and what the rounds before it came to.
#[derive(Debug)]
pub(super) struct Round {
    writing: Vec<(TopicPartition, Change, LeaderAndIsr)>,
    /// Lost a race: read again, decided again.
    again: Vec<(TopicPartition, Change, LeaderAndIsr)>,
    results: BTreeMap<TopicPartition, Result<(), Refusal>>,
    pub(super) then: Then,
}

impl Active {
    /// Begins the changes; `then` follows when all are written or refused.
    pub(super) fn change(
        &mut self,
        changes: Vec<(TopicPartition, Change)>,
        then: Then,
        out: &mut Vec<Effect>,
    ) {
        self.write_round(changes, BTreeMap::new(), then, out);
    }

    fn write_round(
        &mut self,
        changes: Vec<(TopicPartition, Change)>,
        mut results: BTreeMap<TopicPartition, Result<(), Refusal>>,
        then: Then,
        out: &mut Vec<Effect>,
    ) {
        let mut writing = Vec::new();
        for (name, change) in changes {
            match self.decide(&name, &change) {
                Decision::Write(wanted) => writing.push((name, change, wanted)),
                Decision::Keep => {
                    self.kept(&name, &change);
                    results.insert(name, Ok(()));
                }
                Decision::Refuse(refusal) => {
                    results.insert(name, Err(refusal));
                }
            }
        }
        if writing.is_empty() {
            return self.changed(results, then);
        }
        let writes = writing.iter().map(|(name, change, wanted)| match change {
            Change::Create => Write::CreateState(name.clone(), wanted.clone()),
            Change::Elect(_) | Change::Remove(_) | Change::Bump | Change::Isr(_) => {
                Write::State(name.clone(), wanted.clone())
            }
        });
        out.push(Effect::Write(writes.collect()));
        self.under_way =
            Some(UnderWay::Changes(Round { writing, again: Vec::new(), results, then }));
    }

    /// The round's writes have come back.
    pub(super) fn round_written(
        &mut self,
        mut round: Round,
        outcomes: Vec<Outcome>,
        out: &mut Vec<Effect>,
    ) {
        assert_eq!(round.writing.len(), outcomes.len(), "one outcome for each write");
        for ((name, change, mut wanted), outcome) in round.writing.drain(..).zip(outcomes) {
            match outcome {
                Outcome::Done { version } => {
                    wanted.version = version;
                    self.written(&name, &change, wanted);
                    round.results.insert(name, Ok(()));
                }
                Outcome::Conflict | Outcome::Exists => round.again.push((name, change, wanted)),
                Outcome::Missing | Outcome::Failed => {
                    tracing::error!(
                        target: "kafka.controller.KafkaController",
                        "[Controller id={}] Failed to write the state of partition {name}",
                        self.id,
                    );
                    round.results.insert(name, Err(Refusal::NotWritten));
                }
            }
        }
        if round.again.is_empty() {
            return self.changed(round.results, round.then);
        }
        out.push(Effect::ReadStates(round.again.iter().map(|(name, ..)| name.clone()).collect()));
        self.under_way = Some(UnderWay::Rereads(round));
    }

    /// The znodes of lost races have been read.
    pub(super) fn round_read(
        &mut self,
        mut round: Round,
        states: &BTreeMap<TopicPartition, LeaderAndIsr>,
        out: &mut Vec<Effect>,
    ) {
        let mut again = Vec::new();
        for (name, change, wanted) in round.again.drain(..) {
            match states.get(&name) {
                // Brokers must hear of it all the same.
                Some(stored) if is_written(&wanted, stored) => {
                    self.written(&name, &change, stored.clone());
                    round.results.insert(name, Ok(()));
                }
                Some(stored) if stored.controller_epoch <= self.epoch => {
                    self.take(&name, stored.clone());
                    again.push((name, change));
                }
                // A newer controller has been here: this one is about to hear that it is deposed.
                Some(_) => {
                    round.results.insert(name, Err(Refusal::NotController));
                }
                None => {
                    round.results.insert(name, Err(Refusal::NotWritten));
                }
            }
        }
        self.write_round(again, round.results, round.then, out);
    }

    /// Takes what ZooKeeper holds as the truth.
    pub(super) fn take(&mut self, name: &TopicPartition, stored: LeaderAndIsr) {
        if let Some(partition) = self.context.partition_mut(name) {
            partition.leadership = Some(stored);
        }
    }

    /// What the state should be. Changes nothing.
    fn decide(&self, name: &TopicPartition, change: &Change) -> Decision {
        let Some(partition) = self.context.partition(name) else {
            return Decision::Refuse(Refusal::UnknownTopicOrPartition);
        };
        let Some(current) = &partition.leadership else {
            return match change {
                Change::Create => self.decide_first(name),
                Change::Elect(_) | Change::Remove(_) | Change::Bump | Change::Isr(_) => {
                    Decision::Refuse(Refusal::UnknownTopicOrPartition)
                }
            };
        };
        match change {
            // Its znode was there after all, from a controller that died between writing it and
            // telling anybody.
            Change::Create => match current.leader {
                Some(leader) if self.context.is_online(leader, name) => Decision::Keep,
                Some(_) | None => {
                    let strategy = Strategy::Offline { unclean: false };
                    self.decide_election(name, partition, current, strategy)
                }
            },
            Change::Elect(strategy) => self.decide_election(name, partition, current, *strategy),
            Change::Remove(gone) => self.decide_removal(current, gone),
            Change::Bump => Decision::Write(self.next_epoch(current)),
            Change::Isr(proposal) => self.decide_isr(partition, current, proposal),
        }
    }

    fn decide_first(&self, name: &TopicPartition) -> Decision {
        let online = self.context.online(name);
        let Some(leader) = online.first().copied() else {
            return Decision::Refuse(Refusal::EligibleLeadersNotAvailable);
        };
        Decision::Write(LeaderAndIsr {
            leader: Some(leader),
            leader_epoch: LeaderEpoch(0),
            isr: online,
            recovering: false,
            controller_epoch: self.epoch,
            version: 0,
        })
    }

    fn decide_election(
        &self,
        name: &TopicPartition,
        partition: &Partition,
        current: &LeaderAndIsr,
        strategy: Strategy,
    ) -> Decision {
        let assigned = &partition.assignment.replicas;
        let online = self.context.online(name);
        let leads_already = |leader: Option<&BrokerId>| {
            leader.is_some()
                && current.leader.as_ref() == leader
                && leader.is_some_and(|id| online.contains(id))
        };
        let (elected, refusal) = match strategy {
            Strategy::Offline { unclean } => {
                if current.leader.is_some_and(|leader| online.contains(&leader))
                    && partition.state == PartitionState::Online
                {
                    return Decision::Refuse(Refusal::ElectionNotNeeded);
                }
                let allowed = unclean || self.context.unclean.allowed(&name.topic);
                let elected = election::offline(assigned, &current.isr, &online, allowed);
                (elected, Refusal::EligibleLeadersNotAvailable)
            }
            Strategy::Preferred if leads_already(assigned.first()) => {
                return Decision::Refuse(Refusal::ElectionNotNeeded);
            }
            Strategy::Preferred => (
                election::preferred(assigned, &current.isr, &online),
                Refusal::PreferredLeaderNotAvailable,
            ),
            Strategy::Reassign => {
                let target = partition.assignment.target();
                let elected = election::reassign(&target, &current.isr, &online);
                (elected, Refusal::EligibleLeadersNotAvailable)
            }
            Strategy::ControlledShutdown => {
                let stopping: Vec<_> = self.context.shutting_down.iter().copied().collect();
                let elected =
                    election::controlled_shutdown(assigned, &current.isr, &online, &stopping);
                (elected, Refusal::EligibleLeadersNotAvailable)
            }
        };
        match elected {
            Some(elected) => Decision::Write(LeaderAndIsr {
                leader: Some(elected.leader),
                isr: elected.isr,
                recovering: current.recovering || (elected.unclean && self.settings.recovery),
                ..self.next_epoch(current)
            }),
            None => Decision::Refuse(refusal),
        }
    }

    /// Replicas leave the ISR. When none would remain it stays as it is: each of its members has
    /// all that was committed, so whichever returns first may lead.
    fn decide_removal(&self, current: &LeaderAndIsr, gone: &BTreeSet<BrokerId>) -> Decision {
        let gone: Vec<_> = gone.iter().copied().collect();
        let remaining = without(&current.isr, &gone);
        let isr = if remaining.is_empty() { current.isr.clone() } else { remaining };
        let leader = current.leader.filter(|leader| !gone.contains(leader));
        if isr == current.isr && leader == current.leader {
            return Decision::Keep;
        }
        Decision::Write(LeaderAndIsr { leader, isr, ..self.next_epoch(current) })
    }

    fn decide_isr(
        &self,
        partition: &Partition,
        current: &LeaderAndIsr,
        proposal: &IsrProposal,
    ) -> Decision {
        match super::isr::judge(current, proposal, |id| self.context.is_live(id)) {
            Ok(true) => {}
            Ok(false) => return Decision::Keep,
            Err(refusal) => return Decision::Refuse(refusal),
        }
        debug_assert!(!partition.assignment.replicas.is_empty());
        Decision::Write(LeaderAndIsr {
            isr: proposal.isr.clone(),
            recovering: proposal.recovering,
            controller_epoch: self.epoch,
            ..current.clone()
        })
    }

    fn next_epoch(&self, current: &LeaderAndIsr) -> LeaderAndIsr {
        LeaderAndIsr {
            leader_epoch: LeaderEpoch(current.leader_epoch.0 + 1),
            controller_epoch: self.epoch,
            ..current.clone()
        }
    }

    /// Nothing had to be written; somebody may still have to hear of it.
    fn kept(&mut self, name: &TopicPartition, change: &Change) {
        match change {
            Change::Create => self.leads(name, true),
            // Which replicas are offline is part of the metadata.
            Change::Remove(_) => self.batch.update_metadata(name),
            Change::Elect(_) | Change::Bump | Change::Isr(_) => {}
        }
    }

    /// The change is in ZooKeeper: take it up and say it.
    fn written(&mut self, name: &TopicPartition, change: &Change, now: LeaderAndIsr) {
        tracing::debug!(
            target: "state.change.logger",
            "[Controller id={} epoch={}] Changed partition {name} to {now}",
            self.id, self.epoch,
        );
        let queued = self.deletion.is_queued(&name.topic);
        self.take(name, now);
        let Some(partition) = self.context.partition(name) else { return };
        let replicas = partition.assignment.replicas.clone();
        match change {
            Change::Create => self.leads(name, true),
            Change::Elect(_) => self.leads(name, false),
            Change::Remove(gone) if !queued => {
                let gone: Vec<_> = gone.iter().copied().collect();
                self.batch.leader_and_isr(without(&replicas, &gone), name, false);
            }
            Change::Remove(_) => {}
            Change::Bump => {
                for replica in replicas {
                    let new = self.replica_state(replica, name) == ReplicaState::New;
                    self.batch.leader_and_isr([replica], name, new);
                }
            }
            Change::Isr(_) => tracing::info!(
                target: "kafka.controller.KafkaController",
                "[Controller id={}] ISR of partition {name} is {}",
                self.id, partition.leadership.as_ref().map_or_else(String::new, |it| Ids(&it.isr).to_string()),
            ),
        }
        self.batch.update_metadata(name);
    }

    /// The partition has a leader: it is online, and so are those of its replicas that can be.
    fn leads(&mut self, name: &TopicPartition, new: bool) {
        self.enter(name, PartitionState::Online);
        let reachable: Vec<_> = {
            let partition = self.context.partition(name).expect("entered above");
            let replicas = partition.assignment.replicas.iter().copied();
            replicas.filter(|id| self.context.is_reachable(*id, name)).collect()
        };
        for replica in &reachable {
            if self.replica_state(*replica, name) == ReplicaState::New {
                self.enter_replica(*replica, name, ReplicaState::Online);
            }
        }
        self.batch.leader_and_isr(reachable, name, new);
        self.batch.update_metadata(name);
    }

    /// Every change of a task has come to its end.
    fn changed(&mut self, results: BTreeMap<TopicPartition, Result<(), Refusal>>, then: Then) {
        let failed = results.values().filter(|result| result.is_err()).count();
        if failed > 0 {
            tracing::debug!(
                target: "kafka.controller.KafkaController",
                "[Controller id={}] {failed} of {} partition changes were not made",
                self.id, results.len(),
            );
        }
        match then {
            Then::Nothing => {}
            Then::AnswerElection { to, mut answers } => {
                answers.extend(results);
                self.next([Task::AnswerElection { to, answers }]);
            }
            Then::AnswerIsr { to, mut answers } => {
                answers.extend(results);
                self.next([Task::AnswerIsr { to, answers }]);
            }
        }
    }
}

/// Whether a znode holds what was to be written, by this controller and nobody else: its epoch is
/// in it.
fn is_written(wanted: &LeaderAndIsr, stored: &LeaderAndIsr) -> bool {
    LeaderAndIsr { version: stored.version, ..wanted.clone() } == *stored
}
