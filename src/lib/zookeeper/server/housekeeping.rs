//! What a server does by the clock: sessions expire, containers go, old files are purged.

use std::sync::Arc;
use std::time::Duration;

use tracing::info;

use super::pipeline::Pipeline;
use super::snapshots::Snapshots;
use crate::net::{Stop, socket};
use crate::zookeeper::jute::request::PathRequest;
use crate::zookeeper::jute::{Request, SessionId};

/// Starts the tasks.
pub(super) fn start(pipeline: &Arc<Pipeline>, snapshots: &Arc<Snapshots>, stop: &Stop) {
    expire(pipeline.clone(), stop);
    reap(pipeline.clone(), stop);
    if let Some(interval) = pipeline.settings.purge_interval {
        purge(interval, pipeline.settings.snapshots_kept, snapshots.clone(), stop);
    }
}

fn expire(pipeline: Arc<Pipeline>, stop: &Stop) {
    let mut signal = stop.signal();
    let tick = Duration::from_millis(u64::from(pipeline.settings.tick_ms.max(1)));
    stop.spawn(async move {
        loop {
            let now = pipeline.settings.clock.now();
            let next = pipeline.next_expiry().map_or(tick, |at| at.since(now));
            // A hair behind the mark, so that it is passed; and never idle for long, because a
            // connection that never asks for a session is known to nobody else.
            let pause = next.min(tick) + Duration::from_millis(1);
            tokio::select! {
                biased;
                () = tokio::time::sleep(pause) => pipeline.expire(),
                () = signal.raised() => return,
            }
        }
    });
}

/// Deletes empty containers and stale TTL nodes, not too many at a time.
fn reap(pipeline: Arc<Pipeline>, stop: &Stop) {
    let mut signal = stop.signal();
    let settings = &pipeline.settings;
    let interval = settings.reap_interval.max(Duration::from_millis(1));
    let pace = Duration::from_secs(60) / settings.reaps_per_minute_max.max(1);
    let never_used_ms = settings.never_used_ms;
    stop.spawn(async move {
        let mut pause = interval;
        let mut paths = Vec::new();
        loop {
            tokio::select! {
                biased;
                () = tokio::time::sleep(pause) => {}
                () = signal.raised() => return,
            }
            if paths.is_empty() {
                let now_ms = pipeline.settings.clock.wall_ms();
                paths = pipeline.state().tree.reapable(now_ms, never_used_ms);
                paths.reverse();
            }
            if let Some(path) = paths.pop() {
                info!(
                    target: "org.apache.zookeeper.server.ContainerManager",
                    "Attempting to delete candidate container: {path}"
                );
                let request = Request::DeleteContainer(PathRequest { path });
                pipeline.write_own(SessionId::NONE, request);
            }
            pause = if paths.is_empty() { interval } else { pace };
        }
    });
}

fn purge(interval: Duration, keep: usize, snapshots: Arc<Snapshots>, stop: &Stop) {
    let mut signal = stop.signal();
    stop.spawn(async move {
        loop {
            let purging = snapshots.clone();
            socket::blocking(move || purging.purge(keep)).await;
            tokio::select! {
                biased;
                () = tokio::time::sleep(interval) => {}
                () = signal.raised() => return,
            }
        }
    });
}
