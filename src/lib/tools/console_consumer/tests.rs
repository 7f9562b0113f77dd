//! Tests of the line of kafka-console-consumer. The texts are those of the real tool.

use super::super::Failure;
use super::super::options::usage;
use super::super::{Shape, call};
use super::*;
use crate::kafka::client::consumer::OffsetReset;

fn words(line: &[&str]) -> Vec<String> {
    line.iter().map(|word| (*word).to_owned()).collect()
}

fn parse(line: &[&str]) -> Result<Args, Failure> {
    let io = Io::captured(TOOL.name, b"");
    Args::from(&Parsed::parse(TOOL.name, TOOL.options, &words(line))?, &io)
}

#[test]
fn a_misused_line_prints_what_kafka_prints_then_the_help() {
    let intro = "This tool helps to read data from Kafka topics and outputs it to standard output.";
    let one = "Exactly one of --include/--topic is required. ";
    let cases: &[(&[&str], &str)] = &[
        (&[], intro),
        (&["--help"], intro),
        (&["--bootstrap-server", "localhost:1"], one),
        (&["--topic", "x", "--include", "y"], one),
        (
            &["--topic", "x", "--whitelist", "y"],
            "Exactly one of --include/--topic is required. --whitelist is DEPRECATED use --include instead; ignored if --include specified.",
        ),
        (
            &["--include", "y", "--partition", "0"],
            "The topic is required when partition is specified.",
        ),
        (&["--topic", "x", "--offset", "1"], "The partition is required when offset is specified."),
        (
            &["--topic", "x", "--partition", "0", "--offset", "abc"],
            "The provided offset value 'abc' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.",
        ),
        (
            &["--topic", "x", "--partition", "0", "--offset", "-1"],
            "The provided offset value '-1' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.",
        ),
        (
            &["--topic", "x", "--partition", "0", "--offset", "1", "--from-beginning"],
            "Options from-beginning and offset cannot be specified together.",
        ),
        (
            &["--topic", "x", "--partition", "0", "--group", "g"],
            "Options group and partition cannot be specified together.",
        ),
        (
            &["--topic", "x", "--group", "a", "--consumer-property", "group.id=b"],
            "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. Detected group ids: 'a', 'b'",
        ),
        (&["--topic", "x", "--formatter", "com.example.Mine"], "com.example.Mine"),
        (&["--nonsense"], "nonsense is not a recognized option"),
    ];
    let help = usage::help(&TOOL);
    for (line, expected) in cases {
        let mut io = Io::captured(TOOL.name, b"");
        assert_eq!(call(&TOOL, &words(line), &mut io), 1, "{line:?}");
        assert_eq!(io.stderr.kept(), format!("{expected}\n\n{help}"), "{line:?}");
        assert_eq!(io.stdout.kept(), "", "{line:?}");
    }
}

#[test]
fn other_mistakes_are_said_alone() {
    let reset =
        ["--topic", "x", "--from-beginning", "--consumer-property", "auto.offset.reset=latest"];
    let cases: &[(&[&str], Shape, &str)] = &[
        (
            &reset,
            Shape::Plain,
            "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please remove one option",
        ),
        (
            &["--topic", "x", "--partition", "abc"],
            Shape::Plain,
            "Cannot parse argument 'abc' of option partition",
        ),
        (
            &["--topic", "x", "--max-messages", "many"],
            Shape::Plain,
            "Cannot parse argument 'many' of option max-messages",
        ),
        (&["--include", "("], Shape::Plain, "( is an invalid regex."),
    ];
    for (line, shape, expected) in cases {
        let failure = parse(line).unwrap_err();
        assert_eq!((failure.shape, failure.message.as_str()), (*shape, *expected), "{line:?}");
    }
}

#[test]
fn a_partition_begins_where_it_is_told() {
    let from = |more: &[&str]| {
        let args = parse(&[&["--topic", "t", "--partition", "2"], more].concat()).unwrap();
        assert!(args.settings.group.is_none());
        let Source::Partition { partition: 2, from, .. } = args.source else {
            panic!("{:?}", args.source)
        };
        (from, args.settings.reset)
    };
    assert_eq!(from(&[]), (From::Latest, OffsetReset::Latest));
    assert_eq!(from(&["--from-beginning"]), (From::Earliest, OffsetReset::Earliest));
    assert_eq!(from(&["--offset", "Earliest"]), (From::Earliest, OffsetReset::Earliest));
    assert_eq!(from(&["--offset", "7"]), (From::Offset(7), OffsetReset::Latest));
}

#[test]
fn only_who_needs_a_group_joins_one() {
    let group = |line: &[&str]| {
        parse(line).unwrap().settings.group.map(|group| (group.id, group.auto_commit_ms))
    };
    assert_eq!(group(&["--topic", "t"]), None);
    assert_eq!(group(&["--topic", "t", "--group", "g"]), Some(("g".to_owned(), Some(5_000))));
    let (id, commits) = group(&["--include", "t.*"]).unwrap();
    assert!(id.starts_with("console-consumer-"), "{id}");
    assert_eq!(commits, None);
    let line = [
        "--topic",
        "t",
        "--consumer-property",
        "group.id=p",
        "--consumer-property",
        "enable.auto.commit=false",
    ];
    assert_eq!(group(&line), Some(("p".to_owned(), None)));
}

#[test]
fn options_of_the_oldest_release_are_read() {
    let args = parse(&["--zookeeper", "z:2181/k", "--topic", "t", "--new-consumer"]).unwrap();
    assert_eq!(args.servers, Servers::ZooKeeper("z:2181/k".to_owned()));
    let args = parse(&["--zookeeper", "z:1", "--blacklist", "t", "--delete-consumer-offsets"]);
    assert!(matches!(args.unwrap().source, Source::Except(_)));
    let args = parse(&["--topic", "t", "--zookeeper", "z:1", "--bootstrap-server", "b:2"]).unwrap();
    assert_eq!(args.servers, Servers::Brokers("b:2".to_owned()));
}
