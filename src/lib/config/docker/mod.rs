//! Environment variables to properties, in the dialect of each image people already use.
//!
//! Pure functions: the entry programs give an environment, carry out the commands it names, and get
//! the properties, the topics to create, and the lines the image would have printed.

mod kafka;
mod names;
mod zookeeper;

use std::collections::BTreeMap;
use std::fmt;

pub use kafka::{NewTopic, Plan, commands, plan, topics};
pub use names::Dialect;
pub use zookeeper::{ZooKeeperDialect, ZooKeeperPlan, zookeeper_plan};

/// An environment.
pub type Environment = BTreeMap<String, String>;

/// A command the environment names; whoever starts the server has a shell run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The variable that holds the command: `BROKER_ID_COMMAND`.
    pub variable: &'static str,
    pub text: String,
}

/// Why an environment does not make a server; printed as the image prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// The value of a variable; an empty one counts as not set, as the images' scripts test it.
fn get<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
}
