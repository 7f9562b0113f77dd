//! The task of one machine.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use crate::base::clock::{Clock, Instant};
use crate::base::error::Chain;
use crate::base::planted::Bug;
use crate::kafka::broker::api::code_of;
use crate::kafka::coordinator::group::{Groups, Record, Response, ValueVersions};
use crate::kafka::coordinator::{Action, Event, Machine as _, Now, ReplyTo};
use crate::kafka::log::Verified;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::record::control::{self, EndTransaction, Marker};
use crate::kafka::record::validate::Origin;
use crate::kafka::record::{Builder, Compression};
use crate::kafka::replica::Partition;
use crate::kafka::replica::partition::Append;
use crate::kafka::types::{LeaderEpoch, Offset};
use crate::net::{StopSignal, socket};

use super::{Answer, Asked, Broker, Place, load, machine};

/// An answer that waits for what was appended before it.
struct Held {
    /// The log's end that must be committed.
    end: Offset,
    to: ReplyTo,
    response: Response,
}

pub(super) struct Task {
    place: Arc<Place>,
    clock: Clock,
    groups: Groups,
    /// In which versions it writes what it logs.
    versions: ValueVersions,
    asked: mpsc::Receiver<Asked>,
    loaded: watch::Sender<bool>,
    waiting: BTreeMap<ReplyTo, oneshot::Sender<Answer>>,
    held: VecDeque<Held>,
    next_reply: u64,
    wake_at: Option<Instant>,
    /// The end of what this machine has appended.
    end: Offset,
}

/// The machine cannot go on: somebody else leads, or the disk has failed.
struct Deposed;

impl Task {
    pub(super) fn new(
        broker: &Arc<Broker>,
        partition: Arc<Partition>,
        epoch: LeaderEpoch,
        number: i32,
        asked: mpsc::Receiver<Asked>,
        loaded: watch::Sender<bool>,
    ) -> Task {
        Task {
            place: Arc::new(Place { partition, epoch }),
            clock: broker.clock.clone(),
            groups: machine(broker, number),
            versions: ValueVersions::of(broker.config().inter_broker_protocol_version),
            asked,
            loaded,
            waiting: BTreeMap::new(),
            held: VecDeque::new(),
            next_reply: 0,
            wake_at: None,
            end: 0,
        }
    }

    /// Runs until the machine is ended, or its broker.
    pub(super) async fn run(mut self, mut ended: StopSignal, mut broken: StopSignal) {
        let started = self.clock.now();
        let (place, mut groups) = (self.place.clone(), self.groups.clone());
        let result =
            socket::blocking(move || load::load(&place, &mut groups).map(|()| groups)).await;
        let id = self.place.partition.id();
        match result {
            Ok(groups) => self.groups = groups,
            Err(error) => {
                let why = Chain(&error);
                tracing::error!(target: LOGGER, "Cannot load the groups of {id}: {why}");
                return;
            }
        }
        let took = (self.clock.now() - started).as_millis();
        tracing::info!(
            target: LOGGER,
            "Finished loading offsets and group metadata from {id} in {took} milliseconds for epoch {}: {} groups",
            self.place.epoch, self.groups.len()
        );
        if self.step(Event::Loaded, Verified::Exempt).is_err() {
            return;
        }
        self.loaded.send_replace(true);
        loop {
            let turn = tokio::select! {
                biased;
                () = ended.raised() => return,
                () = broken.raised() => return,
                turn = self.turn() => turn,
            };
            if turn.is_err() {
                return;
            }
        }
    }

    /// Waits for one event and handles it.
    async fn turn(&mut self) -> Result<(), Deposed> {
        let committed = async {
            match self.held.front() {
                Some(held) => self.place.partition.wait_committed(held.end).await,
                None => std::future::pending().await,
            }
        };
        let wake = async {
            match self.wake_at {
                Some(at) => tokio::time::sleep(at - self.clock.now()).await,
                None => std::future::pending().await,
            }
        };
        // What is asked comes last: there may be no end of it.
        tokio::select! {
            biased;
            () = wake => {
                self.wake_at = None;
                self.step(Event::Tick, Verified::Exempt)
            }
            () = committed => self.release(),
            asked = self.asked.recv() => match asked {
                Some(Asked { request, verified, answer }) => {
                    let from = ReplyTo(self.next_reply);
                    self.next_reply += 1;
                    self.waiting.insert(from, answer);
                    self.step(Event::Request { from, request }, verified)
                }
                None => Err(Deposed),
            },
        }
    }

