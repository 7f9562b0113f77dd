//! DescribeLogDirs (key 35): describes the log directories of a broker and what lies in them.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsRequest {
    pub topics: Option<Vec<DescribableLogDirTopic>>,
}

impl Decode for DescribeLogDirsRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.topics = take::nullable_array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeLogDirsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::nullable_array(writer, flexible, version, self.topics.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribableLogDirTopic {
    pub topic: String,
    pub partitions: Vec<i32>,
}

impl Decode for DescribableLogDirTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.topic = take::string(reader, flexible)?;
        it.partitions = take::numbers(reader, flexible, 4, Reader::i32)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribableLogDirTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.topic);
        put::numbers(writer, flexible, &self.partitions, Writer::i32);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeLogDirsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(2);
}

impl Request for DescribeLogDirsRequest {
    const KEY: ApiKey = ApiKey::DescribeLogDirs;
    type Response = DescribeLogDirsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub results: Vec<DescribeLogDirsResult>,
}

impl Decode for DescribeLogDirsResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.throttle_time_ms = reader.i32()?;
        if version >= 3 { it.error_code = ErrorCode(reader.i16()?); }
        it.results = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeLogDirsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i32(self.throttle_time_ms);
        if version >= 3 { writer.i16(self.error_code.0); }
        put::array(writer, flexible, version, &self.results);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeLogDirsResult {
    pub error_code: ErrorCode,
    pub log_dir: String,
    pub topics: Vec<DescribeLogDirsTopic>,
    pub total_bytes: i64,
    pub usable_bytes: i64,
}

impl Default for DescribeLogDirsResult {
    fn default() -> Self {
        DescribeLogDirsResult {
            error_code: ErrorCode::NONE,
            log_dir: String::default(),
            topics: Vec::new(),
            total_bytes: -1,
            usable_bytes: -1,
        }
    }
}

impl Decode for DescribeLogDirsResult {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.error_code = ErrorCode(reader.i16()?);
        it.log_dir = take::string(reader, flexible)?;
        it.topics = take::array(reader, flexible, version)?;
        if version >= 4 { it.total_bytes = reader.i64()?; }
        if version >= 4 { it.usable_bytes = reader.i64()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeLogDirsResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i16(self.error_code.0);
        put::string(writer, flexible, &self.log_dir);
        put::array(writer, flexible, version, &self.topics);
        if version >= 4 { writer.i64(self.total_bytes); }
        if version >= 4 { writer.i64(self.usable_bytes); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsTopic {
    pub name: String,
    pub partitions: Vec<DescribeLogDirsPartition>,
}

impl Decode for DescribeLogDirsTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.name = take::string(reader, flexible)?;
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeLogDirsTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsPartition {
    pub partition_index: i32,
    pub partition_size: i64,
    pub offset_lag: i64,
    pub is_future_key: bool,
}

impl Decode for DescribeLogDirsPartition {
    const BYTES_MIN: usize = 21;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.partition_index = reader.i32()?;
        it.partition_size = reader.i64()?;
        it.offset_lag = reader.i64()?;
        it.is_future_key = reader.bool()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeLogDirsPartition {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i32(self.partition_index);
        writer.i64(self.partition_size);
        writer.i64(self.offset_lag);
        writer.bool(self.is_future_key);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeLogDirsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(2);
}

