//! A list: the options of kafka-console-producer, of all releases.

use super::super::common;
use super::super::options::{Group, Hint, Opt, flag, value};

pub(super) const OPTIONS: &[Opt] = &[
    value("topic", "topic", Group::Target, "The topic to write to.").hint(Hint::Topic),
    value(
        "property",
        "key=value",
        Group::Target,
        "How lines become records: parse.key, key.separator, parse.headers, headers.delimiter, \
         headers.separator, headers.key.separator, null.marker, ignore.error; may be repeated.",
    )
    .many(),
    value("reader-config", "file", Group::Target, "The same as a properties file.")
        .hint(Hint::File),
    value(
        "line-reader",
        "class",
        Group::Target,
        "Kafka's name of what reads lines; there is only LineMessageReader.",
    )
    .default("org.apache.kafka.tools.LineMessageReader"),
    Opt { default: Some(common::BOOTSTRAP_DEFAULT), ..common::BOOTSTRAP_SERVER },
    value(
        "broker-list",
        "host:port,...",
        Group::Connection,
        "The older name of the address; --bootstrap-* wins where both are given.",
    )
    .hint(Hint::Host),
    value(
        "producer.config",
        "file",
        Group::Connection,
        "Settings of the producer as a properties file.",
    )
    .hint(Hint::File),
    value(
        "producer-property",
        "key=value",
        Group::Connection,
        "A setting of the producer, in place of the file's; may be repeated.",
    )
    .many(),
    value("request-timeout-ms", "ms", Group::Connection, "How long to wait for a broker's answer.")
        .default("1500"),
    value(
        "metadata-expiry-ms",
        "ms",
        Group::Connection,
        "When the list of brokers and topics is asked for again.",
    )
    .default("300000"),
    value("socket-buffer-size", "bytes", Group::Connection, "The socket send buffer.")
        .default("102400"),
    flag("sync", Group::Delivery, "Waits for each record before the next is sent."),
    value(
        "compression-codec",
        "codec",
        Group::Delivery,
        "How batches are compressed; gzip where only the option is given, none without it.",
    )
    .optional()
    .hint(Hint::OneOf(&["none", "gzip", "snappy", "lz4", "zstd"])),
    value(
        "request-required-acks",
        "acks",
        Group::Delivery,
        "Who must have a record: 0 nobody, 1 the leader, -1 or all everyone in sync.",
    )
    .default("-1")
    .hint(Hint::OneOf(&["-1", "0", "1", "all"])),
    value("batch-size", "bytes", Group::Delivery, "How many bytes of records make a batch.")
        .default("16384"),
    value(
        "max-partition-memory-bytes",
        "bytes",
        Group::Delivery,
        "The older name of --batch-size, which gives way.",
    )
    .default("16384"),
    value(
        "timeout",
        "ms",
        Group::Delivery,
        "How long a batch waits to be filled; without it only until no more input is at hand.",
    ),
    value(
        "message-send-max-retries",
        "count",
        Group::Delivery,
        "How often a failed batch is sent again.",
    )
    .default("3"),
    value("retry-backoff-ms", "ms", Group::Delivery, "How long to wait before that.")
        .default("100"),
    value(
        "max-block-ms",
        "ms",
        Group::Delivery,
        "How long to wait for memory, or for the topic to be there.",
    )
    .default("60000"),
    value(
        "max-memory-bytes",
        "bytes",
        Group::Delivery,
        "How many bytes of records may wait to be sent.",
    )
    .default("33554432"),
    flag("old-producer", Group::Legacy, "Has no effect: there is one producer."),
    value("queue-size", "count", Group::Legacy, "Has no effect.").default("10000"),
    value("queue-enqueuetimeout-ms", "ms", Group::Legacy, "Has no effect.").default("2147483647"),
    value("key-serializer", "class", Group::Legacy, "Has no effect: keys are sent as they are."),
    value(
        "value-serializer",
        "class",
        Group::Legacy,
        "Has no effect: values are sent as they are.",
    ),
    common::HELP,
    common::VERSION,
];
