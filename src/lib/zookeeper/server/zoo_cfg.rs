//! What zoo.cfg says, as the server takes it.

use std::time::Duration;

use crate::base::clock::Clock;
use crate::base::disk::Disk;
use crate::config::quorum::ZooCfg;
use crate::zookeeper::store::directories::Packing;
use crate::zookeeper::tree;

use super::{Admin, ConnectionThrottle, Place, Settings};

/// Bytes of a kibibyte, in which ZooKeeper counts file sizes.
const KIB: u64 = 1024;

/// The class that serves metrics over HTTP.
const PROMETHEUS: &str = "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider";
/// The classes that keep them for `mntr` alone.
const SILENT: [&str; 2] = [
    "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider",
    "org.apache.zookeeper.metrics.impl.NullMetricsProvider",
];

/// Refuses what of the settings for operators would otherwise be silently left undone. The error is
/// a sentence.
pub fn refuse_unbuilt(cfg: &ZooCfg) -> Result<(), String> {
    let keys = &cfg.keys;
    let provider = keys.metrics_provider_class_name.as_str();
    if provider != PROMETHEUS && !SILENT.contains(&provider) {
        return Err(format!(
            "metricsProvider.className={provider}: classes cannot be loaded; {PROMETHEUS} and {} \
             are built in",
            SILENT[0]
        ));
    }
    let tls = [
        (keys.admin_force_https, "admin.forceHttps=true"),
        (keys.admin_need_client_auth, "admin.needClientAuth=true"),
    ];
    match tls.iter().find(|(set, _)| *set && keys.admin_enable_server) {
        Some((_, key)) => Err(format!(
            "{key}: the admin server speaks plain HTTP only; take it out and keep the port to \
             this machine (admin.serverAddress=127.0.0.1), or set admin.enableServer=false"
        )),
        None => Ok(()),
    }
}

fn throttle(cfg: &ZooCfg) -> ConnectionThrottle {
    let keys = &cfg.keys;
    let whole = |number: i32| u32::try_from(number).unwrap_or(0);
    let weight =
        |weight: i32| if keys.connection_throttle_weight_enabled { whole(weight) } else { 1 };
    ConnectionThrottle {
        tokens: whole(keys.connection_throttle_tokens),
        fill_ms: u64::try_from(keys.connection_throttle_fill_time).unwrap_or(0),
        fill_count: whole(keys.connection_throttle_fill_count),
        freeze_ms: u64::try_from(keys.connection_throttle_freeze_time).ok(),
        increase: keys.connection_throttle_drop_increase,
        decrease: keys.connection_throttle_drop_decrease,
        decrease_ratio: keys.connection_throttle_decrease_ratio,
        new_session: weight(keys.connection_throttle_global_session_weight),
        renewed_session: weight(keys.connection_throttle_renew_session_weight),
    }
}

fn admin(cfg: &ZooCfg) -> Option<Admin> {
    let keys = &cfg.keys;
    keys.admin_enable_server.then(|| Admin {
        place: Place {
            host: keys.admin_server_address.clone(),
            port: u16::try_from(keys.admin_server_port).unwrap_or(0),
        },
        url: keys.admin_command_url.clone(),
        idle: Duration::from_millis(u64::try_from(keys.admin_idle_timeout).unwrap_or(0)),
        interval_ms: u64::try_from(keys.admin_rate_limiter_interval_in_ms).unwrap_or(0),
        snapshots: keys.admin_snapshot_enabled,
        restores: keys.admin_restore_enabled,
    })
}

fn metrics(cfg: &ZooCfg) -> Option<Place> {
    let keys = &cfg.keys;
    (keys.metrics_provider_class_name == PROMETHEUS).then(|| Place {
        host: keys.metrics_provider_http_host.clone(),
        port: u16::try_from(keys.metrics_provider_http_port).unwrap_or(0),
    })
}

