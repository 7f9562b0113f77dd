//! kafka-preferred-replica-election: brings leaders back to the first replica of their partitions.
//!
//!     kafka-preferred-replica-election --zookeeper localhost:2181
//!
//! What releases before 3.0 had; kafka-leader-election has taken its place. The words are those of
//! Kafka 2.4. Exits 0 where the election was done or begun, else 1.

use super::keeper::{Keeper, Trouble};
use super::leader_election::{self, Sorted};
use super::options::{Group, Hint, Opt, Parsed, value};
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, common};
use crate::kafka::client::admin::Election;
use crate::kafka::metadata::znode;
use crate::kafka::types::TopicPartition;

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-preferred-replica-election",
    about: "brings leaders back to the first replica of their partitions",
    manual: Manual {
        intro: "This tool brings leaders back to the preferred replicas of their partitions.",
        bare: None,
        usage: &[
            "--zookeeper host:port [--path-to-json-file file]",
            "--bootstrap-server host:port [--path-to-json-file file] [--admin.config file]",
        ],
        details: "Releases before 3.0 had this program; use kafka-leader-election in its place. \
                  Through the brokers it waits for the new leaders. With --zookeeper it only \
                  writes down what is wanted, and the controller elects when it learns of it.",
        examples: &["kafka-preferred-replica-election --bootstrap-server localhost:9092"],
        exits: &[(0, "done, or begun"), (1, "failed or misused, or this help was asked for")],
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Async(|parsed, io| Box::pin(run(parsed, io))),
};

const OPTIONS: &[Opt] = &[
    value(
        "path-to-json-file",
        "file",
        Group::Target,
        "The partitions as a file: {\"partitions\":[{\"topic\":\"orders\",\"partition\":0}]}; all if absent.",
    )
    .hint(Hint::File),
    common::BOOTSTRAP_SERVER,
    Opt { name: "admin.config", ..common::COMMAND_CONFIG },
    value(
        "zookeeper",
        "host:port,.../chroot",
        Group::Connection,
        "Writes what is wanted into ZooKeeper itself.",
    )
    .hint(Hint::Host),
    common::HELP,
    common::VERSION,
];

async fn run(parsed: Parsed, io: &mut Io) -> Ended {
    if parsed.has("zookeeper") == parsed.has("bootstrap-server") {
        return Err(Failure::usage(
            "Exactly one of '[bootstrap-server]' or '[zookeeper]' must be provided",
        ));
    }
    let named = match parsed.one("path-to-json-file")? {
        Some(file) => Some(leader_election::read(io, file)?),
        None => None,
    };
    io.stdout.line(
        "This tool is deprecated. Please use kafka-leader-election tool. Tracking issue: KAFKA-8405",
    )?;
    match parsed.one("zookeeper")? {
        Some(servers) => {
            let servers = servers.to_owned();
            io.stdout.line(
                "Warning: --zookeeper is deprecated and will be removed in a future version of \
                 Kafka.",
            )?;
            io.stdout.line("Use --bootstrap-server instead to specify a broker to connect to.")?;
            by_zookeeper(&servers, named, io).await
        }
        None => {
            let servers = parsed.one("bootstrap-server")?.unwrap_or_default().to_owned();
            let config = parsed.one("admin.config")?.map(str::to_owned);
            by_brokers(&servers, config.as_deref(), named, io).await
        }
    }
}

async fn by_brokers(
    servers: &str,
    config: Option<&str>,
    named: Option<Vec<TopicPartition>>,
    io: &mut Io,
) -> Ended {
    let admin = leader_election::admin(servers, config, io).await?;
    let election = Election::Preferred;
    let outcomes = leader_election::elect(&admin, election, named.as_deref(), io).await?;
    let Sorted { elected, as_they_are, failed } = leader_election::sort(outcomes);
    for (names, what) in [
        (&elected, "Successfully completed preferred leader election"),
        (&as_they_are, "Preferred replica already elected"),
    ] {
        if !names.is_empty() {
            io.stdout.line(&format!("{what} for partitions {}", names.join(", ")))?;
        }
    }
    for (name, why) in &failed {
        io.stdout.line(&format!(
            "Error completing preferred leader election for partition: {name}: {why}"
        ))?;
    }
    match failed.len() {
        0 => Ok(Exit::OK),
        count => Err(Failure::plain(format!("{count} preferred replica(s) could not be elected"))),
    }
}

async fn by_zookeeper(servers: &str, named: Option<Vec<TopicPartition>>, io: &mut Io) -> Ended {
    let failed = |trouble: Trouble| Failure::plain(format!("Admin command failed: {trouble}"));
    let keeper = Keeper::connect(servers, io).await.map_err(failed)?;
    let begun = begin(&keeper, named).await;
    keeper.close().await;
    let Begun { elected, unknown, is_first } = begun.map_err(failed)?;
    let list = |names: &[TopicPartition], apart: &str| {
        let names: Vec<String> = names.iter().map(TopicPartition::to_string).collect();
        names.join(apart)
    };
    if !is_first {
        return Err(Failure::plain(
            "Admin command failed: a preferred replica election is under way already",
        ));
    }
    let (created, started) = (list(&elected, ","), list(&elected, ", "));
    io.stdout.line(&format!("Created preferred replica election path with {created}"))?;
    io.stdout.line(&format!(
        "Successfully started preferred replica election for partitions Set({started})"
    ))?;
    for name in unknown {
        io.stdout.line(&format!(
            "Skipping preferred replica leader election for partition {name} since it doesn't \
             exist."
        ))?;
    }
    Ok(Exit::OK)
}

/// What was written down.
struct Begun {
    elected: Vec<TopicPartition>,
    unknown: Vec<TopicPartition>,
    /// Whether nothing was wanted before.
    is_first: bool,
}

async fn begin(keeper: &Keeper, named: Option<Vec<TopicPartition>>) -> Result<Begun, Trouble> {
    let mut known = Vec::new();
    for topic in keeper.names(znode::TOPICS).await? {
        let found = keeper.assignment(&topic).await?.unwrap_or_default();
        known.extend(found.partitions.into_keys().map(|id| TopicPartition::new(&*topic, id)));
    }
    let (elected, unknown): (Vec<_>, Vec<_>) = match named {
        Some(named) => named.into_iter().partition(|name| known.contains(name)),
        None => (known, Vec::new()),
    };
    let wanted = elected.iter().map(|name| (&*name.topic, name.partition));
    let data = znode::partition_list::encode(wanted);
    let is_first = keeper.create(znode::PREFERRED_REPLICA_ELECTION, Some(data)).await?;
    Ok(Begun { elected, unknown, is_first })
}

#[cfg(test)]
mod tests {
    use super::super::call;
    use super::*;

    #[test]
    fn one_way_to_the_cluster_is_needed() {
        let one = "Exactly one of '[bootstrap-server]' or '[zookeeper]' must be provided\n";
        for line in [
            &["--path-to-json-file", "f"][..],
            &["--zookeeper", "a:1", "--bootstrap-server", "b:1"],
        ] {
            let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
            let mut io = Io::captured(TOOL.name, b"");
            assert_eq!(call(&TOOL, &line, &mut io), 1);
            assert!(io.stderr.kept().starts_with(one), "{}", io.stderr.kept());
            assert_eq!(io.stdout.kept(), "");
        }
    }
}
