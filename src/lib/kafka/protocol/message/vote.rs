//! Vote (key 52): a KRaft candidate asks for votes.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::tagged::{TagReader, TagWriter};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct VoteRequest {
    pub cluster_id: Option<String>,
    pub voter_id: i32,
    pub topics: Vec<TopicData>,
}

impl Default for VoteRequest {
    fn default() -> Self {
        VoteRequest {
            cluster_id: None,
            voter_id: -1,
            topics: Vec::new(),
        }
    }
}

impl Decode for VoteRequest {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.cluster_id = take::nullable_string(reader, true)?;
        if version >= 1 { it.voter_id = reader.i32()?; }
        it.topics = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for VoteRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::nullable_string(writer, true, self.cluster_id.as_deref());
        if version >= 1 { writer.i32(self.voter_id); }
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
    pub candidate_epoch: i32,
    pub candidate_id: i32,
    pub candidate_directory_id: Uuid,
    pub voter_directory_id: Uuid,
    pub last_offset_epoch: i32,
    pub last_offset: i64,
}

impl Decode for PartitionData {
    const BYTES_MIN: usize = 25;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.candidate_epoch = reader.i32()?;
        it.candidate_id = reader.i32()?;
        if version >= 1 { it.candidate_directory_id = take::uuid(reader)?; }
        if version >= 1 { it.voter_directory_id = take::uuid(reader)?; }
        it.last_offset_epoch = reader.i32()?;
        it.last_offset = reader.i64()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PartitionData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.partition_index);
        writer.i32(self.candidate_epoch);
        writer.i32(self.candidate_id);
        if version >= 1 { put::uuid(writer, self.candidate_directory_id); }
        if version >= 1 { put::uuid(writer, self.voter_directory_id); }
        writer.i32(self.last_offset_epoch);
        writer.i64(self.last_offset);
        put::no_tags(writer);
    }
}

impl Message for VoteRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for VoteRequest {
    const KEY: ApiKey = ApiKey::Vote;
    type Response = VoteResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct VoteResponse {
    pub error_code: ErrorCode,
    pub topics: Vec<TopicResult>,
    /// Addresses of the brokers that current_leader names.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Decode for VoteResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.error_code = ErrorCode(reader.i16()?);
        it.topics = take::array(reader, true, version)?;
        let mut tags = TagReader::new(reader)?;
        while let Some((tag, mut field)) = tags.next(reader)? {
            let reader = &mut field;
            match tag {
                0 if version >= 1 => it.node_endpoints = take::array(reader, true, version)?,
                _ => continue,
            }
            reader.finish()?;
        }
        Ok(it)
    }
}

impl Encode for VoteResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i16(self.error_code.0);
        put::array(writer, true, version, &self.topics);
        let mut tags = TagWriter::default();
        if version >= 1 && !self.node_endpoints.is_empty() { put::array(tags.field(0), true, version, &self.node_endpoints); }
        tags.finish(writer);
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
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub vote_granted: bool,
}

impl Decode for PartitionResult {
    const BYTES_MIN: usize = 16;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        it.vote_granted = reader.bool()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PartitionResult {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
        writer.bool(self.vote_granted);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint {
    pub node_id: i32,
    pub host: String,
    pub port: u16,
}

impl Decode for NodeEndpoint {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.node_id = reader.i32()?;
        it.host = take::string(reader, true)?;
        it.port = reader.u16()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for NodeEndpoint {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.node_id);
        put::string(writer, true, &self.host);
        writer.u16(self.port);
        put::no_tags(writer);
    }
}

impl Message for VoteResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

