//! Runs the controller machine: against ZooKeeper, and over the wire to the brokers.
//!
//! One task stands for election at `/controller`, and while in office reads what changes in
//! ZooKeeper, steps the machine and carries out what it wants. It also keeps the broker's ZooKeeper
//! session: when one has expired it begins another, registers the broker again, and stands again.
//!
//! * `dirty`: which watches fired.
//! * `read`, `write`: znodes to the machine's values and back; writes are guarded by the epoch.
//! * `send`: one queue and connection a broker. This broker, too, is spoken to over the wire.
//! * `message`: the versions of what is said.
//! * `office`: elections, and what must be done about what the machine wants.

mod dirty;
mod message;
mod office;
mod read;
pub(crate) mod send;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::base::clock::{Clock, Instant};
use crate::base::rng::Rng;
use crate::config::BrokerConfig;
use crate::config::broker::ProtocolVersion;
use crate::kafka::controller::{Answer, Controller, Event, Request, Settings};
use crate::kafka::types::BrokerId;
use crate::limits;
use crate::net::{Stop, StopSignal};
use crate::zookeeper::client::{self, Events, State, WatchEvent};

use super::registration::Registrar;
use super::zookeeper::ZooKeeper;
use dirty::Dirty;
use office::Office;
use send::Sender;

/// What of the broker's configuration counts here.
#[derive(Clone, Debug)]
pub struct ControlSettings {
    pub protocol: ProtocolVersion,
    /// The listener on which the controller reaches brokers.
    pub listener: Arc<str>,
    pub machine: Settings,
    /// `unclean.leader.election.enable`.
    pub unclean: bool,
    /// How often to look whether leaders have strayed; none: never.
    pub rebalance_every: Option<Duration>,
    /// `controller.socket.timeout.ms`.
    pub request_timeout: Duration,
    /// How long a session may take to come about before it is tried again.
    pub connection_timeout: Duration,
}

impl ControlSettings {
    /// Reads them off the configuration; `listener` is the control plane's, else the
    /// inter-broker one.
    pub fn of(config: &BrokerConfig, listener: &str) -> ControlSettings {
        let protocol = config.inter_broker_protocol_version;
        let millis = |ms: i32| Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        let interval = u64::try_from(config.leader_imbalance_check_interval_seconds).unwrap_or(0);
        let percent = config.leader_imbalance_per_broker_percentage;
        ControlSettings {
            protocol,
            listener: listener.into(),
            machine: Settings {
                delete_topics: config.delete_topic_enable,
                topic_ids: protocol >= ProtocolVersion::V2_8_IV0,
                recovery: protocol >= ProtocolVersion::V3_2_IV0,
                imbalance_percent: u16::try_from(percent).unwrap_or(0),
            },
            unclean: config.unclean_leader_election_enable,
            rebalance_every: config
                .auto_leader_rebalance_enable
                .then(|| Duration::from_secs(interval.max(1))),
            request_timeout: millis(config.controller_socket_timeout_ms),
            connection_timeout: millis(config.zookeeper_connection_timeout()),
        }
    }
}

/// What else of ZooKeeper's events concerns the broker.
#[derive(Clone, Debug)]
pub enum Notice {
    /// Another session has begun: watches are gone, and changes may have been missed.
    NewSession,
    /// A watch fired that is none of the controller's.
    Watch(WatchEvent),
}

/// What the task is told.
#[derive(Debug)]
enum Message {
    Asked(Request, oneshot::Sender<Answer>),
    /// The broker, in the life with this epoch, has answered.
    Answered {
        broker: BrokerId,
        life: i64,
        event: Event,
    },
    /// A setting that the machine goes by has changed.
    Setting(Event),
}

/// A handle on the task.
#[derive(Clone, Debug)]
pub struct Control {
    inbox: mpsc::Sender<Message>,
    active: Arc<AtomicBool>,
}

/// The task's end of the handle, until it is started.
#[derive(Debug)]
pub struct Inbox(mpsc::Receiver<Message>);

