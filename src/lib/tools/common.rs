//! Option rows that tools share, and what they mean.

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
