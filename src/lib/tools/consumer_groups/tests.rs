//! Tests of the line and of the output of kafka-consumer-groups. The texts are those that the real
//! tool gave when it was asked the same.

use super::super::common::Format;
use super::super::options::{Parsed, usage};
use super::super::{Io, Shape, call};
use super::args::{Action, Groups, Reset, Scenario, Scope, TopicArg, View};
use super::delete::{Statuses, deleted, forgotten};
use super::show::{self, Columns, Owner, Row};
use super::zookeeper::{Outcome, old_text};
use super::*;
use crate::kafka::client::admin;
use crate::kafka::client::admin::{GroupDescription, GroupListing, MemberDescription};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::TopicPartition;

fn words(line: &[&str]) -> Vec<String> {
    line.iter().map(|word| (*word).to_owned()).collect()
}

fn parse(line: &[&str]) -> Result<Args, Failure> {
    Args::from(&Parsed::parse(TOOL.name, TOOL.options, &words(line))?)
}

const ACTIONS: &str = "Command must include exactly one action: --list, --describe, --delete, \
                       --reset-offsets, --delete-offsets";
const SCENARIOS: &str = "Option '[reset-offsets]' requires one of the following scenarios: \
                         [[to-offset], [to-current], [to-datetime], [from-file], [by-duration], \
                         [to-earliest], [to-latest], [shift-by]]";
const MULTIPLE: &str = "Found multiple arguments for option group, but you asked for only one";

