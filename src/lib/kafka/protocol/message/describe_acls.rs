//! DescribeAcls (key 29): lists the ACLs that a filter matches.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeAclsRequest {
    pub resource_type_filter: i8,
    pub resource_name_filter: Option<String>,
    pub pattern_type_filter: i8,
    pub principal_filter: Option<String>,
    pub host_filter: Option<String>,
    pub operation: i8,
    pub permission_type: i8,
}

impl Default for DescribeAclsRequest {
    fn default() -> Self {
        DescribeAclsRequest {
            resource_type_filter: 0,
            resource_name_filter: None,
            pattern_type_filter: 3,
            principal_filter: None,
            host_filter: None,
            operation: 0,
            permission_type: 0,
        }
    }
}

impl Decode for DescribeAclsRequest {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.resource_type_filter = reader.i8()?;
        it.resource_name_filter = take::nullable_string(reader, flexible)?;
        if version >= 1 { it.pattern_type_filter = reader.i8()?; }
        it.principal_filter = take::nullable_string(reader, flexible)?;
        it.host_filter = take::nullable_string(reader, flexible)?;
        it.operation = reader.i8()?;
        it.permission_type = reader.i8()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeAclsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i8(self.resource_type_filter);
        put::nullable_string(writer, flexible, self.resource_name_filter.as_deref());
        if version >= 1 { writer.i8(self.pattern_type_filter); }
        put::nullable_string(writer, flexible, self.principal_filter.as_deref());
        put::nullable_string(writer, flexible, self.host_filter.as_deref());
        writer.i8(self.operation);
        writer.i8(self.permission_type);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeAclsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(2);
}

impl Request for DescribeAclsRequest {
    const KEY: ApiKey = ApiKey::DescribeAcls;
    type Response = DescribeAclsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeAclsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub resources: Vec<DescribeAclsResource>,
}

impl Decode for DescribeAclsResponse {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, flexible)?;
        it.resources = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeAclsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, flexible, self.error_message.as_deref());
        put::array(writer, flexible, version, &self.resources);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeAclsResource {
    /// 2 topic, 4 broker, 8 broker logger, 16 client metrics; of ACLs: 2 topic, 3 group, 4 cluster,
    /// 5 transactional id, 6 token, 7 user.
    pub resource_type: i8,
    pub resource_name: String,
    pub pattern_type: i8,
    pub acls: Vec<AclDescription>,
}

impl Default for DescribeAclsResource {
    fn default() -> Self {
        DescribeAclsResource {
            resource_type: 0,
            resource_name: String::default(),
            pattern_type: 3,
            acls: Vec::new(),
        }
    }
}

impl Decode for DescribeAclsResource {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.resource_type = reader.i8()?;
        it.resource_name = take::string(reader, flexible)?;
        if version >= 1 { it.pattern_type = reader.i8()?; }
        it.acls = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeAclsResource {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i8(self.resource_type);
        put::string(writer, flexible, &self.resource_name);
        if version >= 1 { writer.i8(self.pattern_type); }
        put::array(writer, flexible, version, &self.acls);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AclDescription {
    pub principal: String,
    pub host: String,
    pub operation: i8,
    pub permission_type: i8,
}

impl Decode for AclDescription {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.principal = take::string(reader, flexible)?;
        it.host = take::string(reader, flexible)?;
        it.operation = reader.i8()?;
        it.permission_type = reader.i8()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AclDescription {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.principal);
        put::string(writer, flexible, &self.host);
        writer.i8(self.operation);
        writer.i8(self.permission_type);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeAclsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(2);
}

