//! LeaderAndIsr (key 4): the controller tells a broker which partitions it leads and follows.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct LeaderAndIsrRequest {
    pub controller_id: i32,
    /// Whether the sender is a KRaft controller that migrates from ZooKeeper.
    pub is_kraft_controller: bool,
    pub controller_epoch: i32,
    /// The broker's registration: the czxid of its znode; -1 to skip the check.
    pub broker_epoch: i64,
    pub kind: i8,
    pub ungrouped_partition_states: Vec<LeaderAndIsrPartitionState>,
    pub topic_states: Vec<LeaderAndIsrTopicState>,
    /// Addresses of the brokers that lead the partitions named.
    pub live_leaders: Vec<LeaderAndIsrLiveLeader>,
}

impl Default for LeaderAndIsrRequest {
    fn default() -> Self {
        LeaderAndIsrRequest {
            controller_id: 0,
            is_kraft_controller: false,
            controller_epoch: 0,
            broker_epoch: -1,
            kind: 0,
            ungrouped_partition_states: Vec::new(),
            topic_states: Vec::new(),
            live_leaders: Vec::new(),
        }
    }
}

impl Decode for LeaderAndIsrRequest {
    const BYTES_MIN: usize = 16;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.controller_id = reader.i32()?;
        if version >= 7 { it.is_kraft_controller = reader.bool()?; }
        it.controller_epoch = reader.i32()?;
        if version >= 2 { it.broker_epoch = reader.i64()?; }
        if version >= 5 { it.kind = reader.i8()?; }
        if version <= 1 { it.ungrouped_partition_states = take::array(reader, flexible, version)?; }
        if version >= 2 { it.topic_states = take::array(reader, flexible, version)?; }
        it.live_leaders = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaderAndIsrRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        writer.i32(self.controller_id);
        if version >= 7 { writer.bool(self.is_kraft_controller); }
        writer.i32(self.controller_epoch);
        if version >= 2 { writer.i64(self.broker_epoch); }
        if version >= 5 { writer.i8(self.kind); }
        if version <= 1 { put::array(writer, flexible, version, &self.ungrouped_partition_states); }
        if version >= 2 { put::array(writer, flexible, version, &self.topic_states); }
        put::array(writer, flexible, version, &self.live_leaders);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderAndIsrTopicState {
    pub topic_name: String,
    pub topic_id: Uuid,
    pub partition_states: Vec<LeaderAndIsrPartitionState>,
}

impl Decode for LeaderAndIsrTopicState {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.topic_name = take::string(reader, flexible)?;
        if version >= 5 { it.topic_id = take::uuid(reader)?; }
        it.partition_states = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaderAndIsrTopicState {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::string(writer, flexible, &self.topic_name);
        if version >= 5 { put::uuid(writer, self.topic_id); }
        put::array(writer, flexible, version, &self.partition_states);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderAndIsrLiveLeader {
    pub broker_id: i32,
    pub host_name: String,
    pub port: i32,
}

impl Decode for LeaderAndIsrLiveLeader {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.broker_id = reader.i32()?;
        it.host_name = take::string(reader, flexible)?;
        it.port = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaderAndIsrLiveLeader {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        writer.i32(self.broker_id);
        put::string(writer, flexible, &self.host_name);
        writer.i32(self.port);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderAndIsrPartitionState {
    pub topic_name: String,
    pub partition_index: i32,
    pub controller_epoch: i32,
    pub leader: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub isr: Vec<i32>,
    /// The version of the partition's state znode.
    pub partition_epoch: i32,
    pub replicas: Vec<i32>,
    pub adding_replicas: Vec<i32>,
    pub removing_replicas: Vec<i32>,
    /// Whether the replica is new to this broker.
    pub is_new: bool,
    /// 0 recovered, 1 recovering from an unclean election (KIP-704).
    pub leader_recovery_state: i8,
}

impl Decode for LeaderAndIsrPartitionState {
    const BYTES_MIN: usize = 26;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        if version <= 1 { it.topic_name = take::string(reader, flexible)?; }
        it.partition_index = reader.i32()?;
        it.controller_epoch = reader.i32()?;
        it.leader = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        it.isr = take::numbers(reader, flexible, 4, Reader::i32)?;
        it.partition_epoch = reader.i32()?;
        it.replicas = take::numbers(reader, flexible, 4, Reader::i32)?;
        if version >= 3 { it.adding_replicas = take::numbers(reader, flexible, 4, Reader::i32)?; }
        if version >= 3 { it.removing_replicas = take::numbers(reader, flexible, 4, Reader::i32)?; }
        if version >= 1 { it.is_new = reader.bool()?; }
        if version >= 6 { it.leader_recovery_state = reader.i8()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaderAndIsrPartitionState {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        if version <= 1 { put::string(writer, flexible, &self.topic_name); }
        writer.i32(self.partition_index);
        writer.i32(self.controller_epoch);
        writer.i32(self.leader);
        writer.i32(self.leader_epoch);
        put::numbers(writer, flexible, &self.isr, Writer::i32);
        writer.i32(self.partition_epoch);
        put::numbers(writer, flexible, &self.replicas, Writer::i32);
        if version >= 3 { put::numbers(writer, flexible, &self.adding_replicas, Writer::i32); }
        if version >= 3 { put::numbers(writer, flexible, &self.removing_replicas, Writer::i32); }
        if version >= 1 { writer.bool(self.is_new); }
        if version >= 6 { writer.i8(self.leader_recovery_state); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for LeaderAndIsrRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 7;
    const FLEXIBLE: Option<i16> = Some(4);
}

impl Request for LeaderAndIsrRequest {
    const KEY: ApiKey = ApiKey::LeaderAndIsr;
    type Response = LeaderAndIsrResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderAndIsrResponse {
    pub error_code: ErrorCode,
    pub partition_errors: Vec<LeaderAndIsrPartitionError>,
    pub topics: Vec<LeaderAndIsrTopicError>,
}

impl Decode for LeaderAndIsrResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.error_code = ErrorCode(reader.i16()?);
        if version <= 4 { it.partition_errors = take::array(reader, flexible, version)?; }
        if version >= 5 { it.topics = take::array(reader, flexible, version)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaderAndIsrResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        writer.i16(self.error_code.0);
        if version <= 4 { put::array(writer, flexible, version, &self.partition_errors); }
        if version >= 5 { put::array(writer, flexible, version, &self.topics); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderAndIsrTopicError {
    pub topic_id: Uuid,
    pub partition_errors: Vec<LeaderAndIsrPartitionError>,
}

impl Decode for LeaderAndIsrTopicError {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        it.topic_id = take::uuid(reader)?;
        it.partition_errors = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaderAndIsrTopicError {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        put::uuid(writer, self.topic_id);
        put::array(writer, flexible, version, &self.partition_errors);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderAndIsrPartitionError {
    pub topic_name: String,
    pub partition_index: i32,
    pub error_code: ErrorCode,
}

impl Decode for LeaderAndIsrPartitionError {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 4;
        if version <= 4 { it.topic_name = take::string(reader, flexible)?; }
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for LeaderAndIsrPartitionError {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 4;
        if version <= 4 { put::string(writer, flexible, &self.topic_name); }
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for LeaderAndIsrResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 7;
    const FLEXIBLE: Option<i16> = Some(4);
}

