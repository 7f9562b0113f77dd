//! A controller in office: its picture, what it still has to do, and what it waits for.
//!
//! An event becomes [`Task`]s. Tasks run one after the other; one that writes to or reads from
//! ZooKeeper stops the row until the answer is there, so each task decides from a picture in which
//! the one before it has happened. What brokers must be told collects in a [`Batch`] that leaves
//! when a task is done.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use crate::base::rng::Rng;
use crate::kafka::types::{BrokerId, ControllerEpoch, TopicPartition};

use super::Settings;
use super::context::{Assignment, Broker, Context, Replica, TopicNode};
use super::deletion::Deletion;
use super::effect::{Answer, Effect, ReplyTo, Verdicts, Write};
use super::event::{Event, Request, words};
use super::leadership::{Change, Round};
use super::requests::Batch;

/// The controller of the cluster.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) id: BrokerId,
    pub(super) epoch: ControllerEpoch,
    pub(super) settings: Settings,
    pub(super) context: Context,
    pub(super) deletion: Deletion,
    /// Reassignments that `/admin/reassign_partitions` asked for and that still run.
    pub(super) znode_moves: BTreeMap<TopicPartition, Vec<BrokerId>>,
    pub(super) batch: Batch,
    pub(super) under_way: Option<UnderWay>,
    pub(super) rng: Rng,
    tasks: VecDeque<Task>,
}

/// A step of what an event leads to.
#[derive(Debug)]
pub(super) enum Task {
    Died(BTreeSet<BrokerId>),
    Joined(Vec<Arc<Broker>>),
    Updated(Vec<Arc<Broker>>),
    TopicsFound(BTreeMap<Arc<str>, TopicNode>),
    NewPartitions(Vec<TopicPartition>),
    Change {
        changes: Vec<(TopicPartition, Change)>,
        then: Then,
    },
    /// Elect for all partitions without a leader.
    ElectLeaderless,
    /// Tell these replicas who leads, and elect for all partitions without a leader.
    ReplicasOnline(Vec<Replica>),
    ReplicasOffline(Vec<Replica>),
    ReplicasDropped(Vec<Replica>),
    /// These were away unseen, and count again.
    Returned(Vec<Replica>),
    /// These topics have no ids yet.
    Identify(BTreeMap<Arc<str>, TopicNode>),
    /// The log directories of these replicas failed.
    DisksFailed(Vec<Replica>),
    MovesRequested(BTreeMap<TopicPartition, Vec<BrokerId>>),
    StartMoves(BTreeMap<TopicPartition, Assignment>),
    PreferredElection(BTreeSet<TopicPartition>),
    /// Look which of these reassignments have got where they wanted.
    Progress(Vec<TopicPartition>),
    FinishMoves(Vec<TopicPartition>),
    RecordMoves(Vec<TopicPartition>),
    ResumeDeletions,
    Write(Vec<Write>),
    AnswerShutdown {
        to: ReplyTo,
        broker: BrokerId,
    },
    AnswerElection {
        to: ReplyTo,
        answers: Verdicts,
    },
    AnswerIsr {
        to: ReplyTo,
        answers: Verdicts,
    },
    AnswerMoves {
        to: ReplyTo,
        answers: Verdicts,
    },
}

/// What follows when a row of changes is made.
#[derive(Debug)]
pub(super) enum Then {
    Nothing,
    AnswerElection { to: ReplyTo, answers: Verdicts },
    AnswerIsr { to: ReplyTo, answers: Verdicts },
}

impl Then {
    fn waiting(&self) -> Option<ReplyTo> {
        match self {
            Then::Nothing => None,
            Then::AnswerElection { to, .. } | Then::AnswerIsr { to, .. } => Some(*to),
        }
    }
}

impl Task {
    /// Who waits for this task.
    fn waiting(&self) -> Option<ReplyTo> {
        match self {
            Task::Change { then, .. } => then.waiting(),
            Task::AnswerShutdown { to, .. }
            | Task::AnswerElection { to, .. }
            | Task::AnswerIsr { to, .. }
            | Task::AnswerMoves { to, .. } => Some(*to),
            _ => None,
        }
    }
}

/// What the writes or reads that have been asked for are for.
#[derive(Debug)]
pub(super) enum UnderWay {
    Changes(Round),
    Rereads(Round),
    IsrReads(Vec<TopicPartition>),
    TopicReads,
    /// Topics get ids.
    TopicIds(BTreeMap<Arc<str>, TopicNode>),
    Moves {
        topics: Vec<Arc<str>>,
        moves: BTreeMap<TopicPartition, Assignment>,
    },
    TopicDeletions(Vec<Arc<str>>),
    /// Nothing hangs on these.
    Chores,
}

