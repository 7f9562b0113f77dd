//! The numbers of the moment, by ZooKeeper's names: for `mntr`, `monitor` and Prometheus.

use std::path::Path;

use super::super::dispatch::Dispatch;
use super::super::metrics::{Gauge, Values};
use super::super::pipeline::Role;
use super::super::stats::ServerStats;
use super::text::{VERSION, mode};
use crate::base::disk::Disk;
use crate::zookeeper::tree::DataTree;
use crate::zookeeper::tree::quota::Sums;

fn whole(number: impl TryInto<i64>) -> Gauge {
    Gauge::Whole(number.try_into().unwrap_or(i64::MAX))
}

/// All of them; which there are depends on what the server does.
pub(in super::super) fn gauges(server: &Dispatch) -> Values {
    let pipeline = &server.pipeline;
    let now = pipeline.settings.clock.now();
    let mut state = pipeline.state();
    let (stats, counts) = (state.stats, state.tree.counts());
    let connections = state.connections.len();
    let (role, since, learners) = (state.role, state.role_since, state.learners.clone());
    let voters = state.members.as_ref().map(|members| members.voters().count());
    let locals = state.tree.tracker().locals();
    let chance = state.bucket.chance();
    let quotas = of_quotas(&state.tree);
    drop(state);
    let mut all = vec![("version", Gauge::Text(VERSION.to_owned()))];
    if role != Role::Looking {
        all.push(("server_state", Gauge::Text(mode(role).to_owned())));
    }
    if let Some(voters) = voters {
        let peer_state = match role {
            Role::Leading => "leading - broadcast",
            Role::Following => "following - broadcast",
            Role::Observing => "observing - broadcast",
            Role::Looking | Role::ReadOnly | Role::Alone => "looking",
        };
        all.push(("peer_state", Gauge::Text(peer_state.to_owned())));
        all.push(("quorum_size", whole(voters)));
    }
    let (open, most) = descriptors(&pipeline.settings.disk);
    all.extend(of_stats(&stats));
    all.extend(quotas);
    all.extend([
        ("num_alive_connections", whole(connections)),
        ("outstanding_requests", whole(pipeline.outstanding())),
        ("znode_count", whole(counts.nodes)),
        ("watch_count", whole(counts.watches.watches)),
        ("ephemerals_count", whole(counts.ephemerals)),
        ("approximate_data_size", whole(counts.data_bytes)),
        ("open_file_descriptor_count", whole(open)),
        ("max_file_descriptor_count", whole(most)),
        ("global_sessions", whole(counts.sessions)),
        ("local_sessions", whole(locals)),
        ("digest_mismatches_count", whole(counts.digest_mismatches)),
        ("connection_drop_probability", Gauge::Real(chance)),
        ("outstanding_tls_handshake", whole(0)),
        ("non_mtls_remote_conn_count", whole(0)),
        ("non_mtls_local_conn_count", whole(0)),
        ("uptime", whole(now.since(server.started).as_millis())),
    ]);
    if role == Role::Following {
        all.push(("synced_observers", whole(learners.observers)));
    }
    if role == Role::Leading {
        let synced = learners.synced.len().saturating_sub(1);
        let all_learners = synced + learners.observers + learners.on_their_way;
        all.extend([
            ("learners", whole(all_learners)),
            // The name before 3.6.
            ("followers", whole(all_learners)),
            ("synced_followers", whole(synced)),
            ("synced_observers", whole(learners.observers)),
            ("synced_non_voting_followers", whole(learners.others)),
            ("pending_syncs", whole(0)),
            ("leader_uptime", whole(now.since(since).as_millis())),
            ("last_proposal_size", whole(stats.proposals.last)),
            ("min_proposal_size", whole(stats.proposals.min)),
            ("max_proposal_size", whole(stats.proposals.max)),
        ]);
    }
    all
}

/// What quotas allow and what is used of them, below each of the root's children that has some.
fn of_quotas(tree: &DataTree) -> Values {
    let sums = tree.quota_sums();
    let set = |of: fn(&Sums) -> i64| {
        Gauge::Set(sums.iter().map(|(top, sums)| ((*top).to_owned(), of(sums))).collect())
    };
    vec![
        ("quota_count_limit_per_namespace", set(|sums| sums.count_limit)),
        ("quota_bytes_limit_per_namespace", set(|sums| sums.bytes_limit)),
        ("quota_count_usage_per_namespace", set(|sums| sums.count)),
        ("quota_bytes_usage_per_namespace", set(|sums| sums.bytes)),
    ]
}

fn of_stats(stats: &ServerStats) -> Values {
    vec![
        ("avg_latency", Gauge::Real(stats.latency.average())),
        ("min_latency", whole(stats.latency.min_ms)),
        ("max_latency", whole(stats.latency.max_ms)),
        ("packets_received", whole(stats.received)),
        ("packets_sent", whole(stats.sent)),
        ("fsync_threshold_exceed_count", whole(stats.slow_syncs)),
        ("auth_failed_count", whole(stats.auth_failed)),
        ("last_client_response_size", whole(stats.responses.last)),
        ("min_client_response_size", whole(stats.responses.min)),
        ("max_client_response_size", whole(stats.responses.max)),
    ]
}

/// How many files are open, and how many may be.
fn descriptors(disk: &Disk) -> (usize, u64) {
    let open = disk.list(Path::new("/proc/self/fd")).map_or(0, |names| names.len());
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    (open, most.unwrap_or(u64::MAX))
}
