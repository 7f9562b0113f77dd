//! Elections, and carrying out what the machine wants.

use std::sync::atomic::Ordering;

use crate::kafka::controller::{Controller, Effect, Event, ReplyTo};
use crate::kafka::metadata::znode;
use crate::kafka::types::BrokerId;
use crate::zookeeper::client::{self, Answer, multi_error};
use crate::zookeeper::jute::request::{CreateMode, VersionRequest};
use crate::zookeeper::jute::{KeeperError, Reply, Request, Stat};

use super::super::zookeeper::{delete, exists, get_data, set_data};
use super::message::Envelope;
use super::read::Znodes;
use super::send::Sender;
use super::write::Guarded;
use super::{Lost, Runner};
use crate::config::broker::ProtocolVersion;

/// What a controller has won: its number, and the version of the node that says so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Office {
    epoch: i32,
    version: i32,
}

/// What `/controller` says.
enum Incumbent {
    Nobody,
    /// This session.
    Us,
    /// An earlier session of this broker, which has not expired yet.
    FormerUs(i32),
    Other(i32),
}

impl Runner {
    /// Reads one thing that has changed and tells the machine; false when nothing has.
    pub(super) async fn look(&mut self) -> Result<bool, Lost> {
        let dirty = &mut self.session.dirty;
        if std::mem::take(&mut dirty.controller) {
            self.check_office().await?;
            return Ok(true);
        }
        if self.office.is_none() {
            // Whoever is in office looks.
            *dirty = super::Dirty::default();
            return Ok(false);
        }
        let client = self.zookeeper.client();
        let znodes = Znodes(&client);
        let event = if std::mem::take(&mut dirty.brokers) {
            Event::Brokers(self.session.attend(znodes.brokers()).await?)
        } else if std::mem::take(&mut dirty.topics) {
            Event::Topics(self.session.attend(znodes.topic_names()).await?)
        } else if let Some(topic) = dirty.topic.pop_first() {
            let read = self.session.attend(znodes.topics(vec![topic.into()])).await?;
            match read.into_iter().next() {
                Some((topic, node)) => Event::Topic(topic, node),
                // Deleted; its parent tells.
                None => return Ok(true),
            }
        } else if std::mem::take(&mut dirty.deletions) {
            Event::DeletionsRequested(self.session.attend(znodes.deletions()).await?)
        } else if std::mem::take(&mut dirty.isr) {
            let (partitions, notifications) = self.session.attend(znodes.isr_changes()).await?;
            Event::IsrNotified { partitions, notifications }
        } else if std::mem::take(&mut dirty.log_dirs) {
            let (brokers, notifications) = self.session.attend(znodes.log_dir_events()).await?;
            Event::LogDirsFailed { brokers, notifications }
        } else if std::mem::take(&mut dirty.reassignments) {
            Event::ReassignmentRequested(self.session.attend(znodes.reassignments()).await?)
        } else if std::mem::take(&mut dirty.preferred_election) {
            let partitions = self.session.attend(znodes.preferred_elections()).await?;
            Event::PreferredElectionRequested(partitions)
        } else {
            return Ok(false);
        };
        if is_news(&event) {
            self.feed(event).await?;
        }
        Ok(true)
    }

    /// Looks who is in office; stands for it when nobody is.
    async fn check_office(&mut self) -> Result<(), Lost> {
        loop {
            match self.incumbent().await? {
                Incumbent::Us if self.office.is_some() => return Ok(()),
                // Won, and the answer was lost with all that followed: give it back and stand anew.
                Incumbent::Us => self.vacate(-1).await?,
                Incumbent::FormerUs(version) => self.vacate(version).await?,
                Incumbent::Other(id) if self.office.is_some() => {
                    tracing::info!(
                        target: "kafka.controller.KafkaController",
                        "[Controller id={}] Broker {id} is the controller now",
                        self.id,
                    );
                    return Err(Lost::Deposed);
                }
                Incumbent::Other(id) => {
                    tracing::debug!(
                        target: "kafka.controller.KafkaController",
                        "[Controller id={}] Broker {id} has been elected as the controller, so stopping the election process.",
                        self.id,
                    );
                    return Ok(());
                }
                Incumbent::Nobody if self.office.is_some() => return Err(Lost::Deposed),
                Incumbent::Nobody => {
                    if let Some(office) = self.stand().await? {
                        return self.take_office(office).await;
                    }
                }
            }
        }
    }

