//! The test code that makes messages up by chance.

use std::fmt::Write as _;

use super::{Context, mentions};
use crate::schema::{File, Type};

/// The test code that makes up values, one implementation a structure, and the list of messages.
pub(crate) fn arbitrary(files: &[File]) -> String {
    let mut text = String::from(
        "//! Messages made up by chance.\n//!\n\
         //! A list: generated from the schema texts by `cargo xtask gen`.\n\n\
         use super::chance::{self, Arbitrary};\n\
         use super::{Case, case};\n\
         use crate::base::rng::Rng;\n\
         use crate::kafka::protocol::error_code::ErrorCode;\n\
         use crate::kafka::protocol::message;\n\n",
    );
    let _ = writeln!(text, "/// Every message.\npub(super) fn cases() -> Vec<Case> {{\n    vec![");
    for file in files {
        for message in &file.messages {
            let name = &message.structs[0].name;
            let _ = writeln!(text, "        case::<message::{}::{name}>(\"{name}\"),", file.stem);
        }
    }
    let _ = writeln!(text, "    ]\n}}");
    for file in files {
        for message in &file.messages {
            for item in &message.structs {
                Context { file, message, item }.arbitrary(&mut text);
            }
        }
    }
    text
}

impl Context<'_> {
    fn arbitrary(&self, out: &mut String) {
        let mut body = String::new();
        for field in &self.item.fields {
            let plain = self.make(&field.kind);
            let value = match field.null {
                Some(_) if self.rust_type(field) == "Records" => plain,
                Some(null) => {
                    let within = |it: i16| !field.versions.contain(it) || null.contain(it);
                    let maybe = format!("chance::maybe(rng, |rng| {plain})");
                    match self.condition(null) {
                        Some(test) if !(self.message.min..=self.message.max).all(within) => {
                            format!("if {test} {{ {maybe} }} else {{ Some({plain}) }}")
                        }
                        _ => maybe,
                    }
                }
                None => plain,
            };
            let line = format!("it.{} = {value};", field.name);
            self.line(&mut body, "        ", self.condition(field.versions), &line);
        }
        let mutable = if mentions(&body, "it") { "mut " } else { "" };
        let rng = if mentions(&body, "rng") { "rng" } else { "_rng" };
        let version = if mentions(&body, "version") { "version" } else { "_version" };
        let name = &self.item.name;
        let _ = writeln!(out, "\nimpl Arbitrary for message::{}::{name} {{", self.file.stem);
        let _ = writeln!(out, "    fn arbitrary({rng}: &mut Rng, {version}: i16) -> Self {{");
        let _ = writeln!(out, "        let {mutable}it = Self::default();");
        out.push_str(&body);
        let _ = writeln!(out, "        it\n    }}\n}}");
    }

    fn make(&self, kind: &Type) -> String {
        match kind {
            Type::Bool => "chance::bool(rng)".to_owned(),
            Type::Number(name) => format!("chance::{name}(rng)"),
            Type::ErrorCode => "ErrorCode(chance::i16(rng))".to_owned(),
            Type::String => "chance::string(rng)".to_owned(),
            Type::Records if self.plain_type(kind) == "Records" => {
                "chance::records(rng)".to_owned()
            }
            Type::Bytes | Type::Records => "chance::bytes(rng)".to_owned(),
            Type::Uuid => "chance::uuid(rng)".to_owned(),
            Type::Struct(_) => "Arbitrary::arbitrary(rng, version)".to_owned(),
            Type::Array(inner) => format!("chance::many(rng, |rng| {})", self.make(inner)),
        }
    }
}
