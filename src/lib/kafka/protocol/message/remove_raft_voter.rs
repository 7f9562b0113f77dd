//! RemoveRaftVoter (key 81): removes a voter from the KRaft quorum.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RemoveRaftVoterRequest {
    pub cluster_id: Option<String>,
    pub voter_id: i32,
    pub voter_directory_id: Uuid,
}

impl Decode for RemoveRaftVoterRequest {
    const BYTES_MIN: usize = 22;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.cluster_id = take::nullable_string(reader, true)?;
        it.voter_id = reader.i32()?;
        it.voter_directory_id = take::uuid(reader)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for RemoveRaftVoterRequest {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::nullable_string(writer, true, self.cluster_id.as_deref());
        writer.i32(self.voter_id);
        put::uuid(writer, self.voter_directory_id);
        put::no_tags(writer);
    }
}

impl Message for RemoveRaftVoterRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for RemoveRaftVoterRequest {
    const KEY: ApiKey = ApiKey::RemoveRaftVoter;
    type Response = RemoveRaftVoterResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RemoveRaftVoterResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
}

impl Decode for RemoveRaftVoterResponse {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for RemoveRaftVoterResponse {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        put::no_tags(writer);
    }
}

impl Message for RemoveRaftVoterResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

