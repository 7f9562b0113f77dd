//! A list: the options of kafka-reassign-partitions, of all releases.

use super::super::common;
use super::super::options::{Group, Hint, Opt, flag, value};

pub(super) const OPTIONS: &[Opt] = &[
    flag("generate", Group::Action, "Proposes a move of topics to a list of brokers."),
    flag("execute", Group::Action, "Starts the moves that a file names."),
    flag(
        "verify",
        Group::Action,
        "Says how far moves have come, and ends throttles of those done.",
    ),
    flag("cancel", Group::Action, "Calls moves off."),
    flag("list", Group::Action, "Shows all moves that are under way."),
    value(
        "topics-to-move-json-file",
        "file",
        Group::Target,
        "Which topics to move: {\"topics\":[{\"topic\":\"orders\"}],\"version\":1}.",
    )
    .hint(Hint::File),
    value("broker-list", "id,id,...", Group::Target, "The brokers to which topics are to move."),
    flag("disable-rack-aware", Group::Target, "Spreads replicas without regard to racks."),
    value("reassignment-json-file", "file", Group::Target, "The moves, as --generate prints them.")
        .hint(Hint::File),
    flag(
        "additional",
        Group::Target,
        "Starts moves beside those that are under way, or changes the throttle of these.",
    ),
    value(
        "throttle",
        "bytes",
        Group::Target,
        "How many bytes a second moves between brokers may take; no limit if absent.",
    )
    .default("-1"),
    value(
        "replica-alter-log-dirs-throttle",
        "bytes",
        Group::Target,
        "How many bytes a second moves between folders of a broker may take; no limit if absent.",
    )
    .default("-1"),
    flag("preserve-throttles", Group::Target, "Leaves throttles as they are."),
    value(
        "timeout",
        "ms",
        Group::Target,
        "How long to try to start moves between folders of a broker.",
    )
    .default("10000"),
    Opt { default: Some(common::BOOTSTRAP_DEFAULT), ..common::BOOTSTRAP_SERVER },
    common::COMMAND_CONFIG,
    value(
        "zookeeper",
        "host:port,.../chroot",
        Group::Connection,
        "Does the work in ZooKeeper itself, as releases before 3.0 did.",
    )
    .hint(Hint::Host),
    common::HELP,
    common::VERSION,
];
