//! A list: every setting of a ZooKeeper server, as zoo.cfg has it.

use crate::config::Password;
use crate::config::check::{any, at_least, between, one_of, one_of_any_case};

config! {
    /// A ZooKeeper server's own settings, from zoo.cfg or zookeeper.properties.
    pub struct QuorumConfig {
        /// The folder of snapshots, and of the transaction log unless dataLogDir is set.
        data_dir: Option<String> = NULL, "dataDir", any(), High, ReadOnly;
        /// The folder of the transaction log; a disk of its own makes writes faster.
        data_log_dir: Option<String> = NULL, "dataLogDir", any(), High, ReadOnly;
        /// The port clients connect to.
        client_port: Option<i32> = NULL, "clientPort", between(0, 65535), High, ReadOnly;
        /// The address clients connect to; unset is every interface.
        client_port_address: Option<String> = NULL, "clientPortAddress", any(), Medium, ReadOnly;
        /// The port clients connect to over TLS.
        secure_client_port: Option<i32> =
            NULL, "secureClientPort", between(0, 65535), Medium, ReadOnly;
        /// The address clients connect to over TLS; unset is every interface.
        secure_client_port_address: Option<String> =
            NULL, "secureClientPortAddress", any(), Low, ReadOnly;
        /// How many connections may wait to be accepted; -1 is 50.
        client_port_listen_backlog: i32 =
            "-1", "clientPortListenBacklog", at_least(-1), Low, ReadOnly;
        /// The length of a tick, in milliseconds: sessions and limits are measured in it.
        tick_time: i32 = "3000", "tickTime", at_least(1), High, ReadOnly;
        /// How many ticks a follower has to connect and catch up with its leader.
        init_limit: i32 = "0", "initLimit", at_least(0), High, ReadOnly;
        /// How many ticks a follower may go without its leader.
        sync_limit: i32 = "0", "syncLimit", at_least(0), High, ReadOnly;
        /// How many ticks connecting to the leader may take; 0 is initLimit.
        connect_to_learner_master_limit: i32 =
            "0", "connectToLearnerMasterLimit", at_least(0), Low, ReadOnly;
        /// How many connections one address may hold; 0 is without limit.
        max_client_cnxns: i32 = "60", "maxClientCnxns", at_least(0), High, ReadOnly;
        /// The shortest session timeout a client gets, in milliseconds; -1 is two ticks.
        min_session_timeout: i32 = "-1", "minSessionTimeout", at_least(-1), Medium, ReadOnly;
        /// The longest session timeout a client gets, in milliseconds; -1 is twenty ticks.
        max_session_timeout: i32 = "-1", "maxSessionTimeout", at_least(-1), Medium, ReadOnly;
        /// How leaders are elected; only 3 is known.
        election_alg: i32 = "3", "electionAlg", any(), Low, ReadOnly;
        /// Whether the quorum and election ports are opened on every interface.
        quorum_listen_on_all_ips: bool = "false", "quorumListenOnAllIPs", any(), Low, ReadOnly;
        /// Whether this server votes (participant) or only listens (observer).
        peer_type: String = "participant", "peerType", any(), Medium, ReadOnly;
        /// Whether an observer writes the transaction log and snapshots.
        sync_enabled: bool = "true", "syncEnabled", any(), Low, ReadOnly;
        /// The file with the server lines, where they are kept apart.
        dynamic_config_file: Option<String> = NULL, "dynamicConfigFile", any(), Medium, ReadOnly;
        /// Whether a lone server runs without a quorum.
        standalone_enabled: bool = "true", "standaloneEnabled", any(), Low, ReadOnly;
        /// Whether the ensemble may be changed while it runs.
        reconfig_enabled: bool = "false", "reconfigEnabled", any(), Medium, ReadOnly;
        /// Whether new sessions live on the connected server only.
        local_sessions_enabled: bool = "false", "localSessionsEnabled", any(), Low, ReadOnly;
        /// Whether a local session becomes a global one at its first ephemeral node.
        local_sessions_upgrading_enabled: bool =
            "false", "localSessionsUpgradingEnabled", any(), Low, ReadOnly;
        /// How many snapshots purging keeps; never fewer than 3.
        autopurge_snap_retain_count: i32 =
            "3", "autopurge.snapRetainCount", at_least(0), Medium, ReadOnly;
        /// How often old snapshots and logs are purged, in hours; 0 never.
        autopurge_purge_interval: i32 =
            "0", "autopurge.purgeInterval", at_least(0), Medium, ReadOnly;
        /// Whether servers speak TLS among themselves.
        ssl_quorum: bool = "false", "sslQuorum", any(), Medium, ReadOnly;
        /// Whether the quorum port takes both TLS and plain connections, for a change without a
        /// stop.
        port_unification: bool = "false", "portUnification", any(), Low, ReadOnly;
        /// Whether changed certificates of the quorum are taken up while running.
        ssl_quorum_reload_cert_files: bool =
            "false", "sslQuorumReloadCertFiles", any(), Low, ReadOnly;
        /// The port on which followers serve observers; 0 does not.
        observer_master_port: i32 = "0", "observerMasterPort", between(0, 65535), Low, ReadOnly;
        /// Whether servers authenticate to each other by SASL.
        quorum_auth_enable_sasl: bool = "false", "quorum.auth.enableSasl", any(), Low, ReadOnly;
        /// Whether a server refuses others that did not authenticate.
        quorum_auth_server_require_sasl: bool =
            "false", "quorum.auth.serverRequireSasl", any(), Low, ReadOnly;
        /// Whether a learner authenticates to its leader.
        quorum_auth_learner_require_sasl: bool =
            "false", "quorum.auth.learnerRequireSasl", any(), Low, ReadOnly;
        /// The Kerberos name of the servers; Kerberos is not offered.
        quorum_auth_kerberos_service_principal: String =
            "zkquorum/localhost", "quorum.auth.kerberos.servicePrincipal", any(), Low, ReadOnly;
        /// The login section of a learner.
        quorum_auth_learner_sasl_login_context: String =
            "QuorumLearner", "quorum.auth.learner.saslLoginContext", any(), Low, ReadOnly;
        /// The login section of a server.
        quorum_auth_server_sasl_login_context: String =
            "QuorumServer", "quorum.auth.server.saslLoginContext", any(), Low, ReadOnly;
        /// How many election connections may be made at once.
        quorum_cnxn_threads_size: i32 =
            "20", "quorum.cnxn.threads.size", at_least(1), Low, ReadOnly;
        /// Whether a server line may give several addresses.
        multi_address_enabled: bool = "false", "multiAddress.enabled", any(), Low, ReadOnly;
        /// How long to wait when it is checked which address can be reached, in milliseconds.
        multi_address_reachability_check_timeout_ms: i32 =
            "1000", "multiAddress.reachabilityCheckTimeoutMs", at_least(0), Low, ReadOnly;
        /// Whether it is checked which of several addresses can be reached.
        multi_address_reachability_check_enabled: bool =
            "true", "multiAddress.reachabilityCheckEnabled", any(), Low, ReadOnly;
        /// The file that decides for one of two voters when the other is gone.
        oracle_path: Option<String> = NULL, "oraclePath", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; there are no JVM pauses here.
        jvm_pause_monitor: bool = "false", "jvm.pause.monitor", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; there are no JVM pauses here.
        jvm_pause_warn_threshold_ms: i64 =
            "10000", "jvm.pause.warn-threshold.ms", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; there are no JVM pauses here.
        jvm_pause_info_threshold_ms: i64 =
            "1000", "jvm.pause.info-threshold.ms", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; there are no JVM pauses here.
        jvm_pause_sleep_time_ms: i64 = "500", "jvm.pause.sleep.time.ms", any(), Low, ReadOnly;
        /// Who serves metrics; ZooKeeper's Prometheus provider is known by its name.
        metrics_provider_class_name: String =
            "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider",
            "metricsProvider.className", any(), Low, ReadOnly;
        /// The address metrics are served on.
        metrics_provider_http_host: String =
            "0.0.0.0", "metricsProvider.httpHost", any(), Low, ReadOnly;
        /// The port metrics are served on.
        metrics_provider_http_port: i32 =
            "7000", "metricsProvider.httpPort", between(0, 65535), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; there is no JVM here.
        metrics_provider_export_jvm_info: bool =
            "true", "metricsProvider.exportJvmInfo", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; metrics need no threads here.
        metrics_provider_num_worker_threads: i32 =
            "1", "metricsProvider.numWorkerThreads", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; metrics need no queue here.
        metrics_provider_max_queue_size: i32 =
            "1000000", "metricsProvider.maxQueueSize", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; metrics need no threads here.
        metrics_provider_worker_shutdown_timeout_ms: i32 =
            "1000", "metricsProvider.workerShutdownTimeoutMs", any(), Low, ReadOnly;
        /// By how many KiB the transaction log grows on disk at a time.
        pre_alloc_size: i64 = "65536", "preAllocSize", at_least(1), Medium, ReadOnly;
        /// How many transactions lie between two snapshots, about.
        snap_count: i32 = "100000", "snapCount", at_least(2), High, ReadOnly;
        /// How many KiB of transactions lie between two snapshots at most, about; 0 or less is
        /// without limit.
        snap_size_limit_in_kb: i64 = "4194304", "snapSizeLimitInKb", any(), Medium, ReadOnly;
        /// How many KiB a transaction log file takes before the next begins; -1 is without limit.
        txn_log_size_limit_in_kb: i64 = "-1", "txnLogSizeLimitInKb", any(), Low, ReadOnly;
        /// How many transactions are kept in memory for followers that come back.
        commit_log_count: i32 = "500", "commitLogCount", any(), Low, ReadOnly;
        /// Up to which share of the snapshot's size a follower is sent transactions from the log;
        /// negative never.
        snapshot_size_factor: f64 = "0.33", "snapshotSizeFactor", any(), Low, ReadOnly;
        /// How snapshots are compressed: gz, snappy or not at all.
        snapshot_compression_method: String =
            "", "snapshot.compression.method", one_of(&["", "gz", "snappy"]), Low, ReadOnly;
        /// Whether a transaction log without any snapshot is believed, as after a move from 3.4.
        snapshot_trust_empty: bool = "false", "snapshot.trust.empty", any(), Low, ReadOnly;
        /// Whether a transaction is on disk before it is acknowledged; no risks losing it.
        force_sync: String = "yes", "forceSync", one_of(&["yes", "no"]), Medium, ReadOnly;
        /// From how many milliseconds on a slow sync is said in the log.
        fsync_warningthresholdms: i64 = "1000", "fsync.warningthresholdms", any(), Low, ReadOnly;
        /// How long transactions are gathered before a sync, in milliseconds.
        flush_delay: i64 = "0", "flushDelay", at_least(0), Low, ReadOnly;
        /// How long the log waits for one more transaction before it syncs, in milliseconds; unset
        /// is a third of flushDelay.
        max_write_queue_poll_time: Option<i64> =
            NULL, "maxWriteQueuePollTime", any(), Low, ReadOnly;
        /// How many transactions are gathered before a sync.
        max_batch_size: i32 = "1000", "maxBatchSize", at_least(0), Low, ReadOnly;
        /// Whether missing data folders are made.
        datadir_autocreate: bool = "true", "datadir.autocreate", any(), Low, ReadOnly;
        /// Whether an empty data folder means an empty tree.
        db_autocreate: bool = "true", "db.autocreate", any(), Low, ReadOnly;
        /// Whether a digest of the tree is kept and compared, to find servers that disagree.
        digest_enabled: bool = "true", "digest.enabled", any(), Low, ReadOnly;
        /// Whether the end of a session names the nodes it takes with it.
        close_session_txn_enabled: bool = "true", "closeSessionTxn.enabled", any(), Low, ReadOnly;
        /// Whether a snapshot says up to which transaction it reaches.
        serialize_last_processed_zxid_enabled: bool =
            "true", "serializeLastProcessedZxid.enabled", any(), Low, ReadOnly;
        /// Whether followers are always sent a whole snapshot; for tests.
        force_snapshot_sync: bool = "false", "forceSnapshotSync", any(), Low, ReadOnly;
        /// How many requests may wait before no more are read.
        global_outstanding_limit: i32 =
            "1000", "globalOutstandingLimit", at_least(1), Medium, ReadOnly;
        /// How many connections a server takes in all; 0 is without limit.
        max_cnxns: i32 = "0", "maxCnxns", at_least(0), Medium, ReadOnly;
        /// How many requests may be on their way before new ones wait; 0 is without limit.
        request_throttle_max_requests: i32 =
            "0", "request_throttle_max_requests", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; a throttled request goes on when another is done.
        request_throttle_stall_time: i32 =
            "100", "request_throttle_stall_time", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; requests of closed connections are never read.
        request_throttle_drop_stale: bool =
            "true", "request_throttle_drop_stale", any(), Low, ReadOnly;
        /// Whether a request older than its session's timeout is stale.
        request_stale_latency_check: bool =
            "false", "request_stale_latency_check", any(), Low, ReadOnly;
        /// Whether a request of a closed connection is stale.
        request_stale_connection_check: bool =
            "true", "request_stale_connection_check", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; a stop does not wait for requests it has not read.
        request_throttler_shutdown_timeout: i32 =
            "10000", "request_throttler.shutdownTimeout", any(), Low, ReadOnly;
        /// From how many milliseconds of waiting on a request is answered with a throttling error;
        /// 0 never.
        throttled_op_wait_time: i32 = "0", "throttled_op_wait_time", any(), Low, ReadOnly;
        /// How many bytes of large requests may be on their way; not heeded so far.
        large_request_max_bytes: i32 = "104857600", "largeRequestMaxBytes", any(), Low, ReadOnly;
        /// From how many bytes on a request is large; -1 is none; not heeded so far.
        large_request_threshold: i32 = "-1", "largeRequestThreshold", any(), Low, ReadOnly;
        /// How many connections may be made at once before new ones are refused; 0 is without
        /// limit.
        connection_throttle_tokens: i32 = "0", "connection_throttle_tokens", any(), Low, ReadOnly;
        /// How often tokens for connections are added, in milliseconds.
        connection_throttle_fill_time: i32 =
            "1", "connection_throttle_fill_time", any(), Low, ReadOnly;
        /// How many tokens for connections are added each time.
        connection_throttle_fill_count: i32 =
            "1", "connection_throttle_fill_count", any(), Low, ReadOnly;
        /// How often the chance of refusing a connection changes, in milliseconds; -1 never.
        connection_throttle_freeze_time: i32 =
            "-1", "connection_throttle_freeze_time", any(), Low, ReadOnly;
        /// By how much the chance of refusing a connection rises.
        connection_throttle_drop_increase: f64 =
            "0.02", "connection_throttle_drop_increase", any(), Low, ReadOnly;
        /// By how much the chance of refusing a connection falls.
        connection_throttle_drop_decrease: f64 =
            "0.002", "connection_throttle_drop_decrease", any(), Low, ReadOnly;
        /// How empty the connections must be before that chance falls.
        connection_throttle_decrease_ratio: f64 =
            "0", "connection_throttle_decrease_ratio", any(), Low, ReadOnly;
        /// Whether kinds of connections cost different tokens.
        connection_throttle_weight_enabled: bool =
            "false", "connection_throttle_weight_enabled", any(), Low, ReadOnly;
        /// How many tokens a new global session costs.
        connection_throttle_global_session_weight: i32 =
            "3", "connection_throttle_global_session_weight", any(), Low, ReadOnly;
        /// How many tokens a new local session costs.
        connection_throttle_local_session_weight: i32 =
            "1", "connection_throttle_local_session_weight", any(), Low, ReadOnly;
        /// How many tokens a returning session costs.
        connection_throttle_renew_session_weight: i32 =
            "2", "connection_throttle_renew_session_weight", any(), Low, ReadOnly;
        /// How large a request may be, in bytes; a larger one closes the connection.
        jute_maxbuffer: i32 = "1048575", "jute.maxbuffer", at_least(1024), Medium, ReadOnly;
        /// How much larger a stored transaction may be than a request, in bytes; unset is
        /// jute.maxbuffer.
        jute_maxbuffer_extrasize: Option<i32> =
            NULL, "jute.maxbuffer.extrasize", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; answers are not cached here.
        max_response_cache_size: i32 = "400", "maxResponseCacheSize", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; answers are not cached here.
        max_get_children_response_cache_size: i32 =
            "400", "maxGetChildrenResponseCacheSize", any(), Low, ReadOnly;
        /// Whether writes beyond a hard quota are refused.
        enforce_quota: bool = "false", "enforceQuota", any(), Medium, ReadOnly;
        /// Kept so that files of ZooKeeper load; threads go by the machine here.
        nio_num_selector_threads: Option<i32> =
            NULL, "nio.numSelectorThreads", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; threads go by the machine here.
        nio_num_worker_threads: Option<i32> = NULL, "nio.numWorkerThreads", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; there are no direct buffers here.
        nio_direct_buffer_bytes: i32 = "65536", "nio.directBufferBytes", any(), Low, ReadOnly;
        /// How long a connection may go without opening a session, in milliseconds.
        nio_sessionless_cnxn_timeout: i32 =
            "10000", "nio.sessionlessCnxnTimeout", at_least(1), Low, ReadOnly;
        /// How long a stop waits for connections, in milliseconds.
        nio_shutdown_timeout: i64 = "5000", "nio.shutdownTimeout", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; threads go by the machine here.
        commit_processor_num_worker_threads: Option<i32> =
            NULL, "commitProcessor.numWorkerThreads", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; reads do not queue for commits here.
        commit_processor_max_read_batch_size: i32 =
            "-1", "commitProcessor.maxReadBatchSize", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; commits are applied as they come here.
        commit_processor_max_commit_batch_size: i32 =
            "1", "commitProcessor.maxCommitBatchSize", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; there is no commit processor here.
        commit_processor_shutdown_timeout: i64 =
            "5000", "commitProcessor.shutdownTimeout", any(), Low, ReadOnly;
        /// Whether client sockets use TCP keep-alive.
        client_tcp_keep_alive: bool = "false", "clientTcpKeepAlive", any(), Low, ReadOnly;
        /// Whether quorum sockets use TCP keep-alive.
        tcp_keep_alive: bool = "false", "tcpKeepAlive", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; TLS and plain text need no factory here.
        server_cnxn_factory: String =
            "org.apache.zookeeper.server.NIOServerCnxnFactory", "serverCnxnFactory", any(), Low,
            ReadOnly;
        /// How long connecting for an election may take, in milliseconds.
        cnx_timeout: i32 = "5000", "cnxTimeout", at_least(1), Low, ReadOnly;
        /// How long an election connection may be silent, in milliseconds; -1 is syncLimit in
        /// ticks.
        quorum_cnxn_timeout_ms: i32 = "-1", "quorumCnxnTimeoutMs", at_least(-1), Low, ReadOnly;
        /// How often opening the election port is tried; 0 forever.
        election_port_bind_retry: i32 = "3", "electionPortBindRetry", at_least(0), Low, ReadOnly;
        /// How long an election waits for votes at first, in milliseconds.
        fastleader_min_notification_interval: i32 =
            "200", "fastleader.minNotificationInterval", at_least(1), Low, ReadOnly;
        /// How long an election waits for votes at most, in milliseconds.
        fastleader_max_notification_interval: i32 =
            "60000", "fastleader.maxNotificationInterval", at_least(1), Low, ReadOnly;
        /// How long a new leader waits for the others to agree on its epoch, in milliseconds; -1 is
        /// initLimit.
        leader_max_time_to_wait_for_epoch: i32 =
            "-1", "leader.maxTimeToWaitForEpoch", any(), Low, ReadOnly;
        /// How many followers a leader sends snapshots at once.
        leader_max_concurrent_snap_syncs: i32 =
            "10", "leader.maxConcurrentSnapSyncs", any(), Low, ReadOnly;
        /// How many followers a leader sends transactions at once.
        leader_max_concurrent_diff_syncs: i32 =
            "100", "leader.maxConcurrentDiffSyncs", any(), Low, ReadOnly;
        /// How long a follower pauses before it connects to its leader again, in milliseconds.
        leader_connect_delay_during_retry_ms: i32 =
            "100", "leaderConnectDelayDuringRetryMs", at_least(0), Low, ReadOnly;
        /// After how many transactions a leader measures the acknowledgements again.
        leader_ack_logging_frequency: i32 =
            "1000", "leader.ackLoggingFrequency", at_least(1), Low, ReadOnly;
        /// Whether a leader takes clients as well.
        leader_serves: String = "yes", "leaderServes", one_of(&["yes", "no"]), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; sending never blocks here.
        learner_async_sending: bool = "false", "learner.asyncSending", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; closing never blocks here.
        learner_close_socket_async: bool =
            "false", "learner.closeSocketAsync", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; closing never blocks here.
        leader_close_socket_async: bool = "false", "leader.closeSocketAsync", any(), Low, ReadOnly;
        /// How long an observer pauses before it connects again, in milliseconds.
        observer_reconnect_delay_ms: i64 =
            "0", "observer.reconnectDelayMs", at_least(0), Low, ReadOnly;
        /// How long an observer pauses before it looks for a leader again, in milliseconds.
        observer_election_delay_ms: i64 =
            "200", "observer.election.DelayMs", at_least(0), Low, ReadOnly;
        /// The older name of syncEnabled.
        observer_sync_enabled: bool = "true", "observer.syncEnabled", any(), Low, ReadOnly;
        /// How many bytes of transactions a follower keeps for its observers.
        observer_master_size_limit: i32 =
            "33554432", "observerMaster.sizeLimit", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; there is no chain of processors here.
        follower_skip_learner_request_to_next_processor: bool =
            "false", "follower.skipLearnerRequestToNextProcessor", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; there is no chain of processors here.
        forward_learner_requests_to_commit_processor_disabled: bool =
            "false", "forward_learner_requests_to_commit_processor_disabled", any(), Low, ReadOnly;
        /// Whether the last messages between servers are remembered for the log.
        message_tracker_enabled: bool = "false", "messageTracker.Enabled", any(), Low, ReadOnly;
        /// How many of the last messages are remembered.
        message_tracker_buffer_size: i32 =
            "10", "messageTracker.BufferSize", at_least(1), Low, ReadOnly;
        /// Whether clients may authenticate by name and password.
        digest_authentication_provider_enabled: bool =
            "true", "DigestAuthenticationProvider.enabled", any(), Low, ReadOnly;
        /// The digest of the user who may do everything, as name:digest.
        digest_authentication_provider_super_digest: Option<Password> =
            NULL, "DigestAuthenticationProvider.superDigest", any(), Medium, ReadOnly;
        /// How passwords are digested.
        digest_authentication_provider_digest_alg: String =
            "SHA1", "DigestAuthenticationProvider.digestAlg", any(), Low, ReadOnly;
        /// The certificate name of the user who may do everything.
        x509_authentication_provider_super_user: Option<String> =
            NULL, "X509AuthenticationProvider.superUser", any(), Low, ReadOnly;
        /// The SASL name of the user who may do everything.
        super_user: Option<String> = NULL, "superUser", any(), Low, ReadOnly;
        /// Whether a client whose SASL login failed may go on without one.
        allow_sasl_failed_clients: bool = "false", "allowSaslFailedClients", any(), Low, ReadOnly;
        /// Whether a client must log in by SASL.
        session_require_client_sasl_auth: bool =
            "false", "sessionRequireClientSASLAuth", any(), Medium, ReadOnly;
        /// Whether a client must authenticate by one of enforce.auth.schemes.
        enforce_auth_enabled: bool = "false", "enforce.auth.enabled", any(), Medium, ReadOnly;
        /// The schemes of which a client must use one.
        enforce_auth_schemes: Option<Vec<String>> =
            NULL, "enforce.auth.schemes", any(), Medium, ReadOnly;
        /// Whether ACLs are not checked at all.
        skip_acl: String = "no", "skipACL", one_of(&["yes", "no"]), Medium, ReadOnly;
        /// Whether a follower checks ACLs before it asks its leader.
        enable_eager_acl_check: bool = "false", "enableEagerACLCheck", any(), Low, ReadOnly;
        /// If set, every SASL user may do everything.
        let_any_sasl_user_do_x: Option<String> = NULL, "letAnySaslUserDoX", any(), Low, ReadOnly;
        /// Whether the host is cut off Kerberos names; Kerberos is not offered.
        kerberos_remove_host_from_principal: bool =
            "false", "kerberos.removeHostFromPrincipal", any(), Low, ReadOnly;
        /// Whether the realm is cut off Kerberos names; Kerberos is not offered.
        kerberos_remove_realm_from_principal: bool =
            "false", "kerberos.removeRealmFromPrincipal", any(), Low, ReadOnly;
        /// Whether host names are looked up for Kerberos; Kerberos is not offered.
        kerberos_canonicalize_host_names: bool =
            "false", "kerberos.canonicalizeHostNames", any(), Low, ReadOnly;
        /// The names of this ensemble, of which a client may demand one.
        ensemble_auth_name: Option<String> = NULL, "ensembleAuthName", any(), Low, ReadOnly;
        /// Whether the admin server believes X-Forwarded-For.
        ip_authentication_provider_usexforwardedfor: bool =
            "false", "IPAuthenticationProvider.usexforwardedfor", any(), Low, ReadOnly;
        /// The password of the SASL user who may do everything.
        sasl_authentication_provider_super_password: Option<Password> =
            NULL, "SASLAuthenticationProvider.superPassword", any(), Low, ReadOnly;
        /// The login section of this server.
        sasl_serverconfig: String = "Server", "sasl.serverconfig", any(), Low, ReadOnly;
        /// The file with this server's key, for clients.
        ssl_key_store_location: Option<String> =
            NULL, "ssl.keyStore.location", any(), Medium, ReadOnly;
        /// The password of that keystore.
        ssl_key_store_password: Option<Password> =
            NULL, "ssl.keyStore.password", any(), Medium, ReadOnly;
        /// The file with the password of that keystore.
        ssl_key_store_password_path: Option<String> =
            NULL, "ssl.keyStore.passwordPath", any(), Low, ReadOnly;
        /// The format of that keystore: JKS, PEM or PKCS12; unset goes by the file's ending.
        ssl_key_store_type: Option<String> = NULL, "ssl.keyStore.type", any(), Low, ReadOnly;
        /// The file with the certificates trusted in clients.
        ssl_trust_store_location: Option<String> =
            NULL, "ssl.trustStore.location", any(), Medium, ReadOnly;
        /// The password of that truststore.
        ssl_trust_store_password: Option<Password> =
            NULL, "ssl.trustStore.password", any(), Medium, ReadOnly;
        /// The file with the password of that truststore.
        ssl_trust_store_password_path: Option<String> =
            NULL, "ssl.trustStore.passwordPath", any(), Low, ReadOnly;
        /// The format of that truststore: JKS, PEM or PKCS12; unset goes by the file's ending.
        ssl_trust_store_type: Option<String> = NULL, "ssl.trustStore.type", any(), Low, ReadOnly;
        /// The newest TLS version for clients; unset is 1.3.
        ssl_protocol: Option<String> = NULL, "ssl.protocol", any(), Low, ReadOnly;
        /// The TLS versions for clients; unset is ssl.protocol.
        ssl_enabled_protocols: Option<Vec<String>> =
            NULL, "ssl.enabledProtocols", any(), Low, ReadOnly;
        /// The cipher suites for clients; unset is all that are safe.
        ssl_ciphersuites: Option<Vec<String>> = NULL, "ssl.ciphersuites", any(), Low, ReadOnly;
        /// Whether names are checked against certificates of clients.
        ssl_hostname_verification: bool = "true", "ssl.hostnameVerification", any(), Low, ReadOnly;
        /// Whether a client's address must be in its certificate.
        ssl_client_hostname_verification: bool =
            "false", "ssl.clientHostnameVerification", any(), Low, ReadOnly;
        /// Whether a client's address may be turned into a name for that.
        ssl_allow_reverse_dns_lookup: bool =
            "true", "ssl.allowReverseDnsLookup", any(), Low, ReadOnly;
        /// Whether clients' certificates are looked up in revocation lists.
        ssl_crl: bool = "false", "ssl.crl", any(), Low, ReadOnly;
        /// Whether issuers are asked if a client's certificate was revoked.
        ssl_ocsp: bool = "false", "ssl.ocsp", any(), Low, ReadOnly;
        /// Whether clients need, may have, or need no certificate; unset is need.
        ssl_client_auth: Option<String> =
            NULL, "ssl.clientAuth", one_of_any_case(&["need", "want", "none"]), Low, ReadOnly;
        /// How long the first bytes of a connection may take, in milliseconds.
        ssl_handshake_detection_timeout_millis: i32 =
            "5000", "ssl.handshakeDetectionTimeoutMillis", at_least(1), Low, ReadOnly;
        /// Who makes TLS contexts. Classes cannot be loaded here; unset is the built-in.
        ssl_context_supplier_class: Option<String> =
            NULL, "ssl.context.supplier.class", any(), Low, ReadOnly;
        /// The file with this server's key, for other servers.
        ssl_quorum_key_store_location: Option<String> =
            NULL, "ssl.quorum.keyStore.location", any(), Medium, ReadOnly;
        /// The password of that keystore.
        ssl_quorum_key_store_password: Option<Password> =
            NULL, "ssl.quorum.keyStore.password", any(), Medium, ReadOnly;
        /// The file with the password of that keystore.
        ssl_quorum_key_store_password_path: Option<String> =
            NULL, "ssl.quorum.keyStore.passwordPath", any(), Low, ReadOnly;
        /// The format of that keystore: JKS, PEM or PKCS12; unset goes by the file's ending.
        ssl_quorum_key_store_type: Option<String> =
            NULL, "ssl.quorum.keyStore.type", any(), Low, ReadOnly;
        /// The file with the certificates trusted in other servers.
        ssl_quorum_trust_store_location: Option<String> =
            NULL, "ssl.quorum.trustStore.location", any(), Medium, ReadOnly;
        /// The password of that truststore.
        ssl_quorum_trust_store_password: Option<Password> =
            NULL, "ssl.quorum.trustStore.password", any(), Medium, ReadOnly;
        /// The file with the password of that truststore.
        ssl_quorum_trust_store_password_path: Option<String> =
            NULL, "ssl.quorum.trustStore.passwordPath", any(), Low, ReadOnly;
        /// The format of that truststore: JKS, PEM or PKCS12; unset goes by the file's ending.
        ssl_quorum_trust_store_type: Option<String> =
            NULL, "ssl.quorum.trustStore.type", any(), Low, ReadOnly;
        /// The newest TLS version among servers; unset is 1.3.
        ssl_quorum_protocol: Option<String> = NULL, "ssl.quorum.protocol", any(), Low, ReadOnly;
        /// The TLS versions among servers; unset is ssl.quorum.protocol.
        ssl_quorum_enabled_protocols: Option<Vec<String>> =
            NULL, "ssl.quorum.enabledProtocols", any(), Low, ReadOnly;
        /// The cipher suites among servers; unset is all that are safe.
        ssl_quorum_ciphersuites: Option<Vec<String>> =
            NULL, "ssl.quorum.ciphersuites", any(), Low, ReadOnly;
        /// Whether names are checked against certificates of servers.
        ssl_quorum_hostname_verification: bool =
            "true", "ssl.quorum.hostnameVerification", any(), Low, ReadOnly;
        /// Whether a connecting server's address must be in its certificate.
        ssl_quorum_client_hostname_verification: bool =
            "true", "ssl.quorum.clientHostnameVerification", any(), Low, ReadOnly;
        /// Whether a server's address may be turned into a name for that.
        ssl_quorum_allow_reverse_dns_lookup: bool =
            "true", "ssl.quorum.allowReverseDnsLookup", any(), Low, ReadOnly;
        /// Whether servers' certificates are looked up in revocation lists.
        ssl_quorum_crl: bool = "false", "ssl.quorum.crl", any(), Low, ReadOnly;
        /// Whether issuers are asked if a server's certificate was revoked.
        ssl_quorum_ocsp: bool = "false", "ssl.quorum.ocsp", any(), Low, ReadOnly;
        /// Whether servers need, may have, or need no certificate; unset is need.
        ssl_quorum_client_auth: Option<String> =
            NULL, "ssl.quorum.clientAuth", one_of_any_case(&["need", "want", "none"]), Low,
            ReadOnly;
        /// How long the first bytes between servers may take, in milliseconds.
        ssl_quorum_handshake_detection_timeout_millis: i32 =
            "5000", "ssl.quorum.handshakeDetectionTimeoutMillis", at_least(1), Low, ReadOnly;
        /// Who makes TLS contexts among servers. Classes cannot be loaded here; unset is the built-
        /// in.
        ssl_quorum_context_supplier_class: Option<String> =
            NULL, "ssl.quorum.context.supplier.class", any(), Low, ReadOnly;
        /// Who turns a client's certificate into a name.
        ssl_auth_provider: String = "x509", "ssl.authProvider", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; TLS has one implementation here.
        ssl_ssl_provider: String = "JDK", "ssl.sslProvider", any(), Low, ReadOnly;
        /// Whether changed certificates for clients are taken up while running.
        client_cert_reload: bool = "false", "client.certReload", any(), Low, ReadOnly;
        /// Whether the client port takes both TLS and plain connections.
        client_port_unification: bool = "false", "client.portUnification", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; certificates are always checked in full.
        fips_mode: bool = "true", "fips-mode", any(), Low, ReadOnly;
        /// How many TLS handshakes may be on their way; -1 is without limit.
        netty_server_outstanding_handshake_limit: i32 =
            "-1", "netty.server.outstandingHandshake.limit", any(), Low, ReadOnly;
        /// Whether TLS connections are refused while the server is not ready.
        netty_server_early_drop_secure_connection_handshakes: bool =
            "false", "netty.server.earlyDropSecureConnectionHandshakes", any(), Low, ReadOnly;
        /// Whether nodes with a time to live may be made.
        extended_types_enabled: bool = "false", "extendedTypesEnabled", any(), Medium, ReadOnly;
        /// Whether nodes with a time to live are marked as 3.5.3 marked them.
        emulate_353_ttl_nodes: bool = "false", "emulate353TTLNodes", any(), Low, ReadOnly;
        /// How often empty containers and expired nodes are looked for, in milliseconds.
        znode_container_check_interval_ms: i32 =
            "60000", "znode.container.checkIntervalMs", at_least(1), Low, ReadOnly;
        /// How many containers and expired nodes are deleted in a minute.
        znode_container_max_per_minute: i32 =
            "10000", "znode.container.maxPerMinute", at_least(1), Low, ReadOnly;
        /// When a container that never had children is deleted, in milliseconds; 0 never.
        znode_container_max_never_used_interval_ms: i64 =
            "0", "znode.container.maxNeverUsedIntervalMs", at_least(0), Low, ReadOnly;
        /// Whether a server without a quorum serves reads to clients that allow it.
        readonlymode_enabled: bool = "false", "readonlymode.enabled", any(), Low, ReadOnly;
        /// The four-letter words that are answered; * is all.
        four_letter_words_whitelist: Vec<String> =
            "srvr", "4lw.commands.whitelist", any(), Medium, ReadOnly;
        /// Whether the admin server answers over HTTP.
        admin_enable_server: bool = "true", "admin.enableServer", any(), Medium, ReadOnly;
        /// The address of the admin server.
        admin_server_address: String = "0.0.0.0", "admin.serverAddress", any(), Low, ReadOnly;
        /// The port of the admin server.
        admin_server_port: i32 = "8080", "admin.serverPort", between(0, 65535), Medium, ReadOnly;
        /// When an idle admin connection is closed, in milliseconds.
        admin_idle_timeout: i32 = "30000", "admin.idleTimeout", at_least(0), Low, ReadOnly;
        /// The path of the admin commands.
        admin_command_url: String = "/commands", "admin.commandURL", any(), Low, ReadOnly;
        /// Whether the admin server speaks TLS only; it speaks none so far, and the start is refused.
        admin_force_https: bool = "false", "admin.forceHttps", any(), Low, ReadOnly;
        /// Whether the admin port takes both TLS and plain connections; plain ones alone so far.
        admin_port_unification: bool = "false", "admin.portUnification", any(), Low, ReadOnly;
        /// Whether an admin client must show a certificate; without TLS the start is refused.
        admin_need_client_auth: bool = "false", "admin.needClientAuth", any(), Low, ReadOnly;
        /// The HTTP version of the admin server; 11 is 1.1.
        admin_http_version: i32 = "11", "admin.httpVersion", any(), Low, ReadOnly;
        /// How often a snapshot may be asked for over HTTP, in milliseconds.
        admin_rate_limiter_interval_in_ms: i64 =
            "300000", "admin.rateLimiterIntervalInMS", at_least(0), Low, ReadOnly;
        /// Whether a snapshot may be asked for over HTTP.
        admin_snapshot_enabled: bool = "true", "admin.snapshot.enabled", any(), Low, ReadOnly;
        /// Whether a snapshot may be restored over HTTP.
        admin_restore_enabled: bool = "true", "admin.restore.enabled", any(), Low, ReadOnly;
        /// Kept so that files of ZooKeeper load; watches have one implementation here.
        watch_manager_name: String =
            "org.apache.zookeeper.server.watch.WatchManager", "watchManagerName", any(), Low,
            ReadOnly;
        /// Whether changes are written to an audit log.
        audit_enable: bool = "false", "audit.enable", any(), Low, ReadOnly;
    }
}
