//! kafka-get-offsets: shows where partitions start and end, and where a moment lies in them.
//!
//!     kafka-get-offsets --topic orders --time earliest
//!
//! Prints `topic:partition:offset`, a line each. Exits 0 where that was done, else 1 (the help
//! included, as Kafka's).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use super::common::{self, BOOTSTRAP_DEFAULT, Format, table};
use super::options::{Group, Hint, Opt, Parsed, flag, value};
use super::pattern::Pattern;
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, clients, exceptions};
use crate::kafka::client::admin::{Admin, OffsetSpec};
use crate::kafka::client::{Error, Topics};
use crate::kafka::metadata::topic::is_internal;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::TopicPartition;

const INTRO: &str = "An interactive shell for getting topic-partition offsets.";

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-get-offsets",
    about: "shows where partitions start and end, and where a moment lies in them",
    manual: Manual {
        intro: INTRO,
        bare: Some(INTRO),
        usage: &[
            "[--topic regex] [--partitions list] [--time moment] [options]",
            "--topic-partitions rules [--time moment] [options]",
        ],
        details: "Asks the leader of each partition; where no address is given the cluster is \
                  asked for on localhost:9092.\n\nA rule of --topic-partitions is a regular \
                  expression for topics, and behind a colon the partitions: 5, 0-3 (without 3), 2- \
                  or -4. Without a colon it means all of them.\n\nA moment is a word or a number: \
                  earliest (-2), latest (-1), max-timestamp (-3), earliest-local (-4), \
                  latest-tiered (-5), or milliseconds since 1970 for the first record that is as \
                  young. Partitions without such a record are left out.",
        examples: &["kafka-get-offsets --topic-partitions 'orders:0-4,payments' --time latest"],
        exits: &[(0, "done"), (1, "failed or misused, or this help was asked for")],
    },
    options: OPTIONS,
    misuse: Misuse::After("Error occurred: "),
    run: Run::Async(|parsed, io| Box::pin(run(parsed, io))),
};

const OPTIONS: &[Opt] = &[
    value("topic", "regex", Group::Target, "The topics, all if absent.").hint(Hint::Topic),
    value("partitions", "id,id,...", Group::Target, "The partitions, all if absent."),
    value(
        "topic-partitions",
        "regex:partitions,...",
        Group::Target,
        "Topics with their partitions, in place of the two above.",
    ),
    value("time", "moment", Group::Target, "Which offset is shown.").default("latest").hint(
        Hint::OneOf(&["earliest", "latest", "max-timestamp", "earliest-local", "latest-tiered"]),
    ),
    flag(
        "exclude-internal-topics",
        Group::Target,
        "Leaves out the topics that Kafka keeps for itself.",
    ),
    Opt { default: Some(BOOTSTRAP_DEFAULT), ..common::BOOTSTRAP_SERVER },
    common::COMMAND_CONFIG,
    common::OUTPUT,
    value(
        "broker-list",
        "host:port,...",
        Group::Legacy,
        "The older name of the address; --bootstrap-* wins where both are given.",
    )
    .hint(Hint::Host),
    value("offsets", "count", Group::Legacy, "Has no effect.").hidden(),
    value("max-wait-ms", "ms", Group::Legacy, "Has no effect.").hidden(),
    common::HELP,
    common::VERSION,
];

/// What was typed.
#[derive(Debug)]
struct Args {
    servers: String,
    config: Option<String>,
    /// A partition is meant where any of these says so.
    rules: Vec<Rule>,
    exclude_internal: bool,
    spec: OffsetSpec,
    format: Format,
}

/// Topics, and which of their partitions.
#[derive(Debug)]
struct Rule {
    topics: Option<Pattern>,
    partitions: Partitions,
}

#[derive(Debug, PartialEq, Eq)]
enum Partitions {
    These(Vec<i32>),
    /// From the first up to but without the second.
    Range(i32, i32),
}

const ALL: Partitions = Partitions::Range(0, i32::MAX);

