//! AddPartitionsToTxn (key 24): adds partitions to a transaction; since version 4 brokers verify by
//! it too.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnRequest {
    pub transactions: Vec<AddPartitionsToTxnTransaction>,
    pub v3_and_below_transactional_id: String,
    pub v3_and_below_producer_id: i64,
    pub v3_and_below_producer_epoch: i16,
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic>,
}

impl Decode for AddPartitionsToTxnRequest {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        if version >= 4 { it.transactions = take::array(reader, flexible, version)?; }
        if version <= 3 { it.v3_and_below_transactional_id = take::string(reader, flexible)?; }
        if version <= 3 { it.v3_and_below_producer_id = reader.i64()?; }
        if version <= 3 { it.v3_and_below_producer_epoch = reader.i16()?; }
        if version <= 3 { it.v3_and_below_topics = take::array(reader, flexible, version)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AddPartitionsToTxnRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        if version >= 4 { put::array(writer, flexible, version, &self.transactions); }
        if version <= 3 { put::string(writer, flexible, &self.v3_and_below_transactional_id); }
        if version <= 3 { writer.i64(self.v3_and_below_producer_id); }
        if version <= 3 { writer.i16(self.v3_and_below_producer_epoch); }
        if version <= 3 { put::array(writer, flexible, version, &self.v3_and_below_topics); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTransaction {
    pub transactional_id: String,
    pub producer_id: i64,
    pub producer_epoch: i16,
    /// Whether only to check that the partitions are part of the transaction (KIP-890).
    pub verify_only: bool,
    pub topics: Vec<AddPartitionsToTxnTopic>,
}

impl Decode for AddPartitionsToTxnTransaction {
    const BYTES_MIN: usize = 14;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.transactional_id = take::string(reader, flexible)?;
        it.producer_id = reader.i64()?;
        it.producer_epoch = reader.i16()?;
        it.verify_only = reader.bool()?;
        it.topics = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AddPartitionsToTxnTransaction {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.transactional_id);
        writer.i64(self.producer_id);
        writer.i16(self.producer_epoch);
        writer.bool(self.verify_only);
        put::array(writer, flexible, version, &self.topics);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTopic {
    pub name: String,
    pub partitions: Vec<i32>,
}

impl Decode for AddPartitionsToTxnTopic {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.name = take::string(reader, flexible)?;
        it.partitions = take::numbers(reader, flexible, 4, Reader::i32)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AddPartitionsToTxnTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.name);
        put::numbers(writer, flexible, &self.partitions, Writer::i32);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for AddPartitionsToTxnRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(3);
}

impl Request for AddPartitionsToTxnRequest {
    const KEY: ApiKey = ApiKey::AddPartitionsToTxn;
    type Response = AddPartitionsToTxnResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub results_by_transaction: Vec<AddPartitionsToTxnResult>,
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult>,
}

impl Decode for AddPartitionsToTxnResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.throttle_time_ms = reader.i32()?;
        if version >= 4 { it.error_code = ErrorCode(reader.i16()?); }
        if version >= 4 { it.results_by_transaction = take::array(reader, flexible, version)?; }
        if version <= 3 { it.results_by_topic_v3_and_below = take::array(reader, flexible, version)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AddPartitionsToTxnResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        writer.i32(self.throttle_time_ms);
        if version >= 4 { writer.i16(self.error_code.0); }
        if version >= 4 { put::array(writer, flexible, version, &self.results_by_transaction); }
        if version <= 3 { put::array(writer, flexible, version, &self.results_by_topic_v3_and_below); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnResult {
    pub transactional_id: String,
    pub topic_results: Vec<AddPartitionsToTxnTopicResult>,
}

impl Decode for AddPartitionsToTxnResult {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.transactional_id = take::string(reader, flexible)?;
        it.topic_results = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AddPartitionsToTxnResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.transactional_id);
        put::array(writer, flexible, version, &self.topic_results);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTopicResult {
    pub name: String,
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
}

impl Decode for AddPartitionsToTxnTopicResult {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.name = take::string(reader, flexible)?;
        it.results_by_partition = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AddPartitionsToTxnTopicResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.name);
        put::array(writer, flexible, version, &self.results_by_partition);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnPartitionResult {
    pub partition_index: i32,
    pub partition_error_code: ErrorCode,
}

impl Decode for AddPartitionsToTxnPartitionResult {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.partition_index = reader.i32()?;
        it.partition_error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AddPartitionsToTxnPartitionResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        writer.i32(self.partition_index);
        writer.i16(self.partition_error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for AddPartitionsToTxnResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 5;
    const FLEXIBLE: Option<i16> = Some(3);
}

