//! What __consumer_offsets keeps of share groups (KIP-932); read by the dump tool.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupPartitionMetadataKey {
    pub group_id: String,
}

impl Decode for ShareGroupPartitionMetadataKey {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for ShareGroupPartitionMetadataKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.group_id);
    }
}

impl Message for ShareGroupPartitionMetadataKey {
    const MIN: i16 = 9;
    const MAX: i16 = 9;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupPartitionMetadataValue {
    pub initialized_topics: Vec<TopicPartitionsInfo>,
    pub deleting_topics: Vec<TopicInfo>,
}

impl Decode for ShareGroupPartitionMetadataValue {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.initialized_topics = take::array(reader, true, version)?;
        it.deleting_topics = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ShareGroupPartitionMetadataValue {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::array(writer, true, version, &self.initialized_topics);
        put::array(writer, true, version, &self.deleting_topics);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitionsInfo {
    pub topic_id: Uuid,
    pub topic_name: String,
    pub partitions: Vec<i32>,
}

impl Decode for TopicPartitionsInfo {
    const BYTES_MIN: usize = 19;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.topic_name = take::string(reader, true)?;
        it.partitions = take::numbers(reader, true, 4, Reader::i32)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicPartitionsInfo {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::uuid(writer, self.topic_id);
        put::string(writer, true, &self.topic_name);
        put::numbers(writer, true, &self.partitions, Writer::i32);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicInfo {
    pub topic_id: Uuid,
    pub topic_name: String,
}

impl Decode for TopicInfo {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.topic_name = take::string(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TopicInfo {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::uuid(writer, self.topic_id);
        put::string(writer, true, &self.topic_name);
        put::no_tags(writer);
    }
}

impl Message for ShareGroupPartitionMetadataValue {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupMemberMetadataKey {
    pub group_id: String,
    pub member_id: String,
}

impl Decode for ShareGroupMemberMetadataKey {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, false)?;
        it.member_id = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for ShareGroupMemberMetadataKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.group_id);
        put::string(writer, false, &self.member_id);
    }
}

impl Message for ShareGroupMemberMetadataKey {
    const MIN: i16 = 10;
    const MAX: i16 = 10;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupMemberMetadataValue {
    pub rack_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub subscribed_topic_names: Vec<String>,
}

impl Decode for ShareGroupMemberMetadataValue {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.rack_id = take::nullable_string(reader, true)?;
        it.client_id = take::string(reader, true)?;
        it.client_host = take::string(reader, true)?;
        it.subscribed_topic_names = take::strings(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ShareGroupMemberMetadataValue {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::nullable_string(writer, true, self.rack_id.as_deref());
        put::string(writer, true, &self.client_id);
        put::string(writer, true, &self.client_host);
        put::strings(writer, true, &self.subscribed_topic_names);
        put::no_tags(writer);
    }
}

impl Message for ShareGroupMemberMetadataValue {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupMetadataKey {
    pub group_id: String,
}

impl Decode for ShareGroupMetadataKey {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for ShareGroupMetadataKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.group_id);
    }
}

impl Message for ShareGroupMetadataKey {
    const MIN: i16 = 11;
    const MAX: i16 = 11;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupMetadataValue {
    pub epoch: i32,
}

impl Decode for ShareGroupMetadataValue {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.epoch = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ShareGroupMetadataValue {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.epoch);
        put::no_tags(writer);
    }
}

impl Message for ShareGroupMetadataValue {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

