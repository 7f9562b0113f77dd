//! What a server measures of itself, under ZooKeeper's own names.
//!
//! Every metric is a few atomic numbers: whoever measures takes no lock and waits for nobody. Names
//! are those of ZooKeeper 3.9; metrics of stages this server does not have (queues between threads,
//! a cache of answers, a cleaner of dead watches) are not there, and those of what it cannot do yet
//! are and stay zero.
//!
//! Quantiles are over the whole life of the server, as those of ZooKeeper's default provider are,
//! and right to an eighth of their value.
//!
//! * `expose`: the registry as lines, as JSON, and for Prometheus.

mod expose;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::zookeeper::tree::watch::EventType;

pub(super) use expose::{Gauge, Values, json, mean, prometheus, words};

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub(super) fn up(&self) {
        self.add(1);
    }

    pub(super) fn add(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Numbers below this have a bucket each.
const EXACT: u64 = 16;
/// Above, every power of two has this many.
const STEPS_BITS: u32 = 3;
/// The greatest power of two that is told apart.
const POWER_MAX: u32 = 31;
const BUCKETS: usize = EXACT as usize + ((POWER_MAX - 3) << STEPS_BITS) as usize;

/// Values by how large they are: mostly times, in milliseconds.
#[derive(Debug)]
pub(super) struct Summary {
    sum: AtomicU64,
    min: AtomicU64,
    max: AtomicU64,
    buckets: Box<[AtomicU32]>,
}

impl Default for Summary {
    fn default() -> Summary {
        Summary {
            sum: AtomicU64::new(0),
            min: AtomicU64::new(u64::MAX),
            max: AtomicU64::new(0),
            buckets: (0..BUCKETS).map(|_| AtomicU32::new(0)).collect(),
        }
    }
}

/// What a [`Summary`] holds at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) count: u64,
    pub(super) sum: u64,
    pub(super) min: u64,
    pub(super) max: u64,
    buckets: Vec<u32>,
}

