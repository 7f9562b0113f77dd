//! The fetcher: keeps one request per broker under way and puts what comes into the positions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Shared;
use super::fetched::{Fetched, end_of};
use crate::base::clock::Instant;
use crate::base::error::Chain;
use crate::kafka::client::fetch_session::{FetchSession, Told};
use crate::kafka::client::{Error, Result, Topics};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::fetch::{
    FetchPartition, FetchTopic, ForgottenTopic, PartitionData,
};
use crate::kafka::protocol::message::{FetchRequest, FetchResponse};
use crate::kafka::types::TopicPartition;
use crate::net::socket;

/// Topic names to the last: from version 13 on a request speaks of topic ids, which brokers that
/// came from before 2.8 may not have.
const VERSION_MAX: i16 = 12;
/// The first version with sessions (KIP-227).
const SESSIONS_SINCE: i16 = 7;

/// What a session remembers of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    offset: i64,
    leader_epoch: i32,
    bytes_max: i32,
}

/// What is asked of one partition: its epoch when it was asked, offset and bytes.
type Asked = (TopicPartition, u64, i64, i32);

/// Runs until the consumer is closed.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut sessions: HashMap<i32, Arc<tokio::sync::Mutex<FetchSession<Wanted>>>> = HashMap::new();
    let clock = shared.client.options().clock.clone();
    let backoff = shared.client.options().backoff.clone();
    let mut refreshed = clock.now();
    while !shared.stopped.load(Ordering::Relaxed) {
        let woken = shared.wake.notified();
        let now = clock.now();
        let cluster = shared.client.cluster();
        let (brokers, leaderless, mut wake) = {
            let mut positions = shared.positions();
            let leader = |it: &TopicPartition| cluster.leader(&it.topic, it.partition);
            let (brokers, leaderless) = positions.fetchable(now, leader);
            brokers.values().for_each(|asked| positions.asked(asked));
            (brokers, leaderless, positions.next_wake(now))
        };
        for (broker, asked) in brokers {
            let session = sessions.entry(broker).or_default().clone();
            socket::spawn(fetch(shared.clone(), broker, session, asked));
        }
        if leaderless > 0 || shared.stale.load(Ordering::Relaxed) {
            let next = refreshed + backoff.first;
            if now >= next {
                refreshed = now;
                refresh(&shared).await;
                continue;
            }
            wake = Some(wake.map_or(next, |it| it.min(next)));
        }
        match wake {
            Some(at) => drop(tokio::time::timeout(at - now, woken).await),
            None => woken.await,
        }
    }
}

async fn refresh(shared: &Shared) {
    let mut names: Vec<String> =
        shared.positions().partitions().iter().map(|it| it.topic.to_string()).collect();
    names.dedup();
    shared.stale.store(false, Ordering::Relaxed);
    if let Err(error) = shared.client.refresh(Topics::Named(&names), false).await {
        shared.stale.store(true, Ordering::Relaxed);
        shared.warn(&format!("cannot refresh metadata: {}", Chain(&error)));
    }
}

/// One request and its answer.
async fn fetch(
    shared: Arc<Shared>,
    broker: i32,
    session: Arc<tokio::sync::Mutex<FetchSession<Wanted>>>,
    asked: Vec<Asked>,
) {
    let mut session = session.lock().await;
    let answer = ask(&shared, broker, &mut session, &asked).await;
    let now = shared.client.options().clock.now();
    match answer {
        Ok(response) => shared.take(&asked, response, now),
        Err(error) => {
            session.failed();
            let mut positions = shared.positions();
            let pause = shared.client.options().backoff.first;
            for (name, ..) in &asked {
                positions.back_to_leader(name);
                positions.postpone(name, now + pause);
            }
            if error.is_retriable() {
                shared.stale.store(true, Ordering::Relaxed);
                shared.warn(&format!(
                    "Error sending fetch request to node {broker}: {}",
                    Chain(&error)
                ));
            } else {
                positions.error = Some(error);
            }
        }
    }
    // Only now: what came has moved the positions, and nothing is asked for twice.
    shared.positions().answered(&asked);
    shared.data.notify_one();
    shared.wake.notify_one();
}

async fn ask(
    shared: &Shared,
    broker: i32,
    session: &mut FetchSession<Wanted>,
    asked: &[Asked],
) -> Result<FetchResponse> {
    let connection = shared.fetching.broker(broker).await?;
    let version = connection.version_at_most::<FetchRequest>(VERSION_MAX)?;
    let cluster = shared.client.cluster();
    let wanted: BTreeMap<TopicPartition, Wanted> = asked
        .iter()
        .map(|(name, _, offset, bytes_max)| {
            let leader_epoch = cluster.leader_epoch(&name.topic, name.partition);
            (name.clone(), Wanted { offset: *offset, leader_epoch, bytes_max: *bytes_max })
        })
        .collect();
    if version < SESSIONS_SINCE {
        session.failed();
    }
    let told = session.tell(&wanted);
    let settings = &shared.settings;
    let request = request(settings, told);
    let within = shared.client.options().request_timeout.max(settings.max_wait * 2);
    let response = connection.call(&request, version, within).await?;
    session.answered(response.session_id, response.error_code);
    match response.error_code {
        ErrorCode::NONE
        | ErrorCode::FETCH_SESSION_ID_NOT_FOUND
        | ErrorCode::INVALID_FETCH_SESSION_EPOCH => Ok(response),
        code => Err(Error::refused(format!("broker {broker} refused a fetch"), code, None)),
    }
}

