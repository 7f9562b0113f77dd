//! The only wiring of the wing, top to bottom: settings, directories, ZooKeeper, identity, logs,
//! listeners, registration. Whatever can be refused is refused before anything is changed.

mod error;
mod identity;
mod ports;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::AtomicI32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::base::clock::Clock;
use crate::base::disk::Disk;
use crate::base::rng::Rng;
use crate::config::Properties;
use crate::config::broker::{BrokerConfig, Endpoint, Listeners, ProtocolVersion};
use crate::kafka::log::LogManager;
use crate::kafka::metadata::broker::Registration;
use crate::kafka::metadata::topic::{GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC};
use crate::kafka::replica::ReplicaManager;
use crate::kafka::replica::partition::Local;
use crate::kafka::types::BrokerId;
use crate::net::{Stop, listener};
use crate::zookeeper::client::{Client, ConnectString, Events, Options};

use super::cluster::Cluster;
use super::connections::Connections;
use super::control::{self, Control, ControlSettings};
use super::coordinator_topics::CoordinatorTopics;
use super::dispatch::Dispatch;
use super::fetch_sessions::FetchSessions;
use super::fetcher::Fetchers;
use super::isr_changes::{self, IsrChanges};
use super::log_failures::{self, LogFailures};
use super::peers::PeerListeners;
use super::producer_ids::ProducerIds;
use super::registration::{Registrar, SessionFile};
use super::shards::Shards;
use super::throttle::Throttles;
use super::topic_configs::TopicConfigs;
use super::transactions::Transactions;
use super::zookeeper::ZooKeeper;
use super::{Broker, config_changes, hand_over, housekeeping};

pub use error::Error;
pub use ports::Bound;

/// How long a start waits for the controller's first word.
const CONTROLLER_WITHIN: Duration = Duration::from_secs(1);
/// How long a stop waits for connections and tasks.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// What a broker is started from.
pub struct Settings {
    /// `server.properties`, overrides put in.
    pub properties: Properties,
    pub clock: Clock,
    pub disk: Disk,
}

/// A broker that runs.
pub struct Running {
    pub broker: Arc<Broker>,
    listeners: Vec<Bound>,
}

impl Running {
    /// Where a listener is bound.
    pub fn address(&self, name: &str) -> Option<SocketAddr> {
        self.listeners.iter().find(|bound| bound.endpoint.listener == name).map(|it| it.address)
    }

    /// The first listener's port: the only one, mostly.
    pub fn port(&self) -> u16 {
        self.listeners.first().map_or(0, |bound| bound.address.port())
    }

    /// Returns when the broker cannot go on, and says why. It must be stopped then.
    pub async fn failed(&self) -> String {
        self.broker.log_failures.none_left().await
    }

    /// Stops: hands leadership over, takes the registration back, closes the logs cleanly.
    pub async fn stop(self) {
        let broker = &self.broker;
        tracing::info!(target: "kafka.server.KafkaServer", "[KafkaServer id={}] shutting down", broker.id);
        hand_over::hand_over(broker).await;
        broker.stop.stop(STOP_WITHIN).await;
        broker.zookeeper().close().await;
        let closing = broker.clone();
        crate::net::socket::blocking(move || housekeeping::close(&closing)).await;
        tracing::info!(target: "kafka.server.KafkaServer", "[KafkaServer id={}] shut down completed", broker.id);
    }
}

