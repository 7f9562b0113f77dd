//! DeleteGroups (key 42): deletes groups that have no members.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteGroupsRequest {
    pub groups_names: Vec<String>,
}

impl Decode for DeleteGroupsRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.groups_names = take::strings(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DeleteGroupsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::strings(writer, flexible, &self.groups_names);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DeleteGroupsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 2;
    const FLEXIBLE: Option<i16> = Some(2);
}

impl Request for DeleteGroupsRequest {
    const KEY: ApiKey = ApiKey::DeleteGroups;
    type Response = DeleteGroupsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteGroupsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub results: Vec<DeletableGroupResult>,
}

impl Decode for DeleteGroupsResponse {
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

impl Encode for DeleteGroupsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i32(self.throttle_time_ms);
        put::array(writer, flexible, version, &self.results);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeletableGroupResult {
    pub group_id: String,
    pub error_code: ErrorCode,
}

impl Decode for DeletableGroupResult {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.group_id = take::string(reader, flexible)?;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DeletableGroupResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.group_id);
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DeleteGroupsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 2;
    const FLEXIBLE: Option<i16> = Some(2);
}

