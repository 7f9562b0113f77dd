//! DescribeDelegationToken (key 41): describes delegation tokens.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeDelegationTokenRequest {
    pub owners: Option<Vec<DescribeDelegationTokenOwner>>,
}

impl Decode for DescribeDelegationTokenRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.owners = take::nullable_array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeDelegationTokenRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::nullable_array(writer, flexible, version, self.owners.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeDelegationTokenOwner {
    pub principal_type: String,
    pub principal_name: String,
}

impl Decode for DescribeDelegationTokenOwner {
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

impl Encode for DescribeDelegationTokenOwner {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.principal_type);
        put::string(writer, flexible, &self.principal_name);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeDelegationTokenRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(2);
}

impl Request for DescribeDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::DescribeDelegationToken;
    type Response = DescribeDelegationTokenResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeDelegationTokenResponse {
    pub error_code: ErrorCode,
    pub tokens: Vec<DescribedDelegationToken>,
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
}

impl Decode for DescribeDelegationTokenResponse {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.error_code = ErrorCode(reader.i16()?);
        it.tokens = take::array(reader, flexible, version)?;
        it.throttle_time_ms = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeDelegationTokenResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i16(self.error_code.0);
        put::array(writer, flexible, version, &self.tokens);
        writer.i32(self.throttle_time_ms);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedDelegationToken {
    pub principal_type: String,
    pub principal_name: String,
    pub token_requester_principal_type: String,
    pub token_requester_principal_name: String,
    pub issue_timestamp: i64,
    pub expiry_timestamp: i64,
    pub max_timestamp: i64,
    pub token_id: String,
    pub hmac: Bytes,
    pub renewers: Vec<DescribedDelegationTokenRenewer>,
}

impl Decode for DescribedDelegationToken {
    const BYTES_MIN: usize = 30;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.principal_type = take::string(reader, flexible)?;
        it.principal_name = take::string(reader, flexible)?;
        if version >= 3 { it.token_requester_principal_type = take::string(reader, flexible)?; }
        if version >= 3 { it.token_requester_principal_name = take::string(reader, flexible)?; }
        it.issue_timestamp = reader.i64()?;
        it.expiry_timestamp = reader.i64()?;
        it.max_timestamp = reader.i64()?;
        it.token_id = take::string(reader, flexible)?;
        it.hmac = take::bytes(reader, flexible)?;
        it.renewers = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribedDelegationToken {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.principal_type);
        put::string(writer, flexible, &self.principal_name);
        if version >= 3 { put::string(writer, flexible, &self.token_requester_principal_type); }
        if version >= 3 { put::string(writer, flexible, &self.token_requester_principal_name); }
        writer.i64(self.issue_timestamp);
        writer.i64(self.expiry_timestamp);
        writer.i64(self.max_timestamp);
        put::string(writer, flexible, &self.token_id);
        put::bytes(writer, flexible, &self.hmac);
        put::array(writer, flexible, version, &self.renewers);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedDelegationTokenRenewer {
    pub principal_type: String,
    pub principal_name: String,
}

impl Decode for DescribedDelegationTokenRenewer {
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

impl Encode for DescribedDelegationTokenRenewer {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.principal_type);
        put::string(writer, flexible, &self.principal_name);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeDelegationTokenResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(2);
}

