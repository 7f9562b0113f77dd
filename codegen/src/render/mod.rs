//! The Rust source of a schema: plain structures, one line a field a direction.

mod arbitrary;

use std::fmt::Write as _;

use crate::Source;
pub(crate) use arbitrary::arbitrary;

use crate::schema::{Field, File, Message, Role, Struct, Type, Versions};

const WIDTH: usize = 100;

/// One structure together with what its message says about versions.
struct Context<'a> {
    file: &'a File,
    message: &'a Message,
    item: &'a Struct,
}

/// The file of one schema text.
pub(crate) fn file(file: &File) -> Source {
    let mut body = String::new();
    for message in &file.messages {
        for item in &message.structs {
            let context = Context { file, message, item };
            context.definition(&mut body);
            context.default(&mut body);
            context.decode(&mut body);
            context.encode(&mut body);
        }
        message_traits(&mut body, file, message);
    }
    let mut text = String::new();
    doc(&mut text, "//!", &head(file));
    let _ =
        writeln!(text, "//!\n//! A list: generated from the schema text by `cargo xtask gen`.\n");
    text.push_str(&imports(&body));
    text.push_str(&body);
    Source { name: format!("{}.rs", file.stem), text }
}

/// The list of files.
pub(crate) fn list(files: &[File]) -> Source {
    let mut text = String::from(
        "//! Every message of Kafka's wire, one file per API.\n//!\n\
         //! A list: generated from the schema texts by `cargo xtask gen`.\n\n",
    );
    let mut stems: Vec<&str> = files.iter().map(|it| it.stem.as_str()).collect();
    stems.sort_unstable();
    for stem in &stems {
        let _ = writeln!(text, "pub mod {stem};");
    }
    text.push('\n');
    let mut sorted: Vec<&File> = files.iter().collect();
    sorted.sort_by(|a, b| a.stem.cmp(&b.stem));
    for file in sorted {
        let names: Vec<&str> = file.messages.iter().map(|it| it.structs[0].name.as_str()).collect();
        match names.as_slice() {
            [one] => drop(writeln!(text, "pub use {}::{one};", file.stem)),
            _ => drop(writeln!(text, "pub use {}::{{{}}};", file.stem, names.join(", "))),
        }
    }
    Source { name: "mod.rs".to_owned(), text }
}

fn head(file: &File) -> Vec<String> {
    let mut lines = file.doc.clone();
    if let (Some((key, name)), Some(first)) = (&file.api, lines.first_mut()) {
        let mut letters = first.chars();
        let start: String = letters.next().iter().flat_map(|it| it.to_lowercase()).collect();
        *first = format!("{name} (key {key}): {start}{}", letters.as_str());
    }
    lines
}

fn imports(body: &str) -> String {
    let mut text = String::new();
    for (word, line) in [
        ("Bytes", "use bytes::Bytes;\n\n"),
        ("Reader", "use crate::base::bytes::{Reader, Result, Writer};\n"),
        ("Uuid", "use crate::base::uuid::Uuid;\n"),
        ("ApiKey", "use crate::kafka::protocol::api::ApiKey;\n"),
        ("ErrorCode", "use crate::kafka::protocol::error_code::ErrorCode;\n"),
    ] {
        if mentions(body, word) {
            text.push_str(line);
        }
    }
    let words: Vec<&str> =
        ["put", "take"].into_iter().filter(|it| body.contains(&format!("{it}::"))).collect();
    if !words.is_empty() {
        let _ = writeln!(text, "use crate::kafka::protocol::primitive::{};", group(&words));
    }
    let words: Vec<&str> =
        ["TagReader", "TagWriter"].into_iter().filter(|it| mentions(body, it)).collect();
    if !words.is_empty() {
        let _ = writeln!(text, "use crate::kafka::protocol::tagged::{};", group(&words));
    }
    let words: Vec<&str> = ["Decode", "Encode", "Message", "Records", "Request"]
        .into_iter()
        .filter(|it| mentions(body, it))
        .collect();
    let _ = writeln!(text, "use crate::kafka::protocol::{};\n", group(&words));
    text
}

