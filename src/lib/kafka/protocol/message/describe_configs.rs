//! DescribeConfigs (key 32): describes the configuration of topics, brokers and loggers.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsRequest {
    pub resources: Vec<DescribeConfigsResource>,
    pub include_synonyms: bool,
    pub include_documentation: bool,
}

impl Decode for DescribeConfigsRequest {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.resources = take::array(reader, flexible, version)?;
        if version >= 1 { it.include_synonyms = reader.bool()?; }
        if version >= 3 { it.include_documentation = reader.bool()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeConfigsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::array(writer, flexible, version, &self.resources);
        if version >= 1 { writer.bool(self.include_synonyms); }
        if version >= 3 { writer.bool(self.include_documentation); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsResource {
    /// 2 topic, 4 broker, 8 broker logger, 16 client metrics; of ACLs: 2 topic, 3 group, 4 cluster,
    /// 5 transactional id, 6 token, 7 user.
    pub resource_type: i8,
    pub resource_name: String,
    pub configuration_keys: Option<Vec<String>>,
}

impl Decode for DescribeConfigsResource {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.resource_type = reader.i8()?;
        it.resource_name = take::string(reader, flexible)?;
        it.configuration_keys = take::nullable_strings(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeConfigsResource {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        writer.i8(self.resource_type);
        put::string(writer, flexible, &self.resource_name);
        put::nullable_strings(writer, flexible, self.configuration_keys.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeConfigsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(4);
}

impl Request for DescribeConfigsRequest {
    const KEY: ApiKey = ApiKey::DescribeConfigs;
    type Response = DescribeConfigsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub results: Vec<DescribeConfigsResult>,
}

impl Decode for DescribeConfigsResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.throttle_time_ms = reader.i32()?;
        it.results = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeConfigsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        writer.i32(self.throttle_time_ms);
        put::array(writer, flexible, version, &self.results);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsResult {
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    /// 2 topic, 4 broker, 8 broker logger, 16 client metrics; of ACLs: 2 topic, 3 group, 4 cluster,
    /// 5 transactional id, 6 token, 7 user.
    pub resource_type: i8,
    pub resource_name: String,
    pub configs: Vec<DescribeConfigsResourceResult>,
}

impl Decode for DescribeConfigsResult {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, flexible)?;
        it.resource_type = reader.i8()?;
        it.resource_name = take::string(reader, flexible)?;
        it.configs = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeConfigsResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        writer.i16(self.error_code.0);
        put::nullable_string(writer, flexible, self.error_message.as_deref());
        writer.i8(self.resource_type);
        put::string(writer, flexible, &self.resource_name);
        put::array(writer, flexible, version, &self.configs);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeConfigsResourceResult {
    pub name: String,
    pub value: Option<String>,
    pub read_only: bool,
    pub is_default: bool,
    /// Where the value comes from: 1 topic, 2 broker, 3 default of all brokers, 4 file, 5 default,
    /// 6 broker logger.
    pub config_source: i8,
    pub is_sensitive: bool,
    pub synonyms: Vec<DescribeConfigsSynonym>,
    pub config_type: i8,
    pub documentation: Option<String>,
}

impl Default for DescribeConfigsResourceResult {
    fn default() -> Self {
        DescribeConfigsResourceResult {
            name: String::default(),
            value: None,
            read_only: false,
            is_default: false,
            config_source: -1,
            is_sensitive: false,
            synonyms: Vec::new(),
            config_type: 0,
            documentation: None,
        }
    }
}

impl Decode for DescribeConfigsResourceResult {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.name = take::string(reader, flexible)?;
        it.value = take::nullable_string(reader, flexible)?;
        it.read_only = reader.bool()?;
        if version == 0 { it.is_default = reader.bool()?; }
        if version >= 1 { it.config_source = reader.i8()?; }
        it.is_sensitive = reader.bool()?;
        if version >= 1 { it.synonyms = take::array(reader, flexible, version)?; }
        if version >= 3 { it.config_type = reader.i8()?; }
        if version >= 3 { it.documentation = take::nullable_string(reader, flexible)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeConfigsResourceResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::string(writer, flexible, &self.name);
        put::nullable_string(writer, flexible, self.value.as_deref());
        writer.bool(self.read_only);
        if version == 0 { writer.bool(self.is_default); }
        if version >= 1 { writer.i8(self.config_source); }
        writer.bool(self.is_sensitive);
        if version >= 1 { put::array(writer, flexible, version, &self.synonyms); }
        if version >= 3 { writer.i8(self.config_type); }
        if version >= 3 { put::nullable_string(writer, flexible, self.documentation.as_deref()); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsSynonym {
    pub name: String,
    pub value: Option<String>,
    pub source: i8,
}

impl Decode for DescribeConfigsSynonym {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.name = take::string(reader, flexible)?;
        it.value = take::nullable_string(reader, flexible)?;
        it.source = reader.i8()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeConfigsSynonym {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::string(writer, flexible, &self.name);
        put::nullable_string(writer, flexible, self.value.as_deref());
        writer.i8(self.source);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeConfigsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(4);
}

