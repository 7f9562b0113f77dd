//! Work by the clock: retention, flushes, checkpoints; loading at start and closing at the end.
//!
//! All of it may wait for the disk and so runs on threads that may wait.

use std::sync::Arc;
use std::time::Duration;

use crate::base::error::Chain;
use crate::kafka::log::manager::Checkpoint;
use crate::kafka::replica::Partition;
use crate::net::{StopSignal, socket};

use super::Broker;
use super::startup::Error;

/// Loads every partition that is on disk, several at a time. A log directory whose disk fails goes
/// offline with what lies in it; the start goes on while another is left.
pub(super) async fn load(broker: &Arc<Broker>) -> Result<(), Error> {
    let found = broker.replicas.logs().partitions();
    let count = found.len();
    let threads = usize::try_from(broker.current().num_recovery_threads_per_data_dir).unwrap_or(1);
    let started = broker.clock.now();
    let queue = Arc::new(std::sync::Mutex::new(found));
    let workers: Vec<_> = (0..threads.min(count))
        .map(|_| {
            let (broker, queue) = (broker.clone(), queue.clone());
            socket::blocking(move || load_some(&broker, &queue))
        })
        .collect();
    let mut last = None;
    for worker in workers {
        last = worker.await.map_err(Error::Logs)?.or(last);
    }
    // Other threads may have been loading from a directory while it went.
    broker.replicas.settle_offline();
    if let Some(error) = last.filter(|_| !broker.replicas.logs().has_dirs()) {
        return Err(Error::Logs(error));
    }
    if count > 0 {
        let took = (broker.clock.now() - started).as_millis();
        tracing::info!(target: "kafka.log.LogManager", "Loaded {count} logs in {took}ms");
    }
    Ok(())
}

type Queue = std::sync::Mutex<Vec<crate::kafka::log::manager::Found>>;

