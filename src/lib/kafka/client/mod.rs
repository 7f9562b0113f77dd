//! Kafka clients: connections, producer, consumer, admin.
//!
//! A [`Client`] knows some addresses to begin with, learns the cluster from whichever broker
//! answers first, and keeps one connection per broker. On it stand:
//!
//! * [`admin`]: one async function per admin call.
//! * [`producer`]: records in, batches out.
//! * [`consumer`]: fetched batches out, with or without a group.
//!
//! Below it:
//!
//! * [`connection`]: one TCP connection; requests pipelined, answers in order.
//! * [`versions`]: what a broker speaks. Brokers from 0.10.0 on are understood: each API is asked at
//!   the newest version both sides know.
//! * [`cluster`]: brokers, topics, leaders, as the last answer had them.
//! * [`fetch_session`]: what a broker remembers of fetches; followers keep such sessions, too.
//! * [`retry`]: pauses and deadlines.
//! * [`error`]: every failure says who was asked for what.

pub mod admin;
pub mod cluster;
pub mod connection;
pub mod consumer;
pub mod error;
pub mod fetch_session;
pub mod options;
pub mod producer;
pub mod retry;
pub mod versions;

pub use cluster::Cluster;
pub use connection::{Connection, Pending};
pub use error::{Error, Result};
pub use options::{Address, Options};

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::kafka::protocol::Request;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::metadata::MetadataRequestTopic;
use crate::kafka::protocol::message::{FindCoordinatorRequest, MetadataRequest, MetadataResponse};
use crate::net::socket;
use retry::Retry;

/// How long an address has before the next one is tried beside it. A dead machine at the head of
/// the list must not cost a connection timeout.
const NEXT_ADDRESS_AFTER: Duration = Duration::from_millis(250);

/// Which topics to learn about.
#[derive(Clone, Copy, Debug)]
pub enum Topics<'a> {
    All,
    None,
    Named(&'a [String]),
}

/// What a coordinator coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coordinated {
    Group,
    Transaction,
}

/// A place for one broker's connection; whoever holds the lock opens it.
type Slot = Arc<tokio::sync::Mutex<Option<Connection>>>;

/// Connections to a cluster. Copies share them.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    options: Arc<Options>,
    slots: Mutex<HashMap<i32, Slot>>,
    /// The connection to whichever bootstrap address answered; its broker's id is not known.
    bootstrap: Slot,
    cluster: Arc<Mutex<Arc<Cluster>>>,
}

impl Client {
    /// A client that is not connected yet.
    pub fn new(options: Options) -> Client {
        let shared = Shared {
            options: Arc::new(options),
            slots: Mutex::default(),
            bootstrap: Slot::default(),
            cluster: Arc::default(),
        };
        Client { shared: Arc::new(shared) }
    }

    /// A client with connections of its own that sees the same cluster: for requests whose answers
    /// take long, as answers come in order.
    pub fn sibling(&self) -> Client {
        let shared = Shared {
            options: self.shared.options.clone(),
            slots: Mutex::default(),
            bootstrap: Slot::default(),
            cluster: self.shared.cluster.clone(),
        };
        Client { shared: Arc::new(shared) }
    }

    /// Its settings.
    pub fn options(&self) -> &Options {
        &self.shared.options
    }

