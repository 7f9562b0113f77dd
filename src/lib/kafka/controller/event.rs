//! What can happen to a controller.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::kafka::types::{BrokerId, ControllerEpoch, LeaderEpoch, TopicPartition};

use super::context::{Broker, Ids, LeaderAndIsr, TopicNode, Unclean};
use super::effect::ReplyTo;

/// One event. Those that answer an effect (`Written`, `StatesRead`, `TopicsRead`) come before any
/// other but `Deposed`; the rest come when they come.
#[derive(Clone, Debug)]
pub enum Event {
    /// This broker has become the controller; this is what it found.
    Elected(Box<Picture>),
    /// It no longer is: another took over, or the session is gone.
    Deposed,
    /// Who is registered now, all of them.
    Brokers(BTreeMap<BrokerId, Arc<Broker>>),
    /// The children of `/brokers/topics`, all of them.
    Topics(BTreeSet<Arc<str>>),
    /// What `/brokers/topics/<topic>` says now.
    Topic(Arc<str>, TopicNode),
    /// The children of `/admin/delete_topics`.
    DeletionsRequested(BTreeSet<Arc<str>>),
    /// Leaders announced changes of these ISRs in these notification znodes.
    IsrNotified { partitions: BTreeSet<TopicPartition>, notifications: Vec<String> },
    /// Brokers announced failed log directories in these notification znodes.
    LogDirsFailed { brokers: BTreeSet<BrokerId>, notifications: Vec<String> },
    /// What `/admin/reassign_partitions` asks for.
    ReassignmentRequested(BTreeMap<TopicPartition, Vec<BrokerId>>),
    /// What `/admin/preferred_replica_election` asks for.
    PreferredElectionRequested(BTreeSet<TopicPartition>),
    /// `unclean.leader.election.enable` changed: of a topic, or (None) the default.
    UncleanElection { topic: Option<Arc<str>>, allowed: Option<bool> },
    /// Time to look whether leaders have strayed from the preferred ones.
    RebalanceTick,
    /// A broker or an operator asks something.
    Asked { from: ReplyTo, request: Request },
    /// A broker answered a LeaderAndIsr request: an error code for each partition.
    LeaderAndIsrAnswered { broker: BrokerId, partitions: Vec<(TopicPartition, i16)> },
    /// A broker answered a StopReplica request that deleted: an error code for each partition.
    StopReplicaAnswered { broker: BrokerId, partitions: Vec<(TopicPartition, i16)> },
    /// How the writes of the last `Effect::Write` went, in its order.
    Written(Vec<Outcome>),
    /// What the last `Effect::ReadStates` found; a missing znode is left out.
    StatesRead(BTreeMap<TopicPartition, LeaderAndIsr>),
    /// What the last `Effect::ReadTopics` found; a missing znode is left out.
    TopicsRead(BTreeMap<Arc<str>, TopicNode>),
}

/// Everything a new controller reads before it decides anything.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    pub epoch: ControllerEpoch,
    pub brokers: BTreeMap<BrokerId, Arc<Broker>>,
    pub topics: BTreeMap<Arc<str>, TopicNode>,
    /// With the zxid at which each was last written.
    pub states: BTreeMap<TopicPartition, (LeaderAndIsr, i64)>,
    pub deletions: BTreeSet<Arc<str>>,
    pub reassignments: BTreeMap<TopicPartition, Vec<BrokerId>>,
    pub preferred_elections: BTreeSet<TopicPartition>,
    pub unclean: Unclean,
    /// Left by the times before; their news is in what was read above.
    pub isr_notifications: Vec<String>,
    pub log_dir_notifications: Vec<String>,
}

/// How one write went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The znode has this version now.
    Done { version: i32 },
    /// It had another version.
    Conflict,
    /// It, or its parent, is not there.
    Missing,
    /// It was there already.
    Exists,
    /// It was refused for another reason, which the runner has logged.
    Failed,
}

/// What others ask the controller for.
#[derive(Clone, Debug)]
pub enum Request {
    /// A broker wants to stop without leaving partitions leaderless. An epoch of -1 is not checked.
    ControlledShutdown {
        broker: BrokerId,
        broker_epoch: i64,
    },
    /// KIP-460. No partitions: all of them.
    ElectLeaders {
        unclean: bool,
        partitions: Option<Vec<TopicPartition>>,
    },
    AlterPartition(AlterPartition),
    /// KIP-455. No replicas: cancel.
    AlterReassignments(Vec<(TopicPartition, Option<Vec<BrokerId>>)>),
    /// No partitions: all of them.
    ListReassignments(Option<Vec<TopicPartition>>),
}

