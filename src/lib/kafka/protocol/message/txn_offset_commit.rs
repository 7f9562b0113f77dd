//! TxnOffsetCommit (key 28): commits consumed offsets as part of a transaction.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct TxnOffsetCommitRequest {
    pub transactional_id: String,
    pub group_id: String,
    pub producer_id: i64,
    pub producer_epoch: i16,
    /// The generation the member believes in.
    pub generation_id: i32,
    pub member_id: String,
    /// The member's static name; null for a dynamic member (KIP-345).
    pub group_instance_id: Option<String>,
    pub topics: Vec<TxnOffsetCommitRequestTopic>,
}

impl Default for TxnOffsetCommitRequest {
    fn default() -> Self {
        TxnOffsetCommitRequest {
            transactional_id: String::default(),
            group_id: String::default(),
            producer_id: 0,
            producer_epoch: 0,
            generation_id: -1,
            member_id: String::default(),
            group_instance_id: None,
            topics: Vec::new(),
        }
    }
}

impl Decode for TxnOffsetCommitRequest {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.transactional_id = take::string(reader, flexible)?;
        it.group_id = take::string(reader, flexible)?;
        it.producer_id = reader.i64()?;
        it.producer_epoch = reader.i16()?;
        if version >= 3 { it.generation_id = reader.i32()?; }
        if version >= 3 { it.member_id = take::string(reader, flexible)?; }
        if version >= 3 { it.group_instance_id = take::nullable_string(reader, flexible)?; }
        it.topics = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for TxnOffsetCommitRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.transactional_id);
        put::string(writer, flexible, &self.group_id);
        writer.i64(self.producer_id);
        writer.i16(self.producer_epoch);
        if version >= 3 { writer.i32(self.generation_id); }
        if version >= 3 { put::string(writer, flexible, &self.member_id); }
        if version >= 3 { put::nullable_string(writer, flexible, self.group_instance_id.as_deref()); }
        put::array(writer, flexible, version, &self.topics);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TxnOffsetCommitRequestTopic {
    pub name: String,
    pub partitions: Vec<TxnOffsetCommitRequestPartition>,
}

impl Decode for TxnOffsetCommitRequestTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.name = take::string(reader, flexible)?;
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for TxnOffsetCommitRequestTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct TxnOffsetCommitRequestPartition {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub committed_metadata: Option<String>,
}

impl Default for TxnOffsetCommitRequestPartition {
    fn default() -> Self {
        TxnOffsetCommitRequestPartition {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            committed_metadata: None,
        }
    }
}

impl Decode for TxnOffsetCommitRequestPartition {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.partition_index = reader.i32()?;
        it.committed_offset = reader.i64()?;
        if version >= 2 { it.committed_leader_epoch = reader.i32()?; }
        it.committed_metadata = take::nullable_string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for TxnOffsetCommitRequestPartition {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        writer.i32(self.partition_index);
        writer.i64(self.committed_offset);
        if version >= 2 { writer.i32(self.committed_leader_epoch); }
        put::nullable_string(writer, flexible, self.committed_metadata.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

impl Message for TxnOffsetCommitRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(3);
}

impl Request for TxnOffsetCommitRequest {
    const KEY: ApiKey = ApiKey::TxnOffsetCommit;
    type Response = TxnOffsetCommitResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TxnOffsetCommitResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub topics: Vec<TxnOffsetCommitResponseTopic>,
}

impl Decode for TxnOffsetCommitResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.throttle_time_ms = reader.i32()?;
        it.topics = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for TxnOffsetCommitResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        writer.i32(self.throttle_time_ms);
        put::array(writer, flexible, version, &self.topics);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TxnOffsetCommitResponseTopic {
    pub name: String,
    pub partitions: Vec<TxnOffsetCommitResponsePartition>,
}

impl Decode for TxnOffsetCommitResponseTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.name = take::string(reader, flexible)?;
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for TxnOffsetCommitResponseTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TxnOffsetCommitResponsePartition {
    pub partition_index: i32,
    pub error_code: ErrorCode,
}

impl Decode for TxnOffsetCommitResponsePartition {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for TxnOffsetCommitResponsePartition {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for TxnOffsetCommitResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(3);
}