/// Starts a broker. It is ready when this returns.
pub async fn start(settings: Settings) -> Result<Running, Error> {
    let Settings { properties, clock, disk } = settings;
    tracing::info!(target: "kafka.server.KafkaServer", "starting");
    let config = BrokerConfig::parse(&properties)?;
    for unknown in BrokerConfig::unknown_keys(&properties) {
        tracing::warn!(target: "kafka.server.KafkaConfig", "{unknown}");
    }
    // Ports and directories first: a second start of the same broker must disturb nothing.
    let bound = ports::reserve(&config).await?;
    let dirs = config.log_dirs();
    let logs = LogManager::open(disk.clone(), &dirs).map_err(Error::Logs)?;

    let servers = ConnectString::parse(config.zookeeper_connect.as_deref().unwrap_or_default())?;
    let (zookeeper, events) = connect(&servers, &config, &clock).await?;
    identity::create_chroot(&servers, options(&config, &clock)).await?;
    identity::create_paths(&zookeeper).await?;
    let cluster_id = identity::cluster_id(&zookeeper).await?;
    tracing::info!(target: "kafka.server.KafkaServer", "Cluster ID = {cluster_id}");
    let id = identity::broker_id(&zookeeper, &config, &logs, &cluster_id).await?;

    let listeners = config.listeners()?;
    let memory =
        SessionFile::new(disk.clone(), dirs.first().map_or(Path::new("."), |dir| dir.as_ref()));
    let registration = registration(&config, &listeners, &bound, &clock);
    let with_features = config.inter_broker_protocol_version >= ProtocolVersion::V2_7_IV0;
    tell_where_clients_go(&registration, &bound);
    let registrar = Arc::new(Registrar::new(id.0, registration, with_features, memory));
    let secure = config.zookeeper_set_acl;
    let zookeeper = ZooKeeper::new(zookeeper, options(&config, &clock), secure);
    let (control, inbox) = Control::new();
    let topic_configs = Arc::new(TopicConfigs::new(properties.clone(), config.clone()));
    let configs = topic_configs.clone();
    let configs = Box::new(move |topic: &str| Arc::new(configs.of(topic)));
    let slots = usize::try_from(config.max_incremental_fetch_session_cache_slots).unwrap_or(0);
    let broker = Arc::new(Broker {
        id,
        cluster_id,
        replicas: ReplicaManager::new(local(id, &config), logs, configs),
        cluster: Cluster::default(),
        connections: Connections::default(),
        topic_configs,
        zookeeper,
        registrar,
        coordinator_topics: CoordinatorTopics::default(),
        shards: Shards::default(),
        control,
        fetchers: Fetchers::default(),
        isr_changes: IsrChanges::default(),
        peer_listeners: PeerListeners::of(&listeners),
        producer_ids: ProducerIds::default(),
        transactions: Transactions::default(),
        log_failures: LogFailures::default(),
        throttles: Throttles::new(&config),
        stop: Stop::new(),
        fetch_sessions: Mutex::new(FetchSessions::new(slots, Rng::from_system())),
        controller_epoch: AtomicI32::new(0),
        config: Arc::new(config),
        clock,
    });
    load(&broker).await?;
    let running = serve(broker, bound)?;
    let broker = &running.broker;
    join(broker, events, inbox).await?;
    // "Started" should mean that a topic can be created. Without a controller there is no telling
    // when that will be, and the cluster's first broker is served all the same.
    let told = broker.cluster.wait_for(|image| image.broker(broker.id.0).is_some());
    let _ = tokio::time::timeout(CONTROLLER_WITHIN, told).await;
    tracing::info!(target: "kafka.server.KafkaServer", "[KafkaServer id={}] started", broker.id);
    Ok(running)
}

/// A first session with ZooKeeper.
async fn connect(
    servers: &ConnectString,
    config: &BrokerConfig,
    clock: &Clock,
) -> Result<(Client, Events), Error> {
    tracing::info!(target: "kafka.server.KafkaServer", "Connecting to zookeeper on {servers}");
    let (zookeeper, events) = Client::start(servers, options(config, clock));
    let within = u64::try_from(config.zookeeper_connection_timeout()).unwrap_or(0);
    zookeeper.connected(Duration::from_millis(within)).await.map_err(|error| Error::ZooKeeper {
        doing: format!("connect to ZooKeeper at {servers}"),
        source: error,
    })?;
    Ok((zookeeper, events))
}

/// Reads what ZooKeeper holds of the broker's settings, and then the logs, which go by them.
async fn load(broker: &Arc<Broker>) -> Result<(), Error> {
    config_changes::begin(broker).await.map_err(|source| {
        let doing = "read the broker's settings in ZooKeeper".to_owned();
        Error::ZooKeeper { doing, source }
    })?;
    for topic in [GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC] {
        broker.count_coordinators(topic).await;
    }
    housekeeping::load(broker).await
}

