//! zookeeper-server-stop: signals every ZooKeeper server of this machine, ours and Apache's.
//!
//!     zookeeper-server-stop
//!
//! Exits 0 where at least one server was found and all were signalled, else 1.

use super::options::{Opt, Parsed};
use super::stop::{find, signal_all};
use super::{Ended, Exit, Io, Manual, Misuse, Run, Tool, common};

/// The program.
pub static TOOL: Tool = Tool {
    name: "zookeeper-server-stop",
    about: "stops the ZooKeeper servers of this machine",
    manual: Manual {
        intro: "Stops the ZooKeeper servers of this machine.",
        bare: None,
        usage: &[""],
        details: "Finds every process whose command line has the words java and QuorumPeerMain, \
                  which is how Apache ZooKeeper runs and how zookeeper-server-start shows itself, \
                  and sends each the signal named by the environment variable SIGNAL, or TERM. It \
                  does not wait until they have ended.\n\nA broker that runs ZooKeeper inside \
                  (kafka-server-start --with-zookeeper) is one of them.",
        examples: &["zookeeper-server-stop", "SIGNAL=KILL zookeeper-server-stop"],
        exits: &[(0, "the servers were signalled"), (1, "there was none, or one refused")],
    },
    options: OPTIONS,
    misuse: Misuse::Message,
    run: Run::Plain(run),
};

const OPTIONS: &[Opt] = &[common::HELP];

fn run(_: Parsed, io: &mut Io) -> Ended {
    let found = find(&io.disk, is_server);
    if found.is_empty() {
        io.stdout.line("No zookeeper server to stop")?;
        return Ok(Exit::FAILED);
    }
    signal_all(&found, io)
}

fn is_server(line: &str) -> bool {
    line.contains("java") && line.contains("QuorumPeerMain")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::disk::Disk;

    #[test]
    fn servers_are_known_by_their_command_line() {
        assert!(is_server("java org.apache.zookeeper.server.quorum.QuorumPeerMain zoo.cfg"));
        assert!(!is_server("java kafka.Kafka server.properties"));
    }

    #[test]
    fn nothing_found_is_said_and_exits_one() {
        let mut io = Io::captured("zookeeper-server-stop", b"");
        io.disk = Disk::memory();
        assert_eq!(super::super::call(&TOOL, &[], &mut io), 1);
        assert_eq!(io.stdout.kept(), "No zookeeper server to stop\n");
    }
}
