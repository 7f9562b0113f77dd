//! StopReplica (key 5): the controller tells a broker to stop replicating partitions, and perhaps
//! to delete them.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct StopReplicaRequest {
    pub controller_id: i32,
    /// Whether the sender is a KRaft controller that migrates from ZooKeeper.
    pub is_kraft_controller: bool,
    pub controller_epoch: i32,
    /// The broker's registration: the czxid of its znode; -1 to skip the check.
    pub broker_epoch: i64,
    /// Whether to delete the replicas too.
    pub delete_partitions: bool,
    pub ungrouped_partitions: Vec<StopReplicaPartitionV0>,
    pub topics: Vec<StopReplicaTopicV1>,
    pub topic_states: Vec<StopReplicaTopicState>,
}

impl Default for StopReplicaRequest {
    fn default() -> Self {
        StopReplicaRequest {
            controller_id: 0,
            is_kraft_controller: false,
            controller_epoch: 0,
            broker_epoch: -1,
            delete_partitions: false,
            ungrouped_partitions: Vec::new(),
            topics: Vec::new(),
            topic_states: Vec::new(),
        }
    }
}

impl Decode for StopReplicaRequest {
    const BYTES_MIN: usize = 13;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.controller_id = reader.i32()?;
        if version >= 4 { it.is_kraft_controller = reader.bool()?; }
        it.controller_epoch = reader.i32()?;
        if version >= 1 { it.broker_epoch = reader.i64()?; }
        if version <= 2 { it.delete_partitions = reader.bool()?; }
        if version == 0 { it.ungrouped_partitions = take::array(reader, flexible, version)?; }
        if (1..=2).contains(&version) { it.topics = take::array(reader, flexible, version)?; }
        if version >= 3 { it.topic_states = take::array(reader, flexible, version)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for StopReplicaRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i32(self.controller_id);
        if version >= 4 { writer.bool(self.is_kraft_controller); }
        writer.i32(self.controller_epoch);
        if version >= 1 { writer.i64(self.broker_epoch); }
        if version <= 2 { writer.bool(self.delete_partitions); }
        if version == 0 { put::array(writer, flexible, version, &self.ungrouped_partitions); }
        if (1..=2).contains(&version) { put::array(writer, flexible, version, &self.topics); }
        if version >= 3 { put::array(writer, flexible, version, &self.topic_states); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StopReplicaPartitionV0 {
    pub topic_name: String,
    pub partition_index: i32,
}

impl Decode for StopReplicaPartitionV0 {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.topic_name = take::string(reader, flexible)?;
        it.partition_index = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for StopReplicaPartitionV0 {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.topic_name);
        writer.i32(self.partition_index);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StopReplicaTopicV1 {
    pub name: String,
    pub partition_indexes: Vec<i32>,
}

impl Decode for StopReplicaTopicV1 {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.name = take::string(reader, flexible)?;
        it.partition_indexes = take::numbers(reader, flexible, 4, Reader::i32)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for StopReplicaTopicV1 {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.name);
        put::numbers(writer, flexible, &self.partition_indexes, Writer::i32);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StopReplicaTopicState {
    pub topic_name: String,
    pub partition_states: Vec<StopReplicaPartitionState>,
}

impl Decode for StopReplicaTopicState {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.topic_name = take::string(reader, flexible)?;
        it.partition_states = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for StopReplicaTopicState {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.topic_name);
        put::array(writer, flexible, version, &self.partition_states);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct StopReplicaPartitionState {
    pub partition_index: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub delete_partition: bool,
}

impl Default for StopReplicaPartitionState {
    fn default() -> Self {
        StopReplicaPartitionState {
            partition_index: 0,
            leader_epoch: -1,
            delete_partition: false,
        }
    }
}

impl Decode for StopReplicaPartitionState {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.partition_index = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        it.delete_partition = reader.bool()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for StopReplicaPartitionState {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i32(self.partition_index);
        writer.i32(self.leader_epoch);
        writer.bool(self.delete_partition);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for StopReplicaRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(2);
}

impl Request for StopReplicaRequest {
    const KEY: ApiKey = ApiKey::StopReplica;
    type Response = StopReplicaResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StopReplicaResponse {
    pub error_code: ErrorCode,
    pub partition_errors: Vec<StopReplicaPartitionError>,
}

impl Decode for StopReplicaResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.error_code = ErrorCode(reader.i16()?);
        it.partition_errors = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for StopReplicaResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        writer.i16(self.error_code.0);
        put::array(writer, flexible, version, &self.partition_errors);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StopReplicaPartitionError {
    pub topic_name: String,
    pub partition_index: i32,
    pub error_code: ErrorCode,
}

impl Decode for StopReplicaPartitionError {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 2;
        it.topic_name = take::string(reader, flexible)?;
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for StopReplicaPartitionError {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 2;
        put::string(writer, flexible, &self.topic_name);
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for StopReplicaResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(2);
}

