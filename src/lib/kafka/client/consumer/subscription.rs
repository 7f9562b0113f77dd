//! A consumer in its group: what it subscribes to, joining and joining again, giving partitions up
//! and taking them, committing now and then.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::Shared;
use super::coordination::{self, Heartbeat, JoinDone, Pulse};
use super::group::{Membership, Standing};
use crate::base::clock::Instant;
use crate::base::error::Chain;
use crate::kafka::client::{Error, Result, Topics};
use crate::kafka::protocol::error_code::ErrorCode;

/// How long a commit is tried after which there is no other.
const LAST_COMMIT_WITHIN: Duration = Duration::from_secs(5);
/// How soon a topic that is not there is looked for again.
const MISSING_TOPIC_PAUSE: Duration = Duration::from_secs(1);

/// What a consumer subscribes to.
#[derive(Clone)]
pub enum Subscribed {
    Topics(Vec<String>),
    /// Every topic the test accepts, those to come included.
    Matching(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

impl fmt::Debug for Subscribed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subscribed::Topics(topics) => f.debug_tuple("Topics").field(topics).finish(),
            Subscribed::Matching(_) => f.write_str("Matching(..)"),
        }
    }
}

#[derive(Debug)]
enum Phase {
    /// Must join, for a reason.
    Outside(String),
    Joining(oneshot::Receiver<JoinDone>),
    Stable {
        _heartbeat: Heartbeat,
    },
}

/// The group side of a consumer.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) membership: Membership,
    to: Subscribed,
    phase: Phase,
    pulse: Arc<Pulse>,
    next_commit: Instant,
    next_refresh: Instant,
    /// Partition counts the present assignment was made for, where this member made it.
    counts: Option<BTreeMap<String, i32>>,
}

impl Group {
    pub(super) fn new(membership: Membership, to: Subscribed, now: Instant) -> Group {
        let commit = membership.settings.auto_commit_ms.unwrap_or_default();
        let commit = Duration::from_millis(u64::try_from(commit).unwrap_or_default());
        Group {
            membership,
            to,
            phase: Phase::Outside("the consumer subscribes".to_owned()),
            pulse: Arc::default(),
            next_commit: now + commit,
            next_refresh: now,
            counts: None,
        }
    }

    /// Does what is to be done now. Gives the time by which it wants to be asked again.
    pub(super) async fn step(&mut self, shared: &Shared, deadline: Instant) -> Result<Instant> {
        let clock = &shared.client.options().clock;
        let now = clock.now();
        self.pulse.poll(now);
        if now >= self.next_refresh {
            self.refresh(shared).await?;
        }
        match self.pulse.take() {
            None | Some(Standing::Fine | Standing::Coordinator) => {}
            Some(Standing::Rebalance) => self.rejoin("the group is rebalancing"),
            Some(Standing::Lost) => {
                self.lose(shared);
                self.rejoin("the coordinator has forgotten the member");
            }
            Some(Standing::Failed(code)) => {
                self.lose(shared);
                let what = format!("lost the membership of group {}", self.membership.settings.id);
                self.rejoin("the membership was lost");
                return Err(Error::refused(what, code, None));
            }
        }
        self.commit_if_due(shared, now).await;
        self.join(shared, deadline).await?;
        Ok(deadline.min(self.next_refresh).min(match self.membership.settings.auto_commit_ms {
            Some(_) => self.next_commit,
            None => deadline,
        }))
    }

    fn rejoin(&mut self, reason: &str) {
        if matches!(self.phase, Phase::Stable { .. }) {
            self.phase = Phase::Outside(reason.to_owned());
        }
    }

    /// What it had may be somebody else's already.
    fn lose(&mut self, shared: &Shared) {
        self.membership.lost();
        self.membership.owned.clear();
        shared.positions().assign(&[], 0);
    }

