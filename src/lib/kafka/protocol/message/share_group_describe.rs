//! ShareGroupDescribe (key 77): describes share groups.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupDescribeRequest {
    pub group_ids: Vec<String>,
    /// Whether to say which operations the asker may do.
    pub include_authorized_operations: bool,
}

impl Decode for ShareGroupDescribeRequest {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_ids = take::strings(reader, true)?;
        it.include_authorized_operations = reader.bool()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ShareGroupDescribeRequest {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::strings(writer, true, &self.group_ids);
        writer.bool(self.include_authorized_operations);
        put::no_tags(writer);
    }
}

impl Message for ShareGroupDescribeRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ShareGroupDescribeRequest {
    const KEY: ApiKey = ApiKey::ShareGroupDescribe;
    type Response = ShareGroupDescribeResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupDescribeResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub groups: Vec<DescribedGroup>,
}

impl Decode for ShareGroupDescribeResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.groups = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ShareGroupDescribeResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        put::array(writer, true, version, &self.groups);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct DescribedGroup {
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub group_id: String,
    pub group_state: String,
    pub group_epoch: i32,
    pub assignment_epoch: i32,
    pub assignor_name: String,
    pub members: Vec<Member>,
    /// A bit set of allowed operations; the smallest i32 where nobody asked.
    pub authorized_operations: i32,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        DescribedGroup {
            error_code: ErrorCode::NONE,
            error_message: None,
            group_id: String::default(),
            group_state: String::default(),
            group_epoch: 0,
            assignment_epoch: 0,
            assignor_name: String::default(),
            members: Vec::new(),
            authorized_operations: i32::MIN,
        }
    }
}

impl Decode for DescribedGroup {
    const BYTES_MIN: usize = 20;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        it.group_id = take::string(reader, true)?;
        it.group_state = take::string(reader, true)?;
        it.group_epoch = reader.i32()?;
        it.assignment_epoch = reader.i32()?;
        it.assignor_name = take::string(reader, true)?;
        it.members = take::array(reader, true, version)?;
        it.authorized_operations = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DescribedGroup {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        put::string(writer, true, &self.group_id);
        put::string(writer, true, &self.group_state);
        writer.i32(self.group_epoch);
        writer.i32(self.assignment_epoch);
        put::string(writer, true, &self.assignor_name);
        put::array(writer, true, version, &self.members);
        writer.i32(self.authorized_operations);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    pub member_id: String,
    pub rack_id: Option<String>,
    pub member_epoch: i32,
    pub client_id: String,
    pub client_host: String,
    pub subscribed_topic_names: Vec<String>,
    pub assignment: Assignment,
}

impl Decode for Member {
    const BYTES_MIN: usize = 12;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.member_id = take::string(reader, true)?;
        it.rack_id = take::nullable_string(reader, true)?;
        it.member_epoch = reader.i32()?;
        it.client_id = take::string(reader, true)?;
        it.client_host = take::string(reader, true)?;
        it.subscribed_topic_names = take::strings(reader, true)?;
        it.assignment = Assignment::decode(reader, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for Member {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, true, &self.member_id);
        put::nullable_string(writer, true, self.rack_id.as_deref());
        writer.i32(self.member_epoch);
        put::string(writer, true, &self.client_id);
        put::string(writer, true, &self.client_host);
        put::strings(writer, true, &self.subscribed_topic_names);
        self.assignment.encode(writer, version);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitions {
    pub topic_id: Uuid,
    pub topic_name: String,
    pub partitions: Vec<i32>,
}

impl Decode for TopicPartitions {
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

impl Encode for TopicPartitions {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::uuid(writer, self.topic_id);
        put::string(writer, true, &self.topic_name);
        put::numbers(writer, true, &self.partitions, Writer::i32);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment {
    pub topic_partitions: Vec<TopicPartitions>,
}

impl Decode for Assignment {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for Assignment {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::array(writer, true, version, &self.topic_partitions);
        put::no_tags(writer);
    }
}

impl Message for ShareGroupDescribeResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

