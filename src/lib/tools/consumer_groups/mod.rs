//! kafka-consumer-groups: lists, describes, resets and deletes consumer groups.
//!
//!     kafka-consumer-groups --describe --group billing
//!
//! Talks to the brokers in the words of Kafka 3.9, or with `--zookeeper` about the groups of old
//! consumers in those of Kafka 0.10. Where 3.9 alone runs the rows of a table together, leaves out
//! the topic of an assignment or garbles a list, the lines are those of the releases around it.
//! Exits 0 even where the work failed, as Kafka's does, and 1 where the line was misused.

mod args;
mod brokers;
mod delete;
mod describe;
mod moment;
mod options;
mod plan;
mod reset;
mod show;
#[cfg(test)]
mod tests;
mod zookeeper;

use args::{Args, Cluster};

use super::options::Parsed;
use super::{Ended, Failure, Io, Manual, Misuse, Run, Tool, exceptions};
use crate::kafka::client::Error;

const INTRO: &str = "This tool helps to list all consumer groups, describe a consumer group, delete \
                     consumer group info, or reset consumer group offsets.";

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-consumer-groups",
    about: "lists, describes, resets and deletes consumer groups",
    manual: Manual {
        intro: INTRO,
        bare: Some(INTRO),
        usage: &[
            "--list [--state [states]] [--type [types]] [options]",
            "--describe --group id | --all-groups [--members [--verbose] | --state] [options]",
            "--reset-offsets --group id --topic name --to-earliest --dry-run | --execute [options]",
            "--delete --group id [options]",
            "--delete-offsets --group id --topic name [options]",
        ],
        details: "Works through the brokers; where no address is given the broker on \
                  localhost:9092 is asked.\n\nOffsets can be reset only while a group has no \
                  members. A reset says which groups (--group, --all-groups), which partitions \
                  (--topic, --all-topics) and where to (--to-earliest and the others); without \
                  --execute it shows what it would do. Offsets beyond either end of a partition \
                  become that end. A plan printed with --export can be edited and given back with \
                  --from-file.\n\nWith --zookeeper the groups of consumers before Kafka 0.9 are \
                  listed, described and deleted, in the words of the tools of that \
                  time.\n\n--output json prints one object a line, with names that stay the same.",
        examples: &[
            "kafka-consumer-groups --describe --group billing",
            "kafka-consumer-groups --reset-offsets --group billing --topic orders --to-earliest \
             --execute",
        ],
        exits: &[(0, "done, or failed while doing it"), (1, "misused, or this help was asked for")],
    },
    options: options::OPTIONS,
    misuse: Misuse::Message,
    run: Run::Async(|parsed, io| Box::pin(run(parsed, io))),
};

async fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let args = Args::from(&parsed)?;
    if let Some(warning) = args.warning {
        io.complain(warning)?;
    }
    match &args.cluster {
        Cluster::ZooKeeper { servers } => zookeeper::act(servers, &args, io).await,
        Cluster::Brokers { servers, config } => {
            brokers::act(servers, config.as_deref(), &args, io).await
        }
    }
}

/// A failure while something is done, in Kafka's words, on Kafka's stream, with Kafka's code.
fn failed(why: impl std::fmt::Display) -> Failure {
    let text = format!("\nError: Executing consumer group command failed due to {why}");
    Failure::printed(text).code(0)
}

/// A call that failed as a whole.
fn broken(error: Error) -> Failure {
    failed(exceptions::of_error(&error))
}
