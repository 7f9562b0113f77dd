//! OffsetFetch (key 9): says how far groups have consumed.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchRequest {
    pub group_id: String,
    pub topics: Option<Vec<OffsetFetchRequestTopic>>,
    pub groups: Vec<OffsetFetchRequestGroup>,
    /// Whether to hold back offsets that an open transaction may change (KIP-447).
    pub require_stable: bool,
}

impl Decode for OffsetFetchRequest {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        if version <= 7 { it.group_id = take::string(reader, flexible)?; }
        if version <= 7 { it.topics = if (2..=7).contains(&version) { take::nullable_array(reader, flexible, version)? } else { Some(take::array(reader, flexible, version)?) }; }
        if version >= 8 { it.groups = take::array(reader, flexible, version)?; }
        if version >= 7 { it.require_stable = reader.bool()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetFetchRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        if version <= 7 { put::string(writer, flexible, &self.group_id); }
        if version <= 7 { if (2..=7).contains(&version) { put::nullable_array(writer, flexible, version, self.topics.as_deref()); } else { put::array(writer, flexible, version, self.topics.as_deref().unwrap_or_default()); } }
        if version >= 8 { put::array(writer, flexible, version, &self.groups); }
        if version >= 7 { writer.bool(self.require_stable); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchRequestTopic {
    pub name: String,
    pub partition_indexes: Vec<i32>,
}

impl Decode for OffsetFetchRequestTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.name = take::string(reader, flexible)?;
        it.partition_indexes = take::numbers(reader, flexible, 4, Reader::i32)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetFetchRequestTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.name);
        put::numbers(writer, flexible, &self.partition_indexes, Writer::i32);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchRequestGroup {
    pub group_id: String,
    pub member_id: Option<String>,
    pub member_epoch: i32,
    pub topics: Option<Vec<OffsetFetchRequestTopics>>,
}

impl Default for OffsetFetchRequestGroup {
    fn default() -> Self {
        OffsetFetchRequestGroup {
            group_id: String::default(),
            member_id: None,
            member_epoch: -1,
            topics: None,
        }
    }
}

impl Decode for OffsetFetchRequestGroup {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.group_id = take::string(reader, flexible)?;
        if version >= 9 { it.member_id = take::nullable_string(reader, flexible)?; }
        if version >= 9 { it.member_epoch = reader.i32()?; }
        it.topics = take::nullable_array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetFetchRequestGroup {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.group_id);
        if version >= 9 { put::nullable_string(writer, flexible, self.member_id.as_deref()); }
        if version >= 9 { writer.i32(self.member_epoch); }
        put::nullable_array(writer, flexible, version, self.topics.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchRequestTopics {
    pub name: String,
    pub partition_indexes: Vec<i32>,
}

impl Decode for OffsetFetchRequestTopics {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.name = take::string(reader, flexible)?;
        it.partition_indexes = take::numbers(reader, flexible, 4, Reader::i32)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetFetchRequestTopics {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.name);
        put::numbers(writer, flexible, &self.partition_indexes, Writer::i32);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for OffsetFetchRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 9;
    const FLEXIBLE: Option<i16> = Some(6);
}

impl Request for OffsetFetchRequest {
    const KEY: ApiKey = ApiKey::OffsetFetch;
    type Response = OffsetFetchResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetFetchResponseTopic>,
    pub error_code: ErrorCode,
    pub groups: Vec<OffsetFetchResponseGroup>,
}

impl Decode for OffsetFetchResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        if version >= 3 { it.throttle_time_ms = reader.i32()?; }
        if version <= 7 { it.topics = take::array(reader, flexible, version)?; }
        if (2..=7).contains(&version) { it.error_code = ErrorCode(reader.i16()?); }
        if version >= 8 { it.groups = take::array(reader, flexible, version)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetFetchResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        if version >= 3 { writer.i32(self.throttle_time_ms); }
        if version <= 7 { put::array(writer, flexible, version, &self.topics); }
        if (2..=7).contains(&version) { writer.i16(self.error_code.0); }
        if version >= 8 { put::array(writer, flexible, version, &self.groups); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseTopic {
    pub name: String,
    pub partitions: Vec<OffsetFetchResponsePartition>,
}

impl Decode for OffsetFetchResponseTopic {
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

impl Encode for OffsetFetchResponseTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchResponsePartition {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub metadata: Option<String>,
    pub error_code: ErrorCode,
}

impl Default for OffsetFetchResponsePartition {
    fn default() -> Self {
        OffsetFetchResponsePartition {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: None,
            error_code: ErrorCode::NONE,
        }
    }
}

impl Decode for OffsetFetchResponsePartition {
    const BYTES_MIN: usize = 16;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.partition_index = reader.i32()?;
        it.committed_offset = reader.i64()?;
        if (5..=7).contains(&version) { it.committed_leader_epoch = reader.i32()?; }
        it.metadata = take::nullable_string(reader, flexible)?;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetFetchResponsePartition {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        writer.i32(self.partition_index);
        writer.i64(self.committed_offset);
        if (5..=7).contains(&version) { writer.i32(self.committed_leader_epoch); }
        put::nullable_string(writer, flexible, self.metadata.as_deref());
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseGroup {
    pub group_id: String,
    pub topics: Vec<OffsetFetchResponseTopics>,
    pub error_code: ErrorCode,
}

impl Decode for OffsetFetchResponseGroup {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.group_id = take::string(reader, flexible)?;
        it.topics = take::array(reader, flexible, version)?;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetFetchResponseGroup {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.group_id);
        put::array(writer, flexible, version, &self.topics);
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseTopics {
    pub name: String,
    pub partitions: Vec<OffsetFetchResponsePartitions>,
}

impl Decode for OffsetFetchResponseTopics {
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

impl Encode for OffsetFetchResponseTopics {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchResponsePartitions {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub metadata: Option<String>,
    pub error_code: ErrorCode,
}

impl Default for OffsetFetchResponsePartitions {
    fn default() -> Self {
        OffsetFetchResponsePartitions {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: None,
            error_code: ErrorCode::NONE,
        }
    }
}

impl Decode for OffsetFetchResponsePartitions {
    const BYTES_MIN: usize = 20;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.partition_index = reader.i32()?;
        it.committed_offset = reader.i64()?;
        it.committed_leader_epoch = reader.i32()?;
        it.metadata = take::nullable_string(reader, flexible)?;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetFetchResponsePartitions {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        writer.i32(self.partition_index);
        writer.i64(self.committed_offset);
        writer.i32(self.committed_leader_epoch);
        put::nullable_string(writer, flexible, self.metadata.as_deref());
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for OffsetFetchResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 9;
    const FLEXIBLE: Option<i16> = Some(6);
}

