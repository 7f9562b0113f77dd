//! ListOffsets (key 2): finds offsets by timestamp, or the first, last and other special ones.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOffsetsRequest {
    /// The follower's broker id; -1 for a consumer.
    pub replica_id: i32,
    /// 0 reads uncommitted, 1 reads committed.
    pub isolation_level: i8,
    pub topics: Vec<ListOffsetsTopic>,
}

impl Decode for ListOffsetsRequest {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.replica_id = reader.i32()?;
        if version >= 2 { it.isolation_level = reader.i8()?; }
        it.topics = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ListOffsetsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        writer.i32(self.replica_id);
        if version >= 2 { writer.i8(self.isolation_level); }
        put::array(writer, flexible, version, &self.topics);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOffsetsTopic {
    pub name: String,
    pub partitions: Vec<ListOffsetsPartition>,
}

impl Decode for ListOffsetsTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.name = take::string(reader, flexible)?;
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ListOffsetsTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ListOffsetsPartition {
    pub partition_index: i32,
    /// The leader epoch the sender knows, which fences stale leaders; -1 to skip the check.
    pub current_leader_epoch: i32,
    pub timestamp: i64,
    /// Version 0 says how many offsets it wants.
    pub max_num_offsets: i32,
}

impl Default for ListOffsetsPartition {
    fn default() -> Self {
        ListOffsetsPartition {
            partition_index: 0,
            current_leader_epoch: -1,
            timestamp: 0,
            max_num_offsets: 1,
        }
    }
}

impl Decode for ListOffsetsPartition {
    const BYTES_MIN: usize = 12;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.partition_index = reader.i32()?;
        if version >= 4 { it.current_leader_epoch = reader.i32()?; }
        it.timestamp = reader.i64()?;
        if version == 0 { it.max_num_offsets = reader.i32()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ListOffsetsPartition {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        writer.i32(self.partition_index);
        if version >= 4 { writer.i32(self.current_leader_epoch); }
        writer.i64(self.timestamp);
        if version == 0 { writer.i32(self.max_num_offsets); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ListOffsetsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 9;
    const FLEXIBLE: Option<i16> = Some(6);
}

impl Request for ListOffsetsRequest {
    const KEY: ApiKey = ApiKey::ListOffsets;
    type Response = ListOffsetsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOffsetsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub topics: Vec<ListOffsetsTopicResponse>,
}

impl Decode for ListOffsetsResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        if version >= 2 { it.throttle_time_ms = reader.i32()?; }
        it.topics = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ListOffsetsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        if version >= 2 { writer.i32(self.throttle_time_ms); }
        put::array(writer, flexible, version, &self.topics);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOffsetsTopicResponse {
    pub name: String,
    pub partitions: Vec<ListOffsetsPartitionResponse>,
}

impl Decode for ListOffsetsTopicResponse {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.name = take::string(reader, flexible)?;
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ListOffsetsTopicResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ListOffsetsPartitionResponse {
    pub partition_index: i32,
    pub error_code: ErrorCode,
    /// Version 0 answers with a list of segment bases, newest first.
    pub old_style_offsets: Vec<i64>,
    pub timestamp: i64,
    pub offset: i64,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
}

impl Default for ListOffsetsPartitionResponse {
    fn default() -> Self {
        ListOffsetsPartitionResponse {
            partition_index: 0,
            error_code: ErrorCode::NONE,
            old_style_offsets: Vec::new(),
            timestamp: -1,
            offset: -1,
            leader_epoch: -1,
        }
    }
}

impl Decode for ListOffsetsPartitionResponse {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        if version == 0 { it.old_style_offsets = take::numbers(reader, flexible, 8, Reader::i64)?; }
        if version >= 1 { it.timestamp = reader.i64()?; }
        if version >= 1 { it.offset = reader.i64()?; }
        if version >= 4 { it.leader_epoch = reader.i32()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ListOffsetsPartitionResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        if version == 0 { put::numbers(writer, flexible, &self.old_style_offsets, Writer::i64); }
        if version >= 1 { writer.i64(self.timestamp); }
        if version >= 1 { writer.i64(self.offset); }
        if version >= 4 { writer.i32(self.leader_epoch); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ListOffsetsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 9;
    const FLEXIBLE: Option<i16> = Some(6);
}

