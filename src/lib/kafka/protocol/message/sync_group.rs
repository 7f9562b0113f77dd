//! SyncGroup (key 14): the leader of a group hands out the assignment, and each member receives its
//! own.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncGroupRequest {
    pub group_id: String,
    /// The generation the member believes in.
    pub generation_id: i32,
    pub member_id: String,
    /// The member's static name; null for a dynamic member (KIP-345).
    pub group_instance_id: Option<String>,
    pub protocol_type: Option<String>,
    pub protocol_name: Option<String>,
    pub assignments: Vec<SyncGroupRequestAssignment>,
}

impl Decode for SyncGroupRequest {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.group_id = take::string(reader, flexible)?;
        it.generation_id = reader.i32()?;
        it.member_id = take::string(reader, flexible)?;
        if version >= 3 { it.group_instance_id = take::nullable_string(reader, flexible)?; }
        if version >= 5 { it.protocol_type = take::nullable_string(reader, flexible)?; }
        if version >= 5 { it.protocol_name = take::nullable_string(reader, flexible)?; }
        it.assignments = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for SyncGroupRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::string(writer, flexible, &self.group_id);
        writer.i32(self.generation_id);
        put::string(writer, flexible, &self.member_id);
        if version >= 3 { put::nullable_string(writer, flexible, self.group_instance_id.as_deref()); }
        if version >= 5 { put::nullable_string(writer, flexible, self.protocol_type.as_deref()); }
        if version >= 5 { put::nullable_string(writer, flexible, self.protocol_name.as_deref()); }
        put::array(writer, flexible, version, &self.assignments);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncGroupRequestAssignment {
    pub member_id: String,
    pub assignment: Bytes,
}

impl Decode for SyncGroupRequestAssignment {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.member_id = take::string(reader, flexible)?;
        it.assignment = take::bytes(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for SyncGroupRequestAssignment {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::string(writer, flexible, &self.member_id);
        put::bytes(writer, flexible, &self.assignment);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for SyncGroupRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(4);
}

impl Request for SyncGroupRequest {
    const KEY: ApiKey = ApiKey::SyncGroup;
    type Response = SyncGroupResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncGroupResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub protocol_type: Option<String>,
    pub protocol_name: Option<String>,
    pub assignment: Bytes,
}

impl Decode for SyncGroupResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        if version >= 1 { it.throttle_time_ms = reader.i32()?; }
        it.error_code = ErrorCode(reader.i16()?);
        if version >= 5 { it.protocol_type = take::nullable_string(reader, flexible)?; }
        if version >= 5 { it.protocol_name = take::nullable_string(reader, flexible)?; }
        it.assignment = take::bytes(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for SyncGroupResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        if version >= 1 { writer.i32(self.throttle_time_ms); }
        writer.i16(self.error_code.0);
        if version >= 5 { put::nullable_string(writer, flexible, self.protocol_type.as_deref()); }
        if version >= 5 { put::nullable_string(writer, flexible, self.protocol_name.as_deref()); }
        put::bytes(writer, flexible, &self.assignment);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for SyncGroupResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(4);
}

