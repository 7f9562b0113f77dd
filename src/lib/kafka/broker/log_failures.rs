//! Log directories that fail while the broker runs.
//!
//! What lies in one goes offline at once; the controller hears of it by a notification in ZooKeeper
//! and finds other leaders where there are any. A broker that has no directory left ends, as
//! Kafka's does.

use std::sync::Arc;

use tokio::sync::watch;

use crate::base::error::Chain;
use crate::kafka::log;
use crate::kafka::metadata::znode;
use crate::kafka::types::TopicPartition;
use crate::zookeeper::jute::request::CreateMode;

use super::Broker;

/// What has failed since the start.
#[derive(Debug)]
pub struct LogFailures {
    failed: watch::Sender<Failed>,
}

#[derive(Clone, Debug, Default)]
struct Failed {
    dirs: usize,
    /// Set when no directory is left.
    end: Option<String>,
}

impl Default for LogFailures {
    fn default() -> Self {
        LogFailures { failed: watch::Sender::new(Failed::default()) }
    }
}

impl LogFailures {
    /// Returns when no log directory is left, and says so.
    pub async fn none_left(&self) -> String {
        let mut failed = self.failed.subscribe();
        let ended = failed.wait_for(|failed| failed.end.is_some()).await;
        let end = ended.map(|failed| failed.end.clone());
        match end {
            Ok(end) => end.unwrap_or_default(),
            // The sender lies in `self`.
            Err(_) => std::future::pending().await,
        }
    }
}

impl Broker {
    /// A log has failed in the middle of its work; if it was the disk, it is not tried again.
    pub fn log_failed(&self, id: &TopicPartition, error: &log::Error) {
        let failed = self.replicas.note_failure(id, error);
        self.dir_failed(failed);
    }

    /// The disk has failed below a log directory, though not under one of its logs.
    pub fn disk_failed(&self, error: &log::Error) {
        let failed = self.replicas.note_disk_failure(error);
        self.dir_failed(failed);
    }

    fn dir_failed(&self, is_failed: bool) {
        if !is_failed {
            return;
        }
        let logs = self.replicas.logs();
        let end = (!logs.has_dirs()).then(|| {
            let dirs: Vec<_> = logs.paths().iter().map(|dir| dir.display().to_string()).collect();
            format!("Shutdown broker because all log dirs in {} have failed", dirs.join(", "))
        });
        if let Some(end) = &end {
            tracing::error!(target: "kafka.log.LogManager", "{end}");
        }
        self.log_failures.failed.send_modify(|failed| {
            failed.dirs += 1;
            failed.end = end;
        });
    }
}

/// Tells the controller of each failure, until the stop signal.
pub(super) fn start(broker: &Arc<Broker>) {
    let (worker, mut signal) = (broker.clone(), broker.stop.signal());
    let mut failed = broker.log_failures.failed.subscribe();
    if failed.borrow().dirs > 0 {
        // Some failed while their logs were loaded.
        failed.mark_changed();
    }
    broker.stop.spawn(async move {
        loop {
            tokio::select! {
                biased;
                changed = failed.changed() => if changed.is_err() { return },
                () = signal.raised() => return,
            }
            tokio::select! {
                biased;
                () = notify(&worker) => {}
                () = signal.raised() => return,
            }
        }
    });
}

async fn notify(broker: &Broker) {
    let path = format!("{}/{}", znode::LOG_DIR_EVENTS, znode::LOG_DIR_EVENT_PREFIX);
    let data = Some(znode::log_dir_event::encode(broker.id.0));
    let node = broker.zookeeper.creation(path, data, CreateMode::PersistentSequential);
    let created = broker.zookeeper.insist(vec![node]).await;
    let failure = match created {
        Ok(mut answers) => answers.pop().and_then(Result::err),
        // With the session the registration is gone; the controller asks about everything anew.
        Err(error) => Some(error),
    };
    if let Some(error) = failure {
        tracing::warn!(
            target: "kafka.server.ReplicaManager",
            "The controller was not told of the failed log directory: {}", Chain(&error)
        );
    }
}
