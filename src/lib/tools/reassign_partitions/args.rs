//! What was typed after kafka-reassign-partitions, as what it means; all rules between options.
//!
//! Through the brokers the rules are those of Kafka 3.9, through ZooKeeper those of 2.4.

use std::time::Duration;

use super::super::common::BOOTSTRAP_DEFAULT;
use super::super::json::Document;
use super::super::options::{Error, Parsed};
use super::super::{Failure, Io};
use super::{failed, plan};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Generate(Generate),
    Execute(Execute),
    Verify(Verify),
    Cancel(Verify),
    List,
}

/// A proposal that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Generate {
    pub(super) file: String,
    pub(super) brokers: Vec<i32>,
    pub(super) rack_aware: bool,
}

/// Moves that are to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Execute {
    pub(super) file: String,
    /// Bytes a second between brokers.
    pub(super) throttle: Option<i64>,
    /// Bytes a second between folders of a broker.
    pub(super) log_dirs_throttle: Option<i64>,
    pub(super) timeout: Duration,
    pub(super) additional: bool,
}

/// Moves that are to be looked at, or called off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verify {
    pub(super) file: String,
    pub(super) preserve_throttles: bool,
}

/// Where it is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cluster {
    Brokers { servers: String, config: Option<String> },
    ZooKeeper { servers: String },
}

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Args {
    pub(super) action: Action,
    pub(super) cluster: Cluster,
}

