//! The principal that an Envelope request forwards.
//!
//! A list: generated from the schema text by `cargo xtask gen`.

use crate::base::bytes::{Reader, Result, Writer};
use crate::kafka::protocol::primitive::{put, take};
use crate::kafka::protocol::{Decode, Encode, Message};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DefaultPrincipalData {
    pub kind: String,
    pub name: String,
    pub token_authenticated: bool,
}

impl Decode for DefaultPrincipalData {
    const BYTES_MIN: usize = 4;

    fn decode(reader: &mut Reader<'_>, _version: i16) -> Result<Self> {
        let mut it = Self::default();
        it.kind = take::string(reader, true)?;
        it.name = take::string(reader, true)?;
        it.token_authenticated = reader.bool()?;
        take::no_tags(reader)?;
        Ok(it)
    }
}

impl Encode for DefaultPrincipalData {
    fn encode(&self, writer: &mut Writer, _version: i16) {
        put::string(writer, true, &self.kind);
        put::string(writer, true, &self.name);
        writer.bool(self.token_authenticated);
        put::no_tags(writer);
    }
}

impl Message for DefaultPrincipalData {
    const MIN: i16 = 0;
    const MAX: i16 = 0;
    const FLEXIBLE: Option<i16> = Some(0);
}

