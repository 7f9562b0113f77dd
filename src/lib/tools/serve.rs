//! Runs the servers of a start program until they are told to stop.
//!
//! A broker with ZooKeeper inside is two servers in one process; they meet at a loopback socket.

use std::path::Path;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Ended, Exit, Failure, Io};
use crate::base::clock::Clock;
use crate::base::disk::Disk;
use crate::base::error::{Chain, io_text};
use crate::config::Properties;
use crate::config::quorum::ZooCfg;
use crate::kafka::broker::startup as broker;
use crate::zookeeper::server as zookeeper;

/// What a start without files uses: one node, for one machine, below `data/` of this folder.
const BROKER_DEFAULTS: &[(&str, &str)] = &[
    ("broker.id", "0"),
    ("listeners", "PLAINTEXT://localhost:9092"),
    ("log.dirs", "data/kafka-logs"),
    ("zookeeper.connect", "localhost:2181"),
    ("offsets.topic.replication.factor", "1"),
    ("transaction.state.log.replication.factor", "1"),
    ("transaction.state.log.min.isr", "1"),
    ("group.initial.rebalance.delay.ms", "0"),
];

/// The same for ZooKeeper.
const ZOOKEEPER_DEFAULTS: &[(&str, &str)] = &[
    ("dataDir", "data/zookeeper"),
    ("clientPort", "2181"),
    ("clientPortAddress", "localhost"),
    ("maxClientCnxns", "0"),
    ("admin.enableServer", "false"),
];

/// `zookeeper.properties`, or what stands in for one.
pub(super) fn zoo_cfg(file: Option<&Path>) -> Result<ZooCfg, Failure> {
    let read = match file {
        Some(file) => ZooCfg::load(&Disk::System, file),
        None => ZooCfg::parse(&defaults(ZOOKEEPER_DEFAULTS)),
    };
    let cfg = read.map_err(|error| Failure::named(Chain(&error)).code(2))?;
    match cfg.is_quorum() {
        true => Err(Failure::named(
            "the file describes an ensemble, which this build cannot join yet; leave one server line, or none",
        )
        .code(2)),
        false => Ok(cfg),
    }
}

/// `server.properties`, or what stands in for one, with the overrides in.
pub(super) fn server_properties(
    file: Option<&Path>,
    overrides: &[(String, String)],
) -> Result<Properties, Failure> {
    let mut properties = match file {
        Some(file) => {
            Properties::load(&Disk::System, file).map_err(|error| Failure::named(Chain(&error)))?
        }
        None => defaults(BROKER_DEFAULTS),
    };
    for (key, value) in overrides {
        properties.set(key.as_str(), value.as_str());
    }
    Ok(properties)
}

fn defaults(pairs: &[(&str, &str)]) -> Properties {
    let mut properties = Properties::new();
    for (key, value) in pairs {
        properties.set(*key, *value);
    }
    properties
}

/// What runs.
pub(super) struct Servers {
    pub zookeeper: Option<ZooCfg>,
    pub broker: Option<Properties>,
}

/// Runs until SIGTERM or SIGINT.
pub(super) fn run(servers: Servers, _io: &mut Io) -> Ended {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::named(io_text(&error)))?;
    let ended = runtime.block_on(serve(servers));
    // Nothing of the servers is left but threads that wait for work.
    runtime.shutdown_background();
    ended
}

/// The signals that end a server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

async fn serve(servers: Servers) -> Ended {
    let mut signals = Signals::listen().map_err(|error| Failure::named(io_text(&error)))?;
    let zookeeper = match servers.zookeeper {
        Some(cfg) => Some(start_zookeeper(&cfg).await?),
        None => None,
    };
    let broker = match servers.broker {
        Some(properties) => {
            // A signal in the middle of a start ends it: nothing is served yet.
            let starting = tokio::select! {
                started = start_broker(properties) => Some(started),
                () = signals.any() => None,
            };
            match starting {
                Some(Ok(running)) => Some(running),
                Some(Err(failure)) => {
                    stop_zookeeper(zookeeper).await;
                    return Err(failure);
                }
                None => {
                    stop_zookeeper(zookeeper).await;
                    return Ok(Exit::OK);
                }
            }
        }
        None => None,
    };
    let mut failed = None;
    match &zookeeper {
        Some(running) => tokio::select! {
            why = running.failed() => failed = Some(why),
            () = signals.any() => {}
        },
        None => signals.any().await,
    }
    if let Some(running) = broker {
        running.stop().await;
    }
    stop_zookeeper(zookeeper).await;
    match failed {
        Some(why) => Err(Failure::named(why)),
        None => Ok(Exit::OK),
    }
}

async fn start_zookeeper(cfg: &ZooCfg) -> Result<zookeeper::Running, Failure> {
    let settings = zookeeper::Settings::from_zoo_cfg(cfg, Disk::System, Clock::System);
    zookeeper::Server::start(settings).await.map_err(|error| {
        tracing::error!(
            target: "org.apache.zookeeper.server.ZooKeeperServerMain",
            "Unexpected exception, exiting abnormally: {}", Chain(&error)
        );
        Failure::named(Chain(&error))
    })
}

async fn stop_zookeeper(running: Option<zookeeper::Running>) {
    if let Some(running) = running {
        running.stop().await;
    }
}

async fn start_broker(properties: Properties) -> Result<broker::Running, Failure> {
    let settings = broker::Settings { properties, clock: Clock::System, disk: Disk::System };
    broker::start(settings).await.map_err(|error| {
        tracing::error!(
            target: "kafka.server.KafkaServer",
            "Fatal error during KafkaServer startup. Prepare to shutdown: {}", Chain(&error)
        );
        Failure::named(Chain(&error))
    })
}
