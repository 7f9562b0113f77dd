//! Talking to the coordinator: joining, heartbeats, commits. Carries out what `group` says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot, watch};

use super::assignor::{Counts, Members};
use super::group::{Joined, Membership, Standing, Synced};
use crate::base::clock::Instant;
use crate::kafka::client::retry::Retry;
use crate::kafka::client::{Client, Coordinated, Error, Result, Topics};
use crate::kafka::protocol::Request;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::JoinGroupRequest;
use crate::kafka::types::TopicPartition;
use crate::net::socket;

/// How much longer than its own timeout a rebalance is waited for.
const JOIN_GRACE: Duration = Duration::from_secs(5);

/// What a join came to.
#[derive(Debug)]
pub(super) struct JoinDone {
    pub(super) membership: Membership,
    pub(super) outcome: Result<JoinOutcome>,
}

/// A membership, fresh from the coordinator.
#[derive(Debug)]
pub(super) struct JoinOutcome {
    pub(super) coordinator: i32,
    pub(super) assigned: Vec<TopicPartition>,
    /// How many partitions the topics had, where this member shared them out.
    pub(super) counts: Option<Counts>,
}

/// Joins the group, however many rounds that takes. Runs as a task, so that the caller may stop
/// waiting and come back.
pub(super) fn join(
    client: Client,
    membership: Membership,
    reason: String,
) -> oneshot::Receiver<JoinDone> {
    let (done, receiver) = oneshot::channel();
    socket::spawn(async move {
        let mut membership = membership;
        let outcome = join_rounds(&client, &mut membership, &reason).await;
        // A consumer that was dropped meanwhile times out of the group by itself.
        let _ = done.send(JoinDone { membership, outcome });
    });
    receiver
}

async fn join_rounds(
    client: &Client,
    membership: &mut Membership,
    reason: &str,
) -> Result<JoinOutcome> {
    let options = client.options();
    // Without an end: a group that cannot be joined now is joined when its coordinator is back.
    let forever = Duration::from_secs(u64::from(u32::MAX));
    let what = format!("joining group {}", membership.settings.id);
    let mut retry = Retry::new(&options.clock, forever, &options.backoff, what);
    loop {
        match join_round(client, membership, reason).await {
            Ok(Some(outcome)) => return Ok(outcome),
            Ok(None) => {}
            Err(error) => retry.after(error).await?,
        }
    }
}

/// One join and sync; `None` where it must be done again at once.
async fn join_round(
    client: &Client,
    membership: &mut Membership,
    reason: &str,
) -> Result<Option<JoinOutcome>> {
    let coordinator = client.coordinator_once(Coordinated::Group, &membership.settings.id).await?;
    let connection = client.broker(coordinator).await?;
    let request = membership.join_request(reason);
    let version = connection.version_of::<JoinGroupRequest>()?;
    let wait = u64::try_from(membership.settings.rebalance_timeout_ms).unwrap_or_default();
    let within = Duration::from_millis(wait) + JOIN_GRACE;
    let response = connection.call(&request, version, within).await?;
    let moved = |what: &str| {
        Error::refused(format!("cannot {what} the group"), ErrorCode::NOT_COORDINATOR, None)
    };
    let members = match membership.joined(response) {
        Joined::Leader { members } => Some(members),
        Joined::Follower => None,
        Joined::Again => return Ok(None),
        Joined::Coordinator => return Err(moved("join")),
        Joined::Failed(error) => return Err(error),
    };
    let mut counts = None;
    let assignments = match members {
        Some(members) => {
            let known = count_partitions(client, &members).await?;
            let assignments = membership.assign(&members, &known);
            counts = Some(known);
            assignments
        }
        None => Vec::new(),
    };
    let response = connection.send(&membership.sync_request(assignments)).await?;
    match membership.synced(&response) {
        Synced::Assigned(assigned) => Ok(Some(JoinOutcome { coordinator, assigned, counts })),
        Synced::Again => Ok(None),
        Synced::Coordinator => Err(moved("sync with")),
        Synced::Failed(code) => {
            let what = format!("cannot sync with group {}", membership.settings.id);
            Err(Error::refused(what, code, None))
        }
    }
}

async fn count_partitions(client: &Client, members: &Members) -> Result<Counts> {
    let mut topics: Vec<String> = members.values().flat_map(|it| it.topics.clone()).collect();
    topics.sort();
    topics.dedup();
    let cluster = client.refresh(Topics::Named(&topics), false).await?;
    let count = |topic: String| cluster.partition_count(&topic).map(|count| (topic, count));
    Ok(topics.into_iter().filter_map(count).collect::<BTreeMap<_, _>>())
}

