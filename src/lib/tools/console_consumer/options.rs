//! A list: the options of kafka-console-consumer, of all releases.

use super::super::common;
use super::super::options::{Group, Hint, Opt, flag, value};

pub(super) const OPTIONS: &[Opt] = &[
    value("topic", "topic", Group::Target, "The topic to read.").hint(Hint::Topic),
    value("include", "regex", Group::Target, "The topics to read, as a regular expression."),
    value("whitelist", "regex", Group::Target, "The older name of --include, which wins."),
    value("partition", "number", Group::Target, "Reads only this partition, from its end on."),
    value(
        "offset",
        "offset",
        Group::Target,
        "Where to begin in the partition: earliest, latest or a number.",
    )
    .default("latest")
    .hint(Hint::OneOf(&["earliest", "latest"])),
    flag(
        "from-beginning",
        Group::Target,
        "Begins with the first record where the group has no offset yet.",
    ),
    value("max-messages", "count", Group::Target, "Ends after so many records."),
    value("timeout-ms", "ms", Group::Target, "Ends when no record came for so long."),
    value(
        "group",
        "group",
        Group::Target,
        "The consumer group: its members share the partitions, its offsets are kept.",
    )
    .hint(Hint::ConsumerGroup),
    value(
        "isolation-level",
        "level",
        Group::Target,
        "Whether records of open and aborted transactions are read too.",
    )
    .default("read_uncommitted")
    .hint(Hint::OneOf(&["read_uncommitted", "read_committed"])),
    Opt { default: Some(common::BOOTSTRAP_DEFAULT), ..common::BOOTSTRAP_SERVER },
    value(
        "consumer.config",
        "file",
        Group::Connection,
        "Settings of the consumer as a properties file.",
    )
    .hint(Hint::File),
    value(
        "consumer-property",
        "key=value",
        Group::Connection,
        "A setting of the consumer, in place of the file's; may be repeated.",
    )
    .many(),
    value(
        "property",
        "key=value",
        Group::Output,
        "What is printed and how: print.timestamp, print.partition, print.offset, print.headers, \
         print.key, print.value, key.separator, line.separator, headers.separator, null.literal, \
         key.deserializer, value.deserializer, headers.deserializer; may be repeated.",
    )
    .many(),
    value("formatter-config", "file", Group::Output, "The same as a properties file.")
        .hint(Hint::File),
    value("formatter", "class", Group::Output, "Kafka's name of what prints records.")
        .default("org.apache.kafka.tools.consumer.DefaultMessageFormatter"),
    value("key-deserializer", "class", Group::Output, "Kafka's name of how keys are read."),
    value("value-deserializer", "class", Group::Output, "Kafka's name of how values are read."),
    flag("skip-message-on-error", Group::Output, "Goes on after a record that cannot be printed."),
    flag("enable-systest-events", Group::Output, "Prints shutdown_complete at the end."),
    value(
        "zookeeper",
        "host:port,.../chroot",
        Group::Legacy,
        "Where the brokers are looked up, in place of --bootstrap-server.",
    )
    .hint(Hint::Host),
    value("blacklist", "regex", Group::Legacy, "Reads all topics but these; with --zookeeper."),
    flag("new-consumer", Group::Legacy, "Has no effect: there is one consumer."),
    flag("delete-consumer-offsets", Group::Legacy, "Has no effect: offsets are not in ZooKeeper."),
    flag("csv-reporter-enabled", Group::Legacy, "Has no effect."),
    value("metrics-dir", "folder", Group::Legacy, "Has no effect."),
    common::HELP,
    common::VERSION,
];
