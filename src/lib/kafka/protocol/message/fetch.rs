//! Fetch (key 1): reads record batches from partitions: consumers and followers alike.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::tagged::{TagReader, TagWriter};
use crate::kafka::protocol::{Decode, Encode, Message, Records, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct FetchRequest {
    pub cluster_id: Option<String>,
    /// The follower's broker id; -1 for a consumer.
    pub replica_id: i32,
    pub replica_state: ReplicaState,
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    pub max_bytes: i32,
    /// 0 reads uncommitted, 1 reads committed.
    pub isolation_level: i8,
    /// The incremental fetch session, 0 for none (KIP-227).
    pub session_id: i32,
    /// Counts the requests of a session; 0 opens one, -1 goes without.
    pub session_epoch: i32,
    pub topics: Vec<FetchTopic>,
    /// Partitions to drop from the session.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
    pub rack_id: String,
}

impl Default for FetchRequest {
    fn default() -> Self {
        FetchRequest {
            cluster_id: None,
            replica_id: -1,
            replica_state: ReplicaState::default(),
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            isolation_level: 0,
            session_id: 0,
            session_epoch: -1,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
            rack_id: String::default(),
        }
    }
}

impl Decode for FetchRequest {
    const BYTES_MIN: usize = 16;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        if version <= 14 { it.replica_id = reader.i32()?; }
        it.max_wait_ms = reader.i32()?;
        it.min_bytes = reader.i32()?;
        if version >= 3 { it.max_bytes = reader.i32()?; }
        if version >= 4 { it.isolation_level = reader.i8()?; }
        if version >= 7 { it.session_id = reader.i32()?; }
        if version >= 7 { it.session_epoch = reader.i32()?; }
        it.topics = take::array(reader, flexible, version)?;
        if version >= 7 { it.forgotten_topics_data = take::array(reader, flexible, version)?; }
        if version >= 11 { it.rack_id = take::string(reader, flexible)?; }
        if flexible {
            let mut tags = TagReader::new(reader)?;
            while let Some((tag, mut field)) = tags.next(reader)? {
                let reader = &mut field;
                match tag {
                    0 => it.cluster_id = take::nullable_string(reader, true)?,
                    1 if version >= 15 => it.replica_state = ReplicaState::decode(reader, version)?,
                    _ => continue,
                }
                reader.finish()?;
            }
        }
        Ok(it)
    }
}

impl Encode for FetchRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        if version <= 14 { writer.i32(self.replica_id); }
        writer.i32(self.max_wait_ms);
        writer.i32(self.min_bytes);
        if version >= 3 { writer.i32(self.max_bytes); }
        if version >= 4 { writer.i8(self.isolation_level); }
        if version >= 7 { writer.i32(self.session_id); }
        if version >= 7 { writer.i32(self.session_epoch); }
        put::array(writer, flexible, version, &self.topics);
        if version >= 7 { put::array(writer, flexible, version, &self.forgotten_topics_data); }
        if version >= 11 { put::string(writer, flexible, &self.rack_id); }
        if flexible {
            let mut tags = TagWriter::default();
            if let Some(value) = &self.cluster_id { put::string(tags.field(0), true, value); }
            if version >= 15 && self.replica_state != ReplicaState::default() { self.replica_state.encode(tags.field(1), version); }
            tags.finish(writer);
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaState {
    /// The follower's broker id; -1 for a consumer.
    pub replica_id: i32,
    pub replica_epoch: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        ReplicaState {
            replica_id: -1,
            replica_epoch: -1,
        }
    }
}

