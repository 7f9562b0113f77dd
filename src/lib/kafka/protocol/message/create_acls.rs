//! CreateAcls (key 30): creates ACLs.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateAclsRequest {
    pub creations: Vec<AclCreation>,
}

impl Decode for CreateAclsRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.creations = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for CreateAclsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::array(writer, flexible, version, &self.creations);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct AclCreation {
    /// 2 topic, 4 broker, 8 broker logger, 16 client metrics; of ACLs: 2 topic, 3 group, 4 cluster,
    /// 5 transactional id, 6 token, 7 user.
    pub resource_type: i8,
    pub resource_name: String,
    pub resource_pattern_type: i8,
    pub principal: String,
    pub host: String,
    pub operation: i8,
    pub permission_type: i8,
}

impl Default for AclCreation {
    fn default() -> Self {
        AclCreation {
            resource_type: 0,
            resource_name: String::default(),
            resource_pattern_type: 3,
            principal: String::default(),
            host: String::default(),
            operation: 0,
            permission_type: 0,
        }
    }
}

impl Decode for AclCreation {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.resource_type = reader.i8()?;
        it.resource_name = take::string(reader, flexible)?;
        if version >= 1 { it.resource_pattern_type = reader.i8()?; }
        it.principal = take::string(reader, flexible)?;
        it.host = take::string(reader, flexible)?;
        it.operation = reader.i8()?;
        it.permission_type = reader.i8()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AclCreation {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i8(self.resource_type);
        put::string(writer, flexible, &self.resource_name);
        if version >= 1 { writer.i8(self.resource_pattern_type); }
        put::string(writer, flexible, &self.principal);
        put::string(writer, flexible, &self.host);
        writer.i8(self.operation);
        writer.i8(self.permission_type);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for CreateAclsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(2);
}

impl Request for CreateAclsRequest {
    const KEY: ApiKey = ApiKey::CreateAcls;
    type Response = CreateAclsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateAclsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub results: Vec<AclCreationResult>,
}

impl Decode for CreateAclsResponse {
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

impl Encode for CreateAclsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i32(self.throttle_time_ms);
        put::array(writer, flexible, version, &self.results);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AclCreationResult {
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
}

impl Decode for AclCreationResult {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AclCreationResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i16(self.error_code.0);
        put::nullable_string(writer, flexible, self.error_message.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

impl Message for CreateAclsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(2);
}

