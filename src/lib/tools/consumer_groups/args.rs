//! What was typed after kafka-consumer-groups, as what it means; all rules between options, no I/O.
//!
//! The order of the checks decides which of several complaints is made, and is Kafka's.

use super::super::common::{BOOTSTRAP_DEFAULT, Format};
use super::super::options::{Error, Parsed};
use super::super::{Failure, Shape};
use super::{failed, moment};

/// Said where a reset neither runs nor is called a dry run; the missing space is Kafka's.
const DRY_RUN_WARNING: &str = "WARN: No action will be performed as the --execute option is \
    missing.In a future major release, the default behavior of this command will be to prompt the \
    user before executing the reset rather than doing a dry run. You should add the --dry-run \
    option explicitly if you are scripting this command and want to keep the current default \
    behavior without prompting.";

/// Where it is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cluster {
    Brokers { servers: String, config: Option<String> },
    ZooKeeper { servers: String },
}

/// Which groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Groups {
    All,
    Named(Vec<String>),
}

/// What is shown of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Offsets,
    Members { verbose: bool },
    State,
}

/// A topic, or some of its partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TopicArg {
    pub(super) topic: String,
    /// None is all of them.
    pub(super) partitions: Option<Vec<i32>>,
}

/// Which partitions are reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Those of which something is committed.
    AllTopics,
    Topics(Vec<TopicArg>),
    /// Those in the file.
    File,
}

/// Where offsets are reset to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scenario {
    ToOffset(i64),
    ToEarliest,
    ToLatest,
    ShiftBy(i64),
    /// The first record at or after this many milliseconds since 1970.
    At(i64),
    /// The same, before now.
    Ago(i64),
    FromFile(String),
    ToCurrent,
}

/// A reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reset {
    pub(super) groups: Groups,
    pub(super) scope: Scope,
    pub(super) scenario: Scenario,
    pub(super) execute: bool,
    pub(super) export: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// With the columns asked for, and the values to which they are held; none is all.
    List {
        states: Option<Vec<String>>,
        types: Option<Vec<String>>,
    },
    Describe {
        groups: Groups,
        view: View,
    },
    Reset(Reset),
    Delete {
        groups: Groups,
    },
    DeleteOffsets {
        group: String,
        topics: Vec<TopicArg>,
    },
    /// Of old consumers; through ZooKeeper alone.
    DeleteOld {
        groups: Vec<String>,
        topic: Option<String>,
    },
}

/// What was typed.
#[derive(Clone, Debug)]
pub(super) struct Args {
    pub(super) action: Action,
    pub(super) cluster: Cluster,
    pub(super) timeout_ms: u64,
    pub(super) format: Format,
    /// To be said before anything is done.
    pub(super) warning: Option<&'static str>,
}

/// The actions in the order in which Kafka names the one that an option does not go with.
const ACTIONS: [&str; 5] = ["reset-offsets", "describe", "delete", "list", "delete-offsets"];
/// The ways to reset, in the order of Kafka's complaint.
const SCENARIOS: [&str; 8] = [
    "to-offset",
    "to-current",
    "to-datetime",
    "from-file",
    "by-duration",
    "to-earliest",
    "to-latest",
    "shift-by",
];

impl Args {
    pub(super) fn from(parsed: &Parsed) -> Result<Args, Failure> {
        check_available(parsed)?;
        if parsed.has("zookeeper") {
            return from_old(parsed);
        }
        check_described(parsed)?;
        let warning = check_reset(parsed)?;
        let complete = || {
            check_pairs(parsed)?;
            let action = action(parsed)?;
            // Values are read inside the command by Kafka, whose failures print the help.
            let timeout: i64 = parsed.number("timeout").map_err(Failure::usage)?.unwrap_or(5000);
            Ok(Args {
                action,
                cluster: Cluster::Brokers {
                    servers: one(parsed, "bootstrap-server")?
                        .unwrap_or_else(|| BOOTSTRAP_DEFAULT.to_owned()),
                    config: one(parsed, "command-config")?,
                },
                timeout_ms: u64::try_from(timeout).unwrap_or(0),
                format: format(parsed)?,
                warning,
            })
        };
        complete().map_err(|failure: Failure| match warning {
            // What follows goes to the same stream.
            Some(warning) if failure.shape == Shape::Usage => {
                Failure { message: format!("{warning}\n{}", failure.message), ..failure }
            }
            _ => failure,
        })
    }
}

