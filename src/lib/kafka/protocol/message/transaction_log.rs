//! What __transaction_state keeps. A key or value is preceded by its version as an i16, which is
//! not part of the structure.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionLogKey {
    pub transactional_id: String,
}

impl Decode for TransactionLogKey {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.transactional_id = take::string(reader, false)?;
        Ok(it)
    }
}

impl Encode for TransactionLogKey {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.transactional_id);
    }
}

impl Message for TransactionLogKey {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionLogValue {
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub transaction_timeout_ms: i32,
    pub transaction_status: i8,
    pub transaction_partitions: Option<Vec<PartitionsSchema>>,
    pub transaction_last_update_timestamp_ms: i64,
    pub transaction_start_timestamp_ms: i64,
}

impl Decode for TransactionLogValue {
    const BYTES_MIN: usize = 33;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.producer_id = reader.i64()?;
        it.producer_epoch = reader.i16()?;
        it.transaction_timeout_ms = reader.i32()?;
        it.transaction_status = reader.i8()?;
        it.transaction_partitions = take::nullable_array(reader, flexible, version)?;
        it.transaction_last_update_timestamp_ms = reader.i64()?;
        it.transaction_start_timestamp_ms = reader.i64()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for TransactionLogValue {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i64(self.producer_id);
        writer.i16(self.producer_epoch);
        writer.i32(self.transaction_timeout_ms);
        writer.i8(self.transaction_status);
        put::nullable_array(writer, flexible, version, self.transaction_partitions.as_deref());
        writer.i64(self.transaction_last_update_timestamp_ms);
        writer.i64(self.transaction_start_timestamp_ms);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionsSchema {
    pub topic: String,
    pub partition_ids: Vec<i32>,
}

impl Decode for PartitionsSchema {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.topic = take::string(reader, flexible)?;
        it.partition_ids = take::numbers(reader, flexible, 4, Reader::i32)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for PartitionsSchema {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::string(writer, flexible, &self.topic);
        put::numbers(writer, flexible, &self.partition_ids, Writer::i32);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for TransactionLogValue {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(1);
}

