//! The consumer: fetched batches out, with or without a group.
//!
//! [`Consumer::poll`] gives one piece of one partition at a time; that it was consumed is taken for
//! granted when poll is called again. Fetching runs ahead of consuming in tasks of its own; all
//! that concerns the group happens inside poll, except heartbeats.
//!
//! * [`fetched`]: a piece, read record by record in place.
//! * `position`: where it stands in each partition; pure.
//! * `fetch`: the requests that bring pieces.
//! * [`group`]: membership; pure. `coordination`: its conversation.
//! * [`assignor`]: who of a group reads what.

pub mod assignor;
mod coordination;
mod fetch;
pub mod fetched;
pub mod group;
mod position;
mod subscription;

pub use assignor::Assignor;
pub use fetched::{Consumed, Fetched};
pub use group::GroupSettings;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::admin::{self, FoundOffset, OffsetSpec};
use super::{Client, Coordinated, Error, Result};
use crate::base::clock::Instant;
use crate::base::error::Chain;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::TopicPartition;
use crate::net::socket;
use group::Membership;
use position::Positions;
use subscription::Group;
pub use subscription::Subscribed;

/// Where to begin without a committed offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OffsetReset {
    Earliest,
    #[default]
    Latest,
    /// It is an error.
    None,
}

/// What a consumer is set to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `fetch.min.bytes`
    pub min_bytes: i32,
    /// `fetch.max.bytes`
    pub max_bytes: i32,
    /// `fetch.max.wait.ms`
    pub max_wait: Duration,
    /// `max.partition.fetch.bytes`
    pub partition_max_bytes: i32,
    /// `isolation.level`
    pub read_committed: bool,
    pub check_crcs: bool,
    /// `client.rack`
    pub rack: String,
    pub reset: OffsetReset,
    /// `allow.auto.create.topics`
    pub create_topics: bool,
    pub group: Option<GroupSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            min_bytes: 1,
            max_bytes: 50 * 1024 * 1024,
            max_wait: Duration::from_millis(500),
            partition_max_bytes: 1024 * 1024,
            read_committed: false,
            check_crcs: true,
            rack: String::new(),
            reset: OffsetReset::Latest,
            create_topics: true,
            group: None,
        }
    }
}

/// A consumer.
#[derive(Debug)]
pub struct Consumer {
    shared: Arc<Shared>,
    group: Option<Group>,
    /// The piece that was given out last, taken for consumed at the next poll.
    given: Option<(TopicPartition, u64, i64)>,
}

#[derive(Debug)]
struct Shared {
    /// For everything but fetching: an answer must not stand behind a fetch that waits for data.
    client: Client,
    fetching: Client,
    settings: Settings,
    positions: Mutex<Positions>,
    /// The fetcher has something to do.
    wake: Notify,
    /// The consumer has something to do.
    data: Arc<Notify>,
    stale: AtomicBool,
    stopped: AtomicBool,
}

impl Shared {
    fn positions(&self) -> MutexGuard<'_, Positions> {
        self.positions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn warn(&self, text: &str) {
        let group = self.settings.group.as_ref().map_or("null", |it| &it.id);
        tracing::warn!(
            target: "org.apache.kafka.clients.consumer.internals.AbstractFetch",
            "[Consumer clientId={}, groupId={group}] {text}", self.client.options().client_id
        );
    }
}

impl Consumer {
    /// A consumer over a client's connections, reading nothing yet. Its tasks start here.
    pub fn new(client: Client, settings: Settings) -> Consumer {
        let shared = Arc::new(Shared {
            fetching: client.sibling(),
            client,
            settings,
            positions: Mutex::default(),
            wake: Notify::new(),
            data: Arc::default(),
            stale: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
        });
        socket::spawn(fetch::run(shared.clone()));
        Consumer { shared, group: None, given: None }
    }

    /// The connections below.
    pub fn client(&self) -> &Client {
        &self.shared.client
    }

    /// Reads the partitions that the group gives this member of what it subscribes to.
    pub fn subscribe(&mut self, to: Subscribed) -> Result<()> {
        let Some(settings) = self.shared.settings.group.clone() else {
            return Err(Error::Settings { what: "subscribing needs a group.id".to_owned() });
        };
        let membership = Membership::new(settings, Vec::new());
        self.group = Some(Group::new(membership, to, self.shared.client.options().clock.now()));
        Ok(())
    }

    /// Reads these partitions, whatever a group says.
    pub fn assign(&mut self, partitions: &[TopicPartition]) {
        self.group = None;
        let bytes_max = self.shared.settings.partition_max_bytes;
        self.shared.positions().assign(partitions, bytes_max);
        self.shared.wake.notify_one();
    }

