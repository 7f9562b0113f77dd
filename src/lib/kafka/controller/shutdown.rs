//! A broker asks to be relieved of its leaderships before it stops.

use crate::kafka::types::{BrokerId, TopicPartition};

use super::active::{Active, Task, Then};
use super::effect::{Answer, Effect, Refusal, ReplyTo};
use super::election::Strategy;
use super::leadership::Change;

impl Active {
    /// Moves the lead away from the broker and takes it out of the ISRs. Partitions with one
    /// replica are left alone: nobody else could lead them.
    pub(super) fn controlled_shutdown(
        &mut self,
        to: ReplyTo,
        broker: BrokerId,
        broker_epoch: i64,
        out: &mut Vec<Effect>,
    ) {
        let refusal = match self.context.brokers.get(&broker) {
            None => Some(Refusal::BrokerNotAvailable),
            Some(known) if broker_epoch != -1 && broker_epoch < known.epoch => {
                Some(Refusal::StaleBrokerEpoch)
            }
            Some(_) => None,
        };
        if let Some(refusal) = refusal {
            out.push(Effect::Reply { to, answer: Answer::ControlledShutdown(Err(refusal)) });
            return;
        }
        tracing::info!(
            target: "kafka.controller.KafkaController",
            "[Controller id={}] Shutting down broker {broker}",
            self.id,
        );
        self.context.shutting_down.insert(broker);
        let mut led = Vec::new();
        let mut followed = Vec::new();
        for (name, partition) in self.context.partitions() {
            let replicas = &partition.assignment.replicas;
            let concerned = replicas.contains(&broker)
                && replicas.len() > 1
                && partition.leadership.is_some()
                && !self.deletion.is_queued(&name.topic);
            if !concerned {
                continue;
            }
            if partition.leader() == Some(broker) {
                led.push((name, Change::Elect(Strategy::ControlledShutdown)));
            } else {
                followed.push((broker, name));
            }
        }
        self.next([
            Task::Change { changes: led, then: Then::Nothing },
            Task::ReplicasOffline(followed),
            Task::AnswerShutdown { to, broker },
        ]);
    }

    pub(super) fn answer_shutdown(&self, to: ReplyTo, broker: BrokerId, out: &mut Vec<Effect>) {
        let partitions = self.context.partitions();
        let left: Vec<TopicPartition> = partitions
            .filter(|(_, one)| one.leader() == Some(broker) && one.assignment.replicas.len() > 1)
            .map(|(name, _)| name)
            .collect();
        out.push(Effect::Reply { to, answer: Answer::ControlledShutdown(Ok(left)) });
    }
}
