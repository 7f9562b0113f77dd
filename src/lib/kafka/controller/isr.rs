//! ISR changes: proposed by leaders over AlterPartition (KIP-497), or written by leaders to
//! ZooKeeper and announced below `/isr_change_notification` (before 2.7-IV2).

use std::collections::{BTreeMap, BTreeSet};

use crate::kafka::types::{BrokerId, TopicPartition};

use super::active::{Active, Task, Then, UnderWay};
use super::context::LeaderAndIsr;
use super::effect::{Answer, Effect, Refusal, ReplyTo, Write};
use super::event::{AlterPartition, IsrProposal};
use super::leadership::Change;

/// Whether `proposal` changes `current`, or why it may not.
pub(super) fn judge(
    current: &LeaderAndIsr,
    proposal: &IsrProposal,
    is_live: impl Fn(BrokerId) -> bool,
) -> Result<bool, Refusal> {
    if proposal.leader_epoch > current.leader_epoch || proposal.partition_epoch > current.version {
        // The leader knows more than this controller: there must be another.
        return Err(Refusal::NotController);
    }
    if proposal.leader_epoch < current.leader_epoch {
        return Err(Refusal::FencedLeaderEpoch);
    }
    if proposal.isr == current.isr && proposal.recovering == current.recovering {
        return Ok(false);
    }
    if proposal.partition_epoch < current.version {
        return Err(Refusal::InvalidUpdateVersion);
    }
    let recovering_with_others = proposal.recovering && proposal.isr.len() > 1;
    if proposal.isr.is_empty()
        || recovering_with_others
        || (proposal.recovering && !current.recovering)
    {
        return Err(Refusal::InvalidRequest);
    }
    if !proposal.isr.iter().all(|id| is_live(*id)) {
        return Err(Refusal::IneligibleReplica);
    }
    Ok(true)
}

impl Active {
    /// A leader asks for other ISRs.
    pub(super) fn alter_partition(
        &mut self,
        to: ReplyTo,
        request: AlterPartition,
        out: &mut Vec<Effect>,
    ) {
        let known = self.context.brokers.get(&request.broker);
        if known.is_none_or(|broker| broker.epoch != request.broker_epoch) {
            let answer = Answer::AlterPartition(Err(Refusal::StaleBrokerEpoch));
            out.push(Effect::Reply { to, answer });
            return;
        }
        let mut changes = Vec::new();
        let mut answers = BTreeMap::new();
        for (name, proposal) in request.partitions {
            if self.context.partition(&name).is_some() {
                changes.push((name, Change::Isr(proposal)));
            } else {
                answers.insert(name, Err(Refusal::UnknownTopicOrPartition));
            }
        }
        let moved = changes.iter().map(|(name, _)| name.clone()).collect();
        let then = Then::AnswerIsr { to, answers };
        self.next([Task::Change { changes, then }, Task::Progress(moved)]);
    }

    pub(super) fn answer_isr(
        &mut self,
        to: ReplyTo,
        answers: BTreeMap<TopicPartition, Result<(), Refusal>>,
        out: &mut Vec<Effect>,
    ) {
        let answers = answers.into_iter().map(|(name, result)| {
            let leadership = self.context.partition(&name).and_then(|one| one.leadership.clone());
            let answer = result
                .and_then(|()| leadership.ok_or(Refusal::UnknownTopicOrPartition))
                .map_err(|refusal| match refusal {
                    Refusal::NotWritten => Refusal::InvalidUpdateVersion,
                    other => other,
                });
            (name, answer)
        });
        let answer = Answer::AlterPartition(Ok(answers.collect()));
        out.push(Effect::Reply { to, answer });
    }

    /// Leaders have written other ISRs themselves: read them.
    pub(super) fn isr_notified(
        &mut self,
        partitions: BTreeSet<TopicPartition>,
        notifications: Vec<String>,
        out: &mut Vec<Effect>,
    ) {
        let known = |name: &TopicPartition| self.context.partition(name).is_some();
        let partitions: Vec<_> = partitions.into_iter().filter(known).collect();
        self.next([Task::Write(vec![Write::DeleteIsrNotifications(notifications)])]);
        if !partitions.is_empty() {
            out.push(Effect::ReadStates(partitions.clone()));
            self.under_way = Some(UnderWay::IsrReads(partitions));
        }
    }

    pub(super) fn isr_read(
        &mut self,
        partitions: Vec<TopicPartition>,
        states: &BTreeMap<TopicPartition, LeaderAndIsr>,
    ) {
        for (name, stored) in states {
            self.take(name, stored.clone());
            self.batch.update_metadata(name);
        }
        self.next([Task::Progress(partitions)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::types::{ControllerEpoch, LeaderEpoch};

    fn ids(numbers: &[i32]) -> Vec<BrokerId> {
        numbers.iter().copied().map(BrokerId).collect()
    }

    #[test]
    fn proposals_are_judged_in_kafkas_order() {
        let current = LeaderAndIsr {
            leader: Some(BrokerId(1)),
            leader_epoch: LeaderEpoch(5),
            isr: ids(&[1, 2]),
            recovering: false,
            controller_epoch: ControllerEpoch(1),
            version: 7,
        };
        let cases: [(i32, i32, &[i32], bool, Result<bool, Refusal>); 10] = [
            // leader epoch, partition epoch, isr, recovering, verdict
            (5, 7, &[1], false, Ok(true)),
            (5, 7, &[1, 2, 3], false, Ok(true)),
            (5, 6, &[1, 2], false, Ok(false)),
            (6, 7, &[1], false, Err(Refusal::NotController)),
            (5, 8, &[1], false, Err(Refusal::NotController)),
            (4, 7, &[1], false, Err(Refusal::FencedLeaderEpoch)),
            (5, 6, &[1], false, Err(Refusal::InvalidUpdateVersion)),
            (5, 7, &[1], true, Err(Refusal::InvalidRequest)),
            (5, 7, &[], false, Err(Refusal::InvalidRequest)),
            (5, 7, &[1, 4], false, Err(Refusal::IneligibleReplica)),
        ];
        for (leader_epoch, partition_epoch, isr, recovering, expected) in cases {
            let proposal = IsrProposal {
                leader_epoch: LeaderEpoch(leader_epoch),
                partition_epoch,
                isr: ids(isr),
                recovering,
            };
            let verdict = judge(&current, &proposal, |id| id.0 <= 3);
            assert_eq!(verdict, expected, "{proposal}");
        }
    }
}
