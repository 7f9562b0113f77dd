//! A list: the settings of a topic, and the broker keys they follow.

use crate::config::broker::{ProtocolVersion, version};
use crate::config::check::{
    any, at_least, between, between_real, each, gzip_level, one_of, throttled_replicas,
};
use crate::config::{follows, follows_hours, follows_minutes};

config! {
    /// A topic's settings: its own, else those of the broker.
    pub struct TopicConfig {
        /// What happens to old segments: delete, compact, or both.
        cleanup_policy: Vec<String> =
            "delete", "cleanup.policy", each(&["compact", "delete"]), Medium, Topic,
            follows("log.cleanup.policy");
        /// How hard gzip works when the broker compresses; -1 is the codec's own default.
        compression_gzip_level: i32 =
            "-1", "compression.gzip.level", gzip_level(), Medium, Topic,
            follows("compression.gzip.level");
        /// How hard lz4 works when the broker compresses.
        compression_lz4_level: i32 =
            "9", "compression.lz4.level", between(1, 17), Medium, Topic,
            follows("compression.lz4.level");
        /// How records are compressed on disk; producer keeps what the producer chose.
        compression_type: String =
            "producer", "compression.type",
            one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]), Medium, Topic,
            follows("compression.type");
        /// How hard zstd works when the broker compresses.
        compression_zstd_level: i32 =
            "3", "compression.zstd.level", between(-131072, 22), Medium, Topic,
            follows("compression.zstd.level");
        /// How long a tombstone stays in a compacted topic, so that slow readers see the deletion.
        delete_retention_ms: i64 =
            "86400000", "delete.retention.ms", at_least(0), Medium, Topic,
            follows("log.cleaner.delete.retention.ms");
        /// How long a removed file stays on disk under another name, for readers that still hold
        /// it.
        file_delete_delay_ms: i64 =
            "60000", "file.delete.delay.ms", at_least(0), Medium, Topic,
            follows("log.segment.delete.delay.ms");
        /// How many records a log takes before it is forced to disk; replication makes this
        /// unnecessary.
        flush_messages: i64 =
            "9223372036854775807", "flush.messages", at_least(1), Medium, Topic,
            follows("log.flush.interval.messages");
        /// How long a record stays unforced at most.
        flush_ms: i64 =
            "9223372036854775807", "flush.ms", at_least(0), Medium, Topic,
            follows("log.flush.interval.ms"), follows("log.flush.scheduler.interval.ms");
        /// The replicas whose following is throttled, as partition:broker,... or * for all.
        follower_replication_throttled_replicas: Vec<String> =
            "", "follower.replication.throttled.replicas", throttled_replicas(), Medium, Topic;
        /// How many bytes lie between two entries of the offset index; fewer means closer jumps and
        /// a larger index.
        index_interval_bytes: i32 =
            "4096", "index.interval.bytes", at_least(0), Medium, Topic,
            follows("log.index.interval.bytes");
        /// The replicas whose leading is throttled, as partition:broker,... or * for all.
        leader_replication_throttled_replicas: Vec<String> =
            "", "leader.replication.throttled.replicas", throttled_replicas(), Medium, Topic;
        /// How many bytes of a partition stay local with tiered storage; -2 is retention.bytes.
        local_retention_bytes: i64 =
            "-2", "local.retention.bytes", at_least(-2), Medium, Topic,
            follows("log.local.retention.bytes");
        /// How long a segment stays local with tiered storage; -2 is retention.ms.
        local_retention_ms: i64 =
            "-2", "local.retention.ms", at_least(-2), Medium, Topic,
            follows("log.local.retention.ms");
        /// When a record must be considered for compaction at the latest.
        max_compaction_lag_ms: i64 =
            "9223372036854775807", "max.compaction.lag.ms", at_least(1), Medium, Topic,
            follows("log.cleaner.max.compaction.lag.ms");
        /// How large a batch of records may be, in bytes, after compression.
        max_message_bytes: i32 =
            "1048588", "max.message.bytes", at_least(0), Medium, Topic,
            follows("message.max.bytes");
        /// Whether records are converted for consumers that know only older formats.
        message_downconversion_enable: bool =
            "true", "message.downconversion.enable", any(), Low, Topic,
            follows("log.message.downconversion.enable");
        /// The format of records on disk, as the release that brought it; ignored when brokers
        /// speak 3.0 or later among themselves.
        message_format_version: ProtocolVersion =
            "3.0-IV1", "message.format.version", version(), Medium, Topic,
            follows("log.message.format.version");
        /// How far in the future a record's timestamp may lie.
        message_timestamp_after_max_ms: i64 =
            "9223372036854775807", "message.timestamp.after.max.ms", at_least(0), Medium, Topic,
            follows("log.message.timestamp.after.max.ms");
        /// How far in the past a record's timestamp may lie.
        message_timestamp_before_max_ms: i64 =
            "9223372036854775807", "message.timestamp.before.max.ms", at_least(0), Medium, Topic,
            follows("log.message.timestamp.before.max.ms");
        /// How far a record's timestamp may differ from the broker's clock; the older name for both
        /// directions.
        message_timestamp_difference_max_ms: i64 =
            "9223372036854775807", "message.timestamp.difference.max.ms", at_least(0), Medium,
            Topic, follows("log.message.timestamp.difference.max.ms");
        /// Whether a record keeps the producer's time or gets the broker's.
        message_timestamp_type: String =
            "CreateTime", "message.timestamp.type", one_of(&["CreateTime", "LogAppendTime"]),
            Medium, Topic, follows("log.message.timestamp.type");
        /// Which share of a log must be dirty before it is cleaned.
        min_cleanable_dirty_ratio: f64 =
            "0.5", "min.cleanable.dirty.ratio", between_real(0.0, 1.0), Medium, Topic,
            follows("log.cleaner.min.cleanable.ratio");
        /// How long a record is safe from compaction.
        min_compaction_lag_ms: i64 =
            "0", "min.compaction.lag.ms", at_least(0), Medium, Topic,
            follows("log.cleaner.min.compaction.lag.ms");
        /// How many replicas must have a record before a producer with acks=all is told so; fewer
        /// in sync refuse the write.
        min_insync_replicas: i32 =
            "1", "min.insync.replicas", at_least(1), Medium, Topic, follows("min.insync.replicas");
        /// Whether a new segment takes its full size on disk at once.
        preallocate: bool =
            "false", "preallocate", any(), Medium, Topic, follows("log.preallocate");
        /// Whether a tiered topic stops copying segments away; tiered storage is not offered.
        remote_log_copy_disable: bool = "false", "remote.log.copy.disable", any(), Medium, Topic;
        /// Whether remote segments go when tiering ends; tiered storage is not offered.
        remote_log_delete_on_disable: bool =
            "false", "remote.log.delete.on.disable", any(), Medium, Topic;
        /// Whether old segments move to remote storage; tiered storage is not offered.
        remote_storage_enable: bool = "false", "remote.storage.enable", any(), Medium, Topic;
        /// How large a partition may grow before its oldest segments go; -1 is without limit.
        retention_bytes: i64 =
            "-1", "retention.bytes", any(), Medium, Topic, follows("log.retention.bytes");
        /// How long a segment is kept; -1 is forever.
        retention_ms: i64 =
            "604800000", "retention.ms", at_least(-1), Medium, Topic, follows("log.retention.ms"),
            follows_minutes("log.retention.minutes"), follows_hours("log.retention.hours");
        /// How large one segment file may get, in bytes.
        segment_bytes: i32 =
            "1073741824", "segment.bytes", at_least(14), Medium, Topic,
            follows("log.segment.bytes");
        /// How large an offset index may get, in bytes; a full index rolls the segment.
        segment_index_bytes: i32 =
            "10485760", "segment.index.bytes", at_least(4), Medium, Topic,
            follows("log.index.size.max.bytes");
        /// By how much rolling is shortened by chance, so that partitions do not roll all at once.
        segment_jitter_ms: i64 =
            "0", "segment.jitter.ms", at_least(0), Medium, Topic, follows("log.roll.jitter.ms"),
            follows_hours("log.roll.jitter.hours");
        /// When a new segment begins although the old one is not full.
        segment_ms: i64 =
            "604800000", "segment.ms", at_least(1), Medium, Topic, follows("log.roll.ms"),
            follows_hours("log.roll.hours");
        /// Whether a replica that is not in sync may lead when no other is left; records may be
        /// lost by it.
        unclean_leader_election_enable: bool =
            "false", "unclean.leader.election.enable", any(), Medium, Topic,
            follows("unclean.leader.election.enable");
    }
}
