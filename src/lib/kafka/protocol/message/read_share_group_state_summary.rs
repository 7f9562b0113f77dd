//! ReadShareGroupStateSummary (key 87): reads a summary of the state of share partitions.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadShareGroupStateSummaryRequest {
    pub group_id: String,
    pub topics: Vec<ReadStateSummaryData>,
}

impl Decode for ReadShareGroupStateSummaryRequest {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.group_id = take::string(reader, true)?;
        it.topics = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ReadShareGroupStateSummaryRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, true, &self.group_id);
        put::array(writer, true, version, &self.topics);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadStateSummaryData {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl Decode for ReadStateSummaryData {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ReadStateSummaryData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::uuid(writer, self.topic_id);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    pub partition: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
}

impl Decode for PartitionData {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PartitionData {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.partition);
        writer.i32(self.leader_epoch);
        put::no_tags(writer);
    }
}

impl Message for ReadShareGroupStateSummaryRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ReadShareGroupStateSummaryRequest {
    const KEY: ApiKey = ApiKey::ReadShareGroupStateSummary;
    type Response = ReadShareGroupStateSummaryResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadShareGroupStateSummaryResponse {
    pub results: Vec<ReadStateSummaryResult>,
}

impl Decode for ReadShareGroupStateSummaryResponse {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.results = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ReadShareGroupStateSummaryResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::array(writer, true, version, &self.results);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadStateSummaryResult {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionResult>,
}

impl Decode for ReadStateSummaryResult {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic_id = take::uuid(reader)?;
        it.partitions = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ReadStateSummaryResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::uuid(writer, self.topic_id);
        put::array(writer, true, version, &self.partitions);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionResult {
    pub partition: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub state_epoch: i32,
    pub start_offset: i64,
}

impl Decode for PartitionResult {
    const BYTES_MIN: usize = 20;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.partition = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        it.state_epoch = reader.i32()?;
        it.start_offset = reader.i64()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for PartitionResult {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        writer.i32(self.partition);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        writer.i32(self.state_epoch);
        writer.i64(self.start_offset);
        put::no_tags(writer);
    }
}

impl Message for ReadShareGroupStateSummaryResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

