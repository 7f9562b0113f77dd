//! A command line under joptsimple's rules, normalised, then read by clap.
//!
//! clap alone would refuse what Kafka's tools take: `-topic x` with one dash, a required value
//! that looks like an option (`--config --x`), a flag with a value (`--list=false`), stray words.
//! So the line is cut into options first, and clap gets `--name=value` for each. What clap is kept
//! from seeing is an error here, in joptsimple's words.

use std::fmt;

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};

use super::{Hint, Opt, Value};

/// Why a line cannot be read. `Display` is joptsimple's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    Unrecognized(String),
    NeedsArgument(String),
    /// Found when the option is read, not when the line is.
    Multiple(String),
    /// Found when the option is read, not when the line is.
    Conversion {
        name: String,
        value: String,
    },
    /// What clap itself refuses; the tokens are normalised, so it should never.
    Refused(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unrecognized(name) => write!(f, "{name} is not a recognized option"),
            Error::NeedsArgument(name) => write!(f, "Option {name} requires an argument"),
            Error::Multiple(name) => {
                write!(f, "Found multiple arguments for option {name}, but you asked for only one")
            }
            Error::Conversion { name, value } => {
                write!(f, "Cannot parse argument '{value}' of option {name}")
            }
            Error::Refused(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}

/// A line that was read: which options it has, their values as text.
#[derive(Clone, Debug)]
pub struct Parsed {
    matches: ArgMatches,
    options: &'static [Opt],
    words: Vec<String>,
    bare: bool,
}

impl Parsed {
    /// Reads a line.
    pub fn parse(
        name: &'static str,
        options: &'static [Opt],
        line: &[String],
    ) -> Result<Parsed, Error> {
        let Tokens { options: tokens, words } = tokenise(options, line)?;
        let command = command(name, options).no_binary_name(true);
        let matches = command
            .try_get_matches_from(tokens)
            .map_err(|error| Error::Refused(error.to_string()))?;
        Ok(Parsed { matches, options, words, bare: line.is_empty() })
    }

    /// Whether nothing at all was typed.
    pub fn is_bare(&self) -> bool {
        self.bare
    }

    /// Whether the option was typed.
    pub fn has(&self, name: &str) -> bool {
        self.row(name)
            .value_name()
            .map_or_else(|| self.matches.get_count(name) > 0, |_| self.matches.contains_id(name))
    }

    /// The one value of an option: what was typed, else the default of its row.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Error> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(Error::Multiple(name.to_owned()));
        }
        Ok(first.or(self.row(name).default))
    }

    /// What was typed for an option, and nothing where only its default holds.
    pub fn typed(&self, name: &str) -> Result<Option<&str>, Error> {
        Ok(self.one(name)?.filter(|_| self.has(name)))
    }

    /// The one value of an option, as a number.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Error> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Error::Conversion { name: name.to_owned(), value: text.to_owned() }),
        }
    }

    /// Every value of an option, in the order typed.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        debug_assert!(self.row(name).value_name().is_some(), "--{name} has no value");
        self.matches.get_many::<String>(name).into_iter().flatten().map(String::as_str)
    }

    /// The words that belong to no option.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    fn row(&self, name: &str) -> &'static Opt {
        let row = self.options.iter().find(|option| option.name == name);
        row.unwrap_or_else(|| unreachable!("no row for --{name}"))
    }
}

/// A line cut up: options as clap reads them, and the words between them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tokens {
    options: Vec<String>,
    words: Vec<String>,
}

