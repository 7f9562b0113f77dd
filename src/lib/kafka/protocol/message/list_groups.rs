//! ListGroups (key 16): lists the groups a broker coordinates.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListGroupsRequest {
    pub states_filter: Vec<String>,
    pub types_filter: Vec<String>,
}

impl Decode for ListGroupsRequest {
    const BYTES_MIN: usize = 0;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        if version >= 4 { it.states_filter = take::strings(reader, flexible)?; }
        if version >= 5 { it.types_filter = take::strings(reader, flexible)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ListGroupsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        if version >= 4 { put::strings(writer, flexible, &self.states_filter); }
        if version >= 5 { put::strings(writer, flexible, &self.types_filter); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ListGroupsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(3);
}

impl Request for ListGroupsRequest {
    const KEY: ApiKey = ApiKey::ListGroups;
    type Response = ListGroupsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListGroupsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub groups: Vec<ListedGroup>,
}

impl Decode for ListGroupsResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        if version >= 1 { it.throttle_time_ms = reader.i32()?; }
        it.error_code = ErrorCode(reader.i16()?);
        it.groups = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ListGroupsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        if version >= 1 { writer.i32(self.throttle_time_ms); }
        writer.i16(self.error_code.0);
        put::array(writer, flexible, version, &self.groups);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListedGroup {
    pub group_id: String,
    pub protocol_type: String,
    pub group_state: String,
    pub group_type: String,
}

impl Decode for ListedGroup {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.group_id = take::string(reader, flexible)?;
        it.protocol_type = take::string(reader, flexible)?;
        if version >= 4 { it.group_state = take::string(reader, flexible)?; }
        if version >= 5 { it.group_type = take::string(reader, flexible)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ListedGroup {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.group_id);
        put::string(writer, flexible, &self.protocol_type);
        if version >= 4 { put::string(writer, flexible, &self.group_state); }
        if version >= 5 { put::string(writer, flexible, &self.group_type); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ListGroupsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(3);
}

