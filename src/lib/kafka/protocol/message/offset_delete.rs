//! OffsetDelete (key 47): deletes committed offsets of a group.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequest {
    pub group_id: String,
    pub topics: Vec<OffsetDeleteRequestTopic>,
}

impl Decode for OffsetDeleteRequest {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, false)?;
        it.topics = take::array(reader, false, version)?;
        Ok(it)
    }
}

impl Encode for OffsetDeleteRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, false, &self.group_id);
        put::array(writer, false, version, &self.topics);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequestTopic {
    pub name: String,
    pub partitions: Vec<OffsetDeleteRequestPartition>,
}

impl Decode for OffsetDeleteRequestTopic {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, false)?;
        it.partitions = take::array(reader, false, version)?;
        Ok(it)
    }
}

impl Encode for OffsetDeleteRequestTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, false, &self.name);
        put::array(writer, false, version, &self.partitions);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequestPartition {
    pub partition_index: i32,
}

impl Decode for OffsetDeleteRequestPartition {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        Ok(it)
    }
}

impl Encode for OffsetDeleteRequestPartition {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.partition_index);
    }
}

impl Message for OffsetDeleteRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = None;
}

impl Request for OffsetDeleteRequest {
    const KEY: ApiKey = ApiKey::OffsetDelete;
    type Response = OffsetDeleteResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteResponse {
    pub error_code: ErrorCode,
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetDeleteResponseTopic>,
}

impl Decode for OffsetDeleteResponse {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.error_code = ErrorCode(reader.i16()?);
        it.throttle_time_ms = reader.i32()?;
        it.topics = take::array(reader, false, version)?;
        Ok(it)
    }
}

impl Encode for OffsetDeleteResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i16(self.error_code.0);
        writer.i32(self.throttle_time_ms);
        put::array(writer, false, version, &self.topics);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteResponseTopic {
    pub name: String,
    pub partitions: Vec<OffsetDeleteResponsePartition>,
}

impl Decode for OffsetDeleteResponseTopic {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, false)?;
        it.partitions = take::array(reader, false, version)?;
        Ok(it)
    }
}

impl Encode for OffsetDeleteResponseTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, false, &self.name);
        put::array(writer, false, version, &self.partitions);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteResponsePartition {
    pub partition_index: i32,
    pub error_code: ErrorCode,
}

impl Decode for OffsetDeleteResponsePartition {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        Ok(it)
    }
}

impl Encode for OffsetDeleteResponsePartition {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
    }
}

impl Message for OffsetDeleteResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = None;
}