fn tokenise(options: &[Opt], line: &[String]) -> Result<Tokens, Error> {
    let rest_behind = options.iter().find_map(|option| match option.value {
        Value::Rest(words) => Some(words),
        _ => None,
    });
    let is_option = |option: &&Opt| !matches!(option.value, Value::Rest(_));
    let find = |name: &str| options.iter().filter(is_option).find(|option| option.name == name);
    let mut tokens = Tokens::default();
    let mut rest = line.iter();
    while let Some(word) = rest.next() {
        if word == "--" {
            tokens.words.extend(rest.cloned());
            break;
        }
        if !looks_like_option(word) {
            tokens.words.push(word.clone());
            if rest_behind.is_some_and(|words| tokens.words.len() > words) {
                tokens.words.extend(rest.cloned());
                break;
            }
            continue;
        }
        let bare = word.strip_prefix("--").unwrap_or_else(|| &word[1..]);
        // Only the first '=' splits: `--config=a=b` is the value `a=b`.
        let (name, attached) = match bare.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (bare, None),
        };
        let Some(row) = find(name) else {
            // One dash and no full name is a cluster of letters to joptsimple, which names the
            // first letter it does not know.
            let is_letter = |letter: char| {
                find(letter.encode_utf8(&mut [0; 4])).is_some_and(|row| row.value == Value::None)
            };
            if !word.starts_with("--") && attached.is_none() && name.chars().all(is_letter) {
                tokens.options.extend(name.chars().map(|letter| format!("--{letter}")));
                continue;
            }
            let unknown = match word.strip_prefix("--") {
                Some(_) => name.to_owned(),
                None => name.chars().take(1).collect(),
            };
            return Err(Error::Unrecognized(unknown));
        };
        let next = rest.as_slice().first();
        let value = match row.value {
            Value::None | Value::Rest(_) => None,
            Value::Attached(_) => attached,
            Value::Required(_) => match attached {
                Some(value) => Some(value),
                None => {
                    Some(rest.next().ok_or_else(|| Error::NeedsArgument(name.to_owned()))?.as_str())
                }
            },
            Value::Optional(_) => attached
                .or_else(|| next.map(String::as_str).filter(|next| !looks_like_option(next))),
            Value::OptionalNumber(_) => attached
                .or_else(|| next.map(String::as_str).filter(|next| next.parse::<i64>().is_ok())),
        };
        if attached.is_none() && value.is_some() && !matches!(row.value, Value::Required(_)) {
            rest.next();
        }
        tokens.options.push(match value {
            Some(value) => format!("--{name}={value}"),
            None => format!("--{name}"),
        });
    }
    Ok(tokens)
}

fn looks_like_option(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-')
}

