//! start-kafka: the entry program of a container: turns its environment into server.properties,
//! becomes the broker, and creates the topics the environment asks for.
//!
//!     KAFKA_ZOOKEEPER_CONNECT=zookeeper:2181 KAFKA_CREATE_TOPICS=test:1:1 start-kafka
//!
//! Exits as the broker ends; 1 where the environment does not describe one.

use std::process::{Command, Stdio};

use super::launch::{self, BROKER};
use super::options::{Opt, Parsed};
use super::serve::{self, Servers};
use super::{Ended, Failure, Io, Manual, Misuse, Run, Tool, common};
use crate::base::disk::Disk;
use crate::base::error::{Chain, io_text};
use crate::config::Properties;
use crate::config::docker::{self, Dialect};

/// The program.
pub static TOOL: Tool = Tool {
    name: "start-kafka",
    about: "runs a broker that the environment describes",
    manual: Manual {
        intro: "Runs a broker that the environment describes.",
        bare: None,
        usage: &[""],
        details: "The entry program of a container. It reads the variables of wurstmeister/kafka, \
                  cp-kafka, apache/kafka or bitnami/kafka, puts them over the file \
                  $KAFKA_HOME/config/server.properties where there is one, becomes the broker, and \
                  creates the topics of KAFKA_CREATE_TOPICS.",
        examples: &["KAFKA_ZOOKEEPER_CONNECT=zookeeper:2181 start-kafka"],
        exits: &[(1, "the environment does not describe a broker"), (143, "stopped by TERM")],
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Plain(run),
};

const OPTIONS: &[Opt] = &[common::HELP, common::VERSION, launch::AS];

fn run(parsed: Parsed, io: &mut Io) -> Ended {
    if !parsed.has("as") {
        return launch::become_server(io, "kafkaServer", BROKER);
    }
    let environment = io.environment.all();
    let home = io.environment.filled("KAFKA_HOME").unwrap_or_else(|| "/opt/kafka".to_owned());
    let file = format!("{home}/config/server.properties");
    let dialect = Dialect::detect(&environment);
    let mut answers = docker::Environment::new();
    for command in docker::commands(dialect, &environment) {
        answers.insert(command.variable.to_owned(), ask(&command)?);
    }
    let plan = docker::plan(dialect, &environment, &answers, &file)
        .map_err(|refused| Failure::printed(refused.to_string()))?;
    for line in &plan.said {
        io.print(&format!("{line}\n")).map_err(|error| Failure::named(io_text(&error)))?;
    }
    io.stdout.flush().map_err(|error| Failure::named(io_text(&error)))?;
    launch::settle(false, io);
    let mut properties = match Disk::System.exists(file.as_ref()) {
        true => Properties::load(&Disk::System, file.as_ref())
            .map_err(|error| Failure::named(Chain(&error)))?,
        false => Properties::new(),
    };
    for (key, value) in plan.properties.iter() {
        properties.set(key, value);
    }
    serve::run(Servers { zookeeper: None, broker: Some(properties), topics: plan.topics }, io)
}

/// Has a shell run a command of the environment's, as the image's script does; what it prints is
/// the answer.
fn ask(command: &docker::Command) -> Result<String, Failure> {
    let failed = |why: String| Failure::named(format!("{}: {why}", command.variable));
    let mut shell = Command::new("sh");
    shell.args(["-c", &command.text]).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = shell.output().map_err(|error| failed(io_text(&error)))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(failed(format!("the command ended with {}", output.status))),
    }
}
