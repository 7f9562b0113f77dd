//! kafka-leader-election: gives partitions the leader they should have, or any at all.
//!
//!     kafka-leader-election --election-type preferred --all-topic-partitions
//!
//! Exits 0 where every partition has its leader, else 1 (the help included, as Kafka's).

use crate::base::error::Chain;
use crate::kafka::client::Error;
use crate::kafka::client::admin::{Admin, Election, Outcome};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::TopicPartition;

use super::json::{self, Document};
use super::options::{Group, Hint, Opt, Parsed, flag, value};
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, clients, common, exceptions};

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-leader-election",
    about: "gives partitions the leader they should have, or any at all",
    manual: Manual {
        intro: INTRO,
        bare: Some(INTRO),
        usage: &[
            "--election-type preferred|unclean --topic name --partition n [options]",
            "--election-type preferred|unclean --all-topic-partitions [options]",
            "--election-type preferred|unclean --path-to-json-file file [options]",
        ],
        details: "The preferred leader is the first replica of a partition. Leaders stray from it \
                  when brokers stop; a preferred election brings them back.\n\nAn unclean \
                  election is for partitions without a leader: it takes a replica that lives, \
                  even one that lacks the last records. Those are lost then.\n\nWhere no address \
                  is given the broker on localhost:9092 is asked.",
        examples: &[
            "kafka-leader-election --election-type preferred --all-topic-partitions",
            "kafka-leader-election --election-type unclean --topic orders --partition 3",
        ],
        exits: &[(0, "done"), (1, "failed or misused, or this help was asked for")],
    },
    options: OPTIONS,
    misuse: Misuse::Message,
    run: Run::Async(|parsed, io| Box::pin(run(parsed, io))),
};

const INTRO: &str = "This tool attempts to elect a new leader for a set of topic partitions. The \
                     type of elections supported are preferred replicas and unclean replicas.";

const OPTIONS: &[Opt] = &[
    value(
        "election-type",
        "kind",
        Group::Action,
        "Which replica is to lead: preferred is the first, unclean any that lives where none leads.",
    )
    .hint(Hint::OneOf(&["preferred", "unclean"])),
    value("topic", "topic", Group::Target, "The topic of the one partition meant.")
        .hint(Hint::Topic),
    value("partition", "number", Group::Target, "The partition of it."),
    flag("all-topic-partitions", Group::Target, "All partitions there are."),
    value(
        "path-to-json-file",
        "file",
        Group::Target,
        "The partitions as a file: {\"partitions\":[{\"topic\":\"orders\",\"partition\":0}]}.",
    )
    .hint(Hint::File),
    Opt { default: Some(common::BOOTSTRAP_DEFAULT), ..common::BOOTSTRAP_SERVER },
    Opt { name: "admin.config", ..common::COMMAND_CONFIG },
    common::HELP,
    common::VERSION,
];

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Args {
    election: Election,
    partitions: Partitions,
    servers: String,
    config: Option<String>,
}

/// Which partitions are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Partitions {
    All,
    One(TopicPartition),
    File(String),
}

const TARGETS: [&str; 3] = ["topic", "all-topic-partitions", "path-to-json-file"];

impl Args {
    fn from(parsed: &Parsed) -> Result<Args, Failure> {
        if !parsed.has("election-type") {
            return Err(Failure::plain("Missing required option(s): election-type"));
        }
        if TARGETS.iter().filter(|name| parsed.has(name)).count() != 1 {
            let names = TARGETS.join(", ");
            return Err(Failure::plain(format!(
                "One and only one of the following options is required: {names}"
            )));
        }
        match (parsed.has("topic"), parsed.has("partition")) {
            (true, false) => {
                return Err(Failure::plain("Missing required option(s): partition"));
            }
            (false, true) => {
                return Err(Failure::plain("Option partition is only allowed if topic is used"));
            }
            _ => {}
        }
        let kind = parsed.one("election-type")?.unwrap_or_default();
        let election = match kind.to_ascii_lowercase().as_str() {
            "preferred" => Election::Preferred,
            "unclean" => Election::Unclean,
            _ => {
                let text = format!("Cannot parse argument '{kind}' of option election-type");
                return Err(Failure::plain(text));
            }
        };
        let partitions = match (parsed.one("topic")?, parsed.one("path-to-json-file")?) {
            (Some(topic), _) => {
                let number: i32 = parsed.number("partition")?.unwrap_or_default();
                Partitions::One(TopicPartition::new(topic, number))
            }
            (None, Some(file)) => Partitions::File(file.to_owned()),
            (None, None) => Partitions::All,
        };
        let servers = parsed.one("bootstrap-server")?.unwrap_or(common::BOOTSTRAP_DEFAULT);
        let config = parsed.one("admin.config")?.map(str::to_owned);
        Ok(Args { election, partitions, servers: servers.to_owned(), config })
    }
}

async fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let args = Args::from(&parsed)?;
    let named = match &args.partitions {
        Partitions::All => None,
        Partitions::One(name) => Some(vec![name.clone()]),
        Partitions::File(file) => Some(read(io, file)?),
    };
    let admin = admin(&args.servers, args.config.as_deref(), io).await?;
    let outcomes = elect(&admin, args.election, named.as_deref(), io).await?;
    report(args.election, outcomes, io)
}

/// The partitions of a file, each once.
pub(super) fn read(io: &Io, file: &str) -> Result<Vec<TopicPartition>, Failure> {
    partitions(&Document::read(io, file).map_err(Failure::plain)?).map_err(Failure::plain)
}

fn partitions(document: &Document) -> Result<Vec<TopicPartition>, json::Error> {
    let mut names: Vec<TopicPartition> = Vec::new();
    for entry in document.root().field("partitions")?.items()? {
        let topic = entry.field("topic")?.text()?;
        let name = TopicPartition::new(topic, entry.field("partition")?.number()?);
        if names.contains(&name) {
            return Err(
                entry.wrong(format!("Replica election data contains duplicate partitions: {name}"))
            );
        }
        names.push(name);
    }
    Ok(names)
}

/// An admin client that waits half a minute for a call.
pub(super) async fn admin(
    servers: &str,
    config: Option<&str>,
    io: &mut Io,
) -> Result<Admin, Failure> {
    let mut properties = clients::settings(io, config)?;
    for (name, value) in [("default.api.timeout.ms", "30000"), ("request.timeout.ms", "15000")] {
        if properties.get(name).is_none() {
            properties.set(name, value);
        }
    }
    clients::admin(servers, &properties, io).await
}

/// What came of each partition.
type Outcomes = Vec<(TopicPartition, Outcome<()>)>;

/// Elects; what fails as a whole is said on both streams, as Kafka does.
pub(super) async fn elect(
    admin: &Admin,
    election: Election,
    named: Option<&[TopicPartition]>,
    io: &mut Io,
) -> Result<Outcomes, Failure> {
    let error = match admin.elect_leaders(election, named).await {
        Ok(mut outcomes) => {
            outcomes.sort_by(|a, b| a.0.cmp(&b.0));
            return Ok(outcomes);
        }
        Err(error) => error,
    };
    let text = match (&error, error.code()) {
        (Error::Expired { .. } | Error::Timeout { .. }, _) => {
            "Timeout waiting for election results".to_owned()
        }
        (_, Some(ErrorCode::CLUSTER_AUTHORIZATION_FAILED)) => {
            "Not authorized to perform leader election".to_owned()
        }
        _ => return Err(Failure::plain(Chain(&error))),
    };
    io.stdout.line(&text)?;
    Err(Failure::plain(format!("{text}: {}", Chain(&error))))
}

/// Prints what came of each partition.
fn report(election: Election, outcomes: Outcomes, io: &mut Io) -> Ended {
    let kind = match election {
        Election::Preferred => "PREFERRED",
        Election::Unclean => "UNCLEAN",
    };
    let Sorted { elected, as_they_are, failed } = sort(outcomes);
    if !elected.is_empty() {
        let names = elected.join(", ");
        io.stdout.line(&format!(
            "Successfully completed leader election ({kind}) for partitions {names}"
        ))?;
    }
    if !as_they_are.is_empty() {
        let names = as_they_are.join(", ");
        io.stdout.line(&format!("Valid replica already elected for partitions {names}"))?;
    }
    for (name, why) in &failed {
        io.stdout.line(&format!(
            "Error completing leader election ({kind}) for partition: {name}: {why}"
        ))?;
    }
    match failed.len() {
        0 => Ok(Exit::OK),
        count => Err(Failure::plain(format!("{count} replica(s) could not be elected"))),
    }
}

