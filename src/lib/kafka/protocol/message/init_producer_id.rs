//! InitProducerId (key 22): gives a producer its id and epoch.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct InitProducerIdRequest {
    pub transactional_id: Option<String>,
    pub transaction_timeout_ms: i32,
    pub producer_id: i64,
    pub producer_epoch: i16,
}

impl Default for InitProducerIdRequest {
    fn default() -> Self {
        InitProducerIdRequest {
            transactional_id: None,
            transaction_timeout_ms: 0,
            producer_id: -1,
            producer_epoch: -1,
        }
    }
}

impl Decode for InitProducerIdRequest {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.transactional_id = take::nullable_string(reader, flexible)?;
        it.transaction_timeout_ms = reader.i32()?;
        if version >= 3 { it.producer_id = reader.i64()?; }
        if version >= 3 { it.producer_epoch = reader.i16()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for InitProducerIdRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::nullable_string(writer, flexible, self.transactional_id.as_deref());
        writer.i32(self.transaction_timeout_ms);
        if version >= 3 { writer.i64(self.producer_id); }
        if version >= 3 { writer.i16(self.producer_epoch); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for InitProducerIdRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(2);
}

impl Request for InitProducerIdRequest {
    const KEY: ApiKey = ApiKey::InitProducerId;
    type Response = InitProducerIdResponse;
}

#[derive(Clone, Debug, PartialEq)]
pub struct InitProducerIdResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub producer_id: i64,
    pub producer_epoch: i16,
}

impl Default for InitProducerIdResponse {
    fn default() -> Self {
        InitProducerIdResponse {
            throttle_time_ms: 0,
            error_code: ErrorCode::NONE,
            producer_id: -1,
            producer_epoch: 0,
        }
    }
}

impl Decode for InitProducerIdResponse {
    const BYTES_MIN: usize = 16;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.producer_id = reader.i64()?;
        it.producer_epoch = reader.i16()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for InitProducerIdResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        writer.i64(self.producer_id);
        writer.i16(self.producer_epoch);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for InitProducerIdResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(2);
}

