//! The quorum-state file of a KRaft node.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message};

#[derive(Clone, Debug, PartialEq)]
pub struct QuorumStateData {
    pub cluster_id: String,
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub voted_id: i32,
    pub voted_directory_id: Uuid,
    pub applied_offset: i64,
    pub current_voters: Option<Vec<Voter>>,
}

impl Default for QuorumStateData {
    fn default() -> Self {
        QuorumStateData {
            cluster_id: String::default(),
            leader_id: -1,
            leader_epoch: -1,
            voted_id: -1,
            voted_directory_id: Uuid::ZERO,
            applied_offset: 0,
            current_voters: None,
        }
    }
}

impl Decode for QuorumStateData {
    const BYTES_MIN: usize = 23;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        if version == 0 { it.cluster_id = take::string(reader, true)?; }
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        it.voted_id = reader.i32()?;
        if version >= 1 { it.voted_directory_id = take::uuid(reader)?; }
        if version == 0 { it.applied_offset = reader.i64()?; }
        if version == 0 { it.current_voters = take::nullable_array(reader, true, version)?; }
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for QuorumStateData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        if version == 0 { put::string(writer, true, &self.cluster_id); }
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
        writer.i32(self.voted_id);
        if version >= 1 { put::uuid(writer, self.voted_directory_id); }
        if version == 0 { writer.i64(self.applied_offset); }
        if version == 0 { put::nullable_array(writer, true, version, self.current_voters.as_deref()); }
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Voter {
    pub voter_id: i32,
}

impl Decode for Voter {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.voter_id = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for Voter {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.voter_id);
        put::no_tags(writer);
    }
}

impl Message for QuorumStateData {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

