//! ListTransactions (key 66): lists the transactions a broker coordinates.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct ListTransactionsRequest {
    pub state_filters: Vec<String>,
    pub producer_id_filters: Vec<i64>,
    pub duration_filter: i64,
}

impl Default for ListTransactionsRequest {
    fn default() -> Self {
        ListTransactionsRequest {
            state_filters: Vec::new(),
            producer_id_filters: Vec::new(),
            duration_filter: -1,
        }
    }
}

impl Decode for ListTransactionsRequest {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.state_filters = take::strings(reader, true)?;
        it.producer_id_filters = take::numbers(reader, true, 8, Reader::i64)?;
        if version >= 1 { it.duration_filter = reader.i64()?; }
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ListTransactionsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::strings(writer, true, &self.state_filters);
        put::numbers(writer, true, &self.producer_id_filters, Writer::i64);
        if version >= 1 { writer.i64(self.duration_filter); }
        put::no_tags(writer);
    }
}

impl Message for ListTransactionsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ListTransactionsRequest {
    const KEY: ApiKey = ApiKey::ListTransactions;
    type Response = ListTransactionsResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListTransactionsResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    pub unknown_state_filters: Vec<String>,
    pub transaction_states: Vec<TransactionState>,
}

impl Decode for ListTransactionsResponse {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.unknown_state_filters = take::strings(reader, true)?;
        it.transaction_states = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for ListTransactionsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::strings(writer, true, &self.unknown_state_filters);
        put::array(writer, true, version, &self.transaction_states);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionState {
    pub transactional_id: String,
    pub producer_id: i64,
    pub transaction_state: String,
}

impl Decode for TransactionState {
    const BYTES_MIN: usize = 11;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.transactional_id = take::string(reader, true)?;
        it.producer_id = reader.i64()?;
        it.transaction_state = take::string(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for TransactionState {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.transactional_id);
        writer.i64(self.producer_id);
        put::string(writer, true, &self.transaction_state);
        put::no_tags(writer);
    }
}

impl Message for ListTransactionsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

