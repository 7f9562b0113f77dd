//! LeaveGroup (key 13): members leave a group.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaveGroupRequest {
    pub group_id: String,
    pub member_id: String,
    pub members: Vec<MemberIdentity>,
}

impl Decode for LeaveGroupRequest {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.group_id = take::string(reader, flexible)?;
        if version <= 2 { it.member_id = take::string(reader, flexible)?; }
        if version >= 3 { it.members = take::array(reader, flexible, version)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaveGroupRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::string(writer, flexible, &self.group_id);
        if version <= 2 { put::string(writer, flexible, &self.member_id); }
        if version >= 3 { put::array(writer, flexible, version, &self.members); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemberIdentity {
    pub member_id: String,
    /// The member's static name; null for a dynamic member (KIP-345).
    pub group_instance_id: Option<String>,
    /// Why, for the broker's log.
    pub reason: Option<String>,
}

impl Decode for MemberIdentity {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.member_id = take::string(reader, flexible)?;
        it.group_instance_id = take::nullable_string(reader, flexible)?;
        if version >= 5 { it.reason = take::nullable_string(reader, flexible)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for MemberIdentity {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::string(writer, flexible, &self.member_id);
        put::nullable_string(writer, flexible, self.group_instance_id.as_deref());
        if version >= 5 { put::nullable_string(writer, flexible, self.reason.as_deref()); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for LeaveGroupRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(4);
}

impl Request for LeaveGroupRequest {
    const KEY: ApiKey = ApiKey::LeaveGroup;
    type Response = LeaveGroupResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaveGroupResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub members: Vec<MemberResponse>,
}

impl Decode for LeaveGroupResponse {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        if version >= 1 { it.throttle_time_ms = reader.i32()?; }
        it.error_code = ErrorCode(reader.i16()?);
        if version >= 3 { it.members = take::array(reader, flexible, version)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaveGroupResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        if version >= 1 { writer.i32(self.throttle_time_ms); }
        writer.i16(self.error_code.0);
        if version >= 3 { put::array(writer, flexible, version, &self.members); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemberResponse {
    pub member_id: String,
    /// The member's static name; null for a dynamic member (KIP-345).
    pub group_instance_id: Option<String>,
    pub error_code: ErrorCode,
}

impl Decode for MemberResponse {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.member_id = take::string(reader, flexible)?;
        it.group_instance_id = take::nullable_string(reader, flexible)?;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for MemberResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::string(writer, flexible, &self.member_id);
        put::nullable_string(writer, flexible, self.group_instance_id.as_deref());
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for LeaveGroupResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(4);
}

