//! BrokerHeartbeat (key 63): a KRaft broker says that it is alive.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::tagged::{TagReader, TagWriter};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct BrokerHeartbeatRequest {
    pub broker_id: i32,
    /// The broker's registration: the czxid of its znode; -1 to skip the check.
    pub broker_epoch: i64,
    pub current_metadata_offset: i64,
    pub want_fence: bool,
    pub want_shut_down: bool,
    pub offline_log_dirs: Vec<Uuid>,
}

impl Default for BrokerHeartbeatRequest {
    fn default() -> Self {
        BrokerHeartbeatRequest {
            broker_id: 0,
            broker_epoch: -1,
            current_metadata_offset: 0,
            want_fence: false,
            want_shut_down: false,
            offline_log_dirs: Vec::new(),
        }
    }
}

impl Decode for BrokerHeartbeatRequest {
    const BYTES_MIN: usize = 23;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.broker_id = reader.i32()?;
        it.broker_epoch = reader.i64()?;
        it.current_metadata_offset = reader.i64()?;
        it.want_fence = reader.bool()?;
        it.want_shut_down = reader.bool()?;
        let mut tags = TagReader::new(reader)?;
        while let Some((tag, mut field)) = tags.next(reader)? {
            let reader = &mut field;
            match tag {
                0 if version >= 1 => it.offline_log_dirs = take::numbers(reader, true, 16, take::uuid)?,
                _ => continue,
            }
            reader.finish()?;
        }
        Ok(it)
    }
}

impl Encode for BrokerHeartbeatRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.broker_id);
        writer.i64(self.broker_epoch);
        writer.i64(self.current_metadata_offset);
        writer.bool(self.want_fence);
        writer.bool(self.want_shut_down);
        let mut tags = TagWriter::default();
        if version >= 1 && !self.offline_log_dirs.is_empty() { put::numbers(tags.field(0), true, &self.offline_log_dirs, put::uuid); }
        tags.finish(writer);
    }
}

impl Message for BrokerHeartbeatRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for BrokerHeartbeatRequest {
    const KEY: ApiKey = ApiKey::BrokerHeartbeat;
    type Response = BrokerHeartbeatResponse;
}

#[derive(Clone, Debug, PartialEq)]
pub struct BrokerHeartbeatResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub is_caught_up: bool,
    pub is_fenced: bool,
    pub should_shut_down: bool,
}

impl Default for BrokerHeartbeatResponse {
    fn default() -> Self {
        BrokerHeartbeatResponse {
            throttle_time_ms: 0,
            error_code: ErrorCode::NONE,
            is_caught_up: false,
            is_fenced: true,
            should_shut_down: false,
        }
    }
}

impl Decode for BrokerHeartbeatResponse {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.is_caught_up = reader.bool()?;
        it.is_fenced = reader.bool()?;
        it.should_shut_down = reader.bool()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for BrokerHeartbeatResponse {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        writer.bool(self.is_caught_up);
        writer.bool(self.is_fenced);
        writer.bool(self.should_shut_down);
        put::no_tags(writer);
    }
}

impl Message for BrokerHeartbeatResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

