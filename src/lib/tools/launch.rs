//! How a start program becomes a server.
//!
//! Apache's stop scripts, and people with `ps` and `pgrep`, find a broker by the words `java` and
//! ` kafka.Kafka ` of its command line, and a ZooKeeper server by `java` and `QuorumPeerMain`. So a
//! start program checks its line and then replaces itself by itself with a line that has them:
//!
//!     kafka-server-start --as=java kafka.Kafka server.properties
//!
//! `--as=java` is how the second run knows that it is the server. With `-daemon` the second run is
//! a child whose output goes to a file, and which leaves the session of the terminal first.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::options::{Group, Opt, flag, value};
use super::{Ended, Environment, Exit, Failure, Io};
use crate::base::disk::{Disk, Mode};
use crate::base::error::io_text;
use crate::base::logging::{self, Route};

/// The word of a broker's command line.
pub(super) const BROKER: &str = "kafka.Kafka";
/// The word of a ZooKeeper server's command line.
pub(super) const ZOOKEEPER: &str = "org.apache.zookeeper.server.quorum.QuorumPeerMain";

/// `--as`, which only a start program types.
pub(super) const AS: Opt =
    value("as", "runtime", Group::Other, "Marks the run that is the server.").hidden();
/// `-daemon`.
pub(super) const DAEMON: Opt = flag(
    "daemon",
    Group::Action,
    "Runs in the background; logs go to $LOG_DIR, else logs/ beside bin/, else ./logs.",
);

/// Which logger's lines have a file of their own, as in Kafka's config/log4j.properties.
const ROUTES: &[Route] = &[
    Route { logger: "kafka.controller", file: "controller.log" },
    Route { logger: "state.change.logger", file: "state-change.log" },
    Route { logger: "kafka.log.LogCleaner", file: "log-cleaner.log" },
    Route { logger: "kafka.request.logger", file: "kafka-request.log" },
    Route { logger: "kafka.network.RequestChannel", file: "kafka-request.log" },
    Route { logger: "kafka.authorizer.logger", file: "kafka-authorizer.log" },
];

/// A server that is about to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Launch {
    /// What names the file of a daemon's output: `kafkaServer` or `zookeeper`.
    pub(super) name: &'static str,
    /// The words by which it is found.
    pub(super) classes: Vec<&'static str>,
    pub(super) daemon: bool,
    /// The rest of the line.
    pub(super) arguments: Vec<String>,
}

impl Launch {
    /// The server's command line, without the program's name.
    pub(super) fn line(&self) -> Vec<String> {
        let mut line = vec![format!("--{}=java", AS.name)];
        if self.daemon {
            line.push(format!("-{}", DAEMON.name));
        }
        line.extend(self.classes.iter().map(|class| (*class).to_owned()));
        line.extend(self.arguments.iter().cloned());
        line
    }

    /// Becomes the server, or starts it in the background. Returns only in the second case.
    pub(super) fn start(&self, io: &Io) -> Ended {
        let program =
            std::env::current_exe().map_err(|error| failed("cannot find this program", &error))?;
        let mut command = Command::new(&program);
        command.arg0(&io.program).args(self.line());
        if !self.daemon {
            return Err(failed("cannot become the server", &command.exec()));
        }
        let console = console(&io.disk, &log_folder(&io.environment, &program), &self.name_in(io))?;
        let (out, err) = (console.try_clone(), Ok(console));
        let stdio = |descriptor: std::io::Result<std::os::fd::OwnedFd>| {
            descriptor.map(Stdio::from).map_err(|error| failed("cannot share the log", &error))
        };
        command.stdin(Stdio::null()).stdout(stdio(out)?).stderr(stdio(err)?);
        command.spawn().map_err(|error| failed("cannot start the server", &error))?;
        Ok(Exit::OK)
    }

