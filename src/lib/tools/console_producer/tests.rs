//! Tests of the line of kafka-console-producer. The texts are those of the real tool.

use std::time::Duration;

use super::super::call;
use super::super::options::usage;
use super::*;
use crate::kafka::client::producer::Partitioner;
use crate::kafka::record::Codec;

fn words(line: &[&str]) -> Vec<String> {
    line.iter().map(|word| (*word).to_owned()).collect()
}

fn parse(line: &[&str]) -> Result<Args, Failure> {
    let line = words(&[&["--topic", "t"], line].concat());
    let io = Io::captured(TOOL.name, b"");
    Args::from(&Parsed::parse(TOOL.name, TOOL.options, &line)?, &io)
}

#[test]
fn a_misused_line_prints_what_kafka_prints_then_the_help() {
    let cases: &[(&[&str], &str)] = &[
        (&[], "Missing required option(s) [bootstrap-server]"),
        (&["--help"], "This tool helps to read data from standard input and publish it to Kafka."),
        (&["--bootstrap-server", "localhost:1"], "Missing required argument \"[topic]\""),
        (&["--bogus"], "bogus is not a recognized option"),
        (&["--topic"], "Option topic requires an argument"),
        (
            &["--topic", "t", "--broker-list", "nowhere"],
            "Please provide valid host:port like host1:9091,host2:9092\n ",
        ),
    ];
    let help = usage::help(&TOOL);
    for (line, expected) in cases {
        let mut io = Io::captured(TOOL.name, b"");
        assert_eq!(call(&TOOL, &words(line), &mut io), 1, "{line:?}");
        assert_eq!(io.stderr.kept(), format!("{expected}\n\n{help}"), "{line:?}");
    }
}

#[test]
fn numbers_are_read_late_and_say_so_alone() {
    let mut io = Io::captured(TOOL.name, b"");
    assert_eq!(call(&TOOL, &words(&["--topic", "t", "--timeout", "abc"]), &mut io), 1);
    assert_eq!(io.stderr.kept(), "Cannot parse argument 'abc' of option timeout\n");
    let mut io = Io::captured(TOOL.name, b"");
    assert_eq!(call(&TOOL, &words(&["--topic", "t", "--compression-codec", "brotli"]), &mut io), 1);
    let said = io.stderr.kept();
    assert!(said.contains("Invalid value brotli for configuration compression.type"), "{said}");
}

#[test]
fn an_option_wins_over_a_property_and_that_over_the_default() {
    let settings = |line: &[&str]| parse(line).unwrap().settings;
    let plain = settings(&[]);
    assert_eq!((plain.acks, plain.batch_size, plain.retries), (-1, 16_384, 3));
    assert_eq!(plain.compression.codec, Codec::None);
    assert!(plain.idempotent);
    let property =
        settings(&["--producer-property", "acks=1", "--producer-property", "linger.ms=5"]);
    assert_eq!((property.acks, property.linger), (1, Duration::from_millis(5)));
    assert!(!property.idempotent, "gives way to acks=1");
    let option = settings(&["--producer-property", "acks=1", "--request-required-acks", "all"]);
    assert_eq!(option.acks, -1);
    let both = settings(&["--batch-size", "1", "--max-partition-memory-bytes", "2"]);
    assert_eq!(both.batch_size, 2);
    assert_eq!(settings(&["--compression-codec"]).compression.codec, Codec::Gzip);
    assert_eq!(settings(&["--compression-codec", "zstd"]).compression.codec, Codec::Zstd);
}

#[test]
fn addresses_have_three_sources() {
    let first = |line: &[&str]| parse(line).unwrap().options.bootstrap[0].to_string();
    assert_eq!(first(&[]), "localhost:9092");
    assert_eq!(first(&["--broker-list", "old:1"]), "old:1");
    assert_eq!(first(&["--broker-list", "old:1", "--bootstrap-server", "new:2"]), "new:2");
}

#[test]
fn keyless_lines_go_in_turn_unless_a_partitioner_is_named() {
    assert!(parse(&[]).unwrap().in_turn);
    let class = "partitioner.class=org.apache.kafka.clients.producer.UniformStickyPartitioner";
    let args = parse(&["--producer-property", class]).unwrap();
    assert!(!args.in_turn);
    assert_eq!(args.settings.partitioner, Partitioner::UniformSticky);
    assert!(parse(&["--producer-property", "partitioner.class=com.example.Mine"]).is_err());
    let mut turn = Turn { partitions: vec![0, 2, 5], next: 0 };
    assert_eq!(
        [turn.take(), turn.take(), turn.take(), turn.take()].map(Option::unwrap),
        [0, 2, 5, 0]
    );
    assert_eq!(Turn::default().take(), None);
}

#[test]
fn readers_have_three_names() {
    assert!(parse(&["--line-reader", "kafka.tools.ConsoleProducer$LineMessageReader"]).is_ok());
    let failure = parse(&["--line-reader", "com.example.Mine"]).unwrap_err();
    assert_eq!(failure.message, "the reader must extend org.apache.kafka.tools.api.RecordReader");
}
