//! BeginQuorumEpoch (key 53): a new KRaft leader announces itself.
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
pub struct BeginQuorumEpochRequest {
    pub cluster_id: Option<String>,
    pub voter_id: i32,
    pub topics: Vec<TopicData>,
    pub leader_endpoints: Vec<LeaderEndpoint>,
}

impl Default for BeginQuorumEpochRequest {
    fn default() -> Self {
        BeginQuorumEpochRequest {
            cluster_id: None,
            voter_id: -1,
            topics: Vec::new(),
            leader_endpoints: Vec::new(),
        }
    }
}

impl Decode for BeginQuorumEpochRequest {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.cluster_id = take::nullable_string(reader, flexible)?;
        if version >= 1 { it.voter_id = reader.i32()?; }
        it.topics = take::array(reader, flexible, version)?;
        if version >= 1 { it.leader_endpoints = take::array(reader, flexible, version)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for BeginQuorumEpochRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::nullable_string(writer, flexible, self.cluster_id.as_deref());
        if version >= 1 { writer.i32(self.voter_id); }
        put::array(writer, flexible, version, &self.topics);
        if version >= 1 { put::array(writer, flexible, version, &self.leader_endpoints); }
        if flexible { put::no_tags(writer); }
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
        let flexible = version >= 1;
        it.topic_name = take::string(reader, flexible)?;
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for TopicData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::string(writer, flexible, &self.topic_name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    pub partition_index: i32,
    pub voter_directory_id: Uuid,
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
}

impl Decode for PartitionData {
    const BYTES_MIN: usize = 12;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.partition_index = reader.i32()?;
        if version >= 1 { it.voter_directory_id = take::uuid(reader)?; }
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for PartitionData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i32(self.partition_index);
        if version >= 1 { put::uuid(writer, self.voter_directory_id); }
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderEndpoint {
    pub name: String,
    pub host: String,
    pub port: u16,
}

impl Decode for LeaderEndpoint {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.name = take::string(reader, flexible)?;
        it.host = take::string(reader, flexible)?;
        it.port = reader.u16()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaderEndpoint {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::string(writer, flexible, &self.name);
        put::string(writer, flexible, &self.host);
        writer.u16(self.port);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for BeginQuorumEpochRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(1);
}

impl Request for BeginQuorumEpochRequest {
    const KEY: ApiKey = ApiKey::BeginQuorumEpoch;
    type Response = BeginQuorumEpochResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct BeginQuorumEpochResponse {
    pub error_code: ErrorCode,
    pub topics: Vec<TopicResult>,
    /// Addresses of the brokers that current_leader names.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Decode for BeginQuorumEpochResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.error_code = ErrorCode(reader.i16()?);
        it.topics = take::array(reader, flexible, version)?;
        if flexible {
            let mut tags = TagReader::new(reader)?;
            while let Some((tag, mut field)) = tags.next(reader)? {
                let reader = &mut field;
                match tag {
                    0 => it.node_endpoints = take::array(reader, true, version)?,
                    _ => continue,
                }
                reader.finish()?;
            }
        }
        Ok(it)
    }
}

impl Encode for BeginQuorumEpochResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i16(self.error_code.0);
        put::array(writer, flexible, version, &self.topics);
        if flexible {
            let mut tags = TagWriter::default();
            if !self.node_endpoints.is_empty() { put::array(tags.field(0), true, version, &self.node_endpoints); }
            tags.finish(writer);
        }
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
        let flexible = version >= 1;
        it.topic_name = take::string(reader, flexible)?;
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for TopicResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::string(writer, flexible, &self.topic_name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionResult {
    pub partition_index: i32,
    pub error_code: ErrorCode,
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
}

impl Decode for PartitionResult {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for PartitionResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
        if flexible { put::no_tags(writer); }
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

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.node_id = reader.i32()?;
        it.host = take::string(reader, flexible)?;
        it.port = reader.u16()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for NodeEndpoint {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i32(self.node_id);
        put::string(writer, flexible, &self.host);
        writer.u16(self.port);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for BeginQuorumEpochResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(1);
}

