//! ListClientMetricsResources (key 74): lists the client metrics resources.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListClientMetricsResourcesRequest {}

impl Decode for ListClientMetricsResourcesRequest {
    const BYTES_MIN: usize = 1;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let it = Self::default();
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ListClientMetricsResourcesRequest {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::no_tags(writer);
    }
}

impl Message for ListClientMetricsResourcesRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ListClientMetricsResourcesRequest {
    const KEY: ApiKey = ApiKey::ListClientMetricsResources;
    type Response = ListClientMetricsResourcesResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListClientMetricsResourcesResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub client_metrics_resources: Vec<ClientMetricsResource>,
}

impl Decode for ListClientMetricsResourcesResponse {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.client_metrics_resources = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ListClientMetricsResourcesResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::array(writer, true, version, &self.client_metrics_resources);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientMetricsResource {
    pub name: String,
}

impl Decode for ClientMetricsResource {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ClientMetricsResource {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.name);
        put::no_tags(writer);
    }
}

impl Message for ListClientMetricsResourcesResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

