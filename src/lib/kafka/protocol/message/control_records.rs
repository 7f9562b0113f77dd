//! Bodies of control records that KRaft logs carry; read by the dump tool.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderChangeMessage {
    pub version: i16,
    pub leader_id: i32,
    pub voters: Vec<Voter>,
    pub granting_voters: Vec<Voter>,
}

impl Decode for LeaderChangeMessage {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.version = reader.i16()?;
        it.leader_id = reader.i32()?;
        it.voters = take::array(reader, true, version)?;
        it.granting_voters = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for LeaderChangeMessage {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i16(self.version);
        writer.i32(self.leader_id);
        put::array(writer, true, version, &self.voters);
        put::array(writer, true, version, &self.granting_voters);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Voter {
    pub voter_id: i32,
    pub voter_directory_id: Uuid,
}

impl Decode for Voter {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.voter_id = reader.i32()?;
        if version >= 1 { it.voter_directory_id = take::uuid(reader)?; }
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for Voter {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.voter_id);
        if version >= 1 { put::uuid(writer, self.voter_directory_id); }
        put::no_tags(writer);
    }
}

impl Message for LeaderChangeMessage {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SnapshotHeaderRecord {
    pub version: i16,
    pub last_contained_log_timestamp: i64,
}

impl Decode for SnapshotHeaderRecord {
    const BYTES_MIN: usize = 11;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.version = reader.i16()?;
        it.last_contained_log_timestamp = reader.i64()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for SnapshotHeaderRecord {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i16(self.version);
        writer.i64(self.last_contained_log_timestamp);
        put::no_tags(writer);
    }
}

impl Message for SnapshotHeaderRecord {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SnapshotFooterRecord {
    pub version: i16,
}

impl Decode for SnapshotFooterRecord {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.version = reader.i16()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for SnapshotFooterRecord {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i16(self.version);
        put::no_tags(writer);
    }
}

impl Message for SnapshotFooterRecord {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct KRaftVersionRecord {
    pub version: i16,
    pub kraft_version: i16,
}

impl Decode for KRaftVersionRecord {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.version = reader.i16()?;
        it.kraft_version = reader.i16()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for KRaftVersionRecord {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i16(self.version);
        writer.i16(self.kraft_version);
        put::no_tags(writer);
    }
}

impl Message for KRaftVersionRecord {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct VotersRecord {
    pub version: i16,
    pub voters: Vec<VotersRecordVoter>,
}

impl Decode for VotersRecord {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.version = reader.i16()?;
        it.voters = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for VotersRecord {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i16(self.version);
        put::array(writer, true, version, &self.voters);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct VotersRecordVoter {
    pub voter_id: i32,
    pub voter_directory_id: Uuid,
    pub endpoints: Vec<Endpoint>,
    pub kraft_version_feature: KRaftVersionFeature,
}

impl Decode for VotersRecordVoter {
    const BYTES_MIN: usize = 27;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.voter_id = reader.i32()?;
        it.voter_directory_id = take::uuid(reader)?;
        it.endpoints = take::array(reader, true, version)?;
        it.kraft_version_feature = KRaftVersionFeature::decode(reader, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for VotersRecordVoter {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.voter_id);
        put::uuid(writer, self.voter_directory_id);
        put::array(writer, true, version, &self.endpoints);
        self.kraft_version_feature.encode(writer, version);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint {
    pub name: String,
    pub host: String,
    pub port: u16,
}

impl Decode for Endpoint {
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

impl Encode for Endpoint {
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

impl Message for VotersRecord {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

