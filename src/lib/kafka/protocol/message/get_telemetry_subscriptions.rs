//! GetTelemetrySubscriptions (key 71): a client asks which metrics it should push.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetTelemetrySubscriptionsRequest {
    pub client_instance_id: Uuid,
}

impl Decode for GetTelemetrySubscriptionsRequest {
    const BYTES_MIN: usize = 17;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.client_instance_id = take::uuid(reader)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for GetTelemetrySubscriptionsRequest {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::uuid(writer, self.client_instance_id);
        put::no_tags(writer);
    }
}

impl Message for GetTelemetrySubscriptionsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for GetTelemetrySubscriptionsRequest {
    const KEY: ApiKey = ApiKey::GetTelemetrySubscriptions;
    type Response = GetTelemetrySubscriptionsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetTelemetrySubscriptionsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub client_instance_id: Uuid,
    pub subscription_id: i32,
    pub accepted_compression_types: Vec<i8>,
    pub push_interval_ms: i32,
    pub telemetry_max_bytes: i32,
    pub delta_temporality: bool,
    pub requested_metrics: Vec<String>,
}

impl Decode for GetTelemetrySubscriptionsResponse {
    const BYTES_MIN: usize = 38;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.client_instance_id = take::uuid(reader)?;
        it.subscription_id = reader.i32()?;
        it.accepted_compression_types = take::numbers(reader, true, 1, Reader::i8)?;
        it.push_interval_ms = reader.i32()?;
        it.telemetry_max_bytes = reader.i32()?;
        it.delta_temporality = reader.bool()?;
        it.requested_metrics = take::strings(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for GetTelemetrySubscriptionsResponse {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::uuid(writer, self.client_instance_id);
        writer.i32(self.subscription_id);
        put::numbers(writer, true, &self.accepted_compression_types, Writer::i8);
        writer.i32(self.push_interval_ms);
        writer.i32(self.telemetry_max_bytes);
        writer.bool(self.delta_temporality);
        put::strings(writer, true, &self.requested_metrics);
        put::no_tags(writer);
    }
}

impl Message for GetTelemetrySubscriptionsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