fn request(settings: &super::Settings, told: Told<Wanted>) -> FetchRequest {
    let mut topics: BTreeMap<Arc<str>, Vec<FetchPartition>> = BTreeMap::new();
    for (name, wanted) in told.wanted {
        topics.entry(name.topic).or_default().push(FetchPartition {
            partition: name.partition,
            // Whoever has heard of another leader, or of none yet, refuses this (KIP-320).
            current_leader_epoch: wanted.leader_epoch,
            fetch_offset: wanted.offset,
            partition_max_bytes: wanted.bytes_max,
            ..FetchPartition::default()
        });
    }
    let mut forgotten: BTreeMap<Arc<str>, Vec<i32>> = BTreeMap::new();
    for (name, _) in told.forgotten {
        forgotten.entry(name.topic).or_default().push(name.partition);
    }
    FetchRequest {
        max_wait_ms: i32::try_from(settings.max_wait.as_millis()).unwrap_or(i32::MAX),
        min_bytes: settings.min_bytes,
        max_bytes: settings.max_bytes,
        isolation_level: i8::from(settings.read_committed),
        session_id: told.id,
        session_epoch: told.epoch,
        topics: topics
            .into_iter()
            .map(|(topic, partitions)| FetchTopic {
                topic: topic.to_string(),
                partitions,
                ..FetchTopic::default()
            })
            .collect(),
        forgotten_topics_data: forgotten
            .into_iter()
            .map(|(topic, partitions)| ForgottenTopic {
                topic: topic.to_string(),
                partitions,
                ..ForgottenTopic::default()
            })
            .collect(),
        rack_id: settings.rack.clone(),
        ..FetchRequest::default()
    }
}

impl Shared {
    fn take(&self, asked: &[Asked], response: FetchResponse, now: Instant) {
        for topic in response.responses {
            for data in topic.partitions {
                let found = asked.iter().find(|(name, ..)| {
                    name.partition == data.partition_index && *name.topic == *topic.topic
                });
                if let Some(asked) = found {
                    self.take_partition(asked, data, now);
                }
            }
        }
    }

    fn take_partition(&self, asked: &Asked, data: PartitionData, now: Instant) {
        let (name, epoch, from, bytes_max) = asked;
        let mut positions = self.positions();
        match data.error_code {
            ErrorCode::NONE => {}
            // A follower may be behind; the leader knows.
            ErrorCode::OFFSET_OUT_OF_RANGE if positions.back_to_leader(name) => return,
            ErrorCode::OFFSET_OUT_OF_RANGE => {
                if positions.current(name, *epoch).is_some() {
                    self.warn(&format!(
                        "Fetch position {from} is out of range for partition {name}, resetting offset"
                    ));
                    positions.forget(name, true);
                }
                return;
            }
            code if code.is_retriable() => {
                positions.back_to_leader(name);
                self.stale.store(true, Ordering::Relaxed);
                positions.postpone(name, now + self.client.options().backoff.first);
                return;
            }
            code => {
                positions.error = Some(Error::refused(format!("cannot fetch {name}"), code, None));
                positions.postpone(name, now + self.client.options().backoff.most);
                return;
            }
        }
        let bytes = data.records.into_bytes();
        let end = match end_of(&bytes) {
            Ok(end) => end,
            Err(source) => {
                let (topic, partition) = (name.topic.to_string(), name.partition);
                positions.error = Some(Error::Records { topic, partition, source });
                positions.postpone(name, now + self.client.options().backoff.most);
                return;
            }
        };
        let Some(position) = positions.current(name, *epoch) else { return };
        if data.preferred_read_replica >= 0 {
            let until = now + self.client.options().metadata_max_age;
            position.nearest = Some((data.preferred_read_replica, until));
            return;
        }
        position.high_watermark = Some(data.high_watermark);
        let Some(end) = end else {
            if !bytes.is_empty() {
                // Not one whole batch: brokers before KIP-74 cut what is too large.
                position.bytes_max = bytes_max.saturating_mul(2);
            }
            return;
        };
        let aborted = data.aborted_transactions.unwrap_or_default();
        positions.deliver(
            *epoch,
            Fetched {
                partition: name.clone(),
                high_watermark: data.high_watermark,
                bytes,
                from: *from,
                // Compaction may have emptied the end of a batch; an offset never goes back.
                end: end.max(*from),
                aborted: aborted.iter().map(|it| (it.producer_id, it.first_offset)).collect(),
                read_committed: self.settings.read_committed,
                check_crcs: self.settings.check_crcs,
            },
        );
    }
}
