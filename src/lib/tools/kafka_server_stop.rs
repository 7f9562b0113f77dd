//! kafka-server-stop: signals every broker of this machine, ours and Apache's.
//!
//!     kafka-server-stop
//!
//! Exits 0 where at least one broker was found and all were signalled, else 1.

use std::path::Path;

use super::options::{Group, Opt, Parsed, value};
use super::stop::{Process, find, settings_file, signal_all};
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, common};

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-server-stop",
    about: "stops the Kafka brokers of this machine",
    manual: Manual {
        intro: "Stops the Kafka brokers of this machine.",
        bare: None,
        usage: &["[--node-id=id | --process-role=role]"],
        details: "Finds every process whose command line has the words java and kafka.Kafka, \
                  which is how Apache Kafka runs and how kafka-server-start shows itself, and \
                  sends each the signal named by the environment variable SIGNAL, or TERM. It \
                  does not wait until they have ended.\n\nA broker that runs ZooKeeper inside is \
                  stopped as one process.",
        examples: &["kafka-server-stop", "SIGNAL=KILL kafka-server-stop"],
        exits: &[(0, "the brokers were signalled"), (1, "there was none, or one refused")],
    },
    options: OPTIONS,
    misuse: Misuse::Message,
    run: Run::Plain(run),
};

const OPTIONS: &[Opt] = &[
    value("node-id", "id", Group::Target, "Stops only the broker with this id.").attached(),
    value("process-role", "role", Group::Target, "Stops only processes with this role.").attached(),
    common::HELP,
];

/// Which of the brokers found are meant.
#[derive(Debug, PartialEq, Eq)]
enum Filter {
    NodeId(String),
    ProcessRole(String),
}

fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let (id, role) = (parsed.one("node-id")?, parsed.one("process-role")?);
    if id.is_some() && role.is_some() {
        io.stdout.line(
            "When both node-id and process-role are provided, the value for node-id will take \
             precedence",
        )?;
    }
    let filter = id
        .map(|id| Filter::NodeId(id.to_owned()))
        .or_else(|| role.map(|role| Filter::ProcessRole(role.to_owned())));
    let mut found = find(&io.disk, is_broker);
    if let Some(filter) = &filter {
        found = choose(found, filter, io)?;
    }
    if found.is_empty() {
        io.stdout.line("No kafka server to stop")?;
        return Ok(Exit::FAILED);
    }
    signal_all(&found, io)
}

fn is_broker(line: &str) -> bool {
    line.contains(" kafka.Kafka ") && line.contains("java")
}

/// Keeps the processes whose settings say what the filter asks for.
fn choose(found: Vec<Process>, filter: &Filter, io: &Io) -> Result<Vec<Process>, Failure> {
    let mut chosen = Vec::new();
    for process in found {
        let text = settings_file(&process.line).and_then(|file| {
            let file = Path::new(".").join(file);
            io.disk.read_text(&file).ok()
        });
        let Some(text) = text else {
            return Err(Failure::printed(
                "Can not find the configuration file in the current directory. Please make sure \
                 the kafka stop process and the start process are called in the same directory.",
            ));
        };
        // As text, the way the script greps it: no need for a whole file that can be read.
        let says = |key: &str, wanted: &str| {
            let value = |line: &str| {
                let (known, value) = line.split_once('=')?;
                (known.trim() == key).then(|| value.trim().to_owned())
            };
            text.lines().filter_map(value).next_back().is_some_and(|value| value == wanted)
        };
        let meant = match filter {
            // In ZooKeeper mode the id is called broker.id.
            Filter::NodeId(id) => says("node.id", id) || says("broker.id", id),
            Filter::ProcessRole(role) => says("process.roles", role),
        };
        if meant {
            chosen.push(process);
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::disk::{Disk, Mode};

    fn machine(processes: &[(i32, &str)], files: &[(&str, &str)]) -> Io {
        let mut io = Io::captured("kafka-server-stop", b"");
        io.disk = Disk::memory();
        let write = |path: &Path, text: &str| {
            io.disk.create_dir_all(path.parent().unwrap()).unwrap();
            let file = io.disk.open(path, Mode::Create).unwrap();
            file.write_all_at(text.as_bytes(), 0).unwrap();
        };
        for (pid, line) in processes {
            let path = Path::new("/proc").join(pid.to_string()).join("cmdline");
            write(&path, &format!("{}\0", line.replace(' ', "\0")));
        }
        files.iter().for_each(|(name, text)| write(&Path::new(".").join(name), text));
        io
    }

    const ROUND_UP: &[(i32, &str)] = &[
        (10, "/usr/bin/java -Xmx1G kafka.Kafka config/server.properties"),
        (11, "kafka-server-start --as=java kafka.Kafka b.properties --override broker.id=7"),
        (12, "java kafka.kafka x"),
        (13, "vim kafka.Kafka notes"),
        (14, "grep java kafka.Kafka x"),
        (15, "java org.apache.zookeeper.server.quorum.QuorumPeerMain zoo.cfg"),
    ];

    #[test]
    fn brokers_are_known_by_their_command_line() {
        let io = machine(ROUND_UP, &[]);
        let pids: Vec<_> = find(&io.disk, is_broker).iter().map(|process| process.pid).collect();
        assert_eq!(pids, [10, 11]);
    }

    #[test]
    fn nothing_found_is_said_and_exits_one() {
        for line in [&[][..], &["--node-id=1".to_owned()], &["stray".to_owned()]] {
            let mut io = machine(&ROUND_UP[2..], &[]);
            assert_eq!(super::super::call(&TOOL, line, &mut io), 1);
            assert_eq!(io.stdout.kept(), "No kafka server to stop\n", "{line:?}");
        }
    }

    #[test]
    fn a_filter_reads_the_settings() {
        let files = [
            ("config/server.properties", "broker.id=3\nprocess.roles=broker\n"),
            ("b.properties", "# node.id=3\nnode.id=1\nnode.id = 4\n"),
        ];
        let io = machine(ROUND_UP, &files);
        let cases = [
            (Filter::NodeId("3".into()), vec![10]),
            (Filter::NodeId("4".into()), vec![11]),
            (Filter::NodeId("1".into()), vec![]),
            (Filter::ProcessRole("broker".into()), vec![10]),
        ];
        for (filter, expected) in cases {
            let chosen = choose(find(&io.disk, is_broker), &filter, &io).unwrap();
            let pids: Vec<_> = chosen.iter().map(|process| process.pid).collect();
            assert_eq!(pids, expected, "{filter:?}");
        }
        let lost = machine(ROUND_UP, &files[..1]);
        let failure = choose(find(&lost.disk, is_broker), &Filter::NodeId("3".into()), &lost);
        assert!(failure.unwrap_err().message.starts_with("Can not find the configuration file"));
    }
}
