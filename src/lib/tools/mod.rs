//! The programs, one file or folder each.
//!
//! A program is a [`Tool`]: a table of options, a page of manual, and a `run` that gets what was
//! typed and an [`Io`]. A tool never touches the real streams, environment or clock, so every tool
//! runs in-process under test with its output captured. [`TOOLS`] is the single list: programs,
//! manual pages and completions are held to it by tests.
//!
//! What is printed on standard output is a format that someone parses. Where Kafka has a text for
//! a failure, that text goes out on Kafka's stream with Kafka's exit code; see [`Failure`].

mod clients;
mod common;
pub mod console_consumer;
pub mod console_producer;
pub mod consumer_groups;
mod dates;
pub mod delete_records;
pub mod docs;
mod exceptions;
pub mod get_offsets;
mod io;
mod json;
pub mod kafka_server_start;
pub mod kafka_server_stop;
mod keeper;
mod launch;
pub mod leader_election;
pub mod log_dirs;
mod names;
pub mod options;
mod pattern;
pub mod preferred_replica_election;
pub mod reassign_partitions;
pub mod replica_verification;
mod serve;
pub mod start_kafka;
pub mod start_zookeeper;
mod stop;
mod stops;
pub mod topics;
mod typing;
pub mod zk_cleanup;
pub mod zk_cli;
pub mod zk_server;
pub mod zk_server_initialize;
pub mod zk_snapshot_toolkit;
pub mod zk_txn_log_toolkit;
pub mod zookeeper_server_start;
pub mod zookeeper_server_stop;

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;

use crate::base::logging;
pub use io::{Environment, Input, Io, Output};
use options::{Opt, Parsed};

/// The release whose tools ours stand in for, as `--version` says it.
pub const KAFKA_VERSION: &str = "3.9.1";

/// Every program.
pub static TOOLS: &[&Tool] = &[
    &console_consumer::TOOL,
    &console_producer::TOOL,
    &consumer_groups::TOOL,
    &delete_records::TOOL,
    &get_offsets::TOOL,
    &leader_election::TOOL,
    &log_dirs::TOOL,
    &preferred_replica_election::TOOL,
    &reassign_partitions::TOOL,
    &replica_verification::TOOL,
    &kafka_server_start::TOOL,
    &kafka_server_stop::TOOL,
    &topics::TOOL,
    &start_kafka::TOOL,
    &start_zookeeper::TOOL,
    &zk_cleanup::TOOL,
    &zk_cli::TOOL,
    &zk_server_initialize::TOOL,
    &zk_server::TOOL,
    &zk_snapshot_toolkit::TOOL,
    &zk_txn_log_toolkit::TOOL,
    &zookeeper_server_start::TOOL,
    &zookeeper_server_stop::TOOL,
    &zk_cli::SHELL,
];

/// A program.
#[derive(Debug)]
pub struct Tool {
    pub name: &'static str,
    /// What it does, as one clause in the third person.
    pub about: &'static str,
    pub manual: Manual,
    pub options: &'static [Opt],
    /// What a line prints that cannot be read.
    pub misuse: Misuse,
    pub run: Run,
}

/// What a person reads about a program.
#[derive(Debug)]
pub struct Manual {
    /// The line before the help that was asked for, in Kafka's words.
    pub intro: &'static str,
    /// The line before the help where nothing was typed; none where that means something.
    pub bare: Option<&'static str>,
    /// Lines as they may be typed, without the program's name.
    pub usage: &'static [&'static str],
    /// The long text of the manual page, paragraphs apart by blank lines.
    pub details: &'static str,
    /// Lines that can be pasted.
    pub examples: &'static [&'static str],
    pub exits: &'static [(u8, &'static str)],
}

/// What follows a line that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// The complaint alone.
    Message,
    /// The complaint and the help.
    Usage,
    /// The complaint after these words.
    After(&'static str),
}

/// What a tool does, as a function that can stand in a table.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Needs no event loop, or brings its own.
    Plain(fn(Parsed, &mut Io) -> Ended),
    /// Runs on an event loop of one thread.
    Async(for<'a> fn(Parsed, &'a mut Io) -> Pin<Box<dyn Future<Output = Ended> + 'a>>),
}

/// How a program ended.
pub type Ended = Result<Exit, Failure>;

/// How a program ended that did what it could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(pub u8);

impl Exit {
    pub const OK: Exit = Exit(0);
    pub const FAILED: Exit = Exit(1);
}

/// Why a program could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub message: String,
    pub code: u8,
    pub shape: Shape,
}

/// How a [`Failure`] is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Ours: `kafka-topics: message` on standard error.
    Named,
    /// Kafka's text as it stands, on standard error.
    Plain,
    /// Kafka's text as it stands, on standard output.
    Printed,
    /// Kafka's text, then the help, on standard error.
    Usage,
    /// Nothing: it was said already, or the reader of our output went away.
    Silent,
}

