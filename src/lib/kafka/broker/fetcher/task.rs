//! One task for one leader: a connection, a fetch session, and one request after the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::base::error::Chain;
use crate::config::broker::ProtocolVersion;
use crate::kafka::broker::{Broker, housekeeping};
use crate::kafka::client::fetch_session::FetchSession;
use crate::kafka::client::{Connection, Result};
use crate::kafka::log::manager::Checkpoint;
use crate::kafka::protocol::message::fetch::{FetchRequest, FetchResponse, ReplicaState};
use crate::kafka::types::{BrokerId, TopicPartition};
use crate::net::socket;

use super::plan::{self, Asked, Plan, Trouble};
use super::{Wanted, versions};

pub(super) const LOGGER: &str = "kafka.server.ReplicaFetcherThread";

/// A task.
pub(super) struct Task {
    pub(super) broker: Arc<Broker>,
    leader: BrokerId,
    number: i32,
    wanted: Arc<Wanted>,
    pub(super) plan: Plan,
    session: FetchSession<Asked>,
    /// Whether the session's topics go by id: it is made for one of the two.
    by_id: bool,
    connection: Option<Connection>,
}

impl Task {
    pub(super) fn new(
        broker: Arc<Broker>,
        leader: BrokerId,
        number: i32,
        wanted: Arc<Wanted>,
    ) -> Task {
        let config = broker.config();
        let truncation = versions::truncation(config.inter_broker_protocol_version);
        let plan = Plan::new(truncation, millis(config.replica_fetch_backoff_ms));
        let session = FetchSession::default();
        Task { plan, broker, leader, number, wanted, session, by_id: false, connection: None }
    }

    pub(super) fn protocol(&self) -> ProtocolVersion {
        self.broker.config().inter_broker_protocol_version
    }

    pub(super) fn timeout(&self) -> Duration {
        millis(self.broker.config().replica_socket_timeout_ms)
    }

    /// Follows until it is dropped.
    pub(super) async fn run(mut self) {
        loop {
            self.take_wanted();
            if let Err(error) = self.round().await {
                tracing::warn!(
                    target: LOGGER,
                    "[ReplicaFetcher replicaId={}, leaderId={}, fetcherId={}] Error in fetching from the leader: {}",
                    self.broker.id, self.leader, self.number, Chain(&error),
                );
                self.hang_up();
                self.plan.unreachable(self.broker.clock.now());
            }
        }
    }

    fn take_wanted(&mut self) -> bool {
        let wanted = self.wanted.lock();
        self.plan.follow(&wanted)
    }