/// A leader's wish for other ISRs.
#[derive(Clone, Debug)]
pub struct AlterPartition {
    pub broker: BrokerId,
    pub broker_epoch: i64,
    pub partitions: Vec<(TopicPartition, IsrProposal)>,
}

/// The ISR a leader wants for one partition.
#[derive(Clone, Debug)]
pub struct IsrProposal {
    pub leader_epoch: LeaderEpoch,
    /// The version of the state that the leader knows.
    pub partition_epoch: i32,
    pub isr: Vec<BrokerId>,
    pub recovering: bool,
}

impl fmt::Display for IsrProposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.recovering { " recovering" } else { "" };
        let Self { leader_epoch, partition_epoch, isr, .. } = self;
        write!(f, "isr {} at epoch {leader_epoch} version {partition_epoch}{state}", Ids(isr))
    }
}

/// Prints what it is given as `a b c`.
pub(super) fn words<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(" ")
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Elected(picture) => write!(
                f,
                "elected at epoch {} with {} brokers, {} topics",
                picture.epoch,
                picture.brokers.len(),
                picture.topics.len(),
            ),
            Event::Deposed => f.write_str("deposed"),
            Event::Brokers(brokers) => write!(f, "brokers {}", words(brokers.values())),
            Event::Topics(topics) => write!(f, "topics {}", words(topics)),
            Event::Topic(topic, node) => write!(f, "topic {topic} {node}"),
            Event::DeletionsRequested(topics) => write!(f, "deletion of {}", words(topics)),
            Event::IsrNotified { partitions, .. } => {
                write!(f, "isr changes of {}", words(partitions))
            }
            Event::LogDirsFailed { brokers, .. } => {
                write!(f, "log directories failed on {}", words(brokers))
            }
            Event::ReassignmentRequested(moves) => {
                write!(f, "reassignment of {}", words(moves.keys()))
            }
            Event::PreferredElectionRequested(partitions) => {
                write!(f, "preferred election of {}", words(partitions))
            }
            Event::UncleanElection { topic, allowed } => {
                let topic = topic.as_deref().unwrap_or("all topics");
                write!(f, "unclean election of {topic}: {allowed:?}")
            }
            Event::RebalanceTick => f.write_str("rebalance tick"),
            Event::Asked { from, request } => write!(f, "{from} asks: {request}"),
            Event::LeaderAndIsrAnswered { broker, partitions } => {
                write!(f, "{broker} answered LeaderAndIsr{}", Errors(partitions))
            }
            Event::StopReplicaAnswered { broker, partitions } => {
                write!(f, "{broker} answered StopReplica{}", Errors(partitions))
            }
            Event::Written(outcomes) => {
                let done = outcomes.iter().filter(|one| matches!(one, Outcome::Done { .. }));
                write!(f, "written {} of {}", done.count(), outcomes.len())
            }
            Event::StatesRead(states) => write!(f, "read states of {}", words(states.keys())),
            Event::TopicsRead(topics) => write!(f, "read topics {}", words(topics.keys())),
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = |partitions: &Option<Vec<TopicPartition>>| match partitions {
            Some(partitions) => words(partitions),
            None => "all".to_owned(),
        };
        match self {
            Request::ControlledShutdown { broker, broker_epoch } => {
                write!(f, "controlled shutdown of {broker}@{broker_epoch}")
            }
            Request::ElectLeaders { unclean, partitions } => {
                let kind = if *unclean { "unclean" } else { "preferred" };
                write!(f, "elect {kind} leaders of {}", all(partitions))
            }
            Request::AlterPartition(AlterPartition { broker, partitions, .. }) => {
                write!(f, "alter partitions of {broker}:")?;
                partitions.iter().try_for_each(|(name, isr)| write!(f, " {name} {isr}"))
            }
            Request::AlterReassignments(moves) => {
                write!(f, "reassign {}", words(moves.iter().map(|(name, _)| name)))
            }
            Request::ListReassignments(partitions) => {
                write!(f, "list reassignments of {}", all(partitions))
            }
        }
    }
}

/// Prints the partitions that failed, with their codes.
struct Errors<'a>(&'a [(TopicPartition, i16)]);

impl fmt::Display for Errors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, code) in self.0 {
            write!(f, " {name}")?;
            if *code != 0 {
                write!(f, " (error {code})")?;
            }
        }
        Ok(())
    }
}
