//! kafka-log-dirs: shows where the logs of brokers lie and how large they are.
//!
//!     kafka-log-dirs --describe --topic-list orders
//!
//! Prints two lines and a JSON object, in the words of Kafka 3.9. Exits 0 where all brokers were
//! asked, else 1 (the help included, as Kafka's).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::options::{Group, Hint, Opt, Parsed, flag, value};
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, clients, common, exceptions};
use crate::base::error::Chain;
use crate::kafka::client::admin::LogDir;
use crate::kafka::client::{Error, Topics};

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-log-dirs",
    about: "shows where the logs of brokers lie and how large they are",
    manual: Manual {
        intro: INTRO,
        bare: Some(INTRO),
        usage: &["--describe [--topic-list name,...] [--broker-list id,...] [options]"],
        details: "For each broker, each of its log directories with the partitions in it: size in \
                  bytes, how far the replica is behind, and whether it is a copy on its way into \
                  this directory. A directory that has failed has an error and no \
                  partitions.\n\nWhere no address is given the broker on localhost:9092 is asked.",
        examples: &[
            "kafka-log-dirs --describe --broker-list 0,1",
            "kafka-log-dirs --describe --topic-list orders | tail -n 1",
        ],
        exits: &[(0, "done"), (1, "failed or misused, or this help was asked for")],
    },
    options: OPTIONS,
    misuse: Misuse::Message,
    run: Run::Async(|parsed, io| Box::pin(run(parsed, io))),
};

const INTRO: &str = "This tool helps to query log directory usage on the specified brokers.";

/// What this tool calls itself, unless the operator's file says otherwise.
const CLIENT_ID: &str = "log-dirs-tool";

const OPTIONS: &[Opt] = &[
    flag("describe", Group::Action, "Shows log directories; there is nothing else to do."),
    value("topic-list", "name,...", Group::Target, "Shows these topics only.").hint(Hint::Topic),
    value("broker-list", "id,...", Group::Target, "Asks these brokers only."),
    Opt { default: Some(common::BOOTSTRAP_DEFAULT), ..common::BOOTSTRAP_SERVER },
    common::COMMAND_CONFIG,
    common::HELP,
    common::VERSION,
];

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Args {
    /// None for all.
    topics: BTreeSet<String>,
    /// None for all.
    brokers: BTreeSet<i32>,
    servers: String,
    config: Option<String>,
}

impl Args {
    fn from(parsed: &Parsed) -> Result<Args, Failure> {
        if !parsed.has("describe") {
            return Err(Failure::usage("Missing required argument \"[describe]\""));
        }
        let list = |name: &str| -> Result<Vec<String>, Failure> {
            let text = parsed.one(name)?.unwrap_or_default();
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(items.map(str::to_owned).collect())
        };
        let id = |text: &String| {
            let wrong = || Failure::plain(format!("--broker-list: no broker id: '{text}'"));
            text.parse::<i32>().map_err(|_| wrong())
        };
        let brokers: Result<BTreeSet<i32>, Failure> = list("broker-list")?.iter().map(id).collect();
        let servers = parsed.one("bootstrap-server")?.unwrap_or(common::BOOTSTRAP_DEFAULT);
        Ok(Args {
            topics: list("topic-list")?.into_iter().collect(),
            brokers: brokers?,
            servers: servers.to_owned(),
            config: parsed.one("command-config")?.map(str::to_owned),
        })
    }
}

async fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let args = Args::from(&parsed)?;
    let mut properties = clients::settings(io, args.config.as_deref())?;
    if properties.get("client.id").is_none() {
        properties.set("client.id", CLIENT_ID);
    }
    let admin = clients::admin(&args.servers, &properties, io).await?;
    let broken = |error: Error| Failure::plain(Chain(&error));
    let live = admin.client().refresh(Topics::None, false).await.map_err(broken)?;
    let live: BTreeSet<i32> = live.brokers.keys().copied().collect();
    let unknown: Vec<i32> = args.brokers.difference(&live).copied().collect();
    if !unknown.is_empty() {
        return Err(Failure::plain(format!(
            "ERROR: The given brokers do not exist from --broker-list: {}. Current existent \
             brokers: {}",
            joined(unknown),
            joined(live)
        )));
    }
    let asked = if args.brokers.is_empty() { live } else { args.brokers };
    io.stdout.line("Querying brokers for log directories information")?;
    io.stdout.flush()?;
    let mut found = BTreeMap::new();
    for broker in &asked {
        let dirs = admin.describe_log_dirs(*broker, None).await.map_err(broken)?;
        found.insert(*broker, dirs);
    }
    let ids = joined(asked);
    io.stdout.line(&format!("Received log directory information from brokers {ids}"))?;
    io.stdout.line(&shown(&found, &args.topics))?;
    Ok(Exit::OK)
}

fn joined(ids: impl IntoIterator<Item = i32>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
    ids.join(",")
}

/// The object, its keys in the order in which Kafka 3.9 prints them.
fn shown(found: &BTreeMap<i32, Vec<LogDir>>, topics: &BTreeSet<String>) -> String {
    let brokers = found.iter().map(|(broker, dirs)| {
        let dirs: Vec<Value> = dirs.iter().map(|dir| dir_shown(dir, topics)).collect();
        json!({"broker": broker, "logDirs": dirs})
    });
    let brokers: Vec<Value> = brokers.collect();
    json!({"brokers": brokers, "version": 1}).to_string()
}

fn dir_shown(dir: &LogDir, topics: &BTreeSet<String>) -> Value {
    let wanted = |topic: &str| topics.is_empty() || topics.contains(topic);
    let replicas = dir.replicas.iter().filter(|it| wanted(&it.partition.topic));
    let replicas = replicas.map(|it| {
        json!({
            "partition": it.partition.to_string(),
            "size": it.size,
            "offsetLag": it.offset_lag,
            "isFuture": it.is_future,
        })
    });
    let replicas: Vec<Value> = replicas.collect();
    let error = dir.error.is_error().then(|| exceptions::class(dir.error));
    json!({"partitions": replicas, "error": error, "logDir": dir.path})
}

#[cfg(test)]
mod tests {
    use super::super::call;
    use super::*;
    use crate::kafka::client::admin::LogDirReplica;
    use crate::kafka::protocol::error_code::ErrorCode;
    use crate::kafka::types::TopicPartition;

    #[test]
    fn a_misused_line_prints_what_kafka_prints() {
        for (line, expected) in [
            (&[][..], INTRO),
            (&["--help"], INTRO),
            (&["--topic-list", "t"], "Missing required argument \"[describe]\""),
            (&["--describe", "--broker-list", "0,x"], "--broker-list: no broker id: 'x'"),
            (&["--nonsense"], "nonsense is not a recognized option"),
        ] {
            let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
            let mut io = Io::captured(TOOL.name, b"");
            assert_eq!(call(&TOOL, &line, &mut io), 1, "{line:?}");
            assert_eq!(io.stderr.kept().lines().next(), Some(expected), "{line:?}");
        }
    }

    #[test]
    fn the_object_has_kafkas_keys_in_kafkas_order() {
        let replica = |topic: &str| LogDirReplica {
            partition: TopicPartition::new(topic, 0),
            size: 5,
            offset_lag: 0,
            is_future: false,
        };
        let dir = |path: &str, error, replicas| LogDir { path: path.to_owned(), error, replicas };
        let found = BTreeMap::from([(
            1,
            vec![
                dir("/d", ErrorCode::NONE, vec![replica("t"), replica("other")]),
                dir("/e", ErrorCode::KAFKA_STORAGE_ERROR, Vec::new()),
            ],
        )]);
        assert_eq!(
            shown(&found, &BTreeSet::from(["t".to_owned()])),
            r#"{"brokers":[{"broker":1,"logDirs":[{"partitions":[{"partition":"t-0","size":5,"offsetLag":0,"isFuture":false}],"error":null,"logDir":"/d"},{"partitions":[],"error":"org.apache.kafka.common.errors.KafkaStorageException","logDir":"/e"}]}],"version":1}"#
        );
    }
}
