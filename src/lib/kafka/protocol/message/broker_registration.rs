//! BrokerRegistration (key 62): a KRaft broker registers.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct BrokerRegistrationRequest {
    pub broker_id: i32,
    pub cluster_id: String,
    pub incarnation_id: Uuid,
    pub listeners: Vec<Listener>,
    pub features: Vec<Feature>,
    pub rack: Option<String>,
    pub is_migrating_zk_broker: bool,
    pub log_dirs: Vec<Uuid>,
    pub previous_broker_epoch: i64,
}

impl Default for BrokerRegistrationRequest {
    fn default() -> Self {
        BrokerRegistrationRequest {
            broker_id: 0,
            cluster_id: String::default(),
            incarnation_id: Uuid::ZERO,
            listeners: Vec::new(),
            features: Vec::new(),
            rack: None,
            is_migrating_zk_broker: false,
            log_dirs: Vec::new(),
            previous_broker_epoch: -1,
        }
    }
}

impl Decode for BrokerRegistrationRequest {
    const BYTES_MIN: usize = 25;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.broker_id = reader.i32()?;
        it.cluster_id = take::string(reader, true)?;
        it.incarnation_id = take::uuid(reader)?;
        it.listeners = take::array(reader, true, version)?;
        it.features = take::array(reader, true, version)?;
        it.rack = take::nullable_string(reader, true)?;
        if version >= 1 { it.is_migrating_zk_broker = reader.bool()?; }
        if version >= 2 { it.log_dirs = take::numbers(reader, true, 16, take::uuid)?; }
        if version >= 3 { it.previous_broker_epoch = reader.i64()?; }
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for BrokerRegistrationRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.broker_id);
        put::string(writer, true, &self.cluster_id);
        put::uuid(writer, self.incarnation_id);
        put::array(writer, true, version, &self.listeners);
        put::array(writer, true, version, &self.features);
        put::nullable_string(writer, true, self.rack.as_deref());
        if version >= 1 { writer.bool(self.is_migrating_zk_broker); }
        if version >= 2 { put::numbers(writer, true, &self.log_dirs, put::uuid); }
        if version >= 3 { writer.i64(self.previous_broker_epoch); }
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

impl Message for BrokerRegistrationRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for BrokerRegistrationRequest {
    const KEY: ApiKey = ApiKey::BrokerRegistration;
    type Response = BrokerRegistrationResponse;
}

#[derive(Clone, Debug, PartialEq)]
pub struct BrokerRegistrationResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// The broker's registration: the czxid of its znode; -1 to skip the check.
    pub broker_epoch: i64,
}

impl Default for BrokerRegistrationResponse {
    fn default() -> Self {
        BrokerRegistrationResponse {
            throttle_time_ms: 0,
            error_code: ErrorCode::NONE,
            broker_epoch: -1,
        }
    }
}

impl Decode for BrokerRegistrationResponse {
    const BYTES_MIN: usize = 15;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.broker_epoch = reader.i64()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for BrokerRegistrationResponse {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        writer.i64(self.broker_epoch);
        put::no_tags(writer);
    }
}

impl Message for BrokerRegistrationResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(0);
}

