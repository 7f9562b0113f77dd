//! CreateDelegationToken (key 38): creates a delegation token.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateDelegationTokenRequest {
    pub owner_principal_type: Option<String>,
    pub owner_principal_name: Option<String>,
    pub renewers: Vec<CreatableRenewers>,
    pub max_lifetime_ms: i64,
}

impl Decode for CreateDelegationTokenRequest {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        if version >= 3 { it.owner_principal_type = take::nullable_string(reader, flexible)?; }
        if version >= 3 { it.owner_principal_name = take::nullable_string(reader, flexible)?; }
        it.renewers = take::array(reader, flexible, version)?;
        it.max_lifetime_ms = reader.i64()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for CreateDelegationTokenRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        if version >= 3 { put::nullable_string(writer, flexible, self.owner_principal_type.as_deref()); }
        if version >= 3 { put::nullable_string(writer, flexible, self.owner_principal_name.as_deref()); }
        put::array(writer, flexible, version, &self.renewers);
        writer.i64(self.max_lifetime_ms);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableRenewers {
    pub principal_type: String,
    pub principal_name: String,
}

impl Decode for CreatableRenewers {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.principal_type = take::string(reader, flexible)?;
        it.principal_name = take::string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for CreatableRenewers {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.principal_type);
        put::string(writer, flexible, &self.principal_name);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for CreateDelegationTokenRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(2);
}

impl Request for CreateDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::CreateDelegationToken;
    type Response = CreateDelegationTokenResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateDelegationTokenResponse {
    pub error_code: ErrorCode,
    pub principal_type: String,
    pub principal_name: String,
    pub token_requester_principal_type: String,
    pub token_requester_principal_name: String,
    pub issue_timestamp_ms: i64,
    pub expiry_timestamp_ms: i64,
    pub max_timestamp_ms: i64,
    pub token_id: String,
    pub hmac: Bytes,
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
}

impl Decode for CreateDelegationTokenResponse {
    const BYTES_MIN: usize = 35;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.error_code = ErrorCode(reader.i16()?);
        it.principal_type = take::string(reader, flexible)?;
        it.principal_name = take::string(reader, flexible)?;
        if version >= 3 { it.token_requester_principal_type = take::string(reader, flexible)?; }
        if version >= 3 { it.token_requester_principal_name = take::string(reader, flexible)?; }
        it.issue_timestamp_ms = reader.i64()?;
        it.expiry_timestamp_ms = reader.i64()?;
        it.max_timestamp_ms = reader.i64()?;
        it.token_id = take::string(reader, flexible)?;
        it.hmac = take::bytes(reader, flexible)?;
        it.throttle_time_ms = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for CreateDelegationTokenResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i16(self.error_code.0);
        put::string(writer, flexible, &self.principal_type);
        put::string(writer, flexible, &self.principal_name);
        if version >= 3 { put::string(writer, flexible, &self.token_requester_principal_type); }
        if version >= 3 { put::string(writer, flexible, &self.token_requester_principal_name); }
        writer.i64(self.issue_timestamp_ms);
        writer.i64(self.expiry_timestamp_ms);
        writer.i64(self.max_timestamp_ms);
        put::string(writer, flexible, &self.token_id);
        put::bytes(writer, flexible, &self.hmac);
        writer.i32(self.throttle_time_ms);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for CreateDelegationTokenResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(2);
}

