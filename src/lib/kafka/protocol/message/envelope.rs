//! Envelope (key 58): carries a forwarded request together with the principal who sent it.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvelopeRequest {
    pub request_data: Bytes,
    pub request_principal: Option<Bytes>,
    pub client_host_address: Bytes,
}

impl Decode for EnvelopeRequest {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.request_data = take::bytes(reader, true)?;
        it.request_principal = take::nullable_bytes(reader, true)?;
        it.client_host_address = take::bytes(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for EnvelopeRequest {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::bytes(writer, true, &self.request_data);
        put::nullable_bytes(writer, true, self.request_principal.as_deref());
        put::bytes(writer, true, &self.client_host_address);
        put::no_tags(writer);
    }
}

impl Message for EnvelopeRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for EnvelopeRequest {
    const KEY: ApiKey = ApiKey::Envelope;
    type Response = EnvelopeResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvelopeResponse {
    pub response_data: Option<Bytes>,
    pub error_code: ErrorCode,
}

impl Decode for EnvelopeResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.response_data = take::nullable_bytes(reader, true)?;
        it.error_code = ErrorCode(reader.i16()?);
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for EnvelopeResponse {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::nullable_bytes(writer, true, self.response_data.as_deref());
        writer.i16(self.error_code.0);
        put::no_tags(writer);
    }
}

impl Message for EnvelopeResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

