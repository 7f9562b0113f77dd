//! JSON files that operators write: what is in them, and where, so that a complaint names the line.

use std::fmt;
use std::path::Path;

use serde_json::Value;

use super::Io;
use crate::base::error::io_text;

/// A file that was read.
#[derive(Debug)]
pub(super) struct Document {
    file: String,
    text: String,
    value: Value,
}

/// Why a file cannot be used. `Display` begins with `file:line:column`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Error {
    Unreadable { file: String, why: String },
    Syntax { file: String, line: usize, column: usize, why: String },
    Shape { file: String, line: usize, column: usize, what: String },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unreadable { file, why } => write!(f, "cannot read {file}: {why}"),
            Error::Syntax { file, line, column, why } => {
                write!(f, "The input string is not a valid JSON: {file}:{line}:{column}: {why}")
            }
            Error::Shape { file, line, column, what } => {
                write!(f, "{file}:{line}:{column}: {what}")
            }
        }
    }
}

/// A step from a value to one in it.
#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

/// A value in a document.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    document: &'a Document,
    value: &'a Value,
    path: Vec<Step<'a>>,
}

impl Document {
    /// Reads a file.
    pub(super) fn read(io: &Io, file: &str) -> Result<Document, Error> {
        let text = io
            .disk
            .read_text(Path::new(file))
            .map_err(|error| Error::Unreadable { file: file.to_owned(), why: io_text(&error) })?;
        Document::parse(file, text)
    }

    /// Reads text that stands in a file.
    pub(super) fn parse(file: &str, text: String) -> Result<Document, Error> {
        let file = file.to_owned();
        match serde_json::from_str(&text) {
            Ok(value) => Ok(Document { file, text, value }),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                // The place is told in front already.
                let why = error.to_string();
                let why = why.split(" at line ").next().unwrap_or_default().to_owned();
                Err(Error::Syntax { file, line, column, why })
            }
        }
    }

    /// All of it.
    pub(super) fn root(&self) -> Spot<'_> {
        Spot { document: self, value: &self.value, path: Vec::new() }
    }
}

impl<'a> Spot<'a> {
    fn within(&self, step: Step<'a>, value: &'a Value) -> Spot<'a> {
        let path = self.path.iter().copied().chain([step]).collect();
        Spot { document: self.document, value, path }
    }

    /// A field of an object, if it is there.
    pub(super) fn maybe(&self, name: &'static str) -> Option<Spot<'a>> {
        self.value.get(name).map(|value| self.within(Step::Field(name), value))
    }

    /// A field that an object must have.
    pub(super) fn field(&self, name: &'static str) -> Result<Spot<'a>, Error> {
        if !self.value.is_object() {
            return Err(self.wanted("an object"));
        }
        self.maybe(name).ok_or_else(|| self.wrong(format!("\"{name}\" is missing")))
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Result<Vec<Spot<'a>>, Error> {
        let items = self.value.as_array().ok_or_else(|| self.wanted("a list"))?;
        let items = items.iter().enumerate();
        Ok(items.map(|(place, value)| self.within(Step::Item(place), value)).collect())
    }

    /// Text.
    pub(super) fn text(&self) -> Result<&'a str, Error> {
        self.value.as_str().ok_or_else(|| self.wanted("text"))
    }

    /// A whole number that fits.
    pub(super) fn number<T: TryFrom<i64>>(&self) -> Result<T, Error> {
        let number = self.value.as_i64().and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| self.wanted("a whole number"))
    }

    /// A list of whole numbers.
    pub(super) fn numbers<T: TryFrom<i64>>(&self) -> Result<Vec<T>, Error> {
        self.items()?.iter().map(Spot::number).collect()
    }

    fn wanted(&self, what: &str) -> Error {
        let found = match self.value {
            Value::Null => "null".to_owned(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => self.value.to_string(),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
        };
        self.wrong(format!("{what} expected, found {found}"))
    }

    /// What is wrong here, with the place of it.
    pub(super) fn wrong(&self, what: String) -> Error {
        let text = &self.document.text;
        let before = text.get(..position(text.as_bytes(), &self.path)).unwrap_or_default();
        let (line, last) = (before.matches('\n').count() + 1, before.rsplit('\n').next());
        let column = last.map_or(0, |last| last.chars().count()) + 1;
        let path = Trail(&self.path).to_string();
        let what = if path.is_empty() { what } else { format!("{path}: {what}") };
        Error::Shape { file: self.document.file.clone(), line, column, what }
    }
}

