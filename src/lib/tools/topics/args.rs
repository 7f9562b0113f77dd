//! What was typed after kafka-topics, as what it means; all rules between options, no I/O.
//!
//! Through the brokers the rules are those of Kafka 3.9, through ZooKeeper those of 2.4. The order
//! of the checks decides which of several complaints is made, and is Kafka's.

use super::super::Failure;
use super::super::common::{BOOTSTRAP_DEFAULT, Format};
use super::super::options::{Error, Parsed};
use super::super::pattern::Pattern;
use super::failed;
use crate::base::uuid::Uuid;
use crate::config::Properties;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    List,
    Create,
    Describe,
    Alter,
    Delete,
}

/// The actions in the order in which Kafka names the one that an option does not go with.
const ACTIONS: [(&str, Action); 5] = [
    ("describe", Action::Describe),
    ("alter", Action::Alter),
    ("delete", Action::Delete),
    ("create", Action::Create),
    ("list", Action::List),
];

/// Where it is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cluster {
    Brokers { servers: String, config: Option<String> },
    ZooKeeper { servers: String },
}

/// Which partitions are described; none set is all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Filters {
    pub(super) under_replicated: bool,
    pub(super) unavailable: bool,
    pub(super) under_min_isr: bool,
    pub(super) at_min_isr: bool,
}

impl Filters {
    /// Whether any is set.
    pub(super) fn any(self) -> bool {
        self != Filters::default()
    }
}

/// What was typed.
#[derive(Clone, Debug)]
pub(super) struct Args {
    pub(super) action: Action,
    pub(super) cluster: Cluster,
    /// As typed; a name where a topic is created.
    pub(super) topic: Option<String>,
    /// The same as a filter, for the other actions.
    pub(super) pattern: Option<Pattern>,
    pub(super) topic_id: Option<Uuid>,
    pub(super) partitions: Option<i32>,
    pub(super) replication_factor: Option<i32>,
    /// The brokers of each partition.
    pub(super) assignment: Option<Vec<Vec<i32>>>,
    pub(super) configs: Properties,
    pub(super) delete_configs: Vec<String>,
    pub(super) filters: Filters,
    pub(super) with_overrides: bool,
    pub(super) if_exists: bool,
    pub(super) if_not_exists: bool,
    pub(super) exclude_internal: bool,
    pub(super) rack_aware: bool,
    pub(super) format: Format,
    /// Lines to be printed before anything is done.
    pub(super) notes: Vec<String>,
}

impl Args {
    pub(super) fn from(parsed: &Parsed) -> Result<Args, Failure> {
        let actions: Vec<Action> = ACTIONS
            .iter()
            .filter(|(name, _)| parsed.has(name))
            .map(|(_, action)| *action)
            .collect();
        let &[action] = actions.as_slice() else {
            return Err(Failure::usage(
                "Command must include exactly one action: --list, --describe, --create, --alter \
                 or --delete",
            ));
        };
        let zookeeper = parsed.has("zookeeper");
        if zookeeper && parsed.has("bootstrap-server") {
            return Err(Failure::plain(
                "Only one of --bootstrap-server or --zookeeper must be specified",
            ));
        }
        let notes = if zookeeper {
            check_needed_in_zookeeper(parsed, action)?;
            Vec::new()
        } else {
            check_needed(parsed, action)?
        };
        check_pairs(parsed, action, zookeeper)?;
        let cluster = cluster(parsed)?;
        // From here on Kafka reads values inside the command, whose failures are printed.
        read(parsed, action, cluster, notes).map_err(|unread| match unread {
            Unread::Option(error) => failed(error),
            Unread::Text(text) => failed(text),
        })
    }
}

fn cluster(parsed: &Parsed) -> Result<Cluster, Failure> {
    if let Some(servers) = parsed.typed("zookeeper")? {
        return Ok(Cluster::ZooKeeper { servers: servers.to_owned() });
    }
    let servers = parsed.one("bootstrap-server")?.unwrap_or(BOOTSTRAP_DEFAULT).to_owned();
    let config = parsed.one("command-config")?.map(str::to_owned);
    Ok(Cluster::Brokers { servers, config })
}