/// Partitions by what came of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sorted {
    pub(super) elected: Vec<String>,
    /// Those that had the right leader.
    pub(super) as_they_are: Vec<String>,
    pub(super) failed: Vec<(String, String)>,
}

/// Sorts partitions by what came of them.
pub(super) fn sort(outcomes: Outcomes) -> Sorted {
    let mut sorted = Sorted::default();
    for (name, outcome) in outcomes {
        let name = name.to_string();
        match outcome {
            Ok(()) => sorted.elected.push(name),
            Err(failure) if failure.code == ErrorCode::ELECTION_NOT_NEEDED => {
                sorted.as_they_are.push(name);
            }
            Err(failure) => {
                let why = exceptions::of_failure(&failure);
                sorted.failed.push((name, why));
            }
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::super::call;
    use super::*;

    fn said(line: &[&str]) -> (u8, String, String) {
        let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        let mut io = Io::captured(TOOL.name, b"");
        let code = call(&TOOL, &line, &mut io);
        (code, io.stdout.kept(), io.stderr.kept())
    }

    #[test]
    fn a_misused_line_prints_what_kafka_prints() {
        let target = "One and only one of the following options is required: topic, \
                      all-topic-partitions, path-to-json-file\n";
        let kind = ["--election-type", "preferred"];
        let cases: &[(&[&str], &str)] = &[
            (&["--all-topic-partitions"], "Missing required option(s): election-type\n"),
            (&kind, target),
            (&[&kind[..], &["--topic", "t", "--all-topic-partitions"]].concat(), target),
            (&[&kind[..], &["--topic", "t"]].concat(), "Missing required option(s): partition\n"),
            (
                &[&kind[..], &["--all-topic-partitions", "--partition", "1"]].concat(),
                "Option partition is only allowed if topic is used\n",
            ),
            (
                &["--election-type", "weird", "--all-topic-partitions"],
                "Cannot parse argument 'weird' of option election-type\n",
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(said(line), (1, String::new(), (*expected).to_owned()), "{line:?}");
        }
        assert!(said(&[]).2.starts_with(INTRO));
    }

    #[test]
    fn a_file_names_partitions_once() {
        let read = |text: &str| {
            let document = Document::parse("f", text.to_owned())?;
            partitions(&document)
        };
        let two = r#"{"partitions":[{"topic":"t","partition":1},{"topic":"t","partition":0}]}"#;
        let names = [TopicPartition::new("t", 1), TopicPartition::new("t", 0)];
        assert_eq!(read(two), Ok(names.to_vec()));
        let twice = r#"{"partitions":[{"topic":"t","partition":1},{"topic":"t","partition":1}]}"#;
        assert_eq!(
            read(twice).unwrap_err().to_string(),
            "f:1:44: partitions[1]: Replica election data contains duplicate partitions: t-1"
        );
        assert!(read("[]").is_err());
    }

    #[test]
    fn the_report_tells_three_kinds_apart() {
        use crate::kafka::client::admin::Failure as Refused;
        let refused =
            |code, message: &str| Err(Refused { code, message: Some(message.to_owned()) });
        let outcomes = vec![
            (TopicPartition::new("t", 0), Ok(())),
            (TopicPartition::new("t", 1), refused(ErrorCode::ELECTION_NOT_NEEDED, "no")),
            (TopicPartition::new("t", 2), refused(ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE, "x")),
        ];
        let mut io = Io::captured(TOOL.name, b"");
        let failure = report(Election::Preferred, outcomes, &mut io).unwrap_err();
        assert_eq!(failure.message, "1 replica(s) could not be elected");
        io.stdout.flush().unwrap();
        assert_eq!(
            io.stdout.kept(),
            "Successfully completed leader election (PREFERRED) for partitions t-0\n\
             Valid replica already elected for partitions t-1\n\
             Error completing leader election (PREFERRED) for partition: t-2: \
             org.apache.kafka.common.errors.PreferredLeaderNotAvailableException: x\n"
        );
    }
}
