//! Lines to records: keys, headers and nulls as the `--property` keys say. Bytes stay as they are.

use super::super::Failure;
use crate::config::Properties;

/// How lines are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineReader {
    parse_key: bool,
    key_separator: Vec<u8>,
    ignore_error: bool,
    parse_headers: bool,
    headers_delimiter: Vec<u8>,
    headers_separator: Vec<u8>,
    headers_key_separator: Vec<u8>,
    null_marker: Option<Vec<u8>>,
}

/// The parts of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) key: Option<&'a [u8]>,
    pub(super) value: Option<&'a [u8]>,
    pub(super) headers: Vec<(&'a [u8], Option<&'a [u8]>)>,
}

impl LineReader {
    /// Reads the properties and holds the rules between them.
    pub(super) fn from(properties: &Properties) -> Result<LineReader, Failure> {
        let is_set = |key: &str| {
            properties.get(key).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
        };
        let text =
            |key: &str, default: &str| properties.get(key).unwrap_or(default).as_bytes().to_vec();
        let null_marker = properties.get("null.marker").map(|marker| marker.as_bytes().to_vec());
        let reader = LineReader {
            parse_key: is_set("parse.key"),
            key_separator: text("key.separator", "\t"),
            ignore_error: is_set("ignore.error"),
            parse_headers: is_set("parse.headers"),
            headers_delimiter: text("headers.delimiter", "\t"),
            headers_separator: unescaped(&text("headers.separator", ",")),
            headers_key_separator: text("headers.key.separator", ":"),
            null_marker,
        };
        let clash = reader.clash();
        clash.map_or(Ok(reader), |(a, b)| {
            Err(Failure::named(format!("{a} and {b} may not be equal")))
        })
    }

    /// Two properties that must differ and do not.
    fn clash(&self) -> Option<(&'static str, &'static str)> {
        let LineReader { headers_delimiter, headers_separator, headers_key_separator, .. } = self;
        let marker = self.null_marker.as_ref();
        let pairs = [
            (headers_delimiter == headers_separator, "headers.delimiter", "headers.separator"),
            (
                headers_delimiter == headers_key_separator,
                "headers.delimiter",
                "headers.key.separator",
            ),
            (
                headers_separator == headers_key_separator,
                "headers.separator",
                "headers.key.separator",
            ),
            (marker == Some(&self.key_separator), "null.marker", "key.separator"),
            (marker == Some(headers_separator), "null.marker", "headers.separator"),
            (marker == Some(headers_delimiter), "null.marker", "headers.delimiter"),
            (marker == Some(headers_key_separator), "null.marker", "headers.key.separator"),
        ];
        pairs.into_iter().find(|(equal, ..)| *equal).map(|(_, a, b)| (a, b))
    }

    /// Whether a line is a value and nothing else.
    pub(super) fn is_plain(&self) -> bool {
        !self.parse_key && !self.parse_headers && self.null_marker.is_none()
    }