/// Prints a path as `partitions[0].replicas`.
struct Trail<'a>(&'a [Step<'a>]);

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if place == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Where the value at the end of a path begins. The text is JSON, and has the path.
fn position(text: &[u8], path: &[Step<'_>]) -> usize {
    let mut at = blanks(text, 0);
    for step in path {
        // Behind the bracket.
        let mut next = blanks(text, at + 1);
        let mut index = 0;
        while text.get(next).is_some_and(|byte| !matches!(byte, b'}' | b']')) {
            let (is_it, value) = match step {
                Step::Item(wanted) => (*wanted == index, next),
                Step::Field(wanted) => {
                    let end = value_end(text, next);
                    let key = text.get(next..end).unwrap_or_default();
                    let is_it =
                        serde_json::from_slice::<String>(key).is_ok_and(|key| key == *wanted);
                    // Behind the colon.
                    (is_it, blanks(text, blanks(text, end) + 1))
                }
            };
            if is_it {
                // Of a name that stands there twice the last one counts.
                at = value;
            }
            next = blanks(text, value_end(text, value));
            if text.get(next) == Some(&b',') {
                next = blanks(text, next + 1);
            }
            index += 1;
        }
    }
    at
}

fn blanks(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Where the value that begins at `from` ends.
fn value_end(text: &[u8], from: usize) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut at = from;
    while let Some(byte) = text.get(at) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => {
                quoted = !quoted;
                if !quoted && depth == 0 {
                    return at + 1;
                }
            }
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' if depth == 0 => return at,
            byte if depth == 0 && byte.is_ascii_whitespace() => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"version\": 1,\n  \"partitions\": [\n    \
        {\"topic\": \"a\\\"]\", \"partition\": 0, \"replicas\": [1, 2]},\n    \
        {\"topic\": 7, \"partition\": 1.5, \"replicas\": [1, \"2\"]}\n  ]\n}\n";

    fn document(text: &str) -> Document {
        Document::parse("r.json", text.to_owned()).unwrap()
    }

    #[test]
    fn values_are_read_where_they_stand() {
        let document = document(TEXT);
        let root = document.root();
        assert_eq!(root.field("version").unwrap().number::<i32>(), Ok(1));
        assert!(root.maybe("absent").is_none());
        let first = &root.field("partitions").unwrap().items().unwrap()[0];
        assert_eq!(first.field("topic").unwrap().text(), Ok("a\"]"));
        assert_eq!(first.field("replicas").unwrap().numbers::<i32>(), Ok(vec![1, 2]));
    }

    #[test]
    fn a_complaint_names_line_and_column() {
        let document = document(TEXT);
        let root = document.root();
        let second = &root.field("partitions").unwrap().items().unwrap()[1];
        let said = |error: Error| error.to_string();
        assert_eq!(
            said(second.field("topic").unwrap().text().unwrap_err()),
            "r.json:5:15: partitions[1].topic: text expected, found 7"
        );
        assert_eq!(
            said(second.field("partition").unwrap().number::<i32>().unwrap_err()),
            "r.json:5:31: partitions[1].partition: a whole number expected, found 1.5"
        );
        assert_eq!(
            said(second.field("replicas").unwrap().numbers::<i32>().unwrap_err()),
            "r.json:5:52: partitions[1].replicas[1]: a whole number expected, found \"2\""
        );
        assert_eq!(
            said(second.field("log_dirs").unwrap_err()),
            "r.json:5:5: partitions[1]: \"log_dirs\" is missing"
        );
        assert_eq!(
            said(root.field("version").unwrap().items().unwrap_err()),
            "r.json:2:14: version: a list expected, found 1"
        );
        assert_eq!(said(root.text().unwrap_err()), "r.json:1:1: text expected, found an object");
    }

    #[test]
    fn what_is_no_json_is_said_with_its_place() {
        let error = Document::parse("r.json", "{\"version\":1,\n oops}".to_owned()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "The input string is not a valid JSON: r.json:2:2: key must be a string"
        );
        assert!(Document::parse("r.json", String::new()).is_err());
    }
}
