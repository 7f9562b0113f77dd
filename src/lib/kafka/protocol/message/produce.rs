//! Produce (key 0): appends record batches to partitions.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::tagged::{TagReader, TagWriter};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProduceRequest {
    pub transactional_id: Option<String>,
    /// 0 for no answer, 1 for the leader alone, -1 for all in-sync replicas.
    pub acks: i16,
    pub timeout_ms: i32,
    pub topic_data: Vec<TopicProduceData>,
}

impl Decode for ProduceRequest {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        if version >= 3 { it.transactional_id = take::nullable_string(reader, flexible)?; }
        it.acks = reader.i16()?;
        it.timeout_ms = reader.i32()?;
        it.topic_data = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ProduceRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        if version >= 3 { put::nullable_string(writer, flexible, self.transactional_id.as_deref()); }
        writer.i16(self.acks);
        writer.i32(self.timeout_ms);
        put::array(writer, flexible, version, &self.topic_data);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicProduceData {
    pub name: String,
    pub partition_data: Vec<PartitionProduceData>,
}

impl Decode for TopicProduceData {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        it.name = take::string(reader, flexible)?;
        it.partition_data = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for TopicProduceData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partition_data);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionProduceData {
    pub index: i32,
    pub records: Option<Bytes>,
}

impl Decode for PartitionProduceData {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        it.index = reader.i32()?;
        it.records = take::nullable_bytes(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for PartitionProduceData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        writer.i32(self.index);
        put::shared(writer, flexible, self.records.as_ref());
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ProduceRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 11;
    const FLEXIBLE: Option<i16> = Some(9);
}

impl Request for ProduceRequest {
    const KEY: ApiKey = ApiKey::Produce;
    type Response = ProduceResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProduceResponse {
    pub responses: Vec<TopicProduceResponse>,
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    /// Addresses of the brokers that current_leader names.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Decode for ProduceResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        it.responses = take::array(reader, flexible, version)?;
        if version >= 1 { it.throttle_time_ms = reader.i32()?; }
        if flexible {
            let mut tags = TagReader::new(reader)?;
            while let Some((tag, mut field)) = tags.next(reader)? {
                let reader = &mut field;
                match tag {
                    0 if version >= 10 => it.node_endpoints = take::array(reader, true, version)?,
                    _ => continue,
                }
                reader.finish()?;
            }
        }
        Ok(it)
    }
}

impl Encode for ProduceResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        put::array(writer, flexible, version, &self.responses);
        if version >= 1 { writer.i32(self.throttle_time_ms); }
        if flexible {
            let mut tags = TagWriter::default();
            if version >= 10 && !self.node_endpoints.is_empty() { put::array(tags.field(0), true, version, &self.node_endpoints); }
            tags.finish(writer);
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicProduceResponse {
    pub name: String,
    pub partition_responses: Vec<PartitionProduceResponse>,
}

impl Decode for TopicProduceResponse {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        it.name = take::string(reader, flexible)?;
        it.partition_responses = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for TopicProduceResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partition_responses);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct PartitionProduceResponse {
    pub index: i32,
    pub error_code: ErrorCode,
    pub base_offset: i64,
    /// When the broker appended the batch, in milliseconds; -1 where the topic keeps the producer's
    /// times.
    pub log_append_time_ms: i64,
    pub log_start_offset: i64,
    pub record_errors: Vec<BatchIndexAndErrorMessage>,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    /// Who leads now, where the broker asked does not (KIP-951).
    pub current_leader: LeaderIdAndEpoch,
}

impl Default for PartitionProduceResponse {
    fn default() -> Self {
        PartitionProduceResponse {
            index: 0,
            error_code: ErrorCode::NONE,
            base_offset: 0,
            log_append_time_ms: -1,
            log_start_offset: -1,
            record_errors: Vec::new(),
            error_message: None,
            current_leader: LeaderIdAndEpoch::default(),
        }
    }
}

impl Decode for PartitionProduceResponse {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        it.index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.base_offset = reader.i64()?;
        if version >= 2 { it.log_append_time_ms = reader.i64()?; }
        if version >= 5 { it.log_start_offset = reader.i64()?; }
        if version >= 8 { it.record_errors = take::array(reader, flexible, version)?; }
        if version >= 8 { it.error_message = take::nullable_string(reader, flexible)?; }
        if flexible {
            let mut tags = TagReader::new(reader)?;
            while let Some((tag, mut field)) = tags.next(reader)? {
                let reader = &mut field;
                match tag {
                    0 if version >= 10 => it.current_leader = LeaderIdAndEpoch::decode(reader, version)?,
                    _ => continue,
                }
                reader.finish()?;
            }
        }
        Ok(it)
    }
}

impl Encode for PartitionProduceResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        writer.i32(self.index);
        writer.i16(self.error_code.0);
        writer.i64(self.base_offset);
        if version >= 2 { writer.i64(self.log_append_time_ms); }
        if version >= 5 { writer.i64(self.log_start_offset); }
        if version >= 8 { put::array(writer, flexible, version, &self.record_errors); }
        if version >= 8 { put::nullable_string(writer, flexible, self.error_message.as_deref()); }
        if flexible {
            let mut tags = TagWriter::default();
            if version >= 10 && self.current_leader != LeaderIdAndEpoch::default() { self.current_leader.encode(tags.field(0), version); }
            tags.finish(writer);
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchIndexAndErrorMessage {
    pub batch_index: i32,
    pub batch_index_error_message: Option<String>,
}

impl Decode for BatchIndexAndErrorMessage {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        it.batch_index = reader.i32()?;
        it.batch_index_error_message = take::nullable_string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for BatchIndexAndErrorMessage {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        writer.i32(self.batch_index);
        put::nullable_string(writer, flexible, self.batch_index_error_message.as_deref());
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
        let flexible = version >= 9;
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaderIdAndEpoch {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
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
        let flexible = version >= 9;
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
        let flexible = version >= 9;
        writer.i32(self.node_id);
        put::string(writer, flexible, &self.host);
        writer.i32(self.port);
        put::nullable_string(writer, flexible, self.rack.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ProduceResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 11;
    const FLEXIBLE: Option<i16> = Some(9);
}

