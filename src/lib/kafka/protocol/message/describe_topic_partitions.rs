//! DescribeTopicPartitions (key 75): describes partitions of topics page by page.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsRequest {
    pub topics: Vec<TopicRequest>,
    pub response_partition_limit: i32,
    pub cursor: Option<Cursor>,
}

impl Default for DescribeTopicPartitionsRequest {
    fn default() -> Self {
        DescribeTopicPartitionsRequest {
            topics: Vec::new(),
            response_partition_limit: 2000,
            cursor: None,
        }
    }
}

impl Decode for DescribeTopicPartitionsRequest {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topics = take::array(reader, true, version)?;
        it.response_partition_limit = reader.i32()?;
        it.cursor = take::nullable_struct(reader, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DescribeTopicPartitionsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::array(writer, true, version, &self.topics);
        writer.i32(self.response_partition_limit);
        put::nullable_struct(writer, version, self.cursor.as_ref());
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicRequest {
    pub name: String,
}

impl Decode for TopicRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicRequest {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.name);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cursor {
    pub topic_name: String,
    pub partition_index: i32,
}

impl Decode for Cursor {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_name = take::string(reader, true)?;
        it.partition_index = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for Cursor {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.topic_name);
        writer.i32(self.partition_index);
        put::no_tags(writer);
    }
}

impl Message for DescribeTopicPartitionsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for DescribeTopicPartitionsRequest {
    const KEY: ApiKey = ApiKey::DescribeTopicPartitions;
    type Response = DescribeTopicPartitionsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeTopicPartitionsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub topics: Vec<DescribeTopicPartitionsResponseTopic>,
    pub next_cursor: Option<Cursor>,
}

impl Decode for DescribeTopicPartitionsResponse {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.topics = take::array(reader, true, version)?;
        it.next_cursor = take::nullable_struct(reader, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DescribeTopicPartitionsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        put::array(writer, true, version, &self.topics);
        put::nullable_struct(writer, version, self.next_cursor.as_ref());
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsResponseTopic {
    pub error_code: ErrorCode,
    pub name: Option<String>,
    pub topic_id: Uuid,
    pub is_internal: bool,
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    /// A bit set of allowed operations; the smallest i32 where nobody asked.
    pub topic_authorized_operations: i32,
}

impl Default for DescribeTopicPartitionsResponseTopic {
    fn default() -> Self {
        DescribeTopicPartitionsResponseTopic {
            error_code: ErrorCode::NONE,
            name: None,
            topic_id: Uuid::ZERO,
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: i32::MIN,
        }
    }
}

impl Decode for DescribeTopicPartitionsResponseTopic {
    const BYTES_MIN: usize = 26;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.error_code = ErrorCode(reader.i16()?);
        it.name = take::nullable_string(reader, true)?;
        it.topic_id = take::uuid(reader)?;
        it.is_internal = reader.bool()?;
        it.partitions = take::array(reader, true, version)?;
        it.topic_authorized_operations = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DescribeTopicPartitionsResponseTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.name.as_deref());
        put::uuid(writer, self.topic_id);
        writer.bool(self.is_internal);
        put::array(writer, true, version, &self.partitions);
        writer.i32(self.topic_authorized_operations);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsResponsePartition {
    pub error_code: ErrorCode,
    pub partition_index: i32,
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub replica_nodes: Vec<i32>,
    pub isr_nodes: Vec<i32>,
    pub eligible_leader_replicas: Option<Vec<i32>>,
    pub last_known_elr: Option<Vec<i32>>,
    pub offline_replicas: Vec<i32>,
}

impl Default for DescribeTopicPartitionsResponsePartition {
    fn default() -> Self {
        DescribeTopicPartitionsResponsePartition {
            error_code: ErrorCode::NONE,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            eligible_leader_replicas: None,
            last_known_elr: None,
            offline_replicas: Vec::new(),
        }
    }
}

impl Decode for DescribeTopicPartitionsResponsePartition {
    const BYTES_MIN: usize = 20;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.error_code = ErrorCode(reader.i16()?);
        it.partition_index = reader.i32()?;
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        it.replica_nodes = take::numbers(reader, true, 4, Reader::i32)?;
        it.isr_nodes = take::numbers(reader, true, 4, Reader::i32)?;
        it.eligible_leader_replicas = take::nullable_numbers(reader, true, 4, Reader::i32)?;
        it.last_known_elr = take::nullable_numbers(reader, true, 4, Reader::i32)?;
        it.offline_replicas = take::numbers(reader, true, 4, Reader::i32)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DescribeTopicPartitionsResponsePartition {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i16(self.error_code.0);
        writer.i32(self.partition_index);
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
        put::numbers(writer, true, &self.replica_nodes, Writer::i32);
        put::numbers(writer, true, &self.isr_nodes, Writer::i32);
        put::nullable_numbers(writer, true, self.eligible_leader_replicas.as_deref(), Writer::i32);
        put::nullable_numbers(writer, true, self.last_known_elr.as_deref(), Writer::i32);
        put::numbers(writer, true, &self.offline_replicas, Writer::i32);
        put::no_tags(writer);
    }
}

impl Message for DescribeTopicPartitionsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

