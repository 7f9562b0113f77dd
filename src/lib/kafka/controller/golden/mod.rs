//! Scripts of a controller's life: events in, effects out.
//!
//! A ZooKeeper of two maps takes the writes and answers the reads at once, unless a script meddles
//! with it first; brokers answer only when a script says so.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use goldenscript::{Command, Context, Runner};

use crate::base::rng::Rng;
use crate::base::uuid::Uuid;
use crate::kafka::controller::{
    AlterPartition, Assignment, Broker, Controller, Effect, Event, IsrProposal, LeaderAndIsr,
    Outcome, Picture, ReplyTo, Request, Settings, TopicNode, Unclean, Write,
};
use crate::kafka::types::{BrokerId, ControllerEpoch, LeaderEpoch, TopicPartition};

type Failure = Box<dyn Error>;

/// The controller, and a ZooKeeper that is as the script wants it.
struct Life {
    controller: Controller,
    epoch: i32,
    brokers: BTreeMap<BrokerId, Arc<Broker>>,
    topics: BTreeMap<Arc<str>, TopicNode>,
    states: BTreeMap<TopicPartition, LeaderAndIsr>,
    /// When each was written, where a script says so.
    zxids: BTreeMap<TopicPartition, i64>,
    deletions: BTreeSet<Arc<str>>,
    moves: BTreeMap<TopicPartition, Vec<BrokerId>>,
    asked: u64,
    /// The next writes are done, and their repetition meets what they wrote.
    loses_answers: bool,
}

impl Life {
    fn new() -> Life {
        let settings = Settings {
            delete_topics: true,
            topic_ids: false,
            recovery: true,
            imbalance_percent: 10,
        };
        Life {
            controller: Controller::new(BrokerId(1), settings, Rng::seeded(1)),
            epoch: 0,
            brokers: BTreeMap::new(),
            topics: BTreeMap::new(),
            states: BTreeMap::new(),
            zxids: BTreeMap::new(),
            deletions: BTreeSet::new(),
            moves: BTreeMap::new(),
            asked: 0,
            loses_answers: false,
        }
    }

    /// Feeds the event, and the answers to what it leads to, until all is quiet.
    fn feed(&mut self, event: Event) -> Result<String, Failure> {
        let mut trace = String::new();
        let mut next = Some(event);
        while let Some(event) = next.take() {
            let mut effects = Vec::new();
            self.controller.step(event, &mut effects);
            for effect in effects {
                assert!(next.is_none(), "an effect after one that must be answered");
                say(&mut trace, &effect)?;
                next = self.carry_out(effect);
            }
        }
        Ok(trace)
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Write(writes) => {
                let lost = std::mem::take(&mut self.loses_answers);
                let outcomes = writes.into_iter().map(|write| match self.write(write) {
                    Outcome::Done { .. } if lost => Outcome::Conflict,
                    outcome => outcome,
                });
                Some(Event::Written(outcomes.collect()))
            }
            Effect::ReadStates(names) => {
                let found = names.iter().filter_map(|one| self.states.get_key_value(one));
                Some(Event::StatesRead(found.map(|(a, b)| (a.clone(), b.clone())).collect()))
            }
            Effect::ReadTopics(names) => {
                let found = names.iter().filter_map(|one| self.topics.get_key_value(one));
                Some(Event::TopicsRead(found.map(|(a, b)| (a.clone(), b.clone())).collect()))
            }
            Effect::Connect(_)
            | Effect::Disconnect(_)
            | Effect::Send { .. }
            | Effect::Reply { .. } => None,
        }
    }

    fn write(&mut self, write: Write) -> Outcome {
        match write {
            Write::CreateState(name, _) if self.states.contains_key(&name) => Outcome::Exists,
            Write::CreateState(name, state) => {
                self.states.insert(name, LeaderAndIsr { version: 0, ..state });
                Outcome::Done { version: 0 }
            }
            Write::State(name, state) => match self.states.get_mut(&name) {
                Some(stored) if stored.version == state.version => {
                    let version = state.version + 1;
                    *stored = LeaderAndIsr { version, ..state };
                    Outcome::Done { version }
                }
                Some(_) => Outcome::Conflict,
                None => Outcome::Missing,
            },
            Write::Topic(topic, node) => match self.topics.get_mut(&topic) {
                Some(stored) => {
                    *stored = node;
                    Outcome::Done { version: 0 }
                }
                None => Outcome::Missing,
            },
            Write::DeleteTopic(topic) => {
                self.topics.remove(&topic);
                self.states.retain(|name, _| name.topic != topic);
                self.deletions.remove(&topic);
                Outcome::Done { version: 0 }
            }
            Write::DeleteRequest(topic) => {
                self.deletions.remove(&topic);
                Outcome::Done { version: 0 }
            }
            Write::Reassignments(moves) => {
                self.moves = moves;
                Outcome::Done { version: 0 }
            }
            Write::DeleteIsrNotifications(_)
            | Write::DeleteLogDirNotifications(_)
            | Write::DeletePreferredElection => Outcome::Done { version: 0 },
        }
    }

    fn picture(&self) -> Picture {
        Picture {
            epoch: ControllerEpoch(self.epoch),
            brokers: self.brokers.clone(),
            topics: self.topics.clone(),
            states: self.states.iter().map(|one| self.with_zxid(one)).collect(),
            deletions: self.deletions.clone(),
            reassignments: self.moves.clone(),
            preferred_elections: BTreeSet::new(),
            unclean: Unclean::default(),
            isr_notifications: Vec::new(),
            log_dir_notifications: Vec::new(),
        }
    }

    /// A state that no script says the zxid of was written after all brokers registered.
    fn with_zxid(
        &self,
        (name, state): (&TopicPartition, &LeaderAndIsr),
    ) -> (TopicPartition, (LeaderAndIsr, i64)) {
        let written = self.zxids.get(name).copied().unwrap_or(i64::MAX);
        (name.clone(), (state.clone(), written))
    }

    fn ask(&mut self, request: Request) -> Event {
        self.asked += 1;
        Event::Asked { from: ReplyTo(self.asked), request }
    }

    fn topic_names(&self) -> BTreeSet<Arc<str>> {
        self.topics.keys().cloned().collect()
    }
}