    /// Learns which topics there are, and whether that calls for a rebalance.
    async fn refresh(&mut self, shared: &Shared) -> Result<()> {
        let client = &shared.client;
        let create = shared.settings.create_topics;
        let cluster = match &self.to {
            Subscribed::Topics(names) => client.refresh(Topics::Named(names), create).await,
            Subscribed::Matching(_) => client.refresh(Topics::All, false).await,
        };
        let now = client.options().clock.now();
        let cluster = match cluster {
            Ok(cluster) => cluster,
            Err(error) if error.is_retriable() => {
                shared.warn(&format!("cannot refresh metadata: {}", Chain(&error)));
                self.next_refresh = now + client.options().backoff.most;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let mut topics = match &self.to {
            Subscribed::Topics(names) => names.clone(),
            Subscribed::Matching(accepts) => {
                let all = cluster.topics.values().filter(|it| !it.internal && accepts(&it.name));
                all.map(|it| it.name.clone()).collect()
            }
        };
        topics.sort();
        let invalid = topics.iter().find_map(|it| {
            let code = cluster.topics.get(it)?.error;
            (code.is_error() && !code.is_retriable()).then(|| (it.clone(), code))
        });
        if let Some((topic, code)) = invalid {
            return Err(Error::refused(format!("cannot read topic {topic}"), code, None));
        }
        let missing: Vec<&str> = topics
            .iter()
            .filter(|it| cluster.partition_count(it).is_none())
            .map(String::as_str)
            .collect();
        self.next_refresh = now + client.options().metadata_max_age;
        if !missing.is_empty() {
            self.next_refresh = now + MISSING_TOPIC_PAUSE;
            let shown: Vec<String> = missing
                .iter()
                .map(|it| {
                    let known = cluster.topics.get(*it).map(|it| it.error);
                    let code = known.unwrap_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
                    format!("{it}={code}")
                })
                .collect();
            shared.warn(&format!("Error while fetching metadata: {{{}}}", shown.join(", ")));
        }
        let count =
            |(topic, count): (&String, &i32)| cluster.partition_count(topic) != Some(*count);
        if self.counts.as_ref().is_some_and(|it| it.iter().any(count)) {
            self.rejoin("the partitions of a topic have changed");
        }
        // A leader that knows a topic only now shares it out only if it joins again.
        let unknown = |it: &Self| {
            let counts = it.counts.as_ref();
            counts.is_some_and(|it| {
                topics.iter().any(|topic| {
                    !it.contains_key(topic) && cluster.partition_count(topic).is_some()
                })
            })
        };
        if topics != self.membership.topics || unknown(self) {
            self.rejoin("the topics subscribed to have changed");
        }
        self.membership.topics = topics;
        Ok(())
    }

    async fn commit_if_due(&mut self, shared: &Shared, now: Instant) {
        let Some(interval) = self.membership.settings.auto_commit_ms else { return };
        if now < self.next_commit || !matches!(self.phase, Phase::Stable { .. }) {
            return;
        }
        let interval = Duration::from_millis(u64::try_from(interval).unwrap_or_default());
        self.next_commit = now + interval;
        // Once: the next one says more.
        self.commit(shared, Duration::ZERO).await;
    }

    /// Commits what is consumed; that it failed is said and no more, as the next one follows.
    async fn commit(&self, shared: &Shared, within: Duration) {
        let offsets = shared.positions().committable();
        if offsets.is_empty() || self.membership.settings.auto_commit_ms.is_none() {
            return;
        }
        if let Err(error) =
            coordination::commit(&shared.client, &self.membership, &offsets, within).await
        {
            shared.warn(&format!("Asynchronous auto-commit of offsets failed: {}", Chain(&error)));
        }
    }

    /// Gives up what must be given up, joins, and takes what is assigned.
    async fn join(&mut self, shared: &Shared, deadline: Instant) -> Result<()> {
        if self.membership.topics.is_empty() {
            // No broker has told yet, or no topic matches yet.
            return Ok(());
        }
        if let Phase::Outside(reason) = &self.phase {
            let reason = reason.clone();
            let revoked = self.membership.given_up_to_join();
            if !revoked.is_empty() {
                self.commit(shared, LAST_COMMIT_WITHIN).await;
                self.membership.owned.retain(|it| !revoked.contains(it));
                self.show(shared);
            }
            // Ends the heartbeat of the generation before: the join speaks for this member now.
            let joining =
                coordination::join(shared.client.clone(), self.membership.clone(), reason);
            self.phase = Phase::Joining(joining);
        }
        let Phase::Joining(joining) = &mut self.phase else { return Ok(()) };
        let left = deadline - shared.client.options().clock.now();
        let Ok(done) = tokio::time::timeout(left, joining).await else { return Ok(()) };
        let Ok(JoinDone { membership, outcome }) = done else { return Err(Error::Stopped) };
        // The topics may have changed meanwhile, by a refresh.
        let topics = std::mem::take(&mut self.membership.topics);
        let changed = topics != membership.topics;
        self.membership = Membership { topics, ..membership };
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                self.phase = Phase::Outside("the join failed".to_owned());
                return Err(error);
            }
        };
        self.counts = outcome.counts;
        let (revoked, again) = self.membership.take(outcome.assigned);
        if !revoked.is_empty() {
            self.commit(shared, LAST_COMMIT_WITHIN).await;
        }
        self.show(shared);
        let heartbeat = Heartbeat::start(
            shared.client.clone(),
            self.membership.clone(),
            outcome.coordinator,
            self.pulse.clone(),
            shared.data.clone(),
        );
        self.phase = Phase::Stable { _heartbeat: heartbeat };
        if again || changed {
            self.rejoin("partitions were given up");
            shared.data.notify_one();
        }
        Ok(())
    }

    fn show(&self, shared: &Shared) {
        let owned = &self.membership.owned;
        shared.positions().assign(owned, shared.settings.partition_max_bytes);
        shared.wake.notify_one();
        let all: Vec<String> = owned.iter().map(ToString::to_string).collect();
        tracing::info!(
            target: "org.apache.kafka.clients.consumer.internals.ConsumerRebalanceListenerInvoker",
            "[Consumer clientId={}, groupId={}] Adding newly assigned partitions: {}",
            shared.client.options().client_id, self.membership.settings.id, all.join(", ")
        );
    }

    pub(super) async fn close(self, shared: &Shared) -> Result<()> {
        if !matches!(self.phase, Phase::Stable { .. }) {
            return Ok(());
        }
        self.commit(shared, LAST_COMMIT_WITHIN).await;
        if self.membership.settings.leave_on_close {
            coordination::leave(&shared.client, &self.membership).await;
        }
        Ok(())
    }
}