impl Failure {
    fn shaped(message: impl ToString, shape: Shape) -> Failure {
        Failure { message: message.to_string(), code: 1, shape }
    }

    /// A failure in our words.
    pub fn named(message: impl ToString) -> Failure {
        Failure::shaped(message, Shape::Named)
    }

    /// A failure in Kafka's words, on standard error.
    pub fn plain(message: impl ToString) -> Failure {
        Failure::shaped(message, Shape::Plain)
    }

    /// A failure in Kafka's words, on standard output.
    pub fn printed(message: impl ToString) -> Failure {
        Failure::shaped(message, Shape::Printed)
    }

    /// A misused line: Kafka's words, then the help.
    pub fn usage(message: impl ToString) -> Failure {
        Failure::shaped(message, Shape::Usage)
    }

    /// A failure that was said already, to a log.
    pub fn silent(code: u8) -> Failure {
        Failure { code, ..Failure::shaped("", Shape::Silent) }
    }

    /// The same with another exit code.
    pub fn code(self, code: u8) -> Failure {
        Failure { code, ..self }
    }
}

/// An option that cannot be read at the moment it is: Kafka's words alone.
impl From<options::Error> for Failure {
    fn from(error: options::Error) -> Failure {
        Failure::plain(error)
    }
}

/// Output that cannot be written. A reader that went away (`| head`) is no failure.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Failure { message: String::new(), code: 0, shape: Shape::Silent };
        }
        Failure::named(format!("cannot write: {}", crate::base::error::io_text(&error)))
    }
}

/// Runs a program with what the process was started with.
pub fn main(tool: &Tool) -> ExitCode {
    let mut words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let program = words.next().unwrap_or_else(|| tool.name.to_owned());
    let line: Vec<String> = words.collect();
    if let Run::Async(_) = tool.run {
        // As config/tools-log4j.properties has it; servers log in their own way.
        logging::start(logging::Settings {
            level: tracing::Level::WARN,
            to_stderr: true,
            folder: None,
            main_file: "",
            routes: &[],
        });
    }
    ExitCode::from(call(tool, &line, &mut Io::system(program)))
}

/// Runs a program and says its exit code; all it reads and writes goes through `io`.
pub fn call(tool: &Tool, line: &[String], io: &mut Io) -> u8 {
    let ended = begin(tool, line, io).and_then(|exit| {
        io.stdout.flush()?;
        Ok(exit)
    });
    match ended {
        Ok(Exit(code)) => code,
        Err(failure) => {
            say(tool, &failure, io);
            failure.code
        }
    }
}

fn begin(tool: &Tool, line: &[String], io: &mut Io) -> Ended {
    if let Some((word, asked)) = line.split_first()
        && word == options::complete::QUERY
    {
        return names::answer(asked, io);
    }
    let parsed =
        Parsed::parse(tool.name, tool.options, line).map_err(|error| match tool.misuse {
            Misuse::Message => Failure::plain(error),
            Misuse::Usage => Failure::usage(error),
            Misuse::After(words) => Failure::plain(format!("{words}{error}")),
        })?;
    let knows = |name: &str| tool.options.iter().any(|option| option.name == name);
    if let Some(bare) = tool.manual.bare.filter(|_| parsed.is_bare()) {
        return Err(Failure::usage(bare));
    }
    if knows("help") && parsed.has("help") {
        return Err(Failure::usage(tool.manual.intro));
    }
    if knows("version") && parsed.has("version") {
        io.stdout.line(&version())?;
        return Ok(Exit::OK);
    }
    match tool.run {
        Run::Plain(run) => run(parsed, io),
        Run::Async(run) => runtime()?.block_on(run(parsed, io)),
    }
}

/// A runtime for one tool: one thread, because starting more costs more than most tools run.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|error| {
        let why = crate::base::error::io_text(&error);
        Failure::named(format!("cannot start the event loop: {why}"))
    })
}

/// What `--version` prints: Kafka's number first, because scripts compare it.
fn version() -> String {
    format!("{KAFKA_VERSION} (milena {})", env!("CARGO_PKG_VERSION"))
}

fn say(tool: &Tool, failure: &Failure, io: &mut Io) {
    let message = &failure.message;
    // A stream that cannot be written leaves nothing to say it on.
    let _ = match failure.shape {
        Shape::Named => io.complain(&format!("{}: {message}", tool.name)),
        Shape::Plain => io.complain(message),
        Shape::Printed => io.stdout.line(message).and_then(|()| io.stdout.flush()),
        Shape::Usage => {
            io.complain(&format!("{message}\n\n{}", options::usage::help(tool).trim_end()))
        }
        Shape::Silent => Ok(()),
    };
}

#[cfg(test)]
mod tests;
