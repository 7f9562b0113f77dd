//! A typed line as words, and words as what a command takes: its options and the rest.

use std::fmt;

/// Cuts a line into words at white space. A word that begins with a quote ends at the next one of
/// its kind; a quote inside a word is a letter like others.
pub(super) fn cut(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let quoted = matches!(first, '"' | '\'').then(|| rest[1..].split_once(first)).flatten();
        let (word, behind) = match quoted {
            Some(quoted) => quoted,
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        words.push(word.to_owned());
        rest = behind.trim_start();
    }
    words
}

/// What a command was given.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Given {
    /// Options without their dash, in the order typed.
    options: Vec<(&'static str, Option<String>)>,
    words: Vec<String>,
}

/// Why a line cannot be read, in the words of ZooKeeper's parser of command lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misread {
    Unknown(String),
    NoValue(String),
    TwoOfOne(String, String),
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("org.apache.commons.cli.")?;
        match self {
            Misread::Unknown(word) => {
                write!(f, "UnrecognizedOptionException: Unrecognized option: {word}")
            }
            Misread::NoValue(name) => {
                write!(f, "MissingArgumentException: Missing argument for option: {name}")
            }
            Misread::TwoOfOne(first, second) => write!(
                f,
                "AlreadySelectedException: The option '{second}' was specified but an option from \
                 this group has already been selected: '{first}'"
            ),
        }
    }
}

impl Given {
    /// Reads the words behind a command's name. An option that ends with `=` in `known` has a
    /// value. Options may stand anywhere, and single letters together.
    pub(super) fn read(known: &'static [&'static str], line: &[String]) -> Result<Given, Misread> {
        let mut given = Given::default();
        let mut rest = line.iter();
        while let Some(word) = rest.next() {
            if word == "--" {
                given.words.extend(rest.cloned());
                break;
            }
            // A negative number is no option.
            if !word.starts_with('-') || word.len() == 1 || word.parse::<i64>().is_ok() {
                given.words.push(word.clone());
                continue;
            }
            given.option(known, word, &mut rest)?;
        }
        Ok(given)
    }

    fn option(
        &mut self,
        known: &'static [&'static str],
        word: &str,
        rest: &mut std::slice::Iter<'_, String>,
    ) -> Result<(), Misread> {
        let find = |name: &str| known.iter().find(|row| row.trim_end_matches('=') == name).copied();
        let bare = word.trim_start_matches('-');
        let (name, attached) = match bare.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (bare, None),
        };
        let unknown = || Misread::Unknown(word.to_owned());
        if let Some(row) = find(name) {
            return self.take(row, attached.map(str::to_owned), rest);
        }
        let letters = bare.char_indices().map(|(at, letter)| &bare[at..at + letter.len_utf8()]);
        for letter in letters {
            match find(letter) {
                Some(row) if row.ends_with('=') => {
                    let value = bare.split_once(letter).map_or("", |(_, value)| value);
                    let value = Some(value.to_owned()).filter(|value| !value.is_empty());
                    return self.take(row, value, rest);
                }
                Some(row) => self.options.push((row, None)),
                None => return Err(unknown()),
            }
        }
        Ok(())
    }

    fn take(
        &mut self,
        row: &'static str,
        attached: Option<String>,
        rest: &mut std::slice::Iter<'_, String>,
    ) -> Result<(), Misread> {
        let name = row.trim_end_matches('=');
        let value = match row.ends_with('=') {
            false => None,
            true => match attached.or_else(|| rest.next().cloned()) {
                Some(value) => Some(value),
                None => return Err(Misread::NoValue(name.to_owned())),
            },
        };
        self.options.push((name, value));
        Ok(())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(given, _)| *given == name)
    }

    /// The value of an option.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(given, _)| *given == name)?.1.as_deref()
    }

    /// The one option of these that was given, and its value.
    pub(super) fn one_of(&self, names: &[&str]) -> Result<Option<(&'static str, &str)>, Misread> {
        let mut found = self.options.iter().filter(|(given, _)| names.contains(given));
        let Some((first, value)) = found.next() else { return Ok(None) };
        match found.find(|(other, _)| other != first) {
            Some((other, _)) => Err(Misread::TwoOfOne((*first).to_owned(), (*other).to_owned())),
            None => Ok(Some((first, value.as_deref().unwrap_or_default()))),
        }
    }

    /// The words that belong to no option.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// One of them; empty where there are fewer.
    pub(super) fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        let cases: &[(&str, &[&str])] = &[
            ("ls /", &["ls", "/"]),
            ("  set  /a \"two  words\" ", &["set", "/a", "two  words"]),
            ("a 'b \"c' d", &["a", "b \"c", "d"]),
            ("create /a \"\"", &["create", "/a", ""]),
            ("un\"quo\"ted", &["un\"quo\"ted"]),
            ("a \"open end", &["a", "\"open", "end"]),
            ("", &[]),
        ];
        for (line, expected) in cases {
            assert_eq!(cut(line), *expected, "{line:?}");
        }
    }

    fn read(line: &str) -> Result<Given, Misread> {
        Given::read(&["s", "w", "v=", "add=", "a"], &cut(line))
    }

    #[test]
    fn options_stand_anywhere() {
        let given = read("/a -sw -v 3 data -v7 -add=x=y -5").unwrap();
        assert_eq!(given.words(), ["/a", "data", "-5"]);
        assert!(given.has("s") && given.has("w") && !given.has("a"));
        assert_eq!((given.value("v"), given.value("add")), (Some("3"), Some("x=y")));
        assert_eq!(read("-- -s").unwrap().words(), ["-s"]);
        assert_eq!(read("-v7").unwrap().value("v"), Some("7"));
    }

    #[test]
    fn what_cannot_be_read_is_said_in_zookeepers_words() {
        let cases = [
            ("-x /", "UnrecognizedOptionException: Unrecognized option: -x"),
            ("-sx /", "UnrecognizedOptionException: Unrecognized option: -sx"),
            ("--help", "UnrecognizedOptionException: Unrecognized option: --help"),
            ("/ -v", "MissingArgumentException: Missing argument for option: v"),
        ];
        for (line, expected) in cases {
            let said = read(line).unwrap_err().to_string();
            assert_eq!(said, format!("org.apache.commons.cli.{expected}"), "{line}");
        }
        let both = read("-s -w").unwrap();
        assert_eq!(both.one_of(&["s"]), Ok(Some(("s", ""))));
        assert!(both.one_of(&["w", "s"]).unwrap_err().to_string().ends_with("selected: 's'"));
    }
}