fn tree(cfg: &ZooCfg, tick_ms: u32) -> tree::Settings {
    let keys = &cfg.keys;
    tree::Settings {
        digest: keys.digest_enabled,
        extended_types: keys.extended_types_enabled,
        skip_acl: keys.skip_acl == "yes",
        enforce_quota: keys.enforce_quota,
        close_session_paths: keys.close_session_txn_enabled,
        tick_ms,
        local_sessions: None,
    }
}

impl Settings {
    /// The settings of a server, but for its ensemble: see [`super::Ensemble::from_zoo_cfg`].
    pub fn from_zoo_cfg(cfg: &ZooCfg, disk: Disk, clock: Clock) -> Settings {
        let keys = &cfg.keys;
        let count = |number: i32| usize::try_from(number).unwrap_or(0);
        let millis = |ms: i64| Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        let kib = |kib: i64| u64::try_from(kib).unwrap_or(0).saturating_mul(KIB);
        let tick_ms = u32::try_from(keys.tick_time).unwrap_or(3_000);
        let own_disk = disk.clone();
        let hours = u64::try_from(keys.autopurge_purge_interval).unwrap_or(0);
        Settings {
            disk,
            clock,
            data_dir: cfg.data_dir(),
            data_log_dir: cfg.data_log_dir(),
            host: keys.client_port_address.clone().unwrap_or_default(),
            port: keys.client_port.and_then(|port| port.try_into().ok()).unwrap_or(0),
            tick_ms,
            session_timeout_min_ms: Some(cfg.min_session_timeout_ms()),
            session_timeout_max_ms: Some(cfg.max_session_timeout_ms()),
            connections_per_address_max: count(keys.max_client_cnxns),
            connections_max: count(keys.max_cnxns),
            sessionless_timeout: millis(i64::from(keys.nio_sessionless_cnxn_timeout)),
            frame_bytes_max: cfg.frame_bytes_max(),
            outstanding_max: count(keys.global_outstanding_limit),
            requests_max: count(keys.request_throttle_max_requests),
            throttled_wait: u64::try_from(keys.throttled_op_wait_time)
                .ok()
                .filter(|&ms| ms > 0)
                .map(Duration::from_millis),
            connection_throttle: throttle(cfg),
            snapshot_count: u32::try_from(keys.snap_count).unwrap_or(u32::MAX),
            snapshot_log_bytes: kib(keys.snap_size_limit_in_kb),
            log_file_bytes_max: kib(keys.txn_log_size_limit_in_kb),
            preallocate_bytes: kib(keys.pre_alloc_size),
            force_sync: keys.force_sync == "yes",
            sync_warning: millis(keys.fsync_warningthresholdms),
            autocreate: keys.db_autocreate,
            trust_empty: keys.snapshot_trust_empty,
            packing: match keys.snapshot_compression_method.as_str() {
                "gz" => Packing::Gzip,
                "snappy" => Packing::Snappy,
                _ => Packing::Plain,
            },
            snapshots_kept: count(cfg.snapshots_retained()),
            purge_interval: (hours > 0).then(|| Duration::from_secs(hours * 3_600)),
            words: keys.four_letter_words_whitelist.clone(),
            reap_interval: millis(i64::from(keys.znode_container_check_interval_ms)),
            reaps_per_minute_max: u32::try_from(keys.znode_container_max_per_minute).unwrap_or(0),
            never_used_ms: keys.znode_container_max_never_used_interval_ms,
            super_digest: keys
                .digest_authentication_provider_super_digest
                .as_ref()
                .map(|digest| digest.reveal().to_owned()),
            required_schemes: match keys.enforce_auth_enabled {
                true => keys.enforce_auth_schemes.clone().unwrap_or_default(),
                false => Vec::new(),
            },
            ensemble: None,
            admin: admin(cfg),
            metrics: metrics(cfg),
            configuration: cfg.file.as_ref().and_then(|file| own_disk.read_text(file).ok()),
            tree: tree(cfg, tick_ms),
        }
    }
}
