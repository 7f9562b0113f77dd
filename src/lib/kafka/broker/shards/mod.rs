//! Runs the group machines: one task for each partition of `__consumer_offsets` that this broker
//! leads.
//!
//! A task takes one event at a time, steps the machine, appends what it wants logged through the
//! partition like any other producer, applies it, and holds answers back until what was appended
//! before them is on all in-sync replicas. When an append is refused because somebody else leads,
//! the machine is thrown away and whoever waits is told NOT_COORDINATOR: no roll-back code exists.

mod load;
mod task;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use crate::base::rng::Rng;
use crate::kafka::coordinator::group::{Groups, Request, Response, Settings};
use crate::kafka::log::Verified;
use crate::kafka::metadata::topic::GROUP_METADATA_TOPIC;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::replica::Partition;
use crate::kafka::replica::manager::{NotTaken, Stopped, Told};
use crate::kafka::types::LeaderEpoch;
use crate::limits;
use crate::net::Stop;

use super::Broker;
use task::Task;

/// How long a request waits for a machine that is still reading its log.
const LOAD_WAIT: Duration = Duration::from_millis(500);

/// What a machine or the broker answers.
pub type Answer = Result<Response, ErrorCode>;

/// A request on its way to a machine.
struct Asked {
    request: Request,
    /// What its transaction, if it is in one, comes with.
    verified: Verified,
    answer: oneshot::Sender<Answer>,
}

/// A running machine, as its askers see it.
struct Shard {
    epoch: LeaderEpoch,
    inbox: mpsc::Sender<Asked>,
    /// The log has been read.
    loaded: watch::Receiver<bool>,
    /// The task ends when this is dropped.
    stop: Stop,
}

/// The machines of this broker, by partition.
#[derive(Default)]
pub struct Shards {
    running: RwLock<BTreeMap<i32, Shard>>,
}

impl Drop for Shard {
    fn drop(&mut self) {
        self.stop.raise();
    }
}

impl Shards {
    /// Asks the machine that a group lives in.
    pub async fn ask(&self, broker: &Broker, group: &str, request: Request) -> Answer {
        let partition = partition(broker, group).ok_or(ErrorCode::NOT_COORDINATOR)?;
        self.ask_partition(partition, request, Verified::Exempt).await
    }

    /// Asks the machine of one partition of `__consumer_offsets`; what it logs in a transaction of
    /// a producer's comes with `verified`.
    pub async fn ask_partition(
        &self,
        partition: i32,
        request: Request,
        verified: Verified,
    ) -> Answer {
        let (inbox, mut loaded) = {
            let running = self.running.read().unwrap_or_else(PoisonError::into_inner);
            let shard = running.get(&partition).ok_or(ErrorCode::NOT_COORDINATOR)?;
            (shard.inbox.clone(), shard.loaded.clone())
        };
        // Kafka sends the client away at once; most loads take less than the client's pause.
        let wait = loaded.wait_for(|loaded| *loaded);
        match tokio::time::timeout(LOAD_WAIT, wait).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) => return Err(ErrorCode::NOT_COORDINATOR),
            Err(_) => return Err(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS),
        }
        let (answer, answered) = oneshot::channel();
        let sent = inbox.send(Asked { request, verified, answer }).await;
        sent.map_err(|_| ErrorCode::NOT_COORDINATOR)?;
        // A task that ends drops what it was asked.
        answered.await.unwrap_or(Err(ErrorCode::NOT_COORDINATOR))
    }

    /// Asks every machine; one that is still loading is passed over, and said.
    pub async fn ask_all(&self, request: &Request) -> (Vec<Response>, Option<ErrorCode>) {
        let partitions: Vec<i32> = {
            let running = self.running.read().unwrap_or_else(PoisonError::into_inner);
            running.keys().copied().collect()
        };
        let (mut answers, mut missed) = (Vec::new(), None);
        for partition in partitions {
            match self.ask_partition(partition, request.clone(), Verified::Exempt).await {
                Ok(response) => answers.push(response),
                Err(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS) => {
                    missed = Some(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
                }
                Err(_) => {}
            }
        }
        (answers, missed)
    }

    /// Starts the machines of partitions that are led from now on, ends those of others.
    pub fn leadership_changed(
        &self,
        broker: &Arc<Broker>,
        results: &[(Told, Result<bool, NotTaken>)],
    ) {
        for (told, result) in results {
            if *told.partition.topic != *GROUP_METADATA_TOPIC {
                continue;
            }
            let number = told.partition.partition;
            match result {
                Ok(true) => self.start(broker, number, told.state.leader_epoch),
                Ok(false) => self.end(number),
                Err(_) => {}
            }
        }
    }

    /// Ends the machines of replicas that are not here any more.
    pub fn replicas_stopped(&self, results: &[(Stopped, Result<(), NotTaken>)]) {
        for (stopped, _) in results {
            if *stopped.partition.topic == *GROUP_METADATA_TOPIC {
                self.end(stopped.partition.partition);
            }
        }
    }

    /// Offsets of deleted topics are forgotten.
    pub fn topics_deleted(&self, broker: &Arc<Broker>, topics: BTreeSet<String>) {
        let broker = broker.clone();
        let stop = broker.stop.clone();
        stop.spawn(async move {
            broker.shards.ask_all(&Request::ForgetTopics(topics)).await;
        });
    }

    fn end(&self, partition: i32) {
        self.running.write().unwrap_or_else(PoisonError::into_inner).remove(&partition);
    }

    fn start(&self, broker: &Arc<Broker>, number: i32, epoch: LeaderEpoch) {
        let Ok(partition) = broker.replicas.partition(GROUP_METADATA_TOPIC, number) else { return };
        let mut running = self.running.write().unwrap_or_else(PoisonError::into_inner);
        if running.get(&number).is_some_and(|shard| shard.epoch == epoch) {
            return;
        }
        let (inbox, asked) = mpsc::channel(limits::MACHINE_INBOX_MAX);
        let (now_loaded, loaded) = watch::channel(false);
        let stop = Stop::new();
        let task = Task::new(broker, partition, epoch, number, asked, now_loaded);
        let (ended, broken) = (stop.signal(), broker.stop.signal());
        broker.stop.spawn(task.run(ended, broken));
        running.insert(number, Shard { epoch, inbox, loaded, stop });
    }
}

/// The partition of `__consumer_offsets` that a group lives in; none where this broker has none.
pub fn partition(broker: &Broker, group: &str) -> Option<i32> {
    // It is known before a machine of this broker runs: there is nobody to ask where it is not.
    broker.coordinator_topics.partition(GROUP_METADATA_TOPIC, group)
}

/// A machine with nothing in it.
fn machine(broker: &Broker, number: i32) -> Groups {
    let config = broker.config();
    let settings = Settings {
        broker_id: broker.id.0,
        partition: number,
        session_timeout_ms_min: config.group_min_session_timeout_ms,
        session_timeout_ms_max: config.group_max_session_timeout_ms,
        initial_rebalance_delay_ms: config.group_initial_rebalance_delay_ms,
        members_max: usize::try_from(config.group_max_size).unwrap_or(usize::MAX),
        offset_metadata_max: usize::try_from(config.offset_metadata_max_bytes).unwrap_or(0),
        offsets_retention_ms: i64::from(config.offsets_retention_minutes) * 60_000,
        retention_check_interval_ms: config.offsets_retention_check_interval_ms,
    };
    Groups::new(settings, Rng::from_system())
}

/// What a task works with.
struct Place {
    partition: Arc<Partition>,
    epoch: LeaderEpoch,
}
