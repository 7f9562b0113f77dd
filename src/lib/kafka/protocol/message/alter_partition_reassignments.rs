//! AlterPartitionReassignments (key 45): starts or cancels moving partitions to other brokers.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct AlterPartitionReassignmentsRequest {
    pub timeout_ms: i32,
    pub topics: Vec<ReassignableTopic>,
}

impl Default for AlterPartitionReassignmentsRequest {
    fn default() -> Self {
        AlterPartitionReassignmentsRequest {
            timeout_ms: 60000,
            topics: Vec::new(),
        }
    }
}

impl Decode for AlterPartitionReassignmentsRequest {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.timeout_ms = reader.i32()?;
        it.topics = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for AlterPartitionReassignmentsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.timeout_ms);
        put::array(writer, true, version, &self.topics);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReassignableTopic {
    pub name: String,
    pub partitions: Vec<ReassignablePartition>,
}

impl Decode for ReassignableTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ReassignableTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, true, &self.name);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReassignablePartition {
    pub partition_index: i32,
    pub replicas: Option<Vec<i32>>,
}

impl Decode for ReassignablePartition {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.replicas = take::nullable_numbers(reader, true, 4, Reader::i32)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ReassignablePartition {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.partition_index);
        put::nullable_numbers(writer, true, self.replicas.as_deref(), Writer::i32);
        put::no_tags(writer);
    }
}

impl Message for AlterPartitionReassignmentsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for AlterPartitionReassignmentsRequest {
    const KEY: ApiKey = ApiKey::AlterPartitionReassignments;
    type Response = AlterPartitionReassignmentsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterPartitionReassignmentsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub responses: Vec<ReassignableTopicResponse>,
}

impl Decode for AlterPartitionReassignmentsResponse {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        it.responses = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for AlterPartitionReassignmentsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        put::array(writer, true, version, &self.responses);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReassignableTopicResponse {
    pub name: String,
    pub partitions: Vec<ReassignablePartitionResponse>,
}

impl Decode for ReassignableTopicResponse {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ReassignableTopicResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, true, &self.name);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReassignablePartitionResponse {
    pub partition_index: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
}

impl Decode for ReassignablePartitionResponse {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ReassignablePartitionResponse {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        put::no_tags(writer);
    }
}

impl Message for AlterPartitionReassignmentsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

