//! What an operator may choose about a server, with ZooKeeper's defaults.

use std::path::PathBuf;
use std::time::Duration;

use super::Ensemble;
use super::throttle::ConnectionThrottle;
use crate::base::clock::Clock;
use crate::base::disk::Disk;
use crate::limits;
use crate::zookeeper::store::directories::Packing;
use crate::zookeeper::tree;

/// The settings of a server; the comment names the key of `zoo.cfg`.
#[derive(Clone, Debug)]
pub struct Settings {
    pub disk: Disk,
    pub clock: Clock,
    /// `dataDir`.
    pub data_dir: PathBuf,
    /// `dataLogDir`; the same as `dataDir` unless set.
    pub data_log_dir: PathBuf,
    /// `clientPortAddress`; empty is any.
    pub host: String,
    /// `clientPort`; 0 asks the kernel for one.
    pub port: u16,
    /// `tickTime`, in milliseconds.
    pub tick_ms: u32,
    /// `minSessionTimeout`, in milliseconds; two ticks unless set.
    pub session_timeout_min_ms: Option<i32>,
    /// `maxSessionTimeout`, in milliseconds; twenty ticks unless set.
    pub session_timeout_max_ms: Option<i32>,
    /// `maxClientCnxns`: connections of one address; 0 is any number.
    pub connections_per_address_max: usize,
    /// `maxCnxns`: connections in all; 0 is any number.
    pub connections_max: usize,
    /// `nio.sessionlessCnxnTimeout`: how long a connection may go without asking for a session.
    pub sessionless_timeout: Duration,
    /// `jute.maxbuffer`: the largest request, in bytes.
    pub frame_bytes_max: usize,
    /// `globalOutstandingLimit`: requests under way beyond which connections that have one wait.
    pub outstanding_max: usize,
    /// `request_throttle_max_requests`: requests under way beyond which no connection is read; 0 is
    /// any number.
    pub requests_max: usize,
    /// `throttled_op_wait_time`: how long a request may have waited for that and still be done.
    pub throttled_wait: Option<Duration>,
    /// `connection_throttle_*`.
    pub connection_throttle: ConnectionThrottle,
    /// `snapCount`: transactions between snapshots, at most.
    pub snapshot_count: u32,
    /// `snapSizeLimitInKb`: log bytes between snapshots, at most; 0 is any number.
    pub snapshot_log_bytes: u64,
    /// `txnLogSizeLimitInKb`: how large a log file may get; 0 is any size.
    pub log_file_bytes_max: u64,
    /// `preAllocSize`, in bytes: by how much log files are made longer at a time.
    pub preallocate_bytes: u64,
    /// `forceSync`: whether a write is on the platter before it is acknowledged.
    pub force_sync: bool,
    /// `fsync.warningthresholdms`.
    pub sync_warning: Duration,
    /// `db.autocreate`: whether an empty database is one that never held anything. Otherwise it is
    /// only where the file `initialize` says so, and else a disk that was lost: such a member of an
    /// ensemble is not counted before it has a leader's state.
    pub autocreate: bool,
    /// `snapshot.trust.empty`: whether logs without a snapshot are loaded.
    pub trust_empty: bool,
    /// `snapshot.compression.method`.
    pub packing: Packing,
    /// `autopurge.snapRetainCount`.
    pub snapshots_kept: usize,
    /// `autopurge.purgeInterval`; never unless set.
    pub purge_interval: Option<Duration>,
    /// `4lw.commands.whitelist`; `*` is all.
    pub words: Vec<String>,
    /// `znode.container.checkIntervalMs`.
    pub reap_interval: Duration,
    /// `znode.container.maxPerMinute`.
    pub reaps_per_minute_max: u32,
    /// `znode.container.maxNeverUsedIntervalMs`, in milliseconds; 0 is never.
    pub never_used_ms: i64,
    /// `DigestAuthenticationProvider.superDigest`: `user:base64(sha1)`.
    pub super_digest: Option<String>,
    /// `enforce.auth.schemes` where `enforce.auth.enabled`: what a connection must have one of.
    pub required_schemes: Vec<String>,
    /// The ensemble this server is a member of; none where it is alone.
    pub ensemble: Option<Ensemble>,
    /// Commands over HTTP; none where `admin.enableServer=false`.
    pub admin: Option<Admin>,
    /// Where Prometheus finds the metrics; none unless `metricsProvider.className` names it.
    pub metrics: Option<Place>,
    /// The file this server was started with, as the admin server shows it.
    pub configuration: Option<String>,
    /// What belongs to the tree.
    pub tree: tree::Settings,
}

