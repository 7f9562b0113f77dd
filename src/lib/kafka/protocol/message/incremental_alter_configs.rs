//! IncrementalAlterConfigs (key 44): changes single configuration values of resources.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncrementalAlterConfigsRequest {
    pub resources: Vec<AlterConfigsResource>,
    /// Whether to check and not to do.
    pub validate_only: bool,
}

impl Decode for IncrementalAlterConfigsRequest {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.resources = take::array(reader, flexible, version)?;
        it.validate_only = reader.bool()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for IncrementalAlterConfigsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::array(writer, flexible, version, &self.resources);
        writer.bool(self.validate_only);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterConfigsResource {
    /// 2 topic, 4 broker, 8 broker logger, 16 client metrics; of ACLs: 2 topic, 3 group, 4 cluster,
    /// 5 transactional id, 6 token, 7 user.
    pub resource_type: i8,
    pub resource_name: String,
    pub configs: Vec<AlterableConfig>,
}

impl Decode for AlterConfigsResource {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.resource_type = reader.i8()?;
        it.resource_name = take::string(reader, flexible)?;
        it.configs = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AlterConfigsResource {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i8(self.resource_type);
        put::string(writer, flexible, &self.resource_name);
        put::array(writer, flexible, version, &self.configs);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterableConfig {
    pub name: String,
    /// 0 set, 1 delete, 2 append, 3 subtract.
    pub config_operation: i8,
    pub value: Option<String>,
}

impl Decode for AlterableConfig {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.name = take::string(reader, flexible)?;
        it.config_operation = reader.i8()?;
        it.value = take::nullable_string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AlterableConfig {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::string(writer, flexible, &self.name);
        writer.i8(self.config_operation);
        put::nullable_string(writer, flexible, self.value.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

impl Message for IncrementalAlterConfigsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(1);
}

impl Request for IncrementalAlterConfigsRequest {
    const KEY: ApiKey = ApiKey::IncrementalAlterConfigs;
    type Response = IncrementalAlterConfigsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncrementalAlterConfigsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub responses: Vec<AlterConfigsResourceResponse>,
}

impl Decode for IncrementalAlterConfigsResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.throttle_time_ms = reader.i32()?;
        it.responses = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for IncrementalAlterConfigsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i32(self.throttle_time_ms);
        put::array(writer, flexible, version, &self.responses);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterConfigsResourceResponse {
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    /// 2 topic, 4 broker, 8 broker logger, 16 client metrics; of ACLs: 2 topic, 3 group, 4 cluster,
    /// 5 transactional id, 6 token, 7 user.
    pub resource_type: i8,
    pub resource_name: String,
}

impl Decode for AlterConfigsResourceResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, flexible)?;
        it.resource_type = reader.i8()?;
        it.resource_name = take::string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AlterConfigsResourceResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i16(self.error_code.0);
        put::nullable_string(writer, flexible, self.error_message.as_deref());
        writer.i8(self.resource_type);
        put::string(writer, flexible, &self.resource_name);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for IncrementalAlterConfigsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(1);
}