fn format(parsed: &Parsed) -> Result<Format, Failure> {
    Format::of(one(parsed, "output")?.as_deref()).map_err(Failure::named)
}

fn one(parsed: &Parsed, name: &str) -> Result<Option<String>, Failure> {
    Ok(parsed.one(name).map_err(Failure::usage)?.map(str::to_owned))
}

/// Options that mean something beside others alone.
fn check_available(parsed: &Parsed) -> Result<(), Failure> {
    const NEEDS: [(&str, &[&str]); 5] = [
        ("members", &["describe"]),
        ("offsets", &["describe"]),
        ("state", &["describe", "list"]),
        ("type", &["list"]),
        ("verbose", &["describe"]),
    ];
    let lost = NEEDS
        .iter()
        .filter(|(name, beside)| parsed.has(name) && !beside.iter().any(|other| parsed.has(other)));
    let lost: Vec<&str> = lost.map(|(name, _)| *name).collect();
    if lost.is_empty() {
        return Ok(());
    }
    let names = lost.join(", ");
    let text =
        format!("Option(s) [{names}] are unavailable given other options on the command line");
    Err(Failure::plain(text))
}

fn misuse<T>(text: impl ToString) -> Result<T, Failure> {
    Err(Failure::usage(text))
}

fn has_groups(parsed: &Parsed) -> bool {
    parsed.has("group") || parsed.has("all-groups")
}

fn check_described(parsed: &Parsed) -> Result<(), Failure> {
    if parsed.has("describe") {
        if !has_groups(parsed) {
            // 3.9 names the wrong list here, and scripts may look for it.
            return misuse(
                "Option [describe] takes one of these options: [reset-offsets], [describe], \
                 [delete], [list]",
            );
        }
        if ["members", "offsets", "state"].iter().filter(|name| parsed.has(name)).count() > 1 {
            return misuse(
                "Option [describe] takes at most one of these options: [members], [offsets], \
                 [state]",
            );
        }
        if one(parsed, "state")?.is_some() {
            return misuse("Option [describe] does not take a value for [state]");
        }
    }
    if parsed.has("delete") {
        if !has_groups(parsed) {
            return misuse("Option [delete] takes one of these options: [all-groups], [group]");
        }
        if parsed.has("topic") {
            return misuse(
                "The consumer does not support topic-specific offset deletion from a consumer \
                 group.",
            );
        }
    }
    if parsed.has("delete-offsets") && !(parsed.has("topic") && parsed.has("group")) {
        return misuse(
            "Option [delete-offsets] takes the following options: [all-groups], [group]",
        );
    }
    Ok(())
}

/// The rules of a reset; gives what is to be said first.
fn check_reset(parsed: &Parsed) -> Result<Option<&'static str>, Failure> {
    if !parsed.has("reset-offsets") {
        return Ok(None);
    }
    match (parsed.has("dry-run"), parsed.has("execute")) {
        (true, true) => {
            misuse("Option [reset-offsets] only accepts one of [execute] and [dry-run]")
        }
        (false, false) => Ok(Some(DRY_RUN_WARNING)),
        _ => Ok(None),
    }
}

fn check_pairs(parsed: &Parsed) -> Result<(), Failure> {
    let clash = |option: &str, other: &str| {
        misuse(format!("Option \"[{option}]\" can't be used with option \"[{other}]\""))
    };
    if parsed.has("reset-offsets") {
        if !has_groups(parsed) {
            return misuse(
                "Option [reset-offsets] takes one of these options: [all-groups], [group]",
            );
        }
        for option in SCENARIOS.iter().filter(|name| parsed.has(name)) {
            if let Some(other) = SCENARIOS.iter().find(|it| *it != option && parsed.has(it)) {
                return clash(option, other);
            }
        }
    }
    const OTHERS: [(&str, &[&str]); 3] =
        [("group", &["all-groups"]), ("group", &["list"]), ("topic", &["describe", "list"])];
    for (option, others) in OTHERS {
        if parsed.has(option)
            && let Some(other) = others.iter().find(|other| parsed.has(other))
        {
            return clash(option, other);
        }
    }
    Ok(())
}

