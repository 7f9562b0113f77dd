//! kafka-replica-verification: holds the replicas of topics against each other.
//!
//!     kafka-replica-verification --broker-list localhost:9092 --topics-include orders
//!
//! Goes on until it is stopped. Exits 1 where it cannot begin, or where two replicas differ so that
//! nothing more can be compared; 130 after Ctrl-C, 143 after SIGTERM.

mod compare;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::common::{self, BOOTSTRAP_DEFAULT};
use super::options::{Group, Hint, Opt, Parsed, value};
use super::pattern::Pattern;
use super::stops::Stops;
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, clients, exceptions};
use crate::base::error::Chain;
use crate::kafka::client::admin::{Admin, OffsetSpec};
use crate::kafka::client::{Client, Error, Pending, Topics};
use crate::kafka::protocol::message::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic,
};
use crate::kafka::types::TopicPartition;
use compare::{Difference, Lag, Sent, round};

const INTRO: &str = "Validate that all replicas for a set of topics have the same data.";
const LOGGER: &str = "org.apache.kafka.tools.ReplicaVerificationTool";
/// The replica id of a reader that every replica shows everything.
const DEBUG_REPLICA: i32 = -2;
/// From version 13 on topics go by id.
const BY_NAME_MAX: i16 = 12;

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-replica-verification",
    about: "holds the replicas of topics against each other",
    manual: Manual {
        intro: INTRO,
        bare: Some(INTRO),
        usage: &["--broker-list host:port,... [--topics-include regex] [options]"],
        details: "Reads every replica of every partition, from where --time says, and compares \
                  batch by batch, up to what is committed, the offsets and the checksums. A \
                  checksum that differs is said and passed over; offsets that differ end it. From \
                  time to time it says which partition is furthest behind in being compared.\n\n\
                  Every replica sends all it has: keep an eye on the network, or begin at the end \
                  of the partitions, which is the default.",
        examples: &["kafka-replica-verification --broker-list localhost:9092 --time -2"],
        exits: &[
            (1, "failed or misused, or replicas that cannot be compared, or this help"),
            (130, "stopped by INT (Ctrl-C)"),
            (143, "stopped by TERM"),
        ],
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Async(|parsed, io| Box::pin(run(parsed, io))),
};

const OPTIONS: &[Opt] = &[
    value("broker-list", "host:port,...", Group::Target, "Brokers of the cluster.")
        .hint(Hint::Host)
        .default(BOOTSTRAP_DEFAULT),
    value("topics-include", "regex", Group::Target, "The topics.").default(".*").hint(Hint::Topic),
    value(
        "time",
        "moment",
        Group::Target,
        "Where to begin: -1 at the end, -2 at the start, or milliseconds since 1970.",
    )
    .default("-1"),
    value("fetch-size", "bytes", Group::Target, "How much is asked of a partition at once.")
        .default("1048576"),
    value("max-wait-ms", "ms", Group::Target, "How long a broker may wait for something new.")
        .default("1000"),
    value("report-interval-ms", "ms", Group::Target, "How often it is said how far it is.")
        .default("30000"),
    value("topic-white-list", "regex", Group::Legacy, "The older name of --topics-include."),
    common::HELP,
    common::VERSION,
];

/// What was typed.
#[derive(Debug)]
struct Args {
    servers: String,
    topics: Pattern,
    from: OffsetSpec,
    fetch_bytes: i32,
    max_wait_ms: i32,
    report_every: Duration,
}

impl Args {
    fn from(parsed: &Parsed) -> Result<Args, Failure> {
        let servers = parsed.one("broker-list")?.unwrap_or(BOOTSTRAP_DEFAULT);
        common::check_addresses(servers)?;
        if parsed.has("topics-include") && parsed.has("topic-white-list") {
            return Err(Failure::plain(
                "Option \"[topic-white-list]\" can't be used with option \"[topics-include]\"",
            ));
        }
        let older = parsed.one("topic-white-list")?;
        let topics = older.or(parsed.one("topics-include")?).unwrap_or(".*");
        let topics = Pattern::filter(topics)
            .map_err(|error| Failure::plain(format!("{topics} is an invalid regex: {error}")))?;
        let number = |name: &str, absent: i32| match parsed.one(name)? {
            None => Ok(absent),
            Some(text) => text.parse().map_err(|_| {
                Failure::plain(format!("Cannot parse argument '{text}' of option {name}"))
            }),
        };
        let time = parsed.one("time")?.unwrap_or("-1");
        let report_ms = number("report-interval-ms", 30_000)?;
        Ok(Args {
            servers: servers.to_owned(),
            topics,
            from: match time.parse::<i64>() {
                Ok(-1) => OffsetSpec::Latest,
                Ok(-2) => OffsetSpec::Earliest,
                Ok(moment) => OffsetSpec::At(moment),
                Err(_) => {
                    let text = format!("Cannot parse argument '{time}' of option time");
                    return Err(Failure::plain(text));
                }
            },
            fetch_bytes: number("fetch-size", 1_048_576)?,
            max_wait_ms: number("max-wait-ms", 1_000)?,
            report_every: Duration::from_millis(u64::try_from(report_ms).unwrap_or(0)),
        })
    }
}

