//! AlterReplicaLogDirs (key 34): moves replicas between the log directories of one broker.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirsRequest {
    pub dirs: Vec<AlterReplicaLogDir>,
}

impl Decode for AlterReplicaLogDirsRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.dirs = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AlterReplicaLogDirsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::array(writer, flexible, version, &self.dirs);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDir {
    pub path: String,
    pub topics: Vec<AlterReplicaLogDirTopic>,
}

impl Decode for AlterReplicaLogDir {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.path = take::string(reader, flexible)?;
        it.topics = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AlterReplicaLogDir {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.path);
        put::array(writer, flexible, version, &self.topics);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirTopic {
    pub name: String,
    pub partitions: Vec<i32>,
}

impl Decode for AlterReplicaLogDirTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.name = take::string(reader, flexible)?;
        it.partitions = take::numbers(reader, flexible, 4, Reader::i32)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AlterReplicaLogDirTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.name);
        put::numbers(writer, flexible, &self.partitions, Writer::i32);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for AlterReplicaLogDirsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 2;
    const FLEXIBLE: Option<i16> = Some(2);
}

impl Request for AlterReplicaLogDirsRequest {
    const KEY: ApiKey = ApiKey::AlterReplicaLogDirs;
    type Response = AlterReplicaLogDirsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub results: Vec<AlterReplicaLogDirTopicResult>,
}

impl Decode for AlterReplicaLogDirsResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.throttle_time_ms = reader.i32()?;
        it.results = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AlterReplicaLogDirsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i32(self.throttle_time_ms);
        put::array(writer, flexible, version, &self.results);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirTopicResult {
    pub topic_name: String,
    pub partitions: Vec<AlterReplicaLogDirPartitionResult>,
}

impl Decode for AlterReplicaLogDirTopicResult {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.topic_name = take::string(reader, flexible)?;
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AlterReplicaLogDirTopicResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.topic_name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirPartitionResult {
    pub partition_index: i32,
    pub error_code: ErrorCode,
}

impl Decode for AlterReplicaLogDirPartitionResult {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AlterReplicaLogDirPartitionResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for AlterReplicaLogDirsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 2;
    const FLEXIBLE: Option<i16> = Some(2);
}

