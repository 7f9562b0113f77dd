//! UpdateFeatures (key 57): changes finalized feature levels.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, PartialEq)]
pub struct UpdateFeaturesRequest {
    pub timeout_ms: i32,
    pub feature_updates: Vec<FeatureUpdateKey>,
    /// Whether to check and not to do.
    pub validate_only: bool,
}

impl Default for UpdateFeaturesRequest {
    fn default() -> Self {
        UpdateFeaturesRequest {
            timeout_ms: 60000,
            feature_updates: Vec::new(),
            validate_only: false,
        }
    }
}

impl Decode for UpdateFeaturesRequest {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.timeout_ms = reader.i32()?;
        it.feature_updates = take::array(reader, true, version)?;
        if version >= 1 { it.validate_only = reader.bool()?; }
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for UpdateFeaturesRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.timeout_ms);
        put::array(writer, true, version, &self.feature_updates);
        if version >= 1 { writer.bool(self.validate_only); }
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct FeatureUpdateKey {
    pub feature: String,
    pub max_version_level: i16,
    pub allow_downgrade: bool,
    pub upgrade_type: i8,
}

impl Default for FeatureUpdateKey {
    fn default() -> Self {
        FeatureUpdateKey {
            feature: String::default(),
            max_version_level: 0,
            allow_downgrade: false,
            upgrade_type: 1,
        }
    }
}

impl Decode for FeatureUpdateKey {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.feature = take::string(reader, true)?;
        it.max_version_level = reader.i16()?;
        if version == 0 { it.allow_downgrade = reader.bool()?; }
        if version >= 1 { it.upgrade_type = reader.i8()?; }
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for FeatureUpdateKey {
    fn encode(&self, writer: &mut Writer, version: i16) {
        put::string(writer, true, &self.feature);
        writer.i16(self.max_version_level);
        if version == 0 { writer.bool(self.allow_downgrade); }
        if version >= 1 { writer.i8(self.upgrade_type); }
        put::no_tags(writer);
    }
}

impl Message for UpdateFeaturesRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

impl Request for UpdateFeaturesRequest {
    const KEY: ApiKey = ApiKey::UpdateFeatures;
    type Response = UpdateFeaturesResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateFeaturesResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub results: Vec<UpdatableFeatureResult>,
}

impl Decode for UpdateFeaturesResponse {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        it.results = take::array(reader, true, version)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for UpdateFeaturesResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        put::array(writer, true, version, &self.results);
        put::no_tags(writer);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdatableFeatureResult {
    pub feature: String,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
}

impl Decode for UpdatableFeatureResult {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.feature = take::string(reader, true)?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, true)?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for UpdatableFeatureResult {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.feature);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, true, self.error_message.as_deref());
        put::no_tags(writer);
    }
}

impl Message for UpdateFeaturesResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(0);
}