fn action(parsed: &Parsed) -> Result<Action, Failure> {
    let asked: Vec<&str> = ACTIONS.into_iter().filter(|name| parsed.has(name)).collect();
    match asked.as_slice() {
        ["list"] => Ok(Action::List {
            states: filter(parsed, "state", &STATES)?,
            types: filter(parsed, "type", &TYPES)?,
        }),
        ["describe"] => Ok(Action::Describe {
            groups: groups(parsed),
            view: match (parsed.has("members"), parsed.has("state")) {
                (true, _) => View::Members { verbose: parsed.has("verbose") },
                (false, true) => View::State,
                (false, false) => View::Offsets,
            },
        }),
        ["reset-offsets"] => Ok(Action::Reset(reset(parsed)?)),
        ["delete"] => Ok(Action::Delete { groups: groups(parsed) }),
        ["delete-offsets"] => {
            let group = only(parsed, "group")?.unwrap_or_default();
            Ok(Action::DeleteOffsets { group, topics: topics(parsed)? })
        }
        _ => misuse(
            "Command must include exactly one action: --list, --describe, --delete, \
             --reset-offsets, --delete-offsets",
        ),
    }
}

fn groups(parsed: &Parsed) -> Groups {
    if parsed.has("all-groups") {
        return Groups::All;
    }
    let mut named: Vec<String> = Vec::new();
    for group in parsed.all("group") {
        if !named.iter().any(|it| it == group) {
            named.push(group.to_owned());
        }
    }
    Groups::Named(named)
}

/// Names that a filter knows, in the order of Kafka's complaint about others.
const STATES: Known = Known {
    what: "state",
    title: "states",
    names: &[
        "PreparingRebalance",
        "CompletingRebalance",
        "Stable",
        "Dead",
        "Empty",
        "Assigning",
        "Reconciling",
    ],
};
const TYPES: Known = Known { what: "types", title: "types", names: &["Consumer", "Classic"] };

struct Known {
    what: &'static str,
    title: &'static str,
    names: &'static [&'static str],
}

/// A column of a list that was asked for, and the values to which it is held.
fn filter(parsed: &Parsed, name: &str, known: &Known) -> Result<Option<Vec<String>>, Failure> {
    if !parsed.has(name) {
        return Ok(None);
    }
    let Some(list) = one(parsed, name)?.filter(|list| !list.is_empty()) else {
        return Ok(Some(Vec::new()));
    };
    let find = |word: &str| {
        let found = known.names.iter().find(|it| it.eq_ignore_ascii_case(word.trim()));
        found.map(|it| (*it).to_owned())
    };
    match list.split(',').map(find).collect::<Option<Vec<String>>>() {
        Some(names) => Ok(Some(names)),
        None => {
            let Known { what, title, names } = known;
            let names = names.join(", ");
            misuse(format!("Invalid {what} list '{list}'. Valid {title} are: {names}"))
        }
    }
}

/// `topic` or `topic:0,1`.
fn topics(parsed: &Parsed) -> Result<Vec<TopicArg>, Failure> {
    parsed.all("topic").map(topic).collect()
}

fn topic(arg: &str) -> Result<TopicArg, Failure> {
    let Some((topic, list)) = arg.split_once(':') else {
        return Ok(TopicArg { topic: arg.to_owned(), partitions: None });
    };
    if topic.is_empty() || list.is_empty() || list.contains(':') {
        return misuse(format!("Invalid topic arg '{arg}', expected topic name and partitions"));
    }
    let partition = |text: &str| {
        text.parse::<i32>().ok().filter(|it| *it >= 0).ok_or_else(|| {
            // The second quote at the end is Kafka's.
            Failure::usage(format!("Invalid partition '{text}' specified in topic arg '{arg}''"))
        })
    };
    let partitions = list.split(',').map(partition).collect::<Result<Vec<i32>, Failure>>()?;
    Ok(TopicArg { topic: topic.to_owned(), partitions: Some(partitions) })
}

