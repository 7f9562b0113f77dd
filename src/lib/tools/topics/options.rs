//! A list: the options of kafka-topics, of all releases.

use super::super::common;
use super::super::options::{Group, Hint, Opt, flag, value};

pub(super) const OPTIONS: &[Opt] = &[
    flag("list", Group::Action, "Lists the names of topics."),
    flag("create", Group::Action, "Creates a topic."),
    flag("describe", Group::Action, "Shows topics and their partitions."),
    flag("alter", Group::Action, "Gives a topic more partitions."),
    flag("delete", Group::Action, "Deletes topics."),
    value(
        "topic",
        "topic",
        Group::Target,
        "The topic; unless it is created, a regular expression or a list of them with commas.",
    )
    .hint(Hint::Topic),
    value("topic-id", "id", Group::Target, "The topic to describe, by its id; wins over --topic."),
    value(
        "partitions",
        "count",
        Group::Target,
        "How many partitions the topic has or shall have; the broker's num.partitions if absent.",
    ),
    value(
        "replication-factor",
        "count",
        Group::Target,
        "How many copies of each partition there are; the broker's default if absent.",
    ),
    value(
        "replica-assignment",
        "id:id,id:id,...",
        Group::Target,
        "The brokers of each partition by hand, in place of the two above.",
    ),
    value("config", "key=value", Group::Target, "A setting of the topic; may be repeated.").many(),
    value(
        "delete-config",
        "key",
        Group::Target,
        "Takes a setting back; only with --alter and --zookeeper, else use kafka-configs.",
    )
    .many(),
    flag("if-exists", Group::Target, "Does nothing to a topic that is not there."),
    flag("if-not-exists", Group::Target, "Does not create a topic that is there."),
    flag("exclude-internal", Group::Target, "Leaves out the topics that Kafka keeps for itself."),
    flag(
        "under-replicated-partitions",
        Group::Target,
        "Describes only partitions with a replica that is not in sync.",
    ),
    flag(
        "unavailable-partitions",
        Group::Target,
        "Describes only partitions whose leader is missing.",
    ),
    flag(
        "under-min-isr-partitions",
        Group::Target,
        "Describes only partitions with fewer replicas in sync than min.insync.replicas.",
    ),
    flag(
        "at-min-isr-partitions",
        Group::Target,
        "Describes only partitions with exactly min.insync.replicas in sync.",
    ),
    flag(
        "topics-with-overrides",
        Group::Target,
        "Describes only topics with settings of their own, and not their partitions.",
    ),
    Opt { default: Some(common::BOOTSTRAP_DEFAULT), ..common::BOOTSTRAP_SERVER },
    common::COMMAND_CONFIG,
    value(
        "partition-size-limit-per-response",
        "count",
        Group::Connection,
        "How many partitions the broker describes at once.",
    )
    .default("2000"),
    value(
        "zookeeper",
        "host:port,.../chroot",
        Group::Connection,
        "Does the work in ZooKeeper itself, as releases before 3.0 did.",
    )
    .hint(Hint::Host),
    common::OUTPUT,
    flag("disable-rack-aware", Group::Legacy, "Spreads replicas without regard to racks."),
    flag("force", Group::Legacy, "Has no effect."),
    common::HELP,
    common::VERSION,
];
