//! The schema text: its model and its parser.

use std::fmt;

/// Why a schema text could not be read.
#[derive(Debug)]
pub struct Error {
    file: String,
    line: usize,
    what: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for Error {}

/// A stretch of versions; without an end where it reaches to the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Versions {
    pub(crate) min: i16,
    pub(crate) max: Option<i16>,
}

impl Versions {
    pub(crate) const ALL: Versions = Versions { min: 0, max: None };

    pub(crate) fn contain(&self, version: i16) -> bool {
        version >= self.min && self.max.is_none_or(|max| version <= max)
    }

    fn parse(text: &str) -> Option<Versions> {
        if text == "all" {
            return Some(Versions::ALL);
        }
        if let Some(min) = text.strip_suffix('+') {
            return Some(Versions { min: min.parse().ok()?, max: None });
        }
        let (min, max) = text.split_once('-').unwrap_or((text, text));
        Some(Versions { min: min.parse().ok()?, max: Some(max.parse().ok()?) })
    }
}

/// What a value is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    /// A number of `u8::len` bytes: the Rust type's name.
    Number(&'static str),
    ErrorCode,
    String,
    Bytes,
    Records,
    Uuid,
    Struct(String),
    Array(Box<Type>),
}

impl Type {
    fn parse(text: &str) -> Option<Type> {
        if let Some(inner) = text.strip_prefix('[') {
            return Some(Type::Array(Box::new(Type::parse(inner.strip_suffix(']')?)?)));
        }
        Some(match text {
            "bool" => Type::Bool,
            "i8" => Type::Number("i8"),
            "i16" => Type::Number("i16"),
            "u16" => Type::Number("u16"),
            "i32" => Type::Number("i32"),
            "i64" => Type::Number("i64"),
            "f64" => Type::Number("f64"),
            "error" => Type::ErrorCode,
            "string" => Type::String,
            "bytes" => Type::Bytes,
            "records" => Type::Records,
            "uuid" => Type::Uuid,
            name if name.starts_with(|c: char| c.is_ascii_uppercase()) => {
                Type::Struct(name.to_owned())
            }
            _ => return None,
        })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) doc: Vec<String>,
    pub(crate) name: String,
    pub(crate) kind: Type,
    pub(crate) versions: Versions,
    pub(crate) null: Option<Versions>,
    pub(crate) tag: Option<u32>,
    pub(crate) default: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) fields: Vec<Field>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Request,
    Response,
    Data,
}

/// A message and the structures it is the first to use.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) doc: Vec<String>,
    pub(crate) role: Role,
    pub(crate) min: i16,
    pub(crate) max: i16,
    /// The first flexible version.
    pub(crate) flexible: Option<i16>,
    /// The message itself comes first.
    pub(crate) structs: Vec<Struct>,
}

/// One schema text.
#[derive(Clone, Debug)]
pub struct File {
    pub(crate) stem: String,
    pub(crate) doc: Vec<String>,
    /// Key and name of the API; none for records.
    pub(crate) api: Option<(i16, String)>,
    pub(crate) messages: Vec<Message>,
}

impl File {
    pub(crate) fn find(&self, name: &str) -> Option<&Struct> {
        self.messages.iter().flat_map(|message| &message.structs).find(|it| it.name == name)
    }
}

/// Where the fields of a deeper line belong.
struct Open {
    indent: usize,
    index: usize,
}

struct Parser<'a> {
    name: &'a str,
    line: usize,
    file: File,
    doc: Vec<String>,
    open: Vec<Open>,
}

pub(crate) fn parse(name: &str, text: &str) -> Result<File, Error> {
    let stem = name.trim_end_matches(".txt");
    let stem = stem.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
    let file = File { stem: stem.to_owned(), doc: Vec::new(), api: None, messages: Vec::new() };
    let mut parser = Parser { name, line: 0, file, doc: Vec::new(), open: Vec::new() };
    for (number, line) in text.lines().enumerate() {
        parser.line = number + 1;
        parser.take(line)?;
    }
    parser.check()?;
    Ok(parser.file)
}

