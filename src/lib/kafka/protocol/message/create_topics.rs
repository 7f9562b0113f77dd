//! CreateTopics (key 19): creates topics.
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
pub struct CreateTopicsRequest {
    pub topics: Vec<CreatableTopic>,
    pub timeout_ms: i32,
    /// Whether to check and not to do.
    pub validate_only: bool,
}

impl Default for CreateTopicsRequest {
    fn default() -> Self {
        CreateTopicsRequest {
            topics: Vec::new(),
            timeout_ms: 60000,
            validate_only: false,
        }
    }
}

impl Decode for CreateTopicsRequest {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 5;
        it.topics = take::array(reader, flexible, version)?;
        it.timeout_ms = reader.i32()?;
        if version >= 1 { it.validate_only = reader.bool()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for CreateTopicsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 5;
        put::array(writer, flexible, version, &self.topics);
        writer.i32(self.timeout_ms);
        if version >= 1 { writer.bool(self.validate_only); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableTopic {
    pub name: String,
    pub num_partitions: i32,
    pub replication_factor: i16,
    pub assignments: Vec<CreatableReplicaAssignment>,
    pub configs: Vec<CreatableTopicConfig>,
}

impl Decode for CreatableTopic {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 5;
        it.name = take::string(reader, flexible)?;
        it.num_partitions = reader.i32()?;
        it.replication_factor = reader.i16()?;
        it.assignments = take::array(reader, flexible, version)?;
        it.configs = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for CreatableTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 5;
        put::string(writer, flexible, &self.name);
        writer.i32(self.num_partitions);
        writer.i16(self.replication_factor);
        put::array(writer, flexible, version, &self.assignments);
        put::array(writer, flexible, version, &self.configs);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableReplicaAssignment {
    pub partition_index: i32,
    pub broker_ids: Vec<i32>,
}

impl Decode for CreatableReplicaAssignment {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 5;
        it.partition_index = reader.i32()?;
        it.broker_ids = take::numbers(reader, flexible, 4, Reader::i32)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for CreatableReplicaAssignment {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 5;
        writer.i32(self.partition_index);
        put::numbers(writer, flexible, &self.broker_ids, Writer::i32);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableTopicConfig {
    pub name: String,
    pub value: Option<String>,
}

impl Decode for CreatableTopicConfig {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 5;
        it.name = take::string(reader, flexible)?;
        it.value = take::nullable_string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for CreatableTopicConfig {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 5;
        put::string(writer, flexible, &self.name);
        put::nullable_string(writer, flexible, self.value.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

impl Message for CreateTopicsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 7;
    const FLEXIBLE: Option<i16> = Some(5);
}

impl Request for CreateTopicsRequest {
    const KEY: ApiKey = ApiKey::CreateTopics;
    type Response = CreateTopicsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateTopicsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub topics: Vec<CreatableTopicResult>,
}

impl Decode for CreateTopicsResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 5;
        if version >= 2 { it.throttle_time_ms = reader.i32()?; }
        it.topics = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for CreateTopicsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 5;
        if version >= 2 { writer.i32(self.throttle_time_ms); }
        put::array(writer, flexible, version, &self.topics);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreatableTopicResult {
    pub name: String,
    pub topic_id: Uuid,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub topic_config_error_code: ErrorCode,
    pub num_partitions: i32,
    pub replication_factor: i16,
    pub configs: Option<Vec<CreatableTopicConfigs>>,
}

impl Default for CreatableTopicResult {
    fn default() -> Self {
        CreatableTopicResult {
            name: String::default(),
            topic_id: Uuid::ZERO,
            error_code: ErrorCode::NONE,
            error_message: None,
            topic_config_error_code: ErrorCode::NONE,
            num_partitions: -1,
            replication_factor: -1,
            configs: None,
        }
    }
}

impl Decode for CreatableTopicResult {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 5;
        it.name = take::string(reader, flexible)?;
        if version >= 7 { it.topic_id = take::uuid(reader)?; }
        it.error_code = ErrorCode(reader.i16()?);
        if version >= 1 { it.error_message = take::nullable_string(reader, flexible)?; }
        if version >= 5 { it.num_partitions = reader.i32()?; }
        if version >= 5 { it.replication_factor = reader.i16()?; }
        if version >= 5 { it.configs = take::nullable_array(reader, flexible, version)?; }
        if flexible {
            let mut tags = TagReader::new(reader)?;
            while let Some((tag, mut field)) = tags.next(reader)? {
                let reader = &mut field;
                match tag {
                    0 => it.topic_config_error_code = ErrorCode(reader.i16()?),
                    _ => continue,
                }
                reader.finish()?;
            }
        }
        Ok(it)
    }
}

impl Encode for CreatableTopicResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 5;
        put::string(writer, flexible, &self.name);
        if version >= 7 { put::uuid(writer, self.topic_id); }
        writer.i16(self.error_code.0);
        if version >= 1 { put::nullable_string(writer, flexible, self.error_message.as_deref()); }
        if version >= 5 { writer.i32(self.num_partitions); }
        if version >= 5 { writer.i16(self.replication_factor); }
        if version >= 5 { put::nullable_array(writer, flexible, version, self.configs.as_deref()); }
        if flexible {
            let mut tags = TagWriter::default();
            if self.topic_config_error_code != ErrorCode::NONE { tags.field(0).i16(self.topic_config_error_code.0); }
            tags.finish(writer);
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreatableTopicConfigs {
    pub name: String,
    pub value: Option<String>,
    pub read_only: bool,
    /// Where the value comes from: 1 topic, 2 broker, 3 default of all brokers, 4 file, 5 default,
    /// 6 broker logger.
    pub config_source: i8,
    pub is_sensitive: bool,
}

impl Default for CreatableTopicConfigs {
    fn default() -> Self {
        CreatableTopicConfigs {
            name: String::default(),
            value: None,
            read_only: false,
            config_source: -1,
            is_sensitive: false,
        }
    }
}

impl Decode for CreatableTopicConfigs {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 5;
        it.name = take::string(reader, flexible)?;
        it.value = take::nullable_string(reader, flexible)?;
        it.read_only = reader.bool()?;
        it.config_source = reader.i8()?;
        it.is_sensitive = reader.bool()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for CreatableTopicConfigs {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 5;
        put::string(writer, flexible, &self.name);
        put::nullable_string(writer, flexible, self.value.as_deref());
        writer.bool(self.read_only);
        writer.i8(self.config_source);
        writer.bool(self.is_sensitive);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for CreateTopicsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 7;
    const FLEXIBLE: Option<i16> = Some(5);
}