fn broken(error: Error) -> Failure {
    Failure::plain(exceptions::of_error(&error))
}

async fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let args = Args::from(&parsed)?;
    let mut properties = clients::settings(io, None)?;
    properties.set("client.id", "replicaVerificationTool");
    let mut stops = Stops::new()?;
    let admin = clients::admin(&args.servers, &properties, io).await?;
    tokio::select! {
        ended = verify(&admin, &args, io) => ended,
        exit = stops.next() => Ok(exit),
    }
}

/// Compares round after round; comes back only where it cannot go on.
async fn verify(admin: &Admin, args: &Args, io: &mut Io) -> Ended {
    let replicas = replicas(admin, args).await?;
    if replicas.is_empty() {
        tracing::error!(
            target: LOGGER,
            "No topics found. [topics-include] if specified, is either filtering out all topics or there is no topic."
        );
        return Ok(Exit::FAILED);
    }
    let mut offsets = begin(admin, args, &replicas).await?;
    say(io, "verification process is started")?;
    let mut reported = io.clock.now();
    loop {
        let sent = fetch_all(admin.client(), args, &replicas, &offsets).await;
        let (differences, lag) = round(&mut offsets, &sent);
        for difference in differences {
            match difference {
                Difference::Checksums(text) => say(io, &text)?,
                Difference::Offsets(text) => {
                    say(io, &text)?;
                    return Ok(Exit::FAILED);
                }
            }
        }
        let now = io.clock.now();
        if now.since(reported) > args.report_every
            && let Some(Lag { partition, offset, lag }) = lag
        {
            let count = offsets.len();
            say(
                io,
                &format!(
                    "max lag is {lag} for partition {partition} at offset {offset} among {count} partitions"
                ),
            )?;
            reported = now;
        }
    }
}

/// Prints a line behind the time, as it is where the reader sits.
fn say(io: &mut Io, text: &str) -> io::Result<()> {
    let now = jiff::Timestamp::from_millisecond(io.clock.wall_ms()).unwrap_or_default();
    let now = now.to_zoned(jiff::tz::TimeZone::system());
    let mut line = String::new();
    let _ = write!(line, "{}: {text}", now.strftime("%Y-%m-%d %H:%M:%S,%3f"));
    io.stdout.line(&line)?;
    io.stdout.flush()
}

/// Who has a replica of each partition that is meant.
type Replicas = BTreeMap<TopicPartition, Vec<i32>>;

async fn replicas(admin: &Admin, args: &Args) -> Result<Replicas, Failure> {
    let mut found = Replicas::new();
    for (name, topic) in admin.describe_topics(None, false).await.map_err(broken)? {
        let Ok(topic) = topic else { continue };
        if !args.topics.matches(&name) {
            continue;
        }
        for partition in topic.partitions {
            let id = TopicPartition::new(name.as_str(), partition.index);
            found.insert(id, partition.replicas);
        }
    }
    // The brokers themselves, for the fetches.
    admin.client().refresh(Topics::Named(&[]), false).await.map_err(broken)?;
    Ok(found)
}

/// Where each partition is begun at: at its end where nothing is as young as was asked for.
async fn begin(
    admin: &Admin,
    args: &Args,
    replicas: &Replicas,
) -> Result<BTreeMap<TopicPartition, i64>, Failure> {
    let mut offsets = BTreeMap::new();
    let mut specs = vec![args.from];
    if matches!(args.from, OffsetSpec::At(_)) {
        specs.push(OffsetSpec::Latest);
    }
    for spec in specs {
        let left = replicas.keys().filter(|name| !offsets.contains_key(*name));
        let wanted: Vec<_> = left.map(|name| (name.clone(), spec)).collect();
        for (name, outcome) in admin.list_offsets(&wanted, false).await.map_err(broken)? {
            let found = outcome.map_err(|failure| {
                Failure::plain(format!("{name}: {}", exceptions::of_failure(&failure)))
            })?;
            if let Some(offset) = found.offset {
                offsets.insert(name, offset);
            }
        }
    }
    Ok(offsets)
}