fn reset(parsed: &Parsed) -> Result<Reset, Failure> {
    let scope = if parsed.has("all-topics") {
        Scope::AllTopics
    } else if parsed.has("topic") {
        Scope::Topics(topics(parsed)?)
    } else if parsed.has("from-file") {
        Scope::File
    } else {
        return misuse("One of the reset scopes should be defined: --all-topics, --topic.");
    };
    Ok(Reset {
        groups: groups(parsed),
        scope,
        scenario: scenario(parsed)?,
        execute: parsed.has("execute"),
        export: parsed.has("export"),
    })
}

fn scenario(parsed: &Parsed) -> Result<Scenario, Failure> {
    let number = |name: &str| parsed.number::<i64>(name).map_err(Failure::usage);
    if let Some(offset) = number("to-offset")? {
        return Ok(Scenario::ToOffset(offset));
    }
    if parsed.has("to-earliest") {
        return Ok(Scenario::ToEarliest);
    }
    if parsed.has("to-latest") {
        return Ok(Scenario::ToLatest);
    }
    if let Some(count) = number("shift-by")? {
        return Ok(Scenario::ShiftBy(count));
    }
    if let Some(text) = one(parsed, "to-datetime")? {
        return moment::millis(&text).map(Scenario::At).map_err(failed);
    }
    if let Some(text) = one(parsed, "by-duration")? {
        return moment::duration(&text).map(Scenario::Ago).map_err(failed);
    }
    if let Some(file) = one(parsed, "from-file")? {
        return Ok(Scenario::FromFile(file));
    }
    if parsed.has("to-current") {
        return Ok(Scenario::ToCurrent);
    }
    let names: Vec<String> = SCENARIOS.iter().map(|name| format!("[{name}]")).collect();
    let names = names.join(", ");
    misuse(format!("Option '[reset-offsets]' requires one of the following scenarios: [{names}]"))
}

/// The rules of Kafka 0.10 for the groups of old consumers.
fn from_old(parsed: &Parsed) -> Result<Args, Failure> {
    for other in ["bootstrap-server", "new-consumer", "reset-offsets", "delete-offsets"] {
        if parsed.has(other) {
            return misuse(format!("Option [{other}] is not valid with [zookeeper]."));
        }
    }
    let asked: Vec<&str> = ACTIONS.into_iter().filter(|name| parsed.has(name)).collect();
    let clash = |option: &str, other: &str| {
        misuse(format!("Option \"[{option}]\" can't be used with option \"[{other}]\""))
    };
    let action = match asked.as_slice() {
        [action @ ("list" | "describe")] if parsed.has("topic") => return clash("topic", action),
        ["list"] if parsed.has("group") => return clash("group", "list"),
        ["list"] => Action::List { states: None, types: None },
        ["describe"] => {
            let Some(group) = only(parsed, "group")? else {
                return misuse("Missing required argument \"[group]\"");
            };
            Action::Describe { groups: Groups::Named(vec![group]), view: View::Offsets }
        }
        ["delete"] if !parsed.has("group") && !parsed.has("topic") => {
            return misuse("Option [delete] either takes [group], [topic], or both");
        }
        ["delete"] => Action::DeleteOld {
            groups: parsed.all("group").map(str::to_owned).collect(),
            topic: only(parsed, "topic")?,
        },
        _ => {
            return misuse("Command must include exactly one action: --list, --describe, --delete");
        }
    };
    Ok(Args {
        action,
        cluster: Cluster::ZooKeeper { servers: one(parsed, "zookeeper")?.unwrap_or_default() },
        timeout_ms: 5000,
        format: format(parsed)?,
        warning: None,
    })
}

/// The value of an option that may be repeated, where it must not be.
fn only(parsed: &Parsed, name: &str) -> Result<Option<String>, Failure> {
    let mut values = parsed.all(name);
    match (values.next(), values.next()) {
        (Some(_), Some(_)) => misuse(Error::Multiple(name.to_owned())),
        (value, _) => Ok(value.map(str::to_owned)),
    }
}
