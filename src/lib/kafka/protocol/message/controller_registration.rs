//! ControllerRegistration (key 70): a KRaft controller registers.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ControllerRegistrationRequest {
    pub controller_id: i32,
    pub incarnation_id: Uuid,
    /// Whether a KRaft migration may begin.
    pub zk_migration_ready: bool,
    pub listeners: Vec<Listener>,
    pub features: Vec<Feature>,
}

impl Decode for ControllerRegistrationRequest {
    const BYTES_MIN: usize = 24;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.controller_id = reader.i32()?;
        it.incarnation_id = take::uuid(reader)?;
        it.zk_migration_ready = reader.bool()?;
        it.listeners = take::array(reader, true, version)?;
        it.features = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ControllerRegistrationRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.controller_id);
        put::uuid(writer, self.incarnation_id);
        writer.bool(self.zk_migration_ready);
        put::array(writer, true, version, &self.listeners);
        put::array(writer, true, version, &self.features);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener {
    pub name: String,
    pub host: String,
    pub port: u16,
    pub security_protocol: i16,
}

impl Decode for Listener {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        it.host = take::string(reader, true)?;
        it.port = reader.u16()?;
        it.security_protocol = reader.i16()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for Listener {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.name);
        put::string(writer, true, &self.host);
        writer.u16(self.port);
        writer.i16(self.security_protocol);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feature {
    pub name: String,
    pub min_supported_version: i16,
    pub max_supported_version: i16,
}

impl Decode for Feature {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        it.min_supported_version = reader.i16()?;
        it.max_supported_version = reader.i16()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for Feature {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.name);
        writer.i16(self.min_supported_version);
        writer.i16(self.max_supported_version);
        put::no_tags(writer);
    }
}

impl Message for ControllerRegistrationRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ControllerRegistrationRequest {
    const KEY: ApiKey = ApiKey::ControllerRegistration;
    type Response = ControllerRegistrationResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ControllerRegistrationResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
}

impl Decode for ControllerRegistrationResponse {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ControllerRegistrationResponse {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        put::no_tags(writer);
    }
}

impl Message for ControllerRegistrationResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