/// Asks every broker for all its replicas, at the same time.
async fn fetch_all(
    client: &Client,
    args: &Args,
    replicas: &Replicas,
    offsets: &BTreeMap<TopicPartition, i64>,
) -> BTreeMap<TopicPartition, BTreeMap<i32, Sent>> {
    let brokers: BTreeSet<i32> = replicas.values().flatten().copied().collect();
    let mut asked = Vec::new();
    for broker in brokers {
        let has = |name: &TopicPartition| {
            replicas.get(name).is_some_and(|replicas| replicas.contains(&broker))
        };
        let wanted: Vec<_> = offsets.iter().filter(|(name, _)| has(name)).collect();
        // All are asked before the first is waited for.
        asked.push((broker, ask(client, broker, &request(args, &wanted)).await));
    }
    let wait = Duration::from_millis(u64::try_from(args.max_wait_ms).unwrap_or(0));
    let within = client.options().request_timeout + wait;
    let mut sent: BTreeMap<TopicPartition, BTreeMap<i32, Sent>> = BTreeMap::new();
    for (name, replicas) in replicas {
        let nothing = replicas.iter().map(|broker| (*broker, Sent::nothing()));
        sent.insert(name.clone(), nothing.collect());
    }
    let mut failed = false;
    for (broker, answer) in asked {
        let answer = match answer {
            Ok(pending) => pending.answer(within).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(answer) => take(broker, answer, &mut sent),
            Err(error) => {
                failed = true;
                tracing::warn!(target: LOGGER, "Broker {broker} does not answer: {}", Chain(&error));
            }
        }
    }
    if failed {
        // Others answer at once where nothing is new to them; the one that is away is not hunted.
        tokio::time::sleep(client.options().backoff.most).await;
    }
    sent
}

fn request(args: &Args, wanted: &[(&TopicPartition, &i64)]) -> FetchRequest {
    let mut topics: BTreeMap<Arc<str>, Vec<FetchPartition>> = BTreeMap::new();
    for (name, offset) in wanted {
        topics.entry(name.topic.clone()).or_default().push(FetchPartition {
            partition: name.partition,
            fetch_offset: **offset,
            partition_max_bytes: args.fetch_bytes,
            ..FetchPartition::default()
        });
    }
    let topics = topics.into_iter().map(|(topic, partitions)| FetchTopic {
        topic: topic.to_string(),
        partitions,
        ..FetchTopic::default()
    });
    FetchRequest {
        replica_id: DEBUG_REPLICA,
        max_wait_ms: args.max_wait_ms,
        min_bytes: 1,
        topics: topics.collect(),
        ..FetchRequest::default()
    }
}

async fn ask(
    client: &Client,
    broker: i32,
    request: &FetchRequest,
) -> Result<Pending<FetchRequest>, Error> {
    let connection = client.broker(broker).await?;
    let version = connection.version_at_most::<FetchRequest>(BY_NAME_MAX)?;
    connection.begin(request, version).await
}

fn take(
    broker: i32,
    answer: FetchResponse,
    sent: &mut BTreeMap<TopicPartition, BTreeMap<i32, Sent>>,
) {
    for topic in answer.responses {
        for data in topic.partitions {
            let name = TopicPartition::new(topic.topic.as_str(), data.partition_index);
            if data.error_code.is_error() {
                let code = data.error_code.name();
                tracing::warn!(target: LOGGER, "Broker {broker} says of {name}: {code}");
                continue;
            }
            let read = Sent::read(data.high_watermark, &data.records.into_bytes());
            match (read, sent.get_mut(&name)) {
                (Ok(read), Some(replicas)) => drop(replicas.insert(broker, read)),
                (Err(error), _) => tracing::error!(
                    target: LOGGER,
                    "Broker {broker} sends of {name} what is no batch: {}", Chain(&error)
                ),
                (Ok(_), None) => {}
            }
        }
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
    fn lines_are_read() {
        let args = parse(&["--broker-list", "a:1", "--time", "-2", "--fetch-size", "7"]).unwrap();
        assert_eq!((args.servers.as_str(), args.from), ("a:1", OffsetSpec::Earliest));
        assert_eq!((args.fetch_bytes, args.max_wait_ms), (7, 1_000));
        assert_eq!(args.report_every, Duration::from_secs(30));
        let args = parse(&["--topic-white-list", "a|b", "--time", "1577836800000"]).unwrap();
        assert!(args.topics.matches("b") && !args.topics.matches("c"));
        assert_eq!(args.from, OffsetSpec::At(1_577_836_800_000));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for line in [
            &["--broker-list", "a"][..],
            &["--time", "noon"],
            &["--fetch-size", "x"],
            &["--topics-include", "a", "--topic-white-list", "b"],
            &["--topics-include", "("],
        ] {
            assert!(parse(line).is_err(), "{line:?}");
        }
    }
}
