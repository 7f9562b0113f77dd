//! What members of a consumer group tell each other through the coordinator: their subscription and
//! their assignment, each preceded by its version as an i16.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use bytes::Bytes;

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message};

#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerProtocolSubscription {
    pub topics: Vec<String>,
    pub user_data: Option<Bytes>,
    pub owned_partitions: Vec<TopicPartition>,
    /// The generation the member believes in.
    pub generation_id: i32,
    pub rack_id: Option<String>,
}

impl Default for ConsumerProtocolSubscription {
    fn default() -> Self {
        ConsumerProtocolSubscription {
            topics: Vec::new(),
            user_data: None,
            owned_partitions: Vec::new(),
            generation_id: -1,
            rack_id: None,
        }
    }
}

impl Decode for ConsumerProtocolSubscription {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topics = take::strings(reader, false)?;
        it.user_data = take::nullable_bytes(reader, false)?;
        if version >= 1 { it.owned_partitions = take::array(reader, false, version)?; }
        if version >= 2 { it.generation_id = reader.i32()?; }
        if version >= 3 { it.rack_id = take::nullable_string(reader, false)?; }
        Ok(it)
    }
}

impl Encode for ConsumerProtocolSubscription {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::strings(writer, false, &self.topics);
        put::nullable_bytes(writer, false, self.user_data.as_deref());
        if version >= 1 { put::array(writer, false, version, &self.owned_partitions); }
        if version >= 2 { writer.i32(self.generation_id); }
        if version >= 3 { put::nullable_string(writer, false, self.rack_id.as_deref()); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartition {
    pub topic: String,
    pub partitions: Vec<i32>,
}

impl Decode for TopicPartition {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.topic = take::string(reader, false)?;
        it.partitions = take::numbers(reader, false, 4, Reader::i32)?;
        Ok(it)
    }
}

impl Encode for TopicPartition {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, false, &self.topic);
        put::numbers(writer, false, &self.partitions, Writer::i32);
    }
}

impl Message for ConsumerProtocolSubscription {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = None;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerProtocolAssignment {
    pub assigned_partitions: Vec<TopicPartition>,
    pub user_data: Option<Bytes>,
}

impl Decode for ConsumerProtocolAssignment {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.assigned_partitions = take::array(reader, false, version)?;
        it.user_data = take::nullable_bytes(reader, false)?;
        Ok(it)
    }
}

impl Encode for ConsumerProtocolAssignment {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::array(writer, false, version, &self.assigned_partitions);
        put::nullable_bytes(writer, false, self.user_data.as_deref());
    }
}

impl Message for ConsumerProtocolAssignment {
    const MIN: i16 = 0;
    const MAX: i16 = 3;
    const FLEXIBLE: Option<i16> = None;
}