    /// Who is in office; a watch is left either way.
    async fn incumbent(&mut self) -> Result<Incumbent, Lost> {
        let path = znode::CONTROLLER.to_owned();
        match self.one(get_data(path.clone(), true)).await {
            Ok(Reply::Data(found)) => {
                let Stat { ephemeral_owner, version, .. } = found.stat;
                if ephemeral_owner == self.zookeeper.client().session().0 {
                    return Ok(Incumbent::Us);
                }
                if self.registrar.left_behind(&found.stat) {
                    return Ok(Incumbent::FormerUs(version));
                }
                let id = znode::controller::decode(&found.data.unwrap_or_default());
                Ok(Incumbent::Other(id.unwrap_or(-1)))
            }
            Ok(_) => Ok(Incumbent::Nobody),
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => {
                match self.one(exists(&path, true)).await {
                    // It came while nobody looked: read it.
                    Ok(_) => Box::pin(self.incumbent()).await,
                    Err(error) if error.keeper() == Some(KeeperError::NoNode) => {
                        Ok(Incumbent::Nobody)
                    }
                    Err(error) => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn vacate(&mut self, version: i32) -> Result<(), Lost> {
        let path = znode::CONTROLLER.to_owned();
        match self.one(Request::Delete(VersionRequest { path, version })).await {
            Ok(_) => Ok(()),
            Err(client::Error::Keeper { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes `/controller` and the next epoch together, or nothing.
    async fn stand(&mut self) -> Result<Option<Office>, Lost> {
        let (epoch, version) = self.last_epoch().await?;
        let office = Office { epoch: epoch + 1, version: version + 1 };
        let with_kraft = self.settings.protocol >= ProtocolVersion::V3_4_IV0;
        let content = znode::controller::encode(self.id.0, self.clock.wall_ms(), with_kraft);
        let controller = znode::CONTROLLER.to_owned();
        let epoch = znode::controller_epoch::encode(office.epoch);
        let multi = Request::Multi(vec![
            self.zookeeper.creation(controller, Some(content), CreateMode::Ephemeral),
            set_data(znode::CONTROLLER_EPOCH.to_owned(), epoch, version),
        ]);
        if let Ok(Reply::Multi(results)) = self.one(multi).await
            && multi_error(&results).is_none()
        {
            return Ok(Some(office));
        }
        // Another was quicker, or it was done and the answer lost.
        let ours = matches!(self.incumbent().await?, Incumbent::Us);
        let won = ours && self.last_epoch().await? == (office.epoch, office.version);
        Ok(won.then_some(office))
    }

    /// The last controller's epoch, and the version of the node that says so.
    async fn last_epoch(&mut self) -> Result<(i32, i32), Lost> {
        let path = znode::CONTROLLER_EPOCH.to_owned();
        loop {
            match self.one(get_data(path.clone(), false)).await {
                Ok(Reply::Data(found)) => {
                    let epoch = znode::controller_epoch::decode(&found.data.unwrap_or_default());
                    // A node that says nothing sensible is overwritten by the next election.
                    return Ok((epoch.unwrap_or(0), found.stat.version));
                }
                Ok(_) => {}
                Err(error) if error.keeper() == Some(KeeperError::NoNode) => {
                    let zero = Some(znode::controller_epoch::encode(0));
                    let mode = CreateMode::Persistent;
                    match self.one(self.zookeeper.creation(path.clone(), zero, mode)).await {
                        Ok(_) => {}
                        Err(error) if error.keeper() == Some(KeeperError::NodeExists) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn take_office(&mut self, office: Office) -> Result<(), Lost> {
        tracing::info!(
            target: "kafka.controller.KafkaController",
            "[Controller id={}] {} successfully elected as the controller. Epoch incremented to {} and epoch zk version is now {}",
            self.id, self.id, office.epoch, office.version,
        );
        self.office = Some(office);
        // The watch on the node that was just made.
        if !matches!(self.incumbent().await?, Incumbent::Us) {
            return Err(Lost::Deposed);
        }
        self.write_feature(office).await?;
        let client = self.zookeeper.client();
        let znodes = Znodes(&client);
        let reading = znodes.picture(office.epoch, self.settings.unclean);
        let picture = self.session.attend(reading).await?;
        let first = std::time::Duration::from_secs(5);
        self.rebalance_at = self.settings.rebalance_every.map(|_| self.clock.now() + first);
        // Before anybody is told who the controller is.
        self.active.store(true, Ordering::Release);
        self.feed(Event::Elected(Box::new(picture))).await?;
        Ok(())
    }

    /// `/feature` says whether there may be features, which is from 2.7 on; in ZooKeeper mode it holds
    /// none. What is enabled and stays so is left as it is: a newer controller may have written it.
    async fn write_feature(&mut self, office: Office) -> Result<(), Lost> {
        let protocol = self.settings.protocol;
        let enabled = protocol >= ProtocolVersion::V2_7_IV0;
        let data = match enabled {
            false => znode::feature::encode_disabled(),
            true if protocol < ProtocolVersion::V3_3_IV0 => {
                znode::feature::encode_enabled_before_3_3()
            }
            true => znode::feature::encode_enabled(),
        };
        let path = znode::FEATURE.to_owned();
        let write = match self.one(get_data(path.clone(), false)).await {
            Ok(Reply::Data(found)) => {
                let there = found.data.unwrap_or_default();
                if znode::feature::decode_enabled(&there) == Ok(enabled) {
                    return Ok(());
                }
                set_data(path, data, found.stat.version)
            }
            Ok(_) => return Ok(()),
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => {
                self.zookeeper.creation(path, Some(data), CreateMode::Persistent)
            }
            Err(error) => return Err(error.into()),
        };
        let check =
            VersionRequest { path: znode::CONTROLLER_EPOCH.to_owned(), version: office.version };
        // A controller that is deposed already finds out with its next write.
        self.one(Request::Multi(vec![Request::Check(check), write])).await?;
        Ok(())
    }

    /// Steps the machine, and carries out what it wants until it wants nothing more.
    pub(super) async fn feed(&mut self, event: Event) -> Result<(), Lost> {
        let mut next = Some(event);
        let mut effects = Vec::new();
        while let Some(event) = next.take() {
            tracing::debug!(
                target: "kafka.controller.KafkaController",
                "[Controller id={}] {event}",
                self.id,
            );
            self.controller.step(event, &mut effects);
            for effect in effects.drain(..) {
                assert!(next.is_none(), "an effect after one that must be answered");
                next = self.carry_out(effect).await?;
            }
        }
        Ok(())
    }

    async fn carry_out(&mut self, effect: Effect) -> Result<Option<Event>, Lost> {
        tracing::trace!(
            target: "kafka.controller.KafkaController",
            "[Controller id={}] {effect}",
            self.id,
        );
        let client = self.zookeeper.client();
        match effect {
            Effect::Connect(broker) => {
                let envelope = Envelope {
                    controller: self.id,
                    broker_epoch: broker.epoch,
                    protocol: self.settings.protocol,
                    listener: self.settings.listener.clone(),
                };
                let (id, epoch) = (broker.id, broker.epoch);
                let (timeout, inbox) = (self.settings.request_timeout, self.inbox.clone());
                let sender = Sender::start(&self.stop, broker, envelope, timeout, inbox);
                self.senders.insert(id, (epoch, sender));
            }
            Effect::Disconnect(broker) => {
                self.senders.remove(&broker);
            }
            Effect::Send { to, request, .. } => self.send(to, request)?,
            Effect::Write(writes) => {
                let version = self.office.map_or(-1, |office| office.version);
                let zookeeper = self.zookeeper.clone();
                let guarded = Guarded { zookeeper: &zookeeper, epoch_version: version };
                let outcomes = self.session.attend(guarded.write(&writes)).await?;
                return Ok(Some(Event::Written(outcomes)));
            }
            Effect::ReadStates(partitions) => {
                let znodes = Znodes(&client);
                let states = self.session.attend(znodes.states(partitions)).await?;
                let states = states.into_iter().map(|(name, (state, _))| (name, state)).collect();
                return Ok(Some(Event::StatesRead(states)));
            }
            Effect::ReadTopics(topics) => {
                let znodes = Znodes(&client);
                let topics = self.session.attend(znodes.topics(topics)).await?;
                return Ok(Some(Event::TopicsRead(topics)));
            }
            Effect::Reply { to, answer } => self.reply(to, answer),
        }
        Ok(None)
    }

    fn send(
        &mut self,
        to: BrokerId,
        request: crate::kafka::controller::ControlRequest,
    ) -> Result<(), Lost> {
        let Some((_, sender)) = self.senders.get(&to) else { return Ok(()) };
        if sender.push(request) {
            return Ok(());
        }
        // Nothing may be dropped, and memory has an end: whoever is elected next begins with what
        // ZooKeeper holds, which is all that brokers need to hear.
        tracing::error!(
            target: "kafka.controller.KafkaController",
            "[Controller id={}] Broker {to} takes no requests and its queue is full, resigning",
            self.id,
        );
        Err(Lost::Deposed)
    }

    fn reply(&mut self, to: ReplyTo, answer: crate::kafka::controller::Answer) {
        if let Some(waiting) = self.waiting.remove(&to.0) {
            // One who does not wait any more does not mind.
            let _ = waiting.send(answer);
        }
    }

    /// Out of office: the machine forgets, the queues go, whoever waits is told.
    pub(super) async fn leave_office(&mut self, lost: &Lost) {
        self.active.store(false, Ordering::Release);
        self.rebalance_at = None;
        self.senders.clear();
        let mut effects = Vec::new();
        self.controller.step(Event::Deposed, &mut effects);
        for effect in effects {
            if let Effect::Reply { to, answer } = effect {
                self.reply(to, answer);
            }
        }
        // What was asked and never reached the machine.
        self.waiting.clear();
        self.controller =
            Controller::new(self.id, self.settings.machine, crate::base::rng::Rng::from_system());
        if self.office.take().is_some() && !self.zookeeper.client().state().is_final() {
            // If the node is still this session's, nobody else can be elected.
            let gave_back = match self.incumbent().await {
                Ok(Incumbent::Us) => self.one(delete(znode::CONTROLLER.to_owned())).await.is_ok(),
                Ok(_) | Err(_) => false,
            };
            tracing::info!(
                target: "kafka.controller.KafkaController",
                "[Controller id={}] Resigned ({lost:?}; gave the office back: {gave_back})",
                self.id,
            );
        }
    }

    /// One request, again and again while only the connection fails.
    async fn one(&mut self, request: Request) -> client::Result<Reply> {
        let zookeeper = self.zookeeper.clone();
        let asked = zookeeper.insist(vec![request]);
        let answer = self.session.attend(asked).await?.pop().expect("one answer a request");
        answer.map(|Answer { reply, .. }| reply)
    }
}

/// Whether there is anything in it: nodes that notify are emptied by the controller itself, which
/// fires the watch again.
fn is_news(event: &Event) -> bool {
    match event {
        Event::DeletionsRequested(topics) => !topics.is_empty(),
        Event::IsrNotified { notifications, .. } | Event::LogDirsFailed { notifications, .. } => {
            !notifications.is_empty()
        }
        Event::ReassignmentRequested(moves) => !moves.is_empty(),
        Event::PreferredElectionRequested(partitions) => !partitions.is_empty(),
        _ => true,
    }
}
