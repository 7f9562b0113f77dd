//! zkServer: starts, stops and looks after one ZooKeeper server.
//!
//!     zkServer start conf/zoo.cfg
//!
//! Exits 0 where it was done, 1 where not, 2 where the file is wrong.
//!
//! * `conf`: where settings and logs are.
//! * `daemon`: a server in the background, known by its pid file.
//! * `status`: what a server says of itself.

pub(super) mod conf;
mod daemon;
mod status;

use super::launch::{self, Launch, ZOOKEEPER};
use super::options::{Group, Hint, Opt, Parsed, value};
use super::serve::{self, Servers};
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, common};
use crate::base::logging;
use crate::zookeeper::server::RELEASE;
use conf::{Conf, JvmFlags};

/// The program.
pub static TOOL: Tool = Tool {
    name: "zkServer",
    about: "starts, stops and looks after a ZooKeeper server",
    manual: Manual {
        intro: "Starts, stops and looks after a ZooKeeper server.",
        bare: None,
        usage: &[USAGE],
        details: "start runs the server in the background: its process id goes into \
                  zookeeper_server.pid in dataDir, its output into \
                  zookeeper-$USER-server-$HOSTNAME.out in the folder of logs. It returns once the \
                  server listens, or has ended. start-foreground becomes the server. stop ends the \
                  server of the pid file and waits until it has. restart is stop and start. status \
                  asks the server of the settings whether it is a leader, a follower or alone; \
                  Apache's servers are asked alike. version says which release this one stands in \
                  for. print-cmd shows the line that start runs.\n\nThe settings are zoo.cfg, or \
                  the file named behind the command, in the folder of --config, else $ZOOCFGDIR, \
                  else conf/, etc/zookeeper/ or config/ beside bin/; a name with a slash is a path \
                  of its own.\n\n$ZOOCFG names another file, $ZOO_LOG_DIR the folder of logs \
                  (logs/), $ZOOPIDFILE the pid file. With $ZOO_DATADIR_AUTOCREATE_DISABLE set, a \
                  data folder must have been made by zkServer-initialize. -Dname=value in \
                  $SERVER_JVMFLAGS and $JVMFLAGS is a setting that holds where the file has none; \
                  whatever else stands there, and $JMX*, is for a JVM and there is none. The \
                  scripts zookeeper-env.sh and java.env are not read.",
        examples: &["zkServer start", "zkServer --config /etc/zookeeper status"],
        exits: &[
            (0, "done; for status: the server answers"),
            (1, "not done; for status: no server answers"),
            (2, "the settings are wrong"),
        ],
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Plain(run),
};

const USAGE: &str =
    "[--config folder] {start|start-foreground|stop|version|restart|status|print-cmd} [zoo.cfg]";

const OPTIONS: &[Opt] = &[
    value("config", "folder", Group::Target, "The folder of the settings.").hint(Hint::File),
    common::HELP,
    launch::AS,
    launch::DAEMON.hidden(),
];

fn run(parsed: Parsed, io: &mut Io) -> Ended {
    if parsed.has("as") {
        return become_it(&parsed, io);
    }
    let words = parsed.words();
    let conf = Conf::find(parsed.one("config")?, words.get(1).map(String::as_str), io);
    if words.first().is_some_and(|word| word == "version") {
        io.stdout.line(&format!(
            "Apache ZooKeeper, version {RELEASE} (milena {})",
            env!("CARGO_PKG_VERSION")
        ))?;
        return Ok(Exit::OK);
    }
    conf.announce(io)?;
    match words.first().map(String::as_str) {
        Some("start") => daemon::start(&conf, io),
        Some("start-foreground") => {
            say_ignored(io)?;
            // Wrong settings are said before anything of them is made.
            daemon::prepare(&conf.load(io)?, io)?;
            launch(&conf, false).start(io)
        }
        Some("stop") => super::runtime()?.block_on(daemon::stop(&conf, io)),
        Some("restart") => {
            super::runtime()?.block_on(daemon::stop(&conf, io))?;
            daemon::start(&conf, io)
        }
        Some("status") => super::runtime()?.block_on(status::status(&conf, io)),
        Some("print-cmd") => {
            let program = std::env::current_exe().unwrap_or_default();
            let line = launch(&conf, true).line().join(" ");
            let console = daemon::console_path(&conf, io);
            io.stdout.line(&format!(
                "\"{}\" {line} > \"{}\" 2>&1 < /dev/null",
                program.display(),
                console.display()
            ))?;
            Ok(Exit::OK)
        }
        Some("upgrade") => Err(Failure::named(
            "data of ZooKeeper before 3.0 is not read; upgrade it with ZooKeeper 3.4 first",
        )),
        _ => Err(Failure::plain(format!("Usage: {} {USAGE}", io.program))),
    }
}

/// The server's command line.
fn launch(conf: &Conf, daemon: bool) -> Launch {
    let arguments = vec![conf.file.display().to_string()];
    Launch { name: "zookeeper", classes: vec![ZOOKEEPER], daemon, arguments }
}

/// Says what of the environment means nothing here.
fn say_ignored(io: &mut Io) -> std::io::Result<()> {
    let others = JvmFlags::of(&io.environment).others;
    if !others.is_empty() {
        io.complain(&format!("There is no JVM; ignored: {}", others.join(" ")))?;
    }
    if io.environment.filled("JMXPORT").is_some() {
        io.complain("There is no JMX; ignored: JMXPORT. Metrics: metricsProvider.className")?;
    }
    Ok(())
}

/// The second run: the server itself.
fn become_it(parsed: &Parsed, io: &mut Io) -> Ended {
    let daemon = parsed.has("daemon");
    if daemon {
        // Refused only to the leader of a group, which a child of the first run is not.
        let _ = rustix::process::setsid();
    }
    launch::raise_file_limit();
    logging::start(logging::Settings {
        level: tracing::Level::INFO,
        to_stderr: false,
        folder: None,
        main_file: "",
        routes: &[],
    });
    let file = parsed.words().iter().rfind(|word| *word != ZOOKEEPER);
    let conf = Conf::find(None, file.map(String::as_str), io);
    let zookeeper = Some(conf.load(io)?);
    let servers = Servers { zookeeper, broker: None, topics: Vec::new() };
    serve::run_and_tell(servers, if daemon { daemon::tell_parent } else { || {} }, io)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(line: &[&str]) -> (u8, String, String) {
        let mut io = Io::captured("zkServer", b"");
        io.disk = crate::base::disk::Disk::memory();
        let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        let code = super::super::call(&TOOL, &line, &mut io);
        (code, io.stdout.kept(), io.stderr.kept())
    }

    #[test]
    fn words_that_need_no_server() {
        let using = "Using config: /none/zoo.cfg\n";
        let usage = format!("{using}Usage: zkServer {USAGE}\n");
        assert_eq!(call(&["--config", "/none"]), (1, String::new(), usage.clone()));
        assert_eq!(call(&["--config", "/none", "bogus"]), (1, String::new(), usage));
        let (code, stdout, _) = call(&["version"]);
        assert_eq!(code, 0);
        assert!(stdout.starts_with("Apache ZooKeeper, version 3.9.5 (milena "), "{stdout}");
        let (code, stdout, stderr) = call(&["--config", "/none", "status"]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.contains("/none/zoo.cfg"), "{stderr}");
        let (code, stdout, _) = call(&["--config", "/none", "print-cmd", "/a/zoo.cfg"]);
        assert_eq!(code, 0);
        assert!(stdout.contains("QuorumPeerMain /a/zoo.cfg > \""), "{stdout}");
        assert!(call(&["upgrade"]).2.contains("zkServer: data of ZooKeeper before 3.0"));
    }
}