impl Runner for Life {
    type Command = Command;

    fn run(&mut self, command: &Command, context: &Context) -> Result<String, Failure> {
        let znode_only = context.tags.contains("znode");
        let event = match command.name.as_str() {
            "settings" => return self.settings(command),
            "status" => return Ok(self.controller.to_string()),
            "brokers" => self.set_brokers(command)?,
            "topic" => self.set_topic(command)?,
            "remove-topic" => self.remove_topic(command)?,
            "state" => return self.set_state(command),
            "lose-answers" => {
                self.loses_answers = true;
                return Ok(String::new());
            }
            "elected" => {
                self.epoch += 1;
                Event::Elected(Box::new(self.picture()))
            }
            "deposed" => Event::Deposed,
            "delete" => {
                let names = command.args.iter().map(|topic| Arc::from(topic.to_string()));
                self.deletions.extend(names);
                Event::DeletionsRequested(self.deletions.clone())
            }
            "isr-notified" => Event::IsrNotified {
                partitions: partitions(command)?.into_iter().collect(),
                notifications: vec!["isr_change_0".to_owned()],
            },
            "log-dirs-failed" => Event::LogDirsFailed {
                brokers: ids(&positional(command)?)?.into_iter().collect(),
                notifications: vec!["log_dir_event_0".to_owned()],
            },
            "unclean" => unclean(command)?,
            "rebalance" => Event::RebalanceTick,
            "preferred-znode" => {
                Event::PreferredElectionRequested(partitions(command)?.into_iter().collect())
            }
            "reassign-znode" => {
                for (name, replicas) in pairs(command) {
                    self.moves.insert(partition(&name)?, ids(&replicas)?);
                }
                Event::ReassignmentRequested(self.moves.clone())
            }
            "answered" => answered(command)?,
            name => {
                let request = request(name, command)?;
                self.ask(request)
            }
        };
        if znode_only { Ok(String::new()) } else { self.feed(event) }
    }
}

impl Life {
    fn settings(&mut self, command: &Command) -> Result<String, Failure> {
        let mut args = command.consume_args();
        let mut settings = self.controller.settings;
        if let Some(value) = args.take_key("delete_topics") {
            settings.delete_topics = value.parse()?;
        }
        if let Some(value) = args.take_key("topic_ids") {
            settings.topic_ids = value.parse()?;
        }
        args.reject_next()?;
        self.controller = Controller::new(BrokerId(1), settings, Rng::seeded(1));
        Ok(String::new())
    }

