//! ExpireDelegationToken (key 40): shortens or ends the life of a delegation token.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpireDelegationTokenRequest {
    pub hmac: Bytes,
    pub expiry_time_period_ms: i64,
}

impl Decode for ExpireDelegationTokenRequest {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.hmac = take::bytes(reader, flexible)?;
        it.expiry_time_period_ms = reader.i64()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ExpireDelegationTokenRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::bytes(writer, flexible, &self.hmac);
        writer.i64(self.expiry_time_period_ms);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ExpireDelegationTokenRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 2;
    const FLEXIBLE: Option<i16> = Some(2);
}

impl Request for ExpireDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::ExpireDelegationToken;
    type Response = ExpireDelegationTokenResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpireDelegationTokenResponse {
    pub error_code: ErrorCode,
    pub expiry_timestamp_ms: i64,
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
}

impl Decode for ExpireDelegationTokenResponse {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.error_code = ErrorCode(reader.i16()?);
        it.expiry_timestamp_ms = reader.i64()?;
        it.throttle_time_ms = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ExpireDelegationTokenResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i16(self.error_code.0);
        writer.i64(self.expiry_timestamp_ms);
        writer.i32(self.throttle_time_ms);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ExpireDelegationTokenResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 2;
    const FLEXIBLE: Option<i16> = Some(2);
}

