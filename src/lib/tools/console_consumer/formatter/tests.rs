//! Tests of what is printed of a record.

use bytes::Bytes;

use super::*;
use crate::kafka::record::{Builder, Compression, batches};

/// Formats one record at offset 5 of partition 3, stamped 1700000000000.
fn shown(
    pairs: &[(&str, &str)],
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[(&[u8], Option<&[u8]>)],
) -> Result<String, String> {
    shown_by(DEFAULT, pairs, key, value, headers)
}

fn shown_by(
    class: &str,
    pairs: &[(&str, &str)],
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[(&[u8], Option<&[u8]>)],
) -> Result<String, String> {
    let mut builder = Builder::new(Compression::NONE);
    builder.base_offset(5);
    builder.append(1_700_000_000_000, key, value, headers);
    let bytes: Bytes = builder.finish();
    let batch = batches(&bytes).next().unwrap().unwrap();
    let mut scratch = Vec::new();
    let record = batch.records(&mut scratch).unwrap().next().unwrap().unwrap();
    let consumed =
        Consumed { record, timestamp_type: Some(TimestampType::CreateTime), leader_epoch: None };
    let mut properties = Properties::new();
    pairs.iter().for_each(|(key, value)| properties.set(*key, *value));
    let formatter = Formatter::named(class, &properties).unwrap().formatter;
    let mut out = b"before".to_vec();
    let written = formatter.write(3, &consumed, &mut out);
    assert!(out.starts_with(b"before"));
    match written {
        Ok(()) => Ok(String::from_utf8(out.split_off(6)).unwrap()),
        Err(Unprintable(why)) => {
            assert_eq!(out, b"before", "nothing of it is left");
            Err(why)
        }
    }
}

#[test]
fn columns_come_in_kafkas_order() {
    let all = ["key", "headers", "offset", "partition", "timestamp"];
    let all: Vec<String> = all.iter().map(|name| format!("print.{name}")).collect();
    let mut pairs: Vec<(&str, &str)> = all.iter().map(|name| (name.as_str(), "true")).collect();
    let headers: &[(&[u8], Option<&[u8]>)] = &[(b"h1", Some(b"v1")), (b"h2", None)];
    assert_eq!(
        shown(&pairs, Some(b"k"), Some(b"v"), headers).unwrap(),
        "CreateTime:1700000000000\tPartition:3\tOffset:5\th1:v1,h2:null\tk\tv\n"
    );
    pairs.extend([("key.separator", "|"), ("headers.separator", ";"), ("null.literal", "<none>")]);
    assert_eq!(
        shown(&pairs, None, None, headers).unwrap(),
        "CreateTime:1700000000000|Partition:3|Offset:5|h1:v1;h2:<none>|<none>|<none>\n"
    );
    assert_eq!(
        shown(&pairs, None, None, &[]).unwrap(),
        "CreateTime:1700000000000|Partition:3|Offset:5|NO_HEADERS|<none>|<none>\n"
    );
}

#[test]
fn the_line_ends_after_the_last_column() {
    let key_only = [("print.value", "false"), ("print.key", "TRUE"), ("line.separator", ";")];
    assert_eq!(shown(&key_only, Some(b"k1"), Some(b"v"), &[]).unwrap(), "k1;");
    assert_eq!(shown(&[("print.value", "no")], None, Some(b"v"), &[]).unwrap(), "");
    assert_eq!(shown(&[], None, Some(b"two\nlines"), &[]).unwrap(), "two\nlines\n");
}

#[test]
fn deserializers_fail_as_java_does() {
    let long = [("value.deserializer", "org.apache.kafka.common.serialization.LongDeserializer")];
    assert_eq!(shown(&long, None, Some(&[0, 0, 0, 0, 0, 0, 1, 0]), &[]).unwrap(), "256\n");
    let failed = shown(&long, None, None, &[]).unwrap_err();
    assert_eq!(failed, "Size of data received by LongDeserializer is not 8");
}

#[test]
fn the_formatters_of_older_releases() {
    let checksum = "kafka.tools.ChecksumMessageFormatter";
    let shown = |class, pairs: &[_]| shown_by(class, pairs, Some(b"k"), Some(b"v"), &[]).unwrap();
    // CRC-32 of 01 00, the timestamp, 1, "k", 1, "v".
    assert_eq!(shown(checksum, &[]), "checksum:958827571\n");
    assert_eq!(shown(checksum, &[("topic", "t")]), "t:checksum:958827571\n");
    assert_eq!(shown("kafka.tools.LoggingMessageFormatter", &[("print.key", "true")]), "k\tv\n");
    assert_eq!(shown("kafka.tools.NoOpMessageFormatter", &[]), "");
}

/// A name that goes says what replaces it, and the newer name is there too.
#[test]
fn older_names_lead_to_newer_ones() {
    let properties = Properties::new();
    for class in CLASSES {
        let found = Formatter::named(class.name, &properties).unwrap();
        let Some(newer) = class.newer else {
            assert_eq!(found.warnings, Vec::<String>::new(), "{}", class.name);
            continue;
        };
        let [warning] = found.warnings.as_slice() else { panic!("{:?}", found.warnings) };
        assert!(warning.starts_with(&format!("WARNING: {} is deprecated", class.name)));
        assert!(warning.ends_with(&format!("Please use {newer} instead")));
        let newer = Formatter::named(newer, &properties).unwrap();
        match (found.formatter, newer.formatter) {
            (Formatter::Internal(old, Style::Text), Formatter::Internal(new, Style::Json)) => {
                assert_eq!(old, new);
            }
            (old, new) => assert_eq!(old, new),
        }
    }
}

#[test]
fn formatters_have_two_names_each() {
    let properties = Properties::new();
    let new = Formatter::named("org.apache.kafka.tools.consumer.NoOpMessageFormatter", &properties);
    let new = new.unwrap();
    assert_eq!((new.formatter, new.warnings.len()), (Formatter::NoOp, 0));
    let old = Formatter::named("kafka.tools.NoOpMessageFormatter", &properties).unwrap();
    assert_eq!(
        old.warnings,
        [
            "WARNING: kafka.tools.NoOpMessageFormatter is deprecated and will be removed in the next \
          major release. Please use org.apache.kafka.tools.consumer.NoOpMessageFormatter instead"
        ]
    );
    assert!(Formatter::named("com.example.Mine", &properties).is_none());
    let mut properties = Properties::new();
    properties.set("key.deserializer", "com.example.Mine");
    let class = "org.apache.kafka.tools.consumer.DefaultMessageFormatter";
    let found = Formatter::named(class, &properties).unwrap();
    assert_eq!(found.warnings, ["Unable to instantiate a deserializer from com.example.Mine"]);
}
