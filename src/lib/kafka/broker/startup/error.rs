//! Why a broker does not start: one sentence, with what to do where that is known.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::base::error::io_text;
use crate::config;
use crate::kafka::broker::registration;
use crate::kafka::log;
use crate::kafka::metadata::znode::Malformed;
use crate::zookeeper::client;

/// A start that was refused.
#[derive(Debug)]
pub enum Error {
    /// A setting.
    Config(config::Error),
    /// `zookeeper.connect` is not a connect string.
    ConnectString(client::ParseError),
    /// An address that cannot be listened on.
    Bind { address: String, holder: Option<String>, source: io::Error },
    /// A listener with a security protocol that is not offered.
    Security { listener: String, protocol: String },
    /// The log directories.
    Logs(log::Error),
    /// ZooKeeper is not there, or does not do what is asked.
    ZooKeeper { doing: String, source: client::Error },
    /// A znode of Kafka's with content that is not.
    Znode { path: String, source: Malformed },
    /// The data belongs to another cluster.
    OtherCluster { dir: PathBuf, found: String, expected: String },
    /// The data belongs to another broker.
    OtherBroker { dir: PathBuf, found: i32, configured: i32 },
    /// `broker.id` is not set and none may be generated.
    NoBrokerId,
    /// The broker cannot register; its id may be taken.
    Registration(registration::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Config(error) => error.fmt(f),
            Error::ConnectString(_) => f.write_str("zookeeper.connect cannot be used"),
            Error::Bind { address, holder: Some(holder), .. } => write!(
                f,
                "cannot listen on {address}: the port is taken by {holder}; stop it, or choose another port with 'listeners'"
            ),
            Error::Bind { address, holder: None, source } => {
                write!(f, "cannot listen on {address}: {}", io_text(source))
            }
            Error::Security { listener, protocol } => write!(
                f,
                "listener {listener} asks for {protocol}, which is not offered yet; use PLAINTEXT"
            ),
            Error::Logs(_) => f.write_str("cannot use the log directories"),
            Error::ZooKeeper { doing, .. } => write!(f, "cannot {doing}"),
            Error::Znode { path, .. } => write!(f, "znode {path} cannot be read"),
            Error::OtherCluster { dir, found, expected } => write!(
                f,
                "The Cluster ID {expected} doesn't match stored clusterId {found} in {}/meta.properties: the data is another cluster's. Point 'zookeeper.connect' at the ZooKeeper of that cluster, or 'log.dirs' at an empty folder",
                dir.display()
            ),
            Error::OtherBroker { dir, found, configured } => write!(
                f,
                "Configured broker.id {configured} doesn't match stored broker.id {found} in {}/meta.properties. Set broker.id={found}, or point 'log.dirs' at this broker's own folder",
                dir.display()
            ),
            Error::NoBrokerId => f.write_str(
                "broker.id is not set and broker.id.generation.enable is false; set one of them",
            ),
            Error::Registration(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Config(error) => error.source(),
            Error::ConnectString(error) => Some(error),
            Error::Logs(error) => Some(error),
            Error::ZooKeeper { source, .. } => Some(source),
            Error::Znode { source, .. } => Some(source),
            Error::Registration(error) => error.source(),
            _ => None,
        }
    }
}

impl From<config::Error> for Error {
    fn from(error: config::Error) -> Error {
        Error::Config(error)
    }
}

impl From<client::ParseError> for Error {
    fn from(error: client::ParseError) -> Error {
        Error::ConnectString(error)
    }
}

impl From<registration::Error> for Error {
    fn from(error: registration::Error) -> Error {
        Error::Registration(error)
    }
}
