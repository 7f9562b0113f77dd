//! WriteTxnMarkers (key 27): a transaction coordinator tells partition leaders to write commit or
//! abort markers.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteTxnMarkersRequest {
    pub markers: Vec<WritableTxnMarker>,
}

impl Decode for WriteTxnMarkersRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.markers = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for WriteTxnMarkersRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::array(writer, flexible, version, &self.markers);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarker {
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub transaction_result: bool,
    pub topics: Vec<WritableTxnMarkerTopic>,
    pub coordinator_epoch: i32,
}

impl Decode for WritableTxnMarker {
    const BYTES_MIN: usize = 17;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.producer_id = reader.i64()?;
        it.producer_epoch = reader.i16()?;
        it.transaction_result = reader.bool()?;
        it.topics = take::array(reader, flexible, version)?;
        it.coordinator_epoch = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for WritableTxnMarker {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i64(self.producer_id);
        writer.i16(self.producer_epoch);
        writer.bool(self.transaction_result);
        put::array(writer, flexible, version, &self.topics);
        writer.i32(self.coordinator_epoch);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerTopic {
    pub name: String,
    pub partition_indexes: Vec<i32>,
}

impl Decode for WritableTxnMarkerTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.name = take::string(reader, flexible)?;
        it.partition_indexes = take::numbers(reader, flexible, 4, Reader::i32)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for WritableTxnMarkerTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::string(writer, flexible, &self.name);
        put::numbers(writer, flexible, &self.partition_indexes, Writer::i32);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for WriteTxnMarkersRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(1);
}

impl Request for WriteTxnMarkersRequest {
    const KEY: ApiKey = ApiKey::WriteTxnMarkers;
    type Response = WriteTxnMarkersResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteTxnMarkersResponse {
    pub markers: Vec<WritableTxnMarkerResult>,
}

impl Decode for WriteTxnMarkersResponse {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.markers = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for WriteTxnMarkersResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::array(writer, flexible, version, &self.markers);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerResult {
    pub producer_id: i64,
    pub topics: Vec<WritableTxnMarkerTopicResult>,
}

impl Decode for WritableTxnMarkerResult {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.producer_id = reader.i64()?;
        it.topics = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for WritableTxnMarkerResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i64(self.producer_id);
        put::array(writer, flexible, version, &self.topics);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerTopicResult {
    pub name: String,
    pub partitions: Vec<WritableTxnMarkerPartitionResult>,
}

impl Decode for WritableTxnMarkerTopicResult {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.name = take::string(reader, flexible)?;
        it.partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for WritableTxnMarkerTopicResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerPartitionResult {
    pub partition_index: i32,
    pub error_code: ErrorCode,
}

impl Decode for WritableTxnMarkerPartitionResult {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.partition_index = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for WritableTxnMarkerPartitionResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i32(self.partition_index);
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for WriteTxnMarkersResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(1);
}