    /// `brokers 1 2@7`: the epoch is 1 where it is not given.
    fn set_brokers(&mut self, command: &Command) -> Result<Event, Failure> {
        self.brokers.clear();
        for arg in &command.args {
            let text = arg.to_string();
            let (id, epoch) = text.split_once('@').unwrap_or((&text, "1"));
            let id = BrokerId(id.parse()?);
            let broker = Broker { id, epoch: epoch.parse()?, endpoints: Vec::new(), rack: None };
            self.brokers.insert(id, Arc::new(broker));
        }
        Ok(Event::Brokers(self.brokers.clone()))
    }

    /// `topic t 0=1,2 1=2,1 [id=...]`: made, or given these partitions too.
    fn set_topic(&mut self, command: &Command) -> Result<Event, Failure> {
        let mut args = command.consume_args();
        let topic: Arc<str> = Arc::from(args.next_pos().ok_or("which topic?")?);
        let made = !self.topics.contains_key(&topic);
        let node = self.topics.entry(topic.clone()).or_default();
        node.id = match args.take_key("id") {
            Some("none") => None,
            Some(id) => Some(Uuid::parse(id).ok_or("not an id")?),
            None => node.id,
        };
        while let Some((number, replicas)) = args.next_key() {
            let mut parts = replicas.split('/').map(ids);
            let mut part = || parts.next().unwrap_or_else(|| Ok(Vec::new()));
            let assignment = Assignment { replicas: part()?, adding: part()?, removing: part()? };
            node.partitions.insert(number.parse()?, assignment);
        }
        let node = node.clone();
        Ok(if made { Event::Topics(self.topic_names()) } else { Event::Topic(topic, node) })
    }

    fn remove_topic(&mut self, command: &Command) -> Result<Event, Failure> {
        self.topics.remove(positional(command)?.as_str());
        Ok(Event::Topics(self.topic_names()))
    }

    /// `state t-0 leader=1 epoch=3 isr=1,2 [controller=9] [written=40]`: somebody writes the znode.
    fn set_state(&mut self, command: &Command) -> Result<String, Failure> {
        let mut args = command.consume_args();
        let name = partition(args.next_pos().ok_or("which partition?")?)?;
        let mut key = |name: &str| args.take_key(name).ok_or(format!("{name}= is missing"));
        let leader = match key("leader")? {
            "none" => None,
            id => Some(BrokerId(id.parse()?)),
        };
        let epoch = LeaderEpoch(key("epoch")?.parse()?);
        let isr = ids(key("isr")?)?;
        if let Ok(zxid) = key("written") {
            self.zxids.insert(name.clone(), zxid.parse()?);
        }
        let controller = key("controller").map_or(Ok(self.epoch), str::parse)?;
        let version = self.states.get(&name).map_or(0, |stored| stored.version + 1);
        let state = LeaderAndIsr {
            leader,
            leader_epoch: epoch,
            isr,
            recovering: false,
            controller_epoch: ControllerEpoch(controller),
            version,
        };
        self.states.insert(name, state);
        Ok(String::new())
    }
}

/// One line an effect; brokers that are told the same share one.
fn say(trace: &mut String, effect: &Effect) -> Result<(), Failure> {
    if let Effect::Send { to, broker_epoch, request } = effect {
        let tail = format!(": {request}\n");
        if trace.ends_with(&tail) {
            let end = trace.len() - tail.len();
            trace.insert_str(end, &format!(" {to}@{broker_epoch}"));
            return Ok(());
        }
    }
    Ok(writeln!(trace, "{effect}")?)
}

