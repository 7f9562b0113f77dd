//! A list: every setting of a broker, as server.properties has it, by name.

use super::version::{ProtocolVersion, version};
use crate::config::check::{
    any, at_least, between, between_real, each, gzip_level, non_empty, non_null, one_of,
    one_of_any_case, threads_or_default,
};
use crate::config::{ClassName, Note, Password, follows, follows_hours, follows_minutes};

config! {
    /// The broker's own settings, from server.properties.
    pub struct BrokerConfig {
        /// The host clients are told to use, before there were advertised.listeners; it goes last.
        advertised_host_name: Option<String> =
            NULL, "advertised.host.name", any(), High, ReadOnly, Note::Old;
        /// The addresses clients and other brokers are told to use; where unset, those of
        /// listeners.
        advertised_listeners: Option<String> = NULL, "advertised.listeners", any(), High, PerBroker;
        /// The port clients are told to use, before there were advertised.listeners; it goes last.
        advertised_port: Option<i32> = NULL, "advertised.port", any(), High, ReadOnly, Note::Old;
        /// The policy asked before topic or broker settings change. Classes cannot be loaded here,
        /// so a value is refused at start.
        alter_config_policy_class_name: Option<ClassName> =
            NULL, "alter.config.policy.class.name", any(), Low, ReadOnly;
        /// How many samples the throttle for moving replicas between log directories keeps.
        alter_log_dirs_replication_quota_window_num: i32 =
            "11", "alter.log.dirs.replication.quota.window.num", at_least(1), Low, ReadOnly;
        /// How long each sample of the throttle for moving replicas between log directories lasts.
        alter_log_dirs_replication_quota_window_size_seconds: i32 =
            "1", "alter.log.dirs.replication.quota.window.size.seconds", at_least(1), Low,
            ReadOnly;
        /// Who decides what a principal may do; empty lets everybody do everything. Kafka's own
        /// class names stand for the built-in authorizer.
        authorizer_class_name: String = "", "authorizer.class.name", non_null(), Low, ReadOnly;
        /// Whether a topic that a client asks for by name is created with the defaults of this
        /// broker.
        auto_create_topics_enable: bool =
            "true", "auto.create.topics.enable", any(), High, ReadOnly;
        /// Kept so that files of Kafka load; there is no JMX here.
        auto_include_jmx_reporter: bool = "true", "auto.include.jmx.reporter", any(), Low, ReadOnly;
        /// Whether the controller moves leadership back to preferred replicas from time to time.
        auto_leader_rebalance_enable: bool =
            "true", "auto.leader.rebalance.enable", any(), High, ReadOnly;
        /// How many threads do background work such as deleting old segments.
        background_threads: i32 = "10", "background.threads", at_least(1), High, ClusterWide;
        /// How often a broker tells a KRaft controller that it is alive; not used with ZooKeeper.
        broker_heartbeat_interval_ms: i32 =
            "2000", "broker.heartbeat.interval.ms", any(), Medium, ReadOnly;
        /// The number of this broker, unique in its cluster; -1 takes a generated one.
        broker_id: i32 = "-1", "broker.id", any(), High, ReadOnly;
        /// Whether a broker without an id gets one from ZooKeeper, above reserved.broker.max.id.
        broker_id_generation_enable: bool =
            "true", "broker.id.generation.enable", any(), Medium, ReadOnly;
        /// The rack or zone of this broker; replicas of a partition are spread over racks.
        broker_rack: Option<String> = NULL, "broker.rack", any(), Medium, ReadOnly;
        /// When a KRaft controller takes a silent broker for dead; not used with ZooKeeper.
        broker_session_timeout_ms: i32 =
            "9000", "broker.session.timeout.ms", any(), Medium, ReadOnly;
        /// Who computes the quotas of clients. Classes cannot be loaded here; unset means the
        /// quotas kept in ZooKeeper.
        client_quota_callback_class: Option<ClassName> =
            NULL, "client.quota.callback.class", any(), Low, ReadOnly;
        /// How hard gzip works when the broker compresses; -1 is the codec's own default.
        compression_gzip_level: i32 =
            "-1", "compression.gzip.level", gzip_level(), Medium, ClusterWide;
        /// How hard lz4 works when the broker compresses.
        compression_lz4_level: i32 =
            "9", "compression.lz4.level", between(1, 17), Medium, ClusterWide;
        /// How records are compressed on disk; producer keeps what the producer chose.
        compression_type: String =
            "producer", "compression.type",
            one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]), High,
            ClusterWide;
        /// How hard zstd works when the broker compresses.
        compression_zstd_level: i32 =
            "3", "compression.zstd.level", between(-131072, 22), Medium, ClusterWide;
        /// How long a connection that failed to authenticate is held before it is closed, which
        /// slows down guessing.
        connection_failed_authentication_delay_ms: i32 =
            "100", "connection.failed.authentication.delay.ms", at_least(0), Low, ReadOnly;
        /// When a connection without traffic is closed.
        connections_max_idle_ms: i64 = "600000", "connections.max.idle.ms", any(), Medium, ReadOnly;
        /// When a SASL connection must authenticate again at the latest; 0 never asks for it.
        connections_max_reauth_ms: i64 = "0", "connections.max.reauth.ms", any(), Medium, ReadOnly;
        /// The listener on which the controller talks to this broker; unset uses the inter-broker
        /// listener.
        control_plane_listener_name: Option<String> =
            NULL, "control.plane.listener.name", any(), High, ReadOnly;
        /// Whether a broker that stops first hands its leaderships over.
        controlled_shutdown_enable: bool =
            "true", "controlled.shutdown.enable", any(), Medium, ReadOnly;
        /// How often handing over leadership is tried before the broker stops regardless.
        controlled_shutdown_max_retries: i32 =
            "3", "controlled.shutdown.max.retries", any(), Medium, ReadOnly;
        /// How long to wait between two attempts to hand over leadership.
        controlled_shutdown_retry_backoff_ms: i64 =
            "5000", "controlled.shutdown.retry.backoff.ms", any(), Medium, ReadOnly;
        /// The listeners of a KRaft controller; with ZooKeeper only the migration uses them.
        controller_listener_names: Option<String> =
            NULL, "controller.listener.names", any(), High, ReadOnly;
        /// How long a KRaft controller gathers writes before it flushes them; not used with
        /// ZooKeeper.
        controller_quorum_append_linger_ms: i32 =
            "25", "controller.quorum.append.linger.ms", any(), Medium, ReadOnly;
        /// Where a KRaft quorum is found; not used with ZooKeeper.
        controller_quorum_bootstrap_servers: Vec<String> =
            "", "controller.quorum.bootstrap.servers", any(), High, ReadOnly;
        /// The longest pause between two elections of a KRaft quorum; not used with ZooKeeper.
        controller_quorum_election_backoff_max_ms: i32 =
            "1000", "controller.quorum.election.backoff.max.ms", any(), High, ReadOnly;
        /// How long a KRaft controller waits for votes; not used with ZooKeeper.
        controller_quorum_election_timeout_ms: i32 =
            "1000", "controller.quorum.election.timeout.ms", any(), High, ReadOnly;
        /// How long a KRaft controller goes without its leader before it stands for election; not
        /// used with ZooKeeper.
        controller_quorum_fetch_timeout_ms: i32 =
            "2000", "controller.quorum.fetch.timeout.ms", any(), High, ReadOnly;
        /// How long a KRaft controller waits for an answer; not used with ZooKeeper.
        controller_quorum_request_timeout_ms: i32 =
            "2000", "controller.quorum.request.timeout.ms", any(), Medium, ReadOnly;
        /// How long a KRaft controller waits before it asks again; not used with ZooKeeper.
        controller_quorum_retry_backoff_ms: i32 =
            "20", "controller.quorum.retry.backoff.ms", any(), Low, ReadOnly;
        /// The voters of a KRaft quorum as id@host:port; not used with ZooKeeper.
        controller_quorum_voters: Vec<String> =
            "", "controller.quorum.voters", any(), High, ReadOnly;
        /// How many samples the quota on creating and deleting topics keeps.
        controller_quota_window_num: i32 =
            "11", "controller.quota.window.num", at_least(1), Low, ReadOnly;
        /// How long each sample of the quota on creating and deleting topics lasts.
        controller_quota_window_size_seconds: i32 =
            "1", "controller.quota.window.size.seconds", at_least(1), Low, ReadOnly;
        /// How long the controller waits for a broker's answer.
        controller_socket_timeout_ms: i32 =
            "30000", "controller.socket.timeout.ms", any(), Medium, ReadOnly;
        /// The policy asked before a topic is created. Classes cannot be loaded here, so a value is
        /// refused at start.
        create_topic_policy_class_name: Option<ClassName> =
            NULL, "create.topic.policy.class.name", any(), Low, ReadOnly;
        /// How many replicas a topic gets when nobody says how many.
        default_replication_factor: i32 =
            "1", "default.replication.factor", any(), Medium, ReadOnly;
        /// How often expired delegation tokens are looked for.
        delegation_token_expiry_check_interval_ms: i64 =
            "3600000", "delegation.token.expiry.check.interval.ms", at_least(1), Low, ReadOnly;
        /// How long a delegation token is valid unless it is renewed.
        delegation_token_expiry_time_ms: i64 =
            "86400000", "delegation.token.expiry.time.ms", at_least(1), Medium, ReadOnly;
        /// The old name of delegation.token.secret.key.
        delegation_token_master_key: Option<Password> =
            NULL, "delegation.token.master.key", any(), Medium, ReadOnly;
        /// How long a delegation token can be renewed at most.
        delegation_token_max_lifetime_ms: i64 =
            "604800000", "delegation.token.max.lifetime.ms", at_least(1), Medium, ReadOnly;
        /// The secret that delegation tokens are signed with; it must be the same on every broker.
        delegation_token_secret_key: Option<Password> =
            NULL, "delegation.token.secret.key", any(), Medium, ReadOnly;
        /// Kept so that files of Kafka load; a waiting request here is a parked task that needs no
        /// purging.
        delete_records_purgatory_purge_interval_requests: i32 =
            "1", "delete.records.purgatory.purge.interval.requests", any(), Medium, ReadOnly;
        /// Whether topics may be deleted.
        delete_topic_enable: bool = "true", "delete.topic.enable", any(), High, ReadOnly;
        /// The listeners that open before the authorizer is ready; only a KRaft controller uses
        /// them.
        early_start_listeners: Option<String> =
            NULL, "early.start.listeners", any(), High, ReadOnly;
        /// Whether eligible leader replicas are kept; only with KRaft.
        eligible_leader_replicas_enable: bool =
            "false", "eligible.leader.replicas.enable", any(), High, ReadOnly;
        /// How many bytes a fetch is answered with at most, whatever the client asks for; one batch
        /// larger than that is still sent whole.
        fetch_max_bytes: i32 = "57671680", "fetch.max.bytes", at_least(1024), Medium, ReadOnly;
        /// Kept so that files of Kafka load; a waiting fetch here is a parked task that needs no
        /// purging.
        fetch_purgatory_purge_interval_requests: i32 =
            "1000", "fetch.purgatory.purge.interval.requests", any(), Medium, ReadOnly;
        /// The assignors a broker offers to groups of the new consumer protocol.
        group_consumer_assignors: Vec<String> =
            "org.apache.kafka.coordinator.group.assignor.UniformAssignor,org.apache.kafka.coordinator.group.assignor.RangeAssignor",
            "group.consumer.assignors", any(), Medium, ReadOnly;
        /// How often a member of a new-protocol group is told to report.
        group_consumer_heartbeat_interval_ms: i32 =
            "5000", "group.consumer.heartbeat.interval.ms", at_least(1), Medium, ReadOnly;
        /// The largest heartbeat interval a new-protocol group may be given.
        group_consumer_max_heartbeat_interval_ms: i32 =
            "15000", "group.consumer.max.heartbeat.interval.ms", at_least(1), Medium, ReadOnly;
        /// The largest session timeout a new-protocol group may be given.
        group_consumer_max_session_timeout_ms: i32 =
            "60000", "group.consumer.max.session.timeout.ms", at_least(1), Medium, ReadOnly;
        /// How many members a new-protocol group may have.
        group_consumer_max_size: i32 =
            "2147483647", "group.consumer.max.size", at_least(1), Medium, ReadOnly;
        /// Whether a group may move between the classic and the new protocol while it lives.
        group_consumer_migration_policy: String =
            "disabled", "group.consumer.migration.policy",
            one_of_any_case(&["DISABLED", "DOWNGRADE", "UPGRADE", "BIDIRECTIONAL"]), Medium,
            ReadOnly, Note::Internal;
        /// The smallest heartbeat interval a new-protocol group may be given.
        group_consumer_min_heartbeat_interval_ms: i32 =
            "5000", "group.consumer.min.heartbeat.interval.ms", at_least(1), Medium, ReadOnly;
        /// The smallest session timeout a new-protocol group may be given.
        group_consumer_min_session_timeout_ms: i32 =
            "45000", "group.consumer.min.session.timeout.ms", at_least(1), Medium, ReadOnly;
        /// When a silent member of a new-protocol group is removed.
        group_consumer_session_timeout_ms: i32 =
            "45000", "group.consumer.session.timeout.ms", at_least(1), Medium, ReadOnly;
        /// How long the new group coordinator gathers records before it appends them.
        group_coordinator_append_linger_ms: i32 =
            "10", "group.coordinator.append.linger.ms", at_least(0), Medium, ReadOnly;
        /// Whether Kafka's new group coordinator is used; it changes nothing here.
        group_coordinator_new_enable: bool =
            "false", "group.coordinator.new.enable", any(), Medium, ReadOnly, Note::Internal;
        /// Which group protocols are offered; with ZooKeeper only classic.
        group_coordinator_rebalance_protocols: Vec<String> =
            "classic", "group.coordinator.rebalance.protocols",
            each(&["consumer", "classic", "share", "unknown"]), Medium, ReadOnly;
        /// How many threads coordinate groups.
        group_coordinator_threads: i32 =
            "1", "group.coordinator.threads", at_least(1), Medium, ReadOnly;
        /// How long an empty group waits for more members before the first assignment; 0 lets a
        /// lone consumer start at once.
        group_initial_rebalance_delay_ms: i32 =
            "3000", "group.initial.rebalance.delay.ms", any(), Medium, ReadOnly;
        /// The longest session timeout a member may ask for.
        group_max_session_timeout_ms: i32 =
            "1800000", "group.max.session.timeout.ms", any(), Medium, ReadOnly;
        /// How many members a group may have; more are refused.
        group_max_size: i32 = "2147483647", "group.max.size", at_least(1), Medium, ReadOnly;
        /// The shortest session timeout a member may ask for.
        group_min_session_timeout_ms: i32 =
            "6000", "group.min.session.timeout.ms", any(), Medium, ReadOnly;
        /// How often a record of a share group is delivered before it is given up; share groups are
        /// not offered.
        group_share_delivery_count_limit: i32 =
            "5", "group.share.delivery.count.limit", between(2, 10), Medium, ReadOnly;
        /// Whether share groups are offered; not with ZooKeeper.
        group_share_enable: bool =
            "false", "group.share.enable", any(), Medium, ReadOnly, Note::Internal;
        /// How often a member of a share group reports; share groups are not offered.
        group_share_heartbeat_interval_ms: i32 =
            "5000", "group.share.heartbeat.interval.ms", at_least(1), Medium, ReadOnly;
        /// How many share groups there may be; share groups are not offered.
        group_share_max_groups: i16 =
            "10", "group.share.max.groups", between(1, 100), Medium, ReadOnly;
        /// The largest heartbeat interval of a share group; share groups are not offered.
        group_share_max_heartbeat_interval_ms: i32 =
            "15000", "group.share.max.heartbeat.interval.ms", at_least(1), Medium, ReadOnly;
        /// The longest lock on a record of a share group; share groups are not offered.
        group_share_max_record_lock_duration_ms: i32 =
            "60000", "group.share.max.record.lock.duration.ms", between(30000, 3600000), Medium,
            ReadOnly;
        /// The largest session timeout of a share group; share groups are not offered.
        group_share_max_session_timeout_ms: i32 =
            "60000", "group.share.max.session.timeout.ms", at_least(1), Medium, ReadOnly;
        /// How many members a share group may have; share groups are not offered.
        group_share_max_size: i16 =
            "200", "group.share.max.size", between(10, 1000), Medium, ReadOnly;
        /// The smallest heartbeat interval of a share group; share groups are not offered.
        group_share_min_heartbeat_interval_ms: i32 =
            "5000", "group.share.min.heartbeat.interval.ms", at_least(1), Medium, ReadOnly;
        /// The shortest lock on a record of a share group; share groups are not offered.
        group_share_min_record_lock_duration_ms: i32 =
            "15000", "group.share.min.record.lock.duration.ms", between(1000, 30000), Medium,
            ReadOnly;
        /// The smallest session timeout of a share group; share groups are not offered.
        group_share_min_session_timeout_ms: i32 =
            "45000", "group.share.min.session.timeout.ms", at_least(1), Medium, ReadOnly;
        /// How many records of a partition may be locked; share groups are not offered.
        group_share_partition_max_record_locks: i32 =
            "200", "group.share.partition.max.record.locks", between(100, 10000), Medium, ReadOnly;
        /// How long a record of a share group is locked; share groups are not offered.
        group_share_record_lock_duration_ms: i32 =
            "30000", "group.share.record.lock.duration.ms", between(1000, 60000), Medium, ReadOnly;
        /// When a silent member of a share group is removed; share groups are not offered.
        group_share_session_timeout_ms: i32 =
            "45000", "group.share.session.timeout.ms", at_least(1), Medium, ReadOnly;
        /// The address to listen on, before there were listeners; it goes last.
        host_name: String = "", "host.name", any(), High, ReadOnly, Note::Old;
        /// How long a broker waits to register with a KRaft controller; not used with ZooKeeper.
        initial_broker_registration_timeout_ms: i32 =
            "60000", "initial.broker.registration.timeout.ms", any(), Medium, ReadOnly;
        /// The listener brokers use among themselves; unset goes by security.inter.broker.protocol.
        inter_broker_listener_name: Option<String> =
            NULL, "inter.broker.listener.name", any(), Medium, ReadOnly;
        /// The release whose language brokers speak among themselves; lower it while older brokers
        /// are in the cluster.
        inter_broker_protocol_version: ProtocolVersion =
            "3.9-IV0", "inter.broker.protocol.version", version(), Medium, ReadOnly;
        /// How often metric reporters are called; only reporters loaded from a class would use it.
        kafka_metrics_polling_interval_secs: i32 =
            "10", "kafka.metrics.polling.interval.secs", at_least(1), Low, ReadOnly;
        /// Reporters of the old metrics library. Classes cannot be loaded here, so names are
        /// ignored.
        kafka_metrics_reporters: Vec<String> = "", "kafka.metrics.reporters", any(), Low, ReadOnly;
        /// How often the controller looks whether leaders are where they are preferred.
        leader_imbalance_check_interval_seconds: i64 =
            "300", "leader.imbalance.check.interval.seconds", at_least(1), High, ReadOnly;
        /// How many percent of a broker's partitions may be led elsewhere before leadership is
        /// moved back.
        leader_imbalance_per_broker_percentage: i32 =
            "10", "leader.imbalance.per.broker.percentage", any(), High, ReadOnly;
        /// Which security protocol each listener speaks, as NAME:PROTOCOL,...
        listener_security_protocol_map: String =
            "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
            "listener.security.protocol.map", any(), Low, PerBroker;
        /// Where the broker listens, as NAME://host:port,...; an empty host is every interface.
        listeners: String = "PLAINTEXT://:9092", "listeners", any(), High, PerBroker;
        /// How long the cleaner sleeps when no log is dirty enough.
        log_cleaner_backoff_ms: i64 =
            "15000", "log.cleaner.backoff.ms", at_least(0), Medium, ClusterWide;
        /// The memory for the table of keys of all cleaner threads, in bytes; a larger table cleans
        /// more in one pass.
        log_cleaner_dedupe_buffer_size: i64 =
            "134217728", "log.cleaner.dedupe.buffer.size", any(), Medium, ClusterWide;
        /// How long a tombstone stays in a compacted topic, so that slow readers see the deletion.
        log_cleaner_delete_retention_ms: i64 =
            "86400000", "log.cleaner.delete.retention.ms", at_least(0), Medium, ClusterWide;
        /// Whether compacted topics are compacted; they only grow without it.
        log_cleaner_enable: bool = "true", "log.cleaner.enable", any(), Medium, ReadOnly;
        /// How full the table of keys may get; fuller cleans more at once and collides more.
        log_cleaner_io_buffer_load_factor: f64 =
            "0.9", "log.cleaner.io.buffer.load.factor", any(), Medium, ClusterWide;
        /// The memory for reading and writing of all cleaner threads, in bytes.
        log_cleaner_io_buffer_size: i32 =
            "524288", "log.cleaner.io.buffer.size", at_least(0), Medium, ClusterWide;
        /// How fast the cleaner may read and write, in bytes a second.
        log_cleaner_io_max_bytes_per_second: f64 =
            "1.7976931348623157E308", "log.cleaner.io.max.bytes.per.second", any(), Medium,
            ClusterWide;
        /// When a record must be considered for compaction at the latest.
        log_cleaner_max_compaction_lag_ms: i64 =
            "9223372036854775807", "log.cleaner.max.compaction.lag.ms", at_least(1), Medium,
            ClusterWide;
        /// Which share of a log must be dirty before it is cleaned.
        log_cleaner_min_cleanable_ratio: f64 =
            "0.5", "log.cleaner.min.cleanable.ratio", between_real(0.0, 1.0), Medium, ClusterWide;
        /// How long a record is safe from compaction.
        log_cleaner_min_compaction_lag_ms: i64 =
            "0", "log.cleaner.min.compaction.lag.ms", at_least(0), Medium, ClusterWide;
        /// How many threads clean logs.
        log_cleaner_threads: i32 = "1", "log.cleaner.threads", at_least(0), Medium, ClusterWide;
        /// What happens to old segments: delete, compact, or both.
        log_cleanup_policy: Vec<String> =
            "delete", "log.cleanup.policy", each(&["compact", "delete"]), Medium, ClusterWide;
        /// The folder of the logs; log.dirs goes first.
        log_dir: String = "/tmp/kafka-logs", "log.dir", any(), High, ReadOnly;
        /// When a broker stops that cannot tell a KRaft controller about a failed folder; not used
        /// with ZooKeeper.
        log_dir_failure_timeout_ms: i64 =
            "30000", "log.dir.failure.timeout.ms", at_least(1), Low, ReadOnly;
        /// The folders of the logs, separated by commas; unset is log.dir.
        log_dirs: Option<String> = NULL, "log.dirs", any(), High, ReadOnly, follows("log.dir");
        /// How many records a log takes before it is forced to disk; replication makes this
        /// unnecessary.
        log_flush_interval_messages: i64 =
            "9223372036854775807", "log.flush.interval.messages", at_least(1), High, ClusterWide;
        /// How long a record stays unforced at most; unset is log.flush.scheduler.interval.ms.
        log_flush_interval_ms: Option<i64> =
            NULL, "log.flush.interval.ms", any(), High, ClusterWide,
            follows("log.flush.scheduler.interval.ms");
        /// How often the recovery point is written down; after a crash only what lies behind it is
        /// checked.
        log_flush_offset_checkpoint_interval_ms: i32 =
            "60000", "log.flush.offset.checkpoint.interval.ms", at_least(0), High, ReadOnly;
        /// How often it is checked whether a log must be forced to disk.
        log_flush_scheduler_interval_ms: i64 =
            "9223372036854775807", "log.flush.scheduler.interval.ms", any(), High, ReadOnly;
        /// How often the start of each log is written down.
        log_flush_start_offset_checkpoint_interval_ms: i32 =
            "60000", "log.flush.start.offset.checkpoint.interval.ms", at_least(0), High, ReadOnly;
        /// How many bytes lie between two entries of the offset index; fewer means closer jumps and
        /// a larger index.
        log_index_interval_bytes: i32 =
            "4096", "log.index.interval.bytes", at_least(0), Medium, ClusterWide;
        /// How large an offset index may get, in bytes; a full index rolls the segment.
        log_index_size_max_bytes: i32 =
            "10485760", "log.index.size.max.bytes", at_least(4), Medium, ClusterWide;
        /// How long after the start the housekeeping of logs begins.
        log_initial_task_delay_ms: i64 =
            "30000", "log.initial.task.delay.ms", at_least(0), Low, ReadOnly, Note::Internal;
        /// How many bytes of a partition stay local with tiered storage; -2 is log.retention.bytes.
        log_local_retention_bytes: i64 =
            "-2", "log.local.retention.bytes", at_least(-2), Medium, ClusterWide;
        /// How long a segment stays local with tiered storage; -2 is log.retention.ms.
        log_local_retention_ms: i64 =
            "-2", "log.local.retention.ms", at_least(-2), Medium, ClusterWide;
        /// Whether records are converted for consumers that know only older formats.
        log_message_downconversion_enable: bool =
            "true", "log.message.downconversion.enable", any(), Low, ClusterWide;
        /// The format of records on disk, as the release that brought it; ignored when brokers
        /// speak 3.0 or later among themselves.
        log_message_format_version: ProtocolVersion =
            "3.0-IV1", "log.message.format.version", version(), Medium, ReadOnly;
        /// How far in the future a record's timestamp may lie.
        log_message_timestamp_after_max_ms: i64 =
            "9223372036854775807", "log.message.timestamp.after.max.ms", at_least(0), Medium,
            ClusterWide;
        /// How far in the past a record's timestamp may lie.
        log_message_timestamp_before_max_ms: i64 =
            "9223372036854775807", "log.message.timestamp.before.max.ms", at_least(0), Medium,
            ClusterWide;
        /// How far a record's timestamp may differ from the broker's clock; the older name for both
        /// directions.
        log_message_timestamp_difference_max_ms: i64 =
            "9223372036854775807", "log.message.timestamp.difference.max.ms", at_least(0), Medium,
            ClusterWide;
        /// Whether a record keeps the producer's time or gets the broker's.
        log_message_timestamp_type: String =
            "CreateTime", "log.message.timestamp.type", one_of(&["CreateTime", "LogAppendTime"]),
            Medium, ClusterWide;
        /// Whether a new segment takes its full size on disk at once.
        log_preallocate: bool = "false", "log.preallocate", any(), Medium, ClusterWide;
        /// How large a partition may grow before its oldest segments go; -1 is without limit.
        log_retention_bytes: i64 = "-1", "log.retention.bytes", any(), High, ClusterWide;
        /// How often it is checked which segments are too old or too much.
        log_retention_check_interval_ms: i64 =
            "300000", "log.retention.check.interval.ms", at_least(1), Medium, ReadOnly;
        /// How long a segment is kept, in hours; the minutes and milliseconds of it go first.
        log_retention_hours: i32 = "168", "log.retention.hours", any(), High, ReadOnly;
        /// How long a segment is kept, in minutes; log.retention.ms goes first.
        log_retention_minutes: Option<i32> = NULL, "log.retention.minutes", any(), High, ReadOnly;
        /// How long a segment is kept, in milliseconds; -1 is forever.
        log_retention_ms: Option<i64> =
            NULL, "log.retention.ms", any(), High, ClusterWide,
            follows_minutes("log.retention.minutes"), follows_hours("log.retention.hours");
        /// When a new segment begins although the old one is not full, in hours; log.roll.ms goes
        /// first.
        log_roll_hours: i32 = "168", "log.roll.hours", at_least(1), High, ReadOnly;
        /// By how many hours at most log.roll.hours is shortened by chance; log.roll.jitter.ms goes
        /// first.
        log_roll_jitter_hours: i32 = "0", "log.roll.jitter.hours", at_least(0), High, ReadOnly;
        /// By how much rolling is shortened by chance, so that partitions do not roll all at once.
        log_roll_jitter_ms: Option<i64> =
            NULL, "log.roll.jitter.ms", any(), High, ClusterWide,
            follows_hours("log.roll.jitter.hours");
        /// When a new segment begins although the old one is not full, in milliseconds.
        log_roll_ms: Option<i64> =
            NULL, "log.roll.ms", any(), High, ClusterWide, follows_hours("log.roll.hours");
        /// How large one segment file may get, in bytes.
        log_segment_bytes: i32 = "1073741824", "log.segment.bytes", at_least(14), High, ClusterWide;
        /// How long a removed file stays on disk under another name, for readers that still hold
        /// it.
        log_segment_delete_delay_ms: i64 =
            "60000", "log.segment.delete.delay.ms", at_least(0), High, ClusterWide;
        /// How many connections a second are accepted; more wait.
        max_connection_creation_rate: i32 =
            "2147483647", "max.connection.creation.rate", at_least(0), Medium, ClusterWide;
        /// How many connections a broker holds; beyond it the one idle for longest is closed.
        max_connections: i32 = "2147483647", "max.connections", at_least(0), Medium, ClusterWide;
        /// How many connections one address may hold; more are closed at once.
        max_connections_per_ip: i32 =
            "2147483647", "max.connections.per.ip", at_least(0), Medium, ClusterWide;
        /// Other limits for single addresses, as address:count,...
        max_connections_per_ip_overrides: String =
            "", "max.connections.per.ip.overrides", any(), Medium, ClusterWide;
        /// How many incremental fetch sessions are remembered; clients without one send their whole
        /// list each time.
        max_incremental_fetch_session_cache_slots: i32 =
            "1000", "max.incremental.fetch.session.cache.slots", at_least(0), Medium, ReadOnly;
        /// How many partitions one page of a topic description may hold.
        max_request_partition_size_limit: i32 =
            "2000", "max.request.partition.size.limit", at_least(1), Medium, ReadOnly;
        /// How large a batch of records may be, in bytes, after compression.
        message_max_bytes: i32 = "1048588", "message.max.bytes", at_least(0), High, ClusterWide;
        /// The folder of the KRaft metadata log; not used with ZooKeeper.
        metadata_log_dir: Option<String> = NULL, "metadata.log.dir", any(), High, ReadOnly;
        /// How many bytes lie between two snapshots of KRaft metadata; not used with ZooKeeper.
        metadata_log_max_record_bytes_between_snapshots: i64 =
            "20971520", "metadata.log.max.record.bytes.between.snapshots", at_least(1), High,
            ReadOnly;
        /// How long KRaft metadata goes without a snapshot; not used with ZooKeeper.
        metadata_log_max_snapshot_interval_ms: i64 =
            "3600000", "metadata.log.max.snapshot.interval.ms", at_least(0), High, ReadOnly;
        /// How large a segment of the KRaft metadata log gets; not used with ZooKeeper.
        metadata_log_segment_bytes: i32 =
            "1073741824", "metadata.log.segment.bytes", at_least(12), High, ReadOnly;
        /// How small a segment of the KRaft metadata log may be set; not used with ZooKeeper.
        metadata_log_segment_min_bytes: i32 =
            "8388608", "metadata.log.segment.min.bytes", at_least(12), High, ReadOnly,
            Note::Internal;
        /// When the KRaft metadata log rolls; not used with ZooKeeper.
        metadata_log_segment_ms: i64 =
            "604800000", "metadata.log.segment.ms", any(), High, ReadOnly;
        /// How often an idle KRaft controller writes a record; not used with ZooKeeper.
        metadata_max_idle_interval_ms: i32 =
            "500", "metadata.max.idle.interval.ms", at_least(0), Low, ReadOnly;
        /// How large KRaft metadata may grow; not used with ZooKeeper.
        metadata_max_retention_bytes: i64 =
            "104857600", "metadata.max.retention.bytes", any(), High, ReadOnly;
        /// How long KRaft metadata is kept; not used with ZooKeeper.
        metadata_max_retention_ms: i64 =
            "604800000", "metadata.max.retention.ms", any(), High, ReadOnly;
        /// Reporters of metrics. Classes cannot be loaded here, so names are ignored; metrics are
        /// served over HTTP.
        metric_reporters: Vec<String> = "", "metric.reporters", any(), Low, ClusterWide;
        /// How many samples a rate or average is computed from.
        metrics_num_samples: i32 = "2", "metrics.num.samples", at_least(1), Low, ReadOnly;
        /// How detailed the recorded metrics are: INFO, DEBUG or TRACE.
        metrics_recording_level: String = "INFO", "metrics.recording.level", any(), Low, ReadOnly;
        /// How long one sample of a rate or average lasts.
        metrics_sample_window_ms: i64 =
            "30000", "metrics.sample.window.ms", at_least(1), Low, ReadOnly;
        /// How many replicas must have a record before a producer with acks=all is told so; fewer
        /// in sync refuse the write.
        min_insync_replicas: i32 = "1", "min.insync.replicas", at_least(1), High, ClusterWide;
        /// The number of a KRaft node; with ZooKeeper it must be broker.id's or unset.
        node_id: i32 = "-1", "node.id", any(), High, ReadOnly;
        /// How many threads do work that waits for the disk.
        num_io_threads: i32 = "8", "num.io.threads", at_least(1), High, ClusterWide;
        /// How many threads serve the network.
        num_network_threads: i32 = "3", "num.network.threads", at_least(1), High, ClusterWide;
        /// How many partitions a topic gets when nobody says how many.
        num_partitions: i32 = "1", "num.partitions", at_least(1), Medium, ReadOnly;
        /// How many threads a folder gets for loading and recovering logs at start and flushing
        /// them at the end.
        num_recovery_threads_per_data_dir: i32 =
            "1", "num.recovery.threads.per.data.dir", at_least(1), High, ClusterWide;
        /// How many threads move replicas between folders; unset is one a folder.
        num_replica_alter_log_dirs_threads: Option<i32> =
            NULL, "num.replica.alter.log.dirs.threads", any(), High, ReadOnly;
        /// How many connections a broker uses to follow each leader.
        num_replica_fetchers: i32 = "1", "num.replica.fetchers", any(), High, ClusterWide;
        /// How long the note beside a committed offset may be, in bytes.
        offset_metadata_max_bytes: i32 = "4096", "offset.metadata.max.bytes", any(), High, ReadOnly;
        /// How many replicas must have a committed offset before it is acknowledged; -1 is all in
        /// sync.
        offsets_commit_required_acks: i16 =
            "-1", "offsets.commit.required.acks", any(), High, ReadOnly;
        /// How long an offset commit waits for its replicas.
        offsets_commit_timeout_ms: i32 =
            "5000", "offsets.commit.timeout.ms", at_least(1), High, ReadOnly;
        /// How many bytes are read at once when group state is loaded.
        offsets_load_buffer_size: i32 =
            "5242880", "offsets.load.buffer.size", at_least(1), High, ReadOnly;
        /// How often expired offsets are looked for.
        offsets_retention_check_interval_ms: i64 =
            "600000", "offsets.retention.check.interval.ms", at_least(1), High, ReadOnly;
        /// How long committed offsets live after the group became empty.
        offsets_retention_minutes: i32 =
            "10080", "offsets.retention.minutes", at_least(1), High, ReadOnly;
        /// How committed offsets are compressed, as the codec's number; 0 is not at all.
        offsets_topic_compression_codec: i32 =
            "0", "offsets.topic.compression.codec", any(), High, ReadOnly;
        /// How many partitions __consumer_offsets has; it must not change afterwards.
        offsets_topic_num_partitions: i32 =
            "50", "offsets.topic.num.partitions", at_least(1), High, ReadOnly;
        /// How many replicas __consumer_offsets has; with fewer brokers alive it is not created.
        offsets_topic_replication_factor: i16 =
            "3", "offsets.topic.replication.factor", at_least(1), High, ReadOnly;
        /// How large the segments of __consumer_offsets get; small ones compact and load faster.
        offsets_topic_segment_bytes: i32 =
            "104857600", "offsets.topic.segment.bytes", at_least(1), High, ReadOnly;
        /// How passwords kept in ZooKeeper are encrypted.
        password_encoder_cipher_algorithm: String =
            "AES/CBC/PKCS5Padding", "password.encoder.cipher.algorithm", any(), Low, ReadOnly;
        /// How many rounds turn password.encoder.secret into a key.
        password_encoder_iterations: i32 =
            "4096", "password.encoder.iterations", at_least(1024), Low, ReadOnly;
        /// How many bits the key for passwords has.
        password_encoder_key_length: i32 =
            "128", "password.encoder.key.length", at_least(8), Low, ReadOnly;
        /// How password.encoder.secret is turned into a key; unset is PBKDF2 with SHA-512.
        password_encoder_keyfactory_algorithm: Option<String> =
            NULL, "password.encoder.keyfactory.algorithm", any(), Low, ReadOnly;
        /// The secret before the change; passwords are encrypted anew at start.
        password_encoder_old_secret: Option<Password> =
            NULL, "password.encoder.old.secret", any(), Medium, ReadOnly;
        /// The secret that passwords kept in ZooKeeper are encrypted with; without it they cannot
        /// be changed at run time.
        password_encoder_secret: Option<Password> =
            NULL, "password.encoder.secret", any(), Medium, ReadOnly;
        /// The port to listen on, before there were listeners; it goes last.
        port: i32 = "9092", "port", any(), High, ReadOnly, Note::Old;
        /// Who turns a connection into a principal. Only Kafka's own default is known.
        principal_builder_class: ClassName =
            "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder",
            "principal.builder.class", any(), Medium, PerBroker;
        /// The roles of a KRaft node; it must stay empty, as this broker keeps its state in
        /// ZooKeeper.
        process_roles: Vec<String> =
            "", "process.roles", each(&["broker", "controller"]), High, ReadOnly;
        /// How often forgotten producer ids are looked for.
        producer_id_expiration_check_interval_ms: i32 =
            "600000", "producer.id.expiration.check.interval.ms", at_least(1), Low, ReadOnly,
            Note::Internal;
        /// How long a partition remembers the sequence numbers of a silent producer.
        producer_id_expiration_ms: i32 =
            "86400000", "producer.id.expiration.ms", at_least(1), Low, ClusterWide;
        /// Kept so that files of Kafka load; a waiting produce request here is a parked task that
        /// needs no purging.
        producer_purgatory_purge_interval_requests: i32 =
            "1000", "producer.purgatory.purge.interval.requests", any(), Medium, ReadOnly;
        /// How many bytes of requests may wait before no more are read; -1 leaves it to the broker.
        queued_max_request_bytes: i64 = "-1", "queued.max.request.bytes", any(), Medium, ReadOnly;
        /// How many requests of a listener may wait before no more are read.
        queued_max_requests: i32 = "500", "queued.max.requests", at_least(1), High, ReadOnly;
        /// How many bytes a second each client may fetch, where ZooKeeper has no quota for it; gone
        /// since 3.0.
        quota_consumer_default: i64 =
            "9223372036854775807", "quota.consumer.default", at_least(1), High, ReadOnly,
            Note::Old;
        /// How many bytes a second each client may produce, where ZooKeeper has no quota for it;
        /// gone since 3.0.
        quota_producer_default: i64 =
            "9223372036854775807", "quota.producer.default", at_least(1), High, ReadOnly,
            Note::Old;
        /// How many samples a client quota keeps.
        quota_window_num: i32 = "11", "quota.window.num", at_least(1), Low, ReadOnly;
        /// How long each sample of a client quota lasts.
        quota_window_size_seconds: i32 =
            "1", "quota.window.size.seconds", at_least(1), Low, ReadOnly;
        /// How long a fetch waits for tiered storage; tiered storage is not offered.
        remote_fetch_max_wait_ms: i32 =
            "500", "remote.fetch.max.wait.ms", at_least(1), Medium, ClusterWide;
        /// How many bytes of remote indexes are kept local; tiered storage is not offered.
        remote_log_index_file_cache_total_size_bytes: i64 =
            "1073741824", "remote.log.index.file.cache.total.size.bytes", at_least(1), Low,
            ClusterWide;
        /// How many threads copy segments away; tiered storage is not offered.
        remote_log_manager_copier_thread_pool_size: i32 =
            "-1", "remote.log.manager.copier.thread.pool.size", threads_or_default(), Medium,
            ReadOnly;
        /// How fast segments are copied away; tiered storage is not offered.
        remote_log_manager_copy_max_bytes_per_second: i64 =
            "9223372036854775807", "remote.log.manager.copy.max.bytes.per.second", at_least(1),
            Medium, ClusterWide;
        /// How many samples the limit on copying away keeps; tiered storage is not offered.
        remote_log_manager_copy_quota_window_num: i32 =
            "11", "remote.log.manager.copy.quota.window.num", at_least(1), Medium, ReadOnly;
        /// How long each sample of the limit on copying away lasts; tiered storage is not offered.
        remote_log_manager_copy_quota_window_size_seconds: i32 =
            "1", "remote.log.manager.copy.quota.window.size.seconds", at_least(1), Medium,
            ReadOnly;
        /// How many threads delete remote segments; tiered storage is not offered.
        remote_log_manager_expiration_thread_pool_size: i32 =
            "-1", "remote.log.manager.expiration.thread.pool.size", threads_or_default(), Medium,
            ReadOnly;
        /// How fast remote segments are read; tiered storage is not offered.
        remote_log_manager_fetch_max_bytes_per_second: i64 =
            "9223372036854775807", "remote.log.manager.fetch.max.bytes.per.second", at_least(1),
            Medium, ClusterWide;
        /// How many samples the limit on remote reads keeps; tiered storage is not offered.
        remote_log_manager_fetch_quota_window_num: i32 =
            "11", "remote.log.manager.fetch.quota.window.num", at_least(1), Medium, ReadOnly;
        /// How long each sample of the limit on remote reads lasts; tiered storage is not offered.
        remote_log_manager_fetch_quota_window_size_seconds: i32 =
            "1", "remote.log.manager.fetch.quota.window.size.seconds", at_least(1), Medium,
            ReadOnly;
        /// How often remote work is looked for; tiered storage is not offered.
        remote_log_manager_task_interval_ms: i64 =
            "30000", "remote.log.manager.task.interval.ms", at_least(1), Low, ReadOnly;
        /// The longest pause before remote work is tried again; tiered storage is not offered.
        remote_log_manager_task_retry_backoff_max_ms: i64 =
            "30000", "remote.log.manager.task.retry.backoff.max.ms", at_least(1), Low, ReadOnly,
            Note::Internal;
        /// The first pause before remote work is tried again; tiered storage is not offered.
        remote_log_manager_task_retry_backoff_ms: i64 =
            "500", "remote.log.manager.task.retry.backoff.ms", at_least(1), Low, ReadOnly,
            Note::Internal;
        /// How much chance goes into those pauses; tiered storage is not offered.
        remote_log_manager_task_retry_jitter: f64 =
            "0.2", "remote.log.manager.task.retry.jitter", between_real(0.0, 0.5), Low, ReadOnly,
            Note::Internal;
        /// How many threads do remote work; tiered storage is not offered.
        remote_log_manager_thread_pool_size: i32 =
            "10", "remote.log.manager.thread.pool.size", at_least(1), Medium, ReadOnly;
        /// How much a remote storage plugin may note about a segment; tiered storage is not
        /// offered.
        remote_log_metadata_custom_metadata_max_bytes: i32 =
            "128", "remote.log.metadata.custom.metadata.max.bytes", at_least(0), Low, ReadOnly;
        /// Who keeps the list of remote segments; tiered storage is not offered.
        remote_log_metadata_manager_class_name: String =
            "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager",
            "remote.log.metadata.manager.class.name", non_empty(), Medium, ReadOnly;
        /// Where that class lies; tiered storage is not offered.
        remote_log_metadata_manager_class_path: Option<String> =
            NULL, "remote.log.metadata.manager.class.path", any(), Medium, ReadOnly;
        /// The prefix of that class's own settings; tiered storage is not offered.
        remote_log_metadata_manager_impl_prefix: String =
            "rlmm.config.", "remote.log.metadata.manager.impl.prefix", non_empty(), Medium,
            ReadOnly;
        /// The listener that class connects to; tiered storage is not offered.
        remote_log_metadata_manager_listener_name: Option<String> =
            NULL, "remote.log.metadata.manager.listener.name", non_empty(), Medium, ReadOnly;
        /// How many remote reads may wait; tiered storage is not offered.
        remote_log_reader_max_pending_tasks: i32 =
            "100", "remote.log.reader.max.pending.tasks", at_least(1), Medium, ReadOnly;
        /// How many threads read remote segments; tiered storage is not offered.
        remote_log_reader_threads: i32 =
            "10", "remote.log.reader.threads", at_least(1), Medium, ReadOnly;
        /// Who stores remote segments; tiered storage is not offered.
        remote_log_storage_manager_class_name: Option<String> =
            NULL, "remote.log.storage.manager.class.name", non_empty(), Medium, ReadOnly;
        /// Where that class lies; tiered storage is not offered.
        remote_log_storage_manager_class_path: Option<String> =
            NULL, "remote.log.storage.manager.class.path", any(), Medium, ReadOnly;
        /// The prefix of that class's own settings; tiered storage is not offered.
        remote_log_storage_manager_impl_prefix: String =
            "rsm.config.", "remote.log.storage.manager.impl.prefix", non_empty(), Medium, ReadOnly;
        /// Whether old segments move to remote storage; tiered storage is not offered, so it must
        /// stay false.
        remote_log_storage_system_enable: bool =
            "false", "remote.log.storage.system.enable", any(), Medium, ReadOnly;
        /// How long a follower pauses after a failed fetch.
        replica_fetch_backoff_ms: i32 =
            "1000", "replica.fetch.backoff.ms", at_least(0), Medium, ReadOnly;
        /// How many bytes a follower asks for of each partition; a larger first batch still comes
        /// whole.
        replica_fetch_max_bytes: i32 =
            "1048576", "replica.fetch.max.bytes", at_least(0), Medium, ReadOnly;
        /// How many bytes must be there before a leader answers a follower.
        replica_fetch_min_bytes: i32 = "1", "replica.fetch.min.bytes", any(), High, ReadOnly;
        /// How many bytes a follower asks for in one fetch.
        replica_fetch_response_max_bytes: i32 =
            "10485760", "replica.fetch.response.max.bytes", at_least(0), Medium, ReadOnly;
        /// How long a leader may keep a follower waiting for data.
        replica_fetch_wait_max_ms: i32 = "500", "replica.fetch.wait.max.ms", any(), High, ReadOnly;
        /// How often high watermarks are written down.
        replica_high_watermark_checkpoint_interval_ms: i64 =
            "5000", "replica.high.watermark.checkpoint.interval.ms", any(), High, ReadOnly;
        /// How long a follower may go without catching up before the leader drops it from the ISR.
        replica_lag_time_max_ms: i64 = "30000", "replica.lag.time.max.ms", any(), High, ReadOnly;
        /// How a leader chooses the replica a consumer reads from; Kafka's rack-aware selector is
        /// known by its name.
        replica_selector_class: Option<String> =
            NULL, "replica.selector.class", any(), Medium, ReadOnly;
        /// The socket receive buffer of a follower, in bytes.
        replica_socket_receive_buffer_bytes: i32 =
            "65536", "replica.socket.receive.buffer.bytes", any(), High, ReadOnly;
        /// How long a follower waits for its leader's answer; at least replica.fetch.wait.max.ms.
        replica_socket_timeout_ms: i32 =
            "30000", "replica.socket.timeout.ms", any(), High, ReadOnly;
        /// How many samples the throttle on replication keeps.
        replication_quota_window_num: i32 =
            "11", "replication.quota.window.num", at_least(1), Low, ReadOnly;
        /// How long each sample of the throttle on replication lasts.
        replication_quota_window_size_seconds: i32 =
            "1", "replication.quota.window.size.seconds", at_least(1), Low, ReadOnly;
        /// How long this broker waits for an answer when it is the client.
        request_timeout_ms: i32 = "30000", "request.timeout.ms", any(), High, ReadOnly;
        /// The largest number broker.id may have; generated ids begin above it.
        reserved_broker_max_id: i32 =
            "1000", "reserved.broker.max.id", at_least(0), Medium, ReadOnly;
        /// Who answers SASL questions on the client side. Classes cannot be loaded here; unset is
        /// the built-in.
        sasl_client_callback_handler_class: Option<ClassName> =
            NULL, "sasl.client.callback.handler.class", any(), Medium, ReadOnly;
        /// The SASL mechanisms a broker offers.
        sasl_enabled_mechanisms: Vec<String> =
            "GSSAPI", "sasl.enabled.mechanisms", any(), Medium, PerBroker;
        /// The login of a SASL listener in JAAS form; set it with the prefix of listener and
        /// mechanism.
        sasl_jaas_config: Option<Password> = NULL, "sasl.jaas.config", any(), Medium, PerBroker;
        /// Where kinit lies; Kerberos is not offered.
        sasl_kerberos_kinit_cmd: String =
            "/usr/bin/kinit", "sasl.kerberos.kinit.cmd", any(), Medium, PerBroker;
        /// How long to wait at least between two Kerberos logins; Kerberos is not offered.
        sasl_kerberos_min_time_before_relogin: i64 =
            "60000", "sasl.kerberos.min.time.before.relogin", any(), Medium, PerBroker;
        /// How Kerberos principals become short names; Kerberos is not offered.
        sasl_kerberos_principal_to_local_rules: Vec<String> =
            "DEFAULT", "sasl.kerberos.principal.to.local.rules", any(), Medium, PerBroker;
        /// The Kerberos name of the brokers; Kerberos is not offered.
        sasl_kerberos_service_name: Option<String> =
            NULL, "sasl.kerberos.service.name", any(), Medium, PerBroker;
        /// How much chance goes into renewing a ticket; Kerberos is not offered.
        sasl_kerberos_ticket_renew_jitter: f64 =
            "0.05", "sasl.kerberos.ticket.renew.jitter", any(), Medium, PerBroker;
        /// After which share of its life a ticket is renewed; Kerberos is not offered.
        sasl_kerberos_ticket_renew_window_factor: f64 =
            "0.8", "sasl.kerberos.ticket.renew.window.factor", any(), Medium, PerBroker;
        /// Who fetches credentials for a login. Classes cannot be loaded here; unset is the built-
        /// in.
        sasl_login_callback_handler_class: Option<ClassName> =
            NULL, "sasl.login.callback.handler.class", any(), Medium, ReadOnly;
        /// Who carries a login out. Classes cannot be loaded here; unset is the built-in.
        sasl_login_class: Option<ClassName> = NULL, "sasl.login.class", any(), Medium, ReadOnly;
        /// How long to wait for a connection to the token issuer.
        sasl_login_connect_timeout_ms: Option<i32> =
            NULL, "sasl.login.connect.timeout.ms", any(), Low, ReadOnly;
        /// How long to wait for the token issuer's answer.
        sasl_login_read_timeout_ms: Option<i32> =
            NULL, "sasl.login.read.timeout.ms", any(), Low, ReadOnly;
        /// How long before its end a token is renewed at the latest.
        sasl_login_refresh_buffer_seconds: i16 =
            "300", "sasl.login.refresh.buffer.seconds", any(), Medium, PerBroker;
        /// How long a token is used at least before it is renewed.
        sasl_login_refresh_min_period_seconds: i16 =
            "60", "sasl.login.refresh.min.period.seconds", any(), Medium, PerBroker;
        /// After which share of its life a token is renewed.
        sasl_login_refresh_window_factor: f64 =
            "0.8", "sasl.login.refresh.window.factor", any(), Medium, PerBroker;
        /// How much chance goes into the moment a token is renewed.
        sasl_login_refresh_window_jitter: f64 =
            "0.05", "sasl.login.refresh.window.jitter", any(), Medium, PerBroker;
        /// The longest pause between two attempts to fetch a token.
        sasl_login_retry_backoff_max_ms: i64 =
            "10000", "sasl.login.retry.backoff.max.ms", any(), Low, ReadOnly;
        /// The first pause between two attempts to fetch a token.
        sasl_login_retry_backoff_ms: i64 =
            "100", "sasl.login.retry.backoff.ms", any(), Low, ReadOnly;
        /// The SASL mechanism towards a KRaft controller; not used with ZooKeeper.
        sasl_mechanism_controller_protocol: String =
            "GSSAPI", "sasl.mechanism.controller.protocol", any(), High, ReadOnly;
        /// The SASL mechanism brokers use among themselves; it must be among
        /// sasl.enabled.mechanisms.
        sasl_mechanism_inter_broker_protocol: String =
            "GSSAPI", "sasl.mechanism.inter.broker.protocol", any(), Medium, PerBroker;
        /// How far the clock of a token's issuer may be off.
        sasl_oauthbearer_clock_skew_seconds: i32 =
            "30", "sasl.oauthbearer.clock.skew.seconds", any(), Low, ReadOnly;
        /// The audiences of which a token must name one.
        sasl_oauthbearer_expected_audience: Option<Vec<String>> =
            NULL, "sasl.oauthbearer.expected.audience", any(), Low, ReadOnly;
        /// The issuer a token must come from.
        sasl_oauthbearer_expected_issuer: Option<String> =
            NULL, "sasl.oauthbearer.expected.issuer", any(), Low, ReadOnly;
        /// How often the issuer's keys are fetched.
        sasl_oauthbearer_jwks_endpoint_refresh_ms: i64 =
            "3600000", "sasl.oauthbearer.jwks.endpoint.refresh.ms", any(), Low, ReadOnly;
        /// The longest pause between two attempts to fetch the issuer's keys.
        sasl_oauthbearer_jwks_endpoint_retry_backoff_max_ms: i64 =
            "10000", "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", any(), Low, ReadOnly;
        /// The first pause between two attempts to fetch the issuer's keys.
        sasl_oauthbearer_jwks_endpoint_retry_backoff_ms: i64 =
            "100", "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", any(), Low, ReadOnly;
        /// Where the issuer's keys are found.
        sasl_oauthbearer_jwks_endpoint_url: Option<String> =
            NULL, "sasl.oauthbearer.jwks.endpoint.url", any(), Medium, ReadOnly;
        /// The claim of a token that holds its scopes.
        sasl_oauthbearer_scope_claim_name: String =
            "scope", "sasl.oauthbearer.scope.claim.name", any(), Low, ReadOnly;
        /// The claim of a token that holds its subject.
        sasl_oauthbearer_sub_claim_name: String =
            "sub", "sasl.oauthbearer.sub.claim.name", any(), Low, ReadOnly;
        /// Where tokens are issued.
        sasl_oauthbearer_token_endpoint_url: Option<String> =
            NULL, "sasl.oauthbearer.token.endpoint.url", any(), Medium, ReadOnly;
        /// Who checks SASL credentials. Classes cannot be loaded here; unset is the built-in.
        sasl_server_callback_handler_class: Option<ClassName> =
            NULL, "sasl.server.callback.handler.class", any(), Medium, ReadOnly;
        /// How large a message may be before a client has authenticated, in bytes.
        sasl_server_max_receive_size: i32 =
            "524288", "sasl.server.max.receive.size", any(), Medium, ReadOnly;
        /// The security protocol brokers use among themselves, where no inter.broker.listener.name
        /// is set.
        security_inter_broker_protocol: String =
            "PLAINTEXT", "security.inter.broker.protocol",
            one_of(&["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]), Medium, ReadOnly;
        /// Java security providers; there are none here, so names are ignored.
        security_providers: Option<String> = NULL, "security.providers", any(), Low, ReadOnly;
        /// How long a start may take at most.
        server_max_startup_time_ms: i64 =
            "9223372036854775807", "server.max.startup.time.ms", at_least(0), Medium, ReadOnly,
            Note::Internal;
        /// The longest wait for a connection to be made, after several failures.
        socket_connection_setup_timeout_max_ms: i64 =
            "30000", "socket.connection.setup.timeout.max.ms", any(), Medium, ReadOnly;
        /// How long to wait for a connection to be made at first.
        socket_connection_setup_timeout_ms: i64 =
            "10000", "socket.connection.setup.timeout.ms", any(), Medium, ReadOnly;
        /// How many connections may wait to be accepted.
        socket_listen_backlog_size: i32 =
            "50", "socket.listen.backlog.size", at_least(1), Medium, ReadOnly;
        /// The socket receive buffer, in bytes; -1 leaves it to the system.
        socket_receive_buffer_bytes: i32 =
            "102400", "socket.receive.buffer.bytes", any(), High, ReadOnly;
        /// How large a request may be, in bytes; a larger one closes the connection.
        socket_request_max_bytes: i32 =
            "104857600", "socket.request.max.bytes", at_least(1), High, ReadOnly;
        /// The socket send buffer, in bytes; -1 leaves it to the system.
        socket_send_buffer_bytes: i32 = "102400", "socket.send.buffer.bytes", any(), High, ReadOnly;
        /// Whether a new keystore may carry another distinguished name.
        ssl_allow_dn_changes: bool = "false", "ssl.allow.dn.changes", any(), Low, ReadOnly;
        /// Whether a new keystore may carry other alternative names.
        ssl_allow_san_changes: bool = "false", "ssl.allow.san.changes", any(), Low, ReadOnly;
        /// The cipher suites that are offered; empty is all that are safe.
        ssl_cipher_suites: Vec<String> = "", "ssl.cipher.suites", any(), Medium, PerBroker;
        /// Whether clients must show a certificate: required, requested or none.
        ssl_client_auth: String =
            "none", "ssl.client.auth", one_of(&["required", "requested", "none"]), Medium,
            PerBroker;
        /// The TLS versions that are offered.
        ssl_enabled_protocols: Vec<String> =
            "TLSv1.2,TLSv1.3", "ssl.enabled.protocols", any(), Medium, PerBroker;
        /// Whether the other side's name is checked against its certificate; empty does not.
        ssl_endpoint_identification_algorithm: String =
            "https", "ssl.endpoint.identification.algorithm", any(), Low, PerBroker;
        /// Who makes TLS engines. Classes cannot be loaded here; unset is the built-in.
        ssl_engine_factory_class: Option<ClassName> =
            NULL, "ssl.engine.factory.class", any(), Low, PerBroker;
        /// The password of the private key.
        ssl_key_password: Option<Password> = NULL, "ssl.key.password", any(), Medium, PerBroker;
        /// Java's key manager; kept so that files of Kafka load.
        ssl_keymanager_algorithm: String =
            "SunX509", "ssl.keymanager.algorithm", any(), Medium, PerBroker;
        /// The certificate chain itself, as PEM, in place of a file.
        ssl_keystore_certificate_chain: Option<Password> =
            NULL, "ssl.keystore.certificate.chain", any(), Medium, PerBroker;
        /// The private key itself, as PEM, in place of a file.
        ssl_keystore_key: Option<Password> = NULL, "ssl.keystore.key", any(), Medium, PerBroker;
        /// The file with the private key and its certificates.
        ssl_keystore_location: Option<String> =
            NULL, "ssl.keystore.location", any(), Medium, PerBroker;
        /// The password of the keystore.
        ssl_keystore_password: Option<Password> =
            NULL, "ssl.keystore.password", any(), Medium, PerBroker;
        /// The format of the keystore: JKS, PKCS12 or PEM.
        ssl_keystore_type: String = "JKS", "ssl.keystore.type", any(), Medium, PerBroker;
        /// How the name in a client's certificate becomes a principal.
        ssl_principal_mapping_rules: String =
            "DEFAULT", "ssl.principal.mapping.rules", any(), Low, ReadOnly;
        /// The newest TLS version to use.
        ssl_protocol: String = "TLSv1.3", "ssl.protocol", any(), Medium, PerBroker;
        /// The Java provider of TLS; kept so that files of Kafka load.
        ssl_provider: Option<String> = NULL, "ssl.provider", any(), Medium, PerBroker;
        /// Java's source of chance; kept so that files of Kafka load.
        ssl_secure_random_implementation: Option<String> =
            NULL, "ssl.secure.random.implementation", any(), Low, PerBroker;
        /// Java's trust manager; kept so that files of Kafka load.
        ssl_trustmanager_algorithm: String =
            "PKIX", "ssl.trustmanager.algorithm", any(), Medium, PerBroker;
        /// The trusted certificates themselves, as PEM, in place of a file.
        ssl_truststore_certificates: Option<Password> =
            NULL, "ssl.truststore.certificates", any(), Medium, PerBroker;
        /// The file with the certificates that are trusted.
        ssl_truststore_location: Option<String> =
            NULL, "ssl.truststore.location", any(), Medium, PerBroker;
        /// The password of the truststore.
        ssl_truststore_password: Option<Password> =
            NULL, "ssl.truststore.password", any(), Medium, PerBroker;
        /// The format of the truststore: JKS, PKCS12 or PEM.
        ssl_truststore_type: String = "JKS", "ssl.truststore.type", any(), Medium, PerBroker;
        /// How large a client's pushed metrics may be; with ZooKeeper they are not taken.
        telemetry_max_bytes: i32 = "1048576", "telemetry.max.bytes", at_least(1), Low, ReadOnly;
        /// How often transactions that ran out of time are looked for.
        transaction_abort_timed_out_transaction_cleanup_interval_ms: i32 =
            "10000", "transaction.abort.timed.out.transaction.cleanup.interval.ms", at_least(1),
            Low, ReadOnly;
        /// The longest timeout a transaction may ask for.
        transaction_max_timeout_ms: i32 =
            "900000", "transaction.max.timeout.ms", at_least(1), High, ReadOnly;
        /// Whether it is checked that a partition belongs to the transaction it is written in.
        transaction_partition_verification_enable: bool =
            "true", "transaction.partition.verification.enable", any(), Low, ClusterWide;
        /// How often expired transactional ids are looked for.
        transaction_remove_expired_transaction_cleanup_interval_ms: i32 =
            "3600000", "transaction.remove.expired.transaction.cleanup.interval.ms", at_least(1),
            Low, ReadOnly;
        /// How many bytes are read at once when transaction state is loaded.
        transaction_state_log_load_buffer_size: i32 =
            "5242880", "transaction.state.log.load.buffer.size", at_least(1), High, ReadOnly;
        /// How many replicas of __transaction_state must be in sync for it to be written.
        transaction_state_log_min_isr: i32 =
            "2", "transaction.state.log.min.isr", at_least(1), High, ReadOnly;
        /// How many partitions __transaction_state has; it must not change afterwards.
        transaction_state_log_num_partitions: i32 =
            "50", "transaction.state.log.num.partitions", at_least(1), High, ReadOnly;
        /// How many replicas __transaction_state has; with fewer brokers alive it is not created.
        transaction_state_log_replication_factor: i16 =
            "3", "transaction.state.log.replication.factor", at_least(1), High, ReadOnly;
        /// How large the segments of __transaction_state get; small ones compact and load faster.
        transaction_state_log_segment_bytes: i32 =
            "104857600", "transaction.state.log.segment.bytes", at_least(1), High, ReadOnly;
        /// How long a silent transactional id is remembered.
        transactional_id_expiration_ms: i32 =
            "604800000", "transactional.id.expiration.ms", at_least(1), High, ReadOnly;
        /// Whether a replica that is not in sync may lead when no other is left; records may be
        /// lost by it.
        unclean_leader_election_enable: bool =
            "false", "unclean.leader.election.enable", any(), High, ClusterWide;
        /// How often a KRaft controller looks for partitions to elect uncleanly; not used with
        /// ZooKeeper.
        unclean_leader_election_interval_ms: i64 =
            "300000", "unclean.leader.election.interval.ms", at_least(1), Medium, ReadOnly,
            Note::Internal;
        /// Whether versions still in development are offered; none are.
        unstable_api_versions_enable: bool =
            "false", "unstable.api.versions.enable", any(), High, ReadOnly, Note::Internal;
        /// Whether feature versions still in development are offered; none are.
        unstable_feature_versions_enable: bool =
            "false", "unstable.feature.versions.enable", any(), High, ReadOnly, Note::Internal;
        /// Java's ZooKeeper socket class; kept so that files of Kafka load.
        zookeeper_client_cnxn_socket: Option<String> =
            NULL, "zookeeper.clientCnxnSocket", any(), Medium, ReadOnly;
        /// The ZooKeeper servers as host:port,...; a path behind the last one is where the cluster
        /// lives.
        zookeeper_connect: Option<String> = NULL, "zookeeper.connect", any(), High, ReadOnly;
        /// How long to wait for ZooKeeper at start; unset is zookeeper.session.timeout.ms.
        zookeeper_connection_timeout_ms: Option<i32> =
            NULL, "zookeeper.connection.timeout.ms", any(), High, ReadOnly,
            follows("zookeeper.session.timeout.ms");
        /// How many requests to ZooKeeper may be unanswered.
        zookeeper_max_in_flight_requests: i32 =
            "10", "zookeeper.max.in.flight.requests", at_least(1), High, ReadOnly;
        /// Whether the cluster moves to KRaft; not offered, so it must stay false.
        zookeeper_metadata_migration_enable: bool =
            "false", "zookeeper.metadata.migration.enable", any(), High, ReadOnly;
        /// How many records of the move to KRaft are written at once; not used.
        zookeeper_metadata_migration_min_batch_size: i32 =
            "200", "zookeeper.metadata.migration.min.batch.size", at_least(1), Medium, ReadOnly,
            Note::Internal;
        /// When ZooKeeper takes a silent broker for dead.
        zookeeper_session_timeout_ms: i32 =
            "18000", "zookeeper.session.timeout.ms", any(), High, ReadOnly;
        /// Whether znodes are made with ACLs that only brokers may change.
        zookeeper_set_acl: bool = "false", "zookeeper.set.acl", any(), High, ReadOnly;
        /// The cipher suites offered to ZooKeeper; unset is all that are safe.
        zookeeper_ssl_cipher_suites: Option<Vec<String>> =
            NULL, "zookeeper.ssl.cipher.suites", any(), Low, ReadOnly;
        /// Whether ZooKeeper is spoken to over TLS.
        zookeeper_ssl_client_enable: bool =
            "false", "zookeeper.ssl.client.enable", any(), Medium, ReadOnly;
        /// Whether ZooKeeper's certificate is looked up in revocation lists.
        zookeeper_ssl_crl_enable: bool = "false", "zookeeper.ssl.crl.enable", any(), Low, ReadOnly;
        /// The TLS versions offered to ZooKeeper; unset is zookeeper.ssl.protocol.
        zookeeper_ssl_enabled_protocols: Option<Vec<String>> =
            NULL, "zookeeper.ssl.enabled.protocols", any(), Low, ReadOnly;
        /// Whether ZooKeeper's name is checked against its certificate; empty does not.
        zookeeper_ssl_endpoint_identification_algorithm: String =
            "HTTPS", "zookeeper.ssl.endpoint.identification.algorithm", any(), Low, ReadOnly;
        /// The file with the key shown to ZooKeeper.
        zookeeper_ssl_keystore_location: Option<String> =
            NULL, "zookeeper.ssl.keystore.location", any(), Medium, ReadOnly;
        /// The password of that keystore.
        zookeeper_ssl_keystore_password: Option<Password> =
            NULL, "zookeeper.ssl.keystore.password", any(), Medium, ReadOnly;
        /// The format of that keystore; unset goes by the file's ending.
        zookeeper_ssl_keystore_type: Option<String> =
            NULL, "zookeeper.ssl.keystore.type", any(), Medium, ReadOnly;
        /// Whether the issuer of ZooKeeper's certificate is asked if it was revoked.
        zookeeper_ssl_ocsp_enable: bool =
            "false", "zookeeper.ssl.ocsp.enable", any(), Low, ReadOnly;
        /// The TLS version to speak with ZooKeeper.
        zookeeper_ssl_protocol: String = "TLSv1.2", "zookeeper.ssl.protocol", any(), Low, ReadOnly;
        /// The file with the certificates trusted in ZooKeeper.
        zookeeper_ssl_truststore_location: Option<String> =
            NULL, "zookeeper.ssl.truststore.location", any(), Medium, ReadOnly;
        /// The password of that truststore.
        zookeeper_ssl_truststore_password: Option<Password> =
            NULL, "zookeeper.ssl.truststore.password", any(), Medium, ReadOnly;
        /// The format of that truststore; unset goes by the file's ending.
        zookeeper_ssl_truststore_type: Option<String> =
            NULL, "zookeeper.ssl.truststore.type", any(), Medium, ReadOnly;
        /// Kept so that old files load; it has had no effect for long.
        zookeeper_sync_time_ms: i32 =
            "2000", "zookeeper.sync.time.ms", any(), Low, ReadOnly, Note::Old;
    }
}