    /// The name of the console's file: `-name X` of `$EXTRA_ARGS`, as with Kafka's scripts.
    fn name_in(&self, io: &Io) -> String {
        let extra = io.environment.get("EXTRA_ARGS").unwrap_or_default();
        let mut words = extra.split_whitespace();
        let named = words.find(|word| *word == "-name").and_then(|_| words.next());
        named.unwrap_or(self.name).to_owned()
    }
}

/// Becomes a server that the environment describes.
pub(super) fn become_server(io: &Io, name: &'static str, class: &'static str) -> Ended {
    // A word behind the class: Apache's stop script looks for the class between spaces.
    let arguments = vec!["environment".to_owned()];
    Launch { name, classes: vec![class], daemon: false, arguments }.start(io)
}

fn failed(what: &str, error: &std::io::Error) -> Failure {
    Failure::named(format!("{what}: {}", io_text(error)))
}

/// Opens the file for a daemon's output, emptied.
pub(super) fn console(
    disk: &Disk,
    folder: &Path,
    name: &str,
) -> Result<std::os::fd::OwnedFd, Failure> {
    let path = folder.join(format!("{name}.out"));
    let what = format!("cannot write {}", path.display());
    let opened = disk.create_dir_all(folder).and_then(|()| {
        let file = disk.open(&path, Mode::Create)?;
        file.set_len(0)?;
        let descriptor = file.descriptor().ok_or(std::io::ErrorKind::Unsupported)?;
        descriptor.try_clone_to_owned()
    });
    opened.map_err(|error| failed(&what, &error))
}

/// Where logs go: `$LOG_DIR`, else `logs/` beside the `bin/` that has the program, else `./logs`.
pub(super) fn log_folder(environment: &Environment, program: &Path) -> PathBuf {
    if let Some(folder) = environment.filled("LOG_DIR") {
        return PathBuf::from(folder);
    }
    let bin = program.parent().filter(|folder| folder.ends_with("bin"));
    bin.and_then(Path::parent).map_or_else(|| PathBuf::from("logs"), |base| base.join("logs"))
}

/// What the second run does before anything else: leaves the terminal where it is a daemon, and
/// begins to log.
pub(super) fn settle(daemon: bool, io: &Io) {
    if daemon {
        // Refused only to the leader of a group, which a child of the first run is not.
        let _ = rustix::process::setsid();
    }
    raise_file_limit();
    let program = std::env::current_exe().unwrap_or_default();
    logging::start(logging::Settings {
        level: tracing::Level::INFO,
        to_stderr: false,
        folder: daemon.then(|| log_folder(&io.environment, &program)),
        main_file: "server.log",
        routes: ROUTES,
    });
}

/// Every connection and every segment is an open file, and a shell allows a thousand of them. As
/// many as may be are what a server needs; the JVM takes them, too.
pub(super) fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Lowering nothing, it is refused to nobody.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn logs_lie_beside_bin_or_here() {
        let none = Environment::Fixed(BTreeMap::new());
        let set = Environment::Fixed(BTreeMap::from([("LOG_DIR".into(), "/var/log/k".into())]));
        let cases = [
            (&none, "/opt/kafka/bin/kafka-server-start", "/opt/kafka/logs"),
            (&none, "/src/target/release/kafka-server-start", "logs"),
            (&set, "/opt/kafka/bin/kafka-server-start", "/var/log/k"),
        ];
        for (environment, program, expected) in cases {
            assert_eq!(log_folder(environment, Path::new(program)), Path::new(expected));
        }
    }

    #[test]
    fn the_console_is_named_as_the_scripts_would() {
        let launch =
            Launch { name: "kafkaServer", classes: vec![], daemon: true, arguments: vec![] };
        let mut io = Io::captured("kafka-server-start", b"");
        assert_eq!(launch.name_in(&io), "kafkaServer");
        for (extra, expected) in [("-name broker7 -loggc", "broker7"), ("", "kafkaServer")] {
            io.environment =
                Environment::Fixed(BTreeMap::from([("EXTRA_ARGS".into(), extra.into())]));
            assert_eq!(launch.name_in(&io), expected);
        }
    }
}
