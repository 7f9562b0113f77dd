//! ShareGroupHeartbeat (key 76): the heartbeat of share groups (KIP-932).
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupHeartbeatRequest {
    pub group_id: String,
    pub member_id: String,
    pub member_epoch: i32,
    pub rack_id: Option<String>,
    pub subscribed_topic_names: Option<Vec<String>>,
}

impl Decode for ShareGroupHeartbeatRequest {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, true)?;
        it.member_id = take::string(reader, true)?;
        it.member_epoch = reader.i32()?;
        it.rack_id = take::nullable_string(reader, true)?;
        it.subscribed_topic_names = take::nullable_strings(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ShareGroupHeartbeatRequest {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.group_id);
        put::string(writer, true, &self.member_id);
        writer.i32(self.member_epoch);
        put::nullable_string(writer, true, self.rack_id.as_deref());
        put::nullable_strings(writer, true, self.subscribed_topic_names.as_deref());
        put::no_tags(writer);
    }
}

impl Message for ShareGroupHeartbeatRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ShareGroupHeartbeatRequest {
    const KEY: ApiKey = ApiKey::ShareGroupHeartbeat;
    type Response = ShareGroupHeartbeatResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupHeartbeatResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub member_id: Option<String>,
    pub member_epoch: i32,
    pub heartbeat_interval_ms: i32,
    pub assignment: Option<Assignment>,
}

impl Decode for ShareGroupHeartbeatResponse {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        it.member_id = take::nullable_string(reader, true)?;
        it.member_epoch = reader.i32()?;
        it.heartbeat_interval_ms = reader.i32()?;
        it.assignment = take::nullable_struct(reader, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ShareGroupHeartbeatResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        put::nullable_string(writer, true, self.member_id.as_deref());
        writer.i32(self.member_epoch);
        writer.i32(self.heartbeat_interval_ms);
        put::nullable_struct(writer, version, self.assignment.as_ref());
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment {
    pub topic_partitions: Vec<TopicPartitions>,
}

impl Decode for Assignment {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for Assignment {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::array(writer, true, version, &self.topic_partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitions {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl Decode for TopicPartitions {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.partitions = take::numbers(reader, true, 4, Reader::i32)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicPartitions {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::uuid(writer, self.topic_id);
        put::numbers(writer, true, &self.partitions, Writer::i32);
        put::no_tags(writer);
    }
}

impl Message for ShareGroupHeartbeatResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

