//! What a controller wants done, in the order it wants it done.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::base::uuid::Uuid;
use crate::kafka::types::{BrokerId, ControllerEpoch, TopicPartition};

use super::context::{Assignment, Broker, LeaderAndIsr, TopicNode};
use super::event::words;

/// One effect. After `Write`, `ReadStates` or `ReadTopics`, which are the last of a step, the
/// machine waits for the event that answers.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Open a queue to this broker; what is sent to it goes out one by one and in order.
    Connect(Arc<Broker>),
    /// Drop the queue and what is in it.
    Disconnect(BrokerId),
    /// Put a request into a broker's queue.
    Send { to: BrokerId, broker_epoch: i64, request: ControlRequest },
    /// Write znodes, each only while this is the controller (a check of the epoch's version in
    /// the same multi). The writes do not depend on one another.
    Write(Vec<Write>),
    /// Read the `state` znodes of these partitions.
    ReadStates(Vec<TopicPartition>),
    /// Read `/brokers/topics/<topic>` and watch it.
    ReadTopics(Vec<Arc<str>>),
    /// Answer a request.
    Reply { to: ReplyTo, answer: Answer },
}

/// Who waits for an answer: the runner's number for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReplyTo(pub u64);

impl fmt::Display for ReplyTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A change of znodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// `state`, with its parents.
    CreateState(TopicPartition, LeaderAndIsr),
    /// `state`, if it still has the version that the value carries.
    State(TopicPartition, LeaderAndIsr),
    /// `/brokers/topics/<topic>`, which is there.
    Topic(Arc<str>, TopicNode),
    /// `/brokers/topics/<topic>` and all below, then its configuration, then the request for it.
    DeleteTopic(Arc<str>),
    /// `/admin/delete_topics/<topic>` alone.
    DeleteRequest(Arc<str>),
    /// These children of `/isr_change_notification`.
    DeleteIsrNotifications(Vec<String>),
    /// These children of `/log_dir_event_notification`.
    DeleteLogDirNotifications(Vec<String>),
    /// What remains of `/admin/reassign_partitions`; with nothing remaining it is deleted.
    Reassignments(BTreeMap<TopicPartition, Vec<BrokerId>>),
    /// `/admin/preferred_replica_election`, which is done.
    DeletePreferredElection,
}

/// What brokers are told. Which version of the message says it is the runner's business.
#[derive(Clone, Debug)]
pub enum ControlRequest {
    LeaderAndIsr(LeaderAndIsrRequest),
    /// The same for all brokers it goes to.
    UpdateMetadata(Arc<UpdateMetadataRequest>),
    StopReplica(StopReplicaRequest),
}

#[derive(Clone, Debug)]
pub struct LeaderAndIsrRequest {
    pub controller_epoch: ControllerEpoch,
    pub topics: Vec<TopicStates>,
    /// The brokers that lead any of the partitions.
    pub leaders: Vec<Arc<Broker>>,
}

#[derive(Clone, Debug)]
pub struct UpdateMetadataRequest {
    pub controller_epoch: ControllerEpoch,
    pub topics: Vec<TopicStates>,
    /// All that live.
    pub brokers: Vec<Arc<Broker>>,
}

#[derive(Clone, Debug)]
pub struct StopReplicaRequest {
    pub controller_epoch: ControllerEpoch,
    pub partitions: Vec<StopPartition>,
}

/// One partition to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopPartition {
    pub partition: TopicPartition,
    /// -2 while its topic is being deleted, -1 when not known.
    pub leader_epoch: i32,
    pub delete: bool,
}

/// The partitions of one topic in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicStates {
    pub topic: Arc<str>,
    pub id: Option<Uuid>,
    pub partitions: Vec<PartitionStates>,
}

/// One partition in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionStates {
    pub partition: i32,
    /// [`NO_LEADER`] and [`LEADER_DURING_DELETE`] are no brokers.
    pub leader: BrokerId,
    pub leadership: LeaderAndIsr,
    pub assignment: Assignment,
    /// The broker may create the log even where it has failed disks.
    pub is_new: bool,
    /// Replicas whose broker or disk is away.
    pub offline: Vec<BrokerId>,
}