/// What the partitions know of their broker.
fn local(broker: BrokerId, config: &BrokerConfig) -> Local {
    let lag_ms = u64::try_from(config.replica_lag_time_max_ms).unwrap_or(0);
    Local { broker, lag_max: Duration::from_millis(lag_ms) }
}

/// Registers, and stands for controller. The sockets are open by now: the controller speaks to a
/// broker as soon as it is registered.
async fn join(broker: &Arc<Broker>, events: Events, inbox: control::Inbox) -> Result<(), Error> {
    broker.registrar.register(&broker.zookeeper).await?;
    let means = control::Means {
        zookeeper: broker.zookeeper.clone(),
        events,
        registrar: broker.registrar.clone(),
        settings: ControlSettings::of(broker.config(), &broker.peer_listeners.controller),
        clock: broker.clock.clone(),
        notices: config_changes::start(broker),
    };
    broker.control.start(&broker.stop, inbox, means);
    Ok(())
}

/// What the broker tells of itself. A port that the kernel chose is told as it came out.
fn registration(
    config: &BrokerConfig,
    listeners: &Listeners,
    bound: &[ports::Reserved],
    clock: &Clock,
) -> Registration {
    let endpoints = listeners.advertised.iter().map(|endpoint| {
        let open = bound.iter().find(|open| open.bound.endpoint.listener == endpoint.listener);
        let port = match (endpoint.port, open) {
            (0, Some(open)) => open.bound.address.port(),
            (port, _) => port,
        };
        let host = match endpoint.host.as_str() {
            "" => host_name(),
            host => host.to_owned(),
        };
        Endpoint { host, port, ..endpoint.clone() }
    });
    Registration {
        endpoints: endpoints.collect(),
        rack: config.broker_rack.clone(),
        timestamp_ms: clock.wall_ms(),
        jmx_port: -1,
    }
}

/// Most trouble with a first broker is an address that clients are told and cannot reach.
fn tell_where_clients_go(registration: &Registration, bound: &[ports::Reserved]) {
    const LOGGER: &str = "kafka.server.KafkaServer";
    for told in &registration.endpoints {
        let open = bound.iter().find(|it| it.bound.endpoint.listener == told.listener);
        let Some(open) = open.map(|it| it.bound.address) else { continue };
        tracing::info!(
            target: LOGGER,
            "Listener {} is bound to {open} and tells clients to go to {}:{}",
            told.listener, told.host, told.port
        );
        let loopback = matches!(told.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if loopback && !open.ip().is_loopback() {
            tracing::warn!(
                target: LOGGER,
                "Clients on other machines cannot follow listener {} to {}: set advertised.listeners to an address they can reach",
                told.listener, told.host
            );
        }
    }
}

/// The machine's own name, for a listener on every interface.
fn host_name() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

fn options(config: &BrokerConfig, clock: &Clock) -> Options {
    let millis = u64::try_from(config.zookeeper_session_timeout_ms).unwrap_or(0);
    Options {
        session_timeout: Duration::from_millis(millis),
        clock: clock.clone(),
        ..Options::default()
    }
}

/// Opens the ports and serves them.
fn serve(broker: Arc<Broker>, listeners: Vec<ports::Reserved>) -> Result<Running, Error> {
    let configured = broker.config().listeners()?;
    let mut bound = Vec::new();
    for reserved in listeners {
        let (open, socket) = reserved.open()?;
        let service = Arc::new(Dispatch::new(broker.clone(), &open.endpoint.listener));
        let gate = broker.connections.gate(&open.endpoint.listener, &configured);
        listener::serve(socket, service, gate, &broker.stop);
        bound.push(open);
    }
    broker.connections.set(&broker.current(), &broker.topic_configs.broker());
    housekeeping::start(&broker);
    isr_changes::start(&broker);
    log_failures::start(&broker);
    Ok(Running { broker, listeners: bound })
}
