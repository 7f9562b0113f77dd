//! DeleteTopics (key 20): deletes topics.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteTopicsRequest {
    pub topics: Vec<DeleteTopicState>,
    pub topic_names: Vec<String>,
    pub timeout_ms: i32,
}

impl Decode for DeleteTopicsRequest {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        if version >= 6 { it.topics = take::array(reader, flexible, version)?; }
        if version <= 5 { it.topic_names = take::strings(reader, flexible)?; }
        it.timeout_ms = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DeleteTopicsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        if version >= 6 { put::array(writer, flexible, version, &self.topics); }
        if version <= 5 { put::strings(writer, flexible, &self.topic_names); }
        writer.i32(self.timeout_ms);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteTopicState {
    pub name: Option<String>,
    pub topic_id: Uuid,
}

impl Decode for DeleteTopicState {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.name = take::nullable_string(reader, flexible)?;
        it.topic_id = take::uuid(reader)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DeleteTopicState {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::nullable_string(writer, flexible, self.name.as_deref());
        put::uuid(writer, self.topic_id);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DeleteTopicsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 6;
    const FLEXIBLE: Option<i16> = Some(4);
}

impl Request for DeleteTopicsRequest {
    const KEY: ApiKey = ApiKey::DeleteTopics;
    type Response = DeleteTopicsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteTopicsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub responses: Vec<DeletableTopicResult>,
}

impl Decode for DeleteTopicsResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        if version >= 1 { it.throttle_time_ms = reader.i32()?; }
        it.responses = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DeleteTopicsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        if version >= 1 { writer.i32(self.throttle_time_ms); }
        put::array(writer, flexible, version, &self.responses);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeletableTopicResult {
    pub name: Option<String>,
    pub topic_id: Uuid,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
}

impl Decode for DeletableTopicResult {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.name = if version >= 6 { take::nullable_string(reader, flexible)? } else { Some(take::string(reader, flexible)?) };
        if version >= 6 { it.topic_id = take::uuid(reader)?; }
        it.error_code = ErrorCode(reader.i16()?);
        if version >= 5 { it.error_message = take::nullable_string(reader, flexible)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DeletableTopicResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        if version >= 6 { put::nullable_string(writer, flexible, self.name.as_deref()); } else { put::string(writer, flexible, self.name.as_deref().unwrap_or_default()); }
        if version >= 6 { put::uuid(writer, self.topic_id); }
        writer.i16(self.error_code.0);
        if version >= 5 { put::nullable_string(writer, flexible, self.error_message.as_deref()); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DeleteTopicsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 6;
    const FLEXIBLE: Option<i16> = Some(4);
}

