//! Option rows that tools share, and what they mean.

use super::Failure;
use super::options::{Group, Hint, Opt, flag, value};

/// Where a tool looks for brokers that was told nothing.
pub(super) const BOOTSTRAP_DEFAULT: &str = "localhost:9092";

/// `--help`.
pub(super) const HELP: Opt = flag("help", Group::Other, "Prints this text.");
/// `--version`.
pub(super) const VERSION: Opt = flag("version", Group::Other, "Prints the version.");
/// `--bootstrap-server`.
pub(super) const BOOTSTRAP_SERVER: Opt = value(
    "bootstrap-server",
    "host:port,...",
    Group::Connection,
    "Brokers to ask first; the others are learned from them.",
)
.hint(Hint::Host);
/// `--command-config`.
pub(super) const COMMAND_CONFIG: Opt = value(
    "command-config",
    "file",
    Group::Connection,
    "Settings of the admin client, as a properties file.",
)
.hint(Hint::File);
/// `--output`, which Kafka does not have.
pub(super) const OUTPUT: Opt = value(
    "output",
    "format",
    Group::Output,
    "How to print: text as Kafka's own, json with one object a line, or table.",
)
.default("text")
.hint(Hint::OneOf(&["text", "json", "table"]));

/// What `--output` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// Kafka's own.
    #[default]
    Text,
    /// One object a line.
    Json,
    Table,
}

impl Format {
    /// Reads the value of `--output`.
    pub(super) fn of(text: Option<&str>) -> Result<Format, String> {
        match text {
            None | Some("text") => Ok(Format::Text),
            Some("json") => Ok(Format::Json),
            Some("table") => Ok(Format::Table),
            Some(other) => Err(format!("--output: one of text, json, table expected: '{other}'")),
        }
    }
}

/// A table in which text is not cut and numbers stand as they are.
pub(super) fn table(headings: &[&str]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_preset(comfy_table::presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(comfy_table::ContentArrangement::Disabled);
    table.set_header(headings.iter().copied());
    table
}

/// Holds a list of addresses against Kafka's form: `scheme://host:port`, the scheme left out
/// mostly.
pub(super) fn check_addresses(list: &str) -> Result<(), Failure> {
    let fits = |address: &str| {
        let place = match address.split_once("://") {
            Some((scheme, place)) if scheme.chars().all(|c| c.is_ascii_alphabetic()) => place,
            _ => address,
        };
        let Some((host, port)) = place.rsplit_once(':') else { return false };
        let host = host.strip_prefix('[').map_or(host, |host| host.trim_end_matches(']'));
        let in_host = |c: char| c.is_ascii_alphanumeric() || "-%._:".contains(c);
        !host.is_empty()
            && host.chars().all(in_host)
            && !port.is_empty()
            && port.chars().all(|c| c.is_ascii_digit())
    };
    if list.split(',').all(fits) {
        return Ok(());
    }
    Err(Failure::usage("Please provide valid host:port like host1:9091,host2:9092\n "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_host_and_a_port() {
        for list in ["localhost:9092", "a:1,b-c.d:2", "PLAINTEXT://[::1]:9092", "[fe80::1%eth0]:1"]
        {
            assert_eq!(check_addresses(list), Ok(()), "{list}");
        }
        for list in ["localhost", "", "a:1,", ":9092", "a:b", "a b:1"] {
            assert!(check_addresses(list).is_err(), "{list}");
        }
    }
}
