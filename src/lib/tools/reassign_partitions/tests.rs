//! Tests of the line, of the files and of the output of kafka-reassign-partitions. The texts are
//! those that the real tool gave when it was asked the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::json::Document;
use super::super::options::{Parsed, usage};
use super::super::{Shape, call};
use super::args::Generate;
use super::plan::{Assignment, Replica, executable, plan, to_json, topics};
use super::*;
use crate::base::disk::{Disk, Mode};
use crate::base::rng::Rng;
use crate::kafka::client::admin::Reassignment;
use crate::kafka::metadata::topic::Candidate;
use crate::kafka::types::TopicPartition;

fn words(line: &[&str]) -> Vec<String> {
    line.iter().map(|word| (*word).to_owned()).collect()
}

fn parse(line: &[&str]) -> Result<Args, Failure> {
    Args::from(&Parsed::parse(TOOL.name, TOOL.options, &words(line))?)
}

fn document(text: &str) -> Document {
    Document::parse("f", text.to_owned()).unwrap()
}

fn assignment(pairs: &[(i32, &[i32])]) -> Assignment {
    pairs.iter().map(|(id, ids)| (TopicPartition::new("m", *id), ids.to_vec())).collect()
}

#[test]
fn a_misused_line_prints_what_kafka_prints_then_the_help() {
    let cases: &[(&[&str], &str)] = &[
        (&[], "This tool helps to move topic partitions between replicas."),
        (
            &["--topics-to-move-json-file", "f"],
            "Command must include exactly one action: --generate, --execute, --verify, --cancel, --list",
        ),
        (
            &["--list", "--verify"],
            "Command must include exactly one action: --generate, --execute, --verify, --cancel, --list",
        ),
        (&["--verify"], "Missing required argument \"[reassignment-json-file]\""),
        (
            &["--generate", "--topics-to-move-json-file", "f"],
            "Missing required argument \"[broker-list]\"",
        ),
        (
            &["--list", "--throttle", "5"],
            "Option \"[throttle]\" can't be used with action \"[list]\"",
        ),
        (
            &["--execute", "--reassignment-json-file", "f", "--preserve-throttles"],
            "Option \"[preserve-throttles]\" can't be used with action \"[execute]\"",
        ),
        (
            &["--zookeeper", "z", "--list"],
            "Command must include exactly one action: --generate, --execute or --verify",
        ),
        (
            &["--zookeeper", "z", "--verify"],
            "If --verify option is used, command must include --reassignment-json-file that was used during the --execute option",
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
fn values_are_read_after_the_rules_and_fail_on_standard_output() {
    let generate = ["--generate", "--topics-to-move-json-file", "f", "--broker-list"];
    let execute = ["--execute", "--reassignment-json-file", "f"];
    let cases: &[(Vec<&str>, &str)] = &[
        (
            [&generate[..], &["0,1,1"]].concat(),
            "Error: Broker list contains duplicate entries: [1]",
        ),
        ([&generate[..], &["0,x"]].concat(), "Error: --broker-list: no broker id: 'x'"),
        (
            [&execute[..], &["--throttle", "x"]].concat(),
            "Error: Cannot parse argument 'x' of option throttle",
        ),
    ];
    for (line, expected) in cases {
        let failure = parse(line).unwrap_err();
        assert_eq!((failure.shape, failure.message.as_str()), (Shape::Printed, *expected));
    }
    let args = parse(&[&execute[..], &["--throttle", "7", "--additional"]].concat()).unwrap();
    let Action::Execute(execute) = args.action else { panic!("another action") };
    assert_eq!((execute.throttle, execute.log_dirs_throttle), (Some(7), None));
    assert!(execute.additional);
    assert_eq!(execute.timeout.as_millis(), 10_000);
}

#[test]
fn a_file_is_refused_with_the_place_of_what_is_wrong() {
    let mut io = Io::captured(TOOL.name, b"");
    io.disk = Disk::memory();
    let write = |name: &str, text: &str| {
        io.disk.create_dir_all(Path::new("/")).unwrap();
        let file = io.disk.open(&PathBuf::from(name), Mode::Create).unwrap();
        file.write_all_at(text.as_bytes(), 0).unwrap();
    };
    write("/bad.json", "{\"version\":1,\n\"partitions\":[{\"topic\":\"t\",\"partition\":\"0\"}]}");
    let line = ["--execute", "--reassignment-json-file", "/bad.json"];
    assert_eq!(call(&TOOL, &words(&line), &mut io), 1);
    let said = "Error: /bad.json:2:40: partitions[0].partition: a whole number expected, found \
                \"0\"\n";
    assert_eq!(io.stdout.kept(), said);
}

#[test]
fn moves_are_read_and_checked() {
    let text = r#"{"version":1,"partitions":[{"topic":"m","partition":0,"replicas":[1,2],
        "log_dirs":["any","/d"]},{"topic":"m","partition":1,"replicas":[3]}]}"#;
    let read = executable(&document(text)).unwrap();
    assert_eq!(read.partitions, assignment(&[(0, &[1, 2]), (1, &[3])]));
    let replica = Replica { partition: TopicPartition::new("m", 0), broker: 2 };
    assert_eq!(read.dirs, BTreeMap::from([(replica, "/d".to_owned())]));
    let one = |partition: i32, replicas: &str| {
        format!(r#"{{"topic":"m","partition":{partition},"replicas":{replicas}}}"#)
    };
    let all = |entries: &[String]| format!(r#"{{"partitions":[{}]}}"#, entries.join(","));
    let cases = [
        (all(&[]), "Error: Partition reassignment list cannot be empty"),
        (all(&[one(0, "[]")]), "Error: Partition replica list cannot be empty"),
        (
            all(&[one(0, "[1]"), one(0, "[2]")]),
            "Error: Partition reassignment contains duplicate topic partitions: m-0",
        ),
        (
            all(&[one(0, "[1,1]")]),
            "Error: Partition replica lists may not contain duplicate entries: m-0 contains multiple entries for 1",
        ),
        (
            r#"{"version":2,"partitions":[]}"#.to_owned(),
            "Error: f:1:12: version: Not supported version field value 2",
        ),
        ("{}".to_owned(), "Error: f:1:1: \"partitions\" is missing"),
    ];
    for (text, expected) in cases {
        assert_eq!(executable(&document(&text)).unwrap_err().message, expected);
    }
    let dirs = r#"{"partitions":[{"topic":"m","partition":0,"replicas":[1],"log_dirs":[]}]}"#;
    let refused = plan(&document(dirs)).unwrap_err().message;
    assert!(
        refused.ends_with("list [1] is different from size of log dirs list [] for partition m-0")
    );
    let twice = r#"{"topics":[{"topic":"m"},{"topic":"m"}],"version":1}"#;
    let refused = topics(&document(twice)).unwrap_err().message;
    assert_eq!(refused, "Error: List of topics to reassign contains duplicate entries: [m]");
}

#[test]
fn an_assignment_is_printed_as_a_file() {
    assert_eq!(
        to_json(&assignment(&[(0, &[0, 1])])),
        r#"{"version":1,"partitions":[{"topic":"m","partition":0,"replicas":[0,1],"log_dirs":["any","any"]}]}"#
    );
}

#[test]
fn a_proposal_spreads_what_is_there_over_the_brokers_wanted() {
    let brokers = |racks: [Option<&str>; 3]| -> Vec<Candidate> {
        let ids = 0..;
        ids.zip(racks).map(|(id, rack)| Candidate { id, rack: rack.map(str::to_owned) }).collect()
    };
    let current = assignment(&[(0, &[0, 1]), (1, &[1, 0])]);
    let mut wanted = Generate { file: String::new(), brokers: vec![1, 2, 9], rack_aware: true };
    let mut rng = Rng::seeded(1);
    let proposed = generate::propose(&current, brokers([None; 3]), &wanted, &mut rng).unwrap();
    assert_eq!(proposed.len(), 2);
    for mut replicas in proposed.into_values() {
        replicas.sort_unstable();
        assert_eq!(replicas, [1, 2]);
    }
    let some = [Some("a"), Some("b"), None];
    let refused = generate::propose(&current, brokers(some), &wanted, &mut rng).unwrap_err();
    assert!(refused.message.starts_with("Error: Not all brokers have rack information. Add "));
    wanted.rack_aware = false;
    assert!(generate::propose(&current, brokers(some), &wanted, &mut rng).is_ok());
    wanted.brokers = vec![2];
    let refused = generate::propose(&current, brokers(some), &wanted, &mut rng).unwrap_err();
    let said = "Error: Replication factor: 2 larger than available brokers: 1.";
    assert_eq!(refused.message, said);
}

#[test]
fn progress_is_told_line_by_line() {
    let wanted = assignment(&[(0, &[1, 2]), (1, &[1]), (2, &[3, 4])]);
    let present = assignment(&[(0, &[1, 2]), (2, &[1, 2])]);
    let text = verify::shown(&wanted, |name| name.partition == 1, &present);
    assert_eq!(
        text,
        "Status of partition reassignment:\n\
         Reassignment of partition m-0 is completed.\n\
         Reassignment of partition m-1 is still in progress.\n\
         There is no active reassignment of partition m-2, but replica set is 1,2 rather than 3,4.\n"
    );
    assert_eq!(list::shown(&BTreeMap::new()), "No partition reassignments found.\n");
    let one = |adding: &[i32]| Reassignment {
        replicas: vec![2, 3, 1],
        adding: adding.to_vec(),
        removing: vec![1],
    };
    let name = |id| TopicPartition::new("m", id);
    let moves = BTreeMap::from([(name(0), one(&[2, 3])), (name(1), one(&[]))]);
    assert_eq!(
        list::shown(&moves),
        "Current partition reassignments:\n\
         m-0: replicas: 2,3,1. adding: 2,3. removing: 1.\n\
         m-1: replicas: 2,3,1. removing: 1.\n"
    );
}

#[test]
fn folders_are_told_line_by_line() {
    use log_dirs::{Place, State, shown, state_of};
    let place = |current: &str, future: Option<&str>| Place {
        current: Some(current.to_owned()),
        future: future.map(str::to_owned),
    };
    let cases = [
        (None, "Partition m-0 cannot be found in any live log directory on broker 1."),
        (
            Some(Place::default()),
            "Partition m-0 is not found in any live log dir on broker 1. There is likely an offline log directory on the broker.",
        ),
        (Some(place("/d", None)), "Reassignment of replica m-0-1 completed successfully."),
        (Some(place("/a", Some("/d"))), "Reassignment of replica m-0-1 is still in progress."),
        (
            Some(place("/a", Some("/b"))),
            "Partition m-0 on broker 1 is being moved to log dir /b instead of /d.",
        ),
        (
            Some(place("/a", None)),
            "Partition m-0 on broker 1 is not being moved from log dir /a to /d.",
        ),
    ];
    for (place, expected) in cases {
        let replica = Replica { partition: TopicPartition::new("m", 0), broker: 1 };
        let states: BTreeMap<Replica, State> = [(replica, state_of(place.as_ref(), "/d"))].into();
        assert_eq!(shown(&states), expected);
    }
}

#[test]
fn what_is_throttled_are_those_who_have_it_and_those_who_get_it() {
    let moves = throttle::Moves::from([
        (TopicPartition::new("m", 0), throttle::Move::new([1, 2].into(), &[2, 3])),
        (TopicPartition::new("m", 1), throttle::Move::new([1].into(), &[1])),
    ]);
    let lists = throttle::replicas(&moves);
    assert_eq!(lists["m"], ["0:1,0:2,1:1".to_owned(), "0:3".to_owned()]);
    assert_eq!(throttle::moving_brokers(&moves), [1, 2, 3].into());
}
