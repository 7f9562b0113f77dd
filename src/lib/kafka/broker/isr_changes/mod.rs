//! ISR changes on their way: leaders wish, this task asks, and tells the partitions what came of it.
//!
//! From `inter.broker.protocol.version` 2.7-IV2 on the controller decides (AlterPartition, KIP-497):
//! one request at a time, with all that was wished meanwhile in the next one. Before, the leader
//! writes the partition's znode itself and announces it; see `znodes`.

mod ask;
mod znodes;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::config::broker::ProtocolVersion;
use crate::kafka::replica::Partition;
use crate::kafka::replica::partition::{Decision, IsrWish};
use crate::kafka::types::{BrokerId, TopicPartition};

use super::Broker;

/// How long to leave a controller alone that could not be asked.
const RETRY: Duration = Duration::from_millis(50);
const LOGGER: &str = "kafka.cluster.Partition";

/// A wish, and the partition that has it.
#[derive(Clone)]
struct Open {
    partition: Arc<Partition>,
    wish: IsrWish,
}

type Wishes = BTreeMap<TopicPartition, Open>;

/// What is wished and not yet decided: one wish a partition at most.
#[derive(Default)]
pub struct IsrChanges {
    open: Mutex<Wishes>,
    wished: Notify,
}

impl IsrChanges {
    /// Puts a leader's wish on its way.
    pub fn wish(&self, partition: &Arc<Partition>, wish: IsrWish) {
        let kind = if wish.isr.len() < wish.before.len() { "Shrinking" } else { "Expanding" };
        let at = partition.offsets().ok();
        tracing::info!(
            target: LOGGER,
            "[Partition {}] {kind} ISR from {} to {}. Leader: (highWatermark: {}, endOffset: {})",
            partition.id(),
            list(&wish.before),
            list(&wish.isr),
            at.map_or(-1, |at| at.high_watermark),
            at.map_or(-1, |at| at.log_end),
        );
        self.open().insert(partition.id().clone(), Open { partition: partition.clone(), wish });
        self.wished.notify_one();
    }

    fn open(&self) -> MutexGuard<'_, Wishes> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what is open; what cannot be decided now is put back by [`IsrChanges::again`].
    fn take(&self) -> Wishes {
        std::mem::take(&mut *self.open())
    }

    /// Puts back what must be asked again, unless the partition wishes something else by now.
    fn again(&self, wishes: Wishes) {
        let mut open = self.open();
        for (name, wish) in wishes {
            open.entry(name).or_insert(wish);
        }
    }
}

/// Prints `1,2,3`.
fn list(ids: &[BrokerId]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(",")
}

/// Starts the task, and the look every half of `replica.lag.time.max.ms` at who lags.
pub(super) fn start(broker: &Arc<Broker>) {
    let (asking, mut signal) = (broker.clone(), broker.stop.signal());
    broker.stop.spawn(async move {
        tokio::select! {
            biased;
            () = signal.raised() => {}
            () = run(&asking) => {}
        }
    });
    let lag_ms = u64::try_from(broker.config().replica_lag_time_max_ms).unwrap_or(0);
    let (looking, mut signal) = (broker.clone(), broker.stop.signal());
    broker.stop.spawn(async move {
        let pause = Duration::from_millis((lag_ms / 2).max(1));
        while tokio::time::timeout(pause, signal.raised()).await.is_err() {
            look(&looking);
        }
    });
}

/// Looks at all partitions for replicas that lag.
fn look(broker: &Broker) {
    let now = broker.clock.now();
    for partition in broker.replicas.online() {
        if let Some(wish) = partition.shrink_isr(now) {
            broker.isr_changes.wish(&partition, wish);
        }
    }
}

async fn run(broker: &Broker) {
    let by_controller = broker.config().inter_broker_protocol_version >= ProtocolVersion::V2_7_IV2;
    let mut link = ask::Link::default();
    loop {
        broker.isr_changes.wished.notified().await;
        loop {
            let wishes = broker.isr_changes.take();
            if wishes.is_empty() {
                break;
            }
            let undecided = match by_controller {
                true => link.ask(broker, wishes).await,
                false => znodes::write(broker, wishes).await,
            };
            if !undecided.is_empty() {
                broker.isr_changes.again(undecided);
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

/// Tells a partition, and whoever reads the log.
fn decided(broker: &Broker, open: &Open, decision: Decision) {
    if let Decision::Is { partition_epoch, isr } = &decision {
        tracing::info!(
            target: LOGGER,
            "[Partition {} broker={}] ISR updated to {} and version updated to {partition_epoch}",
            open.partition.id(), broker.id, list(isr),
        );
    }
    open.partition.isr_decided(&open.wish, decision, broker.clock.now());
}
