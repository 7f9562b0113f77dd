//! AlterClientQuotas (key 49): changes client quotas.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterClientQuotasRequest {
    pub entries: Vec<EntryData>,
    /// Whether to check and not to do.
    pub validate_only: bool,
}

impl Decode for AlterClientQuotasRequest {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.entries = take::array(reader, flexible, version)?;
        it.validate_only = reader.bool()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AlterClientQuotasRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::array(writer, flexible, version, &self.entries);
        writer.bool(self.validate_only);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryData {
    pub entity: Vec<EntityData>,
    pub ops: Vec<OpData>,
}

impl Decode for EntryData {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.entity = take::array(reader, flexible, version)?;
        it.ops = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for EntryData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::array(writer, flexible, version, &self.entity);
        put::array(writer, flexible, version, &self.ops);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityData {
    pub entity_type: String,
    pub entity_name: Option<String>,
}

impl Decode for EntityData {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.entity_type = take::string(reader, flexible)?;
        it.entity_name = take::nullable_string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for EntityData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::string(writer, flexible, &self.entity_type);
        put::nullable_string(writer, flexible, self.entity_name.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpData {
    pub key: String,
    pub value: f64,
    pub remove: bool,
}

impl Decode for OpData {
    const BYTES_MIN: usize = 11;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.key = take::string(reader, flexible)?;
        it.value = reader.f64()?;
        it.remove = reader.bool()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for OpData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::string(writer, flexible, &self.key);
        writer.f64(self.value);
        writer.bool(self.remove);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for AlterClientQuotasRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(1);
}

impl Request for AlterClientQuotasRequest {
    const KEY: ApiKey = ApiKey::AlterClientQuotas;
    type Response = AlterClientQuotasResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterClientQuotasResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub entries: Vec<EntryResult>,
}

impl Decode for AlterClientQuotasResponse {
    const BYTES_MIN: usize = 6;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.throttle_time_ms = reader.i32()?;
        it.entries = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for AlterClientQuotasResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i32(self.throttle_time_ms);
        put::array(writer, flexible, version, &self.entries);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryResult {
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub entity: Vec<EntityData>,
}

impl Decode for EntryResult {
    const BYTES_MIN: usize = 5;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, flexible)?;
        it.entity = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for EntryResult {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i16(self.error_code.0);
        put::nullable_string(writer, flexible, self.error_message.as_deref());
        put::array(writer, flexible, version, &self.entity);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for AlterClientQuotasResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(1);
}