    fn step(&mut self, event: Event<super::Request>, verified: Verified) -> Result<(), Deposed> {
        let now = self.clock.both();
        let mut actions = Vec::new();
        self.groups.step(now, event, &mut actions);
        let mut refused = None;
        for action in actions {
            match action {
                Action::Append(records) => refused = self.append(&records, now, verified)?,
                Action::Reply { to, response } => match refused {
                    Some(code) => self.answer(to, Err(response.refused(code))),
                    None if Bug::CommitOffsetsEarly.is_planted() => self.answer(to, Ok(response)),
                    None => self.held.push_back(Held { end: self.end, to, response }),
                },
                Action::WakeAt(at) => self.wake_at = Some(at),
            }
        }
        self.release()
    }

    /// Appends and applies; the code where the append was refused and the machine may go on.
    fn append(
        &mut self,
        records: &[Record],
        now: Now,
        verified: Verified,
    ) -> Result<Option<ErrorCode>, Deposed> {
        let append = Append { now, origin: Origin::Coordinator, acks_all: true, verified };
        match self
            .place
            .partition
            .append_as_leader(batch(records, self.versions, now.wall_ms), append)
        {
            Ok(appended) if appended.epoch == self.place.epoch => {
                self.end = appended.log.last_offset + 1;
                records.iter().for_each(|record| self.groups.apply(record));
                Ok(None)
            }
            // A new reign began: its own machine has what was written until now, and this too.
            Ok(_) => Err(Deposed),
            Err(error) => match code_of(&error) {
                ErrorCode::NOT_LEADER_OR_FOLLOWER | ErrorCode::KAFKA_STORAGE_ERROR => Err(Deposed),
                code => {
                    let (id, why) = (self.place.partition.id(), Chain(&error));
                    tracing::warn!(target: LOGGER, "An append to {id} was refused: {why}");
                    Ok(Some(code))
                }
            },
        }
    }

    /// Gives the answers whose appends are committed.
    fn release(&mut self) -> Result<(), Deposed> {
        while let Some(held) = self.held.front() {
            use crate::kafka::replica::Commit;
            let state = self.place.partition.commit_state(held.end, self.place.epoch);
            match state.map_err(|_| Deposed)? {
                Commit::Waiting => break,
                Commit::Committed | Commit::TooFewReplicas => {}
            }
            if let Some(Held { to, response, .. }) = self.held.pop_front() {
                self.answer(to, Ok(response));
            }
        }
        Ok(())
    }

    fn answer(&mut self, to: ReplyTo, answer: Answer) {
        if let Some(waiting) = self.waiting.remove(&to) {
            // Whoever asked may have gone away.
            let _ = waiting.send(answer);
        }
    }
}

const LOGGER: &str = "kafka.coordinator.group.GroupMetadataManager";

/// Records as one batch. All of one batch belong to one producer, or to none; a marker has one of
/// its own.
fn batch(records: &[Record], versions: ValueVersions, now_ms: i64) -> Bytes {
    if let [Record::Marker { producer, coordinator_epoch, committed }] = *records {
        let marker = if committed { Marker::Commit } else { Marker::Abort };
        let end = EndTransaction { marker, coordinator_epoch };
        return control::marker_batch(producer.id.0, producer.epoch.0, end, now_ms);
    }
    let mut builder = Builder::new(Compression::default());
    if let Some(producer) = records.first().and_then(Record::producer) {
        builder.producer(producer.id.0, producer.epoch.0, -1).transactional(true);
    }
    for record in records {
        if let Some((key, value)) = record.encode(versions) {
            builder.append(now_ms, Some(&key), value.as_deref(), &[]);
        }
    }
    builder.finish()
}