/// What the task works with.
pub struct Means {
    pub zookeeper: ZooKeeper,
    /// Of the session in which the broker is registered already.
    pub events: Events,
    pub registrar: Arc<Registrar>,
    pub settings: ControlSettings,
    pub clock: Clock,
    pub notices: mpsc::Sender<Notice>,
}

impl Control {
    /// A handle whose task has not been started: what is asked meanwhile waits.
    pub fn new() -> (Control, Inbox) {
        let (inbox, messages) = mpsc::channel(limits::MACHINE_INBOX_MAX);
        (Control { inbox, active: Arc::default() }, Inbox(messages))
    }

    /// Starts the task.
    pub fn start(&self, stop: &Stop, Inbox(messages): Inbox, means: Means) {
        let Means { zookeeper, events, registrar, settings, clock, notices } = means;
        let id = BrokerId(registrar.id());
        let runner = Runner {
            id,
            zookeeper,
            session: Session { events, dirty: Dirty::default(), ended: None, notices },
            registrar,
            controller: Controller::new(id, settings.machine, Rng::from_system()),
            settings,
            clock,
            stop: stop.clone(),
            office: None,
            senders: BTreeMap::new(),
            waiting: BTreeMap::new(),
            next_reply: 0,
            rebalance_at: None,
            messages,
            inbox: self.inbox.clone(),
            active: self.active.clone(),
        };
        stop.spawn(runner.run(stop.signal()));
    }

    /// Whether this broker is the controller.
    pub fn is_active(&self) -> bool {
        self.active.load(Ordering::Acquire)
    }

    /// Asks the controller, if it is here.
    pub async fn ask(&self, request: Request) -> Answer {
        let (reply, answer) = oneshot::channel();
        if self.inbox.send(Message::Asked(request, reply)).await.is_err() {
            return Answer::NotController;
        }
        answer.await.unwrap_or(Answer::NotController)
    }

    /// `unclean.leader.election.enable` has changed: of a topic, or (none) the broker's own.
    pub async fn unclean_changed(&self, topic: Option<Arc<str>>, allowed: Option<bool>) {
        let event = Event::UncleanElection { topic, allowed };
        // Without the task there is no controller to tell.
        let _ = self.inbox.send(Message::Setting(event)).await;
    }
}

/// Why the office is lost, or nothing can be done.
#[derive(Debug)]
enum Lost {
    /// Another controller has been elected, or must be.
    Deposed,
    /// ZooKeeper does not do what it is asked to.
    ZooKeeper(client::Error),
}

impl From<client::Error> for Lost {
    fn from(error: client::Error) -> Lost {
        Lost::ZooKeeper(error)
    }
}

/// The events of one ZooKeeper session, and what they made dirty.
struct Session {
    events: Events,
    dirty: Dirty,
    ended: Option<State>,
    notices: mpsc::Sender<Notice>,
}

impl Session {
    fn note(&mut self, event: client::Event) {
        match event {
            client::Event::State(state) if state.is_final() => self.ended = Some(state),
            client::Event::State(_) => {}
            client::Event::Watch(watch) => {
                if !self.dirty.note(&watch) {
                    // Where there is no room, enough notices wait to make the reader look anyway.
                    let _ = self.notices.try_send(Notice::Watch(watch));
                }
            }
        }
    }

    /// Waits for something, taking events meanwhile: ZooKeeper's replies stop when nobody does.
    async fn attend<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                Some(event) = self.events.next() => self.note(event),
            }
        }
    }
}

/// The task.
struct Runner {
    id: BrokerId,
    zookeeper: ZooKeeper,
    session: Session,
    registrar: Arc<Registrar>,
    settings: ControlSettings,
    clock: Clock,
    stop: Stop,
    controller: Controller,
    office: Option<Office>,
    /// The queues, each with the broker epoch it is for.
    senders: BTreeMap<BrokerId, (i64, Sender)>,
    waiting: BTreeMap<u64, oneshot::Sender<Answer>>,
    next_reply: u64,
    rebalance_at: Option<Instant>,
    messages: mpsc::Receiver<Message>,
    inbox: mpsc::Sender<Message>,
    active: Arc<AtomicBool>,
}

