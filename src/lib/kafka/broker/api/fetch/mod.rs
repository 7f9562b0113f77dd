//! Fetch (key 1): reads record batches, waiting for some where there are few.
//!
//! * v0, v1 are answered in message format 0, v2, v3 in format 1, later ones as the log has them.
//! * v3: a limit for the whole answer, and at least one batch whatever the limits are.
//! * v4: isolation level; v5: log start; v7: sessions; v9: leader epochs; v11: a consumer may read
//!   from a follower, and is sent to one in its rack (KIP-392); v12: diverging epochs; v13: topics by id; v16: who leads now.
//! * Answers: OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER,
//!   FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, UNKNOWN_TOPIC_ID, KAFKA_STORAGE_ERROR,
//!   FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR,
//!   UNSUPPORTED_COMPRESSION_TYPE, UNSUPPORTED_VERSION.

mod answer;
mod nearest;
mod reading;

use std::sync::Arc;
use std::time::Duration;

use super::{Api, Outcome};
use crate::base::uuid::Uuid;
use crate::kafka::broker::Broker;
use crate::kafka::broker::cold_reads;
use crate::kafka::broker::context::Context;
use crate::kafka::broker::fetch_sessions::{Asked, Begun, PartitionKey};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::fetch::{FetchRequest, FetchResponse};
use crate::kafka::replica::partition::Reader;
use crate::kafka::replica::wait::Waiter;
use crate::kafka::types::BrokerId;

use reading::{Found, Limits};

/// The first version that names topics by id.
const BY_ID: i16 = 13;
/// The replica id of a consumer that is shown everything.
const DEBUG_REPLICA: i32 = -2;

pub struct Fetch;

/// One fetch: what is asked, by whom, within which bounds.
struct Job {
    broker: Arc<Broker>,
    context: Context,
    asked: Vec<Asked>,
    reader: Reader,
    limits: Limits,
    bytes_min: usize,
    /// 0 where there is no session.
    session: i32,
    /// The answer names only what is new.
    incremental: bool,
    /// Where the consumer is, if that counts: empty else.
    rack: String,
}

impl Api for Fetch {
    type Request = FetchRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        mut request: FetchRequest,
    ) -> Outcome<FetchResponse> {
        let asked = asked(std::mem::take(&mut request.topics));
        let (asked, session, incremental) = match begin_session(broker, context, &request, asked) {
            Ok(begun) => begun,
            Err(error_code) => {
                return Outcome::Done(FetchResponse { error_code, ..Default::default() });
            }
        };
        let job = Job {
            reader: reader(context, &request),
            limits: limits(broker, context, &request),
            bytes_min: usize::try_from(request.min_bytes).unwrap_or(0),
            broker: broker.clone(),
            context: context.clone(),
            asked,
            session,
            incremental,
            rack: rack(broker, context, &mut request),
        };
        let wait = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0));
        match cold_reads::cached(|| job.read()) {
            Ok(found) if wait.is_zero() || job.is_enough(&found) => {
                Outcome::Done(job.answer(found))
            }
            Ok(found) => Outcome::Parked(Box::pin(job.wait(found, wait))),
            Err(cold) => Outcome::Parked(Box::pin(async move {
                let found = cold_reads::warmed(cold, || job.read()).await;
                job.wait(found, wait).await
            })),
        }
    }
}

fn asked(topics: Vec<crate::kafka::protocol::message::fetch::FetchTopic>) -> Vec<Asked> {
    let mut asked = Vec::new();
    for topic in topics {
        asked.extend(topic.partitions.into_iter().map(|it| Asked {
            topic: topic.topic.clone(),
            topic_id: topic.topic_id,
            partition: it.partition,
            current_leader_epoch: it.current_leader_epoch,
            offset: it.fetch_offset,
            last_fetched_epoch: it.last_fetched_epoch,
            log_start: it.log_start_offset,
            bytes_max: it.partition_max_bytes,
        }));
    }
    asked
}

fn begin_session(
    broker: &Broker,
    context: &Context,
    request: &FetchRequest,
    asked: Vec<Asked>,
) -> Result<(Vec<Asked>, i32, bool), ErrorCode> {
    if context.version < 7 {
        return Ok((asked, 0, false));
    }
    let key = |topic: &str, id: Uuid, partition: i32| PartitionKey {
        topic: topic.to_owned(),
        id,
        partition,
    };
    let forgotten: Vec<PartitionKey> = request
        .forgotten_topics_data
        .iter()
        .flat_map(|it| {
            it.partitions.iter().map(|partition| key(&it.topic, it.topic_id, *partition))
        })
        .collect();
    let mut sessions = broker.fetch_sessions();
    let epoch = (request.session_id, request.session_epoch);
    let by_id = context.version >= BY_ID;
    let all = asked.clone();
    Ok(match sessions.begin(context.received, epoch, asked, &forgotten, by_id)? {
        Begun::Sessionless => (all, 0, false),
        Begun::Opened { id, partitions } => (partitions, id, false),
        Begun::Incremental { id, partitions } => (partitions, id, true),
    })
}

fn reader(context: &Context, request: &FetchRequest) -> Reader {
    let replica = match context.version {
        15.. => request.replica_state.replica_id,
        _ => request.replica_id,
    };
    match replica {
        DEBUG_REPLICA => Reader::Debug,
        id if id >= 0 => Reader::Follower(BrokerId(id)),
        _ => Reader::Consumer { read_committed: request.isolation_level == 1 },
    }
}

/// The rack of a consumer that may be sent to a nearer replica.
fn rack(broker: &Broker, context: &Context, request: &mut FetchRequest) -> String {
    let by_rack =
        broker.config().replica_selector_class.as_deref().is_some_and(nearest::is_by_rack);
    match by_rack && context.version >= 11 {
        true => std::mem::take(&mut request.rack_id),
        false => String::new(),
    }
}

fn limits(broker: &Broker, context: &Context, request: &FetchRequest) -> Limits {
    // Before version 3 only the partitions' own limits held, to the byte.
    if context.version < 3 {
        return Limits { bytes_max: usize::MAX, at_least_one: false };
    }
    let bytes_max = request.max_bytes.min(broker.config().fetch_max_bytes);
    Limits { bytes_max: usize::try_from(bytes_max).unwrap_or(0), at_least_one: true }
}

impl Job {
    fn is_enough(&self, found: &Found) -> bool {
        found.bytes >= self.bytes_min || found.must_answer || self.asked.is_empty()
    }

    /// Waits for bytes, or for the deadline; a change of leader is answered at once.
    async fn wait(self, mut found: Found, wait: Duration) -> FetchResponse {
        let deadline = self.broker.clock.now() + wait;
        let mut timed_out = wait.is_zero();
        while !timed_out && !self.is_enough(&found) {
            let missing = self.bytes_min.saturating_sub(found.bytes);
            let waiting = Waiter::waiting(i64::try_from(missing).unwrap_or(i64::MAX));
            for (partition, seen) in &found.watch {
                let visibility = self.reader.visibility();
                partition.wait_readable(visibility, *seen, waiting.waiter());
            }
            let left = deadline - self.broker.clock.now();
            timed_out = tokio::time::timeout(left, waiting).await.is_err();
            found = match cold_reads::cached(|| self.read()) {
                Ok(found) => found,
                Err(cold) => cold_reads::warmed(cold, || self.read()).await,
            };
        }
        self.answer(found)
    }
}
