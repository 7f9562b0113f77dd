//! SaslHandshake (key 17): chooses the SASL mechanism of a connection.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslHandshakeRequest {
    pub mechanism: String,
}

impl Decode for SaslHandshakeRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.mechanism = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for SaslHandshakeRequest {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.mechanism);
    }
}

impl Message for SaslHandshakeRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = None;
}

impl Request for SaslHandshakeRequest {
    const KEY: ApiKey = ApiKey::SaslHandshake;
    type Response = SaslHandshakeResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslHandshakeResponse {
    pub error_code: ErrorCode,
    pub mechanisms: Vec<String>,
}

impl Decode for SaslHandshakeResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.error_code = ErrorCode(reader.i16()?);
        it.mechanisms = take::strings(reader, false)?;
        Ok(it)
    }
}

impl Encode for SaslHandshakeResponse {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i16(self.error_code.0);
        put::strings(writer, false, &self.mechanisms);
    }
}

impl Message for SaslHandshakeResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = None;
}

