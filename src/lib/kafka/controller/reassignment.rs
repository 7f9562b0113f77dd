//! Replicas move to other brokers (KIP-455).
//!
//! A move writes the topic's node first, with what it adds and removes, so that the next
//! controller can go on with it. It waits until all of the target is in the ISR; then a leader is
//! chosen among the target, what is no longer wanted is deleted, and the node says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kafka::types::{BrokerId, TopicPartition};

use super::active::{Active, Task, Then, UnderWay};
use super::context::{Assignment, without};
use super::effect::{Answer, Effect, Misassigned, Refusal, ReplyTo, Verdicts, Write};
use super::election::Strategy;
use super::event::Outcome;
use super::leadership::Change;
use super::replica_states::ReplicaState;

impl Active {
    /// The partitions that are moving, of those whose assignment `wanted` likes.
    pub(super) fn moving(
        &self,
        wanted: impl Fn(&Assignment) -> bool,
    ) -> BTreeMap<TopicPartition, Assignment> {
        let partitions = self.context.partitions();
        partitions
            .filter(|(_, one)| one.assignment.is_moving() && wanted(&one.assignment))
            .map(|(name, one)| (name, one.assignment.clone()))
            .collect()
    }

    pub(super) fn is_moving(&self, topic: &Arc<str>) -> bool {
        let topic = self.context.topics.get(topic);
        topic.is_some_and(|topic| topic.partitions.values().any(|one| one.assignment.is_moving()))
    }

    /// KIP-455's API. No replicas: back to where it came from.
    pub(super) fn alter_reassignments(
        &mut self,
        from: ReplyTo,
        wishes: Vec<(TopicPartition, Option<Vec<BrokerId>>)>,
    ) {
        let mut answers = Verdicts::new();
        let mut moves = BTreeMap::new();
        for (name, target) in wishes {
            match self.plan(&name, target.as_deref()) {
                Ok(assignment) => {
                    // From now on the API's wish counts, not the znode's.
                    self.znode_moves.remove(&name);
                    answers.insert(name.clone(), Ok(()));
                    moves.insert(name, assignment);
                }
                Err(refusal) => {
                    answers.insert(name, Err(refusal));
                }
            }
        }
        self.next([Task::StartMoves(moves), Task::AnswerMoves { to: from, answers }]);
    }

    /// `/admin/reassign_partitions`. What cannot be done is struck from it.
    pub(super) fn moves_requested(&mut self, wishes: BTreeMap<TopicPartition, Vec<BrokerId>>) {
        let mut moves = BTreeMap::new();
        let mut struck = false;
        for (name, target) in wishes {
            if self.znode_moves.get(&name) == Some(&target) {
                continue;
            }
            match self.plan(&name, Some(&target)) {
                Ok(assignment) => {
                    self.znode_moves.insert(name.clone(), target);
                    moves.insert(name, assignment);
                }
                Err(refusal) => {
                    struck = true;
                    tracing::error!(
                        target: "kafka.controller.KafkaController",
                        "[Controller id={}] Ignoring reassignment of partition {name}: {refusal}",
                        self.id,
                    );
                }
            }
        }
        if struck {
            let remaining = Write::Reassignments(self.znode_moves.clone());
            self.next([Task::Write(vec![remaining])]);
        }
        self.next([Task::StartMoves(moves)]);
    }

    /// The assignment that leads to `target`, if it may.
    fn plan(
        &self,
        name: &TopicPartition,
        target: Option<&[BrokerId]>,
    ) -> Result<Assignment, Refusal> {
        let partition = self.context.partition(name).ok_or(Refusal::UnknownTopicOrPartition)?;
        if self.deletion.is_queued(&name.topic) {
            return Err(Refusal::UnknownTopicOrPartition);
        }
        let current = &partition.assignment;
        let Some(target) = target else {
            return match current.is_moving() {
                true => Ok(current.towards(&current.origin())),
                false => Err(Refusal::NoReassignmentInProgress),
            };
        };
        let distinct: BTreeSet<_> = target.iter().collect();
        let added = without(target, &current.origin());
        let wrong = if target.is_empty() {
            Some(Misassigned::Empty)
        } else if target.iter().any(|id| id.0 < 0) {
            Some(Misassigned::Negative)
        } else if distinct.len() < target.len() {
            Some(Misassigned::Duplicate)
        } else {
            let dead = added.into_iter().find(|id| !self.context.is_live(*id));
            dead.map(Misassigned::DeadBroker)
        };
        match wrong {
            Some(wrong) => Err(Refusal::InvalidReplicaAssignment(wrong)),
            None => Ok(current.towards(target)),
        }
    }

    /// Writes down where the partitions go, where that is news, and sets them going.
    pub(super) fn start_moves(
        &mut self,
        moves: BTreeMap<TopicPartition, Assignment>,
        out: &mut Vec<Effect>,
    ) {
        let mut nodes = BTreeMap::new();
        for (name, assignment) in &moves {
            let Some(topic) = self.context.topics.get(&name.topic) else { continue };
            let now = topic.partitions.get(&name.partition).map(|one| &one.assignment);
            if now.is_some_and(|now| now != assignment) {
                let node = nodes.entry(name.topic.clone()).or_insert_with(|| topic.node());
                node.partitions.insert(name.partition, assignment.clone());
            }
        }
        if nodes.is_empty() {
            return self.moves_started(moves);
        }
        let topics = nodes.keys().cloned().collect();
        out.push(Effect::Write(nodes.into_iter().map(|(t, node)| Write::Topic(t, node)).collect()));
        self.under_way = Some(UnderWay::Moves { topics, moves });
    }

