//! RenewDelegationToken (key 39): extends the life of a delegation token.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RenewDelegationTokenRequest {
    pub hmac: Bytes,
    pub renew_period_ms: i64,
}

impl Decode for RenewDelegationTokenRequest {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.hmac = take::bytes(reader, flexible)?;
        it.renew_period_ms = reader.i64()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for RenewDelegationTokenRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::bytes(writer, flexible, &self.hmac);
        writer.i64(self.renew_period_ms);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for RenewDelegationTokenRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 2;
    const FLEXIBLE: Option<i16> = Some(2);
}

impl Request for RenewDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::RenewDelegationToken;
    type Response = RenewDelegationTokenResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RenewDelegationTokenResponse {
    pub error_code: ErrorCode,
    pub expiry_timestamp_ms: i64,
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
}

impl Decode for RenewDelegationTokenResponse {
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

impl Encode for RenewDelegationTokenResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i16(self.error_code.0);
        writer.i64(self.expiry_timestamp_ms);
        writer.i32(self.throttle_time_ms);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for RenewDelegationTokenResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 2;
    const FLEXIBLE: Option<i16> = Some(2);
}

