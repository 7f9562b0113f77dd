//! What was typed after kafka-console-consumer, as what it means; all rules between options.
//!
//! The order of the checks decides which of several complaints is made, and is Kafka's.

use std::time::Duration;

use super::super::common::BOOTSTRAP_DEFAULT;
use super::super::options::Parsed;
use super::super::pattern::Pattern;
use super::super::{Failure, Io, clients};
use super::formatter::{Formatter, Found};
use crate::base::rng::Rng;
use crate::config::{ConsumerConfig, Properties};
use crate::kafka::client::consumer::{Assignor, GroupSettings, OffsetReset, Settings};

/// What is read.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Topic(String),
    Partition {
        topic: String,
        partition: i32,
        from: From,
    },
    Matching(Pattern),
    /// Everything but these, as the oldest releases could.
    Except(Pattern),
}

/// Where to begin in a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    Earliest,
    Latest,
    Offset(i64),
}

/// Where the brokers are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Servers {
    Brokers(String),
    ZooKeeper(String),
}

/// What was typed.
#[derive(Debug)]
pub(super) struct Args {
    pub(super) source: Source,
    pub(super) servers: Servers,
    /// What the client's connections are set to.
    pub(super) properties: Properties,
    pub(super) settings: Settings,
    pub(super) messages_max: Option<u64>,
    pub(super) timeout: Option<Duration>,
    pub(super) formatter: Formatter,
    /// Lines for standard error, before anything is read.
    pub(super) warnings: Vec<String>,
    pub(super) skip_on_error: bool,
    pub(super) systest_events: bool,
}

impl Args {
    pub(super) fn from(parsed: &Parsed, io: &Io) -> Result<Args, Failure> {
        let source = source(parsed)?;
        let mut file = match parsed.one("consumer.config")? {
            Some(file) => clients::load(io, file)?,
            None => Properties::new(),
        };
        let mut extra = Properties::new();
        clients::set_pairs(&mut extra, parsed.all("consumer-property"));
        let group = group(parsed, &file, &extra)?;
        if group.is_some() && parsed.has("partition") {
            return Err(Failure::usage(
                "Options group and partition cannot be specified together.",
            ));
        }
        let source = with_offset(source, parsed)?;
        extra.iter().for_each(|(key, value)| file.set(key, value));
        let is_named = group.is_some();
        let properties = properties(parsed, file, group)?;
        let config =
            ConsumerConfig::parse(&properties).map_err(|error| Failure::named(error.message()))?;
        let Found { formatter, warnings } = formatter(parsed, io)?;
        let servers = match (parsed.typed("bootstrap-server")?, parsed.one("zookeeper")?) {
            (None, Some(servers)) => Servers::ZooKeeper(servers.to_owned()),
            (servers, _) => Servers::Brokers(servers.unwrap_or(BOOTSTRAP_DEFAULT).to_owned()),
        };
        let timeout: Option<i64> = parsed.number("timeout-ms")?;
        let messages: Option<i32> = parsed.number("max-messages")?;
        Ok(Args {
            settings: settings(&config, &source, is_named)?,
            source,
            servers,
            properties,
            // A negative number is Kafka's own "no limit".
            messages_max: messages.and_then(|count| u64::try_from(count).ok()),
            timeout: timeout.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis),
            formatter,
            warnings,
            skip_on_error: parsed.has("skip-message-on-error"),
            systest_events: parsed.has("enable-systest-events"),
        })
    }
}

/// What is read, the beginning still open.
fn source(parsed: &Parsed) -> Result<Source, Failure> {
    let include = match parsed.typed("include")? {
        Some(include) => Some(include),
        None => parsed.one("whitelist")?,
    };
    let (topic, except) = (parsed.one("topic")?, parsed.one("blacklist")?);
    let pattern = |text: &str| Pattern::filter(text).map_err(Failure::plain);
    let source = match (topic, include, except) {
        (Some(topic), None, None) => Source::Topic(topic.to_owned()),
        (None, Some(include), None) => Source::Matching(pattern(include)?),
        (None, None, Some(except)) => Source::Except(pattern(except)?),
        _ => {
            let mut text = "Exactly one of --include/--topic is required. ".to_owned();
            if parsed.has("whitelist") {
                text.push_str(
                    "--whitelist is DEPRECATED use --include instead; ignored if --include \
                     specified.",
                );
            }
            return Err(Failure::usage(text));
        }
    };
    if parsed.has("partition") {
        if topic.is_none() {
            return Err(Failure::usage("The topic is required when partition is specified."));
        }
        if parsed.has("from-beginning") && parsed.has("offset") {
            return Err(Failure::usage(
                "Options from-beginning and offset cannot be specified together.",
            ));
        }
    } else if parsed.has("offset") {
        return Err(Failure::usage("The partition is required when offset is specified."));
    }
    Ok(source)
}

fn with_offset(source: Source, parsed: &Parsed) -> Result<Source, Failure> {
    let from = match parsed.typed("offset")? {
        None if parsed.has("from-beginning") => From::Earliest,
        None => From::Latest,
        Some(text) => offset(text)?,
    };
    match (source, parsed.number("partition")?) {
        (Source::Topic(topic), Some(partition)) => Ok(Source::Partition { topic, partition, from }),
        (source, _) => Ok(source),
    }
}

