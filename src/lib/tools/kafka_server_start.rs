//! kafka-server-start: runs a broker, with ZooKeeper in the same process if asked.
//!
//!     kafka-server-start config/server.properties --override broker.id=1
//!
//! Exits as the broker ends: 0 after a normal end, 143 after SIGTERM, 1 where it cannot start.

use std::path::PathBuf;

use super::launch::{self, BROKER, Launch, ZOOKEEPER};
use super::options::{Group, Hint, Opt, Parsed, value};
use super::serve::{self, Servers};
use super::{Ended, Failure, Io, Manual, Misuse, Run, Tool, common};

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-server-start",
    about: "runs a Kafka broker",
    manual: Manual {
        intro: "Runs a Kafka broker.",
        bare: None,
        usage: &[
            "[-daemon] server.properties [--override property=value]...",
            "[-daemon] --with-zookeeper[=zoo.cfg] [server.properties] [--override property=value]...",
        ],
        details: "Runs the broker that the properties file describes until it is stopped by a \
                  signal. TERM and INT let it hand over and write everything first.\n\nWith \
                  --with-zookeeper a ZooKeeper server runs in the same process; the broker talks \
                  to it over a loopback socket as to any other. Either file may then be left out: \
                  without one, both listen on the loopback interface only, ZooKeeper on port 2181 \
                  and the broker on port 9092, and keep their data below data/ of the current \
                  folder.\n\nThe environment variable LOG_DIR says where a broker in the \
                  background writes its log files, EXTRA_ARGS with -name how its console file is \
                  called.",
        examples: &[
            "kafka-server-start --with-zookeeper",
            "kafka-server-start -daemon config/server.properties --override broker.id=1",
        ],
        exits: &[
            (0, "the broker ended, or runs in the background"),
            (1, "it could not start, or the line cannot be read"),
            (130, "stopped by INT (Ctrl-C)"),
            (143, "stopped by TERM"),
        ],
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Plain(run),
};

const OPTIONS: &[Opt] = &[
    launch::DAEMON,
    value(
        "with-zookeeper",
        "zoo.cfg",
        Group::Action,
        "Runs ZooKeeper in the same process; its file only after '='.",
    )
    .attached()
    .hint(Hint::File),
    value(
        "override",
        "property=value",
        Group::Target,
        "Sets a property in place of the file's; may be repeated, the last one counts.",
    )
    .many(),
    common::HELP,
    common::VERSION,
    launch::AS,
];

/// What was typed, as what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
    /// Whether this run is the server itself.
    pub is_server: bool,
    pub daemon: bool,
    /// Whether ZooKeeper runs inside, and by which file.
    pub zookeeper: Option<Option<PathBuf>>,
    /// `server.properties`; left out only with ZooKeeper inside.
    pub file: Option<PathBuf>,
    /// Properties that win over the file's, in the order typed.
    pub overrides: Vec<(String, String)>,
}

impl Args {
    fn from(parsed: &Parsed, program: &str) -> Result<Args, Failure> {
        let is_server = parsed.has("as");
        let skipped = |word: &&String| !(is_server && [BROKER, ZOOKEEPER].contains(&word.as_str()));
        let mut words = parsed.words().iter().filter(skipped);
        let file = words.next().map(PathBuf::from);
        let more: Vec<&str> = words.map(String::as_str).collect();
        if !more.is_empty() {
            return Err(Failure::usage(format!(
                "Found non argument parameters: {}",
                more.join(",")
            )));
        }
        let zookeeper = parsed
            .has("with-zookeeper")
            .then(|| parsed.one("with-zookeeper").map(|file| file.map(PathBuf::from)))
            .transpose()?;
        if file.is_none() && zookeeper.is_none() {
            return Err(Failure::printed(format!(
                "USAGE: {program} [-daemon] server.properties [--override property=value]*"
            )));
        }
        let pair = |text: &str| {
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            (key.to_owned(), value.to_owned())
        };
        let overrides = parsed.all("override").map(pair).collect();
        Ok(Args { is_server, daemon: parsed.has("daemon"), zookeeper, file, overrides })
    }

    fn launch(&self) -> Launch {
        let mut classes = vec![BROKER];
        let mut arguments = Vec::new();
        if let Some(file) = &self.zookeeper {
            // The broker's word stays last: Apache's stop script wants a space behind it.
            classes.insert(0, ZOOKEEPER);
            arguments.push(match file {
                Some(file) => format!("--with-zookeeper={}", file.display()),
                None => "--with-zookeeper".to_owned(),
            });
        }
        arguments.extend(self.file.iter().map(|file| file.display().to_string()));
        for (key, value) in &self.overrides {
            arguments.extend(["--override".to_owned(), format!("{key}={value}")]);
        }
        Launch { name: "kafkaServer", classes, daemon: self.daemon, arguments }
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
    let zookeeper = args.zookeeper.as_ref().map(|file| serve::zoo_cfg(file.as_deref()));
    let broker = serve::server_properties(args.file.as_deref(), &args.overrides)?;
    serve::run(
        Servers { zookeeper: zookeeper.transpose()?, broker: Some(broker), topics: Vec::new() },
        io,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Args, Failure> {
        let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        let parsed = Parsed::parse("kafka-server-start", OPTIONS, &line)?;
        Args::from(&parsed, "bin/kafka-server-start.sh")
    }

    fn command_line(line: &[&str]) -> String {
        parse(line).unwrap().launch().line().join(" ")
    }

    #[test]
    fn the_server_is_found_by_its_words() {
        let zk = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
        let cases: &[(&[&str], String)] = &[
            (&["a.properties"], "--as=java kafka.Kafka a.properties".into()),
            (&["-daemon", "a.properties"], "--as=java -daemon kafka.Kafka a.properties".into()),
            (
                &["a.properties", "--override", "a=b=c", "--override=d", "-daemon"],
                "--as=java -daemon kafka.Kafka a.properties --override a=b=c --override d=".into(),
            ),
            (&["--with-zookeeper"], format!("--as=java {zk} kafka.Kafka --with-zookeeper")),
            (
                &["a.properties", "--with-zookeeper=zoo.cfg"],
                format!("--as=java {zk} kafka.Kafka --with-zookeeper=zoo.cfg a.properties"),
            ),
            (
                &["--with-zookeeper", "a.properties"],
                format!("--as=java {zk} kafka.Kafka --with-zookeeper a.properties"),
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(command_line(line), *expected, "{line:?}");
        }
    }

    #[test]
    fn the_second_run_reads_what_the_first_wrote() {
        let lines: [&[&str]; 3] = [
            &["a.properties", "--override", "broker.id=1", "--override", "x="],
            &["-daemon", "--with-zookeeper=zoo.cfg"],
            &["--with-zookeeper", "a.properties"],
        ];
        for line in lines {
            let first = parse(line).unwrap();
            let words = first.launch().line();
            let second = parse(&words.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
            assert_eq!(second, Args { is_server: true, ..first });
        }
    }

    #[test]
    fn misuse_is_said_as_the_script_and_the_class_do() {
        let usage = "USAGE: bin/kafka-server-start.sh [-daemon] server.properties \
                     [--override property=value]*";
        assert_eq!(parse(&[]), Err(Failure::printed(usage)));
        assert_eq!(parse(&["-daemon"]), Err(Failure::printed(usage)));
        let extra = Failure::usage("Found non argument parameters: b,c");
        assert_eq!(parse(&["a.properties", "b", "c"]), Err(extra));
    }
}
