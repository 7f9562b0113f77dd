//! Tests of the line and of the output of kafka-topics. The texts are those that the real tool
//! gave when it was asked the same.

use super::super::common::Format;
use super::super::options::{Parsed, usage};
use super::super::{Shape, call};
use super::args::{Action, Filters};
use super::describe::{Listed, Partition, Shown, Topic, Words, describe, list};
use super::*;
use crate::base::uuid::Uuid;

fn words(line: &[&str]) -> Vec<String> {
    line.iter().map(|word| (*word).to_owned()).collect()
}

fn parse(line: &[&str]) -> Result<Args, Failure> {
    Args::from(&Parsed::parse(TOOL.name, TOOL.options, &words(line))?)
}

#[test]
fn a_misused_line_prints_what_kafka_prints_then_the_help() {
    let cases: &[(&[&str], &str)] = &[
        (&[], "Create, delete, describe, or change a topic."),
        (&["--help"], "This tool helps to create, delete, describe, or change a topic."),
        (
            &["--list", "--create", "--topic", "x"],
            "Command must include exactly one action: --list, --describe, --create, --alter or --delete",
        ),
        (
            &["--topic", "x"],
            "Command must include exactly one action: --list, --describe, --create, --alter or --delete",
        ),
        (
            &["--describe", "--partitions", "3"],
            "Option \"[partitions]\" can't be used with option \"[describe]\"",
        ),
        (
            &["--list", "--under-replicated-partitions"],
            "Option \"[under-replicated-partitions]\" can't be used with option \"[list]\"",
        ),
        (
            &["--create", "--topic", "ra2", "--replica-assignment", "0,0", "--partitions", "2"],
            "Option \"[replica-assignment]\" can't be used with option \"[partitions]\"",
        ),
        (&["--create"], "Missing required argument \"[topic]\""),
        (&["--delete"], "Missing required argument \"[topic]\""),
        (&["--alter", "--topic", "keep"], "Missing required argument \"[partitions]\""),
        (
            &["--alter", "--topic", "t", "--config", "a=b"],
            "Option combination \"[[bootstrap-server], [config]]\" can't be used with option \"[alter]\" (the kafka-configs CLI supports altering topic configs with a --bootstrap-server option)",
        ),
        (
            &["--alter", "--topic", "t", "--partitions", "3", "--delete-config", "a"],
            "Option \"[delete-config]\" can't be used with option \"[bootstrap-server]\"",
        ),
        (&["--describe", "--if-exists"], "--topic or --topic-id is required to describe a topic"),
        (
            &["--describe", "--topics-with-overrides", "--unavailable-partitions"],
            "Option \"[unavailable-partitions]\" can't be used with option \"[topics-with-overrides]\"",
        ),
        (
            &["--list", "--if-not-exists"],
            "Option \"[if-not-exists]\" can't be used with option \"[list]\"",
        ),
        (
            &["--create", "--topic", "x", "--exclude-internal"],
            "Option \"[exclude-internal]\" can't be used with option \"[create]\"",
        ),
        (
            &["--zookeeper", "z", "--create", "--topic", "x"],
            "Missing required argument \"[partitions]\"",
        ),
        (
            &["--zookeeper", "z", "--create", "--topic", "x", "--partitions", "1"],
            "Missing required argument \"[replication-factor]\"",
        ),
        (
            &["--zookeeper", "z", "--describe", "--at-min-isr-partitions"],
            "Option \"[at-min-isr-partitions]\" can't be used with option \"[zookeeper]\"",
        ),
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
fn a_line_that_cannot_be_read_prints_the_complaint_alone() {
    let cases: &[(&[&str], &str)] = &[
        (&["--nonsense"], "nonsense is not a recognized option"),
        (&["--list", "--bootstrap-server"], "Option bootstrap-server requires an argument"),
        (&["--create", "--topic", "p", "--part", "2"], "part is not a recognized option"),
        (
            &["--list", "--bootstrap-server", "a:1", "--zookeeper", "z:1"],
            "Only one of --bootstrap-server or --zookeeper must be specified",
        ),
        (
            &["--list", "--bootstrap-server", "a:1", "--bootstrap-server", "b:1"],
            "Found multiple arguments for option bootstrap-server, but you asked for only one",
        ),
    ];
    for (line, expected) in cases {
        let mut io = Io::captured(TOOL.name, b"");
        assert_eq!(call(&TOOL, &words(line), &mut io), 1, "{line:?}");
        assert_eq!(io.stderr.kept(), format!("{expected}\n"), "{line:?}");
        assert_eq!(io.stdout.kept(), "", "{line:?}");
    }
}

#[test]
fn values_that_cannot_be_read_fail_on_standard_output() {
    let cases: &[(&[&str], &str)] = &[
        (&["--partitions", "abc"], "Cannot parse argument 'abc' of option partitions"),
        (
            &["--topic", "y"],
            "Found multiple arguments for option topic, but you asked for only one",
        ),
        (
            &["--config", "novalue"],
            "requirement failed: Invalid topic config: all configs to be added must be in the format \"key=val\".",
        ),
        (
            &["--replica-assignment", "0:0,1:2"],
            "Partition replica lists may not contain duplicate entries: 0",
        ),
        (&["--replica-assignment", "0:1,2"], "Partition 1 has different replication factor: [2]"),
    ];
    for (more, expected) in cases {
        let line = [&["--create", "--topic", "x"], *more].concat();
        let failure = parse(&line).unwrap_err();
        assert_eq!(failure.shape, Shape::Printed, "{line:?}");
        assert_eq!(failure.message, format!("Error while executing topic command : {expected}"));
    }
    let failure = parse(&["--list", "--topic", "("]).unwrap_err();
    assert_eq!(failure.message, "Error while executing topic command : ( is an invalid regex.");
}

#[test]
fn a_line_means_what_it_says() {
    let args = parse(&[
        "--create",
        "--topic",
        "t",
        "--replica-assignment",
        "0:1,1:2",
        "--config",
        "a=b=c",
    ]);
    let args = args.unwrap();
    assert_eq!(args.action, Action::Create);
    assert_eq!(args.assignment, Some(vec![vec![0, 1], vec![1, 2]]));
    assert_eq!(args.configs.get("a"), Some("b=c"));
    let servers = "localhost:9092".to_owned();
    assert_eq!(args.cluster, Cluster::Brokers { servers, config: None });
    assert!(args.pattern.is_none() && args.rack_aware);
    let args = parse(&["--list", "--zookeeper", "z:2181/k", "--topic", "a,b"]).unwrap();
    assert_eq!(args.cluster, Cluster::ZooKeeper { servers: "z:2181/k".to_owned() });
    let pattern = args.pattern.unwrap();
    assert!(pattern.matches("b") && !pattern.matches("a,b"));
}

fn topics() -> Vec<Topic> {
    let partition = |id: i32, leader: Option<i32>, isr: &[i32]| Partition {
        id,
        leader,
        leader_lives: true,
        replicas: vec![0, 1],
        isr: isr.to_vec(),
        min_isr: Some(1),
        ..Partition::default()
    };
    let beta = Topic {
        name: "beta".into(),
        id: Uuid([7; 16]),
        partitions: vec![partition(0, Some(0), &[0, 1]), partition(1, Some(1), &[1])],
        ..Topic::default()
    };
    let alpha = Topic {
        name: "alpha".into(),
        configs: vec![("segment.bytes".into(), "1048576".into()), ("a".into(), "b".into())],
        partitions: vec![Partition {
            adding: vec![1],
            removing: vec![2],
            ..partition(0, None, &[])
        }],
        ..Topic::default()
    };
    vec![beta, alpha]
}

fn shown(words: Words) -> Shown {
    Shown { words, filters: Filters::default(), with_overrides: false }
}

#[test]
fn topics_are_described_as_3_9_does() {
    let expected = "Topic: beta\tTopicId: BwcHBwcHBwcHBwcHBwcHBw\tPartitionCount: 2\tReplicationFactor: 2\tConfigs: \n\
         \tTopic: beta\tPartition: 0\tLeader: 0\tReplicas: 0,1\tIsr: 0,1\tElr: N/A\tLastKnownElr: N/A\n\
         \tTopic: beta\tPartition: 1\tLeader: 1\tReplicas: 0,1\tIsr: 1\tElr: N/A\tLastKnownElr: N/A\n\
         Topic: alpha\tPartitionCount: 1\tReplicationFactor: 2\tConfigs: segment.bytes=1048576,a=b\n\
         \tTopic: alpha\tPartition: 0\tLeader: none\tReplicas: 0,1\tIsr: \tAdding Replicas: 1\tRemoving Replicas: 2\tElr: N/A\tLastKnownElr: N/A\n";
    assert_eq!(describe(&topics(), shown(Words::Kafka39), Format::Text), expected);
}

#[test]
fn topics_are_described_as_2_4_does() {
    let mut topics = topics();
    topics.truncate(1);
    topics[0].marked_for_deletion = true;
    let expected = "Topic: beta\tPartitionCount: 2\tReplicationFactor: 2\tConfigs: \tMarkedForDeletion: true\n\
         \tTopic: beta\tPartition: 0\tLeader: 0\tReplicas: 0,1\tIsr: 0,1\tMarkedForDeletion: true\n\
         \tTopic: beta\tPartition: 1\tLeader: 1\tReplicas: 0,1\tIsr: 1\tMarkedForDeletion: true\n";
    assert_eq!(describe(&topics, shown(Words::Kafka24), Format::Text), expected);
}

#[test]
fn filters_leave_only_partitions_that_pass() {
    let cases = [
        (Filters { under_replicated: true, ..Filters::default() }, vec!["beta-1", "alpha-0"]),
        (Filters { unavailable: true, ..Filters::default() }, vec!["alpha-0"]),
        (Filters { under_min_isr: true, ..Filters::default() }, vec!["alpha-0"]),
        (Filters { at_min_isr: true, ..Filters::default() }, vec!["beta-1"]),
        (
            Filters { unavailable: true, at_min_isr: true, ..Filters::default() },
            vec!["beta-1", "alpha-0"],
        ),
    ];
    for (filters, expected) in cases {
        let text = describe(&topics(), Shown { filters, ..shown(Words::Kafka39) }, Format::Text);
        let found: Vec<String> = text
            .lines()
            .map(|line| {
                let fields: Vec<&str> = line.split('\t').collect();
                let value = |field: &str| field.split(": ").nth(1).unwrap_or_default().to_owned();
                format!("{}-{}", value(fields[1]), value(fields[2]))
            })
            .collect();
        assert_eq!(found, expected, "{filters:?}");
    }
    let shown = Shown { with_overrides: true, ..shown(Words::Kafka39) };
    let text = describe(&topics(), shown, Format::Text);
    assert_eq!(
        text,
        "Topic: alpha\tPartitionCount: 1\tReplicationFactor: 2\tConfigs: segment.bytes=1048576,a=b\n"
    );
}

#[test]
fn json_has_one_object_a_line() {
    let text = describe(&topics()[..1], shown(Words::Kafka39), Format::Json);
    assert_eq!(
        text,
        "{\"topic\":\"beta\",\"topic_id\":\"BwcHBwcHBwcHBwcHBwcHBw\",\"configs\":{},\"partitions\":[\
         {\"partition\":0,\"leader\":0,\"replicas\":[0,1],\"isr\":[0,1],\"adding_replicas\":[],\"removing_replicas\":[]},\
         {\"partition\":1,\"leader\":1,\"replicas\":[0,1],\"isr\":[1],\"adding_replicas\":[],\"removing_replicas\":[]}]}\n"
    );
}

#[test]
fn tables_have_a_row_a_partition() {
    let text = describe(&topics(), shown(Words::Kafka39), Format::Table);
    assert_eq!(text.lines().filter(|line| line.contains(" beta ")).count(), 3, "{text}");
    assert!(text.contains("segment.bytes=1048576,a=b"), "{text}");
}

#[test]
fn lists_end_as_each_release_ends_them() {
    let listed =
        |name: &str, marked_for_deletion| Listed { name: name.into(), marked_for_deletion };
    let topics = [listed("a", false), listed("b", true)];
    let cases: &[(&[Listed], Words, Format, &str)] = &[
        (&topics, Words::Kafka24, Format::Text, "a\nb - marked for deletion\n"),
        (&topics[..1], Words::Kafka39, Format::Text, "a\n"),
        (&[], Words::Kafka39, Format::Text, "\n"),
        (&[], Words::Kafka24, Format::Text, ""),
        (&[], Words::Kafka39, Format::Json, ""),
        (
            &topics,
            Words::Kafka24,
            Format::Json,
            "{\"topic\":\"a\"}\n{\"topic\":\"b\",\"marked_for_deletion\":true}\n",
        ),
    ];
    for (topics, words, format, expected) in cases {
        assert_eq!(list(topics, *words, *format), *expected, "{words:?} {format:?}");
    }
}