impl Rule {
    fn takes_topic(&self, topic: &str) -> bool {
        self.topics.as_ref().is_none_or(|pattern| pattern.matches(topic))
    }

    fn takes(&self, topic: &str, partition: i32) -> bool {
        self.takes_topic(topic)
            && match &self.partitions {
                Partitions::These(ids) => ids.contains(&partition),
                Partitions::Range(from, to) => (*from..*to).contains(&partition),
            }
    }
}

impl Args {
    fn from(parsed: &Parsed) -> Result<Args, Failure> {
        let one = |name: &str| parsed.one(name).map_err(failed);
        let older = one("broker-list")?;
        let servers = match parsed.has("bootstrap-server") {
            true => one("bootstrap-server")?,
            false => older,
        };
        let servers = servers.unwrap_or(BOOTSTRAP_DEFAULT);
        common::check_addresses(servers)?;
        let rules = match one("topic-partitions")? {
            Some(_) if parsed.has("topic") || parsed.has("partitions") => {
                return Err(failed(
                    "--topic-partitions cannot be used with --topic or --partitions",
                ));
            }
            Some(rules) => rules.split(',').map(rule).collect::<Result<Vec<_>, _>>()?,
            None => vec![Rule {
                topics: one("topic")?.map(Pattern::filter).transpose().map_err(failed)?,
                partitions: one("partitions")?.map_or(Ok(ALL), these)?,
            }],
        };
        Ok(Args {
            servers: servers.to_owned(),
            config: one("command-config")?.map(str::to_owned),
            rules,
            exclude_internal: parsed.has("exclude-internal-topics"),
            spec: spec(one("time")?.unwrap_or("latest"))?,
            format: Format::of(one("output")?).map_err(Failure::named)?,
        })
    }
}

/// A failure in the form of this tool.
fn failed(why: impl std::fmt::Display) -> Failure {
    Failure::plain(format!("Error occurred: {why}"))
}

fn broken(error: Error) -> Failure {
    failed(exceptions::of_error(&error))
}

/// `0,2`.
fn these(list: &str) -> Result<Partitions, Failure> {
    let ids: Result<Vec<i32>, _> =
        list.split(',').filter(|id| !id.is_empty()).map(str::parse).collect();
    ids.map(Partitions::These).map_err(|_| {
        failed(format!(
            "--partitions expects a comma separated list of numeric partition ids, but received: \
             {list}"
        ))
    })
}

/// `topics`, `topics:5`, `topics:0-3`, `topics:2-`, `topics:-4`; no topics are all.
fn rule(text: &str) -> Result<Rule, Failure> {
    let bad = || failed(format!("Invalid rule specification: {text}"));
    let (topics, partitions) = text.split_once(':').unwrap_or((text, ""));
    let number = |text: &str, absent: i32| match text {
        "" => Ok(absent),
        text if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().map_err(|_| bad()),
        _ => Err(bad()),
    };
    let partitions = match partitions.split_once('-') {
        Some((from, to)) => Partitions::Range(number(from, 0)?, number(to, i32::MAX)?),
        None if partitions.is_empty() => ALL,
        None => Partitions::These(vec![number(partitions, 0)?]),
    };
    let topics = Some(topics).filter(|topics| !topics.is_empty());
    Ok(Rule { topics: topics.map(Pattern::filter).transpose().map_err(failed)?, partitions })
}

fn spec(text: &str) -> Result<OffsetSpec, Failure> {
    Ok(match text {
        "earliest" | "-2" => OffsetSpec::Earliest,
        "latest" | "-1" => OffsetSpec::Latest,
        "max-timestamp" | "-3" => OffsetSpec::MaxTimestamp,
        "earliest-local" | "-4" => OffsetSpec::EarliestLocal,
        "latest-tiered" | "-5" => OffsetSpec::LatestTiered,
        text => OffsetSpec::At(text.parse().map_err(|_| {
            failed(format!(
                "Malformed time argument {text}. Please use -1 or latest / -2 or earliest / -3 or \
                 max-timestamp / -4 or earliest-local / -5 or latest-tiered, or a specified long \
                 format timestamp"
            ))
        })?),
    })
}

async fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let args = Args::from(&parsed)?;
    let mut properties = clients::settings(io, args.config.as_deref())?;
    properties.set("client.id", "GetOffsetShell");
    let admin = clients::admin(&args.servers, &properties, io).await?;
    let partitions = partitions(&admin, &args).await?;
    if partitions.is_empty() {
        return Err(failed("Could not match any topic-partitions with the specified filters"));
    }
    let found = find(&admin, partitions, args.spec, io).await?;
    io.print(&show(&found, args.format))?;
    Ok(Exit::OK)
}

/// The partitions that are meant, and whether each has a leader.
async fn partitions(admin: &Admin, args: &Args) -> Result<Vec<(TopicPartition, bool)>, Failure> {
    let mut names = Vec::new();
    for topic in admin.list_topics().await.map_err(broken)? {
        let hidden = args.exclude_internal && (topic.internal || is_internal(&topic.name));
        if !hidden && args.rules.iter().any(|rule| rule.takes_topic(&topic.name)) {
            names.push(topic.name);
        }
    }
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let cluster = admin.client().refresh(Topics::Named(&names), false).await.map_err(broken)?;
    let mut found = Vec::new();
    for (name, topic) in names.iter().filter_map(|name| Some((name, cluster.topics.get(name)?))) {
        for partition in &topic.partitions {
            if args.rules.iter().any(|rule| rule.takes(name, partition.index)) {
                let id = TopicPartition::new(name.as_str(), partition.index);
                found.push((id, partition.leader.is_some()));
            }
        }
    }
    Ok(found)
}

/// Offsets by the text of their partitions, which is the order of Kafka's lines.
type Found = BTreeMap<String, (TopicPartition, i64)>;

async fn find(
    admin: &Admin,
    partitions: Vec<(TopicPartition, bool)>,
    spec: OffsetSpec,
    io: &mut Io,
) -> Result<Found, Failure> {
    let skip = |partition: &TopicPartition, code: ErrorCode, io: &mut Io| {
        let why = exceptions::text(code, None);
        io.complain(&format!(
            "Skip getting offsets for topic-partition {partition} due to error: {why}"
        ))
    };
    let mut wanted = Vec::with_capacity(partitions.len());
    for (partition, has_leader) in partitions {
        match has_leader {
            true => wanted.push((partition, spec)),
            // It would only be waited for.
            false => skip(&partition, ErrorCode::LEADER_NOT_AVAILABLE, io)?,
        }
    }
    let mut found = Found::new();
    for (partition, outcome) in admin.list_offsets(&wanted, false).await.map_err(broken)? {
        match outcome {
            Ok(at) => {
                if let Some(offset) = at.offset {
                    found.insert(partition.to_string(), (partition, offset));
                }
            }
            Err(failure) if failure.code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => {
                skip(&partition, failure.code, io)?;
            }
            Err(failure) => return Err(failed(exceptions::of_failure(&failure))),
        }
    }
    Ok(found)
}

