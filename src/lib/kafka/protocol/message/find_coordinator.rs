//! FindCoordinator (key 10): finds the coordinator of a group, a transactional id or a share
//! partition.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindCoordinatorRequest {
    pub key: String,
    /// 0 group, 1 transactional id, 2 share partition.
    pub key_type: i8,
    pub coordinator_keys: Vec<String>,
}

impl Decode for FindCoordinatorRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        if version <= 3 { it.key = take::string(reader, flexible)?; }
        if version >= 1 { it.key_type = reader.i8()?; }
        if version >= 4 { it.coordinator_keys = take::strings(reader, flexible)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for FindCoordinatorRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        if version <= 3 { put::string(writer, flexible, &self.key); }
        if version >= 1 { writer.i8(self.key_type); }
        if version >= 4 { put::strings(writer, flexible, &self.coordinator_keys); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for FindCoordinatorRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 6;
    const FLEXIBLE: Option<i16> = Some(3);
}

impl Request for FindCoordinatorRequest {
    const KEY: ApiKey = ApiKey::FindCoordinator;
    type Response = FindCoordinatorResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindCoordinatorResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub node_id: i32,
    pub host: String,
    pub port: i32,
    pub coordinators: Vec<Coordinator>,
}

impl Decode for FindCoordinatorResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        if version >= 1 { it.throttle_time_ms = reader.i32()?; }
        if version <= 3 { it.error_code = ErrorCode(reader.i16()?); }
        if (1..=3).contains(&version) { it.error_message = take::nullable_string(reader, flexible)?; }
        if version <= 3 { it.node_id = reader.i32()?; }
        if version <= 3 { it.host = take::string(reader, flexible)?; }
        if version <= 3 { it.port = reader.i32()?; }
        if version >= 4 { it.coordinators = take::array(reader, flexible, version)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for FindCoordinatorResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        if version >= 1 { writer.i32(self.throttle_time_ms); }
        if version <= 3 { writer.i16(self.error_code.0); }
        if (1..=3).contains(&version) { put::nullable_string(writer, flexible, self.error_message.as_deref()); }
        if version <= 3 { writer.i32(self.node_id); }
        if version <= 3 { put::string(writer, flexible, &self.host); }
        if version <= 3 { writer.i32(self.port); }
        if version >= 4 { put::array(writer, flexible, version, &self.coordinators); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coordinator {
    pub key: String,
    pub node_id: i32,
    pub host: String,
    pub port: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
}

impl Decode for Coordinator {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.key = take::string(reader, flexible)?;
        it.node_id = reader.i32()?;
        it.host = take::string(reader, flexible)?;
        it.port = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for Coordinator {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.key);
        writer.i32(self.node_id);
        put::string(writer, flexible, &self.host);
        writer.i32(self.port);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, flexible, self.error_message.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

impl Message for FindCoordinatorResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 6;
    const FLEXIBLE: Option<i16> = Some(3);
}

