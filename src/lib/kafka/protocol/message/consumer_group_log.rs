//! What __consumer_offsets keeps of groups of the newer consumer protocol (KIP-848); read by the
//! dump tool.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::tagged::{TagReader, TagWriter};
use crate::kafka::protocol::{Decode, Encode, Message};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupMetadataKey {
    pub group_id: String,
}

impl Decode for ConsumerGroupMetadataKey {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for ConsumerGroupMetadataKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.group_id);
    }
}

impl Message for ConsumerGroupMetadataKey {
    const MIN: i16 = 3;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupMetadataValue {
    pub epoch: i32,
}

impl Decode for ConsumerGroupMetadataValue {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.epoch = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ConsumerGroupMetadataValue {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.epoch);
        put::no_tags(writer);
    }
}

impl Message for ConsumerGroupMetadataValue {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupPartitionMetadataKey {
    pub group_id: String,
}

impl Decode for ConsumerGroupPartitionMetadataKey {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for ConsumerGroupPartitionMetadataKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.group_id);
    }
}

impl Message for ConsumerGroupPartitionMetadataKey {
    const MIN: i16 = 4;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupPartitionMetadataValue {
    pub topics: Vec<TopicMetadata>,
}

impl Decode for ConsumerGroupPartitionMetadataValue {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topics = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ConsumerGroupPartitionMetadataValue {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::array(writer, true, version, &self.topics);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicMetadata {
    pub topic_id: Uuid,
    pub topic_name: String,
    pub num_partitions: i32,
    pub partition_metadata: Vec<PartitionMetadata>,
}

impl Decode for TopicMetadata {
    const BYTES_MIN: usize = 23;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.topic_name = take::string(reader, true)?;
        it.num_partitions = reader.i32()?;
        it.partition_metadata = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicMetadata {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::uuid(writer, self.topic_id);
        put::string(writer, true, &self.topic_name);
        writer.i32(self.num_partitions);
        put::array(writer, true, version, &self.partition_metadata);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionMetadata {
    pub partition: i32,
    pub racks: Vec<String>,
}

impl Decode for PartitionMetadata {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition = reader.i32()?;
        it.racks = take::strings(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PartitionMetadata {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.partition);
        put::strings(writer, true, &self.racks);
        put::no_tags(writer);
    }
}

impl Message for ConsumerGroupPartitionMetadataValue {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupMemberMetadataKey {
    pub group_id: String,
    pub member_id: String,
}

impl Decode for ConsumerGroupMemberMetadataKey {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, false)?;
        it.member_id = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for ConsumerGroupMemberMetadataKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.group_id);
        put::string(writer, false, &self.member_id);
    }
}

impl Message for ConsumerGroupMemberMetadataKey {
    const MIN: i16 = 5;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerGroupMemberMetadataValue {
    pub instance_id: Option<String>,
    pub rack_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub subscribed_topic_names: Vec<String>,
    pub subscribed_topic_regex: Option<String>,
    /// How long members may take to join again; -1 before version 1.
    pub rebalance_timeout_ms: i32,
    pub server_assignor: Option<String>,
    pub classic_member_metadata: Option<ClassicMemberMetadata>,
}

impl Default for ConsumerGroupMemberMetadataValue {
    fn default() -> Self {
        ConsumerGroupMemberMetadataValue {
            instance_id: None,
            rack_id: None,
            client_id: String::default(),
            client_host: String::default(),
            subscribed_topic_names: Vec::new(),
            subscribed_topic_regex: None,
            rebalance_timeout_ms: -1,
            server_assignor: None,
            classic_member_metadata: None,
        }
    }
}

impl Decode for ConsumerGroupMemberMetadataValue {
    const BYTES_MIN: usize = 12;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.instance_id = take::nullable_string(reader, true)?;
        it.rack_id = take::nullable_string(reader, true)?;
        it.client_id = take::string(reader, true)?;
        it.client_host = take::string(reader, true)?;
        it.subscribed_topic_names = take::strings(reader, true)?;
        it.subscribed_topic_regex = take::nullable_string(reader, true)?;
        it.rebalance_timeout_ms = reader.i32()?;
        it.server_assignor = take::nullable_string(reader, true)?;
        let mut tags = TagReader::new(reader)?;
        while let Some((tag, mut field)) = tags.next(reader)? {
            let reader = &mut field;
            match tag {
                0 => it.classic_member_metadata = take::nullable_struct(reader, version)?,
                _ => continue,
            }
            reader.finish()?;
        }
        Ok(it)
    }
}

impl Encode for ConsumerGroupMemberMetadataValue {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::nullable_string(writer, true, self.instance_id.as_deref());
        put::nullable_string(writer, true, self.rack_id.as_deref());
        put::string(writer, true, &self.client_id);
        put::string(writer, true, &self.client_host);
        put::strings(writer, true, &self.subscribed_topic_names);
        put::nullable_string(writer, true, self.subscribed_topic_regex.as_deref());
        writer.i32(self.rebalance_timeout_ms);
        put::nullable_string(writer, true, self.server_assignor.as_deref());
        let mut tags = TagWriter::default();
        if let Some(value) = &self.classic_member_metadata { put::nullable_struct(tags.field(0), version, Some(value)); }
        tags.finish(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassicMemberMetadata {
    pub session_timeout_ms: i32,
    pub supported_protocols: Vec<ClassicProtocol>,
}

impl Decode for ClassicMemberMetadata {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.session_timeout_ms = reader.i32()?;
        it.supported_protocols = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ClassicMemberMetadata {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.session_timeout_ms);
        put::array(writer, true, version, &self.supported_protocols);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassicProtocol {
    pub name: String,
    pub metadata: Bytes,
}

impl Decode for ClassicProtocol {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.name = take::string(reader, true)?;
        it.metadata = take::bytes(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ClassicProtocol {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.name);
        put::bytes(writer, true, &self.metadata);
        put::no_tags(writer);
    }
}

impl Message for ConsumerGroupMemberMetadataValue {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupTargetAssignmentMetadataKey {
    pub group_id: String,
}

impl Decode for ConsumerGroupTargetAssignmentMetadataKey {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for ConsumerGroupTargetAssignmentMetadataKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.group_id);
    }
}

impl Message for ConsumerGroupTargetAssignmentMetadataKey {
    const MIN: i16 = 6;
    const MAX: i16 = 6;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupTargetAssignmentMetadataValue {
    pub assignment_epoch: i32,
}

impl Decode for ConsumerGroupTargetAssignmentMetadataValue {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.assignment_epoch = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ConsumerGroupTargetAssignmentMetadataValue {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.assignment_epoch);
        put::no_tags(writer);
    }
}

impl Message for ConsumerGroupTargetAssignmentMetadataValue {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupTargetAssignmentMemberKey {
    pub group_id: String,
    pub member_id: String,
}

impl Decode for ConsumerGroupTargetAssignmentMemberKey {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, false)?;
        it.member_id = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for ConsumerGroupTargetAssignmentMemberKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.group_id);
        put::string(writer, false, &self.member_id);
    }
}

impl Message for ConsumerGroupTargetAssignmentMemberKey {
    const MIN: i16 = 7;
    const MAX: i16 = 7;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupTargetAssignmentMemberValue {
    pub topic_partitions: Vec<TopicPartition>,
}

impl Decode for ConsumerGroupTargetAssignmentMemberValue {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ConsumerGroupTargetAssignmentMemberValue {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::array(writer, true, version, &self.topic_partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartition {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl Decode for TopicPartition {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.partitions = take::numbers(reader, true, 4, Reader::i32)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicPartition {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::uuid(writer, self.topic_id);
        put::numbers(writer, true, &self.partitions, Writer::i32);
        put::no_tags(writer);
    }
}

impl Message for ConsumerGroupTargetAssignmentMemberValue {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupCurrentMemberAssignmentKey {
    pub group_id: String,
    pub member_id: String,
}

impl Decode for ConsumerGroupCurrentMemberAssignmentKey {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, false)?;
        it.member_id = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for ConsumerGroupCurrentMemberAssignmentKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.group_id);
        put::string(writer, false, &self.member_id);
    }
}

impl Message for ConsumerGroupCurrentMemberAssignmentKey {
    const MIN: i16 = 8;
    const MAX: i16 = 8;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupCurrentMemberAssignmentValue {
    pub member_epoch: i32,
    pub previous_member_epoch: i32,
    pub state: i8,
    pub assigned_partitions: Vec<TopicPartitions>,
    pub partitions_pending_revocation: Vec<TopicPartitions>,
}

impl Decode for ConsumerGroupCurrentMemberAssignmentValue {
    const BYTES_MIN: usize = 12;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.member_epoch = reader.i32()?;
        it.previous_member_epoch = reader.i32()?;
        it.state = reader.i8()?;
        it.assigned_partitions = take::array(reader, true, version)?;
        it.partitions_pending_revocation = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ConsumerGroupCurrentMemberAssignmentValue {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.member_epoch);
        writer.i32(self.previous_member_epoch);
        writer.i8(self.state);
        put::array(writer, true, version, &self.assigned_partitions);
        put::array(writer, true, version, &self.partitions_pending_revocation);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitions {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl Decode for TopicPartitions {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.partitions = take::numbers(reader, true, 4, Reader::i32)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicPartitions {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::uuid(writer, self.topic_id);
        put::numbers(writer, true, &self.partitions, Writer::i32);
        put::no_tags(writer);
    }
}

impl Message for ConsumerGroupCurrentMemberAssignmentValue {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

