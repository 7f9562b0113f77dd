//! UpdateMetadata (key 6): the controller tells a broker what the cluster looks like.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::tagged::{TagReader, TagWriter};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct UpdateMetadataRequest {
    pub controller_id: i32,
    /// Whether the sender is a KRaft controller that migrates from ZooKeeper.
    pub is_kraft_controller: bool,
    pub kind: i8,
    pub controller_epoch: i32,
    /// The broker's registration: the czxid of its znode; -1 to skip the check.
    pub broker_epoch: i64,
    pub ungrouped_partition_states: Vec<UpdateMetadataPartitionState>,
    pub topic_states: Vec<UpdateMetadataTopicState>,
    pub live_brokers: Vec<UpdateMetadataBroker>,
}

impl Default for UpdateMetadataRequest {
    fn default() -> Self {
        UpdateMetadataRequest {
            controller_id: 0,
            is_kraft_controller: false,
            kind: 0,
            controller_epoch: 0,
            broker_epoch: -1,
            ungrouped_partition_states: Vec::new(),
            topic_states: Vec::new(),
            live_brokers: Vec::new(),
        }
    }
}

impl Decode for UpdateMetadataRequest {
    const BYTES_MIN: usize = 16;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.controller_id = reader.i32()?;
        if version >= 8 { it.is_kraft_controller = reader.bool()?; }
        it.controller_epoch = reader.i32()?;
        if version >= 5 { it.broker_epoch = reader.i64()?; }
        if version <= 4 { it.ungrouped_partition_states = take::array(reader, flexible, version)?; }
        if version >= 5 { it.topic_states = take::array(reader, flexible, version)?; }
        it.live_brokers = take::array(reader, flexible, version)?;
        if flexible {
            let mut tags = TagReader::new(reader)?;
            while let Some((tag, mut field)) = tags.next(reader)? {
                let reader = &mut field;
                match tag {
                    0 if version >= 8 => it.kind = reader.i8()?,
                    _ => continue,
                }
                reader.finish()?;
            }
        }
        Ok(it)
    }
}

impl Encode for UpdateMetadataRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        writer.i32(self.controller_id);
        if version >= 8 { writer.bool(self.is_kraft_controller); }
        writer.i32(self.controller_epoch);
        if version >= 5 { writer.i64(self.broker_epoch); }
        if version <= 4 { put::array(writer, flexible, version, &self.ungrouped_partition_states); }
        if version >= 5 { put::array(writer, flexible, version, &self.topic_states); }
        put::array(writer, flexible, version, &self.live_brokers);
        if flexible {
            let mut tags = TagWriter::default();
            if version >= 8 && self.kind != 0 { tags.field(0).i8(self.kind); }
            tags.finish(writer);
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateMetadataTopicState {
    pub topic_name: String,
    pub topic_id: Uuid,
    pub partition_states: Vec<UpdateMetadataPartitionState>,
}

impl Decode for UpdateMetadataTopicState {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.topic_name = take::string(reader, flexible)?;
        if version >= 7 { it.topic_id = take::uuid(reader)?; }
        it.partition_states = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for UpdateMetadataTopicState {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        put::string(writer, flexible, &self.topic_name);
        if version >= 7 { put::uuid(writer, self.topic_id); }
        put::array(writer, flexible, version, &self.partition_states);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateMetadataBroker {
    pub id: i32,
    pub v0_host: String,
    pub v0_port: i32,
    pub endpoints: Vec<UpdateMetadataEndpoint>,
    pub rack: Option<String>,
}

impl Decode for UpdateMetadataBroker {
    const BYTES_MIN: usize = 7;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.id = reader.i32()?;
        if version == 0 { it.v0_host = take::string(reader, flexible)?; }
        if version == 0 { it.v0_port = reader.i32()?; }
        if version >= 1 { it.endpoints = take::array(reader, flexible, version)?; }
        if version >= 2 { it.rack = take::nullable_string(reader, flexible)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for UpdateMetadataBroker {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        writer.i32(self.id);
        if version == 0 { put::string(writer, flexible, &self.v0_host); }
        if version == 0 { writer.i32(self.v0_port); }
        if version >= 1 { put::array(writer, flexible, version, &self.endpoints); }
        if version >= 2 { put::nullable_string(writer, flexible, self.rack.as_deref()); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateMetadataEndpoint {
    pub port: i32,
    pub host: String,
    pub listener: String,
    pub security_protocol: i16,
}

impl Decode for UpdateMetadataEndpoint {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.port = reader.i32()?;
        it.host = take::string(reader, flexible)?;
        if version >= 3 { it.listener = take::string(reader, flexible)?; }
        it.security_protocol = reader.i16()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for UpdateMetadataEndpoint {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        writer.i32(self.port);
        put::string(writer, flexible, &self.host);
        if version >= 3 { put::string(writer, flexible, &self.listener); }
        writer.i16(self.security_protocol);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateMetadataPartitionState {
    pub topic_name: String,
    pub partition_index: i32,
    pub controller_epoch: i32,
    pub leader: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub isr: Vec<i32>,
    /// The version of the partition's state znode.
    pub zk_version: i32,
    pub replicas: Vec<i32>,
    pub offline_replicas: Vec<i32>,
}

impl Decode for UpdateMetadataPartitionState {
    const BYTES_MIN: usize = 24;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        if version <= 4 { it.topic_name = take::string(reader, flexible)?; }
        it.partition_index = reader.i32()?;
        it.controller_epoch = reader.i32()?;
        it.leader = reader.i32()?;
        it.leader_epoch = reader.i32()?;
        it.isr = take::numbers(reader, flexible, 4, Reader::i32)?;
        it.zk_version = reader.i32()?;
        it.replicas = take::numbers(reader, flexible, 4, Reader::i32)?;
        if version >= 4 { it.offline_replicas = take::numbers(reader, flexible, 4, Reader::i32)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for UpdateMetadataPartitionState {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        if version <= 4 { put::string(writer, flexible, &self.topic_name); }
        writer.i32(self.partition_index);
        writer.i32(self.controller_epoch);
        writer.i32(self.leader);
        writer.i32(self.leader_epoch);
        put::numbers(writer, flexible, &self.isr, Writer::i32);
        writer.i32(self.zk_version);
        put::numbers(writer, flexible, &self.replicas, Writer::i32);
        if version >= 4 { put::numbers(writer, flexible, &self.offline_replicas, Writer::i32); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for UpdateMetadataRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 8;
    const FLEXIBLE: Option<i16> = Some(6);
}

impl Request for UpdateMetadataRequest {
    const KEY: ApiKey = ApiKey::UpdateMetadata;
    type Response = UpdateMetadataResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateMetadataResponse {
    pub error_code: ErrorCode,
}

impl Decode for UpdateMetadataResponse {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 6;
        it.error_code = ErrorCode(reader.i16()?);
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for UpdateMetadataResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 6;
        writer.i16(self.error_code.0);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for UpdateMetadataResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 8;
    const FLEXIBLE: Option<i16> = Some(6);
}