/// How long to leave a ZooKeeper alone that refuses.
const TROUBLE_PAUSE: Duration = Duration::from_secs(1);

impl Runner {
    async fn run(mut self, mut stop: StopSignal) {
        tokio::select! {
            biased;
            () = stop.raised() => {}
            () = self.live() => {}
        }
    }

    async fn live(&mut self) {
        self.session.dirty.controller = true;
        loop {
            let lost = match self.turn().await {
                Ok(()) => continue,
                Err(lost) => lost,
            };
            self.leave_office(&lost).await;
            if let Lost::ZooKeeper(error) = lost {
                let error = crate::base::error::Chain(&error).to_string();
                tracing::warn!(
                    target: "kafka.controller.KafkaController",
                    "[Controller id={}] Trouble with ZooKeeper: {error}",
                    self.id,
                );
                if !self.zookeeper.client().state().is_final() {
                    self.session.attend(tokio::time::sleep(TROUBLE_PAUSE)).await;
                }
            }
            if self.session.ended.is_some() || self.zookeeper.client().state().is_final() {
                self.begin_session().await;
            }
            self.session.dirty.controller = true;
        }
    }

    /// Takes what has happened, or waits for something to happen.
    async fn turn(&mut self) -> Result<(), Lost> {
        while let Some(event) = self.session.events.try_next() {
            self.session.note(event);
        }
        if let Some(state) = self.session.ended {
            return Err(Lost::ZooKeeper(client::Error::Ended(state)));
        }
        if self.look().await? {
            return Ok(());
        }
        let now = self.clock.now();
        let pause = self.rebalance_at.map(|at| at.since(now));
        tokio::select! {
            biased;
            event = self.session.events.next() => match event {
                Some(event) => self.session.note(event),
                None => self.session.ended = Some(State::Closed),
            },
            Some(message) = self.messages.recv() => self.message(message).await?,
            () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {
                self.rebalance_at = self.settings.rebalance_every.map(|every| now + every);
                self.feed(Event::RebalanceTick).await?;
            }
        }
        Ok(())
    }

    async fn message(&mut self, message: Message) -> Result<(), Lost> {
        match message {
            Message::Asked(request, reply) => {
                self.next_reply += 1;
                self.waiting.insert(self.next_reply, reply);
                let from = crate::kafka::controller::ReplyTo(self.next_reply);
                self.feed(Event::Asked { from, request }).await
            }
            Message::Answered { broker, life, event } => {
                match self.senders.get(&broker) {
                    Some((current, _)) if *current == life => self.feed(event).await,
                    // An earlier life's answer says nothing about this one.
                    Some(_) | None => Ok(()),
                }
            }
            Message::Setting(event) => {
                if let Event::UncleanElection { topic: None, allowed } = &event {
                    // An office that is won later begins with it.
                    self.settings.unclean = allowed.unwrap_or(false);
                }
                self.feed(event).await
            }
        }
    }

    /// Another session in place of one that has ended; the broker registers in it before it
    /// stands for election.
    async fn begin_session(&mut self) {
        loop {
            self.session.events = self.zookeeper.restart();
            self.session.dirty = Dirty::default();
            self.session.ended = None;
            let (zookeeper, registrar) = (self.zookeeper.clone(), self.registrar.clone());
            let timeout = self.settings.connection_timeout;
            let trouble = match zookeeper.client().connected(timeout).await {
                Ok(()) => match self.session.attend(registrar.register(&zookeeper)).await {
                    Ok(_) => break,
                    Err(error) => crate::base::error::Chain(&error).to_string(),
                },
                Err(error) => crate::base::error::Chain(&error).to_string(),
            };
            tracing::error!(
                target: "kafka.server.KafkaServer",
                "[KafkaServer id={}] cannot register in a new ZooKeeper session: {trouble}",
                self.id,
            );
            zookeeper.client().close().await;
            tokio::time::sleep(TROUBLE_PAUSE).await;
        }
        // Where there is no room, the reader has enough to look at already.
        let _ = self.session.notices.try_send(Notice::NewSession);
    }
}