    /// The cluster as it was last seen.
    pub fn cluster(&self) -> Arc<Cluster> {
        self.shared.cluster.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A call that retries until the call timeout.
    pub fn retry(&self, what: impl Into<String>) -> Retry {
        let options = self.options();
        Retry::new(&options.clock, options.call_timeout, &options.backoff, what)
    }

    /// A connection to any broker: one that is open, else the first that answers.
    pub async fn any(&self) -> Result<Connection> {
        if let Some(open) = self.open_connection() {
            return Ok(open);
        }
        let mut slot = self.shared.bootstrap.lock().await;
        if let Some(open) = slot.as_ref().filter(|it| it.is_open()) {
            return Ok(open.clone());
        }
        // Brokers learnt come after the addresses given: the latter are what the user can mend.
        let mut addresses = self.shared.options.bootstrap.clone();
        for broker in self.cluster().brokers.values() {
            if !addresses.contains(&broker.address) {
                addresses.push(broker.address.clone());
            }
        }
        let connection = first_of(addresses, &self.shared.options).await?;
        *slot = Some(connection.clone());
        Ok(connection)
    }

    /// An open connection, without waiting for one that is being opened.
    fn open_connection(&self) -> Option<Connection> {
        let slots = self.shared.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let all = slots.values().chain([&self.shared.bootstrap]);
        let mut open = all.filter_map(|slot| slot.try_lock().ok()?.clone());
        open.find(Connection::is_open)
    }

    /// The connection to a broker of the cluster.
    pub async fn broker(&self, id: i32) -> Result<Connection> {
        let slot = {
            let mut slots = self.shared.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.entry(id).or_default().clone()
        };
        let mut slot = slot.lock().await;
        if let Some(open) = slot.as_ref().filter(|it| it.is_open()) {
            return Ok(open.clone());
        }
        let broker = self.cluster().brokers.get(&id).cloned();
        let broker = broker.ok_or(Error::UnknownBroker { id })?;
        // The bootstrap connection may lead to this very broker.
        let bootstrap = self.shared.bootstrap.try_lock().ok().and_then(|it| it.clone());
        let same =
            bootstrap.filter(|it| it.is_open() && it.address() == broker.address.to_string());
        let connection = match same {
            Some(connection) => connection,
            None => Connection::open(&broker.address, &self.shared.options).await?,
        };
        *slot = Some(connection.clone());
        Ok(connection)
    }

    /// Asks any broker.
    pub async fn ask_any<R: Request>(&self, request: &R) -> Result<R::Response> {
        self.any().await?.send(request).await
    }

    /// Asks one broker.
    pub async fn ask<R: Request>(&self, broker: i32, request: &R) -> Result<R::Response> {
        self.broker(broker).await?.send(request).await
    }

    /// Asks the controller, wherever it moves to meanwhile. `code` finds the error of an answer by
    /// which it is known whether the controller was asked.
    pub async fn ask_controller<R: Request>(
        &self,
        request: &R,
        code: fn(&R::Response) -> ErrorCode,
    ) -> Result<R::Response> {
        let mut retry = self.retry(format!("{}", R::KEY));
        loop {
            match self.controller_once(request, code).await {
                Ok(response) => return Ok(response),
                Err(error) => {
                    retry.after(error).await?;
                    self.forget_controller();
                }
            }
        }
    }

    async fn controller_once<R: Request>(
        &self,
        request: &R,
        code: fn(&R::Response) -> ErrorCode,
    ) -> Result<R::Response> {
        let mut controller = self.cluster().controller;
        if controller.is_none() {
            controller = self.refresh(Topics::None, false).await?.controller;
        }
        let missing = || Error::refused("no controller", ErrorCode::NOT_CONTROLLER, None);
        let response = self.ask(controller.ok_or_else(missing)?, request).await?;
        match code(&response) {
            ErrorCode::NOT_CONTROLLER => {
                Err(Error::refused(R::KEY.name(), ErrorCode::NOT_CONTROLLER, None))
            }
            _ => Ok(response),
        }
    }

    fn forget_controller(&self) {
        let mut cluster = self.shared.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut cluster).controller = None;
    }

    /// Learns about topics, and the brokers with them. `create` lets the broker create those that
    /// are not there, where it is configured to.
    pub async fn refresh(&self, topics: Topics<'_>, create: bool) -> Result<Arc<Cluster>> {
        let response = self.metadata(topics, create).await?;
        let mut cluster = self.shared.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = cluster.with(&response);
        if matches!(topics, Topics::All) {
            // What the answer does not name is no more.
            let named: HashSet<_> =
                response.topics.iter().filter_map(|it| it.name.as_ref()).collect();
            next.topics.retain(|name, _| named.contains(name));
        }
        let next = Arc::new(next);
        *cluster = next.clone();
        Ok(next)
    }

