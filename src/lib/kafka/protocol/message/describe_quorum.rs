//! DescribeQuorum (key 55): describes the state of the KRaft quorum.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeQuorumRequest {
    pub topics: Vec<TopicData>,
}

impl Decode for DescribeQuorumRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topics = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DescribeQuorumRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::array(writer, true, version, &self.topics);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData {
    pub topic_name: String,
    pub partitions: Vec<PartitionData>,
}

impl Decode for TopicData {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_name = take::string(reader, true)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, true, &self.topic_name);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    pub partition_index: i32,
}

impl Decode for PartitionData {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PartitionData {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.partition_index);
        put::no_tags(writer);
    }
}

impl Message for DescribeQuorumRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 2;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for DescribeQuorumRequest {
    const KEY: ApiKey = ApiKey::DescribeQuorum;
    type Response = DescribeQuorumResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeQuorumResponse {
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub topics: Vec<TopicResult>,
    pub nodes: Vec<Node>,
}

impl Decode for DescribeQuorumResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.error_code = ErrorCode(reader.i16()?);
        if version >= 2 { it.error_message = take::nullable_string(reader, true)?; }
        it.topics = take::array(reader, true, version)?;
        if version >= 2 { it.nodes = take::array(reader, true, version)?; }
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DescribeQuorumResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i16(self.error_code.0);
        if version >= 2 { put::nullable_string(writer, true, self.error_message.as_deref()); }
        put::array(writer, true, version, &self.topics);
        if version >= 2 { put::array(writer, true, version, &self.nodes); }
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicResult {
    pub topic_name: String,
    pub partitions: Vec<PartitionResult>,
}

impl Decode for TopicResult {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_name = take::string(reader, true)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, true, &self.topic_name);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionResult {
    pub partition_index: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub high_watermark: i64,
    pub current_voters: Vec<ReplicaState>,
    pub observers: Vec<ReplicaState>,
}

impl Decode for PartitionResult {
    const BYTES_MIN: usize = 25;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        if version >= 2 { it.error_message = take::nullable_string(reader, true)?; }
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        it.high_watermark = reader.i64()?;
        it.current_voters = take::array(reader, true, version)?;
        it.observers = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PartitionResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        if version >= 2 { put::nullable_string(writer, true, self.error_message.as_deref()); }
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
        writer.i64(self.high_watermark);
        put::array(writer, true, version, &self.current_voters);
        put::array(writer, true, version, &self.observers);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    pub node_id: i32,
    pub listeners: Vec<Listener>,
}

impl Decode for Node {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.node_id = reader.i32()?;
        it.listeners = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for Node {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.node_id);
        put::array(writer, true, version, &self.listeners);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener {
    pub name: String,
    pub host: String,
    pub port: u16,
}

impl Decode for Listener {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        it.host = take::string(reader, true)?;
        it.port = reader.u16()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for Listener {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.name);
        put::string(writer, true, &self.host);
        writer.u16(self.port);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaState {
    pub replica_id: i32,
    pub replica_directory_id: Uuid,
    pub log_end_offset: i64,
    pub last_fetch_timestamp: i64,
    pub last_caught_up_timestamp: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        ReplicaState {
            replica_id: 0,
            replica_directory_id: Uuid::ZERO,
            log_end_offset: 0,
            last_fetch_timestamp: -1,
            last_caught_up_timestamp: -1,
        }
    }
}

impl Decode for ReplicaState {
    const BYTES_MIN: usize = 13;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.replica_id = reader.i32()?;
        if version >= 2 { it.replica_directory_id = take::uuid(reader)?; }
        it.log_end_offset = reader.i64()?;
        if version >= 1 { it.last_fetch_timestamp = reader.i64()?; }
        if version >= 1 { it.last_caught_up_timestamp = reader.i64()?; }
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ReplicaState {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.replica_id);
        if version >= 2 { put::uuid(writer, self.replica_directory_id); }
        writer.i64(self.log_end_offset);
        if version >= 1 { writer.i64(self.last_fetch_timestamp); }
        if version >= 1 { writer.i64(self.last_caught_up_timestamp); }
        put::no_tags(writer);
    }
}

impl Message for DescribeQuorumResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 2;
    const FLEXIBLE: Option<i16> = Some(0);
}