fn offset(text: &str) -> Result<From, Failure> {
    let wrong = || {
        Failure::usage(format!(
            "The provided offset value '{text}' is incorrect. Valid values are 'earliest', \
             'latest', or a non-negative long."
        ))
    };
    match text.to_ascii_lowercase().as_str() {
        "earliest" => Ok(From::Earliest),
        "latest" => Ok(From::Latest),
        number => match number.parse() {
            Ok(number) if number >= 0 => Ok(From::Offset(number)),
            _ => Err(wrong()),
        },
    }
}

/// The one group that is named, wherever it is.
fn group(
    parsed: &Parsed,
    file: &Properties,
    extra: &Properties,
) -> Result<Option<String>, Failure> {
    let sources = [parsed.one("group")?, file.get("group.id"), extra.get("group.id")];
    let mut groups: Vec<&str> = Vec::new();
    for group in sources.into_iter().flatten() {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    match groups.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some((*only).to_owned())),
        several => {
            let quoted: Vec<String> = several.iter().map(|group| format!("'{group}'")).collect();
            Err(Failure::usage(format!(
                "The group ids provided in different places (directly using '--group', via \
                 '--consumer-property', or via '--consumer.config') do not match. Detected group \
                 ids: {}",
                quoted.join(", ")
            )))
        }
    }
}

fn properties(
    parsed: &Parsed,
    mut properties: Properties,
    group: Option<String>,
) -> Result<Properties, Failure> {
    let reset = properties.get("auto.offset.reset").map(str::to_owned);
    if parsed.has("from-beginning") {
        if let Some(reset) = reset.filter(|reset| reset != "earliest") {
            return Err(Failure::plain(format!(
                "Can't simultaneously specify --from-beginning and 'auto.offset.reset={reset}', \
                 please remove one option"
            )));
        }
        properties.set("auto.offset.reset", "earliest");
    } else {
        properties.set_default("auto.offset.reset", "latest");
    }
    match parsed.typed("isolation-level")? {
        Some(level) => properties.set("isolation.level", level),
        None => properties.set_default("isolation.level", "read_uncommitted"),
    }
    properties.set_default("client.id", "console-consumer");
    match group {
        Some(group) => properties.set("group.id", group),
        None => {
            let number = Rng::from_system().below(100_000);
            properties.set("group.id", format!("console-consumer-{number}"));
            properties.set_default("enable.auto.commit", "false");
        }
    }
    Ok(properties)
}

fn settings(config: &ConsumerConfig, source: &Source, is_named: bool) -> Result<Settings, Failure> {
    let mut assignors = Vec::new();
    for class in &config.partition_assignment_strategy {
        assignors.push(Assignor::named(class).ok_or_else(|| {
            let text = format!("partition.assignment.strategy: there is no assignor '{class}'");
            Failure::named(text)
        })?);
    }
    let id = config.group_id.clone().unwrap_or_default();
    let group = GroupSettings {
        id,
        instance_id: config.group_instance_id.clone(),
        session_timeout_ms: config.session_timeout_ms,
        heartbeat_interval_ms: config.heartbeat_interval_ms,
        rebalance_timeout_ms: config.max_poll_interval_ms,
        assignors,
        auto_commit_ms: config.enable_auto_commit.then_some(config.auto_commit_interval_ms),
        leave_on_close: config.internal_leave_group_on_close,
    };
    // Kafka's tool joins a group of its own making where none is named, and tells nobody of it. A
    // topic can be read without: there is nobody to share it with.
    let joins = match source {
        Source::Topic(_) => is_named || config.enable_auto_commit,
        Source::Partition { .. } => false,
        Source::Matching(_) | Source::Except(_) => true,
    };
    let reset = match (source, config.auto_offset_reset.as_str()) {
        (Source::Partition { from: From::Earliest, .. }, _) | (_, "earliest") => {
            OffsetReset::Earliest
        }
        (Source::Partition { from: From::Latest, .. }, _) => OffsetReset::Latest,
        (_, "none") => OffsetReset::None,
        _ => OffsetReset::Latest,
    };
    Ok(Settings {
        min_bytes: config.fetch_min_bytes,
        max_bytes: config.fetch_max_bytes,
        max_wait: Duration::from_millis(u64::try_from(config.fetch_max_wait_ms).unwrap_or(0)),
        partition_max_bytes: config.max_partition_fetch_bytes,
        read_committed: config.isolation_level == "read_committed",
        check_crcs: config.check_crcs,
        rack: config.client_rack.clone(),
        reset,
        create_topics: config.allow_auto_create_topics,
        group: joins.then_some(group),
    })
}

fn formatter(parsed: &Parsed, io: &Io) -> Result<Found, Failure> {
    let mut properties = match parsed.one("formatter-config")? {
        Some(file) => clients::load(io, file)?,
        None => Properties::new(),
    };
    clients::set_pairs(&mut properties, parsed.all("property"));
    for side in ["key", "value"] {
        if let Some(class) = parsed.one(&format!("{side}-deserializer"))? {
            properties.set(format!("{side}.deserializer"), class);
        }
    }
    let class = parsed.one("formatter")?.unwrap_or_default();
    Formatter::named(class, &properties).ok_or_else(|| Failure::usage(class))
}
