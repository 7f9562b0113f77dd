//! The ZooKeeper server: sockets, sessions, the pipeline, and what runs by the clock.
//!
//! [`Server::start`] loads the tree, binds the port and returns a [`Running`] handle; nothing is
//! kept outside it, so several servers fit in one process. Read `dispatch` for what happens to a
//! frame, [`pipeline`] for the order of things, `journal` for how they become durable.
//!
//! * `settings`: what an operator may choose.
//! * `startup`: from the files of an earlier life to a tree.
//! * `dispatch`: frames, the handshake, op codes.
//! * [`pipeline`]: writes, reads, sessions under one lock.
//! * `journal`: the worker that makes transactions durable and has them applied.
//! * `snapshots`: taken off the write path; purging.
//! * `throttle`: how many sessions may be opened at a time.
//! * `housekeeping`: expiry, containers, purging, by the clock.
//! * `ensemble`, `quorum_link`: a server that is one of several.
//! * `standing`: what a server is at a moment.
//! * `admin`: four-letter words, and commands over HTTP. `metrics`: what is measured.

mod admin;
mod dispatch;
mod ensemble;
mod housekeeping;
mod journal;
mod metrics;
mod pipeline;
mod quorum_link;
mod settings;
mod snapshots;
mod standing;
mod startup;
mod stats;
mod throttle;
mod zoo_cfg;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use tokio::sync::watch;
use tracing::{error, info};

use crate::base::disk::Lock;
use crate::net::Stop;
use crate::net::admission::{Bounds, Gate};
use crate::net::listener;
use crate::net::socket::{self, Worker};
use crate::zookeeper::jute::Request;

use dispatch::Dispatch;
use journal::Journal;
use pipeline::Pipeline;
use snapshots::Snapshots;

pub use ensemble::Ensemble;
pub use settings::{Admin, Place, Settings};
pub use standing::{Standing, View};
pub use startup::{Error, Port};
pub use throttle::ConnectionThrottle;
pub use zoo_cfg::refuse_unbuilt;

/// The release whose behaviour this server has.
pub const RELEASE: &str = "3.9.5";
const LOGGER: &str = "org.apache.zookeeper.server.ZooKeeperServer";
/// How long a stop waits for connections to end.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Starts servers.
#[derive(Debug)]
pub struct Server;

/// A server that runs; dropped without [`Running::stop`], its tasks end by themselves.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    ports: admin::Ports,
    pipeline: Arc<Pipeline>,
    snapshots: Arc<Snapshots>,
    journal: Option<Worker>,
    stop: Stop,
    failure: watch::Receiver<Option<String>>,
    /// The folder is ours until the files are closed.
    _lock: Lock,
}

impl Server {
    /// Loads, binds and serves.
    pub async fn start(mut settings: Settings) -> Result<Running, Error> {
        if let Some(ensemble) = settings.ensemble.as_ref().filter(|it| it.local_sessions) {
            settings.tree.local_sessions = Some(ensemble.id.0.to_le_bytes()[0]);
        }
        let address = format!("{}:{}", settings.host, settings.port);
        let loading = settings.clone();
        let started = socket::blocking(move || startup::load(&loading)).await?;
        let listener = startup::bind(startup::Port::Client, &settings.host, settings.port).await?;
        let address = listener.address().map_err(|source| Error::Bind {
            port: startup::Port::Client,
            address,
            holder: None,
            source,
        })?;
        info!(
            target: "org.apache.zookeeper.server.NIOServerCnxnFactory",
            "binding to port {address}"
        );
        let ensemble = settings.ensemble.clone();
        let per_address = settings.connections_per_address_max;
        let now = settings.clock.now();
        let pipeline = Arc::new(Pipeline::new(settings, started.tree));
        let snapshots = started.snapshots;
        started.took.note(&pipeline.metrics);
        let failure = pipeline.failure();
        let journal =
            Journal::start(pipeline.clone(), started.log, snapshots.clone(), started.replayed);
        let journal = Some(journal.map_err(Error::Thread)?);
        let orphans = match ensemble {
            // The leader closes them, once there is one.
            Some(_) => Vec::new(),
            None => pipeline.state().orphans(),
        };
        for session in orphans {
            info!(target: LOGGER, "Closing session {session}, which left nodes and is in no table");
            pipeline.write_own(session, Request::CloseSession);
        }
        info!(
            target: "org.apache.zookeeper.server.PrepRequestProcessor",
            "PrepRequestProcessor (sid:0) started, reconfigEnabled=false"
        );
        let stop = Stop::new();
        if let Some(ensemble) = ensemble {
            let joined =
                quorum_link::join(ensemble, &pipeline, &snapshots, started.newest, &stop).await;
            if let Err(error) = joined {
                stop.raise();
                pipeline.stop();
                return Err(error);
            }
        }
        housekeeping::start(&pipeline, &snapshots, &stop);
        let dispatch = Arc::new(Dispatch {
            pipeline: pipeline.clone(),
            snapshots: snapshots.clone(),
            address,
            started: now,
            trace_mask: AtomicI64::new(admin::TRACE_MASK),
        });
        let ports = match admin::serve(&dispatch, &stop).await {
            Ok(ports) => ports,
            Err(error) => {
                stop.raise();
                pipeline.stop();
                return Err(error);
            }
        };
        let gate = Gate::fixed(Bounds::per_address(per_address));
        listener::serve(listener, dispatch, gate, &stop);
        let _lock = started.lock;
        Ok(Running { address, ports, pipeline, snapshots, journal, stop, failure, _lock })
    }
}

impl Running {
    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where commands are asked for over HTTP, if they may be.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.ports.admin
    }

    /// Where Prometheus finds the metrics, if they are served.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.ports.metrics
    }

    /// For whoever looks after several servers: it does not keep this one.
    pub fn view(&self) -> View {
        View::of(&self.pipeline)
    }

    /// Returns when the server cannot go on, and says why. It must be stopped then.
    pub async fn failed(&self) -> String {
        let mut failure = self.failure.clone();
        match failure.wait_for(Option::is_some).await {
            Ok(text) => text.clone().unwrap_or_default(),
            Err(_) => "the server is gone".to_owned(),
        }
    }

    /// Ends the connections and closes the files: what was acknowledged is in them.
    pub async fn stop(mut self) {
        info!(target: LOGGER, "shutting down");
        if !self.stop.stop(STOP_WITHIN).await {
            error!(target: LOGGER, "some connections did not end in time");
        }
        self.pipeline.stop();
        if let Some(journal) = self.journal.take()
            && !journal.ended().await
        {
            error!(target: LOGGER, "the journal's thread has panicked");
        }
        self.snapshots.abandon().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.raise();
        self.pipeline.stop();
    }
}
