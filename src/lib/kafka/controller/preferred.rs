//! Leaders go back to where they should be, or where an operator wants one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kafka::types::{BrokerId, TopicPartition};

use super::active::{Active, Task, Then};
use super::effect::{Answer, Effect, Refusal, ReplyTo, Verdicts, Write};
use super::election::Strategy;
use super::leadership::Change;

impl Active {
    /// Compares, for each broker, how many partitions it should lead with how many of those it
    /// does not, and moves the lead back where that is more than allowed.
    pub(super) fn rebalance(&mut self) {
        let mut preferred: BTreeMap<BrokerId, (usize, Vec<TopicPartition>)> = BTreeMap::new();
        for (name, partition) in self.context.partitions() {
            let Some(first) = partition.assignment.replicas.first() else { continue };
            if self.deletion.is_queued(&name.topic) {
                continue;
            }
            let (all, strayed) = preferred.entry(*first).or_default();
            *all += 1;
            if partition.leader() != Some(*first) {
                strayed.push(name);
            }
        }
        let mut changes = Vec::new();
        for (broker, (all, strayed)) in preferred {
            let limit = usize::from(self.settings.imbalance_percent) * all;
            if strayed.len() * 100 <= limit {
                continue;
            }
            let electable = strayed.into_iter().filter(|name| self.may_return(broker, name));
            changes.extend(electable.map(|name| (name, Change::Elect(Strategy::Preferred))));
        }
        self.next([Task::Change { changes, then: Then::Nothing }]);
    }

    fn may_return(&self, broker: BrokerId, name: &TopicPartition) -> bool {
        let Some(partition) = self.context.partition(name) else { return false };
        let in_sync = partition.leadership.as_ref().is_some_and(|one| one.isr.contains(&broker));
        in_sync && !partition.assignment.is_moving() && self.context.is_online(broker, name)
    }

    /// `/admin/preferred_replica_election`: tried once, whatever comes of it.
    pub(super) fn preferred_election_requested(&mut self, partitions: BTreeSet<TopicPartition>) {
        let wanted = partitions.into_iter().filter(|name| !self.deletion.is_queued(&name.topic));
        let changes = wanted.map(|name| (name, Change::Elect(Strategy::Preferred))).collect();
        self.next([
            Task::Change { changes, then: Then::Nothing },
            Task::Write(vec![Write::DeletePreferredElection]),
        ]);
    }

    /// KIP-460.
    pub(super) fn elect_leaders(
        &mut self,
        to: ReplyTo,
        unclean: bool,
        partitions: Option<Vec<TopicPartition>>,
    ) {
        let all = || self.context.partitions().map(|(name, _)| name).collect();
        let partitions: Vec<_> = partitions.unwrap_or_else(all);
        let strategy =
            if unclean { Strategy::Offline { unclean: true } } else { Strategy::Preferred };
        let mut answers = Verdicts::new();
        let mut changes = Vec::new();
        for name in partitions {
            if self.context.partition(&name).is_none() {
                answers.insert(name, Err(Refusal::UnknownTopicOrPartition));
            } else if self.deletion.is_queued(&name.topic) {
                answers.insert(name, Err(Refusal::TopicBeingDeleted));
            } else {
                changes.push((name, Change::Elect(strategy)));
            }
        }
        self.next([Task::Change { changes, then: Then::AnswerElection { to, answers } }]);
    }

    pub(super) fn answer_election(to: ReplyTo, answers: Verdicts, out: &mut Vec<Effect>) {
        out.push(Effect::Reply { to, answer: Answer::ElectLeaders(answers) });
    }

    /// `unclean.leader.election.enable` has another value somewhere.
    pub(super) fn unclean_changed(&mut self, topic: Option<Arc<str>>, allowed: Option<bool>) {
        let unclean = &mut self.context.unclean;
        match (topic, allowed) {
            (Some(topic), Some(allowed)) => {
                unclean.topics.insert(topic, allowed);
            }
            (Some(topic), None) => {
                unclean.topics.remove(&topic);
            }
            (None, allowed) => unclean.default = allowed.unwrap_or(false),
        }
        self.next([Task::ElectLeaderless]);
    }
}