impl Active {
    pub(super) fn new(
        id: BrokerId,
        epoch: ControllerEpoch,
        settings: Settings,
        rng: Rng,
    ) -> Active {
        Active {
            id,
            epoch,
            settings,
            context: Context::default(),
            deletion: Deletion::default(),
            znode_moves: BTreeMap::new(),
            batch: Batch::default(),
            under_way: None,
            rng,
            tasks: VecDeque::new(),
        }
    }

    /// Takes an event and does what can be done at once.
    pub(super) fn step(&mut self, event: Event, out: &mut Vec<Effect>) {
        self.take_event(event, out);
        self.run(out);
    }

    pub(super) fn run(&mut self, out: &mut Vec<Effect>) {
        while self.under_way.is_none() {
            self.flush(out);
            let Some(task) = self.tasks.pop_front() else { break };
            self.start(task, out);
        }
    }

    /// Puts `tasks` before all others, in their order.
    pub(super) fn next(&mut self, tasks: impl IntoIterator<Item = Task>) {
        let tasks: Vec<Task> = tasks.into_iter().collect();
        for task in tasks.into_iter().rev() {
            self.tasks.push_front(task);
        }
    }

    /// Puts `tasks` after all others.
    pub(super) fn after(&mut self, tasks: impl IntoIterator<Item = Task>) {
        self.tasks.extend(tasks);
    }

    /// Nothing more will come of what was begun: whoever waits is told.
    pub(super) fn leave_office(&self, out: &mut Vec<Effect>) {
        tracing::info!(
            target: "kafka.controller.KafkaController",
            "[Controller id={}] Resigned",
            self.id,
        );
        let brokers = self.context.brokers.keys();
        out.extend(brokers.map(|id| Effect::Disconnect(*id)));
        let waiting = match &self.under_way {
            Some(UnderWay::Changes(round) | UnderWay::Rereads(round)) => round.then.waiting(),
            Some(_) | None => None,
        };
        let waiting = waiting.into_iter().chain(self.tasks.iter().filter_map(Task::waiting));
        out.extend(waiting.map(|to| Effect::Reply { to, answer: Answer::NotController }));
    }

    fn take_event(&mut self, event: Event, out: &mut Vec<Effect>) {
        let answers =
            matches!(event, Event::Written(_) | Event::StatesRead(_) | Event::TopicsRead(_));
        assert_eq!(
            answers,
            self.under_way.is_some(),
            "'{event}' came while waiting for {:?}",
            self.under_way,
        );
        match event {
            Event::Elected(_) | Event::Deposed => unreachable!("the role takes these"),
            Event::Brokers(brokers) => self.brokers_changed(brokers),
            Event::Topics(names) => self.topics_changed(&names, out),
            Event::Topic(topic, node) => self.topic_changed(&topic, &node),
            Event::DeletionsRequested(topics) => self.deletions_requested(topics),
            Event::IsrNotified { partitions, notifications } => {
                self.isr_notified(partitions, notifications, out);
            }
            Event::LogDirsFailed { brokers, notifications } => {
                self.log_dirs_failed(&brokers, notifications);
            }
            Event::ReassignmentRequested(moves) => self.moves_requested(moves),
            Event::PreferredElectionRequested(partitions) => {
                self.preferred_election_requested(partitions);
            }
            Event::UncleanElection { topic, allowed } => self.unclean_changed(topic, allowed),
            Event::RebalanceTick => self.rebalance(),
            Event::Asked { from, request } => self.asked(from, request, out),
            Event::LeaderAndIsrAnswered { broker, partitions } => {
                self.leader_and_isr_answered(broker, partitions);
            }
            Event::StopReplicaAnswered { broker, partitions } => {
                self.stop_replica_answered(broker, partitions);
            }
            Event::Written(_) | Event::StatesRead(_) | Event::TopicsRead(_) => {
                self.resume(event, out);
            }
        }
    }