#[test]
fn a_misused_line_prints_what_kafka_prints_then_the_help() {
    let cases: &[(&[&str], &str)] = &[
        (&[], INTRO),
        (&["--help"], INTRO),
        (&["--group", "g"], ACTIONS),
        (&["--list", "--delete", "--all-groups"], ACTIONS),
        (
            &["--describe"],
            "Option [describe] takes one of these options: [reset-offsets], [describe], [delete], [list]",
        ),
        (
            &["--describe", "--group", "g", "--members", "--state"],
            "Option [describe] takes at most one of these options: [members], [offsets], [state]",
        ),
        (
            &["--describe", "--group", "g", "--state", "Stable"],
            "Option [describe] does not take a value for [state]",
        ),
        (&["--delete"], "Option [delete] takes one of these options: [all-groups], [group]"),
        (
            &["--delete", "--group", "g", "--topic", "t"],
            "The consumer does not support topic-specific offset deletion from a consumer group.",
        ),
        (
            &["--delete-offsets", "--group", "g"],
            "Option [delete-offsets] takes the following options: [all-groups], [group]",
        ),
        (&["--delete-offsets", "--group", "g", "--group", "h", "--topic", "t"], MULTIPLE),
        (
            &["--reset-offsets", "--dry-run", "--execute"],
            "Option [reset-offsets] only accepts one of [execute] and [dry-run]",
        ),
        (
            &["--reset-offsets", "--dry-run"],
            "Option [reset-offsets] takes one of these options: [all-groups], [group]",
        ),
        (
            &["--reset-offsets", "--dry-run", "--group", "g", "--to-earliest"],
            "One of the reset scopes should be defined: --all-topics, --topic.",
        ),
        (&["--reset-offsets", "--dry-run", "--group", "g", "--topic", "t"], SCENARIOS),
        (
            &["--reset-offsets", "--dry-run", "--group", "g", "--to-latest", "--to-current"],
            "Option \"[to-current]\" can't be used with option \"[to-latest]\"",
        ),
        (&["--list", "--group", "g"], "Option \"[group]\" can't be used with option \"[list]\""),
        (
            &["--describe", "--group", "g", "--all-groups"],
            "Option \"[group]\" can't be used with option \"[all-groups]\"",
        ),
        (
            &["--describe", "--group", "g", "--topic", "t"],
            "Option \"[topic]\" can't be used with option \"[describe]\"",
        ),
        (
            &["--list", "--state", "stable,lost"],
            "Invalid state list 'stable,lost'. Valid states are: PreparingRebalance, CompletingRebalance, Stable, Dead, Empty, Assigning, Reconciling",
        ),
        (
            &["--list", "--type", "old"],
            "Invalid types list 'old'. Valid types are: Consumer, Classic",
        ),
        (&["--list", "--timeout", "x"], "Cannot parse argument 'x' of option timeout"),
        (
            &["--zookeeper", "z", "--list", "--bootstrap-server", "b:1"],
            "Option [bootstrap-server] is not valid with [zookeeper].",
        ),
        (&["--zookeeper", "z", "--describe"], "Missing required argument \"[group]\""),
        (
            &["--zookeeper", "z", "--delete"],
            "Option [delete] either takes [group], [topic], or both",
        ),
        (
            &["--zookeeper", "z", "--list", "--group", "g"],
            "Option \"[group]\" can't be used with option \"[list]\"",
        ),
        (&["--zookeeper", "z", "--describe", "--group", "g", "--group", "h"], MULTIPLE),
        (
            &["--zookeeper", "z"],
            "Command must include exactly one action: --list, --describe, --delete",
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
fn a_reset_that_is_neither_run_nor_dry_says_so_first() {
    let parsed = parse(&["--reset-offsets", "--group", "g", "--topic", "t"]).unwrap_err();
    let (warning, rest) = parsed.message.split_once('\n').unwrap();
    assert!(warning.starts_with("WARN: No action will be performed"), "{warning}");
    assert!(warning.contains("is missing.In a future"), "{warning}");
    assert_eq!((rest, parsed.shape), (SCENARIOS, Shape::Usage));
    let line = ["--reset-offsets", "--group", "g", "--topic", "t", "--to-latest"];
    assert_eq!(parse(&line).unwrap().warning, Some(warning));
    let line = ["--reset-offsets", "--group", "g", "--topic", "t", "--to-latest", "--dry-run"];
    assert_eq!(parse(&line).unwrap().warning, None);
}

#[test]
fn what_cannot_be_read_prints_the_complaint_alone() {
    let unavailable =
        "Option(s) [members, verbose] are unavailable given other options on the command line";
    let cases: &[(&[&str], &str)] = &[
        (&["--nonsense"], "nonsense is not a recognized option"),
        (&["--list", "--group"], "Option group requires an argument"),
        (&["--list", "--verbose", "--members"], unavailable),
        (
            &["--delete", "--group", "g", "--type"],
            "Option(s) [type] are unavailable given other options on the command line",
        ),
    ];
    for (line, expected) in cases {
        let mut io = Io::captured(TOOL.name, b"");
        assert_eq!(call(&TOOL, &words(line), &mut io), 1, "{line:?}");
        assert_eq!(io.stderr.kept(), format!("{expected}\n"), "{line:?}");
    }
}

#[test]
fn a_time_that_cannot_be_read_is_a_failure_of_the_work() {
    let line = ["--reset-offsets", "--dry-run", "--group", "g", "--topic", "t", "--by-duration"];
    let mut io = Io::captured(TOOL.name, b"");
    assert_eq!(call(&TOOL, &words(&[&line[..], &["1 hour"]].concat()), &mut io), 0);
    assert_eq!(
        io.stdout.kept(),
        "\nError: Executing consumer group command failed due to Text cannot be parsed to a \
         Duration\n"
    );
}

#[test]
fn lists_and_views_are_what_was_asked_for() {
    let named = |ids: &[&str]| Groups::Named(words(ids));
    let filter = |names: &[&str]| Some(words(names));
    let describe = |groups, view| Action::Describe { groups, view };
    let cases: &[(&[&str], Action)] = &[
        (&["--list"], Action::List { states: None, types: None }),
        (&["--list", "--state"], Action::List { states: filter(&[]), types: None }),
        (
            &["--list", "--state", "EMPTY, stable", "--type=classic"],
            Action::List { states: filter(&["Empty", "Stable"]), types: filter(&["Classic"]) },
        ),
        (
            &["--describe", "--group", "a", "--group", "b", "--group", "a"],
            describe(named(&["a", "b"]), View::Offsets),
        ),
        (&["--describe", "--all-groups", "--offsets"], describe(Groups::All, View::Offsets)),
        (
            &["--describe", "--all-groups", "--members", "--verbose"],
            describe(Groups::All, View::Members { verbose: true }),
        ),
        (&["--describe", "--all-groups", "--state"], describe(Groups::All, View::State)),
        (&["--delete", "--group", "a"], Action::Delete { groups: named(&["a"]) }),
        (
            &["--delete-offsets", "--group", "a", "--topic", "t:0,2", "--topic", "u"],
            Action::DeleteOffsets {
                group: "a".to_owned(),
                topics: vec![
                    TopicArg { topic: "t".to_owned(), partitions: Some(vec![0, 2]) },
                    TopicArg { topic: "u".to_owned(), partitions: None },
                ],
            },
        ),
        (
            &["--zookeeper", "z", "--delete", "--group", "a", "--group", "b"],
            Action::DeleteOld { groups: words(&["a", "b"]), topic: None },
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(parse(line).unwrap().action, *expected, "{line:?}");
    }
}

#[test]
fn resets_go_where_they_are_told() {
    let cases: &[(&[&str], Scenario)] = &[
        (&["--to-earliest"], Scenario::ToEarliest),
        (&["--to-latest"], Scenario::ToLatest),
        (&["--to-current"], Scenario::ToCurrent),
        (&["--to-offset", "7"], Scenario::ToOffset(7)),
        (&["--shift-by", "-3"], Scenario::ShiftBy(-3)),
        (&["--to-datetime", "1970-01-01T00:00:01.000"], Scenario::At(1_000)),
        (&["--by-duration", "PT1S"], Scenario::Ago(1_000)),
        (&["--from-file", "plan.csv"], Scenario::FromFile("plan.csv".to_owned())),
    ];
    for (scenario, expected) in cases {
        let line = ["--reset-offsets", "--group", "g", "--all-topics", "--execute"];
        let action = parse(&[&line[..], scenario].concat()).unwrap().action;
        let reset = Reset {
            groups: Groups::Named(words(&["g"])),
            scope: Scope::AllTopics,
            scenario: expected.clone(),
            execute: true,
            export: false,
        };
        assert_eq!(action, Action::Reset(reset), "{scenario:?}");
    }
    let file = ["--reset-offsets", "--all-groups", "--from-file", "f", "--export", "--dry-run"];
    let Action::Reset(reset) = parse(&file).unwrap().action else { panic!("a reset") };
    assert_eq!((reset.scope, reset.execute, reset.export), (Scope::File, false, true));
    let bad = [
        ("t:x", "Invalid partition 'x' specified in topic arg 't:x''"),
        ("t:0:1", "Invalid topic arg 't:0:1', expected topic name and partitions"),
        (":0", "Invalid topic arg ':0', expected topic name and partitions"),
    ];
    for (topic, expected) in bad {
        let line = ["--reset-offsets", "--group", "g", "--topic", topic, "--to-latest"];
        let failure = parse(&[&line[..], &["--execute"]].concat()).unwrap_err();
        assert_eq!(failure, Failure::usage(expected));
    }
}

fn listing(id: &str, state: &str) -> GroupListing {
    GroupListing {
        id: id.to_owned(),
        protocol_type: "consumer".to_owned(),
        state: state.to_owned(),
        kind: "classic".to_owned(),
    }
}

#[test]
fn lists_have_the_columns_asked_for() {
    let groups = [listing("grp", "Empty"), listing("a-group-with-a-long-name", "Stable")];
    let ids = Columns::default();
    assert_eq!(show::list(&groups, ids, Format::Text), "grp\na-group-with-a-long-name\n");
    assert_eq!(show::list(&[], ids, Format::Text), "");
    let columns = Columns { types: true, states: true };
    let expected = format!(
        "{:<34} {:<20} {:<20}\n{:<34} {:<20} {:<20}\n{:<34} {:<20} {:<20}\n",
        "GROUP",
        "TYPE",
        "STATE",
        "grp",
        "Classic",
        "Empty",
        "a-group-with-a-long-name",
        "Classic",
        "Stable"
    );
    assert_eq!(show::list(&groups, columns, Format::Text), expected);
    let states = Columns { types: false, states: true };
    assert_eq!(
        show::list(&groups[..1], states, Format::Text),
        "GROUP                     STATE               \ngrp                       Empty               \n"
    );
    assert_eq!(
        show::list(&groups[..1], ids, Format::Json),
        "{\"group\":\"grp\",\"protocol_type\":\"consumer\",\"type\":\"Classic\",\"state\":\"Empty\"}\n"
    );
    assert!(show::list(&groups, ids, Format::Table).contains("grp"));
}

fn rows() -> [Row; 3] {
    let owner = Owner {
        consumer_id: "c1-0f0f0f0f-0000-0000-0000-000000000000".to_owned(),
        host: "/127.0.0.1".to_owned(),
        client_id: "c1".to_owned(),
    };
    let row = |partition, current, end, owner| Row {
        topic: "act".to_owned(),
        partition,
        current,
        end,
        owner,
    };
    [
        row(0, Some(3), Some(5), Some(owner)),
        row(1, None, Some(2), None),
        row(2, Some(4), None, None),
    ]
}

#[test]
fn offsets_stand_in_kafkas_columns() {
    let expected = [
        "",
        "GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID                             HOST            CLIENT-ID",
        "live            act             0          3               5               2               c1-0f0f0f0f-0000-0000-0000-000000000000 /127.0.0.1      c1",
        "live            act             1          -               2               -               -                                       -               -",
        "live            act             2          4               -               -               -                                       -               -",
        "",
    ];
    assert_eq!(show::offsets("live", &rows(), Format::Text), expected.join("\n"));
    let json = show::offsets("live", &rows()[1..2], Format::Json);
    let expected = "{\"group\":\"live\",\"topic\":\"act\",\"partition\":1,\"current_offset\":null,\
                    \"log_end_offset\":2,\"lag\":null,\"consumer_id\":null,\"host\":null,\
                    \"client_id\":null}\n";
    assert_eq!(json, expected);
    assert!(show::offsets("live", &rows(), Format::Table).contains("c1"));
}

#[test]
fn offsets_of_old_consumers_stand_in_old_columns() {
    let expected = [
        "GROUP                          TOPIC                          PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             OWNER",
        "live                           act                            0          3               5               2               c1-0f0f0f0f-0000-0000-0000-000000000000",
        "live                           act                            1          unknown         2               unknown         none",
        "live                           act                            2          4               unknown         unknown         none",
        "",
    ];
    assert_eq!(old_text("live", &rows()), expected.join("\n"));
    let deleted = Outcome::Deleted.text("g", Some("t"));
    assert_eq!(deleted, "Deleted consumer group information for group g topic t in zookeeper.");
    let active = Outcome::Active.text("g", None);
    assert_eq!(active, "Delete for group g failed because its consumers are still active.");
}

fn group(instance: Option<&str>) -> GroupDescription {
    let partitions = [("b", 0), ("a", 10), ("a", 9)];
    let member = MemberDescription {
        id: "c1-x".to_owned(),
        instance_id: instance.map(str::to_owned),
        client_id: "c1".to_owned(),
        host: "/127.0.0.1".to_owned(),
        assignment: partitions.map(|(topic, index)| TopicPartition::new(topic, index)).to_vec(),
    };
    GroupDescription {
        id: "live".to_owned(),
        state: "Stable".to_owned(),
        protocol_type: "consumer".to_owned(),
        protocol: "range".to_owned(),
        members: vec![member],
        coordinator: 0,
        authorized_operations: 0,
    }
}

#[test]
fn members_stand_in_kafkas_columns() {
    let expected = [
        "",
        "GROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS     ",
        "live            c1-x            /127.0.0.1      c1              3               ",
        "",
    ];
    assert_eq!(show::members(&group(None), false, Format::Text), expected.join("\n"));
    let expected = [
        "",
        "GROUP           CONSUMER-ID     GROUP-INSTANCE-ID HOST            CLIENT-ID       #PARTITIONS     ASSIGNMENT",
        "live            c1-x            first             /127.0.0.1      c1              3               a(9,10), b(0)",
        "",
    ];
    assert_eq!(show::members(&group(Some("first")), true, Format::Text), expected.join("\n"));
    let json = show::members(&group(None), false, Format::Json);
    let expected = "{\"group\":\"live\",\"consumer_id\":\"c1-x\",\"group_instance_id\":null,\
                    \"host\":\"/127.0.0.1\",\"client_id\":\"c1\",\
                    \"assignment\":{\"a\":[9,10],\"b\":[0]}}\n";
    assert_eq!(json, expected);
}

#[test]
fn a_state_names_the_coordinator() {
    let place = Some(("localhost", 9092));
    let expected = [
        "",
        "GROUP                     COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE           #MEMBERS",
        "live                      localhost:9092  (0)       range                Stable          1",
        "",
    ];
    assert_eq!(show::state(&group(None), place, Format::Text), expected.join("\n"));
    let json = show::state(&group(None), place, Format::Json);
    let expected = "{\"group\":\"live\",\"coordinator\":{\"id\":0,\"host\":\"localhost\",\
                    \"port\":9092},\"assignment_strategy\":\"range\",\"state\":\"Stable\",\
                    \"members\":1}\n";
    assert_eq!(json, expected);
}

fn refused(code: ErrorCode) -> Result<(), admin::Failure> {
    Err(admin::Failure { code, message: None })
}

#[test]
fn deletions_say_what_became_of_each_group() {
    let one = |id: &str, outcome| (id.to_owned(), outcome);
    assert_eq!(
        deleted(&[one("a", Ok(())), one("b", Ok(()))]),
        "Deletion of requested consumer groups ('a', 'b') was successful.\n"
    );
    let mixed = [one("a", Ok(())), one("live", refused(ErrorCode::NON_EMPTY_GROUP))];
    let expected = [
        "",
        "Error: Deletion of some consumer groups failed:",
        "* Group 'live' could not be deleted due to: java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.GroupNotEmptyException: The group is not empty.",
        "",
        "These consumer groups were deleted successfully: 'a'",
        "",
    ];
    assert_eq!(deleted(&mixed), expected.join("\n"));
}

#[test]
fn forgotten_offsets_say_what_became_of_each_partition() {
    let mut statuses = Statuses::new();
    statuses.insert(("g".to_owned(), Some(0)), None);
    let expected = [
        "Request succeed for deleting offsets with topic g group grp",
        "",
        "TOPIC                          PARTITION       STATUS         ",
        "g                              0               Successful     ",
        "",
    ];
    assert_eq!(forgotten("grp", "g", ErrorCode::NONE, &statuses), expected.join("\n"));
    let cases = [
        (ErrorCode::GROUP_ID_NOT_FOUND, "'grp' does not exist."),
        (
            ErrorCode::NON_EMPTY_GROUP,
            "Deleting offsets of a consumer group 'grp' is forbidden if the group is not empty.",
        ),
        (
            ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC,
            "Encounter some partition level error, see the follow-up details:",
        ),
        (ErrorCode::NETWORK_EXCEPTION, "Encounter some unknown error: NETWORK_EXCEPTION"),
    ];
    statuses.insert(("h".to_owned(), None), Some("gone".to_owned()));
    for (code, complaint) in cases {
        let text = forgotten("grp", "g, h", code, &statuses);
        let expected = [
            "",
            &format!("Error: {complaint}"),
            "",
            "TOPIC                          PARTITION       STATUS         ",
            "g                              0               Successful     ",
            "h                              Not Provided    Error: :gone   ",
            "",
        ];
        assert_eq!(text, expected.join("\n"), "{code:?}");
    }
}
