//! kafka-reassign-partitions: moves partitions to other brokers.
//!
//!     kafka-reassign-partitions --reassignment-json-file moves.json --execute
//!
//! Talks to the brokers in the words of Kafka 3.9, or with `--zookeeper` to ZooKeeper in those of
//! Kafka 2.4. Exits 0 where all was done, else 1 (the help included, as Kafka's).
//!
//! One file an action: `generate`, `execute`, `verify`, `cancel`, `list`. `plan` is the file an
//! operator writes, `throttle` what moves may cost, `log_dirs` moves within a broker; `brokers` asks
//! the cluster, `zookeeper` does it all the old way.

mod args;
mod brokers;
mod cancel;
mod execute;
mod generate;
mod list;
mod log_dirs;
mod options;
mod plan;
#[cfg(test)]
mod tests;
mod throttle;
mod verify;
mod zookeeper;

use args::{Action, Args, Cluster};

use super::options::Parsed;
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool};

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-reassign-partitions",
    about: "moves partitions to other brokers",
    manual: Manual {
        intro: "This tool helps to move topic partitions between replicas.",
        bare: Some("This tool helps to move topic partitions between replicas."),
        usage: &[
            "--generate --topics-to-move-json-file file --broker-list id,... [options]",
            "--execute --reassignment-json-file file [--throttle n] [options]",
            "--verify --reassignment-json-file file [options]",
            "--cancel --reassignment-json-file file [options]",
            "--list [options]",
        ],
        details: "A move is a file: {\"version\":1,\"partitions\":[{\"topic\":\"orders\",\
                  \"partition\":0,\"replicas\":[1,2]}]}. --generate proposes one, --execute starts \
                  it, --verify says how far it has come, --cancel calls it off, and --list shows \
                  what moves at the moment. A field \"log_dirs\" beside the replicas names the \
                  folder of each, or any.\n\nWith --throttle the brokers copy no faster than \
                  that. The limit stays until --verify finds everything done, so run it to the \
                  end.\n\nWhere no address is given the broker on localhost:9092 is asked. With \
                  --zookeeper the move is written into ZooKeeper, as tools before Kafka 3.0 did, \
                  and the controller finds it there.",
        examples: &[
            "kafka-reassign-partitions --execute --reassignment-json-file moves.json --throttle 50000000",
            "kafka-reassign-partitions --verify --reassignment-json-file moves.json",
        ],
        exits: &[(0, "done"), (1, "failed or misused, or this help was asked for")],
    },
    options: options::OPTIONS,
    misuse: Misuse::Message,
    run: Run::Async(|parsed, io| Box::pin(run(parsed, io))),
};

async fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let args = Args::from(&parsed)?;
    let (servers, config) = match &args.cluster {
        Cluster::ZooKeeper { servers } => return zookeeper::act(servers, &args.action, io).await,
        Cluster::Brokers { servers, config } => (servers, config),
    };
    // What is wrong with a file is said without a broker.
    let prepared = args.action.read(io)?;
    let admin = brokers::admin(servers, config.as_deref(), io).await?;
    match (&args.action, prepared) {
        (Action::Generate(wanted), plan::Read::Topics(topics)) => {
            generate::generate(&admin, wanted, &topics, io).await?;
        }
        (Action::Execute(how), plan::Read::Plan(plan)) => {
            execute::execute(&admin, how, &plan, io).await?;
        }
        (Action::Verify(how), plan::Read::Plan(plan)) => {
            verify::verify(&admin, how.preserve_throttles, &plan, io).await?;
        }
        (Action::Cancel(how), plan::Read::Plan(plan)) => {
            cancel::cancel(&admin, how.preserve_throttles, &plan, io).await?;
        }
        _ => list::list(&admin, io).await?,
    }
    Ok(Exit::OK)
}

/// A failure in Kafka's words, on Kafka's stream.
fn failed(why: impl std::fmt::Display) -> Failure {
    Failure::printed(format!("Error: {why}"))
}

/// Items apart by commas.
fn joined(items: impl IntoIterator<Item = impl ToString>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(",")
}

/// `s` where there are several.
fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
