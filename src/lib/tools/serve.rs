//! Runs the servers of a start program until they are told to stop.
//!
//! A broker with ZooKeeper inside is two servers in one process; they meet at a loopback socket.

use std::collections::BTreeMap;
use std::path::Path;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Ended, Exit, Failure, Io};
use crate::base::clock::Clock;
use crate::base::disk::Disk;
use crate::base::error::{Chain, io_text};
use crate::config::Properties;
use crate::config::docker::NewTopic;
use crate::config::quorum::ZooCfg;
use crate::kafka::broker::startup as broker;
use crate::kafka::broker::topics::create::{self, Wanted};
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

/// How ZooKeeper ends where its admin server cannot be started.
const EXIT_ADMIN_PORT: u8 = 4;

/// `zookeeper.properties`, or what stands in for one.
pub(super) fn zoo_cfg(file: Option<&Path>) -> Result<ZooCfg, Failure> {
    zoo_cfg_over(file, &[])
}

/// The same over settings that hold where the file has none.
pub(super) fn zoo_cfg_over(
    file: Option<&Path>,
    beneath: &[(String, String)],
) -> Result<ZooCfg, Failure> {
    let read = match file {
        Some(file) => ZooCfg::load_over(&Disk::System, file, beneath),
        None => ZooCfg::parse(&defaults(ZOOKEEPER_DEFAULTS)),
    };
    read.map_err(|error| Failure::named(Chain(&error)).code(2))
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
    /// To be created once the broker is there, where they do not exist.
    pub topics: Vec<NewTopic>,
}

/// Runs until SIGTERM or SIGINT.
pub(super) fn run(servers: Servers, io: &mut Io) -> Ended {
    run_and_tell(servers, || {}, io)
}

/// The same; `ready` is called once all of them serve.
pub(super) fn run_and_tell(servers: Servers, ready: fn(), _io: &mut Io) -> Ended {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::named(io_text(&error)))?;
    let ended = runtime.block_on(serve(servers, ready));
    // Nothing of the servers is left but threads that wait for work.
    runtime.shutdown_background();
    ended
}

/// The signals that end a server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// Never waited for: that it is listened to is what makes a file that may not grow (`ulimit
    /// -f`) an error of the write instead of the end of the process.
    _file_too_large: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            _file_too_large: signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?,
        })
    }

    /// The code that a process ended by the signal has, as the JVM's: 128 and its number.
    async fn any(&mut self) -> Exit {
        tokio::select! {
            _ = self.terminate.recv() => Exit(128 + 15),
            _ = self.interrupt.recv() => Exit(128 + 2),
        }
    }
}

async fn serve(servers: Servers, ready: fn()) -> Ended {
    let mut signals = Signals::listen().map_err(|error| Failure::named(io_text(&error)))?;
    let zookeeper = match servers.zookeeper {
        Some(cfg) => Some(start_zookeeper(&cfg).await?),
        None => None,
    };
    let broker = match servers.broker {
        Some(properties) => {
            // A signal in the middle of a start ends it: nothing is served yet.
            let starting = tokio::select! {
                started = start_broker(properties) => Ok(started),
                exit = signals.any() => Err(exit),
            };
            match starting {
                Ok(Ok(running)) => Some(running),
                Ok(Err(failure)) => {
                    stop_zookeeper(zookeeper).await;
                    return Err(failure);
                }
                Err(exit) => {
                    stop_zookeeper(zookeeper).await;
                    return Ok(exit);
                }
            }
        }
        None => None,
    };
    ready();
    let topics_made = async {
        if let Some(running) = &broker {
            create_topics(running, servers.topics).await;
        }
        // The servers go on without an end of their own.
        std::future::pending::<std::convert::Infallible>().await
    };
    let zookeeper_failed = async {
        match &zookeeper {
            Some(running) => running.failed().await,
            None => std::future::pending().await,
        }
    };
    let broker_failed = async {
        match &broker {
            Some(running) => running.failed().await,
            None => std::future::pending().await,
        }
    };
    let ended = tokio::select! {
        never = topics_made => match never {},
        why = zookeeper_failed => Err(Failure::named(why)),
        why = broker_failed => Err(Failure::named(why)),
        exit = signals.any() => Ok(exit),
    };
    if let Some(running) = broker {
        running.stop().await;
    }
    stop_zookeeper(zookeeper).await;
    ended
}

async fn start_zookeeper(cfg: &ZooCfg) -> Result<zookeeper::Running, Failure> {
    zookeeper::refuse_unbuilt(cfg).map_err(|text| Failure::named(text).code(2))?;
    let ensemble = zookeeper::Ensemble::from_zoo_cfg(cfg, &Disk::System);
    let ensemble = ensemble.map_err(|text| Failure::named(text).code(2))?;
    let mut settings = zookeeper::Settings::from_zoo_cfg(cfg, Disk::System, Clock::System);
    // Where clients connect may stand in the server's own line alone.
    let line = ensemble.as_ref().and_then(|ensemble| ensemble.line());
    if let (None, Some((host, port))) =
        (cfg.keys.client_port, line.and_then(|line| line.client.clone()))
    {
        (settings.host, settings.port) = (host, port);
    }
    settings.ensemble = ensemble;
    zookeeper::Server::start(settings).await.map_err(|error| {
        tracing::error!(
            target: "org.apache.zookeeper.server.ZooKeeperServerMain",
            "Unexpected exception, exiting abnormally: {}", Chain(&error)
        );
        let failure = Failure::named(Chain(&error));
        match error {
            zookeeper::Error::Bind { port: zookeeper::Port::Admin, .. } => {
                failure.code(EXIT_ADMIN_PORT)
            }
            _ => failure,
        }
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

/// Creates the topics that an image's environment asks for. One that exists is left as it is.
async fn create_topics(running: &broker::Running, topics: Vec<NewTopic>) {
    if topics.is_empty() {
        return;
    }
    // Not before a controller knows this broker: until then there is nobody to have replicas.
    let broker = &running.broker;
    broker.cluster.wait_for(|image| image.broker(broker.id.0).is_some()).await;
    for topic in topics {
        let settings = topic.cleanup_policy.into_iter();
        let wanted = Wanted {
            name: topic.name.clone(),
            partitions: topic.partitions,
            replication_factor: topic.replication_factor,
            assignment: BTreeMap::new(),
            settings: settings.map(|it| ("cleanup.policy".to_owned(), Some(it))).collect(),
        };
        let made = match create::plan(&running.broker, wanted).await {
            Ok(plan) => create::make(&running.broker, &plan).await.map(|_| ()),
            Err(refused) => Err(refused),
        };
        if let Err(refused) = made {
            let why = refused.message.unwrap_or_else(|| refused.code.name().to_owned());
            tracing::warn!(target: "kafka.server.KafkaServer", "Topic {} was not created: {why}", topic.name);
        }
    }
}
