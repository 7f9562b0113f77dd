//! UnregisterBroker (key 64): removes the registration of a KRaft broker.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnregisterBrokerRequest {
    pub broker_id: i32,
}

impl Decode for UnregisterBrokerRequest {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.broker_id = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for UnregisterBrokerRequest {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.broker_id);
        put::no_tags(writer);
    }
}

impl Message for UnregisterBrokerRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for UnregisterBrokerRequest {
    const KEY: ApiKey = ApiKey::UnregisterBroker;
    type Response = UnregisterBrokerResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnregisterBrokerResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
}

impl Decode for UnregisterBrokerResponse {
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

impl Encode for UnregisterBrokerResponse {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        put::no_tags(writer);
    }
}

impl Message for UnregisterBrokerResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

