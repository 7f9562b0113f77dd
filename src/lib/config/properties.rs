//! Java's `.properties` text to pairs and back, with all its rules.
//!
//! A key ends at the first `=`, `:` or white space that no backslash stands before; lines that end
//! in an odd number of backslashes go on; `#` and `!` open comments; `\uXXXX` is a UTF-16 unit. The
//! last of several values of a key counts. Bytes are UTF-8 where they can be, else Latin-1, which
//! is all Java knows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::{Error, Origin};
use crate::base::disk::Disk;

/// Keys and values, and the file they came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    pairs: BTreeMap<String, Pair>,
    file: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pair {
    value: String,
    /// The line in the file; `None` for a value set later.
    line: Option<usize>,
}

impl Properties {
    /// No pairs at all.
    pub fn new() -> Properties {
        Properties::default()
    }

    /// Reads a file.
    pub fn load(disk: &Disk, path: &Path) -> Result<Properties, Error> {
        let failed = |source| Error::Read { path: path.to_owned(), source };
        let bytes = disk.read(path).map_err(failed)?;
        let mut properties = Properties::parse_bytes(&bytes).map_err(|error| match error {
            Error::Syntax { message, origin } => {
                Error::Syntax { message, origin: Origin { file: Some(path.to_owned()), ..origin } }
            }
            other => other,
        })?;
        properties.file = Some(path.to_owned());
        Ok(properties)
    }

    /// Reads the bytes of a file.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Properties, Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Properties::parse(text.strip_prefix('\u{feff}').unwrap_or(text)),
            Err(_) => {
                let latin: String = bytes.iter().copied().map(char::from).collect();
                Properties::parse(&latin)
            }
        }
    }

    /// Reads text.
    pub fn parse(text: &str) -> Result<Properties, Error> {
        let mut properties = Properties::new();
        for (line, text) in logical_lines(text) {
            let (key, value) = split(&text);
            let malformed = |()| Error::Syntax {
                message: "Malformed \\uxxxx encoding.".to_owned(),
                origin: Origin { file: None, line: Some(line) },
            };
            let key = unescape(key).map_err(malformed)?;
            let value = unescape(value).map_err(malformed)?;
            properties.pairs.insert(key, Pair { value, line: Some(line) });
        }
        Ok(properties)
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.get(key).map(|pair| pair.value.as_str())
    }

    /// Sets a value, in place of what the file says.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.pairs.insert(key.into(), Pair { value: value.into(), line: None });
    }

    /// Sets a value unless there is one.
    pub fn set_default(&mut self, key: &str, value: &str) {
        if self.get(key).is_none() {
            self.set(key, value);
        }
    }

    /// Takes a pair out.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        self.pairs.remove(key).map(|pair| pair.value)
    }

    /// Sets what `--override` was given: `key=value`; a value may be empty.
    pub fn set_override(&mut self, text: &str) -> Result<(), Error> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                self.set(key.trim(), value.trim());
                Ok(())
            }
            _ => Err(Error::Syntax {
                message: format!("Invalid command line properties: {text}"),
                origin: Origin::default(),
            }),
        }
    }

    /// The pairs by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(key, pair)| (key.as_str(), pair.value.as_str()))
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The file they were read from.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Where the value of `key` came from.
    pub fn origin(&self, key: &str) -> Origin {
        match self.pairs.get(key) {
            Some(Pair { line: Some(line), .. }) => {
                Origin { file: self.file.clone(), line: Some(*line) }
            }
            _ => Origin::default(),
        }
    }

    /// The text that reads back as these pairs.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (key, value) in self.iter() {
            escape(key, true, &mut text);
            text.push('=');
            escape(value, false, &mut text);
            text.push('\n');
        }
        text
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Properties {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Properties {
        let mut properties = Properties::new();
        for (key, value) in pairs {
            properties.set(key, value);
        }
        properties
    }
}

const WHITE: [char; 3] = [' ', '\t', '\u{c}'];

/// Lines as they are meant, each with the number of its first line: comments and blanks gone,
/// continued ones joined. Escapes are still in.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut open: Option<(usize, String)> = None;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (index, natural) in text.split('\n').enumerate() {
        let natural = natural.trim_start_matches(WHITE);
        let (number, mut line) = match open.take() {
            Some((number, joined)) => (number, joined + natural),
            None if natural.is_empty() || natural.starts_with(['#', '!']) => continue,
            None => (index + 1, natural.to_owned()),
        };
        let slashes = natural.bytes().rev().take_while(|byte| *byte == b'\\').count();
        if slashes % 2 == 1 {
            line.pop();
            open = Some((number, line));
        } else {
            lines.push((number, line));
        }
    }
    lines.extend(open);
    lines.retain(|(_, line)| !line.is_empty());
    lines
}

