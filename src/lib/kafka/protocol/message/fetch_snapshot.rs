//! FetchSnapshot (key 59): reads a KRaft snapshot.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::tagged::{TagReader, TagWriter};
use crate::kafka::protocol::{Decode, Encode, Message, Records, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct FetchSnapshotRequest {
    pub cluster_id: Option<String>,
    pub replica_id: i32,
    pub max_bytes: i32,
    pub topics: Vec<TopicSnapshot>,
}

impl Default for FetchSnapshotRequest {
    fn default() -> Self {
        FetchSnapshotRequest {
            cluster_id: None,
            replica_id: -1,
            max_bytes: i32::MAX,
            topics: Vec::new(),
        }
    }
}

impl Decode for FetchSnapshotRequest {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.replica_id = reader.i32()?;
        it.max_bytes = reader.i32()?;
        it.topics = take::array(reader, true, version)?;
        let mut tags = TagReader::new(reader)?;
        while let Some((tag, mut field)) = tags.next(reader)? {
            let reader = &mut field;
            match tag {
                0 => it.cluster_id = take::nullable_string(reader, true)?,
                _ => continue,
            }
            reader.finish()?;
        }
        Ok(it)
    }
}

impl Encode for FetchSnapshotRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.replica_id);
        writer.i32(self.max_bytes);
        put::array(writer, true, version, &self.topics);
        let mut tags = TagWriter::default();
        if let Some(value) = &self.cluster_id { put::string(tags.field(0), true, value); }
        tags.finish(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicSnapshot {
    pub name: String,
    pub partitions: Vec<PartitionSnapshot>,
}

impl Decode for TopicSnapshot {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicSnapshot {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, true, &self.name);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionSnapshot {
    pub partition: i32,
    /// The leader epoch the sender knows, which fences stale leaders; -1 to skip the check.
    pub current_leader_epoch: i32,
    pub snapshot_id: SnapshotId,
    pub position: i64,
    pub replica_directory_id: Uuid,
}

impl Decode for PartitionSnapshot {
    const BYTES_MIN: usize = 30;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition = reader.i32()?;
        it.current_leader_epoch = reader.i32()?;
        it.snapshot_id = SnapshotId::decode(reader, version)?;
        it.position = reader.i64()?;
        let mut tags = TagReader::new(reader)?;
        while let Some((tag, mut field)) = tags.next(reader)? {
            let reader = &mut field;
            match tag {
                0 if version >= 1 => it.replica_directory_id = take::uuid(reader)?,
                _ => continue,
            }
            reader.finish()?;
        }
        Ok(it)
    }
}

impl Encode for PartitionSnapshot {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.partition);
        writer.i32(self.current_leader_epoch);
        self.snapshot_id.encode(writer, version);
        writer.i64(self.position);
        let mut tags = TagWriter::default();
        if version >= 1 && self.replica_directory_id != Uuid::ZERO { put::uuid(tags.field(0), self.replica_directory_id); }
        tags.finish(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SnapshotId {
    pub end_offset: i64,
    pub epoch: i32,
}

impl Decode for SnapshotId {
    const BYTES_MIN: usize = 13;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.end_offset = reader.i64()?;
        it.epoch = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for SnapshotId {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i64(self.end_offset);
        writer.i32(self.epoch);
        put::no_tags(writer);
    }
}

impl Message for FetchSnapshotRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for FetchSnapshotRequest {
    const KEY: ApiKey = ApiKey::FetchSnapshot;
    type Response = FetchSnapshotResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchSnapshotResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub topics: Vec<TopicSnapshotResult>,
    /// Addresses of the brokers that current_leader names.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Decode for FetchSnapshotResponse {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.topics = take::array(reader, true, version)?;
        let mut tags = TagReader::new(reader)?;
        while let Some((tag, mut field)) = tags.next(reader)? {
            let reader = &mut field;
            match tag {
                0 if version >= 1 => it.node_endpoints = take::array(reader, true, version)?,
                _ => continue,
            }
            reader.finish()?;
        }
        Ok(it)
    }
}

impl Encode for FetchSnapshotResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::array(writer, true, version, &self.topics);
        let mut tags = TagWriter::default();
        if version >= 1 && !self.node_endpoints.is_empty() { put::array(tags.field(0), true, version, &self.node_endpoints); }
        tags.finish(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicSnapshotResult {
    pub name: String,
    pub partitions: Vec<PartitionSnapshotResult>,
}

impl Decode for TopicSnapshotResult {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicSnapshotResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, true, &self.name);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionSnapshotResult {
    pub index: i32,
    pub error_code: ErrorCode,
    pub snapshot_id: SnapshotId,
    /// Who leads now, where the broker asked does not (KIP-951).
    pub current_leader: LeaderIdAndEpoch,
    pub size: i64,
    pub position: i64,
    pub unaligned_records: Records,
}

impl Decode for PartitionSnapshotResult {
    const BYTES_MIN: usize = 37;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.snapshot_id = SnapshotId::decode(reader, version)?;
        it.size = reader.i64()?;
        it.position = reader.i64()?;
        it.unaligned_records = take::records(reader, true)?;
        let mut tags = TagReader::new(reader)?;
        while let Some((tag, mut field)) = tags.next(reader)? {
            let reader = &mut field;
            match tag {
                0 => it.current_leader = LeaderIdAndEpoch::decode(reader, version)?,
                _ => continue,
            }
            reader.finish()?;
        }
        Ok(it)
    }
}

impl Encode for PartitionSnapshotResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.index);
        writer.i16(self.error_code.0);
        self.snapshot_id.encode(writer, version);
        writer.i64(self.size);
        writer.i64(self.position);
        put::records(writer, true, &self.unaligned_records);
        let mut tags = TagWriter::default();
        if self.current_leader != LeaderIdAndEpoch::default() { self.current_leader.encode(tags.field(0), version); }
        tags.finish(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderIdAndEpoch {
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
}

impl Decode for LeaderIdAndEpoch {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for LeaderIdAndEpoch {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint {
    pub node_id: i32,
    pub host: String,
    pub port: u16,
}

impl Decode for NodeEndpoint {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.node_id = reader.i32()?;
        it.host = take::string(reader, true)?;
        it.port = reader.u16()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for NodeEndpoint {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.node_id);
        put::string(writer, true, &self.host);
        writer.u16(self.port);
        put::no_tags(writer);
    }
}

impl Message for FetchSnapshotResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