    /// ZooKeeper has answered.
    fn resume(&mut self, event: Event, out: &mut Vec<Effect>) {
        let under_way = self.under_way.take().expect("checked by the caller");
        match (under_way, event) {
            (UnderWay::Changes(round), Event::Written(outcomes)) => {
                self.round_written(round, outcomes, out);
            }
            (UnderWay::Rereads(round), Event::StatesRead(states)) => {
                self.round_read(round, &states, out);
            }
            (UnderWay::IsrReads(partitions), Event::StatesRead(states)) => {
                self.isr_read(partitions, &states);
            }
            (UnderWay::TopicReads, Event::TopicsRead(topics)) => {
                self.next([Task::TopicsFound(topics)]);
            }
            (UnderWay::TopicIds(topics), Event::Written(outcomes)) => {
                self.topics_identified(topics, &outcomes);
            }
            (UnderWay::Moves { topics, moves }, Event::Written(outcomes)) => {
                self.moves_written(&topics, moves, &outcomes);
            }
            (UnderWay::TopicDeletions(topics), Event::Written(outcomes)) => {
                self.topics_deleted(&topics, &outcomes);
            }
            (UnderWay::Chores, Event::Written(_)) => {}
            (under_way, event) => panic!("'{event}' does not answer {under_way:?}"),
        }
    }

    fn start(&mut self, task: Task, out: &mut Vec<Effect>) {
        match task {
            Task::Died(brokers) => self.brokers_died(&brokers, out),
            Task::Joined(brokers) => self.brokers_joined(brokers, out),
            Task::Updated(brokers) => self.brokers_updated(brokers),
            Task::TopicsFound(topics) => self.topics_found(topics, out),
            Task::NewPartitions(partitions) => self.new_partitions(partitions, out),
            Task::Change { changes, then } => self.change(changes, then, out),
            Task::ElectLeaderless => self.elect_for_leaderless(out),
            Task::ReplicasOnline(replicas) => self.replicas_online(replicas, out),
            Task::ReplicasOffline(replicas) => self.replicas_offline(replicas, out),
            Task::Returned(replicas) => {
                replicas.iter().for_each(|one| _ = self.context.failed_replicas.remove(one));
                self.replicas_online(replicas, out);
            }
            Task::ReplicasDropped(replicas) => self.replicas_dropped(replicas),
            Task::DisksFailed(replicas) => self.disks_failed(replicas),
            Task::Identify(topics) => self.identify(topics, out),
            Task::MovesRequested(moves) => self.moves_requested(moves),
            Task::PreferredElection(partitions) => self.preferred_election_requested(partitions),
            Task::StartMoves(moves) => self.start_moves(moves, out),
            Task::Progress(partitions) => self.progress(partitions),
            Task::FinishMoves(partitions) => self.finish_moves(partitions),
            Task::RecordMoves(partitions) => self.record_moves(&partitions, out),
            Task::ResumeDeletions => self.resume_deletions(out),
            Task::Write(writes) => self.chore(writes, out),
            Task::AnswerShutdown { to, broker } => self.answer_shutdown(to, broker, out),
            Task::AnswerElection { to, answers } => Self::answer_election(to, answers, out),
            Task::AnswerIsr { to, answers } => self.answer_isr(to, answers, out),
            Task::AnswerMoves { to, answers } => self.answer_moves(to, answers, out),
        }
    }

    fn asked(&mut self, from: ReplyTo, request: Request, out: &mut Vec<Effect>) {
        match request {
            Request::ControlledShutdown { broker, broker_epoch } => {
                self.controlled_shutdown(from, broker, broker_epoch, out);
            }
            Request::ElectLeaders { unclean, partitions } => {
                self.elect_leaders(from, unclean, partitions);
            }
            Request::AlterPartition(request) => self.alter_partition(from, request, out),
            Request::AlterReassignments(moves) => self.alter_reassignments(from, moves),
            Request::ListReassignments(partitions) => {
                self.list_reassignments(from, partitions, out);
            }
        }
    }

    /// Writes on which nothing hangs.
    pub(super) fn chore(&mut self, writes: Vec<Write>, out: &mut Vec<Effect>) {
        let empty = |write: &Write| match write {
            Write::DeleteIsrNotifications(names) | Write::DeleteLogDirNotifications(names) => {
                names.is_empty()
            }
            Write::CreateState(..)
            | Write::State(..)
            | Write::Topic(..)
            | Write::DeleteTopic(_)
            | Write::DeleteRequest(_)
            | Write::Reassignments(_)
            | Write::DeletePreferredElection => false,
        };
        let writes: Vec<_> = writes.into_iter().filter(|write| !empty(write)).collect();
        if !writes.is_empty() {
            out.push(Effect::Write(writes));
            self.under_way = Some(UnderWay::Chores);
        }
    }
}

impl fmt::Display for Active {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queued: Vec<String> =
            self.deletion.queued().map(|(topic, _)| topic.to_string()).collect();
        write!(
            f,
            "epoch {}, brokers {}, {} topics, deleting [{}]",
            self.epoch,
            words(self.context.brokers.values()),
            self.context.topics.len(),
            queued.join(" "),
        )
    }
}
