//! AllocateProducerIds (key 67): a broker asks the controller for a block of producer ids.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct AllocateProducerIdsRequest {
    pub broker_id: i32,
    /// The broker's registration: the czxid of its znode; -1 to skip the check.
    pub broker_epoch: i64,
}

impl Default for AllocateProducerIdsRequest {
    fn default() -> Self {
        AllocateProducerIdsRequest {
            broker_id: 0,
            broker_epoch: -1,
        }
    }
}

impl Decode for AllocateProducerIdsRequest {
    const BYTES_MIN: usize = 13;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.broker_id = reader.i32()?;
        it.broker_epoch = reader.i64()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for AllocateProducerIdsRequest {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.broker_id);
        writer.i64(self.broker_epoch);
        put::no_tags(writer);
    }
}

impl Message for AllocateProducerIdsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for AllocateProducerIdsRequest {
    const KEY: ApiKey = ApiKey::AllocateProducerIds;
    type Response = AllocateProducerIdsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AllocateProducerIdsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub producer_id_start: i64,
    pub producer_id_len: i32,
}

impl Decode for AllocateProducerIdsResponse {
    const BYTES_MIN: usize = 19;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.producer_id_start = reader.i64()?;
        it.producer_id_len = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for AllocateProducerIdsResponse {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        writer.i64(self.producer_id_start);
        writer.i32(self.producer_id_len);
        put::no_tags(writer);
    }
}

impl Message for AllocateProducerIdsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

