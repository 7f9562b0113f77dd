//! DescribeCluster (key 60): describes the cluster: its id, controller and brokers.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeClusterRequest {
    pub include_cluster_authorized_operations: bool,
    pub endpoint_type: i8,
}

impl Default for DescribeClusterRequest {
    fn default() -> Self {
        DescribeClusterRequest {
            include_cluster_authorized_operations: false,
            endpoint_type: 1,
        }
    }
}

impl Decode for DescribeClusterRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.include_cluster_authorized_operations = reader.bool()?;
        if version >= 1 { it.endpoint_type = reader.i8()?; }
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DescribeClusterRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.bool(self.include_cluster_authorized_operations);
        if version >= 1 { writer.i8(self.endpoint_type); }
        put::no_tags(writer);
    }
}

impl Message for DescribeClusterRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for DescribeClusterRequest {
    const KEY: ApiKey = ApiKey::DescribeCluster;
    type Response = DescribeClusterResponse;
}

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeClusterResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub endpoint_type: i8,
    pub cluster_id: String,
    pub controller_id: i32,
    pub brokers: Vec<DescribeClusterBroker>,
    /// A bit set of allowed operations; the smallest i32 where nobody asked.
    pub cluster_authorized_operations: i32,
}

impl Default for DescribeClusterResponse {
    fn default() -> Self {
        DescribeClusterResponse {
            throttle_time_ms: 0,
            error_code: ErrorCode::NONE,
            error_message: None,
            endpoint_type: 1,
            cluster_id: String::default(),
            controller_id: -1,
            brokers: Vec::new(),
            cluster_authorized_operations: i32::MIN,
        }
    }
}

impl Decode for DescribeClusterResponse {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        if version >= 1 { it.endpoint_type = reader.i8()?; }
        it.cluster_id = take::string(reader, true)?;
        it.controller_id = reader.i32()?;
        it.brokers = take::array(reader, true, version)?;
        it.cluster_authorized_operations = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DescribeClusterResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        if version >= 1 { writer.i8(self.endpoint_type); }
        put::string(writer, true, &self.cluster_id);
        writer.i32(self.controller_id);
        put::array(writer, true, version, &self.brokers);
        writer.i32(self.cluster_authorized_operations);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeClusterBroker {
    pub broker_id: i32,
    pub host: String,
    pub port: i32,
    pub rack: Option<String>,
}

impl Decode for DescribeClusterBroker {
    const BYTES_MIN: usize = 11;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.broker_id = reader.i32()?;
        it.host = take::string(reader, true)?;
        it.port = reader.i32()?;
        it.rack = take::nullable_string(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DescribeClusterBroker {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.broker_id);
        put::string(writer, true, &self.host);
        writer.i32(self.port);
        put::nullable_string(writer, true, self.rack.as_deref());
        put::no_tags(writer);
    }
}

impl Message for DescribeClusterResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