fn needs(parsed: &Parsed, names: &[&str]) -> Result<(), Failure> {
    match names.iter().find(|name| !parsed.has(name)) {
        Some(name) => Err(Failure::usage(format!("Missing required argument \"[{name}]\""))),
        None => Ok(()),
    }
}

fn check_needed(parsed: &Parsed, action: Action) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    if action == Action::Describe && parsed.has("if-exists") {
        match (parsed.has("topic"), parsed.has("topic-id")) {
            (false, false) => {
                return Err(Failure::usage(
                    "--topic or --topic-id is required to describe a topic",
                ));
            }
            (true, true) => notes.push(
                "Only topic id will be used when both --topic and --topic-id are specified and \
                 topicId is not Uuid.ZERO_UUID"
                    .to_owned(),
            ),
            _ => {}
        }
    }
    if !matches!(action, Action::List | Action::Describe) {
        needs(parsed, &["topic"])?;
    }
    if action == Action::Alter {
        if parsed.has("config") {
            return Err(Failure::usage(
                "Option combination \"[[bootstrap-server], [config]]\" can't be used with option \
                 \"[alter]\" (the kafka-configs CLI supports altering topic configs with a \
                 --bootstrap-server option)",
            ));
        }
        needs(parsed, &["partitions"])?;
    }
    Ok(notes)
}

fn check_needed_in_zookeeper(parsed: &Parsed, action: Action) -> Result<(), Failure> {
    if !matches!(action, Action::List | Action::Describe) {
        needs(parsed, &["topic"])?;
    }
    if action == Action::Create && !parsed.has("replica-assignment") {
        needs(parsed, &["partitions", "replication-factor"])?;
    }
    Ok(())
}

/// An option, the actions it goes with, and the options it does not go with.
type Rule = (&'static str, &'static [Action], &'static [&'static str]);

const FILTERS: [&str; 4] = [
    "under-replicated-partitions",
    "unavailable-partitions",
    "under-min-isr-partitions",
    "at-min-isr-partitions",
];

const RULES: &[Rule] = &[
    ("config", &[Action::Alter, Action::Create], &[]),
    ("delete-config", &[Action::Alter], &["bootstrap-server"]),
    ("partitions", &[Action::Alter, Action::Create], &[]),
    ("replication-factor", &[Action::Create], &[]),
    ("replica-assignment", &[Action::Alter, Action::Create], &[]),
    (FILTERS[0], &[Action::Describe], &["topics-with-overrides"]),
    (FILTERS[1], &[Action::Describe], &["topics-with-overrides"]),
    (FILTERS[2], &[Action::Describe], &["topics-with-overrides", "zookeeper"]),
    (FILTERS[3], &[Action::Describe], &["topics-with-overrides", "zookeeper"]),
    ("topics-with-overrides", &[Action::Describe], &FILTERS),
    ("if-exists", &[Action::Alter, Action::Delete, Action::Describe], &[]),
    ("if-not-exists", &[Action::Create], &[]),
    ("exclude-internal", &[Action::List, Action::Describe], &[]),
];

fn check_pairs(parsed: &Parsed, action: Action, zookeeper: bool) -> Result<(), Failure> {
    let clash = |option: &str, other: &str| {
        let text = format!("Option \"[{option}]\" can't be used with option \"[{other}]\"");
        Err(Failure::usage(text))
    };
    for (option, actions, others) in RULES.iter().filter(|(option, ..)| parsed.has(option)) {
        if !actions.contains(&action)
            && let Some((name, _)) = ACTIONS.iter().find(|(_, known)| *known == action)
        {
            return clash(option, name);
        }
        for other in *others {
            // Without --zookeeper it is the brokers that are asked, said or not.
            let there = match *other {
                "bootstrap-server" => !zookeeper,
                other => parsed.has(other),
            };
            if there {
                return clash(option, other);
            }
        }
        // 2.4 let only one report be asked for at a time.
        if zookeeper
            && FILTERS.contains(option)
            && let Some(other) = FILTERS.iter().find(|name| *name != option && parsed.has(name))
        {
            return clash(option, other);
        }
        if *option == "replica-assignment" && action == Action::Create {
            for other in ["partitions", "replication-factor"] {
                if parsed.has(other) {
                    return clash(option, other);
                }
            }
        }
    }
    Ok(())
}