impl Parser<'_> {
    fn fail<T>(&self, what: impl Into<String>) -> Result<T, Error> {
        Err(Error { file: self.name.to_owned(), line: self.line, what: what.into() })
    }

    fn take(&mut self, line: &str) -> Result<(), Error> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let indent = line.len() - line.trim_start().len();
        match words.as_slice() {
            [] => Ok(()),
            ["#", ..] => {
                self.doc.push(line.trim_start().trim_start_matches('#').trim().to_owned());
                Ok(())
            }
            ["api", key, name] => {
                let Ok(key) = key.parse() else { return self.fail("the key is no number") };
                self.file.api = Some((key, (*name).to_owned()));
                self.file.doc = std::mem::take(&mut self.doc);
                Ok(())
            }
            ["records", _] => {
                self.file.doc = std::mem::take(&mut self.doc);
                Ok(())
            }
            ["request", rest @ ..] => self.message(Role::Request, rest),
            ["response", rest @ ..] => self.message(Role::Response, rest),
            ["data", rest @ ..] => self.message(Role::Data, rest),
            ["struct", name] => {
                self.open.clear();
                self.open_struct(indent + 1, name)
            }
            [name, kind, versions, rest @ ..] => self.field(indent, name, kind, versions, rest),
            _ => self.fail("neither a message nor a field"),
        }
    }

    fn message(&mut self, role: Role, words: &[&str]) -> Result<(), Error> {
        let (name, versions, flexible) = match words {
            [name, versions] => (name, versions, None),
            [name, versions, "flexible", flexible] => (name, versions, Versions::parse(flexible)),
            _ => return self.fail("a message is a name, its versions, and perhaps `flexible N+`"),
        };
        let Some(Versions { min, max: Some(max) }) = Versions::parse(versions) else {
            return self.fail("a message needs a first and a last version");
        };
        let doc = std::mem::take(&mut self.doc);
        let flexible = flexible.map(|it| it.min);
        self.file.messages.push(Message { doc, role, min, max, flexible, structs: Vec::new() });
        self.open.clear();
        self.open_struct(1, name)
    }

    fn open_struct(&mut self, indent: usize, name: &str) -> Result<(), Error> {
        if self.file.find(name).is_some() {
            return self.fail(format!("{name} is defined twice"));
        }
        let Some(message) = self.file.messages.last_mut() else {
            return self.fail("a structure outside a message");
        };
        message.structs.push(Struct { name: name.to_owned(), fields: Vec::new() });
        self.open.push(Open { indent, index: message.structs.len() - 1 });
        Ok(())
    }

    fn field(
        &mut self,
        indent: usize,
        name: &str,
        kind: &str,
        versions: &str,
        rest: &[&str],
    ) -> Result<(), Error> {
        let Some(kind) = Type::parse(kind) else { return self.fail(format!("no type {kind}")) };
        let Some(versions) = Versions::parse(versions) else {
            return self.fail(format!("no versions {versions}"));
        };
        let doc = std::mem::take(&mut self.doc);
        let name = name.to_owned();
        let mut field = Field { doc, name, kind, versions, null: None, tag: None, default: None };
        for property in rest.join(" ").split(", ").filter(|it| !it.is_empty()) {
            match property.split(' ').collect::<Vec<_>>().as_slice() {
                ["null"] => field.null = Some(Versions::ALL),
                ["null", versions] => field.null = Versions::parse(versions),
                ["tag", tag] => field.tag = tag.parse().ok(),
                ["=", value] => field.default = Some((*value).to_owned()),
                _ => return self.fail(format!("no property {property}")),
            }
        }
        self.close_deeper(indent)?;
        let Some(open) = self.open.last() else { return self.fail("a field outside a message") };
        let index = open.index;
        let Some(message) = self.file.messages.last_mut() else { return Ok(()) };
        message.structs[index].fields.push(field);
        Ok(())
    }

    /// Leaves the structures that end above this line, or enters the one the line above began.
    fn close_deeper(&mut self, indent: usize) -> Result<(), Error> {
        while self.open.len() > 1 && self.open.last().is_some_and(|it| it.indent > indent) {
            self.open.pop();
        }
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let message = self.file.messages.last().expect("an open structure has a message");
        let last = message.structs[open.index].fields.last();
        let Some(last) = last else {
            // The first field of a structure says how deep it stands.
            open.indent = indent;
            return Ok(());
        };
        if indent <= open.indent {
            return Ok(());
        }
        let inner = match &last.kind {
            Type::Array(inner) => inner.as_ref(),
            kind => kind,
        };
        let Type::Struct(name) = inner.clone() else {
            return self.fail("fields below a field that is no structure");
        };
        self.open_struct(indent, &name)
    }

    /// What can only be checked when all is read.
    fn check(&self) -> Result<(), Error> {
        for message in &self.file.messages {
            for field in message.structs.iter().flat_map(|it| &it.fields) {
                let kind = match &field.kind {
                    Type::Array(inner) => inner.as_ref(),
                    kind => kind,
                };
                if let Type::Struct(name) = kind
                    && self.file.find(name).is_none()
                {
                    return self.fail(format!("{name} is not defined"));
                }
                if field.tag.is_some() && message.flexible.is_none() {
                    return self.fail(format!("{} has a tag and is never flexible", field.name));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Says hello.\napi 7 Hello\n\nrequest HelloRequest 0-3 flexible 2+\n  \
        names [Name] 1+ null 2+\n    # Of birth.\n    first string all\n    number i32 2-3 tag 0, = -1\n  \
        again Name 3+\n\nresponse HelloResponse 0-3 flexible 2+\n  error_code error all\n";

    #[test]
    fn a_text_becomes_messages() {
        let file = parse("07_hello.txt", TEXT).expect("it parses");
        assert_eq!(file.stem, "hello");
        assert_eq!(file.api, Some((7, "Hello".to_owned())));
        assert_eq!(file.messages.len(), 2);
        let name = file.find("Name").expect("it is defined");
        assert_eq!(name.fields[0].doc, ["Of birth."]);
        assert_eq!(name.fields[1].tag, Some(0));
        assert_eq!(name.fields[1].default.as_deref(), Some("-1"));
        let request = file.find("HelloRequest").expect("it is defined");
        assert_eq!(request.fields.len(), 2);
        assert_eq!(request.fields[0].null, Some(Versions { min: 2, max: None }));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, what) in [
            (
                "request X\n",
                "x.txt:1: a message is a name, its versions, and perhaps `flexible N+`",
            ),
            ("data X 0\n  a [Y] all\n", "x.txt:2: Y is not defined"),
            ("data X 0\n  a i33 all\n", "x.txt:2: no type i33"),
            (
                "data X 0\n  a i32 all\n    b i32 all\n",
                "x.txt:3: fields below a field that is no structure",
            ),
            ("data X 0\n  a i32 all maybe\n", "x.txt:2: no property maybe"),
            ("data X 0\n\ndata X 1\n", "x.txt:3: X is defined twice"),
        ] {
            assert_eq!(parse("x.txt", text).expect_err(text).to_string(), what);
        }
    }
}
