//! The journal: one worker that makes transactions durable, and then has them applied.
//!
//! Whatever was prepared while the disk was busy goes into the next write and sync together. After
//! `snapCount` transactions or so the log is rolled and a snapshot begins on a thread of its own.

use std::sync::Arc;

use tracing::{info, warn};

use super::pipeline::{Pipeline, Role, Work};
use super::snapshots::Snapshots;
use crate::base::error::Chain;
use crate::base::planted::Bug;
use crate::base::rng::Rng;
use crate::net::socket::{self, Worker};
use crate::zookeeper::jute::Zxid;
use crate::zookeeper::store::TxnLog;

const LOGGER: &str = "org.apache.zookeeper.server.persistence.FileTxnLog";

/// What the thread owns.
pub(super) struct Journal {
    pipeline: Arc<Pipeline>,
    log: TxnLog,
    snapshots: Arc<Snapshots>,
    rng: Rng,
    /// Transactions and bytes since the last snapshot.
    count: u64,
    bytes: u64,
    /// How many of either make it time for the next.
    count_due: u64,
    bytes_due: u64,
}

impl Journal {
    /// Starts the thread; it ends when the pipeline stops and all is durable, or fails.
    /// `replayed` transactions were loaded from the log and are in no snapshot yet.
    pub(super) fn start(
        pipeline: Arc<Pipeline>,
        log: TxnLog,
        snapshots: Arc<Snapshots>,
        replayed: u64,
    ) -> std::io::Result<Worker> {
        let mut journal = Journal {
            pipeline,
            log,
            snapshots,
            rng: Rng::from_system(),
            count: replayed,
            bytes: 0,
            count_due: 0,
            bytes_due: 0,
        };
        journal.draw();
        Worker::start("SyncThread:0", journal.run())
    }

    async fn run(mut self) {
        while let Some(work) = self.pipeline.next_unsynced().await {
            let batch = match work {
                Work::Write(batch) => batch,
                Work::Roll(done) => {
                    self.log.roll();
                    // Whoever asked may have ended meanwhile.
                    let _ = done.send(());
                    continue;
                }
            };
            let mut last = Zxid::ZERO;
            let metrics = &self.pipeline.metrics;
            metrics.sync_processor_request_queued.add(batch.len());
            metrics.sync_processor_batch_size.record(batch.len() as u64);
            for entry in &batch {
                self.log.append(entry.zxid.0, &entry.bytes);
                self.bytes += entry.bytes.len() as u64;
                last = entry.zxid;
            }
            self.count += batch.len() as u64;
            if Bug::AcknowledgeUnsynced.is_planted() {
                self.pipeline.durable(last);
            }
            socket::platter().await;
            if let Err(error) = self.flush() {
                self.pipeline.fail(Chain(&error).to_string());
                return;
            }
            self.pipeline.durable(last);
            self.roll();
        }
        if let Err(error) = self.log.close() {
            warn!(target: LOGGER, "{}", Chain(&error));
        }
    }

    fn flush(&mut self) -> crate::zookeeper::store::Result<()> {
        let clock = &self.pipeline.settings.clock;
        let started = clock.now();
        self.log.flush()?;
        let took = clock.now().since(started);
        self.pipeline.metrics.fsynctime.time(took);
        self.pipeline.metrics.sync_processor_queue_flush_time_ms.time(took);
        if took > self.pipeline.settings.sync_warning {
            self.pipeline.state().stats.slow_syncs += 1;
            warn!(
                target: LOGGER,
                "fsync-ing the write ahead log in SyncThread:0 took {}ms which will adversely \
                 affect operation latency. File size is {} bytes",
                took.as_millis(), self.log.file_bytes()
            );
        }
        Ok(())
    }

    /// Begins a new file, and a snapshot, when it is time to.
    fn roll(&mut self) {
        if self.count >= self.count_due || self.bytes >= self.bytes_due {
            // What is not known to be committed must not get into a snapshot (ZOOKEEPER-1549).
            if self.pipeline.state().role == Role::Looking {
                return;
            }
            self.log.roll();
            if !self.snapshots.start(&self.pipeline) {
                warn!(
                    target: "org.apache.zookeeper.server.SyncRequestProcessor",
                    "Too busy to snap, skipping"
                );
            }
            (self.count, self.bytes) = (0, 0);
            self.draw();
        }
        let max = self.pipeline.settings.log_file_bytes_max;
        if max > 0 && self.log.file_bytes() >= max {
            info!(target: LOGGER, "Log size limit reached: {}", self.log.file_bytes());
            self.log.roll();
        }
    }

    /// Draws when the next snapshot is due: servers of an ensemble must not all do it at once.
    fn draw(&mut self) {
        let settings = &self.pipeline.settings;
        let half = u64::from(settings.snapshot_count.max(2)) / 2;
        self.count_due = half + self.rng.below(half).max(1);
        self.bytes_due = match settings.snapshot_log_bytes {
            0 => u64::MAX,
            bytes => bytes / 2 + self.rng.below(bytes / 2),
        };
    }
}
