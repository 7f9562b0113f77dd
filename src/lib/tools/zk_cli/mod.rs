//! zkCli and zookeeper-shell: show and change what is in ZooKeeper, by one command or many.
//!
//!     zkCli -server localhost:2181 ls -s /brokers
//!
//! The words and streams are those of ZooKeeper 3.9. Exits with the code of the last command: 0
//! where it was done, 1 where not, 127 where there is none of that name.
//!
//! * `verbs`: the table of commands. `nodes`, `acls`, `quotas`, `watches`, `ensemble`: what they
//!   do. `shell`: the session, and the commands about it.
//! * `words`: from a line to what a command was given. `refusal`: why it was not done. `text`:
//!   values as they are printed. `input`: the terminal and the pipe.

mod acls;
mod ensemble;
mod input;
mod nodes;
mod quotas;
mod refusal;
mod shell;
mod text;
mod verbs;
mod watches;
mod words;

use std::time::Duration;

use super::options::{Group, Hint, Opt, Parsed, flag, rest, value};
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, clients, common};
use crate::zookeeper::client::{ConnectString, Options};
use shell::Shell;

/// The release whose client this one stands in for.
const VERSION: &str = crate::zookeeper::server::RELEASE;
/// Where servers are looked for by who was told nothing.
const SERVER_DEFAULT: &str = "localhost:2181";
/// How long one command looks for a server.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const TIMEOUT_MS_DEFAULT: u64 = 30_000;

const DETAILS: &str = "With a command behind the options that one is done, otherwise those that \
    are typed, or come from a pipe, a line each. At a terminal a line can be edited, earlier ones \
    are recalled, and the Tab key completes commands and paths.\n\nNodes: ls, create, get, set, \
    delete, deleteall, stat, sync, getEphemerals, getAllChildrenNumber. Access: getAcl, setAcl, \
    addauth, whoami. Quotas: setquota, listquota, delquota. Watches: addWatch, removewatches, \
    printwatches. Servers: config, reconfig, version. The session: connect, close, history, redo, \
    quit. A word that is none of these lists them all with what they take.\n\nA word in quotes, \
    single or double, may have blanks in it. Created nodes and complaints are said on standard \
    error, values on standard output, and events of watches before what was asked after them.";

const EXITS: &[(u8, &str)] = &[
    (0, "the last command was done"),
    (1, "it was not done, or there is no server"),
    (127, "there is no such command"),
];

/// zkCli, of ZooKeeper.
pub static TOOL: Tool = Tool {
    name: "zkCli",
    about: "shows and changes what is in ZooKeeper",
    manual: Manual {
        intro: "Shows and changes what is in ZooKeeper.",
        bare: None,
        usage: &["[-server host:port[/path]] [options] [command [argument ...]]"],
        details: DETAILS,
        examples: &[
            "zkCli -server localhost:2181 ls -s /",
            "zkCli -server zk1:2181,zk2:2181/kafka get /controller",
        ],
        exits: EXITS,
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Async(|parsed, io| Box::pin(run(Flavour::Apache, parsed, io))),
};

/// zookeeper-shell, of Kafka: the same with the address in front.
pub static SHELL: Tool = Tool {
    name: "zookeeper-shell",
    about: "shows and changes what is in ZooKeeper",
    manual: Manual {
        intro: "Shows and changes what is in ZooKeeper.",
        bare: None,
        usage: &["host:port[/path] [-zk-tls-config-file file] [options] [command [argument ...]]"],
        details: DETAILS,
        examples: &[
            "zookeeper-shell localhost:2181 ls /brokers/ids",
            "zookeeper-shell localhost:2181 get /controller",
        ],
        exits: EXITS,
    },
    options: SHELL_OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Async(|parsed, io| Box::pin(run(Flavour::Kafka, parsed, io))),
};

const TIMEOUT: Opt =
    value("timeout", "ms", Group::Connection, "How long a session outlives its connection.")
        .default("30000");
const READ_ONLY: Opt =
    flag("r", Group::Connection, "Takes a server that has lost its quorum, for reading.");
const WAIT: Opt = flag(
    "waitforconnection",
    Group::Connection,
    "Waits for a server, as long as --timeout says, before the first command.",
);

const OPTIONS: &[Opt] = &[
    value("server", "host:port,...", Group::Connection, "Where the servers are.")
        .default(SERVER_DEFAULT)
        .hint(Hint::Host),
    TIMEOUT,
    READ_ONLY,
    WAIT,
    value("client-configuration", "file", Group::Connection, "Settings of the connection.")
        .hint(Hint::File),
    common::HELP,
    rest(0),
];

const SHELL_OPTIONS: &[Opt] = &[
    value("zk-tls-config-file", "file", Group::Connection, "Settings of the connection.")
        .hint(Hint::File),
    TIMEOUT,
    READ_ONLY,
    WAIT,
    common::HELP,
    rest(1),
];

/// In whose words it speaks where the two differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flavour {
    /// zookeeper-shell: the client of ZooKeeper 3.8, which Kafka 3.9 has inside.
    Kafka,
    /// zkCli of ZooKeeper 3.9.
    Apache,
}