impl Decode for ReplicaState {
    const BYTES_MIN: usize = 12;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        it.replica_id = reader.i32()?;
        it.replica_epoch = reader.i64()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ReplicaState {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        writer.i32(self.replica_id);
        writer.i64(self.replica_epoch);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchTopic {
    pub topic: String,
    pub topic_id: Uuid,
    pub partitions: Vec<FetchPartition>,
}

impl Decode for FetchTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        if version <= 12 { it.topic = take::string(reader, flexible)?; }
        if version >= 13 { it.topic_id = take::uuid(reader)?; }
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for FetchTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        if version <= 12 { put::string(writer, flexible, &self.topic); }
        if version >= 13 { put::uuid(writer, self.topic_id); }
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct FetchPartition {
    pub partition: i32,
    /// The leader epoch the sender knows, which fences stale leaders; -1 to skip the check.
    pub current_leader_epoch: i32,
    pub fetch_offset: i64,
    pub last_fetched_epoch: i32,
    pub log_start_offset: i64,
    pub partition_max_bytes: i32,
    pub replica_directory_id: Uuid,
}

impl Default for FetchPartition {
    fn default() -> Self {
        FetchPartition {
            partition: 0,
            current_leader_epoch: -1,
            fetch_offset: 0,
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: 0,
            replica_directory_id: Uuid::ZERO,
        }
    }
}

impl Decode for FetchPartition {
    const BYTES_MIN: usize = 16;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        it.partition = reader.i32()?;
        if version >= 9 { it.current_leader_epoch = reader.i32()?; }
        it.fetch_offset = reader.i64()?;
        if version >= 12 { it.last_fetched_epoch = reader.i32()?; }
        if version >= 5 { it.log_start_offset = reader.i64()?; }
        it.partition_max_bytes = reader.i32()?;
        if flexible {
            let mut tags = TagReader::new(reader)?;
            while let Some((tag, mut field)) = tags.next(reader)? {
                let reader = &mut field;
                match tag {
                    0 if version >= 17 => it.replica_directory_id = take::uuid(reader)?,
                    _ => continue,
                }
                reader.finish()?;
            }
        }
        Ok(it)
    }
}

impl Encode for FetchPartition {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        writer.i32(self.partition);
        if version >= 9 { writer.i32(self.current_leader_epoch); }
        writer.i64(self.fetch_offset);
        if version >= 12 { writer.i32(self.last_fetched_epoch); }
        if version >= 5 { writer.i64(self.log_start_offset); }
        writer.i32(self.partition_max_bytes);
        if flexible {
            let mut tags = TagWriter::default();
            if version >= 17 && self.replica_directory_id != Uuid::ZERO { put::uuid(tags.field(0), self.replica_directory_id); }
            tags.finish(writer);
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForgottenTopic {
    pub topic: String,
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl Decode for ForgottenTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        if (7..=12).contains(&version) { it.topic = take::string(reader, flexible)?; }
        if version >= 13 { it.topic_id = take::uuid(reader)?; }
        it.partitions = take::numbers(reader, flexible, 4, Reader::i32)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ForgottenTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        if (7..=12).contains(&version) { put::string(writer, flexible, &self.topic); }
        if version >= 13 { put::uuid(writer, self.topic_id); }
        put::numbers(writer, flexible, &self.partitions, Writer::i32);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for FetchRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 17;
    const FLEXIBLE: Option<i16> = Some(12);
}

impl Request for FetchRequest {
    const KEY: ApiKey = ApiKey::Fetch;
    type Response = FetchResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// The incremental fetch session, 0 for none (KIP-227).
    pub session_id: i32,
    pub responses: Vec<FetchableTopicResponse>,
    /// Addresses of the brokers that current_leader names.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Decode for FetchResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        if version >= 1 { it.throttle_time_ms = reader.i32()?; }
        if version >= 7 { it.error_code = ErrorCode(reader.i16()?); }
        if version >= 7 { it.session_id = reader.i32()?; }
        it.responses = take::array(reader, flexible, version)?;
        if flexible {
            let mut tags = TagReader::new(reader)?;
            while let Some((tag, mut field)) = tags.next(reader)? {
                let reader = &mut field;
                match tag {
                    0 if version >= 16 => it.node_endpoints = take::array(reader, true, version)?,
                    _ => continue,
                }
                reader.finish()?;
            }
        }
        Ok(it)
    }
}

impl Encode for FetchResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        if version >= 1 { writer.i32(self.throttle_time_ms); }
        if version >= 7 { writer.i16(self.error_code.0); }
        if version >= 7 { writer.i32(self.session_id); }
        put::array(writer, flexible, version, &self.responses);
        if flexible {
            let mut tags = TagWriter::default();
            if version >= 16 && !self.node_endpoints.is_empty() { put::array(tags.field(0), true, version, &self.node_endpoints); }
            tags.finish(writer);
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchableTopicResponse {
    pub topic: String,
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl Decode for FetchableTopicResponse {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        if version <= 12 { it.topic = take::string(reader, flexible)?; }
        if version >= 13 { it.topic_id = take::uuid(reader)?; }
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for FetchableTopicResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        if version <= 12 { put::string(writer, flexible, &self.topic); }
        if version >= 13 { put::uuid(writer, self.topic_id); }
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct PartitionData {
    pub partition_index: i32,
    pub error_code: ErrorCode,
    pub high_watermark: i64,
    /// Up to where read-committed consumers may read.
    pub last_stable_offset: i64,
    pub log_start_offset: i64,
    pub diverging_epoch: EpochEndOffset,
    /// Who leads now, where the broker asked does not (KIP-951).
    pub current_leader: LeaderIdAndEpoch,
    pub snapshot_id: SnapshotId,
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    /// The broker to read from instead; -1 for this one (KIP-392).
    pub preferred_read_replica: i32,
    pub records: Records,
}

impl Default for PartitionData {
    fn default() -> Self {
        PartitionData {
            partition_index: 0,
            error_code: ErrorCode::NONE,
            high_watermark: 0,
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging_epoch: EpochEndOffset::default(),
            current_leader: LeaderIdAndEpoch::default(),
            snapshot_id: SnapshotId::default(),
            aborted_transactions: None,
            preferred_read_replica: -1,
            records: Records::default(),
        }
    }
}

impl Decode for PartitionData {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.high_watermark = reader.i64()?;
        if version >= 4 { it.last_stable_offset = reader.i64()?; }
        if version >= 5 { it.log_start_offset = reader.i64()?; }
        if version >= 4 { it.aborted_transactions = take::nullable_array(reader, flexible, version)?; }
        if version >= 11 { it.preferred_read_replica = reader.i32()?; }
        it.records = take::records(reader, flexible)?;
        if flexible {
            let mut tags = TagReader::new(reader)?;
            while let Some((tag, mut field)) = tags.next(reader)? {
                let reader = &mut field;
                match tag {
                    0 => it.diverging_epoch = EpochEndOffset::decode(reader, version)?,
                    1 => it.current_leader = LeaderIdAndEpoch::decode(reader, version)?,
                    2 => it.snapshot_id = SnapshotId::decode(reader, version)?,
                    _ => continue,
                }
                reader.finish()?;
            }
        }
        Ok(it)
    }
}

impl Encode for PartitionData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        writer.i64(self.high_watermark);
        if version >= 4 { writer.i64(self.last_stable_offset); }
        if version >= 5 { writer.i64(self.log_start_offset); }
        if version >= 4 { put::nullable_array(writer, flexible, version, self.aborted_transactions.as_deref()); }
        if version >= 11 { writer.i32(self.preferred_read_replica); }
        put::records(writer, flexible, &self.records);
        if flexible {
            let mut tags = TagWriter::default();
            if self.diverging_epoch != EpochEndOffset::default() { self.diverging_epoch.encode(tags.field(0), version); }
            if self.current_leader != LeaderIdAndEpoch::default() { self.current_leader.encode(tags.field(1), version); }
            if self.snapshot_id != SnapshotId::default() { self.snapshot_id.encode(tags.field(2), version); }
            tags.finish(writer);
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct EpochEndOffset {
    pub epoch: i32,
    pub end_offset: i64,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        EpochEndOffset {
            epoch: -1,
            end_offset: -1,
        }
    }
}

impl Decode for EpochEndOffset {
    const BYTES_MIN: usize = 12;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        it.epoch = reader.i32()?;
        it.end_offset = reader.i64()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for EpochEndOffset {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        writer.i32(self.epoch);
        writer.i64(self.end_offset);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct LeaderIdAndEpoch {
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        LeaderIdAndEpoch {
            leader_id: -1,
            leader_epoch: -1,
        }
    }
}

impl Decode for LeaderIdAndEpoch {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaderIdAndEpoch {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotId {
    pub end_offset: i64,
    pub epoch: i32,
}

impl Default for SnapshotId {
    fn default() -> Self {
        SnapshotId {
            end_offset: -1,
            epoch: -1,
        }
    }
}

impl Decode for SnapshotId {
    const BYTES_MIN: usize = 12;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        it.end_offset = reader.i64()?;
        it.epoch = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for SnapshotId {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        writer.i64(self.end_offset);
        writer.i32(self.epoch);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AbortedTransaction {
    pub producer_id: i64,
    pub first_offset: i64,
}

impl Decode for AbortedTransaction {
    const BYTES_MIN: usize = 16;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        it.producer_id = reader.i64()?;
        it.first_offset = reader.i64()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AbortedTransaction {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        writer.i64(self.producer_id);
        writer.i64(self.first_offset);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint {
    pub node_id: i32,
    pub host: String,
    pub port: i32,
    pub rack: Option<String>,
}

impl Decode for NodeEndpoint {
    const BYTES_MIN: usize = 11;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 12;
        it.node_id = reader.i32()?;
        it.host = take::string(reader, flexible)?;
        it.port = reader.i32()?;
        it.rack = take::nullable_string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for NodeEndpoint {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 12;
        writer.i32(self.node_id);
        put::string(writer, flexible, &self.host);
        writer.i32(self.port);
        put::nullable_string(writer, flexible, self.rack.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

impl Message for FetchResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 17;
    const FLEXIBLE: Option<i16> = Some(12);
}

