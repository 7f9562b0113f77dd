//! What __consumer_offsets keeps of classic groups. A key or value is preceded by its version as an
//! i16, which is not part of the structure.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitKey {
    pub group: String,
    pub topic: String,
    pub partition: i32,
}

impl Decode for OffsetCommitKey {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group = take::string(reader, false)?;
        it.topic = take::string(reader, false)?;
        it.partition = reader.i32()?;
        Ok(it)
    }
}

impl Encode for OffsetCommitKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.group);
        put::string(writer, false, &self.topic);
        writer.i32(self.partition);
    }
}

impl Message for OffsetCommitKey {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, PartialEq)]
pub struct OffsetCommitValue {
    pub offset: i64,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub metadata: String,
    pub commit_timestamp: i64,
    pub expire_timestamp: i64,
}

impl Default for OffsetCommitValue {
    fn default() -> Self {
        OffsetCommitValue {
            offset: 0,
            leader_epoch: -1,
            metadata: String::default(),
            commit_timestamp: 0,
            expire_timestamp: -1,
        }
    }
}

impl Decode for OffsetCommitValue {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.offset = reader.i64()?;
        if version >= 3 { it.leader_epoch = reader.i32()?; }
        it.metadata = take::string(reader, flexible)?;
        it.commit_timestamp = reader.i64()?;
        if version == 1 { it.expire_timestamp = reader.i64()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OffsetCommitValue {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        writer.i64(self.offset);
        if version >= 3 { writer.i32(self.leader_epoch); }
        put::string(writer, flexible, &self.metadata);
        writer.i64(self.commit_timestamp);
        if version == 1 { writer.i64(self.expire_timestamp); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for OffsetCommitValue {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(4);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupMetadataKey {
    pub group: String,
}

impl Decode for GroupMetadataKey {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for GroupMetadataKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.group);
    }
}

impl Message for GroupMetadataKey {
    const MIN: i16 = 2;
    const MAX: i16 = 2;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, PartialEq)]
pub struct GroupMetadataValue {
    pub protocol_type: String,
    pub generation: i32,
    pub protocol: Option<String>,
    pub leader: Option<String>,
    pub current_state_timestamp: i64,
    pub members: Vec<MemberMetadata>,
}

impl Default for GroupMetadataValue {
    fn default() -> Self {
        GroupMetadataValue {
            protocol_type: String::default(),
            generation: 0,
            protocol: None,
            leader: None,
            current_state_timestamp: -1,
            members: Vec::new(),
        }
    }
}

impl Decode for GroupMetadataValue {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.protocol_type = take::string(reader, flexible)?;
        it.generation = reader.i32()?;
        it.protocol = take::nullable_string(reader, flexible)?;
        it.leader = take::nullable_string(reader, flexible)?;
        if version >= 2 { it.current_state_timestamp = reader.i64()?; }
        it.members = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for GroupMetadataValue {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::string(writer, flexible, &self.protocol_type);
        writer.i32(self.generation);
        put::nullable_string(writer, flexible, self.protocol.as_deref());
        put::nullable_string(writer, flexible, self.leader.as_deref());
        if version >= 2 { writer.i64(self.current_state_timestamp); }
        put::array(writer, flexible, version, &self.members);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct MemberMetadata {
    pub member_id: String,
    /// The member's static name; null for a dynamic member (KIP-345).
    pub group_instance_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub rebalance_timeout: i32,
    pub session_timeout: i32,
    pub subscription: Bytes,
    pub assignment: Bytes,
}

impl Default for MemberMetadata {
    fn default() -> Self {
        MemberMetadata {
            member_id: String::default(),
            group_instance_id: None,
            client_id: String::default(),
            client_host: String::default(),
            rebalance_timeout: -1,
            session_timeout: 0,
            subscription: Bytes::default(),
            assignment: Bytes::default(),
        }
    }
}

impl Decode for MemberMetadata {
    const BYTES_MIN: usize = 15;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.member_id = take::string(reader, flexible)?;
        if version >= 3 { it.group_instance_id = take::nullable_string(reader, flexible)?; }
        it.client_id = take::string(reader, flexible)?;
        it.client_host = take::string(reader, flexible)?;
        if version >= 1 { it.rebalance_timeout = reader.i32()?; }
        it.session_timeout = reader.i32()?;
        it.subscription = take::bytes(reader, flexible)?;
        it.assignment = take::bytes(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for MemberMetadata {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::string(writer, flexible, &self.member_id);
        if version >= 3 { put::nullable_string(writer, flexible, self.group_instance_id.as_deref()); }
        put::string(writer, flexible, &self.client_id);
        put::string(writer, flexible, &self.client_host);
        if version >= 1 { writer.i32(self.rebalance_timeout); }
        writer.i32(self.session_timeout);
        put::bytes(writer, flexible, &self.subscription);
        put::bytes(writer, flexible, &self.assignment);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for GroupMetadataValue {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(4);
}

