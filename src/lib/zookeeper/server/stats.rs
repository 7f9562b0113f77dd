//! What a server counts of itself and of each connection.

use crate::base::clock::Instant;
use crate::zookeeper::jute::{OpCode, Zxid};

/// The least, the sum and the greatest of latencies, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Latency {
    pub(super) count: u64,
    pub(super) sum_ms: u64,
    pub(super) min_ms: u64,
    pub(super) max_ms: u64,
}

impl Latency {
    fn add(&mut self, ms: u64) {
        self.min_ms = if self.count == 0 { ms } else { self.min_ms.min(ms) };
        self.max_ms = self.max_ms.max(ms);
        self.sum_ms += ms;
        self.count += 1;
    }

    /// The mean.
    pub(super) fn average(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum_ms as f64 / self.count as f64 }
    }
}

/// Of the whole server.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ServerStats {
    pub(super) received: u64,
    pub(super) sent: u64,
    pub(super) latency: Latency,
    pub(super) auth_failed: u64,
    pub(super) slow_syncs: u64,
    /// Of what clients are answered.
    pub(super) responses: Sizes,
    /// Of what this leader proposes.
    pub(super) proposals: Sizes,
}

/// The last, the least and the greatest of lengths, in bytes; -1 where there was none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) last: i64,
    pub(super) min: i64,
    pub(super) max: i64,
}

impl Default for Sizes {
    fn default() -> Sizes {
        Sizes { last: -1, min: -1, max: -1 }
    }
}

impl Sizes {
    pub(super) fn add(&mut self, bytes: usize) {
        self.last = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.min = if self.min < 0 { self.last } else { self.min.min(self.last) };
        self.max = self.max.max(self.last);
    }
}

/// Of one connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConnectionStats {
    /// When it came, by the wall clock.
    pub(super) established_ms: i64,
    pub(super) received: u64,
    pub(super) sent: u64,
    pub(super) last_op: Option<OpCode>,
    pub(super) last_cxid: i32,
    pub(super) last_zxid: Zxid,
    /// When the last reply was made, by the other clock.
    pub(super) last_response_ms: u64,
    pub(super) last_latency_ms: u64,
    pub(super) latency: Latency,
}

impl ConnectionStats {
    pub(super) fn new(established_ms: i64) -> ConnectionStats {
        ConnectionStats {
            established_ms,
            received: 0,
            sent: 0,
            last_op: None,
            last_cxid: -1,
            last_zxid: Zxid(-1),
            last_response_ms: 0,
            last_latency_ms: 0,
            latency: Latency::default(),
        }
    }

    /// Forgets all but when it came.
    pub(super) fn reset(&mut self) {
        *self = ConnectionStats::new(self.established_ms);
    }

    /// A request that came at `since` was answered.
    pub(super) fn answered(
        &mut self,
        op: OpCode,
        cxid: i32,
        zxid: Zxid,
        since: Instant,
        now: Instant,
        server: &mut ServerStats,
    ) {
        let ms = u64::try_from(now.since(since).as_millis()).unwrap_or(u64::MAX);
        self.last_op = Some(op);
        self.last_cxid = cxid;
        self.last_zxid = zxid;
        self.last_response_ms = now.as_millis();
        self.last_latency_ms = ms;
        self.latency.add(ms);
        server.latency.add(ms);
    }
}