fn show(found: &Found, format: Format) -> String {
    let mut out = String::new();
    let mut rows = table(&["topic", "partition", "offset"]);
    for (TopicPartition { topic, partition }, offset) in found.values() {
        let _ = match format {
            Format::Text => writeln!(out, "{topic}:{partition}:{offset}"),
            Format::Json => {
                let object = json!({"topic": **topic, "partition": partition, "offset": offset});
                writeln!(out, "{object}")
            }
            Format::Table => {
                rows.add_row([topic.to_string(), partition.to_string(), offset.to_string()]);
                Ok(())
            }
        };
    }
    match format {
        Format::Text | Format::Json => out,
        Format::Table => format!("{rows}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Args, Failure> {
        let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        Args::from(&Parsed::parse(TOOL.name, TOOL.options, &line)?)
    }

    #[test]
    fn partitions_are_chosen_by_name_and_number() {
        let cases: &[(&[&str], &[&str])] = &[
            (&[], &["a-0", "a-1", "a-2", "ab-0", "b-5"]),
            (&["--topic", "a"], &["a-0", "a-1", "a-2"]),
            (&["--topic", "a.*", "--partitions", "0,5"], &["a-0", "ab-0"]),
            (&["--partitions", "5"], &["b-5"]),
            (&["--topic-partitions", "a:0-2"], &["a-0", "a-1"]),
            (&["--topic-partitions", "a:1-,b"], &["a-1", "a-2", "b-5"]),
            (&["--topic-partitions", "a.*:-1"], &["a-0", "ab-0"]),
            (&["--topic-partitions", ":5"], &["b-5"]),
        ];
        let all = [("a", 0), ("a", 1), ("a", 2), ("ab", 0), ("b", 5)];
        for (line, expected) in cases {
            let args = parse(line).unwrap();
            let taken = all.iter().filter(|(t, p)| args.rules.iter().any(|it| it.takes(t, *p)));
            let taken: Vec<String> = taken.map(|(t, p)| format!("{t}-{p}")).collect();
            assert_eq!(taken, *expected, "{line:?}");
        }
    }

    #[test]
    fn moments_are_words_or_numbers() {
        let cases = [
            ("latest", OffsetSpec::Latest),
            ("-1", OffsetSpec::Latest),
            ("earliest", OffsetSpec::Earliest),
            ("-2", OffsetSpec::Earliest),
            ("-3", OffsetSpec::MaxTimestamp),
            ("earliest-local", OffsetSpec::EarliestLocal),
            ("latest-tiered", OffsetSpec::LatestTiered),
            ("1577836800000", OffsetSpec::At(1_577_836_800_000)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(&["--time", text]).unwrap().spec, expected, "{text}");
        }
        assert_eq!(parse(&[]).unwrap().spec, OffsetSpec::Latest);
    }

    #[test]
    fn the_newer_address_wins() {
        assert_eq!(parse(&["--broker-list", "a:1"]).unwrap().servers, "a:1");
        let both = ["--broker-list", "a:1", "--bootstrap-server", "b:2"];
        assert_eq!(parse(&both).unwrap().servers, "b:2");
        assert_eq!(parse(&[]).unwrap().servers, BOOTSTRAP_DEFAULT);
    }

    #[test]
    fn complaints_are_kafkas() {
        let cases: &[(&[&str], &str)] = &[
            (
                &["--time", "abc"],
                "Malformed time argument abc. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered, or a specified long format timestamp",
            ),
            (
                &["--partitions", "x"],
                "--partitions expects a comma separated list of numeric partition ids, but received: x",
            ),
            (
                &["--topic", "a", "--topic-partitions", "b"],
                "--topic-partitions cannot be used with --topic or --partitions",
            ),
            (&["--topic-partitions", "a:b"], "Invalid rule specification: a:b"),
            (&["--topic-partitions", "a:1:2"], "Invalid rule specification: a:1:2"),
            (&["--topic", "("], "( is an invalid regex."),
            (&["--nonsense"], "nonsense is not a recognized option"),
        ];
        for (line, expected) in cases {
            let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
            let mut io = Io::captured(TOOL.name, b"");
            assert_eq!(super::super::call(&TOOL, &line, &mut io), 1, "{line:?}");
            assert_eq!(io.stderr.kept(), format!("Error occurred: {expected}\n"), "{line:?}");
        }
    }

    #[test]
    fn lines_are_in_the_order_of_their_text() {
        let found: Found = [10, 2]
            .map(|index| (format!("t-{index}"), (TopicPartition::new("t", index), 7)))
            .into();
        assert_eq!(show(&found, Format::Text), "t:10:7\nt:2:7\n");
        let json = show(&found, Format::Json);
        assert_eq!(json.lines().next(), Some(r#"{"topic":"t","partition":10,"offset":7}"#));
        assert!(show(&found, Format::Table).contains("offset"));
    }
}
