//! DescribeClientQuotas (key 48): describes client quotas that a filter matches.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message, Request};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeClientQuotasRequest {
    pub components: Vec<ComponentData>,
    pub strict: bool,
}

impl Decode for DescribeClientQuotasRequest {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.components = take::array(reader, flexible, version)?;
        it.strict = reader.bool()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeClientQuotasRequest {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::array(writer, flexible, version, &self.components);
        writer.bool(self.strict);
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComponentData {
    pub entity_type: String,
    pub match_type: i8,
    pub matches: Option<String>,
}

impl Decode for ComponentData {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.entity_type = take::string(reader, flexible)?;
        it.match_type = reader.i8()?;
        it.matches = take::nullable_string(reader, flexible)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ComponentData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::string(writer, flexible, &self.entity_type);
        writer.i8(self.match_type);
        put::nullable_string(writer, flexible, self.matches.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeClientQuotasRequest {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(1);
}

impl Request for DescribeClientQuotasRequest {
    const KEY: ApiKey = ApiKey::DescribeClientQuotas;
    type Response = DescribeClientQuotasResponse;
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeClientQuotasResponse {
    /// How long the broker held this answer back, or will mute the connection, for a quota.
    pub throttle_time_ms: i32,
    pub error_code: ErrorCode,
    /// What went wrong in the broker's words; null where nothing did or it does not say.
    pub error_message: Option<String>,
    pub entries: Option<Vec<EntryData>>,
}

impl Decode for DescribeClientQuotasResponse {
    const BYTES_MIN: usize = 9;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.throttle_time_ms = reader.i32()?;
        it.error_code = ErrorCode(reader.i16()?);
        it.error_message = take::nullable_string(reader, flexible)?;
        it.entries = take::nullable_array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for DescribeClientQuotasResponse {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        writer.i32(self.throttle_time_ms);
        writer.i16(self.error_code.0);
        put::nullable_string(writer, flexible, self.error_message.as_deref());
        put::nullable_array(writer, flexible, version, self.entries.as_deref());
        if flexible { put::no_tags(writer); }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryData {
    pub entity: Vec<EntityData>,
    pub values: Vec<ValueData>,
}

impl Decode for EntryData {
    const BYTES_MIN: usize = 3;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.entity = take::array(reader, flexible, version)?;
        it.values = take::array(reader, flexible, version)?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for EntryData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::array(writer, flexible, version, &self.entity);
        put::array(writer, flexible, version, &self.values);
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
pub struct ValueData {
    pub key: String,
    pub value: f64,
}

impl Decode for ValueData {
    const BYTES_MIN: usize = 10;

    fn decode(reader: &mut Reader<'_>, version: i16) -> Result<Self> {
        let mut it = Self::default();
        let flexible = version >= 1;
        it.key = take::string(reader, flexible)?;
        it.value = reader.f64()?;
        if flexible { take::no_tags(reader)?; }
        Ok(it)
    }
}

impl Encode for ValueData {
    fn encode(&self, writer: &mut Writer, version: i16) {
        let flexible = version >= 1;
        put::string(writer, flexible, &self.key);
        writer.f64(self.value);
        if flexible { put::no_tags(writer); }
    }
}

impl Message for DescribeClientQuotasResponse {
    const MIN: i16 = 0;
    const MAX: i16 = 1;
    const FLEXIBLE: Option<i16> = Some(1);
}