/// An action, the options it needs, and those it goes with.
type Rule = (&'static str, &'static [&'static str], &'static [&'static str]);

const FILE: &str = "reassignment-json-file";
const TOPICS: &str = "topics-to-move-json-file";

const RULES: [Rule; 5] = [
    ("generate", &[TOPICS, "broker-list"], &["disable-rack-aware"]),
    ("execute", &[FILE], &["additional", "throttle", "replica-alter-log-dirs-throttle", "timeout"]),
    ("verify", &[FILE], &["preserve-throttles"]),
    ("cancel", &[FILE], &["preserve-throttles", "timeout"]),
    ("list", &[], &[]),
];

/// How many of the rules tools before 2.6 knew.
const OLD_ACTIONS: usize = 3;

const CONNECTION: [&str; 3] = ["bootstrap-server", "command-config", "zookeeper"];

impl Args {
    pub(super) fn from(parsed: &Parsed) -> Result<Args, Failure> {
        let zookeeper = parsed.has("zookeeper");
        if zookeeper && parsed.has("bootstrap-server") {
            return Err(Failure::plain(
                "Only one of --bootstrap-server or --zookeeper must be specified",
            ));
        }
        let known = if zookeeper { OLD_ACTIONS } else { RULES.len() };
        let mut chosen = RULES.iter().filter(|(name, ..)| parsed.has(name));
        let rule = match (chosen.next(), chosen.next()) {
            (Some(rule), None) if RULES.iter().take(known).any(|it| it.0 == rule.0) => rule,
            _ => return Err(Failure::usage(one_action(zookeeper))),
        };
        check(parsed, rule, zookeeper)?;
        // From here on Kafka reads values inside the command, whose failures are printed.
        let action = action(parsed, rule.0)?;
        Ok(Args { action, cluster: cluster(parsed).map_err(failed)? })
    }
}

fn one_action(zookeeper: bool) -> &'static str {
    match zookeeper {
        true => "Command must include exactly one action: --generate, --execute or --verify",
        false => {
            "Command must include exactly one action: --generate, --execute, --verify, --cancel, \
             --list"
        }
    }
}

fn check(parsed: &Parsed, rule: &Rule, zookeeper: bool) -> Result<(), Failure> {
    let (action, needed, allowed) = rule;
    if let Some(missing) = needed.iter().find(|name| !parsed.has(name)) {
        return Err(Failure::usage(match (zookeeper, *action) {
            (true, "generate") => "If --generate option is used, command must include both \
                                   --topics-to-move-json-file and --broker-list options"
                .to_owned(),
            (true, "verify") => "If --verify option is used, command must include \
                                 --reassignment-json-file that was used during the --execute option"
                .to_owned(),
            (true, _) => "If --execute option is used, command must include \
                          --reassignment-json-file that was output during the --generate option"
                .to_owned(),
            (false, _) => format!("Missing required argument \"[{missing}]\""),
        }));
    }
    let fits = |name: &str| {
        name == *action
            || needed.contains(&name)
            || allowed.contains(&name)
            || CONNECTION.contains(&name)
    };
    let stray = super::options::OPTIONS.iter().map(|option| option.name);
    match stray.into_iter().find(|name| parsed.has(name) && !fits(name)) {
        Some(name) => Err(Failure::usage(format!(
            "Option \"[{name}]\" can't be used with action \"[{action}]\""
        ))),
        None => Ok(()),
    }
}

fn cluster(parsed: &Parsed) -> Result<Cluster, Error> {
    if let Some(servers) = parsed.typed("zookeeper")? {
        return Ok(Cluster::ZooKeeper { servers: servers.to_owned() });
    }
    let servers = parsed.one("bootstrap-server")?.unwrap_or(BOOTSTRAP_DEFAULT).to_owned();
    let config = parsed.one("command-config")?.map(str::to_owned);
    Ok(Cluster::Brokers { servers, config })
}

fn action(parsed: &Parsed, name: &str) -> Result<Action, Failure> {
    let text = |name: &str| -> Result<String, Failure> {
        Ok(parsed.one(name).map_err(failed)?.unwrap_or_default().to_owned())
    };
    let limit = |name: &str| -> Result<Option<i64>, Failure> {
        Ok(parsed.number::<i64>(name).map_err(failed)?.filter(|limit| *limit >= 0))
    };
    let verify = || -> Result<Verify, Failure> {
        Ok(Verify { file: text(FILE)?, preserve_throttles: parsed.has("preserve-throttles") })
    };
    Ok(match name {
        "generate" => Action::Generate(Generate {
            file: text(TOPICS)?,
            brokers: brokers(&text("broker-list")?)?,
            rack_aware: !parsed.has("disable-rack-aware"),
        }),
        "execute" => Action::Execute(Execute {
            file: text(FILE)?,
            throttle: limit("throttle")?,
            log_dirs_throttle: limit("replica-alter-log-dirs-throttle")?,
            timeout: Duration::from_millis(
                parsed.number::<u64>("timeout").map_err(failed)?.unwrap_or(0),
            ),
            additional: parsed.has("additional"),
        }),
        "verify" => Action::Verify(verify()?),
        "cancel" => Action::Cancel(verify()?),
        _ => Action::List,
    })
}

fn brokers(list: &str) -> Result<Vec<i32>, Failure> {
    let ids: Result<Vec<i32>, Failure> = list
        .split(',')
        .map(|id| id.trim())
        .map(|id| id.parse().map_err(|_| failed(format!("--broker-list: no broker id: '{id}'"))))
        .collect();
    let ids = ids?;
    let twice = plan::duplicates(&ids);
    match twice.is_empty() {
        true => Ok(ids),
        false => Err(failed(format!("Broker list contains duplicate entries: {twice:?}"))),
    }
}

impl Action {
    /// Reads the file that goes with it.
    pub(super) fn read(&self, io: &Io) -> Result<plan::Read, Failure> {
        let document = |file: &str| Document::read(io, file).map_err(failed);
        Ok(match self {
            Action::Generate(it) => plan::Read::Topics(plan::topics(&document(&it.file)?)?),
            Action::Execute(it) => plan::Read::Plan(plan::executable(&document(&it.file)?)?),
            Action::Verify(it) | Action::Cancel(it) => {
                plan::Read::Plan(plan::plan(&document(&it.file)?)?)
            }
            Action::List => plan::Read::Nothing,
        })
    }
}
