//! AssignReplicasToDirs (key 73): a KRaft broker reports the directories its replicas lie in.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct AssignReplicasToDirsRequest {
    pub broker_id: i32,
    /// The broker's registration: the czxid of its znode; -1 to skip the check.
    pub broker_epoch: i64,
    pub directories: Vec<DirectoryData>,
}

impl Default for AssignReplicasToDirsRequest {
    fn default() -> Self {
        AssignReplicasToDirsRequest {
            broker_id: 0,
            broker_epoch: -1,
            directories: Vec::new(),
        }
    }
}

impl Decode for AssignReplicasToDirsRequest {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.broker_id = reader.i32()?;
        it.broker_epoch = reader.i64()?;
        it.directories = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for AssignReplicasToDirsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.broker_id);
        writer.i64(self.broker_epoch);
        put::array(writer, true, version, &self.directories);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DirectoryData {
    pub id: Uuid,
    pub topics: Vec<TopicData>,
}

impl Decode for DirectoryData {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.id = take::uuid(reader)?;
        it.topics = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DirectoryData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::uuid(writer, self.id);
        put::array(writer, true, version, &self.topics);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl Decode for TopicData {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::uuid(writer, self.topic_id);
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

impl Message for AssignReplicasToDirsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for AssignReplicasToDirsRequest {
    const KEY: ApiKey = ApiKey::AssignReplicasToDirs;
    type Response = AssignReplicasToDirsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AssignReplicasToDirsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub directories: Vec<DirectoryResult>,
}

impl Decode for AssignReplicasToDirsResponse {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.directories = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for AssignReplicasToDirsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::array(writer, true, version, &self.directories);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DirectoryResult {
    pub id: Uuid,
    pub topics: Vec<TopicResult>,
}

impl Decode for DirectoryResult {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.id = take::uuid(reader)?;
        it.topics = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DirectoryResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::uuid(writer, self.id);
        put::array(writer, true, version, &self.topics);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicResult {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionResult>,
}

impl Decode for TopicResult {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::uuid(writer, self.topic_id);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionResult {
    pub partition_index: i32,
    pub error_code: ErrorCode,
}

impl Decode for PartitionResult {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PartitionResult {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        put::no_tags(writer);
    }
}

impl Message for AssignReplicasToDirsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