    /// The partitions it reads now.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.shared.positions().partitions()
    }

    /// Goes on from an offset.
    pub fn seek(&mut self, partition: &TopicPartition, offset: i64) {
        self.given.take_if(|(given, ..)| given == partition);
        self.shared.positions().seek(partition, offset);
        self.shared.wake.notify_one();
    }

    /// Goes to the beginning, the end, or the first record at or after a time: the end where there is
    /// none. Waits for a topic that has just been made to be known and led.
    pub async fn seek_to(
        &mut self,
        partition: &TopicPartition,
        mut spec: OffsetSpec,
    ) -> Result<()> {
        let admin = admin::Admin::over(self.shared.client.clone());
        let committed = self.shared.settings.read_committed;
        let mut retry = self.shared.client.retry("seeking");
        loop {
            let wanted = [(partition.clone(), spec)];
            let found = admin.list_offsets(&wanted, committed).await?.pop();
            match found.map(|(_, outcome)| outcome) {
                Some(Ok(FoundOffset { offset: Some(offset), .. })) => {
                    self.seek(partition, offset);
                    return Ok(());
                }
                Some(Ok(FoundOffset { offset: None, .. })) if spec != OffsetSpec::Latest => {
                    spec = OffsetSpec::Latest;
                }
                Some(Ok(_)) | None => {
                    let TopicPartition { topic, partition } = partition.clone();
                    return Err(Error::NoOffset { topic: topic.to_string(), partition });
                }
                Some(Err(failure)) => {
                    let what = format!("cannot find an offset of {partition}");
                    retry.after(failure.into_error(what)).await?;
                }
            }
        }
    }

    /// The offset of the next record that poll gives, as far as it is known.
    pub fn position(&self, partition: &TopicPartition) -> Option<i64> {
        match &self.given {
            Some((given, _, end)) if given == partition => Some(*end),
            _ => self.shared.positions().get(partition)?.consumed,
        }
    }

    /// Where a partition ended when it was last fetched.
    pub fn high_watermark(&self, partition: &TopicPartition) -> Option<i64> {
        self.shared.positions().get(partition)?.high_watermark
    }

    /// Holds a partition back, or lets it go on.
    pub fn pause(&mut self, partition: &TopicPartition, paused: bool) {
        self.shared.positions().pause(partition, paused);
        self.shared.wake.notify_one();
    }

    /// The next piece, or none within `timeout`, which is exceeded while it is sought where to begin.
    /// The piece before is consumed by this.
    pub async fn poll(&mut self, timeout: Duration) -> Result<Option<Fetched>> {
        self.take_given();
        let clock = self.shared.client.options().clock.clone();
        let deadline = clock.now() + timeout;
        loop {
            let data = self.shared.data.clone();
            let woken = data.notified();
            let mut wake = deadline;
            if let Some(group) = &mut self.group {
                wake = wake.min(group.step(&self.shared, deadline).await?);
            }
            if let Some(fetched) = self.next() {
                return Ok(Some(fetched));
            }
            wake = wake.min(self.begin(deadline).await?);
            let now = clock.now();
            if now >= deadline {
                return Ok(None);
            }
            // What ends this early is a wake-up or a timer; both are looked at above.
            let _ = tokio::time::timeout(wake - now, woken).await;
        }
    }

    fn take_given(&mut self) {
        if let Some((partition, epoch, end)) = self.given.take() {
            self.shared.positions().consumed(&partition, epoch, end);
            self.shared.wake.notify_one();
        }
    }

    fn next(&mut self) -> Option<Fetched> {
        let (epoch, fetched) = self.shared.positions().next()?;
        self.given = Some((fetched.partition.clone(), epoch, fetched.end));
        Some(fetched)
    }

    /// Finds where to begin in partitions of which that is not known. Gives the time to look again.
    async fn begin(&mut self, deadline: Instant) -> Result<Instant> {
        if let Some(error) = self.shared.positions().error.take() {
            return Err(error);
        }
        let unknown = self.shared.positions().unknown();
        if unknown.is_empty() {
            return Ok(deadline);
        }
        let options = self.shared.client.options();
        // Not cut off at the deadline: who polls in short turns would never come to a connection.
        match self.find(unknown).await {
            Ok(true) => {
                self.shared.wake.notify_one();
                Ok(deadline)
            }
            Ok(false) => Ok(options.clock.now() + options.backoff.first),
            Err(error) if error.is_retriable() => {
                self.shared.warn(&format!("cannot find where to begin yet: {}", Chain(&error)));
                let left = deadline - options.clock.now();
                tokio::time::sleep(options.backoff.most.min(left)).await;
                Ok(options.clock.now())
            }
            Err(error) => Err(error),
        }
    }

    /// Finds beginnings: what is committed, else what the policy says. Says whether all are found.
    async fn find(&self, unknown: Vec<(TopicPartition, bool)>) -> Result<bool> {
        let client = &self.shared.client;
        let mut by_policy: Vec<TopicPartition> = Vec::new();
        let mut ask: Vec<TopicPartition> = Vec::new();
        for (partition, reset) in unknown {
            match &self.shared.settings.group {
                Some(_) if !reset => ask.push(partition),
                _ => by_policy.push(partition),
            }
        }
        if let (Some(group), false) = (&self.shared.settings.group, ask.is_empty()) {
            let coordinator = client.coordinator_once(Coordinated::Group, &group.id).await?;
            let stable = self.shared.settings.read_committed;
            let found = admin::committed_once(client, coordinator, &group.id, Some(&ask), stable);
            for (partition, outcome) in found.await? {
                let what = format!("cannot fetch the committed offset of {partition}");
                match outcome.map_err(|failure| failure.into_error(what))? {
                    Some(committed) => {
                        self.shared.positions().found(&partition, committed.offset);
                    }
                    None => by_policy.push(partition),
                }
            }
        }
        self.find_by_policy(by_policy).await
    }

    async fn find_by_policy(&self, partitions: Vec<TopicPartition>) -> Result<bool> {
        let spec = match self.shared.settings.reset {
            OffsetReset::Earliest => OffsetSpec::Earliest,
            OffsetReset::Latest => OffsetSpec::Latest,
            OffsetReset::None => match partitions.into_iter().next() {
                Some(TopicPartition { topic, partition }) => {
                    return Err(Error::NoOffset { topic: topic.to_string(), partition });
                }
                None => return Ok(true),
            },
        };
        if partitions.is_empty() {
            return Ok(true);
        }
        let client = &self.shared.client;
        let cluster = client.cluster();
        if partitions.iter().any(|it| cluster.leader(&it.topic, it.partition).is_none()) {
            let mut names: Vec<String> = partitions.iter().map(|it| it.topic.to_string()).collect();
            names.dedup();
            client
                .refresh(super::Topics::Named(&names), self.shared.settings.create_topics)
                .await?;
        }
        let wanted: Vec<_> = partitions.into_iter().map(|it| (it, spec)).collect();
        let committed = self.shared.settings.read_committed;
        let mut all = true;
        for (partition, outcome) in admin::list_offsets_once(client, &wanted, committed).await? {
            match outcome {
                Ok(found) => {
                    let offset = found.offset.unwrap_or_default();
                    self.shared.positions().found(&partition, offset);
                }
                Err(failure) if failure.code.is_retriable() => {
                    if failure.code == ErrorCode::NOT_LEADER_OR_FOLLOWER {
                        self.shared.stale.store(true, Ordering::Relaxed);
                        self.shared.wake.notify_one();
                    }
                    all = false;
                }
                Err(failure) => {
                    return Err(failure.into_error(format!("cannot find an offset of {partition}")));
                }
            }
        }
        Ok(all)
    }

    /// Commits what was consumed so far, the piece given last not included.
    pub async fn commit(&mut self) -> Result<()> {
        let offsets = self.shared.positions().committable();
        self.commit_offsets(&offsets).await
    }

    /// Commits these offsets for the group.
    pub async fn commit_offsets(&mut self, offsets: &[(TopicPartition, i64)]) -> Result<()> {
        let membership = match (&self.group, &self.shared.settings.group) {
            (Some(group), _) => group.membership.clone(),
            (None, Some(settings)) => Membership::new(settings.clone(), Vec::new()),
            (None, None) => {
                return Err(Error::Settings { what: "committing needs a group.id".to_owned() });
            }
        };
        if offsets.is_empty() {
            return Ok(());
        }
        let within = self.shared.client.options().call_timeout;
        coordination::commit(&self.shared.client, &membership, offsets, within).await
    }

    /// Takes the piece given last for consumed up to `next` only.
    pub fn consumed_up_to(&mut self, next: i64) {
        if let Some((partition, epoch, end)) = self.given.take() {
            if next >= end {
                self.given = Some((partition, epoch, end));
                self.take_given();
            } else {
                self.seek(&partition, next);
            }
        }
    }

    /// Commits, where that is automatic, and leaves the group; at most `within`.
    pub async fn close(mut self, within: Duration) -> Result<()> {
        self.take_given();
        let Some(group) = self.group.take() else { return Ok(()) };
        let closing = group.close(&self.shared);
        tokio::time::timeout(within, closing).await.unwrap_or(Ok(()))
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.shared.wake.notify_one();
    }
}
