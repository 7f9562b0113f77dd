//! AlterPartition (key 56): a partition leader asks the controller to change the ISR.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct AlterPartitionRequest {
    pub broker_id: i32,
    /// The broker's registration: the czxid of its znode; -1 to skip the check.
    pub broker_epoch: i64,
    pub topics: Vec<TopicData>,
}

impl Default for AlterPartitionRequest {
    fn default() -> Self {
        AlterPartitionRequest {
            broker_id: 0,
            broker_epoch: -1,
            topics: Vec::new(),
        }
    }
}

impl Decode for AlterPartitionRequest {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.broker_id = reader.i32()?;
        it.broker_epoch = reader.i64()?;
        it.topics = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for AlterPartitionRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.broker_id);
        writer.i64(self.broker_epoch);
        put::array(writer, true, version, &self.topics);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData {
    pub topic_name: String,
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl Decode for TopicData {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        if version <= 1 { it.topic_name = take::string(reader, true)?; }
        if version >= 2 { it.topic_id = take::uuid(reader)?; }
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        if version <= 1 { put::string(writer, true, &self.topic_name); }
        if version >= 2 { put::uuid(writer, self.topic_id); }
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    pub partition_index: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub new_isr: Vec<i32>,
    pub new_isr_with_epochs: Vec<BrokerState>,
    /// 0 recovered, 1 recovering from an unclean election (KIP-704).
    pub leader_recovery_state: i8,
    /// The version of the partition's state znode.
    pub partition_epoch: i32,
}

impl Decode for PartitionData {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        if version <= 2 { it.new_isr = take::numbers(reader, true, 4, Reader::i32)?; }
        if version >= 3 { it.new_isr_with_epochs = take::array(reader, true, version)?; }
        if version >= 1 { it.leader_recovery_state = reader.i8()?; }
        it.partition_epoch = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PartitionData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.partition_index);
        writer.i32(self.leader_epoch);
        if version <= 2 { put::numbers(writer, true, &self.new_isr, Writer::i32); }
        if version >= 3 { put::array(writer, true, version, &self.new_isr_with_epochs); }
        if version >= 1 { writer.i8(self.leader_recovery_state); }
        writer.i32(self.partition_epoch);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct BrokerState {
    pub broker_id: i32,
    /// The broker's registration: the czxid of its znode; -1 to skip the check.
    pub broker_epoch: i64,
}

impl Default for BrokerState {
    fn default() -> Self {
        BrokerState {
            broker_id: 0,
            broker_epoch: -1,
        }
    }
}

impl Decode for BrokerState {
    const BYTES_MIN: usize = 13;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.broker_id = reader.i32()?;
        it.broker_epoch = reader.i64()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for BrokerState {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.broker_id);
        writer.i64(self.broker_epoch);
        put::no_tags(writer);
    }
}

impl Message for AlterPartitionRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for AlterPartitionRequest {
    const KEY: ApiKey = ApiKey::AlterPartition;
    type Response = AlterPartitionResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterPartitionResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub topics: Vec<TopicResult>,
}

impl Decode for AlterPartitionResponse {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.topics = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for AlterPartitionResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::array(writer, true, version, &self.topics);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicResult {
    pub topic_name: String,
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionResult>,
}

impl Decode for TopicResult {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        if version <= 1 { it.topic_name = take::string(reader, true)?; }
        if version >= 2 { it.topic_id = take::uuid(reader)?; }
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        if version <= 1 { put::string(writer, true, &self.topic_name); }
        if version >= 2 { put::uuid(writer, self.topic_id); }
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionResult {
    pub partition_index: i32,
    pub error_code: ErrorCode,
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub isr: Vec<i32>,
    /// 0 recovered, 1 recovering from an unclean election (KIP-704).
    pub leader_recovery_state: i8,
    /// The version of the partition's state znode.
    pub partition_epoch: i32,
}

impl Decode for PartitionResult {
    const BYTES_MIN: usize = 20;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.leader_id = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        it.isr = take::numbers(reader, true, 4, Reader::i32)?;
        if version >= 1 { it.leader_recovery_state = reader.i8()?; }
        it.partition_epoch = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PartitionResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        writer.i32(self.leader_id);
        writer.i32(self.leader_epoch);
        put::numbers(writer, true, &self.isr, Writer::i32);
        if version >= 1 { writer.i8(self.leader_recovery_state); }
        writer.i32(self.partition_epoch);
        put::no_tags(writer);
    }
}

impl Message for AlterPartitionResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(0);
}