    pub(super) fn moves_written(
        &mut self,
        topics: &[Arc<str>],
        mut moves: BTreeMap<TopicPartition, Assignment>,
        outcomes: &[Outcome],
    ) {
        assert_eq!(topics.len(), outcomes.len(), "one outcome for each write");
        let written = topics.iter().zip(outcomes);
        let refused: BTreeSet<_> = written
            .filter(|(_, outcome)| !matches!(outcome, Outcome::Done { .. }))
            .map(|(topic, _)| topic)
            .collect();
        moves.retain(|name, _| !refused.contains(&name.topic));
        self.moves_started(moves);
    }

    fn moves_started(&mut self, moves: BTreeMap<TopicPartition, Assignment>) {
        let mut abandoned = Vec::new();
        let mut bumps = Vec::new();
        let mut arrived = Vec::new();
        for (name, assignment) in moves {
            let Some(partition) = self.context.partition_mut(&name) else { continue };
            // Replicas that an earlier move was adding and that this one does not want.
            let before = std::mem::replace(&mut partition.assignment, assignment.clone());
            let gone = without(&before.replicas, &assignment.replicas);
            abandoned.extend(gone.into_iter().map(|id| (id, name.clone())));
            if self.has_arrived(&name) {
                arrived.push(name);
                continue;
            }
            for replica in &assignment.adding {
                if self.replica_state(*replica, &name) == ReplicaState::NonExistent {
                    self.enter_replica(*replica, &name, ReplicaState::New);
                }
            }
            bumps.push((name, Change::Bump));
        }
        self.finish_all(arrived);
        self.next([
            Task::Change { changes: bumps, then: Then::Nothing },
            Task::ReplicasOffline(abandoned.clone()),
            Task::ReplicasDropped(abandoned),
        ]);
    }

    /// Whether all of the target is in the ISR.
    fn has_arrived(&self, name: &TopicPartition) -> bool {
        let Some(partition) = self.context.partition(name) else { return false };
        let Some(leadership) = &partition.leadership else { return false };
        partition.assignment.target().iter().all(|id| leadership.isr.contains(id))
    }

    /// ISRs have changed: some moves may have arrived.
    pub(super) fn progress(&mut self, partitions: Vec<TopicPartition>) {
        let arrived = |name: &TopicPartition| {
            let moving = self.context.partition(name).is_some_and(|one| one.assignment.is_moving());
            (moving || self.znode_moves.contains_key(name)) && self.has_arrived(name)
        };
        let arrived: Vec<_> = partitions.into_iter().filter(arrived).collect();
        self.finish_all(arrived);
    }

    fn finish_all(&mut self, arrived: Vec<TopicPartition>) {
        if !arrived.is_empty() {
            self.next([Task::FinishMoves(arrived)]);
        }
    }

    /// All that arrived together end together: the nodes that say so are large, and each is written
    /// once.
    pub(super) fn finish_moves(&mut self, names: Vec<TopicPartition>) {
        let mut changes = Vec::new();
        let mut removed = Vec::new();
        let mut known = Vec::new();
        for name in names {
            let Some(partition) = self.context.partition_mut(&name) else { continue };
            let target = partition.assignment.target();
            let removing = partition.assignment.removing.clone();
            let leader = partition.leader();
            partition.assignment = Assignment::new(target.clone());
            for replica in &target {
                if self.replica_state(*replica, &name) == ReplicaState::New {
                    self.enter_replica(*replica, &name, ReplicaState::Online);
                }
            }
            let stays =
                leader.is_some_and(|id| target.contains(&id) && self.context.is_online(id, &name));
            let change = if stays { Change::Bump } else { Change::Elect(Strategy::Reassign) };
            removed.extend(removing.into_iter().map(|id| (id, name.clone())));
            changes.push((name.clone(), change));
            known.push(name);
        }
        self.next([
            Task::Change { changes, then: Then::Nothing },
            Task::ReplicasOffline(removed.clone()),
            Task::ReplicasDropped(removed),
            Task::RecordMoves(known),
            Task::ResumeDeletions,
        ]);
    }

    /// The moves are over: write it down.
    pub(super) fn record_moves(&mut self, names: &[TopicPartition], out: &mut Vec<Effect>) {
        let topics: BTreeSet<_> = names.iter().map(|name| &name.topic).collect();
        let mut writes: Vec<_> = topics
            .into_iter()
            .filter_map(|name| {
                let topic = self.context.topics.get(name)?;
                Some(Write::Topic(name.clone(), topic.node()))
            })
            .collect();
        let asked_for = self.znode_moves.len();
        names.iter().for_each(|name| _ = self.znode_moves.remove(name));
        if self.znode_moves.len() < asked_for {
            writes.push(Write::Reassignments(self.znode_moves.clone()));
        }
        self.chore(writes, out);
    }

    pub(super) fn answer_moves(&self, to: ReplyTo, answers: Verdicts, out: &mut Vec<Effect>) {
        out.push(Effect::Reply { to, answer: Answer::AlterReassignments(answers) });
    }

    pub(super) fn list_reassignments(
        &self,
        to: ReplyTo,
        partitions: Option<Vec<TopicPartition>>,
        out: &mut Vec<Effect>,
    ) {
        let mut moves = self.moving(|_| true);
        if let Some(partitions) = partitions {
            let asked: BTreeSet<_> = partitions.into_iter().collect();
            moves.retain(|name, _| asked.contains(name));
        }
        out.push(Effect::Reply { to, answer: Answer::ListReassignments(moves) });
    }
}
