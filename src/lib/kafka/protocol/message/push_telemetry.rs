//! PushTelemetry (key 72): a client pushes metrics.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PushTelemetryRequest {
    pub client_instance_id: Uuid,
    pub subscription_id: i32,
    pub terminating: bool,
    pub compression_type: i8,
    pub metrics: Bytes,
}

impl Decode for PushTelemetryRequest {
    const BYTES_MIN: usize = 24;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.client_instance_id = take::uuid(reader)?;
        it.subscription_id = reader.i32()?;
        it.terminating = reader.bool()?;
        it.compression_type = reader.i8()?;
        it.metrics = take::bytes(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PushTelemetryRequest {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::uuid(writer, self.client_instance_id);
        writer.i32(self.subscription_id);
        writer.bool(self.terminating);
        writer.i8(self.compression_type);
        put::bytes(writer, true, &self.metrics);
        put::no_tags(writer);
    }
}

impl Message for PushTelemetryRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for PushTelemetryRequest {
    const KEY: ApiKey = ApiKey::PushTelemetry;
    type Response = PushTelemetryResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PushTelemetryResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
}

impl Decode for PushTelemetryResponse {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PushTelemetryResponse {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::no_tags(writer);
    }
}

impl Message for PushTelemetryResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