/// Loads until nothing is left. Gives the last failure of a disk; whatever else is wrong with a log
/// ends the start.
fn load_some(
    broker: &Broker,
    queue: &Queue,
) -> crate::kafka::log::Result<Option<crate::kafka::log::Error>> {
    let mut last = None;
    loop {
        let next = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        let Some(found) = next else { return Ok(last) };
        let config = broker.replicas.config(&found.partition.topic);
        let config = crate::kafka::replica::partition::log_config(&config);
        let now_ms = broker.clock.wall_ms();
        match broker.replicas.logs().load(&found, config, now_ms) {
            Ok((log, high_watermark)) => broker.replicas.adopt(log, high_watermark),
            Err(error) if error.is_of_disk() => {
                broker.log_failed(&found.partition, &error);
                last = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Starts the rounds.
pub(super) fn start(broker: &Arc<Broker>) {
    let config = broker.config();
    let millis = |ms: i64| Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX));
    every(broker, millis(config.log_retention_check_interval_ms), retain);
    every(broker, millis(config.replica_high_watermark_checkpoint_interval_ms), |broker| {
        checkpoint(broker, Checkpoint::HighWatermark);
    });
    every(broker, millis(i64::from(config.log_flush_offset_checkpoint_interval_ms)), |broker| {
        checkpoint(broker, Checkpoint::RecoveryPoint);
    });
    every(
        broker,
        millis(i64::from(config.log_flush_start_offset_checkpoint_interval_ms)),
        |broker| {
            checkpoint(broker, Checkpoint::LogStart);
        },
    );
    let expiration = i64::from(config.producer_id_expiration_check_interval_ms);
    every(broker, millis(expiration), expire_producers);
    every(broker, FLUSH_EVERY, flush);
    every(broker, DELETE_EVERY, |broker| {
        let now_ms = broker.clock.wall_ms();
        for partition in broker.replicas.online() {
            let due = partition.with_log(|log, _| log.take_due_files(now_ms));
            broker.replicas.logs().remove_files(due.unwrap_or_default());
        }
        broker.replicas.logs().remove_due(now_ms);
    });
}

/// How often logs are looked at for `flush.ms` and for segments that were rolled.
const FLUSH_EVERY: Duration = Duration::from_secs(1);
/// How often files whose time has come are deleted.
const DELETE_EVERY: Duration = Duration::from_secs(5);

/// Runs `work` again and again until the stop signal, on a thread that may wait.
fn every(broker: &Arc<Broker>, pause: Duration, work: fn(&Broker)) {
    let (worker, mut signal) = (broker.clone(), broker.stop.signal());
    broker.stop.spawn(async move {
        while !stopped_within(&mut signal, pause).await {
            let worker = worker.clone();
            socket::blocking(move || work(&worker)).await;
        }
    });
}

async fn stopped_within(signal: &mut StopSignal, pause: Duration) -> bool {
    tokio::time::timeout(pause, signal.raised()).await.is_ok()
}

fn retain(broker: &Broker) {
    let now_ms = broker.clock.wall_ms();
    for partition in broker.replicas.online() {
        let retained = partition.with_log(|log, high_watermark| log.retain(now_ms, high_watermark));
        match retained {
            Ok(Ok(_)) | Err(_) => {}
            Ok(Err(error)) => broker.log_failed(partition.id(), &error),
        }
    }
}

/// Forgets producers that have not been heard of for `producer.id.expiration.ms`.
fn expire_producers(broker: &Broker) {
    let now_ms = broker.clock.wall_ms();
    let expiration_ms = i64::from(broker.current().producer_id_expiration_ms);
    for partition in broker.replicas.online() {
        // A partition that has gone offline meanwhile has no producers.
        partition.with_log(|log, _| log.expire_producers(now_ms, expiration_ms)).ok();
    }
}

/// Makes durable what is due: the sync itself runs without the partition's lock.
fn flush(broker: &Broker) {
    let now_ms = broker.clock.wall_ms();
    for partition in broker.replicas.online() {
        let due = partition.with_log(|log, _| {
            let up_to = match log.flush_is_due(now_ms) {
                true => log.log_end(),
                // Segments that are full are flushed in any case: the recovery point follows them.
                false => log.segments().active().base_offset(),
            };
            log.begin_flush(up_to)
        });
        let flushed = match due {
            Ok(Ok(Some(flush))) => {
                let result = flush.run();
                let done = partition.with_log(|log, _| log.finish_flush(&flush, &result, now_ms));
                done.ok();
                result
            }
            Ok(Err(error)) => Err(error),
            Ok(Ok(None)) | Err(_) => Ok(()),
        };
        if let Err(error) = flushed {
            broker.log_failed(partition.id(), &error);
        }
    }
}

/// Brings a checkpoint up to date in every directory.
pub(super) fn checkpoint(broker: &Broker, what: Checkpoint) {
    let of = |partition: &Arc<Partition>| {
        partition
            .with_log(|log, high_watermark| {
                let offset = match what {
                    Checkpoint::HighWatermark => high_watermark,
                    Checkpoint::RecoveryPoint => log.recovery_point(),
                    Checkpoint::LogStart => log.log_start(),
                };
                (log.dir().to_owned(), partition.id().clone(), offset)
            })
            .ok()
    };
    let offsets: Vec<_> = broker.replicas.online().iter().filter_map(of).collect();
    if let Err(error) = broker.replicas.logs().checkpoint(what, &offsets) {
        tracing::error!(target: "kafka.log.LogManager", "Checkpoints were not written: {}", Chain(&error));
        broker.disk_failed(&error);
    }
}

/// Closes every log cleanly, writes the checkpoints, and leaves the marker of a clean stop.
pub(super) fn close(broker: &Broker) {
    for what in [Checkpoint::HighWatermark, Checkpoint::LogStart] {
        checkpoint(broker, what);
    }
    let now_ms = broker.clock.wall_ms();
    let mut clean = true;
    let mut points = Vec::new();
    for log in broker.replicas.close() {
        let (dir, id) = (log.dir().to_owned(), log.partition().clone());
        match log.close(now_ms) {
            Ok(recovery) => points.push((dir, id, recovery.recovery_point)),
            Err(error) => {
                clean = false;
                tracing::error!(target: "kafka.log.LogManager", "{id} was not closed cleanly: {}", Chain(&error));
            }
        }
    }
    let logs = broker.replicas.logs();
    let written = logs.checkpoint(Checkpoint::RecoveryPoint, &points);
    let closed = written.and_then(|()| logs.close(clean, broker.epoch()));
    if let Err(error) = closed {
        tracing::error!(target: "kafka.log.LogManager", "The log directories were not closed cleanly: {}", Chain(&error));
    }
}
