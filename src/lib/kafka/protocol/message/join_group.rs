//! JoinGroup (key 11): a member joins a group, or joins it again in a rebalance.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct JoinGroupRequest {
    pub group_id: String,
    pub session_timeout_ms: i32,
    /// How long members may take to join again; -1 before version 1.
    pub rebalance_timeout_ms: i32,
    pub member_id: String,
    /// The member's static name; null for a dynamic member (KIP-345).
    pub group_instance_id: Option<String>,
    pub protocol_type: String,
    pub protocols: Vec<JoinGroupRequestProtocol>,
    /// Why, for the broker's log.
    pub reason: Option<String>,
}

impl Default for JoinGroupRequest {
    fn default() -> Self {
        JoinGroupRequest {
            group_id: String::default(),
            session_timeout_ms: 0,
            rebalance_timeout_ms: -1,
            member_id: String::default(),
            group_instance_id: None,
            protocol_type: String::default(),
            protocols: Vec::new(),
            reason: None,
        }
    }
}

impl Decode for JoinGroupRequest {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.group_id = take::string(reader, flexible)?;
        it.session_timeout_ms = reader.i32()?;
        if version >= 1 { it.rebalance_timeout_ms = reader.i32()?; }
        it.member_id = take::string(reader, flexible)?;
        if version >= 5 { it.group_instance_id = take::nullable_string(reader, flexible)?; }
        it.protocol_type = take::string(reader, flexible)?;
        it.protocols = take::array(reader, flexible, version)?;
        if version >= 8 { it.reason = take::nullable_string(reader, flexible)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for JoinGroupRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.group_id);
        writer.i32(self.session_timeout_ms);
        if version >= 1 { writer.i32(self.rebalance_timeout_ms); }
        put::string(writer, flexible, &self.member_id);
        if version >= 5 { put::nullable_string(writer, flexible, self.group_instance_id.as_deref()); }
        put::string(writer, flexible, &self.protocol_type);
        put::array(writer, flexible, version, &self.protocols);
        if version >= 8 { put::nullable_string(writer, flexible, self.reason.as_deref()); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinGroupRequestProtocol {
    pub name: String,
    pub metadata: Bytes,
}

impl Decode for JoinGroupRequestProtocol {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.name = take::string(reader, flexible)?;
        it.metadata = take::bytes(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for JoinGroupRequestProtocol {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.name);
        put::bytes(writer, flexible, &self.metadata);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for JoinGroupRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 9;
    const FLEXIBLE: Option<i16> = Some(6);
}

impl Request for JoinGroupRequest {
    const KEY: ApiKey = ApiKey::JoinGroup;
    type Response = JoinGroupResponse;
}

#[derive(Clone, Debug, PartialEq)]
pub struct JoinGroupResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// The generation the member believes in.
    pub generation_id: i32,
    pub protocol_type: Option<String>,
    pub protocol_name: Option<String>,
    pub leader: String,
    /// Whether the leader need not assign, since nothing changed (KIP-814).
    pub skip_assignment: bool,
    pub member_id: String,
    pub members: Vec<JoinGroupResponseMember>,
}

impl Default for JoinGroupResponse {
    fn default() -> Self {
        JoinGroupResponse {
            throttle_time_ms: 0,
            error_code: ErrorCode::NONE,
            generation_id: -1,
            protocol_type: None,
            protocol_name: None,
            leader: String::default(),
            skip_assignment: false,
            member_id: String::default(),
            members: Vec::new(),
        }
    }
}

impl Decode for JoinGroupResponse {
    const BYTES_MIN: usize = 15;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        if version >= 2 { it.throttle_time_ms = reader.i32()?; }
        it.error_code = ErrorCode(reader.i16()?);
        it.generation_id = reader.i32()?;
        if version >= 7 { it.protocol_type = take::nullable_string(reader, flexible)?; }
        it.protocol_name = if version >= 7 { take::nullable_string(reader, flexible)? } else { Some(take::string(reader, flexible)?) };
        it.leader = take::string(reader, flexible)?;
        if version >= 9 { it.skip_assignment = reader.bool()?; }
        it.member_id = take::string(reader, flexible)?;
        it.members = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for JoinGroupResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        if version >= 2 { writer.i32(self.throttle_time_ms); }
        writer.i16(self.error_code.0);
        writer.i32(self.generation_id);
        if version >= 7 { put::nullable_string(writer, flexible, self.protocol_type.as_deref()); }
        if version >= 7 { put::nullable_string(writer, flexible, self.protocol_name.as_deref()); } else { put::string(writer, flexible, self.protocol_name.as_deref().unwrap_or_default()); }
        put::string(writer, flexible, &self.leader);
        if version >= 9 { writer.bool(self.skip_assignment); }
        put::string(writer, flexible, &self.member_id);
        put::array(writer, flexible, version, &self.members);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinGroupResponseMember {
    pub member_id: String,
    /// The member's static name; null for a dynamic member (KIP-345).
    pub group_instance_id: Option<String>,
    pub metadata: Bytes,
}

impl Decode for JoinGroupResponseMember {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.member_id = take::string(reader, flexible)?;
        if version >= 5 { it.group_instance_id = take::nullable_string(reader, flexible)?; }
        it.metadata = take::bytes(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for JoinGroupResponseMember {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.member_id);
        if version >= 5 { put::nullable_string(writer, flexible, self.group_instance_id.as_deref()); }
        put::bytes(writer, flexible, &self.metadata);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for JoinGroupResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 9;
    const FLEXIBLE: Option<i16> = Some(6);
}

