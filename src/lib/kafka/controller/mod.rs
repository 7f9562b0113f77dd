//! The controller: who leads which partition, decided by one broker for all of them.
//!
//! One broker at a time holds `/controller` in ZooKeeper and runs this machine. [`Controller::step`]
//! takes an [`Event`] (a broker came or went, a topic was made, a leader asks for another ISR, ...)
//! and gives [`Effect`]s (write this znode if it is still as I know it, tell that broker who leads).
//! It does no I/O and has no clock; `broker::control` carries out what it wants.
//!
//! * [`event`], [`effect`]: what goes in and out.
//! * [`context`]: the picture of the cluster, as of the last event.
//! * `active`: a controller in office: events become tasks, one after the other.
//! * `failover`: taking office.
//! * `brokers`, `topics`, `deletion`, `isr`, `reassignment`, `preferred`, `shutdown`: the families
//!   of events.
//! * `leadership`: the one way in which a partition's leader, epoch or ISR changes.
//! * [`election`]: who leads next, as pure choices.
//! * `partition_states`, `replica_states`: Kafka's two state machines; a transition that is not in
//!   their tables is a bug and panics.
//! * `requests`: what brokers are told after each task.
//!
//! Invariants:
//!
//! * A state is written only on the condition that the znode is as the picture says, and enters the
//!   picture only when written.
//! * Brokers are told only what is in ZooKeeper already.
//! * After an effect that writes or reads, nothing else happens until its answer came, but
//!   [`Event::Deposed`].
//! * One who is not in office answers every request with [`Answer::NotController`].

mod active;
mod brokers;
pub mod context;
mod deletion;
pub mod effect;
mod election;
pub mod event;
mod failover;
mod isr;
mod leadership;
mod partition_states;
mod preferred;
mod reassignment;
mod replica_states;
mod requests;
mod shutdown;
mod topics;

#[cfg(test)]
mod golden;

use std::fmt;

use crate::base::rng::Rng;
use crate::kafka::types::BrokerId;

pub use context::{Assignment, Broker, LeaderAndIsr, TopicNode, Unclean};
pub use effect::{Answer, ControlRequest, Effect, Misassigned, Refusal, ReplyTo, Verdicts, Write};
pub use event::{AlterPartition, Event, IsrProposal, Outcome, Picture, Request};

use active::Active;

/// What of the broker's configuration the controller goes by.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// `delete.topic.enable`.
    pub delete_topics: bool,
    /// Topics get ids: `inter.broker.protocol.version` is 2.8-IV0 or later.
    pub topic_ids: bool,
    /// An unclean leader is marked as recovering: 3.2-IV0 or later.
    pub recovery: bool,
    /// `leader.imbalance.per.broker.percentage`.
    pub imbalance_percent: u16,
}

/// The machine, in office or not.
#[derive(Debug)]
pub struct Controller {
    id: BrokerId,
    settings: Settings,
    rng: Rng,
    active: Option<Box<Active>>,
}

impl Controller {
    /// One that is not in office.
    pub fn new(id: BrokerId, settings: Settings, rng: Rng) -> Controller {
        Controller { id, settings, rng, active: None }
    }

    /// Takes one event; what is to be done about it is added to `out`, in order.
    pub fn step(&mut self, event: Event, out: &mut Vec<Effect>) {
        match (event, &mut self.active) {
            (Event::Elected(picture), active) => {
                assert!(active.is_none(), "elected while in office");
                let rng = Rng::seeded(self.rng.next_u64());
                let office = Active::new(self.id, picture.epoch, self.settings, rng);
                let office = active.insert(Box::new(office));
                office.take_office(*picture, out);
                office.run(out);
            }
            (Event::Deposed, active) => {
                if let Some(office) = active.take() {
                    office.leave_office(out);
                }
            }
            (event, Some(office)) => office.step(event, out),
            (Event::Asked { from, .. }, None) => {
                out.push(Effect::Reply { to: from, answer: Answer::NotController });
            }
            // News for whoever is in office.
            (_, None) => {}
        }
    }

    pub fn is_active(&self) -> bool {
        self.active.is_some()
    }
}

impl fmt::Display for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.active {
            Some(office) => write!(f, "controller {}: {office}", self.id),
            None => write!(f, "controller {}: not in office", self.id),
        }
    }
}