    /// The raw answer about topics.
    pub async fn metadata(&self, topics: Topics<'_>, create: bool) -> Result<MetadataResponse> {
        let connection = self.any().await?;
        let version = connection.version_of::<MetadataRequest>()?;
        let topics = match topics {
            Topics::All => None,
            // Version 0 cannot ask for none: there an empty list means all.
            Topics::None => Some(Vec::new()),
            Topics::Named(names) => Some(names.iter().map(|name| topic_named(name)).collect()),
        };
        let request = MetadataRequest {
            topics,
            allow_auto_topic_creation: create,
            ..MetadataRequest::default()
        };
        connection.call(&request, version, self.options().request_timeout).await
    }

    /// Finds the broker that coordinates `key`, with retries while there is none yet.
    pub async fn coordinator(&self, kind: Coordinated, key: &str) -> Result<i32> {
        let mut retry = self.retry(format!("finding the coordinator of {key}"));
        loop {
            match self.coordinator_once(kind, key).await {
                Ok(id) => return Ok(id),
                Err(error) => retry.after(error).await?,
            }
        }
    }

    /// Finds the coordinator, once.
    pub async fn coordinator_once(&self, kind: Coordinated, key: &str) -> Result<i32> {
        let key_type = match kind {
            Coordinated::Group => 0,
            Coordinated::Transaction => 1,
        };
        let request = FindCoordinatorRequest {
            key: key.to_owned(),
            key_type,
            coordinator_keys: vec![key.to_owned()],
        };
        let connection = self.any().await?;
        let version = connection.version_of::<FindCoordinatorRequest>()?;
        let response = connection.call(&request, version, self.options().request_timeout).await?;
        // From version 4 on several keys may be asked for at once (KIP-699).
        let (code, message, id) = match response.coordinators.into_iter().next() {
            Some(found) => (found.error_code, found.error_message, found.node_id),
            None => (response.error_code, response.error_message, response.node_id),
        };
        if code.is_error() {
            return Err(Error::refused(format!("no coordinator of {key}"), code, message));
        }
        if !self.cluster().brokers.contains_key(&id) {
            self.refresh(Topics::None, false).await?;
        }
        Ok(id)
    }
}

fn topic_named(name: &str) -> MetadataRequestTopic {
    MetadataRequestTopic { name: Some(name.to_owned()), ..MetadataRequestTopic::default() }
}

/// The first of several addresses that answers. Each later one is tried when the one before has
/// failed, or has not answered soon.
async fn first_of(addresses: Vec<Address>, options: &Arc<Options>) -> Result<Connection> {
    let (done, mut results) = mpsc::channel(addresses.len().max(1));
    let mut left = addresses.into_iter();
    let mut attempts: Vec<(String, Arc<Error>)> = Vec::new();
    let mut running = 0;
    loop {
        if let Some(address) = left.next() {
            let (options, done) = (options.clone(), done.clone());
            running += 1;
            socket::spawn(async move {
                let opened = Connection::open(&address, &options).await;
                // Nobody waits any more where another address was faster.
                let _ = done.send((address.to_string(), opened)).await;
            });
        } else if running == 0 {
            return Err(Error::Unreachable { attempts });
        }
        let result = match left.len() {
            0 => results.recv().await,
            _ => match tokio::time::timeout(NEXT_ADDRESS_AFTER, results.recv()).await {
                Ok(result) => result,
                Err(_) => continue,
            },
        };
        match result {
            Some((_, Ok(connection))) => return Ok(connection),
            Some((address, Err(error))) => {
                running -= 1;
                attempts.push((address, Arc::new(error)));
            }
            None => return Err(Error::Unreachable { attempts }),
        }
    }
}

#[cfg(test)]
mod tests;