/// Where a port is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub host: String,
    /// 0 asks the kernel for one.
    pub port: u16,
}

/// The settings of the admin server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin {
    /// `admin.serverAddress` and `admin.serverPort`.
    pub place: Place,
    /// `admin.commandURL`.
    pub url: String,
    /// `admin.idleTimeout`; zero is for ever.
    pub idle: Duration,
    /// `admin.rateLimiterIntervalInMS`: between two snapshots, and between two restores.
    pub interval_ms: u64,
    /// `admin.snapshot.enabled`.
    pub snapshots: bool,
    /// `admin.restore.enabled`.
    pub restores: bool,
}

impl Default for Admin {
    fn default() -> Admin {
        Admin {
            place: Place { host: "0.0.0.0".to_owned(), port: 8080 },
            url: "/commands".to_owned(),
            idle: Duration::from_secs(30),
            interval_ms: 300_000,
            snapshots: true,
            restores: true,
        }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            disk: Disk::System,
            clock: Clock::System,
            data_dir: PathBuf::from("data"),
            data_log_dir: PathBuf::from("data"),
            host: String::new(),
            port: 2181,
            tick_ms: 3_000,
            session_timeout_min_ms: None,
            session_timeout_max_ms: None,
            connections_per_address_max: 60,
            connections_max: 0,
            sessionless_timeout: Duration::from_secs(10),
            frame_bytes_max: limits::JUTE_FRAME_BYTES_MAX,
            outstanding_max: 1_000,
            requests_max: 0,
            throttled_wait: None,
            connection_throttle: ConnectionThrottle::default(),
            snapshot_count: 100_000,
            snapshot_log_bytes: 4 * 1024 * 1024 * 1024,
            log_file_bytes_max: 0,
            preallocate_bytes: 64 * 1024 * 1024,
            force_sync: true,
            sync_warning: Duration::from_millis(1_000),
            autocreate: true,
            trust_empty: false,
            packing: Packing::Plain,
            snapshots_kept: 3,
            purge_interval: None,
            words: vec!["srvr".to_owned()],
            reap_interval: Duration::from_secs(60),
            reaps_per_minute_max: 10_000,
            never_used_ms: 0,
            super_digest: None,
            required_schemes: Vec::new(),
            ensemble: None,
            admin: None,
            metrics: None,
            configuration: None,
            tree: tree::Settings::default(),
        }
    }
}

impl Settings {
    /// The least session timeout that is agreed to.
    pub(super) fn session_timeout_min(&self) -> i32 {
        self.session_timeout_min_ms.unwrap_or_else(|| self.ticks(2))
    }

    /// The greatest session timeout that is agreed to.
    pub(super) fn session_timeout_max(&self) -> i32 {
        self.session_timeout_max_ms.unwrap_or_else(|| self.ticks(20))
    }

    /// The session timeout agreed to when a client asks for `wanted_ms`.
    pub(super) fn agree(&self, wanted_ms: i32) -> i32 {
        // The least wins where an operator has set them the wrong way round, as in ZooKeeper.
        wanted_ms.min(self.session_timeout_max()).max(self.session_timeout_min())
    }

    fn ticks(&self, count: u32) -> i32 {
        i32::try_from(self.tick_ms.saturating_mul(count)).unwrap_or(i32::MAX)
    }

    /// Whether a four-letter word is answered.
    pub(super) fn allows(&self, word: &str) -> bool {
        // srvr always is: `zkServer.sh status` asks it (ZOOKEEPER-2693).
        word == "srvr" || self.words.iter().any(|allowed| allowed == "*" || allowed == word)
    }
}
