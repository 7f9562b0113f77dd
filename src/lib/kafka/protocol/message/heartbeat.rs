//! Heartbeat (key 12): a group member says that it is alive.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeartbeatRequest {
    pub group_id: String,
    /// The generation the member believes in.
    pub generation_id: i32,
    pub member_id: String,
    /// The member's static name; null for a dynamic member (KIP-345).
    pub group_instance_id: Option<String>,
}

impl Decode for HeartbeatRequest {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.group_id = take::string(reader, flexible)?;
        it.generation_id = reader.i32()?;
        it.member_id = take::string(reader, flexible)?;
        if version >= 3 { it.group_instance_id = take::nullable_string(reader, flexible)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for HeartbeatRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::string(writer, flexible, &self.group_id);
        writer.i32(self.generation_id);
        put::string(writer, flexible, &self.member_id);
        if version >= 3 { put::nullable_string(writer, flexible, self.group_instance_id.as_deref()); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for HeartbeatRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(4);
}

impl Request for HeartbeatRequest {
    const KEY: ApiKey = ApiKey::Heartbeat;
    type Response = HeartbeatResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeartbeatResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
}

impl Decode for HeartbeatResponse {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        if version >= 1 { it.throttle_time_ms = reader.i32()?; }
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for HeartbeatResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        if version >= 1 { writer.i32(self.throttle_time_ms); }
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for HeartbeatResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(4);
}

