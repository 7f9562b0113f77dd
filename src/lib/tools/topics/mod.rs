//! kafka-topics: creates, lists, describes, alters and deletes topics.
//!
//!     kafka-topics --create --topic orders --partitions 8
//!
//! Talks to the brokers in the words of Kafka 3.9, or with `--zookeeper` to ZooKeeper in those of
//! Kafka 2.4. Exits 0 where all was done, else 1 (the help included, as Kafka's).

mod args;
mod brokers;
mod describe;
mod options;
#[cfg(test)]
mod tests;
mod zookeeper;

use args::{Args, Cluster};

use super::options::Parsed;
use super::{Ended, Failure, Io, Manual, Misuse, Run, Tool};

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-topics",
    about: "creates, lists, describes, alters and deletes topics",
    manual: Manual {
        intro: "This tool helps to create, delete, describe, or change a topic.",
        bare: Some("Create, delete, describe, or change a topic."),
        usage: &[
            "--list | --describe [--topic regex] [options]",
            "--create --topic name [--partitions n] [--replication-factor n] [options]",
            "--alter --topic regex --partitions n [options]",
            "--delete --topic regex [options]",
        ],
        details: "Works through the brokers, whose own checks and words apply. Where no address \
                  is given the broker on localhost:9092 is asked.\n\nWith --zookeeper the topic is \
                  written to or read from ZooKeeper itself, as tools before Kafka 3.0 did, and the \
                  controller does the rest when it learns of it; output is then that of Kafka \
                  2.4.\n\nWhat is printed without --output is Kafka's own text, field by field. \
                  --output json prints one object a line, with names that stay the same.",
        examples: &[
            "kafka-topics --create --topic orders --partitions 8 --config retention.ms=86400000",
            "kafka-topics --describe --topic 'orders|payments' --output table",
        ],
        exits: &[(0, "done"), (1, "failed or misused, or this help was asked for")],
    },
    options: options::OPTIONS,
    misuse: Misuse::Message,
    run: Run::Async(|parsed, io| Box::pin(run(parsed, io))),
};

async fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let args = Args::from(&parsed)?;
    for line in &args.notes {
        io.stdout.line(line)?;
    }
    match &args.cluster {
        Cluster::ZooKeeper { servers } => zookeeper::act(servers, &args, io).await,
        Cluster::Brokers { servers, config } => {
            brokers::act(servers, config.as_deref(), &args, io).await
        }
    }
}

/// A failure while something is done, in Kafka's words and on Kafka's stream.
fn failed(why: impl std::fmt::Display) -> Failure {
    Failure::printed(format!("Error while executing topic command : {why}"))
}

/// What Kafka says before it creates a topic whose name could collide with another's in metrics.
fn collision_warning(name: &str) -> Option<&'static str> {
    let warning = "WARNING: Due to limitations in metric names, topics with a period ('.') or \
                   underscore ('_') could collide. To avoid issues it is best to use either, but \
                   not both.";
    name.contains(['.', '_']).then_some(warning)
}
