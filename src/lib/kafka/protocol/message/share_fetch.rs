//! ShareFetch (key 78): reads records for a share group.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Records, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct ShareFetchRequest {
    pub group_id: Option<String>,
    pub member_id: Option<String>,
    pub share_session_epoch: i32,
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    pub max_bytes: i32,
    pub topics: Vec<FetchTopic>,
    /// Partitions to drop from the session.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
}

impl Default for ShareFetchRequest {
    fn default() -> Self {
        ShareFetchRequest {
            group_id: None,
            member_id: None,
            share_session_epoch: 0,
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
        }
    }
}

impl Decode for ShareFetchRequest {
    const BYTES_MIN: usize = 21;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::nullable_string(reader, true)?;
        it.member_id = take::nullable_string(reader, true)?;
        it.share_session_epoch = reader.i32()?;
        it.max_wait_ms = reader.i32()?;
        it.min_bytes = reader.i32()?;
        it.max_bytes = reader.i32()?;
        it.topics = take::array(reader, true, version)?;
        it.forgotten_topics_data = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ShareFetchRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::nullable_string(writer, true, self.group_id.as_deref());
        put::nullable_string(writer, true, self.member_id.as_deref());
        writer.i32(self.share_session_epoch);
        writer.i32(self.max_wait_ms);
        writer.i32(self.min_bytes);
        writer.i32(self.max_bytes);
        put::array(writer, true, version, &self.topics);
        put::array(writer, true, version, &self.forgotten_topics_data);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchTopic {
    pub topic_id: Uuid,
    pub partitions: Vec<FetchPartition>,
}

impl Decode for FetchTopic {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for FetchTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::uuid(writer, self.topic_id);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchPartition {
    pub partition_index: i32,
    pub partition_max_bytes: i32,
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
}

impl Decode for FetchPartition {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.partition_max_bytes = reader.i32()?;
        it.acknowledgement_batches = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for FetchPartition {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.partition_index);
        writer.i32(self.partition_max_bytes);
        put::array(writer, true, version, &self.acknowledgement_batches);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcknowledgementBatch {
    pub first_offset: i64,
    pub last_offset: i64,
    pub acknowledge_types: Vec<i8>,
}

impl Decode for AcknowledgementBatch {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.first_offset = reader.i64()?;
        it.last_offset = reader.i64()?;
        it.acknowledge_types = take::numbers(reader, true, 1, Reader::i8)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for AcknowledgementBatch {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i64(self.first_offset);
        writer.i64(self.last_offset);
        put::numbers(writer, true, &self.acknowledge_types, Writer::i8);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForgottenTopic {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl Decode for ForgottenTopic {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.partitions = take::numbers(reader, true, 4, Reader::i32)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ForgottenTopic {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::uuid(writer, self.topic_id);
        put::numbers(writer, true, &self.partitions, Writer::i32);
        put::no_tags(writer);
    }
}

impl Message for ShareFetchRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ShareFetchRequest {
    const KEY: ApiKey = ApiKey::ShareFetch;
    type Response = ShareFetchResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareFetchResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub responses: Vec<ShareFetchableTopicResponse>,
    /// Addresses of the brokers that current_leader names.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Decode for ShareFetchResponse {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        it.responses = take::array(reader, true, version)?;
        it.node_endpoints = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ShareFetchResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        put::array(writer, true, version, &self.responses);
        put::array(writer, true, version, &self.node_endpoints);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareFetchableTopicResponse {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl Decode for ShareFetchableTopicResponse {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ShareFetchableTopicResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::uuid(writer, self.topic_id);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    pub partition_index: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub acknowledge_error_code: ErrorCode,
    pub acknowledge_error_message: Option<String>,
    /// Who leads now, where the broker asked does not (KIP-951).
    pub current_leader: LeaderIdAndEpoch,
    pub records: Records,
    pub acquired_records: Vec<AcquiredRecords>,
}

impl Decode for PartitionData {
    const BYTES_MIN: usize = 22;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        it.acknowledge_error_code = ErrorCode(reader.i16()?);
        it.acknowledge_error_message = take::nullable_string(reader, true)?;
        it.current_leader = LeaderIdAndEpoch::decode(reader, version)?;
        it.records = take::records(reader, true)?;
        it.acquired_records = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PartitionData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        writer.i16(self.acknowledge_error_code.0);
        put::nullable_string(writer, true, self.acknowledge_error_message.as_deref());
        self.current_leader.encode(writer, version);
        put::records(writer, true, &self.records);
        put::array(writer, true, version, &self.acquired_records);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderIdAndEpoch {
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
}

impl Decode for LeaderIdAndEpoch {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for LeaderIdAndEpoch {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcquiredRecords {
    pub first_offset: i64,
    pub last_offset: i64,
    pub delivery_count: i16,
}

impl Decode for AcquiredRecords {
    const BYTES_MIN: usize = 19;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.first_offset = reader.i64()?;
        it.last_offset = reader.i64()?;
        it.delivery_count = reader.i16()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for AcquiredRecords {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i64(self.first_offset);
        writer.i64(self.last_offset);
        writer.i16(self.delivery_count);
        put::no_tags(writer);
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

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.node_id = reader.i32()?;
        it.host = take::string(reader, true)?;
        it.port = reader.i32()?;
        it.rack = take::nullable_string(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for NodeEndpoint {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.node_id);
        put::string(writer, true, &self.host);
        writer.i32(self.port);
        put::nullable_string(writer, true, self.rack.as_deref());
        put::no_tags(writer);
    }
}

impl Message for ShareFetchResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

