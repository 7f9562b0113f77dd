//! Records as text: Kafka's default formatter with all its properties, and its relatives.

mod deserialize;
mod internal;
#[cfg(test)]
mod tests;

pub(super) use deserialize::Deserializer;
use internal::{Kind, Style};

use crate::config::Properties;
use crate::kafka::client::consumer::Consumed;
use crate::kafka::record::TimestampType;
use crate::kafka::record::legacy::message_checksum;

/// A record that cannot be printed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unprintable(pub(super) String);

/// What prints records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Formatter {
    Default(DefaultFormatter),
    /// The default's text, and a line to the log.
    Logging(DefaultFormatter),
    NoOp,
    /// The checksums, behind the topic where one is named.
    Checksum(Option<String>),
    /// What brokers keep in topics of their own.
    Internal(Kind, Style),
}

/// A formatter as `--formatter` names it.
struct Class {
    name: &'static str,
    /// The name that replaces this one.
    newer: Option<&'static str>,
    make: fn(&Properties, &mut Vec<String>) -> Formatter,
}

/// Names without a newer one.
const fn class(name: &'static str, make: fn(&Properties, &mut Vec<String>) -> Formatter) -> Class {
    Class { name, newer: None, make }
}

/// Names that go, and what replaces each.
const fn older(
    name: &'static str,
    newer: &'static str,
    make: fn(&Properties, &mut Vec<String>) -> Formatter,
) -> Class {
    Class { name, newer: Some(newer), make }
}

const DEFAULT: &str = "org.apache.kafka.tools.consumer.DefaultMessageFormatter";
const LOGGING: &str = "org.apache.kafka.tools.consumer.LoggingMessageFormatter";
const NO_OP: &str = "org.apache.kafka.tools.consumer.NoOpMessageFormatter";
const OFFSETS: &str = "org.apache.kafka.tools.consumer.OffsetsMessageFormatter";
const GROUPS: &str = "org.apache.kafka.tools.consumer.GroupMetadataMessageFormatter";
const TRANSACTIONS: &str = "org.apache.kafka.tools.consumer.TransactionLogMessageFormatter";

/// Kafka's names of the formatters, of all releases. What is kept in topics of the brokers' own is
/// text under the older names and JSON under the newer ones.
const CLASSES: &[Class] = &[
    class(DEFAULT, default),
    older("kafka.tools.DefaultMessageFormatter", DEFAULT, default),
    class(LOGGING, logging),
    older("kafka.tools.LoggingMessageFormatter", LOGGING, logging),
    class(NO_OP, |_, _| Formatter::NoOp),
    older("kafka.tools.NoOpMessageFormatter", NO_OP, |_, _| Formatter::NoOp),
    class("kafka.tools.ChecksumMessageFormatter", |properties, _| {
        Formatter::Checksum(properties.get("topic").map(str::to_owned))
    }),
    class(OFFSETS, |_, _| Formatter::Internal(Kind::Offsets, Style::Json)),
    older(
        "kafka.coordinator.group.GroupMetadataManager$OffsetsMessageFormatter",
        OFFSETS,
        |_, _| Formatter::Internal(Kind::Offsets, Style::Text),
    ),
    older("kafka.coordinator.GroupMetadataManager$OffsetsMessageFormatter", OFFSETS, |_, _| {
        Formatter::Internal(Kind::Offsets, Style::Text)
    }),
    class(GROUPS, |_, _| Formatter::Internal(Kind::Groups, Style::Json)),
    older(
        "kafka.coordinator.group.GroupMetadataManager$GroupMetadataMessageFormatter",
        GROUPS,
        |_, _| Formatter::Internal(Kind::Groups, Style::Text),
    ),
    older(
        "kafka.coordinator.GroupMetadataManager$GroupMetadataMessageFormatter",
        GROUPS,
        |_, _| Formatter::Internal(Kind::Groups, Style::Text),
    ),
    class(TRANSACTIONS, |_, _| Formatter::Internal(Kind::Transactions, Style::Json)),
    older(
        "kafka.coordinator.transaction.TransactionLog$TransactionLogMessageFormatter",
        TRANSACTIONS,
        |_, _| Formatter::Internal(Kind::Transactions, Style::Text),
    ),
];

fn default(properties: &Properties, warnings: &mut Vec<String>) -> Formatter {
    Formatter::Default(DefaultFormatter::from(properties, warnings))
}

fn logging(properties: &Properties, warnings: &mut Vec<String>) -> Formatter {
    Formatter::Logging(DefaultFormatter::from(properties, warnings))
}

/// What came of looking for a formatter and its parts by name.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) formatter: Formatter,
    /// Lines for standard error.
    pub(super) warnings: Vec<String>,
}

impl Formatter {
    /// The formatter of a class name; none where there is no such class.
    pub(super) fn named(name: &str, properties: &Properties) -> Option<Found> {
        let mut warnings = Vec::new();
        let class = CLASSES.iter().find(|class| class.name == name)?;
        if let Some(newer) = class.newer {
            warnings.push(format!(
                "WARNING: {name} is deprecated and will be removed in the next major release. \
                 Please use {newer} instead"
            ));
        }
        let formatter = (class.make)(properties, &mut warnings);
        Some(Found { formatter, warnings })
    }