fn group(words: &[&str]) -> String {
    match words {
        [one] => (*one).to_owned(),
        _ => format!("{{{}}}", words.join(", ")),
    }
}

/// Whether `word` stands in `body` as a name of its own, not as a field's.
fn mentions(body: &str, word: &str) -> bool {
    body.match_indices(word).any(|(at, _)| {
        let before = body[..at].chars().next_back();
        let after = body[at + word.len()..].chars().next();
        let inside = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '_');
        !inside(before) && before != Some('.') && !inside(after)
    })
}

fn doc(text: &mut String, mark: &str, lines: &[String]) {
    let mut line = mark.to_owned();
    for word in lines.iter().flat_map(|it| it.split_whitespace()) {
        if line.len() + 1 + word.len() > WIDTH {
            let _ = writeln!(text, "{line}");
            line = mark.to_owned();
        }
        line.push(' ');
        line.push_str(word);
    }
    if line.len() > mark.len() {
        let _ = writeln!(text, "{line}");
    }
}

fn message_traits(out: &mut String, file: &File, message: &Message) {
    let name = &message.structs[0].name;
    let _ = writeln!(out, "impl Message for {name} {{");
    let _ = writeln!(out, "    const MIN: i16 = {};", message.min);
    let _ = writeln!(out, "    const MAX: i16 = {};", message.max);
    let _ = writeln!(out, "    const FLEXIBLE: Option<i16> = {:?};", message.flexible);
    let _ = writeln!(out, "}}\n");
    let (Role::Request, Some((_, api))) = (message.role, &file.api) else { return };
    let response = file.messages.iter().find(|it| it.role == Role::Response);
    let Some(response) = response.map(|it| &it.structs[0].name) else { return };
    let _ = writeln!(out, "impl Request for {name} {{");
    let _ = writeln!(out, "    const KEY: ApiKey = ApiKey::{api};");
    let _ = writeln!(out, "    type Response = {response};");
    let _ = writeln!(out, "}}\n");
}

