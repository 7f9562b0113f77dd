//! A list: the options of kafka-consumer-groups, of all releases.

use super::super::common;
use super::super::options::{Group, Hint, Opt, flag, value};

const STATES: &[&str] = &[
    "PreparingRebalance",
    "CompletingRebalance",
    "Stable",
    "Dead",
    "Empty",
    "Assigning",
    "Reconciling",
];

pub(super) const OPTIONS: &[Opt] = &[
    flag("list", Group::Action, "Lists the ids of groups."),
    flag("describe", Group::Action, "Shows how far groups have come, their members or state."),
    flag(
        "reset-offsets",
        Group::Action,
        "Moves offsets of groups without members to where one of --to-*, --by-*, --shift-by and \
         --from-* says.",
    ),
    flag("delete", Group::Action, "Deletes groups without members."),
    flag("delete-offsets", Group::Action, "Forgets what a group has committed for topics."),
    value("group", "group", Group::Target, "A group; may be repeated.")
        .many()
        .hint(Hint::ConsumerGroup),
    flag("all-groups", Group::Target, "All groups there are."),
    value(
        "topic",
        "topic[:partition,...]",
        Group::Target,
        "A topic, or some of its partitions; may be repeated.",
    )
    .many()
    .hint(Hint::Topic),
    flag(
        "all-topics",
        Group::Target,
        "All partitions of which the group has committed offsets, in place of --topic.",
    ),
    flag("to-earliest", Group::Target, "Resets to the first offsets."),
    flag("to-latest", Group::Target, "Resets to the offsets behind the last records."),
    flag(
        "to-current",
        Group::Target,
        "Resets to what is committed, and where nothing is to the end.",
    ),
    value("to-offset", "offset", Group::Target, "Resets to this offset."),
    value(
        "shift-by",
        "count",
        Group::Target,
        "Resets to so many further on, or back; held to the ends of the log as is --to-offset.",
    ),
    value(
        "to-datetime",
        "YYYY-MM-DDThh:mm:ss.sss",
        Group::Target,
        "Resets to the first records of this time or later; in UTC if no zone is given.",
    ),
    value(
        "by-duration",
        "PnDTnHnMnS",
        Group::Target,
        "Resets to the first records that are no older than this.",
    ),
    value(
        "from-file",
        "file",
        Group::Target,
        "Resets to the offsets of a CSV file: [group,]topic,partition,offset a line.",
    )
    .hint(Hint::File),
    flag("dry-run", Group::Delivery, "Only shows what a reset would do; so without --execute."),
    flag("execute", Group::Delivery, "Does the reset."),
    Opt { default: Some(common::BOOTSTRAP_DEFAULT), ..common::BOOTSTRAP_SERVER },
    common::COMMAND_CONFIG,
    value("timeout", "ms", Group::Connection, "How long a call to the brokers may take.")
        .default("5000"),
    value(
        "zookeeper",
        "host:port,.../chroot",
        Group::Connection,
        "Shows groups of old consumers, which keep them in ZooKeeper; in place of --bootstrap-*.",
    )
    .hint(Hint::Host),
    flag("offsets", Group::Output, "Describes committed offsets and lag, which is the default."),
    flag("members", Group::Output, "Describes the members."),
    value(
        "state",
        "state,...",
        Group::Output,
        "Describes the state of groups; in a list shows it, of groups in these states alone.",
    )
    .optional()
    .hint(Hint::OneOf(STATES)),
    value(
        "type",
        "type,...",
        Group::Output,
        "Shows the type of groups in a list, of groups of these types alone.",
    )
    .optional()
    .hint(Hint::OneOf(&["classic", "consumer"])),
    flag("verbose", Group::Output, "Shows which partitions each member has."),
    flag("export", Group::Output, "Prints the plan of a reset as CSV, fit for --from-file."),
    Opt {
        help: "How to print lists, descriptions and plans: text as Kafka's own, json with one \
               object a line, or table.",
        ..common::OUTPUT
    },
    flag("new-consumer", Group::Legacy, "Has no effect."),
    common::HELP,
    common::VERSION,
];
