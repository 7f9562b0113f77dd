//! Metadata (key 3): describes brokers, topics and who leads each partition.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::base::uuid::Uuid;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct MetadataRequest {
    pub topics: Option<Vec<MetadataRequestTopic>>,
    pub allow_auto_topic_creation: bool,
    pub include_cluster_authorized_operations: bool,
    pub include_topic_authorized_operations: bool,
}

impl Default for MetadataRequest {
    fn default() -> Self {
        MetadataRequest {
            topics: None,
            allow_auto_topic_creation: true,
            include_cluster_authorized_operations: false,
            include_topic_authorized_operations: false,
        }
    }
}

impl Decode for MetadataRequest {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        it.topics = if version >= 1 { take::nullable_array(reader, flexible, version)? } else { Some(take::array(reader, flexible, version)?) };
        if version >= 4 { it.allow_auto_topic_creation = reader.bool()?; }
        if (8..=10).contains(&version) { it.include_cluster_authorized_operations = reader.bool()?; }
        if version >= 8 { it.include_topic_authorized_operations = reader.bool()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for MetadataRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        if version >= 1 { put::nullable_array(writer, flexible, version, self.topics.as_deref()); } else { put::array(writer, flexible, version, self.topics.as_deref().unwrap_or_default()); }
        if version >= 4 { writer.bool(self.allow_auto_topic_creation); }
        if (8..=10).contains(&version) { writer.bool(self.include_cluster_authorized_operations); }
        if version >= 8 { writer.bool(self.include_topic_authorized_operations); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetadataRequestTopic {
    pub topic_id: Uuid,
    pub name: Option<String>,
}

impl Decode for MetadataRequestTopic {
    const BYTES_MIN: usize = 2;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        if version >= 10 { it.topic_id = take::uuid(reader)?; }
        it.name = if version >= 10 { take::nullable_string(reader, flexible)? } else { Some(take::string(reader, flexible)?) };
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for MetadataRequestTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        if version >= 10 { put::uuid(writer, self.topic_id); }
        if version >= 10 { put::nullable_string(writer, flexible, self.name.as_deref()); } else { put::string(writer, flexible, self.name.as_deref().unwrap_or_default()); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for MetadataRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 12;
    const FLEXIBLE: Option<i16> = Some(9);
}

impl Request for MetadataRequest {
    const KEY: ApiKey = ApiKey::Metadata;
    type Response = MetadataResponse;
}

#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub brokers: Vec<MetadataResponseBroker>,
    pub cluster_id: Option<String>,
    pub controller_id: i32,
    pub topics: Vec<MetadataResponseTopic>,
    /// A bit set of allowed operations; the smallest i32 where nobody asked.
    pub cluster_authorized_operations: i32,
}

impl Default for MetadataResponse {
    fn default() -> Self {
        MetadataResponse {
            throttle_time_ms: 0,
            brokers: Vec::new(),
            cluster_id: None,
            controller_id: -1,
            topics: Vec::new(),
            cluster_authorized_operations: i32::MIN,
        }
    }
}

impl Decode for MetadataResponse {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        if version >= 3 { it.throttle_time_ms = reader.i32()?; }
        it.brokers = take::array(reader, flexible, version)?;
        if version >= 2 { it.cluster_id = take::nullable_string(reader, flexible)?; }
        if version >= 1 { it.controller_id = reader.i32()?; }
        it.topics = take::array(reader, flexible, version)?;
        if (8..=10).contains(&version) { it.cluster_authorized_operations = reader.i32()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for MetadataResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        if version >= 3 { writer.i32(self.throttle_time_ms); }
        put::array(writer, flexible, version, &self.brokers);
        if version >= 2 { put::nullable_string(writer, flexible, self.cluster_id.as_deref()); }
        if version >= 1 { writer.i32(self.controller_id); }
        put::array(writer, flexible, version, &self.topics);
        if (8..=10).contains(&version) { writer.i32(self.cluster_authorized_operations); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetadataResponseBroker {
    pub node_id: i32,
    pub host: String,
    pub port: i32,
    pub rack: Option<String>,
}

impl Decode for MetadataResponseBroker {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        it.node_id = reader.i32()?;
        it.host = take::string(reader, flexible)?;
        it.port = reader.i32()?;
        if version >= 1 { it.rack = take::nullable_string(reader, flexible)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for MetadataResponseBroker {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        writer.i32(self.node_id);
        put::string(writer, flexible, &self.host);
        writer.i32(self.port);
        if version >= 1 { put::nullable_string(writer, flexible, self.rack.as_deref()); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponseTopic {
    pub error_code: ErrorCode,
    pub name: Option<String>,
    pub topic_id: Uuid,
    pub is_internal: bool,
    pub partitions: Vec<MetadataResponsePartition>,
    /// A bit set of allowed operations; the smallest i32 where nobody asked.
    pub topic_authorized_operations: i32,
}

impl Default for MetadataResponseTopic {
    fn default() -> Self {
        MetadataResponseTopic {
            error_code: ErrorCode::NONE,
            name: None,
            topic_id: Uuid::ZERO,
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: i32::MIN,
        }
    }
}

impl Decode for MetadataResponseTopic {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        it.error_code = ErrorCode(reader.i16()?);
        it.name = if version >= 12 { take::nullable_string(reader, flexible)? } else { Some(take::string(reader, flexible)?) };
        if version >= 10 { it.topic_id = take::uuid(reader)?; }
        if version >= 1 { it.is_internal = reader.bool()?; }
        it.partitions = take::array(reader, flexible, version)?;
        if version >= 8 { it.topic_authorized_operations = reader.i32()?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for MetadataResponseTopic {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        writer.i16(self.error_code.0);
        if version >= 12 { put::nullable_string(writer, flexible, self.name.as_deref()); } else { put::string(writer, flexible, self.name.as_deref().unwrap_or_default()); }
        if version >= 10 { put::uuid(writer, self.topic_id); }
        if version >= 1 { writer.bool(self.is_internal); }
        put::array(writer, flexible, version, &self.partitions);
        if version >= 8 { writer.i32(self.topic_authorized_operations); }
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponsePartition {
    pub error_code: ErrorCode,
    pub partition_index: i32,
    pub leader_id: i32,
    /// The leader epoch; -1 where it is not known.
    pub leader_epoch: i32,
    pub replica_nodes: Vec<i32>,
    pub isr_nodes: Vec<i32>,
    pub offline_replicas: Vec<i32>,
}

impl Default for MetadataResponsePartition {
    fn default() -> Self {
        MetadataResponsePartition {
            error_code: ErrorCode::NONE,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            offline_replicas: Vec::new(),
        }
    }
}

impl Decode for MetadataResponsePartition {
    const BYTES_MIN: usize = 18;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 9;
        it.error_code = ErrorCode(reader.i16()?);
        it.partition_index = reader.i32()?;
        it.leader_id = reader.i32()?;
        if version >= 7 { it.leader_epoch = reader.i32()?; }
        it.replica_nodes = take::numbers(reader, flexible, 4, Reader::i32)?;
        it.isr_nodes = take::numbers(reader, flexible, 4, Reader::i32)?;
        if version >= 5 { it.offline_replicas = take::numbers(reader, flexible, 4, Reader::i32)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for MetadataResponsePartition {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 9;
        writer.i16(self.error_code.0);
        writer.i32(self.partition_index);
        writer.i32(self.leader_id);
        if version >= 7 { writer.i32(self.leader_epoch); }
        put::numbers(writer, flexible, &self.replica_nodes, Writer::i32);
        put::numbers(writer, flexible, &self.isr_nodes, Writer::i32);
        if version >= 5 { put::numbers(writer, flexible, &self.offline_replicas, Writer::i32); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for MetadataResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 12;
    const FLEXIBLE: Option<i16> = Some(9);
}