/// The clap command of a table of rows.
pub(super) fn command<'a>(
    name: &'static str,
    options: impl IntoIterator<Item = &'a Opt>,
) -> Command {
    let mut command = Command::new(name).disable_help_flag(true).disable_version_flag(true);
    for option in options {
        let mut arg = Arg::new(option.name).long(option.name).help(option.help).hide(option.hidden);
        arg = match option.value {
            Value::None | Value::Rest(_) => arg.action(ArgAction::Count),
            Value::Required(value) => arg.action(ArgAction::Append).value_name(value).num_args(1),
            Value::Optional(value) | Value::OptionalNumber(value) | Value::Attached(value) => {
                arg.action(ArgAction::Append).value_name(value).num_args(0..=1).require_equals(true)
            }
        };
        arg = match option.hint {
            Hint::None | Hint::Topic | Hint::ConsumerGroup | Hint::OneOf(_) => arg,
            Hint::File => arg.value_hint(ValueHint::FilePath),
            Hint::Host => arg.value_hint(ValueHint::Hostname),
        };
        command = command.arg(arg);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::super::{Group, flag, value};
    use super::*;

    const OPTIONS: &[Opt] = &[
        flag("list", Group::Action, "Lists."),
        value("topic", "topic", Group::Target, "Names."),
        value("config", "key=value", Group::Target, "Sets.").many(),
        value("codec", "codec", Group::Target, "Packs.").optional().default("gzip"),
        Opt {
            value: Value::OptionalNumber("ms"),
            ..value("time", "ms", Group::Target, "Moments.")
        },
        value("producer.config", "file", Group::Target, "Reads."),
    ];

    fn parse(line: &[&str]) -> Result<Parsed, Error> {
        let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        Parsed::parse("tool", OPTIONS, &line)
    }

    #[test]
    fn values_come_attached_or_next() {
        let cases: &[(&[&str], Option<&str>)] = &[
            (&["--topic", "a"], Some("a")),
            (&["--topic=a"], Some("a")),
            (&["-topic", "a"], Some("a")),
            (&["-topic=a=b"], Some("a=b")),
            (&["--topic="], Some("")),
            (&["--topic", ""], Some("")),
            (&["--topic", "--list"], Some("--list")),
            (&["--topic", "-5"], Some("-5")),
            (&["--list"], None),
            (&["stray", "--topic", "a", "-", "more"], Some("a")),
            (&["--topic", "a", "--", "--topic", "b"], Some("a")),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line).unwrap().one("topic").unwrap(), *expected, "{line:?}");
        }
    }

    #[test]
    fn errors_are_joptsimples() {
        let cases: &[(&[&str], &str)] = &[
            (&["--nonsense"], "nonsense is not a recognized option"),
            (&["--nonsense=5"], "nonsense is not a recognized option"),
            (&["--part", "3"], "part is not a recognized option"),
            (&["-l"], "l is not a recognized option"),
            (&["-xyz"], "x is not a recognized option"),
            (&["--Topic", "a"], "Topic is not a recognized option"),
            (&["--list", "--topic"], "Option topic requires an argument"),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line).unwrap_err().to_string(), *expected, "{line:?}");
        }
        assert_eq!(
            parse(&["--topic", "a", "--topic", "b"]).unwrap().one("topic").unwrap_err().to_string(),
            "Found multiple arguments for option topic, but you asked for only one"
        );
        assert_eq!(
            parse(&["--topic", "abc"]).unwrap().number::<i32>("topic").unwrap_err().to_string(),
            "Cannot parse argument 'abc' of option topic"
        );
    }

    #[test]
    fn flags_repeat_and_ignore_values() {
        assert!(parse(&["--list", "--list=false", "-list"]).unwrap().has("list"));
        assert!(!parse(&["--topic", "--list"]).unwrap().has("list"));
    }

    #[test]
    fn optional_values_stop_at_options() {
        let cases: &[(&[&str], bool, Option<&str>)] = &[
            (&[], false, Some("gzip")),
            (&["--codec"], true, Some("gzip")),
            (&["--codec", "--list"], true, Some("gzip")),
            (&["--codec", "zstd"], true, Some("zstd")),
            (&["--codec=lz4"], true, Some("lz4")),
        ];
        for (line, has, expected) in cases {
            let parsed = parse(line).unwrap();
            assert_eq!(parsed.has("codec"), *has, "{line:?}");
            assert_eq!(parsed.one("codec").unwrap(), *expected, "{line:?}");
        }
        let numbers: &[(&[&str], Option<&str>, usize)] = &[
            (&["--time", "-1"], Some("-1"), 0),
            (&["--time", "soon"], None, 1),
            (&["--time"], None, 0),
            (&["--time=abc"], Some("abc"), 0),
        ];
        for (line, expected, words) in numbers {
            let parsed = parse(line).unwrap();
            assert_eq!(parsed.one("time").unwrap(), *expected, "{line:?}");
            assert_eq!(parsed.words().len(), *words, "{line:?}");
        }
    }

    #[test]
    fn a_command_has_options_of_its_own() {
        const SHELL: &[Opt] = &[flag("r", Group::Other, "Reads."), super::super::rest(1)];
        let parse = |line: &[&str]| {
            let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
            Parsed::parse("tool", SHELL, &line)
        };
        let parsed = parse(&["host:1", "-r", "ls", "-s", "--", "/", "-rest"]).unwrap();
        assert!(parsed.has("r"));
        assert_eq!(parsed.words(), ["host:1", "ls", "-s", "--", "/", "-rest"]);
        assert!(parse(&["host:1", "-rest", "ls"]).is_err());
    }

    #[test]
    fn repeated_options_keep_their_order() {
        let parsed = parse(&["--config", "a=1", "--list", "--config=b=2"]).unwrap();
        assert_eq!(parsed.all("config").collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert!(!parsed.is_bare() && parse(&[]).unwrap().is_bare());
    }
}
