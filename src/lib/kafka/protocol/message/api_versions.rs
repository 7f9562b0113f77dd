//! ApiVersions (key 18): says which APIs and versions a broker offers.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::tagged::{TagReader, TagWriter};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiVersionsRequest {
    pub client_software_name: String,
    pub client_software_version: String,
}

impl Decode for ApiVersionsRequest {
    const BYTES_MIN: usize = 0;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        if version >= 3 { it.client_software_name = take::string(reader, flexible)?; }
        if version >= 3 { it.client_software_version = take::string(reader, flexible)?; }
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ApiVersionsRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        if version >= 3 { put::string(writer, flexible, &self.client_software_name); }
        if version >= 3 { put::string(writer, flexible, &self.client_software_version); }
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ApiVersionsRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(3);
}

impl Request for ApiVersionsRequest {
    const KEY: ApiKey = ApiKey::ApiVersions;
    type Response = ApiVersionsResponse;
}

#[derive(Clone, Debug, PartialEq)]
pub struct ApiVersionsResponse {
    pub error_code: ErrorCode,
    pub api_keys: Vec<ApiVersion>,
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub supported_features: Vec<SupportedFeatureKey>,
    /// The version of the finalized features; -1 where there are none.
    pub finalized_features_epoch: i64,
    pub finalized_features: Vec<FinalizedFeatureKey>,
    /// Whether a KRaft migration may begin.
    pub zk_migration_ready: bool,
}

impl Default for ApiVersionsResponse {
    fn default() -> Self {
        ApiVersionsResponse {
            error_code: ErrorCode::NONE,
            api_keys: Vec::new(),
            throttle_time_ms: 0,
            supported_features: Vec::new(),
            finalized_features_epoch: -1,
            finalized_features: Vec::new(),
            zk_migration_ready: false,
        }
    }
}

impl Decode for ApiVersionsResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.error_code = ErrorCode(reader.i16()?);
        it.api_keys = take::array(reader, flexible, version)?;
        if version >= 1 { it.throttle_time_ms = reader.i32()?; }
        if flexible {
            let mut tags = TagReader::new(reader)?;
            while let Some((tag, mut field)) = tags.next(reader)? {
                let reader = &mut field;
                match tag {
                    0 => it.supported_features = take::array(reader, true, version)?,
                    1 => it.finalized_features_epoch = reader.i64()?,
                    2 => it.finalized_features = take::array(reader, true, version)?,
                    3 => it.zk_migration_ready = reader.bool()?,
                    _ => continue,
                }
                reader.finish()?;
            }
        }
        Ok(it)
    }
}

impl Encode for ApiVersionsResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        writer.i16(self.error_code.0);
        put::array(writer, flexible, version, &self.api_keys);
        if version >= 1 { writer.i32(self.throttle_time_ms); }
        if flexible {
            let mut tags = TagWriter::default();
            if !self.supported_features.is_empty() { put::array(tags.field(0), true, version, &self.supported_features); }
            if self.finalized_features_epoch != -1 { tags.field(1).i64(self.finalized_features_epoch); }
            if !self.finalized_features.is_empty() { put::array(tags.field(2), true, version, &self.finalized_features); }
            if self.zk_migration_ready { tags.field(3).bool(self.zk_migration_ready); }
            tags.finish(writer);
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiVersion {
    pub api_key: i16,
    pub min_version: i16,
    pub max_version: i16,
}

impl Decode for ApiVersion {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.api_key = reader.i16()?;
        it.min_version = reader.i16()?;
        it.max_version = reader.i16()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ApiVersion {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        writer.i16(self.api_key);
        writer.i16(self.min_version);
        writer.i16(self.max_version);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SupportedFeatureKey {
    pub name: String,
    pub min_version: i16,
    pub max_version: i16,
}

impl Decode for SupportedFeatureKey {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.name = take::string(reader, flexible)?;
        it.min_version = reader.i16()?;
        it.max_version = reader.i16()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for SupportedFeatureKey {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.name);
        writer.i16(self.min_version);
        writer.i16(self.max_version);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FinalizedFeatureKey {
    pub name: String,
    pub max_version_level: i16,
    pub min_version_level: i16,
}

impl Decode for FinalizedFeatureKey {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 3;
        it.name = take::string(reader, flexible)?;
        it.max_version_level = reader.i16()?;
        it.min_version_level = reader.i16()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for FinalizedFeatureKey {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 3;
        put::string(writer, flexible, &self.name);
        writer.i16(self.max_version_level);
        writer.i16(self.min_version_level);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for ApiVersionsResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 4;
    const FLEXIBLE: Option<i16> = Some(3);
}

