//! ListPartitionReassignments (key 46): lists the partitions that are being moved.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct ListPartitionReassignmentsRequest {
    pub timeout_ms: i32,
    pub topics: Option<Vec<ListPartitionReassignmentsTopics>>,
}

impl Default for ListPartitionReassignmentsRequest {
    fn default() -> Self {
        ListPartitionReassignmentsRequest {
            timeout_ms: 60000,
            topics: None,
        }
    }
}

impl Decode for ListPartitionReassignmentsRequest {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.timeout_ms = reader.i32()?;
        it.topics = take::nullable_array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ListPartitionReassignmentsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.timeout_ms);
        put::nullable_array(writer, true, version, self.topics.as_deref());
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListPartitionReassignmentsTopics {
    pub name: String,
    pub partition_indexes: Vec<i32>,
}

impl Decode for ListPartitionReassignmentsTopics {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        it.partition_indexes = take::numbers(reader, true, 4, Reader::i32)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ListPartitionReassignmentsTopics {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.name);
        put::numbers(writer, true, &self.partition_indexes, Writer::i32);
        put::no_tags(writer);
    }
}

impl Message for ListPartitionReassignmentsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ListPartitionReassignmentsRequest {
    const KEY: ApiKey = ApiKey::ListPartitionReassignments;
    type Response = ListPartitionReassignmentsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListPartitionReassignmentsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub topics: Vec<OngoingTopicReassignment>,
}

impl Decode for ListPartitionReassignmentsResponse {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        it.topics = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ListPartitionReassignmentsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        put::array(writer, true, version, &self.topics);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OngoingTopicReassignment {
    pub name: String,
    pub partitions: Vec<OngoingPartitionReassignment>,
}

impl Decode for OngoingTopicReassignment {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for OngoingTopicReassignment {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, true, &self.name);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OngoingPartitionReassignment {
    pub partition_index: i32,
    pub replicas: Vec<i32>,
    pub adding_replicas: Vec<i32>,
    pub removing_replicas: Vec<i32>,
}

impl Decode for OngoingPartitionReassignment {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.replicas = take::numbers(reader, true, 4, Reader::i32)?;
        it.adding_replicas = take::numbers(reader, true, 4, Reader::i32)?;
        it.removing_replicas = take::numbers(reader, true, 4, Reader::i32)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for OngoingPartitionReassignment {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.partition_index);
        put::numbers(writer, true, &self.replicas, Writer::i32);
        put::numbers(writer, true, &self.adding_replicas, Writer::i32);
        put::numbers(writer, true, &self.removing_replicas, Writer::i32);
        put::no_tags(writer);
    }
}

impl Message for ListPartitionReassignmentsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

