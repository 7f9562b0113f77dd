//! A topic's settings as its logs take them.

use crate::config::topic::{TimestampType, TopicConfig};
use crate::kafka::log::LogConfig;
use crate::kafka::record::batch;
use crate::kafka::record::{Codec, Compression};

/// The settings of the logs of a topic.
pub fn log_config(topic: &TopicConfig) -> LogConfig {
    LogConfig {
        segment_bytes: u64::try_from(topic.segment_bytes).unwrap_or(0),
        segment_ms: topic.segment_ms,
        segment_jitter_ms: topic.segment_jitter_ms,
        segment_index_bytes: usize::try_from(topic.segment_index_bytes).unwrap_or(0),
        index_interval_bytes: usize::try_from(topic.index_interval_bytes).unwrap_or(0),
        retention_ms: topic.retention_ms,
        retention_bytes: topic.retention_bytes,
        delete: topic.is_deleted(),
        compact: topic.is_compacted(),
        max_compaction_lag_ms: topic.max_compaction_lag_ms,
        file_delete_delay_ms: topic.file_delete_delay_ms,
        flush_messages: topic.flush_messages,
        flush_ms: topic.flush_ms,
        max_message_bytes: usize::try_from(topic.max_message_bytes).unwrap_or(0),
        compression: compression(topic),
        message_timestamp_type: match topic.timestamp_type() {
            TimestampType::CreateTime => batch::TimestampType::CreateTime,
            TimestampType::LogAppendTime => batch::TimestampType::LogAppendTime,
        },
        message_timestamp_before_max_ms: topic.timestamp_before_max_ms(),
        message_timestamp_after_max_ms: topic.timestamp_after_max_ms(),
    }
}

/// None for `producer`: batches stay as they come.
fn compression(topic: &TopicConfig) -> Option<Compression> {
    let (codec, level) = match topic.compression_type.as_str() {
        "uncompressed" => (Codec::None, None),
        "gzip" => (Codec::Gzip, Some(topic.compression_gzip_level)),
        "snappy" => (Codec::Snappy, None),
        "lz4" => (Codec::Lz4, Some(topic.compression_lz4_level)),
        "zstd" => (Codec::Zstd, Some(topic.compression_zstd_level)),
        _ => return None,
    };
    Some(Compression { codec, level })
}
