//! zookeeper-server-start: runs a ZooKeeper server.
//!
//!     zookeeper-server-start config/zookeeper.properties
//!
//! Exits 0 after a normal end, 143 after SIGTERM, 2 where the file is wrong, 1 where it cannot run.

use std::path::PathBuf;

use super::launch::{self, Launch, ZOOKEEPER};
use super::options::{Opt, Parsed};
use super::serve::{self, Servers};
use super::{Ended, Failure, Io, Manual, Misuse, Run, Tool, common};

/// The program.
pub static TOOL: Tool = Tool {
    name: "zookeeper-server-start",
    about: "runs a ZooKeeper server",
    manual: Manual {
        intro: "Runs a ZooKeeper server.",
        bare: None,
        usage: &["[-daemon] zookeeper.properties"],
        details: "Runs the server that the file describes (zookeeper.properties and zoo.cfg are \
                  the same format) until it is stopped by a signal.\n\nThe environment variable \
                  LOG_DIR says where a server in the background writes its log files, EXTRA_ARGS \
                  with -name how its console file is called.",
        examples: &[
            "zookeeper-server-start config/zookeeper.properties",
            "zookeeper-server-start -daemon config/zookeeper.properties",
        ],
        exits: &[
            (0, "the server ended, or runs in the background"),
            (1, "it could not start"),
            (2, "the file is wrong, or the line cannot be read"),
            (130, "stopped by INT (Ctrl-C)"),
            (143, "stopped by TERM"),
        ],
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Plain(run),
};

const OPTIONS: &[Opt] = &[launch::DAEMON, common::HELP, launch::AS];

/// What was typed, as what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
    /// Whether this run is the server itself.
    pub is_server: bool,
    pub daemon: bool,
    pub file: PathBuf,
}

impl Args {
    fn from(parsed: &Parsed, program: &str) -> Result<Args, Failure> {
        let is_server = parsed.has("as");
        let words = parsed.words().iter().filter(|word| !(is_server && *word == ZOOKEEPER));
        let words: Vec<&String> = words.collect();
        match words.as_slice() {
            [file] => Ok(Args {
                is_server,
                daemon: parsed.has("daemon"),
                file: PathBuf::from(file.as_str()),
            }),
            [] => Err(Failure::printed(format!("USAGE: {program} [-daemon] zookeeper.properties"))),
            [_, more @ ..] => {
                let more: Vec<&str> = more.iter().map(|word| word.as_str()).collect();
                let message = format!("Found non argument parameters: {}", more.join(","));
                Err(Failure::usage(message).code(2))
            }
        }
    }

    fn launch(&self) -> Launch {
        Launch {
            name: "zookeeper",
            classes: vec![ZOOKEEPER],
            daemon: self.daemon,
            arguments: vec![self.file.display().to_string()],
        }
    }
}

fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let args = Args::from(&parsed, &io.program)?;
    if !args.is_server {
        return args.launch().start(io);
    }
    launch::settle(args.daemon, io);
    serve(&args, io)
}

fn serve(args: &Args, io: &mut Io) -> Ended {
    let zookeeper = Some(serve::zoo_cfg(Some(&args.file))?);
    serve::run(Servers { zookeeper, broker: None, topics: Vec::new() }, io)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Args, Failure> {
        let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        Args::from(&Parsed::parse("zookeeper-server-start", OPTIONS, &line)?, "zk-start")
    }

    #[test]
    fn the_server_is_found_by_its_words_and_reads_them() {
        for line in [&["zoo.cfg"][..], &["-daemon", "zoo.cfg"]] {
            let first = parse(line).unwrap();
            let words = first.launch().line();
            assert!(words.join(" ").contains("QuorumPeerMain zoo.cfg"), "{words:?}");
            let second = parse(&words.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
            assert_eq!(second, Args { is_server: true, ..first });
        }
    }

    #[test]
    fn misuse_is_said_as_the_script_does() {
        let usage = Failure::printed("USAGE: zk-start [-daemon] zookeeper.properties");
        assert_eq!(parse(&[]), Err(usage.clone()));
        assert_eq!(parse(&["-daemon"]), Err(usage));
        assert_eq!(parse(&["a", "b"]).unwrap_err().code, 2);
    }
}