    /// Appends the text of a record.
    pub(super) fn write(
        &self,
        partition: i32,
        consumed: &Consumed<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Unprintable> {
        match self {
            Formatter::Default(formatter) => formatter.write(partition, consumed, out),
            Formatter::Logging(formatter) => {
                formatter.write(partition, consumed, out)?;
                log(consumed);
                Ok(())
            }
            Formatter::NoOp => Ok(()),
            Formatter::Checksum(topic) => {
                let topic = topic.as_ref().map_or(String::new(), |topic| format!("{topic}:"));
                let checksum = message_checksum(&consumed.record, consumed.timestamp_type)
                    .map_err(|error| Unprintable(error.to_string()))?;
                out.extend_from_slice(format!("{topic}checksum:{checksum}\n").as_bytes());
                Ok(())
            }
            Formatter::Internal(kind, style) => {
                internal::write(*kind, *style, &consumed.record, out)
            }
        }
    }
}

fn log(consumed: &Consumed<'_>) {
    let record = &consumed.record;
    let text = |bytes: Option<&[u8]>| {
        bytes.map_or_else(|| "null".into(), |bytes| String::from_utf8_lossy(bytes).into_owned())
    };
    let time = match consumed.timestamp_type {
        Some(kind) => format!("{}:{}, ", timestamp_name(kind), record.timestamp),
        None => String::new(),
    };
    let (key, value) = (text(record.key), text(record.value));
    // Kafka forgets the comma where there is no key.
    let comma = if record.key.is_some() { "," } else { "" };
    tracing::info!(
        target: "org.apache.kafka.tools.consumer.LoggingMessageFormatter",
        "{time}key:{key}{comma} value:{value}"
    );
}

fn timestamp_name(kind: TimestampType) -> &'static str {
    match kind {
        TimestampType::CreateTime => "CreateTime",
        TimestampType::LogAppendTime => "LogAppendTime",
    }
}

/// Columns with a separator between, and the end of a line after the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DefaultFormatter {
    timestamp: bool,
    partition: bool,
    offset: bool,
    headers: bool,
    key: bool,
    value: bool,
    key_separator: Vec<u8>,
    line_separator: Vec<u8>,
    headers_separator: Vec<u8>,
    null_literal: Vec<u8>,
    key_deserializer: Deserializer,
    value_deserializer: Deserializer,
    headers_deserializer: Deserializer,
}

impl DefaultFormatter {
    fn from(properties: &Properties, warnings: &mut Vec<String>) -> DefaultFormatter {
        let is_set = |key: &str, default: bool| {
            properties.get(key).map_or(default, |value| value.trim().eq_ignore_ascii_case("true"))
        };
        let text =
            |key: &str, default: &str| properties.get(key).unwrap_or(default).as_bytes().to_vec();
        let mut deserializer = |key: &str| {
            let Some(class) = properties.get(key) else { return Deserializer::Raw };
            Deserializer::named(class).unwrap_or_else(|| {
                warnings.push(format!("Unable to instantiate a deserializer from {class}"));
                Deserializer::Raw
            })
        };
        DefaultFormatter {
            timestamp: is_set("print.timestamp", false),
            partition: is_set("print.partition", false),
            offset: is_set("print.offset", false),
            headers: is_set("print.headers", false),
            key: is_set("print.key", false),
            value: is_set("print.value", true),
            key_separator: text("key.separator", "\t"),
            line_separator: text("line.separator", "\n"),
            headers_separator: text("headers.separator", ","),
            null_literal: text("null.literal", "null"),
            key_deserializer: deserializer("key.deserializer"),
            value_deserializer: deserializer("value.deserializer"),
            headers_deserializer: deserializer("headers.deserializer"),
        }
    }

    /// Appends the text of a record; nothing of it where a part cannot be printed.
    fn write(
        &self,
        partition: i32,
        consumed: &Consumed<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Unprintable> {
        let before = out.len();
        let written = self.columns(partition, consumed, out);
        if written.is_err() {
            out.truncate(before);
        }
        written
    }

    fn columns(
        &self,
        partition: i32,
        consumed: &Consumed<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Unprintable> {
        let record = &consumed.record;
        let mut left =
            [self.timestamp, self.partition, self.offset, self.headers, self.key, self.value]
                .iter()
                .filter(|shown| **shown)
                .count();
        let mut end = |out: &mut Vec<u8>| {
            left -= 1;
            let separator = if left > 0 { &self.key_separator } else { &self.line_separator };
            out.extend_from_slice(separator);
        };
        if self.timestamp {
            match consumed.timestamp_type {
                Some(kind) => number(out, timestamp_name(kind), record.timestamp),
                None => out.extend_from_slice(b"NO_TIMESTAMP"),
            }
            end(out);
        }
        if self.partition {
            number(out, "Partition", i64::from(partition));
            end(out);
        }
        if self.offset {
            number(out, "Offset", record.offset);
            end(out);
        }
        if self.headers {
            self.headers(consumed, out)?;
            end(out);
        }
        if self.key {
            self.field(self.key_deserializer, record.key, out)?;
            end(out);
        }
        if self.value {
            self.field(self.value_deserializer, record.value, out)?;
            end(out);
        }
        Ok(())
    }

    fn headers(&self, consumed: &Consumed<'_>, out: &mut Vec<u8>) -> Result<(), Unprintable> {
        if consumed.record.headers.is_empty() {
            out.extend_from_slice(b"NO_HEADERS");
            return Ok(());
        }
        for (index, (key, value)) in consumed.record.headers.iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(&self.headers_separator);
            }
            out.extend_from_slice(key);
            out.push(b':');
            self.field(self.headers_deserializer, value, out)?;
        }
        Ok(())
    }

    /// Null goes through the deserializer too, as its literal's bytes.
    fn field(
        &self,
        deserializer: Deserializer,
        bytes: Option<&[u8]>,
        out: &mut Vec<u8>,
    ) -> Result<(), Unprintable> {
        deserializer.write(bytes.unwrap_or(&self.null_literal), out)
    }
}

fn number(out: &mut Vec<u8>, name: &str, number: i64) {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    out.extend_from_slice(number.to_string().as_bytes());
}
