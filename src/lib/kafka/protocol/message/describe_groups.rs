//! DescribeGroups (key 15): describes groups and their members.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeGroupsRequest {
    pub groups: Vec<String>,
    /// Whether to say which operations the asker may do.
    pub include_authorized_operations: bool,
}

impl Decode for DescribeGroupsRequest {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 5;
        it.groups = take::strings(reader, flexible)?;
        if version >= 3 { it.include_authorized_operations = reader.bool()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeGroupsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 5;
        put::strings(writer, flexible, &self.groups);
        if version >= 3 { writer.bool(self.include_authorized_operations); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeGroupsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(5);
}

impl Request for DescribeGroupsRequest {
    const KEY: ApiKey = ApiKey::DescribeGroups;
    type Response = DescribeGroupsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeGroupsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub groups: Vec<DescribedGroup>,
}

impl Decode for DescribeGroupsResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 5;
        if version >= 1 { it.throttle_time_ms = reader.i32()?; }
        it.groups = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeGroupsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 5;
        if version >= 1 { writer.i32(self.throttle_time_ms); }
        put::array(writer, flexible, version, &self.groups);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct DescribedGroup {
    pub error_code: ErrorCode,
    pub group_id: String,
    pub group_state: String,
    pub protocol_type: String,
    pub protocol_data: String,
    pub members: Vec<DescribedGroupMember>,
    /// A bit set of allowed operations; the smallest i32 where nobody asked.
    pub authorized_operations: i32,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        DescribedGroup {
            error_code: ErrorCode::NONE,
            group_id: String::default(),
            group_state: String::default(),
            protocol_type: String::default(),
            protocol_data: String::default(),
            members: Vec::new(),
            authorized_operations: i32::MIN,
        }
    }
}

impl Decode for DescribedGroup {
    const BYTES_MIN: usize = 12;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 5;
        it.error_code = ErrorCode(reader.i16()?);
        it.group_id = take::string(reader, flexible)?;
        it.group_state = take::string(reader, flexible)?;
        it.protocol_type = take::string(reader, flexible)?;
        it.protocol_data = take::string(reader, flexible)?;
        it.members = take::array(reader, flexible, version)?;
        if version >= 3 { it.authorized_operations = reader.i32()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribedGroup {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 5;
        writer.i16(self.error_code.0);
        put::string(writer, flexible, &self.group_id);
        put::string(writer, flexible, &self.group_state);
        put::string(writer, flexible, &self.protocol_type);
        put::string(writer, flexible, &self.protocol_data);
        put::array(writer, flexible, version, &self.members);
        if version >= 3 { writer.i32(self.authorized_operations); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedGroupMember {
    pub member_id: String,
    /// The member's static name; null for a dynamic member (KIP-345).
    pub group_instance_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub member_metadata: Bytes,
    pub member_assignment: Bytes,
}

impl Decode for DescribedGroupMember {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 5;
        it.member_id = take::string(reader, flexible)?;
        if version >= 4 { it.group_instance_id = take::nullable_string(reader, flexible)?; }
        it.client_id = take::string(reader, flexible)?;
        it.client_host = take::string(reader, flexible)?;
        it.member_metadata = take::bytes(reader, flexible)?;
        it.member_assignment = take::bytes(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribedGroupMember {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 5;
        put::string(writer, flexible, &self.member_id);
        if version >= 4 { put::nullable_string(writer, flexible, self.group_instance_id.as_deref()); }
        put::string(writer, flexible, &self.client_id);
        put::string(writer, flexible, &self.client_host);
        put::bytes(writer, flexible, &self.member_metadata);
        put::bytes(writer, flexible, &self.member_assignment);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeGroupsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(5);
}

