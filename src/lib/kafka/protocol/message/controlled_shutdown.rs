//! ControlledShutdown (key 7): a broker asks the controller to move its leaderships away before it
//! stops.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct ControlledShutdownRequest {
    pub broker_id: i32,
    /// The broker's registration: the czxid of its znode; -1 to skip the check.
    pub broker_epoch: i64,
}

impl Default for ControlledShutdownRequest {
    fn default() -> Self {
        ControlledShutdownRequest {
            broker_id: 0,
            broker_epoch: -1,
        }
    }
}

impl Decode for ControlledShutdownRequest {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.broker_id = reader.i32()?;
        if version >= 2 { it.broker_epoch = reader.i64()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ControlledShutdownRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        writer.i32(self.broker_id);
        if version >= 2 { writer.i64(self.broker_epoch); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ControlledShutdownRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(3);
}

impl Request for ControlledShutdownRequest {
    const KEY: ApiKey = ApiKey::ControlledShutdown;
    type Response = ControlledShutdownResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ControlledShutdownResponse {
    pub error_code: ErrorCode,
    pub remaining_partitions: Vec<RemainingPartition>,
}

impl Decode for ControlledShutdownResponse {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.error_code = ErrorCode(reader.i16()?);
        it.remaining_partitions = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ControlledShutdownResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        writer.i16(self.error_code.0);
        put::array(writer, flexible, version, &self.remaining_partitions);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RemainingPartition {
    pub topic_name: String,
    pub partition_index: i32,
}

impl Decode for RemainingPartition {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.topic_name = take::string(reader, flexible)?;
        it.partition_index = reader.i32()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for RemainingPartition {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.topic_name);
        writer.i32(self.partition_index);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ControlledShutdownResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = Some(3);
}