impl Context<'_> {
    /// The test whether a field is there, where not every version has it.
    fn condition(&self, versions: Versions) -> Option<String> {
        let (min, max) = (self.message.min, self.message.max);
        let low = (versions.min > min).then_some(versions.min);
        let high = versions.max.filter(|it| *it < max);
        match (low, high) {
            (None, None) => None,
            (Some(low), None) => Some(format!("version >= {low}")),
            (None, Some(high)) if high == min => Some(format!("version == {high}")),
            (None, Some(high)) => Some(format!("version <= {high}")),
            (Some(low), Some(high)) if low == high => Some(format!("version == {low}")),
            (Some(low), Some(high)) => Some(format!("({low}..={high}).contains(&version)")),
        }
    }

    /// What stands for "this version is flexible": a constant, or a variable the body defines.
    fn flexible(&self) -> &'static str {
        match self.message.flexible {
            None => "false",
            Some(first) if first <= self.message.min => "true",
            Some(_) => "flexible",
        }
    }

    fn flexible_line(&self, out: &mut String) {
        if let ("flexible", Some(first)) = (self.flexible(), self.message.flexible) {
            let _ = writeln!(out, "        let flexible = version >= {first};");
        }
    }

    fn rust_type(&self, field: &Field) -> String {
        let plain = self.plain_type(&field.kind);
        if field.null.is_some() && plain != "Records" { format!("Option<{plain}>") } else { plain }
    }

    fn plain_type(&self, kind: &Type) -> String {
        match kind {
            Type::Bool => "bool".to_owned(),
            Type::Number(name) => (*name).to_owned(),
            Type::ErrorCode => "ErrorCode".to_owned(),
            Type::String => "String".to_owned(),
            Type::Bytes => "Bytes".to_owned(),
            Type::Records if self.message.role == Role::Response => "Records".to_owned(),
            Type::Records => "Bytes".to_owned(),
            Type::Uuid => "Uuid".to_owned(),
            Type::Struct(name) => name.clone(),
            Type::Array(inner) => format!("Vec<{}>", self.plain_type(inner)),
        }
    }

    fn definition(&self, out: &mut String) {
        if self.item.name == self.message.structs[0].name {
            doc(out, "///", &self.message.doc);
        }
        let derived = if self.has_zero_default() { ", Default" } else { "" };
        let _ = writeln!(out, "#[derive(Clone, Debug{derived}, PartialEq)]");
        if self.item.fields.is_empty() {
            let _ = writeln!(out, "pub struct {} {{}}\n", self.item.name);
            return;
        }
        let _ = writeln!(out, "pub struct {} {{", self.item.name);
        for field in &self.item.fields {
            doc(out, "    ///", &field.doc);
            let _ = writeln!(out, "    pub {}: {},", field.name, self.rust_type(field));
        }
        let _ = writeln!(out, "}}\n");
    }

    fn has_zero_default(&self) -> bool {
        self.item.fields.iter().all(|it| it.default.is_none())
    }

    fn default(&self, out: &mut String) {
        if self.has_zero_default() {
            return;
        }
        let name = &self.item.name;
        let _ = writeln!(out, "impl Default for {name} {{");
        let _ = writeln!(out, "    fn default() -> Self {{\n        {name} {{");
        for field in &self.item.fields {
            let value = match (&field.default, &field.kind) {
                (Some(value), _) if value == "-2147483648" => "i32::MIN".to_owned(),
                (Some(value), _) if value == "2147483647" => "i32::MAX".to_owned(),
                (Some(value), _) => value.clone(),
                (None, _) if self.rust_type(field).starts_with("Option") => "None".to_owned(),
                (None, Type::Bool) => "false".to_owned(),
                (None, Type::Number("f64")) => "0.0".to_owned(),
                (None, Type::Number(_)) => "0".to_owned(),
                (None, Type::ErrorCode) => "ErrorCode::NONE".to_owned(),
                (None, Type::Uuid) => "Uuid::ZERO".to_owned(),
                (None, Type::Array(_)) => "Vec::new()".to_owned(),
                (None, kind) => format!("{}::default()", self.plain_type(kind)),
            };
            let _ = writeln!(out, "            {}: {value},", field.name);
        }
        let _ = writeln!(out, "        }}\n    }}\n}}\n");
    }

    fn decode(&self, out: &mut String) {
        let mut body = String::new();
        self.flexible_line(&mut body);
        let plain = self.item.fields.iter().filter(|it| it.tag.is_none());
        for field in plain {
            let line = format!("it.{} = {};", field.name, self.take_nullable(field));
            self.line(&mut body, "        ", self.condition(field.versions), &line);
        }
        let mut tagged: Vec<&Field> =
            self.item.fields.iter().filter(|it| it.tag.is_some()).collect();
        tagged.sort_by_key(|it| it.tag);
        let flexible = self.flexible();
        if tagged.is_empty() {
            let condition = (flexible == "flexible").then(|| flexible.to_owned());
            if flexible != "false" {
                self.line(&mut body, "        ", condition, "take::no_tags(reader)?;");
            }
        } else {
            self.decode_tags(&mut body, &tagged);
        }
        let mutable = if mentions(&body, "it") { "mut " } else { "" };
        let reader = if mentions(&body, "reader") { "reader" } else { "_reader" };
        let version = if mentions(&body, "version") { "version" } else { "_version" };
        let _ = writeln!(out, "impl Decode for {} {{", self.item.name);
        let _ = writeln!(out, "    const BYTES_MIN: usize = {};\n", self.bytes_min());
        let _ = writeln!(
            out,
            "    fn decode({reader}: &mut Reader<'_>, {version}: i16) -> Result<Self> {{"
        );
        let _ = writeln!(out, "        let {mutable}it = Self::default();");
        out.push_str(&body);
        let _ = writeln!(out, "        Ok(it)\n    }}\n}}\n");
    }

    fn decode_tags(&self, body: &mut String, tagged: &[&Field]) {
        let always = self.flexible() == "true";
        let pad = if always { "        " } else { "            " };
        if !always {
            let _ = writeln!(body, "        if flexible {{");
        }
        let _ = writeln!(body, "{pad}let mut tags = TagReader::new(reader)?;");
        let _ = writeln!(body, "{pad}while let Some((tag, mut field)) = tags.next(reader)? {{");
        let _ = writeln!(body, "{pad}    let reader = &mut field;");
        let _ = writeln!(body, "{pad}    match tag {{");
        for field in tagged {
            let guard = match self.tag_condition(field) {
                Some(condition) => format!(" if {condition}"),
                None => String::new(),
            };
            let _ = writeln!(
                body,
                "{pad}        {}{guard} => it.{} = {},",
                field.tag.unwrap_or_default(),
                field.name,
                self.take(field, "true", field.null.is_some()),
            );
        }
        let _ = writeln!(body, "{pad}        _ => continue,\n{pad}    }}");
        let _ = writeln!(body, "{pad}    reader.finish()?;\n{pad}}}");
        if !always {
            let _ = writeln!(body, "        }}");
        }
    }

    /// The test a tagged field needs beyond the version being flexible.
    fn tag_condition(&self, field: &Field) -> Option<String> {
        let first = self.message.flexible.unwrap_or_default();
        let reaches = field.versions.max.is_none_or(|max| max >= self.message.max);
        if field.versions.min <= first && reaches {
            return None;
        }
        self.condition(field.versions)
    }

    fn take_nullable(&self, field: &Field) -> String {
        let flexible = self.flexible();
        let Some(null) = field.null else { return self.take(field, flexible, false) };
        let within = |version: i16| !field.versions.contain(version) || null.contain(version);
        if (self.message.min..=self.message.max).all(within) || self.rust_type(field) == "Records" {
            return self.take(field, flexible, true);
        }
        let condition = self.condition(null).unwrap_or_else(|| "true".to_owned());
        let nullable = self.take(field, flexible, true);
        let plain = self.take(field, flexible, false);
        format!("if {condition} {{ {nullable} }} else {{ Some({plain}) }}")
    }

    fn take(&self, field: &Field, flexible: &str, null: bool) -> String {
        let nullable = if null { "nullable_" } else { "" };
        match &field.kind {
            Type::Bool => "reader.bool()?".to_owned(),
            Type::Number(name) => format!("reader.{name}()?"),
            Type::ErrorCode => "ErrorCode(reader.i16()?)".to_owned(),
            Type::String => format!("take::{nullable}string(reader, {flexible})?"),
            Type::Bytes => format!("take::{nullable}bytes(reader, {flexible})?"),
            Type::Records if self.plain_type(&field.kind) == "Records" => {
                format!("take::records(reader, {flexible})?")
            }
            Type::Records => format!("take::{nullable}bytes(reader, {flexible})?"),
            Type::Uuid => "take::uuid(reader)?".to_owned(),
            Type::Struct(_) if null => "take::nullable_struct(reader, version)?".to_owned(),
            Type::Struct(name) => format!("{name}::decode(reader, version)?"),
            Type::Array(inner) => match inner.as_ref() {
                Type::Struct(_) => format!("take::{nullable}array(reader, {flexible}, version)?"),
                Type::String => format!("take::{nullable}strings(reader, {flexible})?"),
                Type::Number(name) => {
                    let width = width(name);
                    format!("take::{nullable}numbers(reader, {flexible}, {width}, Reader::{name})?")
                }
                _ => format!("take::{nullable}numbers(reader, {flexible}, 16, take::uuid)?"),
            },
        }
    }

    fn encode(&self, out: &mut String) {
        let mut body = String::new();
        self.flexible_line(&mut body);
        for field in self.item.fields.iter().filter(|it| it.tag.is_none()) {
            self.put_nullable(&mut body, field);
        }
        let mut tagged: Vec<&Field> =
            self.item.fields.iter().filter(|it| it.tag.is_some()).collect();
        tagged.sort_by_key(|it| it.tag);
        let flexible = self.flexible();
        if tagged.is_empty() {
            let condition = (flexible == "flexible").then(|| flexible.to_owned());
            if flexible != "false" {
                self.line(&mut body, "        ", condition, "put::no_tags(writer);");
            }
        } else {
            self.encode_tags(&mut body, &tagged);
        }
        let writer = if mentions(&body, "writer") { "writer" } else { "_writer" };
        let version = if mentions(&body, "version") { "version" } else { "_version" };
        let _ = writeln!(out, "impl Encode for {} {{", self.item.name);
        let _ = writeln!(out, "    fn encode(&self, {writer}: &mut Writer, {version}: i16) {{");
        out.push_str(&body);
        let _ = writeln!(out, "    }}\n}}\n");
    }

    fn encode_tags(&self, body: &mut String, tagged: &[&Field]) {
        let always = self.flexible() == "true";
        let pad = if always { "        " } else { "            " };
        if !always {
            let _ = writeln!(body, "        if flexible {{");
        }
        let _ = writeln!(body, "{pad}let mut tags = TagWriter::default();");
        for field in tagged {
            let name = &field.name;
            let test = match (&field.kind, &field.default) {
                _ if field.null.is_some() => format!("let Some(value) = &self.{name}"),
                (Type::Bool, None) => format!("self.{name}"),
                (Type::Bool, Some(_)) => format!("!self.{name}"),
                (Type::Number(_), default) => {
                    format!("self.{name} != {}", default.as_deref().unwrap_or("0"))
                }
                (Type::Struct(kind), _) => format!("self.{name} != {kind}::default()"),
                (Type::Uuid, _) => format!("self.{name} != Uuid::ZERO"),
                (Type::ErrorCode, _) => format!("self.{name} != ErrorCode::NONE"),
                _ => format!("!self.{name}.is_empty()"),
            };
            let test = match self.tag_condition(field) {
                Some(condition) => format!("{condition} && {test}"),
                None => test,
            };
            let writer = format!("tags.field({})", field.tag.unwrap_or_default());
            let value =
                if field.null.is_some() { "value".to_owned() } else { format!("self.{name}") };
            let put = match field.kind {
                // The byte that says "there" stands in a tagged field too.
                Type::Struct(_) if field.null.is_some() => {
                    format!("put::nullable_struct({writer}, version, Some(value));")
                }
                _ => self.put(field, &writer, &value, "true", field.null.is_some()),
            };
            let _ = writeln!(body, "{pad}if {test} {{ {put} }}");
        }
        let _ = writeln!(body, "{pad}tags.finish(writer);");
        if !always {
            let _ = writeln!(body, "        }}");
        }
    }

    fn put_nullable(&self, body: &mut String, field: &Field) {
        let flexible = self.flexible();
        let condition = self.condition(field.versions);
        let value = format!("self.{}", field.name);
        let plain = self.put(field, "writer", &value, flexible, false);
        let Some(null) = field.null else {
            return self.line(body, "        ", condition, &plain);
        };
        if self.rust_type(field) == "Records" {
            return self.line(body, "        ", condition, &plain);
        }
        let nullable = self.put_option(field, &value, flexible);
        let within = |version: i16| !field.versions.contain(version) || null.contain(version);
        if (self.message.min..=self.message.max).all(within) {
            return self.line(body, "        ", condition, &nullable);
        }
        let value = format!("self.{}.as_deref().unwrap_or_default()", field.name);
        let plain = self.put(field, "writer", &value, flexible, true);
        let test = self.condition(null).unwrap_or_else(|| "true".to_owned());
        let line = format!("if {test} {{ {nullable} }} else {{ {plain} }}");
        self.line(body, "        ", condition, &line);
    }

    /// Puts `value`; `borrowed` says that it is a reference already.
    fn put(
        &self,
        field: &Field,
        writer: &str,
        value: &str,
        flexible: &str,
        borrowed: bool,
    ) -> String {
        let reference = if borrowed { value.to_owned() } else { format!("&{value}") };
        let copied = if borrowed { format!("*{value}") } else { value.to_owned() };
        match &field.kind {
            Type::Bool => format!("{writer}.bool({copied});"),
            Type::Number(name) => format!("{writer}.{name}({copied});"),
            Type::ErrorCode => format!("{writer}.i16({value}.0);"),
            Type::String => format!("put::string({writer}, {flexible}, {reference});"),
            Type::Bytes => format!("put::bytes({writer}, {flexible}, {reference});"),
            Type::Records if self.plain_type(&field.kind) == "Records" => {
                format!("put::records({writer}, {flexible}, {reference});")
            }
            Type::Records => format!("put::shared({writer}, {flexible}, Some({reference}));"),
            Type::Uuid => format!("put::uuid({writer}, {copied});"),
            Type::Struct(_) => format!("{value}.encode({writer}, version);"),
            Type::Array(inner) => match inner.as_ref() {
                Type::Struct(_) => {
                    format!("put::array({writer}, {flexible}, version, {reference});")
                }
                Type::String => format!("put::strings({writer}, {flexible}, {reference});"),
                Type::Number(name) => {
                    format!("put::numbers({writer}, {flexible}, {reference}, Writer::{name});")
                }
                _ => format!("put::numbers({writer}, {flexible}, {reference}, put::uuid);"),
            },
        }
    }

    fn put_option(&self, field: &Field, value: &str, flexible: &str) -> String {
        match &field.kind {
            Type::String => {
                format!("put::nullable_string(writer, {flexible}, {value}.as_deref());")
            }
            Type::Bytes => format!("put::nullable_bytes(writer, {flexible}, {value}.as_deref());"),
            Type::Records => format!("put::shared(writer, {flexible}, {value}.as_ref());"),
            Type::Struct(_) => format!("put::nullable_struct(writer, version, {value}.as_ref());"),
            Type::Array(inner) => match inner.as_ref() {
                Type::Struct(_) => {
                    format!("put::nullable_array(writer, {flexible}, version, {value}.as_deref());")
                }
                Type::String => {
                    format!("put::nullable_strings(writer, {flexible}, {value}.as_deref());")
                }
                Type::Number(name) => format!(
                    "put::nullable_numbers(writer, {flexible}, {value}.as_deref(), Writer::{name});"
                ),
                _ => format!(
                    "put::nullable_numbers(writer, {flexible}, {value}.as_deref(), put::uuid);"
                ),
            },
            _ => unreachable!("{} cannot be null", field.name),
        }
    }

    fn line(&self, body: &mut String, pad: &str, condition: Option<String>, line: &str) {
        let _ = match condition {
            Some(condition) => writeln!(body, "{pad}if {condition} {{ {line} }}"),
            None => writeln!(body, "{pad}{line}"),
        };
    }

    /// The fewest bytes the structure takes at any version.
    fn bytes_min(&self) -> usize {
        let sizes = self.message.min..=self.message.max;
        sizes.map(|version| self.bytes_at(version)).min().unwrap_or_default()
    }

    fn bytes_at(&self, version: i16) -> usize {
        let flexible = self.message.flexible.is_some_and(|first| version >= first);
        let fields = self.item.fields.iter();
        let there = fields.filter(|it| it.tag.is_none() && it.versions.contain(version));
        let sum: usize = there
            .map(|field| match &field.kind {
                Type::Bool => 1,
                Type::Number(name) => width(name),
                Type::ErrorCode => 2,
                Type::Uuid => 16,
                Type::Struct(_) if field.null.is_some() => 1,
                Type::Struct(name) => match self.file.find(name) {
                    Some(item) => {
                        Context { file: self.file, message: self.message, item }.bytes_at(version)
                    }
                    None => 0,
                },
                _ if flexible => 1,
                Type::String => 2,
                Type::Bytes | Type::Records | Type::Array(_) => 4,
            })
            .sum();
        sum + usize::from(flexible)
    }
}

fn width(name: &str) -> usize {
    match name {
        "i8" => 1,
        "i16" | "u16" => 2,
        "i32" => 4,
        _ => 8,
    }
}