impl Summary {
    pub(super) fn record(&self, value: u64) {
        self.sum.fetch_add(value, Ordering::Relaxed);
        // Mostly neither: a look is cheaper than a change.
        if value < self.min.load(Ordering::Relaxed) {
            self.min.fetch_min(value, Ordering::Relaxed);
        }
        if value > self.max.load(Ordering::Relaxed) {
            self.max.fetch_max(value, Ordering::Relaxed);
        }
        if let Some(bucket) = self.buckets.get(bucket_of(value)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The same of a time, in milliseconds.
    pub(super) fn time(&self, took: Duration) {
        self.record(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    }

    fn read(&self) -> Reading {
        let buckets: Vec<u32> =
            self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect();
        let count = buckets.iter().map(|&count| u64::from(count)).sum();
        if count == 0 {
            return Reading { buckets, ..Reading::default() };
        }
        Reading {
            count,
            sum: self.sum.load(Ordering::Relaxed),
            min: self.min.load(Ordering::Relaxed),
            max: self.max.load(Ordering::Relaxed),
            buckets,
        }
    }
}

fn bucket_of(value: u64) -> usize {
    if value < EXACT {
        return value as usize;
    }
    let power = value.ilog2().min(POWER_MAX);
    let step = (value >> (power - STEPS_BITS)).min((2 << STEPS_BITS) - 1) - (1 << STEPS_BITS);
    let before = (power - 4) << STEPS_BITS;
    EXACT as usize + before as usize + step as usize
}

/// The greatest value of a bucket.
fn top_of(bucket: usize) -> u64 {
    let Some(above) = (bucket as u64).checked_sub(EXACT) else { return bucket as u64 };
    let (power, step) = ((above >> STEPS_BITS) + 4, above & ((1 << STEPS_BITS) - 1));
    let width = 1 << (power - u64::from(STEPS_BITS));
    (1 << power) + (step + 1) * width - 1
}

impl Reading {
    /// The mean.
    pub(super) fn average(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 }
    }

    /// The value that a share of all is not above; none where there is none.
    pub(super) fn quantile(&self, share: f64) -> Option<u64> {
        let wanted = ((self.count as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        let found = self.buckets.iter().position(|&count| {
            seen += u64::from(count);
            seen >= wanted
        });
        found.filter(|_| self.count > 0).map(|bucket| top_of(bucket).min(self.max).max(self.min))
    }
}

/// What a metric holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Counter(u64),
    /// With the median alone, or with the tail.
    Summary(Reading, bool),
}

macro_rules! metrics {
    (counters { $($counter:ident)* } basic { $($basic:ident)* }
     advanced { $($advanced:ident)* } zero { $($zero:ident)* }) => {
        /// The registry.
        #[derive(Debug, Default)]
        pub(super) struct Metrics {
            $(pub(super) $counter: Counter,)*
            $(pub(super) $basic: Summary,)*
            $(pub(super) $advanced: Summary,)*
        }

        impl Metrics {
            /// All of them, as they are now.
            pub(super) fn values(&self) -> Vec<(&'static str, Value)> {
                vec![
                    $((stringify!($counter), Value::Counter(self.$counter.get())),)*
                    $((stringify!($zero), Value::Counter(0)),)*
                    $((stringify!($basic), Value::Summary(self.$basic.read(), false)),)*
                    $((stringify!($advanced), Value::Summary(self.$advanced.read(), true)),)*
                ]
            }
        }
    };
}

metrics! {
    counters {
        bytes_received_count
        commit_count
        connection_drop_count
        connection_rejected
        connection_request_count
        connection_revalidate_count
        diff_count
        insecure_admin_count
        large_requests_rejected
        learner_commit_received_count
        learner_proposal_received_count
        looking_count
        outstanding_changes_queued
        outstanding_changes_removed
        prep_processor_request_queued
        proposal_count
        request_throttle_wait_count
        response_bytes
        restore_error_count
        restore_rate_limited_count
        revalidate_count
        sessionless_connections_expired
        snap_count
        snapshot_error_count
        snapshot_rate_limited_count
        stale_replies
        stale_requests
        stale_requests_dropped
        stale_sessions_expired
        sync_processor_request_queued
        throttled_ops
        unrecoverable_error_count
        watch_bytes
    }
    basic {
        connection_token_deficit
        dbinittime
        election_time
        fsynctime
        leader_unavailable_time
        node_changed_watch_count
        node_children_watch_count
        node_created_watch_count
        node_deleted_watch_count
        restore_time
        snapshottime
        startup_snap_load_time
        startup_txns_load_time
        startup_txns_loaded
        sync_processor_batch_size
        unavailable_time
    }
    advanced {
        propagation_latency
        quorum_ack_latency
        readlatency
        request_throttle_queue_time_ms
        sync_processor_queue_flush_time_ms
        updatelatency
    }
    zero {
        add_dead_watcher_stall_time
        cnxn_closed_without_zk_server_running
        dead_watchers_cleared
        dead_watchers_queued
        ensemble_auth_fail
        ensemble_auth_skip
        ensemble_auth_success
        quit_leading_due_to_disloyal_voter
        response_packet_cache_hits
        response_packet_cache_misses
        response_packet_get_children_cache_hits
        response_packet_get_children_cache_misses
        tls_handshake_exceeded
        unsuccessful_handshake
    }
}

impl Metrics {
    /// Where watches are counted that an event of this kind has fired.
    pub(super) fn watches_fired(&self, event: EventType) -> &Summary {
        match event {
            EventType::NodeCreated => &self.node_created_watch_count,
            EventType::NodeDeleted => &self.node_deleted_watch_count,
            EventType::NodeDataChanged => &self.node_changed_watch_count,
            EventType::NodeChildrenChanged => &self.node_children_watch_count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_a_bucket_that_holds_it() {
        for value in (0..5_000).chain([65_535, 65_536, 1 << 31, (1 << 32) - 1]) {
            let bucket = bucket_of(value);
            assert!(bucket < BUCKETS, "{value}");
            assert!(value <= top_of(bucket), "{value}");
            assert!(bucket == 0 || value > top_of(bucket - 1), "{value}");
            assert!(top_of(bucket) - value <= value / 8, "{value}");
        }
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn a_summary_knows_its_ends_and_its_middle() {
        let summary = Summary::default();
        assert_eq!((summary.read().average(), summary.read().quantile(0.5)), (0.0, None));
        (1..=10).for_each(|value| summary.record(value));
        summary.time(Duration::from_micros(1_000_500));
        let reading = summary.read();
        assert_eq!((reading.count, reading.sum, reading.min, reading.max), (11, 1_055, 1, 1_000));
        assert_eq!((reading.quantile(0.5), reading.quantile(0.99)), (Some(6), Some(1_000)));
    }
}
