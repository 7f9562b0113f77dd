//! UpdateRaftVoter (key 82): updates the endpoints of a KRaft voter.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::tagged::{TagReader, TagWriter};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateRaftVoterRequest {
    pub cluster_id: Option<String>,
    /// The leader epoch the sender knows, which fences stale leaders; -1 to skip the check.
    pub current_leader_epoch: i32,
    pub voter_id: i32,
    pub voter_directory_id: Uuid,
    pub listeners: Vec<Listener>,
    pub kraft_version_feature: KRaftVersionFeature,
}

impl Decode for UpdateRaftVoterRequest {
    const BYTES_MIN: usize = 32;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.cluster_id = take::nullable_string(reader, true)?;
        it.current_leader_epoch = reader.i32()?;
        it.voter_id = reader.i32()?;
        it.voter_directory_id = take::uuid(reader)?;
        it.listeners = take::array(reader, true, version)?;
        it.kraft_version_feature = KRaftVersionFeature::decode(reader, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for UpdateRaftVoterRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::nullable_string(writer, true, self.cluster_id.as_deref());
        writer.i32(self.current_leader_epoch);
        writer.i32(self.voter_id);
        put::uuid(writer, self.voter_directory_id);
        put::array(writer, true, version, &self.listeners);
        self.kraft_version_feature.encode(writer, version);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener {
    pub name: String,
    pub host: String,
    pub port: u16,
}

impl Decode for Listener {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        it.host = take::string(reader, true)?;
        it.port = reader.u16()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for Listener {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.name);
        put::string(writer, true, &self.host);
        writer.u16(self.port);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct KRaftVersionFeature {
    pub min_supported_version: i16,
    pub max_supported_version: i16,
}

impl Decode for KRaftVersionFeature {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.min_supported_version = reader.i16()?;
        it.max_supported_version = reader.i16()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for KRaftVersionFeature {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i16(self.min_supported_version);
        writer.i16(self.max_supported_version);
        put::no_tags(writer);
    }
}

impl Message for UpdateRaftVoterRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for UpdateRaftVoterRequest {
    const KEY: ApiKey = ApiKey::UpdateRaftVoter;
    type Response = UpdateRaftVoterResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateRaftVoterResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// Who leads now, where the broker asked does not (KIP-951).
    pub current_leader: CurrentLeader,
}

impl Decode for UpdateRaftVoterResponse {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        let mut tags = TagReader::new(reader)?;
        while let Some((tag, mut field)) = tags.next(reader)? {
            let reader = &mut field;
            match tag {
                0 => it.current_leader = CurrentLeader::decode(reader, version)?,
                _ => continue,
            }
            reader.finish()?;
        }
        Ok(it)
    }
}

impl Encode for UpdateRaftVoterResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        let mut tags = TagWriter::default();
        if self.current_leader != CurrentLeader::default() { self.current_leader.encode(tags.field(0), version); }
        tags.finish(writer);
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct CurrentLeader {
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub host: String,
    pub port: i32,
}

impl Default for CurrentLeader {
    fn default() -> Self {
        CurrentLeader {
            leader_id: -1,
            leader_epoch: -1,
            host: String::default(),
            port: 0,
        }
    }
}

impl Decode for CurrentLeader {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        it.host = take::string(reader, true)?;
        it.port = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for CurrentLeader {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
        put::string(writer, true, &self.host);
        writer.i32(self.port);
        put::no_tags(writer);
    }
}

impl Message for UpdateRaftVoterResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