/// Why a value cannot be read.
enum Unread {
    Option(Error),
    Text(String),
}

impl From<Error> for Unread {
    fn from(error: Error) -> Unread {
        Unread::Option(error)
    }
}

fn read(
    parsed: &Parsed,
    action: Action,
    cluster: Cluster,
    notes: Vec<String>,
) -> Result<Args, Unread> {
    let topic = parsed.one("topic")?.map(str::to_owned);
    let pattern = match &topic {
        Some(topic) if action != Action::Create => {
            Some(Pattern::filter(topic).map_err(|invalid| Unread::Text(invalid.to_string()))?)
        }
        _ => None,
    };
    let topic_id = parsed
        .one("topic-id")?
        .map(|id| Uuid::parse(id).ok_or_else(|| Unread::Text(bad_id(id))))
        .transpose()?
        .filter(|id| *id != Uuid::ZERO);
    // Brokers with ZooKeeper describe everything at once; the number is only held to be one.
    parsed.number::<i32>("partition-size-limit-per-response")?;
    let assignment = parsed.one("replica-assignment")?.map(assignment).transpose()?;
    Ok(Args {
        action,
        cluster,
        topic,
        pattern,
        topic_id,
        partitions: parsed.number("partitions")?,
        replication_factor: parsed.number("replication-factor")?,
        assignment,
        configs: configs(parsed.all("config"))?,
        delete_configs: parsed.all("delete-config").map(|key| key.trim().to_owned()).collect(),
        filters: Filters {
            under_replicated: parsed.has(FILTERS[0]),
            unavailable: parsed.has(FILTERS[1]),
            under_min_isr: parsed.has(FILTERS[2]),
            at_min_isr: parsed.has(FILTERS[3]),
        },
        with_overrides: parsed.has("topics-with-overrides"),
        if_exists: parsed.has("if-exists"),
        if_not_exists: parsed.has("if-not-exists"),
        exclude_internal: parsed.has("exclude-internal"),
        rack_aware: !parsed.has("disable-rack-aware"),
        format: Format::of(parsed.one("output")?).map_err(Unread::Text)?,
        notes,
    })
}

/// Java's complaint about text that is no id.
fn bad_id(id: &str) -> String {
    if id.len() > 24 {
        return format!(
            "Input string with prefix `{}` is too long to be decoded as a base64 UUID",
            id.chars().take(24).collect::<String>()
        );
    }
    format!(
        "Input string `{id}` decoded as bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID"
    )
}

fn configs<'a>(typed: impl Iterator<Item = &'a str>) -> Result<Properties, Unread> {
    let mut configs = Properties::new();
    for pair in typed {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(Unread::Text(
                "requirement failed: Invalid topic config: all configs to be added must be in the \
                 format \"key=val\"."
                    .to_owned(),
            ));
        };
        configs.set(key.trim(), value.trim());
    }
    Ok(configs)
}

/// `0:1,1:2`: partitions apart by commas, the replicas of one by colons.
fn assignment(text: &str) -> Result<Vec<Vec<i32>>, Unread> {
    let mut partitions: Vec<Vec<i32>> = Vec::new();
    for (index, brokers) in text.split(',').enumerate() {
        let ids: Result<Vec<i32>, String> = brokers
            .split(':')
            .map(|id| id.trim().parse().map_err(|_| format!("For input string: \"{}\"", id.trim())))
            .collect();
        let ids = ids.map_err(Unread::Text)?;
        let mut twice: Vec<i32> = Vec::new();
        for (place, id) in ids.iter().enumerate() {
            if ids[..place].contains(id) && !twice.contains(id) {
                twice.push(*id);
            }
        }
        if !twice.is_empty() {
            let twice: Vec<String> = twice.iter().map(i32::to_string).collect();
            let list = twice.join(",");
            return Err(Unread::Text(format!(
                "Partition replica lists may not contain duplicate entries: {list}"
            )));
        }
        if partitions.first().is_some_and(|first| first.len() != ids.len()) {
            return Err(Unread::Text(format!(
                "Partition {index} has different replication factor: {ids:?}"
            )));
        }
        partitions.push(ids);
    }
    Ok(partitions)
}