fn request(name: &str, command: &Command) -> Result<Request, Failure> {
    let mut args = command.consume_args();
    Ok(match name {
        "shutdown" => Request::ControlledShutdown {
            broker_epoch: args.take_key("epoch").unwrap_or("1").parse()?,
            broker: BrokerId(args.next_pos().ok_or("which broker?")?.parse()?),
        },
        "elect" | "elect-unclean" => Request::ElectLeaders {
            unclean: name == "elect-unclean",
            partitions: match partitions(command)? {
                names if names.is_empty() => None,
                names => Some(names),
            },
        },
        "alter-partition" => {
            let mut key = |name: &str| args.take_key(name).ok_or(format!("{name}= is missing"));
            let broker = BrokerId(key("broker")?.parse()?);
            let broker_epoch = key("broker_epoch").unwrap_or("1").parse()?;
            let proposal = IsrProposal {
                leader_epoch: LeaderEpoch(key("epoch")?.parse()?),
                partition_epoch: key("version")?.parse()?,
                isr: ids(key("isr")?)?,
                recovering: false,
            };
            let name = partition(args.next_pos().ok_or("which partition?")?)?;
            let partitions = vec![(name, proposal)];
            Request::AlterPartition(AlterPartition { broker, broker_epoch, partitions })
        }
        "reassign" => {
            let mut moves = Vec::new();
            for (name, replicas) in pairs(command) {
                let target = match replicas.as_str() {
                    "cancel" => None,
                    replicas => Some(ids(replicas)?),
                };
                moves.push((partition(&name)?, target));
            }
            Request::AlterReassignments(moves)
        }
        "reassignments" => Request::ListReassignments(None),
        _ => return Err(format!("no command '{name}'").into()),
    })
}

/// `answered 1 leader-and-isr t-0=56` or `answered 1 stop-replica t-0=0`.
fn answered(command: &Command) -> Result<Event, Failure> {
    let mut args = command.consume_args();
    let broker = BrokerId(args.next_pos().ok_or("which broker?")?.parse()?);
    let kind = args.next_pos().ok_or("which request?")?;
    let mut codes = Vec::new();
    for (name, code) in pairs(command) {
        codes.push((partition(&name)?, code.parse()?));
    }
    match kind {
        "leader-and-isr" => Ok(Event::LeaderAndIsrAnswered { broker, partitions: codes }),
        "stop-replica" => Ok(Event::StopReplicaAnswered { broker, partitions: codes }),
        other => Err(format!("no request '{other}'").into()),
    }
}

fn unclean(command: &Command) -> Result<Event, Failure> {
    let (topic, allowed) = pairs(command).pop().ok_or("topic=true|false is missing")?;
    let topic = (topic != "default").then(|| Arc::from(topic.as_str()));
    Ok(Event::UncleanElection { topic, allowed: Some(allowed.parse()?) })
}

fn partition(text: &str) -> Result<TopicPartition, Failure> {
    TopicPartition::parse(text).ok_or_else(|| format!("no partition '{text}'").into())
}

fn partitions(command: &Command) -> Result<Vec<TopicPartition>, Failure> {
    command.args.iter().map(|arg| partition(&arg.to_string())).collect()
}

fn positional(command: &Command) -> Result<String, Failure> {
    let mut args = command.consume_args();
    Ok(args.next_pos().ok_or("an argument is missing")?.to_owned())
}

fn pairs(command: &Command) -> Vec<(String, String)> {
    let mut args = command.consume_args();
    std::iter::from_fn(|| args.next_key().map(|(a, b)| (a.to_owned(), b.to_owned()))).collect()
}

fn ids(text: &str) -> Result<Vec<BrokerId>, Failure> {
    let numbers = text.split_terminator(',');
    numbers.map(|id| Ok(BrokerId(id.parse()?))).collect()
}

fn lives(scripts: &[&str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib/kafka/controller/golden");
    for name in scripts {
        goldenscript::run(&mut Life::new(), folder.join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn lives_go_as_written() {
    lives(&[
        "brokers",
        "conflicts",
        "controlled_shutdown",
        "isr",
        "lost_answers",
        "preferred",
        "topics",
    ]);
}

#[test]
fn point_26_a_failed_log_directory_goes_as_written() {
    lives(&["log_dirs"]);
}

#[test]
fn point_28_a_failover_goes_as_written() {
    lives(&["failover"]);
}

#[test]
fn point_34_a_reassignment_goes_as_written() {
    lives(&["reassignment"]);
}

#[test]
fn point_36_a_deletion_goes_as_written() {
    lives(&["deletion"]);
}

#[test]
fn point_37_a_bounce_goes_as_written() {
    lives(&["bounced"]);
}