    /// Takes a line apart; `number` counts from one.
    pub(super) fn read<'a>(&self, line: &'a [u8], number: u64) -> Result<Line<'a>, Failure> {
        let mut rest = line;
        let mut headers = None;
        if self.parse_headers {
            headers =
                self.cut(&mut rest, &self.headers_delimiter, "headers delimiter", line, number)?;
        }
        let mut key = None;
        if self.parse_key {
            key = self.cut(&mut rest, &self.key_separator, "key separator", line, number)?;
        }
        let headers = match headers {
            Some(headers) if !self.is_null(headers) => self.headers(headers, number)?,
            _ => Vec::new(),
        };
        Ok(Line {
            key: key.filter(|key| !self.is_null(key)),
            value: Some(rest).filter(|value| !self.is_null(value)),
            headers,
        })
    }

    fn is_null(&self, field: &[u8]) -> bool {
        self.null_marker.as_deref() == Some(field)
    }

    /// Takes what is before `separator` off the front; none where it may be missing.
    fn cut<'a>(
        &self,
        rest: &mut &'a [u8],
        separator: &[u8],
        name: &str,
        line: &[u8],
        number: u64,
    ) -> Result<Option<&'a [u8]>, Failure> {
        match find(rest, separator) {
            Some(at) => {
                let field = &rest[..at];
                *rest = &rest[at + separator.len()..];
                Ok(Some(field))
            }
            None if self.ignore_error => Ok(None),
            None => {
                let line = String::from_utf8_lossy(line);
                Err(Failure::named(format!("No {name} found on line number {number}: '{line}'")))
            }
        }
    }

    fn headers<'a>(
        &self,
        mut rest: &'a [u8],
        number: u64,
    ) -> Result<Vec<(&'a [u8], Option<&'a [u8]>)>, Failure> {
        let mut headers = Vec::new();
        loop {
            let end = find(rest, &self.headers_separator);
            let pair = &rest[..end.unwrap_or(rest.len())];
            headers.push(self.header(pair, number)?);
            match end {
                Some(end) => rest = &rest[end + self.headers_separator.len()..],
                None => break,
            }
        }
        // Java's split drops empty pairs at the end.
        while headers.len() > 1 && headers.last() == Some(&(&[][..], None)) {
            headers.pop();
        }
        Ok(headers)
    }

    fn header<'a>(
        &self,
        pair: &'a [u8],
        number: u64,
    ) -> Result<(&'a [u8], Option<&'a [u8]>), Failure> {
        let Some(at) = find(pair, &self.headers_key_separator) else {
            if self.ignore_error {
                return Ok((pair, None));
            }
            let pair = String::from_utf8_lossy(pair);
            return Err(Failure::named(format!(
                "No header key separator found in pair '{pair}' on line number {number}"
            )));
        };
        let (key, value) = (&pair[..at], &pair[at + self.headers_key_separator.len()..]);
        if self.is_null(key) {
            let marker = String::from_utf8_lossy(key);
            return Err(Failure::named(format!(
                "Header keys should not be equal to the null marker '{marker}' as they can't be \
                 null"
            )));
        }
        Ok((key, Some(value).filter(|value| !self.is_null(value))))
    }
}

/// Kafka splits headers by a regular expression; what people write is one character, or one with
/// a backslash before it.
fn unescaped(separator: &[u8]) -> Vec<u8> {
    match separator {
        [b'\\', only] => vec![*only],
        other => other.to_vec(),
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    match part {
        [] => Some(0),
        [only] => text.iter().position(|byte| byte == only),
        part => text.windows(part.len()).position(|window| window == part),
    }
}

/// Cuts bytes into lines that end in `\n`, `\r` or `\r\n`, across however many pieces they come in.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The beginning of a line whose end has not come yet.
    open: Vec<u8>,
    /// The last piece ended in `\r`, so that a `\n` at the front of the next belongs to it.
    after_return: bool,
}

/// What [`Lines::next`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut<'a> {
    /// A line that lies in the piece.
    Here(&'a [u8]),
    /// A line that began in an earlier piece; [`Lines::joined`] has it.
    Joined,
    /// The piece is used up.
    More,
}

impl Lines {
    /// Takes the next line off the front of a piece.
    pub(super) fn next<'a>(&mut self, piece: &mut &'a [u8]) -> Cut<'a> {
        if self.after_return {
            if let Some(rest) = piece.strip_prefix(b"\n") {
                *piece = rest;
            } else if piece.is_empty() {
                return Cut::More;
            }
            self.after_return = false;
        }
        let Some(end) = line_end(piece) else {
            self.open.extend_from_slice(piece);
            *piece = &[];
            return Cut::More;
        };
        let line = &piece[..end];
        let returned = piece[end] == b'\r';
        *piece = &piece[end + 1..];
        if returned {
            match piece.strip_prefix(b"\n") {
                Some(rest) => *piece = rest,
                None => self.after_return = piece.is_empty(),
            }
        }
        if self.open.is_empty() {
            return Cut::Here(line);
        }
        self.open.extend_from_slice(line);
        Cut::Joined
    }

    /// The line that was put together last, which is forgotten then.
    pub(super) fn joined(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.open)
    }

    /// What is left without an end.
    pub(super) fn rest(&mut self) -> Option<Vec<u8>> {
        let rest = self.joined();
        (!rest.is_empty()).then_some(rest)
    }
}

/// The place of the first `\n` or `\r`. Eight bytes at a time: this is most of what a million short
/// lines cost here.
fn line_end(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let (words, tail) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let number = u64::from_le_bytes(*word);
        let found = has_zero(number ^ (ONES * u64::from(b'\n')))
            | has_zero(number ^ (ONES * u64::from(b'\r')));
        // The trick may mark a byte above a real one, never below it; look at the eight again.
        if found != 0
            && let Some(at) = word.iter().position(is_end)
        {
            return Some(index * 8 + at);
        }
    }
    tail.iter().position(is_end).map(|at| words.len() * 8 + at)
}

#[cfg(test)]
mod tests;