    /// What the leader knows of the session is not known after this.
    fn hang_up(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close();
        }
        self.session.failed();
    }

    /// Everything that is due, once; or the wait for something to be due.
    async fn round(&mut self) -> Result<()> {
        self.ask_epochs().await?;
        self.ask_ranges().await?;
        self.make_durable().await;
        let now = self.broker.clock.now();
        let over = self.broker.throttles.following.is_exceeded(now);
        let wanted = self.plan.fetches(now, over);
        if !wanted.is_empty() {
            return self.fetch(wanted).await;
        }
        let changed = self.wanted.changed.notified();
        match self.plan.next_retry(now) {
            Some(at) => drop(tokio::time::timeout(at - now, changed).await),
            None => changed.await,
        }
        Ok(())
    }

    pub(super) async fn connection(&mut self) -> Result<Connection> {
        if let Some(connection) = self.connection.as_ref().filter(|it| it.is_open()) {
            return Ok(connection.clone());
        }
        self.session.failed();
        let name = format!("broker-{}-fetcher-{}", self.broker.id, self.number);
        let listener = &self.broker.peer_listeners.inter_broker;
        let opened = self.broker.connect_to(self.leader, listener, name, self.timeout()).await?;
        self.connection = Some(opened.clone());
        Ok(opened)
    }

    async fn fetch(&mut self, wanted: BTreeMap<TopicPartition, Asked>) -> Result<()> {
        let version = versions::fetch(self.protocol(), self.plan.all_have_ids());
        let by_id = version >= 13;
        let connection = self.connection().await?;
        if by_id != std::mem::replace(&mut self.by_id, by_id) {
            self.session.failed();
        }
        let request = self.request(&wanted, version);
        let within = self.timeout() + millis(request.max_wait_ms);
        let pending = connection.begin(&request, version).await?;
        let mut answer = std::pin::pin!(pending.answer(within));
        let response: FetchResponse = loop {
            tokio::select! {
                biased;
                answer = &mut answer => break answer?,
                () = self.wanted.changed.notified() => {
                    // The leader may hold the answer back until there is something to send. A
                    // partition that has just come must not wait for that: producers wait for it.
                    if self.take_wanted() {
                        self.hang_up();
                        return Ok(());
                    }
                }
            }
        };
        self.session.answered(response.session_id, response.error_code);
        if response.error_code.is_error() {
            // The leader has lost the session, or wants the other kind of it: all is said again.
            tracing::info!(
                target: LOGGER,
                "[ReplicaFetcher replicaId={}, leaderId={}, fetcherId={}] Fetch session ended: {}",
                self.broker.id, self.leader, self.number, response.error_code.name(),
            );
            return Ok(());
        }
        self.take(response);
        Ok(())
    }

    fn request(&mut self, wanted: &BTreeMap<TopicPartition, Asked>, version: i16) -> FetchRequest {
        let config = self.broker.config();
        let told = match version {
            7.. => self.session.tell(wanted),
            _ => FetchSession::default().tell(wanted),
        };
        let (session_id, session_epoch) = (told.id, told.epoch);
        let (topics, forgotten_topics_data) = plan::request(told, config.replica_fetch_max_bytes);
        FetchRequest {
            replica_id: self.broker.id.0,
            replica_state: ReplicaState {
                replica_id: self.broker.id.0,
                replica_epoch: self.broker.epoch(),
            },
            max_wait_ms: config.replica_fetch_wait_max_ms,
            min_bytes: config.replica_fetch_min_bytes,
            max_bytes: config.replica_fetch_response_max_bytes,
            session_id,
            session_epoch,
            topics,
            forgotten_topics_data,
            ..FetchRequest::default()
        }
    }

    fn take(&mut self, response: FetchResponse) {
        let now = self.broker.clock.both();
        let broker = self.broker.clone();
        let throttle = &broker.throttles.following;
        for topic in response.responses {
            for data in topic.partitions {
                let name = self.plan.name(&topic.topic, topic.topic_id, data.partition_index);
                let Some(name) = name else { continue };
                if throttle.is_limited() && self.plan.is_throttled(&name) {
                    throttle.record(now.monotonic, data.records.len());
                }
                if let Err(trouble) = self.plan.fetched(&name, data, now) {
                    self.tell(&name, &trouble);
                }
            }
        }
    }

    pub(super) fn tell(&self, name: &TopicPartition, trouble: &Trouble) {
        match trouble {
            Trouble::Code(code) => tracing::info!(
                target: LOGGER,
                "[ReplicaFetcher replicaId={}, leaderId={}, fetcherId={}] Partition {name}: the leader answers {}",
                self.broker.id, self.leader, self.number, code.name(),
            ),
            Trouble::Log(error) => {
                tracing::error!(
                    target: LOGGER,
                    "[ReplicaFetcher replicaId={}, leaderId={}, fetcherId={}] Error while processing data for partition {name}: {}",
                    self.broker.id, self.leader, self.number, Chain(error),
                );
                self.broker.log_failed(name, error);
            }
        }
    }

    /// After a cut the recovery points on disk may lie above the end of a log: what is appended next
    /// would count as durable.
    async fn make_durable(&mut self) {
        if std::mem::take(&mut self.plan.shortened) {
            let broker = self.broker.clone();
            socket::blocking(move || housekeeping::checkpoint(&broker, Checkpoint::RecoveryPoint))
                .await;
        }
    }
}

fn millis(ms: i32) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