/// Key and value of a logical line, escapes still in.
fn split(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = line.find(|c: char| {
        let ends = !escaped && (c == '=' || c == ':' || WHITE.contains(&c));
        escaped = !escaped && c == '\\';
        ends
    });
    let (key, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start_matches(WHITE);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (key, value.trim_start_matches(WHITE))
}

/// The text without its escapes; an error for a `\u` that four hex digits do not follow.
fn unescape(text: &str) -> Result<String, ()> {
    if !text.contains('\\') {
        return Ok(text.to_owned());
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut letters = text.chars();
    let mut buffer = [0; 2];
    while let Some(letter) = letters.next() {
        let letter = match letter {
            '\\' => match letters.next() {
                None => break,
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('f') => '\u{c}',
                Some('u') => {
                    let digits: String = letters.by_ref().take(4).collect();
                    let is_hex = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
                    let unit = is_hex.then(|| u16::from_str_radix(&digits, 16).ok()).flatten();
                    units.push(unit.ok_or(())?);
                    continue;
                }
                Some(other) => other,
            },
            plain => plain,
        };
        units.extend_from_slice(letter.encode_utf16(&mut buffer));
    }
    Ok(String::from_utf16_lossy(&units))
}

/// Writes `text` with the escapes Java writes.
fn escape(text: &str, is_key: bool, out: &mut String) {
    for (index, letter) in text.chars().enumerate() {
        match letter {
            ' ' if is_key || index == 0 => out.push_str("\\ "),
            '\\' | '=' | ':' | '#' | '!' => out.extend(['\\', letter]),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(letter),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04X}"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::disk::Mode;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let properties = Properties::parse(text).unwrap();
        properties.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn each_rule_of_the_format() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("a=b", &[("a", "b")]),
            ("  a : b ", &[("a", "b ")]),
            ("a b c", &[("a", "b c")]),
            ("a\t=\tb", &[("a", "b")]),
            ("a = = b", &[("a", "= b")]),
            ("a", &[("a", "")]),
            ("=b", &[("", "b")]),
            ("# c\n! d=1\n\n  # e\na=1", &[("a", "1")]),
            ("a=1\na=2", &[("a", "2")]),
            ("a=b#c", &[("a", "b#c")]),
            ("a=1,\\\n   2,\\\r\n\t3\nb=4", &[("a", "1,2,3"), ("b", "4")]),
            ("a=1\\\n# not a comment", &[("a", "1# not a comment")]),
            ("a=1\\\n\nb=2", &[("a", "1"), ("b", "2")]),
            ("a=x\\\\\nb=2", &[("a", "x\\"), ("b", "2")]),
            ("a\\=b\\:c\\ d=e", &[("a=b:c d", "e")]),
            ("a=\\t\\n\\r\\f\\q\\\\", &[("a", "\t\n\r\u{c}q\\")]),
            ("a=\\u00e9\\uD83D\\uDE00", &[("a", "\u{e9}\u{1f600}")]),
            ("a=1\rb=2", &[("a", "1"), ("b", "2")]),
            ("a=1\\", &[("a", "1")]),
            ("\\\n", &[]),
            ("path=C:\\\\x", &[("path", "C:\\x")]),
        ];
        for (text, expected) in cases {
            let expected: Vec<(String, String)> =
                expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            assert_eq!(pairs(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_broken_unicode_escape_names_its_line() {
        for text in ["a=1\nb=\\u12g4", "a=1\nb=\\u12", "a=1\nb=\\u+123"] {
            let error = Properties::parse(text).unwrap_err();
            assert_eq!(error.to_string(), "Malformed \\uxxxx encoding. (line 2)");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let odd = "a = b: #!\\\t\u{e9}\u{1f600}\n ";
        let properties: Properties =
            [(odd, odd), ("plain", " two  words"), ("", "")].into_iter().collect();
        let text = properties.to_text();
        assert!(text.is_ascii());
        let back = Properties::parse(&text).unwrap();
        assert!(back.iter().eq(properties.iter()), "{text}");
    }

    #[test]
    fn bytes_are_utf8_or_latin1() {
        assert_eq!(
            Properties::parse_bytes("a=\u{e9}".as_bytes()).unwrap().get("a"),
            Some("\u{e9}")
        );
        assert_eq!(Properties::parse_bytes(b"a=\xe9").unwrap().get("a"), Some("\u{e9}"));
        assert_eq!(Properties::parse_bytes(b"\xef\xbb\xbfa=1").unwrap().get("a"), Some("1"));
    }

    #[test]
    fn files_are_named_in_what_goes_wrong() {
        let disk = Disk::memory();
        let path = Path::new("/etc/server.properties");
        disk.create_dir_all(Path::new("/etc")).unwrap();
        let missing = Properties::load(&disk, path).unwrap_err();
        assert_eq!(missing.to_string(), "cannot read /etc/server.properties");
        let file = disk.open(path, Mode::Create).unwrap();
        file.write_all_at(b"# one\na=1\nb=\\u1", 0).unwrap();
        let broken = Properties::load(&disk, path).unwrap_err();
        assert_eq!(
            broken.to_string(),
            "Malformed \\uxxxx encoding. (/etc/server.properties, line 3)"
        );
        file.write_all_at(b"# one\na=1\nb=  1", 0).unwrap();
        let mut read = Properties::load(&disk, path).unwrap();
        assert_eq!(read.origin("b").to_string(), " (/etc/server.properties, line 3)");
        read.set_override("b=x=y").unwrap();
        assert_eq!((read.get("b"), read.origin("b")), (Some("x=y"), Origin::default()));
        assert!(read.set_override("b").is_err());
    }
}
