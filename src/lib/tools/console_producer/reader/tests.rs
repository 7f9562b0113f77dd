//! Tests of lines and of what is in them.

use super::*;

fn reader(pairs: &[(&str, &str)]) -> Result<LineReader, Failure> {
    let mut properties = Properties::new();
    pairs.iter().for_each(|(key, value)| properties.set(*key, *value));
    LineReader::from(&properties)
}

/// `headers|key|value`, with `-` for null.
fn shown(line: &Line<'_>) -> String {
    let text = |bytes: Option<&[u8]>| {
        bytes.map_or_else(|| "-".to_owned(), |bytes| String::from_utf8_lossy(bytes).into_owned())
    };
    let headers: Vec<String> =
        line.headers.iter().map(|(k, v)| format!("{}={}", text(Some(k)), text(*v))).collect();
    format!("{}|{}|{}", headers.join(","), text(line.key), text(line.value))
}

const KEYED: &[(&str, &str)] = &[("parse.key", "true"), ("key.separator", ":")];
const HEADED: &[(&str, &str)] = &[("parse.headers", " TRUE ")];

#[test]
fn lines_become_records() {
    let with = |base: &[(&'static str, &'static str)], more: &[(&'static str, &'static str)]| {
        [base, more].concat()
    };
    let cases: &[(Vec<(&str, &str)>, &str, &str)] = &[
        (vec![], "a\tb", "|-|a\tb"),
        (vec![], "", "|-|"),
        (KEYED.to_vec(), "k3:v:3", "|k3|v:3"),
        (with(KEYED, &[("ignore.error", "true")]), "nokey", "|-|nokey"),
        (HEADED.to_vec(), "h1:v1,h2:v2\tval", "h1=v1,h2=v2|-|val"),
        (HEADED.to_vec(), "x:\tval2", "x=|-|val2"),
        (with(HEADED, &[("parse.key", "true")]), "h1:v1\tkey\tval", "h1=v1|key|val"),
        (with(KEYED, &[("null.marker", "NULL")]), "k9:NULL", "|k9|-"),
        (with(KEYED, &[("null.marker", "NULL")]), "NULL:v", "|-|v"),
        (with(HEADED, &[("null.marker", "N")]), "N\tv", "|-|v"),
        (with(HEADED, &[("null.marker", "N")]), "a:N\tv", "a=-|-|v"),
        (with(HEADED, &[("ignore.error", "true")]), "pair\tv", "pair=-|-|v"),
        (with(HEADED, &[("headers.separator", "\\|")]), "a:1|b:2\tv", "a=1,b=2|-|v"),
    ];
    for (properties, line, expected) in cases {
        let reader = reader(properties).unwrap();
        assert_eq!(shown(&reader.read(line.as_bytes(), 1).unwrap()), *expected, "{line:?}");
    }
}

#[test]
fn lines_that_cannot_be_read_are_named() {
    let cases: &[(&[(&str, &str)], &str, &str)] = &[
        (KEYED, "nokey", "No key separator found on line number 7: 'nokey'"),
        (HEADED, "bad header", "No headers delimiter found on line number 7: 'bad header'"),
        (HEADED, "pair\tv", "No header key separator found in pair 'pair' on line number 7"),
        (
            &[("parse.headers", "true"), ("null.marker", "N")],
            "N:a\tv",
            "Header keys should not be equal to the null marker 'N' as they can't be null",
        ),
    ];
    for (properties, line, expected) in cases {
        let failure = reader(properties).unwrap().read(line.as_bytes(), 7).unwrap_err();
        assert_eq!(failure.message, *expected);
    }
}

#[test]
fn separators_must_differ() {
    let cases = [
        ("headers.delimiter", ",", "headers.delimiter and headers.separator may not be equal"),
        (
            "headers.key.separator",
            ",",
            "headers.separator and headers.key.separator may not be equal",
        ),
        ("null.marker", "\t", "null.marker and key.separator may not be equal"),
        ("null.marker", ":", "null.marker and headers.key.separator may not be equal"),
    ];
    for (key, value, expected) in cases {
        assert_eq!(reader(&[(key, value)]).unwrap_err().message, expected);
    }
}

fn cut(pieces: &[&[u8]]) -> Vec<String> {
    let mut lines = Lines::default();
    let mut found = Vec::new();
    for mut piece in pieces.iter().copied() {
        loop {
            match lines.next(&mut piece) {
                Cut::Here(line) => found.push(line.to_vec()),
                Cut::Joined => found.push(lines.joined()),
                Cut::More => break,
            }
        }
    }
    found.extend(lines.rest());
    found.into_iter().map(|line| String::from_utf8(line).unwrap()).collect()
}

#[test]
fn lines_end_in_any_of_three_ways() {
    let text = b"one\ntwo\r\nthree\rfour\n\nsix is longer than eight bytes\r\n\r\nlast";
    let expected =
        ["one", "two", "three", "four", "", "six is longer than eight bytes", "", "last"];
    assert_eq!(cut(&[text]), expected);
    for at in 0..=text.len() {
        let (a, b) = text.split_at(at);
        assert_eq!(cut(&[a, b]), expected, "cut at {at}");
        assert_eq!(cut(&[a, b"", b]), expected, "cut at {at}, nothing between");
    }
    let single: Vec<&[u8]> = text.chunks(1).collect();
    assert_eq!(cut(&single), expected);
    assert_eq!(cut(&[b"a\n"]), ["a"]);
    assert_eq!(cut(&[b""]), Vec::<String>::new());
}

#[test]
fn ends_are_found_wherever_they_are() {
    for length in 0..40 {
        for at in 0..length {
            for end in [b'\n', b'\r'] {
                let mut bytes = vec![0x8a_u8; length];
                bytes[at] = end;
                assert_eq!(line_end(&bytes), Some(at));
            }
        }
        assert_eq!(line_end(&vec![b'\x0b'; length]), None);
    }
}