/// The leader of a partition that has none.
pub const NO_LEADER: BrokerId = BrokerId(-1);
/// The leader in the metadata of a topic that is being deleted: brokers forget the partition.
pub const LEADER_DURING_DELETE: BrokerId = BrokerId(-2);
/// The leader epoch in a StopReplica of a topic that is being deleted.
pub const EPOCH_DURING_DELETE: i32 = -2;
/// The leader epoch in a StopReplica when it is not known.
pub const EPOCH_UNKNOWN: i32 = -1;

/// Why the controller does not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    NotController,
    UnknownTopicOrPartition,
    BrokerNotAvailable,
    StaleBrokerEpoch,
    ElectionNotNeeded,
    PreferredLeaderNotAvailable,
    EligibleLeadersNotAvailable,
    TopicBeingDeleted,
    FencedLeaderEpoch,
    InvalidUpdateVersion,
    InvalidRequest,
    IneligibleReplica,
    InvalidReplicaAssignment(Misassigned),
    NoReassignmentInProgress,
    /// ZooKeeper did not take the change; it has been logged.
    NotWritten,
}

/// What is wrong with an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misassigned {
    Empty,
    Negative,
    Duplicate,
    DeadBroker(BrokerId),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Refusal::NotController => "this is not the controller",
            Refusal::UnknownTopicOrPartition => "the partition does not exist",
            Refusal::BrokerNotAvailable => "the broker is not registered",
            Refusal::StaleBrokerEpoch => "the broker has registered again since",
            Refusal::ElectionNotNeeded => "the leader need not change",
            Refusal::PreferredLeaderNotAvailable => "the preferred leader is not available",
            Refusal::EligibleLeadersNotAvailable => "no eligible leader is available",
            Refusal::TopicBeingDeleted => "the topic is being deleted",
            Refusal::FencedLeaderEpoch => "the leader epoch is old",
            Refusal::InvalidUpdateVersion => "the partition epoch is old",
            Refusal::InvalidRequest => "the request contradicts itself",
            Refusal::IneligibleReplica => "a replica may not be in the ISR",
            Refusal::InvalidReplicaAssignment(Misassigned::Empty) => "the replica list is empty",
            Refusal::InvalidReplicaAssignment(Misassigned::Negative) => {
                "the replica list names a negative broker id"
            }
            Refusal::InvalidReplicaAssignment(Misassigned::Duplicate) => {
                "the replica list names a broker twice"
            }
            Refusal::InvalidReplicaAssignment(Misassigned::DeadBroker(id)) => {
                return write!(f, "the replica list names broker {id}, which is not alive");
            }
            Refusal::NoReassignmentInProgress => "no reassignment is in progress",
            Refusal::NotWritten => "ZooKeeper did not take the change",
        };
        f.write_str(text)
    }
}

/// What comes of a partition that was asked for.
pub type Verdicts = BTreeMap<TopicPartition, Result<(), Refusal>>;