/// What the heartbeat has heard, shared with the consumer.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    pub(super) standing: Mutex<Option<Standing>>,
    /// When the application last asked for records.
    pub(super) polled: Mutex<Instant>,
}

impl Pulse {
    pub(super) fn take(&self) -> Option<Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, standing: Standing) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = Some(standing);
    }

    pub(super) fn poll(&self, now: Instant) {
        *self.polled.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

/// Heartbeats of one generation. Ends when it is dropped.
#[derive(Debug)]
pub(super) struct Heartbeat {
    _stop: watch::Sender<()>,
}

impl Heartbeat {
    pub(super) fn start(
        client: Client,
        membership: Membership,
        coordinator: i32,
        pulse: Arc<Pulse>,
        wake: Arc<Notify>,
    ) -> Heartbeat {
        let (stop, stopped) = watch::channel(());
        socket::spawn(beat(client, membership, coordinator, pulse, wake, stopped));
        Heartbeat { _stop: stop }
    }
}

async fn beat(
    client: Client,
    membership: Membership,
    mut coordinator: i32,
    pulse: Arc<Pulse>,
    wake: Arc<Notify>,
    mut stopped: watch::Receiver<()>,
) {
    let interval = u64::try_from(membership.settings.heartbeat_interval_ms).unwrap_or_default();
    let max_poll = u64::try_from(membership.settings.rebalance_timeout_ms).unwrap_or_default();
    loop {
        // The sender says nothing ever: an answer means that it is gone.
        let sleep = tokio::time::timeout(Duration::from_millis(interval), stopped.changed());
        if sleep.await.is_ok() {
            return;
        }
        let polled = *pulse.polled.lock().unwrap_or_else(PoisonError::into_inner);
        if client.options().clock.now() - polled > Duration::from_millis(max_poll) {
            tracing::warn!(
                target: "org.apache.kafka.clients.consumer.internals.ConsumerCoordinator",
                "[Consumer clientId={}, groupId={}] consumer poll timeout has expired. This means the time between subsequent calls to poll() was longer than the configured max.poll.interval.ms.",
                client.options().client_id, membership.settings.id
            );
            let reason = "consumer poll timeout has expired.";
            // Gone is gone: the coordinator would find out by itself.
            let _ = client.ask(coordinator, &membership.leave_request(reason)).await;
            pulse.set(Standing::Lost);
            wake.notify_one();
            return;
        }
        let answer = client.ask(coordinator, &membership.heartbeat_request()).await;
        let standing =
            answer.map_or(Standing::Coordinator, |it| membership.standing(it.error_code));
        match standing {
            Standing::Fine => {}
            Standing::Coordinator => {
                let found = client.coordinator_once(Coordinated::Group, &membership.settings.id);
                // Asked again at the next beat; the session outlives several.
                coordinator = found.await.unwrap_or(coordinator);
            }
            standing => {
                pulse.set(standing);
                wake.notify_one();
                // While the others wait for this member to join, it must be seen to be alive.
                if standing != Standing::Rebalance {
                    return;
                }
            }
        }
    }
}

/// Commits offsets, with retries `within` a time while the coordinator moves or loads.
pub(super) async fn commit(
    client: &Client,
    membership: &Membership,
    offsets: &[(TopicPartition, i64)],
    within: Duration,
) -> Result<()> {
    let options = client.options();
    let what = format!("committing offsets of group {}", membership.settings.id);
    let mut retry = Retry::new(&options.clock, within, &options.backoff, what);
    let request = membership.commit_request(offsets);
    loop {
        match commit_once(client, membership, &request).await {
            Ok(()) => return Ok(()),
            Err(error) => retry.after(error).await?,
        }
    }
}

async fn commit_once<R>(client: &Client, membership: &Membership, request: &R) -> Result<()>
where
    R: Request<Response = crate::kafka::protocol::message::OffsetCommitResponse>,
{
    let coordinator = client.coordinator_once(Coordinated::Group, &membership.settings.id).await?;
    let response = client.ask(coordinator, request).await?;
    for topic in &response.topics {
        for it in &topic.partitions {
            if it.error_code.is_error() {
                let what = format!("cannot commit {}-{}", topic.name, it.partition_index);
                return Err(Error::refused(what, it.error_code, None));
            }
        }
    }
    Ok(())
}

/// Leaves the group. Static members stay: they are expected back.
pub(super) async fn leave(client: &Client, membership: &Membership) {
    if membership.member_id.is_empty() || membership.settings.instance_id.is_some() {
        return;
    }
    let found = client.coordinator_once(Coordinated::Group, &membership.settings.id).await;
    if let Ok(coordinator) = found {
        let request = membership.leave_request("the consumer is being closed");
        // A member that cannot say goodbye times out.
        let _ = client.ask(coordinator, &request).await;
    }
}
