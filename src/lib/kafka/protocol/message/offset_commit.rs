//! OffsetCommit (key 8): a group member commits how far it has consumed.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct OffsetCommitRequest {
    pub group_id: String,
    pub generation_id_or_member_epoch: i32,
    pub member_id: String,
    /// The member's static name; null for a dynamic member (KIP-345).
    pub group_instance_id: Option<String>,
    /// How long to keep the offset; -1 for the broker's own retention.
    pub retention_time_ms: i64,
    pub topics: Vec<OffsetCommitRequestTopic>,
}

impl Default for OffsetCommitRequest {
    fn default() -> Self {
        OffsetCommitRequest {
            group_id: String::default(),
            generation_id_or_member_epoch: -1,
            member_id: String::default(),
            group_instance_id: None,
            retention_time_ms: -1,
            topics: Vec::new(),
        }
    }
}

impl Decode for OffsetCommitRequest {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 8;
        it.group_id = take::string(reader, flexible)?;
        if version >= 1 { it.generation_id_or_member_epoch = reader.i32()?; }
        if version >= 1 { it.member_id = take::string(reader, flexible)?; }
        if version >= 7 { it.group_instance_id = take::nullable_string(reader, flexible)?; }
        if (2..=4).contains(&version) { it.retention_time_ms = reader.i64()?; }
        it.topics = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetCommitRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 8;
        put::string(writer, flexible, &self.group_id);
        if version >= 1 { writer.i32(self.generation_id_or_member_epoch); }
        if version >= 1 { put::string(writer, flexible, &self.member_id); }
        if version >= 7 { put::nullable_string(writer, flexible, self.group_instance_id.as_deref()); }
        if (2..=4).contains(&version) { writer.i64(self.retention_time_ms); }
        put::array(writer, flexible, version, &self.topics);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitRequestTopic {
    pub name: String,
    pub partitions: Vec<OffsetCommitRequestPartition>,
}

impl Decode for OffsetCommitRequestTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 8;
        it.name = take::string(reader, flexible)?;
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetCommitRequestTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 8;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct OffsetCommitRequestPartition {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub commit_timestamp: i64,
    pub committed_metadata: Option<String>,
}

impl Default for OffsetCommitRequestPartition {
    fn default() -> Self {
        OffsetCommitRequestPartition {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            commit_timestamp: -1,
            committed_metadata: None,
        }
    }
}

impl Decode for OffsetCommitRequestPartition {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 8;
        it.partition_index = reader.i32()?;
        it.committed_offset = reader.i64()?;
        if version >= 6 { it.committed_leader_epoch = reader.i32()?; }
        if version == 1 { it.commit_timestamp = reader.i64()?; }
        it.committed_metadata = take::nullable_string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetCommitRequestPartition {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 8;
        writer.i32(self.partition_index);
        writer.i64(self.committed_offset);
        if version >= 6 { writer.i32(self.committed_leader_epoch); }
        if version == 1 { writer.i64(self.commit_timestamp); }
        put::nullable_string(writer, flexible, self.committed_metadata.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

impl Message for OffsetCommitRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 9;
    const FLEXIBLE: Option<i16> = Some(8);
}

impl Request for OffsetCommitRequest {
    const KEY: ApiKey = ApiKey::OffsetCommit;
    type Response = OffsetCommitResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetCommitResponseTopic>,
}

impl Decode for OffsetCommitResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 8;
        if version >= 3 { it.throttle_time_ms = reader.i32()?; }
        it.topics = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetCommitResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 8;
        if version >= 3 { writer.i32(self.throttle_time_ms); }
        put::array(writer, flexible, version, &self.topics);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitResponseTopic {
    pub name: String,
    pub partitions: Vec<OffsetCommitResponsePartition>,
}

impl Decode for OffsetCommitResponseTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 8;
        it.name = take::string(reader, flexible)?;
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetCommitResponseTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 8;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitResponsePartition {
    pub partition_index: i32,
    pub error_code: ErrorCode,
}

impl Decode for OffsetCommitResponsePartition {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 8;
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetCommitResponsePartition {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 8;
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for OffsetCommitResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 9;
    const FLEXIBLE: Option<i16> = Some(8);
}