/// An answer to a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// To any request: ask the controller.
    NotController,
    /// The partitions that the broker still leads.
    ControlledShutdown(Result<Vec<TopicPartition>, Refusal>),
    ElectLeaders(Verdicts),
    /// The state of each partition now.
    AlterPartition(Result<BTreeMap<TopicPartition, Result<LeaderAndIsr, Refusal>>, Refusal>),
    AlterReassignments(Verdicts),
    ListReassignments(BTreeMap<TopicPartition, Assignment>),
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Connect(broker) => write!(f, "connect {broker}"),
            Effect::Disconnect(broker) => write!(f, "disconnect {broker}"),
            Effect::Send { to, broker_epoch, request } => {
                write!(f, "to {to}@{broker_epoch}: {request}")
            }
            Effect::Write(writes) => {
                f.write_str("write")?;
                let mut separator = " ";
                for write in writes {
                    write!(f, "{separator}{write}")?;
                    separator = "; ";
                }
                Ok(())
            }
            Effect::ReadStates(partitions) => write!(f, "read states of {}", words(partitions)),
            Effect::ReadTopics(topics) => write!(f, "read topics {}", words(topics)),
            Effect::Reply { to, answer } => write!(f, "reply {to}: {answer}"),
        }
    }
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Write::CreateState(name, state) => write!(f, "create {name} {state}"),
            Write::State(name, state) => write!(f, "{name} {state} if version {}", state.version),
            Write::Topic(topic, node) => {
                write!(f, "topic {topic} {node}")?;
                node.id.iter().try_for_each(|id| write!(f, " id {id}"))
            }
            Write::DeleteTopic(topic) => write!(f, "delete topic {topic}"),
            Write::DeleteRequest(topic) => write!(f, "delete the request to delete {topic}"),
            Write::DeleteIsrNotifications(names) => {
                write!(f, "delete isr notifications {}", words(names))
            }
            Write::DeleteLogDirNotifications(names) => {
                write!(f, "delete log directory notifications {}", words(names))
            }
            Write::Reassignments(moves) if moves.is_empty() => f.write_str("delete reassignments"),
            Write::Reassignments(moves) => write!(f, "reassignments {}", words(moves.keys())),
            Write::DeletePreferredElection => f.write_str("delete preferred election"),
        }
    }
}

impl fmt::Display for ControlRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ControlRequest::LeaderAndIsr(request) => {
                write!(f, "LeaderAndIsr leaders [{}]", words(&request.leaders))?;
                request.topics.iter().try_for_each(|topic| topic.fmt(f))
            }
            ControlRequest::UpdateMetadata(request) => {
                write!(f, "UpdateMetadata brokers {}", words(&request.brokers))?;
                request.topics.iter().try_for_each(|topic| topic.fmt(f))
            }
            ControlRequest::StopReplica(request) => {
                f.write_str("StopReplica")?;
                for StopPartition { partition, leader_epoch, delete } in &request.partitions {
                    let delete = if *delete { " delete" } else { "" };
                    write!(f, "; {partition} epoch {leader_epoch}{delete}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for TopicStates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in &self.partitions {
            write!(f, "; {}-{} ", self.topic, one.partition)?;
            match one.leader {
                LEADER_DURING_DELETE => f.write_str("deleted")?,
                _ => write!(f, "{} replicas {}", one.leadership, one.assignment)?,
            }
            if !one.offline.is_empty() {
                write!(f, " offline {}", super::context::Ids(&one.offline))?;
            }
            if one.is_new {
                f.write_str(" new")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::NotController => write!(f, "{}", Refusal::NotController),
            Answer::ControlledShutdown(Ok(left)) => write!(f, "still leads [{}]", words(left)),
            Answer::ControlledShutdown(Err(refusal)) => refusal.fmt(f),
            Answer::ElectLeaders(verdicts) | Answer::AlterReassignments(verdicts) => {
                let mut separator = "";
                for (name, verdict) in verdicts {
                    match verdict {
                        Ok(()) => write!(f, "{separator}{name} ok")?,
                        Err(refusal) => write!(f, "{separator}{name} {refusal}")?,
                    }
                    separator = "; ";
                }
                Ok(())
            }
            Answer::AlterPartition(Err(refusal)) => refusal.fmt(f),
            Answer::AlterPartition(Ok(verdicts)) => {
                let mut separator = "";
                for (name, verdict) in verdicts {
                    match verdict {
                        Ok(now) => write!(f, "{separator}{name} {now} version {}", now.version)?,
                        Err(refusal) => write!(f, "{separator}{name} {refusal}")?,
                    }
                    separator = "; ";
                }
                Ok(())
            }
            Answer::ListReassignments(moves) if moves.is_empty() => f.write_str("none"),
            Answer::ListReassignments(moves) => {
                let mut separator = "";
                for (name, assignment) in moves {
                    write!(f, "{separator}{name} {assignment}")?;
                    separator = "; ";
                }
                Ok(())
            }
        }
    }
}