/// What was typed.
#[derive(Debug)]
struct Args {
    /// None where zookeeper-shell was told nothing.
    server: Option<String>,
    timeout: Duration,
    read_only: bool,
    waits: bool,
    config: Option<String>,
    command: Vec<String>,
}

impl Args {
    fn from(flavour: Flavour, parsed: &Parsed) -> Result<Args, Failure> {
        let mut command = parsed.words().to_vec();
        let (server, config) = match flavour {
            Flavour::Apache => (parsed.one("server")?, "client-configuration"),
            Flavour::Kafka => (command.first().map(String::as_str), "zk-tls-config-file"),
        };
        let server = server.map(str::to_owned);
        if flavour == Flavour::Kafka && !command.is_empty() {
            command.remove(0);
        }
        let timeout = parsed.number("timeout")?.unwrap_or(TIMEOUT_MS_DEFAULT);
        Ok(Args {
            server,
            timeout: Duration::from_millis(timeout),
            read_only: parsed.has("r"),
            waits: parsed.has("waitforconnection"),
            config: parsed.one(config)?.map(str::to_owned),
            command,
        })
    }
}

async fn run(flavour: Flavour, parsed: Parsed, io: &mut Io) -> Ended {
    let args = Args::from(flavour, &parsed)?;
    check_config(args.config.as_deref(), io)?;
    if args.server.is_none() {
        // As the class behind Kafka's script: what is missing is said, and the default taken.
        io.complain("Error: no argument found for option -server")?;
    }
    let server = args.server.as_deref().unwrap_or(SERVER_DEFAULT);
    io.stdout.line(&format!("Connecting to {server}"))?;
    let servers = ConnectString::parse(server).map_err(Failure::named)?;
    let options = Options {
        session_timeout: args.timeout,
        read_only: args.read_only,
        clock: io.clock.clone(),
        ..Options::default()
    };
    let mut shell = Shell::start(servers, options, flavour, io);
    if args.waits {
        shell.connected(args.timeout).await?;
    }
    if args.command.is_empty() {
        shell.converse().await?;
    } else {
        let asks = verbs::find(&args.command[0]).is_some_and(|verb| verb.needs_session);
        if asks && !args.waits {
            shell.connected(CONNECT_WITHIN).await?;
        }
        shell.execute(&args.command).await?;
    }
    Ok(Exit(shell.end().await?))
}

/// Encrypted connections are not spoken so far: better said than done in the clear.
fn check_config(file: Option<&str>, io: &Io) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(()) };
    let properties = clients::load(io, file)?;
    for key in ["zookeeper.client.secure", "zookeeper.ssl.client.enable"] {
        if properties.get(key).is_some_and(|value| value.trim().eq_ignore_ascii_case("true")) {
            let why = format!("{file}: {key}=true: only plain connections are made so far");
            return Err(Failure::named(why));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
